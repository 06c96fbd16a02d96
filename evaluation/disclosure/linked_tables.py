"""From the private distributions to what may be published of every group, item and wave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.common.sharing import shared
from evaluation.disclosure.linked import Policy, Structure
from evaluation.disclosure.linked_areas import crossing, open_areas, without
from evaluation.disclosure.linked_repair import Problem, primary, protect
from evaluation.disclosure.moves import HIDDEN, OPEN, Scoring
from evaluation.disclosure.rules import COARSE_BELOW, Floats
from evaluation.disclosure.small import decide

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Ints = NDArray[np.int64]
WHOLE: Final = "kommune"
#: The grouping whose groups may cross types.
AREA: Final = "omraade"
#: Groups that are no part of the municipality's sums.
BESIDE: Final = ("sammenligning", "forskel-sammenligning")
#: Items that are sent to another process together.
_TOGETHER: Final = 8
_WORDS: Final = ("survey", "item", "wave", "scale", "group", "code", "_grouping", "_above")
_NUMBERS: Final = ("count", "_persons", "_score", "_positive")


def place(table: pd.DataFrame, measure: str = "measure", wave: str = "wave") -> pd.Series:
    """Name of survey, item, group and wave of every row, as :func:`states` has it."""
    return pd.Series(table["survey"] + "." + table[measure] + "." + table["group"] + "." + table[wave])


@dataclass(frozen=True, slots=True)
class Item:
    """One item in one wave, with all of its groups.

    Attributes
    ----------
    survey, item, wave, scale : str
    groups : tuple of str
    first : int array, shape (groups,)
        States by the rules for one number alone.
    problem : Problem or None
        Its sums, without those of ``areas``; None where there is no whole.
    at : int array
        Places in ``groups`` of the problem's groups; what is left of groupings comes behind them.
    start : int array
        States that the problem's groups have at least.
    full : Structure or None
        All sums.
    areas : frozenset of int
        Places in the problem of areas that are decided last (:mod:`.linked_areas`).
    """

    survey: str
    item: str
    wave: str
    scale: str
    groups: tuple[str, ...]
    first: Ints
    problem: Problem | None
    at: Ints
    start: Ints
    full: Structure | None = None
    areas: frozenset[int] = frozenset()

    @property
    def names(self) -> list[str]:
        """Names of its groups, as :func:`place` has them."""
        return [f"{self.survey}.{self.item}.{group}.{self.wave}" for group in self.groups]


def read(distributions: pd.DataFrame, levels: pd.DataFrame, policy: Policy, exempt: tuple[str, ...] = ()) -> list[Item]:
    """Every item and wave with its sums.

    Parameters
    ----------
    distributions, levels : DataFrame
        Private tables.
    exempt : tuple of str
        Groupings that take no part in sums.
    """
    codes = distributions[distributions["state"] == ""]
    told = {stat: set(place(levels[levels["stat"] == stat])) for stat in ("snit", "andel")}
    if told["snit"] and codes["_score"].isna().all():
        raise AssertionError("distributions without the scores of their codes: analysed by an older version")
    columns = {name: codes[name].to_numpy(dtype=object) for name in _WORDS}
    columns |= {name: codes[name].to_numpy(dtype=float) for name in _NUMBERS}
    largest = codes.groupby(["survey", "wave", "group"], sort=False)["_persons"].max()
    order: dict[tuple[str, str, str], float] = dict(zip(largest.index.tolist(), largest.tolist(), strict=True))
    blocks = codes.groupby(["survey", "item", "wave"], sort=False).indices
    found = []
    for rows in sorted(blocks.values(), key=lambda rows: int(rows[0])):
        block = {name: column[rows] for name, column in columns.items()}
        found.append(_item(block, order, told, policy, exempt))
    return found


def states(distributions: pd.DataFrame, levels: pd.DataFrame, policy: Policy, exempt: tuple[str, ...]) -> pd.DataFrame:
    """What of every group may be published, item by item and wave by wave, by the sums of each item alone.

    Returns
    -------
    DataFrame
        Index: :func:`place`; ``first`` by the rules for one number, ``state`` after all sums were looked at.
    """
    items = read(distributions, levels, policy, exempt)
    return frame(items, protected(items, policy))


def protected(items: list[Item], policy: Policy, pool: ProcessPoolExecutor | None = None) -> list[Ints]:
    """States of each item's problem after all its sums were looked at; ``pool`` may take some of the items."""
    found = [one.start.copy() for one in items]
    # Where everything is open, nothing is looked at: not worth sending.
    todo = [i for i, one in enumerate(items) if one.problem is not None and (one.start != OPEN).any()]
    parts = [todo[at : at + _TOGETHER] for at in range(0, len(todo), _TOGETHER)]
    tasks = [[(items[i].problem, items[i].start) for i in part] for part in parts]
    for part, states in zip(parts, shared(pool, partial(_protected, policy), tasks), strict=True):
        for i, state in zip(part, states, strict=True):
            found[i] = state
    return found


