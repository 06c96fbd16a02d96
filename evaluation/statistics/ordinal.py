"""Ordinal effects of a change, from counts: common-language effect size and Cliff's delta.

``delta = P(after > before) - P(after < before)`` for one answer drawn from each wave, and
``superiority = P(after > before) + P(after = before)/2 = (1 + delta)/2``. Both use the order
of the answers only. Everything follows from counts of code × cluster × wave, so thousands
of items cost no pass over the rows.

Standard errors: delta is a two-sample U-statistic. With ``z`` of an answer ``k`` the chance
that an answer of the other wave lies below ``k`` less the chance that it lies above, the
mean of ``z`` is delta after and -delta before, and to first order
``delta - E(delta) = mean(z - delta | after) - mean(z + delta | before)``. So the CR2 error and
Satterthwaite df of the change in ``z`` (:mod:`evaluation.statistics.change`) are those of
delta, and units enter as they do everywhere else. The interval is made on the scale of
``atanh`` and turned back: it stays inside -1 to 1 and mirrors when the waves are swapped.

References
----------
Cliff, N. (1993). Dominance statistics: ordinal analyses to answer ordinal questions.
*Psychological Bulletin* 114(3), 494–509.
McGraw, K. O. & Wong, S. P. (1992). A common language effect size statistic.
*Psychological Bulletin* 111(2), 361–365.
Hoeffding, W. (1948). A class of statistics with asymptotically normal distribution.
*Annals of Mathematical Statistics* 19(3), 293–325.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.change import Change, Estimand, changes_of_cells, cluster_change
from evaluation.statistics.sandwich import Cells, Floats, as_codes, as_waves, as_weights
from evaluation.statistics.tests import interval


@dataclass(frozen=True, slots=True)
class OrdinalEffect:
    """Cliff's delta of after against before with its interval; None with a ``reason``.

    Attributes
    ----------
    delta : float or None
        -1 (every answer after lies below every answer before) to 1; None where a wave is empty.
    low, high : float or None
        Interval; None where there is no standard error.
    se, df : float or None
        Standard error of delta on its own scale, and degrees of freedom.
    n_before, n_after, clusters : int
        Answers and clusters that took part.
    reason : str
        As in :class:`~evaluation.statistics.change.Change`.
    """

    delta: float | None
    low: float | None
    high: float | None
    se: float | None
    df: float | None
    n_before: int
    n_after: int
    clusters: int
    reason: str = ""

    @property
    def superiority(self) -> float | None:
        """Common-language effect size, 0–1: 0.5 where the waves do not differ."""
        return _half(self.delta)

    @property
    def superiority_interval(self) -> tuple[float | None, float | None]:
        """Interval of :attr:`superiority`."""
        return _half(self.low), _half(self.high)


@dataclass(frozen=True, slots=True)
class OrdinalCounts:
    """Counts per measure, code, cluster and wave, each of shape (measures, codes, clusters, 2).

    ``codes`` (codes,) are the answers in rising order; ``n`` counts answers, ``w`` sums their weights
    and ``w2`` the squares of their weights.
    """

    codes: Floats
    n: Floats
    w: Floats
    w2: Floats


def ordinal_counts(
    y: ArrayLike, after: ArrayLike, cluster: ArrayLike, weights: ArrayLike | None = None
) -> OrdinalCounts:
    """Count answers of every column of ``y`` (rows, measures) by code, cluster and wave.

    Parameters are those of :func:`~evaluation.statistics.change.cluster_changes`. Meant for
    answers in steps: every distinct answer of any column is a code.

    Raises
    ------
    ValueError
        As :func:`~evaluation.statistics.change.cluster_changes`.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 2:
        raise ValueError("y must have shape (rows, measures)")
    if np.isinf(values).any():
        raise ValueError("y holds infinite values")
    wave, w = as_waves(after), as_weights(weights, len(values))
    group, clusters = as_codes(cluster)
    if wave.shape != (len(values),) or group.shape != (len(values),):
        raise ValueError("y, after, cluster and weights must have the same number of rows")
    row, column = np.nonzero(~np.isnan(values) & (w > 0)[:, None])
    codes, place = np.unique(values[row, column], return_inverse=True)
    shape = (values.shape[1], len(codes), clusters, 2)
    index = ((column * len(codes) + place) * clusters + group[row]) * 2 + wave[row]

    def total(x: Floats | None) -> Floats:
        return np.bincount(index, weights=x, minlength=math.prod(shape)).astype(float).reshape(shape)

    n = total(None)
    if weights is None:
        return OrdinalCounts(codes, n, n, n)
    return OrdinalCounts(codes, n, total(w[row]), total(w[row] ** 2))


