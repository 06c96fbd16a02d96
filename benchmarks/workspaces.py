"""The demo's workspace: made once, copied for every cold run."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.timing import Spent, process

_EVALUATION = "from evaluation.cli.main import run; run()"
PRODUCT = "midtvejsevaluering"


def make_demo(folder: Path) -> Path:
    """Write the exports and the plan of the fictional municipality; nothing of it has been run."""
    process(["-c", _EVALUATION, "demo", str(folder)])
    return folder


def fresh(demo: Path, folder: Path) -> Path:
    """Return a copy of ``demo`` in place of whatever stands in ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(demo, folder)
    return folder


def run(root: Path, cache: Path) -> Spent:
    """``evaluation run`` in a process of its own, with ``cache`` as the user's cache folder.

    The embedded engine is named: the parts it is compared with are pandoc and Typst.
    """
    return process(["-c", _EVALUATION, "run", "--engine", "embedded", "--workspace", str(root)], caches(cache))


def caches(folder: Path) -> dict[str, str]:
    """Environment in which every library keeps what it remembers in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    return {"XDG_CACHE_HOME": str(folder), "MPLCONFIGDIR": str(folder / "matplotlib")}


def change_prose(root: Path, number: int) -> None:
    """Add a sentence of prose to a chapter."""
    chapter = root / "reports" / PRODUCT / "09-konklusion.qmd"
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(f"{text}\nDer er arbejdet videre med teksten, nu {number} gange.\n", encoding="utf-8")
