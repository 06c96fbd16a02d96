"""Everything from counts equals the same thing from rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.statistics import reasons
from evaluation.statistics.change import cluster_change
from evaluation.statistics.comparisons import Comparisons, compare, level_errors
from evaluation.statistics.counts import Counts, count_answers, merge, slots_of
from evaluation.statistics.effects import hedges_g, small_sample_factor
from evaluation.statistics.levels import mean_level
from evaluation.statistics.ordinal import ordinal_counts, ordinal_effects
from evaluation.statistics.ranks import mann_whitney
from evaluation.statistics.resampling import cluster_bootstrap, drawn_units
from evaluation.statistics.tests import holm, mdc, tost
from evaluation.statistics.verdict import verdict

ITEMS, GROUPS = 3, 4
#: Five codes and two states; the second item is turned, the third a share of its two best answers.
VALUES = np.array(
    [
        [0.0, 25, 50, 75, 100, np.nan, np.nan],
        [100, 75, 50, 25, 0, np.nan, np.nan],
        [0, 0, 0, 1, 1, np.nan, np.nan],
    ]
)


@dataclass(frozen=True)
class Answers:
    slot: np.ndarray
    wave: np.ndarray
    unit: np.ndarray
    group: np.ndarray
    area: np.ndarray
    weights: np.ndarray

    def counts(self, *, units: bool = True, weights: bool = True) -> Counts:
        return count_answers(
            self.slot,
            self.wave,
            slots=7,
            unit=self.unit if units else None,
            groupings=[self.group, self.area],
            weights=self.weights if weights else None,
        )

    def values(self, item: int) -> np.ndarray:
        return np.where(self.slot[:, item] >= 0, VALUES[item][self.slot[:, item]], np.nan)


def answers(seed: int, rows: int = 1500, *, crossed: bool = False) -> Answers:
    """Five steps and states, a unit of its own group or in several, rows outside every group, missing weights."""
    rng = np.random.default_rng(seed)
    wave, unit = rng.integers(0, 2, rows), rng.integers(0, 30, rows)
    group = rng.integers(-1, GROUPS, rows) if crossed else np.where(unit < 24, unit % 3, -1)
    slot = np.clip(rng.normal(2.4 + 0.3 * wave + 0.02 * unit, 1.2), 0, 4).round().astype(np.int8)[:, None]
    slot = np.repeat(slot, ITEMS, axis=1) + rng.integers(-1, 2, (rows, ITEMS)).astype(np.int8)
    slot = np.clip(slot, 0, 4)
    lost = rng.random((rows, ITEMS)) < 0.15
    slot = np.where(lost, rng.choice([-1, 5, 6], (rows, ITEMS)), slot).astype(np.int8)
    slot[(group == 2)[:, None] & (np.arange(ITEMS) == 1)] = 5  # nobody of group 2 answers item 1
    weights = np.where(rng.random(rows) < 0.05, np.nan, rng.uniform(0.2, 3, rows).round(2))
    return Answers(slot, wave, unit, group, unit % 2, weights)


def close(found: float, expected: float | None, rel: float = 1e-9) -> None:
    if expected is None:
        assert np.isnan(found)
    else:
        assert float(found) == pytest.approx(expected, rel=rel, abs=1e-11)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("crossed", [False, True])
def test_counts_are_those_of_the_rows(seed: int, crossed: bool) -> None:
    made = answers(seed, crossed=crossed)
    counts = made.counts()
    usable = np.nan_to_num(made.weights) > 0
    for position, code in enumerate((made.group, made.area)):
        grouped = counts.of(position)
        items, slots, groups, places, waves = grouped.n.shape
        assert (items, slots, waves) == (ITEMS, 7, 2)
        for group in range(groups):
            for place in range(places):
                unit = grouped.unit[group, place]
                here = usable & (code == group) & (made.unit == unit)
                for slot in range(slots):
                    for wave in range(2):
                        row = here & (made.slot[:, 1] == slot) & (made.wave == wave)
                        assert grouped.n[1, slot, group, place, wave] == row.sum()
                        close(grouped.w[1, slot, group, place, wave], made.weights[row].sum(), 1e-12)
                        close(grouped.w2[1, slot, group, place, wave], (made.weights[row] ** 2).sum(), 1e-12)


def test_many_strata_and_many_items_take_the_other_way_through() -> None:
    rng = np.random.default_rng(5)
    rows = 40_000
    slot = rng.integers(-1, 9, (rows, 3)).astype(np.int64)
    unit, wave = rng.integers(0, 700, rows), rng.integers(0, 2, rows)
    group = rng.permutation(10_000_000)[:700][unit]  # sparse codes, renumbered by sorting
    counts = count_answers(slot, wave, slots=9, unit=unit, groupings=[group % 50])
    grouped = counts.of()
    expected = np.zeros((9, 50, 2))
    kept = slot[:, 2] >= 0
    np.add.at(expected, (slot[kept, 2], (group % 50)[kept], wave[kept]), 1)
    assert (grouped.distribution()[0][2] == expected).all()
    assert grouped.n.sum() == (slot >= 0).sum()
    assert grouped.w is grouped.n


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("crossed", [False, True])
def test_changes_with_units_equal_those_from_rows(weights: bool, crossed: bool) -> None:
    made = answers(3, crossed=crossed)
    grouped = made.counts(weights=weights).of()
    way = np.array(["better", "worse", "better"])
    delta = np.array([5.0, 5.0, 0.05])
    found = compare(grouped, VALUES, delta=delta, higher_is=way)
    assert found.ranks is None
    compared = 0
    for item in range(ITEMS):
        for group in range(grouped.n.shape[2]):
            here = made.group == group
            y, after, unit = made.values(item)[here], made.wave[here], made.unit[here]
            w = made.weights[here] if weights else None
            expected = cluster_change(y, after, unit, w)
            at = (item, group)
            assert found.reason[at] == expected.reason
            for name, value in (("value", expected.change), ("se", expected.se), ("df", expected.df)):
                close(getattr(found.change, name)[at], value)
            close(found.p_value[at], expected.p_value)
            close(found.levels.mean[at][0], expected.before)
            close(found.levels.mean[at][1], expected.after)
            assert found.levels.n[at].tolist() == [expected.n_before, expected.n_after]
            close(found.levels.n_eff[at][1], expected.n_eff_after)
            assert found.clusters[at] == expected.clusters
            close(found.mdc[at], mdc(expected.se, expected.df))
            same = tost(expected.change, expected.se, expected.df, delta[item])
            close(found.equivalence.low[at], same.low)
            close(found.equivalence.p_value[at], same.p_value)
            adjusted = None if np.isnan(found.p_adjusted[at]) else float(found.p_adjusted[at])
            words = verdict(expected.change, adjusted, same.low, same.high, delta[item], 0.05, str(way[item]))
            assert found.verdict[at] == words
            effect = hedges_g(y, after, unit, w)
            close(found.hedges_g.value[at], effect.value)
            close(found.hedges_g.low[at], effect.low)
            close(found.hedges_g.high[at], effect.high)
            ordinal = ordinal_effects(ordinal_counts(y[:, None], after, unit, w))[0]
            of_delta = {"value": ordinal.delta, "se": ordinal.se, "low": ordinal.low, "high": ordinal.high}
            for name, value in of_delta.items():
                close(getattr(found.cliffs_delta, name)[at], value)
            compared += expected.reason == ""
    assert compared > ITEMS


@pytest.mark.parametrize("weights", [False, True])
def test_levels_with_units_equal_those_from_rows(weights: bool) -> None:
    made = answers(4)
    grouped = made.counts(weights=weights).of()
    found = level_errors(grouped, VALUES)
    spread = compare(grouped, VALUES, delta=1.0).levels
    for item in range(ITEMS):
        for group in range(grouped.n.shape[2]):
            for wave in range(2):
                here = (made.group == group) & (made.wave == wave)
                w = made.weights[here] if weights else None
                expected = mean_level(made.values(item)[here], made.unit[here], w)
                at = (item, group, wave)
                close(found.value[at], expected.value)
                close(found.se[at], expected.se)
                close(found.df[at], expected.df)
                close(spread.sd[at], expected.sd)


def _plain(seed: int = 6) -> tuple[Answers, Comparisons]:
    made = answers(seed)
    return made, compare(made.counts(units=False, weights=False).of(), VALUES, delta=np.array([5.0, 5.0, 0.05]))


def test_without_units_the_second_opinions_agree() -> None:
    import pingouin
    from scipy import stats
    from statsmodels.stats.weightstats import ttost_ind

    made, found = _plain()
    for item in range(ITEMS):
        for group in (0, 1):
            here = (made.group == group) & ~np.isnan(made.values(item))
            y, after = made.values(item)[here], made.wave[here] == 1
            x1, x0, at = y[after], y[~after], (item, group)
            test = stats.ttest_ind(x1, x0, equal_var=False)
            close(found.change.value[at] / found.change.se[at], test.statistic)
            close(found.p_value[at], test.pvalue)
            close(found.change.df[at], test.df)
            band = test.confidence_interval(0.95)
            close(found.change.low[at], band.low)
            close(found.change.high[at], band.high)
            size = float(pingouin.compute_effsize(x1, x0, eftype="cohen"))
            f = len(y) - 2
            close(found.hedges_g.value[at], small_sample_factor(f) * size)
            margin = 0.05 if item == 2 else 5.0
            close(found.equivalence.p_value[at], ttost_ind(x1, x0, -margin, margin, usevar="unequal")[0])
            assert found.ranks is not None
            rank = stats.mannwhitneyu(x1, x0, method="asymptotic")
            close(found.ranks.u[at], rank.statistic)
            close(found.ranks.u_p[at], rank.pvalue)
            own = mann_whitney(y, after)
            close(found.ranks.u_p[at], own.p_value)
            close(found.cliffs_delta.value[at], own.effect)
            table = np.array([[(x == v).sum() for v in np.unique(y)] for x in (x0, x1)])
            chi = stats.chi2_contingency(table, correction=False)
            close(found.ranks.chi2[at], chi.statistic)
            assert found.ranks.chi2_df[at] == chi.dof
            close(found.ranks.chi2_p[at], chi.pvalue)


def test_linearised_errors_equal_a_weighted_regression_with_hc1() -> None:
    """survey's errors are those of weighted least squares with White's correction, n/(n-1) in place of n/(n-2)."""
    import statsmodels.api as sm

    made = answers(7)
    counts = made.counts(units=False)
    usable = np.nan_to_num(made.weights) > 0
    found = compare(counts.of(), VALUES, delta=5.0, design=int(usable.sum()))
    here = usable & (made.group == 1) & ~np.isnan(made.values(0))
    y, x = made.values(0)[here], sm.add_constant(made.wave[here].astype(float))
    fit = sm.WLS(y, x, weights=made.weights[here]).fit(cov_type="HC0")
    n = int(usable.sum())
    close(found.change.value[0, 1], float(fit.params[1]))
    close(found.change.se[0, 1], float(fit.bse[1]) * np.sqrt(n / (n - 1)))
    assert found.change.df[0, 1] == here.sum() - 2


def test_reasons_without_units() -> None:
    slot = np.array([[0, 1, 0], [0, 1, 1], [0, -1, 0], [0, -1, 1]], dtype=np.int8)
    found = compare(count_answers(slot, [0, 0, 1, 1], slots=2).of(), [[0.0, 1]] * 3, delta=0.1)
    assert found.reason[:, 0].tolist() == [reasons.NO_VARIANCE, reasons.NO_ANSWERS, ""]
    assert np.isnan(found.p_value[:2]).all()
    assert found.verdict[:, 0].tolist() == ["", "", "uafklaret"]
    assert found.ranks is not None
    assert np.isnan(found.ranks.u_p[:2]).all()
    assert np.isnan(found.ranks.chi2_p[0, 0])


def test_bootstrap_equals_drawing_the_rows_of_units() -> None:
    made = answers(8)
    grouped = made.counts().of()
    found = cluster_bootstrap(grouped, VALUES, draws=60, seed=3)
    group, item = 1, 0
    units = grouped.unit[group][grouped.unit[group] >= 0]
    taken = drawn_units(len(units), 60, [3, group]).astype(int)
    assert (taken.sum(axis=1) == len(units)).all()
    drawn = []
    for draw in taken:
        of_unit = [np.flatnonzero((made.group == group) & (made.unit == unit)) for unit in units]
        rows = np.concatenate([np.tile(of, k) for of, k in zip(of_unit, draw, strict=True)])
        y, w, wave = made.values(item)[rows], np.nan_to_num(made.weights[rows]), made.wave[rows]
        means = [np.average(y[k], weights=w[k]) for t in (0, 1) for k in [(wave == t) & ~np.isnan(y) & (w > 0)]]
        drawn.append(means[1] - means[0])
    close(found.se[item, group], float(np.std(drawn, ddof=1)))
    close(found.low[item, group], float(np.quantile(drawn, 0.025)))
    close(found.high[item, group], float(np.quantile(drawn, 0.975)))
    assert found.draws[item, group] == 60
    assert found.reason[1, 2] == reasons.NO_ANSWERS  # nobody of group 2 answers item 1
    assert np.isnan(found.se[1, 2])


@pytest.mark.filterwarnings("error")
def test_draws_that_leave_a_wave_empty_are_left_out() -> None:
    unit = np.repeat(np.arange(6), 10)
    slot = np.random.default_rng(1).integers(0, 5, (60, 1), dtype=np.int8)
    grouped = count_answers(slot, unit % 2, slots=5, unit=unit).of()
    found = cluster_bootstrap(grouped, [[0.0, 25, 50, 75, 100]], draws=999)
    taken = drawn_units(6, 999, [0, 0])
    both = (taken[:, ::2].sum(axis=1) > 0) & (taken[:, 1::2].sum(axis=1) > 0)
    assert found.draws[0, 0] == both.sum() < 999
    assert np.isfinite([found.low[0, 0], found.high[0, 0]]).all()


def test_families_and_numbers_of_groups() -> None:
    made = answers(12)
    one = count_answers(made.slot, made.wave, slots=7, groupings=[made.group], groups=[6]).of()
    assert one.n.shape[2] == 6
    assert not one.n[:, :, 3:].any()
    together = compare(one, VALUES, delta=5.0, family=[0, 0, 1])
    apart = compare(one, VALUES, delta=5.0)
    first = holm(list(together.p_value[:2].ravel()))
    np.testing.assert_allclose(together.p_adjusted[:2].ravel(), [np.nan if p is None else p for p in first])
    np.testing.assert_allclose(apart.p_adjusted[:, 0], holm(list(apart.p_value[:, 0])))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="groups must name"):
        count_answers(made.slot, made.wave, slots=7, groupings=[made.group], groups=[2])


def test_bootstrap_and_cr2_agree_on_many_units() -> None:
    rng = np.random.default_rng(11)
    rows, units = 20_000, 200
    unit, wave = rng.integers(0, units, rows), rng.integers(0, 2, rows)
    shift = rng.normal(0, 0.5, (units, 2))
    slot = np.clip(rng.normal(2 + shift[unit, wave], 1), 0, 4).round().astype(np.int8)[:, None]
    grouped = count_answers(slot, wave, slots=5, unit=unit).of()
    values = [[0.0, 25, 50, 75, 100]]
    drawn = cluster_bootstrap(grouped, values, draws=999)
    assert drawn.se[0, 0] == pytest.approx(compare(grouped, values, delta=5.0).change.se[0, 0], rel=0.1)


def test_values_of_equal_size_are_merged_in_rising_order() -> None:
    made = answers(9)
    merged, rising = merge(made.counts().of(), VALUES)
    assert rising.tolist() == [[0, 25, 50, 75, 100], [0, 25, 50, 75, 100], [0, 1, 1, 1, 1]]
    whole = made.counts().of().n
    assert (merged.n[2, 0] == whole[2, :3].sum(axis=0)).all()
    assert (merged.n[2, 1] == whole[2, 3:5].sum(axis=0)).all()
    assert not merged.n[2, 2:].any()
    assert (merged.n[1, 0] == whole[1, 4]).all()


@given(seed=st.integers(0, 10_000), units=st.booleans(), weights=st.booleans())
def test_order_of_rows_names_of_units_and_a_constant_change_nothing(seed: int, units: bool, weights: bool) -> None:
    made = answers(seed, 400)
    first = compare(made.counts(units=units, weights=weights).of(), VALUES, delta=5.0)
    rng = np.random.default_rng(seed)
    order, names = rng.permutation(400), rng.permutation(60)
    other = Answers(*(x[order] for x in (made.slot, made.wave, names[made.unit], made.group, made.area, made.weights)))
    second = compare(other.counts(units=units, weights=weights).of(), VALUES + 1000, delta=5.0)
    assert (first.reason == second.reason).all()
    for name in ("value", "se", "df", "low", "high"):
        for part in ("change", "hedges_g", "cliffs_delta"):
            one, two = (getattr(getattr(x, part), name) for x in (first, second))
            np.testing.assert_allclose(one, two, rtol=1e-7, atol=1e-9)


@given(seed=st.integers(0, 10_000))
def test_groups_add_up_to_the_whole(seed: int) -> None:
    made = answers(seed, 300)
    whole = count_answers(made.slot, made.wave, slots=7, unit=made.unit, weights=made.weights).of()
    parts = made.counts().of(1)
    np.testing.assert_allclose(parts.w.sum(axis=(2, 3)), whole.w.sum(axis=(2, 3)), rtol=1e-12)
    assert (parts.n.sum(axis=(2, 3)) == whole.n.sum(axis=(2, 3))).all()


@pytest.mark.filterwarnings("error")
def test_nothing_to_count_gives_reasons_not_warnings() -> None:
    for slot in (np.full((6, 2), -1, dtype=np.int8), np.empty((0, 2), dtype=np.int8)):
        wave = np.arange(len(slot)) % 2
        for unit in (None, np.arange(len(slot))):
            grouped = count_answers(slot, wave, slots=3, unit=unit, groupings=[np.zeros(len(slot), int)]).of()
            if grouped.n.shape[2]:
                found = compare(grouped, [[0.0, 50, 100]] * 2, delta=5.0)
                assert set(found.reason.ravel().tolist()) == {reasons.NO_ANSWERS}
                assert np.isnan(level_errors(grouped, [[0.0, 50, 100]] * 2).se).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slot": np.array([[2]])}, "slot must lie"),
        ({"slot": np.array([[-2]])}, "slot must lie"),
        ({"slot": np.array([[0.5]])}, "whole-number"),
        ({"wave": [2]}, "wave must lie"),
        ({"wave": [0, 1]}, "one a row"),
        ({"unit": [-1]}, "unit must lie"),
        ({"groupings": [[-2]]}, "grouping must lie"),
        ({"weights": [-1.0]}, "finite and not negative"),
        ({"weights": [np.inf]}, "finite and not negative"),
    ],
)
def test_input_out_of_range_is_an_error(change: dict[str, object], message: str) -> None:
    given_: dict[str, object] = {"slot": np.array([[0]]), "wave": [0], "slots": 2, **change}
    with pytest.raises(ValueError, match=message):
        count_answers(given_.pop("slot"), given_.pop("wave"), **given_)  # type: ignore[arg-type]


def test_values_and_bootstrap_out_of_range_are_errors() -> None:
    counts = count_answers(np.array([[0], [1]], dtype=np.int8), [0, 1], slots=2)
    with pytest.raises(ValueError, match="shape"):
        compare(counts.of(), [[0.0]], delta=1.0)
    with pytest.raises(ValueError, match="finite"):
        compare(counts.of(), [[0.0, np.inf]], delta=1.0)
    with pytest.raises(ValueError, match="delta"):
        compare(counts.of(), [[0.0, 1]], delta=0.0)
    with pytest.raises(ValueError, match="two waves"):
        compare(count_answers(np.array([[0]]), [2], slots=2, waves=3).of(), [[0.0, 1]], delta=1.0)
    with pytest.raises(ValueError, match="design"):
        compare(counts.of(), [[0.0, 1]], delta=1.0, design=1)
    with pytest.raises(ValueError, match="units"):
        cluster_bootstrap(counts.of(), [[0.0, 1]])
    with pytest.raises(ValueError, match="rising"):
        slots_of([[1.0]], [2.0, 1.0])


def test_slots_of_answers() -> None:
    assert slots_of([[1.0, np.nan, 7.0], [5.0, 2.0, 9.0]], [1, 2, 5, 7]).tolist() == [[0, -1, 3], [2, 1, -1]]
