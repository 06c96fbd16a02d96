"""Intraclass correlation: how alike answers of one unit, or by one rater, are in a wave.

One-way analysis of variance of groups of unequal size (Fleiss 1986; ``n0`` of Snedecor & Cochran)::

    icc = (MSB − MSW) / (MSB + (n0 − 1) MSW),   n0 = (N − Σn²/N) / (k − 1)

The estimate may be below 0 (answers of a group differ more than those of different groups). The interval is Searle's,
exact for groups of one size, with ``n0`` in its place otherwise. It takes groups as drawn independently.

References
----------
Searle, S. R. (1971). *Linear Models*. Wiley, chapter 9.
Donner, A. (1986). A review of inference procedures for the intraclass correlation coefficient in the one-way random
effects model. *International Statistical Review* 54(1), 67–82.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import as_codes


@dataclass(frozen=True, slots=True)
class Intraclass:
    """``value`` (at most 1) with its interval, the number of answers and groups; None with a ``reason``.

    ``size`` is ``n0``, the group size that the estimate rests on.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    groups: int
    size: float | None
    reason: str = ""

    @property
    def design_effect(self) -> float | None:
        """How many times larger the variance of a mean is than of as many independent answers; at least 1."""
        return None if self.value is None or self.size is None else 1 + max(self.value, 0.0) * (self.size - 1)


def intraclass(y: ArrayLike, cluster: ArrayLike, level: float = 0.95) -> Intraclass:
    """Intraclass correlation of ``y`` within ``cluster``.

    Parameters
    ----------
    y : array_like, shape (rows,)
        NaN takes no part.
    cluster : array_like, shape (rows,)
    level : float
        Coverage of the interval.

    Returns
    -------
    Intraclass
        Reasons: ``no_answers``, ``one_level`` (one group), ``few_answers`` (no group with two answers) and
        ``no_variance``.

    Raises
    ------
    ValueError
        When shapes differ, an answer is infinite, a label is missing or ``level`` is not between 0 and 1.

    Examples
    --------
    >>> round(intraclass([1, 2, 5, 6], ["a", "a", "b", "b"]).value, 6)
    0.939394
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1 or values.shape != np.shape(cluster):
        raise ValueError("y and cluster must have the same number of rows")
    if np.isinf(values).any() or not 0 < level < 1:
        raise ValueError("y must not be infinite, and level must lie between 0 and 1")
    keep = ~np.isnan(values)
    codes, groups = as_codes(np.asarray(cluster)[keep])
    values = values[keep]
    n = len(values)
    if not n:
        return Intraclass(None, None, None, 0, 0, None, reasons.NO_ANSWERS)
    if groups < 2 or n == groups:
        reason = reasons.ONE_LEVEL if groups < 2 else reasons.FEW_ANSWERS
        return Intraclass(None, None, None, n, groups, None, reason)
    values = values - values[0]
    sizes = np.bincount(codes).astype(float)
    means = np.bincount(codes, weights=values) / sizes
    inside = float(((values - means[codes]) ** 2).sum()) / (n - groups)
    across = float((sizes * (means - values.mean()) ** 2).sum()) / (groups - 1)
    size = (n - float((sizes**2).sum()) / n) / (groups - 1)
    whole = across + (size - 1) * inside
    if whole <= 1e-20 * float((values**2).max(initial=0.0)):
        return Intraclass(None, None, None, n, groups, size, reasons.NO_VARIANCE)
    if inside <= 1e-20 * across:
        return Intraclass(1.0, 1.0, 1.0, n, groups, size)
    ratio = across / inside
    tails = (1 - level) / 2
    low = ratio / float(fdtri(groups - 1, n - groups, 1 - tails))
    high = ratio / float(fdtri(groups - 1, n - groups, tails))
    bounds = [(f - 1) / (f + size - 1) for f in (low, high)]
    return Intraclass((across - inside) / whole, bounds[0], bounds[1], n, groups, size)
