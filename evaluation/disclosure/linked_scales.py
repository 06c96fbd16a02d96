"""A scale's score beside its items: where all of a small group answered every item, the one follows from the others.

With k items, k times the score is the sum of the items' means (a turned item counts 100 minus its mean). Shown in whole
points, a score leaves the only hidden item k points, and every hidden item what the others can take. Such an item has
to stay open all the same, by the measure of :mod:`.linked_pools`; else the group hides a second item of the scale, the
one that costs least, and where none can be hidden the score. A hidden score asks for a hidden item in the same way.
Large groups show their score exactly: what they hide of an item as cover for others is audited in the same way, and
where that is not the audit's matter (types, areas, the whole; items in whole points) the score is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.disclosure.linked import Policy, in_pool, leaks, pools
from evaluation.disclosure.linked_repair import Problem, hide_partners, protect
from evaluation.disclosure.linked_tables import AREA, BESIDE, Item
from evaluation.disclosure.moves import BARE, COARSE, HIDDEN
from evaluation.disclosure.rules import COARSE_BELOW, Bools, Floats
from evaluation.disclosure.small import POINTS

Ints = NDArray[np.int64]
_TOP: Final = 100.0
_SLACK: Final = 1e-6
#: From hidden scores, and the least and most that the sum of each may be, to those hidden beside them.
_Choose = Callable[[Bools, Floats], Bools]


@dataclass(frozen=True, slots=True)
class Equation:
    """One group that answered every item of a scale in one wave.

    Attributes
    ----------
    row : int
        Row of the score in ``levels``.
    n, score : float
    half : float
        Half the width of the score's rounding: 0 for large groups.
    atom : bool
        Whether the group has no parts.
    items : tuple of int
        Places in the list of items.
    spots : tuple of int
        The group's place in each item's problem.
    turned : tuple of bool
        Items that count 100 minus their mean.
    sums : tuple of float
        Each item's true sum of scores, turned where it is.
    """

    row: int
    n: float
    score: float
    half: float
    atom: bool
    items: tuple[int, ...]
    spots: tuple[int, ...]
    turned: tuple[bool, ...]
    sums: tuple[float, ...]

    def hidden(self, found: list[Ints]) -> list[int]:
        """Places within ``items`` of those that show nothing."""
        return [i for i, (item, at) in enumerate(zip(self.items, self.spots, strict=True)) if found[item][at] == HIDDEN]

    def spans(self, found: list[Ints]) -> Iterator[tuple[int, float, float]]:
        """Each hidden item's place within ``items`` and what its sum of scores may be by the score and the others."""
        hidden, k = self.hidden(found), len(self.items)
        shown = sum(total for i, total in enumerate(self.sums) if i not in hidden)
        point = np.round(self.score) if self.half else self.score
        for i in hidden:
            low = k * self.n * (point - self.half) - shown - _TOP * self.n * (len(hidden) - 1)
            high = k * self.n * (point + self.half) - shown
            # Others than those who have a score may have answered: what is true is possible in any case.
            low, high = max(0.0, min(low, self.sums[i])), min(_TOP * self.n, max(high, self.sums[i]))
            yield (i, _TOP * self.n - high, _TOP * self.n - low) if self.turned[i] else (i, low, high)

    def span(self, found: list[Ints]) -> tuple[float, float]:
        """What the group's sum of scores may be by what it shows of the items."""
        hidden, k = self.hidden(found), len(self.items)
        shown = sum(total for i, total in enumerate(self.sums) if i not in hidden)
        return shown / k, (shown + _TOP * self.n * len(hidden)) / k

    def gives_away(self, found: list[Ints]) -> bool:
        """Whether the score, shown, tells more of an item than is published, and no pool is audited for that."""
        states = [int(found[item][at]) for item, at in zip(self.items, self.spots, strict=True)]
        if not self.half and any(state in (COARSE, BARE) for state in states):
            return True
        most = _TOP * self.n - _SLACK
        return not self.atom and any(low > _SLACK or high < most for _, low, high in self.spans(found))


@dataclass(frozen=True, slots=True)
class Scales:
    """Scores beside their items.

    Attributes
    ----------
    equations : tuple of tuple of Equation
        One for every scale and wave.
    known : bool array, shape (rows of levels,)
        Scores that hiding does not hide: of large groups with parts, where all answered every item.
    beside : bool array, shape (rows of levels,)
        Scores of small groups outside all sums that hide an item.
    """

    equations: tuple[tuple[Equation, ...], ...]
    known: Bools
    beside: Bools


