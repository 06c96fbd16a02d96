"""Rows and columns of data files and workbooks, counted from their bytes: no line is shared with the readers."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from tests.fuzz.counts import Count

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_NOTE = re.compile(r"(kilder?|noter?|anm|anmærkning|source|obs|bemærk|fiktive data|fictional data)\b|\*", re.IGNORECASE)


class UncountableError(Exception):
    """The bytes do not let themselves be counted."""


def file_counts(data: bytes, form: str) -> list[Count] | None:
    """Every reading of the bytes; None where this count cannot follow them."""
    ways = {
        **dict.fromkeys(("spss-sav", "spss-zsav"), _sav),
        "spss-por": _por,
        "stata": _dta,
        **dict.fromkeys(("sas-xpt5", "sas-xpt8"), _xpt),
        "sas7bdat": _sas7bdat,
    }
    try:
        if data[:2] == b"PK":
            return _book(data)
        if form in ("excel-2003-xml", "surveyxact-xml"):
            return _xml2003(data)
        return ways[form](data) if form in ways else None
    except (UncountableError, StopIteration, struct.error, LookupError, ArithmeticError, ValueError, zlib.error):
        return None


def _sav(data: bytes) -> list[Count]:
    """Variables of the dictionary, cases of the header; the data must hold as many."""
    order = "<" if data[64:68] in (b"\x02\0\0\0", b"\x03\0\0\0") else ">"
    compression, _, cases = struct.unpack_from(order + "iii", data, 72)
    at, widths, long = 176, [], {}
    names: list[bytes] = []
    while True:
        (kind,) = struct.unpack_from(order + "i", data, at)
        at += 4
        if kind == 2:
            width, label, missing = struct.unpack_from(order + "iii", data, at)
            widths.append(width)
            names.append(data[at + 20 : at + 28].rstrip(b" "))
            at += 28
            if label:
                (size,) = struct.unpack_from(order + "i", data, at)
                at += 4 + -(-size // 4) * 4
            at += 8 * abs(missing)
        elif kind == 3:
            (count,) = struct.unpack_from(order + "i", data, at)
            at += 4
            for _ in range(count):
                at += 8
                at += -(-(1 + data[at]) // 8) * 8
            tag, variables = struct.unpack_from(order + "ii", data, at)
            if tag != 4:
                raise UncountableError
            at += 8 + 4 * variables
        elif kind == 6:
            at += 4 + 80 * struct.unpack_from(order + "i", data, at)[0]
        elif kind == 7:
            subtype, size, count = struct.unpack_from(order + "iii", data, at)
            if size < 0 or count < 0:
                raise UncountableError
            if subtype == 14:
                pairs = data[at + 12 : at + 12 + size * count].split(b"\t")
                found = (pair.rstrip(b"\0").partition(b"=") for pair in pairs)
                long = {name.upper(): int(width) for name, _, width in found if width.isdigit()}
            at += 12 + size * count
        elif kind == 999:
            break
        else:
            raise UncountableError
    named = [(name, width) for name, width in zip(names, widths, strict=True) if width >= 0]
    # a string of more than 255 bytes is kept as several variables of 252
    columns = len(named) - sum(-(-long[name.upper()] // 252) - 1 for name, _ in named if name.upper() in long)
    present = _cases(data, at + 4, order, compression, len(widths))
    if cases >= 0:
        return [Count(cases, columns)] if present is None or present >= cases else []
    return [Count(present, columns)] if present is not None else []


def _cases(data: bytes, at: int, order: str, compression: int, segments: int) -> int | None:
    """Whole cases in what follows the dictionary; None for a compression that is not known."""
    if not segments:
        raise UncountableError
    body = data[at:]
    if compression == 2:
        _, trailer = struct.unpack_from(order + "qq", body)[:2]
        blocks = struct.unpack_from(order + "i", data, trailer + 20)[0]
        body = b""
        for number in range(blocks):
            _, place, _, size = struct.unpack_from(order + "qqii", data, trailer + 24 + 24 * number)
            body += zlib.decompress(data[place : place + size])
    if compression == 0:
        return len(body) // (8 * segments)
    if compression not in (1, 2):
        return None
    values, place = 0, 0
    while place + 8 <= len(body):
        codes = body[place : place + 8]
        place += 8
        for code in codes:
            if code == 252:
                return values // segments
            if code == 253:
                place += 8
                if place > len(body):
                    return values // segments
            values += code != 0
    return values // segments


def _dta(data: bytes) -> list[Count]:
    if not data.startswith(b"<stata_dta>"):
        order = ">" if data[1] == 1 else "<"
        columns, rows = struct.unpack_from(order + "hi", data, 4)
        return [Count(rows, columns)]
    (release,) = re.findall(rb"<release>(\d{3})</release>", data[:100])[:1] or [b"0"]
    order = ">" if b"<byteorder>MSF" in data[:200] else "<"
    columns, rows = data.index(b"<K>") + 3, data.index(b"<N>") + 3
    return [
        Count(
            struct.unpack_from(order + ("q" if int(release) >= 118 else "i"), data, rows)[0],
            struct.unpack_from(order + ("i" if int(release) >= 119 else "H"), data, columns)[0],
        )
    ]


def _xpt(data: bytes) -> list[Count]:
    """Variables of the name records; as many rows as their lengths leave room for, without the blanks at the end."""
    heads = list(re.finditer(rb"HEADER RECORD\*{7}(\w+)\s+HEADER RECORD!{7}(.{30})", data, re.DOTALL))
    kinds = [m.group(1) for m in heads]
    place = next(n for n, kind in enumerate(kinds) if kind in (b"NAMESTR", b"NAMSTV8"))
    last = next(n for n, kind in enumerate(kinds) if kind in (b"OBS", b"OBSV8"))
    if len(heads) > last + 1:
        raise UncountableError
    columns = int(heads[place].group(2)[:10])
    begin = heads[place].start() + 80
    lengths = [struct.unpack_from(">hhh", data, begin + 140 * n)[2] for n in range(columns)]
    row = sum(lengths)
    body = data[heads[last].start() + 80 :]
    if row <= 0 or min(lengths) <= 0:
        raise UncountableError
    if kinds[last] == b"OBSV8" and heads[last].group(2).strip():
        return [Count(int(heads[last].group(2)), columns)]
    most = len(body) // row
    # Blanks fill the last record; a row of blanks at the end cannot be told from them.
    least = -(-len(body.rstrip(b" ")) // row)
    return [Count(rows, columns) for rows in range(least, min(most, least + 1) + 1)]


def _sas7bdat(data: bytes) -> list[Count]:
    wide = data[32:33] == b"3"
    order = "<" if data[37:38] == b"\x01" else ">"
    size, word = (8, "q") if wide else (4, "i")
    row_mark = b"\xf7" * 4
    mark = (row_mark + b"\0" * 4 if order == "<" else b"\0" * 4 + row_mark) if wide else row_mark
    columns_mark = mark.replace(b"\xf7", b"\xf6")
    (header,) = struct.unpack_from(order + "i", data, 196 + (4 if data[35:36] == b"3" else 0))
    rows, columns = data.index(mark, header), data.index(columns_mark, header)
    return [
        Count(
            struct.unpack_from(order + word, data, rows + 6 * size)[0],
            struct.unpack_from(order + word, data, columns + size)[0],
        )
    ]


def _book(data: bytes) -> list[Count]:
    """Filled cells of every sheet, read from its XML."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = book.namelist()
            texts: list[str] = []
            if "xl/sharedStrings.xml" in names:
                root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
                texts = ["".join(t.text or "" for t in one.iter(f"{_SHEET}t")) for one in root.iter(f"{_SHEET}si")]
            sheets = [n for n in names if n.startswith("xl/worksheets/") and n.endswith(".xml")]
            found = [_table(_sheet_rows(ElementTree.fromstring(book.read(name)), texts)) for name in sheets]
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, RuntimeError):
        raise UncountableError from None
    return [count for count in found if count is not None]


