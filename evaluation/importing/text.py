"""Delimited text: encoding, delimiter, rows and column types, detected and never assumed."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
_MOJIBAKE = re.compile("Ã[¦¸¥†˜…©¼¤¶Ÿ\x85\x86\x98]|â€[“”™œ¦]|^ï»¿")
# Excel's own first line that names the delimiter.
_SEP = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)
_NOTE = re.compile(
    r"(?:kilde|kilder|note|noter|anm|anmærkning|source|obs|bemærk|fiktive data|fictional data)\b|\*", re.IGNORECASE
)
_DAY_FIRST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})(?:[ T](\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?\Z")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?\Z")
_HEAD = 1024**2
_WORD = re.compile(r"[\w.,:+-]{1,40}\Z")
# Letters and marks that tell Mac Roman from Windows-1252; two of them may be chance.
_OURS = "æøåÆØÅéäöüÄÖ–’“”"
_FEW_LETTERS = 2
_MONTHS = 12
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
                text = data.decode(encoding)
                if encoding == "utf-8-sig":
                    return _mended(text, encoding, where)
                return text, encoding, ()
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
            if reads_as_mac(data):
                return data.decode("mac_roman"), "mac_roman", (Notice("encoding-guessed", detail="Mac Roman"),)
            raise fail("import-text-encoding", where=where, found=f"byte {error.start}") from error
    return _mended(text, encoding, where)


def reads_as_mac(data: bytes) -> bool:
    """Whether Mac Roman gives several of our letters, and more of them than Windows-1252 does."""
    mac, windows = (sum(map(data.decode(code, "replace").count, _OURS)) for code in ("mac_roman", "cp1252"))
    return mac > max(windows, _FEW_LETTERS)


def _mended(text: str, encoding: str, where: Path) -> tuple[str, str, tuple[Notice, ...]]:
    """Text that was saved as UTF-8 once too often, turned back; up to three times."""
    mended = text
    for _ in range(3):
        if not _MOJIBAKE.search(mended):
            break
        try:
            mended = _cp1252(mended).decode("utf-8").removeprefix("\ufeff")
        except UnicodeError:
            break
    if mended != text:
        return mended, "utf-8", (Notice("text-mended", detail=where.name),)
    return text, encoding, (Notice("text-damaged", detail=where.name),) if _MOJIBAKE.search(text) else ()


def looks_double_encoded(texts: Iterable[str]) -> bool:
    """Whether some text holds UTF-8 that was read as cp1252."""
    return any(_MOJIBAKE.search(text) for text in texts)


def _cp1252(text: str) -> bytes:
    """Bytes that were read as cp1252, with the five it leaves undefined taken as they were."""
    return b"".join(c.encode("latin-1" if 0x80 <= ord(c) < 0xA0 else "cp1252") for c in text)


def find_delimiter(text: str) -> str:
    """The delimiter that splits most rows into the same, largest number of fields; empty when none splits."""
    best, best_score = "", (0, 0)
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=delimiter)
        widths = []
        # A field too long for any answer ends the sample; what was counted before it counts.
        with contextlib.suppress(csv.Error):
            for row in itertools.islice(reader, _SAMPLE_ROWS):
                widths += [len(row)] if row else []
        if not widths:
            continue
        # The phantom delimiter makes rows one wider than the header: count the usual width.
        width, count = Counter(widths).most_common(1)[0]
        score = (count, width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _one_column(text: str) -> bool:
    """Whether the lines are one variable: a name, and single words or numbers below it."""
    lines = [line.strip().strip('"') for line in text[:_HEAD].splitlines() if line.strip()]
    return len(lines) > 1 and lines[0].isidentifier() and all(_WORD.match(line) for line in lines)


def read_table(path: Path, *, delimiter: str | None = None) -> TextTable:
    """All rows of a delimited file; empty rows at the end are left out.

    Raises
    ------
    EvaluationError
        ``import-text-encoding``, ``import-field-too-long``, or ``import-not-a-table`` when
        nothing delimits fields.
    """
    text, encoding, notices = decode(path.read_bytes(), path)
    named = _SEP.match(text)
    if named is not None:
        delimiter, text = named.group(1), text[named.end() :]
    delimiter = delimiter or find_delimiter(text) or (";" if _one_column(text) else "")
    if not delimiter:
        raise fail("import-not-a-table", where=path, found=text[:60].strip())
    # Not str.splitlines: it also breaks at characters that open answers may hold.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error as error:
        if "field limit" in str(error):
            raise fail("import-field-too-long", where=f"{path}, line {reader.line_num}", found=error) from error
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
    empty = 0
    notes = _notes_below(body, width)
    body = body[: len(body) - notes]
    for number, row in enumerate(body, start=2):
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            row, cut = row[:width], True
        if not row:
            continue
        if not any(cell.strip() for cell in row):
            empty += 1
            continue
        if len(row) != width:
            wrong.append((number, len(row)))
        rows.append(row)
    if wrong:
        number, fields = wrong[0]
        raise fail("import-row-width", where=f"{where}, row {number}", found=fields, width=width, rows=len(wrong))
    notices = table.notices + ((Notice("phantom-delimiter", detail=where.name),) if cut else ())
    for code, count in (("note-rows-cut", notes), ("empty-rows-inside", empty)):
        notices += (Notice(code, rows=count),) if count else ()
    return TextTable(rows, table.encoding, table.delimiter, notices)


def _notes_below(body: Sequence[Sequence[str]], width: int) -> int:
    """Rows at the end that are notes, or empty above notes, in a table of several columns."""
    notes = 0
    for count, row in enumerate(reversed(body), start=1):
        filled = [cell for cell in row if cell.strip()]
        if width > 2 and len(filled) == 1 and filled[0] == row[0] and is_note_text(filled[0].strip()):
            notes = count
        elif filled:
            break
    return notes


def unique_names(header: Sequence[str]) -> tuple[list[str], tuple[Notice, ...]]:
    """Column names without repeats (``name``, ``name_2``) or blanks (``column_7``)."""
    seen: Counter[str] = Counter()
    names, notices = [], []
    own = {" ".join(raw.split()) for raw in header}
    for number, raw in enumerate(header, start=1):
        name = " ".join(raw.split()) or f"column_{number}"
        seen[name] += 1
        if seen[name] > 1:
            # Never a name that another column of the file has itself.
            while f"{name}_{seen[name]}" in own:
                seen[name] += 1
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
    filled = {cell for raw in set(cells) if (cell := raw.strip())}
    if not filled:
        return pd.Series(np.full(len(cells), np.nan))
    dots = all(map(_NUMBER.match, filled)) and not (comma and all(map(_THOUSANDS_ONLY.match, filled)))
    if not dots and not all(map(_NUMBER_COMMA.match, filled)):
        return None
    if any(_LEADING_ZERO.match(cell) or sum(map(str.isdigit, cell)) > _LONGEST_NUMBER for cell in filled):
        return None
    if dots:
        values = {cell: float(cell) for cell in filled}
    else:
        values = {cell: float(cell.replace(".", "").replace(",", ".")) for cell in filled}
    values[""] = np.nan
    as_written = {raw: values[raw.strip()] for raw in set(cells)}
    return pd.Series(np.fromiter(map(as_written.__getitem__, cells), dtype="float64", count=len(cells)))


def writes_decimal_commas(columns: Sequence[Sequence[str]]) -> bool:
    """Whether some column of the file can only be read as numbers with decimal commas."""
    for cells in columns:
        filled = {cell for raw in set(cells) if (cell := raw.strip())}
        if filled and any("," in cell for cell in filled) and all(_NUMBER_COMMA.match(cell) for cell in filled):
            return True
    return False


def is_note_text(text: str) -> bool:
    """Whether a line reads as a note to a table: "Kilde: …", "Note: …", "* …"."""
    return bool(_NOTE.match(text))


def iso_dates(cells: Sequence[str]) -> list[str | None] | None:
    """Dates as ISO text, None where empty; None for the whole when they are not all dates, or could be others.

    Danish dates have the day first. With dots or hyphens nothing else is meant; with
    slashes 03/04/2024 may be American, so some day above 12 must show it.
    """
    found: dict[str, str] = {}
    proven, slashes = False, False
    # Most columns are none of dates, and their first cell says so.
    for cell in map(str.strip, cells):
        if not cell or cell in found:
            continue
        match = _DAY_FIRST.match(cell)
        if match is None:
            if not _ISO.match(cell):
                return None
            found[cell] = cell
            continue
        day, sign, month, year, *time = match.groups()
        try:
            hour, minute, second = (int(part or 0) for part in time)
            moment = datetime(int(year), int(month), int(day), hour, minute, second)
        except ValueError:
            return None
        proven, slashes = proven or int(day) > _MONTHS, slashes or sign == "/"
        found[cell] = moment.isoformat(sep=" ") if time[0] else moment.date().isoformat()
    if not found or (slashes and not proven):
        return None
    return [found.get(raw.strip()) for raw in cells]


def writes_decimal_dots(columns: Sequence[Sequence[str]]) -> bool:
    """Whether some column of the file can only be read as numbers with decimal dots (22.1, never 1.234)."""
    for cells in columns:
        filled = {cell for raw in set(cells) if (cell := raw.strip())}
        if any("." in cell and not _THOUSANDS_ONLY.match(cell) for cell in filled) and all(map(_NUMBER.match, filled)):
            return True
    return False


def only_thousands(cells: Sequence[str]) -> bool:
    """Whether every number is like 1.234, which without decimal commas elsewhere would be 1 and a bit."""
    filled = {cell for raw in cells if (cell := raw.strip())}
    return bool(filled) and all(map(_THOUSANDS_ONLY.match, filled))
