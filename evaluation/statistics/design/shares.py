"""Confidence intervals for a share.

References
----------
Korn, E. L. & Graubard, B. I. (1998). Confidence intervals for proportions with small expected
number of positive counts estimated from survey data. *Survey Methodology* 24(2), 193–201 ("beta").
R package ``survey`` 4.1.1, ``svyciprop``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, expit, ndtr, ndtri

from evaluation.statistics import reasons
from evaluation.statistics.design.linear import complete, matrix, means, variance
from evaluation.statistics.design.model import Design
from evaluation.statistics.design.regression import Fit, deviance, inverse_logit, regression
from evaluation.statistics.design.spline import through
from evaluation.statistics.tests import t_quantile

#: A profile that reaches farther than this has no bend left to follow (a handful of answers).
_FARTHEST = 1e6
#: Intervals of a share that follow from its mean and standard error.
Method = Literal["mean", "asin", "xlogit", "beta"]
ShareMethod = Literal["logit", "likelihood", "asin", "beta", "mean", "xlogit"]


@dataclass(frozen=True, slots=True)
class Share:
    """A share 0–1 with its linearised standard error and interval."""

    value: float | None
    low: float | None
    high: float | None
    se: float | None
    df: int
    n: int
    method: ShareMethod
    reason: str = ""


def share(design: Design, y: ArrayLike, method: ShareMethod = "logit", *, confidence: float = 0.95) -> Share:
    """Share of 1 in ``y`` (rows,) of 0 and 1, over rows with an answer.

    Parameters
    ----------
    method : str
        "logit": t interval of the log odds in a logistic regression. "likelihood": profile
        likelihood, scaled to the design. "asin", "xlogit": t interval after the arcsine or
        logit of the mean. "beta": Clopper–Pearson with the effective number of answers.
        "mean": t interval, can leave 0–1.
    confidence : float
        Coverage, such as 0.95.

    Raises
    ------
    ValueError
        When an answer is neither 0, 1 nor missing.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    inside, (values,) = complete(design, matrix(y, design.rows))
    if not np.isin(values, (0.0, 1.0)).all():
        raise ValueError("a share needs answers of 0 and 1")
    found = means(inside, values)
    if found.value is None:
        return Share(None, None, None, None, 0, 0, method, found.reason)
    p = float(found.value[0])
    result = Share(p, None, None, None, inside.df, inside.n, method, found.reason)
    if found.se is None:
        return result
    result = replace(result, se=float(found.se[0]))
    if not 0 < p < 1 or result.se == 0:
        return replace(result, reason=reasons.NO_VARIANCE)
    if inside.df < 1:
        return replace(result, reason=reasons.NO_FREEDOM)
    if method == "logit" or method == "likelihood":
        return _modelled(inside, values[:, 0], result, confidence)
    limits = share_limits(p, float(found.se[0]), inside.df, inside.n, confidence, method)
    if limits is None:
        return replace(result, reason=reasons.NO_VARIANCE)
    return replace(result, low=limits[0], high=limits[1])


def share_limits(p: float, se: float, df: int, n: int, confidence: float, method: Method) -> tuple[float, float] | None:
    """Interval of a share ``p`` with standard error ``se``; None where the method has none.

    ``n`` counts answers, ``df`` the degrees of freedom of the design.
    """
    if df < 1:
        return None
    half = t_quantile(df, 0.5 + confidence / 2)
    if method == "mean":
        return p - half * se, p + half * se
    if not 0 < p < 1:
        return None
    if method == "asin":
        centre, width = math.asin(math.sqrt(p)), half * se / (2 * math.sqrt(p * (1 - p)))
        return math.sin(centre - width) ** 2, math.sin(centre + width) ** 2
    if method == "xlogit":
        centre, width = math.log(p / (1 - p)), half * se / (p * (1 - p))
        return float(expit(centre - width)), float(expit(centre + width))
    if method != "beta":
        raise ValueError(f"unknown method {method!r}")
    if se == 0 or n < 2:
        return None
    effective = p * (1 - p) / se**2 * (t_quantile(n - 1, 0.5 + confidence / 2) / half) ** 2
    tail = (1 - confidence) / 2
    low = float(betaincinv(effective * p, effective * (1 - p) + 1, tail))
    return low, float(betaincinv(effective * p + 1, effective * (1 - p), 1 - tail))


def _modelled(design: Design, y: np.ndarray, result: Share, confidence: float) -> Share:
    """Intervals of the logistic regression on a constant; its share is that of the fitted log odds."""
    fit = regression(design, y, np.ones((design.rows, 1)), family="quasibinomial")
    if fit.coefficients is None or fit.covariance is None or fit.fit is None:
        return replace(result, reason=fit.reason)
    log_odds, se = float(fit.coefficients[0]), math.sqrt(fit.covariance[0, 0])
    result = replace(result, value=float(expit(log_odds)))
    if se == 0:
        return replace(result, reason=reasons.NO_VARIANCE)
    if result.method == "logit":
        half = t_quantile(design.df, 0.5 + confidence / 2) * se
        return replace(result, low=float(expit(log_odds - half)), high=float(expit(log_odds + half)))
    found = _profile(design, y, fit.fit, log_odds, se, confidence)
    if found is None:
        return replace(result, reason=reasons.NOT_CONVERGED)
    return replace(result, low=float(expit(found[0])), high=float(expit(found[1])))


def _profile(
    design: Design, y: np.ndarray, fit: Fit, log_odds: float, se: float, confidence: float
) -> tuple[float, float] | None:
    """Profile the deviance in steps of a fifth of its reach, then read the cut-offs off a spline.

    The cut-off on the scale of the signed root deviance is the t quantile times
    ``√(design variance / model variance)``, as R's ``confint.svyglm(method = "likelihood")``.
    """
    mu = float(expit(log_odds))
    pearson = np.where(fit.prior > 0, (y - mu) / math.sqrt(mu * (1 - mu)), 0.0)
    spread = variance(design, pearson)
    if spread.value is None or not spread.value[0] > 0:
        return None
    dispersion = float(spread.value[0])
    ratio = se**2 / float(fit.unscaled[0, 0])
    tail = float(ndtr(t_quantile(design.df, (1 - confidence) / 2) * math.sqrt(ratio))) / 2
    if tail <= 0 or design.n < 2:
        return None
    reach = -t_quantile(design.n - 1, tail / 2)
    if not reach < _FARTHEST:
        return None
    points = [(0.0, log_odds)]
    for sign in (-1, 1):
        for step in range(1, 10):
            at = log_odds + sign * step * reach / 5 * se
            more = (deviance(y, inverse_logit(at), fit.prior) - fit.deviance) / dispersion
            points.append((sign * math.sqrt(max(more, 0.0)), at))
            if abs(points[-1][0]) >= reach:
                break
    if len(points) < 4:
        return None
    points.sort(key=lambda point: point[1])
    cut = float(ndtri(2 * tail))
    grid = np.linspace(points[0][1], points[-1][1], 3 * len(points))
    root = through([b for _, b in points], [z for z, _ in points], grid)
    order = np.argsort(root)
    root, grid = root[order], grid[order]
    if not (root[0] <= cut and -cut <= root[-1]):
        return None
    return float(np.interp(cut, root, grid)), float(np.interp(-cut, root, grid))
