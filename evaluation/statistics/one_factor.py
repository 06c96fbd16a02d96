"""One common factor by minimum residuals (minres), for many matrices at once.

Minimises ``Σ_{i<j} (s_ij - l_i l_j)²`` over the loadings ``l``. Given the others, the best
loading of one item is ``Σ_j s_ij l_j / Σ_j l_j²`` (``j`` not ``i``), cut so that no item has less than
0.5 % of its variance to itself; going round the items lowers the criterion in every step.

References
----------
Harman, H. H. & Jones, W. H. (1966). Factor analysis by minimizing residuals (minres).
*Psychometrika* 31(3), 351–368.
Harman, H. H. & Fukuda, Y. (1966). Resolution of the Heywood case in the minres solution.
*Psychometrika* 31(4), 563–571.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.sandwich import Floats

#: Least share of an item's variance that is its own, as in psych::fa.
UNIQUE = 0.005


def one_factor(matrices: ArrayLike, *, start: ArrayLike | None = None, tolerance: float = 1e-14) -> Floats:
    """Loadings of one factor on each of several covariance or correlation matrices.

    Parameters
    ----------
    matrices : array_like, shape (items, items) or (matrices, items, items)
        Symmetric, positive diagonal, at least 3 items (two leave the loadings open).
    start : array_like, shape (items,) or (matrices, items), optional
        Where to begin; the root of the items' mean covariance with the others by default.
    tolerance : float
        Ends when no loading moves by more than this share of its item's standard deviation.

    Returns
    -------
    ndarray, shape (items,) or (matrices, items)
        In the unit of the items (standardised for correlations), sum not negative. Loadings at the limit
        ``√0.995 s`` are Heywood cases.

    Raises
    ------
    ValueError
        When the shape is not square, there are fewer than 3 items, or a number is not finite.
    """
    given = np.asarray(matrices, dtype=float)
    whole = given[None] if given.ndim == 2 else given
    items = whole.shape[-1]
    if whole.ndim != 3 or whole.shape[1] != items or items < 3:
        raise ValueError(f"one factor needs square matrices of at least 3 items, not {given.shape}")
    if not np.isfinite(whole).all() or (np.einsum("mii->mi", whole) <= 0).any():
        raise ValueError("covariances must be finite and variances above 0")
    sd = np.sqrt(np.einsum("mii->mi", whole))
    off = whole / (sd[:, :, None] * sd[:, None, :])
    off[:, np.arange(items), np.arange(items)] = 0.0
    if start is None:
        loading = off.sum(axis=2) / np.sqrt(np.maximum(off.sum(axis=(1, 2)), 0.01) * items / (items - 1))[:, None]
    else:
        loading = np.broadcast_to(np.asarray(start, dtype=float), sd.shape) / sd
    loading = _settle(off, np.clip(loading, 0.05, 0.99), tolerance)
    loading *= np.where(loading.sum(axis=1) < 0, -1.0, 1.0)[:, None] * sd
    return loading[0] if given.ndim == 2 else loading


def _settle(off: Floats, loading: Floats, tolerance: float, rounds: int = 3000) -> Floats:
    """Go round the items until nothing moves; matrices that are done take no further part."""
    limit = np.sqrt(1 - UNIQUE)
    open_ = np.arange(len(off))
    found = loading.copy()
    for _ in range(rounds):
        now = found[open_]
        before = now.copy()
        part = off[open_]
        for i in range(now.shape[1]):
            squares = (now**2).sum(axis=1) - now[:, i] ** 2
            own = (part[:, i] * now).sum(axis=1)
            best = np.divide(own, squares, out=np.zeros_like(own), where=squares > 1e-12)
            now[:, i] = np.clip(best, -limit, limit)
        found[open_] = now
        open_ = open_[np.abs(now - before).max(axis=1) > tolerance]
        if not open_.size:
            break
    return found


def congruence(first: ArrayLike, second: ArrayLike) -> float | None:
    """Tucker's congruence ``Σxy / √(Σx² Σy²)`` of two vectors of loadings; None where one is all zero.

    References
    ----------
    Tucker, L. R. (1951). *A Method for Synthesis of Factor Analysis Studies*. Department of the Army.
    Lorenzo-Seva, U. & ten Berge, J. M. F. (2006). Tucker's congruence coefficient as a
    meaningful index of factor similarity. *Methodology* 2(2), 57–64.
    """
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    size = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float((x * y).sum()) / size if size > 0 else None
