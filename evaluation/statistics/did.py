"""Difference in development: how much more the released changed than those they are compared with.

The estimator is the regression of the answer on (1, released, after, released × after):
the difference of two changes. There are no unit effects, for the reason given in
:mod:`evaluation.statistics.change`, so the difference is that of the means printed
beside it, and repeated cross-sections and panels are one estimator. A **cluster is what
the release was assigned to**: a unit released on its own, an area released as a whole, a
municipality. Each cluster is released or compared, never both.

The number is a *forskel i udvikling*; when it may be called an effect is decided by
:func:`may_be_called_effect`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.contrasts import Wald, estimate, fit
from evaluation.statistics.reasons import known
from evaluation.statistics.sandwich import Cells, Floats, Ints, as_codes, as_waves, as_weights, cell_sums

#: Fewest released, and fewest comparison, clusters before a difference may be called an effect (design.md 4).
EFFECT_CLUSTERS: Final = 6


@dataclass(frozen=True, slots=True)
class DifferenceInChange:
    """Change among the released minus change among those compared.

    Attributes
    ----------
    released, comparison : float or None
        The two changes, in the unit of the answers.
    difference : float or None
        ``released − comparison``.
    se, df, p_value : float or None
        CR2 error, Satterthwaite df and p of "no difference"; None with a ``reason``.
    clusters_released, clusters_comparison : int
        At the level of assignment, with an answer in either wave.
    n : tuple of int
        Answers: released before, released after, comparison before, comparison after.
    reason : str
        Empty, or why there is no test.
    """

    released: float | None
    comparison: float | None
    difference: float | None
    se: float | None
    df: float | None
    p_value: float | None
    clusters_released: int
    clusters_comparison: int
    n: tuple[int, int, int, int]
    reason: str = ""


def difference_in_change(
    y: ArrayLike, after: ArrayLike, released: ArrayLike, cluster: ArrayLike, weights: ArrayLike | None = None
) -> DifferenceInChange:
    """Difference in development of one measure.

    Parameters
    ----------
    y : array_like, shape (rows,)
        Answers, NaN where there is none.
    after, released : array_like of 0/1 or bool, shape (rows,)
        Wave of the row, and whether its cluster is released.
    cluster : array_like, shape (rows,)
        What the release was assigned to, the same label in both waves.
    weights : array_like, shape (rows,), optional
        Not negative; rows with weight 0 or NaN take no part.

    Raises
    ------
    ValueError
        When lengths differ, a value is out of range, or a cluster is both released and not.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1:
        raise ValueError("y must have one dimension; differences_in_change takes several measures")
    return differences_in_change(values[:, None], after, released, cluster, weights)[0]


def differences_in_change(
    y: ArrayLike, after: ArrayLike, released: ArrayLike, cluster: ArrayLike, weights: ArrayLike | None = None
) -> tuple[DifferenceInChange, ...]:
    """:func:`difference_in_change` for every column of ``y`` (rows, measures)."""
    values = np.asarray(y, dtype=float)
    if values.ndim != 2:
        raise ValueError("y must have shape (rows, measures)")
    codes, clusters = as_codes(cluster)
    side = group_of_cluster(released, codes, clusters)
    cells = cell_sums(values, as_waves(after), codes, clusters, as_weights(weights, len(values)))
    return tuple(_difference(cells, m, side) for m in range(values.shape[1]))


def group_of_cluster(group: ArrayLike, codes: Ints, clusters: int) -> Ints:
    """0 or 1 of every cluster, shape (clusters,), from 0/1 of every row.

    Raises
    ------
    ValueError
        When ``group`` holds anything else, or differs within a cluster.
    """
    rows = np.asarray(group)
    if rows.shape != codes.shape:
        raise ValueError("every array must have the same number of rows")
    if rows.size and not np.isin(rows, (0, 1)).all():
        raise ValueError("the group must hold 0 (compared) and 1 (released, exposed) only")
    side = np.zeros(clusters, dtype=np.int64)
    side[codes] = rows.astype(np.int64)
    if (side[codes] != rows).any():
        raise ValueError("a cluster belongs to both groups; cluster at the level of assignment")
    return side


def why_untested(n: Floats, side: Ints) -> str:
    """Reason for no test of ``n`` answers, shape (clusters, waves), in two groups of clusters, or ``""``."""
    groups = [n[side == value] for value in (1, 0)]
    answers = np.array([part.sum(axis=0) for part in groups])
    if answers.min() == 0:
        return reasons.NO_ANSWERS
    if answers.min() < reasons.MIN_ANSWERS:
        return reasons.FEW_ANSWERS
    met = [int((part.sum(axis=1) > 0).sum()) for part in groups]
    if min(met) < 2:
        return reasons.ONE_CLUSTER_IN_GROUP
    if sum(met) < reasons.MIN_CLUSTERS:
        return reasons.FEW_CLUSTERS
    return reasons.ONE_CLUSTER if min((part > 0).sum(axis=0).min() for part in groups) < 2 else ""


def interaction(side: Ints, waves: int = 2) -> Floats:
    """Explanatory variables (1, released, after, released × after) of every cell, shape (clusters, waves, 4)."""
    released = np.broadcast_to(side[:, None], (len(side), waves)).astype(float)
    after = np.broadcast_to((np.arange(waves) > 0).astype(float), released.shape)
    return np.stack([np.ones_like(released), released, after, released * after], axis=2)


def cell_means(cells: Cells, measure: int, side: Ints) -> Floats:
    """Weighted mean, less the mean of all, per group (compared, released) and wave; NaN where a cell is empty."""
    wy = np.array([cells.wy[measure][side == value].sum(axis=0) for value in (0, 1)])
    w = np.array([cells.w[measure][side == value].sum(axis=0) for value in (0, 1)])
    return np.asarray(np.divide(wy, w, out=np.full_like(wy, np.nan), where=w > 0), dtype=float)


def _difference(cells: Cells, m: int, side: Ints) -> DifferenceInChange:
    n = cells.n[m]
    change = np.diff(cell_means(cells, m, side), axis=1)[:, 0]
    comparison, released = (None if math.isnan(c) else float(c) for c in change)
    counts = [int(n[side == value, wave].sum()) for value in (1, 0) for wave in (0, 1)]
    met = [int((n[side == value].sum(axis=1) > 0).sum()) for value in (1, 0)]
    plain = DifferenceInChange(
        released=released,
        comparison=comparison,
        difference=None if released is None or comparison is None else released - comparison,
        se=None,
        df=None,
        p_value=None,
        clusters_released=met[0],
        clusters_comparison=met[1],
        n=(counts[0], counts[1], counts[2], counts[3]),
        reason=why_untested(n, side),
    )
    if plain.reason:
        return plain
    found = estimate(fit(cells, m, interaction(side), (0.0, 0.0, 0.0, 1.0)))
    return replace(plain, se=found.se, df=found.df, p_value=found.p_value, reason=found.reason)


def may_be_called_effect(clusters_released: int, clusters_comparison: int, pretrend: Wald | None, alpha: float) -> bool:
    """Whether a difference in development may be called an effect (*effekt*).

    Parameters
    ----------
    clusters_released, clusters_comparison : int
        At the level of assignment; at least :data:`EFFECT_CLUSTERS` on each side.
    pretrend : Wald or None
        Joint test of equal development over at least two waves before the release; None
        or without a p, where it could not be made: then never.
    alpha : float
        Level of the plan; a pre-trend is rejected below it.
    """
    enough = min(clusters_released, clusters_comparison) >= EFFECT_CLUSTERS
    return enough and pretrend is not None and known(pretrend.p_value) and pretrend.p_value >= alpha
