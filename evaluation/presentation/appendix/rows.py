"""The rows of a table as xml, put into the sheet that openpyxl has made.

openpyxl makes an object and an element of every cell. For the hundred thousand cells of an appendix that takes
longer than the report; a row written as text takes a tenth of it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape

from evaluation.presentation.appendix.model import Cell, Num, Sheet
from evaluation.presentation.appendix.styles import Styles
from evaluation.presentation.appendix.text import clean
from evaluation.presentation.appendix.text import lines as text_lines

#: Rows before a table: title, one line on it, link to the contents; then the heads.
HEAD_ROW = 4
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_CREATED = re.compile(rb"<dcterms:created[^>]*>([^<]*)<")
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"')
_EPOCH = (1980, 1, 1, 0, 0, 0)


def steady(content: bytes, sheets: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The package with the rows of its tables, and without the time it was made.

    Parameters
    ----------
    content : bytes
        What openpyxl saved: it writes the clock into the zip and into the properties.
    sheets : mapping
        Path in the package to the range of the sheet's cells and the rows to add.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = old.read(name)
            if name == "docProps/core.xml":
                created = _CREATED.search(data)
                assert created is not None
                data = _MODIFIED.sub(rb"\g<1>" + created[1] + rb"\g<2>", data)
            if name in sheets:
                data = _filled(data, *sheets[name])
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return made.getvalue()


def _filled(data: bytes, cells: str, rows: bytes) -> bytes:
    end = b"</sheetData>"
    assert data.count(end) == 1
    dimension = f'<dimension ref="{cells}"'.encode()
    return _DIMENSION.sub(dimension, data, count=1).replace(end, rows + end)


def table_rows(sheet: Sheet, styles: Styles, widths: Sequence[float]) -> bytes:
    """All rows below the head: numbers as numbers, days as days, everything else as text, never a formula.

    ``widths`` of the columns in letters: a row is given the height that its texts need, because not every program
    works that out for itself.
    """
    from openpyxl.utils import get_column_letter

    letters = [get_column_letter(place + 1) for place in range(len(sheet.fields))]
    roles = ["gone" if field.number else "wrap" for field in sheet.fields]
    texts: dict[tuple[str, str], str] = {}
    lines = []
    for number, row in enumerate(sheet.rows, start=HEAD_ROW + 1):
        cells = [
            f'<c r="{letter}{number}" {_content(value, role, styles, texts)}</c>'
            for letter, role, value in zip(letters, roles, row, strict=True)
        ]
        high = _lines(row, widths)
        height = f' ht="{row_height(high)}" customHeight="1"' if high > 1 else ""
        lines.append(f'<row r="{number}"{height}>{"".join(cells)}</row>')
    return "".join(lines).encode("utf-8")


def _lines(row: Sequence[Cell], widths: Sequence[float]) -> int:
    """Lines of the row's tallest text."""
    texts = [(value, width) for value, width in zip(row, widths, strict=True) if isinstance(value, str)]
    # Most texts fit, and counting their words would take longer than all else.
    return max((text_lines(text, width) for text, width in texts if len(text) > width), default=1)


def row_height(count: int) -> float:
    """Height of so many lines, in points; a row can be no higher than 409."""
    return min(14.5 * count + 1.5, 409.0)


def _content(value: Cell, role: str, styles: Styles, texts: dict[tuple[str, str], str]) -> str:
    if isinstance(value, Num):
        # repr gives the shortest digits that read back as the same number.
        return f's="{styles.place(styles.number(value))}"><v>{_digits(value.value)}</v>'
    if isinstance(value, date):
        from openpyxl.utils.datetime import to_excel

        return f's="{styles.place(styles.day())}"><v>{_digits(to_excel(value))}</v>'
    if (value, role) not in texts:
        text = clean(value)
        style = styles.place(styles.text(text, role))
        texts[value, role] = f's="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is>'
    return texts[value, role]


def _digits(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
