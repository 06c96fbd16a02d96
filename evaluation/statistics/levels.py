"""Level of one wave: mean, standard deviation and CR2 standard error by unit."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.change import Estimand, Method
from evaluation.statistics.finite import finite_error
from evaluation.statistics.sandwich import Cells, Fit, as_codes, as_weights, cell_sums, cr2


@dataclass(frozen=True, slots=True)
class Level:
    """Mean of one wave.

    Attributes
    ----------
    value, sd : float or None
        Weighted mean and standard deviation ``sqrt(n/(n-1) sum w (y - mean)² / sum w)``, unit of ``y``.
    se, df : float or None
        Standard error and Satterthwaite degrees of freedom; None with a ``reason``.
    n, n_eff, clusters : int, float, int
        Answers, Kish's effective number, units (or persons).
    method, reason : str
        As in :class:`~evaluation.statistics.change.Change`.
    """

    value: float | None
    sd: float | None
    se: float | None
    df: float | None
    n: int
    n_eff: float
    clusters: int
    method: Method
    reason: str = ""


def mean_level(
    y: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    estimand: Estimand = "udvikling",
    population: ArrayLike | None = None,
    independent: bool = False,
) -> Level:
    """Mean of ``y`` (rows,) with CR2 standard error by cluster.

    Parameters and errors are those of :func:`~evaluation.statistics.change.cluster_change`.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1:
        raise ValueError("y must have one dimension; use mean_levels for several measures")
    return mean_levels(
        values[:, None], cluster, weights, estimand=estimand, population=population, independent=independent
    )[0]


def mean_levels(
    y: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    estimand: Estimand = "udvikling",
    population: ArrayLike | None = None,
    independent: bool = False,
) -> tuple[Level, ...]:
    """:func:`mean_level` for every column of ``y`` (rows, measures) in one pass."""
    values = np.asarray(y, dtype=float)
    if estimand not in ("udvikling", "beskrivelse"):
        raise ValueError(f"unknown estimand {estimand!r}")
    if values.ndim != 2:
        raise ValueError("y must have shape (rows, measures)")
    codes, clusters = as_codes(cluster)
    w = as_weights(weights, len(values))
    wave = np.zeros(len(values), dtype=np.int64)
    cells = cell_sums(values, wave, codes, clusters, w, waves=1)
    fit = cr2(cells, (1.0,))
    method: Method = "cr2_person" if independent else "cr2_unit"
    levels = [_level(cells, fit, m, method) for m in range(values.shape[1])]
    if estimand == "udvikling":
        return tuple(levels)
    strata = np.zeros_like(codes) if independent else codes
    people = codes if independent else np.arange(len(codes))
    sizes = None if population is None else np.asarray(population, dtype=float)
    for m, level in enumerate(levels):
        if level.se is None and level.reason not in (reasons.ONE_CLUSTER, reasons.NO_VARIANCE):
            continue
        keep = ~np.isnan(values[:, m]) & (w > 0)
        kept = None if sizes is None else sizes[keep]
        error = finite_error(values[keep, m], wave[keep], strata[keep], people[keep], w[keep], kept, (1.0,))
        found: Method = "finite_population" if error.se is not None else "described"
        levels[m] = replace(level, se=error.se, df=error.df, method=found, reason=error.reason)
    return tuple(levels)


def _level(cells: Cells, fit: Fit, m: int, method: Method) -> Level:
    """Return the result for measure ``m``, with a reason where a number is missing."""
    n = int(cells.n[m].sum())
    clusters = int((cells.n[m, :, 0] > 0).sum())
    if n == 0:
        return Level(None, None, None, None, 0, 0.0, 0, "described", reasons.NO_ANSWERS)
    total = float(cells.w[m].sum())
    n_eff = total**2 / float(cells.w2[m].sum())
    value = float(fit.means[m, 0])
    if n < reasons.MIN_ANSWERS:
        return Level(value, None, None, None, n, n_eff, clusters, "described", reasons.FEW_ANSWERS)
    off = float(cells.wy[m].sum()) / total
    spread = max(float(cells.wyy[m].sum()) / total - off**2, 0.0)
    described = Level(value, math.sqrt(spread * n / (n - 1)), None, None, n, n_eff, clusters, "described")
    if method == "cr2_unit" and clusters < reasons.MIN_CLUSTERS:
        return replace(described, reason=reasons.FEW_CLUSTERS)
    if clusters < 2:
        return replace(described, reason=reasons.ONE_CLUSTER)
    if math.isnan(fit.se[m]) or math.isnan(fit.df[m]):
        # One cluster has next to all the weight: for CR2 there is no other.
        return replace(described, reason=reasons.ONE_CLUSTER)
    if fit.se[m] == 0:
        return replace(described, reason=reasons.NO_VARIANCE)
    return replace(described, se=float(fit.se[m]), df=float(fit.df[m]), method=method)


def pooled_sd(y: ArrayLike, group: ArrayLike, weights: ArrayLike | None = None) -> float | None:
    """Pool the standard deviation within groups (waves, or units by wave) over all of them.

    ``sqrt( sum of (n_g - 1) sd_g² / sum of (n_g - 1) )``; None where no group has two answers.
    """
    values = np.asarray(y, dtype=float)
    w = as_weights(weights, len(values))
    codes, groups = as_codes(group)
    if values.ndim != 1 or values.shape != codes.shape:
        raise ValueError("y and group must have one dimension and the same number of rows")
    if np.isinf(values).any():
        raise ValueError("y holds infinite values")
    keep = ~np.isnan(values) & (w > 0)
    if not keep.any():
        return None
    codes, values, w = codes[keep], values[keep], w[keep]
    n = np.bincount(codes, minlength=groups)
    total = np.bincount(codes, weights=w, minlength=groups)
    mean = np.bincount(codes, weights=w * values, minlength=groups) / np.where(total > 0, total, 1.0)
    squares = np.bincount(codes, weights=w * (values - mean[codes]) ** 2, minlength=groups)
    free = int((n[n > 0] - 1).sum())
    if free < 1:
        return None
    return math.sqrt(float((squares * n / np.where(total > 0, total, 1.0)).sum()) / free)


def unit_level(y: ArrayLike, sd: float, weights: ArrayLike | None = None) -> Level:
    """Level of one unit with a band from the survey's pooled standard deviation and the unit's n.

    See :func:`evaluation.statistics.change.unit_change`.
    """
    values = np.asarray(y, dtype=float)
    level = mean_level(values, np.zeros(len(values), dtype=np.int64), weights)
    if level.value is None:
        return level
    if not sd > 0:
        return replace(level, reason=reasons.NO_VARIANCE)
    return replace(level, se=sd / math.sqrt(level.n_eff), df=math.inf, method="pooled_sd", reason=reasons.ONE_UNIT)
