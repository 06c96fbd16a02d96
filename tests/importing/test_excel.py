"""Excel: nothing a person typed changes kind, nothing hidden is chosen unasked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export
from tests.importing.files import write_bomb, write_workbook

HEAD = ("id", "enhed", "i1", "i2", "dato", "tekst")
ROWS = (
    ("0101", "990001", 4, "Enig", dt.date(2024, 3, 1), "NA"),
    ("0102", "990001", 3.5, "", dt.datetime(2024, 3, 1, 9, 30), " null "),
    ("101", "990002", None, "Helt enig", None, ""),
)


def problems(path: Path, **options: str) -> list[str]:
    with pytest.raises(EvaluationError) as error:
        read_export(path, **options)
    return [p.code for p in error.value.problems]


def noticed(export) -> dict[str, int]:
    return {n.code: n.rows for n in export.warnings}


def test_text_stays_text_and_empty_strings_are_missing(tmp_path: Path) -> None:
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"Svar": [HEAD, *ROWS]}))
    assert export.format == "excel"
    assert export.data["id"].tolist() == ["0101", "0102", "101"]
    assert export.data["i1"].dtype == "float64"
    assert export.data["i1"].isna().tolist() == [False, False, True]
    assert export.data["i2"].tolist() == ["Enig", None, "Helt enig"]
    assert export.data["tekst"].tolist() == ["NA", "null", None]
    assert export.data["dato"].tolist() == ["2024-03-01", "2024-03-01 09:30:00", None]
    assert not export.warnings


def test_numbers_shown_with_leading_zeros_are_codes(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Svar": [("id", "svar"), (101, 1), (1202, 2)]})
    book = openpyxl.load_workbook(path)
    for row in (2, 3):
        book["Svar"].cell(row, 1).number_format = "0000"
    book.save(path)
    assert read_export(path).data["id"].tolist() == ["0101", "1202"]


def test_title_above_and_notes_and_empty_rows_below_are_cut_and_told(tmp_path: Path) -> None:
    rows = [
        ("Resultater 2024",),
        (),
        HEAD,
        *ROWS,
        (),
        ("Kilde: kommunens egen undersøgelse",),
        ("", ""),
        ("* foreløbig",),
    ]
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"Svar": rows}))
    assert export.rows == 3
    assert list(export.data.columns) == list(HEAD)
    assert noticed(export) == {"rows-above-header": 1, "note-rows-cut": 2}


def test_a_last_row_with_only_an_id_is_no_note(tmp_path: Path) -> None:
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"Svar": [HEAD, *ROWS, ("0103",)]}))
    assert export.rows == 4


def test_hidden_sheet_never_chosen_silently(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Gammel": [HEAD, *ROWS], "Svar": [HEAD, *ROWS[:2]]}, hidden=["Gammel"])
    export = read_export(path)
    assert export.rows == 2
    assert [n.detail for n in export.warnings if n.code == "hidden-sheets"] == ["Gammel"]
    asked = read_export(path, sheet="gammel")
    assert asked.rows == 3
    assert "hidden-sheet" in noticed(asked)
    only = write_workbook(
        tmp_path / "b.xlsx", {"Gammel": [HEAD, *ROWS], "Forside": [("Velkommen",)]}, hidden=["Gammel"]
    )
    assert problems(only) == ["import-sheet-none"]


def test_several_sheets_need_a_name_and_a_wrong_name_is_told(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"A": [HEAD, *ROWS], "B": [HEAD, *ROWS[:1]]})
    assert problems(path) == ["import-sheet-several"]
    assert read_export(path, sheet="B").rows == 1
    assert problems(path, sheet="C") == ["import-sheet-missing"]


def test_hidden_rows_errors_and_uncalculated_formulas_are_counted(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Svar": [("id", "x", "y"), ("a", 1, 2), ("b", 2, 3), ("c", 3, 4)]})
    book = openpyxl.load_workbook(path)
    sheet = book["Svar"]
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet["B4"] = "=A1+1"
    sheet["B3"] = "#N/A"
    sheet["B3"].data_type = "e"
    book.save(path)
    export = read_export(path)
    assert export.rows == 3
    assert export.data["x"].isna().tolist() == [False, True, True]
    assert noticed(export) == {"hidden-rows": 1, "hidden-columns": 1, "error-cells": 1, "formulas-without-value": 1}


def test_columns_without_or_with_repeated_names(tmp_path: Path) -> None:
    rows = [("id", "svar", "svar", None, None), ("a", 1, 2, 3, None), ("b", 1, 2, None, None)]
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"S": rows}))
    assert list(export.data.columns) == ["id", "svar", "svar_2", "column_D"]
    assert noticed(export)["columns-without-name"] == 1


@pytest.mark.parametrize("place", ["title", "note", "cell", "sheet"])
def test_fictional_wherever_the_workbook_says_it(tmp_path: Path, place: str) -> None:
    rows = [HEAD, *ROWS]
    path = tmp_path / "a.xlsx"
    if place == "note":
        rows = [*rows, ("Fiktive data",)]
    if place == "cell":
        rows = [HEAD, *((*r[:5], "Fiktive data") for r in ROWS)]
    write_workbook(path, {"Svar": rows, **({"Om": [("Fiktive data",)]} if place == "sheet" else {})})
    if place == "title":
        book = openpyxl.load_workbook(path)
        book.properties.title = "Fiktive data"
        book.save(path)
    export = read_export(path)
    assert export.fictional
    assert export.rows == 3


def test_bomb_truncation_other_zip_and_html_named_xls(tmp_path: Path) -> None:
    assert problems(write_bomb(tmp_path / "bomb.xlsx")) == ["import-too-large"]
    good = write_workbook(tmp_path / "good.xlsx", {"Svar": [HEAD, *ROWS]})
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(good.read_bytes()[:-200])
    assert problems(cut) == ["import-damaged"]
    flipped = bytearray(good.read_bytes())
    start = flipped.index(b"xl/worksheets/sheet1.xml") + 60
    flipped[start : start + 40] = bytes(40)
    (tmp_path / "flipped.xlsx").write_bytes(bytes(flipped))
    assert problems(tmp_path / "flipped.xlsx") == ["import-damaged"]
    page = tmp_path / "page.xls"
    page.write_text("<html><body><table><tr><td>1</td></tr></table></body></html>")
    assert problems(page) == ["import-html"]
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert problems(locked) == ["import-password"]


def test_header_without_rows(tmp_path: Path) -> None:
    assert problems(write_workbook(tmp_path / "a.xlsx", {"S": [HEAD]}), sheet="S") == ["import-no-rows"]
