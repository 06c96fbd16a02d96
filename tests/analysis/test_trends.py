"""More than two waves, composition, populations, intraclass correlations and interrupted series, from answers on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.estimates import Estimates, conform
from evaluation.analysis.interruptions import interruptions
from evaluation.analysis.run import analyse
from evaluation.disclosure.gate import publish
from evaluation.plan.indicators import Indicator
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan
from evaluation.plan.registers import Population, Registers, Unit
from evaluation.responses.model import Responses
from evaluation.statistics.composition import decompose
from evaluation.statistics.intraclass import intraclass
from evaluation.statistics.trend import trend
from tests.support import small

WAVES = ("2018", "2020", "2022", "2024")
Parts = dict[tuple[str, str], Responses]


def answers(waves: tuple[str, ...] = WAVES, size: int = 12, number: int = 8, **options: Any) -> Parts:
    return {("s", wave): small.responses(wave, {f"U{i}": size + i for i in range(number)}, **options) for wave in waves}


def plan(waves: tuple[str, ...] = WAVES, populations: dict[str, str] | None = None, **options: Any) -> Plan:
    made = small.plan(waves, **options)
    raw = made.model_dump(by_alias=True, mode="json", exclude_none=True)
    for entry in raw["survey"][0]["wave"]:
        if populations:
            entry["population"] = populations[entry["wave"]]
    return Plan.model_validate(raw)


def run(parts: Parts, made: Plan | None = None, units: tuple[Unit, ...] | None = None, **registers: Any) -> Estimates:
    known = Registers(units or small.units(), registers.get("population", ()), ())
    return analyse(Workspace(Path("/nowhere"), made or plan(), known, "0" * 64), {"lille": small.instrument()}, parts)


def scores(part: Responses) -> np.ndarray:
    """Scale alfa (a3 reversed) from codes, two of three answered."""
    points = (part.codes[["a1", "a2", "a3"]].to_numpy("float64", na_value=np.nan) - 1) * 25
    points[:, 2] = 100 - points[:, 2]
    enough = (~np.isnan(points)).sum(axis=1) >= 2
    with np.errstate(invalid="ignore"):
        return np.where(enough, np.nansum(points, axis=1) / (~np.isnan(points)).sum(axis=1), np.nan)


def stacked(parts: Parts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y = np.concatenate([scores(part) for part in parts.values()])
    wave = np.repeat(np.arange(len(parts)), [len(part.codes) for part in parts.values()])
    return y, wave, np.concatenate([part.persons["unit"].to_numpy(dtype=str) for part in parts.values()])


def row(table: pd.DataFrame, key: str) -> pd.Series:
    found = table[table["key"] == key]
    assert len(found) == 1, sorted(table["key"])
    return found.iloc[0]


@pytest.fixture(scope="module")
def parts() -> Parts:
    return answers()


@pytest.fixture(scope="module")
def made(parts: Parts) -> Estimates:
    return run(parts)


# -- several waves -------------------------------------------------------------------


def test_every_wave_is_set_against_the_last_one_before(made: Estimates, parts: Parts) -> None:
    y, wave, unit = stacked(parts)
    time = [2018, 2020, 2022, 2024]
    expected = trend(y, wave, time, 1, unit)
    for step, waves in ((2, "2020_2022"), (3, "2020_2024")):
        found, other = row(made.trends, f"s.alfa.score.boelge.{waves}"), expected.against[step]
        assert (found["estimate"], found["se"], found["df"]) == pytest.approx((other.value, other.se, other.df))
    early = row(made.trends, "s.alfa.score.boelge.2018_2020")
    assert early["estimate"] == pytest.approx(-(expected.against[0].value or 0.0))  # in order of time
    assert early["estimate"] == pytest.approx(early["after"] - early["before"])
    joint = row(made.trends, "s.alfa.score.samlet.2018_2024")
    assert (joint["statistic"], joint["df"], joint["df_num"]) == pytest.approx(
        (expected.joint.statistic, expected.joint.df_denom, 3)
    )


def test_the_last_wave_against_the_last_before_is_the_published_change(made: Estimates) -> None:
    found, other = (
        row(made.trends, "s.alfa.score.boelge.2020_2024"),
        row(made.estimates, "s.alfa.score.kommune.2020_2024"),
    )
    assert found["estimate"] == pytest.approx(other["change"], rel=1e-12)
    assert (found["se"], found["df"]) == pytest.approx((other["se"], other["df"]), rel=1e-10)


def test_only_joint_tests_have_a_p_and_none_has_a_verdict(made: Estimates) -> None:
    table = made.trends
    assert (table["p_adjusted"].notna() == (table["design"] == "samlet")).all()
    assert "verdict" not in table
    assert set(table.loc[table["design"] == "samlet", "family"]) == {"s.t1.boelger", "s.t2.boelger"}
    assert not set(table["family"]) & set(made.estimates["family"]) - {""}
    assert table["key"].is_unique


def test_slopes_are_points_a_year(made: Estimates) -> None:
    before = row(made.trends, "s.alfa.score.haeldning-foer.2018_2020")
    change = row(made.trends, "s.alfa.score.boelge.2018_2020")["estimate"]
    assert before["estimate"] == pytest.approx(change / (731 / 365.25), rel=1e-3)
    after = row(made.trends, "s.alfa.score.haeldning-efter.2022_2024")["estimate"]
    shift = row(made.trends, "s.alfa.score.haeldning-skift.2018_2024")["estimate"]
    assert shift == pytest.approx(after - before["estimate"])


def test_two_waves_have_no_trend_and_one_side_none_either() -> None:
    assert not set(run(answers(WAVES[1:3]), plan(WAVES[1:3])).trends["design"]) & {"boelge", "samlet"}
    late = ("2022", "2023", "2024")
    assert run(answers(late), plan(late)).trends.empty


def test_a_single_wave_before_has_no_slope() -> None:
    table = run(answers(WAVES[1:]), plan(WAVES[1:])).trends
    found = row(table, "s.alfa.score.haeldning-foer.2020_2020")
    assert (found["reason"], np.isnan(found["estimate"])) == ("few_waves", True)
    assert not np.isnan(row(table, "s.alfa.score.haeldning-efter.2022_2024")["estimate"])


def test_few_units_are_described() -> None:
    table = run(answers(number=5), units=small.units(5)).trends
    found = row(table, "s.alfa.score.boelge.2020_2024")
    assert found["reason"] == "few_clusters"
    assert not np.isnan(found["estimate"])
    assert found[["se", "ci_low", "p_value"]].isna().all()


# -- composition ---------------------------------------------------------------------


def test_the_parts_of_a_change_add_up_to_it(made: Estimates, parts: Parts) -> None:
    y, wave, unit = stacked(parts)
    ends = np.isin(wave, (1, 3))
    kind = {u.id: u.type for u in small.units()}
    expected = decompose(y[ends], wave[ends] == 3, np.array([kind[u] for u in unit[ends]]), unit[ends])
    inside, mix = (row(made.trends, f"s.alfa.score.{name}.2020_2024") for name in ("inden-for-typer", "sammensaetning"))
    assert inside["estimate"] + mix["estimate"] == pytest.approx(inside["total"], abs=1e-12)
    assert inside["total"] == pytest.approx(row(made.estimates, "s.alfa.score.kommune.2020_2024")["change"])
    assert (mix["estimate"], mix["se"]) == pytest.approx((expected.composition.value, expected.composition.se))


def test_one_type_has_no_composition() -> None:
    units = tuple(replace(unit, type="boernehave") for unit in small.units())
    assert not set(run(answers(), units=units).trends["design"]) & {"inden-for-typer", "sammensaetning"}


def test_a_type_in_one_wave_only_is_a_reason() -> None:
    some = answers()
    even = {f"U{i}": 15 for i in range(0, 8, 2)}
    some["s", "2020"] = small.responses("2020", even)
    found = row(run(some).trends, "s.alfa.score.sammensaetning.2020_2024")
    assert (found["reason"], np.isnan(found["estimate"])) == ("cell_without_answers", True)


# -- whom the waves are about ----------------------------------------------------------


def test_waves_about_different_people_are_refused() -> None:
    said = dict.fromkeys(WAVES, "Alle børn") | {"2024": "Børn med behov"}
    found = run(answers(), plan(populations=said, design="cohorts"))
    assert found.estimates.empty
    assert found.trends.empty
    assert found.comparisons.empty
    notes = [note for note in found.meta["notes"] if note["code"] == "no-change"]
    assert [note["reason"] for note in notes] == ["population-changed"]
    assert not found.levels.empty


def test_the_same_words_in_other_letters_are_the_same_people() -> None:
    said = dict.fromkeys(WAVES, "Alle børn") | {"2024": "  alle  BØRN "}
    assert not run(answers(), plan(populations=said, design="cohorts")).estimates.empty


@pytest.mark.parametrize(
    ("design", "told"), [("cohorts", ["size"]), ("repeated-cross-section", ["size"]), ("panel", [])]
)
def test_a_year_group_of_half_the_size_is_a_warning(design: str, told: list[str]) -> None:
    people = [(wave, f"U{i}", 40 if wave < "2024" else 20) for wave in WAVES for i in range(8)]
    known = tuple(Population("s", wave, unit, count) for wave, unit, count in people)
    found = run(answers(), plan(design=design), population=known)
    notes = [note for note in found.meta["notes"] if note["code"] == "population-may-have-changed"]
    assert [note["sign"] for note in notes] == told
    assert not found.estimates.empty


def test_a_group_that_grew_is_a_warning_without_a_number() -> None:
    some = answers()
    for wave, share in (("2020", 0.9), ("2024", 0.3)):
        part = some["s", wave]
        count = len(part.persons)
        persons = part.persons.assign(stilling=np.where(np.arange(count) < share * count, "1", "2"))
        some["s", wave] = replace(part, persons=persons)
    notes = [n for n in run(some, plan(design="cohorts")).meta["notes"] if n["code"] == "population-may-have-changed"]
    assert [note["sign"] for note in notes] == ["share"]
    assert not any(isinstance(value, float | int) for value in notes[0].values())


# -- raters ----------------------------------------------------------------------------


def raters(parts: Parts, number: int) -> Parts:
    """Every row rated by one of ``number`` teachers of its unit, who keep their names over the waves."""
    made = {}
    for place, part in parts.items():
        names = [f"{unit}-L{at % number}" for at, unit in enumerate(part.persons["unit"])]
        made[place] = replace(part, persons=part.persons.assign(rater=names))
    return made


def test_intraclass_correlations_of_units_and_raters(parts: Parts) -> None:
    some = raters(parts, 2)
    table = run(some, plan(design="cohorts", rater="laerer")).scales
    found = table[(table["scale"] == "alfa") & (table["wave"] == "2024")].iloc[0]
    persons = some["s", "2024"].persons
    y = scores(some["s", "2024"])
    assert (found["units"], found["raters"]) == (8, 16)
    assert found["icc_unit"] == pytest.approx(intraclass(y, persons["unit"].to_numpy(dtype=str)).value)
    assert found["icc_rater"] == pytest.approx(intraclass(y, persons["rater"].to_numpy(dtype=str)).value)


def test_raters_of_one_school_are_one_cluster(parts: Parts) -> None:
    """Sixteen teachers in eight schools: what happens in a school happens to all its teachers."""
    found = run(raters(parts, 2), plan(design="cohorts", rater="laerer")).estimates
    assert row(found, "s.alfa.score.kommune.2020_2024")["clusters"] == 8


def test_without_schools_the_raters_are_the_clusters_and_six_are_needed(parts: Parts) -> None:
    made = plan(design="cohorts", unit=False, rater="laerer")
    some = {place: replace(part, persons=part.persons.drop(columns="unit")) for place, part in raters(parts, 2).items()}
    found = row(run(some, made).estimates, "s.alfa.score.kommune.2020_2024")
    assert (found["clusters"], found["reason"]) == (16, "")
    few = {
        place: replace(part, persons=part.persons.assign(rater=[f"L{at % 4}" for at in range(len(part.persons))]))
        for place, part in some.items()
    }
    found = row(run(few, made).estimates, "s.alfa.score.kommune.2020_2024")
    assert (found["clusters"], found["reason"], np.isnan(found["p_value"])) == (4, "few_clusters", True)


def test_the_gate_counts_raters_for_trends(parts: Parts) -> None:
    """Eight units with one teacher each: eight people, however many children."""
    published = publish(run(raters(parts, 1), plan(design="cohorts", rater="laerer")), plan().disclosure)
    assert published.trends["suppressed"].all()
    assert published.trends[["estimate", "ci_low", "p_adjusted", "statistic"]].isna().all().all()


# -- the gate ---------------------------------------------------------------------------


def test_what_may_be_shown_is_shown(made: Estimates) -> None:
    shown = publish(made, plan().disclosure).trends
    assert not shown.loc[shown["design"].isin(["boelge", "samlet"]), "suppressed"].any()
    assert shown["rule_version"].ne("").all()
    assert "_persons" not in shown


def test_a_small_type_hides_the_decomposition_and_nothing_else() -> None:
    units = tuple(replace(unit, type="vuggestue" if unit.id == "U0" else "boernehave") for unit in small.units())
    published = publish(run(answers(size=10), units=units), plan().disclosure)
    shown, levels = published.trends, published.levels
    split = shown["design"].isin(["inden-for-typer", "sammensaetning"])
    assert shown.loc[split, "suppressed"].all()
    assert shown.loc[split, ["estimate", "total", "se"]].isna().all().all()
    assert set(shown.loc[split, "reason"]) == {"diskretion"}
    # the small type must not be what is left either: a measure may lose its level of the whole, and its waves with it
    whole = levels[(levels["group"] == "kommune") & (levels["stat"] == "score")]
    gone = set(whole.loc[whole["suppressed"] | (whole["reason"] == "hele_point"), "measure"])
    waves = shown[shown["design"] == "boelge"]
    assert set(waves["measure"]) - gone
    assert set(waves.loc[waves["suppressed"], "measure"]) == gone & set(waves["measure"])


def test_those_left_out_must_not_be_found_by_subtraction() -> None:
    """One unit was never released: three people, whom all minus those taking part would tell about."""
    raw = plan().model_dump(by_alias=True, mode="json", exclude_none=True)
    raw["release"][0]["scope"] = {"units": [f"U{i}" for i in range(7)]}
    parts = {
        ("s", wave): small.responses(wave, {f"U{i}": 20 if i < 7 else 3 for i in range(8)}, missing=0, dont_know=0)
        for wave in WAVES
    }
    found = run(parts, Plan.model_validate(raw))
    waves = found.trends["design"] == "boelge"
    assert set(found.trends.loc[waves, "_persons_apart"]) == {3}
    shown = publish(found, plan().disclosure).trends
    assert shown.loc[shown["design"] == "boelge", "suppressed"].all()


# -- interrupted series --------------------------------------------------------------------


def series(values: dict[str, float], notes: dict[str, str] | None = None) -> pd.DataFrame:
    rows = [
        {"key": f"indikatorer.a.tal.kommune.{period}", "indicator": "a", "stat": "tal", "group": "kommune",
         "period": period, "value": value, "note": (notes or {}).get(period, ""), "_grouping": "kommune"}
        for period, value in values.items()
    ]  # fmt: skip
    return conform("indicators", pd.DataFrame(rows))


def interrupted(table: pd.DataFrame) -> pd.DataFrame:
    return interruptions(small.workspace(), table).set_index("design")


YEARS = {"2018": 10.0, "2019": 10.4, "2020": 10.5, "2021": 99.0, "2022": 14.0, "2023": 15.1, "2024": 15.9}


def test_the_year_of_the_release_is_on_neither_side() -> None:
    found = interrupted(series(YEARS))
    assert found.loc["niveauskift", ["n_before", "n_after"]].tolist() == [3, 3]
    x = np.array([-4, -3, -2, 0, 1, 2.0])
    late = (x >= 0).astype(float)
    y = [value for period, value in YEARS.items() if period != "2021"]
    beta = np.linalg.lstsq(np.column_stack([np.ones(6), x, late, x * late]), np.array(y), rcond=None)[0]
    assert found.loc["niveauskift", "estimate"] == pytest.approx(beta[2])
    assert found.loc["haeldningsskift", "estimate"] == pytest.approx(beta[3])
    assert set(found["caution"]) == {"forsigtig"}
    assert found["p_value"].isna().all()


def test_months_are_placed_by_their_first_and_last_day() -> None:
    months = {f"{year}-{month:02d}": 5.0 + month % 3 for year in (2020, 2021) for month in range(1, 13)}
    found = interrupted(series(months))  # the release began on 1 June 2021: June is wholly after
    assert found.loc["niveauskift", ["n_before", "n_after"]].tolist() == [17, 7]
    assert found.loc["niveauskift", "method"] == "its_hc3"


def test_others_counted_is_a_refusal_and_few_periods_too() -> None:
    changed = interrupted(series(YEARS, {period: "børn med behov" for period in YEARS if period > "2020"}))
    assert set(changed["reason"]) == {"population_changed"}
    few = interrupted(series({period: value for period, value in YEARS.items() if period > "2018"}))
    assert set(few["reason"]) == {"few_periods"}
    assert pd.concat([changed, few])[["estimate", "se", "ci_low"]].isna().all().all()


def test_a_hidden_period_hides_the_series() -> None:
    values = series(YEARS)
    values["_persons"] = [3.0, *[40.0] * 6]
    values["stat"] = "andel"
    values["value"] /= 100
    values["_side"] = values["value"] * values["_persons"]
    empty = {name: conform(name, pd.DataFrame()) for name in ("estimates", "levels", "distributions", "response")}
    more = {name: conform(name, pd.DataFrame()) for name in ("perceived", "scales")}
    made = Estimates(**empty, **more, indicators=values, trends=interruptions(small.workspace(), values))
    shown = publish(made, plan().disclosure)
    assert shown.indicators["suppressed"].any()
    assert shown.trends["suppressed"].all()
    assert shown.trends["estimate"].isna().all()


def test_indicators_of_a_workspace_get_their_series() -> None:
    rows = tuple(Indicator("a", "", period, value, None) for period, value in YEARS.items())
    here = replace(small.workspace(plan()), indicators=rows)
    table = analyse(here, {"lille": small.instrument()}, answers()).trends
    assert set(table.loc[table["survey"] == "indikatorer", "design"]) == {"niveauskift", "haeldningsskift"}
