"""Properties of trends, decompositions, interrupted series and intraclass correlations, and their bad input."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.statistics.change import cluster_change
from evaluation.statistics.composition import decompose
from evaluation.statistics.interrupted import HAC_FROM, interrupted_series, newey_west
from evaluation.statistics.intraclass import intraclass
from evaluation.statistics.trend import MANY_CLUSTERS, trend


def data(seed: int = 1, units: int = 9, waves: int = 4, size: int = 7) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), waves * size)
    wave = np.tile(np.repeat(np.arange(waves), size), units)
    y = 60 + rng.normal(0, 6, units)[unit] + 2 * wave + rng.normal(0, 15, len(unit))
    return {"y": y, "wave": wave, "unit": unit, "w": rng.uniform(0.5, 2, len(unit)), "part": unit % 3}


def test_two_waves_of_many_are_the_change_between_them() -> None:
    d = data()
    found = trend(d["y"], d["wave"], [0, 1, 2, 3], 1, d["unit"], d["w"]).against[3]
    ends = np.isin(d["wave"], (1, 3))
    other = cluster_change(d["y"][ends], d["wave"][ends] == 3, d["unit"][ends], d["w"][ends])
    assert (found.value, found.se, found.df, found.p_value) == pytest.approx(
        (other.change, other.se, other.df, other.p_value), rel=1e-10
    )


def test_one_contrast_is_its_own_joint_test() -> None:
    d = data()
    ends = d["wave"] < 2
    found = trend(d["y"][ends], d["wave"][ends], [0, 1], 0, d["unit"][ends])
    assert found.joint.p_value == pytest.approx(found.against[1].p_value, rel=1e-9)
    assert (found.slope_before.reason, found.slope_after.reason) == ("few_waves", "few_waves")


def test_with_many_clusters_both_joint_tests_agree() -> None:
    """The statistic from sums, against the general matrices, at the number where one takes over."""
    d = data(units=MANY_CLUSTERS + 1, size=2)
    large = trend(d["y"], d["wave"], [0, 1, 2, 3], 1, d["unit"], d["w"], independent=True)
    keep = d["unit"] < MANY_CLUSTERS
    small = trend(d["y"][keep], d["wave"][keep], [0, 1, 2, 3], 1, d["unit"][keep], d["w"][keep], independent=True)
    assert large.joint.df_denom == MANY_CLUSTERS
    assert large.joint.p_value == pytest.approx(small.joint.p_value, rel=0.5)
    assert small.joint.df_denom is not None
    assert small.joint.df_denom > 100


@pytest.mark.parametrize("name", ["y", "wave", "unit"])
def test_nothing_depends_on_order_labels_or_a_constant(name: str) -> None:
    d = data()
    first = trend(d["y"], d["wave"], [0, 1, 2, 3], 1, d["unit"], d["w"])
    if name == "y":
        other = trend(d["y"] + 1e6, d["wave"], [0, 1, 2, 3], 1, d["unit"], d["w"])
    elif name == "wave":
        mixed = np.random.default_rng(2).permutation(len(d["y"]))
        other = trend(d["y"][mixed], d["wave"][mixed], [0, 1, 2, 3], 1, d["unit"][mixed], d["w"][mixed])
    else:
        other = trend(d["y"], d["wave"], [0, 1, 2, 3], 1, np.array([f"u{-u}" for u in d["unit"]]), d["w"])
    assert other.joint.statistic == pytest.approx(first.joint.statistic, rel=1e-7)
    assert other.slope_change.se == pytest.approx(first.slope_change.se, rel=1e-7)


def test_parts_add_up_with_their_errors_and_a_mix_that_stands_still_moves_nothing() -> None:
    d = data()
    ends = np.isin(d["wave"], (1, 3))
    late, part = d["wave"][ends] == 3, d["part"][ends]
    found = decompose(d["y"][ends], late, part, d["unit"][ends], d["w"][ends])
    assert found.within.value is not None
    assert found.composition.value is not None
    assert found.within.value + found.composition.value == pytest.approx(found.change.value, abs=1e-12)
    change = cluster_change(d["y"][ends], late, d["unit"][ends], d["w"][ends])
    assert (found.change.se, found.change.df) == pytest.approx((change.se, change.df))
    still = decompose(d["y"][ends], late, part, d["unit"][ends])  # as many of every part in both waves
    assert still.composition.value == pytest.approx(0.0, abs=1e-12)


def test_only_the_mix_changed() -> None:
    """Parts at 40 and 80, nobody's answer moves: 50 to 70 is composition, all of it."""
    y = np.array([40.0] * 30 + [80.0] * 10 + [40.0] * 10 + [80.0] * 30)
    late, part = np.repeat([0, 1], 40), (y > 50).astype(int)
    found = decompose(y, late, part, np.tile(np.arange(10), 8))
    assert (found.change.value, found.within.value, found.composition.value) == pytest.approx((20.0, 0.0, 20.0))


