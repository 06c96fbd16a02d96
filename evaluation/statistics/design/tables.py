"""Association in a two-way table: Pearson's X² with Rao and Scott's corrections.

References
----------
Rao, J. N. K. & Scott, A. J. (1984). On chi-squared tests for multiway contingency tables with cell
proportions estimated from survey data. *Annals of Statistics* 12(1), 46–60.
Thomas, D. R. & Rao, J. N. K. (1987). *JASA* 82, 630–636 (the F). R package ``survey`` 4.1.1, ``svychisq``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc

from evaluation.statistics import reasons
from evaluation.statistics.design.linear import complete, indicators, means
from evaluation.statistics.design.model import Design
from evaluation.statistics.sandwich import Floats

#: Mean design effects below this are rounding: nothing was left to chance.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Association:
    """Test of independence of rows and columns.

    Attributes
    ----------
    x2, x2_df, x2_p : float, int, float or None
        Pearson's X² of the weighted shares times the number of answers; (rows-1)(columns-1); p of
        X² over the mean generalised design effect (first-order correction).
    f, ndf, ddf, p_value : float or None
        Second-order correction: F with Satterthwaite's numerator and ``ndf · df`` denominator degrees of freedom.
    n : int
        Answers with both variables.
    """

    x2: float | None
    x2_df: int
    x2_p: float | None
    f: float | None
    ndf: float | None
    ddf: float | None
    p_value: float | None
    n: int
    reason: str = ""


def association(design: Design, rows: ArrayLike, columns: ArrayLike) -> Association:
    """Test whether two labels (rows,) are independent, over rows that have both."""
    in_row, in_column = indicators(rows)[0], indicators(columns)[0]
    inside, (a, b) = complete(design, in_row, in_column)
    if inside.n == 0:
        return _without(reasons.NO_ANSWERS, 0)
    weighted = inside.weights > 0
    a, b = a[:, a[weighted].any(axis=0)], b[:, b[weighted].any(axis=0)]
    if min(a.shape[1], b.shape[1]) < 2:
        return _without(reasons.ONE_LEVEL, inside.n)
    cells = (a[:, :, None] * b[:, None, :]).reshape(len(a), -1)
    found = means(inside, cells)
    if found.value is None:
        return _without(found.reason, inside.n)
    share = found.value.reshape(a.shape[1], b.shape[1])
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    x2 = float(inside.n * ((share - expected) ** 2 / expected).sum())
    freedom = (a.shape[1] - 1) * (b.shape[1] - 1)
    plain = Association(x2, freedom, None, None, None, None, None, inside.n, found.reason)
    if found.covariance is None:
        return plain
    contrasts = np.kron(_contrasts(a.shape[1]), _contrasts(b.shape[1]))
    inverse = np.where(found.value > 0, 1 / np.where(found.value > 0, found.value, 1.0), 0.0)
    bottom = contrasts.T @ (contrasts * (inverse / inside.n)[:, None])
    scaled = contrasts * inverse[:, None]
    top = scaled.T @ found.covariance @ scaled
    if np.linalg.cond(bottom) > 1e14:
        return _reason(plain, reasons.COLLINEAR)
    delta = np.linalg.solve(bottom, top)
    trace, squares = float(np.trace(delta)), float(np.trace(delta @ delta))
    # Clusters of the whole design: those without an answer to both variables still count.
    df = design.df
    if not (trace > _ROUNDING * freedom and squares > 0):
        return _reason(plain, reasons.NO_VARIANCE)
    first = float(chdtrc(freedom, x2 * freedom / trace))
    ndf, f = trace**2 / squares, x2 / trace
    if df < 1:
        return Association(x2, freedom, first, f, ndf, None, None, inside.n, reasons.NO_FREEDOM)
    return Association(x2, freedom, first, f, ndf, ndf * df, float(fdtrc(ndf, ndf * df, f)), inside.n)


def _without(reason: str, n: int) -> Association:
    return Association(None, 0, None, None, None, None, None, n, reason)


def _reason(plain: Association, reason: str) -> Association:
    return Association(plain.x2, plain.x2_df, None, None, None, None, None, plain.n, reason)


def _contrasts(levels: int) -> Floats:
    """Orthogonal contrasts (levels, levels-1)."""
    steps = np.vstack([np.tril(np.ones((levels - 1, levels - 1))), np.zeros(levels - 1)])
    found: Floats = np.linalg.qr(np.column_stack([np.ones(levels), steps]))[0][:, 1:]
    return found
