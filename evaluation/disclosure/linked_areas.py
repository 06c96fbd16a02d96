"""Areas that cross types: which of them are shown once everything else is decided.

A unit lies in one type and one area, and both are sums. Units and types are decided without areas, so that asking for
areas takes nothing away. An area is then shown where it leaves the hidden units of each of its types what they need,
by themselves or by a round: what one type's unit gains in an area, it loses in another one, and a second type's units
the other way round. Areas that are hidden are at least two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.linked import Policy, Structure, in_pool, pools
from evaluation.disclosure.linked_repair import Problem
from evaluation.disclosure.moves import HIDDEN, OPEN, fitting, library
from evaluation.disclosure.rules import COARSE_BELOW, Bools, Floats
from evaluation.disclosure.small import POINTS

Ints = NDArray[np.int64]
Key = tuple[int, frozenset[int]]
_SLACK = 1e-9


def without(structure: Structure, areas: Iterable[int]) -> Structure:
    """Return the sums without those of ``areas``."""
    gone = frozenset(areas)
    return Structure(tuple(above - gone for above in structure.above), structure.parts)


def crossing(structure: Structure, areas: Iterable[int], people: Floats, threshold: int) -> frozenset[int]:
    """Areas that cross other groups, where none of either is small: a small one is itself protected."""
    named = frozenset(areas)
    mine = [above for above in structure.above if above & named]
    cross = any(len(above - named) > 1 for above in mine)
    large = all(people[g] >= COARSE_BELOW * threshold or people[g] == 0 for g in frozenset().union(*mine))
    return named if cross and large else frozenset()


def rounds(keys: Iterable[Key], areas: frozenset[int]) -> dict[Key, list[tuple[Key, Key, Key]]]:
    """Cells of type and area in a round with each: beside it in its type, across, and beside it in its area."""
    cells = {(part, above - areas, above & areas): (part, above) for part, above in keys}
    found: dict[Key, list[tuple[Key, Key, Key]]] = {}
    for (part, kind, area), key in cells.items():
        for (other, kind_2, area_2), across in cells.items():
            beside, below = cells.get((part, kind, area_2)), cells.get((part, kind_2, area))
            if other == part and kind_2 != kind and area_2 != area and beside and below:
                found.setdefault(key, []).append((beside, across, below))
    return found


def open_areas(problem: Problem, full: Structure, areas: frozenset[int], state: Ints, policy: Policy) -> Ints:
    """``state`` with the areas that must be hidden.

    Parameters
    ----------
    problem : Problem
        Without the areas' sums.
    full : Structure
        With them.
    areas : frozenset of int
    state : int array, shape (groups,)
        Nothing leaks where no area is shown.
    """
    shown = {g for g in areas if problem.counts[g].sum() > 0}
    every = frozenset(shown)
    while shown:
        hidden = areas - shown
        told = np.flatnonzero(_told(problem, without(full, hidden), frozenset(shown), state, policy))
        if not len(told):
            break
        shown -= {g for i in told for g in full.above[i]} & shown or {_cheapest(problem, shown)}
        if len(every - shown) == 1 and shown:
            shown.discard(_cheapest(problem, shown))
    made = state.copy()
    made[list(every - shown)] = HIDDEN
    return made


def _cheapest(problem: Problem, shown: set[int]) -> int:
    return min(shown, key=lambda g: (problem.order[g], g))


def _told(problem: Problem, structure: Structure, areas: frozenset[int], state: Ints, policy: Policy) -> Bools:
    """Small groups of which too much is known, beside shown ``areas``."""
    counts, people = problem.counts, problem.people
    need = _need(structure, counts, people, state, policy)
    told = np.zeros(len(counts), dtype=bool)
    classes = {key: members[state[members] != OPEN] for key, members in structure.classes().items()}
    for members in classes.values():
        if len(members):
            told[members] = in_pool(members, counts, people, state, problem.scoring, policy, need=need[members]) > 0
    if not told.any():
        return told
    moves = library(counts.shape[1])
    fits = fitting(moves, counts, state, problem.scoring)
    free = {key: fits[members].any(axis=0) for key, members in classes.items() if len(members)}
    ways = rounds(free, areas)
    shift = np.zeros(len(moves.vectors))
    if problem.scoring.scores is not None:
        shift = moves.vectors @ np.array(problem.scoring.scores)
    for key, members in classes.items():
        if not told[members].any():
            continue
        outward = np.zeros(len(moves.vectors), dtype=bool)
        for beside, across, below in ways.get(key, []):
            outward |= free[beside][moves.opposite] & free[across] & free[below][moves.opposite]
        for g in members[told[members]].tolist():
            others = fits[members[members != g]].any(axis=0)[moves.opposite]
            able = fits[g] & (outward | others)
            made = np.where(able[:, None], moves.vectors, 0)
            wide = bool((made.max(axis=0) - made.min(axis=0) >= need[g]).all())
            way = np.where(able, shift, 0.0)
            loose = state[g] != HIDDEN or problem.scoring.scores is None
            mean = loose or way.max() - way.min() >= (POINTS - _SLACK) * counts[g].sum()
            told[g] = not (wide and mean and able[moves.vectors.any(axis=1)].any())
    return told


def _need(structure: Structure, counts: Ints, people: Floats, state: Ints, policy: Policy) -> Ints:
    """Width that each count's interval must have: as far as sums that are really published leave it."""
    need = np.minimum(policy.protection, counts.sum(axis=1))[:, None] * np.ones(counts.shape, dtype=np.int64)
    small = (people < COARSE_BELOW * policy.threshold) & (state != OPEN)
    if policy.rare == "margin":
        parts = structure.hierarchy
        for members in pools(without(structure, range(len(counts))), state):
            for over in set().union(*(structure.above[i] for i in members)):
                mine = np.array([i for i in members if over in structure.above[i] and parts[i] == parts[members[0]]])
                if state[over] == OPEN and people[mine].sum() >= COARSE_BELOW * policy.threshold:
                    pool = counts[mine].sum(axis=0)
                    need[mine] = np.minimum(need[mine], np.minimum(pool, pool.sum() - pool)[None, :])
    return np.where(small[:, None], need, 0)


def score_room(
    classes: Mapping[Key, Ints], areas: frozenset[int], total: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """How far rounds let each hidden sum of scores fall and rise, shape (groups,) each; ``classes``: hidden groups."""
    up = {key: float((high - total)[mine].sum()) for key, mine in classes.items() if len(mine)}
    down = {key: float((total - low)[mine].sum()) for key, mine in classes.items() if len(mine)}
    fall, rise = np.zeros(len(total)), np.zeros(len(total))
    for key, ways in rounds(up, areas).items():
        mine = classes[key]
        for beside, across, below in ways:
            rise[mine] = np.maximum(rise[mine], min(down[beside], up[across], down[below]))
            fall[mine] = np.maximum(fall[mine], min(up[beside], down[across], up[below]))
    return np.minimum(fall, total - low), np.minimum(rise, high - total)
