"""The gate for groups of units side by side: as small as the smallest wave of the smaller group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.disclosure.record import Record
from evaluation.disclosure.rules import (
    BELOW,
    COARSE_BELOW,
    DISCRETION,
    UNDER_30,
    WHOLE_POINTS,
    Bools,
    blank,
    coarse_value,
    few,
    set_reason,
)

_NUMBERS = ("value_group", "value_against", "difference", "direction")
_SPREAD = (
    "se",
    "df",
    "ci_low",
    "ci_high",
    "p_value",
    "p_adjusted",
    "mdc80",
    "pretrend_p",
    "breakdown",
)
_HALF_POINT = 0.5


def gate_comparisons(source: pd.DataFrame, levels: pd.DataFrame, threshold: int, record: Record) -> pd.DataFrame:
    """Gate the table ``comparisons``.

    A group is a sum of units, and units are shown one by one as well. Where units are hidden, a group that holds
    one of them, or several with fewer than ``threshold`` people between them, would be what is left of it when the
    units shown are taken away: such a row is hidden. Both groups of a row are hidden together, because they add
    up to the municipality.

    Parameters
    ----------
    source : DataFrame
        Private comparisons; all values are points on 0–100.
    levels : DataFrame
        The levels after the gate, with their private columns.
    """
    table = source.copy()
    people = np.fmin(table["_persons_group"].to_numpy(), table["_persons_against"].to_numpy())
    n = np.fmin(table["n_group"].to_numpy(), table["n_against"].to_numpy())
    below = (people > 0) & (people < threshold)
    coarse = (people > 0) & (people < COARSE_BELOW * threshold)
    ends = np.zeros(len(table), dtype=bool)
    for name in ("value_group", "value_against"):
        rounded = np.round(table[name].to_numpy())
        ends |= (table["design"] == "side_om_side").to_numpy() & ((rounded <= 0) | (rounded >= 100))
    discreet = ((coarse & ends) | _left_over(table, levels, threshold)) & ~below
    hidden = below | discreet
    coarse &= ~hidden
    stripped = few(n, people, threshold) & ~hidden
    _round(table, coarse)
    blank(table, hidden, _NUMBERS)
    blank(table, stripped | hidden, _SPREAD)
    # A word that stands for a test falls with the test.
    table["wording"] = table["wording"].where(
        ~(stripped | hidden) | (table["wording"] != "effekt"), "forskel_i_udvikling"
    )
    table["suppressed"] = hidden
    for rows, reason, gone in (
        (stripped, UNDER_30, False),
        (coarse, WHOLE_POINTS, False),
        (below, BELOW, True),
        (discreet, DISCRETION, True),
    ):
        set_reason(table, rows, reason)
        told = rows & ~coarse if reason == UNDER_30 else rows
        record.add("comparisons", table, told, reason, hidden=gone)
    return table


def _left_over(table: pd.DataFrame, levels: pd.DataFrame, threshold: int) -> Bools:
    """Rows with a side whose hidden units are one, or too few people together."""
    units = levels[(levels["_grouping"] == "enhed") & levels["suppressed"] & (levels["_persons"] > 0)]
    if units.empty or table.empty:
        return np.zeros(len(table), dtype=bool)
    hidden: dict[tuple[str, str], dict[str, float]] = {}
    for row in units[["survey", "measure", "group", "_persons"]].itertuples(index=False, name=None):
        behind = hidden.setdefault((row[0], row[1]), {})
        behind[row[2]] = min(row[3], behind.get(row[2], np.inf))
    found = []
    for survey, measure, mine, other in table[["survey", "measure", "_units_group", "_units_against"]].itertuples(
        index=False, name=None
    ):
        behind = hidden.get((survey, measure), {})
        sides = ([behind[name] for name in text.split(";") if name in behind] for text in (mine, other))
        found.append(any(len(side) == 1 or 0 < sum(side) < threshold for side in sides))
    return np.array(found, dtype=bool)


def _round(table: pd.DataFrame, rows: Bools) -> None:
    """Whole points in ``rows``; a difference is then that of what is shown, a slope itself in whole points."""
    plain = np.zeros(len(table), dtype=bool)
    mine, other = (coarse_value(table[name].to_numpy(), plain) for name in ("value_group", "value_against"))
    slope = coarse_value(table["difference"].to_numpy(), plain)
    difference = np.where(np.isnan(mine - other), slope, mine - other)
    for name, value in (("value_group", mine), ("value_against", other), ("difference", difference)):
        table[name] = np.where(rows, value, table[name].to_numpy())
    words = np.where(np.abs(difference) < _HALF_POINT, "ingen", np.where(difference > 0, "op", "ned"))
    words = np.where(np.isnan(difference), "", words).astype(object)
    table["direction"] = np.where(rows, words, table["direction"].to_numpy())
