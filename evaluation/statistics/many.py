"""The rules of :mod:`~evaluation.statistics.tests` and :mod:`~evaluation.statistics.verdict` for whole arrays.

The same numbers and words as the functions for one estimate, for thousands of estimates at
once. Arrays hold NaN where a number was not computed or cannot be, and NaN comes back there;
``tests/statistics/test_many.py`` holds both against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from evaluation.statistics.sandwich import Floats

Words = NDArray[np.str_]

_HIGHER: Final = ("better", "worse", "neutral")


@dataclass(frozen=True, slots=True)
class Equivalences:
    """:class:`~evaluation.statistics.tests.Equivalence` for arrays."""

    low: Floats
    high: Floats
    p_value: Floats


def _known(estimate: Floats, se: Floats, df: Floats, *, tested: bool = True) -> NDArray[np.bool_]:
    """Whether an estimate can be judged: all known and finite, df above 0; a test needs an se above 0."""
    spread = se > 0 if tested else se >= 0
    return np.asarray(np.isfinite(estimate) & np.isfinite(se) & spread & (df > 0))


def _three(estimate: ArrayLike, se: ArrayLike, df: ArrayLike) -> tuple[Floats, Floats, Floats]:
    one, two, three = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (estimate, se, df)))
    return one, two, three


def _quantile(df: Floats, probability: float) -> Floats:
    normal = np.isinf(df)
    found = stdtrit(np.where(normal, 1.0, df), probability)
    return np.asarray(np.where(normal, ndtri(probability), found), dtype=float)


def _tail(df: Floats, t: Floats) -> Floats:
    normal = np.isinf(df)
    return np.asarray(np.where(normal, ndtr(t), stdtr(np.where(normal, 1.0, df), t)), dtype=float)


def p_values(estimate: ArrayLike, se: ArrayLike, df: ArrayLike) -> Floats:
    """Two-sided p of "the estimate is 0", in the arrays' common shape."""
    value, error, free = _three(estimate, se, df)
    known = _known(value, error, free)
    found = np.full(value.shape, np.nan)
    found[known] = 2 * _tail(free[known], -np.abs(value[known] / error[known]))
    return found


def intervals(estimate: ArrayLike, se: ArrayLike, df: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Confidence intervals ``estimate ± t se``.

    Raises
    ------
    ValueError
        When ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    value, error, free = _three(estimate, se, df)
    known = _known(value, error, free, tested=False)
    reach = np.full(value.shape, np.nan)
    quantile = _quantile(free[known], 0.5 + level / 2)
    reach[known] = np.where(np.isfinite(quantile), quantile, np.nan) * error[known]
    return value - reach, value + reach


def mdcs(se: ArrayLike, df: ArrayLike, alpha: float = 0.05, power: float = 0.8) -> Floats:
    """Minimum detectable changes, as :func:`~evaluation.statistics.tests.mdc`."""
    if not (0 < alpha < 1 and 0 < power < 1):
        raise ValueError("alpha and power must lie between 0 and 1")
    _, error, free = _three(0.0, se, df)
    known = _known(np.zeros(error.shape), error, free, tested=False)
    found = np.full(error.shape, np.nan)
    quantiles = _quantile(free[known], 1 - alpha / 2) + _quantile(free[known], power)
    found[known] = np.where(np.isfinite(quantiles), quantiles, np.nan) * error[known]
    return found


def equivalences(
    estimate: ArrayLike, se: ArrayLike, df: ArrayLike, delta: ArrayLike, alpha: float = 0.05
) -> Equivalences:
    """Two one-sided tests within ±``delta`` (in the estimates' unit), as :func:`~evaluation.statistics.tests.tost`."""
    value, error, free = _three(estimate, se, df)
    margin = np.broadcast_to(np.asarray(delta, dtype=float), value.shape)
    if not (margin > 0).all():
        raise ValueError("delta must be above 0")
    known = _known(value, error, free)
    low, high = intervals(value, np.where(known, error, np.nan), free, 1 - 2 * alpha)
    v, s, f, d = value[known], error[known], free[known], margin[known]
    p = np.full(value.shape, np.nan)
    p[known] = np.maximum(_tail(f, -(v + d) / s), _tail(f, (v - d) / s))
    return Equivalences(low, high, p)


def holm_families(p_value: ArrayLike, family: ArrayLike) -> Floats:
    """Holm's adjusted p-values within each family.

    Parameters
    ----------
    p_value : array_like, any shape
        NaN was not tested: it stays NaN and does not count.
    family : array_like of int, broadcastable to ``p_value``
        Tests with the same number are one family.

    Raises
    ------
    ValueError
        When a p-value lies outside 0–1.

    Examples
    --------
    >>> holm_families([0.01, np.nan, 0.04, 0.03], [0, 0, 0, 1]).tolist()
    [0.02, nan, 0.04, 0.03]
    """
    given = np.asarray(p_value, dtype=float)
    found = np.full(given.shape, np.nan)
    tested = ~np.isnan(given)
    p = given[tested]
    if ((p < 0) | (p > 1)).any():
        raise ValueError("p-values must lie between 0 and 1")
    if not len(p):
        return found
    _, code = np.unique(np.broadcast_to(np.asarray(family), given.shape)[tested], return_inverse=True)
    order = np.lexsort((p, code))
    size = np.bincount(code)
    ordered = code[order]
    rank = np.arange(len(p)) - (np.cumsum(size) - size)[ordered]
    # One row a family, so that the running maximum starts anew in each.
    table = np.zeros((len(size), int(size.max())))
    table[ordered, rank] = np.minimum(1.0, (size[ordered] - rank) * p[order])
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(table, axis=1)[ordered, rank]
    found[tested] = adjusted
    return found


def verdicts(
    change: ArrayLike,
    p_adjusted: ArrayLike,
    eq_low: ArrayLike,
    eq_high: ArrayLike,
    delta: ArrayLike,
    alpha: float,
    higher_is: str | NDArray[Any],
) -> Words:
    """:func:`~evaluation.statistics.verdict.verdict` of whole arrays: the same rule, the same words.

    Parameters
    ----------
    change, p_adjusted, eq_low, eq_high : array_like
        NaN where there is none.
    delta : array_like
        Above 0, in the unit of ``change``.
    higher_is : str or array of str
        ``better``, ``worse`` or ``neutral``.

    Raises
    ------
    ValueError
        As the function for one change.
    """
    numbers = (np.asarray(x, dtype=float) for x in (change, p_adjusted, eq_low, eq_high, delta))
    value, p, low, high, margin, way = np.broadcast_arrays(*numbers, np.asarray(higher_is, dtype=np.str_))
    if not np.isin(way, _HIGHER).all():
        raise ValueError(f"higher_is must be one of {', '.join(_HIGHER)}")
    if not (margin > 0).all() or not 0 < alpha < 1:
        raise ValueError("delta must be above 0 and alpha between 0 and 1")
    none = (way == "neutral") | np.isnan(value) | np.isnan(p)
    moved = (p < alpha) & (value != 0)
    good = (value > 0) == (way == "better")
    large = np.abs(value) >= margin
    inside = (-margin < low) & (high < margin)
    return np.select(
        [none, moved & good & large, moved & good, moved & large, moved, inside],
        ["", "fremgang", "lille_fremgang", "tilbagegang", "lille_tilbagegang", "uaendret"],
        "uafklaret",
    )