@dataclass(frozen=True, slots=True)
class _Audit:
    """Pools of the items, looked at once each."""

    items: list[Item]
    policy: Policy
    known: dict[tuple[int, bytes, bytes, bytes], bool]
    pooled: dict[int, dict[bytes, Ints]]

    def problem(self, item: int) -> Problem:
        found = self.items[item].problem
        if found is None:
            raise AssertionError("an equation over an item without sums")
        return found

    def leaks(self, item: int, members: Ints, state: Ints, span: Floats | None) -> bool:
        """Whether one pool of an item leaks."""
        known = b"" if span is None else span[members].tobytes()
        key = (item, members.tobytes(), state[members].tobytes(), known)
        if key not in self.known:
            one = self.problem(item)
            found = in_pool(members, one.counts, one.people, state, one.scoring, self.policy, span, quick=True)
            self.known[key] = bool(found.any())
        return self.known[key]

    def keeps(self, item: int, spot: int, state: Ints, points: float) -> bool:
        """Whether a group's hidden mean keeps that many points."""
        one = self.problem(item)
        members = next(mine for mine in pools(one.structure, state) if spot in mine)
        key = (item, members.tobytes(), state[members].tobytes(), f"{spot} {points}".encode())
        if key not in self.known:
            found = in_pool(members, one.counts, one.people, state, one.scoring, self.policy, points=points)
            self.known[key] = not found[members == spot].any()
        return self.known[key]

    def sums_leak(self, item: int, state: Ints) -> bool:
        """Whether any group leaks by what is published of the item alone."""
        key = (item, b"", state.tobytes(), b"")
        if key not in self.known:
            one, pooled = self.problem(item), self.pooled.setdefault(item, {})
            given = (one.structure, one.counts, one.people, state, one.scoring, self.policy, pooled)
            self.known[key] = bool(leaks(*given, quick=True).any())
        return self.known[key]


def with_scores(
    items: list[Item], found: list[Ints], scales: Scales, gone: Bools, policy: Policy, choose: _Choose
) -> tuple[list[Ints], Bools]:
    """Hide what scores and items tell of each other.

    Parameters
    ----------
    found : list of int array
        States of each item's problem.
    scales : Scales
        What :func:`read_scales` returns.
    gone : bool array, shape (rows of levels,)
        Rows of scores that are hidden.
    choose : callable
        From hidden scores, and what the sum of each may be, to those hidden beside them.

    Returns
    -------
    found, gone : the same, with what is hidden besides
    """
    found, gone = [state.copy() for state in found], gone | scales.beside
    audit = _Audit(items, policy, {}, {})
    spans = np.column_stack([np.full(len(gone), -np.inf), np.full(len(gone), np.inf)])
    while True:
        before = gone.copy()
        for equations in scales.equations:
            gone[_settle(audit, found, equations, gone)] = True
            for one in equations:
                spans[one.row] = one.span(found)
        gone = gone | choose(gone, spans)
        if (gone == before).all():
            return found, gone


def read_scales(items: list[Item], levels: pd.DataFrame, policy: Policy) -> Scales:
    """Scores that stand beside all of their items, of groups that answered every one of them."""
    holds: dict[tuple[str, str, str], list[int]] = {}
    for i, one in enumerate(items):
        if one.scale:
            holds.setdefault((one.survey, one.scale, one.wave), []).append(i)
    places = {
        i: {items[i].groups[g]: p for p, g in enumerate(items[i].at.tolist())} for mine in holds.values() for i in mine
    }
    way = _directions(levels)
    rows = np.flatnonzero(((levels["stat"] == "score") & (levels["_persons"] > 0)).to_numpy())
    names = ["survey", "measure", "wave", "group", "_persons", "n", "value"]
    found: dict[tuple[str, str, str], list[Equation]] = {}
    known, beside = np.zeros(len(levels), dtype=bool), np.zeros(len(levels), dtype=bool)
    for row, values in zip(rows.tolist(), levels.iloc[rows][names].itertuples(index=False, name=None), strict=True):
        survey, scale, wave, group, people, n, score = values
        mine, small = holds.get((survey, scale, wave), []), people < COARSE_BELOW * policy.threshold
        if group in BESIDE:
            beside[row] = small and any(_hides(items[i], group) for i in mine)
        if not mine or any(group not in places[i] for i in mine):
            continue
        turned = tuple(way.get((survey, items[i].item)) != way.get((survey, scale)) for i in mine)
        made = _equation(items, mine, [places[i][group] for i in mine], turned, (row, n, score, 0.5 if small else 0.0))
        if made is not None:
            found.setdefault((survey, scale, wave), []).append(made)
            known[row] = not small and not made.atom
    return Scales(tuple(map(tuple, found.values())), known, beside)


