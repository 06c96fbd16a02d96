"""Hedges' g, its interval, and pingouin's second opinion."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics import reasons
from evaluation.statistics.effects import hedges_g, small_sample_factor
from evaluation.statistics.second_opinion import paired, welch
from tests.statistics.made import survey


def test_small_sample_factor_is_close_to_hedges_approximation() -> None:
    for df in (10, 50, 400):
        assert small_sample_factor(df) == pytest.approx(1 - 3 / (4 * df - 1), abs=0.04 / df**2)
    # Two degrees of freedom: Γ(1) / (1 · Γ(1/2)) = 1/sqrt(π).
    assert small_sample_factor(2) == pytest.approx(1 / np.sqrt(np.pi), rel=1e-12)


def test_interval_is_that_of_a_cluster_jackknife_within_a_few_percent() -> None:
    """Another route to the same interval: leave one unit out, recompute g."""
    y, after, unit, w = survey(4, units=30, rows=900)
    for weights in (None, w):
        effect = hedges_g(y, after, unit, weights)
        assert effect.value is not None
        assert effect.low is not None
        assert effect.high is not None
        out = []
        for u in range(30):
            keep = unit != u
            out.append(hedges_g(y[keep], after[keep], unit[keep], None if weights is None else w[keep]).value)
        jackknife = np.sqrt(29 / 30 * ((np.array(out) - np.mean(out)) ** 2).sum())
        assert (effect.high - effect.low) / 2 / 2.045 == pytest.approx(jackknife, rel=0.06)


def test_scale_and_constant_do_not_matter_and_sign_turns() -> None:
    y, after, unit, w = survey(6)
    first, moved = hedges_g(y, after, unit, w), hedges_g(300 - 2 * y, after, unit, w)
    assert [moved.value, moved.low, moved.high] == pytest.approx(
        [-first.value, -first.high, -first.low],  # type: ignore[operator]
        rel=1e-9,
    )


@pytest.mark.parametrize(
    ("keep", "reason", "value"),
    [
        (lambda y, a, u: a == 0, reasons.NO_ANSWERS, False),
        (lambda y, a, u: y == 50, reasons.NO_VARIANCE, False),
        (lambda y, a, u: u < 4, reasons.FEW_CLUSTERS, True),
    ],
)
def test_reasons(keep: object, reason: str, value: bool) -> None:
    y, after, unit, _ = survey(2, rows=300)
    rows = keep(y, after, unit)  # type: ignore[operator]
    effect = hedges_g(y[rows], after[rows], unit[rows])
    assert (effect.reason, effect.value is not None, effect.low, effect.high) == (reason, value, None, None)


def test_pairs_are_joined_on_id_and_never_on_position() -> None:
    ids, before = np.arange(10), np.arange(10.0)
    after = before + np.tile([2.0, 3.0], 5)
    turned = paired(ids, before, ids[::-1], after[::-1])
    assert turned.t == pytest.approx(2.5 / (np.std(after - before, ddof=1) / np.sqrt(10)), rel=1e-9)
    some = paired(ids, np.where(ids == 4, np.nan, before), ids[2:] + 1, after[2:])
    assert some.n_before == some.n_after == 6  # ids 3…9 in both, 4 not answered
    with pytest.raises(ValueError, match="unique"):
        paired([1, 1], [1, 2], [1, 2], [1, 2])
    with pytest.raises(ValueError, match="unique"):
        paired([1, None], [1, 2], [1, 2], [1, 2])


def test_second_opinion_reasons() -> None:
    assert welch([1.0], [2.0, 3]).reason == reasons.FEW_ANSWERS
    assert welch([2.0, 2], [2.0, 2]).reason == reasons.NO_VARIANCE
    assert paired([1, 2], [1.0, 2], [1, 2], [2.0, 3]).reason == reasons.NO_VARIANCE


@pytest.mark.parametrize("names", [("T", "dof", "p_val"), ("T", "dof", "p-val")])
def test_both_spellings_of_pingouin_are_read(names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(
        ttest=lambda *_, **__: pd.DataFrame([[1.5, 7.0, 0.2]], columns=list(names)),
        compute_effsize=lambda *_, **__: 0.4,
    )
    monkeypatch.setitem(sys.modules, "pingouin", fake)
    found = welch([1.0, 2, 4], [2.0, 3, 4])
    assert (found.t, found.df, found.p_value, found.effect) == (1.5, 7.0, 0.2, 0.4)
    fake.ttest = lambda *_, **__: pd.DataFrame([[1.5]], columns=["T"])
    with pytest.raises(KeyError, match="dof"):
        welch([1.0, 2, 4], [2.0, 3, 4])
