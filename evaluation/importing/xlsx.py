"""Reads a plain xlsx workbook in one pass over each sheet, piece by piece: values and what the XML says beside them.

Only the numbers, kinds and texts of the cells are ever held, never the unpacked XML. Whatever is
written otherwise than Excel, LibreOffice, openpyxl and the survey tools write it raises
:class:`~evaluation.importing.xlsx_cells.DeclinedError`, and ``workbook`` reads it with calamine.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import IO
from xml.parsers import expat

import numpy as np

from evaluation.common.errors import fail
from evaluation.importing.grid import MAX_CELLS, Cell, Grid, RawSheet, Sheet, column_number, letters, sparse
from evaluation.importing.xlsx_cells import Block, DeclinedError, Scanner, Style, Values, plain_text

_PIECE = 1024**2
# A row, or what stands before and behind the rows, that is longer than this is none of ours.
_LONGEST = 64 * 1024**2
# The two names of the format: the usual one, and that of its strict variant.
_OURS = re.compile(
    rb'xmlns="http://(?:schemas.openxmlformats.org/spreadsheetml/2006|purl.oclc.org/ooxml/spreadsheetml)/main"'
)
_ROOT = re.compile(rb"<worksheet\b[^>]*>")
_HIDDEN = re.compile(rb"<(?:row|col)\b[^>]*\bhidden=\"(?:1|true)\"")
_MERGED = re.compile(rb"<mergeCell\b[^>]*\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")


@dataclass(frozen=True, slots=True)
class _Part:
    """A sheet as the workbook lists it."""

    name: str
    visible: bool
    path: str


def read_xlsx(path: Path, archive: zipfile.ZipFile) -> list[Sheet]:
    """All sheets, with values and counts.

    Raises
    ------
    DeclinedError
        When the workbook is not written in the usual way.
    EvaluationError
        ``import-damaged`` or ``import-too-large``.
    """
    names = set(archive.namelist())
    book = _text(archive, "xl/workbook.xml", names)
    parts = _parts(book, _text(archive, "xl/_rels/workbook.xml.rels", names))
    if not parts or any(part.path not in names for part in parts):
        raise DeclinedError("parts")
    styles = styles_of(_text(archive, "xl/styles.xml", names)) if "xl/styles.xml" in names else []
    others: list[Cell] = list(_shared(archive)) if "xl/sharedStrings.xml" in names else []
    mac = bool(re.search(r"<workbookPr\b[^>]*\bdate1904=\"(?:1|true)\"", book))
    values = Values(styles, others, mac)
    sheets = []
    for part in parts:
        with archive.open(part.path) as stream:
            sheets.append(_sheet(f"{path}, {part.path}", part, stream, Scanner(values), others))
    _check_others(archive, {part.path for part in parts})
    return sheets


def _check_others(archive: zipfile.ZipFile, read: set[str]) -> None:
    """Read the other parts against their checksum: of what was read, that was looked at on the way."""
    for part in archive.infolist():
        if part.filename not in read:
            with archive.open(part) as stream:
                while stream.read(_PIECE):
                    pass


def _refuse_entities(where: str, xml: bytes) -> None:
    """No workbook declares a document type; with one come entities that swell or reach other files."""
    if b"<!DOCTYPE" in xml:
        raise fail("import-xml-entities", where=where, found="<!DOCTYPE>")


def _text(archive: zipfile.ZipFile, name: str, names: set[str]) -> str:
    if name not in names:
        raise DeclinedError(name)
    data = archive.read(name)
    _refuse_entities(f"{archive.filename}, {name}", data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeclinedError(name) from error


def _parts(book: str, relations: str) -> list[_Part]:
    """The sheets in their order; charts and dialogs are none."""
    targets = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", relations):
        named = dict(re.findall(r"(\w+)=\"([^\"]*)\"", tag))
        targets[named.get("Id", "")] = (named.get("Type", ""), named.get("Target", ""))
    parts = []
    for tag in re.findall(r"<sheet\b[^>]*>", book):
        named = dict(re.findall(r"([\w:]+)=\"([^\"]*)\"", tag))
        key = next((value for name, value in named.items() if name.endswith(":id")), "")
        kind, target = targets.get(key, ("", ""))
        if "name" not in named or not kind:
            raise DeclinedError("sheets")
        if not kind.endswith("/worksheet"):
            continue
        place = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        parts.append(_Part(unescape(named["name"]), named.get("state", "visible") == "visible", place))
    return parts


def _shared(archive: zipfile.ZipFile) -> Iterator[str]:
    """The texts that cells share, without the readings of Asian characters."""
    texts: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "spoken": False}

    def start(tag: str, _: Mapping[str, str]) -> None:
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["spoken"] = True
        elif tag == "t":
            state["text"] = not state["spoken"]

    def end(tag: str) -> None:
        if tag == "t":
            state["text"] = False
        elif tag == "rPh":
            state["spoken"] = False
        elif tag == "si":
            text = "".join(pieces)
            texts.append(plain_text(text.replace("&", "&amp;").encode()) if "_x" in text else text)

    def data(text: str) -> None:
        if state["text"]:
            pieces.append(text)

    def refuse(*_: object) -> None:
        raise fail("import-xml-entities", where=f"{archive.filename}, xl/sharedStrings.xml", found="<!DOCTYPE>")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open("xl/sharedStrings.xml") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise DeclinedError("shared strings") from error
    yield from texts


@dataclass(slots=True)
class _Draft:
    """A sheet while it is read."""

    blocks: list[Block] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    zeros: dict[int, int] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def around(self, xml: bytes) -> None:
        """What stands before and behind the rows."""
        self.hidden_columns += len(_HIDDEN.findall(xml)) if b" hidden=" in xml else 0
        for column, row, last_column, last_row in _MERGED.findall(xml):
            first = (int(row) - 1, column_number(column.decode()))
            self.merged.append((*first, int(last_row) - 1, column_number(last_column.decode())))

    def rows(self, xml: bytes, scanner: Scanner) -> None:
        """Whole rows."""
        block = scanner.scan(xml)
        # Looking for the word first is many times quicker than the pattern.
        self.hidden_rows += len(_HIDDEN.findall(xml)) if b" hidden=" in xml else 0
        self.zeros = block.zeros | self.zeros
        self.blocks.append(block)

    def raw(self) -> RawSheet:
        places = tuple(f"{letters(column)}{row + 1}" for b in self.blocks for row, column in b.uncalculated)
        return RawSheet(
            hidden_rows=self.hidden_rows,
            hidden_columns=self.hidden_columns,
            errors=sum(block.errors for block in self.blocks),
            formulas_without_value=len(places),
            uncalculated=places,
            zero_padded=self.zeros,
            merged=tuple(self.merged),
        )


def _sheet(where: str, part: _Part, stream: IO[bytes], scanner: Scanner, others: list[Cell]) -> Sheet:
    draft = _Draft()
    rest = _head(where, stream, draft)
    inside = True
    while inside:
        piece = stream.read(_PIECE)
        rest += piece
        stop = rest.find(b"</sheetData")
        cut = stop if stop >= 0 else rest.rfind(b"</row>") + len(b"</row>")
        if stop >= 0 or cut >= len(b"</row>"):
            draft.rows(rest[:cut], scanner)
            rest = rest[cut:]
        inside = stop < 0
        if inside and not piece:
            raise fail("import-damaged", where=where, found="</sheetData>")
        if len(rest) > _LONGEST:
            raise DeclinedError("row")
    tail = rest + stream.read(_LONGEST)
    if stream.read(1):
        raise DeclinedError("tail")
    # A sheet that stops half-way would else be a short one.
    if not tail.rstrip().endswith(b"</worksheet>"):
        raise fail("import-damaged", where=where, found="</worksheet>")
    draft.around(tail)
    raw = draft.raw()
    return Sheet(part.name, part.visible, _grid(where, draft.blocks, others), raw)


def _head(where: str, stream: IO[bytes], draft: _Draft) -> bytes:
    """What stands behind ``<sheetData>`` of the first pieces."""
    head = b""
    while True:
        piece = stream.read(_PIECE)
        head += piece
        found = re.search(rb"<sheetData(?:\s[^>]*)?>|<sheetData\s*/>", head)
        if found is not None:
            break
        if not piece or len(head) > _LONGEST:
            raise DeclinedError("head")
    before = head[: found.start()]
    _refuse_entities(where, before)
    root = _ROOT.search(before)
    # Names with a prefix are as good, but not looked for here.
    if root is None or b"<!" in before or re.search(rb"xmlns:\w+=\"[^\"]*/spreadsheetml/(?:2006/)?main\"", root[0]):
        raise DeclinedError("root")
    if not _OURS.search(root[0]):
        raise fail("import-damaged", where=where, found="xmlns")
    draft.around(before)
    return b"</sheetData" + head[found.end() :] if found[0].endswith(b"/>") else head[found.end() :]


def _grid(where: str, blocks: list[Block], others: list[Cell]) -> Grid:
    height = max((int(b.rows.max()) + 1 for b in blocks if len(b.rows)), default=0)
    width = max((int(b.columns.max()) + 1 for b in blocks if len(b.rows)), default=0)
    if height * width > MAX_CELLS or sparse(height * width, sum(len(b.rows) for b in blocks)):
        raise fail("import-too-large", where=where, found=f"{height} × {width}")
    kinds, numbers = np.zeros((height, width), np.uint8), np.zeros((height, width))
    while blocks:
        # As they come: a block that is laid out is no longer needed.
        block = blocks.pop()
        kinds[block.rows, block.columns], numbers[block.rows, block.columns] = block.kinds, block.numbers
    return Grid(kinds, numbers, others)


def styles_of(xml: str) -> list[Style]:
    """What matters of each cell style of ``styles.xml``."""
    formats = {}
    for tag in re.findall(r"<(?:\w+:)?numFmt\b[^>]*>", xml):
        named = dict(re.findall(r"(\w+)=\"([^\"]*)\"", tag))
        formats[named.get("numFmtId", "")] = plain_text(named.get("formatCode", "").encode())
    cells = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", xml, re.DOTALL)
    if cells is None:
        return []
    found = re.findall(r"<(?:\w+:)?xf\b[^>]*>", cells.group(0))
    numbers = [next(iter(re.findall(r"numFmtId=\"(\d+)\"", tag)), "0") for tag in found]
    return [_style_of(number, formats) for number in numbers]


_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_BUILT_IN_DURATION = 46


def _style_of(number: str, formats: Mapping[str, str]) -> Style:
    code = formats.get(number)
    if code is None:
        known = int(number)
        if known == _BUILT_IN_DURATION:
            return Style("duration")
        return Style("date") if known in _BUILT_IN_DATES else Style()
    if re.fullmatch(r"0{2,}", code):
        return Style(zeros=len(code))
    shown = re.sub(r'"[^"]*"|\\.|[_*].', "", code).split(";")[0]
    if re.search(r"\[(?:h+|m+|s+)\]", shown, re.IGNORECASE):
        return Style("duration")
    shown = re.sub(r"\[[^\]]*\]", "", shown)
    return Style("date") if re.search(r"[dmyhs]", shown, re.IGNORECASE) and "General" not in shown else Style()