def _protected(policy: Policy, some: list[tuple[Problem, Ints]]) -> list[Ints]:
    """States of the groups of some problems."""
    return [protect(problem, first, policy) for problem, first in some]


def frame(items: list[Item], found: list[Ints]) -> pd.DataFrame:
    """Return what :func:`states` returns."""
    names: list[str] = []
    first, final = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for one, state in zip(items, found, strict=True):
        shown = one.first.copy()
        shown[one.at] = state[: len(one.at)]
        names += one.names
        first.append(one.first)
        final.append(shown)
    made = {"first": np.concatenate(first), "state": np.concatenate(final)}
    return pd.DataFrame(made, index=pd.Index(names, dtype="str"))


def _item(
    block: dict[str, NDArray[Any]],
    order: dict[tuple[str, str, str], float],
    told: dict[str, set[str]],
    policy: Policy,
    exempt: tuple[str, ...],
) -> Item:
    """Read one item in one wave."""
    survey, item, wave, scale = (str(block[name][0]) for name in ("survey", "item", "wave", "scale"))
    groups, line, head = _places(block["group"])
    codes, column, slot = _places(block["code"])
    counts = np.zeros((len(groups), len(codes)), dtype=np.int64)
    counts[line, column] = np.nan_to_num(block["count"]).round().astype(np.int64)
    names = [f"{survey}.{item}.{group}.{wave}" for group in groups]
    mean, share = (any(name in told[stat] for name in names) for stat in ("snit", "andel"))
    scoring = _scoring(block["_score"][slot], block["_positive"][slot], share)
    people = block["_persons"][head]
    # Where no mean is ever shown, that of a small group must stay open all the same.
    shown = scoring if mean else Scoring(None, scoring.positive)
    first = _first(counts, people, shown, policy)
    kinds = tuple(block["_grouping"][head])
    part = np.array([kind not in BESIDE and kind not in exempt for kind in kinds], dtype=bool)
    at = np.flatnonzero(part)
    if WHOLE not in groups or not len(at):
        return Item(survey, item, wave, scale, groups, first, None, at[:0], first[:0])
    cost = np.array([order[survey, wave, groups[i]] for i in at])
    # What everybody reads goes last: the municipality only where no other groups can cover.
    cost[[groups[i] == WHOLE for i in at]] += cost.sum()
    over = tuple(str(text) for text in block["_above"][head][at])
    problem = _problem(
        tuple(groups[i] for i in at), over, tuple(kinds[i] for i in at), counts[at], people[at], scoring, cost
    )
    start = np.r_[first[at], _first(problem.counts[len(at) :], problem.people[len(at) :], shown, policy)]
    # Nobody prints what is left of a grouping; it is known all the same where everything else is.
    rest = np.arange(len(start)) >= len(at)
    start[rest & (start != OPEN)] = HIDDEN
    full = problem.structure
    areas = crossing(full, [i for i, g in enumerate(at) if kinds[g] == AREA], problem.people, policy.threshold)
    problem = replace(problem, structure=without(full, areas)) if areas else problem
    return Item(survey, item, wave, scale, groups, first, problem, at, start, full, areas)


def with_areas(one: Item, state: Ints, policy: Policy) -> Ints:
    """``state`` of an item's problem with areas that cross types decided."""
    if one.problem is None or one.full is None or not one.areas:
        return state
    return open_areas(one.problem, one.full, one.areas, state, policy)


