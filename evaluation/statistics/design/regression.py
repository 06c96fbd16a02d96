"""Regression with linearised standard errors: least squares and logistic.

The covariance is that of the total of the scores ``x (y - μ)/μ' w A⁻¹`` under the design,
with ``A`` the weighted information (Binder's sandwich).

References
----------
Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys.
*International Statistical Review* 51(3), 279–292. R package ``survey`` 4.1.1, ``svyglm``, ``svyttest``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, xlogy

from evaluation.statistics import reasons
from evaluation.statistics.design.linear import complete, matrix, means
from evaluation.statistics.design.model import Design
from evaluation.statistics.design.variance import covariance
from evaluation.statistics.sandwich import Floats
from evaluation.statistics.tests import interval, p_value

Family = Literal["gaussian", "quasibinomial"]

#: Convergence of the deviance and most iterations, as R's ``glm.control``.
_EPSILON = 1e-8
_ITERATIONS = 25
#: A linear predictor that still moves this much when the deviance stands still has no end.
_RUNAWAY = 0.1
#: Residuals below this share of the largest answer are rounding: the fit is perfect.
_ROUNDING = 1e-12
#: Columns whose part outside the others is smaller than this share are collinear.
_COLLINEAR = 1e-11


@dataclass(frozen=True, slots=True)
class Fit:
    """What a fit leaves behind.

    Attributes
    ----------
    coefficients : array, shape (k,)
    unscaled : array, shape (k, k)
        Inverse of the weighted information, with prior weights of mean 1.
    prior, working, residual : arrays, shape (rows,)
        Weights before and in the last iteration; working residuals.
    deviance : float
    """

    coefficients: Floats
    unscaled: Floats
    prior: Floats
    working: Floats
    residual: Floats
    deviance: float


@dataclass(frozen=True, slots=True)
class Regression:
    """Coefficients with their linearised covariance, or the reason why there are none.

    ``df`` are the design's degrees of freedom less the slopes. ``fit`` holds the inner parts.
    """

    coefficients: Floats | None
    covariance: Floats | None
    df: int
    n: int
    reason: str = ""
    fit: Fit | None = None

    @property
    def se(self) -> Floats | None:
        """Standard errors (k,)."""
        return None if self.covariance is None else np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def regression(design: Design, y: ArrayLike, x: ArrayLike, *, family: Family = "gaussian") -> Regression:
    """Regress ``y`` (rows,) on the columns of ``x`` (rows, k); a constant is a column of ones.

    Parameters
    ----------
    family : str
        "gaussian" (least squares) or "quasibinomial" (logistic; answers between 0 and 1).

    Raises
    ------
    ValueError
        When shapes differ, a number is infinite, or a logistic answer lies outside 0–1.
    """
    if family not in ("gaussian", "quasibinomial"):
        raise ValueError(f"unknown family {family!r}")
    inside, (answers, columns) = complete(design, matrix(y, design.rows), matrix(x, design.rows))
    target, k = answers[:, 0], columns.shape[1]
    if family == "quasibinomial" and ((target < 0) | (target > 1)).any():
        raise ValueError("a logistic regression needs answers between 0 and 1")
    df = inside.df + 1 - k
    if inside.n == 0:
        return Regression(None, None, 0, 0, reasons.NO_ANSWERS)
    used = inside.weights > 0
    # R's scale: it moves the start of the iterations, and so (below 1e-4) the place where they stop.
    prior = inside.weights / (design.weights if design.adjustments else design.weights[design.weights > 0]).mean()
    if inside.n < k or _collinear(columns[used] * np.sqrt(prior[used])[:, None]):
        return Regression(None, None, df, inside.n, reasons.COLLINEAR)
    fit = _least_squares(target, columns, prior) if family == "gaussian" else _logistic(target, columns, prior)
    if isinstance(fit, str):
        return Regression(None, None, df, inside.n, fit)
    scores = columns * (fit.residual * fit.working)[:, None] @ fit.unscaled
    found, reason = covariance(inside, scores)
    return Regression(fit.coefficients, found, df, inside.n, reason, fit)


def _collinear(x: Floats) -> bool:
    length = np.sqrt((x**2).sum(axis=0))
    if (length == 0).any():
        return True
    return bool(np.abs(np.diag(np.linalg.qr(x / length, mode="r"))).min() < _COLLINEAR)


def _solve(x: Floats, z: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Weighted least squares: coefficients and inverse information."""
    used = w > 0
    root = np.sqrt(w[used])
    q, r = np.linalg.qr(x[used] * root[:, None])
    inverse = np.linalg.inv(r)
    return inverse @ (q.T @ (z[used] * root)), inverse @ inverse.T


