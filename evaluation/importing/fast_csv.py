"""Plain delimited text through pyarrow: what :mod:`evaluation.importing.csvfile` reads, many times faster.

Only splitting and the plainest whole numbers are pyarrow's; every other rule is the careful
reader's, asked once for each distinct text of a column. pyarrow's view is proven, not trusted:
a whole number can be written in one shortest way only ("01", "+1" and " 1" are longer), so the lengths of
all values as they were read, with the delimiters, line ends and quotation marks, add up to the size of the file
just where every number was written plainly and nothing was skipped. Wherever that fails, or the file
has rows or quotes that could be read in two ways, the answer is None: the careful reader reads it.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.common.files import hash_bytes
from evaluation.importing.csvfile import Cells, csv_export
from evaluation.importing.export import SurveyExport
from evaluation.importing.text import TextTable, find_delimiter, is_note_text, unique_names

# Below this the careful reader is as quick.
_SMALL = 256 * 1024
_HEAD = 1024**2
_BOM = b"\xef\xbb\xbf"
#: Rows that a tool's reader may look at to know its own files.
SAMPLE_ROWS = 1000
# UTF-8 that was read as cp1252 shows one of these, the last only at the start; the careful reader mends it.
# Each with its rarest byte: looking for that one alone is quickest.
_DAMAGED = ((b"\x83", "Ã".encode()), (b"\xe2\x82\xac", "â€".encode()))
_DAMAGED_MARK = "ï»¿".encode()
_WHOLE = re.compile(r"(?:0|-?[1-9]\d{0,13})\Z", re.ASCII)
# Every number of the sample below this: two bytes hold the column, unless a later value says otherwise.
_SHORT, _FEW = 1000, 100
_EXACT = 10**15
_LONGEST_CELL = 100_000
_QUOTE, _LINE, _RETURN = 34, 10, 13
# From here on a column's distinct texts are judged by arrow, not one by one.
_MANY = 2000
_FEWEST = 2
_PLAIN = r"^-?[0-9]+(\.[0-9]+)?$"
_COMMA = r"^-?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?$"
_THOUSANDS = r"^-?[0-9]{1,3}(\.[0-9]{3})+$"
# With a dot that cannot part thousands.
_REAL_DOT = r"^-?[0-9]+\.([0-9]{1,2}|[0-9]{4,})$|^-?[0-9]{4,}\."
_NO_NUMBER = r"^-?0[0-9]|([0-9][^0-9]*){16}"


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a file below its header, and how they are split."""

    data: bytes
    start: int
    delimiter: str
    quotes: int
    line_end: int


@dataclass(frozen=True, slots=True)
class Start:
    """Header and first rows, for the readers of the tools to recognise their own."""

    table: TextTable
    body: Body


def begin(path: Path) -> Start | None:
    """The start of a file that can be read fast, or None."""
    if path.stat().st_size < _SMALL:
        return None
    data = path.read_bytes()
    at = len(_BOM) if data.startswith(_BOM) else 0
    try:
        # The last character may be cut.
        text = data[at : at + _HEAD].decode("utf-8", "strict" if len(data) <= at + _HEAD else "ignore")
    except UnicodeDecodeError:
        return None
    line = data.find(b"\n", at, at + _HEAD)
    delimiter = find_delimiter(text)
    if not delimiter or line < 0 or text[:4].casefold() == "sep=" or not text[:1].strip():
        return None
    reader = csv.reader(io.StringIO(text[: text.rindex("\n") + 1], newline=""), delimiter=delimiter)
    try:
        rows = list(itertools.islice(reader, SAMPLE_ROWS))
    except csv.Error:
        return None
    header = data[at : line + 1].decode("utf-8", "replace").rstrip("\r\n")
    if next(csv.reader([header], delimiter=delimiter), None) != rows[0] or header.count('"') % 2:
        return None
    ends = _line_end(data)
    damaged = any(rare in data and mark in data for rare, mark in _DAMAGED) or data.startswith(_DAMAGED_MARK, at)
    if not ends or damaged or b"\x00" in data:
        return None
    quotes = _quotes(data, line + 1, delimiter)
    if quotes is None:
        return None
    return Start(TextTable(rows, "utf-8", delimiter), Body(data, line + 1, delimiter, quotes, ends))


