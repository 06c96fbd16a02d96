"""Answers that agree with what was published, put together without a solver.

Most parts of a programme are one group whose counts are known (what the published groups leave of a whole) cut into
groups of which a mean, a share or nothing was published. Those with numbers of their own take their answers first, as
close to the whole's mix as their numbers let them; the others share what is left. Where that does not come out, or the
groups cross each other, nothing is found and a solver has to look.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evaluation.disclosure.attack.bounds import every_count
from evaluation.disclosure.attack.moves import universe
from evaluation.disclosure.attack.programme import Bools, Floats, Ints, System, known_counts

_TRIES = 6
_FAR = 1000.0
_STEPS = 12


class Wanted(NamedTuple):
    """A count that is asked for: at least (``sign`` 1) or at most (-1) ``target`` in a category of an atom."""

    atom: int
    category: int
    sign: int
    target: float


class Guess:
    """Draws sets of answers of a system; ``known`` says whether it is of the kind that can be drawn."""

    def __init__(self, made: System) -> None:
        self.made = made
        many = made.members.sum(axis=1)
        self.wide = np.flatnonzero((many > 1) & (np.array([len(low) for low in made.lows]) > 0))
        self.place = np.empty(len(made.sizes), dtype=np.int64)
        single = np.flatnonzero(many == 1)
        self.place[np.argmax(made.members[single], axis=1)] = single
        self.whole: Ints | None = None
        if len(self.wide) == 1 and many[self.wide[0]] == len(made.sizes):
            counts = known_counts(made.nodes[self.wide[0]], made.width)
            self.whole = None if counts is None else np.array(counts, dtype=np.int64)
        self.known = not made.links and (self.whole is not None or not len(self.wide))
        self.told = np.array([len(made.lows[g]) > 0 for g in self.place])
        self.ways: dict[int, Ints | None] = {}

    def draw(self, rng: np.random.Generator, cell: Wanted | None = None) -> Ints | None:
        """One set of answers (U, K), or None; ``cell`` is a count to come close to."""
        if not self.known:
            return None
        for number in range(_TRIES):
            counts = self._apart(cell) if self.whole is None else self._cut(self.whole, rng, cell, number > 0)
            if counts is not None and self.made.holds(counts):
                return counts
        return None

    def _apart(self, cell: Wanted | None) -> Ints | None:
        """Atoms that nothing ties together."""
        found = np.zeros((len(self.made.sizes), self.made.width), dtype=np.int64)
        for atom, n in enumerate(self.made.sizes):
            even = np.full(self.made.width, n / self.made.width)
            room = np.full(self.made.width, n)
            own = self._fit(atom, room, even, None, cell)
            if own is None:
                return None
            found[atom] = own
        return found

    def _cut(self, whole: Ints, rng: np.random.Generator, cell: Wanted | None, mixed: bool) -> Ints | None:
        """One known whole, cut into its atoms; ``mixed`` draws at random instead of in proportion."""
        made, left = self.made, whole.copy()
        order = rng.permutation(len(made.sizes)) if mixed else np.argsort(-made.sizes)
        order = order[np.argsort(~self.told[order], kind="stable")]
        if cell is not None:
            order = np.r_[cell.atom, order[order != cell.atom]]
        found = np.zeros((len(made.sizes), made.width), dtype=np.int64)
        for number, atom in enumerate(order):
            n, rest = int(made.sizes[atom]), order[number + 1 :]
            if not len(rest):
                found[atom] = left
                break
            middle = left * (n / max(left.sum(), 1))
            pull = cell is not None and cell.atom == atom
            if self.told[atom] or pull:
                other = int(rest[0]) if len(rest) == 1 and self.told[rest[0]] else None
                if mixed and not pull and n:
                    middle = rng.multivariate_hypergeometric(left, n).astype(float)
                own = self._fit(int(atom), left, middle, other, cell)
            elif mixed:
                own = rng.multivariate_hypergeometric(left, n)
            else:
                own = _rounded(middle, left, n)
            if own is None:
                return None
            found[atom] = own
            left = left - own
        return found

    def _fit(self, atom: int, room: Ints, near: Floats, other: int | None, cell: Wanted | None) -> Ints | None:
        """Answers of an atom within ``room`` that agree with its own numbers, and leave ``other`` what it needs."""
        made, g = self.made, int(self.place[atom])
        coef, low, high = made.coefs[g], made.lows[g], made.highs[g]
        if other is not None:
            rest = int(self.place[other])
            total = made.coefs[rest] @ room
            coef = np.vstack([coef, made.coefs[rest]])
            low, high = np.r_[low, total - made.highs[rest]], np.r_[high, total - made.lows[rest]]
        ways = self._ways(atom)
        if ways is None:
            return _walked(
                _rounded(_pulled(near, room, cell, atom), room, int(made.sizes[atom])), room, coef, low, high
            )
        fits = ways[(ways <= room).all(axis=1)]
        if other is not None:
            value = fits @ coef.T
            fits = fits[((value >= low) & (value <= high)).all(axis=1)]
        if not len(fits):
            return None
        away = np.abs(fits - near).sum(axis=1)
        if cell is not None and cell.atom == atom:
            away += _FAR * np.maximum(cell.sign * (cell.target - fits[:, cell.category]), 0.0)
        return np.asarray(fits[int(away.argmin())])

    def _ways(self, atom: int) -> Ints | None:
        """All answers of an atom that agree with its own numbers; None where they are too many to look through."""
        if atom not in self.ways:
            made, g = self.made, int(self.place[atom])
            ways = every_count(int(made.sizes[atom]), made.width)
            if ways is not None and len(made.lows[g]):
                value = ways @ made.coefs[g].T
                ways = ways[((value >= made.lows[g]) & (value <= made.highs[g])).all(axis=1)]
            self.ways[atom] = ways
        return self.ways[atom]


def _pulled(middle: Floats, room: Ints, cell: Wanted | None, atom: int) -> Floats:
    """The middle with the wanted count, as far as there is room."""
    if cell is None or cell.atom != atom:
        return middle
    pulled, n = middle.astype(float), float(middle.sum())
    others = np.arange(len(middle)) != cell.category
    most, least = min(n, float(room[cell.category])), max(0.0, n - float(room[others].sum()))
    pulled[cell.category] = min(max(cell.target, least), most)
    spare = float(middle[others].sum())
    pulled[others] *= (n - pulled[cell.category]) / spare if spare else 0.0
    return pulled


def _rounded(near: Floats, room: Ints, n: int) -> Ints:
    """Whole numbers close to ``near`` that add up to ``n`` and stay within ``room``."""
    found: Ints = np.clip(np.floor(near + 1e-9), 0, room).astype(np.int64)
    while (short := n - int(found.sum())) != 0:
        open_: Bools = found < room if short > 0 else found > 0
        gap = np.where(open_, (near - found) * np.sign(short), -np.inf)
        found[int(gap.argmax())] += int(np.sign(short))
    return found


def _walked(start: Ints, room: Ints, coef: Floats, low: Floats, high: Floats) -> Ints | None:
    """From ``start`` by moves of a few answers to where every row agrees, or None."""
    moves, at = universe(len(start)), start
    scale = np.maximum(np.abs(coef).max(axis=1), 1.0)
    steps, length = (moves @ coef.T), np.abs(moves).sum(axis=1)
    for _ in range(_STEPS):
        value = coef @ at + steps
        gap = ((np.maximum(low - value, 0) + np.maximum(value - high, 0)) / scale).sum(axis=1)
        allowed = ((at + moves >= 0) & (at + moves <= room)).all(axis=1)
        gap = np.where(allowed, gap + 1e-6 * length, np.inf)
        best = int(gap.argmin())
        at = np.asarray(at + moves[best])
        value = coef @ at
        if ((value >= low) & (value <= high)).all():
            return at
        if not moves[best].any():
            return None
    return None
