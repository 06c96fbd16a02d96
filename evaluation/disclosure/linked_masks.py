"""Sets of moves as bits of whole numbers: bit i stands for move i.

A pool is a handful of groups, a table of moves has some dozen to a few thousand. Asking arrays that small which moves
fit costs more in calls than in counting; whole numbers of Python answer the same with one ``&``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.moves import Moves, library, narrow
from evaluation.disclosure.rules import Bools, Floats

#: Moves by what they are worth, those worth the same as one set; worth most first.
Worths = tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Moves between the codes of one item, ready to be asked for sets.

    Attributes
    ----------
    moves : Moves
    vectors : tuple of tuple of int
        ``moves.vectors``.
    spare : tuple, one a code
        By how many answers a row has of the code, ``moves.reach`` at most: moves that take no more.
    room : tuple, one a code
        By ``moves.reach`` + what may be added: moves that add no more.
    shifts : tuple of float
        How far moves shift a sum of scores; each once, least first.
    before : tuple of int
        Moves that shift less than each of ``shifts``; last all moves.
    even : int
        Moves that leave the number of positive answers as it is.
    worth : tuple
        Sets of moves by what they add of a code, last by how far they shift a sum of scores; as it is and turned.
    """

    moves: Moves
    vectors: tuple[tuple[int, ...], ...]
    spare: tuple[tuple[int, ...], ...]
    room: tuple[tuple[int, ...], ...]
    shifts: tuple[float, ...]
    before: tuple[int, ...]
    even: int
    worth: tuple[tuple[Worths, Worths], ...]

    def fits(self, counts: tuple[int, ...], total: float, least: float, most: float, *, share: bool) -> int:
        """Moves that a row can make.

        Parameters
        ----------
        counts : tuple of int
            Answers of the row.
        total : float
            Sum of their scores.
        least, most : float
            What the sum may be.
        share : bool
            Whether the row's positive answers are known.
        """
        shifted: Callable[[float], float] = total.__add__
        first = bisect_left(self.shifts, least, key=shifted)
        able = self.before[bisect_right(self.shifts, most, key=shifted)] & ~self.before[first]
        reach = self.moves.reach
        for spare, count in zip(self.spare, counts, strict=True):
            if count < reach:
                able &= spare[count]
        return able & self.even if share else able

    def adding(self, move: int, left: tuple[int, ...]) -> int:
        """Moves that together with one take no more than is ``left``."""
        reach = self.moves.reach
        able = self.before[-1]
        for room, count, step in zip(self.room, left, self.vectors[move], strict=True):
            free = count - step
            if free < -reach:
                return 0
            if free < reach:
                able &= room[free + reach]
        return able

    def turned(self, some: int) -> int:
        """Opposites of some moves: the opposite of the first move is the last."""
        return int(f"{some:0{len(self.vectors)}b}"[::-1], 2)


@lru_cache(maxsize=256)
def table(codes: int, scores: tuple[float, ...], positive: tuple[bool, ...], most: float | None) -> Table:
    """Return moves between ``codes`` codes; where ``most`` is told, those that shift a sum of scores no further."""
    moves = library(codes) if most is None else narrow(codes, scores, most)
    along = np.array(scores, dtype=float)
    reach, columns = moves.reach, moves.columns
    shift = np.asarray(along @ columns, dtype=float)
    shifts, place = np.unique(shift, return_inverse=True)
    before = (0, *(_bits(place <= i) for i in range(len(shifts))))
    worth = [(columns[code].astype(float), -columns[code].astype(float)) for code in range(codes)]
    worth.append((shift, np.asarray(-along @ columns, dtype=float)))
    return Table(
        moves,
        tuple(map(tuple, moves.vectors.tolist())),
        tuple(tuple(_bits(column >= -k) for k in range(reach)) for column in columns),
        tuple(tuple(_bits(column <= k) for k in range(-reach, reach)) for column in columns),
        tuple(shifts.tolist()),
        before,
        _bits(columns[np.array(positive, dtype=bool)].sum(axis=0) == 0),
        tuple((_worths(up), _worths(down)) for up, down in worth),
    )


def _worths(worth: Floats) -> Worths:
    return tuple((value, _bits(worth == value)) for value in np.unique(worth)[::-1].tolist())


def _bits(chosen: Bools) -> int:
    return int.from_bytes(np.packbits(chosen, bitorder="little").tobytes(), "little")


def lowest(some: int) -> int:
    """First of some moves."""
    return (some & -some).bit_length() - 1


def each(some: int) -> Iterator[int]:
    """Every one of some moves, in order."""
    while some:
        bit = some & -some
        yield bit.bit_length() - 1
        some ^= bit


def places(some: int, size: int) -> NDArray[np.int64]:
    """Some of ``size`` moves as an array of their places."""
    found = np.frombuffer(some.to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(found, bitorder="little"))
