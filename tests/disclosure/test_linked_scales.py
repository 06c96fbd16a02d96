"""A scale's score beside its items: neither may be what the other leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.disclosure.linked import Policy, Structure
from evaluation.disclosure.linked_repair import Problem
from evaluation.disclosure.linked_scales import Equation, read_scales, with_scores
from evaluation.disclosure.linked_tables import Item
from evaluation.disclosure.moves import BARE, HIDDEN, OPEN, Scoring

SCORING = Scoring((0.0, 25.0, 50.0, 75.0, 100.0), (False, False, False, True, True))
SCORES = np.array(SCORING.scores)
GROUPS = ("kommune", "enhed-a", "enhed-b", "enhed-c", "enhed-d", "enhed-e")
STRUCTURE = Structure((frozenset(), *(frozenset({0}),) * 5), (-1, 0, 0, 0, 0, 0))
#: Two units below the threshold, the one that is looked at, one that shows whole points, and a large one.
UNITS = [[1, 0, 1, 1, 1], [0, 1, 1, 1, 0], [1, 1, 2, 5, 1], [1, 2, 3, 3, 1], [3, 4, 9, 9, 5]]
MINE, LARGE = GROUPS.index("enhed-c"), GROUPS.index("enhed-e")


def item(number: int, units: list[list[int]]) -> Item:
    counts = np.vstack([np.sum(units, axis=0), units])
    people = counts.sum(axis=1).astype(float)
    first = np.where(people >= 15, OPEN, np.where(people >= 5, BARE, HIDDEN))
    problem = Problem(STRUCTURE, counts, people, SCORING, people)
    return Item("s", f"i{number}", "2024", "skala", GROUPS, first, problem, np.arange(len(GROUPS)), first)


def survey(
    size: int,
    hidden: dict[int, list[int]],
    other: dict[int, list[list[int]]] | None = None,
    turned: tuple[int, ...] = (),
) -> tuple[list[Item], list[np.ndarray], pd.DataFrame]:
    """A scale of ``size`` items; ``hidden`` items by group, ``other`` units' counts by item."""
    items = [item(i, (other or {}).get(i, UNITS)) for i in range(size)]
    found = [one.start.copy() for one in items]
    for group, numbers in hidden.items():
        for i in numbers:
            found[i][group] = HIDDEN
    rows = []
    for i, one in enumerate(items):
        n = one.problem.counts.sum(axis=1)
        mean = one.problem.counts @ SCORES / n
        way = "worse" if i in turned else "better"
        rows += [(f"i{i}", "snit", way, g, n[p], mean[p], n[p]) for p, g in enumerate(GROUPS)]
    for p, g in enumerate(GROUPS):
        means = [one.problem.counts[p] @ SCORES / one.problem.counts[p].sum() for one in items]
        score = np.mean([100 - m if i in turned else m for i, m in enumerate(means)])
        n = max(one.problem.counts[p].sum() for one in items)
        rows.append(("skala", "score", "better", g, n, score, n))
    names = ["measure", "stat", "higher_is", "group", "n", "value", "_persons"]
    levels = pd.DataFrame(rows, columns=names).assign(survey="s", wave="2024")
    levels["_persons"] = levels["_persons"].astype(float)
    return items, found, levels


def settled(
    size: int, hidden: dict[int, list[int]], **more: object
) -> tuple[list[list[int]], set[str], list[np.ndarray]]:
    """Items hidden of each group, groups whose score is, and the states."""
    items, found, levels = survey(size, hidden, **more)  # type: ignore[arg-type]
    score = (levels["stat"] == "score").to_numpy()
    gone = score & (levels["_persons"] < 5).to_numpy()
    scales = read_scales(items, levels, Policy())
    made, gone = with_scores(items, found, scales, gone, Policy(), lambda rows, spans: rows)
    shown = [[i for i in range(size) if made[i][g] == HIDDEN] for g in range(len(GROUPS))]
    assert all((after >= before).all() for after, before in zip(made, found, strict=True))
    return shown, set(levels.loc[gone, "group"]), made


@pytest.mark.parametrize("size", [3, 5])
def test_one_hidden_item_of_a_short_scale_takes_a_second_one(size: int) -> None:
    hidden, scores, _ = settled(size, {MINE: [1]})
    assert len(hidden[MINE]) == 2
    assert 1 in hidden[MINE]
    assert scores == {"enhed-a", "enhed-b"}, "the score stays"
    assert not hidden[GROUPS.index("enhed-d")]
    assert not hidden[LARGE]


def test_one_hidden_item_of_twelve_stays_open() -> None:
    hidden, scores, _ = settled(12, {MINE: [1]})
    assert hidden[MINE] == [1], "twelve points are left of its mean"
    assert scores == {"enhed-a", "enhed-b"}


def test_where_somebody_left_an_item_out_nothing_follows() -> None:
    fewer = [*UNITS[:2], [1, 1, 2, 4, 1], *UNITS[3:]]
    hidden, _, _ = settled(3, {MINE: [1]}, other={2: fewer})
    assert hidden[MINE] == [1]


def test_large_groups_are_left_alone() -> None:
    hidden, scores, made = settled(3, {LARGE: [1]})
    assert hidden[LARGE] == [1]
    assert "enhed-e" not in scores
    assert all((state[[0, LARGE]] == OPEN).all() for i, state in enumerate(made) if i != 1)


def test_the_score_goes_where_no_second_item_can() -> None:
    hidden, scores, _ = settled(1, {MINE: [0]})
    assert hidden[MINE] == [0]
    assert "enhed-c" in scores


def test_a_hidden_score_is_not_the_mean_of_its_items() -> None:
    items, found, levels = survey(3, {})
    gone = ((levels["stat"] == "score") & (levels["group"].isin(["enhed-a", "enhed-b", "enhed-c"]))).to_numpy()
    scales = read_scales(items, levels, Policy())
    made, after = with_scores(items, found, scales, gone, Policy(), lambda rows, spans: rows)
    assert [state[MINE] == HIDDEN for state in made].count(True) == 1
    assert (after == gone).all()


def test_two_hidden_items_at_the_end_of_the_scale_are_told_together() -> None:
    """Both means of 97.5: together they may lack five points, so each is told within six."""
    high = [*UNITS[:2], [0, 0, 0, 1, 9], *UNITS[3:]]
    hidden, scores, _ = settled(4, {MINE: [1, 2]}, other={1: high, 2: high})
    assert len(hidden[MINE]) > 2 or "enhed-c" in scores


@pytest.mark.parametrize("turned", [(), (0,), (1,), (0, 1, 2)])
def test_what_the_score_leaves_holds_the_truth(turned: tuple[int, ...]) -> None:
    items, found, levels = survey(3, {MINE: [1]}, turned=turned)
    sums = [float(one.problem.counts[MINE] @ SCORES) for one in items]
    score = float(levels.loc[(levels["stat"] == "score") & (levels["group"] == "enhed-c"), "value"].iloc[0])
    straight = tuple(1000 - s if i in turned else s for i, s in enumerate(sums))
    one = Equation(0, 10, score, 0.5, True, (0, 1, 2), (MINE,) * 3, tuple(i in turned for i in range(3)), straight)
    ((place, low, high),) = one.spans(found)
    assert place == 1
    assert low <= sums[1] <= high
    assert high - low == pytest.approx(30), "three points of ten answers"
