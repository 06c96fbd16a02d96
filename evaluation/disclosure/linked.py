"""What an outsider cannot rule out: intervals of hidden counts over linked groups, on plain arrays.

Groups of one item and wave are linked by sums: units add up to types, areas and the municipality, values of any other
grouping to the municipality. :func:`reach` starts from the true counts and makes moves (:mod:`.moves`) that leave
everything published as it is. Whatever it reaches is possible for the outsider too, so the intervals are never
wider than the real ones: a group found safe is safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.linked_pools import pool_leaks
from evaluation.disclosure.moves import HIDDEN, OPEN, Moves, Scoring, fitting, library
from evaluation.disclosure.rules import COARSE_BELOW, Bools, Floats
from evaluation.disclosure.small import POINTS

Ints = NDArray[np.int64]
#: ``every``: each count of a group that is not open keeps ``protection``. ``margin``: as far as the true numbers of at
#: least three thresholds of people leave it: of two answers in a whole type, nobody can hide three.
Rare = Literal["margin", "every"]
_SLACK: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Structure:
    """Groups and how they contain each other.

    Attributes
    ----------
    above : tuple, one a group
        Positions of the groups that contain it; empty for the whole.
    parts : tuple of int, one a group
        For atoms (groups without parts) the partition of the whole that they belong to; -1 for all others.
    """

    above: tuple[frozenset[int], ...]
    parts: tuple[int, ...]

    @property
    def hierarchy(self) -> Ints:
        """``parts`` as an array."""
        return np.array(self.parts, dtype=np.int64)

    @property
    def root(self) -> int:
        """Position of the whole."""
        return next(i for i, over in enumerate(self.above) if not over)

    def classes(self) -> dict[tuple[int, frozenset[int]], Ints]:
        """Atoms by partition and by the groups that contain them."""
        return _classes(self)


@lru_cache(maxsize=64)
def _classes(structure: Structure) -> dict[tuple[int, frozenset[int]], Ints]:
    found: dict[tuple[int, frozenset[int]], list[int]] = {}
    for place in np.flatnonzero(structure.hierarchy >= 0).tolist():
        found.setdefault((int(structure.hierarchy[place]), structure.above[place]), []).append(place)
    return {key: np.array(value) for key, value in found.items()}


@dataclass(frozen=True, slots=True)
class Policy:
    """What counts as a leak."""

    threshold: int = 5
    protection: int = 3
    rare: Rare = "margin"


@dataclass(frozen=True, slots=True)
class Reach:
    """Feasible intervals, inner bounds.

    ``low``, ``high``: int arrays, shape (groups, codes); ``points``: width of the mean's interval, shape (groups,);
    ``moved``: whether the group can be anything but what it is.
    """

    low: Ints
    high: Ints
    points: Floats
    moved: Bools


def reach(structure: Structure, counts: Ints, state: Ints, scoring: Scoring, moves: Moves | None = None) -> Reach:
    """Bound every count of every group from the inside.

    Parameters
    ----------
    counts : int array, shape (groups, codes)
        True answers.
    state : int array, shape (groups,)
        What is published of each group.
    moves : Moves, optional
        Moves to try; default all of :func:`.moves.library`.
    """
    moves = library(counts.shape[1]) if moves is None else moves
    fits = fitting(moves, counts, state, scoring)
    classes = structure.classes()
    free = _reachable(structure, classes, fits, state, moves)
    low, high = counts.copy(), counts.copy()
    for code in range(counts.shape[1]):
        step = np.where(free, moves.vectors[:, code], 0)
        low[:, code] += step.min(axis=1)
        high[:, code] += step.max(axis=1)
    n = np.maximum(counts.sum(axis=1), 1)
    points = np.full(len(counts), np.inf)
    if scoring.scores is not None:
        shift = moves.vectors @ np.array(scoring.scores)
        hidden = np.flatnonzero(state == HIDDEN)
        up = np.where(free[hidden], shift, 0.0).max(axis=1, initial=0.0)
        down = np.where(free[hidden], shift, 0.0).min(axis=1, initial=0.0)
        points[hidden] = (up - down) / n[hidden]
    for members in classes.values():
        _together(members[state[members] == HIDDEN], counts, low, high, points, scoring)
    return Reach(low, high, points, np.asarray((low < high).any(axis=1), dtype=bool))


def _together(members: Ints, counts: Ints, low: Ints, high: Ints, points: Floats, scoring: Scoring) -> None:
    """Widen what groups that show nothing can be by sharing out all their answers anew, in place."""
    if len(members) < 2:
        return
    pool = counts[members].sum(axis=0)
    n = counts[members].sum(axis=1)
    low[members] = np.minimum(low[members], np.maximum(0, n[:, None] - (pool.sum() - pool)[None, :]))
    high[members] = np.maximum(high[members], np.minimum(n[:, None], pool[None, :]))
    if scoring.scores is None:
        return
    scores = np.array(scoring.scores)
    order = np.argsort(scores, kind="stable")
    totals = [_first(pool[way], scores[way], n) for way in (order, order[::-1])]
    points[members] = np.maximum(points[members], (totals[1] - totals[0]) / np.maximum(n, 1))


def _first(pool: Ints, scores: Floats, n: Ints) -> Floats:
    """Sum of the first ``n`` scores of a pool, for many ``n``."""
    before = np.r_[0, np.cumsum(pool)[:-1]]
    taken = np.clip(n[:, None] - before[None, :], 0, pool[None, :])
    return np.asarray(taken @ scores, dtype=float)


def _reachable(
    structure: Structure,
    classes: dict[tuple[int, frozenset[int]], Ints],
    fits: Bools,
    state: Ints,
    moves: Moves,
) -> Bools:
    """Moves that each group can make with all others in step, shape (groups, moves)."""
    free = np.zeros_like(fits)
    some: dict[tuple[int, frozenset[int]], Bools] = {
        key: np.asarray(fits[members].any(axis=0)) for key, members in classes.items()
    }
    whole = _whole(structure, classes, fits, some, state)
    for key, members in classes.items():
        times = fits[members].sum(axis=0)
        outward = np.zeros(fits.shape[1], dtype=bool)
        for other in classes:
            if other[0] != key[0] or other == key:
                continue
            mine, theirs = key[1] - other[1], other[1] - key[1]
            if any(state[g] == OPEN for g in mine | theirs):
                continue
            way = some[other][moves.opposite].copy()
            for g in mine:
                way &= fits[g]
            for g in theirs:
                way &= fits[g][moves.opposite]
            for g in mine:
                free[g] |= way & some[key]
            outward |= way
        if key in whole:
            outward |= whole[key]
            for g in key[1]:
                free[g] |= whole[key] & some[key]
        partner = (times[None, :] - fits[members])[:, moves.opposite] > 0
        free[members] = fits[members] & (partner | outward[None, :])
    return free


def _whole(
    structure: Structure,
    classes: dict[tuple[int, frozenset[int]], Ints],
    fits: Bools,
    some: dict[tuple[int, frozenset[int]], Bools],
    state: Ints,
) -> dict[tuple[int, frozenset[int]], Bools]:
    """Moves of the whole itself, where it is not open: every partition has to make them."""
    if state[structure.root] == OPEN:
        return {}
    above = {key: np.logical_and.reduce([fits[g] for g in key[1]]) for key in classes}
    parts: dict[int, Bools] = {}
    for key in classes:
        way = some[key] & above[key]
        parts[key[0]] = parts[key[0]] | way if key[0] in parts else way
    return {
        key: np.logical_and.reduce([above[key], *(way for name, way in parts.items() if name != key[0])])
        for key in classes
    }


def leaks(
    structure: Structure,
    counts: Ints,
    people: Floats,
    state: Ints,
    scoring: Scoring,
    policy: Policy,
    known: dict[bytes, Ints] | None = None,
    *,
    quick: bool = False,
) -> Ints:
    """How much each group's answers are given away, shape (groups,): 0 for safe, else the widths missing in all.

    ``known`` remembers what pools of the same counts had, from one call to the next. ``quick``: only whether anything
    leaks is asked for; where it does, the widths need not be complete.
    """
    missing = np.zeros(len(counts), dtype=np.int64)
    known = {} if known is None else known
    small = people < COARSE_BELOW * policy.threshold
    over = (state != OPEN) & (structure.hierarchy < 0)
    # Where groups above are not open either, every width counts: what is missing is looked for among them as well.
    quick = quick and not over.any()
    for members in pools(structure, state):
        key = members.tobytes() + state[members].tobytes()
        found = known.get(key, known.get(key + b"quick") if quick else None)
        if found is None:
            found = in_pool(members, counts, people, state, scoring, policy, quick=quick)
            known[key + b"quick" if quick and found.any() else key] = found
        missing[members] = found
        if quick and found.any():
            break
    if over.any() and (missing.any() or small[over].any()):
        # What groups above leave open comes on top of what their parts leave each other.
        every = _all_leaks(structure, counts, people, state, scoring, policy)
        return np.where((missing == 0) & ~over, 0, every)
    return missing


def pools(structure: Structure, state: Ints) -> list[Ints]:
    """Groups of one partition with the same groups above them that are not open: they hide behind each other."""
    found = [members[state[members] != OPEN] for members in structure.classes().values()]
    return [members for members in found if len(members)]


def in_pool(
    members: Ints,
    counts: Ints,
    people: Floats,
    state: Ints,
    scoring: Scoring,
    policy: Policy,
    span: Floats | None = None,
    *,
    quick: bool = False,
    points: float = POINTS,
    need: Ints | None = None,
) -> Ints:
    """Leaks of one of :func:`pools`, shape (members,), as if nothing but the members' sum were known.

    ``span`` (groups, 2), ``points``, ``need`` (members, codes): see :func:`.linked_pools.pool_leaks`.
    """
    small = people[members] < COARSE_BELOW * policy.threshold
    need = _pool_need(counts[members], people[members], small, policy) if need is None else need
    known = None if span is None else span[members]
    return pool_leaks(counts[members], state[members], scoring, need, small, known, quick=quick, points=points)


def _pool_need(counts: Ints, people: Floats, small: Bools, policy: Policy) -> Ints:
    """Width that each count's interval must have where nothing but the sum of these groups is known."""
    need = np.minimum(policy.protection, counts.sum(axis=1))[:, None] * np.ones(counts.shape, dtype=np.int64)
    if policy.rare == "margin" and people.sum() >= COARSE_BELOW * policy.threshold:
        pool = counts.sum(axis=0)
        need = np.minimum(need, np.minimum(pool, pool.sum() - pool)[None, :])
    return np.where(small[:, None], need, 0)


