"""Every number against R: tests/reference/reference.R makes inputs/ and values.csv."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.change import Change, cluster_change
from evaluation.statistics.effects import Effect, hedges_g
from evaluation.statistics.levels import mean_level
from evaluation.statistics.reliability import cronbach_alpha
from evaluation.statistics.scoring import scale_scores
from evaluation.statistics.second_opinion import paired, welch
from evaluation.statistics.tests import holm, interval, mdc, tost

REFERENCE = Path(__file__).parents[1] / "reference"
#: Both sides are closed formulas in double precision; CR2 in R goes through eigenvalues of
#: matrices of up to 80 rows, which costs a few digits of sixteen.
RELATIVE = 1e-8
CASES = ("balanced", "unbalanced", "dominating", "weighted", "overlap", "fullpanel", "persons", "share")
CHANGE = ("before", "change", "se", "df", "p", "ci90.low", "ci90.high", "ci95.low", "ci95.high", "tost.p", "mdc80")
LEVEL = ("level.value", "level.svymean", "level.se", "level.df", "level.sd", "n_eff_after")


@cache
def values() -> dict[str, float]:
    with (REFERENCE / "values.csv").open(encoding="utf-8") as stream:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}


@cache
def data(case: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "inputs" / f"{case}.csv")


def change(case: str, **options: object) -> Change:
    d = data(case)
    return cluster_change(d["y"], d["after"], d["unit"], d["w"], independent=case == "persons", **options)  # type: ignore[arg-type]


@cache
def ours(case: str) -> dict[str, float | None]:
    found, d = change(case), data(case)
    after = d[d["after"] == 1]
    level = mean_level(after["y"], after["unit"], after["w"], independent=case == "persons")
    delta = 0.05 if case == "share" else 5.0
    numbers = {
        "before": found.before,
        "change": found.change,
        "se": found.se,
        "df": found.df,
        "p": found.p_value,
        "tost.p": tost(found.change, found.se, found.df, delta).p_value,
        "mdc80": mdc(found.se, found.df, 0.05),
        "level.value": level.value,
        "level.svymean": level.value,
        "level.se": level.se,
        "level.df": level.df,
        "level.sd": level.sd,
        "n_eff_after": found.n_eff_after,
    }
    for percent in (90, 95):
        low, high = interval(found.change, found.se, found.df, percent / 100)
        numbers |= {f"ci{percent}.low": low, f"ci{percent}.high": high}
    return numbers


@pytest.mark.parametrize("number", CHANGE + LEVEL)
@pytest.mark.parametrize("case", CASES)
def test_change_and_level(case: str, number: str) -> None:
    assert ours(case)[number] == pytest.approx(values()[f"{case}.{number}"], rel=RELATIVE)


def test_cr2_of_a_level_is_the_linearised_error_in_balanced_data_and_another_elsewhere() -> None:
    assert ours("balanced")["level.se"] == pytest.approx(values()["balanced.level.svymean.se"], rel=RELATIVE)
    assert ours("dominating")["level.se"] != pytest.approx(values()["dominating.level.svymean.se"], rel=0.02)


@pytest.mark.parametrize("case", ["balanced", "unbalanced", "dominating", "weighted", "share", "fullpanel", "persons"])
def test_beskrivelse(case: str) -> None:
    d = data(case)
    person = d["person"] if case == "fullpanel" else None
    found = change(case, estimand="beskrivelse", population=d["asked"], person=person)
    assert found.method == "finite_population"
    assert found.se == pytest.approx(values()[f"{case}.finite.se"], rel=RELATIVE)


@pytest.mark.parametrize("case", [c for c in CASES if c != "weighted"])
def test_hedges_g(case: str) -> None:
    d = data(case)
    effect: Effect = hedges_g(d["y"], d["after"], d["unit"], independent=case == "persons")
    expected = [values()[f"{case}.hedges_g{part}"] for part in ("", ".low", ".high")]
    assert [effect.value, effect.low, effect.high] == pytest.approx(expected, rel=RELATIVE)


def test_holm() -> None:
    given = [values()[f"holm.p{i}"] for i in range(1, 8)]
    assert holm(given) == pytest.approx([values()[f"holm.adjusted{i}"] for i in range(1, 8)], rel=1e-12)


def test_alpha_and_scores() -> None:
    items = pd.read_csv(REFERENCE / "inputs" / "items.csv").to_numpy(dtype=float)
    turned = np.array([False, False, True, False])
    alpha = cronbach_alpha(np.where(turned, 100 - items, items))
    found = [alpha.value, alpha.low, alpha.high, alpha.n]
    expected = [values()[f"items.{name}"] for name in ("alpha", "alpha.low", "alpha.high", "n")]
    assert found == pytest.approx(expected, rel=RELATIVE)
    scores = scale_scores(items, turned, 3)
    assert np.nanmean(scores) == pytest.approx(values()["items.score.mean"], rel=RELATIVE)
    assert (~np.isnan(scores)).sum() == values()["items.score.n"]


def test_second_opinion() -> None:
    d = data("unbalanced")
    found = welch(d.loc[d["after"] == 0, "y"], d.loc[d["after"] == 1, "y"])
    expected = [values()[f"unbalanced.welch.{name}"] for name in ("t", "df", "p")]
    assert [found.t, found.df, found.p_value] == pytest.approx(expected, rel=RELATIVE)
    # Shuffled on purpose: pairs are joined on id, not on position.
    o = data("overlap").sample(frac=1, random_state=3)
    before, after = o[o["after"] == 0], o[o["after"] == 1]
    pair = paired(before["person"], before["y"], after["person"], after["y"])
    assert [pair.t, pair.p_value, pair.n_after] == pytest.approx(
        [values()[f"overlap.paired.{name}"] for name in ("t", "p", "n")], rel=RELATIVE
    )
