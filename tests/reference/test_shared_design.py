"""Every survey number of ../shared/data/reference, on its public data sets.

Source of ``shared_design_values.csv``: ``reference_values.csv`` there (sections api.*, nhanes
and scd), computed by the ``reference.R`` beside it with survey 4.1.1 (12 significant digits).
The data sets are not ours to copy, so these tests run where the folder is present;
``test_design.py`` compares the same functions with R on our own inputs everywhere.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.design.calibration import calibrate, post_stratify, rake
from evaluation.statistics.design.linear import (
    Estimates,
    by_groups,
    indicators,
    means,
    ratio,
    totals,
    variance,
)
from evaluation.statistics.design.model import Design, survey_design
from evaluation.statistics.design.quantiles import quantiles
from evaluation.statistics.design.regression import regression, t_test
from evaluation.statistics.design.replicates import from_weights, jackknife
from evaluation.statistics.design.shares import share
from evaluation.statistics.design.tables import association
from evaluation.statistics.tests import interval

HERE = Path(__file__).parent
SHARED = HERE.parents[1].parent / "shared" / "data" / "reference"
#: R prints 12 significant digits, and iterates logistic models to 1e-8 in the deviance as we do.
RELATIVE, ABSOLUTE = 1e-8, 1e-12

#: Values that are not matched, with the reason: none.
NOT_MATCHED: dict[tuple[str, str], str] = {}

METHODS = ("logit", "likelihood", "asin", "beta", "mean", "xlogit")
POPULATION = {"E": 4421, "H": 755, "M": 1018}


def stored() -> dict[tuple[str, str], float]:
    with (HERE / "shared_design_values.csv").open(encoding="utf-8") as stream:
        return {(row["section"], row["what"]): float(row["value"]) for row in csv.DictReader(stream)}


VALUES = stored()
needs_shared = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="shared/data/reference (public data sets with R's numbers) is absent"
)


@cache
def data(name: str) -> pd.DataFrame:
    return pd.read_csv(SHARED / "data" / f"{name}.csv")


@cache
def design(name: str) -> tuple[Design, pd.DataFrame]:
    if name == "srs":
        d = data("apisrs")
        return survey_design(population=d["fpc"]), d
    if name in ("strat", "strat_nofpc", "weightsonly"):
        d = data("apistrat")
        strata = None if name == "weightsonly" else d["stype"]
        return survey_design(strata=strata, weights=d["pw"], population=d["fpc"] if name == "strat" else None), d
    if name == "clus2":
        d = data("apiclus2")
        return survey_design(clusters=d[["dnum", "snum"]], population=d[["fpc1", "fpc2"]]), d
    d = data("apiclus1")
    return survey_design(clusters=d["dnum"], weights=d["pw"], population=d["fpc"] if name == "clus1" else None), d


def pairs(prefix: str, names: list[str], value: object, se: object) -> Iterator[tuple[str, float]]:
    for name, one, error in zip(names, np.asarray(value).tolist(), np.asarray(se).tolist(), strict=True):
        yield f"{prefix}[{name}]", one
        yield f"{prefix}[{name}].se", error


def first(found: Estimates) -> tuple[float, float]:
    assert found.value is not None
    assert found.se is not None
    return float(found.value[0]), float(found.se[0])


def levels_of(sample: Design, d: pd.DataFrame) -> Iterator[tuple[str, float]]:
    yield "degf", sample.df
    both = means(sample, d[["api00", "api99"]], deff=True)
    yield from pairs("svymean", ["api00", "api99"], both.value, both.se)
    for name, effect in zip(("api00", "api99"), both.deff, strict=True):
        yield f"deff[{name}]", effect
    value, se = first(means(sample, d["api00"]))
    for letter, df in (("z", math.inf), ("t", sample.df)):
        low, high = interval(value, se, df)
        yield f"mean.api00.ci.lo.{letter}", low
        yield f"mean.api00.ci.hi.{letter}", high
    total = totals(sample, d["enroll"])
    yield from pairs("svytotal", ["enroll"], total.value, total.se)
    kinds, types = indicators(d["stype"])
    prizes, answers = indicators(d["awards"])
    shares = means(sample, np.column_stack([kinds, prizes]))
    names = [f"stype{x}" for x in types] + [f"awards{x}" for x in answers]
    yield from pairs("svyprop", names, shares.value, shares.se)
    for kind, found in by_groups(sample, d["stype"], lambda s: means(s, d["api00"])).items():
        yield f"by.stype[{kind}].mean", first(found)[0]
        yield f"by.stype[{kind}].se", first(found)[1]
    yield "svyvar.api00", first(variance(sample, d["api00"]))[0]
    yield from zip(("ratio.api.stu/enroll", "ratio.se"), first(ratio(sample, d["api.stu"], d["enroll"])), strict=True)
    for q in quantiles(sample, d["api00"]):
        yield f"quantile{round(100 * q.p)}", q.value
        yield f"quantile{round(100 * q.p)}.se", q.se


def comparisons_of(sample: Design, d: pd.DataFrame) -> Iterator[tuple[str, float]]:
    found = association(sample, d["stype"], d["awards"])
    yield "svychisq.F", found.f
    yield "svychisq.p", found.p_value
    yield "svychisq.ndf", found.ndf
    yield "svychisq.ddf", found.ddf
    yield "svychisq.pearson.X2", found.x2
    yield "svychisq.pearson.p", found.x2_p
    won = (d["awards"] == "Yes").astype(float)
    t = t_test(sample, d["api00"], won)
    yield from (("svyttest.diff", t.estimate), ("svyttest.t", t.t), ("svyttest.df", t.df), ("svyttest.p", t.p_value))
    slopes = ["ell", "meals", "mobility"]
    line = regression(sample, d["api00"], np.column_stack([np.ones(len(d)), d[slopes]]))
    yield from pairs("svyglm", ["(Intercept)", *slopes], line.coefficients, line.se)
    odds = regression(sample, won, np.column_stack([np.ones(len(d)), d[slopes[:2]]]), family="quasibinomial")
    yield from pairs("svylogit", ["(Intercept)", *slopes[:2]], odds.coefficients, odds.se)
    for method in METHODS:
        p = share(sample, won, method)
        yield f"ciprop.{method}", p.value
        yield f"ciprop.{method}.lo", p.low
        yield f"ciprop.{method}.hi", p.high


def calibrated(kind: str) -> Iterator[tuple[str, float]]:
    sample, d = design("clus1")
    if kind == "poststrat":
        done = post_stratify(sample, d["stype"], POPULATION)
    elif kind == "rake":
        margins = [(d["stype"], POPULATION), (d["sch.wide"], {"No": 1072, "Yes": 5122})]
        done = rake(sample, margins, tolerance=1, rounds=10)  # R's defaults stop early
    else:
        x = np.column_stack([np.ones(len(d)), d["stype"] == "H", d["stype"] == "M", d["api99"]])
        done = calibrate(sample, x, [6194, 755, 1018, 3914069])
    assert done.design is not None, done.reason
    yield from zip(("mean.api00", "mean.api00.se"), first(means(done.design, d["api00"])), strict=True)
    yield from zip(("total.enroll", "total.enroll.se"), first(totals(done.design, d["enroll"])), strict=True)


def cholesterol() -> Iterator[tuple[str, float]]:
    d = data("nhanes_survey")
    sample = survey_design(clusters=d["SDMVPSU"], strata=d["SDMVSTRA"], weights=d["WTMEC2YR"], nest=True)
    yield from zip(("HI_CHOL.mean", "HI_CHOL.se"), first(means(sample, d["HI_CHOL"])), strict=True)
    groups = "race" + d["race"].astype(str) + ".sex" + d["RIAGENDR"].astype(str)
    for label, found in by_groups(sample, groups, lambda s: means(s, d["HI_CHOL"])).items():
        yield from zip((f"HI_CHOL.{label}", f"HI_CHOL.{label}.se"), first(found), strict=True)


def half_samples() -> Iterator[tuple[str, float]]:
    d = data("scd")
    halves = 2 * np.array([[1, 0, 1, 0, 1, 0], [1, 0, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1], [0, 1, 0, 1, 1, 0]]).T
    sample = from_weights(halves, scale=1 / 4, combined=False)
    yield from zip(("ratio", "ratio.se"), first(ratio(sample, d["alive"], d["arrests"])), strict=True)


@cache
def ours(section: str) -> dict[str, float]:
    if section == "nhanes":
        return dict(cholesterol())
    if section == "scd":
        return dict(half_samples())
    if section == "api.pop":
        d = data("apipop")
        known = d["enroll"].notna().astype(float)
        everybody = survey_design(population=np.full(len(d), len(d)))
        return {
            "mean.api00": first(means(everybody, d["api00"]))[0],
            "total.enroll": first(totals(everybody.subset(known.to_numpy() > 0), d["enroll"].fillna(0)))[0],
        }
    _, name, *rest = section.split(".")
    if name == "rep":
        sample, d = design("clus1" if rest == ["j1"] else "strat")
        return dict(zip(("mean", "se"), first(means(jackknife(sample), d["api00"])), strict=True))
    if rest == ["domainE"]:
        sample, d = design(name)
        found = means(sample.subset(d["stype"] == "E"), d["api00"])
        return dict(zip(("mean", "se"), first(found), strict=True))
    if rest:
        return dict(calibrated(rest[0]))
    return {**dict(levels_of(*design(name))), **dict(comparisons_of(*design(name)))}


@needs_shared
@pytest.mark.parametrize(("section", "what"), [pytest.param(*key, id="/".join(key)) for key in VALUES])
def test_value(section: str, what: str) -> None:
    if (section, what) in NOT_MATCHED:
        pytest.skip(NOT_MATCHED[section, what])
    assert ours(section)[what] == pytest.approx(VALUES[section, what], rel=RELATIVE, abs=ABSOLUTE)


@needs_shared
def test_stored_numbers_are_all_of_the_source() -> None:
    with (SHARED / "reference_values.csv").open(encoding="utf-8") as stream:
        source = {(row["section"], row["what"]): float(row["value"]) for row in csv.DictReader(stream)}
    mine = {key: value for key, value in source.items() if key[0].split(".")[0] in ("api", "nhanes", "scd")}
    assert mine == VALUES
    assert len(VALUES) - len(NOT_MATCHED) >= 580
