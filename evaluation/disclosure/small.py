"""Which means and shares of a small group may be shown: by what they leave open, never by the answers themselves.

The rule is public, so the outsider knows it. It is therefore a function of the number of answers and of what would be
shown: a share may stand beside a mean where the two leave every count open, *and* where not showing it does too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.moves import Scoring
from evaluation.disclosure.rules import Bools, Floats

Ints = NDArray[np.int64]

#: Narrowest interval, in points, in which a hidden mean may lie.
POINTS: Final = 10.0
#: Most ways to share answers among codes that are looked through; above, only the ends of the scale are a risk.
_MOST: Final = 400_000


@dataclass(frozen=True, slots=True)
class Small:
    """The rule for groups of one number of answers.

    Attributes
    ----------
    means : mapping of mean in whole points to whether it may be shown; a mean that cannot be is not in it.
    shares : set of (mean in whole points, positive answers) that may be shown together.
    """

    means: dict[int, bool]
    shares: frozenset[tuple[int, int]]


def ways(n: int, codes: int) -> int:
    """Number of ways in which ``n`` answers fall on ``codes`` codes."""
    made = 1
    for i in range(1, codes):
        made = made * (n + i) // i
    return made


@lru_cache(maxsize=64)
def compositions(n: int, codes: int) -> Ints:
    """Every way in which ``n`` answers fall on ``codes`` codes, shape (ways, codes)."""
    if codes == 1:
        return np.full((1, 1), n, dtype=np.int64)
    found = np.zeros((1, 0), dtype=np.int64)
    left = np.array([n], dtype=np.int64)
    for _ in range(codes - 1):
        times = left + 1
        found = np.repeat(found, times, axis=0)
        start = np.repeat(np.cumsum(times) - times, times)
        count = np.arange(times.sum()) - start
        left = np.repeat(left, times) - count
        found = np.column_stack([found, count])
    return np.column_stack([found, left])


@lru_cache(maxsize=4096)
def rule(n: int, scoring: Scoring, codes: int, threshold: int, protection: int) -> Small | None:
    """Return the rule for small groups of ``n`` answers; None where there are too many ways to look through.

    1. A mean is shown where it leaves every count an interval at least ``min(protection, n)`` wide.
    2. A share is shown beside it where both sides hold ``threshold`` answers and mean and share together still do,
       and where what not showing it would tell does as well; else no share is shown beside that mean.
    3. The means that are not shown must leave as much open, and 10 points: else the nearest ones are hidden too.
    """
    if scoring.scores is None or ways(n, codes) > _MOST:
        return None
    found = compositions(n, codes)
    mean = np.round(found @ np.array(scoring.scores) / n).astype(np.int64)
    need = min(protection, n)
    order = np.argsort(mean, kind="stable")
    found, mean = found[order], mean[order]
    values, starts = np.unique(mean, return_index=True)
    low, high = np.minimum.reduceat(found, starts), np.maximum.reduceat(found, starts)
    shown = ((high - low).min(axis=1) >= need) & (values > 0) & (values < 100)
    _widen(values, low, high, shown, need)
    pairs: set[tuple[int, int]] = set()
    if scoring.positive is not None:
        side = found[:, np.array(scoring.positive)].sum(axis=1)
        ends = np.r_[starts[1:], len(found)]
        for place in np.flatnonzero(shown):
            part = slice(starts[place], ends[place])
            pairs |= {(int(values[place]), p) for p in _shares(found[part], side[part], n, threshold, need)}
    return Small(dict(zip(values.tolist(), shown.tolist(), strict=True)), frozenset(pairs))


def _widen(values: Ints, low: Ints, high: Ints, shown: Bools, need: int) -> None:
    """Hide further means, from the ends of the scale inwards, until those hidden leave enough open; in place."""
    inwards = np.argsort(-np.abs(values - 50), kind="stable")
    for place in inwards:
        gone = ~shown
        if not gone.any():
            return
        wide = (high[gone].max(axis=0) - low[gone].min(axis=0)).min() >= need
        if wide and values[gone].max() - values[gone].min() >= POINTS:
            return
        shown[place] = False


def _shares(found: Ints, side: Ints, n: int, threshold: int, need: int) -> list[int]:
    """Positive answers that may be shown beside one mean."""
    values, group = np.unique(side, return_inverse=True)
    allowed = [
        bool(min(p, n - p) >= threshold and _width(found[group == i]) >= need) for i, p in enumerate(values.tolist())
    ]
    rest = ~np.array(allowed)[group]
    if rest.any() and _width(found[rest]) < need:
        return []
    return [p for p, yes in zip(values.tolist(), allowed, strict=True) if yes]


def _width(found: Ints) -> int:
    """Width of the narrowest count."""
    return int((found.max(axis=0) - found.min(axis=0)).min())


def decide(
    n: Ints, mean: Floats, side: Ints, scoring: Scoring, codes: int, threshold: int, protection: int
) -> tuple[Bools, Bools]:
    """Whether each small group's mean and its share may be shown.

    Parameters
    ----------
    n, mean, side : arrays, shape (groups,)
        Answers, mean 0–100 and positive answers.

    Returns
    -------
    means, shares : bool arrays, shape (groups,)
    """
    means, shares = np.zeros(len(n), dtype=bool), np.zeros(len(n), dtype=bool)
    for place, (answers, value, positive) in enumerate(zip(n.tolist(), mean.tolist(), side.tolist(), strict=True)):
        if np.isnan(value) or answers < 1:
            continue
        made = rule(answers, scoring, codes, threshold, protection)
        point = int(np.round(value))
        if made is None:
            means[place] = POINTS < value < 100 - POINTS
            shares[place] = means[place] and min(positive, answers - positive) >= threshold
            continue
        means[place] = made.means.get(point, False)
        shares[place] = (point, positive) in made.shares
    return means, shares
