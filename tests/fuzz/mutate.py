"""Damages exports: bytes, cells, rows, headers, cuts. The same seed always damages a file in the same way."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections import Counter

_TOKENS = (
    *(b"", b"\x00", b"\xff\xfe", b";", b",", b"\t", b'"', b"\n", b"\r\n", b"=1+1", b"NA", b"1e999", b"-"),
    *(b"999999999999", b"\xc3\xa6", b"\xe6", b"../../x", b"<html>", b"A" * 5000),
)
# What a person, a spreadsheet or another program leaves in one cell.
_CELLS = (
    *("", " ", "\xa0", "0", "1", "-99", "1.234", "1.234,5", "12,5", "0101", "03-04-2024", "2024-03-01 10:00:00"),
    *("ja; nej", "a, b", 'sagde "nej"', "to\nlinjer", "=SUM(A1)", "Kilde: DST", "* note", "Y", "NaN", "-oth-", "1e5"),
    *(
        "sep=;",
        "record_id",
        "submitdate",
        "Respondent ID",
        "{'ImportId':'x'}",
        "Ã¦",
        "x" * 3000,
        "12345678901234567890",
    ),
)
_NOTES = ("Kilde: Danmarks Statistik", "Note: foreløbige tal", "* p < 0,05")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def mutate(data: bytes, seed: int) -> bytes:
    """``data`` with one to three damages."""
    chance = random.Random(seed)
    # workbooks: half of the damages inside a part, so that more than the zip is tried
    if data[:2] == b"PK" and chance.random() < 0.6:
        try:
            return _inside(data, chance)
        except (zipfile.BadZipFile, NotImplementedError):
            pass
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        # text stays a table more often than not, so that what is read can be counted
        if _is_text(data) and chance.random() < 0.6:
            data = _table(data, chance)
        else:
            data = chance.choice((_bytes, _bytes, _cut, _cells, _header, _repeat, _zeros))(data, chance)
    return data


def _is_text(data: bytes) -> bool:
    return data[:2] in _UTF16 or (b"\0" not in data and data.count(b"\n") > 1 and not data.lstrip().startswith(b"<"))


def _table(data: bytes, chance: random.Random) -> bytes:
    """One change that a table of delimited text can undergo."""
    wide = data[:2] in _UTF16
    # Latin-1 gives every byte back as it was
    text = data.decode("utf-16", "replace") if wide else data.decode("latin-1")
    delimiter = Counter(sign for sign in text[:2000] if sign in ";,\t").most_common(1)
    sign = delimiter[0][0] if delimiter else ";"
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))
    except csv.Error:
        return data
    rows = [row for row in rows if row]
    if not rows:
        return data
    sign, newline = _changed(rows, sign, chance)
    made = io.StringIO(newline="")
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(made, delimiter=sign, lineterminator=newline, quoting=quoting).writerows(rows)
    text = made.getvalue()
    if chance.random() < 0.05:
        text = f"sep={sign}{newline}{text}"
    if wide:
        return b"\xff\xfe" + text.encode("utf-16-le", "replace")
    out = text.encode("latin-1", "replace")
    return _encoded(out, chance) if chance.random() < 0.1 else out


def _changed(rows: list[list[str]], sign: str, chance: random.Random) -> tuple[str, str]:
    """Change rows in place; the delimiter and newline to write them with."""
    newline = chance.choice(("\n", "\r\n", "\r\n"))
    place = chance.randrange(len(rows))
    row = rows[place]
    column = chance.randrange(len(row))
    how = chance.randrange(14)
    if how < 5:
        # the first rows are what formats are told by
        target = chance.choice((row, row, rows[0], rows[min(1, len(rows) - 1)]))
        target[chance.randrange(len(target))] = chance.choice(_CELLS).encode("utf-8").decode("latin-1")
    elif how == 5:
        del rows[place]
    elif how == 6:
        rows[place:place] = [list(row)] * chance.choice((1, 1, 3))
    elif how == 7:
        rows.insert(place, chance.choice(([], [""], [""] * len(row), [" "] * len(row))))
    elif how == 8:
        for one in rows:
            del one[column : column + 1]
    elif how == 9:
        for one in rows:
            one[column:column] = one[column : column + 1]
    elif how == 10:
        rows.append([chance.choice(_NOTES).encode("utf-8").decode("latin-1"), *[""] * (len(rows[0]) - 1)])
    elif how == 11:
        for one in rows[chance.randrange(2) :]:
            one.append("")
    elif how == 12:
        sign = chance.choice(";,\t|")
    else:
        newline = chance.choice(("\r", "\n\n", "\r\r\n"))
    return sign, newline


def _encoded(data: bytes, chance: random.Random) -> bytes:
    """Another encoding, or UTF-8 once too often."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    how = chance.randrange(5)
    if how == 0:
        return b"\xef\xbb\xbf" + text.encode("utf-8")
    if how == 1:
        return b"\xff\xfe" + text.encode("utf-16-le")
    if how == 2:
        return b"\xfe\xff" + text.encode("utf-16-be")
    if how == 3:
        return text.encode("cp1252", "replace")
    return data.decode("latin-1").encode("utf-8")


def _inside(data: bytes, chance: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        names = book.namelist()
        chosen = chance.choice([name for name in names if name.endswith(".xml")] or names)
        for name in names:
            part = book.read(name)
            if name == chosen:
                if chance.random() < 0.1:
                    continue
                part = chance.choice((_bytes, _cut, _tags, _tags))(part, chance)
            out.writestr(name, part)
    return made.getvalue()


def _tags(data: bytes, chance: random.Random) -> bytes:
    """An attribute or element of XML with other content."""
    places = [place for place, byte in enumerate(data) if byte in b'"<>']
    if len(places) < 2:
        return data
    start = chance.randrange(len(places) - 1)
    return data[: places[start] + 1] + chance.choice(_TOKENS) + data[places[start + 1] :]


def _bytes(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    reach = min(len(out), chance.choice((200, 2000, len(out))))
    for _ in range(chance.choice((1, 2, 4, 16)) if reach else 0):
        out[chance.randrange(reach)] = chance.randrange(256)
    return bytes(out)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _cells(data: bytes, chance: random.Random) -> bytes:
    """What stands between two delimiters replaced."""
    start = chance.randrange(len(data)) if data else 0
    first = min((p for p in (data.find(sign, start) for sign in (b";", b",", b"\t", b"\n")) if p >= 0), default=-1)
    if first < 0:
        return _bytes(data, chance)
    rest = [p for p in (data.find(sign, first + 1) for sign in (b";", b",", b"\t", b"\n")) if p >= 0]
    return data[: first + 1] + chance.choice(_TOKENS) + data[min(rest, default=len(data)) :]


def _header(data: bytes, chance: random.Random) -> bytes:
    """The first lines swapped, doubled, removed or given a token."""
    lines = data.split(b"\n")
    if len(lines) < 3:
        return _bytes(data, chance)
    how = chance.randrange(4)
    if how == 0:
        lines[0], lines[1] = lines[1], lines[0]
    elif how == 1:
        lines.insert(0, lines[0])
    elif how == 2:
        del lines[0]
    else:
        place = chance.randrange(len(lines[0]) + 1)
        lines[0] = lines[0][:place] + chance.choice(_TOKENS) + lines[0][place:]
    return b"\n".join(lines)


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.randrange(1, 400)]
    return data[:start] + piece * chance.choice((2, 3, 20)) + data[start + len(piece) :]


def _zeros(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    length = chance.randrange(1, 64)
    return data[:start] + bytes([chance.choice((0, 255))]) * length + data[start + length :]
