"""Properties, refusals and second opinions of comparison and exposure; the numbers are in tests/reference."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation.statistics import reasons
from evaluation.statistics.contrasts import Estimate, Wald, estimate, fit, wald
from evaluation.statistics.did import difference_in_change, differences_in_change, interaction, may_be_called_effect
from evaluation.statistics.event_study import event_study
from evaluation.statistics.exposure import dose_slopes, side_by_side
from evaluation.statistics.sandwich import as_codes, cell_sums, cr2
from evaluation.statistics.second_did import second_difference, second_group_time
from evaluation.statistics.sensitivity import bounds, relative_magnitudes
from evaluation.statistics.staggered import Staggered, Timing, group_time

TIMING = {1: Timing(1, 2), 2: Timing(3, 4), 0: Timing(5, None)}


def made(seed: int = 3, units: int = 14, waves: int = 2) -> tuple[np.ndarray, ...]:
    """Answers, wave, released, unit, weights; every unit in every wave, a few answers missing."""
    rng = np.random.default_rng(seed)
    size = rng.integers(3, 9, units * waves)
    unit = np.repeat(np.tile(np.arange(units), waves), size)
    wave = np.repeat(np.repeat(np.arange(waves), units), size)
    released = unit % 2
    y = np.clip(np.round(rng.normal(60 + 4 * released * (wave > 0) + unit, 20) / 25) * 25, 0, 100)
    y[rng.random(len(y)) < 0.05] = np.nan
    return y, wave, released, unit, np.round(rng.uniform(0.4, 3, len(y)), 2)


def staggered(y: np.ndarray, wave: np.ndarray, unit: np.ndarray, w: np.ndarray | None = None) -> Staggered:
    return group_time(y, wave, unit % 3, unit, TIMING, w)


def numbers(found: Estimate | Wald | object) -> list[float]:
    return [
        v for name in ("value", "statistic", "se", "df", "df_denom", "p_value") if (v := getattr(found, name, None))
    ]


# -- properties --------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_row_order_labels_and_a_constant_change_nothing(seed: int) -> None:
    y, wave, released, unit, w = made(seed)
    plain = difference_in_change(y, wave, released, unit, w)
    order = np.random.default_rng(seed).permutation(len(y))
    names = np.array([f"enhed {97 - 3 * u}" for u in unit])
    for other in (
        difference_in_change(y[order], wave[order], released[order], unit[order], w[order]),
        difference_in_change(y, wave, released, names, w),
        difference_in_change(y + 1e6, wave, released, unit, w),
        difference_in_change(y, wave, released, unit, 7 * w),
    ):
        assert (other.difference, other.se, other.df) == pytest.approx((plain.difference, plain.se, plain.df), rel=1e-9)
    turned = difference_in_change(y, wave, 1 - released, unit, w)
    assert (turned.difference, turned.se) == pytest.approx((-plain.difference, plain.se), rel=1e-9)  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(3))
def test_staggered_and_dose_are_invariant_too(seed: int) -> None:
    y, wave, _, unit, w = made(seed, units=18, waves=6)
    plain, order = staggered(y, wave, unit, w), np.random.default_rng(seed).permutation(len(y))
    assert plain.overall.se is not None
    for other in (
        staggered(y[order], wave[order], unit[order], w[order]),
        staggered(y + 1e5, wave, unit, w),
        group_time(y, wave, unit % 3, np.array([f"e{u}" for u in unit]), TIMING, w),
    ):
        for one, same in ((plain.overall, other.overall), (plain.pretrend, other.pretrend)):
            assert numbers(same) == pytest.approx(numbers(one), rel=1e-8)
    dose = (unit % 5) / 4.0
    slope = dose_slopes(y[:, None], dose, unit, w)[0]
    moved = dose_slopes(y[order, None] + 50, 100 * dose[order] + 3, unit[order], w[order])[0]
    assert (moved.slope, moved.se, moved.df) == pytest.approx((slope.slope / 100, slope.se / 100, slope.df), rel=1e-8)  # type: ignore[operator]


def test_several_measures_at_once_equal_one_at_a_time() -> None:
    y, wave, released, unit, w = made()
    both = np.column_stack([y, 100 - y[::-1]])
    together = differences_in_change(both, wave, released, unit, w)
    for column in (0, 1):
        assert together[column] == difference_in_change(both[:, column], wave, released, unit, w)


def test_difference_equals_the_closed_form_over_four_orthogonal_means() -> None:
    """The regression against sandwich.py, which never forms a matrix."""
    y, wave, released, unit, w = made(8)
    codes, clusters = as_codes(unit)
    four = cr2(cell_sums(y[:, None], 2 * released + wave, codes, clusters, w, waves=4), (1, -1, -1, 1))
    found = difference_in_change(y, wave, released, unit, w)
    expected = (four.estimate[0], four.se[0], four.df[0])
    assert (found.difference, found.se, found.df) == pytest.approx(expected, rel=1e-10)


def test_one_contrast_tested_jointly_is_the_t_test() -> None:
    y, wave, released, unit, w = made(5)
    codes, clusters = as_codes(unit)
    cells = cell_sums(y[:, None], wave, codes, clusters, w)
    side = np.array([released[codes == c][0] for c in range(clusters)])
    parts = fit(cells, 0, interaction(side), (0, 0, 0, 1))
    one, joint = estimate(parts), wald(parts)
    assert joint.statistic == pytest.approx((one.value / one.se) ** 2, rel=1e-10)  # type: ignore[operator]
    assert (joint.df_denom, joint.p_value) == pytest.approx((one.df, one.p_value), rel=1e-9)


def test_an_event_study_of_two_waves_is_the_difference_and_every_coefficient_that_of_its_pair() -> None:
    y, wave, released, unit, w = made(2, waves=4)
    study = event_study(y, wave, 1, released, unit, w)
    for step in (0, 2, 3):
        here = np.isin(wave, (1, step))
        pair = difference_in_change(y[here], wave[here] == step, released[here], unit[here], w[here])
        one = study.coefficients[step]
        assert (one.value, one.se, one.df) == pytest.approx((pair.difference, pair.se, pair.df), rel=1e-9)
    assert study.coefficients[1].reason == "reference"
    assert study.pretrend.p_value == pytest.approx(study.coefficients[0].p_value, rel=1e-9)
    assert study.waves_before == 2


def test_one_cohort_against_never_is_the_event_study() -> None:
    y, wave, released, unit, w = made(4, waves=4)
    study = event_study(y, wave, 1, released, unit, w)
    found = group_time(y, wave, released, unit, {1: Timing(1, 2), 0: Timing(3, None)}, w)
    assert [one.wave for one in found.effects] == [0, 2, 3]
    for one in found.effects:
        assert numbers(one.estimate) == pytest.approx(numbers(study.coefficients[one.wave]), rel=1e-9)


def test_nobody_released_serves_as_comparison() -> None:
    """Cohort 1's gain after its release must not reach the difference of cohort 2 (wave 5 against never only)."""
    y, wave, _, unit, _ = made(6, units=18, waves=6)
    before = staggered(y, wave, unit)
    shocked = y + np.where((unit % 3 == 1) & (wave >= 2), 40.0, 0.0)
    after = staggered(shocked, wave, unit)
    for one, other in zip(before.effects, after.effects, strict=True):
        if one.cohort == 2:
            assert other.estimate.value == pytest.approx(one.estimate.value, rel=1e-9)
        elif not one.placebo:
            assert other.estimate.value == pytest.approx(one.estimate.value + 40, rel=1e-9)  # type: ignore[operator]


