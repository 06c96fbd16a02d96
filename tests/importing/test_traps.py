"""Each trap of ``../shared/formats.md``, sections 1, 8, 10 and 11, and the test that holds it.

The list is ``traps.csv``. A trap is named in our words; ``anchor`` is a word of the line in formats.md that tells of
it, so that the list can be held against the source where that lies beside the project.
The traps that no other file holds have their tests at the end of this one.
"""

from __future__ import annotations

import ast
import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from evaluation.importing.export import SurveyExport
from evaluation.importing.read import read_export
from tests.importing.files import HEADER, ROWS, STRUCTURE, write_surveyxact

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Trap:
    """One trap: section of formats.md, word to find it by, what it is, where it is held."""

    section: int
    anchor: str
    what: str
    held: str


def _traps() -> list[Trap]:
    with (Path(__file__).parent / "traps.csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream, delimiter="|", quoting=csv.QUOTE_NONE)
        next(rows)
        return [Trap(int(section), anchor, what, held) for section, anchor, what, held in rows]


TRAPS = _traps()


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.section}-{trap.what}")
def test_trap_has_its_test(trap: Trap) -> None:
    file, _, name = trap.held.partition("::")
    path = TESTS / file
    assert path.is_file(), file
    names = {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}
    assert name in names


def test_the_list_is_held_against_formats(shared: Path) -> None:
    source = shared / "formats.md"
    if not source.is_file():
        pytest.skip("../shared/formats.md is not there")
    parts = re.split(r"^## ", source.read_text("utf-8"), flags=re.MULTILINE)
    for section in (1, 8, 10, 11):
        text = next(part for part in parts if re.match(rf"{section} ", part))
        anchors = [trap.anchor for trap in TRAPS if trap.section == section]
        assert [anchor for anchor in anchors if anchor not in text] == []
        bullets = [line for line in text.splitlines() if line.startswith("- ")]
        assert [line for line in bullets if not any(anchor in line for anchor in anchors)] == []


def codes(export: SurveyExport) -> list[str]:
    return [n.code for n in export.warnings]


def sav(folder: Path, frame: pd.DataFrame, **options: object) -> SurveyExport:
    path = folder / "a.sav"
    pyreadstat.write_sav(frame, path, **options)
    return read_export(path)


def test_items_of_a_grid_keep_their_whole_text(tmp_path: Path) -> None:
    rows = [
        [*row[:4], f"Hvor enig er du? - {row[4]}", *row[5:]] if row[0] in ("s_1", "s_2") else row for row in STRUCTURE
    ]
    export = read_export(write_surveyxact(tmp_path, structure=rows))
    assert export.variable("s_1").label == "Hvor enig er du? - Alt i alt"
    assert export.variable("s_2").label == "Hvor enig er du? - Min dag"
    assert {export.variable(name).type for name in ("s_1", "s_2")} == {"single"}


SYSTEM = (
    ("statcreation", "stat_21", "Closed", "Multiple", "Oprettet", "21", "Importeret"),
    ("statcollect", "stat_22", "Closed", "Multiple", "Indsamling", "22", "Ingen"),
    ("numberOfReturnedmail", "numberof", "Open", "Double", "Returmails", "", ""),
    ("responseCollectSessions", "response", "Open", "Double", "Sessioner", "", ""),
)


def test_system_columns_are_no_answers(tmp_path: Path) -> None:
    names = [row[1] for row in SYSTEM]
    rows = [[*row, "1", "0", "0", "3"] for row in ROWS]
    export = read_export(
        write_surveyxact(tmp_path, structure=[*STRUCTURE, *SYSTEM], header=[*HEADER, *names], rows=rows)
    )
    assert {export.variable(name).type for name in names} == {"system"}
    # Never emptied: only answers are unknown for those who did not open.
    assert export.data["stat_21"].tolist() == [1.0] * 4


def test_sessions_are_no_status(tmp_path: Path) -> None:
    rows = [[*row, "9"] for row in ROWS]
    export = read_export(
        write_surveyxact(tmp_path, structure=[*STRUCTURE, SYSTEM[3]], header=[*HEADER, "response"], rows=rows)
    )
    assert list(export.status) == ["completed", "partial", "not_opened", "rejected"]


