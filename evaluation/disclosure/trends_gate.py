"""The gate for several waves, composition and interrupted series: the municipality only, whole or not at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.disclosure.record import Record
from evaluation.disclosure.rules import BELOW, COARSE_BELOW, DISCRETION, UNDER_30, blank, few, set_reason

_NUMBERS = (
    "before",
    "after",
    "estimate",
    "direction",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "statistic",
    "p_value",
    "p_adjusted",
    "total",
    "mdc80",
    "caution",
)
_REGISTER = "indikatorer"


def gate_trends(
    source: pd.DataFrame, levels: pd.DataFrame, indicators: pd.DataFrame, threshold: int, record: Record
) -> pd.DataFrame:
    """Gate the table ``trends``.

    A row is hidden whole where a wave in it has under 30 answers or three thresholds of people, where a wave's level of
    the measure is hidden or rounded, where those who take no part are some but fewer than the threshold, and, for a
    decomposition, where a type in a wave has fewer than three thresholds of people. A series of a register
    indicator is hidden with any of its numbers.

    Parameters
    ----------
    source : DataFrame
        Private trends.
    levels, indicators : DataFrame
        After the gate.
    """
    table = source.copy()
    people = table["_persons"].to_numpy()
    n = np.fmin(table["n_before"].to_numpy(), table["n_after"].to_numpy())
    register = (table["survey"] == _REGISTER).to_numpy()
    below = ~register & (people > 0) & (people < threshold)
    small = ~register & (few(n, people, threshold) | ~(people > 0)) & ~below
    apart, smallest = table["_persons_apart"].to_numpy(), table["_persons_smallest"].to_numpy()
    discreet = ~register & (((apart > 0) & (apart < threshold)) | (smallest < COARSE_BELOW * threshold))
    # A number in whole points beside a difference that is not would be known to all its decimals.
    shown = (levels["group"] == "kommune") & (levels["stat"] == "score")
    gone = levels[shown & (levels["suppressed"].astype(bool) | (levels["reason"] == "hele_point"))]
    names = set(gone["survey"] + "." + gone["measure"])
    discreet |= (table["survey"] + "." + table["measure"]).isin(names).to_numpy()
    hidden_register = indicators[(indicators["group"] == "kommune") & indicators["suppressed"].astype(bool)]
    discreet |= register & table["measure"].isin(set(hidden_register["indicator"])).to_numpy()
    discreet &= ~below & ~small
    hidden = below | small | discreet
    blank(table, hidden, _NUMBERS)
    table["suppressed"] = hidden
    for rows, reason in ((small, UNDER_30), (below, BELOW), (discreet, DISCRETION)):
        set_reason(table, rows, reason)
        record.add("trends", table, rows, reason, hidden=True)
    return table
