"""Exposure: units in and outside a trial side by side, and development by degree of release.

Both are *forskelle*. Who joins a trial has chosen it, or was chosen: the numbers say how
the two groups of units differ, not what the trial did. A dose is a property of a unit,
such as the share of the period it was released for or the share of rules lifted for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.contrasts import estimate, fit
from evaluation.statistics.did import cell_means, group_of_cluster, why_untested
from evaluation.statistics.sandwich import Cells, Floats, Ints, as_codes, as_waves, as_weights, cell_sums


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two groups of units in one wave.

    ``exposed`` and ``others`` are means in the unit of the answers, ``difference`` exposed − others with
    CR2 error, Satterthwaite df and p; None with a ``reason``.
    """

    exposed: float | None
    others: float | None
    difference: float | None
    se: float | None
    df: float | None
    p_value: float | None
    clusters_exposed: int
    clusters_others: int
    n_exposed: int
    n_others: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Dose:
    """Slope of a regression on dose: what one unit of dose goes with; None with a ``reason``."""

    slope: float | None
    se: float | None
    df: float | None
    p_value: float | None
    clusters: int
    doses: int
    low: float | None
    high: float | None
    n: int
    reason: str = ""


def side_by_side(
    y: ArrayLike, exposed: ArrayLike, cluster: ArrayLike, weights: ArrayLike | None = None
) -> tuple[SideBySide, ...]:
    """Level of exposed units and of the others in one wave, for every column of ``y`` (rows, measures).

    Parameters
    ----------
    y : array_like, shape (rows, measures)
        NaN where there is no answer.
    exposed : array_like of 0/1 or bool, shape (rows,)
    cluster, weights : array_like, shape (rows,)

    Raises
    ------
    ValueError
        When lengths differ, a value is out of range, or a cluster is in both groups.
    """
    values = np.asarray(y, dtype=float)
    codes, clusters = as_codes(cluster)
    side = group_of_cluster(exposed, codes, clusters)
    wave = np.zeros(len(codes), dtype=np.int64)
    cells = cell_sums(values, wave, codes, clusters, as_weights(weights, len(values)), waves=1)
    return tuple(_levels(cells, m, side) for m in range(values.shape[1]))


def _levels(cells: Cells, m: int, side: Ints) -> SideBySide:
    n = cells.n[m]
    others, exposed = (None if np.isnan(v) else float(v + cells.origin[m]) for v in cell_means(cells, m, side)[:, 0])
    plain = SideBySide(
        exposed=exposed,
        others=others,
        difference=None if exposed is None or others is None else exposed - others,
        se=None,
        df=None,
        p_value=None,
        clusters_exposed=int((n[side == 1] > 0).sum()),
        clusters_others=int((n[side == 0] > 0).sum()),
        n_exposed=int(n[side == 1].sum()),
        n_others=int(n[side == 0].sum()),
        reason=why_untested(n, side),
    )
    if plain.reason:
        return plain
    design = np.stack([np.ones(n.shape), np.broadcast_to(side[:, None], n.shape).astype(float)], axis=2)
    found = estimate(fit(cells, m, design, (0.0, 1.0)))
    return replace(plain, se=found.se, df=found.df, p_value=found.p_value, reason=found.reason)


def dose_slopes(
    y: ArrayLike,
    dose: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    after: ArrayLike | None = None,
) -> tuple[Dose, ...]:
    """Slope on dose, for every column of ``y`` (rows, measures).

    Parameters
    ----------
    y : array_like, shape (rows, measures)
    dose : array_like, shape (rows,)
        Dose of the row's cluster, the same in both waves.
    cluster, weights : array_like, shape (rows,)
    after : array_like of 0/1, shape (rows,), optional
        With it, the slope is that of the *change*: the coefficient of after × dose in the regression on
        (1, dose, after, after × dose). Without it, of the level in one wave.

    Raises
    ------
    ValueError
        When lengths differ, a dose is missing or infinite, or differs within a cluster.
    """
    values = np.asarray(y, dtype=float)
    codes, clusters = as_codes(cluster)
    of_cluster = dose_of_cluster(dose, codes, clusters)
    wave = np.zeros(len(codes), dtype=np.int64) if after is None else as_waves(after)
    waves = 1 if after is None else 2
    cells = cell_sums(values, wave, codes, clusters, as_weights(weights, len(values)), waves=waves)
    return tuple(_slope(cells, m, of_cluster) for m in range(values.shape[1]))


def dose_of_cluster(dose: ArrayLike, codes: Ints, clusters: int) -> Floats:
    """Dose of every cluster, shape (clusters,).

    Raises
    ------
    ValueError
        When one is missing or infinite, or differs within a cluster.
    """
    rows = np.asarray(dose, dtype=float)
    if rows.shape != codes.shape:
        raise ValueError("every array must have the same number of rows")
    if not np.isfinite(rows).all():
        raise ValueError("every row needs a finite dose")
    found = np.zeros(clusters)
    found[codes] = rows
    if (found[codes] != rows).any():
        raise ValueError("the dose differs within a cluster")
    return found


def _slope(cells: Cells, m: int, dose: Floats) -> Dose:
    n = cells.n[m]
    waves = n.shape[1]
    met = n.sum(axis=1) > 0
    seen = np.unique(dose[met])
    low, high = (float(seen[0]), float(seen[-1])) if len(seen) else (None, None)
    plain = Dose(None, None, None, None, int(met.sum()), len(seen), low, high, int(n.sum()))
    if n.sum(axis=0).min() == 0:
        return replace(plain, reason=reasons.NO_ANSWERS)
    if n.sum(axis=0).min() < reasons.MIN_ANSWERS:
        return replace(plain, reason=reasons.FEW_ANSWERS)
    if min(len(np.unique(dose[n[:, wave] > 0])) for wave in range(waves)) < 2:
        return replace(plain, reason=reasons.SAME_DOSE)
    spread = float(seen[-1] - seen[0])
    scaled = np.broadcast_to(((dose - seen[0]) / spread)[:, None], n.shape)
    late = np.broadcast_to(np.arange(waves) > 0, n.shape).astype(float)
    columns = [np.ones(n.shape), scaled] + ([late, late * scaled] if waves > 1 else [])
    contrast = np.zeros(len(columns))
    contrast[-1] = 1 / spread
    found = estimate(fit(cells, m, np.stack(columns, axis=2), contrast))
    if int(met.sum()) < reasons.MIN_CLUSTERS:
        return replace(plain, slope=found.value, reason=reasons.FEW_CLUSTERS)
    return replace(plain, slope=found.value, se=found.se, df=found.df, p_value=found.p_value, reason=found.reason)
