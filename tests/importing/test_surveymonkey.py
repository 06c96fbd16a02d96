"""SurveyMonkey: both kinds of header, code pages, and a real file counted with the csv module."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from evaluation.importing.read import read_export
from tests.importing.toolfiles import codes, ticks, write_book, write_text

TOP = ["Respondent ID", "Collector ID", "Start Date", "Er du tilfreds?", "Hvad brugte I?", "", "", "Hvor enig?", "", ""]
TOP += ["Bemærkninger"]
SECOND = ["", "", "", "Response", "Skoven", "Salen", "Andet (skriv)", "Ro på", "Tid nok", "Ledelse", ""]
SECOND[-1] = "Open-Ended Response"
ROWS = [
    ["101", "9", "03/01/2024 10:00", "Ja", "Skoven", "", "", "Enig", "Enig", "Uenig", "Grød, og mere"],
    ["102", "9", "03/01/2024 10:00", "No answer", "Skoven", "Salen", "Åen", "Uenig", "", "Enig", ""],
    ["103", "9", "03/01/2024 10:00", "", "", "", "", "", "", "", ""],
    ["104", "9", "03/01/2024 10:00", "Nej", "", "Salen", "", "Enig", "Enig", "Enig", ""],
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_second_row_is_a_header(tmp_path: Path, kind: str) -> None:
    write = write_text if kind == "csv" else write_book
    export = read_export(write(tmp_path / f"a.{kind}", [TOP, SECOND, *ROWS]))
    assert (export.format, export.rows, len(export.variables)) == ("surveymonkey", 4, 11)
    assert export.columns == len(TOP)
    assert ticks(export, "Hvad brugte I?") == {"Skoven": [1, 1, None, 0], "Salen": [0, 1, None, 1]}
    assert export.variable("Hvad brugte I? [Andet (skriv)]").type == "open"
    assert export.variable("Hvor enig? [Tid nok]").label == "Hvor enig? - Tid nok"
    assert export.variable("Hvor enig? [Tid nok]").type == "single"
    assert export.variable("Bemærkninger").type == "open"


def test_no_answer_is_not_an_empty_cell(tmp_path: Path) -> None:
    export = read_export(write_text(tmp_path / "a.csv", [TOP, SECOND, *ROWS]))
    assert export.data["Er du tilfreds?"].tolist() == ["Ja", "No answer", None, "Nej"]
    told = next(n for n in export.warnings if n.code == "no-answer-category")
    assert (told.variable, told.rows) == ("Er du tilfreds?", 1)


def test_options_as_numbers(tmp_path: Path) -> None:
    rows = [[*row[:4], *(str(n) if row[3 + n] else "" for n in (1, 2)), *row[6:]] for row in ROWS]
    export = read_export(write_text(tmp_path / "a.csv", [TOP, SECOND, *rows]))
    assert ticks(export, "Hvad brugte I?") == {"Skoven": [1, 1, None, 0], "Salen": [0, 1, None, 1]}


def test_a_grid_answered_1_2_3_is_no_multiple_choice(tmp_path: Path) -> None:
    rows = [[*row[:7], "1", "2", "3", ""] for row in ROWS]
    export = read_export(write_text(tmp_path / "a.csv", [TOP, SECOND, *rows]))
    assert not [v for v in export.variables if v.set_name == "Hvor enig?"]
    assert export.data["Hvor enig? [Tid nok]"].tolist() == [2, 2, 2, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "mac_roman"])
def test_code_pages(tmp_path: Path, encoding: str) -> None:
    export = read_export(write_text(tmp_path / "a.csv", [TOP, SECOND, *ROWS], encoding=encoding))
    assert export.data["Bemærkninger"][0] == "Grød, og mere"
    assert export.data["Hvad brugte I? [Andet (skriv)]"][1] == "Åen"
    assert ("encoding-guessed" in codes(export)) == (encoding == "mac_roman")


def test_blank_headers_at_the_end_keep_their_columns(tmp_path: Path) -> None:
    export = read_export(write_text(tmp_path / "a.csv", [row[:7] for row in (TOP, SECOND, *ROWS)]))
    assert list(export.data.columns)[-1] == "Hvad brugte I? [Andet (skriv)]"


# Of surveymonkey_flying_etiquette.csv, counted with the csv module and collections.Counter.
RECLINE = {
    "Once in a while": 257,
    "Usually": 175,
    "Never": 171,
    "Always": 137,
    "About half the time": 118,
}
EMPTY = {"Gender": 33, "Age": 33, "Household Income": 214, "Education": 39, "How tall are you?": 182}


def test_real_file(shared: Path) -> None:
    path = shared / "data" / "exports" / "surveymonkey_flying_etiquette.csv"
    if not path.is_file():
        pytest.skip("../shared/data/exports/surveymonkey_flying_etiquette.csv is not there")
    export = read_export(path)
    assert export.format == "surveymonkey"
    assert export.data.shape == (1040, 27)
    assert export.data["Do you ever recline your seat when you fly?"].value_counts().to_dict() == RECLINE
    assert {name: int(export.data[name].isna().sum()) for name in EMPTY} == EMPTY
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    for place, name in enumerate(header):
        assert Counter(export.data[name].dropna()) == Counter(row[place] for row in rows if row[place])