def with_area_scores(
    items: list[Item], found: list[Ints], scales: Scales, levels: pd.DataFrame, gone: Bools
) -> tuple[list[Ints], Bools]:
    """Hide the score and the items of a scale in all areas where those shown of one would tell those hidden.

    Parameters
    ----------
    items, found, scales, levels, gone
        As :func:`with_scores` and :func:`read_scales` have them; ``found`` with areas decided.
    """
    found, gone = [state.copy() for state in found], gone.copy()
    heads = levels["survey"] + "." + levels["measure"] + "." + levels["wave"]
    for equations in scales.equations:
        mine = [one for one in equations if one.spots[0] in items[one.items[0]].areas]
        if not any(gone[one.row] or one.hidden(found) for one in mine):
            continue
        rows = (heads == heads.iloc[mine[0].row]) & (levels["_grouping"] == AREA) & (levels["stat"] == "score")
        gone |= (rows & (levels["_persons"] > 0)).to_numpy()
        for i in mine[0].items:
            found[i][list(items[i].areas)] = HIDDEN
    return found, gone


def _hides(item: Item, group: str) -> bool:
    """Whether a group shows nothing of an item by the rules for one number."""
    return group in item.groups and item.first[item.groups.index(group)] == HIDDEN


def _directions(levels: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Which way is good, by survey and measure: an item that a scale turns goes the other way."""
    heads = levels[levels["stat"] != "andel"].drop_duplicates(["survey", "measure"])
    return {
        (survey, name): way
        for survey, name, way in zip(*(heads[c] for c in ("survey", "measure", "higher_is")), strict=True)
    }


def _equation(
    items: list[Item],
    mine: list[int],
    at: list[int],
    turned: tuple[bool, ...],
    head: tuple[int, float, float, float],
) -> Equation | None:
    """Return the equation of one group; None where not everybody answered every item."""
    sums, n = [], head[1]
    for i, place, turn in zip(mine, at, turned, strict=True):
        problem = items[i].problem
        if problem is None or problem.scoring.scores is None or int(problem.counts[place].sum()) != n:
            return None
        total = float(problem.counts[place] @ np.array(problem.scoring.scores))
        sums.append(_TOP * n - total if turn else total)
    atom = all(_is_atom(items[i], place) for i, place in zip(mine, at, strict=True))
    return Equation(*head, atom, tuple(mine), tuple(at), turned, tuple(sums))


def _is_atom(item: Item, place: int) -> bool:
    return item.problem is not None and item.problem.structure.parts[place] >= 0


def _settle(audit: _Audit, found: list[Ints], equations: Sequence[Equation], gone: Bools) -> list[int]:
    """Hide further items until no equation of one scale tells anything, in place; rows of scores to hide instead."""
    lost: list[int] = []
    for one in equations:
        while gone[one.row] and (one.half or one.atom) and not _open(audit, found, one):
            if not _hide_item(audit, found, one, {}):
                _hide_all(audit, found, one)
    able = [one for one in equations if one.atom and not gone[one.row]]
    while (told := _told(audit, found, able)) is not None:
        if not _hide_item(audit, found, told, _spans(audit, found, able)):
            lost.append(told.row)
            able.remove(told)
    # Pools are of atoms: what such a score tells of a small type or area beside it, no pool shows.
    lost += [one.row for one in able if not one.half and _covers_small(audit, found, one)]
    shown = (one for one in equations if not gone[one.row] and one.row not in lost)
    return lost + [one.row for one in shown if one.gives_away(found)]


def _covers_small(audit: _Audit, found: list[Ints], one: Equation) -> bool:
    """Whether a large group's score tells anything of an item that it hides as cover for a small group with parts."""
    for i, low, high in one.spans(found):
        if low <= _SLACK and high >= _TOP * one.n - _SLACK:
            continue
        item, spot = one.items[i], one.spots[i]
        problem = audit.problem(item)
        small = (problem.people < COARSE_BELOW * audit.policy.threshold) & (found[item] == HIDDEN)
        above = problem.structure.above
        if any(problem.structure.parts[g] < 0 and above[g] and g not in above[spot] for g in np.flatnonzero(small)):
            return True
    return False


def _spans(audit: _Audit, found: list[Ints], equations: Sequence[Equation]) -> dict[int, Floats]:
    """Of every item, what the sums of scores of its groups may be; only items that an equation says anything of."""
    spans: dict[int, Floats] = {}
    for one in equations:
        for i, low, high in one.spans(found):
            if low > _SLACK or high < _TOP * one.n - _SLACK:
                item = one.items[i]
                if item not in spans:
                    counts = audit.problem(item).counts
                    spans[item] = np.column_stack([np.zeros(len(counts)), _TOP * counts.sum(axis=1)])
                spans[item][one.spots[i]] = low, high
    return spans


def _told(audit: _Audit, found: list[Ints], equations: Sequence[Equation]) -> Equation | None:
    """Return the equation that says most of a pool that leaks; None where no pool does."""
    for item, span in _spans(audit, found, equations).items():
        problem = audit.problem(item)
        wide = (span[:, 1] - span[:, 0]) / np.maximum(problem.counts.sum(axis=1), 1)
        bound = wide < _TOP - _SLACK
        for members in pools(problem.structure, found[item]):
            if bound[members].any() and audit.leaks(item, members, found[item], span):
                group = int(members[np.argmin(wide[members])])
                return next(one for one in equations if (item, group) in zip(one.items, one.spots, strict=True))
    return None


def _hide_item(audit: _Audit, found: list[Ints], one: Equation, spans: dict[int, Floats]) -> bool:
    """Hide the cheapest item that a group still shows, in place: alone where that will do, else with its partners."""
    able = [i for i in range(len(one.items)) if found[one.items[i]][one.spots[i]] < HIDDEN]
    # What shows least already has least to lose.
    able.sort(key=lambda i: (-int(found[one.items[i]][one.spots[i]]), i))
    made = [found[one.items[i]].copy() for i in able]
    for i, state in zip(able, made, strict=True):
        state[one.spots[i]] = HIDDEN
        if not (one.half and one.atom):
            # Nobody protects it, so nobody would hide beside it.
            hide_partners(audit.problem(one.items[i]), state)
        if not _any(audit, one.items[i], state, spans):
            found[one.items[i]] = state
            return True
    best: tuple[int, int, Ints] | None = None
    for i, state in zip(able, made, strict=True):
        item = one.items[i]
        wider = protect(audit.problem(item), state, audit.policy)
        cost = int((wider != found[item]).sum())
        if (best is None or cost < best[0]) and not _any(audit, item, wider, spans):
            best = (cost, item, wider)
    if best is None:
        return False
    found[best[1]] = best[2]
    return True


def _open(audit: _Audit, found: list[Ints], one: Equation) -> bool:
    """Whether a hidden score is left 10 points by the items; a large group's, that is hidden for others, any at all."""
    hidden, k = one.hidden(found), len(one.items)
    if len(hidden) == k or not one.half or not one.atom:
        return len(hidden) * _TOP / k >= POINTS
    each = POINTS * k / max(len(hidden), 1)
    return bool(hidden) and all(audit.keeps(one.items[i], one.spots[i], found[one.items[i]], each) for i in hidden)


def _hide_all(audit: _Audit, found: list[Ints], one: Equation) -> None:
    """Hide the item that most groups hide already, in all of them, in place."""
    able = [i for i in one.items if found[i][one.spots[one.items.index(i)]] < HIDDEN]
    most = max(able, key=lambda i: (int((found[i] == HIDDEN).sum()), -i))
    found[most] = np.where(audit.problem(most).counts.sum(axis=1) > 0, HIDDEN, found[most])


def _any(audit: _Audit, item: int, state: Ints, spans: dict[int, Floats]) -> bool:
    """Whether a group leaks by the sums of the item, or a pool by what scores tell of it."""
    problem, span = audit.problem(item), spans.get(item)
    if span is not None and any(audit.leaks(item, members, state, span) for members in pools(problem.structure, state)):
        return True
    return audit.sums_leak(item, state)
