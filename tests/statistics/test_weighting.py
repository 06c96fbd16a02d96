"""Nonresponse weights: merging, trimming, raking against weightipy, and properties that must hold for any input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics import reasons
from evaluation.statistics.known_margins import Fitted, fit_margins, merge_few
from evaluation.statistics.second_weights import rim_weights
from evaluation.statistics.weights import effective_n, trim_weights, weight_spread

Margins = list[tuple[str, np.ndarray, dict[str, float]]]


def made(seed: int, rows: int = 300, margins: int = 2) -> Margins:
    rng = np.random.default_rng(seed)
    found: Margins = []
    for place in range(margins):
        names = list("abcd"[: 2 + place])
        labels = rng.choice(names, rows, p=rng.dirichlet(np.full(len(names), 8.0)))
        found.append(
            (f"m{place}", labels, dict(zip(names, rng.integers(40, 400, len(names)).astype(float), strict=True)))
        )
    return found


def weights_of(found: Fitted) -> np.ndarray:
    assert found.weights is not None, found.reason
    return found.weights


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("margins", [1, 2, 3])
def test_weightipy_gives_the_same_rim_weights(seed: int, margins: int) -> None:
    """To 1e-12 of each weight, from equal weights, where raking converges."""
    known = made(seed, margins=margins)
    theirs, told = rim_weights(known)
    assert told == ""
    np.testing.assert_allclose(weights_of(fit_margins(known, fewest=1)), theirs, rtol=1e-12)


def test_where_weightipy_parts_from_ours() -> None:
    labels = np.array(list("aaab" * 10))
    # A category nobody is known in: theirs keeps its rows, all but without weight; ours merges it.
    known = {"a": 10.0, "b": 0.0}
    theirs, _ = rim_weights([("m", labels, known)])
    assert 0 < theirs[labels == "b"].max() < 1e-8
    assert fit_margins([("m", labels, known)]).reason == reasons.ONE_CATEGORY
    # Their cap works inside every round and only nearly holds; ours holds, and the margins give way.
    capped, _ = rim_weights(made(1), cap=1.1)
    assert capped.max() > 1.1
    ours = fit_margins(made(1), trim=1.1, fewest=1)
    assert weights_of(ours).max() <= 1.1 * (1 + 1e-12)
    with pytest.raises(ValueError, match="no known total"):
        rim_weights([("m", labels, {"a": 1.0})])


def test_thin_categories_join_the_one_nearest_in_response() -> None:
    found = merge_few({"a": 4, "b": 90, "c": 20}, {"a": 8, "b": 100, "c": 50}, 10)
    assert found.joined == (("a", "c"),)
    assert found.group == {"a": "a + c", "b": "b", "c": "a + c"}
    # Nobody answered at all, and nobody known: both are merged, never weighted by division with 0.
    assert merge_few({"a": 30, "b": 40}, {"a": 50, "b": 60, "c": 5}, 10).joined == (("a", "c"),)
    assert merge_few({"a": 30, "b": 40, "x": 20}, {"a": 50, "b": 41}, 10).joined == (("b", "x"),)
    assert merge_few({"a": 3, "b": 4}, {"a": 50, "b": 60}, 10).reason == reasons.ONE_CATEGORY
    with pytest.raises(ValueError, match="finite"):
        merge_few({"a": -1}, {}, 10)


def test_only_shares_of_totals_count_and_one_category_is_passed_over() -> None:
    known = made(3)
    thousands = [(name, labels, {k: 1000 * v for k, v in totals.items()}) for name, labels, totals in known]
    alone = ("x", np.full(300, "all"), {"all": 7.0})
    first, second = fit_margins(known), fit_margins([*thousands, alone])
    np.testing.assert_allclose(weights_of(first), weights_of(second), rtol=1e-12)
    assert second.merged["x"].reason == reasons.ONE_CATEGORY
    assert fit_margins([alone]).reason == reasons.ONE_CATEGORY


def test_bad_input_is_a_reason_or_a_clear_error() -> None:
    known = made(4)
    assert fit_margins(known, np.zeros(300)).reason == reasons.NO_ANSWERS
    for weights, words in ((np.full(300, -1.0), "negative"), (np.full(300, np.inf), "finite"), (np.ones(4), "shape")):
        with pytest.raises(ValueError, match=words):
            fit_margins(known, weights)
    with pytest.raises(ValueError, match="a margin"):
        fit_margins([])
    with pytest.raises(ValueError, match="same rows"):
        fit_margins([known[0], ("m", np.array(["a"]), {"a": 1.0})])
    with pytest.raises(ValueError, match="above 0"):
        fit_margins([("m", known[0][1], {"a": 0.0, "b": 0.0})])
    with pytest.raises(ValueError, match="above 1"):
        trim_weights([1, 2], 1.0)
    assert trim_weights([0, np.nan], 2).reason == reasons.NO_ANSWERS
    # Margins that contradict each other never hold, even where the weights stand still.
    a = np.array(list("aabb" * 10))
    clash = [("m", a, {"a": 1.0, "b": 9.0}), ("n", a, {"a": 9.0, "b": 1.0})]
    assert fit_margins(clash).reason == reasons.NOT_CONVERGED


@given(st.integers(0, 10_000), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_known_shares_hold_and_order_and_names_change_nothing(seed: int, margins: int) -> None:
    known = made(seed, margins=margins)
    found = fit_margins(known, fewest=1)
    w = weights_of(found)
    assert w.mean() == pytest.approx(1, abs=1e-12)
    assert found.gap < 1e-9
    for _, labels, totals in known:
        for label, total in totals.items():
            assert w[labels == label].sum() / w.sum() == pytest.approx(total / sum(totals.values()), abs=1e-9)
    rng = np.random.default_rng(seed)
    order = rng.permutation(300)
    shuffled = [(name, labels[order], totals) for name, labels, totals in known]
    np.testing.assert_allclose(weights_of(fit_margins(shuffled, fewest=1)), w[order], rtol=1e-9)
    renamed = [
        (name, np.char.add("z", labels.astype(str))[::1], {f"z{k}": v for k, v in reversed(totals.items())})
        for name, labels, totals in known
    ]
    np.testing.assert_allclose(weights_of(fit_margins(renamed, fewest=1)), w, rtol=1e-9)
    # Weighting once more to the same margins moves nothing.
    np.testing.assert_allclose(weights_of(fit_margins(known, w, fewest=1)), w, rtol=1e-8)


@given(st.lists(st.floats(0.01, 50), min_size=2, max_size=60), st.floats(1.05, 6))
@settings(max_examples=150, deadline=None)
def test_trimming_keeps_the_sum_the_order_and_the_cap(values: list[float], upper: float) -> None:
    w = np.array(values)
    found = trim_weights(w, upper)
    assert found.weights is not None
    assert found.weights.sum() == pytest.approx(w.sum(), rel=1e-12)
    assert found.weights.max() <= upper * w.mean() * (1 + 1e-9)
    assert (np.diff(found.weights[np.argsort(w, kind="stable")]) >= -1e-9).all()
    free = found.weights < upper * w.mean() * (1 - 1e-9)
    if free.any():
        assert np.ptp(found.weights[free] / w[free]) == pytest.approx(0, abs=1e-9)
    assert effective_n(found.weights) >= effective_n(w) * (1 - 1e-12)
    np.testing.assert_allclose(trim_weights(found.weights, upper).weights, found.weights, rtol=1e-9)


@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=60), st.floats(0.1, 1000))
@settings(max_examples=80, deadline=None)
def test_spread_does_not_know_the_scale(values: list[float], factor: float) -> None:
    first, second = weight_spread(values), weight_spread(np.array([*values, 0.0, np.nan]) * factor)
    assert first.n == second.n == len(values)
    for name in ("n_eff", "efficiency", "smallest", "largest", "ratio"):
        assert getattr(first, name) == pytest.approx(getattr(second, name), rel=1e-9)
    assert 0 < (first.efficiency or 0) <= 1 + 1e-12