def _sheet_rows(root: ElementTree.Element, texts: Sequence[str]) -> list[dict[int, str]]:
    """Filled cells by row and by place."""
    rows = []
    for row in root.iter(f"{_SHEET}row"):
        cells: dict[int, str] = {}
        for n, cell in enumerate(row.findall(f"{_SHEET}c")):
            value = "".join(part.text or "" for tag in ("v", "t") for part in cell.iter(f"{_SHEET}{tag}"))
            if cell.get("t") == "s":
                value = texts[int(value)]
            place = _place(cell.get("r", "")) if cell.get("r") else n
            if value.strip():
                cells[place] = value
        rows.append(cells)
    return rows


def _place(reference: str) -> int:
    number = 0
    for letter in re.match(r"[A-Z]*", reference).group():  # type: ignore[union-attr]
        number = 26 * number + ord(letter) - 64
    return number - 1


def _xml2003(data: bytes) -> list[Count]:
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        raise UncountableError from None
    found = []
    for table in _named(root, "Table"):
        rows = []
        for row in _named(table, "Row"):
            cells: dict[int, str] = {}
            place = -1
            for cell in _named(row, "Cell"):
                index = next((value for key, value in cell.attrib.items() if key.endswith("}Index")), None)
                place = int(index) - 1 if index else place + 1
                text = "".join("".join(part.itertext()) for part in _named(cell, "Data"))
                if text.strip():
                    cells[place] = text
            rows.append(cells)
        found.append(_table(rows))
    return [count for count in found if count is not None]


