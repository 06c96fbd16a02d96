"""Damages exports: bytes, cells, headers, cuts. The same seed always damages a file in the same way."""

from __future__ import annotations

import io
import random
import zipfile

_TOKENS = (
    *(b"", b"\x00", b"\xff\xfe", b";", b",", b"\t", b'"', b"\n", b"\r\n", b"=1+1", b"NA", b"1e999", b"-"),
    *(b"999999999999", b"\xc3\xa6", b"\xe6", b"../../x", b"<html>", b"A" * 5000),
)


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
        data = chance.choice((_bytes, _bytes, _cut, _cells, _header, _repeat, _zeros))(data, chance)
    return data


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
    places = [place for place, byte in enumerate(data) if byte in b";,\t\n"]
    if len(places) < 2:
        return _bytes(data, chance)
    start = chance.randrange(len(places) - 1)
    return data[: places[start] + 1] + chance.choice(_TOKENS) + data[places[start + 1] :]


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
