"""From the private distributions to what may be published of every group, item and wave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.disclosure.linked import Policy, Structure
from evaluation.disclosure.linked_repair import Problem, primary, protect
from evaluation.disclosure.moves import HIDDEN, OPEN, Scoring
from evaluation.disclosure.rules import COARSE_BELOW
from evaluation.disclosure.small import decide

Ints = NDArray[np.int64]
WHOLE: Final = "kommune"
#: Groups that are no part of the municipality's sums.
BESIDE: Final = ("sammenligning", "forskel-sammenligning")
NAMES: Final = ("survey", "item", "group", "wave")


def place(table: pd.DataFrame, measure: str = "measure", wave: str = "wave") -> pd.Series:
    """Name of survey, item, group and wave of every row, as :func:`states` has it."""
    return pd.Series(table["survey"] + "." + table[measure] + "." + table["group"] + "." + table[wave])


def states(distributions: pd.DataFrame, levels: pd.DataFrame, policy: Policy, exempt: tuple[str, ...]) -> pd.DataFrame:
    """What of every group may be published, item by item and wave by wave.

    Parameters
    ----------
    distributions, levels : DataFrame
        Private tables.
    exempt : tuple of str
        Groupings that take no part in sums: the rules for one number alone hold for them.

    Returns
    -------
    DataFrame
        Index: :func:`place`; ``first`` by the rules for one number, ``state`` after all sums were looked at.
    """
    codes = distributions[distributions["state"] == ""]
    told = {stat: set(place(levels[levels["stat"] == stat])) for stat in ("snit", "andel")}
    if told["snit"] and codes["_score"].isna().all():
        raise AssertionError("distributions without the scores of their codes: analysed by an older version")
    order = codes.groupby(["survey", "wave", "group"], sort=False)["_persons"].max().to_dict()
    parts = [pd.DataFrame({"first": np.zeros(0, dtype=np.int64), "state": np.zeros(0, dtype=np.int64)})]
    for (survey, _, wave), rows in codes.groupby(["survey", "item", "wave"], sort=False):
        cost = rows["group"].map({name: order[survey, wave, name] for name in rows["group"].unique()})
        parts.append(_one(rows.assign(_cost=cost), told, policy, exempt))
    return pd.concat(parts)


def problems(
    distributions: pd.DataFrame, levels: pd.DataFrame, policy: Policy
) -> Iterator[tuple[Problem, pd.Index[str]]]:
    """Every item and wave with its sums, as :func:`states` has them, and the names of its groups."""
    codes = distributions[distributions["state"] == ""]
    told = {stat: set(place(levels[levels["stat"] == stat])) for stat in ("snit", "andel")}
    for _, rows in codes.groupby(["survey", "item", "wave"], sort=False):
        heads, counts, scoring = _read(rows.assign(_cost=rows["_persons"]), told)
        part = np.flatnonzero(~heads["_grouping"].isin(BESIDE).to_numpy())
        if (heads["group"] == WHOLE).any():
            people = heads["_persons"].to_numpy(dtype=float)
            problem, at = _problem(heads, counts, people, scoring, part)
            yield problem, pd.Index(place(heads, "item").iloc[at])


def _read(rows: pd.DataFrame, told: dict[str, set[str]]) -> tuple[pd.DataFrame, Ints, Scoring]:
    """Groups, their answers by code and what is made of them."""
    heads = rows.drop_duplicates("group").reset_index(drop=True)
    names = place(heads, "item")
    wide = rows.pivot_table(index="group", columns="code", values="count", aggfunc="first", sort=False)
    wide = wide.reindex(heads["group"]).fillna(0)
    slots = rows.drop_duplicates("code").set_index("code").reindex(wide.columns)
    scoring = _scoring(slots, any(name in told["snit"] for name in names), any(name in told["andel"] for name in names))
    return heads, wide.to_numpy().round().astype(np.int64), scoring


def _one(rows: pd.DataFrame, told: dict[str, set[str]], policy: Policy, exempt: tuple[str, ...]) -> pd.DataFrame:
    """Return the states of one item in one wave."""
    heads, counts, scoring = _read(rows, told)
    names = place(heads, "item")
    people = heads["_persons"].to_numpy(dtype=float)
    first = _first(counts, people, scoring, policy)
    final = first.copy()
    part = ~heads["_grouping"].isin([*BESIDE, *exempt]).to_numpy()
    if part.any() and (heads["group"] == WHOLE).any():
        problem, at = _problem(heads, counts, people, scoring, np.flatnonzero(part))
        start = _first(problem.counts, problem.people, scoring, policy)
        # Nobody prints what is left of a grouping; it is known all the same where everything else is.
        rest = np.arange(len(start)) >= len(at)
        start[rest & (start != OPEN)] = HIDDEN
        final[at] = protect(problem, start, policy)[: len(at)]
    return pd.DataFrame({"first": first, "state": final}, index=pd.Index(names))


def _scoring(slots: pd.DataFrame, mean: bool, share: bool) -> Scoring:
    scores, positive = slots["_score"].to_numpy(dtype=float), slots["_positive"].to_numpy(dtype=float)
    return Scoring(
        tuple(scores.tolist()) if mean and not np.isnan(scores).any() else None,
        tuple(bool(p > 0) for p in positive) if share and not np.isnan(positive).all() else None,
    )


def _first(counts: Ints, people: NDArray[np.float64], scoring: Scoring, policy: Policy) -> Ints:
    """States by the rules for one number alone."""
    means, shares = np.zeros(len(counts), dtype=bool), np.zeros(len(counts), dtype=bool)
    small = (people >= policy.threshold) & (people < COARSE_BELOW * policy.threshold)
    if scoring.scores is not None and small.any():
        n = counts[small].sum(axis=1)
        mean = counts[small] @ np.array(scoring.scores) / np.maximum(n, 1)
        side = counts[small][:, np.array(scoring.positive or (False,) * counts.shape[1])].sum(axis=1)
        means[small], shares[small] = decide(
            n, mean, side, scoring, counts.shape[1], policy.threshold, policy.protection
        )
    return primary(people, counts, means, shares, policy.threshold, COARSE_BELOW * policy.threshold)


def relations(heads: pd.DataFrame) -> tuple[list[frozenset[int]], list[int], int]:
    """Groups above each row, its partition (-1 for those with parts), and the position of the whole."""
    places = {name: i for i, name in enumerate(heads["group"])}
    root = places[WHOLE]
    named = [[places[n] for n in str(text).split(";") if n in places] for text in heads["_above"]]
    between = {g for over in named for g in over}
    above = [frozenset() if i == root else frozenset({root, *over}) for i, over in enumerate(named)]
    kinds = {kind: i for i, kind in enumerate(heads["_grouping"].unique())}
    parts = [-1 if i == root or i in between else kinds[kind] for i, kind in enumerate(heads["_grouping"])]
    return above, parts, root


def _problem(
    heads: pd.DataFrame, counts: Ints, people: NDArray[np.float64], scoring: Scoring, at: Ints
) -> tuple[Problem, Ints]:
    """The groups at ``at`` and, behind them, what is left of each grouping."""
    mine = heads.iloc[at].reset_index(drop=True)
    above, parts, root = relations(mine)
    counts, people, cost = counts[at], people[at], mine["_cost"].to_numpy(dtype=float)
    rests = list(rests_of(above, parts, counts, people, root))
    structure = Structure((*above, *(r[0] for r in rests)), (*parts, *(r[1] for r in rests)))
    problem = Problem(
        structure,
        np.vstack([counts, *(r[2] for r in rests)]),
        np.r_[people, [r[3] for r in rests]],
        scoring,
        np.r_[cost, [np.inf for _ in rests]],
    )
    return problem, at


def rests_of(
    above: list[frozenset[int]], parts: list[int], counts: Ints, people: NDArray[np.float64], root: int
) -> Iterator[tuple[frozenset[int], int, Ints, float]]:
    """What is left of every group when its parts of one partition are taken away: answers without a unit or a value."""
    for group in range(len(above)):
        for kind in sorted({parts[i] for i in range(len(above)) if group in above[i] and parts[i] >= 0}):
            inside = [i for i in range(len(above)) if group in above[i] and parts[i] == kind]
            if group == root:
                between = sorted({g for i in inside for g in above[i]} - {root})
                # Parts of a group between are taken away with it, and what is left of it is its own.
                inside = [i for i in inside if not above[i] - {root}] + between
            left = counts[group] - counts[inside].sum(axis=0)
            if (left > 0).any():
                yield above[group] | {group}, kind, np.maximum(left, 0), max(0.0, people[group] - people[inside].sum())
