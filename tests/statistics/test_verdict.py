"""The decision rule, line by line, in its order."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.common.table import VERDICTS
from evaluation.statistics.verdict import verdict

CASES = [
    # change, p, low, high, better, worse
    (6.0, 0.01, 3.0, 9.0, "fremgang", "tilbagegang"),
    (-6.0, 0.01, -9.0, -3.0, "tilbagegang", "fremgang"),
    (5.0, 0.049, 1.0, 9.0, "fremgang", "tilbagegang"),
    (4.9, 0.01, 2.0, 7.8, "lille_fremgang", "lille_tilbagegang"),
    (-2.0, 0.01, -3.0, -1.0, "lille_tilbagegang", "lille_fremgang"),  # significant comes before unchanged
    (1.0, 0.05, -0.1, 2.1, "uaendret", "uaendret"),  # p equal to alpha is not below it
    (-1.0, 0.6, -4.9, 2.9, "uaendret", "uaendret"),
    (1.0, 0.6, -3.0, 5.0, "uafklaret", "uafklaret"),  # touching δ is not inside
    (8.0, 0.2, -1.0, 17.0, "uafklaret", "uafklaret"),
    (0.0, 1.0, -1.0, 1.0, "uaendret", "uaendret"),
    (6.0, 0.2, None, None, "uafklaret", "uafklaret"),
]


@pytest.mark.parametrize(("change", "p", "low", "high", "better", "worse"), CASES)
def test_table(change: float, p: float, low: float | None, high: float | None, better: str, worse: str) -> None:
    assert verdict(change, p, low, high, 5.0, 0.05, "better") == better
    assert verdict(change, p, low, high, 5.0, 0.05, "worse") == worse
    assert verdict(change, p, low, high, 5.0, 0.05, "neutral") == ""


@pytest.mark.parametrize("missing", [None, math.nan])
def test_no_test_no_verdict(missing: float | None) -> None:
    assert verdict(6.0, missing, 1.0, 9.0, 5.0, 0.05, "better") == ""
    assert verdict(missing, 0.01, 1.0, 9.0, 5.0, 0.05, "better") == ""


@pytest.mark.parametrize("bad", [{"delta": 0.0}, {"alpha": 0.0}, {"higher_is": "bedre"}])
def test_bad_rule_is_refused(bad: dict[str, object]) -> None:
    rule = {"change": 1.0, "p_adjusted": 0.1, "eq_low": 0.0, "eq_high": 2.0, "delta": 5.0, "alpha": 0.05}
    with pytest.raises(ValueError, match=r".+"):
        verdict(**(rule | {"higher_is": "better"} | bad))  # type: ignore[arg-type]


@given(change=st.floats(-40, 40), p=st.floats(0, 1), half=st.floats(0, 40), delta=st.floats(0.1, 20))
def test_always_one_of_the_list_and_turned_by_the_sign(change: float, p: float, half: float, delta: float) -> None:
    found = verdict(change, p, change - half, change + half, delta, 0.05, "better")
    turned = verdict(-change, p, -change - half, -change + half, delta, 0.05, "worse")
    assert found in VERDICTS
    assert found == turned
