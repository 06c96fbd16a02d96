"""``evaluation audit``: attack what was published, and tell what an outsider could work out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.disclosure.attack.facts import gather
from evaluation.disclosure.attack.files import csv_files
from evaluation.disclosure.attack.products import product_files
from evaluation.disclosure.attack.run import EACH, TOTAL, Report, audit, read
from evaluation.workflow.opening import open_workspace
from evaluation.workflow.progress import Progress, silent

#: Where tables, rendered products and earlier publications lie in a workspace.
TABLES = "data/processed/published"
PAGES = "reports/_output"
EARLIER = "reports/_published"


def audit_workspace(
    root: Path, *, seconds: float | None = None, processes: int = 1, progress: Progress = silent
) -> Report:
    """Attack the published tables, products and earlier publications of the workspace at ``root``; writes nothing.

    Parameters
    ----------
    seconds : float, optional
        Time for everything; what is not done by then is not proven.
    processes : int
        More than one only from a program with a main guard.

    Raises
    ------
    EvaluationError
        Problems of the plan (a publication it names and that is missing is one), files that cannot be read.
    """
    workspace, instruments = open_workspace(root, [])
    facts = gather(workspace.plan, workspace.registers, instruments)
    earlier = [folder for folder in map(_tables, sorted((root / EARLIER).glob("*/"))) if folder is not None]
    tables = [path for folder in (root / TABLES, *earlier) for path in csv_files(folder)]
    shown = product_files([root / TABLES, root / PAGES, root / EARLIER], but=tables)
    progress("audit", "prepare", 0, 1)
    material = read(root / TABLES, earlier, shown)
    total = TOTAL if seconds is None else seconds
    return audit(material, facts, seconds=total, each=min(EACH, total), processes=processes, progress=progress)


def _tables(folder: Path) -> Path | None:
    """Where a publication keeps its csv tables: in its folder, or one below."""
    places = (folder, *(path for path in sorted(folder.iterdir()) if path.is_dir()))
    return next((place for place in places if csv_files(place)), None)


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {"safe": report.safe, **asdict(report)}
