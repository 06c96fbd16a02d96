"""Workbooks as people make them: merged headers, several tables, odd dates, locked, swollen, hostile."""

from __future__ import annotations

import datetime as dt
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.export import SurveyExport
from evaluation.importing.read import read_export
from tests.importing.files import write_workbook

HEAD = ("id", "i1", "i2")
ROWS = (("0101", 1, 4), ("0102", 2, 5), ("0103", 3, 3))


def problems(path: Path, **options: str) -> list[str]:
    with pytest.raises(EvaluationError) as error:
        read_export(path, **options)
    return [p.code for p in error.value.problems]


def found(path: Path, **options: str) -> str:
    with pytest.raises(EvaluationError) as error:
        read_export(path, **options)
    return error.value.problems[0].found


def noticed(export: SurveyExport) -> dict[str, int]:
    return {n.code: n.rows for n in export.warnings}


def edit(path: Path, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def rewrite(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """One part of the archive changed, the rest as it was."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_merged_header_over_two_rows_is_filled_along(tmp_path: Path) -> None:
    rows = [("Barnet", "Trivsel", None, "Personale", None), (None, "i1", "i2", "p1", "p2"), ("a", 1, 2, 3, 4)]
    path = write_workbook(tmp_path / "a.xlsx", {"S": [*rows, ("b", 2, 3, 4, 5)]})
    for place in ("A1:A2", "B1:C1", "D1:E1"):
        edit(path, lambda sheet, place=place: sheet.merge_cells(place))
    export = read_export(path)
    assert list(export.data.columns) == ["Barnet", "i1", "i2", "p1", "p2"]
    assert [v.label for v in export.variables] == [
        "",
        "Trivsel - i1",
        "Trivsel - i2",
        "Personale - p1",
        "Personale - p2",
    ]
    assert export.data["p2"].tolist() == [4.0, 5.0]
    assert noticed(export) == {"header-rows-joined": 2, "merged-cells-filled": 3}


def test_merged_header_whose_lower_names_repeat_takes_both(tmp_path: Path) -> None:
    rows = [("id", "Før", None, "Efter", None), ("id", "ja", "nej", "ja", "nej"), ("a", 1, 2, 3, 4), ("b", 1, 2, 3, 4)]
    path = write_workbook(tmp_path / "a.xlsx", {"S": rows})
    for place in ("B1:C1", "D1:E1"):
        edit(path, lambda sheet, place=place: sheet.merge_cells(place))
    assert list(read_export(path).data.columns) == ["id", "Før - ja", "Før - nej", "Efter - ja", "Efter - nej"]


def test_title_and_note_merged_over_the_table_stay_lines(tmp_path: Path) -> None:
    rows = [("Trivsel 2024", None, None), HEAD, *ROWS, ("Kilde: egen undersøgelse", None, None)]
    path = write_workbook(tmp_path / "a.xlsx", {"S": rows})
    for place in ("A1:C1", "A6:C6"):
        edit(path, lambda sheet, place=place: sheet.merge_cells(place))
    export = read_export(path)
    assert list(export.data.columns) == list(HEAD)
    assert export.rows == 3
    assert noticed(export) == {"rows-above-header": 1, "note-rows-cut": 1}


def test_merged_cells_down_the_rows_hold_for_each_row(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": [("enhed", "svar"), ("0101", 1), (None, 2), ("0102", 3)]})
    edit(path, lambda sheet: sheet.merge_cells("A2:A3"))
    export = read_export(path)
    assert export.data["enhed"].tolist() == ["0101", "0101", "0102"]
    assert noticed(export) == {"merged-cells-filled": 1}


STACKED = [HEAD, *ROWS, (), ("By", "Antal"), ("Lindholt", 12), ("Vestermose", 9)]


def test_several_tables_below_one_another_are_named_and_one_can_be_asked_for(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Svar": STACKED})
    assert problems(path) == problems(path, sheet="Svar") == ["import-tables-several"]
    assert found(path) == "Svar!A1:C4, Svar!A6:B8"
    second = read_export(path, sheet="Svar!A6")
    assert second.data.to_dict("list") == {"By": ["Lindholt", "Vestermose"], "Antal": [12.0, 9.0]}
    assert read_export(path, sheet="svar!A1:C4").rows == 3
    assert read_export(path, sheet="Svar!$A$1:$C$3").rows == 2
    assert problems(path, sheet="Svar!A99:C120") == ["import-no-rows"]
    assert problems(path, sheet="Ark2!A1") == ["import-sheet-missing"]


def test_several_tables_beside_one_another(tmp_path: Path) -> None:
    left = [*(list(r) for r in (HEAD, *ROWS))]
    right = [("enhed", "inviteret"), ("0101", 20), ("", ""), ("", "")]
    path = write_workbook(tmp_path / "a.xlsx", {"S": [[*a, None, *b] for a, b in zip(left, right, strict=True)]})
    assert found(path) == "S!A1:C4, S!E1:F2"
    assert read_export(path, sheet="S!E1").data["inviteret"].tolist() == [20.0]
    assert read_export(path, sheet="S!A1:C4").rows == 3


def test_the_same_header_twice_is_two_tables(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": [("2022",), HEAD, *ROWS, (), ("2024",), HEAD, *ROWS[:2]]})
    assert problems(path) == ["import-tables-several"]
    assert read_export(path, sheet="S!A7").rows == 2


@pytest.mark.parametrize(
    "rows",
    [
        [HEAD, ROWS[0], (), *ROWS[1:]],
        [("Overskrift",), (), HEAD, *ROWS],
        [HEAD, *ROWS, (), ("Kilde: x",)],
        [("id", "svar", "tekst"), ("a", "Enig", "x"), (), ("b", "Uenig", None), ("c", "Enig", "y"), ("d", "Enig", "")],
        [("id", None, "i1"), ("a", None, 1), ("b", None, 2), ("c", None, None)],
    ],
)
def test_gaps_make_no_second_table(tmp_path: Path, rows: list) -> None:
    assert read_export(write_workbook(tmp_path / "a.xlsx", {"S": rows})).rows in (3, 4)


@pytest.mark.parametrize(
    ("cells", "dates"),
    [
        (("03-04-2024", "31-12-2023", ""), ["2024-04-03", "2023-12-31", None]),
        (("3.4.2024 09:30", "31.12.2023 23:59:59", ""), ["2024-04-03 09:30:00", "2023-12-31 23:59:59", None]),
        (("03/04/2024", "31/12/2023", ""), ["2024-04-03", "2023-12-31", None]),
        ((dt.date(2024, 4, 3), "31-12-2023", ""), ["2024-04-03", "2023-12-31", None]),
        (("03/04/2024", "04/03/2024", ""), ["03/04/2024", "04/03/2024", None]),
        (("31-02-2024", "01-03-2024", ""), ["31-02-2024", "01-03-2024", None]),
        (("12-31-2024", "01-03-2024", ""), ["12-31-2024", "01-03-2024", None]),
    ],
)
def test_dates_typed_as_text_have_the_day_first_or_stay_text(tmp_path: Path, cells: tuple, dates: list) -> None:
    rows = [("id", "dato"), *((f"n{n}", cell) for n, cell in enumerate(cells))]
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"S": rows}))
    assert export.data["dato"].tolist() == dates
    read = dates[0][:4] == "2024"
    assert (export.variable("dato").type == "date") is read
    assert ("text-dates" in noticed(export)) is read


def test_the_1904_date_system(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for epoch in (openpyxl.utils.datetime.CALENDAR_WINDOWS_1900, openpyxl.utils.datetime.CALENDAR_MAC_1904):
        book = openpyxl.Workbook()
        book.epoch = epoch
        for row in (("id", "dato"), ("a", dt.date(2024, 3, 1)), ("b", dt.date(1999, 12, 31))):
            book.active.append(row)
        book.save(path)
        assert read_export(path).data["dato"].tolist() == ["2024-03-01", "1999-12-31"]
    with zipfile.ZipFile(path) as archive:
        assert "1904" in archive.read("xl/workbook.xml").decode()


def test_header_that_is_a_formula(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": [("id", "=A1&1"), ("a", 1), ("b", 2)]})
    assert problems(path) == ["import-header-formula"]
    assert found(path) == "B1"
    rewrite(
        path,
        SHEET,
        lambda xml: re.sub(r'(<c r="B1"[^>]*?)(?: t="\w+")?>(<f>.*?</f>)<v\s*/>', r'\1 t="str">\2<v>id1</v>', xml),
    )
    assert list(read_export(path).data.columns) == ["id", "id1"]


def test_ten_thousand_columns(tmp_path: Path) -> None:
    head = ["id", *(f"v{n}" for n in range(9999))]
    path = write_workbook(tmp_path / "a.xlsx", {"S": [head, ["a", *range(9999)], ["b", *range(9999)]]})
    begun = time.monotonic()
    export = read_export(path)
    assert export.data.shape == (2, 10_000)
    assert export.data["v9998"].tolist() == [9998.0, 9998.0]
    assert time.monotonic() - begun < 20


def test_one_value_in_the_last_cell_of_the_sheet_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": [HEAD, *ROWS]})
    last = '<row r="1048576"><c r="XFD1048576"{}</row></sheetData>'
    rewrite(path, SHEET, lambda xml: xml.replace("</sheetData>", last.format("><v>1</v></c>")))
    assert problems(path) == ["import-too-large"]
    # Only coloured, it holds nothing.
    coloured = write_workbook(tmp_path / "b.xlsx", {"S": [HEAD, *ROWS]})
    rewrite(coloured, SHEET, lambda xml: xml.replace("</sheetData>", last.format(' s="0"/>')))
    assert read_export(coloured).rows == 3


def test_label_of_a_million_characters(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": [("id", "svar"), ("a", 1), ("b", 2)]})
    text = "x" * 1_000_000
    rewrite(
        path,
        SHEET,
        lambda xml: re.sub(r'<c r="B1"[^>]*>.*?</c>', f'<c r="B1" t="inlineStr"><is><t>{text}</t></is></c>', xml),
    )
    export = read_export(path)
    assert export.rows == 2
    assert len(export.variables[1].name) == 1_000_000


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\svar", "&lt;svar&gt;", "Svar!A1"])
def test_path_in_a_sheet_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Svar": [HEAD, *ROWS]})
    rewrite(path, "xl/workbook.xml", lambda xml: xml.replace('name="Svar"', f'name="{name}"'))
    edit_time = sorted(p.name for p in tmp_path.iterdir())
    assert read_export(path).rows == 3
    plain = name.replace("&lt;", "<").replace("&gt;", ">")
    assert read_export(path, sheet=plain).rows == 3
    assert sorted(p.name for p in tmp_path.iterdir()) == edit_time


def test_path_in_a_relation_leads_nowhere(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"Svar": [HEAD, *ROWS]})
    rewrite(
        path,
        "xl/_rels/workbook.xml.rels",
        lambda xml: re.sub(r'Target="[^"]*sheet1.xml"', 'Target="../../../etc/passwd"', xml),
    )
    assert problems(path) in (["import-damaged"], ["import-sheet-none"])


def test_password_protected_whatever_the_name(tmp_path: Path) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(700) + "EncryptedPackage".encode("utf-16-le") + bytes(300)
    for name in ("svar.xlsx", "svar.xls", "svar.csv", "svar.sav"):
        (tmp_path / name).write_bytes(content)
        assert problems(tmp_path / name) == ["import-password"]


def test_csv_and_html_and_sav_named_as_workbooks(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("id;svar\na;1\n", encoding="utf-8")
    assert read_export(tmp_path / "a.xlsx").format == "csv"
    (tmp_path / "b.xls").write_text("\ufeff<HTML><table><tr><td>1</td></tr></table></HTML>", encoding="utf-8")
    assert problems(tmp_path / "b.xls") == ["import-html"]
    (tmp_path / "c.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))
    assert problems(tmp_path / "c.xlsx") == ["import-damaged"]


def test_text_and_numbers_in_one_column_become_text_and_codes_stay_whole(tmp_path: Path) -> None:
    export = read_export(
        write_workbook(tmp_path / "a.xlsx", {"S": [("id", "x"), ("0101", 3), ("NA", "3"), ("001", "ved ikke")]})
    )
    assert export.data["x"].tolist() == ["3", "3", "ved ikke"]
    assert export.data["id"].tolist() == ["0101", "NA", "001"]


def test_sheet_that_stops_half_way_inside_a_sound_archive(tmp_path: Path) -> None:
    for keep in (0.5, 0.8, 0.95):
        path = write_workbook(tmp_path / "a.xlsx", {"S": [HEAD, *ROWS]})
        rewrite(path, SHEET, lambda xml, keep=keep: xml[: int(len(xml) * keep)])
        assert problems(path) == ["import-damaged"]
