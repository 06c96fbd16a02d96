"""Development over more than two waves: each wave against the last one before release, a joint test, slopes.

Every number is a contrast of the waves' means, so that it follows from the means printed beside it: a difference,
or the least-squares slope of the means on time, in which every wave counts alike however many answered it. Errors
are CR2 by cluster with Satterthwaite degrees of freedom; between two waves they are those of
:mod:`evaluation.statistics.change`, because the waves' means are orthogonal in the regression.

References
----------
Bell, R. M. & McCaffrey, D. F. (2002). *Survey Methodology* 28(2), 169–181.
Pustejovsky, J. E. & Tipton, E. (2018). *JBES* 36(4), 672–683 (the joint test, HTZ in clubSandwich).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc

from evaluation.statistics import reasons
from evaluation.statistics.contrasts import Estimate, Wald, fit, wald
from evaluation.statistics.event_study import REFERENCE, as_steps
from evaluation.statistics.sandwich import Cells, Floats, as_codes, as_weights, cell_sums, cr2, weighted_means
from evaluation.statistics.tests import p_value

#: Above so many clusters the covariance of the means is known well enough for F on clusters − 1.
MANY_CLUSTERS = 200
_NOISE = 1e-10


@dataclass(frozen=True, slots=True)
class Trend:
    """Development of one measure.

    Attributes
    ----------
    means : tuple of float or None
        One a wave.
    against : tuple of Estimate
        Each wave less the last one before release; that one itself is 0 with reason ``reference``.
    joint : Wald
        Test that all waves have the same mean.
    slope_before, slope_after : Estimate
        Units of the measure per unit of time; ``few_waves`` with fewer than two waves on that side.
    slope_change : Estimate
        ``slope_after − slope_before``.
    n : tuple of int
        Answers, one a wave.
    clusters : int
    reason : str
        Empty, or why there are means but no uncertainty.
    """

    means: tuple[float | None, ...]
    against: tuple[Estimate, ...]
    joint: Wald
    slope_before: Estimate
    slope_after: Estimate
    slope_change: Estimate
    n: tuple[int, ...]
    clusters: int
    reason: str = ""


def trend(
    y: ArrayLike,
    wave: ArrayLike,
    time: ArrayLike,
    reference: int,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    independent: bool = False,
) -> Trend:
    """Development of ``y`` over the waves.

    Parameters
    ----------
    y : array_like, shape (rows,)
        Answers; NaN takes no part.
    wave : array_like of int, shape (rows,)
        0, 1, … in order of time.
    time : array_like, shape (waves,)
        When each wave was, in years or any other unit, rising.
    reference : int
        The last wave wholly before the release; later ones are after it.
    cluster, weights : array_like, shape (rows,)
        As in :func:`~evaluation.statistics.change.cluster_change`.
    independent : bool
        Clusters are independent persons: the rule on the number of units does not apply.

    Raises
    ------
    ValueError
        When shapes differ, ``time`` does not rise or is not finite, ``reference`` or a wave is none of the waves, a
        weight is negative or infinite, or a cluster label is missing.
    """
    values, moments = np.asarray(y, dtype=float), _times(time, reference)
    codes, clusters = as_codes(cluster)
    if values.ndim != 1:
        raise ValueError("y must have shape (rows,)")
    cells = cell_sums(
        values[:, None],
        as_steps(wave, len(moments)),
        codes,
        clusters,
        as_weights(weights, len(values)),
        waves=len(moments),
    )
    return trends_of_cells(cells, moments, reference, independent=independent)[0]


def trends_of_cells(cells: Cells, time: ArrayLike, reference: int, *, independent: bool = False) -> tuple[Trend, ...]:
    """:func:`trend` of every measure from sums per measure, cluster and wave."""
    moments = _times(time, reference)
    measures, _, waves = cells.n.shape
    contrasts = [_against(step, reference, waves) for step in range(waves)]
    slopes = [_slope(moments, range(reference + 1)), _slope(moments, range(reference + 1, waves))]
    both = None if slopes[0] is None or slopes[1] is None else slopes[1] - slopes[0]
    return tuple(
        _one(_measure(cells, at), contrasts, (*slopes, both), reference, independent) for at in range(measures)
    )


def _times(time: ArrayLike, reference: int) -> Floats:
    moments = np.asarray(time, dtype=float)
    if moments.ndim != 1 or not np.isfinite(moments).all() or (np.diff(moments) <= 0).any():
        raise ValueError("time must be finite and rise from wave to wave")
    if not 0 <= reference < len(moments):
        raise ValueError(f"reference must be one of the waves 0 to {len(moments) - 1}")
    return moments


def _against(step: int, reference: int, waves: int) -> Floats:
    made = np.zeros(waves)
    made[reference] -= 1.0
    made[step] += 1.0
    return made


def _slope(time: Floats, steps: Sequence[int]) -> Floats | None:
    """Weights of the waves' means in the least-squares slope; None with fewer than two waves."""
    if len(steps) < 2:
        return None
    made = np.zeros(len(time))
    at = np.asarray(steps)
    away = time[at] - time[at].mean()
    made[at] = away / (away**2).sum()
    return made