def ordinal_effects(
    counts: OrdinalCounts, *, level: float = 0.95, independent: bool = False
) -> tuple[OrdinalEffect, ...]:
    """Cliff's delta of every measure from its counts.

    Parameters
    ----------
    counts : OrdinalCounts
        From :func:`ordinal_counts`, or from counts made elsewhere (weights: ``w = w2 = n`` where there are none).
    level : float
        Coverage of the intervals.
    independent : bool
        Clusters are persons: the fewest number of units does not apply.

    Returns
    -------
    tuple of OrdinalEffect
        One a measure, in order.
    """
    cells = _cells(counts, _lean(counts))
    changes = changes_of_cells(cells, independent=independent)
    return tuple(_effect(change, level) for change in changes)


def ordinal_effect(
    y: ArrayLike,
    after: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    level: float = 0.95,
    estimand: Estimand = "udvikling",
    population: ArrayLike | None = None,
    person: ArrayLike | None = None,
    independent: bool = False,
) -> OrdinalEffect:
    """Cliff's delta of one measure from its rows, for either estimand.

    Parameters and errors are those of :func:`~evaluation.statistics.change.cluster_change`;
    positive where answers rose.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1:
        raise ValueError("y must have one dimension; ordinal_counts takes several measures")
    if estimand not in ("udvikling", "beskrivelse"):
        raise ValueError(f"unknown estimand {estimand!r}")
    counts = ordinal_counts(values[:, None], after, cluster, weights)
    if estimand == "udvikling":
        return ordinal_effects(counts, level=level, independent=independent)[0]
    wave, z = as_waves(after), values
    if len(counts.codes):
        answered = ~np.isnan(values)
        place = np.searchsorted(counts.codes, values).clip(max=len(counts.codes) - 1)
        z = np.where(answered, _lean(counts)[0][place, wave], np.nan)
    change = cluster_change(
        z, wave, cluster, weights, estimand=estimand, population=population, person=person, independent=independent
    )
    return _effect(change, level)


def _lean(counts: OrdinalCounts) -> Floats:
    """``z`` per measure, code and wave: share of the other wave below the code less the share above it."""
    total = counts.w.sum(axis=2)
    whole = total.sum(axis=1, keepdims=True)
    share = total / np.where(whole > 0, whole, 1.0)
    up_to = np.cumsum(share, axis=1)
    lean = 2 * up_to - share - (whole > 0)
    return np.asarray(lean[:, :, ::-1])


def _cells(counts: OrdinalCounts, z: Floats) -> Cells:
    """Sums of ``z`` per measure, cluster and wave."""

    def over_codes(x: Floats, power: int) -> Floats:
        return np.asarray(np.einsum("mkct,mkt->mct", x, z**power), dtype=float)

    measures = len(counts.n)
    return Cells(
        n=counts.n.sum(axis=1),
        w=counts.w.sum(axis=1),
        w2=counts.w2.sum(axis=1),
        y=over_codes(counts.n, 1),
        wy=over_codes(counts.w, 1),
        wyy=over_codes(counts.w, 2),
        origin=np.zeros(measures),
        spread=np.ones(measures),
    )


def _effect(change: Change, level: float) -> OrdinalEffect:
    """Turn the change in ``z`` (twice delta) into delta."""
    delta = None if change.change is None else min(1.0, max(-1.0, change.change / 2))
    low: float | None = None
    high: float | None = None
    # All answers after above all before: no variance between clusters, so no interval either.
    if delta is not None and change.se is not None and abs(delta) < 1:
        low, high = interval(math.atanh(delta), change.se / (1 - delta**2), change.df, level)
        low, high = (None, None) if low is None or high is None else (math.tanh(low), math.tanh(high))
    return OrdinalEffect(
        delta,
        low,
        high,
        change.se,
        change.df,
        change.n_before,
        change.n_after,
        change.clusters,
        change.reason,
    )


def _half(delta: float | None) -> float | None:
    return None if delta is None else (1 + delta) / 2
