"""Kinds and values of the cells of an xlsx sheet, many at once: what stands between ``<row …>`` and ``</row>``.

A cell is three or four tags that nearly always look alike, so that the places of ``<`` and ``>`` tell
all of them apart, and eight bytes at a time are compared as one number. Cells that look otherwise
(rich text, formulas) are read one by one. What is no plain workbook raises :class:`DeclinedError`;
a slower reader takes it then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from evaluation.importing.grid import EMPTY, NUMBER, Cell, kind_of

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_WORD, _WORDS = 8, 5
# Distinct combinations of style and type; a sheet with more is read otherwise.
_MOST_FORMS = 2000
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD)] + [2**64 - 1], dtype=np.uint64)
_REFERENCE = int.from_bytes(b'r="', "little")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
# How Excel writes characters that XML does not allow, and line ends.
_ESCAPED = re.compile(r"_x([0-9a-fA-F]{4})_")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>")
_TEXTS = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)</t>")
_SPOKEN = re.compile(rb"<rPh\b.*?</rPh>", re.DOTALL)
_LAST_DAY = 2_958_466
_LEAP = 60

Ints = npt.NDArray[np.int64]


class DeclinedError(Exception):
    """A workbook written in a way that only the slower reader knows."""


@dataclass(frozen=True, slots=True)
class Style:
    """What matters of a cell's number format: ``date``, ``duration`` or neither; digits of a format like ``0000``."""

    kind: str = ""
    zeros: int = 0


@dataclass(slots=True)
class Values:
    """What the cells of one workbook share: styles, texts, and the values met so far."""

    styles: Sequence[Style]
    others: list[Cell]
    mac: bool = False
    places: dict[bytes, int] = field(default_factory=dict)
    dates: dict[tuple[bytes, str], tuple[int, float]] = field(default_factory=dict)

    def other(self, cell: Cell) -> tuple[int, float]:
        """Kind and place of a value that is no number, a new one."""
        self.others.append(cell)
        return kind_of(cell), len(self.others) - 1

    def text(self, raw: bytes) -> tuple[int, float]:
        """Kind and place of a text as it stands in the XML."""
        place = self.places.get(raw)
        if place is None:
            self.others.append(plain_text(raw))
            place = self.places[raw] = len(self.others) - 1
        return kind_of(self.others[place]), place

    def number(self, raw: bytes, style: Style) -> tuple[int, float]:
        """Kind and number, or place of a date."""
        if not raw.strip():
            return EMPTY, 0.0
        try:
            number = float(raw)
        except ValueError as error:
            raise DeclinedError(raw) from error
        if not style.kind or not math.isfinite(number):
            return NUMBER, number
        if (raw, style.kind) not in self.dates:
            moment = moment_of(number, style.kind, self.mac)
            self.dates[raw, style.kind] = (NUMBER, number) if moment is None else self.other(moment)
        return self.dates[raw, style.kind]


