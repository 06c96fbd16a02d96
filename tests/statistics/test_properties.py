"""What must not matter: order of rows, names of units, a constant, empty groups; for change, level, effects, checks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics.bootstrap import wild_bootstrap
from evaluation.statistics.caution import largest_share
from evaluation.statistics.change import cluster_change
from evaluation.statistics.effects import hedges_g
from evaluation.statistics.levels import mean_level, pooled_sd
from evaluation.statistics.ordinal import OrdinalCounts, ordinal_counts, ordinal_effect, ordinal_effects
from evaluation.statistics.ranks import mann_whitney, wilcoxon
from tests.statistics.made import survey

SEED = st.integers(0, 10_000)
#: Fields that a constant moves: means in the unit of the answers.
MOVED = {("Change", "before"), ("Change", "after"), ("Level", "value")}

Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def described(y: np.ndarray, after: np.ndarray, unit: np.ndarray, w: np.ndarray) -> Any:
    return cluster_change(y, after, unit, w, estimand="beskrivelse", population=np.full(len(y), 40.0))


def ordinal_described(y: np.ndarray, after: np.ndarray, unit: np.ndarray, w: np.ndarray) -> Any:
    return ordinal_effect(y, after, unit, w, estimand="beskrivelse", population=np.full(len(y), 40.0))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "change": cluster_change,
    "beskrivelse": described,
    "level": lambda y, a, u, w: mean_level(y, u, w),
    "hedges_g": hedges_g,
    "cliffs_delta": ordinal_effect,
    "cliffs_delta beskrivelse": ordinal_described,
    "bootstrap": lambda y, a, u, w: wild_bootstrap(y, a, u, w, seed=5, draws=99),
    "exact bootstrap": lambda y, a, u, w: wild_bootstrap(y, a, u, w, exact=True),
    "mann_whitney": lambda y, a, u, w: mann_whitney(y, a),
    "largest_share": lambda y, a, u, w: largest_share(y[:, None], a, u, w),
    "pooled_sd": lambda y, a, u, w: pooled_sd(y, u, w),
}


def numbers(result: Any) -> dict[str, Any]:
    """Fields of a result by name."""
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    return {"value_only": result[0] if isinstance(result, tuple) else result}


def assert_same(one: Any, other: Any, constant: float = 0.0, rel: float = 1e-9) -> None:
    first, second = numbers(one), numbers(other)
    for name, value in first.items():
        if isinstance(value, float):
            moved = value + (constant if (type(one).__name__, name) in MOVED else 0.0)
            assert second[name] == pytest.approx(moved, rel=rel, abs=1e-9 + 1e-10 * abs(constant)), name
        else:
            assert second[name] == value, name


def data(seed: int) -> Rows:
    """Answers with gaps and a few weights of 0."""
    y, after, unit, w = survey(seed, units=8, rows=90)
    rng = np.random.default_rng(seed)
    return np.where(rng.random(90) < 0.08, np.nan, y), after, unit, np.where(rng.random(90) < 0.05, 0.0, w)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(seed=SEED, shuffle=SEED)
@settings(max_examples=15, deadline=None)
def test_order_of_rows(name: str, seed: int, shuffle: int) -> None:
    rows, order = data(seed), np.random.default_rng(shuffle).permutation(90)
    assert_same(FUNCTIONS[name](*rows), FUNCTIONS[name](*(part[order] for part in rows)))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(seed=SEED, shuffle=SEED)
@settings(max_examples=15, deadline=None)
def test_names_of_units(name: str, seed: int, shuffle: int) -> None:
    y, after, unit, w = data(seed)
    other = np.random.default_rng(shuffle).permutation(8)[unit]
    text = np.array([f"G{90001 + 7 * u}" for u in other], dtype=object)
    first = FUNCTIONS[name](y, after, unit, w)
    assert_same(first, FUNCTIONS[name](y, after, other, w))
    assert_same(first, FUNCTIONS[name](y, after, text, w))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(seed=SEED, constant=st.integers(-10_000, 10_000))
@settings(max_examples=15, deadline=None)
def test_a_constant(name: str, seed: int, constant: int) -> None:
    y, after, unit, w = data(seed)
    assert_same(FUNCTIONS[name](y, after, unit, w), FUNCTIONS[name](y + constant, after, unit, w), constant, rel=1e-7)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(seed=SEED)
@settings(max_examples=15, deadline=None)
def test_empty_groups(name: str, seed: int) -> None:
    """Units of which nobody answered, or only people without weight, change nothing."""
    y, after, unit, w = data(seed)
    gone = np.array([np.nan, np.nan, 50.0, 0.0])
    more = (
        np.concatenate([y, gone]),
        np.concatenate([after, [0, 1, 0, 1]]),
        np.concatenate([unit, [20, 21, 22, 22]]),
        np.concatenate([w, [1.0, 2.0, 0.0, np.nan]]),
    )
    if name == "mann_whitney":  # knows no weights
        more = (np.concatenate([y, [np.nan] * 4]), *more[1:])
    assert_same(FUNCTIONS[name](y, after, unit, w), FUNCTIONS[name](*more))


@given(seed=SEED)
@settings(max_examples=20, deadline=None)
def test_order_is_all_that_ordinal_effects_see(seed: int) -> None:
    y, after, unit, w = data(seed)
    assert_same(ordinal_effect(y, after, unit, w), ordinal_effect((y + 1) ** 3, after, unit, w))


@given(seed=SEED)
@settings(max_examples=20, deadline=None)
def test_swapping_the_waves_mirrors_ordinal_effects(seed: int) -> None:
    y, after, unit, w = data(seed)
    one, other = ordinal_effect(y, after, unit, w), ordinal_effect(y, 1 - after, unit, w)
    assert one.delta is not None
    assert one.low is not None
    assert one.high is not None
    assert [other.delta, other.low, other.high] == pytest.approx([-one.delta, -one.high, -one.low], abs=1e-12)
    assert one.superiority == pytest.approx((1 + one.delta) / 2)
    assert -1 < one.low < one.delta < one.high < 1


@given(seed=SEED)
@settings(max_examples=20, deadline=None)
def test_delta_of_a_share_is_the_change_of_the_share(seed: int) -> None:
    """Why shares carry no effect size of their own: delta, its error and its df stand in ``change`` already."""
    y, after, unit, w = data(seed)
    share = np.where(np.isnan(y), np.nan, y >= 75)
    effect, change = ordinal_effect(share, after, unit, w), cluster_change(share, after, unit, w)
    found = [effect.delta, effect.se, effect.df]
    assert found == pytest.approx([change.change, change.se, change.df], rel=1e-9, abs=1e-12)


@given(seed=SEED, weighted=st.booleans())
@settings(max_examples=20, deadline=None)
def test_delta_is_what_all_pairs_say(seed: int, weighted: bool) -> None:
    y, after, unit, w = data(seed)
    w = w if weighted else np.ones(90)
    keep = ~np.isnan(y) & (w > 0)
    late, early = keep & (after == 1), keep & (after == 0)
    weight = np.outer(w[late], w[early])
    pairs = (np.sign(y[late][:, None] - y[early][None]) * weight).sum() / weight.sum()
    assert ordinal_effect(y, after, unit, w).delta == pytest.approx(pairs, abs=1e-12)


@given(seed=SEED)
@settings(max_examples=10, deadline=None)
def test_several_measures_and_codes_nobody_chose_change_nothing(seed: int) -> None:
    y, after, unit, w = data(seed)
    other = np.where(np.isnan(y), 50.0, 100 - y)
    counts = ordinal_counts(np.column_stack([y, other, np.full(90, np.nan)]), after, unit, w)
    together = ordinal_effects(counts)
    assert_same(together[0], ordinal_effect(y, after, unit, w))
    assert_same(together[1], ordinal_effect(other, after, unit, w))
    assert together[2].reason == "no_answers"
    blank = [np.insert(part, 2, 0.0, axis=1) for part in (counts.n, counts.w, counts.w2)]
    assert_same(together[0], ordinal_effects(OrdinalCounts(np.insert(counts.codes, 2, 30.0), *blank))[0])


@given(seed=SEED, first=SEED, second=SEED)
@settings(max_examples=20, deadline=None)
def test_joined_results_do_not_see_the_order_of_either_file(seed: int, first: int, second: int) -> None:
    rng = np.random.default_rng(seed)
    ids = np.array([f"p{i}" for i in range(40)], dtype=object)
    before, after = rng.integers(0, 5, 40) * 25.0, rng.integers(0, 5, 30) * 25.0
    later = rng.choice(ids, 30, replace=False)
    a, b = np.random.default_rng(first).permutation(40), np.random.default_rng(second).permutation(30)
    one = wilcoxon(ids, before, later, after)
    assert one == wilcoxon(ids[a], before[a], later[b], after[b])
    assert one.n_before <= 30
    assert one.p_value is not None
    unjoined = wilcoxon(ids[:30], before[:30], ids[:30], after)
    assert 0 < one.p_value <= 1
    assert unjoined.statistic is not None
