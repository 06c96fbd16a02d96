"""Interrupted time series of one number a period: shift of level and of slope at an interruption.

Least squares on ``(1, t, after, after × t)`` with ``t`` counted from the first period after. With few
periods errors are HC3 with ``n − 4`` degrees of freedom (Newey–West rejects a true null in 13–24 % up to 40 periods
that do not depend on each other, HC3 in 1–4 %: docs/methods.md); from :data:`HAC_FROM` periods on Newey–West with
``⌊4 (n/100)^(2/9)⌋`` lags and the factor ``n/(n − 4)``. Either is a guide: so few periods hardly
show how a series moves by itself, and nothing here compares with places that were not interrupted.

References
----------
Wagner, A. K. et al. (2002). Segmented regression analysis of interrupted time series studies. *Journal of Clinical
Pharmacy and Therapeutics* 27(4), 299–309.
MacKinnon, J. G. & White, H. (1985). *Journal of Econometrics* 29(3), 305–325 (HC3).
Newey, W. K. & West, K. D. (1987). *Econometrica* 55(3), 703–708.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.contrasts import Estimate
from evaluation.statistics.robust import cluster_regression
from evaluation.statistics.sandwich import Floats
from evaluation.statistics.tests import p_value

#: Fewest periods on either side.
MIN_PERIODS = 3
#: From so many periods on, neighbouring periods tell enough about each other for Newey–West.
HAC_FROM = 60
_NOISE = 1e-10


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Shift of level at the first period after, shift of slope a unit of time, and the slope before.

    ``method`` is ``hc3``, ``newey_west`` or empty; ``lags`` those of Newey–West. All estimates are None with ``reason``
    ``few_periods``, and without errors with ``no_variance`` (the series lies on two straight lines).
    """

    level: Estimate
    slope: Estimate
    slope_before: Estimate
    periods_before: int
    periods_after: int
    method: str
    lags: int
    reason: str = ""


def newey_west(y: ArrayLike, x: ArrayLike, lags: int) -> tuple[Floats, Floats] | None:
    """Least-squares coefficients (k,) and their Newey–West covariance (k, k) times ``n/(n − k)``.

    Parameters
    ----------
    y : array_like, shape (periods,)
        In order of time, without gaps.
    x : array_like, shape (periods, k)
    lags : int
        Bartlett weights ``1 − j/(lags + 1)``.

    Returns
    -------
    tuple or None
        None where a column of ``x`` follows from others, or there are no more periods than columns.

    Raises
    ------
    ValueError
        When shapes do not fit, a number is missing or infinite, or ``lags`` is negative.
    """
    target, columns = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    if columns.ndim != 2 or target.shape != columns.shape[:1]:
        raise ValueError(f"y {target.shape} and x {columns.shape} do not fit")
    if not (np.isfinite(target).all() and np.isfinite(columns).all()) or lags < 0:
        raise ValueError("y and x must be finite and lags not negative")
    n, k = columns.shape
    if n <= k or np.linalg.matrix_rank(columns) < k:
        return None
    inverse = np.linalg.inv(columns.T @ columns)
    coefficients = inverse @ (columns.T @ target)
    scores = columns * (target - columns @ coefficients)[:, None]
    middle = scores.T @ scores
    for lag in range(1, min(lags, n - 1) + 1):
        together = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (together + together.T)
    return coefficients, inverse @ middle @ inverse * n / (n - k)


def interrupted_series(
    y: ArrayLike, time: ArrayLike, after: ArrayLike, *, method: Literal["auto", "hc3", "newey_west"] = "auto"
) -> Interrupted:
    """Shift of level and slope of a series at an interruption.

    Parameters
    ----------
    y : array_like, shape (periods,)
        NaN takes no part.
    time : array_like, shape (periods,)
        In years or any other unit, rising.
    after : array_like, shape (periods,)
        0 before, 1 after the interruption; all periods before come first.
    method : {"auto", "hc3", "newey_west"}

    Raises
    ------
    ValueError
        When shapes differ, ``y`` is infinite, ``time`` is not finite or does not rise, or ``after`` is not 0s and then
        1s.
    """
    values, moments, late = (np.asarray(part, dtype=float) for part in (y, time, after))
    if values.ndim != 1 or not values.shape == moments.shape == late.shape:
        raise ValueError("y, time and after must have the same number of periods")
    if np.isinf(values).any() or not np.isfinite(moments).all() or (np.diff(moments) <= 0).any():
        raise ValueError("y must not be infinite, and time must be finite and rise")
    if not np.isin(late, (0, 1)).all() or (np.diff(late) < 0).any():
        raise ValueError("after must hold 0 (before) followed by 1 (after)")
    keep = ~np.isnan(values)
    values, moments, late = values[keep], moments[keep], late[keep]
    n, last = len(values), int(late.sum())
    if min(n - last, last) < MIN_PERIODS:
        blank = Estimate(None, None, None, None, reasons.FEW_PERIODS)
        return Interrupted(blank, blank, blank, n - last, last, "", 0, reasons.FEW_PERIODS)
    if method == "auto":
        method = "newey_west" if n >= HAC_FROM else "hc3"
    away = moments - moments[late == 1][0]
    x = np.column_stack([np.ones(n), away, late, late * away])
    lags = int(np.floor(4 * (n / 100) ** (2 / 9))) if method == "newey_west" else 0
    coefficients, variances = _fit(values - values[0], x, method, lags)
    flat = np.abs(values - values[0] - x @ coefficients).max() <= _NOISE * np.abs(values - values.mean()).max(initial=0)
    reason = reasons.NO_VARIANCE if flat or variances is None or not (variances > 0).all() else ""
    made = []
    for at in (2, 3, 1):
        value = float(coefficients[at])
        if reason or variances is None:
            made.append(Estimate(value, None, None, None, reason))
        else:
            se = float(np.sqrt(variances[at]))
            made.append(Estimate(value, se, float(n - 4), p_value(value, se, float(n - 4))))
    return Interrupted(made[0], made[1], made[2], n - last, last, "" if reason else method, lags, reason)


def _fit(values: Floats, x: Floats, method: str, lags: int) -> tuple[Floats, Floats | None]:
    if method == "newey_west":
        found = newey_west(values, x, lags)
        if found is not None:
            return found[0], np.diag(found[1])
    fitted = cluster_regression(values, x, kind="CR3")
    if fitted.coefficients is None:
        return np.asarray(np.linalg.lstsq(x, values, rcond=None)[0], dtype=float), None
    return fitted.coefficients, None if fitted.covariance is None else np.diag(fitted.covariance)