def test_a_part_in_one_wave_only_cannot_be_split() -> None:
    d = data()
    gone = np.where((d["part"] == 2) & (d["wave"] == 0), np.nan, d["y"])
    early = d["wave"] < 2
    found = decompose(gone[early], d["wave"][early], d["part"][early], d["unit"][early])
    assert (found.reason, found.within.value) == ("cell_without_answers", None)


def test_a_break_without_noise_is_found_and_has_no_error() -> None:
    time = np.arange(8.0)
    late = (time >= 4).astype(float)
    found = interrupted_series(10 + time + late * (3 + 0.5 * (time - 4)), time, late)
    assert (found.level.value, found.slope.value, found.slope_before.value) == pytest.approx((3.0, 0.5, 1.0))
    assert (found.reason, found.level.se) == ("no_variance", None)


def test_the_method_follows_the_number_of_periods() -> None:
    rng = np.random.default_rng(4)
    for n, method in ((HAC_FROM - 1, "hc3"), (HAC_FROM, "newey_west")):
        found = interrupted_series(rng.normal(size=n), np.arange(n), np.arange(n) >= n // 2)
        assert (found.method, found.reason) == (method, "")


@pytest.mark.parametrize("missing", [0, 5])
def test_three_periods_are_needed_on_either_side(missing: int) -> None:
    y = np.arange(6.0) ** 2
    y[missing] = np.nan
    found = interrupted_series(y, np.arange(6), np.arange(6) >= 3)
    assert found.reason == "few_periods"
    assert (found.level.value, found.slope.se) == (None, None)


@pytest.mark.parametrize(
    ("y", "time", "after"),
    [
        ([1.0, 2.0], [0.0, 1.0, 2.0], [0, 1, 1]),
        ([1.0, np.inf, 2.0], [0.0, 1.0, 2.0], [0, 1, 1]),
        ([1.0, 2.0, 3.0], [0.0, 0.0, 2.0], [0, 1, 1]),
        ([1.0, 2.0, 3.0], [0.0, np.nan, 2.0], [0, 1, 1]),
        ([1.0, 2.0, 3.0], [0.0, 1.0, 2.0], [1, 0, 1]),
        ([1.0, 2.0, 3.0], [0.0, 1.0, 2.0], [0, 2, 2]),
    ],
)
def test_bad_series_are_refused(y: list[float], time: list[float], after: list[int]) -> None:
    with pytest.raises(ValueError, match=r"must"):
        interrupted_series(y, time, after)


def test_newey_west_without_lags_is_hc1_and_collinear_columns_are_none() -> None:
    rng = np.random.default_rng(5)
    x = np.column_stack([np.ones(12), np.arange(12.0)])
    y = rng.normal(size=12)
    found = newey_west(y, x, 0)
    assert found is not None
    rest = y - x @ found[0]
    inverse = np.linalg.inv(x.T @ x)
    assert found[1] == pytest.approx(inverse @ (x.T * rest**2) @ x @ inverse * 12 / 10)
    assert newey_west(y, np.column_stack([x, x[:, 1]]), 0) is None
    with pytest.raises(ValueError, match="lags"):
        newey_west(y, x, -1)


def test_answers_alike_within_groups_correlate_fully_and_shuffled_ones_not() -> None:
    code = np.repeat(np.arange(40), 10)
    assert intraclass(code.astype(float), code).value == 1.0
    found = intraclass(np.random.default_rng(6).normal(size=400), code)
    assert found.low is not None
    assert found.low < 0 < (found.high or 0.0)
    assert intraclass(np.full(400, 3.0), code).reason == "no_variance"
    assert intraclass(code.astype(float), np.arange(400)).reason == "few_answers"
    assert found.design_effect is not None
    assert found.design_effect >= 1


@pytest.mark.parametrize("time", [[0, 0, 1, 2], [0, 1, 2, np.nan], [3, 2, 1, 0]])
def test_time_must_rise(time: list[float]) -> None:
    d = data()
    with pytest.raises(ValueError, match="rise"):
        trend(d["y"], d["wave"], time, 1, d["unit"])
