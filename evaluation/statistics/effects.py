"""Effect size of a change: Hedges' g with an interval that knows the clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from evaluation.statistics import reasons
from evaluation.statistics.change import Estimand, cluster_change
from evaluation.statistics.sandwich import Floats, Ints, as_waves, as_weights
from evaluation.statistics.tests import interval


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect size and its interval; None with a reason."""

    name: Literal["hedges_g"]
    value: float | None
    low: float | None
    high: float | None
    reason: str = ""


def small_sample_factor(df: float) -> float:
    """Hedges' exact correction ``Γ(df/2) / (sqrt(df/2) Γ((df-1)/2))`` for ``df`` > 1."""
    return math.exp(float(gammaln(df / 2)) - float(gammaln((df - 1) / 2)) - 0.5 * math.log(df / 2))


def hedges_g(
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
) -> Effect:
    """Hedges' g of after against before, standardised by the pooled standard deviation of persons.

    ``g = J(f) (after - before) / s`` with ``s² = ((n0-1) s0² + (n1-1) s1²) / (n0+n1-2)``,
    ``f`` the effective n of both waves less 2, ``J`` :func:`small_sample_factor`. The waves are
    treated as two groups in every design, also panels (g of a panel is thus comparable
    with that of a cross-section). Weighted: ``s_t² = n_t/(n_t-1) sum w (y - mean_t)² / sum w``.

    The interval is the delta method on the published estimator: g is linear in the means of
    ``z = J y/s ∓ J (after - before)/(2 s³) λ_t (y - mean_t)² n_t/(n_t-1)`` (minus after, plus
    before; ``λ_t = (n_t-1)/(n0+n1-2)``) to first order, so the CR2 error and df of the
    change in ``z`` are those of g.

    Parameters
    ----------
    y, after, cluster, weights, estimand, population, person, independent
        As in :func:`~evaluation.statistics.change.cluster_change`.
    level : float
        Coverage of the interval.

    Returns
    -------
    Effect
        Positive where ``y`` rose. ``low`` and ``high`` None where the change has no standard error.

    References
    ----------
    Hedges, L. V. (1981). *Journal of Educational Statistics* 6(2), 107–128.
    """
    values, wave = np.asarray(y, dtype=float), as_waves(after)
    if values.ndim != 1 or values.shape != wave.shape:
        raise ValueError("y and after must have one dimension and the same number of rows")
    if np.isinf(values).any():
        raise ValueError("y holds infinite values")
    w = as_weights(weights, len(values))
    keep = ~np.isnan(values) & (w > 0)
    n = np.bincount(wave[keep], minlength=2).astype(float)
    if n.min() == 0:
        return Effect("hedges_g", None, None, None, reasons.NO_ANSWERS)
    if n.min() < reasons.MIN_ANSWERS:
        return Effect("hedges_g", None, None, None, reasons.FEW_ANSWERS)
    g, z = _linearised(values, wave, w, keep, n)
    if g is None:
        return Effect("hedges_g", None, None, None, reasons.NO_VARIANCE)
    linear = cluster_change(
        z, wave, cluster, w, estimand=estimand, population=population, person=person, independent=independent
    )
    low, high = interval(g, linear.se, linear.df, level)
    return Effect("hedges_g", g, low, high, linear.reason)


def _linearised(y: Floats, wave: Ints, w: Floats, keep: NDArray[np.bool_], n: Floats) -> tuple[float | None, Floats]:
    """Return g, and the answers ``z`` whose change has g's standard error; g None without variance."""
    waves, weights, origin = wave[keep], w[keep], y[keep][0]
    total = np.bincount(waves, weights=weights, minlength=2)
    mean = np.bincount(waves, weights=weights * (y[keep] - origin), minlength=2) / total
    centred = y - origin - mean[wave]
    square = np.bincount(waves, weights=weights * centred[keep] ** 2, minlength=2) / total * n / (n - 1)
    share = (n - 1) / (n.sum() - 2)
    sd = math.sqrt(float(square @ share))
    if sd <= 1e-12 * (float(np.abs(y[keep] - origin).max()) + 1):
        return None, y
    kish = total**2 / np.bincount(waves, weights=weights**2, minlength=2)
    # Weights so unequal that they leave one effective answer a wave cannot carry the correction.
    factor = small_sample_factor(max(float(kish.sum()) - 2, 1.01))
    change = float(mean[1] - mean[0])
    slope = (np.array([1.0, -1.0]) * share * n / (n - 1))[wave] * factor * change / (2 * sd**3)
    return factor * change / sd, factor * (y - origin) / sd + slope * centred**2
