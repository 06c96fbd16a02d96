"""Regression with robust errors: against the closed form of changes, and what cannot be computed."""

import numpy as np
import pytest

from evaluation.statistics import reasons
from evaluation.statistics.change import cluster_change
from evaluation.statistics.multiple import ADJUSTMENTS, adjust
from evaluation.statistics.robust import cluster_regression
from tests.statistics import made

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("seed", range(4))
def test_cr2_by_full_matrices_is_the_closed_form_of_a_change(seed: int) -> None:
    y, after, unit, _ = made.survey(seed)
    x = np.column_stack([np.ones(len(y)), after])
    found, change = cluster_regression(y, x, unit), cluster_change(y, after, unit)
    assert found.se is not None
    assert found.df is not None
    assert found.coefficients is not None
    numbers = [found.coefficients[1], found.se[1], found.df[1]]
    assert numbers == pytest.approx([change.change, change.se, change.df], rel=1e-9)


def test_columns_in_another_unit_change_nothing_but_their_coefficient() -> None:
    y, after, unit, w = made.survey(6)
    x = np.column_stack([np.ones(len(y)), after, w])
    one, other = cluster_regression(y, x, unit), cluster_regression(y, x * [1, 1, 1e6], unit)
    assert one.df == pytest.approx(other.df, rel=1e-8)
    assert one.se == pytest.approx(other.se * [1, 1, 1e6], rel=1e-8)


def test_missing_answers_take_no_part() -> None:
    y, after, unit, _ = made.survey(7)
    x = np.column_stack([np.ones(len(y)), after]).astype(float)
    gaps = np.r_[y, np.nan, 50.0]
    wider = np.vstack([x, [1, 0], [1, np.nan]])
    assert cluster_regression(gaps, wider, np.r_[unit, 0, 0]).se == pytest.approx(cluster_regression(y, x, unit).se)


@pytest.mark.parametrize(
    ("x", "cluster", "reason"),
    [
        (np.ones((3, 3)), [0, 1, 2], reasons.FEW_ANSWERS),
        (np.column_stack([np.ones(8), np.arange(8), 2 * np.arange(8) + 1]), np.arange(8), reasons.COLLINEAR),
        (np.ones((8, 1)), np.zeros(8, int), reasons.ONE_CLUSTER),
        (np.column_stack([np.ones(8), np.arange(8) < 2]), np.arange(8) // 2, reasons.NO_VARIANCE),
    ],
)
def test_what_cannot_be_computed_says_why(x: np.ndarray, cluster, reason: str) -> None:
    found = cluster_regression(np.arange(len(x)) ** 1.5, x, cluster)
    assert (found.se, found.df, found.reason) == (None, None, reason)


def test_wrong_input_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        cluster_regression([1, 2], [[1], [1]], kind="HC9")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="do not fit"):
        cluster_regression([1, 2, 3], [[1], [1]])
    with pytest.raises(ValueError, match="finite"):
        cluster_regression([1, np.inf, 2], [[1], [1], [1]])


@pytest.mark.parametrize("method", ADJUSTMENTS)
def test_adjusted_p_is_never_below_p_keeps_the_order_and_leaves_out_what_was_not_tested(method) -> None:
    p = np.random.default_rng(4).uniform(0, 0.2, 12)
    found = adjust([None, *p, float("nan")], method)
    assert (found[0], found[-1]) == (None, None)
    assert found[1:-1] == adjust(list(p), method)
    values = np.array(found[1:-1])
    assert (values >= p).all()
    assert (np.diff(values[np.argsort(p)]) >= 0).all()
    assert (values <= 1).all()
    assert adjust([], method) == ()
    assert adjust([0.03], method) == (0.03,)


def test_hommel_rejects_where_hochberg_does_and_hochberg_where_holm_does() -> None:
    p = list(np.random.default_rng(8).uniform(0, 0.1, 9))
    by = {method: np.array(adjust(p, method)) for method in ("holm", "hochberg", "hommel")}
    assert (by["hommel"] <= by["hochberg"] + 1e-15).all()
    assert (by["hochberg"] <= by["holm"] + 1e-15).all()
    assert (by["hommel"] < by["holm"]).any()


def test_p_values_outside_their_range_and_unknown_methods_are_errors() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust([0.2, 1.2], "BH")
    with pytest.raises(ValueError, match="unknown method"):
        adjust([0.2], "bonferoni")  # type: ignore[arg-type]
