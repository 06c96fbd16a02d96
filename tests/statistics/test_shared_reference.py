"""The numbers of ../shared/data/reference that concern this layer, on their public data sets.

Source of tests/reference/shared_values.csv: ``reference_values.csv`` there, computed by the
``reference.R`` beside it with survey, psych and effectsize (12 significant digits). The
data sets are not ours to copy, so these tests run where the folder is present.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.effects import hedges_g
from evaluation.statistics.finite import finite_error
from evaluation.statistics.levels import mean_level
from evaluation.statistics.reliability import cronbach_alpha
from evaluation.statistics.sandwich import as_codes, cell_sums
from evaluation.statistics.scoring import scale_scores
from evaluation.statistics.second_opinion import paired, welch
from evaluation.statistics.tests import holm

TESTS = Path(__file__).parents[1]
SHARED = TESTS.parents[1] / "shared" / "data" / "reference"
RELATIVE = 1e-8

pytestmark = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="shared/data/reference (public data sets with R's numbers) is absent"
)


@cache
def stored() -> dict[tuple[str, str], float]:
    with (TESTS / "reference" / "shared_values.csv").open(encoding="utf-8") as stream:
        return {(row["section"], row["what"]): float(row["value"]) for row in csv.DictReader(stream)}


def expected(section: str, *names: str) -> list[float]:
    return [stored()[section, name] for name in names]


def data(name: str) -> pd.DataFrame:
    return pd.read_csv(SHARED / "data" / f"{name}.csv")


def test_stored_numbers_are_those_of_the_source() -> None:
    with (SHARED / "reference_values.csv").open(encoding="utf-8") as stream:
        source = {(row["section"], row["what"]): float(row["value"]) for row in csv.DictReader(stream)}
    assert {key: source[key] for key in stored()} == stored()


def test_simple_random_sample_with_correction() -> None:
    d = data("apisrs")
    level = mean_level(d["api00"], d["cds"], estimand="beskrivelse", population=d["fpc"], independent=True)
    names = ("svymean[api00]", "svymean[api00].se", "svyvar.api00")
    assert level.sd is not None
    assert [level.value, level.se, level.sd**2] == pytest.approx(expected("api.srs", *names), rel=RELATIVE)
    for kind in "EHM":
        part = d[d["stype"] == kind]
        found = mean_level(part["api00"], part["cds"], independent=True).value
        assert found == pytest.approx(stored()["api.srs", f"by.stype[{kind}].mean"], rel=RELATIVE)


def test_stratified_sample_with_correction() -> None:
    d = data("apistrat")
    y, w, fpc = (d[name].to_numpy(dtype=float) for name in ("api00", "pw", "fpc"))
    wave, person = np.zeros(len(d), dtype=np.int64), np.arange(len(d))
    error = finite_error(y, wave, as_codes(d["stype"])[0], person, w, fpc, (1.0,))
    level = mean_level(y, person, w, independent=True)
    assert level.sd is not None
    found = [level.value, error.se, level.sd**2]
    names = ("svymean[api00]", "svymean[api00].se", "svyvar.api00")
    assert found == pytest.approx(expected("api.strat", *names), rel=RELATIVE)
    for kind in "EHM":
        part = d[d["stype"] == kind]
        inside = mean_level(
            part["api00"], part["cds"], part["pw"], estimand="beskrivelse", population=part["fpc"], independent=True
        )
        names = (f"by.stype[{kind}].mean", f"by.stype[{kind}].se")
        assert [inside.value, inside.se] == pytest.approx(expected("api.strat", *names), rel=RELATIVE)


def test_weights_alone_are_linearised_where_the_population_is_endless() -> None:
    d = data("apistrat")
    level = mean_level(
        d["api00"], d["cds"], d["pw"], estimand="beskrivelse", population=np.full(len(d), 1e15), independent=True
    )
    names = ("svymean[api00]", "svymean[api00].se")
    assert [level.value, level.se] == pytest.approx(expected("api.weightsonly", *names), rel=RELATIVE)


def test_cluster_sums_give_the_linearised_error_of_svymean() -> None:
    d = data("apiclus1")
    level = mean_level(d["api00"], d["dnum"], d["pw"])
    codes, groups = as_codes(d["dnum"])
    cells = cell_sums(
        d[["api00"]].to_numpy(dtype=float),
        np.zeros(len(d), dtype=np.int64),
        codes,
        groups,
        d["pw"].to_numpy(dtype=float),
        1,
    )
    w, wy = cells.w[0, :, 0], cells.wy[0, :, 0]
    score = (wy - wy.sum() / w.sum() * w) / w.sum()
    linearised = np.sqrt(groups / (groups - 1) * (score**2).sum())
    names = ("svymean[api00]", "svymean[api00].se")
    assert [level.value, linearised] == pytest.approx(expected("api.clus1_nofpc", *names), rel=RELATIVE)
    # CR2 is another estimator: with one district of 37 schools in 183 it is not the same number.
    assert level.se != pytest.approx(linearised, rel=0.01)


@pytest.mark.parametrize(
    ("scale", "items"),
    [
        ("agree", "-A1 A2 A3 A4 A5"),
        ("conscientious", "C1 C2 C3 -C4 -C5"),
        ("extraversion", "-E1 -E2 E3 E4 E5"),
        ("neuroticism", "N1 N2 N3 N4 N5"),
        ("openness", "O1 -O2 O3 O4 -O5"),
    ],
)
def test_alpha_and_scores(scale: str, items: str) -> None:
    names = items.split()
    turned = np.array([name.startswith("-") for name in names])
    points = (data("bfi")[[name.lstrip("-") for name in names]].to_numpy(dtype=float) - 1) * 20
    alpha = cronbach_alpha(np.where(turned, 100 - points, points))
    section = f"bfi.{scale}"
    assert [alpha.value, alpha.n] == pytest.approx(expected(section, "alpha.raw.listwise", "n.listwise"), rel=RELATIVE)
    half, some = scale_scores(points, turned, 3), scale_scores(points, turned, 1)
    found = [
        np.nanmean(half) / 20 + 1,
        (~np.isnan(half)).sum(),
        np.nanmean(some) / 20 + 1,
        np.nanstd(some, ddof=1) / 20,
    ]
    numbers = ("score.mean.half_rule", "score.n.half_rule", "score.mean.available", "score.sd.available")
    assert found == pytest.approx(expected(section, *numbers), rel=RELATIVE)


def test_alpha_of_attitude() -> None:
    assert cronbach_alpha(data("attitude").to_numpy(dtype=float)).value == pytest.approx(
        stored()["attitude", "alpha.raw"], rel=RELATIVE
    )


def test_sleep() -> None:
    d = data("sleep")
    one, two = d[d["group"] == 1], d[d["group"] == 2]
    # R subtracts group 2 from group 1; ours is after minus before, so group 2 goes first.
    effect = hedges_g(d["extra"], d["group"] == 1, np.arange(len(d)), independent=True)
    test = welch(two["extra"], one["extra"])
    pair = paired(two["ID"], two["extra"], one["ID"], one["extra"])
    found = [effect.value, test.t, test.df, test.p_value, pair.t, pair.p_value]
    names = ("hedges_g", "t.welch", "df.welch", "p.welch", "t.paired", "p.paired")
    assert found == pytest.approx(expected("sleep", *names), rel=RELATIVE)


def test_holm() -> None:
    given = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    assert holm(given) == pytest.approx(expected("p.adjust.holm", *map(str, range(1, 11))), rel=1e-12)
