"""Adjusted p-values for many tests beside Holm's, which is the one that is published.

The family-wise methods (Bonferroni, Holm, Hochberg, Hommel) bound the probability of any false
finding, the others (Benjamini–Hochberg, Benjamini–Yekutieli) the expected share of false ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from evaluation.statistics.reasons import known
from evaluation.statistics.sandwich import Floats
from evaluation.statistics.tests import holm

Adjustment = Literal["holm", "bonferroni", "hochberg", "hommel", "BH", "BY"]
ADJUSTMENTS: Final = ("holm", "bonferroni", "hochberg", "hommel", "BH", "BY")


def adjust(p_values: Sequence[float | None], method: Adjustment = "holm") -> tuple[float | None, ...]:
    """Adjusted p-values of one family, in the order given.

    Parameters
    ----------
    p_values : sequence of float or None
        None (or NaN) was not tested: it stays None and does not count.
    method : str
        One of :data:`ADJUSTMENTS`. Hochberg and Hommel need independent or positively dependent
        tests, BH too; Holm, Bonferroni and BY need nothing.

    Raises
    ------
    ValueError
        When a p-value lies outside 0–1 or the method is unknown.

    References
    ----------
    Benjamini, Y. & Hochberg, Y. (1995). *JRSS B* 57(1), 289–300.
    Benjamini, Y. & Yekutieli, D. (2001). *Annals of Statistics* 29(4), 1165–1188.
    Hochberg, Y. (1988). *Biometrika* 75(4), 800–802.
    Hommel, G. (1988). *Biometrika* 75(2), 383–386.
    Wright, S. P. (1992). Adjusted p-values for simultaneous inference. *Biometrics* 48(4), 1005–1013.

    Examples
    --------
    >>> adjust([0.01, None, 0.04], "bonferroni")
    (0.02, None, 0.08)
    """
    if method not in ADJUSTMENTS:
        raise ValueError(f"unknown method {method!r}; known are {', '.join(ADJUSTMENTS)}")
    if method == "holm":
        return holm(p_values)
    tested = [i for i, p in enumerate(p_values) if known(p)]
    p = np.array([p_values[i] for i in tested], dtype=float)
    if ((p < 0) | (p > 1)).any():
        raise ValueError("p-values must lie between 0 and 1")
    order = np.argsort(p, kind="stable")
    found = np.empty(len(p))
    found[order] = _sorted(p[order], method)
    adjusted: list[float | None] = [None] * len(p_values)
    for place, value in zip(tested, found, strict=True):
        adjusted[place] = float(value)
    return tuple(adjusted)


def _sorted(p: Floats, method: Adjustment) -> Floats:
    """Adjusted p-values of rising ``p``."""
    m = len(p)
    rank = np.arange(1, m + 1)
    if method == "bonferroni":
        return np.minimum(1.0, m * p)
    if method == "hommel":
        return _hommel(p)
    factor = m - rank + 1.0 if method == "hochberg" else m / rank
    if method == "BY":
        factor = factor * (1 / rank).sum()
    return np.minimum(1.0, np.minimum.accumulate((factor * p)[::-1])[::-1])


def _hommel(p: Floats) -> Floats:
    """Wright's (1992) algorithm: the smallest level at which Simes rejects every set that holds the test."""
    m = len(p)
    if m == 0:
        return p
    rank = np.arange(1, m + 1)
    found = np.full(m, float((m * p / rank).min()))
    for size in range(m - 1, 1, -1):
        last = m - size + 1  # the tests before this one are never in the worst set of that size
        worst = float((size * p[last:] / np.arange(2, size + 1)).min())
        head = np.minimum(size * p[:last], worst)
        level = np.concatenate([head, np.full(m - last, head[-1])])
        found = np.maximum(found, level)
    return np.asarray(np.maximum(found, p))