def _named(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Elements of that name in any namespace: a damaged one says nothing of the cells."""
    return (one for one in element.iter() if one.tag.rpartition("}")[2] == name)


def _table(rows: list[dict[int, str]]) -> Count | None:
    """Titles above, notes below; the header is the first row at least half as full as the fullest."""
    filled = [row for row in rows if row]
    while filled and 2 * len(filled[0]) < max(map(len, filled)):
        filled.pop(0)
    while filled and len(filled[-1]) == 1 and _NOTE.match(next(iter(filled[-1].values())).strip()):
        filled.pop()
    # a column may hold answers without a name
    columns = set().union(*filled)
    return Count(len(filled) - 1, len(columns)) if filled else None


class _Portable:
    """What stands in the text of a portable file, one after the other."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at
        self.widths: dict[str, int] = {}

    def letter(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def number(self) -> float | None:
        """A number to the base of 30 up to its slash; None where it is missing."""
        self.at += len(self.text[self.at :]) - len(self.text[self.at :].lstrip(" "))
        if self.text[self.at] == "*":
            self.at += 2
            return None
        found = re.compile(r"-?[0-9A-T.]*[+-]?[0-9A-T]*/").match(self.text, self.at)
        if found is None:
            raise UncountableError
        self.at = found.end()
        whole = found.group().rstrip("/")
        return float(int(whole, 30)) if re.fullmatch(r"-?[0-9A-T]+", whole) else 0.5

    def string(self) -> str:
        length = self.number()
        if length is None or self.at + length > len(self.text):
            raise UncountableError
        self.at += int(length)
        return self.text[self.at - int(length) : self.at]

    def value(self, width: int) -> None:
        if width:
            self.string()
        else:
            self.number()


def _por(data: bytes) -> list[Count]:
    """Variables and cases of a portable file: records by their letter, numbers to the base of 30."""
    lines = re.split(rb"\r\n|\n|\r", data)
    text = "".join(line.decode("latin-1").ljust(80)[:80] for line in lines)
    at = text.index("SPSSPORT") + 8
    stream = _Portable(text, at)
    stream.at += 1
    for _ in range(2):
        stream.string()
    widths: list[int] = []
    while (tag := stream.letter()) != "F":
        if tag in "123":
            stream.string()
        elif tag in "45":
            stream.number()
        elif tag == "6":
            stream.string()
        elif tag == "7":
            widths.append(int(stream.number() or 0))
            stream.widths[stream.string()] = widths[-1]
            for _ in range(6):
                stream.number()
        elif tag in "8BA9":
            for _ in range(2 if tag == "B" else 1):
                stream.value(widths[-1])
        elif tag == "C":
            stream.string()
        elif tag == "D":
            for _ in range(int(stream.number() or 0)):
                name = stream.string()
            width = stream.widths.get(name, 0)
            for _ in range(int(stream.number() or 0)):
                stream.value(width)
                stream.string()
        elif tag == "E":
            for _ in range(int(stream.number() or 0)):
                stream.string()
        else:
            raise UncountableError
    rows = 0
    while stream.text[stream.at : stream.at + 1] not in ("Z", ""):
        for width in widths:
            stream.value(width)
        rows += 1
    return [Count(rows, len(widths))]
