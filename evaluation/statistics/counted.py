"""Means of counted answers, contrasts of waves with their errors, and why there is none.

What :mod:`evaluation.statistics.comparisons` is made of: sums over slots, for all items and
groups at once, with the errors by unit or of independent answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.counts import Grouped, merge
from evaluation.statistics.many import Words
from evaluation.statistics.sandwich import Cells, Floats, cr2

#: Below this share of the spread of the answers a standard error is rounding noise, as in CR2.
_NOISE = 1e-10


@dataclass(frozen=True, slots=True)
class Levels:
    """Each wave by itself, shape (items, groups, waves); NaN where there is none.

    ``n_eff`` is Kish's effective n, ``clusters`` the units with an answer, ``sd`` that of answers (n - 1).
    """

    n: Floats
    n_eff: Floats
    clusters: Floats
    mean: Floats
    sd: Floats


@dataclass(frozen=True, slots=True)
class Basis:
    """Counts with slots in rising order of value; ``n``, ``w``, ``w2`` are (items, levels, groups, waves)."""

    grouped: Grouped
    values: Floats
    n: Floats
    w: Floats
    w2: Floats
    design: int | None


def basis_of(grouped: Grouped, values: ArrayLike, design: int | None) -> Basis:
    """Slots merged by value and counts added up over units.

    Raises
    ------
    ValueError
        When ``design`` is below 2, or as :func:`~evaluation.statistics.counts.merge`.
    """
    if design is not None and design < 2:
        raise ValueError("design must be at least 2")
    merged, rising = merge(grouped, values)
    n = merged.n.sum(axis=3)
    w, w2 = (merged.w.sum(axis=3), merged.w2.sum(axis=3)) if merged.weighted else (n, n)
    return Basis(merged, rising, n, w, w2, design)


def levels_of(basis: Basis) -> Levels:
    """Means and standard deviations of every wave, as :mod:`~evaluation.statistics.levels` has them."""
    n, w = basis.n.sum(axis=1), basis.w.sum(axis=1)
    values = basis.values[:, :, None, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where((basis.n > 0).any(axis=1), values.min(axis=1), 0.0)
        mean = (basis.w * (values - low[:, None])).sum(axis=1) / w
        squares = (basis.w * (values - low[:, None] - mean[:, None]) ** 2).sum(axis=1) / w
        sd = np.sqrt(squares * n / (n - 1))
        n_eff = np.where(n > 0, w**2 / basis.w2.sum(axis=1), 0.0)
    clusters = (basis.grouped.n.sum(axis=1) > 0).sum(axis=2) if basis.grouped.named else n
    return Levels(n, n_eff, clusters.astype(float), mean + low, np.where(n > 1, sd, np.nan))


def contrast_of(basis: Basis, z: Floats, contrast: tuple[float, ...]) -> tuple[Floats, Floats, Floats]:
    """Contrast of the waves' means of ``z``: estimate, se and df, each (items, groups).

    Parameters
    ----------
    basis : Basis
    z : float array, shape (items, levels, groups or 1, waves or 1)
        What an answer counts as, by wave where the waves differ.
    contrast : tuple of float
        One number a wave.
    """
    z = np.broadcast_to(z, basis.n.shape)
    present = basis.n > 0
    total = np.maximum(basis.n.sum(axis=(1, 3)), 1.0)[:, None, :, None]
    # As in cell_sums: first an answer that was given, then the mean; equal answers become exact zeros.
    flat = np.swapaxes(present, 1, 2).reshape(*total.shape[::2], -1).argmax(axis=2)
    first = np.take_along_axis(np.swapaxes(z, 1, 2).reshape(*total.shape[::2], -1), flat[:, :, None], axis=2)
    shifted = np.where(present, z - np.swapaxes(first, 1, 2)[..., None], 0.0)
    mean = (basis.n * shifted).sum(axis=(1, 3), keepdims=True) / total
    centred = np.where(present, shifted - mean, 0.0)
    spread = np.abs(centred).max(axis=(1, 3), initial=0.0)
    origin = first[:, :, 0] + mean[:, 0, :, 0]
    if basis.grouped.named:
        return _by_unit(basis, centred, origin, spread, contrast)
    return _independent(basis, centred, origin, spread, contrast)


def _by_unit(
    basis: Basis, z: Floats, origin: Floats, spread: Floats, contrast: tuple[float, ...]
) -> tuple[Floats, Floats, Floats]:
    """CR2 by unit: :func:`~evaluation.statistics.sandwich.cr2` of the sums over slots."""
    grouped = basis.grouped
    items, _, groups, places, waves = grouped.n.shape
    flat = (items * groups, places, waves)

    def summed(x: Floats, factor: Floats | None) -> Floats:
        made = x.sum(axis=1) if factor is None else np.einsum("ikgpt,ikgt->igpt", x, factor)
        return np.asarray(made.reshape(flat))

    n, y = summed(grouped.n, None), summed(grouped.n, z)
    w, w2, wy = n, n, y
    if grouped.weighted:
        w, w2, wy = summed(grouped.w, None), summed(grouped.w2, None), summed(grouped.w, z)
    cells = Cells(n, w, w2, y, wy, summed(grouped.w, z**2), origin.ravel(), spread.ravel())
    fit = cr2(cells, contrast)
    one, two, three = (x.reshape(items, groups) for x in (fit.estimate, fit.se, fit.df))
    return one, two, three


def _independent(
    basis: Basis, z: Floats, origin: Floats, spread: Floats, contrast: tuple[float, ...]
) -> tuple[Floats, Floats, Floats]:
    """Linearised errors of independent answers, with Welch's degrees of freedom or those of a domain."""
    c = np.asarray(contrast)
    n, w = basis.n.sum(axis=1), basis.w.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (basis.w * z).sum(axis=1) / w
        squares = (basis.w2 * (z - mean[:, None]) ** 2).sum(axis=1) / w**2
        n_eff = w**2 / basis.w2.sum(axis=1)
        if basis.design is None:
            parts = c**2 * squares * n / (n - 1)
            variance = parts.sum(axis=2)
            # Weights so unequal that one answer carries a wave leave next to no freedom.
            df = variance**2 / (parts**2 / np.maximum(n_eff - 1, 1e-3)).sum(axis=2)
        else:
            variance = (c**2 * squares).sum(axis=2) * basis.design / (basis.design - 1)
            df = n.sum(axis=2) - len(c)
        se = np.sqrt(variance)
    se = np.where(se <= _NOISE * spread, 0.0, se)
    return mean @ c + c.sum() * origin, se, df


def reasons_of(basis: Basis, levels: Levels, se: Floats, df: Floats) -> tuple[Floats, Words]:
    """Clusters of both waves, and why there is no test: the order of ``statistics.change``."""
    fewest = levels.n.min(axis=2)
    if basis.grouped.named:
        clusters = (basis.grouped.n.sum(axis=(1, 4)) > 0).sum(axis=2).astype(float)
        few, alone = clusters < reasons.MIN_CLUSTERS, levels.clusters.min(axis=2) < 2
    else:
        clusters = levels.n.sum(axis=2)
        few = alone = np.zeros(clusters.shape, dtype=bool)
    reason = np.select(
        [fewest == 0, fewest < reasons.MIN_ANSWERS, few, alone, np.isnan(se), se == 0, np.isnan(df)],
        [
            reasons.NO_ANSWERS,
            reasons.FEW_ANSWERS,
            reasons.FEW_CLUSTERS,
            reasons.ONE_CLUSTER,
            reasons.ONE_CLUSTER,
            reasons.NO_VARIANCE,
            reasons.ONE_CLUSTER,
        ],
        "",
    )
    return clusters, reason
