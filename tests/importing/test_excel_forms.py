"""Workbooks of the forms tools as people leave them: notes, a second table, text dates, 1904; counted by openpyxl."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export

Row = list[object]
NOW = dt.datetime(2024, 3, 31, 9, 30)


def google(when: Callable[[int], object]) -> list[Row]:
    rows: list[Row] = [["Tidsstempel", "Enhed", "Hvor enig? [Ro på]"]]
    return rows + [[when(n), f"0{n}01", "Enig" if n % 2 else "Uenig"] for n in range(1, 13)]


def microsoft(when: Callable[[int], object]) -> list[Row]:
    rows: list[Row] = [["ID", "Starttidspunkt", "Fuldførelsestidspunkt", "Mail", "Navn", "Enhed"]]
    return rows + [[n, when(n), when(n), "anonymous", "", f"0{n}01"] for n in range(1, 13)]


def surveymonkey(when: Callable[[int], object]) -> list[Row]:
    rows: list[Row] = [
        ["Respondent ID", "Collector ID", "Start Date", "End Date", "Hvad bruger I?", None, "Enhed"],
        [None, None, None, None, "Skoven", "Salen", "Open-Ended Response"],
    ]
    return rows + [[9_000 + n, 77, when(n), when(n), "Skoven" if n % 2 else None, "Salen", f"0{n}01"]
                   for n in range(1, 13)]  # fmt: skip


MAKERS = {"google-forms": google, "microsoft-forms": microsoft, "surveymonkey": surveymonkey}
HEADERS = {"google-forms": 1, "microsoft-forms": 1, "surveymonkey": 2}


def moment(n: int) -> dt.datetime:
    return NOW + dt.timedelta(days=n)


def as_text(n: int) -> str:
    return f"{moment(n):%d-%m-%Y %H:%M:%S}"


def write(path: Path, rows: list[Row], *, mac: bool = False, notes: tuple[Row, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    for row in (*rows, *notes):
        book.active.append(row)
    book.save(path)
    return path


def counted(path: Path, headers: int) -> tuple[int, list[str]]:
    """Answer rows and units, as openpyxl gives them: a row has something in its first two cells and its last."""
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    rows = [row for row in sheet.iter_rows(min_row=headers + 1, values_only=True) if any(c is not None for c in row)]
    answers = [row for row in rows if row[0] is not None and row[1] is not None]
    place = {3: 1, 6: 5, 7: 6}[len(answers[0])]
    return len(answers), [str(row[place]) for row in answers]


@pytest.mark.parametrize("mac", [False, True], ids=["1900", "1904"])
@pytest.mark.parametrize("tool", MAKERS)
def test_moments_of_both_calendars(tmp_path: Path, tool: str, mac: bool) -> None:
    path = write(tmp_path / "svar.xlsx", MAKERS[tool](moment), mac=mac)
    export = read_export(path)
    rows, units = counted(path, HEADERS[tool])
    assert (export.format, export.rows) == (tool, rows) == (tool, 12)
    times = next(v.name for v in export.variables if v.type == "date" or v.name in ("Tidsstempel", "Start Date"))
    assert export.data[times].tolist() == [f"{moment(n):%Y-%m-%d %H:%M:%S}" for n in range(1, 13)]
    assert units in [export.data[name].tolist() for name in export.data]


@pytest.mark.parametrize("tool", MAKERS)
def test_dates_as_text_are_kept_or_have_the_day_first(tmp_path: Path, tool: str) -> None:
    """Never 3 January for 01-03: the text itself, or the day first."""
    path = write(tmp_path / "svar.xlsx", MAKERS[tool](as_text))
    export = read_export(path)
    assert (export.format, export.rows) == (tool, counted(path, HEADERS[tool])[0])
    texts, days = [as_text(n) for n in range(1, 13)], [f"{moment(n):%Y-%m-%d %H:%M:%S}" for n in range(1, 13)]
    columns = [export.data[name].tolist() for name in export.data]
    assert texts in columns or days in columns


@pytest.mark.parametrize("tool", MAKERS)
def test_notes_below_and_empty_rows_are_no_answers(tmp_path: Path, tool: str) -> None:
    notes: tuple[Row, ...] = ([], ["Kilde: egen undersøgelse"], ["* foreløbige tal"])
    answers = MAKERS[tool](moment)
    path = write(tmp_path / "svar.xlsx", [*answers[:-2], [], *answers[-2:]], notes=notes)
    export = read_export(path)
    assert (export.format, export.rows) == (tool, counted(path, HEADERS[tool])[0]) == (tool, 12)
    assert {n.code: n.rows for n in export.warnings}["note-rows-cut"] == 2


@pytest.mark.parametrize("tool", MAKERS)
def test_a_second_table_below_stops_the_import(tmp_path: Path, tool: str) -> None:
    more: tuple[Row, ...] = ([], ["Enhed", "Inviteret"], ["0101", 20], ["0201", 25])
    path = write(tmp_path / "svar.xlsx", MAKERS[tool](moment), notes=more)
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == ["import-tables-several"]