# -- refusals ----------------------------------------------------------------------


def test_one_municipality_against_another_has_a_difference_and_no_p() -> None:
    y, wave, released, _, _ = made()
    found = difference_in_change(y, wave, released, released)
    assert found.difference is not None
    assert (found.se, found.df, found.p_value, found.reason) == (None, None, None, reasons.ONE_CLUSTER_IN_GROUP)
    assert (found.clusters_released, found.clusters_comparison) == (1, 1)


@pytest.mark.parametrize(
    ("units", "reason"),
    [((1, 3, 5, 0), "one_cluster_in_group"), ((1, 3, 0, 2), "few_clusters"), ((1, 3), "no_answers")],
)
def test_too_few_clusters(units: tuple[int, ...], reason: str) -> None:
    y, wave, released, unit, _ = made()
    here = np.isin(unit, units)
    found = difference_in_change(y[here], wave[here], released[here], unit[here])
    assert (found.reason, found.p_value) == (reason, None)
    assert (found.difference is None) == (reason == "no_answers")


def test_answers_all_alike_and_a_cell_of_one_cluster() -> None:
    y, wave, released, unit, _ = made()
    flat = difference_in_change(np.full(len(y), 75.0), wave, released, unit)
    assert (flat.difference, flat.reason) == (0.0, reasons.NO_VARIANCE)
    alone = (wave == 1) | (released == 0) | (unit == 1)
    found = difference_in_change(y[alone], wave[alone], released[alone], unit[alone])
    assert found.reason == reasons.ONE_CLUSTER


