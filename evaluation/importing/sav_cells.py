"""The cells of a compressed SPSS system file, taken apart by numpy: most of a survey is one byte a cell there.

The data are units of eight bytes. A unit of commands says of the next eight cells what they are: a small
whole number (the command less the bias), system-missing, eight blanks, or a unit of their own that
follows. Where the next unit of commands lies is thus known only from the one before; that chain is
followed from many places at once, which all must meet. Padding between the cells is allowed.

What is not exactly so gives None, and another reader takes the file.
Layout: PSPP developer's guide, "System File Format".
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.importing.spss_header import Cursor

_COMPRESSION_AT, _BIAS_AT, _BYTECODE = 72, 84, 1
_MACHINE_NUMBERS, _VERY_LONG_STRINGS, _SEGMENT = 4, 14, 252
_PADDING, _END = 0, 252
#: Commands: the cell has a unit of its own, is eight blanks, is empty; any other one is a number.
OWN_UNIT, BLANKS, EMPTY = 253, 254, 255
# Every byte 253, every byte without its highest bit.
_OWN_UNITS, _LOW_BITS = np.uint64(0xFDFDFDFDFDFDFDFD), np.uint64(0x7F7F7F7F7F7F7F7F)
# Places from which the chain is followed at once, units between them, units before them from which they are found.
_MOST_PLACES, _APART, _BEFORE = 4096, 256, 64
# A unit of commands and the eight behind it.
_FARTHEST = 9
# Units and rows that stay near a processor.
_UNITS, _ROWS = 1 << 15, 1 << 12

#: Numbers that stand for an empty cell: system-missing, and what HIGHEST and LOWEST are written as.
MISSING = np.array([0xFFEFFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFE], dtype=np.uint64)

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Field:
    """A variable: its first place among the eight-byte cells of a row, and its width in bytes (0: a number).

    ``width`` is -1 for a text that is several variables of the file.
    """

    place: int
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What the dictionary says of the data: fields in file order, cells of a row, first byte, bias."""

    fields: tuple[Field, ...]
    cells: int
    start: int
    bias: float


def layout(data: bytes) -> Layout | None:
    """Where the cells of a file lie; None where it is not compressed byte by byte, or in an unusual way.

    Unusual are the other byte order, and other numbers for empty cells than :data:`MISSING`.

    Raises
    ------
    struct.error
        When the dictionary cannot be followed.
    """
    if not data.startswith(b"$FL2") or struct.unpack_from("<i", data, _COMPRESSION_AT)[0] != _BYTECODE:
        return None
    cursor = Cursor(data, "<")
    variables: list[tuple[bytes, Field]] = []
    very_long: dict[bytes, int] = {}
    place = 0
    kind = cursor.int32()
    while kind in (2, 3, 4, 6, 7):
        if kind == 2:
            width, name = _variable(cursor)
            if width >= 0:
                variables.append((name, Field(place, width)))
            place += 1
        elif kind == 7:
            subtype, size, count = cursor.int32(), cursor.int32(), cursor.int32()
            block = cursor.take(size * count)
            if subtype == _VERY_LONG_STRINGS:
                very_long = _widths(block)
            elif subtype == _MACHINE_NUMBERS and block != MISSING.astype("<u8").tobytes():
                return None
        else:
            cursor.skip(kind)
        kind = cursor.int32()
    if kind != 999:
        raise struct.error(f"record {kind}")
    bias: float = struct.unpack_from("<d", data, _BIAS_AT)[0]
    # the record that ends the dictionary holds one more number
    return Layout(_joined(variables, very_long), place, cursor.at + 4, bias)


