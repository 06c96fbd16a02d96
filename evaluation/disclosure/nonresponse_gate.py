"""The gate for weights and tipping points: the municipality only, and only what published rows already carry."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.disclosure.record import Record
from evaluation.disclosure.rules import BELOW, DISCRETION, UNDER_30, blank, few, set_reason

_SPREAD = ("n_eff", "efficiency", "smallest", "largest", "ratio", "trimmed", "gap", "rounds", "merged")
_TIPPING = ("verdict", "change", "gap_significance", "gap_zero", "gap_largest", "low", "high")


def gate_weighting(source: pd.DataFrame, threshold: int, record: Record) -> pd.DataFrame:
    """Gate the table ``weighting``: nothing about the weights below 30 answers or three thresholds of people.

    Categories have at least ``threshold`` answers (the analysis merges smaller ones). How many lack a
    category is what few people did not say: shown as 0 or from ``threshold`` up.
    """
    table = source.copy()
    people, n = table["_persons"].to_numpy(), table["n"].to_numpy()
    small = few(n, people, threshold) | ~(people > 0)
    below = (people > 0) & (people < threshold)
    unplaced = table["unplaced"].to_numpy()
    told = (unplaced > 0) & ((unplaced < threshold) | (n - unplaced < threshold))
    blank(table, small, _SPREAD)
    blank(table, told | small, ("unplaced",))
    table["suppressed"] = small
    set_reason(table, small, UNDER_30)
    set_reason(table, below, BELOW)
    record.add("weighting", table, small & ~below, UNDER_30, hidden=True)
    record.add("weighting", table, below, BELOW, hidden=True)
    record.add("weighting", table, told & ~small, DISCRETION, hidden=False)
    return table


def gate_nonresponse(source: pd.DataFrame, estimates: pd.DataFrame, record: Record) -> pd.DataFrame:
    """Gate the table ``nonresponse``: a row is shown where its change and every test of its family are.

    Parameters
    ----------
    source : DataFrame
        Private table.
    estimates : DataFrame
        The changes after the gate.
    """
    table = source.copy()
    shown = estimates[~estimates["suppressed"].astype(bool) & estimates["p_adjusted"].notna()]
    whole = shown[shown["reason"] == ""]
    open_keys = set(whole.loc[whole["verdict"] != "", "key"])
    counted = shown.groupby("family").size()
    sizes = shown.groupby("family")["family_size"].max()
    families = {name for name in counted.index if name and counted[name] == sizes[name]}
    mine = table["key"].isin(open_keys).to_numpy() & table["family"].isin(families).to_numpy()
    hidden = ~np.asarray(mine, dtype=bool)
    blank(table, hidden, _TIPPING)
    table["suppressed"] = hidden
    set_reason(table, hidden, DISCRETION)
    record.add("nonresponse", table, hidden, DISCRETION, hidden=True)
    return table
