"""One small table model, printed as a Pandoc pipe table: columns hold their longest words, commas stand in line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: Width of the text block, mm; the dashes of a pipe table count the millimetres of its columns.
#: Pandoc takes relative column widths from the dashes once a line is longer than 72 characters.
TEXT_WIDTH = 156
#: Padding on both sides of a cell and type size of tables in the report, mm and points.
_PADDING, _SIZE = 3.6, 9.0
#: How much narrower regular letters are than semibold ones.
#: Longer names of rows take two lines, mm.
_LONGEST_NAME = 56.0
_REGULAR = 0.975
#: Words longer than this may break, mm.
_LONGEST = {"head": 42.0, "cell": 31.4}
#: Advance widths of semibold letters in em, rounded upwards; a test holds them against the font.
_EMS = {"ijlI.,:;|!'()[]/ \u00a0-": 0.345, "frt": 0.38, "acegksvxyzå": 0.545, "wmMW%æÆ@": 0.90}
_ADVANCE = {sign: width for signs, width in _EMS.items() for sign in signs}
_ESCAPED = re.compile(r"\\(.)")
_MARKUP = re.compile(r"\*+")
#: A cell that is one number: digits with thousands signs, then one or two decimals. What follows is a mark of a note.
_NUMBER = re.compile(r"[+\u2212-]?\d{1,3}(?:[.,\u00a0]?\d{3})*(?:[.,](?P<decimals>\d{1,2}))?(?P<mark>(?:\\?\*)?)\Z")
#: As wide as a figure, and about as wide as the comma before it.
_FIGURE, _COMMA = "\u2007", "\u00a0"


def text_width(text: str) -> float:
    """Width in mm that ``text`` takes at most on one line of a table, without padding.

    Letters are counted by a few classes, each as wide as its widest: a bound that needs no font.
    """
    ems = sum(_ADVANCE.get(sign, 0.68 if sign.isupper() else 0.575) for sign in text)
    return ems * _SIZE * 25.4 / 72


def _words(cell: str) -> list[str]:
    """Pieces of a cell that a line break cannot part, without Markdown."""
    return [_ESCAPED.sub(r"\1", word) for word in re.split(r"[ \t]+", _MARKUP.sub("", cell)) if word]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head (safe Markdown), side of alignment and relative width."""

    head: str
    width: int
    align: str = "left"


def number_column(head: str, width: int) -> Column:
    """A right-aligned column for numbers."""
    return Column(head, width, "right")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of safe Markdown; a row shorter than the columns is a heading of the rows below it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def least_widths(self) -> list[float]:
        """Width in mm that each column needs, so that no word of its head or cells is broken.

        Numbers stay on one line. Very long words count only up to a bound: they may break. Never less than the
        report's Lua filter asks for (``room_for_words``), or it would take the room from another column.
        """
        least = []
        for place, column in enumerate(self.columns):
            needed = [min(_head_width(word), _LONGEST["head"]) for word in _words(column.head)]
            cells = [row[place] for row in self.rows if len(row) == len(self.columns)]
            split = [_words(cell) for cell in cells]
            if column.align != "right":
                split = [[word] for words in split for word in words]
            needed += [min(_cell_width(words), _LONGEST["cell"]) for words in split if words]
            least.append(max(needed, default=0.0))
        return least

    def widths(self) -> list[float]:
        """Width in mm of each column: as wished, but what a column lacks is taken from those with room to spare.

        Names of rows that are not long stand on one line where the columns of numbers have room to spare.
        """
        total = sum(column.width for column in self.columns)
        wished = [column.width / total * TEXT_WIDTH for column in self.columns]
        least = self.least_widths()
        if sum(least) >= TEXT_WIDTH:
            return [width / sum(least) * TEXT_WIDTH for width in least]
        wished = self._names_on_one_line(wished, least)
        short = sum(max(0.0, needed - width) for needed, width in zip(least, wished, strict=True))
        spare = sum(max(0.0, width - needed) for needed, width in zip(least, wished, strict=True))
        return [
            needed if width <= needed else width - short * (width - needed) / spare
            for needed, width in zip(least, wished, strict=True)
        ]

    def _names_on_one_line(self, wished: list[float], least: list[float]) -> list[float]:
        names = [row[0] for row in self.rows if len(row) == len(self.columns)]
        numbers = [place for place, column in enumerate(self.columns) if column.align == "right" and place]
        longest = max((_REGULAR * text_width(" ".join(_words(name))) + _PADDING for name in names), default=0.0)
        spare = {place: max(0.0, wished[place] - least[place]) for place in numbers}
        lack = min(longest - wished[0], sum(spare.values()))
        if self.columns[0].align == "right" or longest > _LONGEST_NAME or lack <= 0:
            return wished
        return [wished[0] + lack] + [
            width - lack * spare.get(place, 0.0) / sum(spare.values()) for place, width in enumerate(wished) if place
        ]

    def render(self) -> str:
        """The table as a Pandoc pipe table that always fills the line.

        Raises
        ------
        AssertionError
            When a cell holds a line break or a bare pipe: both would break the table.
        """
        rows = _on_the_comma(self.columns, self.rows)
        dashes = []
        for column, width in zip(self.columns, self.widths(), strict=True):
            size = max(3, round(width))
            dashes.append("-" * (size - 1) + ":" if column.align == "right" else ":" + "-" * (size - 1))
        lines = [_line([column.head for column in self.columns]), "|" + "|".join(dashes) + "|"]
        lines += [_line(_filled(row, len(self.columns))) for row in rows]
        return "\n".join(lines)


def _head_width(word: str) -> float:
    return max(text_width(word) + _PADDING, min(1.12 * len(word) + 2.7, 16.1) / 100 * TEXT_WIDTH)


def _cell_width(words: Sequence[str]) -> float:
    filtered = max(min(len(word) + 2.7, 20.1) / 100 * TEXT_WIDTH for word in words)
    return max(_REGULAR * text_width(" ".join(words)) + _PADDING, filtered)


def _on_the_comma(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Rows whose numbers stand with their decimal signs below each other, also where some have fewer decimals.

    Numbers end at the same edge; one with fewer decimals than others of its column is followed by the room of theirs.
    """
    made = [list(row) for row in rows]
    for place, column in enumerate(columns):
        if column.align != "right":
            continue
        found = [_NUMBER.match(row[place]) if len(row) == len(columns) else None for row in rows]
        most = max((len(one["decimals"] or "") for one in found if one), default=0)
        marked = max((len(one["mark"].replace("\\", "")) for one in found if one), default=0)
        for row, one in zip(made, found, strict=True):
            if one is None:
                continue
            lacking = most - len(one["decimals"] or "")
            room = (_COMMA if lacking and not one["decimals"] else "") + _FIGURE * lacking
            row[place] += room + _COMMA * (marked - len(one["mark"].replace("\\", "")))
    return [tuple(row) for row in made]


def _filled(row: Sequence[str], width: int) -> list[str]:
    if len(row) == 1 and width > 1:
        return [f"**{row[0]}**", *[""] * (width - 1)]
    assert len(row) == width, (row, width)
    return list(row)


def _line(cells: Sequence[str]) -> str:
    for cell in cells:
        assert "\n" not in cell, cell
        assert "|" not in cell.replace("\\|", ""), cell
    return "| " + " | ".join(cells) + " |"
