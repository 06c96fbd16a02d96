"""One small table model, printed as a Pandoc pipe table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Pandoc takes relative column widths from the dashes once a line is longer than 72 characters.
_LINE = 110


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

    def render(self) -> str:
        """The table as a Pandoc pipe table that always fills the line.

        Raises
        ------
        AssertionError
            When a cell holds a line break or a bare pipe: both would break the table.
        """
        total = sum(column.width for column in self.columns)
        dashes = []
        for column in self.columns:
            size = max(3, round(column.width / total * _LINE))
            dashes.append("-" * (size - 1) + ":" if column.align == "right" else ":" + "-" * (size - 1))
        lines = [_line([column.head for column in self.columns]), "|" + "|".join(dashes) + "|"]
        lines += [_line(_filled(row, len(self.columns))) for row in self.rows]
        return "\n".join(lines)


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