def _line_end(data: bytes) -> int:
    """Bytes that end a line, 0 where the file mixes them."""
    returns = data.count(b"\r")
    if not returns:
        return 1
    return 2 if returns == data.count(b"\n") == data.count(b"\r\n") else 0


def _quotes(data: bytes, start: int, delimiter: str) -> int | None:
    """Quotation marks below the header; None where one opens or closes inside a field."""
    if data.find(b'"', start) < 0:
        return 0
    cells = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(cells[start:] == _QUOTE) + start
    if len(places) % 2:
        return None
    opened, closed = places[::2], places[1::2]
    around = np.isin(np.arange(256), [_LINE, _RETURN, ord(delimiter), _QUOTE])
    last = closed + 1 == len(data)
    after = cells[np.minimum(closed + 1, len(data) - 1)]
    if not (around[cells[opened - 1]].all() and (around[after] | last).all()):
        return None
    return len(places)


def read_fast(path: Path, start: Start) -> SurveyExport | None:
    """What :func:`~evaluation.importing.csvfile.read_csv` gives, or None where it must read the file."""
    import pyarrow as pa

    names, notices = unique_names([name.strip() for name in start.table.rows[0]])
    width = len(names)
    # A header without a last name is the phantom delimiter.
    if width < _FEWEST or not start.table.rows[0][-1].strip():
        return None
    guessed = [_guess(row[place] for row in start.table.rows[1:] if len(row) == width) for place in range(width)]
    wider = [pa.string() if kind == pa.string() else pa.int64() for kind in guessed]
    for types in (guessed, wider, [pa.string()] * width):
        table = _table(start.body, types)
        if table is None:
            continue
        if not table.num_rows or _blank_rows(table):
            return None
        rows = table.num_rows
        with ThreadPoolExecutor(2) as pool:
            columns = list(pool.map(ArrowCells, table.columns))
        del table
        if _adds_up(start.body, rows, columns):
            return csv_export(path, hash_bytes(start.body.data), names, columns, notices)
    return None


def _adds_up(body: Body, rows: int, columns: Sequence[ArrowCells]) -> bool:
    """Whether the values, written plainly, make a file of just this size."""
    if any(column.length < 0 or column.longest > _LONGEST_CELL for column in columns):
        return False
    cells = sum(column.length - column.marks for column in columns) + body.quotes
    # Marks inside a text are counted with it and, doubled, among the quotation marks of the file.
    whole = cells + rows * (len(columns) - 1 + body.line_end)
    missing = 0 if body.data.endswith(b"\n") else body.line_end
    return len(body.data) - body.start == whole - missing


