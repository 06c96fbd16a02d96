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
    unpack = lzma.open if path.suffix == ".xz" else open
    with unpack(path, "rt", encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        header = next(reader, [])
        for cells in reader:
            if len(cells) != len(header):
                raise ValueError(f"{reader.line_num}")
            yield dict(zip(header, cells, strict=True))


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


class _Tables(HTMLParser):
    """Tables of a page, each with the nearest anchor before it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.anchor = page, ""
        self.found: list[PageTable] = []
        self.depth, self.cell = 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note anchors, tables, rows and cells."""
        name = dict(attrs).get("id") or ""
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
        """Leave cells and tables."""
        if tag in ("td", "th"):
            self.cell = False
        elif tag == "table":
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        """Words of a cell."""
        if self.cell and self.depth:
            row = self.found[-1].rows[-1]
            row[-1] = " ".join((row[-1] + data).replace("\xa0", " ").split()) + (" " if data.endswith(" ") else "")


def page_tables(path: Path) -> tuple[PageTable, ...]:
    """Tables of a rendered page.

    Raises
    ------
    EvaluationError
        ``attack-unreadable``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(Problem("attack-unreadable", str(path), type(error).__name__)) from error
    parser = _Tables(path.name)
    parser.feed(text)
    for table in parser.found:
        table.rows = [[cell.strip() for cell in row] for row in table.rows]
    return tuple(parser.found)


def printed(text: str) -> float | None:
    """A number as a Danish or English table prints it; None for anything else, ``..`` too."""
    plain = text.strip().rstrip("*").replace("−", "-").replace("+", "").replace("%", "").strip()
    if plain in _HIDDEN or not plain or not (plain[0].isdigit() or plain[0] == "-"):
        return None
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    return number(plain)
