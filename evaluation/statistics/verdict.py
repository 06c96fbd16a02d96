"""The verdict on one change: one pure function, its rule printed in every report.

====================================  ================================================
id                                    rule, in this order
====================================  ================================================
fremgang / tilbagegang                adjusted p < α and the change is at least δ
lille_fremgang / lille_tilbagegang    adjusted p < α and the change is below δ
uaendret                              not the above, and the 90 % interval lies inside ±δ
uafklaret                             none of these
====================================  ================================================

Sizes are absolute; fremgang or tilbagegang follows the sign, turned where lower is
better. A neutral measure has no verdict, nor has a change that was not tested.
"""

from __future__ import annotations

import math
from typing import Literal

HigherIs = Literal["better", "worse", "neutral"]


def verdict(
    change: float | None,
    p_adjusted: float | None,
    eq_low: float | None,
    eq_high: float | None,
    delta: float,
    alpha: float,
    higher_is: HigherIs | str,
) -> str:
    """One of ``evaluation.common.table.VERDICTS``, or ``""`` where no verdict is given.

    Parameters
    ----------
    change : float or None
        After minus before.
    p_adjusted : float or None
        p adjusted in its family; None or NaN where there was no test.
    eq_low, eq_high : float or None
        90 % interval of the change.
    delta : float
        Smallest change that matters, **in the unit of** ``change`` (a share 0–1 takes 0.05
        for 5 procentpoint).
    alpha : float
        Level of the test.
    higher_is : {"better", "worse", "neutral"}
        What a rise means.

    Raises
    ------
    ValueError
        When ``delta`` or ``alpha`` is out of range or ``higher_is`` unknown.
    """
    if higher_is not in ("better", "worse", "neutral"):
        raise ValueError(f"unknown higher_is {higher_is!r}")
    if not delta > 0 or not 0 < alpha < 1:
        raise ValueError("delta must be above 0 and alpha between 0 and 1")
    if higher_is == "neutral" or _missing(change) or _missing(p_adjusted):
        return ""
    assert change is not None and p_adjusted is not None  # noqa: PT018
    if p_adjusted < alpha and change != 0:
        word = "fremgang" if (change > 0) == (higher_is == "better") else "tilbagegang"
        return word if abs(change) >= delta else f"lille_{word}"
    if _missing(eq_low) or _missing(eq_high):
        return "uafklaret"
    assert eq_low is not None and eq_high is not None  # noqa: PT018
    return "uaendret" if -delta < eq_low and eq_high < delta else "uafklaret"


def _missing(number: float | None) -> bool:
    """None, or NaN as it comes back from a table."""
    return number is None or math.isnan(number)
