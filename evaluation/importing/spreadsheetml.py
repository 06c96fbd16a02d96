"""Excel 2003 XML (SpreadsheetML), which SurveyXact still writes: read as a stream, with guards.

Neither openpyxl nor pandas opens it. The parser is expat without any document type:
a file that declares one, and with it entities that could swell or reach other files,
is refused before the first cell.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from evaluation.common.errors import fail
from evaluation.importing.grid import MAX_CELLS, Cell, Grid, RawSheet, Sheet, letters, sparse

#: Larger files are refused: Excel itself cannot hold them.
MAX_BYTES = 1024**3
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_HEAD_NAMES = re.compile(r"<(?:\w+:)?Workbook\b", re.IGNORECASE)


def is_spreadsheetml(head: bytes) -> bool:
    """Whether the first bytes are of a workbook in Excel 2003 XML, in UTF-8 or UTF-16."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = head[: len(head) // 2 * 2].decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    return text.startswith("<") and bool(_HEAD_NAMES.search(text)) and _NAMESPACE in text


def read_spreadsheetml(path: Path) -> list[Sheet]:
    """All sheets with their values, and what else the file says about each of them.

    Raises
    ------
    EvaluationError
        ``import-xml-entities``, ``import-too-large`` or ``import-damaged``.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise fail("import-too-large", where=path, found=f"{size / 1024**2:.0f} MiB")
    handler = _Handler(path)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = handler.refuse
    parser.EntityDeclHandler = handler.refuse
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise fail("import-damaged", where=path, found=error) from error
    except (ValueError, LookupError) as error:
        if hasattr(error, "problems"):
            raise
        raise fail("import-damaged", where=path, found=error) from error
    return [s.sheet(path) for s in handler.sheets]


@dataclass(slots=True)
class _Draft:
    """A sheet while it is read; only rows and cells that are there take space."""

    name: str
    visible: bool = True
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    errors: int = 0
    uncalculated: list[str] = field(default_factory=list)

    def sheet(self, path: Path) -> Sheet:
        last = max((n for n, cells in self.rows.items() if cells), default=-1)
        width = max((max(cells) for cells in self.rows.values() if cells), default=-1) + 1
        if sparse((last + 1) * width, sum(map(len, self.rows.values()))):
            raise fail("import-too-large", where=path, found=f"{last + 1} × {width}")
        rows = (self._row(number, width) for number in range(last + 1))
        return Sheet(self.name, self.visible, Grid.of(rows, (last + 1, width)), self.raw())

    def _row(self, number: int, width: int) -> list[Cell]:
        row: list[Cell] = [""] * width
        for place, value in self.rows.get(number, {}).items():
            row[place] = value
        return row

    def raw(self) -> RawSheet:
        return RawSheet(
            hidden_rows=self.hidden_rows,
            hidden_columns=self.hidden_columns,
            errors=self.errors,
            formulas_without_value=len(self.uncalculated),
            uncalculated=tuple(self.uncalculated),
            merged=tuple(self.merged),
        )


class _Handler:
    """Builds sheets from the parser's events; indices are 1-based in the file and 0-based here."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sheets: list[_Draft] = []
        self.row = self.column = -1
        self.width = 0
        self.cell: dict[str, str] = {}
        self.kind = ""
        self.parts: list[str] | None = None
        self.visibility = False

    def refuse(self, *_: object) -> None:
        raise fail("import-xml-entities", where=self.path, found="<!DOCTYPE>")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        values = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "Worksheet":
            self.sheets.append(_Draft(values.get("Name", f"Ark{len(self.sheets) + 1}")))
            self.row = -1
        elif not self.sheets:
            return
        elif name == "Row":
            self.row = self._place(values, self.row, MAX_ROWS)
            self.column = -1
            self.sheets[-1].hidden_rows += values.get("Hidden") == "1"
        elif name == "Column":
            self.sheets[-1].hidden_columns += values.get("Hidden") == "1"
        elif name == "Cell":
            self.column = self._place(values, self.column, MAX_COLUMNS)
            self.cell, self.kind = values, ""
        elif name == "Data":
            self.kind, self.parts = values.get("Type", "String"), []
        elif name == "Visible":
            self.visibility, self.parts = True, []

    def text(self, data: str) -> None:
        if self.parts is not None:
            self.parts.append(data)

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "Data" and self.parts is not None:
            self._store("".join(self.parts))
            self.parts = None
        elif name == "Visible" and self.parts is not None:
            self.sheets[-1].visible = "hidden" not in "".join(self.parts).casefold()
            self.parts = None
        elif name == "Cell" and self.sheets:
            self._close_cell()

    def _place(self, values: dict[str, str], before: int, most: int) -> int:
        place = int(values.get("Index", before + 2)) - 1
        if place <= before or place >= most:
            raise fail("import-damaged", where=self.path, found=f"ss:Index {place + 1}")
        return place

    def _store(self, text: str) -> None:
        sheet = self.sheets[-1]
        if self.kind == "Error":
            sheet.errors += 1
            return
        value = _value(self.kind, text)
        if value == "":
            return
        self.width = max(self.width, self.column + 1)
        if (self.row + 1) * self.width > MAX_CELLS:
            raise fail("import-too-large", where=self.path, found=f"{self.row + 1} × {self.width}")
        sheet.rows.setdefault(self.row, {})[self.column] = value

    def _close_cell(self) -> None:
        across, down = (max(int(self.cell.get(key, 0)), 0) for key in ("MergeAcross", "MergeDown"))
        sheet = self.sheets[-1]
        if "Formula" in self.cell and not self.kind:
            sheet.uncalculated.append(f"{letters(self.column)}{self.row + 1}")
        if across or down:
            last = (self.row + down, self.column + across)
            if last[0] >= MAX_ROWS or last[1] >= MAX_COLUMNS:
                raise fail("import-damaged", where=self.path, found=f"ss:MergeAcross {across}, ss:MergeDown {down}")
            sheet.merged.append((self.row, self.column, *last))
            self.column += across


def _value(kind: str, text: str) -> Cell:
    if kind == "Number" and text.strip():
        return float(text)
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "DateTime" and text.strip():
        return dt.datetime.fromisoformat(text.strip().removesuffix("Z"))
    return text
