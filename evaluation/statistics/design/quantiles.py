"""Quantiles of a sample with Woodruff intervals.

The quantile is the smallest answer whose weighted share of answers at or below it reaches
the level (R's rule "math"). The interval is that of this share, read back through the same
inverse; the standard error is its width over ``2 t``. Below the smallest answer's own share
R gives the second smallest answer, we the smallest.

References
----------
Woodruff, R. S. (1952). Confidence intervals for medians and other position measures.
*JASA* 47, 635–646. R package ``survey`` 4.1.1, ``svyquantile``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.design.linear import complete, matrix, means
from evaluation.statistics.design.model import Design
from evaluation.statistics.design.shares import Method, share_limits
from evaluation.statistics.sandwich import Floats
from evaluation.statistics.tests import t_quantile

#: Two cumulated weights closer than this share of the total are equal.
_TIE = 1e-13


@dataclass(frozen=True, slots=True)
class Quantile:
    """One quantile: its level, value, interval and standard error in the unit of the answers.

    ``low`` or ``high`` is None where the interval runs out of the data (reason
    ``interval_beyond_answers``); ``se`` needs both.
    """

    p: float
    value: float | None
    low: float | None
    high: float | None
    se: float | None
    df: int
    n: int
    reason: str = ""


def quantiles(
    design: Design,
    y: ArrayLike,
    levels: Sequence[float] = (0.25, 0.5, 0.75),
    *,
    confidence: float = 0.95,
    method: Method = "mean",
) -> tuple[Quantile, ...]:
    """Quantiles of ``y`` (rows,), over rows with an answer.

    Parameters
    ----------
    levels : sequence of float
        Shares between 0 and 1.
    method : str
        Interval of the share at or below the quantile (:func:`.shares.share_limits`); "mean" is R's default.

    Raises
    ------
    ValueError
        When a level or the confidence is not between 0 and 1, or shapes differ.
    """
    if not all(0 < p < 1 for p in levels):
        raise ValueError(f"levels must lie between 0 and 1, not {list(levels)}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    inside, (values,) = complete(design, matrix(y, design.rows))
    if inside.n == 0:
        return tuple(Quantile(p, None, None, None, None, 0, 0, reasons.NO_ANSWERS) for p in levels)
    x = values[:, 0]
    inverse = _Inverse.of(x, inside.weights)
    return tuple(_quantile(inside, x, inverse, p, confidence, method) for p in levels)


def _quantile(design: Design, x: Floats, inverse: _Inverse, p: float, confidence: float, method: Method) -> Quantile:
    value = inverse.at(p)
    below = means(design, (x <= value).astype(float))
    if below.se is None or below.value is None:
        return Quantile(p, value, None, None, None, design.df, design.n, below.reason)
    limits = share_limits(float(below.value[0]), float(below.se[0]), design.df, design.n, confidence, method)
    if limits is None:
        reason = reasons.NO_FREEDOM if design.df < 1 else reasons.BEYOND_DATA
        return Quantile(p, value, None, None, None, design.df, design.n, reason)
    low = inverse.at(limits[0]) if limits[0] >= 0 else None
    high = inverse.at(limits[1]) if limits[1] <= 1 else None
    if low is None or high is None:
        return Quantile(p, value, low, high, None, design.df, design.n, reasons.BEYOND_DATA)
    se = (high - low) / (2 * t_quantile(design.df, 0.5 + confidence / 2))
    return Quantile(p, value, low, high, se, design.df, design.n)


@dataclass(frozen=True, slots=True)
class _Inverse:
    """Inverse of a weighted distribution function."""

    x: Floats
    share: Floats

    @classmethod
    def of(cls, x: Floats, weights: Floats) -> _Inverse:
        kept = np.nonzero(weights > 0)[0]
        kept = kept[np.argsort(x[kept], kind="stable")]
        total = math.fsum(weights[kept])
        return cls(x[kept], np.cumsum(weights[kept]) / total)

    def at(self, p: float) -> float:
        """Smallest answer whose share of answers at or below it reaches ``p``."""
        position = int(np.searchsorted(self.share, p - _TIE))
        return float(self.x[min(position, len(self.x) - 1)])
