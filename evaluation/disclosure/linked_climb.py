"""Moves one after the other that widen what an outsider cannot rule out of one row of a pool.

:mod:`.linked_pools` says what a pool is, and asks for what is missing there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import add, mul, sub
from typing import Final

from evaluation.disclosure.linked_masks import Table, Worths, each, lowest

Row = tuple[int, ...]
#: Moves that each row can make, and their opposites.
Fits = list[tuple[int, int]]
#: A row, a move, and whether the row makes its opposite.
Step = tuple[int, int, bool]
_SLACK: Final = 1e-6
#: Moves one after the other that are tried to widen an interval.
_STEPS: Final = 4


@dataclass(slots=True)
class Pool:
    """Groups that hide behind each other.

    Attributes
    ----------
    counts : tuple of tuple of int, one a row
        True answers of the groups of which something is known and, in the last row where ``rest``, of all others.
    totals : list of float, one a row
        Their sums of scores.
    least, most : list of float, one a row
        What the sum of scores may be.
    share : list of bool, one a row
        Rows whose positive answers are known.
    scores : tuple of float, one a code
    table : Table
        Moves.
    low, high : list of list of int, one a row
        Least and most of each count so far.
    bottom, top : list of float, one a row
        Least and most of each sum of scores so far.
    made : int
        Moves of the last row from the true counts, with one other row.
    seen : list of tuple of int
        What else was possible for the last row.
    known, beside : dict
        What :meth:`fits` and :meth:`adding` have returned.
    """

    counts: tuple[Row, ...]
    totals: list[float]
    least: list[float]
    most: list[float]
    share: list[bool]
    rest: bool
    scores: tuple[float, ...]
    table: Table
    low: list[list[int]]
    high: list[list[int]]
    bottom: list[float]
    top: list[float]
    made: int = 0
    seen: list[Row] = field(default_factory=list)
    known: dict[tuple[int, Row], tuple[int, int]] = field(default_factory=dict)
    beside: dict[tuple[int, Row], int] = field(default_factory=dict)

    def fits(self, row: int, counts: Row) -> tuple[int, int]:
        """Which moves a row can make from ``counts``, and the opposites of these."""
        found = self.known.get((row, counts))
        if found is None:
            true = counts == self.counts[row]
            total = self.totals[row] if true else self.total(counts)
            able = self.table.fits(counts, total, self.least[row], self.most[row], share=self.share[row])
            found = self.known[row, counts] = able, self.table.turned(able)
        return found

    def adding(self, move: int, left: Row) -> int:
        """Moves that together with one take no more than is ``left`` of the last row."""
        found = self.beside.get((move, left))
        if found is None:
            found = self.beside[move, left] = self.table.adding(move, left)
        return found

    def total(self, counts: Row) -> float:
        """Sum of scores."""
        return float(sum(map(mul, counts, self.scores)))

    def note(self, row: int, counts: Row) -> None:
        """Widen the intervals of a row to hold ``counts``, which are possible."""
        low, high = self.low[row], self.high[row]
        for code, count in enumerate(counts):
            if count < low[code]:
                low[code] = count
            elif count > high[code]:
                high[code] = count
        total = self.total(counts)
        self.bottom[row] = min(self.bottom[row], total)
        self.top[row] = max(self.top[row], total)
        if self.rest and row == len(self.counts) - 1:
            self.seen.append(counts)


def climb(pool: Pool, row: int, along: tuple[int, int], enough: Callable[[], bool]) -> None:
    """Move on and on from the true counts so that a row's count of one code grows, or falls; in place.

    Parameters
    ----------
    along : tuple of int
        Place of the code, -1 for the sum of scores; 0 where it is to grow, else 1.
    enough : callable
        Whether what was found will do.
    """
    worth, vectors = pool.table.worth[along[0]][along[1]], pool.table.vectors
    now = list(pool.counts)
    for _ in range(_STEPS):
        fits = [pool.fits(place, counts) for place, counts in enumerate(now)]
        moved = _two(fits, row, worth) or _three(pool, now[-1], fits, row, worth)
        if moved is None:
            return
        for place, move, turned in moved:
            now[place] = tuple(map(sub if turned else add, now[place], vectors[move]))
        for place in {place for place, _, _ in moved}:
            pool.note(place, now[place])
        if enough():
            return


def _two(fits: Fits, row: int, worth: Worths) -> tuple[Step, ...] | None:
    """The move of two rows that gains the most; None where none does."""
    partner = 0
    for place, (_, opposite) in enumerate(fits):
        if place != row:
            partner |= opposite
    able = fits[row][0] & partner
    if not able:
        return None
    for gain, some in worth:
        if gain <= _SLACK:
            return None
        if some & able:
            best = lowest(some & able)
            other = next(place for place, (_, turned) in enumerate(fits) if place != row and turned >> best & 1)
            return (row, best, False), (other, best, True)
    return None


def _three(pool: Pool, left: Row, fits: Fits, row: int, worth: Worths) -> tuple[Step, ...] | None:
    """The same with two rows of which something is known; the last row takes what is ``left``."""
    if not pool.rest:
        return None
    last = len(fits) - 1
    if row != last:
        gains = [(gain, some & fits[row][0]) for gain, some in worth if gain > _SLACK and some & fits[row][0]]
    for a in range(last) if row == last else (row,):
        for b in range(last):
            if b == a or (row == last and b < a):
                continue
            two = fits[b][0]
            made = _falling(pool, left, fits[a][0], two, worth) if row == last else _rising(pool, left, gains, two)
            if made is not None:
                one, other = made
                return (a, one, False), (b, other, False), (last, one, True), (last, other, True)
    return None


def _rising(pool: Pool, left: Row, gains: list[tuple[float, int]], two: int) -> tuple[int, int] | None:
    """The move of one row that gains the most, and the first one of another row that can be made beside it."""
    for _, some in gains:
        for move in each(some):
            able = pool.adding(move, left) & two
            if able:
                return move, lowest(able)
    return None


def _falling(pool: Pool, left: Row, one: int, two: int, worth: Worths) -> tuple[int, int] | None:
    """Moves of two rows that together lose the most: what they lose, the last row gains."""
    mine = [(value, some & one) for value, some in reversed(worth) if some & one]
    theirs = [(value, some & two) for value, some in reversed(worth) if some & two]
    best, most = None, _SLACK
    for value, some in mine if theirs else ():
        if -(value + theirs[0][0]) < most:
            break
        for move in each(some):
            gain, able = _beside(value, pool.adding(move, left), theirs, most)
            # of those that gain the same, the first
            if able and (gain > most or (best is not None and move < best[0])):
                best, most = (move, lowest(able)), gain
    return best


def _beside(value: float, able: int, theirs: list[tuple[float, int]], most: float) -> tuple[float, int]:
    """What a move of one row loses with the best of another row's, at least ``most``; and which these are."""
    found, best = 0, most
    for other, some in theirs:
        gain = -(value + other)
        # rounded, moves of different worth may gain the same
        if gain < best:
            break
        if some & able:
            found, best = found | some & able, gain
    return best, found