def _places(names: NDArray[Any]) -> tuple[tuple[str, ...], Ints, Ints]:
    """Distinct names as they come, the place of each row among them, and the first row of each."""
    found: dict[str, int] = {}
    line = np.array([found.setdefault(name, len(found)) for name in names.tolist()], dtype=np.int64)
    return tuple(found), line, np.unique(line, return_index=True)[1]


def _scoring(scores: Floats, positive: Floats, share: bool) -> Scoring:
    return Scoring(
        tuple(scores.tolist()) if not np.isnan(scores).any() else None,
        tuple(bool(p > 0) for p in positive) if share and not np.isnan(positive).all() else None,
    )


def _first(counts: Ints, people: Floats, scoring: Scoring, policy: Policy) -> Ints:
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
    return _relations(*(_words(heads[name]) for name in ("group", "_above", "_grouping")))


def _words(column: pd.Series) -> tuple[str, ...]:
    words = tuple(column.tolist())
    return words if all(isinstance(word, str) for word in words) else tuple(column.astype(str))


@lru_cache(maxsize=256)
def _relations(
    groups: tuple[str, ...], over: tuple[str, ...], kinds: tuple[str, ...]
) -> tuple[list[frozenset[int]], list[int], int]:
    places = {name: i for i, name in enumerate(groups)}
    root = places[WHOLE]
    named = [[places[n] for n in text.split(";") if n in places] for text in over]
    between = {g for inside in named for g in inside}
    above = [frozenset() if i == root else frozenset({root, *inside}) for i, inside in enumerate(named)]
    number = {kind: i for i, kind in enumerate(dict.fromkeys(kinds))}
    parts = [-1 if i == root or i in between else number[kind] for i, kind in enumerate(kinds)]
    return above, parts, root


def _problem(
    groups: tuple[str, ...],
    over: tuple[str, ...],
    kinds: tuple[str, ...],
    counts: Ints,
    people: Floats,
    scoring: Scoring,
    cost: Floats,
) -> Problem:
    """The groups and, behind them, what is left of each grouping."""
    above, parts, root = _relations(groups, over, kinds)
    rests = list(rests_of(above, parts, counts, people, root))
    return Problem(
        Structure((*above, *(r[0] for r in rests)), (*parts, *(r[1] for r in rests))),
        np.vstack([counts, *(r[2] for r in rests)]),
        np.r_[people, [r[3] for r in rests]],
        scoring,
        np.r_[cost, [np.inf for _ in rests]],
    )


def rests_of(
    above: list[frozenset[int]], parts: list[int], counts: Ints, people: Floats, root: int
) -> Iterator[tuple[frozenset[int], int, Ints, float]]:
    """What is left of every group when its parts of one partition are taken away: answers without a unit or a value."""
    for group, kind, inside in _rest_places(tuple(above), tuple(parts), root):
        left = counts[group] - counts[inside].sum(axis=0)
        if (left > 0).any():
            yield above[group] | {group}, kind, np.maximum(left, 0), max(0.0, people[group] - people[inside].sum())


@lru_cache(maxsize=256)
def _rest_places(
    above: tuple[frozenset[int], ...], parts: tuple[int, ...], root: int
) -> list[tuple[int, int, list[int]]]:
    """Groups with parts, the partition, and what is to be taken away."""
    found = []
    for group in range(len(above)):
        for kind in sorted({parts[i] for i in range(len(above)) if group in above[i] and parts[i] >= 0}):
            inside = [i for i in range(len(above)) if group in above[i] and parts[i] == kind]
            if group == root:
                # Parts of a group between are taken away with it, and what is left of it is its own.
                cover = _side_by_side(sorted({g for i in inside for g in above[i]} - {root}), list(above), inside)
                inside = [i for i in inside if not above[i] & cover] + sorted(cover)
            found.append((group, kind, inside))
    return found


def _side_by_side(between: list[int], above: list[frozenset[int]], parts: list[int]) -> frozenset[int]:
    """Groups between that share no parts: types cross areas, and nobody may be taken away twice."""
    chosen: set[int] = set()
    for group in between:
        if not any(group in above[i] and above[i] & chosen for i in parts):
            chosen.add(group)
    return frozenset(chosen)
