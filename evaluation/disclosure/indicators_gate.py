"""The gate for register indicators: single units by their denominators, the municipality as the register has it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from evaluation.disclosure.complement import complement
from evaluation.disclosure.record import Record
from evaluation.disclosure.rules import (
    BELOW,
    DISCRETION,
    WHOLE_POINTS,
    blank,
    coarse_value,
    mark,
    set_reason,
)

UNKNOWN: Final = "naevner_ukendt"


def gate_indicators(source: pd.DataFrame, threshold: int, record: Record) -> pd.DataFrame:
    """Hide numbers of single units that stand for too few, or nobody knows for how many.

    A unit's number follows the rules of survey numbers with its denominator for the people: below the
    threshold nothing, up to three thresholds everything in whole points. A share needs the threshold on both
    sides at any size: one child in eighteen of a named place is a child that people there know. Where a number
    is hidden, units beside it are, until what the municipality's number leaves for them holds at least two units
    and ``threshold`` people. The municipality's own number is a fact of the register and hidden only where its
    denominator is below the threshold.
    """
    table = source.copy()
    people, stat = table["_persons"].to_numpy(), table["stat"]
    known = ~np.isnan(table["value"].to_numpy())
    unit = (table["_grouping"] == "enhed").to_numpy()
    share = np.asarray(stat.isin(["andel", "procent"]))
    scaled = np.where(stat == "procent", table["value"] / 100, table["value"])
    # A denominator of 0 and a number above it is no number of people.
    counted = np.where(np.isnan(people), 0.0, people)
    marks = mark(scaled, share, counted, counted, table["_side"].to_numpy(), threshold)
    nobody = known & unit & (counted == 0)
    below = known & (marks.below | (~unit & (people == 0)))
    thin = share & ~(table["_side"].to_numpy() >= threshold)
    discreet = known & unit & thin & ~below
    hidden = below | discreet | nobody
    seen = np.where(known, counted, 0.0)
    discreet |= known & complement(table, hidden, seen, ("indicator", "period"), threshold)
    hidden = below | discreet | nobody
    coarse = known & unit & marks.coarse & ~hidden
    rounded = coarse_value(scaled, share)
    table["value"] = np.where(coarse, np.where(stat == "procent", rounded * 100, rounded), table["value"])
    blank(table, hidden, ("value", "denominator"))
    table["suppressed"] = hidden
    for rows, reason in ((coarse, WHOLE_POINTS), (nobody, UNKNOWN), (below, BELOW), (discreet, DISCRETION)):
        set_reason(table, rows, reason)
        record.add("indicators", table, rows, reason, hidden=reason != WHOLE_POINTS)
    return table
