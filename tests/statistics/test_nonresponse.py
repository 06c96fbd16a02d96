"""Tipping points and worst cases: the population written out, Holm beside the real procedure, every reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics import reasons
from evaluation.statistics.nonresponse import holm_limit, tipping, worst_case
from evaluation.statistics.tests import holm, p_value

SHARE = st.floats(0.05, 0.99)
MEAN = st.floats(1, 99)


@given(MEAN, MEAN, st.floats(0.1, 5), st.floats(3, 60), SHARE, SHARE, st.floats(0.001, 0.2))
@settings(max_examples=200, deadline=None)
def test_at_the_tipping_points_the_change_of_all_is_as_promised(
    before: float, after: float, se: float, df: float, early: float, late: float, level: float
) -> None:
    found = tipping(before, after, se, df, early, late, level=level)
    assert found.zero is not None
    assert found.significance is not None
    assert found.largest is not None

    def whole(gap: float) -> float:
        silent = before + (after - before) - gap
        return late * after + (1 - late) * silent - before

    assert whole(found.zero) == pytest.approx(0, abs=1e-9)
    assert abs(found.significance) <= abs(found.zero) + 1e-9
    if found.significance:
        assert p_value(whole(found.significance), se, df) == pytest.approx(level, rel=1e-6)
    else:
        assert after == before or p_value(after - before, se, df) >= level * (1 - 1e-9)
    # At the largest gap nonrespondents stand at the far end of the scale.
    assert min(abs(after - found.largest), abs(after - found.largest - 100)) == pytest.approx(0, abs=1e-9)


@given(MEAN, MEAN, SHARE, SHARE, st.floats(0, 100), st.floats(0, 100))
@settings(max_examples=200, deadline=None)
def test_worst_cases_hold_every_population(
    before: float, after: float, early: float, late: float, silent_before: float, silent_after: float
) -> None:
    bounds = worst_case(before, after, early, late)
    assert bounds.low is not None
    assert bounds.high is not None
    change = late * after + (1 - late) * silent_after - early * before - (1 - early) * silent_before
    assert bounds.low - 1e-9 <= change <= bounds.high + 1e-9
    assert bounds.high - bounds.low == pytest.approx(100 * (2 - early - late), abs=1e-9)
    mirrored = worst_case(100 - before, 100 - after, early, late)
    assert (mirrored.low, mirrored.high) == (pytest.approx(-bounds.high), pytest.approx(-bounds.low))


@given(st.lists(st.floats(0.0001, 1), max_size=7), st.floats(0.01, 0.2))
@settings(max_examples=200, deadline=None)
def test_holms_limit_is_where_holm_turns(others: list[float], alpha: float) -> None:
    limit = holm_limit(others, alpha)
    assert (holm([limit * (1 - 1e-9), *others])[0] or 0) < alpha
    assert (holm([limit * (1 + 1e-9), *others])[0] or 0) >= alpha * (1 - 1e-12)
    assert alpha / (len(others) + 1) <= limit * (1 + 1e-12) <= alpha * (1 + 1e-9)


def test_untested_rows_do_not_count_in_holms_limit() -> None:
    assert holm_limit([None, math.nan], 0.05) == 0.05
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm_limit([2.0], 0.05)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((None, 60.0, 2.0, 9.0, 0.5, 0.5), reasons.NO_ANSWERS),
        ((50.0, math.nan, 2.0, 9.0, 0.5, 0.5), reasons.NO_ANSWERS),
        ((50.0, 60.0, 2.0, 9.0, None, 0.5), reasons.POPULATION_UNKNOWN),
        ((50.0, 60.0, 2.0, 9.0, 0.5, math.nan), reasons.POPULATION_UNKNOWN),
        ((50.0, 60.0, 2.0, 9.0, 0.5, 1.2), reasons.POPULATION_TOO_SMALL),
        ((50.0, 60.0, 2.0, 9.0, 0.5, 1.0), reasons.COMPLETE),
    ],
)
def test_what_cannot_be_said_has_a_reason(arguments: tuple[float | None, ...], reason: str) -> None:
    found = tipping(*arguments)  # type: ignore[arg-type]
    assert (found.significance, found.zero, found.largest, found.reason) == (None, None, None, reason)
    before, after, _, _, early, late = arguments
    expected = "" if reason == reasons.COMPLETE else reason
    assert worst_case(before, after, early, late).reason == expected


def test_without_an_error_only_the_zero_is_known_and_bad_numbers_are_refused() -> None:
    found = tipping(50, 60, None, None, 0.5, 0.5)
    assert (found.significance, found.zero, found.largest) == (None, 20.0, 60.0)
    assert tipping(0.5, 0.4, 0.01, math.inf, 0.5, 0.5, scale=(0, 1)).largest == pytest.approx(-0.6)
    for wrong in (
        (150, 60, 2, 9, 0.5, 0.5),
        (50, 60, -2, 9, 0.5, 0.5),
        (50, 60, 2, 0, 0.5, 0.5),
        (50, 60, 2, 9, 0, 0.5),
    ):
        with pytest.raises(ValueError, match=r"scale|finite|above 0"):
            tipping(*wrong)
    with pytest.raises(ValueError, match="level"):
        tipping(50, 60, 2, 9, 0.5, 0.5, level=0)
    with pytest.raises(ValueError, match="upper end"):
        worst_case(50, 60, 0.5, 0.5, scale=(1, 1))
