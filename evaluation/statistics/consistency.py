"""How the items of a scale hang together: alpha and omega of the scale, every item against the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.one_factor import one_factor
from evaluation.statistics.sandwich import Floats


@dataclass(frozen=True, slots=True)
class Consistency:
    """Internal consistency of one scale; None with a ``reason``.

    Attributes
    ----------
    alpha, alpha_std : float or None
        From covariances, and from correlations (items put on one footing).
    omega : float or None
        Omega total of one minres factor on the correlations; None under three items.
    g6 : float or None
        Guttman's lambda 6, from squared multiple correlations; None where items determine each other.
    average_r : float or None
        Mean correlation of two items.
    ase : float or None
        Standard error of ``alpha``, persons independent.
    item_rest : tuple of float
        Correlation of every item with the sum of the others.
    alpha_dropped : tuple of float
        Alpha of the scale without the item; empty under three items.
    n, items : int
        Persons used and items.
    """

    alpha: float | None
    alpha_std: float | None
    omega: float | None
    g6: float | None
    average_r: float | None
    ase: float | None
    item_rest: tuple[float, ...]
    alpha_dropped: tuple[float, ...]
    n: int
    items: int
    reason: str = ""


def consistency(matrix: ArrayLike, *, missing: Literal["listwise", "pairwise"] = "listwise") -> Consistency:
    """Internal consistency of persons × items.

    Parameters
    ----------
    matrix : array_like, shape (persons, items)
        Item scores, reversed items already turned, NaN where not answered.
    missing : {"listwise", "pairwise"}
        Persons who answered every item (as :func:`~evaluation.statistics.reliability.cronbach_alpha`),
        or every covariance from whoever answered both items (as psych::alpha).

    Returns
    -------
    Consistency
        Reasons: ``few_items`` (under two), ``few_answers`` (under three persons), ``no_variance``
        (an item that everybody answered alike, or a sum without variance).

    Raises
    ------
    ValueError
        When the shape is not two-dimensional or a score is infinite.

    References
    ----------
    Cronbach, L. J. (1951). *Psychometrika* 16(3), 297–334.
    Duhachek, A. & Iacobucci, D. (2004). Alpha's standard error. *J. Applied Psychology* 89(5), 792–808.
    Guttman, L. (1945). *Psychometrika* 10(4), 255–282.
    McDonald, R. P. (1999). *Test Theory: A Unified Treatment*. Erlbaum.

    Examples
    --------
    >>> round(consistency([[1, 2, 1], [2, 3, 3], [4, 4, 5], [5, 5, 4]]).alpha, 3)
    0.95
    """
    scores = np.asarray(matrix, dtype=float)
    if scores.ndim != 2 or np.isinf(scores).any():
        raise ValueError("matrix must have shape (persons, items) and finite scores")
    complete = scores[~np.isnan(scores).any(axis=1)]
    used = complete if missing == "listwise" else scores
    n, items = used.shape
    if items < 2:
        return _nothing(n, items, reasons.FEW_ITEMS)
    covariances = covariance(used) if n >= 3 else None
    if covariances is None:
        return _nothing(n, items, reasons.FEW_ANSWERS)
    # An item or a sum without variance is rounding noise beside the largest answer.
    noise = 1e-20 * max(float(np.nanmax(np.abs(used))) ** 2, 1e-300) if np.isfinite(used).any() else 0.0
    if float(np.diag(covariances).min()) <= noise or float(covariances.sum()) <= noise * 1e4:
        return _nothing(n, items, reasons.NO_VARIANCE)
    return _from_covariances(covariances, n)


def _nothing(n: int, items: int, reason: str) -> Consistency:
    return Consistency(None, None, None, None, None, None, (), (), n, items, reason)


def covariance(scores: Floats) -> Floats | None:
    """Covariances of items, each from the persons who answered both; None where two have under two such persons."""
    answered = ~np.isnan(scores)
    seen = answered.astype(float)
    pairs = seen.T @ seen
    if pairs.min(initial=np.inf) < 2:
        return None
    # Shifted by one number an item: nothing cancels, and equal answers become exact zeros.
    filled = np.where(answered, scores - np.nanmean(scores, axis=0), 0.0)
    sums = filled.T @ seen  # of item i over those who also answered j
    return np.asarray((filled.T @ filled - sums * sums.T / pairs) / (pairs - 1), dtype=float)


def alpha_of(covariances: Floats) -> float:
    """Cronbach's alpha of a covariance (or correlation) matrix."""
    items = len(covariances)
    return float((1 - np.trace(covariances) / covariances.sum()) * items / (items - 1))


