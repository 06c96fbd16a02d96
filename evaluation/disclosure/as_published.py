"""Put what was published before in the place of what may not change.

The rows of a number that is kept come from the newest publication that has the number, also rows that the new
results are without. Rows that it has not are hidden, and so is how many answered: they would rest on other
answers than those published, and would not add up with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from evaluation.disclosure.publications import Conflicts, Publication, conflicts
from evaluation.disclosure.published import FLAGS, TABLES, TEXT, Published, conform
from evaluation.disclosure.rules import DISCRETION, RULE_VERSION, Bools
from evaluation.plan.model import Disclosure

#: The rule's name in the record.
PUBLICATION: Final = "publikation"
#: What stays when a row is hidden: who and what it is about, and what is public (numbers of people and of units).
_PUBLIC: Final[Mapping[str, str]] = {
    "levels": "n clusters",
    "distributions": "n_base",
    "perceived": "n asked clusters",
    "estimates": "invited_before invited_after n_before n_after clusters family_size delta alpha bootstrap_draws",
    "comparisons": "n_group n_against clusters_group clusters_against family_size delta alpha waves_before",
    "nonresponse": "rate_before rate_after",
    "scales": "items n",
    "trends": "n_before n_after clusters df_num family_size delta alpha",
    "indicators": "denominator units",
}
#: What tells how many answered: not beside numbers that stay, where fewer or more had.
_SIZES: Final[Mapping[str, str]] = {
    "levels": "n clusters",
    "distributions": "n_base",
    "perceived": "n asked clusters",
    "scales": "n",
    "estimates": "invited_before invited_after n_before n_after clusters",
    "comparisons": "n_group n_against clusters_group clusters_against",
}
#: Texts that are results.
_RESULTS: Final = frozenset(
    {"direction", "verdict", "caution", "effect_name", "item_rest_item", "alpha_dropped_item"}
    | {"same", "same_reason", "drift_item"}
)
#: The column that names the measure, by table.
_MEASURE: Final = {"distributions": "item", "perceived": "item", "scales": "scale"}
#: Tables that rest on the answers of single waves, or of two.
_SINGLE: Final = ("levels", "distributions", "perceived", "scales")
_PAIRS: Final = ("estimates", "comparisons", "nonresponse")
#: Tables that leave out rows of hidden groups, or may.
_PRINTED: Final = ("levels", "distributions", "perceived")
#: Numbers that rest on more than the row's own waves: hidden where another wave of the measure stays as published.
_UNIT_SPREAD: Final = ("se", "df", "ci_low", "ci_high")
_WIDER: Final[Mapping[str, tuple[str, ...]]] = {
    "levels": _UNIT_SPREAD,
    "perceived": _UNIT_SPREAD,
    "estimates": _UNIT_SPREAD,
    "scales": ("same", "same_reason", "congruence", "congruence_p", "drift", "drift_item", "drift_size", "drift_p"),
    "comparisons": ("pretrend_p", "breakdown"),
}
_FAMILY: Final = ("p_adjusted", "verdict")


def settle(
    new: Published, earlier: Sequence[Publication], policy: Disclosure, shared: Collection[str] = ()
) -> Published:
    """``new`` with everything that may not change as it was published; the record says where and why.

    Parameters
    ----------
    new, earlier, policy, shared
        As :func:`evaluation.disclosure.publications.conflicts`.
    """
    if not earlier:
        return new
    return apply(new, earlier, conflicts(new, earlier, policy, shared), policy)


def apply(new: Published, earlier: Sequence[Publication], found: Conflicts, policy: Disclosure) -> Published:
    """``new`` after the decisions ``found``."""
    kept = set(zip(found.kept["survey"], found.kept["measure"], found.kept["wave"], strict=True))
    columns = (found.closed[name] for name in ("survey", "measure", "wave", "group"))
    closed = set(zip(*columns, strict=True))
    tables: dict[str, pd.DataFrame] = {}
    notes: list[pd.DataFrame] = []
    for name in (*_SINGLE, *_PAIRS):
        table = getattr(new, name)
        if name in _PRINTED:
            table = _with_rows_of_then(name, table, new, earlier, kept)
        stays, shut = _touched(name, table, kept, closed)
        made = table
        for rows, only in _wider(name, table, stays, kept):
            made = _replaced(name, made, rows & ~stays & ~shut, none(table), earlier, notes, only)
        tables[name] = _replaced(name, made, stays, shut, earlier, notes)
    # Waves side by side rest on all waves of their measure.
    stays = _trends_touched(new.trends, kept)
    tables["trends"] = _replaced("trends", new.trends, stays, none(new.trends), earlier, notes)
    tables["indicators"] = _indicators(new.indicators, earlier, policy, notes)
    if not notes:
        return new
    tables["record"] = _record(new.record, notes)
    return replace(new, **{name: conform(name, table) for name, table in tables.items()})


def _touched(
    name: str, table: pd.DataFrame, kept: set[tuple[str, str, str]], closed: set[tuple[str, str, str, str]]
) -> tuple[Bools, Bools]:
    """Rows that stay as published, and rows of groups that are closed."""
    measure = table[_MEASURE.get(name, "measure")].astype(str)
    waves = table["waves" if name in _PAIRS else "wave"].astype(str)
    # kommune is the only group of a scale's reliability
    groups = table["group"].astype(str) if "group" in table else pd.Series("kommune", index=table.index)
    stays, shut = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    about = {f"{survey}.{what}" for survey, what, *_ in (*kept, *closed)}
    survey = table["survey"].astype(str)
    looked = np.flatnonzero((survey + "." + measure).isin(about))
    columns = (part.iloc[looked] for part in (survey, measure, groups, waves))
    for place, one, what, group, when in zip(looked, *columns, strict=True):
        each = when.split("_") if name in _PAIRS else [when]
        stays[place] = any((one, what, wave) in kept for wave in each)
        shut[place] = any((one, what, wave, group) in closed for wave in each)
    return stays, shut & ~stays


def _trends_touched(table: pd.DataFrame, kept: set[tuple[str, str, str]]) -> Bools:
    """Rows of measures with a wave that stays as published."""
    about = {f"{survey}.{what}" for survey, what, _ in kept}
    return np.asarray((table["survey"].astype(str) + "." + table["measure"].astype(str)).isin(about), dtype=bool)


def none(table: pd.DataFrame) -> Bools:
    """No row of the table."""
    return np.zeros(len(table), dtype=bool)


def _wider(
    name: str, table: pd.DataFrame, stays: Bools, kept: set[tuple[str, str, str]]
) -> Iterator[tuple[Bools, tuple[str, ...]]]:
    """Rows with columns that rest on answers of a number that stays, though the row itself does not.

    A unit's spread and a scale's likeness rest on every wave of the measure; an adjusted p and the
    verdict on the p of the whole family.
    """
    if name in _WIDER:
        about = {f"{survey}.{what}" for survey, what, _ in kept}
        rows = (table["survey"] + "." + table[_MEASURE.get(name, "measure")]).isin(about).to_numpy()
        if name in ("levels", "perceived", "estimates"):
            rows = rows & table["group"].str.startswith("enhed-").to_numpy() & table["se"].notna().to_numpy()
        yield rows, _WIDER[name]
    if name == "estimates" and stays.any():
        families = set(table.loc[stays, "family"]) - {""}
        yield table["family"].isin(families).to_numpy(), _FAMILY


def _number(name: str, table: pd.DataFrame) -> pd.Series:
    """Name of every row's number: survey, measure and wave, or waves."""
    parts = [table["survey"], table[_MEASURE.get(name, "measure")], table["waves" if name in _PAIRS else "wave"]]
    return pd.Series(parts[0].astype(str) + "|" + parts[1].astype(str) + "|" + parts[2].astype(str), index=table.index)


