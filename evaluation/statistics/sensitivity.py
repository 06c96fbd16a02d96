"""How far development would have to have differed anyway before a difference is no longer one.

Relative magnitudes (Rambachan & Roth 2023): what the groups' trends differ by from one
wave to the next after the release is at most M̄ times the largest such difference seen
between waves before it. The **breakdown value** is the M̄ at which the finding falls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from evaluation.statistics import reasons
from evaluation.statistics.reasons import known
from evaluation.statistics.tests import t_quantile


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Bounds under violated trends.

    Attributes
    ----------
    largest : float or None
        Largest difference in trend between two neighbouring waves before the release.
    breakdown : float or None
        M̄ at which the interval first holds 0 (0 where it does already); infinite where trends before
        were exactly equal.
    breakdown_point : float or None
        The same without sampling error: ``|difference| / (steps · largest)``.
    reason : str
    """

    largest: float | None
    breakdown: float | None
    breakdown_point: float | None
    reason: str = ""


def relative_magnitudes(
    before: Sequence[float],
    difference: float | None,
    se: float | None = None,
    df: float | None = None,
    *,
    alpha: float = 0.05,
    steps: int = 1,
) -> Sensitivity:
    """Breakdown value of M̄.

    Parameters
    ----------
    before : sequence of float
        Event-study coefficients of the waves before the release in order of time, without the reference (which is 0).
    difference : float or None
        Coefficient after the release.
    se, df : float or None
        Its error; without them only ``breakdown_point``.
    alpha : float
        Level of the interval ``difference ± t se``.
    steps : int
        Waves from the reference to the coefficient: violations add up over them.

    Returns
    -------
    Sensitivity
        For the first wave after the release the bound is exact given the coefficients before it (identified set
        ``difference ± M̄ largest``); sampling error of ``largest`` is not in the interval, which makes ``breakdown``
        a guide, not a confidence statement. ``reason`` ``no_trend_before`` without a coefficient before.

    References
    ----------
    Rambachan, A. & Roth, J. (2023). A more credible approach to parallel trends. *Review of Economic Studies* 90(5).
    """
    if steps < 1:
        raise ValueError("steps must be at least 1")
    path = [float(value) for value in before]
    if not path:
        return Sensitivity(None, None, None, reasons.NO_TREND_BEFORE)
    path.append(0.0)
    largest = max(abs(later - earlier) for earlier, later in pairwise(path))
    if not known(difference):
        return Sensitivity(largest, None, None, reasons.NO_ANSWERS)

    def falls(distance: float) -> float:
        if distance <= 0:
            return 0.0
        return math.inf if largest == 0 else distance / (steps * largest)

    breakdown = None
    if known(se) and known(df):
        breakdown = falls(abs(difference) - t_quantile(df, 1 - alpha / 2) * se)
    return Sensitivity(largest, breakdown, falls(abs(difference)))


def bounds(difference: float, largest: float, magnitude: float, *, steps: int = 1) -> tuple[float, float]:
    """Identified set of the difference when trends may differ by ``magnitude`` times ``largest`` a wave.

    Examples
    --------
    >>> bounds(5.0, 2.0, 1.0)
    (3.0, 7.0)
    """
    if magnitude < 0 or largest < 0 or steps < 1:
        raise ValueError("magnitude and largest must not be negative, steps at least 1")
    width = steps * magnitude * largest
    return difference - width, difference + width
