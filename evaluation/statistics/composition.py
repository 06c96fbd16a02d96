"""Change of composition apart from change within parts: Kitagawa's symmetric decomposition, with CR2 errors.

With shares ``p`` and means ``m`` of the parts before (0) and after (1)::

    change = Σ ½(p0 + p1)(m1 − m0)  +  Σ ½(m0 + m1)(p1 − p0)
                 within                   composition

The sum is exact. Both terms are smooth functions of means, so their errors are those of the change of their
linearised answers (CR2 by cluster, Satterthwaite degrees of freedom). The linearised answers of the two
terms add up to the answers less their wave's mean: the error of their sum is that of the change itself.

References
----------
Kitagawa, E. M. (1955). Components of a difference between two rates. *Journal of the American Statistical
Association* 50(272), 1168–1194.
Oaxaca, R. (1973). Male–female wage differentials in urban labor markets. *International Economic Review* 14(3),
693–709.
Binder, D. A. (1983). *International Statistical Review* 51(3), 279–292 (linearisation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.contrasts import Estimate
from evaluation.statistics.sandwich import Floats, Ints, as_codes, as_waves, as_weights, cell_sums, cr2
from evaluation.statistics.tests import p_value


@dataclass(frozen=True, slots=True)
class Composition:
    """A change in two parts that add up to it.

    Attributes
    ----------
    change, within, composition : Estimate
        All None with ``reason`` ``no_answers``, ``one_level`` (one part only) or ``cell_without_answers`` (a part is
        met in one wave only: it has no change); without errors with ``few_answers``, ``few_clusters``,
        ``one_cluster_in_wave`` or ``no_variance``.
    shares : float array, shape (2, parts)
        Share of the answers, by weight, before and after.
    smallest : int
        Fewest answers in a part and wave.
    clusters : int
    """

    change: Estimate
    within: Estimate
    composition: Estimate
    shares: Floats
    smallest: int
    clusters: int
    reason: str = ""


def decompose(
    y: ArrayLike,
    after: ArrayLike,
    part: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    independent: bool = False,
) -> Composition:
    """Split the change of ``y`` into change within parts and change of composition.

    Parameters
    ----------
    y : array_like, shape (rows,)
        Answers; NaN takes no part.
    after : array_like, shape (rows,)
        0 before, 1 after.
    part : array_like, shape (rows,)
        Label of the part a row belongs to, such as the type of its unit.
    cluster, weights, independent
        As in :func:`~evaluation.statistics.change.cluster_change`.

    Raises
    ------
    ValueError
        When shapes differ, an answer is infinite, a weight is negative or infinite, or a label is missing.
    """
    values, wave = np.asarray(y, dtype=float), as_waves(after)
    if values.ndim != 1 or not (wave.shape == values.shape == np.shape(part) == np.shape(cluster)):
        raise ValueError("y, after, part and cluster must have the same number of rows")
    if np.isinf(values).any():
        raise ValueError("y holds infinite values")
    weight = as_weights(weights, len(values))
    keep = ~np.isnan(values) & (weight > 0)
    group, groups = as_codes(np.asarray(part)[keep])
    code, clusters = as_codes(np.asarray(cluster)[keep])
    values, wave, weight = values[keep], wave[keep], weight[keep]
    n = np.bincount(wave * groups + group, minlength=2 * groups).reshape(2, groups)
    w = np.bincount(wave * groups + group, weights=weight, minlength=2 * groups).reshape(2, groups)
    reason = _unsplit(n)
    if reason:
        blank = Estimate(None, None, None, None, reason)
        shares = np.zeros((2, groups))
        return Composition(blank, blank, blank, shares, int(n.min(initial=0)), clusters, reason)
    origin = float(values[0])
    values = values - origin
    total = np.bincount(wave * groups + group, weights=weight * values, minlength=2 * groups).reshape(2, groups)
    share, mean = w / w.sum(axis=1, keepdims=True), total / w
    within, between = _linearised(values, wave, group, share, mean)
    found = (
        float((share[1] * mean[1]).sum() - (share[0] * mean[0]).sum()),
        float((share.mean(axis=0) * (mean[1] - mean[0])).sum()),
        float((mean.mean(axis=0) * (share[1] - share[0])).sum()),
    )
    reason = _untested(n, wave, code, clusters, independent)
    spread = float(np.abs(values - values.mean()).max())
    made = _estimates(found, np.column_stack([values, within, between]), wave, code, clusters, weight, reason, spread)
    return Composition(*made, share, int(n.min()), clusters, reason)


def _unsplit(n: Ints) -> str:
    """Why there is nothing to split."""
    if not n.sum(axis=1).all():
        return reasons.NO_ANSWERS
    if n.shape[1] < 2:
        return reasons.ONE_LEVEL
    return "" if n.all() else reasons.EMPTY_CELL


def _untested(n: Ints, wave: Ints, code: Ints, clusters: int, independent: bool) -> str:
    if (n.sum(axis=1) < reasons.MIN_ANSWERS).any():
        return reasons.FEW_ANSWERS
    if not independent and clusters < reasons.MIN_CLUSTERS:
        return reasons.FEW_CLUSTERS
    return reasons.ONE_CLUSTER if min(len(np.unique(code[wave == t])) for t in (0, 1)) < 2 else ""


def _linearised(values: Floats, wave: Ints, group: Ints, share: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Answers whose change has the error of ``within``, and of ``composition``."""
    gain, move = mean[1] - mean[0], share[1] - share[0]
    level, size = mean.mean(axis=0), share.mean(axis=0)
    sign = np.where(wave == 1, 0.5, -0.5)
    own = (values - mean[wave, group]) / share[wave, group]
    within = own * size[group] + sign * (gain[group] - share[wave] @ gain)
    between = own * sign * move[group] + level[group] - share[wave] @ level
    return within, between


def _estimates(
    found: tuple[float, float, float],
    answers: Floats,
    wave: Ints,
    code: Ints,
    clusters: int,
    weight: Floats,
    reason: str,
    spread: float,
) -> tuple[Estimate, Estimate, Estimate]:
    if reason:
        made = [Estimate(value, None, None, None, reason) for value in found]
        return made[0], made[1], made[2]
    fit = cr2(cell_sums(answers, wave, code, clusters, weight), (-1, 1))
    made = []
    for value, se, df in zip(found, fit.se, fit.df, strict=True):
        if se <= 1e-10 * spread or not np.isfinite(df):
            made.append(Estimate(value, None, None, None, reasons.NO_VARIANCE))
        else:
            made.append(Estimate(value, float(se), float(df), p_value(value, float(se), float(df))))
    return made[0], made[1], made[2]
