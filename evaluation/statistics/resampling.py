"""Cluster bootstrap of every change at once, from counts: units are drawn, not answers.

A draw takes as many units of a group as it has, with replacement. The drawn means are then
``(draws × units) @ (units × sums)``: sums per unit and wave suffice, whatever the number of answers.

References
----------
Davison, A. C. & Hinkley, D. V. (1997). *Bootstrap Methods and their Application*, 3.8. Cambridge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.counts import Grouped, merge
from evaluation.statistics.many import Words
from evaluation.statistics.sandwich import Floats

#: Multiplications in one matrix product.
_PIECE: Final = 200_000


@dataclass(frozen=True, slots=True)
class Resampled:
    """Bootstrap of the changes, shape (items, groups); NaN with a ``reason``.

    ``se`` is the standard deviation of the drawn changes, ``low`` and ``high`` their percentiles,
    ``draws`` the number that left answers in both waves.
    """

    se: Floats
    low: Floats
    high: Floats
    draws: Floats
    reason: Words


def cluster_bootstrap(
    grouped: Grouped, values: ArrayLike, *, draws: int = 999, seed: int = 0, level: float = 0.95
) -> Resampled:
    """Draw units with replacement within each group and give the spread of the changes.

    Few units make percentiles too narrow: a check beside the CR2 interval, never instead of it.

    Parameters
    ----------
    grouped : Grouped
        Counts of two waves, with units.
    values : array_like, shape (items, slots)
        As in :func:`~evaluation.statistics.comparisons.compare`.
    draws, seed : int
        The same seed gives the same draws; they belong to the units in the order of their numbers.
    level : float
        Coverage of the interval.

    Raises
    ------
    ValueError
        When units are not named, or ``draws`` or ``level`` is out of range.
    """
    if not grouped.named:
        raise ValueError("counts have no units to draw")
    if draws < 2 or not 0 < level < 1:
        raise ValueError("draws must be at least 2 and level between 0 and 1")
    merged, rising = merge(grouped, values)
    items, _, groups, _, waves = merged.n.shape
    if waves != 2:
        raise ValueError("counts must hold two waves")
    middle = rising - (rising.max(axis=1) + rising.min(axis=1))[:, None] / 2
    w = merged.w.sum(axis=1)
    sums = np.stack([w, np.einsum("ikgpt,ik->igpt", merged.w, middle)])
    reason = _reasons(merged)
    found = np.full((4, items, groups), np.nan)
    for group in range(groups):  # a matrix product a group, for all its items
        here = int((merged.unit[group] >= 0).sum())
        usable = np.flatnonzero(reason[:, group] == "")
        if len(usable):
            taken = drawn_units(here, draws, [seed, group])
            part = np.ascontiguousarray(sums[:, usable, group, :here].transpose(2, 0, 3, 1))  # (units, 2, waves, items)
            drawn = _product(taken, part.reshape(here, -1)).reshape(draws, 2, 2, len(usable))
            found[:, usable, group] = _summary(drawn, level)
    scale = np.abs(middle).max(axis=1)[:, None]
    flat = (reason == "") & ~(found[0] > 1e-10 * scale)
    found[:3, flat] = np.nan
    found[3] = np.nan_to_num(found[3])
    se, low, high, usable_draws = found
    return Resampled(se, low, high, usable_draws, np.where(flat, reasons.NO_VARIANCE, reason))


def _product(taken: Floats, part: Floats) -> Floats:
    """``taken @ part`` in pieces so small that the library does not start threads for them.

    On a machine with other work its threads wait for each other a hundred times longer than they work.
    """
    out = np.empty((len(taken), part.shape[1]))
    step = max(1, _PIECE // max(part.size, 1))
    for start in range(0, len(taken), step):
        np.matmul(taken[start : start + step], part, out=out[start : start + step])
    return out


def drawn_units(units: int, draws: int, seed: int | list[int]) -> Floats:
    """How often each unit is drawn, shape (draws, units): ``units`` with replacement in every draw."""
    rng = np.random.default_rng(seed)
    code = rng.integers(0, units, (draws, units)) + units * np.arange(draws)[:, None]
    return np.bincount(code.ravel(), minlength=draws * units).reshape(draws, units).astype(float)


def _reasons(grouped: Grouped) -> Words:
    """Why a change cannot be bootstrapped, in the order of ``statistics.change``."""
    n = grouped.n.sum(axis=1)
    answers, met = n.sum(axis=2).min(axis=2), (n > 0).sum(axis=2).min(axis=2)
    units = (n > 0).any(axis=3).sum(axis=2)
    return np.select(
        [answers == 0, answers < reasons.MIN_ANSWERS, units < reasons.MIN_CLUSTERS, met < 2],
        [reasons.NO_ANSWERS, reasons.FEW_ANSWERS, reasons.FEW_CLUSTERS, reasons.ONE_CLUSTER],
        "",
    )


def _summary(drawn: Floats, level: float) -> Floats:
    """Standard error, percentiles and usable draws from drawn sums (draws, w and wy, waves, items)."""
    weight = drawn[:, 0]
    empty = weight <= 0
    if empty.any():
        weight = np.where(empty, np.nan, weight)
    mean = drawn[:, 1] / weight
    change = np.ascontiguousarray((mean[:, 1] - mean[:, 0]).T)
    change.sort(axis=1)  # NaN last
    many = (~np.isnan(change)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.nansum(change, axis=1) / many
        se = np.sqrt(np.nansum((change - middle[:, None]) ** 2, axis=1) / (many - 1))
    ends = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        at = share * np.maximum(many - 1, 0)
        low = np.floor(at).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(many - 1, 0))
        rows = np.arange(len(change))
        below, above = change[rows, low], change[rows, high]
        ends.append(below + (at - low) * (above - below))
    return np.array([se, *ends, many.astype(float)])