def omega_total(correlations: Floats) -> float | None:
    """Omega total ``(Σl)² / ((Σl)² + Σ(1-l²))`` of one minres factor; None under three items.

    Parameters
    ----------
    correlations : array, shape (items, items)
    """
    if len(correlations) < 3:
        return None
    loading = one_factor(correlations)
    common = float(loading.sum()) ** 2
    return common / (common + float((1 - loading**2).sum()))


def _from_covariances(c: Floats, n: int) -> Consistency:
    items = len(c)
    sd = np.sqrt(np.diag(c))
    r = c / np.outer(sd, sd)
    total = float(c.sum())
    rest = c.sum(axis=0) - np.diag(c)
    rest_variance = total - 2 * rest - np.diag(c)
    with np.errstate(invalid="ignore", divide="ignore"):
        item_rest = np.where(rest_variance > 0, rest / (sd * np.sqrt(np.maximum(rest_variance, 1e-300))), 0.0)
    dropped: tuple[float, ...] = ()
    if items > 2:
        smaller = [np.delete(np.delete(c, i, 0), i, 1) for i in range(items)]
        dropped = tuple(alpha_of(part) for part in smaller) if all(part.sum() > 0 for part in smaller) else ()
    squares = c @ c
    q = 2 * items**2 / ((items - 1) ** 2 * total**3)
    q *= total * (np.trace(squares) + np.trace(c) ** 2) - 2 * np.trace(c) * squares.sum()
    return Consistency(
        alpha=alpha_of(c),
        alpha_std=alpha_of(r) if r.sum() > 0 else None,
        omega=omega_total(r),
        g6=_lambda6(r),
        average_r=float(r.sum() - items) / (items * (items - 1)),
        ase=math.sqrt(max(float(q), 0.0) / n),
        item_rest=tuple(float(x) for x in item_rest),
        alpha_dropped=dropped,
        n=n,
        items=items,
    )


def _lambda6(r: Floats) -> float | None:
    """``1 - Σ(1 - smc) / Σr``; None where the correlations cannot be inverted."""
    values = np.linalg.eigvalsh(r)
    if values[0] <= 1e-10 * values[-1] or r.sum() <= 0:
        return None
    return float(1 - (1 / np.diag(np.linalg.inv(r))).sum() / r.sum())


@dataclass(frozen=True, slots=True)
class Extremes:
    """Shares (0–1) of scores at the floor and at the ceiling, of ``n`` scores; None with a ``reason``."""

    floor: float | None
    ceiling: float | None
    n: int
    reason: str = ""


#: Points from either end that count as floor and ceiling on 0–100, as in the published levels.
EDGE = 5.0
#: From this share on a scale has a floor or a ceiling (Terwee and others 2007).
CROWDED = 0.15


def extremes(scores: ArrayLike, *, low: float = EDGE, high: float = 100 - EDGE) -> Extremes:
    """Shares of scores at or below ``low`` and at or above ``high``; NaN takes no part.

    References
    ----------
    Terwee, C. B. and others (2007). Quality criteria were proposed for measurement properties of
    health status questionnaires. *J. Clinical Epidemiology* 60(1), 34–42 (more than 15 % is a ceiling).
    """
    values = np.asarray(scores, dtype=float)
    values = values[~np.isnan(values)]
    if not values.size:
        return Extremes(None, None, 0, reasons.NO_ANSWERS)
    return Extremes(float((values <= low).mean()), float((values >= high).mean()), int(values.size))
