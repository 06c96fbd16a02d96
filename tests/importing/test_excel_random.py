"""Sixty workbooks by chance: every cell of our reading equals a reading with openpyxl done here."""

from __future__ import annotations

import datetime as dt
import random
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from evaluation.importing.grid import is_empty
from evaluation.importing.read import read_export
from evaluation.importing.workbook import _open_slowly, open_sheets

SEEDS = 60
NAMES = ("0101", "NA", "null", " Enig ", "Æblegrød & <saft>", "1.234,5", "ja\nnej", "x" * 300, "#1", "=>", "TRUE", "5")
ERRORS = ("#N/A", "#DIV/0!", "#REF!")


def chance_cell(rng: random.Random, kind: str) -> object:
    if rng.random() < 0.15:
        return rng.choice([None, "", " "])
    if kind == "code":
        return rng.choice([1, 2, 3, 4, 5, 99])
    if kind == "number":
        return rng.choice([rng.randint(-9, 10**9), rng.random() * 100, -0.5, 1e-7, 12345678901, 1e15, 0])
    if kind == "text":
        return rng.choice(NAMES)
    if kind == "date":
        return dt.date(1904, 1, 2) + dt.timedelta(days=rng.randint(0, 60_000))
    if kind == "moment":
        return dt.datetime(2024, 1, 1) + dt.timedelta(seconds=rng.randint(0, 10**8))
    if kind == "bool":
        return rng.random() < 0.5
    return rng.choice(["=1+1", *ERRORS])


def write(path: Path, seed: int) -> None:
    """Title above, header, rows with gaps, notes below; merges, hidden rows and columns, 1904."""
    rng = random.Random(seed)
    book = openpyxl.Workbook()
    if rng.random() < 0.25:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = rng.choice(["Svar", "Ark & <1>", "Besvarelser 2024"])
    for _ in range(rng.choice([0, 0, 1, 2])):
        sheet.append(["Trivsel i dagtilbud"])
    first = sheet.max_row + 1 if sheet["A1"].value else 1
    width, height = rng.randint(3, 40), rng.randint(2, 25)
    kinds = [rng.choice(["code", "number", "text", "date", "moment", "bool", "odd", "mix"]) for _ in range(width)]
    for column in range(width + 1):
        sheet.cell(first, column + 1, "id" if column == 0 else f"v{column}")
    row = first
    for number in range(height):
        row += 1
        sheet.cell(row, 1, f"n{number}")
        for column, kind in enumerate(kinds):
            now = rng.choice(["code", "text", "number", "bool"]) if kind == "mix" else kind
            cell = sheet.cell(row, column + 2, chance_cell(rng, now))
            if cell.value in ERRORS:
                cell.data_type = "e"
        # a row without anything, inside
        row += number < height - 1 and rng.random() < 0.1
    padded = next((n for n, kind in enumerate(kinds) if kind == "code"), None)
    if padded is not None and rng.random() < 0.5:
        for n in range(first + 1, row + 1):
            sheet.cell(n, padded + 2).number_format = "0000"
    for _ in range(rng.choice([0, 0, 1, 3])):
        top, left = rng.randint(first + 1, row), rng.randint(3, width + 1)
        bottom, right = min(row, top + rng.randint(0, 2)), min(width + 1, left + rng.randint(0, 2))
        taken = {place for area in sheet.merged_cells.ranges for place in area.cells}
        area = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        if len(area) > 1 and not area & taken:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    if rng.random() < 0.5:
        sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["B"].hidden = True
    for _ in range(rng.choice([0, 1, 2])):
        row += 2
        sheet.cell(row, 1, rng.choice(["Kilde: egen optælling", "Note: foreløbig", "* se bilag"]))
    if rng.random() < 0.3:
        book.create_sheet("Skjult").append(["id", "x"])
        book["Skjult"].append(["a", 1])
        book["Skjult"].sheet_state = "hidden"
    book.save(path)


