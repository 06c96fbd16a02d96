"""The wild bootstrap: exact enumeration, several measures, seeds that belong to a row, reasons."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from evaluation.statistics import reasons
from evaluation.statistics.bootstrap import EXACT_UP_TO, bootstrap_p, seed_of, wild_bootstrap, wild_bootstraps
from evaluation.statistics.sandwich import cell_sums
from tests.statistics.made import survey


def test_exact_goes_through_every_combination_of_signs() -> None:
    y, after, unit, w = survey(7, units=6, rows=60)
    signs = np.array(list(itertools.product([1.0, -1.0], repeat=6)))
    cells = cell_sums(y[:, None], after, unit, 6, w)
    # bootstrap_p counts the answers themselves once more than the enumeration does.
    expected = (bootstrap_p(cells, np.arange(6), signs) * 65 - 1) / 64
    found = wild_bootstrap(y, after, unit, w, exact=True)
    assert found.p_value == pytest.approx(expected, rel=1e-12)
    assert (found.draws, found.weights) == (64, "rademacher")
    assert 2 / 64 <= expected < 1


def test_exact_is_refused_where_it_would_take_too_long() -> None:
    y, after, unit, _ = survey(7, units=EXACT_UP_TO + 1, rows=90)
    found = wild_bootstrap(y, after, unit, exact=True)
    assert (found.p_value, found.reason) == (None, reasons.MANY_CLUSTERS)
    fits = unit < EXACT_UP_TO
    assert wild_bootstrap(y[fits], after[fits], unit[fits], exact=True).draws == 2**EXACT_UP_TO


def test_several_measures_equal_one_at_a_time() -> None:
    y, after, unit, w = survey(3, units=9, rows=120)
    table = np.column_stack([y, np.where(unit == 2, np.nan, y), np.full(120, 50.0)])
    together = wild_bootstraps(table, after, unit, w, seeds=(4, 5, 6), draws=199)
    alone = [wild_bootstrap(table[:, m], after, unit, w, seed=4 + m, draws=199) for m in range(3)]
    assert list(together) == alone
    assert [found.clusters for found in together] == [9, 8, 9]
    assert together[2].reason == reasons.NO_VARIANCE


def test_a_seed_belongs_to_its_key() -> None:
    keys = [f"s.m{i}.score.kommune.2020_2024" for i in range(500)]
    assert len({seed_of(key) for key in keys}) == 500
    assert seed_of("a.b") == 3347079268981704687  # the same on every machine and in every version
    assert all(0 <= seed_of(key) < 2**64 for key in keys)


def test_units_that_all_move_alike_have_nothing_to_redraw() -> None:
    unit, after = np.repeat(np.arange(7), 6), np.tile([0, 0, 0, 1, 1, 1], 7)
    y = np.tile([20.0, 30, 40, 25, 35, 45], 7)
    assert wild_bootstrap(y, after, unit).reason == reasons.NO_VARIANCE


def test_one_seed_a_measure() -> None:
    y, after, unit, _ = survey(3)
    with pytest.raises(ValueError, match="one seed a measure"):
        wild_bootstraps(y[:, None], after, unit, seeds=(1, 2))
    with pytest.raises(ValueError, match="at least 1"):
        wild_bootstrap(y, after, unit, draws=0)


def test_null_is_rejected_about_as_often_as_it_should() -> None:
    """400 surveys of 8 units without change, unit-by-wave variance and all: about one in twenty at 5 %."""
    rng = np.random.default_rng(12)
    unit, after = np.tile(np.repeat(np.arange(8), 10), 2), np.repeat([0, 1], 80)
    move = rng.normal(0, 6, (400, 8, 2))
    y = (60 + move[:, unit, after] + rng.normal(0, 20, (400, 160))).T
    p = [found.p_value for found in wild_bootstraps(y, after, unit, seeds=range(400), draws=199)]
    rejected = np.mean([value is not None and value < 0.05 for value in p])
    assert 0.02 <= rejected <= 0.085
