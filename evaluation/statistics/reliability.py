"""Internal consistency of a scale: Cronbach's alpha from pingouin, its interval by Feldt from us.

pingouin rounds its interval to three decimals and, when rows with gaps are left out,
still counts them in the degrees of freedom; so only its point estimate is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from evaluation.statistics import reasons


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha, its interval, complete rows and items; None with a reason."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    items: int
    reason: str = ""


def cronbach_alpha(matrix: ArrayLike, level: float = 0.95) -> Alpha:
    """Cronbach's alpha of persons × items, on persons who answered every item.

    Parameters
    ----------
    matrix : array_like, shape (persons, items)
        Item scores, reversed items already turned, NaN where not answered.
    level : float
        Coverage of the interval ``1 - (1 - alpha) F`` with n−1 and (n−1)(k−1) df, which
        takes persons as independent.

    References
    ----------
    Feldt, L. S. (1965). *Psychometrika* 30(3), 357–370.
    """
    scores = np.asarray(matrix, dtype=float)
    if scores.ndim != 2:
        raise ValueError("matrix must have shape (persons, items)")
    complete = scores[~np.isnan(scores).any(axis=1)]
    n, items = complete.shape
    if items < 2:
        return Alpha(None, None, None, n, items, reasons.FEW_ITEMS)
    if n < 3:
        return Alpha(None, None, None, n, items, reasons.FEW_ANSWERS)
    if float(np.ptp(complete.sum(axis=1))) <= 1e-10 * float(np.abs(complete).max()):
        return Alpha(None, None, None, n, items, reasons.NO_VARIANCE)
    import pandas as pd
    import pingouin

    value = float(pingouin.cronbach_alpha(data=pd.DataFrame(complete), nan_policy="listwise")[0])
    low, high = feldt_interval(value, n, items, level)
    return Alpha(value, low, high, n, items)


def feldt_interval(alpha: float, n: int, items: int, level: float = 0.95) -> tuple[float, float]:
    """Feldt's interval of ``alpha`` from ``n`` complete rows and ``items`` items."""
    first, second = n - 1, (n - 1) * (items - 1)
    tail = (1 - level) / 2
    return (
        1 - (1 - alpha) * float(fdtri(first, second, 1 - tail)),
        1 - (1 - alpha) * float(fdtri(first, second, tail)),
    )