def share_texts(path: Path) -> None:
    """The texts in a list of their own, as Excel writes them, some of them in two runs."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts: list[str] = []

    def share(found: re.Match[str]) -> str:
        texts.append(found[3])
        return f'<c {found[1]}t="s"{found[2]}><v>{len(texts) - 1}</v></c>'

    pattern = re.compile(r'<c ([^>]*)t="inlineStr"([^>]*)><is><t[^>]*>([^<]*)</t></is></c>')
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        parts[name] = pattern.sub(share, parts[name])
    runs = [
        f"<si><r><t>{text[:1]}</t></r><r><rPr><b/></rPr><t xml:space='preserve'>{text[1:]}</t></r>"
        "<rPh sb='0' eb='1'><t>no</t></rPh></si>"
        if n % 5 == 0 and "&" not in text and text.strip() == text
        else f'<si><t xml:space="preserve">{text}</t></si>'
        for n, text in enumerate(texts)
    ]
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    parts["xl/sharedStrings.xml"] = f'<?xml version="1.0"?><sst xmlns="{main}">{"".join(runs)}</sst>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    )
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(
        "</Relationships>", f'<Relationship Id="t1" Type="{office}" Target="sharedStrings.xml"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def plain(cell: object) -> object:
    """A cell for comparison; calamine leaves out some of the blanks."""
    return "" if is_empty(cell) else cell


def told(value: object, zeros: int) -> str | None:
    """A cell as openpyxl gives it, as the text a person sees."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        text = str(int(value)) if float(value).is_integer() else repr(float(value))
        return text.rjust(zeros, "0") if text.isdigit() else text
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%d %H:%M:%S")
    return str(value).strip()


def with_openpyxl(path: Path) -> tuple[list[str], list[list[tuple[object, str | None]]], dict[str, int]]:
    """Names, rows of (value, text), and counts."""
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    formulas = openpyxl.load_workbook(path).worksheets[0]
    cells = {(c.row, c.column): c.value if c.data_type != "e" else None for row in sheet.iter_rows() for c in row}
    zeros = {c.column: len(c.number_format) for row in sheet.iter_rows() for c in row if c.number_format == "0000"}
    filled_by_merge = 0
    for area in sheet.merged_cells.ranges:
        value = cells[area.min_row, area.min_col]
        if told(value, 0) is not None:
            for place in area.cells:
                if told(cells.get(place), 0) is None:
                    cells[place] = value
                    filled_by_merge += 1
    first = next(row for row in range(1, sheet.max_row + 1) if cells[row, 1] == "id")
    names = [str(cells[first, n]) for n in range(1, sheet.max_column + 1)]
    rows = []
    for row in range(first + 1, sheet.max_row + 1):
        found = [(cells[row, n], told(cells[row, n], zeros.get(n, 0))) for n in range(1, sheet.max_column + 1)]
        if (found[0][1] or "").startswith("n"):
            rows.append(found)
    every = [c for row in formulas.iter_rows() for c in row]
    counts = {
        "error-cells": sum(c.data_type == "e" for c in every),
        "formulas-without-value": sum(c.data_type == "f" for c in every),
        "hidden-rows": sum(one.hidden for one in sheet.row_dimensions.values()),
        "hidden-columns": sum(one.hidden for one in sheet.column_dimensions.values()),
        "merged-cells-filled": filled_by_merge,
    }
    return names, rows, {code: count for code, count in counts.items() if count}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_cell_equals_openpyxl(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "svar.xlsx"
    write(path, seed)
    if seed % 2:
        share_texts(path)
    sheets = open_sheets(path)
    # read by the quick reader, not by the one for unusual files; both see the same
    assert all(sheet.raw is not None for sheet in sheets)
    for quick, slow in zip(sheets, _open_slowly(path), strict=True):
        assert (quick.name, quick.visible) == (slow.name, slow.visible)
        assert [list(map(plain, row)) for row in quick.rows] == [list(map(plain, row)) for row in slow.rows]
    export = read_export(path)
    names, rows, counts = with_openpyxl(path)
    assert list(export.data.columns) == names
    assert export.rows == len(rows)
    for number, name in enumerate(names):
        column = export.data[name]
        cells = [row[number] for row in rows]
        if column.dtype == "float64":
            assert all(text is None or isinstance(value, int | float) for value, text in cells)
            expected = [np.nan if text is None else float(str(value)) for value, text in cells]
            np.testing.assert_array_equal(column.to_numpy(), expected)
        else:
            assert column.tolist() == [text for _, text in cells], (seed, name)
    noticed = {n.code: n.rows for n in export.warnings}
    assert {code: noticed[code] for code in counts.keys() & noticed.keys()} == counts


def test_the_workbooks_hold_what_they_should(tmp_path: Path) -> None:
    seen: set[str] = set()
    for seed in range(SEEDS):
        write(tmp_path / "svar.xlsx", seed)
        seen |= {n.code for n in read_export(tmp_path / "svar.xlsx").warnings}
    assert {
        "error-cells", "formulas-without-value", "hidden-rows", "hidden-columns", "merged-cells-filled",
        "note-rows-cut", "rows-above-header", "empty-rows-inside", "hidden-sheets",
    } <= seen  # fmt: skip