def test_missing_codes_as_list_range_and_open_range(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 7, 8, 9], "b": [1.0, 97, 98, -1], "c": [1.0, 2, 90, 99]})
    ranges = {
        "a": [7, 8, 9],
        "b": [{"lo": 97, "hi": 98}, -1],
        "c": [{"lo": 90, "hi": 1e300}],
    }
    export = sav(tmp_path, frame, missing_ranges=ranges)
    assert {v.name: v.missing for v in export.variables} == {
        "a": {"7", "8", "9"},
        "b": {"97", "98", "-1"},
        "c": {"90", "99"},
    }
    assert export.data["a"].tolist() == [1.0, 7.0, 8.0, 9.0]


def test_missing_codes_of_text_and_blank_text(tmp_path: Path) -> None:
    export = sav(tmp_path, pd.DataFrame({"a": ["ja", "X", ""]}), missing_ranges={"a": ["X"]})
    assert export.variable("a").missing == {"X"}
    assert export.data["a"].tolist() == ["ja", "X", None]


def test_portable_file_says_what_it_lost(tmp_path: Path) -> None:
    pyreadstat.write_por(pd.DataFrame({"A": [1.0, 9.0]}), tmp_path / "a.por")
    export = read_export(tmp_path / "a.por")
    assert "portable-no-missing" in codes(export)
    assert all(not v.missing for v in export.variables)


def test_partly_labelled_scale_keeps_codes_in_order(tmp_path: Path) -> None:
    labels = {"a": {1.0: "Slet ikke", 5.0: "I meget høj grad"}}
    export = sav(tmp_path, pd.DataFrame({"a": [5.0, 2.0, 1.0, 3.0]}), variable_value_labels=labels)
    assert list(export.variable("a").value_labels.items()) == [("1", "Slet ikke"), ("5", "I meget høj grad")]
    assert export.data["a"].tolist() == [5.0, 2.0, 1.0, 3.0]


def test_two_codes_with_one_label_stay_two(tmp_path: Path) -> None:
    labels = {"a": {1.0: "Ja", 2.0: "Nej", 3.0: "Nej"}}
    export = sav(tmp_path, pd.DataFrame({"a": [1.0, 2.0, 3.0]}), variable_value_labels=labels)
    assert dict(export.variable("a").value_labels) == {"1": "Ja", "2": "Nej", "3": "Nej"}
    assert export.data["a"].nunique() == 3


def test_values_without_label_and_labels_without_data(tmp_path: Path) -> None:
    labels = {"a": {1.0: "Ja", 2.0: "Nej", 9.0: "Ved ikke"}}
    export = sav(tmp_path, pd.DataFrame({"a": [1.0, 4.0]}), variable_value_labels=labels)
    assert set(export.variable("a").value_labels) == {"1", "2", "9"}
    assert export.data["a"].tolist() == [1.0, 4.0]


def test_filter_variable_hides_no_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "filter_$": [0.0, 1.0, 1.0]})
    export = sav(tmp_path, frame, column_labels={"filter_$": "a > 1 (FILTER)"})
    assert export.rows == 3
    assert "filter-variable" in codes(export)


def test_dates_beyond_year_9999(tmp_path: Path) -> None:
    frame = pd.DataFrame({"d": [1.4e10, 4.0e11]})
    export = sav(tmp_path, frame, variable_format={"d": "DATETIME20"})
    assert export.rows == 2
    assert "dates-as-numbers" in codes(export)
    assert export.data["d"].tolist() == [1.4e10, 4.0e11]


def test_names_that_differ_in_case_only(tmp_path: Path) -> None:
    export = sav(tmp_path, pd.DataFrame({"Q1": [1.0, 2.0], "q1": [3.0, 4.0]}))
    assert export.find("Q1").name == "Q1"
    assert export.find("q1").name == "q1"
    assert export.data["q1"].tolist() == [3.0, 4.0]


def test_measure_is_not_trusted(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]})
    export = sav(tmp_path, frame, variable_measure={"a": "scale", "b": "nominal"})
    assert export.variable("a").type == export.variable("b").type
    assert export.data["a"].tolist() == export.data["b"].tolist()
