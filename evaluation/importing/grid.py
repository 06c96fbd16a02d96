"""The cells of a sheet, held by kind and number, so that a million of them take little room and are judged at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Cell = str | float | bool | date | datetime | Any

#: More cells in one rectangle than any survey has: one value in the last cell of a sheet spans 17 billion.
MAX_CELLS = 150_000_000
# From so many cells on, less than one in a hundred filled is no table.
_SPARSE_FROM, _SPARSE = 20_000_000, 100
#: What stands in a cell; from :data:`NUMBER` on it is filled. Blank is a text without a letter.
EMPTY, BLANK, NUMBER, TEXT, OTHER = range(5)


def is_empty(cell: Cell) -> bool:
    """No value: blank, or the empty string that some exports write instead."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def kind_of(cell: Cell) -> int:
    """The kind of one cell."""
    if cell is None or cell == "":
        return EMPTY
    if isinstance(cell, str):
        return TEXT if cell.strip() else BLANK
    return NUMBER if isinstance(cell, float | int) and not isinstance(cell, bool) else OTHER


def column_number(text: str) -> int:
    """Column number, from 0, of its letters ("A" is 0)."""
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number - 1


def letters(number: int) -> str:
    """Letters of a column, counted from 0."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def sparse(cells: int, filled: int) -> bool:
    """Whether a large rectangle holds hardly anything."""
    return cells > _SPARSE_FROM and filled * _SPARSE < cells


@dataclass(frozen=True, slots=True, eq=False)
class Grid(Sequence[list[Cell]]):
    """Rows of cells, all of one width; empty cells are ``""``.

    ``kinds`` and ``numbers`` are rows × columns. A number stands in ``numbers`` itself; for what is
    neither a number nor empty, its place in ``others`` does. Slices share the arrays.
    """

    kinds: npt.NDArray[np.uint8]
    numbers: npt.NDArray[np.float64]
    others: list[Cell]

    @classmethod
    def of(cls, rows: Iterable[Sequence[Cell]], shape: tuple[int, int] | None = None) -> Grid:
        """From rows of cells; shorter ones are filled up with empty cells."""
        if shape is None:
            rows = list(rows)
            shape = (len(rows), max(map(len, rows), default=0))
        kinds, numbers = np.zeros(shape, np.uint8), np.zeros(shape)
        others: list[Any] = []
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                kind = kind_of(cell)
                if kind == EMPTY:
                    continue
                kinds[r, c] = kind
                if isinstance(cell, float | int) and kind == NUMBER:
                    numbers[r, c] = cell
                else:
                    numbers[r, c] = len(others)
                    others.append(cell)
        return cls(kinds, numbers, others)

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.kinds.shape[1])

    @property
    def filled(self) -> npt.NDArray[np.bool_]:
        """Rows × columns: whether the cell holds something."""
        return self.kinds >= NUMBER

    def filled_by_row(self) -> list[int]:
        """How many cells of each row are filled."""
        return [int(count) for count in np.count_nonzero(self.filled, axis=1)]

    def __len__(self) -> int:
        return len(self.kinds)

    @overload
    def __getitem__(self, place: int) -> list[Cell]: ...

    @overload
    def __getitem__(self, place: slice) -> Grid: ...

    def __getitem__(self, place: int | slice) -> list[Cell] | Grid:
        if isinstance(place, slice):
            return Grid(self.kinds[place], self.numbers[place], self.others)
        return self._cells(self.kinds[place], self.numbers[place])

    def __iter__(self) -> Iterator[list[Cell]]:
        return (self[row] for row in range(len(self)))

    def column(self, number: int) -> list[Cell]:
        """The cells of one column."""
        return self._cells(self.kinds[:, number], self.numbers[:, number])

    def part(self, rows: Any, columns: Any) -> Grid:
        """Some rows and some columns: slices, numbers or marks."""
        return Grid(self.kinds[rows][:, columns], self.numbers[rows][:, columns], self.others)

    def copy(self) -> Grid:
        """The same cells, free to be changed."""
        return Grid(self.kinds.copy(), self.numbers.copy(), self.others)

    def _cells(self, kinds: npt.NDArray[np.uint8], numbers: npt.NDArray[np.float64]) -> list[Cell]:
        cells: list[Any] = numbers.tolist()
        for place in np.flatnonzero(kinds != NUMBER).tolist():
            cells[place] = "" if kinds[place] == EMPTY else self.others[int(cells[place])]
        return cells


@dataclass(frozen=True, slots=True)
class RawSheet:
    """What a sheet's XML says beside the values."""

    hidden_rows: int = 0
    hidden_columns: int = 0
    errors: int = 0
    formulas_without_value: int = 0
    #: Columns, from 0, whose numbers are shown with leading zeros, with the number of digits.
    zero_padded: Mapping[int, int] = field(default_factory=dict)
    #: Merged ranges as (first row, first column, last row, last column), from 0.
    merged: tuple[tuple[int, int, int, int], ...] = ()
    #: Places of formulas without a stored value.
    uncalculated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; ``raw`` is None where the values were read without looking at the XML."""

    name: str
    visible: bool
    rows: Grid
    raw: RawSheet | None = None
