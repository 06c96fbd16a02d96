"""Linked groups on plain arrays: what is found safe stays so when every possible set of answers is looked through."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaluation.disclosure.linked import Policy, Structure, leaks, reach
from evaluation.disclosure.linked_choice import greedy, partners, sums
from evaluation.disclosure.linked_repair import Problem, primary, protect
from evaluation.disclosure.moves import BARE, COARSE, EXACT, HIDDEN, OPEN, Scoring, library
from evaluation.disclosure.small import compositions, decide, rule

FIVE = Scoring((0.0, 25.0, 50.0, 75.0, 100.0), (False, False, False, True, True))
THREE = Scoring((0.0, 50.0, 100.0), (False, False, True))
#: The whole, two types, four units of them, and two values of another grouping.
TREE = Structure(
    (
        frozenset(),
        *(frozenset({0}),) * 2,
        *(frozenset({0, 1}),) * 2,
        *(frozenset({0, 2}),) * 2,
        *(frozenset({0}),) * 2,
    ),
    (-1, -1, -1, 0, 0, 0, 0, 1, 1),
)


def tree(units: list[list[int]], share: float) -> np.ndarray:
    """Counts of TREE from those of its units; ``share`` of every code falls on the first value."""
    made = np.array(units)
    whole = made.sum(axis=0)
    first = np.round(whole * share).astype(int)
    return np.vstack([whole, made[:2].sum(axis=0), made[2:].sum(axis=0), made, first, whole - first])


def fits(count: np.ndarray, truth: np.ndarray, state: int) -> bool:
    """Whether a group with these answers would show what it shows."""
    scores, positive = np.array(THREE.scores), np.array(THREE.positive)
    n = max(int(truth.sum()), 1)
    if state == OPEN:
        return bool((count == truth).all())
    if state == EXACT and abs((count - truth) @ scores) > 1e-9:
        return False
    if state in (COARSE, BARE) and np.round(count @ scores / n) != np.round(truth @ scores / n):
        return False
    return not (state in (EXACT, COARSE) and count[positive].sum() != truth[positive].sum())


def possible(counts: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Every set of answers of TREE that would be published the same way, shape (sets, groups, codes)."""

    def alone(g: int) -> list[np.ndarray]:
        return [c for c in compositions(int(counts[g].sum()), 3) if fits(c, counts[g], state[g])]

    units = {}
    for first, second, t in ((3, 4, 1), (5, 6, 2)):
        units[t] = [(a + b, a, b) for a, b in product(alone(first), alone(second)) if fits(a + b, counts[t], state[t])]
    values = {}
    for a, b in product(alone(7), alone(8)):
        values.setdefault(tuple(a + b), []).append((a, b))
    made = []
    for one, two in product(units[1], units[2]):
        whole = one[0] + two[0]
        if fits(whole, counts[0], state[0]):
            made += [
                np.array([whole, one[0], two[0], one[1], one[2], two[1], two[2], a, b])
                for a, b in values.get(tuple(whole), ())
            ]
    return np.array(made)


