"""Areas that cross types are decided last: shown where a round leaves the hidden units open, else hidden in pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.disclosure.linked import Policy, Structure
from evaluation.disclosure.linked_areas import crossing, open_areas, without
from evaluation.disclosure.linked_repair import Problem
from evaluation.disclosure.linked_scores import hidden_scores, left_open
from evaluation.disclosure.moves import HIDDEN, OPEN, Scoring

SCORING = Scoring((0.0, 25.0, 50.0, 75.0, 100.0), None)
#: The whole, types 1 and 2, areas 3 and 4, and in every type and area a small unit and a large one.
ROOT, TYPES, AREAS = 0, (1, 2), (3, 4)
CELLS = [(t, a) for t in TYPES for a in AREAS]
ABOVE = (
    frozenset(),
    *(frozenset({ROOT}),) * 4,
    *(frozenset({ROOT, t, a}) for t, a in CELLS for _ in range(2)),
)
FULL = Structure(ABOVE, (-1,) * 5 + (0,) * 8)
SMALL = (5, 7, 9, 11)
EVEN = ([2, 2, 2, 2, 2],) * 4


def problem(*small: list[int]) -> Problem:
    units = [row for one in small for row in (one, [4, 6, 10, 8, 6])]
    rows = np.array([[0] * 5] * 5 + units)
    for g in range(5):
        rows[g] = sum(rows[u] for u in range(5, 13) if g in ABOVE[u])
    people = rows.sum(axis=1).astype(float)
    areas = crossing(FULL, AREAS, people, 5)
    return Problem(without(FULL, areas), rows, people, SCORING, people)


def state(hidden: tuple[int, ...]) -> np.ndarray:
    made = np.full(13, OPEN)
    made[list(hidden)] = HIDDEN
    return made


def test_a_round_of_hidden_units_keeps_both_areas_shown() -> None:
    made = open_areas(problem(*EVEN), FULL, frozenset(AREAS), state(SMALL), Policy())
    assert (made[list(AREAS)] == OPEN).all()


@pytest.mark.parametrize("shown", SMALL)
def test_three_corners_of_a_round_are_what_is_left(shown: int) -> None:
    hidden = tuple(g for g in SMALL if g != shown)
    made = open_areas(problem(*EVEN), FULL, frozenset(AREAS), state(hidden), Policy())
    assert (made[list(AREAS)] == HIDDEN).all()


def test_an_answer_that_no_round_leaves_open_hides_the_areas() -> None:
    """The first unit can lose no first answer, because its opposite has none, and win but the one of its neighbour."""
    one = problem([2, 2, 2, 2, 2], [5, 2, 1, 1, 1], [1, 3, 2, 2, 2], [0, 4, 2, 2, 2])
    assert (open_areas(one, FULL, frozenset(AREAS), state(SMALL), Policy())[list(AREAS)] == HIDDEN).all()


def test_a_small_area_is_a_group_like_any_other() -> None:
    people = np.full(13, 20.0)
    assert crossing(FULL, AREAS, people, 5) == frozenset(AREAS)
    people[3] = 8
    assert crossing(FULL, AREAS, people, 5) == frozenset()


def levels(scores: list[float]) -> pd.DataFrame:
    """Scores of units of 4, 6, 20 and 20 people in one type; the first two are hidden."""
    n = np.array([4, 6, 20, 20], dtype=float)
    value = np.array(scores)
    whole = float((n * value).sum() / n.sum())
    names = ["kommune", "type-a", *(f"enhed-{i}" for i in range(4))]
    return pd.DataFrame(
        {
            "survey": "s",
            "measure": "skala",
            "wave": "2024",
            "stat": "score",
            "group": names,
            "_grouping": ["kommune", "type", *["enhed"] * 4],
            "_above": ["", "", *["type-a"] * 4],
            "n": [50.0, 50.0, *n],
            "value": [whole, whole, *value],
            "_persons": [50.0, 50.0, *n],
        }
    )


def test_a_group_of_units_may_not_part_those_that_hide_together() -> None:
    table = levels([50.0, 60.0, 55.0, 70.0])
    gone = table["group"].isin(["enhed-0", "enhed-1"]).to_numpy()
    assert (hidden_scores(table, gone, Policy(), ()) == gone).all()
    together, apart = frozenset({"enhed-0", "enhed-1", "enhed-2"}), frozenset({"enhed-0", "enhed-2"})
    assert left_open(table, gone, [together], Policy(), ())
    assert not left_open(table, gone, [apart], Policy(), ())


def test_two_groups_of_units_may_not_part_them_by_their_difference() -> None:
    table = levels([50.0, 60.0, 55.0, 70.0])
    gone = table["group"].isin(["enhed-0", "enhed-1", "enhed-2"]).to_numpy()
    first, second = frozenset({"enhed-0", "enhed-1", "enhed-3"}), frozenset({"enhed-1", "enhed-2", "enhed-3"})
    assert not left_open(table, gone, [first, second], Policy(), ())
