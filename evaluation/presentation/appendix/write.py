"""Sheets as an xlsx file: real numbers, frozen heads, filters, links; text is always text; the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from evaluation.presentation.appendix.model import Cell, Num, Sheet, sheet_names
from evaluation.presentation.appendix.rows import HEAD_ROW, row_height, steady, table_rows
from evaluation.presentation.appendix.styles import Styles
from evaluation.presentation.appendix.text import clean, lines
from evaluation.presentation.brand import Brand
from evaluation.presentation.escape import plain

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: Most signs of one part of a running head.
_RUNNING_LENGTH = 80
#: Letters: widest column, room left in each, width of the page and of the words on the first sheet.
_WIDEST, _MARGIN, _PAGE_WIDTH, _COVER_WIDTH = 96, 3.5, 170, 92
_LOCALE = {"da": "da-DK", "en": "en-GB"}


@dataclass(frozen=True, slots=True)
class Cover:
    """The first sheet: what the workbook is, its sheets, and how they are read.

    Attributes
    ----------
    lines : tuple of str
        Below the title.
    heads : (str, str, str)
        Heads of the list of sheets: sheet, content, rows.
    guide : tuple of (str, str)
        A word and what it means, below the list, under ``guide_title``.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    heads: tuple[str, str, str]
    guide_title: str
    guide: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Properties:
    """What a workbook says of itself.

    Attributes
    ----------
    mark : str
        ``Fiktive data`` or nothing: on every sheet and printed page and in the properties.
    year : int
        Year of the report. The file's dates are its first day, never the day it was made.
    back, page : str
        Words of the link to the first sheet, and before the page number.
    """

    title: str
    sender: str
    lang: str
    mark: str
    year: int
    back: str
    page: str


def workbook(cover: Cover, sheets: Sequence[Sheet], about: Properties, brand: Brand) -> bytes:
    """Write the workbook; the same sheets give the same bytes.

    Parameters
    ----------
    sheets : sequence of Sheet
        In order; each has at least one row.
    """
    from openpyxl import Workbook

    book = Workbook()
    names = sheet_names([cover.name, *(sheet.name for sheet in sheets)])
    first = book.active
    assert first is not None
    first.title = names[0]
    styles = Styles(first, brand, about.lang)
    _cover(first, cover, sheets, names, about, styles)
    for number, (name, sheet) in enumerate(zip(names[1:], sheets, strict=True), start=1):
        _sheet(book.create_sheet(name), sheet, names[0], number, about, styles)
    for page in book.worksheets:
        _page(page, cover, about)
    _properties(book, cover, about)
    rows = {
        f"xl/worksheets/sheet{place}.xml": (_cells(sheet), table_rows(sheet, styles, _room(sheet)))
        for place, sheet in enumerate(sheets, start=2)
    }
    stream = io.BytesIO()
    book.save(stream)
    return steady(stream.getvalue(), rows)


def put(page: Worksheet, row: int, column: int, value: Cell, styles: Styles, role: str = "") -> None:
    """Write one cell: a number as a number, a day as a day, everything else as text and never as a formula."""
    cell: Any = page.cell(row, column)
    if isinstance(value, Num):
        cell.value = value.value
        cell._style = styles.number(value)
    elif isinstance(value, date):
        cell.value = value
        cell._style = styles.day()
    else:
        cell.value = text = clean(value)
        # openpyxl takes "=…" for a formula and "#N/A" for an error: both are text here.
        cell.data_type = "s"
        cell._style = styles.text(text, role)


def _sheet(page: Worksheet, sheet: Sheet, contents: str, number: int, about: Properties, styles: Styles) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table, TableStyleInfo

    put(page, 1, 1, sheet.title, styles, "title")
    put(page, 2, 1, " ".join(part for part in (f"{about.mark}." if about.mark else "", sheet.about) if part), styles)
    _link(page, 3, about.back, contents, styles)
    for place, entry in enumerate(sheet.fields, start=1):
        put(page, HEAD_ROW, place, entry.head, styles, "head_number" if entry.number else "head")
        page.column_dimensions[get_column_letter(place)].width = _width(sheet, place - 1)
    table = Table(displayName=f"Tabel{number}", ref=_cells(sheet, HEAD_ROW))
    # Named here, or openpyxl makes an object of every cell of the table to find its heads.
    table._initialise_columns()
    for column, entry in zip(table.tableColumns, sheet.fields, strict=True):
        column.name = clean(entry.head)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    page.add_table(table)
    page.freeze_panes = page.cell(HEAD_ROW + 1, sheet.fixed + 1)
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    room = _room(sheet)
    high = max(lines(entry.head, letters) for entry, letters in zip(sheet.fields, room, strict=True))
    page.row_dimensions[1].height = 22
    page.row_dimensions[HEAD_ROW].height = row_height(high) + 6
    # A sheet too wide for one page goes on beside it, the first columns on every page.
    page.page_setup.fitToWidth = max(1, round(sum(room) / _PAGE_WIDTH))
    if sheet.fixed and page.page_setup.fitToWidth > 1:
        page.print_title_cols = f"A:{get_column_letter(sheet.fixed)}"


