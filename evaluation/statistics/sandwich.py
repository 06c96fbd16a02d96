"""CR2 standard errors and Satterthwaite degrees of freedom for group means, in closed form.

The model has one mean per wave, so the design matrix has as many distinct rows as there
are waves and the waves are orthogonal. For one cluster in one wave with ``n`` answers,
weights ``w`` and wave totals ``W`` (sum of weights) and ``Q`` (sum of squared weights),
the matrix whose inverse square root CR2 needs (working covariance: identity) is::

    B = I - 1w'/W - w1'/W + 11' Q/W²

It differs from the identity in the plane spanned by ``1`` and ``w`` only. In the
orthonormal basis of that plane it is a 2×2 matrix with determinant
``(1 - sum(w)/W)² + n (Q - sum(w²))/W²``, so sums per cluster and wave suffice and
everything below is vectorised over measures, clusters and waves.

References
----------
Bell, R. M. & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear
regression with multi-stage samples. *Survey Methodology* 28(2), 169–181.
Pustejovsky, J. E. & Tipton, E. (2018). Small-sample methods for cluster-robust variance
estimation and hypothesis testing in fixed effects models. *JBES* 36(4), 672–683.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Below this share of the spread of the answers a standard error is rounding noise.
_NOISE = 1e-10


@dataclass(frozen=True, slots=True)
class Cells:
    """Sums per measure, cluster and wave, each of shape (measures, clusters, waves).

    ``y`` is centred on ``origin`` (measures,) before summing, so that a large constant
    costs no digits. ``spread`` (measures,) is the largest distance of an answer from its centre.
    """

    n: Floats
    w: Floats
    w2: Floats
    y: Floats
    wy: Floats
    wyy: Floats
    origin: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """Weighted means (measures, waves) and the contrast's estimate, se and df (measures,)."""

    means: Floats
    estimate: Floats
    se: Floats
    df: Floats


def as_codes(cluster: ArrayLike) -> tuple[Ints, int]:
    """Cluster labels of any kind as codes 0…G−1, and G.

    Raises
    ------
    ValueError
        When a label is missing: an answer without a cluster cannot be placed.
    """
    import pandas as pd

    codes, labels = pd.factorize(np.asarray(cluster))
    if codes.size and int(codes.min()) < 0:
        raise ValueError("cluster holds missing labels; drop or name those rows first")
    return codes.astype(np.int64), len(labels)


def as_waves(after: ArrayLike) -> Ints:
    """``after`` as 0 (before) and 1 (after).

    Raises
    ------
    ValueError
        When it holds anything but 0, 1, False, True.
    """
    waves = np.asarray(after)
    if waves.size and not np.isin(waves, (0, 1)).all():
        raise ValueError("after must hold 0 (before) and 1 (after) only")
    return waves.astype(np.int64)


def as_weights(weights: ArrayLike | None, rows: int) -> Floats:
    """Weights as floats; ones where there are none, 0 (takes no part) where one is missing.

    Raises
    ------
    ValueError
        When a weight is negative or infinite, or the length differs.
    """
    if weights is None:
        return np.ones(rows)
    values = np.asarray(weights, dtype=float)
    if values.shape != (rows,):
        raise ValueError(f"weights have shape {values.shape}, expected ({rows},)")
    values = np.where(np.isnan(values), 0.0, values)
    if (values < 0).any() or np.isinf(values).any():
        raise ValueError("weights must be finite and not negative")
    return values


def cell_sums(y: Floats, wave: Ints, cluster: Ints, clusters: int, weights: Floats, waves: int = 2) -> Cells:
    """Sum ``y`` (rows, measures) per cluster and wave; NaN and rows without weight take no part.

    Raises
    ------
    ValueError
        When shapes differ or an answer is infinite.
    """
    rows, measures = y.shape
    if wave.shape != (rows,) or cluster.shape != (rows,) or weights.shape != (rows,):
        raise ValueError("y, after, cluster and weights must have the same number of rows")
    if np.isinf(y).any():
        raise ValueError("y holds infinite values")
    valid = ~np.isnan(y) & (weights > 0)[:, None]
    count = np.maximum(valid.sum(axis=0), 1)
    # First answer, then mean: equal answers become exact zeros, others lose no digits.
    first = (
        np.where(valid.any(axis=0), y[valid.argmax(axis=0), np.arange(measures)], 0.0) if rows else np.zeros(measures)
    )
    shifted = np.where(valid, y - first, 0.0)
    mean = shifted.sum(axis=0) / count
    centred = np.where(valid, shifted - mean, 0.0)

    row, column = np.nonzero(valid)
    index = (column * clusters + cluster[row]) * waves + wave[row]
    value, weight = centred[row, column], weights[row]

    def total(x: Floats | None) -> Floats:
        flat = np.bincount(index, weights=x, minlength=measures * clusters * waves)
        return flat.astype(float).reshape(measures, clusters, waves)

    return Cells(
        n=total(None),
        w=total(weight),
        w2=total(weight**2),
        y=total(value),
        wy=total(weight * value),
        wyy=total(weight * value**2),
        origin=first + mean,
        spread=np.abs(centred).max(axis=0, initial=0.0),
    )


