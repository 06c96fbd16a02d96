"""The rules for arrays say what the rules for one estimate say."""

import itertools

import numpy as np
import pytest

from evaluation.common.table import VERDICTS
from evaluation.statistics.many import equivalences, holm_families, intervals, mdcs, p_values, verdicts
from evaluation.statistics.tests import holm, interval, mdc, p_value, tost
from evaluation.statistics.verdict import verdict


def _drawn(seed: int, size: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    df = np.where(rng.random(size) < 0.1, np.inf, rng.uniform(1.5, 200, size))
    return rng.normal(0, 5, size), rng.uniform(0.01, 4, size), df


def _equal(found: np.ndarray, expected: list[float | None]) -> None:
    np.testing.assert_allclose(found, np.array([np.nan if x is None else x for x in expected]), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("seed", [1, 2])
def test_numbers_equal_those_of_one_estimate(seed: int) -> None:
    estimate, se, df = _drawn(seed)
    rows = list(zip(estimate, se, df, strict=True))
    _equal(p_values(estimate, se, df), [p_value(*row) for row in rows])
    low, high = intervals(estimate, se, df, 0.9)
    _equal(low, [interval(*row, 0.9)[0] for row in rows])
    _equal(high, [interval(*row, 0.9)[1] for row in rows])
    _equal(mdcs(se, df, 0.05), [mdc(s, d, 0.05) for _, s, d in rows])
    found = equivalences(estimate, se, df, 2.5, 0.05)
    expected = [tost(*row, 2.5, 0.05) for row in rows]
    _equal(found.low, [e.low for e in expected])
    _equal(found.high, [e.high for e in expected])
    _equal(found.p_value, [e.p_value for e in expected])


def test_what_is_missing_stays_missing() -> None:
    nan = np.nan
    estimate, se, df = np.array([1, nan, 1, 1, 1.0]), np.array([1, 1, nan, 0, 1.0]), np.array([5, 5, 5, 5, nan])
    same = equivalences(estimate, se, df, 1)
    for found in (p_values(estimate, se, df), same.low, same.p_value):
        assert np.isnan(found).tolist() == [False, True, True, True, True]
    low, high = intervals(estimate, se, df)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True, True, False, True]
    assert low[3] == high[3] == 1 == interval(1.0, 0.0, 5.0)[0]  # no error: nothing to test, but an interval
    assert np.isnan(mdcs(se, df)).tolist() == [False, False, True, False, True]
    assert np.isnan(intervals([1.0], [1.0], [1e-4])[0]).all() == (interval(1.0, 1.0, 1e-4)[0] is None)


@pytest.mark.parametrize("seed", range(5))
def test_holm_within_families(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = np.round(rng.uniform(0, 0.2, 60), 3)  # with ties
    p[rng.random(60) < 0.2] = np.nan
    family = rng.integers(0, 7, 60)
    found = holm_families(p.reshape(6, 10), family.reshape(6, 10)).ravel()
    for one in range(7):
        here = family == one
        _equal(found[here], list(holm([None if np.isnan(x) else float(x) for x in p[here]])))


def test_holm_of_tiny_p_values_keeps_its_digits() -> None:
    p = [1e-80, 3e-60, 1e-20]
    assert holm_families(p, 0).tolist() == pytest.approx([3e-80, 6e-60, 1e-20], rel=1e-12)
    assert holm_families([np.nan, np.nan], 0).tolist() == pytest.approx([np.nan] * 2, nan_ok=True)


@pytest.mark.parametrize("seed", range(4))
def test_verdicts_equal_the_verdict_of_one_change(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = np.array([0.0, 2.5, -2.5, 3.0, -0.4, np.nan])
    change = rng.choice(edges, 3000)
    p = rng.choice([0.0, 0.049, 0.05, 0.3, np.nan], 3000)
    low, high = (rng.choice([-3.0, -2.5, -2.4, 0.1, 2.4, 2.5, np.nan], 3000) for _ in range(2))
    way = rng.choice(["better", "worse", "neutral"], 3000)
    found = verdicts(change, p, low, high, 2.5, 0.05, way)
    rows = zip(change, p, low, high, way, strict=True)
    expected = [verdict(float(c), float(q), float(a), float(b), 2.5, 0.05, str(h)) for c, q, a, b, h in rows]
    assert found.tolist() == expected
    assert set(found.tolist()) == {*VERDICTS, ""}


def test_every_corner_of_the_rule() -> None:
    cases = list(itertools.product([-6, -1, 0, 1, 6], [0.01, 0.2], [(-1, 1), (-7, 7)], ["better", "worse"]))
    change, p, band, way = zip(*cases, strict=True)
    low, high = zip(*band, strict=True)
    found = verdicts(change, p, low, high, 5, 0.05, np.array(way))
    expected = [verdict(float(c), q, float(b[0]), float(b[1]), 5, 0.05, h) for c, q, b, h in cases]
    assert found.tolist() == expected


def test_numbers_no_rule_takes() -> None:
    with pytest.raises(ValueError, match="higher_is"):
        verdicts([1.0], [0.1], [0.0], [1.0], 1.0, 0.05, "up")
    with pytest.raises(ValueError, match="delta"):
        verdicts([1.0], [0.1], [0.0], [1.0], 0.0, 0.05, "better")
    with pytest.raises(ValueError, match="delta"):
        equivalences([1.0], [1.0], [3.0], [-1.0])
    with pytest.raises(ValueError, match="level"):
        intervals([1.0], [1.0], [3.0], 1.0)
    with pytest.raises(ValueError, match="p-values"):
        holm_families([1.2], 0)
    with pytest.raises(ValueError, match="power"):
        mdcs([1.0], [3.0], power=1.0)
