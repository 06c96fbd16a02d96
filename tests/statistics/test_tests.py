"""Intervals, Holm, equivalence, detectable change, bootstrap, weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.statistics import reasons
from evaluation.statistics.bootstrap import bootstrap_p, wild_bootstrap
from evaluation.statistics.sandwich import cell_sums
from evaluation.statistics.tests import holm, interval, mdc, p_value, tost
from evaluation.statistics.weights import effective_n
from tests.statistics.made import survey

NUMBER = st.floats(-50, 50)
POSITIVE = st.floats(0.01, 30)


def test_missing_goes_in_and_comes_out() -> None:
    assert interval(1.0, None, None) == (None, None)
    assert interval(1.0, math.nan, 5) == (None, None)
    assert mdc(None, None) is None
    assert tost(None, 1, 5, 5).p_value is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: interval(1, 1, 5, 95),
        lambda: mdc(1, 5, 0),
        lambda: tost(1, 1, 5, 0),
        lambda: holm([1.2]),
    ],
)
def test_out_of_range_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        call()  # type: ignore[operator]


@given(estimate=NUMBER, se=POSITIVE, df=st.floats(1.5, 300), delta=st.floats(0.5, 20))
def test_tost_agrees_with_its_interval(estimate: float, se: float, df: float, delta: float) -> None:
    found = tost(estimate, se, df, delta)
    assert found.low is not None
    assert found.high is not None
    assert found.p_value is not None
    margin = min(found.low + delta, delta - found.high)
    if abs(margin) > 1e-6:  # at the edge itself rounding decides
        assert (found.p_value < 0.05) == (margin > 0)


@given(estimate=NUMBER, se=POSITIVE, df=st.floats(1.5, 300))
def test_p_agrees_with_the_interval(estimate: float, se: float, df: float) -> None:
    low, high = interval(estimate, se, df)
    assert low is not None
    assert high is not None
    if min(abs(low), abs(high)) > 1e-6:
        assert (p_value(estimate, se, df) < 0.05) == (low > 0 or high < 0)


def test_infinite_df_is_the_normal_and_the_limit_of_t() -> None:
    assert interval(0.0, 1.0, math.inf)[1] == pytest.approx(1.959963984540054, rel=1e-12)
    assert p_value(2.0, 1.0, math.inf) == pytest.approx(p_value(2.0, 1.0, 1e9), rel=1e-6)


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12))
def test_holm_properties(given_p: list[float | None]) -> None:
    adjusted = holm(given_p)
    assert [a is None for a in adjusted] == [p is None for p in given_p]
    pairs = sorted((p, a) for p, a in zip(given_p, adjusted, strict=True) if p is not None and a is not None)
    family = len(pairs)
    assert all(p <= a <= min(1.0, family * p) or a == pytest.approx(p) for p, a in pairs[:1])
    assert all(p <= a <= 1 for p, a in pairs)
    assert [a for _, a in pairs] == sorted(a for _, a in pairs)


def test_power_at_the_detectable_change() -> None:
    """Simulated: a change of mdc80 is found in about 80 of 100 (noncentral t, 12 df)."""
    rng = np.random.default_rng(2)
    size = mdc(1.0, 12.0)
    assert size is not None
    t = (size + rng.normal(size=40_000)) / np.sqrt(rng.chisquare(12, 40_000) / 12)
    assert (np.abs(t) > 2.1788128).mean() == pytest.approx(0.80, abs=0.012)


def test_bootstrap_draws_are_regressions_on_the_redrawn_answers() -> None:
    """Every draw by brute force: y* = common mean + v_g residual, CR0 t of y* on (1, after)."""
    y, after, unit, w = survey(7, units=8, rows=60)
    v = np.random.default_rng(1).choice([-1.0, 1.0], size=(40, 8))
    X = np.column_stack([np.ones(60), after])
    bread = np.linalg.inv(X.T @ (w[:, None] * X))

    def t(values: np.ndarray) -> float:
        beta = bread @ X.T @ (w * values)
        score = np.array([X[unit == g].T @ (w * (values - X @ beta))[unit == g] for g in range(8)])
        return float(beta[1] / np.sqrt((bread @ score.T @ score @ bread)[1, 1]))

    mean = np.average(y, weights=w)
    drawn = np.array([abs(t(mean + row[unit] * (y - mean))) for row in v])
    expected = (1 + (drawn >= abs(t(y))).sum()) / 41
    cells = cell_sums(y[:, None], after, unit, 8, w)
    assert bootstrap_p(cells, np.ones(8, dtype=bool), v) == expected
    assert 1 / 41 < expected < 1  # or this test could not fail


def test_bootstrap_is_reproducible_and_chooses_its_weights() -> None:
    y, after, unit, w = survey(9, units=14, rows=200)
    first = wild_bootstrap(y, after, unit, w, seed=3)
    assert first == wild_bootstrap(y, after, unit, w, seed=3)
    assert first.p_value != wild_bootstrap(y, after, unit, w, seed=4).p_value
    assert (first.weights, first.clusters, first.draws) == ("rademacher", 14, 1999)
    assert wild_bootstrap(y[unit < 11], after[unit < 11], unit[unit < 11], seed=3).weights == "webb"
    few = wild_bootstrap(y[unit < 5], after[unit < 5], unit[unit < 5], seed=3)
    assert (few.p_value, few.reason) == (None, reasons.FEW_CLUSTERS)
    strong = wild_bootstrap(y + 60 * after, after, unit, seed=3)
    assert strong.p_value == pytest.approx(1 / 2000, abs=2e-3)


def test_effective_n() -> None:
    assert effective_n([2, 2, 2]) == pytest.approx(3)
    assert effective_n([3, 1]) == pytest.approx(16 / 10)
    assert effective_n([]) == 0
