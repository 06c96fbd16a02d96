"""Survey designs: what must hold for any design, and bad input. The numbers of R: tests/reference/test_design.py."""

from __future__ import annotations

import math
import warnings
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics import reasons
from evaluation.statistics.design.calibration import calibrate, post_stratify, rake
from evaluation.statistics.design.linear import by_groups, domains, indicators, means, ratio, totals, variance
from evaluation.statistics.design.model import Design, survey_design
from evaluation.statistics.design.quantiles import quantiles
from evaluation.statistics.design.regression import regression, t_test
from evaluation.statistics.design.replicates import Replicates, balanced, from_weights, jackknife
from evaluation.statistics.design.shares import share
from evaluation.statistics.design.spline import through
from evaluation.statistics.design.tables import association

METHODS = ("logit", "likelihood", "asin", "beta", "mean", "xlogit")


def sample(seed: int = 1, units: int = 9, strata: int = 3) -> tuple[Design, np.ndarray, np.ndarray]:
    """Design of units in strata, answers and a label."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(3, 8, units))
    y = rng.normal(60, 12, len(unit)) + unit
    w = rng.uniform(0.5, 3, len(unit))
    return survey_design(clusters=unit, strata=unit % strata, weights=w), y, rng.integers(0, 3, len(unit))


def rebuilt(order: np.ndarray, rename: bool = False) -> tuple[Design, np.ndarray]:
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(9), rng.integers(3, 8, 9))
    y = rng.normal(60, 12, len(unit)) + unit
    w = rng.uniform(0.5, 3, len(unit))
    names = np.array([f"enhed {(7 * u) % 9}" for u in unit]) if rename else unit
    made = survey_design(clusters=names[order], strata=(unit % 3)[order], weights=w[order])
    return made, y[order]


def numbers(design: Design, y: np.ndarray) -> np.ndarray:
    level, line = means(design, y), regression(design, y, np.column_stack([np.ones(len(y)), y > 60]))
    q = quantiles(design, y)[1]
    p = share(design, (y > 60).astype(float), "likelihood")
    assert level.se is not None
    assert line.se is not None
    return np.array([*level.value, *level.se, *line.coefficients, *line.se, q.value, q.se, p.value, p.low, p.high])


def test_row_order_and_labels_do_not_matter() -> None:
    design, y = rebuilt(np.arange(len(sample()[1])))
    expected = numbers(design, y)
    for rename in (False, True):
        shuffled, other = rebuilt(np.random.default_rng(5).permutation(len(y)), rename)
        assert numbers(shuffled, other) == pytest.approx(expected, rel=1e-11)


def test_constant_scale_of_weights_and_of_answers() -> None:
    design, y, _ = sample()
    base = means(design, y)
    moved = means(design, y + 1e6)
    assert base.se is not None
    assert moved.se == pytest.approx(base.se, rel=1e-9)
    assert moved.value == pytest.approx(base.value + 1e6, rel=1e-14)
    heavy = survey_design(clusters=design.clusters[:, 0], strata=design.strata[:, 0], weights=design.weights * 1000)
    assert means(heavy, y).se == pytest.approx(base.se, rel=1e-12)


def test_replicates_of_linear_statistics_are_the_linearisation() -> None:
    design, y, _ = sample(units=6)
    exact = totals(design, y)
    assert exact.se is not None
    assert totals(jackknife(design), y).se == pytest.approx(exact.se, rel=1e-10)
    assert totals(balanced(design), y).se == pytest.approx(exact.se, rel=1e-10)
    assert totals(balanced(design, 0.5), y).se == pytest.approx(exact.se, rel=1e-10)
    assert jackknife(design).df == design.df == balanced(design).df


def test_domain_is_the_mean_of_products_not_a_smaller_sample() -> None:
    design, y, label = sample()
    part = means(design.subset(label == 1), y)
    inside = (label == 1).astype(float)
    product = ratio(design, y * inside, inside)
    assert [*part.value, *part.se] == pytest.approx([*product.value, *product.se], rel=1e-12)
    cut = survey_design(
        clusters=design.clusters[label == 1, 0],
        strata=design.strata[label == 1, 0],
        weights=design.weights[label == 1],
        lonely="remove",
    )
    assert means(cut, y[label == 1]).value == pytest.approx(part.value)
    assert list(domains(design, y, label)) == [0, 1, 2]


def test_missing_answers_are_a_domain() -> None:
    design, y, label = sample()
    gaps = np.where(label == 1, np.nan, y)
    a, b = means(design, gaps), means(design.subset(label != 1), y)
    assert [*a.value, *a.se, a.n, a.df] == [*b.value, *b.se, b.n, b.df]


def test_calibrated_totals_are_known_without_error() -> None:
    design, y, label = sample()
    size = {0: 40.0, 1: 25.0, 2: 35.0}
    fitted = post_stratify(design, label, size).design
    assert fitted is not None
    found = totals(fitted, indicators(label)[0])
    assert found.value == pytest.approx(list(size.values()))
    assert found.se is not None
    assert found.se.tolist() == [0, 0, 0]
    greg = calibrate(design, np.column_stack([np.ones(len(y)), y]), [100, 6200])
    assert greg.design is not None
    assert totals(greg.design, y).value == pytest.approx([6200])
    assert totals(greg.design, y).se == pytest.approx([0], abs=1e-12)


def test_raking_one_margin_is_post_stratification() -> None:
    design, y, label = sample()
    size = {0: 40.0, 1: 25.0, 2: 35.0}
    raked, fitted = rake(design, [(label, size)]), post_stratify(design, label, size)
    assert raked.design is not None
    assert fitted.design is not None
    assert raked.design.weights == pytest.approx(fitted.design.weights)
    assert means(raked.design, y).value == pytest.approx(means(fitted.design, y).value)


def test_two_stages_with_everybody_in_the_second_are_one() -> None:
    design, y, _ = sample()
    unit, rows = design.clusters[:, 0], len(y)
    inside = np.bincount(unit)[unit].astype(float)
    two = survey_design(
        clusters=np.column_stack([unit, np.arange(rows)]),
        weights=design.weights,
        population=np.column_stack([np.full(rows, 30.0), inside]),
    )
    one = survey_design(clusters=unit, weights=design.weights, population=np.full(rows, 30.0))
    assert means(two, y).se == pytest.approx(means(one, y).se, rel=1e-12)
    endless = survey_design(clusters=unit, weights=design.weights, population=np.full(rows, np.inf))
    plain = survey_design(clusters=unit, weights=design.weights)
    assert means(endless, y).se == pytest.approx(means(plain, y).se, rel=1e-12)
    fraction = survey_design(clusters=unit, weights=design.weights, population=np.full(rows, 9 / 30))
    assert means(fraction, y).se == pytest.approx(means(one, y).se, rel=1e-12)


def test_spline_reproduces_a_cubic() -> None:
    x, at = np.array([0.0, 1, 1.5, 3, 4.5, 5]), np.linspace(0, 5, 23)
    assert through(x, x**3 - 2 * x, at) == pytest.approx(at**3 - 2 * at, abs=1e-11)
    with pytest.raises(ValueError, match="four points"):
        through([0, 1, 2], [0, 1, 2], at)


# --- What cannot be computed -------------------------------------------------------------------


def everything(design: Design, y: np.ndarray, label: np.ndarray) -> list[object]:
    """Every result of a design."""
    high = np.where(np.isnan(y), np.nan, (y > np.nanmedian(y) if (~np.isnan(y)).any() else y > 0).astype(float))
    x = np.column_stack([np.ones(len(y)), label])
    return [
        means(design, y, deff=True),
        totals(design, y, deff=True),
        ratio(design, y, label),
        variance(design, y),
        *quantiles(design, y),
        *(share(design, high, method) for method in METHODS),
        association(design, label, high),
        regression(design, y, x),
        regression(design, high, x, family="quasibinomial"),
        t_test(design, y),
        t_test(design, y, (label > 0).astype(float)),
        *by_groups(design, label, lambda part: means(part, y)).values(),
        post_stratify(design, label, dict.fromkeys(np.unique(label).tolist(), 10.0)),
        rake(design, [(label, dict.fromkeys(np.unique(label).tolist(), 10.0))]),
        calibrate(design, np.ones(len(y)), [50.0]),
    ]


def assert_clean(result: object) -> None:
    """No NaN, no infinity, and a reason wherever a number is missing."""
    assert is_dataclass(result)
    missing = False
    for field in fields(result):
        value = getattr(result, field.name)
        if is_dataclass(value) and not isinstance(value, (Design, Replicates)):
            continue
        if isinstance(value, (float, np.ndarray)):
            assert np.isfinite(value).all(), (result, field.name)
        missing |= value is None and field.name != "fit"
    reason = getattr(result, "reason", "")
    assert reason in {"", *reasons.REASONS}
    assert not missing or reason, result


@settings(deadline=None)
@given(st.data())
def test_no_design_gives_nan_or_a_warning(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 14))
    draw = lambda *values: np.array(data.draw(st.lists(st.sampled_from(values), min_size=rows, max_size=rows)))  # noqa: E731
    y = draw(0.0, 25.0, 50.0, 100.0, np.nan)
    label = draw(0, 1, 2)
    stratum = draw(0, 1)
    weights = draw(0.0, 1.0, 2.5, np.nan)
    lonely = data.draw(st.sampled_from(["fail", "remove", "certainty", "adjust", "average"]))
    population = np.full(rows, 20.0) if data.draw(st.booleans()) else None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        design = survey_design(
            clusters=draw(1, 2, 3, 4),
            strata=stratum,
            weights=weights,
            population=population,
            nest=True,
            lonely=lonely,
        )
        for result in everything(design, y, label):
            assert_clean(result)


@pytest.mark.parametrize(
    ("y", "weights", "reason"),
    [
        ([np.nan] * 4, [1, 1, 1, 1], reasons.NO_ANSWERS),
        ([1, 2, 3, 4], [0, 0, 0, 0], reasons.NO_ANSWERS),
        ([1, 2, 3, 4], [np.nan] * 4, reasons.NO_ANSWERS),
    ],
)
def test_nobody_answered(y: list[float], weights: list[float], reason: str) -> None:
    design = survey_design(weights=weights)
    assert means(design, y).reason == reason
    assert variance(design, y).reason == reason
    assert quantiles(design, y)[0].reason == reason
    assert t_test(design, y).reason == reason


def test_one_cluster_and_lonely_strata() -> None:
    y = [1.0, 2, 4, 5]
    found = means(survey_design(clusters=[1, 1, 1, 1]), y)
    assert (found.value, found.covariance, found.reason) == (pytest.approx([3]), None, reasons.LONELY_CLUSTER)
    found = means(survey_design(strata=[1, 2, 2, 2]), y)
    assert (found.se, found.reason) == (None, reasons.LONELY_CLUSTER)
    everybody = survey_design(strata=[1, 2, 2, 2], population=[1, 9, 9, 9])
    assert means(everybody, y).se is not None  # a stratum drawn whole has no sampling error
    with pytest.raises(ValueError, match="jackknife"):
        jackknife(survey_design(strata=[1, 2, 2, 2]))


def test_equal_answers_separation_and_collinearity() -> None:
    design, y, label = sample()
    ones = np.ones(len(y))
    assert share(design, ones, "beta").reason == reasons.NO_VARIANCE
    assert t_test(design, ones * 0.1, (label > 0).astype(float)).reason == reasons.NO_VARIANCE
    assert t_test(design, ones * 0.1).reason == reasons.NO_VARIANCE
    assert t_test(design, y, ones).reason == reasons.ONE_LEVEL
    x = np.column_stack([ones, y])
    apart = regression(design, (y > np.median(y)).astype(float), x, family="quasibinomial")
    assert (apart.coefficients, apart.reason) == (None, reasons.SEPARATED)
    assert regression(design, y, np.column_stack([x, 2 * y - 1])).reason == reasons.COLLINEAR
    assert association(design, ones, label).reason == reasons.ONE_LEVEL
    assert ratio(design, y, 0 * y).reason == reasons.ZERO_DENOMINATOR
    assert quantiles(design, y, [0.001])[0].reason == reasons.BEYOND_DATA


def test_calibration_that_cannot_be() -> None:
    design, y, label = sample()
    assert post_stratify(design, label, {0: 1, 1: 1, 2: 1, 3: 5}).reason == reasons.EMPTY_CELL
    assert post_stratify(design.subset(label > 0), label, {0: 1, 1: 1, 2: 1}).reason == reasons.EMPTY_CELL
    assert rake(design, [(label, {0: 1, 1: 1, 2: 9})], rounds=1).reason == reasons.NOT_CONVERGED
    assert calibrate(design, np.column_stack([y, 2 * y]), [1, 2]).reason == reasons.COLLINEAR
    far = calibrate(design, np.column_stack([np.ones(len(y)), y]), [100, 20000])
    assert far.reason == reasons.NEGATIVE_WEIGHTS
    for population in ({0: 1, 1: 1}, {0: 1, 1: 1, 2: math.nan}, {0: 1, 1: 1, 2: -1}):
        with pytest.raises(ValueError, match="population"):
            post_stratify(design, label, population)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "common number of rows"),
        ({"weights": [1, 2], "strata": [1, 2, 3]}, "common number of rows"),
        ({"weights": [1, -2]}, "not negative"),
        ({"weights": [1, math.inf]}, "finite"),
        ({"weights": [1, 1e90]}, "beyond"),
        ({"clusters": [1, None]}, "missing"),
        ({"clusters": [1, 1], "strata": [1, 2]}, "nest"),
        ({"strata": [[1, 1], [2, 2]]}, "stages"),
        ({"population": [1, 1]}, "smaller than the sample"),
        ({"population": [9, 8]}, "varies"),
        ({"population": [9, math.nan]}, "known"),
        ({"population": [0.5, 8]}, "not both"),
        ({"population": [math.inf, math.inf]}, "weights are needed"),
        ({"population": [9, 9], "clusters": [[1, 1], [2, 2]]}, "one column a stage"),
        ({"weights": [1, 2], "lonely": "guess"}, "lonely"),
    ],
)
def test_a_design_that_cannot_be(options: dict[str, object], words: str) -> None:
    if options.get("population") == [1, 1]:
        options = {"population": [1.0, 1.5]}
        words = "smaller"
    with pytest.raises(ValueError, match=words):
        survey_design(**options)  # type: ignore[arg-type]


def test_answers_that_cannot_be() -> None:
    design, y, _ = sample()
    with pytest.raises(ValueError, match="infinite"):
        means(design, np.where(y > 60, math.inf, y))
    with pytest.raises(ValueError, match="rows"):
        means(design, y[1:])
    with pytest.raises(ValueError, match="0 and 1"):
        share(design, y)
    with pytest.raises(ValueError, match="between 0 and 1"):
        regression(design, y, y, family="quasibinomial")
    with pytest.raises(ValueError, match="booleans"):
        design.subset(np.ones(len(y)))
    with pytest.raises(ValueError, match="levels"):
        quantiles(design, y, [1.5])
    with pytest.raises(ValueError, match="group"):
        t_test(design, y, y)


def test_replicates_without_answers() -> None:
    sample_ = from_weights([[2.0, 0.0], [0.0, 2.0]], scale=0.5, combined=False)
    assert means(sample_, [1.0, np.nan]).reason == reasons.EMPTY_REPLICATE
    assert means(sample_, [np.nan, np.nan]).reason == reasons.NO_ANSWERS
    assert ratio(sample_, [1.0, 2.0], [0.0, 0.0]).reason == reasons.ZERO_DENOMINATOR
    for weights in ([[1.0, math.nan]], [[1.0, -1.0]], [1.0, 2.0]):
        with pytest.raises(ValueError, match="replicate weights"):
            from_weights(weights, scale=1)
    with pytest.raises(ValueError, match="two clusters"):
        balanced(survey_design(strata=[1, 1, 1, 2, 2]))
