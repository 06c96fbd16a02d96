"""What a product shows beside the csv tables: pages, documents, workbooks, figures and their data, metadata."""

from __future__ import annotations

import csv
import lzma
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem
from evaluation.disclosure.attack.files import PageTable, PageText, Publication, Record, csv_rows, page
from evaluation.disclosure.attack.office import UnreadableError, local, office, parsed

#: Kinds of files that are read.
KINDS = (".html", ".htm", ".svg", ".xlsx", ".docx", ".csv", ".csv.xz")
_TIDY = {"survey", "group", "stat"}


@dataclass(slots=True)
class Product:
    """Tables and texts of products; ``tidy`` are tables in the layout of the published ones, as publications."""

    tables: list[PageTable] = field(default_factory=list)
    texts: list[PageText] = field(default_factory=list)
    tidy: list[Publication] = field(default_factory=list)


def products(paths: Sequence[Path], main: Publication) -> Product:
    """Read every file.

    Raises
    ------
    EvaluationError
        ``attack-unreadable``, one a file.
    """
    made, problems = Product(), []
    known = _sizes(main)
    for path in paths:
        try:
            tables, texts = _read(path)
        except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError, csv.Error, ValueError) as error:
            found = str(error) if isinstance(error, UnreadableError) else f"{type(error).__name__}: {error}"
            problems.append(Problem("attack-unreadable", str(path), found))
            continue
        made.texts += texts
        for table in tables:
            rows = list(_tidy(table, known))
            if rows:
                made.tidy.append(Publication(f"{table.page}!{table.anchor}", _by_table(rows)))
            else:
                made.tables.append(table)
    if problems:
        raise EvaluationError(problems)
    return made


def product_files(folders: Sequence[Path], but: Sequence[Path] = ()) -> list[Path]:
    """Every file that can be read in ``folders`` and below, but those named."""
    left_out = set(but)
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if path.name.lower().endswith(KINDS) and path not in left_out]


def _read(path: Path) -> tuple[list[PageTable], list[PageText]]:
    kind = path.suffix.lower()
    if kind in (".xlsx", ".docx"):
        return office(path)
    if kind == ".svg":
        return [], list(_drawn(path))
    if kind in (".csv", ".xz"):
        return [PageTable(path.name, path.name.partition(".")[0], list(csv_rows(path)))], []
    found = page(path)
    return list(found.found), found.texts


def _drawn(path: Path) -> Iterator[PageText]:
    """Words of a drawing: what is written in it, its title and description, and its metadata."""
    content = path.read_bytes()
    # matplotlib and others name the public document type of svg; anything else is refused
    start = content.find(b"<!DOCTYPE svg PUBLIC")
    if 0 <= start < 1024:
        content = content[:start] + content[content.index(b">", start) + 1 :]
    for element in parsed(content, path.name).iter():
        if local(element) in ("text", "title", "desc", "metadata"):
            yield PageText(path.name, local(element), " ".join("".join(element.itertext()).split()))


def _sizes(main: Publication) -> Mapping[tuple[str, ...], str]:
    """Answers behind every level, which a product may leave out."""
    return {_place(row): row.get("n", "") for row in main.rows("levels")}


def _place(row: Record) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in ("survey", "measure", "stat", "group", "wave"))


def _tidy(table: PageTable, known: Mapping[tuple[str, ...], str]) -> Iterator[Record]:
    """Rows of a table in the layout of the published ones, with the room that its rounding leaves."""
    header = [cell.strip().casefold() for cell in table.rows[0]] if table.rows else []
    if not (set(header) >= _TIDY and {"measure", "item"} & set(header) and {"wave", "waves"} & set(header)):
        return
    for cells in table.rows[1:]:
        row = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False))
        row.setdefault("measure", row.get("item", ""))
        row.setdefault("base", "besvaret")
        row.setdefault("comparable", "ja")
        row.setdefault("key", ".".join(_place(row)))
        row.setdefault("n", known.get(_place(row), ""))
        text = row.get("value") or row.get("before") or row.get("after") or row.get("change") or ""
        decimals = len(text.partition(".")[2])
        yield row | {"_half": str(0.5 * 10.0**-decimals if decimals < 6 else 0.0)}


def _by_table(rows: Sequence[Record]) -> dict[str, tuple[Record, ...]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        name = "levels" if "wave" in row else "estimates"
        if "value" in row or name == "estimates":
            found.setdefault(name, []).append(row)
    return {name: tuple(mine) for name, mine in found.items()}