def _adjusted(cells: Cells, means: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """``B^(-1/2) w`` in the plane of 1 and w, and the residuals there: two coordinates each."""
    n, w, w2 = cells.n, cells.w, cells.w2
    total, squares = w.sum(axis=1, keepdims=True), w2.sum(axis=1, keepdims=True)
    root = np.sqrt(n)
    safe = np.where(n > 0, n, 1.0)
    across = w2 - w**2 / safe
    across = np.sqrt(np.where(across > 1e-12 * w2, across, 0.0))
    residual = cells.y - means[:, None, :] * n
    weighted = cells.wy - means[:, None, :] * w
    e1 = np.where(n > 0, residual / np.sqrt(safe), 0.0)
    e2 = np.where(across > 0, (weighted - w / safe * residual) / np.where(across > 0, across, 1.0), 0.0)

    b11 = 1 - 2 * w / total + n * squares / total**2
    b12 = -root * across / total
    # Inverse square root of a 2×2 matrix [[b11, b12], [b12, 1]] with determinant d²:
    # [[1 + d, -b12], [-b12, b11 + d]] / (d sqrt(b11 + 1 + 2d)).
    d = np.sqrt((1 - w / total) ** 2 + n * (squares - w2) / total**2)
    scale = d * np.sqrt(b11 + 1 + 2 * d)
    w1 = w / np.sqrt(safe)
    a1 = np.where(n > 0, ((1 + d) * w1 - b12 * across) / scale, 0.0)
    a2 = np.where(n > 0, (-b12 * w1 + (b11 + d) * across) / scale, 0.0)
    return a1, a2, e1, e2


def _satterthwaite(cells: Cells, a1: Floats, a2: Floats) -> Floats:
    """Degrees of freedom ``tr(P)² / tr(P²)``, ``P_gh = p_g'p_h`` under the working model.

    ``P`` is a diagonal plus a matrix of rank two a wave, so no clusters × clusters matrix
    is formed. ``a1``, ``a2``: adjusted weights times contrast / W in the plane of 1 and w.
    """
    n, w, w2 = cells.n, cells.w, cells.w2
    total, squares = w.sum(axis=1), w2.sum(axis=1)
    safe = np.where(n > 0, n, 1.0)
    across = np.sqrt(np.maximum(w2 - w**2 / safe, 0.0))
    alpha = np.sqrt(n) * a1  # 1'a
    beta = w / np.sqrt(safe) * a1 + across * a2  # w'a
    own = (a1**2 + a2**2).sum(axis=2)  # a'a over waves
    on_diagonal = (alpha**2 * (squares / total**2)[:, None, :] - 2 * alpha * beta / total[:, None, :]).sum(axis=2)
    trace = (own + on_diagonal).sum(axis=1)

    measures, waves = total.shape
    factors = np.concatenate([alpha, beta], axis=2)
    kernel = np.zeros((measures, 2 * waves, 2 * waves))
    for t in range(waves):
        kernel[:, t, t] = squares[:, t] / total[:, t] ** 2
        kernel[:, t, waves + t] = kernel[:, waves + t, t] = -1 / total[:, t]
    product = kernel @ (factors.transpose(0, 2, 1) @ factors)
    low_rank = np.einsum("mij,mji->m", product, product)
    squared = (own**2 + 2 * own * on_diagonal).sum(axis=1) + low_rank
    return np.asarray(trace**2 / squared, dtype=float)


def weighted_means(cells: Cells) -> Floats:
    """Weighted mean per measure and wave, NaN where a wave is empty."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(cells.wy.sum(axis=1) / cells.w.sum(axis=1), dtype=float)


def cr2(cells: Cells, contrast: ArrayLike) -> Fit:
    """CR2 standard error and Satterthwaite df of a contrast of the waves' means.

    Parameters
    ----------
    cells : Cells
        Sums per measure, cluster and wave.
    contrast : array_like, shape (waves,)
        ``(-1, 1)`` for a change, ``(1,)`` for a level.

    Returns
    -------
    Fit
        ``se`` is 0 where it is nothing but rounding, and NaN where a wave is empty or
        held by one cluster (CR2 does not exist there): callers turn these into reasons.
    """
    c = np.asarray(contrast, dtype=float)
    means = weighted_means(cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        a1, a2, e1, e2 = _adjusted(cells, means)
        share = c / cells.w.sum(axis=1, keepdims=True)
        a1, a2 = a1 * share, a2 * share
        se = np.sqrt(((a1 * e1 + a2 * e2).sum(axis=2) ** 2).sum(axis=1))
        df = _satterthwaite(cells, a1, a2)
        se = np.where(se <= _NOISE * cells.spread, 0.0, se)
        estimate = means @ c + (c.sum() * cells.origin if c.sum() else 0.0)
    return Fit(means=means + cells.origin[:, None], estimate=estimate, se=se, df=df)