def _all_leaks(
    structure: Structure, counts: Ints, people: Floats, state: Ints, scoring: Scoring, policy: Policy
) -> Ints:
    """Leaks where groups above others are not open either."""
    found = reach(structure, counts, state, scoring)
    missing = np.maximum(_need(structure, counts, people, state, policy) - (found.high - found.low), 0)
    return _told(counts, people, state, found, missing, policy)


def _need(structure: Structure, counts: Ints, people: Floats, state: Ints, policy: Policy) -> Ints:
    """Width that each count's interval must have."""
    need = np.minimum(policy.protection, counts.sum(axis=1))[:, None] * np.ones(counts.shape, dtype=np.int64)
    if policy.rare == "margin":
        need = np.minimum(need, _margin(structure, counts, people, state, policy))
    # A large group hidden as cover could be shown by itself: only what it covers is protected.
    free = (state == OPEN) | (people >= COARSE_BELOW * policy.threshold)
    return np.where(free[:, None], 0, need)


def _told(counts: Ints, people: Floats, state: Ints, found: Reach, missing: Ints, policy: Policy) -> Ints:
    """Widths missing, all alike and means fixed, added up."""
    n = counts.sum(axis=1)
    alike = (counts.max(axis=1) == n) & ~found.moved
    fixed = (state == HIDDEN) & (found.points < POINTS - _SLACK)
    free = (state == OPEN) | (n == 0) | (people >= COARSE_BELOW * policy.threshold)
    return np.where(free, 0, missing.sum(axis=1) + alike + fixed)


def _margin(structure: Structure, counts: Ints, people: Floats, state: Ints, policy: Policy) -> Ints:
    """Widest interval that the true numbers of groups together leave for a count, shape (groups, codes).

    Only groups of three thresholds of people together count as true numbers that may be known.
    """
    cap = np.full(counts.shape, np.iinfo(np.int64).max)
    pools = [members[state[members] != OPEN] for members in structure.classes().values()]
    for name in set(structure.hierarchy[structure.hierarchy >= 0].tolist()):
        pools.append(np.flatnonzero((structure.hierarchy == name) & (state != OPEN)))
    between = (structure.hierarchy < 0) & (np.arange(len(counts)) != structure.root) & (state != OPEN)
    pools.append(np.flatnonzero(between))
    pools.append(np.array([structure.root]) if state[structure.root] != OPEN else np.zeros(0, dtype=np.int64))
    for members in pools:
        if len(members) and people[members].sum() >= COARSE_BELOW * policy.threshold:
            pool = counts[members].sum(axis=0)
            cap[members] = np.minimum(cap[members], np.minimum(pool, pool.sum() - pool)[None, :])
    return cap
