"""Delimited text: encoding, delimiter, rows and column types, detected and never assumed."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.common.errors import fail
from evaluation.importing.notices import Notice

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (";", "\t", ",", "|")
_SAMPLE_ROWS = 50
# UTF-8 read as cp1252: æøåÆØÅé and the en dash.
_MOJIBAKE = re.compile("Ã[¦¸¥†˜…©¼]|â€“")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_NUMBER_COMMA = re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?\Z")
_THOUSANDS_ONLY = re.compile(r"-?\d{1,3}(?:\.\d{3})+\Z")
_LEADING_ZERO = re.compile(r"-?0\d")
# More digits than a float can hold exactly: an id, not a number.
_LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of a delimited file, the header among them, with how it was read."""

    rows: list[list[str]]
    encoding: str
    delimiter: str
    notices: tuple[Notice, ...] = field(default=())


def decode(data: bytes, where: Path) -> tuple[str, str, tuple[Notice, ...]]:
    """Text, encoding and notices: byte order mark, then strict UTF-8, then cp1252.

    UTF-8 that was read as cp1252 and saved once more is turned back where the whole
    text allows it.

    Raises
    ------
    EvaluationError
        ``import-text-encoding`` when the bytes are no text in any of these.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding, ()
            except UnicodeDecodeError as error:
                raise fail("import-text-encoding", where=where, found=f"{encoding}, byte {error.start}") from error
    if b"\x00" in data:
        raise fail("import-text-encoding", where=where, found=f"byte 0 at {data.index(0)}")
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252"), "cp1252", ()
        except UnicodeDecodeError as error:
            raise fail("import-text-encoding", where=where, found=f"byte {error.start}") from error
    if _MOJIBAKE.search(text):
        try:
            return _cp1252(text).decode("utf-8"), "utf-8", (Notice("text-mended", detail=where.name),)
        except UnicodeError:
            return text, encoding, (Notice("text-damaged", detail=where.name),)
    return text, encoding, ()


def _cp1252(text: str) -> bytes:
    """Bytes that were read as cp1252, with the five it leaves undefined taken as they were."""
    return b"".join(c.encode("latin-1" if 0x80 <= ord(c) < 0xA0 else "cp1252") for c in text)


def find_delimiter(text: str) -> str:
    """The delimiter that splits most rows into the same, largest number of fields; empty when none splits."""
    best, best_score = "", (0, 0)
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = [len(row) for row in itertools.islice(reader, _SAMPLE_ROWS) if row]
        except csv.Error:
            continue
        if not widths:
            continue
        # The phantom delimiter makes rows one wider than the header: count the usual width.
        width, count = Counter(widths).most_common(1)[0]
        score = (count, width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def read_table(path: Path, *, delimiter: str | None = None) -> TextTable:
    """All rows of a delimited file; empty rows at the end are left out.

    Raises
    ------
    EvaluationError
        ``import-text-encoding``, or ``import-not-a-table`` when nothing delimits fields.
    """
    text, encoding, notices = decode(path.read_bytes(), path)
    delimiter = delimiter or find_delimiter(text)
    if not delimiter:
        raise fail("import-not-a-table", where=path, found=text[:60].strip())
    # Not str.splitlines: it also breaks at characters that open answers may hold.
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise fail("import-not-a-table", where=path, found=error) from error
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return TextTable(rows, encoding, delimiter, notices)


def square(table: TextTable, where: Path) -> TextTable:
    """Header and rows of one width: the phantom delimiter at the ends of rows is cut.

    Raises
    ------
    EvaluationError
        ``import-row-width`` naming the first row with too many or too few fields.
    """
    if not table.rows:
        return table
    header, *body = table.rows
    cut = False
    while header and not header[-1].strip():
        header, cut = header[:-1], True
    width = len(header)
    rows = [[name.strip() for name in header]]
    wrong: list[tuple[int, int]] = []
    for number, row in enumerate(body, start=2):
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            row, cut = row[:width], True
        if not row:
            continue
        if len(row) != width:
            wrong.append((number, len(row)))
        rows.append(row)
    if wrong:
        number, fields = wrong[0]
        raise fail("import-row-width", where=f"{where}, row {number}", found=fields, width=width, rows=len(wrong))
    notices = table.notices + ((Notice("phantom-delimiter", detail=where.name),) if cut else ())
    return TextTable(rows, table.encoding, table.delimiter, notices)


def unique_names(header: Sequence[str]) -> tuple[list[str], tuple[Notice, ...]]:
    """Column names without repeats (``name``, ``name_2``) or blanks (``column_7``)."""
    seen: Counter[str] = Counter()
    names, notices = [], []
    for number, raw in enumerate(header, start=1):
        name = " ".join(raw.split()) or f"column_{number}"
        seen[name] += 1
        if seen[name] > 1:
            notices.append(Notice("duplicate-column", variable=name, detail=f"{name}_{seen[name]}"))
            name = f"{name}_{seen[name]}"
        names.append(name)
    return names, tuple(notices)


def text_column(cells: Sequence[str]) -> pd.Series:
    """Text as object with None where the cell is empty."""
    stripped = [cell.strip() or None for cell in cells]
    return pd.Series(stripped, dtype=object)


def number_column(cells: Sequence[str], comma: bool) -> pd.Series | None:
    """The cells as float64, or None when they are not all plain numbers.

    Codes with leading zeros (0101) and numbers longer than a float holds are text.
    ``comma`` says that the file writes decimal commas, and so dots between thousands.
    """
    filled = {cell for raw in cells if (cell := raw.strip())}
    if not filled:
        return pd.Series(np.full(len(cells), np.nan))
    if any(_LEADING_ZERO.match(cell) or sum(map(str.isdigit, cell)) > _LONGEST_NUMBER for cell in filled):
        return None
    if all(_NUMBER.match(cell) for cell in filled) and not (comma and all(map(_THOUSANDS_ONLY.match, filled))):
        values = {cell: float(cell) for cell in filled}
    elif all(_NUMBER_COMMA.match(cell) for cell in filled):
        values = {cell: float(cell.replace(".", "").replace(",", ".")) for cell in filled}
    else:
        return None
    values[""] = np.nan
    return pd.Series([values[cell.strip()] for cell in cells], dtype="float64")


def writes_decimal_commas(columns: Sequence[Sequence[str]]) -> bool:
    """Whether some column of the file can only be read as numbers with decimal commas."""
    for cells in columns:
        filled = {cell for raw in cells if (cell := raw.strip())}
        if filled and any("," in cell for cell in filled) and all(_NUMBER_COMMA.match(cell) for cell in filled):
            return True
    return False
