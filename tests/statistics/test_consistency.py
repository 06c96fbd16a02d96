"""Alpha, omega and items against the rest: properties, and what cannot be computed."""

import numpy as np
import pytest

from evaluation.statistics import reasons
from evaluation.statistics.consistency import consistency, extremes, omega_total
from evaluation.statistics.one_factor import congruence, one_factor

pytestmark = pytest.mark.filterwarnings("error")


def answers(seed: int = 1, n: int = 90, items: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=(n, 1))
    return np.clip(np.round(trait * np.linspace(0.5, 0.9, items) + rng.normal(0, 0.7, (n, items)) + 2.4), 0, 4) * 25


def close(one, other) -> None:
    for name in ("alpha", "alpha_std", "omega", "g6", "average_r", "ase", "item_rest", "alpha_dropped"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9)


def test_rows_in_any_order_a_constant_and_another_unit_change_nothing() -> None:
    x = answers()
    close(consistency(x), consistency(np.random.default_rng(2).permutation(x)))
    close(consistency(x), consistency(x + 1e6))
    close(consistency(x), consistency(x / 25 + 1))


def test_items_in_another_order_are_the_same_items() -> None:
    x = answers()
    order = [2, 0, 3, 1]
    one, other = consistency(x), consistency(x[:, order])
    assert other.omega == pytest.approx(one.omega, rel=1e-9)
    assert other.item_rest == pytest.approx([one.item_rest[i] for i in order], rel=1e-9)


def test_an_item_of_noise_is_the_one_to_drop() -> None:
    x = np.column_stack([answers(), np.random.default_rng(3).integers(0, 5, 90) * 25.0])
    found = consistency(x)
    assert int(np.argmin(found.item_rest)) == int(np.argmax(found.alpha_dropped)) == 4
    assert max(found.alpha_dropped) > found.alpha
    assert found.omega > found.alpha  # unequal loadings


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (np.empty((0, 3)), reasons.FEW_ANSWERS),
        (np.full((5, 3), np.nan), reasons.FEW_ANSWERS),
        (answers()[:2], reasons.FEW_ANSWERS),
        (answers()[:, :1], reasons.FEW_ITEMS),
        (np.full((20, 3), 75.0), reasons.NO_VARIANCE),
        (np.column_stack([answers(), np.full(90, 0.1)]), reasons.NO_VARIANCE),
        (np.column_stack([answers()[:, 0], 100 - answers()[:, 0]]), reasons.NO_VARIANCE),
    ],
)
@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_what_cannot_be_computed_says_why(matrix: np.ndarray, reason: str, missing) -> None:
    found = consistency(matrix, missing=missing)
    assert (found.alpha, found.omega, found.ase, found.item_rest, found.reason) == (None, None, None, (), reason)


def test_items_that_determine_each_other_have_no_lambda_6_but_an_alpha() -> None:
    x = answers()
    found = consistency(np.column_stack([x, x[:, 0]]))
    assert found.g6 is None
    assert found.alpha is not None
    assert found.omega is not None


def test_two_items_have_an_alpha_and_no_omega() -> None:
    found = consistency(answers(items=2))
    assert found.alpha == pytest.approx(found.alpha_std, abs=0.05)
    assert (found.omega, found.alpha_dropped) == (None, ())


@pytest.mark.parametrize("wrong", [np.ones(4), np.array([[1.0, np.inf], [2.0, 3.0], [3.0, 1.0]])])
def test_shapes_and_infinite_scores_are_errors(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="matrix must"):
        consistency(wrong)


def test_loadings_of_an_exact_factor_are_found() -> None:
    true = np.array([0.5, 0.6, 0.7, 0.9])
    r = np.outer(true, true)
    np.fill_diagonal(r, 1.0)
    assert one_factor(r) == pytest.approx(true, rel=1e-10)
    sd = np.array([10.0, 20.0, 25.0, 5.0])
    assert one_factor(r * np.outer(sd, sd)) == pytest.approx(true * sd, rel=1e-10)
    assert omega_total(r) == pytest.approx(true.sum() ** 2 / (true.sum() ** 2 + (1 - true**2).sum()), rel=1e-10)


def test_a_heywood_case_stops_at_the_limit() -> None:
    r = np.array([[1, 0.8, 0.8], [0.8, 1, 0.3], [0.8, 0.3, 1]])
    assert one_factor(r)[0] == pytest.approx(np.sqrt(0.995), rel=1e-9)


@pytest.mark.parametrize("wrong", [np.eye(2), np.ones((3, 4)), np.full((3, 3), np.nan), np.zeros((3, 3))])
def test_matrices_without_a_factor_are_errors(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"one factor|finite"):
        one_factor(wrong)


def test_congruence() -> None:
    assert congruence([1, 2, 3], [2, 4, 6]) == pytest.approx(1.0)
    assert congruence([1, 0], [0, 1]) == 0.0
    assert congruence([0, 0], [1, 1]) is None


def test_floor_and_ceiling_are_shares_of_those_with_a_score() -> None:
    found = extremes([0, 5, 5.1, 94.9, 95, 100, 100, np.nan])
    assert (found.floor, found.ceiling, found.n) == (pytest.approx(2 / 7), pytest.approx(3 / 7), 7)
    assert extremes([np.nan]).reason == reasons.NO_ANSWERS
