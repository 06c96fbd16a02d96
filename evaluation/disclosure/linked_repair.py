"""From what must be hidden to what is hidden: the choice, its audit by numbers, repair, and what can be given back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.linked import Policy, Structure, leaks
from evaluation.disclosure.linked_choice import Sum, partners, sums
from evaluation.disclosure.moves import BARE, COARSE, EXACT, HIDDEN, OPEN, Scoring
from evaluation.disclosure.rules import COARSE_BELOW, Bools, Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Problem:
    """One item in one wave.

    Attributes
    ----------
    structure : Structure
    counts : int array, shape (groups, codes)
    people : float array, shape (groups,)
    scoring : Scoring
    order : float array, shape (groups,)
        What hiding a group costs; the same for all items of a survey and wave, so that the same groups go.
    """

    structure: Structure
    counts: Ints
    people: Floats
    scoring: Scoring
    order: Floats


def protect(problem: Problem, first: Ints, policy: Policy) -> Ints:
    """Return the state of every group, so that nothing leaks.

    Parameters
    ----------
    first : int array, shape (groups,)
        States that the rules for one number ask for (``OPEN`` … ``HIDDEN``); no group will show more.

    Returns
    -------
    int array, shape (groups,)
    """
    state = first.copy()
    if not (state != OPEN).any():
        return state
    _seed(problem, state, policy.threshold)
    known: dict[bytes, Ints] = {}
    _repair(problem, state, policy, known)
    _give_back(problem, first, state, policy, known)
    return state


def _seed(problem: Problem, state: Ints, threshold: int) -> None:
    """Hide partners so that no sum holds exactly one group without a mean, in place."""
    answered = problem.counts.sum(axis=1) > 0
    if not ((state == HIDDEN) & answered).any():
        return
    hide_partners(problem, state)
    cost = np.where(answered, problem.order, np.inf)
    while (short := _alone(problem, state, threshold)) is not None:
        able = [i for i in short if state[i] < HIDDEN and np.isfinite(cost[i])]
        if not able:
            return
        state[min(able, key=lambda i: (cost[i], i))] = HIDDEN


def hide_partners(problem: Problem, state: Ints) -> None:
    """Hide the cheapest groups beside hidden ones, so that no sum holds exactly one, in place."""
    answered = problem.counts.sum(axis=1) > 0
    gone = frozenset(np.flatnonzero((state == HIDDEN) & answered).tolist())
    # A group in whole points hides a neighbour's counts already; without its mean it costs less than a large one.
    cost = np.where(answered, problem.order, np.inf)
    state[list(partners(sums(problem.structure), gone, tuple(cost.tolist())))] = HIDDEN


def _alone(problem: Problem, state: Ints, threshold: int) -> Sum | None:
    """Return a sum where one small group is alone without a mean; of the whole, where fewer than the threshold are."""
    structure, people = problem.structure, problem.people
    gone = (state == HIDDEN) & (problem.counts.sum(axis=1) > 0)
    for one in sums(structure):
        mine = [i for i in one if gone[i]]
        if not mine or len(mine) == len(one) or min(people[mine]) >= COARSE_BELOW * threshold:
            continue
        if len(mine) == 1 or (one[0] == structure.root and people[mine].sum() < threshold):
            return one
    return None


def _leaks(problem: Problem, state: Ints, policy: Policy, known: dict[bytes, Ints], *, quick: bool = False) -> Ints:
    return leaks(problem.structure, problem.counts, problem.people, state, problem.scoring, policy, known, quick=quick)


def _repair(problem: Problem, state: Ints, policy: Policy, known: dict[bytes, Ints]) -> None:
    """Show less of everything that leaks, then of the cheapest beside it, until nothing does; in place."""
    while True:
        leaking = np.flatnonzero(_leaks(problem, state, policy, known))
        if not len(leaking):
            return
        # What a group shows beside n only ever narrows it: first the shares, then the means of those that leak.
        shares = leaking[(state[leaking] == COARSE) | (state[leaking] == EXACT)]
        means = leaking[state[leaking] == BARE]
        if len(shares):
            state[shares] = BARE
        elif len(means):
            state[means] = HIDDEN
        elif not _cover(problem, state, int(leaking[0])):
            return


def _cover(problem: Problem, state: Ints, group: int) -> bool:
    """Show less of the cheapest group beside a hidden one, else of one above it; False where nothing is left."""
    structure, answered = problem.structure, problem.counts.sum(axis=1) > 0
    mine = structure.above[group]
    beside = [i for i in range(len(state)) if i != group and answered[i] and structure.above[i] == mine and mine]
    for choice in (beside, sorted(mine), np.flatnonzero(answered).tolist()):
        able = [i for i in choice if state[i] < HIDDEN]
        if able:
            cheapest = min(able, key=lambda i: (problem.order[i], i))
            state[cheapest] = HIDDEN
            return True
    return False


def _give_back(problem: Problem, first: Ints, state: Ints, policy: Policy, known: dict[bytes, Ints]) -> None:
    """Show again what can be shown without a leak, dearest first; in place."""
    changed, before = np.flatnonzero(state != first), _alone(problem, state, policy.threshold)
    for place in changed[np.argsort(-problem.order[changed], kind="stable")].tolist():
        for to in range(int(first[place]), int(state[place])):
            tried = state.copy()
            tried[place] = to
            if state[place] == HIDDEN and _alone(problem, tried, policy.threshold) not in (None, before):
                continue
            if not _leaks(problem, tried, policy, known, quick=True).any():
                state[place] = to
                break


def primary(
    people: Floats, counts: Ints, mean_shown: Bools, share_shown: Bools, threshold: int, coarse_below: int
) -> Ints:
    """States by the rules for one number alone, shape (groups,)."""
    coarse = (people >= threshold) & (people < coarse_below)
    state = np.where(people >= coarse_below, OPEN, HIDDEN)
    state = np.where(coarse & mean_shown, np.where(share_shown, COARSE, BARE), state)
    return np.where(counts.sum(axis=1) > 0, state, OPEN)
