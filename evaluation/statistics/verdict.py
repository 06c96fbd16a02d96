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

from typing import Literal

from evaluation.statistics.reasons import known

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
    if higher_is == "neutral" or not known(change) or not known(p_adjusted):
        return ""
    if p_adjusted < alpha and change != 0:
        word = "fremgang" if (change > 0) == (higher_is == "better") else "tilbagegang"
        return word if abs(change) >= delta else f"lille_{word}"
    inside = known(eq_low) and known(eq_high) and -delta < eq_low and eq_high < delta
    return "uaendret" if inside else "uafklaret"
