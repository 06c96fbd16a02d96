"""Weights in the analysis: known margins, all waves or none, and what it would take to overturn a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.compare import compare_scale
from evaluation.analysis.estimates import Estimates
from evaluation.analysis.frame import build_frame
from evaluation.analysis.run import analyse
from evaluation.analysis.weighting import weighted
from evaluation.plan.load import Workspace
from evaluation.plan.registers import Margin, Population
from evaluation.responses.model import Responses
from evaluation.statistics.tests import holm, p_value
from tests.support import small

SIZES = {f"U{i}": n for i, n in enumerate([10, 12, 14, 18, 20, 24, 30, 36])}
INVITED = tuple(
    Population("s", wave, f"U{i}", 40 if i % 2 else 90) for wave in ("2020", "2024") for i in range(len(SIZES))
)
TYPE = {"method": "efterstratificering"}


def workspace(weighting: dict[str, Any] | None = None, margins: tuple[Margin, ...] = (), **more: Any) -> Workspace:
    plan = small.plan(**({"weighting": weighting} if weighting else {}))
    made = small.workspace(plan, population=more.pop("population", INVITED), **more)
    return replace(made, registers=replace(made.registers, margins=margins))


def answers(**options: Any) -> dict[tuple[str, str], Responses]:
    return small.two_waves(SIZES, shift=0.6, **options)


def run(where: Workspace, given: dict[tuple[str, str], Responses] | None = None) -> Estimates:
    return analyse(where, {"lille": small.instrument()}, given or answers())


def row(table: pd.DataFrame, key: str) -> pd.Series:
    found = table[table["key"] == key]
    assert len(found) == 1, key
    return found.iloc[0]


def test_types_get_their_share_of_those_invited() -> None:
    where = workspace(TYPE)
    made, plain = run(where), run(workspace())
    key = "s.alfa.score.{}.2020"
    kinds = {kind: row(plain.levels, key.format(f"type-{kind}"))["value"] for kind in ("boernehave", "vuggestue")}
    found = row(made.levels, key.format("kommune"))
    # Both types have the same share without a score, or nearly so: the kommune is close to the invited's mix.
    assert found["value"] == pytest.approx((40 * kinds["boernehave"] + 90 * kinds["vuggestue"]) / 130, abs=0.2)
    assert found["value"] != row(plain.levels, key.format("kommune"))["value"]
    assert set(made.estimates["weighting"]) == {"efterstratificering: type"}
    assert set(plain.estimates["weighting"]) == {""}
    assert (made.estimates["n_eff_before"] <= made.estimates["n_before"] + 1e-9).all()
    # Inside a type everybody has the same weight.
    assert row(made.levels, key.format("type-boernehave"))["value"] == pytest.approx(kinds["boernehave"])


def test_diagnostics_of_every_wave() -> None:
    table = run(workspace(TYPE)).weighting
    assert list(table["key"]) == ["s.vaegtning.antal.kommune.2020", "s.vaegtning.antal.kommune.2024"]
    one = table.iloc[0]
    odd, even = sum(list(SIZES.values())[1::2]), sum(list(SIZES.values())[::2])
    weights = np.repeat([40 / 130 / odd, 90 / 130 / even], [odd, even])
    assert one["n_eff"] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert one["efficiency"] == pytest.approx(one["n_eff"] / one["n"])
    assert one["ratio"] == pytest.approx(weights.max() / weights.min())
    assert (one["reason"], one["merged"], one["unplaced"], one["trimmed"]) == ("", "", 0, 0)
    assert one["gap"] == pytest.approx(0, abs=1e-12)


def test_rim_weights_with_a_counted_margin_and_a_trim() -> None:
    margins = tuple(
        Margin("s", w, "stilling", v, n) for w in ("2020", "2024") for v, n in (("ung", 900), ("gammel", 100))
    )
    where = workspace({"method": "rimvaegtning", "margins": ["type", "stilling"], "trim": 1.5}, margins)
    free = workspace({"method": "rimvaegtning", "margins": ["type", "stilling"]}, margins)
    frame = build_frame(free, free.plan.surveys[0], small.instrument(), answers())
    assert frame is not None
    found, table = weighted(frame, free)
    assert found.weights is not None
    for place in (0, 1):
        here = found.wave == place
        young = (found.persons["stilling"] == "1").to_numpy()
        assert found.weights[here].mean() == pytest.approx(1)
        assert found.weights[here & young].sum() / found.weights[here].sum() == pytest.approx(0.9, abs=1e-9)
    assert (table["trimmed"] == 0).all()
    cut = run(where).weighting
    assert (cut["trimmed"] > 0).all()
    assert (cut["largest"] <= 1.5 + 1e-9).all()
    assert (cut["gap"] > 0).all()


def test_thin_categories_are_merged_and_named() -> None:
    margins = tuple(
        Margin("s", w, "type", v, n)
        for w in ("2020", "2024")
        for v, n in (("vuggestue", 300), ("boernehave", 200), ("dagpleje", 9))
    )
    table = run(workspace(TYPE, margins)).weighting
    assert set(table["merged"]) == {"boernehave + dagpleje"} or set(table["merged"]) == {"dagpleje + vuggestue"}


@pytest.mark.parametrize(
    ("population", "reasons"),
    [
        (INVITED[:8], ["other_wave_unweighted", "margin_unknown"]),
        (tuple(p for p in INVITED if p.unit in ("U1", "U3")), ["margin_unplaced", "margin_unplaced"]),
    ],
)
def test_all_waves_or_none(population: tuple[Population, ...], reasons: list[str]) -> None:
    made = run(workspace(TYPE, population=population))
    assert list(made.weighting["reason"]) == reasons
    assert set(made.estimates["weighting"]) == {""}
    assert made.weighting[["n_eff", "efficiency", "largest"]].isna().all().all()


def test_one_category_left_is_refused() -> None:
    table = run(workspace({"method": "efterstratificering", "fewest": 500})).weighting
    assert set(table["reason"]) == {"one_category"}


def test_rows_without_a_category_count_as_the_average() -> None:
    given = answers()
    part = given["s", "2020"]
    lost = part.persons["unit"].where(np.arange(len(part.persons)) >= 5, pd.NA)
    given["s", "2020"] = small.with_persons(part, unit=lost)
    where = workspace(TYPE)
    frame = build_frame(where, where.plan.surveys[0], small.instrument(), given)
    assert frame is not None
    found, table = weighted(frame, where)
    assert found.weights is not None
    np.testing.assert_allclose(found.weights[:5], 1)
    assert table["unplaced"].tolist() == [5, 0]


def test_weights_of_the_file_are_the_start_and_the_comparison_keeps_them() -> None:
    given = {}
    for key, part in small.two_waves(SIZES | {"V0": 15, "V1": 15}, shift=0.6).items():
        drawn = np.random.default_rng(1).uniform(0.5, 2, len(part.persons))
        given[key] = replace(part, weights=pd.DataFrame({"v": drawn}, index=part.persons.index))
    plan = small.plan(weighting=TYPE, wave=[{"wave": w, "file": f"{w}.csv", "weight": "v"} for w in ("2020", "2024")])
    where = small.workspace(plan, registered=small.units(8, 2), population=INVITED)
    frame = build_frame(where, where.plan.surveys[0], small.instrument(), given)
    assert frame is not None
    found, _ = weighted(frame, where)
    assert found.weights is not None
    assert frame.weights is not None
    assert found.weighting == "efterstratificering: type (v)"
    np.testing.assert_allclose(found.weights[~found.own], frame.weights[~found.own])
    same = (found.unit == "U1") & (found.wave == 0)
    np.testing.assert_allclose(np.ptp(found.weights[same] / frame.weights[same]), 0, atol=1e-12)


def test_notebooks_get_the_weighted_change() -> None:
    where, given = workspace(TYPE), answers()
    survey = where.plan.surveys[0]
    change = compare_scale(where, survey, small.instrument(), "alfa", ("2020", "2024"), given)
    assert change.change == pytest.approx(row(run(where, given).estimates, "s.alfa.score.kommune.2020_2024")["change"])


def test_findings_have_tipping_points_that_follow_from_their_rows() -> None:
    made = run(workspace())
    table = made.nonresponse
    assert len(table) >= 1
    for found in table.to_dict("records"):
        one = row(made.estimates, found["key"])
        silent = 1 - one["n_after"] / one["invited_after"]
        assert found["rate_after"] == pytest.approx(1 - silent)
        assert found["gap_zero"] == pytest.approx(one["change"] / silent)
        left = one["change"] - silent * found["gap_significance"]
        others = made.estimates[(made.estimates["family"] == one["family"]) & (made.estimates["key"] != one["key"])]
        p = p_value(left, one["se"], one["df"])
        assert holm([p * (1 - 1e-6), *others["p_value"]])[0] < 0.05 <= holm([p * (1 + 1e-6), *others["p_value"]])[0]
        assert found["low"] < one["change"] < found["high"]


def test_unknown_rates_have_a_reason() -> None:
    table = run(workspace(population=())).nonresponse
    assert set(table["reason"]) == {"population_unknown"}
    assert table["gap_zero"].isna().all()
