"""The bounds of the attack are the bounds: everything is counted out on tiny hierarchies."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.disclosure.attack.bounds import Outer, every_count
from evaluation.disclosure.attack.guess import Guess, Wanted
from evaluation.disclosure.attack.moves import Reach, universe
from evaluation.disclosure.attack.programme import Node, Programme, Row, Rule, system
from evaluation.disclosure.attack.run import attack_all
from evaluation.disclosure.attack.solve import attack

WIDTH = 3
SCORES = (0.0, 50.0, 100.0)


@st.composite
def publications(draw: st.DrawFn) -> Programme:
    """Two to four atoms, groups that cross each other, and true numbers about some of them, exact or rounded."""
    atoms = draw(st.integers(2, 4))
    truth = np.array([draw(st.lists(st.integers(0, 2), min_size=WIDTH, max_size=WIDTH)) for _ in range(atoms)])
    truth[:, 0] += truth.sum(axis=1) == 0
    groups = draw(st.sets(st.frozensets(st.integers(0, atoms - 1), min_size=1), min_size=1, max_size=5))
    nodes = []
    for atoms_of in sorted(groups | {frozenset([a]) for a in range(atoms)}, key=sorted):
        counts = truth[sorted(atoms_of)].sum(axis=0)
        kind = draw(st.sampled_from(["hidden", "hidden", "mean", "rounded", "share", "all"]))
        rows = [Row(tuple(np.eye(WIDTH)[k]), float(counts[k]), float(counts[k]), "all") for k in range(WIDTH)]
        total, n = float(counts @ SCORES), float(counts.sum())
        half = 0.5 * n if kind == "rounded" else 0.01
        middle = round(total / n) * n if kind == "rounded" else total
        mean = [Row(SCORES, middle - half, middle + half, "mean")]
        share = [Row((0.0, 0.0, 1.0), counts[2] - 0.01, counts[2] + 0.01, "share")]
        shown = {"hidden": [], "mean": mean, "rounded": mean, "share": share, "all": rows}[kind]
        name = "-".join(map(str, sorted(atoms_of)))
        nodes.append(Node(name, atoms_of, shown, kind != "all", kind in ("hidden", "share")))
    return Programme("s", "q", "w", "count", ("1", "2", "3"), SCORES, tuple(truth.sum(axis=1)), tuple(nodes))


def counted_out(programme: Programme) -> list[np.ndarray]:
    """Every set of answers that agrees with the publication."""
    made = system(programme)
    ways = [every_count(n, WIDTH) for n in programme.sizes]
    # one atom after the other would be faster; this is slow and plainly right
    return [np.array(way) for way in product(*ways) if made.holds(np.array(way))]  # type: ignore[arg-type]


def leaks_by_counting(programme: Programme, rule: Rule) -> set[str]:
    all_ = np.array(counted_out(programme))
    found = set()
    for node in programme.nodes:
        totals = all_[:, sorted(node.atoms)].sum(axis=1)
        n = int(totals[0].sum())
        width = np.ptp(totals, axis=0)
        points = np.ptp(totals @ np.array(SCORES)) / n
        if (node.counts and (width < min(rule.protection, n)).any()) or (node.mean and points < rule.points - 1e-9):
            found.add(node.name)
    return found


@settings(max_examples=60)
@given(publications(), st.integers(1, 4))
def test_leaks_are_those_found_by_counting_everything(programme: Programme, protection: int) -> None:
    rule = Rule(protection=protection, every=True)
    outcome = attack(programme, rule, 30.0)
    assert not outcome.unproven
    assert {leak.group for leak in outcome.leaks} == leaks_by_counting(programme, rule)


@settings(max_examples=40)
@given(publications())
def test_witnesses_lie_inside_and_outer_bounds_outside(programme: Programme) -> None:
    made = system(programme)
    everything = counted_out(programme)
    totals = np.array([made.members.astype(int) @ way for way in everything])
    outer, inner = Outer(made), Reach(made)
    inner.add(everything[len(everything) // 2])
    assert (outer.low <= totals.min(axis=0)).all()
    assert (outer.high >= totals.max(axis=0)).all()
    assert (inner.low >= totals.min(axis=0)).all()
    assert (inner.high <= totals.max(axis=0)).all()
    sums = totals @ np.array(SCORES)
    assert (inner.sum_low >= sums.min(axis=0) - 1e-6).all()
    assert (inner.sum_high <= sums.max(axis=0) + 1e-6).all()


def test_moves_turned_round_are_the_moves_backwards() -> None:
    for width in (2, 3, 5, 11):
        moves = universe(width)
        assert (moves == -moves[::-1]).all()
        assert (moves.sum(axis=1) == 0).all()
        assert 2 * width < len(moves) < 6000


def test_no_time_is_no_proof() -> None:
    node = [Node(str(a), frozenset([a]), [], True, True) for a in range(3)]
    whole = Node("w", frozenset(range(3)), [Row(SCORES, 400.0, 400.0, "mean")])
    programme = Programme("s", "q", "w", "count", ("1", "2", "3"), SCORES, (3, 3, 3), (*node, whole))
    assert attack_all([programme], Rule(), 0.0, 1.0)[0].unproven[0].reason == "time"
    assert attack(programme, Rule(), 0.0).unproven[0].reason == "time"
    assert not attack(programme, Rule(), 30.0).unproven


def test_a_programme_that_cannot_be_finished_is_not_proven() -> None:
    # Cornuéjols and Dawande's market split: a few equations that branch and bound cannot get through
    rng = np.random.default_rng(5)
    width = 50
    ones = np.eye(width)
    rows = [Row(tuple(ones[k]), 0.0, 1.0, "at most one") for k in range(width)]
    for _ in range(6):
        weights = rng.integers(0, 100, width).astype(float)
        middle = float(weights.sum() // 2)
        rows.append(Row(tuple(weights), middle, middle, "sum"))
    labels, scores = tuple(map(str, range(width))), tuple(np.linspace(0, 100, width))
    programme = Programme(
        "s", "q", "w", "count", labels, scores, (width // 2,), (Node("a", frozenset([0]), rows, True, True),)
    )
    start = time.monotonic()
    (outcome,) = attack_all([programme], Rule(protection=1), 6.0, 4.0)
    assert {one.reason for one in outcome.unproven} == {"time"}
    assert outcome.solves
    assert time.monotonic() - start < 20


def test_answers_are_put_together_without_a_solver() -> None:
    rng = np.random.default_rng(3)
    truth = rng.multinomial(9, (0.1, 0.2, 0.3, 0.3, 0.1), size=12)
    scores = (0.0, 25.0, 50.0, 75.0, 100.0)
    nodes = [Node(f"u{u}", frozenset([u]), [], True, True) for u in range(12)]
    for node, own in zip(nodes[:8], truth, strict=False):
        middle = round(float(own @ scores) / 9) * 9
        node.rows, node.mean = [Row(scores, middle - 4.5, middle + 4.5, "mean")], False
    whole = [Row(tuple(np.eye(5)[k]), float(c), float(c), "all") for k, c in enumerate(truth.sum(axis=0))]
    nodes.append(Node("w", frozenset(range(12)), whole))
    programme = Programme("s", "q", "w", "count", tuple("12345"), scores, (9,) * 12, tuple(nodes))
    made, found = system(programme), 0
    for _ in range(20):
        counts = Guess(made).draw(rng, Wanted(0, 4, 1, 3.0))
        assert counts is not None
        assert made.holds(counts)
        found += int(counts[0, 4] >= 3)
    assert found or Outer(made).high[0, 4] < 3
    outcome = attack(programme, Rule(), 30.0)
    assert (outcome.unproven, outcome.solves) == ((), 0)
