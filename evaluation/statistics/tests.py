"""Tests and intervals from an estimate, its standard error and degrees of freedom.

All functions take None for a number that was not computed and hand None back, so that
a missing standard error cannot turn into a NaN. Distributions come from
``scipy.special``; ``scipy.stats`` costs more than a second to import.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtr, ndtri, stdtr, stdtrit

from evaluation.statistics.reasons import known


def t_quantile(df: float, probability: float) -> float:
    """Quantile of Student's t; of the normal where ``df`` is infinite."""
    return float(ndtri(probability) if math.isinf(df) else stdtrit(df, probability))


def t_tail(df: float, t: float) -> float:
    """Probability below ``t`` in Student's t; in the normal where ``df`` is infinite."""
    return float(ndtr(t) if math.isinf(df) else stdtr(df, t))


def _check(estimate: float, se: float, df: float, *, tested: bool = True) -> None:
    """Refuse numbers no estimator gives; a test needs an error above 0, an interval may have none."""
    if not math.isfinite(estimate):
        raise ValueError(f"the estimate must be finite, not {estimate}")
    if not (0 < se < math.inf or (se == 0 and not tested)):
        raise ValueError(f"se must be finite and above 0, not {se}")
    if not df > 0:
        raise ValueError(f"df must be above 0, not {df}")


def p_value(estimate: float, se: float, df: float) -> float:
    """Two-sided p of "the estimate is 0".

    Raises
    ------
    ValueError
        When a number is missing or infinite, or ``se`` or ``df`` is not above 0.
    """
    if not (known(estimate) and known(se) and known(df)):
        raise ValueError("p needs an estimate, its se and df; a number is missing")
    _check(estimate, se, df)
    return 2 * t_tail(df, -abs(estimate / se))


def interval(
    estimate: float | None, se: float | None, df: float | None, level: float = 0.95
) -> tuple[float | None, float | None]:
    """Confidence interval ``estimate ± t se``.

    Parameters
    ----------
    estimate, se, df : float or None
        As in :class:`~evaluation.statistics.change.Change`; ``df`` may be infinite.
    level : float
        Coverage, such as 0.95.

    Returns
    -------
    tuple of float or of None
        ``(low, high)``, or ``(None, None)`` where something is missing or ``df`` is so small that the
        quantile is beyond all numbers.

    Raises
    ------
    ValueError
        When ``level`` is not between 0 and 1, the estimate or ``se`` is infinite, ``se`` is negative, or
        ``df`` is not above 0.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    if not (known(estimate) and known(se) and known(df)):
        return None, None
    _check(estimate, se, df, tested=False)
    quantile = t_quantile(df, 0.5 + level / 2)
    if not math.isfinite(quantile):
        return None, None
    return estimate - quantile * se, estimate + quantile * se


def mdc(se: float | None, df: float | None, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """Minimum detectable change: what a two-sided test at ``alpha`` finds with probability ``power``.

    ``(t[1 - alpha/2] + t[power]) se``, in the unit of ``se``.

    References
    ----------
    Bloom, H. S. (1995). Minimum detectable effects. *Evaluation Review* 19(5), 547–556.
    """
    if not (0 < alpha < 1 and 0 < power < 1):
        raise ValueError("alpha and power must lie between 0 and 1")
    if not (known(se) and known(df)):
        return None
    _check(0.0, se, df, tested=False)
    quantiles = t_quantile(df, 1 - alpha / 2) + t_quantile(df, power)
    return quantiles * se if math.isfinite(quantiles) else None


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided tests: the interval, and p of "the change is at least δ in size"."""

    low: float | None
    high: float | None
    p_value: float | None


def tost(estimate: float | None, se: float | None, df: float | None, delta: float, alpha: float = 0.05) -> Equivalence:
    """Two one-sided tests of equivalence within ±``delta``.

    Parameters
    ----------
    estimate, se, df : float or None
        The change.
    delta : float
        Smallest change that matters, in the unit of ``estimate``.
    alpha : float
        Level of each one-sided test; the interval is ``1 - 2 alpha`` (90 % by default).

    Returns
    -------
    Equivalence
        ``p_value < alpha`` exactly where ``low`` and ``high`` lie inside ±``delta``.

    References
    ----------
    Schuirmann, D. J. (1987). *J. Pharmacokinetics and Biopharmaceutics* 15(6), 657–680.
    """
    if not delta > 0:
        raise ValueError(f"delta must be above 0, not {delta}")
    if not (known(estimate) and known(se) and known(df)):
        return Equivalence(None, None, None)
    _check(estimate, se, df)
    low, high = interval(estimate, se, df, 1 - 2 * alpha)
    return Equivalence(low, high, max(t_tail(df, -(estimate + delta) / se), t_tail(df, (estimate - delta) / se)))


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Holm's adjusted p-values for one family, in the order given.

    Entries that are None (or NaN) were not tested: they stay None and do not count.

    Raises
    ------
    ValueError
        When a p-value lies outside 0–1.

    References
    ----------
    Holm, S. (1979). *Scandinavian Journal of Statistics* 6(2), 65–70.

    Examples
    --------
    >>> holm([0.01, None, 0.04])
    (0.02, None, 0.04)
    """
    tested = [(float(p), i) for i, p in enumerate(p_values) if known(p)]
    if any(not 0 <= p <= 1 for p, _ in tested):
        raise ValueError("p-values must lie between 0 and 1")
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, i) in enumerate(sorted(tested)):
        highest = max(highest, min(1.0, (len(tested) - rank) * p))
        adjusted[i] = highest
    return tuple(adjusted)
