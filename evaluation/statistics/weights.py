"""What weights cost: Kish's effective number of answers, spread, trimming."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import Floats

#: Weights this close to the cap (relative) count as trimmed.
_AT_CAP = 1e-12


@dataclass(frozen=True, slots=True)
class Spread:
    """What a set of weights looks like; all weights are relative to their mean.

    Attributes
    ----------
    n : int
        Rows with weight.
    n_eff : float
        Kish's effective number of answers.
    efficiency : float or None
        ``n_eff / n``, 0–1: 1 where all weights are equal; None without any.
    smallest, largest : float or None
        Smallest and largest weight over the mean weight.
    ratio : float or None
        Largest over smallest.
    reason : str
        ``no_answers`` where no row has weight.
    """

    n: int
    n_eff: float
    efficiency: float | None
    smallest: float | None
    largest: float | None
    ratio: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """Weights after trimming, with the share (0–1) of the rows with weight that were cut to the cap."""

    weights: Floats | None
    share: float
    reason: str = ""


def effective_n(weights: ArrayLike) -> float:
    """Effective number of answers ``(sum w)² / sum w²``; 0 where there is none.

    References
    ----------
    Kish, L. (1965). *Survey Sampling*. Wiley.

    Examples
    --------
    >>> effective_n([1, 1, 1, 1])
    4.0
    """
    values = _checked(weights)
    squares = float((values**2).sum())
    return float(values.sum()) ** 2 / squares if squares > 0 else 0.0


def weight_spread(weights: ArrayLike) -> Spread:
    """Diagnostics of weights (rows,); rows with weight 0 or a missing weight take no part.

    Raises
    ------
    ValueError
        When a weight is negative or infinite.

    References
    ----------
    Kish, L. (1965). *Survey Sampling*. Wiley.
    """
    values = _checked(weights)
    inside = values[values > 0]
    if not len(inside):
        return Spread(0, 0.0, None, None, None, None, reasons.NO_ANSWERS)
    relative = inside / inside.mean()
    n_eff = effective_n(relative)
    low, high = float(relative.min()), float(relative.max())
    return Spread(len(inside), n_eff, n_eff / len(inside), low, high, high / low)


def trim_weights(weights: ArrayLike, upper: float) -> Trimmed:
    """Cut weights above ``upper`` times their mean; the others grow in proportion, so that the sum stays.

    The result is the one fixed point ``min(k w, upper × mean)`` with the sum of ``w``: nothing is above the
    cap, and weights below it keep their ratios to each other. (R's ``trimWeights`` adds the same amount to every weight
    below the cap instead, and does so once unless ``strict``.)

    Parameters
    ----------
    weights : array_like, shape (rows,)
        Not negative; a missing weight counts as 0, and rows with weight 0 keep it.
    upper : float
        Largest weight over the mean weight of rows with weight, above 1.

    Raises
    ------
    ValueError
        When a weight is negative or infinite, or ``upper`` is not above 1.

    References
    ----------
    Potter, F. (1990). A study of procedures to identify and trim extreme sampling weights. *ASA Survey
    Research Methods*, 225–230.
    """
    values = _checked(weights)
    if not upper > 1:
        raise ValueError(f"upper must be above 1 times the mean weight, not {upper}")
    inside = np.flatnonzero(values > 0)
    if not len(inside):
        return Trimmed(None, 0.0, reasons.NO_ANSWERS)
    order = inside[np.argsort(-values[inside], kind="stable")]
    w = values[order]
    mean = float(w.mean())
    cap = upper * mean
    if w[0] <= cap * (1 + _AT_CAP):
        return Trimmed(values, 0.0)
    # With the k largest at the cap, the rest is scaled to what is left; the first k that keeps below the cap is it.
    rest = w[::-1].cumsum()[::-1]
    k = np.arange(len(w))
    factor = (len(w) * mean - k * cap) / rest
    at = int(np.argmax(w * factor <= cap * (1 + _AT_CAP)))
    made = values.copy()
    made[order[:at]] = cap
    made[order[at:]] = np.minimum(w[at:] * factor[at], cap)
    return Trimmed(made, at / len(w))


def _checked(weights: ArrayLike) -> Floats:
    values = np.asarray(weights, dtype=float)
    values = np.where(np.isnan(values), 0.0, values)
    if (values < 0).any() or np.isinf(values).any():
        raise ValueError("weights must be finite and not negative")
    return values
