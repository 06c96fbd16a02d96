"""The Word file as it comes from outside: looked at before anything reads it, nothing in it run or fetched."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from xml.parsers import expat

from evaluation.common.errors import EvaluationError, fail

#: Most bytes of the file, of all parts unpacked, of one part of text; most parts; deepest nesting of elements.
LARGEST, UNPACKED, PART, PARTS, DEPTH = 200 * 2**20, 600 * 2**20, 60 * 2**20, 5000, 250
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = "word/document.xml"
_FORMATTING = re.compile(rb"<w:(?:rPr|pPr|tblPr|trPr|tcPr|sectPr|numbering)Change\b")
_TRACKED = re.compile(rb"<w:(?:ins|del|moveFrom|moveTo)\s")
_PARA_ID = "http://schemas.microsoft.com/office/word/2010/wordml}paraId"


@dataclass(frozen=True, slots=True)
class Thread:
    """What Word keeps of a comment beside its words: the id of the one it answers ("" for none), and dealt with."""

    parent: str = ""
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class Package:
    """A Word file that may be read: its bytes, its parts of text, its threads by comment id."""

    data: bytes
    parts: dict[str, bytes]
    threads: dict[str, Thread]
    formatting: int
    margins: int


def open_package(path: Path) -> Package:
    """Return the Word file at ``path``.

    Raises
    ------
    EvaluationError
        ``review-missing``, ``review-encrypted``, ``review-not-docx``, ``review-macros``, ``review-too-large``,
        ``review-external-entity``, ``review-damaged``.
    """
    if not path.is_file():
        raise fail("review-missing", where=path)
    if path.stat().st_size > LARGEST:
        raise fail("review-too-large", where=path, found=f"{path.stat().st_size / 2**20:.0f} MiB")
    data = path.read_bytes()
    if data.startswith(_COMPOUND):
        # An encrypted docx and the doc of before 2007 are the same kind of container.
        code = "review-encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "review-not-docx"
        raise fail(code, where=path, found=path.suffix)
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            parts = _parts(package, path)
    except EvaluationError:
        # Which is a ValueError too, and says more than the one below.
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        if not data.startswith(b"PK"):
            raise fail("review-not-docx", where=path, found=path.suffix) from error
        raise fail("review-damaged", where=path, found=str(error)[:200]) from error
    for name, content in parts.items():
        _check_xml(path, name, content)
    formatting = len(_FORMATTING.findall(parts[_MAIN]))
    margins = sum(len(_TRACKED.findall(part)) for name, part in parts.items() if re.match(r"word/(head|foot)er", name))
    return Package(data, parts, _threads(parts), formatting, margins)


def _parts(package: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
    entries = package.infolist()
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        raise fail("review-encrypted", where=path)
    if len(entries) > PARTS or sum(entry.file_size for entry in entries) > UNPACKED:
        raise fail("review-too-large", where=path, found=f"{sum(entry.file_size for entry in entries) / 2**20:.0f} MiB")
    if _MAIN not in names:
        raise fail("review-not-docx", where=path, found=", ".join(names[:3]))
    if len(set(names)) != len(names):
        raise fail("review-damaged", where=path, found="two parts of one name")
    if any(name.lower().endswith("vbaproject.bin") for name in names) or path.suffix.lower() in (".docm", ".dotm"):
        raise fail("review-macros", where=path)
    parts = {}
    total = 0
    for entry in entries:
        # What a head promises need not be true: count what really comes out.
        text = entry.filename.lower().endswith((".xml", ".rels"))
        limit = PART if text else LARGEST
        with package.open(entry) as stream:
            content = stream.read(limit + 1)
        total += len(content)
        if len(content) > limit or total > UNPACKED:
            raise fail("review-too-large", where=path, found=entry.filename)
        if text:
            parts[entry.filename] = content
    if b"macroEnabled" in parts.get("[Content_Types].xml", b""):
        raise fail("review-macros", where=path)
    return parts


def _check_xml(path: Path, name: str, content: bytes) -> None:
    """Well-formed, without a document type (there the entities are) and not nested without end."""
    parser = expat.ParserCreate()
    depth = [0]

    def doctype(*_: object) -> None:
        raise fail("review-external-entity", where=f"{path}: {name}")

    def start(*_: object) -> None:
        depth[0] += 1
        if depth[0] > DEPTH:
            raise fail("review-damaged", where=f"{path}: {name}", found=f"> {DEPTH} elements")

    def end(*_: object) -> None:
        depth[0] -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise fail("review-damaged", where=f"{path}: {name}", found=str(error)) from error


def _threads(parts: dict[str, bytes]) -> dict[str, Thread]:
    """Threads by comment id: Word links paragraphs of comments (commentsExtended), not the comments themselves."""
    of_paragraph: dict[str, str] = {}
    comment = [""]

    def start(name: str, values: dict[str, str]) -> None:
        if name.endswith("main}comment"):
            comment[0] = next((value for key, value in values.items() if key.endswith("main}id")), "")
        elif name.endswith("main}p") and comment[0] and _PARA_ID in values:
            of_paragraph[values[_PARA_ID]] = comment[0]

    _walk(parts.get("word/comments.xml", b""), start)
    threads: dict[str, Thread] = {}

    def extended(name: str, values: dict[str, str]) -> None:
        if not name.endswith("}commentEx"):
            return
        own = {key.rpartition("}")[2]: value for key, value in values.items()}
        ident = of_paragraph.get(own.get("paraId", ""))
        if ident is not None:
            parent = of_paragraph.get(own.get("paraIdParent", ""), "")
            threads[ident] = Thread(parent, own.get("done", "0") in ("1", "true"))

    _walk(parts.get("word/commentsExtended.xml", b""), extended)
    return threads


def _walk(content: bytes, start: object) -> None:
    if content:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = start  # type: ignore[assignment]
        parser.Parse(content, True)