def _with_rows_of_then(
    name: str,
    table: pd.DataFrame,
    new: Published,
    earlier: Sequence[Publication],
    kept: set[tuple[str, str, str]],
) -> pd.DataFrame:
    """``table`` with the rows of numbers that stay which only their publication has, each after the one before it.

    Rows of groups that the survey is without today are left out.
    """
    there = pd.MultiIndex.from_frame(new.levels[["survey", "wave", "group"]])
    numbers, donors = {"|".join(one) for one in kept}, set[str]()
    for publication in reversed(earlier):
        old = getattr(publication.published, name)
        number = _number(name, old)
        mine = number.isin(numbers - donors).to_numpy()
        donors |= numbers & set(number)
        rows = pd.Series(np.arange(len(table)), index=_rows_of(name, table))
        spots = _rows_of(name, old).map(rows[~rows.index.duplicated()])
        lost = mine & spots.isna().to_numpy()
        lost &= pd.MultiIndex.from_frame(old[["survey", "wave", "group"]]).isin(there)
        if lost.any():
            order = np.argsort(np.r_[rows.to_numpy(), spots.ffill().fillna(-1.0)[lost].to_numpy() + 0.5], kind="stable")
            table = pd.concat([table, old[lost]], ignore_index=True).iloc[order].reset_index(drop=True)
    return table


def _rows_of(name: str, table: pd.DataFrame) -> pd.Series:
    """What tells rows of a table apart: the key, and the base of a distribution."""
    return table["key"] + "|" + table["base"] if name == "distributions" else table["key"]