def plain_text(raw: bytes) -> str:
    """Text of an XML fragment without tags."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DeclinedError("encoding") from error
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPED.sub(lambda found: _sign(int(found[1], 16)), text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return _NAMED[found[3]]
    return _sign(int(found[1]) if found[1] else int(found[2], 16))


def _sign(number: int) -> str:
    """A character; the sign for an unknown one where the number is none, or half of one."""
    return chr(number) if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else "\ufffd"


def moment_of(number: float, kind: str, mac: bool) -> Cell | None:
    """The day or time that Excel stores as a number of days since 1900 or 1904; None beyond its calendar."""
    if kind == "duration":
        return timedelta(days=number) if abs(number) < _LAST_DAY else None
    if not 0 <= number < _LAST_DAY - (1462 if mac else 0):
        return None
    # 1900 was no leap year, but is one in Excel.
    start = datetime(1904, 1, 1) if mac else datetime(1899, 12, 30 if number >= _LEAP else 31)
    moment = start + timedelta(milliseconds=round(number * 86_400_000))
    if number < 1 and not mac:
        return moment.time()
    return moment.date() if number.is_integer() else moment


@dataclass(slots=True)
class _Form:
    """One combination of attributes: words as they stand in the tag, style and type."""

    words: tuple[int, ...]
    style: int
    type: str


@dataclass(slots=True)
class Block:
    """Filled cells of some rows: row, column, kind and number of each, and what was counted."""

    rows: Ints
    columns: Ints
    kinds: npt.NDArray[np.uint8]
    numbers: npt.NDArray[np.float64]
    errors: int
    uncalculated: list[tuple[int, int]]
    zeros: dict[int, int]


class Scanner:
    """Reads the cells of one sheet, block by block."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._forms: list[_Form] = []
        self._blank = np.zeros(0, dtype=np.uint8)

    def scan(self, xml: bytes) -> Block:
        """The cells of whole rows.

        Raises
        ------
        DeclinedError
            When the tags are not those of a plain workbook.
        """
        tags = _Tags(xml)
        cells = np.flatnonzero((tags.one == ord("c")) & ((tags.two == ord(">")) | (tags.two < ord("0"))))
        start, end = tags.open[cells], tags.close[cells]
        rows, columns, after = _places(tags, start)
        alone = tags.bytes[end - 1] == ord("/")
        form = self._form_of(tags, after, end - alone)
        kinds, numbers = np.zeros(len(cells), np.uint8), np.zeros(len(cells))
        block = Block(rows, columns, kinds, numbers, 0, [], {})
        if not len(cells):
            return block
        self._zeros(block, form)
        plain = ~alone & (tags.one[cells + 1] == ord("v")) & (tags.close[cells + 1] - tags.open[cells + 1] == 2)
        plain &= (tags.one[cells + 2] == ord("/")) & (tags.one[cells + 3] == ord("/"))
        plain &= tags.two[cells + 3] == ord("c")
        hollow = ~alone & (tags.one[cells + 1] == ord("/")) & (tags.two[cells + 1] == ord("c"))
        begin, stop = tags.close[cells + 1] + 1, tags.open[cells + 2]
        types = np.array([ord(one.type[0]) if one.type else ord("n") for one in self._forms], np.uint8)[form]
        dated = np.array([bool(self._style(one.style).kind) for one in self._forms])[form]
        shared = np.array([one.type == "s" for one in self._forms])[form]
        fast = plain & (shared | ((types == ord("n")) & ~dated))
        self._fast(tags, block, fast, shared, begin, stop)
        for n in np.flatnonzero(plain & ~fast).tolist():
            self._one(block, n, self._forms[form[n]], xml[begin[n] : stop[n]], False)
        for n in np.flatnonzero(~plain & ~alone & ~hollow).tolist():
            self._odd(block, n, self._forms[form[n]], xml, int(end[n]))
        keep = kinds != EMPTY
        block.rows, block.columns = rows[keep], columns[keep]
        block.kinds, block.numbers = kinds[keep], numbers[keep]
        return block

    def _style(self, number: int) -> Style:
        styles = self._values.styles
        return styles[number] if number < len(styles) else Style()

    def _zeros(self, block: Block, form: Ints) -> None:
        """Columns with cells shown with leading zeros, with the width of the first."""
        for number, one in enumerate(self._forms):
            zeros = self._style(one.style).zeros
            if zeros:
                for place in np.unique(block.columns[form == number]).tolist():
                    block.zeros.setdefault(place, zeros)

    def _form_of(self, tags: _Tags, begin: Ints, stop: Ints) -> Ints:
        """Which combination of attributes each cell has, by number."""
        length = stop - begin
        if len(length) and (int(length.max()) > _WORD * _WORDS or int(length.min()) < 0):
            raise DeclinedError("attributes")
        form = np.full(len(begin), -1, dtype=np.int64)
        words = []
        for n in range(_WORDS):
            left = np.clip(length - n * _WORD, 0, _WORD)
            words.append(tags.words[begin + n * _WORD] & _MASKS[left] if n == 0 or left.any() else None)
        for number, known in enumerate(self._forms):
            form[_alike(words, known.words)] = number
        unknown = np.flatnonzero(form < 0)
        while len(unknown):
            at = int(unknown[0])
            key = tuple(0 if word is None else int(word[at]) for word in words)
            raw = bytes(tags.bytes[begin[at] : stop[at]])
            named = dict(re.findall(rb'\s(\w+)="([^"]*)"', raw))
            if len(self._forms) >= _MOST_FORMS or raw.count(b'="') != len(named):
                raise DeclinedError("attributes")
            style = named.get(b"s", b"0")
            self._forms.append(_Form(key, int(style) if style.isdigit() else 0, named.get(b"t", b"n").decode()))
            form[_alike(words, key)] = len(self._forms) - 1
            unknown = unknown[form[unknown] < 0]
        return form

    def _fast(
        self, tags: _Tags, block: Block, fast: npt.NDArray[np.bool_], shared: npt.NDArray[np.bool_],
        begin: Ints, stop: Ints,
    ) -> None:  # fmt: skip
        """Numbers and places of shared texts: whole numbers all at once, the others one by one."""
        length = np.where(fast, stop - begin, 0)
        for digits in range(1, min(int(length.max()), _WORD) + 1):
            of = np.flatnonzero(length == digits)
            word = tags.words[begin[of]]
            number = np.zeros(len(of), dtype=np.int64)
            whole = np.ones(len(of), dtype=bool)
            for n in range(digits):
                digit = ((word >> np.uint64(8 * n)) & np.uint64(255)).astype(np.int64) - ord("0")
                whole &= (digit >= 0) & (digit <= 9)
                number = number * 10 + digit
            done = of[whole]
            block.kinds[done], block.numbers[done] = NUMBER, number[whole]
        texts = np.flatnonzero(fast & shared & (length > 0))
        if len(texts):
            self._shared(block, texts)
        for n in np.flatnonzero(fast & (length > 0) & (block.kinds == EMPTY)).tolist():
            raw = bytes(tags.bytes[begin[n] : stop[n]])
            block.kinds[n], block.numbers[n] = self._values.number(raw, Style())

    def _shared(self, block: Block, cells: Ints) -> None:
        if not len(self._blank):
            self._blank = np.array([kind_of(text) for text in self._values.others] or [EMPTY], dtype=np.uint8)
        places = block.numbers[cells].astype(np.int64)
        if (block.kinds[cells] != NUMBER).any() or int(places.max()) >= len(self._blank):
            raise DeclinedError("shared strings")
        block.kinds[cells] = self._blank[places]

    def _one(self, block: Block, n: int, form: _Form, raw: bytes, formula: bool) -> None:
        """One value by its type."""
        values = self._values
        if form.type == "e":
            block.errors += 1
        elif not raw and form.type != "str":
            if formula:
                block.uncalculated.append((int(block.rows[n]), int(block.columns[n])))
        elif form.type == "n":
            block.kinds[n], block.numbers[n] = values.number(raw, self._style(form.style))
        elif form.type == "b":
            block.kinds[n], block.numbers[n] = values.other(raw.strip() == b"1")
        elif form.type in ("str", "inlineStr"):
            block.kinds[n], block.numbers[n] = values.text(raw)
        else:
            raise DeclinedError(form.type)

    def _odd(self, block: Block, n: int, form: _Form, xml: bytes, end: int) -> None:
        """A cell with anything but a plain value in it."""
        stop = xml.find(b"</c>", end)
        if stop < 0:
            raise DeclinedError("cell")
        inside = xml[end + 1 : stop]
        if b"<is" in inside and form.type == "inlineStr":
            block.kinds[n], block.numbers[n] = self._values.text(b"".join(_TEXTS.findall(_SPOKEN.sub(b"", inside))))
            return
        found = _VALUE.search(inside)
        formula = b"<f" in inside
        if form.type == "e" and found is None and formula:
            block.uncalculated.append((int(block.rows[n]), int(block.columns[n])))
            return
        if found is None and form.type == "str":
            if formula:
                block.uncalculated.append((int(block.rows[n]), int(block.columns[n])))
            return
        if form.type == "s" and found is not None:
            place = int(found[1]) if found[1].isdigit() else -1
            if not 0 <= place < len(self._values.others):
                raise DeclinedError("shared strings")
            block.kinds[n], block.numbers[n] = kind_of(self._values.others[place]), place
            return
        self._one(block, n, form, found[1] if found is not None else b"", formula)


