"""The gate for groups of units side by side: as small as the smallest wave of the smaller group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.disclosure.linked import Policy
from evaluation.disclosure.linked_scores import left_open
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
Names = tuple[str, ...]


def gate_comparisons(
    source: pd.DataFrame, levels: pd.DataFrame, true: pd.Series, rules: Policy, exempt: Names, record: Record
) -> pd.DataFrame:
    """Gate the table ``comparisons``.

    A group is a sum of units, and units are shown one by one as well. What the hidden units of a group add up to is
    then known: a row that leaves the score of one of them less than 10 points is hidden. Both groups of a row are
    hidden together, because they add up to the municipality.

    Parameters
    ----------
    source : DataFrame
        Private comparisons; all values are points on 0–100.
    levels : DataFrame
        The levels after the gate, with their private columns.
    true : Series
        Values of the levels before the gate.
    rules : Policy
    exempt : tuple of str
        Groupings that take no part in sums.
    """
    table, threshold = source.copy(), rules.threshold
    people = np.fmin(table["_persons_group"].to_numpy(), table["_persons_against"].to_numpy())
    n = np.fmin(table["n_group"].to_numpy(), table["n_against"].to_numpy())
    below = (people > 0) & (people < threshold)
    coarse = (people > 0) & (people < COARSE_BELOW * threshold)
    ends = np.zeros(len(table), dtype=bool)
    for name in ("value_group", "value_against"):
        rounded = np.round(table[name].to_numpy())
        ends |= (table["design"] == "side_om_side").to_numpy() & ((rounded <= 0) | (rounded >= 100))
    discreet = ((coarse & ends) | _left_over(table, levels, true, rules, exempt)) & ~below
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


def _left_over(table: pd.DataFrame, levels: pd.DataFrame, true: pd.Series, rules: Policy, exempt: Names) -> Bools:
    """Rows that, beside those before them, would tell the score of hidden units.

    The mean of a group is taken to be known in all waves of its row, also where only a change is shown.
    """
    scores = levels[levels["stat"] == "score"].assign(value=true)
    wanted = set(zip(table["survey"], table["measure"], strict=True))
    named = zip(scores["survey"], scores["measure"], strict=True)
    scores = scores[np.array([name in wanted for name in named], dtype=bool)]
    parts = dict(tuple(scores.groupby(["survey", "measure", "wave"], sort=False)))
    shown: dict[tuple[str, str, str], list[frozenset[str]]] = {name: [] for name in parts}
    found = np.zeros(len(table), dtype=bool)
    columns = table[["survey", "measure", "waves", "_units_group", "_units_against"]]
    for place, (survey, measure, waves, *sides) in enumerate(columns.itertuples(index=False, name=None)):
        sets = [frozenset(text.split(";")) - {""} for text in sides]
        mine = [name for name in parts if name[:2] == (survey, measure) and f"_{name[2]}_" in f"_{waves}_"]
        for name in mine:
            rows, known = parts[name], [*shown[name], *sets]
            found[place] |= not left_open(rows, rows["suppressed"].to_numpy(dtype=bool), known, rules, exempt)
        if not found[place]:
            for name in mine:
                shown[name] += sets
    return found


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
