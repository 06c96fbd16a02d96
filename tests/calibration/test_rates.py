"""The committed error rates are good enough and of today's code; ``make calibrate`` simulates some of them again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation.statistics.change import cluster_changes
from evaluation.statistics.sandwich import cell_sums, cr2
from tests.calibration.rates import (
    BEGIN,
    BY_WAVE,
    END,
    METHODS,
    PERSISTENT,
    PLOT,
    SCALES,
    UNITS,
    Rates,
    Setting,
    _draw,
    _mean_score,
    _words,
    cells_of,
    code_hash,
    read,
    settings,
    shift_of_delta,
    simulate,
    table,
)

RATES = read()


def limit(rate: Rates, usual: float, dominating: float) -> float:
    return dominating if rate.dominating else usual


def test_every_setting_was_simulated_in_full() -> None:
    assert [Setting(r.units, r.dominating, r.persistent, r.by_wave) for r in RATES] == list(settings())
    assert len(RATES) == len(UNITS) * 2 * len(PERSISTENT) * len(BY_WAVE)
    assert min(r.replications for r in RATES) == 10_000


def test_the_documented_rates_are_of_this_code() -> None:
    text = METHODS.read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0]
    assert f"Code {code_hash()}." in shown, "run python -m tests.calibration.rates"
    assert table(RATES) in shown
    assert PLOT.is_file()


@pytest.mark.parametrize("rate", RATES, ids=lambda r: f"{r.units}-{r.dominating}-{r.persistent}-{r.by_wave}")
def test_a_true_null_is_rejected_and_the_truth_covered_as_often_as_promised(rate: Rates) -> None:
    assert rate.rejected <= limit(rate, 0.065, 0.08)
    assert rate.covered >= limit(rate, 0.935, 0.92)
    assert rate.wrong_change <= limit(rate, 0.065, 0.08)
    assert rate.wrong_unchanged <= limit(rate, 0.065, 0.08)
    assert math.isnan(rate.bootstrap_rejected) or rate.bootstrap_rejected <= limit(rate, 0.065, 0.08)


def test_a_test_that_ignores_units_fails_where_units_move_by_themselves() -> None:
    moving = [r for r in RATES if r.by_wave > 0]
    assert min(r.naive_rejected - r.rejected for r in moving) > 0
    assert min(r.naive_rejected for r in RATES if r.by_wave == max(BY_WAVE)) > 0.08


def test_scores_look_like_a_questionnaire_with_a_ceiling() -> None:
    (before, _), moved, starts = _draw(Setting(24, False, 0.05, 0.0), np.random.default_rng(1), 400)
    assert set(np.unique(before)) <= {6.25 * step for step in range(17)}
    assert abs(before.mean() - _mean_score(0)) < 0.5
    assert 72 < before.mean() < 84
    assert abs(moved.mean() - before.mean() + 5) < 0.5
    assert abs(_mean_score(shift_of_delta()) - _mean_score(0) + 5) < 1e-6
    # The share of the variance that lies between units, from a one-way analysis of variance.
    size = int(np.diff(starts)[0])
    units = before.reshape(24, size, -1)
    between = size * units.mean(axis=1).var(axis=0, ddof=1)
    within = units.var(axis=1, ddof=1).mean(axis=0)
    icc = ((between - within) / (between + (size - 1) * within)).mean()
    assert 0.035 < icc < 0.06


@pytest.mark.parametrize("dominating", [False, True])
def test_the_shortcut_gives_what_the_analysis_gives(dominating: bool) -> None:
    setting = Setting(8, dominating, 0.05, 0.025)
    (before, after), _, starts = _draw(setting, np.random.default_rng(2), SCALES)
    rows = np.vstack([before, after]).astype(float)
    wave = np.repeat([0, 1], len(before))
    unit = np.tile(np.repeat(np.arange(8), setting.sizes()), 2)
    changes = cluster_changes(rows, wave, unit)
    quick = cr2(cells_of(before, after, starts), (-1.0, 1.0))
    full = cr2(cell_sums(rows, wave, unit, 8, np.ones(len(rows))), (-1.0, 1.0))
    assert quick.se == pytest.approx(full.se, rel=1e-6)
    assert quick.df == pytest.approx([change.df for change in changes], rel=1e-6)
    assert _words(cells_of(before, after, starts))[1] == pytest.approx([c.p_value for c in changes], rel=1e-5)


@pytest.mark.calibrate
@pytest.mark.parametrize("setting", [Setting(6, False, 0.05, 0.025), Setting(33, True, 0.15, 0.075)])
def test_simulating_again_gives_the_committed_rates(setting: Setting) -> None:
    committed = next(r for r in RATES if Setting(r.units, r.dominating, r.persistent, r.by_wave) == setting)
    again = simulate(setting)
    assert again.rejected == pytest.approx(committed.rejected, abs=0.002)
    assert again.covered == pytest.approx(committed.covered, abs=0.002)
