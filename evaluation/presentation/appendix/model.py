"""A sheet before it is written: plain words, numbers with the decimals they are shown with, hidden cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evaluation.presentation.numbers import HIDDEN, is_missing

#: What stands where a number cannot be: not hidden, there is none.
NONE = "–"
#: Excel's and LibreOffice's bound on sheet names, and the signs that no name may hold.
_NAME_LENGTH = 31
_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_MARKUP = re.compile(r"\\(.)|\*+")


@dataclass(frozen=True, slots=True)
class Num:
    """A number as it is published, and how it is shown: ``decimals``, and a sign also where it is positive."""

    value: float
    decimals: int = 0
    sign: bool = False


Cell = str | Num | date


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its head (plain text, unique in its sheet), whether it holds numbers, its width in letters."""

    head: str
    number: bool = False
    width: int = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Attributes
    ----------
    name : str
        Wished name of the sheet; :func:`sheet_names` makes it fit.
    title, about : str
        What the sheet shows (cell A1), and one line on it below.
    fixed : int
        So many columns stay in view to the left.
    """

    name: str
    title: str
    about: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fixed: int = 0


def text_field(head: str, width: int = 16) -> Field:
    """A column of words."""
    return Field(head, width=width)


def number_field(head: str, width: int = 11) -> Field:
    """A column of numbers."""
    return Field(head, number=True, width=width)


def words(markdown_text: str) -> str:
    """Plain words of a text that was made safe for Markdown, with its emphasis taken away."""
    return _MARKUP.sub(lambda match: match[1] or "", markdown_text)


def number(
    row: Mapping[str, Any], name: str, decimals: int = 0, *, factor: float = 1.0, sign: bool = False, gone: bool = False
) -> Cell:
    """A published number as a cell: ``..`` where it is hidden (``gone``), a dash where there is none.

    Rounded to ten decimals, which no reader sees: every program then reads back the same number.
    """
    if gone:
        return HIDDEN
    value = row[name]
    if is_missing(value):
        return NONE
    return Num(round(float(value) * factor, 10), decimals, sign)


def without_empty(fields: Sequence[Field], rows: Iterable[Sequence[Cell]], keep: int = 0) -> tuple[
    tuple[Field, ...], tuple[tuple[Cell, ...], ...]
]:  # fmt: skip
    """Leave out columns from ``keep`` on in which no row has anything to say."""
    every = [tuple(row) for row in rows]
    places = [
        place for place in range(len(fields)) if place < keep or any(row[place] not in ("", NONE) for row in every)
    ]
    return tuple(fields[place] for place in places), tuple(tuple(row[place] for place in places) for row in every)


def sheet_names(wished: Sequence[str]) -> tuple[str, ...]:
    """Names a workbook can have: no sign that is forbidden, at most 31 of them, no two alike whatever their case.

    Examples
    --------
    >>> sheet_names(["a/b", "A/B", "History"])
    ('a b', 'A B (2)', 'History (2)')
    """
    # Excel keeps the name History for itself.
    taken = {"history"}
    made = []
    for name in wished:
        plain = " ".join(_NOT_IN_NAME.sub(" ", name).split()).strip("' ") or NONE
        found, number = _cut(plain, _NAME_LENGTH), 1
        while found.lower() in taken:
            number += 1
            ending = f" ({number})"
            found = _cut(plain, _NAME_LENGTH - len(ending)) + ending
        taken.add(found.lower())
        made.append(found)
    return tuple(made)


def _cut(text: str, length: int) -> str:
    """At most ``length`` signs as Excel counts them (UTF-16), cut between words where it can be."""
    short = text
    while len(short.encode("utf-16-le")) // 2 > length:
        short = short[:-1]
    if short != text and text[len(short)] != " " and len(short.rpartition(" ")[0]) > length // 2:
        short = short.rpartition(" ")[0]
    return short.strip("' -,.")
