"""Everything that can be wrong with what protects people, through the real command: exit 1, one message, no file."""

from __future__ import annotations

import lzma
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.workflow.publishing import publish
from evaluation.workflow.run import run
from tests.support.commands import evaluation
from tests.support.made import made_workspace, plan, with_reports

PUBLISHED = "reports/_published"
KORT = "---\ntitle: Kort\n---\n\n{{< include _resultater/txt-diskretionering.qmd >}}\n"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a publication of 2024 under threshold 6 and protection 4. Read only."""
    text = (
        plan(products='["kort"]').replace("threshold = 5", "threshold = 6").replace("protection = 3", "protection = 4")
    )
    text = text.replace("[disclosure]\n", '[disclosure]\nrare = "every"\n')
    root = made_workspace(tmp_path_factory.mktemp("policy") / "sted", text)
    with_reports(root, kort=KORT)
    run(root, engine="embedded")
    publish(root, "2024")
    (root / "evaluation.toml").write_text(_named(root, "2024"), encoding="utf-8")
    return root


def _named(root: Path, name: str) -> str:
    text = (root / "evaluation.toml").read_text(encoding="utf-8")
    return text.replace("[disclosure]\n", f'[disclosure]\npublications = ["{name}"]\n')


def _plan(old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / "evaluation.toml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def _edited(root: Path) -> None:
    path = root / PUBLISHED / "2024/levels.csv.xz"
    path.write_bytes(lzma.compress(lzma.decompress(path.read_bytes()).replace(b"0.", b"1.", 1)))


def _two_parents(root: Path) -> None:
    path = root / "data/registers/units.csv"
    line = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("G90001"))
    assert "Nord" in line
    with path.open("a", encoding="utf-8") as stream:
        stream.write(line.replace("Nord", "Syd") + "\n")


def _spelled(root: Path) -> None:
    path = root / "data/registers/units.csv"
    text = path.read_text(encoding="utf-8")
    first, _, last = text.rpartition("Øst")
    path.write_text(f"{first}øst{last}", encoding="utf-8")


CASES = {
    "a-policy-below-3": (_plan("threshold = 6", "threshold = 2"), "toml-out-of-range", "evaluation.toml:"),
    "no-protection": (_plan("protection = 4", "protection = 0"), "toml-out-of-range", "evaluation.toml:"),
    "a-threshold-loosened-after-a-publication": (
        _plan("threshold = 6", "threshold = 5"), "disclosure-loosened", "evaluation.toml",
    ),
    "protection-loosened-after-a-publication": (
        _plan("protection = 4", "protection = 3"), "disclosure-loosened", "evaluation.toml",
    ),
    "rare-answers-no-longer-protected": (
        _plan('rare = "every"', 'rare = "margin"'), "disclosure-exempted", "evaluation.toml",
    ),
    "a-grouping-exempt-after-a-publication": (
        _plan("[disclosure]\n", '[disclosure]\nexempt = ["stilling"]\n'), "disclosure-exempted", "evaluation.toml",
    ),
    "an-exempt-grouping-nobody-has": (
        _plan("[disclosure]\n", '[disclosure]\nexempt = ["stiling"]\n'), "plan-unknown-exempt", "evaluation.toml:",
    ),
    "a-rule-that-is-no-policy": (
        _plan("[disclosure]\n", "[disclosure]\nrounding = 10\n"), "toml-unknown-key", "evaluation.toml:",
    ),
    "a-publication-file-edited-by-hand": (_edited, "publication-edited", "levels.csv.xz"),
    "a-missing-earlier-publication": (
        lambda root: shutil.rmtree(root / PUBLISHED / "2024"), "plan-publication-missing", "evaluation.toml:",
    ),
    "a-publication-without-its-manifest": (
        lambda root: (root / PUBLISHED / "2024/manifest.json").unlink(), "publication-incomplete", "manifest.json",
    ),
    "a-unit-under-two-parents": (_two_parents, "register-two-parents", "units.csv:"),
    "an-area-spelled-in-two-ways": (_spelled, "register-area-spelling", "units.csv:"),
    "areas-asked-for-and-none-there": (
        lambda root: _no_areas(root / "data/registers/units.csv"), "plan-no-areas", "evaluation.toml:",
    ),
}  # fmt: skip


def _no_areas(path: Path) -> None:
    path.write_text(re.sub(",(Nord|Syd|Øst),", ",,", path.read_text(encoding="utf-8")), encoding="utf-8")


def _snapshot(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("lang", ["da", "en"])
@pytest.mark.parametrize("name", CASES)
def test_what_protects_people_is_checked_before_anything_is_written(
    ready: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, lang: str
) -> None:
    breaks, code, where = CASES[name]
    root = tmp_path / "sted"
    shutil.copytree(ready, root)
    breaks(root)
    before = _snapshot(root)
    commands = [("analyse",), ("publish", "2025")]
    # In a run the language is that of the documents too, and this report has none in English.
    commands += [("run", "--engine", "embedded")] if lang == "da" else []
    for command in commands:
        done = evaluation(capsys, *command, "--workspace", root, "--lang", lang)
        assert done.code == 1, done.out + done.err
        codes = re.findall(r"^\[([a-z0-9-]+)\]", done.err, re.MULTILINE)
        assert [one.removesuffix("-near") for one in codes] == [code], done.err
        assert where in done.err
        assert done.err.count("Gør dette" if lang == "da" else "Do this") == 1
        assert "{" not in done.err
        assert "Traceback" not in done.err
        assert _snapshot(root) == before, command


def test_the_same_workspace_without_a_fault_runs(
    ready: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "sted"
    shutil.copytree(ready, root)
    assert evaluation(capsys, "analyse", "--workspace", root).code == 0


def test_an_attack_that_runs_out_of_time_is_not_proven(
    ready: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _snapshot(ready)
    done = evaluation(capsys, "audit", "--time-limit", "0", "--workspace", ready, "--lang", "en")
    assert done.code == 1
    assert "Not proven" in done.out
    assert _snapshot(ready) == before
