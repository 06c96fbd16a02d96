"""Every text and every number in a finished file, wherever a reader with tools could find it.

One function a kind of file, all on what the file holds, not on what a program shows of it: hidden
sheets, metadata, embedded pictures, alt texts and comments are read like everything else.
"""

from __future__ import annotations

import base64
import html
import lzma
import re
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

HYPHEN = "\N{SOFT HYPHEN}"
_DATA = re.compile(r"data:([\w/+.-]+)[^,\"']*?;base64,([A-Za-z0-9+/=\s]+)")
_DRAWN = re.compile(r'\s(?:d|points|transform|viewBox|width|height|[xy][12]?|[cr][xy]?|style|clip-path)="[^"]*"')
_PLAIN = {
    ".csv",
    ".qmd",
    ".md",
    ".yml",
    ".yaml",
    ".json",
    ".toml",
    ".txt",
    ".css",
    ".typ",
    ".bib",
    ".lua",
    ".rels",
    ".template",
}
_ENGLISH = re.compile(r"(?<![\d.])\d{1,6}\.\d+(?!\d)")
_DANISH = re.compile(r"(?<![\d,])\d{1,6},\d+(?!\d)")
#: Tags inside a line: a number may be cut by them. Every other tag ends a word.
_INLINE = re.compile(r"</?(?:span|b|i|em|strong|a|tspan|sup|sub|w:(?!p>|p |tab|br|tc)[A-Za-z]+)\b[^>]*>")


def places(root: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """Every file under the named files and folders, hidden ones too."""
    for name in names:
        path = root / name
        yield from (p for p in sorted(path.rglob("*") if path.is_dir() else [path]) if p.is_file())


def texts(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """``(place, text)`` for everything in a file; the place names parts of parts."""
    suffix = Path(name).suffix.lower()
    readers: dict[str, Callable[[str, bytes], Iterator[tuple[str, str]]]] = {
        ".html": _markup, ".htm": _markup, ".svg": _markup, ".xml": _markup, ".vml": _markup,
        ".docx": _zip, ".xlsx": _zip, ".pptx": _zip, ".png": _png, ".pdf": _pdf, ".parquet": _parquet, ".xz": _packed,
    }  # fmt: skip
    if suffix in readers:
        yield from readers[suffix](name, content)
    elif suffix in _PLAIN or not suffix or suffix == ".sha256":
        yield name, content.decode("utf-8", errors="replace").replace(HYPHEN, "")
    elif suffix not in {".ttf", ".odttf", ".woff", ".woff2", ".otf", ".jpeg", ".jpg", ".pkl", ".lock", ".bin"}:
        raise AssertionError(f"nobody reads {name}: teach the search to")


def _markup(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Raw markup (attributes, comments, scripts), its text without tags, and files embedded in it."""
    raw = content.decode("utf-8", errors="replace")
    # where a line is drawn is no number anybody reads; what is drawn is looked at as data
    bare = _DRAWN.sub(" ", _DATA.sub("data:", raw))
    yield name, html.unescape(bare).replace(HYPHEN, "")
    # numbers and words that Word or a svg cuts into several runs
    yield f"{name} (text)", html.unescape(re.sub(r"<[^>]+>", " ", _INLINE.sub("", bare))).replace(HYPHEN, "")
    for number, found in enumerate(_DATA.finditer(raw)):
        kind = found[1].rpartition("/")[2].split("+")[0]
        if kind in ("png", "svg", "pdf"):
            yield from texts(f"{name}#{number}.{kind}", base64.b64decode(found[2]))


def _zip(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        yield f"{name}!comment", archive.comment.decode("utf-8", errors="replace")
        for part in archive.namelist():
            yield from texts(f"{name}!{part}", archive.read(part))


def _png(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """All text chunks of a png: title, software, comments, XMP."""
    at, found = 8, [""]
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + length]
        if kind == b"tEXt":
            found.append(body.decode("latin-1"))
        elif kind == b"zTXt":
            found.append(zlib.decompress(body.split(b"\0", 1)[1][1:]).decode("latin-1"))
        elif kind == b"iTXt":
            keyword, rest = body.split(b"\0", 1)
            text = rest[2:].split(b"\0", 2)[2]
            found.append(keyword.decode() + " " + (zlib.decompress(text) if rest[0] else text).decode("utf-8"))
        at += 12 + length
    yield name, "\n".join(found)


def _pdf(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Text of all pages, document information and XMP, and every stream that can be unpacked."""
    for program, arguments in (("pdftotext", ["-", "-"]), ("pdfinfo", ["-"]), ("pdfinfo", ["-meta", "-"])):
        done = subprocess.run([program, *arguments], input=content, capture_output=True, check=True)
        yield f"{name} ({program})", done.stdout.decode("utf-8", errors="replace").replace(HYPHEN, "")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    unpacked = [_inflated(stream) for stream in streams]
    yield f"{name} (objects)", "\n".join([content.decode("latin-1"), *unpacked])


def _inflated(stream: bytes) -> str:
    """A packed stream of words (metadata, attachments, alt texts in object streams); drawings hold no words."""
    try:
        text = zlib.decompress(stream).decode("utf-8")
    except (zlib.error, UnicodeDecodeError):
        return ""
    return "" if re.search(r"(?m)\b(re|cm|Tf|BT|l|m|c|gs|q|Q|scn)$", text[:4000]) else text


def _parquet(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    from pyarrow import parquet

    file = parquet.ParquetFile(BytesIO(content))
    yield f"{name} (metadata)", str(file.schema_arrow) + str(file.metadata.metadata)
    yield name, file.read().to_pandas().to_csv(index=False)


def _packed(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    yield from texts(name.removesuffix(".xz"), lzma.decompress(content))


def numbers(text: str, place: str = "") -> set[str]:
    """Numbers with decimals, Danish or English, as they stand but with a point; longer ones also cut at four.

    In a csv a comma parts cells, so only points are decimal there.
    """
    found = set(_ENGLISH.findall(text))
    if not place.endswith((".csv", ".parquet")):
        found |= {number.replace(",", ".") for number in _DANISH.findall(text)}
    return found | {cut(number) for number in found}


def cut(number: str) -> str:
    """A number of more than four decimals rounded to four: how hidden numbers are looked for."""
    whole, _, decimals = number.partition(".")
    return f"{float(number):.4f}" if len(decimals) > 4 else f"{whole}.{decimals}"


def forms(value: float, share: bool = False) -> set[str]:
    """How a number may be printed: two to four decimals, a share also in per cent."""
    scaled = (value, value * 100) if share else (value,)
    return {f"{abs(one):.{decimals}f}" for one in scaled for decimals in (2, 3, 4)}
