"""What an outsider cannot rule out: intervals of hidden counts over linked groups, on plain arrays.

Groups of one item and wave are linked by sums: units add up to types, areas and the municipality, values of any other
grouping to the municipality. :func:`reach` starts from the true counts and makes moves (:mod:`.moves`) that leave
everything published as it is. Whatever it reaches is possible for the outsider too, so the intervals are never
wider than the real ones: a group found safe is safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.moves import HIDDEN, OPEN, Moves, Scoring, fitting, library, narrow
from evaluation.disclosure.rules import COARSE_BELOW, Bools, Floats
from evaluation.disclosure.small import POINTS

Ints = NDArray[np.int64]
#: ``every``: each count of a group that is not open keeps ``protection``. ``margin``: as far as the true numbers of at
#: least three thresholds of people leave it: of two answers in a whole type, nobody can hide three.
Rare = Literal["margin", "every"]
_SLACK: Final = 1e-9
#: Moves after the first one that are tried to widen an interval.
_FURTHER: Final = 4


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
        found: dict[tuple[int, frozenset[int]], list[int]] = {}
        for place in np.flatnonzero(self.hierarchy >= 0).tolist():
            found.setdefault((int(self.hierarchy[place]), self.above[place]), []).append(place)
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
    if any(state[g] != OPEN and structure.parts[g] < 0 for g in range(len(state))):
        return _all_leaks(structure, counts, people, state, scoring, policy)
    missing = np.zeros(len(counts), dtype=np.int64)
    known = {} if known is None else known
    for members in pools(structure, state):
        key = members.tobytes() + state[members].tobytes()
        if key not in known:
            known[key] = _pool_leaks(members, counts, people, state, scoring, policy, quick=quick)
        missing[members] = known[key]
        if quick and missing.any():
            break
    return missing


def pools(structure: Structure, state: Ints) -> list[Ints]:
    """Groups of one partition with the same groups above them that are not open: they hide behind each other."""
    found = [members[state[members] != OPEN] for members in structure.classes().values()]
    return [members for members in found if len(members)]


def pool_structure(size: int) -> Structure:
    """``size`` groups of an open whole, which is the last one."""
    return Structure((*(frozenset({size}) for _ in range(size)), frozenset()), (*(0 for _ in range(size)), -1))


def _pool_leaks(
    members: Ints, counts: Ints, people: Floats, state: Ints, scoring: Scoring, policy: Policy, *, quick: bool
) -> Ints:
    """Leaks of groups whose sum is known and that are linked to nothing else."""
    mine = counts[members]
    structure = pool_structure(len(members))
    inside = np.vstack([mine, mine.sum(axis=0)])
    shown = np.r_[state[members], OPEN]
    moves = _useful(mine, state[members], scoring)
    found = reach(structure, inside, shown, scoring, moves)
    theirs = np.r_[people[members], 0.0]
    need = _need(structure, inside, theirs, shown, policy)
    missing = np.maximum(need - (found.high - found.low), 0)
    missing[:-1][people[members] >= COARSE_BELOW * policy.threshold] = 0
    start = fitting(moves, mine, state[members], scoring) if missing[:-1].any() else None
    for group, code in zip(*np.nonzero(missing[:-1]), strict=True):
        where = (int(group), int(code))
        wide = _climb(mine, state[members], scoring, moves, start, found, where, int(need[where]))
        missing[group, code] = max(need[group, code] - wide, 0)
        if quick and missing[group, code]:
            break
    return _told(inside, theirs, shown, found, missing, policy)[:-1]


def _useful(counts: Ints, state: Ints, scoring: Scoring) -> Moves:
    """Moves that a group with a mean can make; two without one are looked at by :func:`_together`."""
    told = state < HIDDEN
    if scoring.scores is None or not told.any():
        return library(counts.shape[1])
    gap = 25.0
    most = float(np.ceil(counts[told].sum(axis=1).max() / 2 / gap) * gap)
    return narrow(counts.shape[1], scoring.scores, 0.0 if most <= gap and _coarse(scoring.scores, gap) else most)


def _coarse(scores: tuple[float, ...], gap: float) -> bool:
    """Whether all scores are whole steps of ``gap`` apart: a smaller shift is none at all."""
    return all(score % gap == 0 for score in scores)


def _climb(
    counts: Ints,
    state: Ints,
    scoring: Scoring,
    moves: Moves,
    start: Bools | None,
    found: Reach,
    where: tuple[int, int],
    need: int,
) -> int:
    """Width of one interval after further moves from the first one's best: more than two groups take part."""
    group, code = where
    low, high = found.low[where], found.high[where]
    for up in (False, True):
        if high - low >= need:
            break
        now, fits = counts, start
        for _ in range(_FURTHER):
            fits = fitting(moves, now, state, scoring) if fits is None else fits
            then = _best(now, fits, moves, where, up)
            if then is None:
                break
            now, fits = then, None
            low, high = min(low, now[group, code]), max(high, now[group, code])
    return int(high - low)


def _best(counts: Ints, fits: Bools, moves: Moves, where: tuple[int, int], up: bool) -> Ints | None:
    """Counts after the move of two groups that changes one count the most; None where none does."""
    group, code = where
    partner = fits[:, moves.opposite]
    partner[group] = False
    able = fits[group] & partner.any(axis=0)
    step = np.where(able, moves.vectors[:, code] * (1 if up else -1), 0)
    best = int(step.argmax())
    if step[best] <= 0:
        return None
    made = counts.copy()
    made[group] += moves.vectors[best]
    made[int(partner[:, best].argmax())] -= moves.vectors[best]
    return made


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
