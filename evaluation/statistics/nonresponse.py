"""How bad nonresponse would have to be to overturn a finding, and what it could do at worst.

In wave ``t`` a share ``r_t`` of those asked answered; their mean is ``m_t``, that of the others ``u_t``. The mean
of all is ``r_t m_t + (1 - r_t) u_t``, so that the change among all is the change among respondents less

    (1 - r_after) (m_after - u_after) - (1 - r_before) (m_before - u_before).

Where those who did not answer were like the others before, and their change was smaller by ``gap``, that is
``(1 - r_after) gap``. Everything here follows from this line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.statistics import reasons
from evaluation.statistics.reasons import known
from evaluation.statistics.tests import t_quantile


@dataclass(frozen=True, slots=True)
class Tipping:
    """How much less nonrespondents would have to have changed than respondents; signed as the change is.

    Attributes
    ----------
    significance : float or None
        Gap at which the change of all is no longer significant; 0 where it is not to begin with. None without a test.
    zero : float or None
        Gap at which it is 0.
    largest : float or None
        Largest gap the scale has room for: nonrespondents at its far end after. A gap beyond it cannot be.
    reason : str
        ``population_unknown``, ``population_too_small`` (more answers than people asked), ``complete`` (all
        answered in the later wave), ``no_answers``.
    """

    significance: float | None
    zero: float | None
    largest: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WorstCase:
    """Smallest and largest change of all who were asked that the answers leave possible, without sampling error."""

    low: float | None
    high: float | None
    reason: str = ""


def holm_limit(others: Sequence[float | None], alpha: float) -> float:
    """The level a p-value must stay under to be rejected by Holm's procedure beside ``others``.

    With the m − 1 other p in order, as many as are rejected on their own (``q_i < α/(m - i + 1)``, one after
    the other) raise the level to ``α/(m - number)``.

    Parameters
    ----------
    others : sequence of float or None
        The other p-values of the family; None and NaN were not tested and do not count.
    alpha : float

    Raises
    ------
    ValueError
        When ``alpha`` is not between 0 and 1 or a p is.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. *Scandinavian Journal of
    Statistics* 6, 65–70.
    """
    if not 0 < alpha < 1:
        raise ValueError("alpha must be between 0 and 1")
    tested = sorted(float(p) for p in others if known(p))
    if any(not 0 <= p <= 1 for p in tested):
        raise ValueError("p must be between 0 and 1")
    size = len(tested) + 1
    rejected = 0
    for p in tested:
        if not p * (size - rejected) < alpha:
            break
        rejected += 1
    return alpha / (size - rejected)


def tipping(
    before: float | None,
    after: float | None,
    se: float | None,
    df: float | None,
    rate_before: float | None,
    rate_after: float | None,
    *,
    level: float = 0.05,
    scale: tuple[float, float] = (0.0, 100.0),
) -> Tipping:
    """Tipping points of a change under "alike before, then developed differently".

    Parameters
    ----------
    before, after : float or None
        Means of respondents.
    se, df : float or None
        Standard error and degrees of freedom of the change (infinite for the normal).
    rate_before, rate_after : float or None
        Share of those asked who answered, 0–1; None where unknown.
    level : float
        What the p-value must stay under (:func:`holm_limit`).
    scale : tuple of float
        Ends of the scale.

    Raises
    ------
    ValueError
        When a number is out of range.

    References
    ----------
    Rubin, D. B. (1977). Formalizing subjective notions about the effect of nonrespondents in sample surveys.
    *JASA* 72, 538–543. Yan, X., Lee, S. & Li, N. (2009). Missing data handling methods in medical device clinical
    trials. *Journal of Biopharmaceutical Statistics* 19, 1085–1098 (tipping points).
    """
    if not 0 < level < 1:
        raise ValueError("level must be between 0 and 1")
    reason = _reason(before, after, rate_before, rate_after, scale)
    if reason or before is None or after is None or rate_after is None:
        return Tipping(None, None, None, reason or reasons.NO_ANSWERS)
    if rate_after == 1:
        return Tipping(None, None, None, reasons.COMPLETE)
    change, silent = after - before, 1 - rate_after
    sign = math.copysign(1.0, change)
    largest = after - scale[0] if change >= 0 else after - scale[1]
    significance = None
    if known(se) and known(df):
        if not (0 <= se < math.inf and df > 0):
            raise ValueError("se must be finite and not negative and df above 0")
        slack = abs(change) - t_quantile(df, 1 - level / 2) * se
        significance = sign * max(slack, 0.0) / silent
    return Tipping(significance, change / silent, largest)


def worst_case(
    before: float | None,
    after: float | None,
    rate_before: float | None,
    rate_after: float | None,
    *,
    scale: tuple[float, float] = (0.0, 100.0),
) -> WorstCase:
    """Manski's bounds: everybody who did not answer stands at one end of the scale before and at the other after.

    Parameters
    ----------
    before, after, rate_before, rate_after, scale
        As in :func:`tipping`.

    Raises
    ------
    ValueError
        When a number is out of range.

    References
    ----------
    Manski, C. F. (1995). *Identification Problems in the Social Sciences*. Harvard University Press.
    """
    reason = _reason(before, after, rate_before, rate_after, scale)
    if reason or before is None or after is None or rate_before is None or rate_after is None:
        return WorstCase(None, None, reason or reasons.NO_ANSWERS)
    low, high = scale
    first = [rate_before * before + (1 - rate_before) * end for end in (low, high)]
    last = [rate_after * after + (1 - rate_after) * end for end in (low, high)]
    return WorstCase(last[0] - first[1], last[1] - first[0])


def _reason(
    before: float | None,
    after: float | None,
    rate_before: float | None,
    rate_after: float | None,
    scale: tuple[float, float],
) -> str:
    low, high = scale
    if not low < high:
        raise ValueError("the scale must have a lower and an upper end")
    if not known(before) or not known(after):
        return reasons.NO_ANSWERS
    if not (low <= before <= high and low <= after <= high):
        raise ValueError(f"means must lie on the scale from {low} to {high}")
    if not known(rate_before) or not known(rate_after):
        return reasons.POPULATION_UNKNOWN
    if not (rate_before > 0 and rate_after > 0):
        raise ValueError("a response rate must be above 0")
    return reasons.POPULATION_TOO_SMALL if max(rate_before, rate_after) > 1 else ""