def _measure(cells: Cells, at: int) -> Cells:
    return Cells(*(getattr(cells, name)[at : at + 1] for name in Cells.__slots__))


def _one(
    cells: Cells, contrasts: list[Floats], slopes: tuple[Floats | None, ...], reference: int, independent: bool
) -> Trend:
    met = (cells.n[0] > 0).sum(axis=0)
    clusters = int((cells.n[0] > 0).any(axis=1).sum())
    reason = _why(cells, met, clusters, independent)
    means = weighted_means(cells)[0]
    against = [
        REFERENCE if step == reference else _estimate(cells, means, contrast, reason)
        for step, contrast in enumerate(contrasts)
    ]
    few = Estimate(None, None, None, None, reasons.FEW_WAVES)
    found = [few if slope is None else _estimate(cells, means, slope, reason) for slope in slopes]
    return Trend(
        means=tuple(None if np.isnan(mean) else float(mean + cells.origin[0]) for mean in means),
        against=tuple(against),
        joint=_joint(cells, reference, clusters, reason),
        slope_before=found[0],
        slope_after=found[1],
        slope_change=found[2],
        n=tuple(int(count) for count in cells.n[0].sum(axis=0)),
        clusters=clusters,
        reason=reason,
    )


def _why(cells: Cells, met: np.ndarray, clusters: int, independent: bool) -> str:
    """Why nothing can be tested, or an empty text."""
    n = cells.n[0].sum(axis=0)
    if not n.all():
        return reasons.NO_ANSWERS
    if (n < reasons.MIN_ANSWERS).any():
        return reasons.FEW_ANSWERS
    if not independent and clusters < reasons.MIN_CLUSTERS:
        return reasons.FEW_CLUSTERS
    return reasons.ONE_CLUSTER if (met < 2).any() else ""


def _estimate(cells: Cells, means: Floats, contrast: Floats, reason: str) -> Estimate:
    used = contrast != 0
    if np.isnan(means[used]).any():
        return Estimate(None, None, None, None, reasons.NO_ANSWERS)
    value = float(contrast[used] @ means[used])
    if reason:
        return Estimate(value, None, None, None, reason)
    found = cr2(cells, contrast)
    se, df = float(found.se[0]), float(found.df[0])
    if not se > 0 or not np.isfinite(df):
        return Estimate(value, None, None, None, reasons.NO_VARIANCE)
    return Estimate(value, se, df, p_value(value, se, df))


def _joint(cells: Cells, reference: int, clusters: int, reason: str) -> Wald:
    waves = cells.n.shape[2]
    if reason or waves < 2:
        return Wald(None, waves - 1, None, None, reason or reasons.FEW_WAVES)
    others = [step for step in range(waves) if step != reference]
    if clusters > MANY_CLUSTERS:
        return _large(cells, others, reference, clusters)
    design = np.broadcast_to(np.eye(waves), (*cells.n.shape[1:], waves)).copy()
    return wald(fit(cells, 0, design, np.array([_against(step, reference, waves) for step in others])))


def _large(cells: Cells, others: list[int], reference: int, clusters: int) -> Wald:
    """Joint test of many clusters: the same statistic with CR2, F on q and clusters − 1 degrees of freedom.

    Covariances follow from the variances of sums and differences of two contrasts.
    """
    waves, q = cells.n.shape[2], len(others)
    rows = [_against(step, reference, waves) for step in others]
    single = [float(cr2(cells, row).se[0]) ** 2 for row in rows]
    covariance = np.diag(single)
    for i in range(q):
        for j in range(i):
            apart = float(cr2(cells, rows[i] - rows[j]).se[0]) ** 2
            covariance[i, j] = covariance[j, i] = (single[i] + single[j] - apart) / 2
    if min(single) <= (_NOISE * cells.spread[0]) ** 2 or np.linalg.cond(covariance) > 1 / _NOISE:
        return Wald(None, q, None, None, reasons.NO_VARIANCE)
    values = np.array([row @ weighted_means(cells)[0] for row in rows])
    statistic = float(values @ np.linalg.solve(covariance, values)) / q
    return Wald(statistic, q, float(clusters - 1), float(fdtrc(q, clusters - 1, statistic)))