def _replaced(
    name: str,
    table: pd.DataFrame,
    stays: Bools,
    shut: Bools,
    earlier: Sequence[Publication],
    notes: list[pd.DataFrame],
    only: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Rows that stay from the newest publication that has their number; without one, and closed groups, hidden.

    Where ``only`` names columns, rows without one lose just these.
    """
    if not (stays.any() or shut.any()):
        return table
    made, missing, beside = table.copy(), stays.copy(), none(table)
    wanted = _rows_of(name, made)
    numbers = _number(name, made) if name in _SIZES else wanted
    for publication in reversed(earlier):
        old = getattr(publication.published, name)
        old = old.assign(_row=_rows_of(name, old)).drop_duplicates("_row").set_index("_row")
        found = missing & ~beside & wanted.isin(old.index).to_numpy()
        if only:
            # a row that rests on other answers today has no use for the spread of then
            found[found] = _alike(name, made[found], old.loc[wanted[found]], only)
        if name in _SIZES and not only:
            # what is new beside it comes from no older publication either, where it may have rested on other answers
            beside |= missing & ~found & numbers.isin(_number(name, old)).to_numpy()
        if found.any():
            for column in TABLES[name]:
                values = made[column].to_numpy(copy=True)
                values[found] = old.loc[wanted[found], column].to_numpy()
                made[column] = values
            missing &= ~found
    if only:
        for column in only:
            made[column] = made[column].where(~missing, "" if column in TEXT else np.nan)
    else:
        _hide(name, made, missing | shut)
        for column in _SIZES.get(name, "").split():
            made[column] = made[column].where(~(missing & (beside | (name in _SINGLE))), np.nan)
    _note(name, made, stays | shut, notes)
    if name == "distributions":
        # hidden ones of units are left out of the table, as the gate does
        made = made[~((missing | shut) & made["group"].str.startswith("enhed-").to_numpy())].reset_index(drop=True)
    return made


def _alike(name: str, rows: pd.DataFrame, old: pd.DataFrame, but: tuple[str, ...]) -> Bools:
    """Rows with the same numbers as ``old`` row by row, other than those of the columns ``but``."""
    same = np.ones(len(rows), dtype=bool)
    for column in TABLES[name]:
        if column not in TEXT and column not in FLAGS and column not in but:
            one, other = rows[column].to_numpy(dtype=float), old[column].to_numpy(dtype=float)
            same &= np.isclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True)
    return same


def _hide(name: str, table: pd.DataFrame, rows: Bools) -> None:
    """Empty all results of ``rows``, in place."""
    public = set(_PUBLIC[name].split())
    for column in TABLES[name]:
        if column in FLAGS or column in public or (column in TEXT and column not in _RESULTS):
            continue
        table[column] = table[column].where(~rows, "" if column in TEXT else np.nan)
    table["suppressed"] = table["suppressed"] | rows
    # the one word for everything that could be computed: see docs/disclosure.md
    table["reason"] = table["reason"].where(~rows, DISCRETION)


def _note(name: str, table: pd.DataFrame, rows: Bools, notes: list[pd.DataFrame]) -> None:
    """Write ``rows`` into the record: hidden, or shown as they were published."""
    if not rows.any():
        return
    part = table.loc[rows, ["key", "reason", "suppressed"]].rename(columns={"suppressed": "hidden"})
    part["group"] = table.loc[rows, "group"] if "group" in table else "kommune"
    notes.append(part.assign(table=name, rule=PUBLICATION, rule_version=RULE_VERSION)[list(TABLES["record"])])


def _record(record: pd.DataFrame, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """The record without what it said about rows that were put back, and with why they were."""
    added = pd.concat(notes, ignore_index=True).drop_duplicates(["table", "key"])
    told = pd.MultiIndex.from_frame(added[["table", "key"]])
    mine = pd.MultiIndex.from_frame(record[["table", "key"]])
    return pd.concat([record[~mine.isin(told)], added], ignore_index=True)


def _indicators(
    table: pd.DataFrame, earlier: Sequence[Publication], policy: Disclosure, notes: list[pd.DataFrame]
) -> pd.DataFrame:
    """A figure of a register changes only where the people behind it did, by as many as a number needs."""
    stays = np.zeros(len(table), dtype=bool)
    for publication in earlier:
        old = publication.published.indicators.drop_duplicates("key").set_index("key")
        there = table["key"].isin(old.index).to_numpy()
        if not there.any():
            continue
        was = old.reindex(table["key"])
        moved = np.abs(table["denominator"].to_numpy() - was["denominator"].to_numpy())
        value, before = table["value"].to_numpy(), was["value"].to_numpy()
        same = (value == before) | (np.isnan(value) & np.isnan(before))
        counted = ~(np.isnan(table["denominator"].to_numpy()) & np.isnan(was["denominator"].to_numpy()))
        stays |= there & counted & ~same & ~(moved >= 3 * max(policy.threshold, publication.threshold))
    return _replaced("indicators", table, stays, none(table), earlier, notes)