UNIT = st.lists(st.integers(0, 3), min_size=3, max_size=3)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    units=st.lists(UNIT, min_size=4, max_size=4),
    share=st.floats(0, 1),
    states=st.lists(st.integers(OPEN, HIDDEN), min_size=9, max_size=9),
)
def test_what_is_reached_is_possible(units: list[list[int]], share: float, states: list[int]) -> None:
    counts, state = tree(units, share), np.array(states)
    if sum(counts[3:7].sum(axis=1) > 6) > 2:
        return
    found = reach(TREE, counts, state, THREE)
    sets = possible(counts, state)
    assert (sets.min(axis=0) <= found.low).all()
    assert (sets.max(axis=0) >= found.high).all()


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    units=st.lists(UNIT, min_size=4, max_size=4),
    share=st.floats(0, 1),
    protection=st.integers(1, 3),
    every=st.booleans(),
)
@example(units=[[1, 0, 0], [3, 2, 1], [2, 2, 2], [3, 3, 0]], share=0.5, protection=2, every=True)
def test_nothing_leaks_after_protection(units: list[list[int]], share: float, protection: int, every: bool) -> None:
    counts = tree(units, share)
    n = counts.sum(axis=1)
    people = n.astype(float)
    policy = Policy(threshold=2, protection=protection, rare="every" if every else "margin")
    scores = np.array(THREE.scores)
    means, shares = decide(
        n, counts @ scores / np.maximum(n, 1), counts[:, 2], THREE, 3, policy.threshold, policy.protection
    )
    first = primary(people, counts, means, shares, 2, 6)
    state = protect(Problem(TREE, counts, people, THREE, people), first, policy)
    assert (state >= first).all()
    if (state[n > 0] == HIDDEN).all():
        return
    sets = possible(counts, state)
    low, high = sets.min(axis=0), sets.max(axis=0)
    mine = (state != OPEN) & (n > 0) & (people < 6)
    if every:
        need = np.minimum(protection, n)[:, None]
        assert ((high - low)[mine] >= np.broadcast_to(need, low.shape)[mine]).all()
    points = ((sets @ scores).max(axis=0) - (sets @ scores).min(axis=0)) / np.maximum(n, 1)
    assert (points[mine & (state == HIDDEN)] >= 10).all()
    alike = (low.max(axis=1) == n) & (low == high).all(axis=1)
    assert not alike[mine].any()


def test_a_lone_small_group_is_never_what_is_left() -> None:
    counts = tree([[2, 0, 1], [9, 8, 7], [9, 9, 9], [9, 8, 8]], 0.5)
    people = counts.sum(axis=1).astype(float)
    first = np.where(people < 5, HIDDEN, OPEN)
    assert leaks(TREE, counts, people, first, THREE, Policy())[3] > 0
    state = protect(Problem(TREE, counts, people, THREE, people), first, Policy())
    assert state[3] == HIDDEN
    assert state[4] == HIDDEN
    assert (state[[0, 1, 2, 5, 6, 7, 8]] == OPEN).all()


def test_the_programme_is_cheaper_than_smallest_first() -> None:
    # Types 1 and 2 cross areas 3 and 4; unit 5 is gone.
    over = [
        frozenset({0, 1, 3}),
        frozenset({0, 1, 4}),
        frozenset({0, 1, 4}),
        frozenset({0, 2, 3}),
        frozenset({0, 2, 4}),
    ]
    structure = Structure((frozenset(), *(frozenset({0}),) * 4, *over), (-1,) * 5 + (0,) * 5)
    cost = np.array([100.0, 40, 40, 40, 40, 3, 6, 7, 20, 21])
    chosen = partners(sums(structure), frozenset({5}), tuple(cost.tolist()))
    plain = greedy(sums(structure), frozenset({5}), cost)
    for one in sums(structure):
        assert len(chosen & set(one)) != 1
        assert plain[list(one)].sum() != 1
    assert cost[list(chosen)].sum() <= cost[plain].sum()


def test_thirteen_fours_and_one_three_are_not_told() -> None:
    means, _ = decide(np.array([14]), np.array([1375 / 14]), np.array([14]), FIVE, 5, 5, 3)
    assert not means[0]
    assert np.round(1375 / 14) == 98


@pytest.mark.parametrize("n", [5, 8, 11, 14])
def test_the_rule_for_small_groups_leaves_every_count_open(n: int) -> None:
    """What is shown, and what is told by not showing it, looked through one by one."""
    made = rule(n, FIVE, 5, 5, 3)
    assert made is not None
    shown: dict[tuple[int | None, int | None], list[np.ndarray]] = {}
    for counts in compositions(n, 5):
        mean, side = int(np.round(counts @ np.array(FIVE.scores) / n)), int(counts[3:].sum())
        told = (None, None)
        if made.means[mean]:
            told = (mean, side if (mean, side) in made.shares else None)
        shown.setdefault(told, []).append(counts)
    assert len(shown) > 1 or n == 5
    for found in shown.values():
        assert (np.max(found, axis=0) - np.min(found, axis=0)).min() >= 3


def test_moves_come_with_their_opposites() -> None:
    for codes in (2, 4, 5, 7, 11):
        moves = library(codes)
        np.testing.assert_array_equal(moves.vectors[moves.opposite], -moves.vectors)
        assert (moves.vectors.sum(axis=1) == 0).all()
