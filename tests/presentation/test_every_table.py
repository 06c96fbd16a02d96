"""Every table of the report: n and base in it or below it, significance in words, nothing wider than the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluation.presentation.build import make_pieces
from evaluation.presentation.context import Context
from evaluation.presentation.piece import Piece
from evaluation.presentation.tables import TEXT_WIDTH, Column, Table, number_column
from tests.support.published import sample_published
from tests.support.sample import sample_instruments, sample_workspace

#: Tables without answers in them, each with the reason that they have no number of answers.
NO_ANSWERS = {
    "tbl-regler": "rules of the plan",
    "tbl-frisatte": "units of a register, counted",
    "tbl-undersoegelser": "surveys of the plan",
    "tbl-beslutningsregel": "the rule in words",
    "tbl-forsoeg": "trials of a register",
    "tbl-begraensninger": "limits in words",
    "tbl-diskretionering": "hidden numbers, counted",
    "tbl-datagrundlag": "rows of files, counted",
    "tbl-kontrolsummer": "checksums",
}
#: How a table says how many stand behind its numbers, and of whom or on which scale they are.
_N = re.compile(r"Antal svar|svar\)|Svar\b|Nævner")
_BASE = re.compile(r"af dem, der|fra 0 til 100|i pct\. af|andelen af svarene|Ændring i (?:point|procentpoint)|Cronbach")
_BASE_IN_CAPTION = re.compile(r"Point|Procent|hvor mange mål")


def _tables(piece: Piece) -> list[tuple[str, str]]:
    """Name and text of each table of a piece, with caption and note."""
    parts = re.split(r"^::: \{#(tbl-[\w-]+)\}$", piece.text, flags=re.M)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def _parsed(text: str) -> Table:
    """The table as it was before it was printed."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip(" ") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    columns = [
        number_column(head, len(dashes)) if dashes.endswith(":") else Column(head, len(dashes))
        for head, dashes in zip(cells[0], cells[1], strict=True)
    ]
    # a heading of rows has nothing beside it
    rows = [(row[0].strip("*"),) if row[0].startswith("**") and not any(row[1:]) else tuple(row) for row in cells[2:]]
    return Table(tuple(columns), tuple(rows))


@pytest.fixture(scope="module", params=["da", "niveau"])
def pieces(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Piece, ...]:
    before = request.param == "da"
    root: Path = tmp_path_factory.mktemp(request.param)
    ctx = Context(sample_published(before=before), sample_workspace(root, before=before), sample_instruments(), "da")
    return tuple(piece for piece in make_pieces(ctx) if piece.name.startswith("tbl-"))


def test_there_are_tables(pieces: tuple[Piece, ...]) -> None:
    assert sum(len(_tables(piece)) for piece in pieces) >= 10


def test_every_table_has_n_and_base(pieces: tuple[Piece, ...]) -> None:
    lacking = []
    for piece in pieces:
        for name, text in _tables(piece):
            if name in NO_ANSWERS:
                continue
            plain = text.replace("\N{NO-BREAK SPACE}", " ")
            if not _N.search(plain):
                lacking.append(f"{name}: n")
            if not (_BASE.search(plain) or _BASE_IN_CAPTION.search(plain)):
                lacking.append(f"{name}: base")
    assert lacking == []


def test_no_table_is_wider_than_the_page(pieces: tuple[Piece, ...]) -> None:
    for piece in pieces:
        for name, text in _tables(piece):
            table = _parsed(text)
            assert sum(table.widths()) == pytest.approx(TEXT_WIDTH), name
            assert sum(table.least_widths()) <= TEXT_WIDTH, name


def test_significance_is_told_in_words(pieces: tuple[Piece, ...]) -> None:
    for piece in pieces:
        for name, text in _tables(piece):
            cells = [cell for row in _parsed(text).rows for cell in row]
            assert not [cell for cell in cells if re.search(r"(?:\\\*){2,}|p\s*<", cell)], name


def test_numbers_are_aligned_to_the_right(pieces: tuple[Piece, ...]) -> None:
    number = re.compile(r"[+\u2212-]?\d+(?:,\d+)?\s*\Z")
    for piece in pieces:
        for name, text in _tables(piece):
            table = _parsed(text)
            full = [row for row in table.rows if len(row) == len(table.columns)]
            for place, column in enumerate(table.columns[1:], start=1):
                numbers = [row[place] for row in full if number.match(row[place])]
                if numbers and name != "tbl-datagrundlag":
                    assert column.align == "right", (name, column.head)


def test_hidden_numbers_are_explained(pieces: tuple[Piece, ...]) -> None:
    for piece in pieces:
        for name, text in _tables(piece):
            if any(cell.strip() == ".." for row in _parsed(text).rows for cell in row):
                assert "»..«" in text or "færre end 30" in text, name


@pytest.mark.parametrize("text", ["| A | B |\n|:--|--:|\n| x | 5,2 |", "| A | n |\n|:--|--:|\n| x | 5 |"])
def test_these_tests_can_fail(text: str) -> None:
    assert not _N.search(text)
    assert not _BASE.search(text)
