"""The gate for changes: a comparison is as small as its smaller wave, and cannot say more than its two levels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.disclosure.record import Record
from evaluation.disclosure.rules import (
    BELOW,
    DISCRETION,
    PAIRED,
    UNDER_30,
    WHOLE_POINTS,
    Bools,
    Floats,
    blank,
    coarse_value,
    is_share,
    mark,
    set_reason,
)

DIFFERENCE = "forskel-sammenligning"
_NUMBERS = ("before", "after", "change", "direction")
_EFFECT = ("effect_name", "effect_size", "effect_low", "effect_high")
_SPREAD = (
    "se",
    "df",
    "ci_low",
    "ci_high",
    "eq_low",
    "eq_high",
    "p_value",
    "p_adjusted",
    "p_bootstrap",
    "bootstrap_draws",
    "largest_share",
    "caution",
    *_EFFECT,
    "mdc80",
    "n_eff_before",
    "n_eff_after",
    "verdict",
)


def gate_estimates(source: pd.DataFrame, levels: pd.DataFrame, threshold: int, record: Record) -> pd.DataFrame:
    """Gate the table ``estimates``.

    Parameters
    ----------
    source : DataFrame
        Private estimates.
    levels : DataFrame
        The levels after the gate: a wave hidden there hides every change that it is part of.
    """
    table = source.copy()
    share = is_share(table)
    people = [table[f"_persons_{side}"].to_numpy() for side in ("before", "after")]
    marks = [
        mark(
            table[side].to_numpy(),
            share,
            table[f"n_{side}"].to_numpy(),
            number,
            table[f"_side_{side}"].to_numpy(),
            threshold,
        )
        for side, number in zip(("before", "after"), people, strict=True)
    ]
    below = marks[0].below | marks[1].below
    discreet = (marks[0].discreet | marks[1].discreet | _with_level(table, levels, levels["suppressed"])) & ~below
    hidden = below | discreet
    # A large group that others hide behind shows whole points among the levels, and so here.
    rounded = _with_level(table, levels, levels["reason"] == WHOLE_POINTS)
    coarse = (marks[0].coarse | marks[1].coarse | rounded) & ~hidden
    stripped = (marks[0].stripped | marks[1].stripped | rounded) & ~hidden
    _round(table, coarse, share)
    blank(table, hidden, _NUMBERS)
    blank(table, stripped | hidden, _SPREAD)
    # A size of effect is the change over the standard deviation; of independent persons all spread tells it.
    apart = ~levels["suppressed"] & levels["value"].notna() & levels["sd"].isna() & (levels["stat"] != "andel")
    blank(table, _with_level(table, levels, apart), _EFFECT)
    blank(table, _with_level(table, levels, apart & levels["se"].isna()), _SPREAD)
    _difference(table, share)
    lost = (table["group"] == DIFFERENCE).to_numpy() & table["change"].isna().to_numpy() & source["change"].notna()
    discreet |= lost.to_numpy() & ~below
    hidden |= discreet
    few_pairs = _telling_pairs(table, hidden, threshold)
    blank(table, few_pairs, ("n_paired",))
    table["suppressed"] = hidden
    set_reason(table, stripped & ~hidden, UNDER_30)
    set_reason(table, coarse & ~hidden, WHOLE_POINTS)
    set_reason(table, below, BELOW)
    set_reason(table, discreet, DISCRETION)
    record.add("estimates", table, below, BELOW, hidden=True)
    record.add("estimates", table, discreet, DISCRETION, hidden=True)
    record.add("estimates", table, coarse & ~hidden, WHOLE_POINTS, hidden=False)
    record.add("estimates", table, stripped & ~hidden & ~coarse, UNDER_30, hidden=False)
    record.add("estimates", table, few_pairs & ~hidden, PAIRED, hidden=False)
    return table


def _with_level(table: pd.DataFrame, levels: pd.DataFrame, chosen: pd.Series) -> Bools:
    """Rows with a wave whose level is among the ``chosen`` ones."""
    gone = levels.loc[chosen, "key"]
    if gone.empty:
        return np.zeros(len(table), dtype=bool)
    names = set(gone)
    stems = [key.rsplit(".", 1)[0] for key in table["key"]]
    waves = [waves.split("_") for waves in table["waves"]]
    return np.array(
        [any(f"{s}.{name}" in names for name in _splits(w)) for s, w in zip(stems, waves, strict=True)], dtype=bool
    )


def _splits(parts: list[str]) -> list[str]:
    """Both waves of ``before_after``; a wave id may itself hold an underscore, so every cut counts."""
    cuts = range(1, len(parts))
    return ["_".join(parts[:i]) for i in cuts] + ["_".join(parts[i:]) for i in cuts]


def _round(table: pd.DataFrame, rows: Bools, share: Bools) -> None:
    """Whole points in ``rows``; the change is then the difference of what is shown."""
    before, after = (coarse_value(table[side].to_numpy(), share) for side in ("before", "after"))
    change = np.where(share, np.round(after - before, 2), after - before)
    for name, value in (("before", before), ("after", after), ("change", change)):
        table[name] = np.where(rows, value, table[name].to_numpy())
    table["direction"] = np.where(rows, _direction(change, share), table["direction"].to_numpy())


def _direction(change: Floats, share: Bools) -> np.ndarray:
    """Direction of a change in whole points, by the rule of the analysis."""
    points = np.where(share, change * 100, change)
    words = np.where(np.abs(points) < 0.5, "ingen", np.where(points > 0, "op", "ned"))
    return np.where(np.isnan(change), "", words).astype(object)


def _difference(table: pd.DataFrame, share: Bools) -> None:
    """*Forskel i udvikling* once more, from the two changes as they are shown, in place."""
    rows = (table["group"] == DIFFERENCE).to_numpy()
    if not rows.any():
        return
    place = table["survey"] + "." + table["measure"] + "." + table["stat"] + "." + table["waves"]
    shown = {
        group: table.loc[table["group"] == group].set_index(place[table["group"] == group])["change"]
        for group in ("kommune", "sammenligning")
    }
    change = (place.map(shown["kommune"]) - place.map(shown["sammenligning"])).to_numpy(dtype=float)
    table["change"] = np.where(rows, change, table["change"].to_numpy())
    table["direction"] = np.where(rows, _direction(change, share), table["direction"].to_numpy())


def _telling_pairs(table: pd.DataFrame, hidden: Bools, threshold: int) -> Bools:
    """Rows whose number in both waves would single out the few who answered once, or the few who answered twice."""
    paired = table["n_paired"].to_numpy()
    apart = [table[name].to_numpy() - paired for name in ("n_before", "n_after")]
    few = np.zeros(len(table), dtype=bool)
    for number in (*apart, paired):
        few |= (number > 0) & (number < threshold)
    return np.asarray(~np.isnan(paired) & (few | hidden))