def _table(body: Body, types: Sequence[Any]) -> Any:
    """All cells as whole numbers or as text; None where pyarrow cannot read them so."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    names = [str(place) for place in range(len(types))]
    try:
        return pacsv.read_csv(
            pa.BufferReader(pa.py_buffer(body.data).slice(body.start)),
            read_options=pacsv.ReadOptions(column_names=names),
            parse_options=pacsv.ParseOptions(delimiter=body.delimiter, newlines_in_values=body.quotes > 0),
            convert_options=pacsv.ConvertOptions(
                column_types=dict(zip(names, types, strict=True)), null_values=[""], strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def _guess(cells: Iterable[str]) -> Any:
    """Whole numbers of two or eight bytes where the sample holds nothing else; else text."""
    import pyarrow as pa

    filled = {cell for cell in cells if cell}
    if not filled or not all(map(_WHOLE.match, filled)):
        return pa.string()
    # Running numbers begin small, too.
    codes = len(filled) < _FEW and all(abs(int(cell)) < _SHORT for cell in filled)
    return pa.int16() if codes else pa.int64()


def _blank_rows(table: Any) -> bool:
    """Whether a row is empty throughout, or the last one may be a note below the table."""
    import pyarrow as pa
    import pyarrow.compute as pc

    last = [str(table.column(place)[-1].as_py() or "") for place in range(table.num_columns)]
    if not any(cell.strip() for cell in last[1:]) or is_note_text(last[0].strip()):
        return True
    blank: Any = None
    for column in sorted(table.columns, key=lambda one: pa.types.is_string(one.type)):
        if not pa.types.is_string(column.type) and not column.null_count:
            return False
        empty = pc.is_null(column)
        if pa.types.is_string(column.type):
            empty = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return False
    return True


class ArrowCells(Cells):
    """A column as pyarrow split it.

    Attributes
    ----------
    length, marks, longest : int
        Bytes of all cells (−1: a whole number too large to be one), quotation marks
        in them, length of the longest text.
    strict : bool
        Many distinct texts, all numbers in plain ASCII without blanks: arrow judges them at once.
    """

    def __init__(self, values: Any) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self.marks = self.longest = 0
        if not pa.types.is_string(values.type):
            self.length = _digits(values)
            super().__init__([], None, values.cast(pa.float64(), safe=False).to_numpy())
            return
        lengths = pc.binary_length(values)
        self.longest, self.length = pc.max(lengths).as_py(), pc.sum(lengths).as_py()
        self.marks = pc.sum(pc.count_substring(values, '"')).as_py()
        coded = values.combine_chunks().dictionary_encode()
        self._arrow = coded.dictionary
        super().__init__(coded.dictionary.to_pylist(), coded.indices.to_numpy())
        self.strict = len(self.distinct) > _MANY and (self._all(_PLAIN) or self._all(_COMMA))

    def _all(self, pattern: str) -> bool:
        import pyarrow.compute as pc

        return bool(pc.all(pc.match_substring_regex(self._filled(), pattern)).as_py())

    def _any(self, pattern: str) -> bool:
        import pyarrow.compute as pc

        return bool(pc.any(pc.match_substring_regex(self._filled(), pattern)).as_py())

    def _filled(self) -> Any:
        import pyarrow.compute as pc

        return self._arrow.filter(pc.not_equal(self._arrow, ""))

    def decimal_commas(self) -> bool:
        """As :func:`~evaluation.importing.text.writes_decimal_commas` of this column."""
        return self._any(",") and self._all(_COMMA) if self.strict else super().decimal_commas()

    def decimal_dots(self) -> bool:
        """As :func:`~evaluation.importing.text.writes_decimal_dots` of this column."""
        if not self.strict:
            return super().decimal_dots()
        return self._all(_PLAIN) and self._any(r"\.") and self._any(_REAL_DOT)

    def thousands(self) -> bool:
        """As :func:`~evaluation.importing.text.only_thousands` of this column."""
        return self._all(_THOUSANDS) if self.strict else super().thousands()

    def numbers(self, comma: bool) -> np.ndarray | None:
        """As :func:`~evaluation.importing.text.number_column`, for the distinct texts."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not self.strict:
            return super().numbers(comma)
        if self._any(_NO_NUMBER):
            return None
        texts = self._arrow
        if not self._all(_PLAIN) or (comma and self._all(_THOUSANDS)):
            if not self._all(_COMMA):
                return None
            texts = pc.replace_substring(pc.replace_substring(texts, ".", ""), ",", ".")
        found: np.ndarray = (
            pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
            .cast(pa.float64())
            .to_numpy(zero_copy_only=False)
        )
        return found


def _digits(values: Any) -> int:
    """Characters of whole numbers written plainly; −1 where one is too large to be a number."""
    found = values.drop_null().to_numpy()
    if not len(found):
        return 0
    low, high = int(found.min()), int(found.max())
    if low <= -_EXACT or high >= _EXACT:
        return -1
    length = len(found) + int(np.count_nonzero(found < 0))
    size, power = np.abs(found) if low < 0 else found, 10
    while power <= max(high, -low):
        length += int(np.count_nonzero(size >= power))
        power *= 10
    return length
