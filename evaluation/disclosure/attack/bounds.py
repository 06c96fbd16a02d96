"""Outer bounds without a solver: no answers outside them can agree with what was published."""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np

from evaluation.disclosure.attack.programme import Floats, Ints, System, known_counts

_MOST = 20_000
_ROUNDS = 6


@lru_cache(maxsize=1024)
def every_count(n: int, width: int) -> Ints | None:
    """All ways to spread ``n`` answers over ``width`` categories, or None where there are too many."""
    if comb(n + width - 1, width - 1) > _MOST:
        return None
    if width == 1:
        return np.array([[n]], dtype=np.int64)
    parts = []
    for first in range(n + 1):
        rest = every_count(n - first, width - 1)
        if rest is None:  # cannot be: fewer answers, fewer categories
            return None
        parts.append(np.column_stack([np.full(len(rest), first), rest]))
    return np.vstack(parts)


class Outer:
    """Bounds of every node's counts (G, K) and sums of scores (G,), tightened until nothing changes much."""

    def __init__(self, made: System) -> None:
        self.made = made
        self.low: Floats = np.zeros((len(made.nodes), made.width))
        self.high: Floats = np.repeat(made.totals[:, None], made.width, axis=1).astype(float)
        scores = np.array(made.programme.scores or [0.0] * made.width, dtype=float)
        self.scores = scores
        self.sum_low: Floats = made.totals * scores.min()
        self.sum_high: Floats = made.totals * scores.max()
        self.possible = True
        self._own()
        for _ in range(_ROUNDS):
            before = float(self.high.sum() - self.low.sum())
            self._members()
            self._add_up()
            self.possible &= bool((self.low <= self.high).all())
            # bounds only ever close in
            if float(self.high.sum() - self.low.sum()) == before:
                break

    def _own(self) -> None:
        """What a node's own numbers say."""
        made = self.made
        for g, node in enumerate(made.nodes):
            counts = known_counts(node, made.width)
            if counts is not None:
                self.low[g] = self.high[g] = counts
        for g, (coef, low, high) in enumerate(zip(made.coefs, made.lows, made.highs, strict=True)):
            if not len(low):
                continue
            ways = every_count(int(made.totals[g]), made.width)
            if ways is None:
                self._rows(g, coef, low, high)
                continue
            value = ways @ coef.T
            fits = ways[((value >= low) & (value <= high)).all(axis=1)]
            if not len(fits):
                self.possible = False
                return
            self.low[g] = np.maximum(self.low[g], fits.min(axis=0))
            self.high[g] = np.minimum(self.high[g], fits.max(axis=0))
            sums = fits @ self.scores
            self.sum_low[g], self.sum_high[g] = sums.min(), sums.max()

    def _rows(self, g: int, coef: Floats, low: Floats, high: Floats) -> None:
        """What each row by itself says of a node with too many ways to count out."""
        for line, least, most in zip(coef, low, high, strict=True):
            if (line >= 0).all():
                inside = line > 0
                self.high[g, inside] = np.minimum(self.high[g, inside], np.floor(most / line[inside]))
                if (line[inside] == 1).all():
                    rest = self.made.totals[g] - np.ceil(least)
                    self.high[g, ~inside] = np.minimum(self.high[g, ~inside], rest)

    def _members(self) -> None:
        """A node is the sum of its atoms, and each atom what the others leave."""
        members = self.made.members.astype(float)
        single = np.flatnonzero(self.made.members.sum(axis=1) == 1)
        atom = np.argmax(self.made.members[single], axis=1)
        low, high = np.empty((members.shape[1], self.made.width)), np.empty((members.shape[1], self.made.width))
        low[atom], high[atom] = self.low[single], self.high[single]
        sum_low, sum_high = members @ low, members @ high
        self.low = np.maximum(self.low, sum_low)
        self.high = np.minimum(self.high, sum_high)
        for g in np.flatnonzero(self.made.members.sum(axis=1) > 1):
            inside = self.made.members[g]
            low[inside] = np.maximum(low[inside], self.low[g] - sum_high[g] + high[inside])
            high[inside] = np.minimum(high[inside], self.high[g] - sum_low[g] + low[inside])
            sum_low, sum_high = members @ low, members @ high
        self.low[single] = np.maximum(self.low[single], low[atom])
        self.high[single] = np.minimum(self.high[single], high[atom])

    def _add_up(self) -> None:
        """The counts of a node add up to its size."""
        total = self.made.totals[:, None]
        others_high = self.high.sum(axis=1, keepdims=True) - self.high
        others_low = self.low.sum(axis=1, keepdims=True) - self.low
        self.low = np.maximum(self.low, total - others_high)
        self.high = np.minimum(self.high, total - others_low)
