"""Change: reasons, properties, and CR2 straight from its definition."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics import reasons
from evaluation.statistics.change import Change, cluster_change, cluster_changes, unit_change
from evaluation.statistics.levels import mean_level, mean_levels, pooled_sd, unit_level
from evaluation.statistics.tests import interval
from tests.statistics.made import same, survey

NUMBERS = ("before", "after", "change", "se", "df", "p_value")


def from_definition(
    y: np.ndarray, X: np.ndarray, unit: np.ndarray, w: np.ndarray, c: np.ndarray
) -> tuple[float, float]:
    """CR2 with full matrices: A = [(I-H)(I-H)']_gg^(-1/2), V = sum (p_g'y)², df = tr(P)²/tr(P²)."""
    bread = np.linalg.inv(X.T @ (w[:, None] * X))
    rest = np.eye(len(y)) - X @ bread @ (X * w[:, None]).T
    rows = []
    for g in np.unique(unit):
        here = unit == g
        values, vectors = np.linalg.eigh((rest @ rest.T)[np.ix_(here, here)])
        root = (vectors / np.sqrt(values)) @ vectors.T
        rows.append(rest[here].T @ root @ (w[here][:, None] * X[here]) @ bread @ c)
    p = np.array(rows)
    gram = p @ p.T
    return math.sqrt(((p @ y) ** 2).sum()), float(np.trace(gram) ** 2 / (gram**2).sum())


@given(seed=st.integers(0, 10_000), units=st.integers(6, 14), rows=st.integers(40, 90), weighted=st.booleans())
@settings(max_examples=40, deadline=None)
def test_closed_form_is_the_definition(seed: int, units: int, rows: int, weighted: bool) -> None:
    y, after, unit, w = survey(seed, units, rows)
    w = w if weighted else np.ones(rows)
    found = cluster_change(y, after, unit, w)
    X = np.column_stack([np.ones(rows), after]).astype(float)
    assert [found.se, found.df] == pytest.approx(from_definition(y, X, unit, w, np.array([0.0, 1.0])), rel=1e-8)
    level = mean_level(y, unit, w)
    assert [level.se, level.df] == pytest.approx(from_definition(y, X[:, :1], unit, w, np.ones(1)), rel=1e-8)


def numbers(change: Change) -> list[float]:
    return [getattr(change, name) for name in NUMBERS]


@given(seed=st.integers(0, 10_000), shuffle=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_row_order_and_labels_do_not_matter(seed: int, shuffle: int) -> None:
    y, after, unit, w = survey(seed)
    order = np.random.default_rng(shuffle).permutation(len(y))
    labels = np.array([f"G{90001 + 7 * u}" for u in unit], dtype=object)
    first = cluster_change(y, after, unit, w)
    other = cluster_change(y[order], after[order].astype(bool), labels[order], w[order])
    assert numbers(other) == pytest.approx(numbers(first), rel=1e-10)
    assert (other.clusters, other.n_before, other.reason) == (first.clusters, first.n_before, first.reason)


@given(
    seed=st.integers(0, 10_000),
    constant=st.floats(-1e6, 1e6),
    scale=st.floats(1e-3, 1e3),
    weight_scale=st.floats(1e-3, 1e3),
)
@settings(max_examples=30, deadline=None)
def test_constant_scale_and_unit_of_weights(seed: int, constant: float, scale: float, weight_scale: float) -> None:
    y, after, unit, w = survey(seed)
    first = cluster_change(y, after, unit, w)
    moved = cluster_change(-scale * y + constant, after, unit, w * weight_scale)
    assert first.change is not None
    assert first.se is not None
    expected = [-scale * first.change, scale * first.se, first.df, first.p_value]
    assert [moved.change, moved.se, moved.df, moved.p_value] == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert moved.n_eff_after == pytest.approx(first.n_eff_after)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_swapping_waves_turns_the_sign_only(seed: int) -> None:
    y, after, unit, w = survey(seed)
    first, other = cluster_change(y, after, unit, w), cluster_change(y, 1 - after, unit, w)
    assert first.change is not None
    assert [other.change, other.se, other.df] == pytest.approx([-first.change, first.se, first.df], rel=1e-10)


def test_a_lasting_difference_between_units_cancels() -> None:
    """In balanced data unit effects leave no trace in the change or its error."""
    rng = np.random.default_rng(5)
    unit, after = np.repeat(np.arange(8), 20), np.tile(np.repeat([0, 1], 10), 8)
    y = rng.normal(50, 10, 160)
    plain, shifted = cluster_change(y, after, unit), cluster_change(y + 30 * unit, after, unit)
    assert [shifted.change, shifted.se] == pytest.approx([plain.change, plain.se], rel=1e-9)


def test_several_measures_equal_one_at_a_time() -> None:
    y, after, unit, w = survey()
    gaps = np.column_stack([y, np.where(unit == 3, np.nan, y), np.where(after == 1, np.nan, y), np.full(len(y), 50.0)])
    single = tuple(cluster_change(column, after, unit, w) for column in gaps.T)
    for many, one in zip(cluster_changes(gaps, after, unit, w), single, strict=True):
        assert same(many, one)
    assert [c.reason for c in single] == ["", "", reasons.NO_ANSWERS, reasons.NO_VARIANCE]
    for many_level, one_level in zip(mean_levels(gaps, unit, w), (mean_level(c, unit, w) for c in gaps.T), strict=True):
        assert same(many_level, one_level)


def no_number(change: Change) -> bool:
    return change.se is None and change.df is None and change.p_value is None and change.method == "described"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (lambda y, a, u: a < 2, ""),
        (lambda y, a, u: u < 6, ""),
        (lambda y, a, u: u < 5, reasons.FEW_CLUSTERS),
        (lambda y, a, u: (a == 0) | (u == 2), reasons.ONE_CLUSTER),
        (lambda y, a, u: a == 0, reasons.NO_ANSWERS),
        (lambda y, a, u: (a == 0) | (np.arange(len(a)) == np.argmax(a)), reasons.FEW_ANSWERS),
        (lambda y, a, u: y == 50, reasons.NO_VARIANCE),
    ],
)
def test_reasons(rows: object, reason: str) -> None:
    y, after, unit, _ = survey(2, rows=300)
    keep = rows(y, after, unit)  # type: ignore[operator]
    change = cluster_change(y[keep], after[keep], unit[keep])
    assert change.reason == reason
    assert no_number(change) == bool(reason)
    assert not any(isinstance(v, float) and math.isnan(v) for v in dataclasses.astuple(change))
    if reason not in ("", reasons.NO_ANSWERS):
        assert change.change == pytest.approx(y[keep & (after == 1)].mean() - y[keep & (after == 0)].mean())


def test_no_rows_at_all() -> None:
    empty = np.array([])
    assert cluster_change(empty, empty, empty).reason == reasons.NO_ANSWERS
    assert mean_level(empty, empty).reason == reasons.NO_ANSWERS
    assert pooled_sd(empty, empty) is None


@pytest.mark.parametrize("constant", [66.66666666666667, 0.1, 1e9 / 3])
def test_equal_answers_have_no_error_whatever_their_value(constant: float) -> None:
    _, after, unit, w = survey()
    assert cluster_change(np.full(len(after), constant), after, unit, w).reason == reasons.NO_VARIANCE
    assert mean_level(np.full(len(after), constant), unit, w).reason == reasons.NO_VARIANCE


def test_units_that_all_move_alike_have_no_error() -> None:
    """Within-unit answers vary, but every unit moves by exactly 5: no variance between clusters."""
    unit, after = np.repeat(np.arange(7), 6), np.tile([0, 0, 0, 1, 1, 1], 7)
    y = np.tile([20.0, 30, 40, 25, 35, 45], 7)
    assert cluster_change(y, after, unit).reason == reasons.NO_VARIANCE


def test_persons_need_no_six_units() -> None:
    y, after, _, _ = survey(rows=40)
    person = np.arange(40)
    found = cluster_change(y, after, person, independent=True)
    first, second = y[after == 0], y[after == 1]
    welch = math.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
    assert found.method == "cr2_person"
    assert found.se == pytest.approx(welch, rel=1e-12)  # CR2 of single rows is Welch's standard error
    few = slice(0, 20, 5)
    assert cluster_change(y[few], [0, 0, 1, 1], person[few], independent=True).reason == ""


def test_rows_without_weight_or_answer_take_no_part() -> None:
    y, after, unit, w = survey()
    out = np.arange(len(y)) % 4 == 0
    kept = cluster_change(y[~out], after[~out], unit[~out], w[~out])
    for change in (
        cluster_change(np.where(out, np.nan, y), after, unit, w),
        cluster_change(y, after, unit, np.where(out, 0, w)),
        cluster_change(y, after, unit, np.where(out, np.nan, w)),
    ):
        assert same(change, kept)


@pytest.mark.parametrize(
    "bad",
    [
        {"after": np.arange(120)},
        {"cluster": np.array([None] + ["a"] * 119, dtype=object)},
        {"weights": np.full(120, -1.0)},
        {"weights": np.ones(3)},
        {"y": np.full(120, np.inf)},
        {"y": np.ones((120, 2))},
        {"y": np.ones(119)},
        {"estimand": "effekt"},
    ],
)
def test_bad_input_is_refused(bad: dict[str, object]) -> None:
    y, after, unit, w = survey()
    with pytest.raises(ValueError, match=r".+"):
        cluster_change(**({"y": y, "after": after, "cluster": unit, "weights": w} | bad))  # type: ignore[arg-type]


def test_beskrivelse_shrinks_with_the_share_that_answered_and_says_when_it_cannot() -> None:
    y, after, unit, _ = survey(3, rows=200)

    def described(population: object, **options: object) -> Change:
        return cluster_change(y, after, unit, estimand="beskrivelse", population=population, **options)  # type: ignore[arg-type]

    size = np.unique(unit * 2 + after, return_counts=True)[1][np.unique(unit * 2 + after, return_inverse=True)[1]]
    half, endless = described(2 * size), described(np.full(200, 1e12))
    assert half.se == pytest.approx(endless.se / math.sqrt(2), rel=1e-6)
    assert half.change == cluster_change(y, after, unit).change
    assert described(None).reason == reasons.POPULATION_UNKNOWN
    assert described(np.where(unit == 1, np.nan, 50)).reason == reasons.POPULATION_UNKNOWN
    assert described(size - 1).reason == reasons.POPULATION_TOO_SMALL
    assert described(size).reason == reasons.COMPLETE
    assert no_number(described(size))
    keep = unit < 4
    few = cluster_change(y[keep], after[keep], unit[keep], estimand="beskrivelse", population=size[keep])
    assert few.reason == reasons.FEW_CLUSTERS


def test_beskrivelse_of_a_panel_knows_that_the_same_people_answered() -> None:
    rng = np.random.default_rng(8)
    person = np.tile(np.arange(80), 2)
    after, unit, own = np.repeat([0, 1], 80), person // 10, rng.normal(60, 15, 80)
    y = own[person] + rng.normal(0, 4, 160)
    population = np.full(160, 20)
    alone = cluster_change(y, after, unit, estimand="beskrivelse", population=population)
    joined = cluster_change(y, after, unit, estimand="beskrivelse", population=population, person=person)
    assert joined.se is not None
    assert alone.se is not None
    assert joined.se < 0.6 * alone.se


def test_one_unit_has_a_band_and_no_test() -> None:
    y, after, _, _ = survey(rows=40)
    change = unit_change(y, after, 20.0)
    n0, n1 = change.n_before, change.n_after
    assert change.se == pytest.approx(20 * math.sqrt(1 / n0 + 1 / n1))
    assert (change.p_value, change.reason, change.method) == (None, reasons.ONE_UNIT, "pooled_sd")
    assert change.change is not None
    assert interval(change.change, change.se, change.df, 0.95)[1] == pytest.approx(
        change.change + 1.959963984540054 * change.se
    )
    assert unit_change(y[after == 0], after[after == 0], 20.0).reason == reasons.NO_ANSWERS
    level = unit_level(y, 20.0)
    assert level.se == pytest.approx(20 / math.sqrt(40))
    assert level.reason == reasons.ONE_UNIT


def test_pooled_sd() -> None:
    y, after, unit, _ = survey()
    group = unit * 2 + after
    squares = sum(((y[group == g] - y[group == g].mean()) ** 2).sum() for g in np.unique(group))
    assert pooled_sd(y, group) == pytest.approx(math.sqrt(squares / (len(y) - len(np.unique(group)))))
    assert pooled_sd(y, group, np.full(len(y), 3.0)) == pytest.approx(pooled_sd(y, group))
    assert pooled_sd(y[:3], [1, 2, 3]) is None


def test_thirty_measures_of_four_hundred_rows_are_quick() -> None:
    """400 seeds of a survey must run in seconds (measured 4 ms each); the bound allows a busy machine."""
    rng = np.random.default_rng(1)
    y, after, unit = rng.normal(60, 20, (400, 30)), rng.integers(0, 2, 400), rng.integers(0, 33, 400)
    cluster_changes(y, after, unit)
    start = time.perf_counter()
    for _ in range(10):
        cluster_changes(y, after, unit)
    assert (time.perf_counter() - start) / 10 < 0.05
