"""Readers of published files: csv tables and the tables of rendered pages."""

from __future__ import annotations

import csv
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem

Record = Mapping[str, str]
#: Tables an attack cannot do without; others are read where they are.
NEEDED = ("levels", "distributions")
_HIDDEN = {"..", "…", ""}
#: Attributes that are read to people or found by programs, and blocks of words.
_SPOKEN = ("alt", "title", "aria-label", "content", "data-caption")
_BLOCKS = ("p", "figcaption", "caption", "title", "desc", "text", "li", "h1", "h2", "h3", "h4", "script")


@dataclass(frozen=True, slots=True)
class Publication:
    """The csv tables of one folder: rows as written, by the table's name."""

    name: str
    tables: Mapping[str, tuple[Record, ...]]

    def rows(self, table: str) -> tuple[Record, ...]:
        """Rows of a table; none where it was not published."""
        return self.tables.get(table, ())


def read_publication(folder: Path, name: str) -> Publication:
    """Every csv in ``folder``.

    Raises
    ------
    EvaluationError
        ``attack-nothing-published`` or ``attack-unreadable``.
    """
    problems: list[Problem] = []
    tables: dict[str, tuple[Record, ...]] = {}
    for path in csv_files(folder):
        try:
            tables[path.name.partition(".")[0]] = tuple(_rows(path))
        except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError, csv.Error, ValueError) as error:
            problems.append(Problem("attack-unreadable", str(path), f"{type(error).__name__}: {error}"))
    if not problems and not any(table in tables for table in NEEDED):
        problems.append(Problem("attack-nothing-published", str(folder)))
    if problems:
        raise EvaluationError(problems)
    return Publication(name, tables)


def csv_files(folder: Path) -> list[Path]:
    """Tables of a folder, plain or packed."""
    return [path for path in sorted(folder.glob("*.csv*")) if path.name.endswith((".csv", ".csv.xz"))]


def _rows(path: Path) -> Iterator[Record]:
    lines = csv_rows(path)
    header = next(lines, [])
    for number_, cells in enumerate(lines, start=2):
        if len(cells) != len(header):
            raise ValueError(f"{number_}")
        yield dict(zip(header, cells, strict=True))


def csv_rows(path: Path) -> Iterator[list[str]]:
    """Cells of a csv, plain or packed."""
    unpack = lzma.open if path.suffix == ".xz" else open
    with unpack(path, "rt", encoding="utf-8-sig", newline="") as stream:
        yield from csv.reader(stream, strict=True)


def number(text: str | None) -> float | None:
    """A number as csv holds it, or None where the cell is empty or no number."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value else None


@dataclass(slots=True)
class PageTable:
    """A table of a page: its anchor (``tbl-…``), header and rows as plain text."""

    page: str
    anchor: str
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PageText:
    """Words of a product that stand in no table, and where: an alt text, a property, a comment."""

    page: str
    place: str
    text: str


class _Page(HTMLParser):
    """Tables of a page, each with the nearest anchor before it, and words that stand in none."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[PageText] = []
        self.inside: list[str] = []
        self.page, self.anchor = page, ""
        self.found: list[PageTable] = []
        self.depth, self.cell = 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note anchors, tables, rows and cells."""
        named = dict(attrs)
        name = named.get("id") or ""
        for key in _SPOKEN:
            if named.get(key):
                self.texts.append(PageText(self.page, key, named[key] or ""))
        if tag in _BLOCKS:
            self.inside.append("")
        if name.startswith("tbl-") and "-caption" not in name:
            self.anchor = name
        if tag == "table":
            self.depth += 1
            self.found.append(PageTable(self.page, self.anchor))
        elif tag == "tr" and self.depth:
            self.found[-1].rows.append([])
        elif tag in ("td", "th") and self.depth and self.found[-1].rows:
            self.found[-1].rows[-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        """Leave cells, tables and blocks of words."""
        if tag in _BLOCKS and self.inside:
            self.texts.append(PageText(self.page, tag, " ".join(self.inside.pop().split())))
        if tag in ("td", "th"):
            self.cell = False
        elif tag == "table":
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        """Words of a cell, or of a block."""
        if self.inside:
            self.inside[-1] += data
        if self.cell and self.depth:
            row = self.found[-1].rows[-1]
            row[-1] = " ".join((row[-1] + data).replace("\xa0", " ").split()) + (" " if data.endswith(" ") else "")

    def handle_comment(self, data: str) -> None:
        """What is written behind the page."""
        self.texts.append(PageText(self.page, "comment", data))


def page(path: Path) -> _Page:
    """A rendered page, read.

    Raises
    ------
    OSError, UnicodeDecodeError
    """
    parser = _Page(path.name)
    parser.feed(path.read_text(encoding="utf-8"))
    parser.close()
    for table in parser.found:
        table.rows = [[cell.strip() for cell in row] for row in table.rows]
    return parser


def printed(text: str) -> float | None:
    """A number as a Danish or English table prints it; None for anything else, ``..`` too."""
    plain = text.strip().rstrip("*").replace("−", "-").replace("+", "").replace("%", "").strip()
    if plain in _HIDDEN or not plain or not (plain[0].isdigit() or plain[0] == "-"):
        return None
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    return number(plain)