def test_a_cluster_on_both_sides_is_an_error() -> None:
    y, wave, released, unit, _ = made()
    with pytest.raises(ValueError, match="level of assignment"):
        difference_in_change(y, wave, released, unit // 2)
    with pytest.raises(ValueError, match="two cohorts"):
        group_time(y, wave, released, unit // 2, {0: Timing(1, None), 1: Timing(0, 1)})
    with pytest.raises(ValueError, match="dose differs"):
        dose_slopes(y[:, None], wave, unit)


def test_effect_needs_six_clusters_on_both_sides_and_an_unrejected_trend() -> None:
    calm, steep = Wald(0.5, 1, 9.0, 0.5), Wald(9.0, 1, 9.0, 0.01)
    unknown = Wald(None, 0, None, None, reasons.NO_TREND_BEFORE)
    assert may_be_called_effect(6, 6, calm, 0.05)
    assert not any(
        may_be_called_effect(released, compared, trend, 0.05)
        for released, compared, trend in (
            (5, 6, calm),
            (6, 5, calm),
            (1, 1, calm),
            (9, 9, steep),
            (9, 9, unknown),
            (9, 9, None),
        )
    )


def test_a_trial_of_one_unit_and_a_dose_alike_for_all() -> None:
    y, wave, _, unit, _ = made()
    late = wave == 1
    one = side_by_side(y[late][:, None], unit[late] == 3, unit[late])[0]
    assert one.reason == reasons.ONE_CLUSTER_IN_GROUP
    assert one.difference is not None
    same = dose_slopes(y[:, None], np.ones(len(y)), unit, after=wave)[0]
    assert (same.slope, same.reason, same.doses) == (None, reasons.SAME_DOSE, 1)


def test_too_many_questions_for_the_clusters_have_no_joint_test() -> None:
    y, wave, released, unit, _ = made(1, units=6, waves=8)
    assert event_study(y, wave, 6, released, unit).pretrend.reason == reasons.FEW_CLUSTERS


def _nothing_escapes(found: object) -> None:
    """Every number is finite or None; without an error there is a reason."""
    for name in found.__slots__:  # type: ignore[attr-defined]
        value = getattr(found, name)
        if isinstance(value, float):
            assert math.isfinite(value), (name, found)
    assert getattr(found, "se", 1.0) is not None or found.reason  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(150))
def test_small_and_broken_data_have_numbers_or_reasons(seed: int) -> None:
    """Few rows, few units, weights of zero, no answers, everybody alike: never a NaN, a warning or an exception."""
    rng = np.random.default_rng(seed)
    rows, units, waves = int(rng.integers(0, 60)), int(rng.integers(1, 12)), 4
    unit, wave = rng.integers(0, units, rows), rng.integers(0, waves, rows)
    y = np.where(rng.random(rows) < 0.2, np.nan, rng.integers(0, 1 + seed % 5, rows) * 25.0)
    w = rng.choice([0.0, 1.0, 2.5, np.nan], rows) if seed % 3 else np.zeros(rows) if seed % 2 else None
    late, side, dose = wave >= 2, unit % 2, (unit % 4) / 3
    _nothing_escapes(difference_in_change(y, late, side, unit, w))
    study = event_study(y, wave, 1, side, unit, w, waves=waves)
    found = group_time(y, wave, unit % 3, unit, {1: Timing(0, 1), 2: Timing(1, 3), 0: Timing(3, None)}, w, waves=waves)
    for one in (*study.coefficients, *(e.estimate for e in found.effects), found.overall, *found.by_step.values()):
        _nothing_escapes(one)
    for joint in (study.pretrend, found.pretrend):
        _nothing_escapes(joint)
        assert joint.p_value is not None or joint.reason
    _nothing_escapes(side_by_side(y[:, None], side, unit, w)[0])
    _nothing_escapes(dose_slopes(y[:, None], dose, unit, w, after=late)[0])
    _nothing_escapes(dose_slopes(y[:, None], dose, unit, w)[0])


# -- sensitivity -------------------------------------------------------------------


def test_breakdown_of_relative_magnitudes() -> None:
    found = relative_magnitudes([1.0, -1.0], 6.0, 1.0, math.inf)
    assert found.largest == 2.0  # from 1 to -1; from -1 to 0 is 1
    assert found.breakdown_point == 3.0
    assert found.breakdown == pytest.approx((6 - 1.959963984540054) / 2)
    assert bounds(6.0, 2.0, found.breakdown_point)[0] == 0.0
    assert relative_magnitudes([1.0, -1.0], 6.0, steps=2).breakdown_point == 1.5
    assert relative_magnitudes([1.0], 1.0, 1.0, 10.0).breakdown == 0.0
    assert relative_magnitudes([0.0], 1.0, 0.1, 10.0).breakdown == math.inf
    assert relative_magnitudes([], 1.0).reason == reasons.NO_TREND_BEFORE


# -- second opinion ----------------------------------------------------------------


def test_diff_diff_agrees_to_ten_digits() -> None:
    y, wave, released, unit, _ = made(7)
    ours, theirs = difference_in_change(y, wave, released, unit), second_difference(y, wave, released, unit)
    mine = (ours.difference, ours.se, ours.p_value)
    assert mine == pytest.approx((theirs.difference, theirs.se, theirs.p_value), rel=1e-10)


@pytest.mark.parametrize("against", ["not_yet", "never"])
def test_diff_diff_finds_the_same_group_time_differences(against: str) -> None:
    y, wave, _, unit, _ = made(9, units=18, waves=6)
    first = np.array([0, 2, 4])[unit % 3]
    theirs = second_group_time(y, wave, first, against=against)  # type: ignore[arg-type]
    ours = group_time(y, wave, unit % 3, unit, TIMING, against=against)  # type: ignore[arg-type]
    assert len(ours.effects) == 5 + 5
    for one in ours.effects:
        assert one.estimate.value == pytest.approx(theirs[one.cohort * 2, one.wave], rel=1e-9)
