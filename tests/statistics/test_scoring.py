"""Scale scores, shares and reliability on numbers done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.statistics import reasons
from evaluation.statistics.reliability import cronbach_alpha
from evaluation.statistics.scoring import scale_scores, share_indicator

NAN = np.nan


def test_scores_by_hand() -> None:
    items = [[0, 100, 25], [50, NAN, 75], [NAN, NAN, 100], [NAN, NAN, NAN]]
    found = scale_scores(items, [False, False, True], 2)
    np.testing.assert_allclose(found, [(0 + 100 + 75) / 3, (50 + 25) / 2, NAN, NAN])
    np.testing.assert_allclose(scale_scores(items, [False] * 3, 1)[2], 100)


@pytest.mark.parametrize(
    ("items", "turned", "least"),
    [([[1, 2]], [False], 1), ([[1, 2]], [False, False], 3), ([[1, 2]], [False, False], 0), ([[1, 101]], [0, 0], 1)],
)
def test_scores_refuse_what_does_not_fit(items: list[list[float]], turned: list[bool], least: int) -> None:
    with pytest.raises(ValueError, match=r".+"):
        scale_scores(items, turned, least)


def test_shares() -> None:
    np.testing.assert_array_equal(share_indicator([1, 4, 5, NAN, 3], (4, 5)), [0, 1, 1, NAN, 0])


def test_alpha_of_equal_items_is_one_and_of_unrelated_items_near_zero() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=(40, 1))
    same = cronbach_alpha(np.repeat(one, 3, axis=1))
    assert same.value == pytest.approx(1)
    noise = cronbach_alpha(rng.normal(size=(4000, 3)))
    assert noise.value == pytest.approx(0, abs=0.1)
    assert noise.low is not None
    assert noise.high is not None
    assert noise.low < 0 < noise.high


def test_alpha_reasons_and_complete_rows_only() -> None:
    rng = np.random.default_rng(2)
    items = rng.normal(size=(30, 4)) + rng.normal(size=(30, 1))
    holes = np.vstack([items, np.full((5, 4), NAN), [[1, NAN, 2, 3]]])
    assert cronbach_alpha(holes) == cronbach_alpha(items)
    assert cronbach_alpha(items[:, :1]).reason == reasons.FEW_ITEMS
    assert cronbach_alpha(items[:2]).reason == reasons.FEW_ANSWERS
    assert cronbach_alpha(np.full((9, 3), 66.7)).reason == reasons.NO_VARIANCE
    opposed = np.column_stack([items[:, 0], -items[:, 0]])
    assert cronbach_alpha(opposed).reason == reasons.NO_VARIANCE