def _variable(cursor: Cursor) -> tuple[int, bytes]:
    """Width and short name of the variable at the cursor, which passes it."""
    width, has_label, missing = cursor.int32(), cursor.int32(), cursor.int32()
    cursor.take(8)
    name = cursor.take(8).strip().upper()
    if has_label:
        cursor.take(-(-cursor.int32() // 4) * 4)
    cursor.take(8 * abs(missing))
    return width, name


def _widths(block: bytes) -> dict[bytes, int]:
    """Widths of texts of more than 255 bytes by short name, as ``NAME=00300`` with a zero byte and a tab after it."""
    pairs = (part.partition(b"=") for part in block.split(b"\t"))
    try:
        return {name.strip().upper(): int(width.strip(b"\0 ")) for name, _, width in pairs if name.strip(b"\0 ")}
    except ValueError as error:
        raise struct.error(str(error)) from None


def _joined(variables: Sequence[tuple[bytes, Field]], very_long: dict[bytes, int]) -> tuple[Field, ...]:
    """The fields; one for all variables of a very long text."""
    fields: list[Field] = []
    passed = 0
    for name, one in variables:
        if passed:
            passed -= 1
        elif name in very_long:
            passed = -(-very_long[name] // _SEGMENT) - 1
            fields.append(Field(one.place, -1))
        else:
            fields.append(one)
    return tuple(fields)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a file.

    Attributes
    ----------
    commands : array of uint8, shape (cells of a row, rows)
        What each cell is.
    own : array of uint64, shape (n,)
        The cells that are a unit of their own, in file order.
    first : array of int64, shape (rows,)
        Place in ``own`` of the first such cell of each row.
    """

    commands: Bytes
    own: npt.NDArray[np.uint64]
    first: npt.NDArray[np.int64]
    bias: float


def cells(data: bytes, found: Layout, rows: int | None) -> Cells | None:
    """All cells of a file of ``rows`` rows; None where they are not exactly there."""
    count, rest = divmod(len(data) - found.start, 8)
    if rest or count <= 0 or not rows or rows < 0 or not found.cells:
        return None
    units = np.frombuffer(data, dtype="<u8", count=count, offset=found.start)
    marked = _chain(_own_units(units))
    if marked is None:
        return None
    first, own = _apart(units, marked)
    commands = _by_cell(first.view(np.uint8), rows, found.cells)
    if commands is None:
        return None
    each = np.zeros(rows, dtype=np.int64)
    for row in commands:
        each += row == OWN_UNIT
    last = np.cumsum(each)
    return Cells(commands, own, last - each, found.bias) if last[-1] == len(own) else None


def _own_units(units: npt.NDArray[np.uint64]) -> Bytes:
    """How many cells have a unit of their own after each unit, if it is one of commands."""
    counts = np.empty(len(units), dtype=np.uint8)
    for start in range(0, len(units), _UNITS):
        # the bytes that are 253 become zero, and only zero has no bit after this sum
        block = units[start : start + _UNITS] ^ _OWN_UNITS
        bits = ((block & _LOW_BITS) + _LOW_BITS) | block | _LOW_BITS
        counts[start : start + _UNITS] = np.bitwise_count(~bits)
    return counts


def _chain(counts: Bytes) -> npt.NDArray[np.bool_] | None:
    """Which units hold commands: the first, and after each the one behind its cells' own units.

    Two chains that met once are one. From units before each place a chain is followed to that place; what
    is followed from there must end where the next began, and so all the way from the first unit.
    """
    size = len(counts)
    # one more, at which a chain stays
    jumps = np.zeros(size + 1, dtype=np.uint8)
    np.add(counts, 1, out=jumps[:size])
    number = min(_MOST_PLACES, size // _APART + 1)
    places = np.arange(number) * size // number
    at = np.maximum(places - _BEFORE, 0)
    while (before := at < places).any():
        at += jumps[at] * before
    begun, ends = at.copy(), np.append(places[1:], size)
    marked = np.zeros(size + 1, dtype=bool)
    # so many steps none can have reached its end
    while (sure := int((ends - at).min()) // _FARTHEST) > 0:
        for _ in range(sure):
            marked[at] = True
            at += jumps[at]
    while (before := at < ends).any():
        marked[at] = True
        at += jumps[at] * before
        np.minimum(at, size, out=at)
    return marked[:size] if np.array_equal(at[:-1], begun[1:]) else None


def _apart(
    units: npt.NDArray[np.uint64], marked: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """The units of commands and the others, each in file order."""
    number = int(np.count_nonzero(marked))
    found = np.empty(number, dtype="<u8"), np.empty(len(units) - number, dtype="<u8")
    ends = [0, 0]
    for start in range(0, len(units), _UNITS):
        # a copy of this part only: the units need not lie where numbers of eight bytes may
        block, chosen = units[start : start + _UNITS].copy(), marked[start : start + _UNITS]
        for n, mine in enumerate((block[chosen], block[~chosen])):
            found[n][ends[n] : ends[n] + len(mine)] = mine
            ends[n] += len(mine)
    return found


def _by_cell(commands: Bytes, rows: int, width: int) -> Bytes | None:
    """The commands by cell and row, without the padding; None where they are not of so many cells."""
    end = commands == _END
    if end.any():
        stop = int(end.argmax())
        if commands[stop + 1 :].any():
            return None
        commands = commands[:stop]
    padded = -(-width // 8) * 8
    # most programs pad each row, and the last row's padding may be the end's
    whole = commands[: rows * padded].reshape(rows, padded) if len(commands) == rows * padded else None
    if whole is None or not whole[:, :width].all() or whole[:, width:].any():
        filled = commands[commands != _PADDING]
        if len(filled) != rows * width:
            return None
        whole = filled.reshape(rows, width)
    turned = np.empty((width, rows), dtype=np.uint8)

    def turn(start: int) -> None:
        turned[:, start : start + _ROWS] = whole[start : start + _ROWS, :width].T

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(turn, range(0, rows, _ROWS)))
    return turned