def _least_squares(y: Floats, x: Floats, prior: Floats) -> Fit:
    coefficients, unscaled = _solve(x, y, prior)
    residual = y - x @ coefficients
    if np.abs(residual[prior > 0]).max() <= _ROUNDING * np.abs(y).max():
        residual = np.zeros_like(residual)
    return Fit(coefficients, unscaled, prior, prior, residual, float((prior * residual**2).sum()))


def inverse_logit(eta: Floats | float) -> Floats:
    """Share at log odds ``eta``; stays away from 0 and 1 by rounding error, so that its logarithms are finite."""
    found: Floats = expit(np.clip(eta, -35.0, 35.0))
    return found


def deviance(y: Floats, mu: Floats, weights: Floats) -> float:
    """Binomial deviance ``2 sum w (y log(y/μ) + (1-y) log((1-y)/(1-μ)))``."""
    return float(2 * (weights * (xlogy(y, y) - xlogy(y, mu) + xlogy(1 - y, 1 - y) - xlogy(1 - y, 1 - mu))).sum())


def _logistic(y: Floats, x: Floats, prior: Floats) -> Fit | str:
    """Iteratively reweighted least squares, started and stopped as R's ``glm.fit``."""
    start = (prior * y + 0.5) / (prior + 1)
    eta = np.log(start / (1 - start))
    before = deviance(y, inverse_logit(eta), prior)
    for _ in range(_ITERATIONS):
        mu = inverse_logit(eta)
        slope = mu * (1 - mu)
        working = prior * slope
        used = working > 0
        if used.sum() < x.shape[1] or _collinear(x[used] * np.sqrt(working[used])[:, None]):
            return reasons.NOT_CONVERGED
        coefficients, unscaled = _solve(x, eta + (y - mu) / slope, working)
        moved = x @ coefficients
        step, eta = float(np.abs(moved - eta)[prior > 0].max()), moved
        now = deviance(y, inverse_logit(eta), prior)
        if not math.isfinite(now):
            return reasons.NOT_CONVERGED
        if abs(now - before) / (abs(now) + 0.1) < _EPSILON:
            if step > _RUNAWAY:
                return reasons.SEPARATED
            mu = inverse_logit(eta)
            return Fit(coefficients, unscaled, prior, working, (y - mu) / (mu * (1 - mu)), now)
        before = now
    return reasons.SEPARATED if step > _RUNAWAY else reasons.NOT_CONVERGED


@dataclass(frozen=True, slots=True)
class TTest:
    """A difference in means (or a mean), its t test and interval."""

    estimate: float | None
    se: float | None
    t: float | None
    df: int
    p_value: float | None
    low: float | None
    high: float | None
    reason: str = ""


def t_test(design: Design, y: ArrayLike, group: ArrayLike | None = None, *, confidence: float = 0.95) -> TTest:
    """Design-based t test of ``y`` (rows,) between ``group`` 1 and 0, or of a mean of 0 without groups.

    Degrees of freedom are the design's less one, as in ``svyttest``.

    Raises
    ------
    ValueError
        When ``group`` holds anything but 0, 1 and missing.
    """
    if group is None:
        found = means(design, y)
        estimate, se, df, reason = found.value, found.se, found.df - 1, found.reason
        place = 0
    else:
        side = np.asarray(group, dtype=float)
        if not np.isin(side[~np.isnan(side)], (0.0, 1.0)).all():
            raise ValueError("group must hold 0 and 1")
        fit = regression(design, y, np.column_stack([np.ones(design.rows), side]))
        estimate, se, df, reason = fit.coefficients, fit.se, fit.df, fit.reason
        reason = reasons.ONE_LEVEL if reason == reasons.COLLINEAR else reason
        place = 1
    if estimate is None or se is None:
        value = None if estimate is None else float(estimate[place])
        return TTest(value, None, None, df, None, None, None, reason)
    value, error = float(estimate[place]), float(se[place])
    if df < 1 or error == 0:
        return TTest(value, error, None, df, None, None, None, reasons.NO_FREEDOM if df < 1 else reasons.NO_VARIANCE)
    low, high = interval(value, error, df, confidence)
    return TTest(value, error, value / error, df, p_value(value, error, df), low, high)