def _cells(sheet: Sheet, first: int = 1) -> str:
    """The range of a sheet's cells from row ``first`` on."""
    from openpyxl.utils import get_column_letter

    return f"A{first}:{get_column_letter(len(sheet.fields))}{HEAD_ROW + len(sheet.rows)}"


def _width(sheet: Sheet, place: int) -> float:
    """Letters a column has room for: its longest cell up to a bound, and the longest word of its head."""
    entry = sheet.fields[place]
    longest = max(len(word) for word in entry.head.split()) + _MARGIN + 1.5
    if entry.number:
        return max(entry.width, longest)
    shown = max((len(row[place]) for row in sheet.rows if isinstance(row[place], str)), default=0)  # type: ignore[arg-type]
    return max(longest, min(max(shown + _MARGIN, 8), max(entry.width, 12), _WIDEST))


def _room(sheet: Sheet) -> list[float]:
    """Letters that a line of each column holds."""
    return [_width(sheet, place) - _MARGIN for place in range(len(sheet.fields))]


def _cover(
    page: Worksheet, cover: Cover, sheets: Sequence[Sheet], names: Sequence[str], about: Properties, styles: Styles
) -> None:
    put(page, 1, 1, cover.title, styles, "title")
    told = ([about.mark] if about.mark else []) + [line for line in cover.lines if line]
    for row, line in enumerate(told, start=2):
        put(page, row, 1, line, styles, "mark" if about.mark and row == 2 else "")
    page.row_dimensions[1].height, page.row_dimensions[2].height = 22, 18
    row = len(told) + 3
    for place, head in enumerate(cover.heads, start=1):
        put(page, row, place, head, styles, "head_number" if place == len(cover.heads) else "head")
    for name, sheet in zip(names[1:], sheets, strict=True):
        row += 1
        _link(page, row, name, name, styles, "entry")
        put(page, row, 2, sheet.title, styles, "wrap")
        put(page, row, 3, Num(len(sheet.rows)), styles)
    row += 2
    if cover.guide:
        put(page, row, 1, cover.guide_title, styles, "heading")
    for word, meaning in cover.guide:
        row += 1
        put(page, row, 1, word, styles, "word")
        put(page, row, 2, meaning, styles, "wrap")
        page.row_dimensions[row].height = row_height(lines(meaning, _COVER_WIDTH))
    widest = max((len(name) for name in (*names, *(word for word, _ in cover.guide))), default=20)
    for letter, width in (("A", min(widest + 4, 36)), ("B", _COVER_WIDTH), ("C", 10)):
        page.column_dimensions[letter].width = width


def _link(page: Worksheet, row: int, text: str, target: str, styles: Styles, role: str = "link") -> None:
    """Make the first cell of a row a link to the top of another sheet."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    put(page, row, 1, text, styles, role)
    quoted = target.replace("'", "''")
    page.cell(row, 1).hyperlink = Hyperlink(ref=f"A{row}", location=f"'{quoted}'!A1", display=clean(text))
    # Setting a link puts openpyxl's own style and value over ours.
    put(page, row, 1, text, styles, role)


def _page(page: Worksheet, cover: Cover, about: Properties) -> None:
    """A4 across, as wide as the paper, the mark on every printed page."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.sheet_view.showGridLines = False
    page.HeaderFooter.scaleWithDoc = False
    page.oddHeader.left.text = _running(cover.title)
    page.oddHeader.right.text = " · ".join(_running(text) for text in (about.mark, page.title) if text)
    page.oddFooter.left.text = _running(about.sender)
    page.oddFooter.right.text = f"{_running(about.page)} &P / &N"


def _running(text: str) -> str:
    """``text`` in a running head, where ``&`` begins a command."""
    return plain(text)[:_RUNNING_LENGTH].replace("&", "&&")


def _properties(book: Workbook, cover: Cover, about: Properties) -> None:
    found = book.properties
    found.title = plain(cover.title)
    found.subject = plain(about.title)
    found.creator = found.lastModifiedBy = plain(about.sender)
    found.language = _LOCALE.get(about.lang, about.lang)
    found.keywords = found.description = about.mark or None
    found.created = found.modified = datetime(about.year, 1, 1)