class _Tags:
    """The places of all tags of a piece of XML, with their first two letters."""

    def __init__(self, xml: bytes) -> None:
        self.bytes = np.frombuffer(xml + bytes(_WORD * (_WORDS + 1)), dtype=np.uint8)
        # Eight bytes from any place on, as one number.
        self.words = np.ndarray((len(self.bytes) - _WORD,), dtype=np.dtype("<u8"), buffer=self.bytes.data, strides=(1,))
        opened, closed = np.flatnonzero(self.bytes == ord("<")), np.flatnonzero(self.bytes == ord(">"))
        # A ">" in a text is allowed, but nobody writes it.
        if len(opened) != len(closed) or (closed <= opened).any() or (opened[1:] < closed[:-1]).any():
            raise DeclinedError("tags")
        last = np.full(4, len(xml))
        self.open, self.close = np.concatenate([opened, last]), np.concatenate([closed, last])
        self.one, self.two = self.bytes[self.open + 1], self.bytes[self.open + 2]
        if ((self.one == ord("!")) | (self.one == ord("?"))).any():
            raise DeclinedError("comments")


def _places(tags: _Tags, start: Ints) -> tuple[Ints, Ints, Ints]:
    """Row and column, from 0, of ``<c r="AB12"``, and where the next attribute begins."""
    if ((tags.words[start + 3] & _MASKS[3]) != _REFERENCE).any():
        raise DeclinedError("reference")
    first, second, third = (tags.bytes[start + n].astype(np.int64) - ord("A") for n in (6, 7, 8))
    two = second >= 0
    three = two & (third >= 0)
    column = np.where(two, (first + 1) * 26 + second, first)
    column = np.where(three, (column + 1) * 26 + third, column)
    at = start + 7 + two + three
    row = np.zeros(len(start), dtype=np.int64)
    inside = np.ones(len(start), dtype=bool)
    for _ in range(_WORD):
        digit = tags.bytes[at].astype(np.int64) - ord("0")
        inside &= (digit >= 0) & (digit <= 9)
        if not inside.any():
            break
        row = np.where(inside, row * 10 + digit, row)
        at = at + inside
    letters = (first >= 0) & (first < 26) & (~two | (second < 26)) & (~three | (third < 26))
    sound = letters & (tags.bytes[at] == ord('"')) & (row >= 1) & (row <= MAX_ROWS) & (column < MAX_COLUMNS)
    if not sound.all():
        raise DeclinedError("reference")
    return row - 1, column, at + 1


def _alike(words: Sequence[npt.NDArray[np.uint64] | None], key: Sequence[int]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] | None = None
    for word, wanted in zip(words, key, strict=True):
        if word is None:
            if wanted:
                return np.zeros(_length(words), dtype=bool)
            continue
        same = word == np.uint64(wanted)
        found = same if found is None else found & same
    return np.ones(_length(words), dtype=bool) if found is None else found


def _length(words: Sequence[npt.NDArray[np.uint64] | None]) -> int:
    return next((len(word) for word in words if word is not None), 0)
