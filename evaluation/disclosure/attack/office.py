"""Tables and texts of xlsx and docx files, read as what they are: packed XML.

Everything a reader with tools could find: hidden sheets, comments, defined names, headers and footers, alt texts,
properties. No document type is allowed, and nothing is unpacked beyond fixed sizes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from evaluation.disclosure.attack.files import PageTable, PageText

#: Unpacked bytes of one part and of a whole file.
MOST_PART, MOST_FILE = 128 * 1024**2, 512 * 1024**2
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$")
_CELL = re.compile(r"([A-Z]{1,3})\d+$")
_ATTRIBUTES = ("descr", "title", "name", "alt", "val")
_WIDEST = 16_384


class UnreadableError(ValueError):
    """What is wrong with a packed file."""


def office(path: Path) -> tuple[list[PageTable], list[PageText]]:
    """Tables and texts of a file.

    Raises
    ------
    UnreadableError
        Damaged, too large when unpacked, or with a document type.
    OSError
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = dict(_parts(archive))
            words = [PageText(path.name, "!", archive.comment.decode("utf-8", errors="replace"))]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise UnreadableError(type(error).__name__) from error
    tables = list(_sheets(path.name, parts) if path.suffix.lower() == ".xlsx" else _word(path.name, parts))
    # sheets are read as tables; their shared strings are in them, but those no cell uses are read here
    words += [PageText(path.name, name, text) for name, root in parts.items() for text in _texts(name, root)]
    return tables, [word for word in words if word.text.strip()]


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, ElementTree.Element]]:
    if sum(info.file_size for info in archive.infolist()) > MOST_FILE:
        raise UnreadableError("too large")
    for info in archive.infolist():
        if not info.filename.endswith((".xml", ".rels", ".vml", ".svg")) or info.filename == "[Content_Types].xml":
            continue
        with archive.open(info) as stream:
            content = stream.read(MOST_PART + 1)
        if len(content) > MOST_PART:
            raise UnreadableError(f"{info.filename}: too large")
        yield info.filename, parsed(content, info.filename)


def parsed(content: bytes, name: str) -> ElementTree.Element:
    """The root of an XML document that declares no document type.

    Raises
    ------
    UnreadableError
    """

    def declared(*_: object) -> None:
        raise UnreadableError(f"{name}: <!DOCTYPE>")

    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = declared
    try:
        guard.Parse(content, True)
        return ElementTree.fromstring(content)
    except (expat.ExpatError, ElementTree.ParseError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"{name}: {type(error).__name__}") from error


def local(element: ElementTree.Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _joined(element: ElementTree.Element) -> str:
    return "".join(e.text or "" for e in element.iter() if local(e) == "t")


def _sheets(name: str, parts: dict[str, ElementTree.Element]) -> Iterator[PageTable]:
    """Every sheet of a workbook, whatever its state."""
    strings = [_joined(si) for si in parts.get("xl/sharedStrings.xml", ()) if local(si) == "si"]
    titles = _sheet_names(parts)
    for part, root in parts.items():
        if not _SHEET.match(part):
            continue
        table = PageTable(name, titles.get(part, part))
        for row in (e for e in root.iter() if local(e) == "row"):
            cells: list[str] = []
            for cell in (e for e in row if local(e) == "c"):
                place = _column(cell.get("r") or "")
                at = len(cells) if place is None else place
                cells += [""] * (min(at, _WIDEST) - len(cells))
                cells.append(_cell(cell, strings))
            table.rows.append(cells)
        yield table


def _sheet_names(parts: dict[str, ElementTree.Element]) -> dict[str, str]:
    targets = {}
    for relation in parts.get("xl/_rels/workbook.xml.rels", ()):
        target = (relation.get("Target") or "").lstrip("/")
        targets[relation.get("Id")] = target if target.startswith("xl/") else f"xl/{target}"
    found = {}
    for sheet in parts["xl/workbook.xml"].iter() if "xl/workbook.xml" in parts else ():
        if local(sheet) == "sheet":
            ids = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
            found[targets.get(ids[0] if ids else None, "")] = sheet.get("name") or ""
    return found


def _column(reference: str) -> int | None:
    match = _CELL.match(reference)
    if match is None:
        return None
    number = 0
    for letter in match[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _cell(cell: ElementTree.Element, strings: list[str]) -> str:
    value = next((e.text or "" for e in cell if local(e) == "v"), "")
    if cell.get("t") == "s" and value.isdigit() and int(value) < len(strings):
        return strings[int(value)].strip()
    return (value or _joined(cell)).strip()


def _word(name: str, parts: dict[str, ElementTree.Element]) -> Iterator[PageTable]:
    """Tables of a document, each with the nearest bookmark before it."""
    for root in parts.values():
        anchor = ""
        for element in root.iter():
            if local(element) == "bookmarkStart":
                named = next((v for k, v in element.attrib.items() if k.endswith("name")), "")
                anchor = named if named.startswith("tbl-") else anchor
            elif local(element) == "tbl":
                rows = [e for e in element if local(e) == "tr"]
                table = PageTable(name, anchor)
                for row in rows:
                    table.rows.append([" ".join(_joined(c).split()) for c in row if local(c) == "tc"])
                yield table


def _texts(name: str, root: ElementTree.Element) -> Iterator[str]:
    """Words of a part that stand in no table: paragraphs, properties, comments, defined names, alt texts."""
    if _SHEET.match(name):
        return
    for element in root.iter():
        kind = local(element)
        if kind in ("p", "si", "comment"):
            yield _joined(element)
        elif kind == "definedName" or (name.startswith(("docProps/", "customXml/")) and not len(element)):
            yield f"{element.get('name') or ''} {element.text or ''}"
        elif kind in ("docPr", "cNvPr", "property"):
            yield " ".join(value for key, value in element.attrib.items() if key.rpartition("}")[2] in _ATTRIBUTES)
        elif kind in ("text", "desc", "title"):
            yield "".join(element.itertext())
