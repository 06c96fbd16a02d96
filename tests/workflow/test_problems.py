"""``evaluation import --problems``: one table of all that was found in all files, also where the import stops."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import evaluation
from tests.support.workspaces import LITTLE, plan_head, units, write_workspace

HEADER = "id;enhed;s_1;s_2"
SURVEY = """\
[[survey]]
id = "ansatte"
instrument = "lille"
design = "repeated-cross-section"
respondent = {da = "ansatte"}
id_column = "id"
unit = "enhed"
[[survey.wave]]
wave = "2020"
file = "data/raw/2020.csv"
[[survey.wave]]
wave = "2024"
file = "data/raw/2024.csv"

[[decision.delta]]
survey = "ansatte"
points = 5
reason = {da = "Fordi"}
"""


def file(wave: int, *, odd: str = "", unit: str = "A1") -> str:
    rows = [f"p{n};{'A0' if n % 2 else unit};{1 + (n + wave // 4) % 4};{1 + (3 * n) % 4}" for n in range(20)]
    return "\n".join([HEADER, *rows, *([odd] if odd else [])]) + "\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    # 2020: an unknown unit stops, and one value lies outside the codebook; 2024: fit, with one value outside
    raw = {"2020.csv": file(2020, odd="p91;A0;7;2", unit="A7"), "2024.csv": file(2024, odd="p92;A0;9;1")}
    return write_workspace(
        tmp_path / "work",
        plan_head("2020", "2024", products="[]") + SURVEY,
        codebooks={"lille": LITTLE},
        registers={"units": units("A0 Mosen", "A1 Bakken")},
        raw=raw,
    )


def lines(path: Path) -> set[tuple[str, str, str, int]]:
    table = pd.read_csv(path, dtype={"wave": str}, keep_default_na=False)
    return set(zip(table["wave"], table["check"], table["handling"], table["rows"], strict=True))


def test_all_failures_of_all_files_stand_in_one_table(root: Path, capsys: pytest.CaptureFixture[str]):
    path = root / "problemer.csv"
    done = evaluation(capsys, "import", "-w", root, "--problems", path, "--lang", "da")
    assert done.code == 1
    assert str(path) in done.err
    found = lines(path)
    assert {
        ("2020", "response-unit-unknown", "stopper", 0),
        ("2020", "value-out-of-range", "manglende", 1),
        ("2024", "value-out-of-range", "manglende", 1),
    } <= found
    stopping = pd.read_csv(path, keep_default_na=False).iloc[0]
    assert (stopping["level"], stopping["found"]) == ("fejl", "A7")
    assert "units.csv" in stopping["do_da"]
    assert stopping["do_da"] != stopping["do_en"]
    # nothing half-written where the answers lie
    assert not [p for p in (root / "data/processed").rglob("*") if p.is_file()]


def test_the_table_of_an_import_that_holds_is_whole_too(root: Path, capsys: pytest.CaptureFixture[str]):
    path = root / "problemer.csv"
    (root / "data/raw/2020.csv").write_text(file(2020, odd="p91;A0;7;2"), encoding="utf-8")
    first = evaluation(capsys, "import", "-w", root, "--problems", path)
    assert first.code == 0, first.err
    both = lines(path)
    assert {("2020", "value-out-of-range", "manglende", 1), ("2024", "value-out-of-range", "manglende", 1)} <= both
    assert not [line for line in both if line[2] == "stopper"]
    # nothing is read again, and the table is the same; then one file breaks and the other's lines stay
    assert evaluation(capsys, "import", "-w", root, "--problems", path).code == 0
    assert lines(path) == both
    (root / "data/raw/2024.csv").write_text(file(2024, unit="A8"), encoding="utf-8")
    assert evaluation(capsys, "import", "-w", root, "--problems", path).code == 1
    assert {line for line in lines(path) if line[0] == "2020"} == {line for line in both if line[0] == "2020"}
    assert ("2024", "response-unit-unknown", "stopper", 0) in lines(path)


def test_a_broken_plan_and_a_missing_file_stand_in_it(root: Path, capsys: pytest.CaptureFixture[str]):
    path = root / "problemer.csv"
    (root / "data/raw/2024.csv").unlink()
    assert evaluation(capsys, "import", "-w", root, "--problems", path).code == 1
    found = {(wave, check) for wave, check, *_ in lines(path)}
    assert {wave for wave, check in found if check.startswith("plan-file-missing")} == {""}
    assert ("2020", "response-unit-unknown") in found
    plan = (root / "evaluation.toml").read_text(encoding="utf-8")
    (root / "evaluation.toml").write_text(plan.replace("year = 2025", "yaer = 2025"), encoding="utf-8")
    assert evaluation(capsys, "import", "-w", root, "--problems", path).code == 1
    assert {check for _, check, *_ in lines(path)} & {"toml-unknown-key", "toml-unknown-key-near"}


def test_no_number_of_a_person_stands_in_it(root: Path, capsys: pytest.CaptureFixture[str]):
    number = "0204" + "91" + "-" + "1235"
    (root / "data/raw/2024.csv").write_text(file(2024, odd=f"{number};A0;9;1"), encoding="utf-8")
    path = root / "problemer.csv"
    assert evaluation(capsys, "import", "-w", root, "--problems", path).code == 1
    assert ("2024", "response-cpr", "stopper", 0) in lines(path)
    assert number not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["data/processed/p.csv", "data/raw/2020.csv", "p.xlsx", "other.csv"])
def test_the_table_never_replaces_anything_else(root: Path, capsys: pytest.CaptureFixture[str], name: str):
    (root / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    done = evaluation(capsys, "import", "-w", root, "--problems", root / name, "--lang", "en")
    assert done.code == 1
    assert ("problems-taken" if name == "other.csv" else "problems-place") in done.err
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before
