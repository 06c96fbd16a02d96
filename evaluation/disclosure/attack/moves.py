"""Witnesses without a solver: answers moved between two atoms so that everything published stays true.

One set of answers that agrees with what was published gives thousands: take ``d`` (entries add up to 0) from
one atom and give it to another. Every node that holds both or neither is unchanged; the others are asked
whether they still agree. What the answers range over in all these is a range that really occurs.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np

from evaluation.disclosure.attack.programme import Bools, Floats, Ints, System

_MOST = 2500
_MANY, _FEW = 4, 2
_FAR = (5, 8, 12, 20, 40, 80)
_SLACK = 1e-9


@lru_cache(maxsize=32)
def universe(width: int, most: int = _MANY) -> Ints:
    """All moves of up to ``most`` answers and some of many, shape (M, K), sorted: ``-moves == moves[::-1]``."""
    found: set[tuple[int, ...]] = {(0,) * width}
    for many in range(1, most + 1):
        sides = [np.bincount(c, minlength=width) for c in combinations_with_replacement(range(width), many)]
        if len(sides) ** 2 > 4 * _MOST * 4 or len(found) > _MOST:
            break
        more = {tuple(int(x) for x in a - b) for a in sides for b in sides}
        if len(found | more) > _MOST and many > 1:
            break
        found |= more
    for a in range(width):
        for b in range(width):
            if a != b:
                for far in _FAR:
                    move = [0] * width
                    move[a], move[b] = far, -far
                    found.add(tuple(move))
    return np.array(sorted(found), dtype=np.int64)


class Reach:
    """Lowest and highest count and sum of scores of every node, as far as witnesses were seen."""

    def __init__(self, made: System) -> None:
        shape = (len(made.nodes), made.width)
        self.made = made
        self.low: Ints = np.full(shape, np.iinfo(np.int64).max)
        self.high: Ints = np.full(shape, -1)
        self.scores: Floats = np.array(made.programme.scores or [0.0] * made.width, dtype=float)
        self.sum_low: Floats = np.full(shape[0], np.inf)
        self.sum_high: Floats = np.full(shape[0], -np.inf)
        kinds: dict[bytes, list[int]] = {}
        self.wide = np.flatnonzero(made.members.sum(axis=1) > 1)
        for atom in range(len(made.sizes)):
            kinds.setdefault(made.members[self.wide, atom].tobytes(), []).append(atom)
        self.kinds = [np.array(atoms) for atoms in kinds.values()]
        single = np.flatnonzero(made.members.sum(axis=1) == 1)
        self.single = np.empty(len(made.sizes), dtype=np.int64)
        self.single[np.argmax(made.members[single], axis=1)] = single

    def add(self, counts: Ints, *, few: bool = False) -> None:
        """Take in one set of answers, shape (U, K), and all it can be moved to (``few``: by short moves only)."""
        made = self.made
        moves = universe(made.width, _FEW if few else _MANY)
        totals = made.members.astype(np.int64) @ counts
        zero = np.zeros((len(made.nodes), len(moves)), dtype=bool)
        zero[:, len(moves) // 2] = True
        agrees = self._agree(counts, totals, moves)
        reached = zero
        for here in self.kinds:
            for there in self.kinds:
                self._between(here, there, agrees, reached)
        self._take(totals, reached, moves)

    def _agree(self, counts: Ints, totals: Ints, moves: Ints) -> Bools:
        """Whether each node still agrees after each move, shape (G, M)."""
        made = self.made
        agrees = np.ones((len(made.nodes), len(moves)), dtype=bool)
        for k in range(made.width):
            agrees[self.single] &= counts[:, k, None] + moves[None, :, k] >= 0
        for g, (coef, low, high) in enumerate(zip(made.coefs, made.lows, made.highs, strict=True)):
            if len(low):
                value = (coef @ totals[g])[:, None] + coef @ moves.T
                agrees[g] &= ((value >= low[:, None] - _SLACK) & (value <= high[:, None] + _SLACK)).all(axis=0)
        agrees[made.frozen] = False
        agrees[made.frozen, len(moves) // 2] = True
        return agrees

    def _between(self, here: Ints, there: Ints, agrees: Bools, reached: Bools) -> None:
        """Moves from atoms of one kind to atoms of another (or the same), into ``reached``."""
        made = self.made
        wide = made.members[self.wide]
        first, second = wide[:, here[0]], wide[:, there[0]]
        gains, gives = self.wide[first & ~second], self.wide[second & ~first]
        allowed = agrees[gains].all(axis=0) & agrees[gives][:, ::-1].all(axis=0)
        if allowed.sum() < 2:
            return
        giving = agrees[self.single[there]][:, ::-1]
        taking = agrees[self.single[here]] & allowed
        # the one that gives is another atom than the one that takes
        possible = taking & (giving.sum(axis=0) - giving > 0 if here is there else giving.any(axis=0))
        reached[self.single[here]] |= possible
        reached[gains] |= possible.any(axis=0)

    def _take(self, totals: Ints, reached: Bools, moves: Ints) -> None:
        for k in range(self.made.width):
            step = np.where(reached, moves[None, :, k], 0)
            self.low[:, k] = np.minimum(self.low[:, k], totals[:, k] + step.min(axis=1))
            self.high[:, k] = np.maximum(self.high[:, k], totals[:, k] + step.max(axis=1))
        step = np.where(reached, (moves @ self.scores)[None, :], 0.0)
        now = totals @ self.scores
        self.sum_low = np.minimum(self.sum_low, now + step.min(axis=1))
        self.sum_high = np.maximum(self.sum_high, now + step.max(axis=1))
