"""What an SPSS system file's dictionary says that pyreadstat does not tell: its weight variable, rows, damage.

The header names it by its place (int32 at byte 76,
1-based) among the dictionary's variable records, where a string longer than eight
bytes takes several; record 7, subtype 13, gives the long names.
Layout: PSPP developer's guide, "System File Format".
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path

_HEADER = 176
_WEIGHT_AT = 76
_LAYOUT_AT = 64
_COMPRESSION_AT = 72
_CASES_AT = 80
# Nothing in a dictionary is larger; a longer length is damage.
_LARGEST = 64 * 1024**2
# A string is a variable of at most so many bytes; longer ones are several.
_WIDEST = 255


class Cursor:
    """Reads integers and bytes in the file's byte order."""

    def __init__(self, data: bytes | mmap.mmap, order: str) -> None:
        self.data, self.order, self.at = data, order, _HEADER

    def int32(self) -> int:
        """The next whole number of four bytes."""
        value: int = struct.unpack_from(self.order + "i", self.data, self.at)[0]
        self.at += 4
        return value

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        if not 0 <= size <= _LARGEST:
            raise struct.error("length out of range")
        block = self.data[self.at : self.at + size]
        self.at += size
        return block

    def skip(self, kind: int) -> None:
        """Pass a record of value labels (3), their variables (4) or documents (6)."""
        if kind == 6:
            self.take(80 * self.int32())
            return
        if kind == 4:
            self.take(4 * self.int32())
            return
        for _ in range(self.int32()):
            self.take(8)
            length = self.take(1)[0]
            self.take(-(-(length + 1) // 8) * 8 - 1)


def _start(path: Path) -> tuple[bytes | mmap.mmap, str]:
    """The file, of which only what is asked for is read, and the order of its bytes."""
    with path.open("rb") as stream:
        if path.stat().st_size < _HEADER:
            return stream.read(), "<"
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    little = struct.unpack_from("<i", data, _LAYOUT_AT)[0] in (2, 3)
    return data, "<" if little else ">"


def damage(path: Path) -> str:
    """What of the header or dictionary cannot be, and is read without a word; empty when nothing.

    A compression that is none is taken for no compression. A variable that is too wide, or not
    followed by the records that a string of its width takes, swallows the variables behind it.
    """
    data, order = _start(path)
    if len(data) < _HEADER:
        return ""
    compression = struct.unpack_from(order + "i", data, _COMPRESSION_AT)[0]
    if compression not in ((2,) if data[:4] == b"$FL3" else (0, 1)):
        return f"compression {compression}"
    cursor = Cursor(data, order)
    awaited, last = 0, ""
    try:
        while cursor.int32() == 2:
            width = struct.unpack_from(order + "i", data, cursor.at)[0]
            name = _variable_record(cursor)
            if (width == -1) != (awaited > 0) or not -1 <= width <= _WIDEST:
                return f"{name or last}: {width}"
            if width == -1:
                awaited -= 1
            else:
                awaited, last = max(-(-width // 8) - 1, 0), name
    except (struct.error, IndexError):
        return ""
    return f"{last}: {awaited}" if awaited else ""


def stated_rows(path: Path) -> int:
    """Number of rows that the header states; -1 where the program that wrote it did not know.

    Where the data end early by a damaged byte the library takes that for their end.
    """
    with path.open("rb") as stream:
        data = stream.read(_HEADER)
    if len(data) < _HEADER:
        return -1
    order = "<" if struct.unpack_from("<i", data, _LAYOUT_AT)[0] in (2, 3) else ">"
    rows: int = struct.unpack_from(order + "i", data, _CASES_AT)[0]
    return rows


def weight_variable(path: Path, names: Sequence[str]) -> str:
    """Name of the weight variable among ``names``; empty when the file declares none."""
    data, order = _start(path)
    if len(data) < _HEADER:
        return ""
    index = struct.unpack_from(order + "i", data, _WEIGHT_AT)[0]
    if index <= 0:
        return ""
    try:
        short, long_names = _dictionary(Cursor(data, order), index)
    except (struct.error, IndexError):
        return ""
    wanted = long_names.get(short.upper(), short)
    return next((name for name in names if name.casefold() == wanted.casefold()), "")


def _dictionary(cursor: Cursor, index: int) -> tuple[str, dict[str, str]]:
    """Short name of the record at ``index`` and the long names by upper-case short name."""
    short, number = "", 0
    kind = cursor.int32()
    while kind == 2:
        number += 1
        name = _variable_record(cursor)
        if number == index:
            short = name
        kind = cursor.int32()
    long_names: dict[str, str] = {}
    while kind in (3, 4, 6, 7):
        if kind == 7:
            subtype, size, count = cursor.int32(), cursor.int32(), cursor.int32()
            block = cursor.take(size * count)
            if subtype == 13:
                pairs = (pair.partition("=") for pair in block.decode("utf-8", "replace").split("\t"))
                long_names = {first.upper(): rest for first, _, rest in pairs}
        else:
            cursor.skip(kind)
        kind = cursor.int32()
    return short, long_names


def _variable_record(cursor: Cursor) -> str:
    _width, has_label, missing = cursor.int32(), cursor.int32(), cursor.int32()
    cursor.take(8)
    name = cursor.take(8).decode("latin-1").strip()
    if has_label:
        length = cursor.int32()
        cursor.take(-(-length // 4) * 4)
    cursor.take(8 * abs(missing))
    return name
