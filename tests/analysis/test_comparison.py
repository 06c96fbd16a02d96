"""Comparisons within a municipality: tempi, trials, doses; what they may be called, and what the gate hides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.assignment import level_of
from evaluation.analysis.estimates import Estimates
from evaluation.analysis.exposure import dose_of_rules, dose_of_time
from evaluation.analysis.run import analyse
from evaluation.disclosure.gate import publish
from evaluation.disclosure.published import load, save
from evaluation.plan.load import Workspace
from evaluation.plan.model import Disclosure, Plan
from evaluation.plan.registers import Registers, Trial, Unit
from evaluation.responses.model import Responses
from evaluation.statistics.did import difference_in_change
from tests.support import small

WAVES = ("2018", "2020", "2022", "2024")
RULE = {"title": {"da": "Regel"}, "kind": "lov"}
NUMBER = 16


def units(number: int = NUMBER) -> tuple[Unit, ...]:
    """Two areas, four types; centre C for the first half."""
    made = small.units(number)
    return tuple(
        replace(unit, area="Nord" if i % 2 else "Syd", centre="C" if i < number // 2 else "D", type=f"t{i % 4}")
        for i, unit in enumerate(made)
    )


def plan(
    *scopes: Mapping[str, Any], waves: tuple[str, ...] = WAVES, days: tuple[str, ...] = ("2021-06-01", "2023-06-01")
) -> Plan:
    raw = small.plan(waves).model_dump(by_alias=True, mode="json", exclude_none=True)
    raw["release"] = [
        {"id": f"r{i}", "title": {"da": "R"}, "from": day, "scope": dict(scope), "rule": [{"id": f"g{i}", **RULE}]}
        for i, (scope, day) in enumerate(zip(scopes, days, strict=False))
    ]
    raw["decision"]["verdict_group"] = []
    return Plan.model_validate(raw)


def answers(waves: tuple[str, ...] = WAVES, size: int = 20, number: int = NUMBER) -> dict[tuple[str, str], Responses]:
    sizes = {f"U{i}": size for i in range(number)}
    return {("s", wave): small.responses(wave, sizes) for wave in waves}


def run(made: Plan, trials: tuple[Trial, ...] = (), parts: dict[tuple[str, str], Responses] | None = None) -> Estimates:
    here = Workspace(Path("/nowhere"), made, Registers(units(), (), trials), "0" * 64)
    return analyse(here, {"lille": small.instrument()}, answers() if parts is None else parts)


def scores(part: Responses) -> np.ndarray:
    """Scale alfa (a3 reversed) from codes, two of three answered."""
    codes = part.codes[["a1", "a2", "a3"]].to_numpy("float64", na_value=np.nan)
    points = (codes - 1) * 25
    points[:, 2] = 100 - points[:, 2]
    enough = (~np.isnan(points)).sum(axis=1) >= 2
    return np.where(enough, np.nanmean(np.where(enough[:, None], points, 0), axis=1), np.nan)


def row(table: pd.DataFrame, key: str) -> pd.Series:
    found = table[table["key"] == key]
    assert len(found) == 1, sorted(table["key"])
    return found.iloc[0]


FIRST = tuple(f"U{i}" for i in range(NUMBER // 2))


# -- releases in tempi -------------------------------------------------------------


def test_units_released_one_by_one_are_tested_and_may_be_called_an_effect() -> None:
    table = run(plan({"units": list(FIRST)})).comparisons
    found = row(table, "s.alfa.score.forskel-frisat.2020_2024")
    assert (found["level"], found["clusters_group"], found["clusters_against"]) == ("enhed", 8, 8)
    assert found["family_size"] == 2
    assert found["p_adjusted"] >= found["p_value"] > 0
    assert found["waves_before"] == 2
    assert found["wording"] == ("effekt" if found["pretrend_p"] >= 0.05 else "forskel_i_udvikling")
    assert found["ci_low"] < found["difference"] < found["ci_high"]
    assert found["difference"] == pytest.approx(found["value_group"] - found["value_against"])


def test_a_cohort_and_wave_is_the_estimators_difference() -> None:
    parts = answers()
    table = run(plan({"units": list(FIRST)}), parts=parts).comparisons
    found = row(table, "s.alfa.score.frisat-r0.2020_2022")
    both = [parts["s", wave] for wave in ("2020", "2022")]
    unit = np.concatenate([part.persons["unit"].to_numpy(dtype=str) for part in both])
    y = np.concatenate([scores(part) for part in both])
    expected = difference_in_change(y, np.repeat([0, 1], [len(p.codes) for p in both]), np.isin(unit, FIRST), unit)
    assert found["design"] == "gruppe_tid"
    assert (found["difference"], found["se"], found["df"]) == pytest.approx(
        (expected.difference, expected.se, expected.df), rel=1e-9
    )
    assert (found["value_group"], found["value_against"]) == pytest.approx((expected.released, expected.comparison))
    assert np.isnan(found["p_value"])
    assert row(table, "s.alfa.score.frisat-r0.2018_2020")["design"] == "tidligere"


def test_two_tempi_have_two_cohorts_and_the_later_one_is_compared_until_its_own_release() -> None:
    made = plan({"centres": ["C"]}, {"units": ["U8", "U9", "U10", "U11"]})
    table = run(made).comparisons
    alfa = table[table["measure"] == "alfa"].set_index("key")["clusters_against"]
    assert alfa["s.alfa.score.frisat-r0.2020_2022"] == 8  # U8–U11 not yet released
    assert alfa["s.alfa.score.frisat-r0.2020_2024"] == 4
    assert alfa["s.alfa.score.frisat-r1.2022_2024"] == 4
    assert set(table["level"]) == {"enhed"}
    assert row(table, "s.alfa.score.forskel-frisat.2020_2024")["clusters_group"] == 12


def test_an_area_against_an_area_is_one_cluster_against_one() -> None:
    table = run(plan({"areas": ["Nord"]})).comparisons
    found = row(table, "s.alfa.score.forskel-frisat.2020_2024")
    assert (found["level"], found["clusters_group"], found["clusters_against"]) == ("omraade", 1, 1)
    assert found["reason"] == "one_cluster_in_group"
    assert not np.isnan(found["difference"])
    assert found[["se", "ci_low", "p_value", "p_adjusted", "mdc80"]].isna().all()
    assert found["wording"] == "forskel_i_udvikling"


def test_the_level_of_assignment_follows_the_scopes() -> None:
    assert level_of(plan({})) == ()
    assert level_of(plan({"types": ["t1"]})) == ("type",)
    assert level_of(plan({"areas": ["Nord"], "types": ["t1"]})) == ("omraade", "type")
    assert level_of(plan({"centres": ["C"]}, {"units": ["U1"]})) == ("enhed",)


def test_without_two_waves_before_there_is_no_effect() -> None:
    waves = WAVES[1:]
    table = run(plan({"units": list(FIRST)}, waves=waves), parts=answers(waves)).comparisons
    found = row(table, "s.alfa.score.forskel-frisat.2020_2024")
    assert found["waves_before"] == 1
    assert np.isnan(found["pretrend_p"])
    assert found["wording"] == "forskel_i_udvikling"
    assert found["p_value"] > 0


def test_where_all_were_released_on_one_day_there_is_nothing_to_compare() -> None:
    assert run(plan({})).comparisons.empty


def test_the_comparison_municipality_is_one_cluster() -> None:
    sizes = {**{f"U{i}": 20 for i in range(8)}, **{f"V{i}": 20 for i in range(7)}}
    here = small.workspace(registered=small.units(8, 7))
    found = analyse(here, {"lille": small.instrument()}, small.two_waves(sizes))
    gap = row(found.estimates, "s.alfa.score.forskel-sammenligning.2020_2024")
    assert (gap["reason"], np.isnan(gap["se"]), np.isnan(gap["p_value"])) == ("one_cluster_in_group", True, True)
    assert found.comparisons.empty


# -- trials and doses --------------------------------------------------------------


def test_trials_stand_beside_the_others_and_are_called_a_difference() -> None:
    trial = Trial("t", "Forsøg", units=FIRST[:6], start=date(2022, 1, 1))
    late = Trial("l", "Senere", units=("U9",), start=date(2025, 1, 1))
    table = run(plan({}), (trial, late, Trial("alle", "Alle"))).comparisons
    level = row(table, "s.alfa.score.forskel-forsoeg.2024")
    change = row(table, "s.alfa.score.forskel-forsoeg.2020_2024")
    assert (level["wording"], change["wording"]) == ("forskel", "forskel_i_udvikling")
    assert (level["clusters_group"], level["clusters_against"]) == (6, 10)
    assert level["difference"] == pytest.approx(level["value_group"] - level["value_against"])
    assert np.isnan(level["p_value"])
    assert change["p_adjusted"] > 0
    assert set(table["design"]) == {"side_om_side", "udvikling"}


def test_a_plan_without_a_wave_before_shows_trials_side_by_side() -> None:
    trial = Trial("t", "Forsøg", units=FIRST[:6])
    table = run(plan({}, waves=("2024",)), (trial,), answers(("2024",))).comparisons
    assert set(table["design"]) == {"side_om_side"}


def test_doses_of_time_and_rules() -> None:
    made = plan({"units": list(FIRST)}, {})
    wave = made.wave("2024")
    early, late = units()[0], units()[12]
    assert dose_of_time(made, early, wave) == 1.0
    days = (wave.start - date(2023, 6, 1)).days / (wave.start - date(2021, 6, 1)).days
    assert dose_of_time(made, late, wave) == pytest.approx(days)
    assert dose_of_time(made, late, made.wave("2020")) is None
    assert (dose_of_rules(made, early, wave), dose_of_rules(made, late, wave)) == (1.0, 0.5)
    table = run(made).comparisons
    for group in ("dosis-tid", "dosis-regler"):
        found = row(table, f"s.alfa.score.{group}.2020_2024")
        assert (found["clusters_group"], found["wording"]) == (16, "forskel_i_udvikling")
        assert found["ci_low"] < found["difference"] < found["ci_high"]
        assert np.isnan(found["p_value"])
    # Two doses only: both slopes say the same difference, per dose.
    time, rules = (row(table, f"s.alfa.score.{g}.2020_2024")["difference"] for g in ("dosis-tid", "dosis-regler"))
    assert time * (1 - days) == pytest.approx(rules * 0.5)


def test_order_of_rows_does_not_matter() -> None:
    trial = Trial("t", "Forsøg", units=FIRST[:6])
    made, parts = plan({"units": list(FIRST)}), answers()
    turned = {}
    for key, part in parts.items():
        back = np.arange(len(part.codes))[::-1]
        pick = {
            name: getattr(part, name).iloc[back].reset_index(drop=True)
            for name in ("codes", "states", "persons", "weights")
        }
        turned[key] = replace(part, **pick)
    one, other = run(made, (trial,), parts).comparisons, run(made, (trial,), turned).comparisons
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


# -- the gate ----------------------------------------------------------------------


def test_published_comparisons_survive_the_disk_and_hold_nothing_private(tmp_path: Path) -> None:
    shown = publish(run(plan({"units": list(FIRST)}), (Trial("t", "F", units=FIRST),)), Disclosure())
    assert not [name for name in shown.comparisons if name.startswith("_")]
    save(shown, tmp_path)
    for form in ("csv", "parquet"):
        pd.testing.assert_frame_equal(load(tmp_path, form).comparisons, shown.comparisons)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_hidden_unit_is_not_what_is_left_of_a_group(hidden: bool) -> None:
    """U0 is hidden by its size and another one beside it; a group of one of the two and of shown units tells it."""
    sizes = {f"U{i}": 3 if i == 0 else 40 for i in range(NUMBER)}
    parts = {("s", wave): small.responses(wave, sizes, missing=0, dont_know=0) for wave in WAVES}
    alone = publish(run(plan({}), (), parts), Disclosure())
    of_wave = alone.levels[(alone.levels["measure"] == "alfa") & (alone.levels["wave"] == "2024")]
    units = of_wave[of_wave["group"].str.startswith("enhed-")].set_index("group")
    gone = {name.removeprefix("enhed-").upper() for name in units.index[units["suppressed"]]}
    assert len(gone) == 2
    assert "U0" in gone
    others = [name for name in (f"U{i}" for i in range(NUMBER)) if name not in gone][:3]
    members = ("U0", *others) if hidden else (*sorted(gone), *others)
    private = run(plan({}), (Trial("t", "Forsøg", units=members),), parts)
    shown = publish(private, Disclosure())
    of_wave = shown.levels[(shown.levels["measure"] == "alfa") & (shown.levels["wave"] == "2024")]
    known = of_wave[~of_wave["suppressed"]].set_index("group")
    before = row(private.comparisons, "s.alfa.score.forskel-forsoeg.2024")
    if hidden:
        # the control: with the row as it was anybody has U0's score to the last decimal
        mine = known.loc[[f"enhed-{name.lower()}" for name in others]]
        left = before["value_group"] * before["n_group"] - (mine["n"] * mine["value"]).sum()
        true = private.levels.set_index("key").loc["s.alfa.score.enhed-u0.2024"]
        assert left / true["n"] == pytest.approx(true["value"])
    found = row(shown.comparisons, "s.alfa.score.forskel-forsoeg.2024")
    assert found["suppressed"] == hidden
    assert found[["difference", "value_group", "value_against", "se", "ci_low"]].isna().all() == hidden
    assert found["reason"] == ("diskretion" if hidden else "")
    assert (found["key"] in set(shown.record["key"])) == hidden


@pytest.mark.parametrize(("size", "hidden", "reason"), [(1, True, "under_taersklen"), (3, False, "hele_point")])
def test_small_groups_are_hidden_or_rounded(size: int, hidden: bool, reason: str) -> None:
    # of one type: what is left of several types is known type by type
    few = ("U0", "U4", "U8", "U12")
    sizes = {f"U{i}": size if f"U{i}" in few else 40 for i in range(NUMBER)}
    parts = {("s", wave): small.responses(wave, sizes, missing=0, dont_know=0) for wave in WAVES}
    private = run(plan({}), (Trial("t", "F", units=few),), parts)
    found = row(publish(private, Disclosure()).comparisons, "s.alfa.score.forskel-forsoeg.2024")
    assert (found["suppressed"], found["reason"]) == (hidden, reason)
    assert found[["se", "df", "ci_low", "p_value", "mdc80"]].isna().all()
    if not hidden:
        assert found["difference"] == found["value_group"] - found["value_against"] == round(found["difference"])


def test_no_effect_is_named_where_the_numbers_behind_it_are_hidden() -> None:
    private = run(plan({"units": list(FIRST)}))
    few = private.comparisons.assign(wording="effekt", n_group=20.0)
    shown = publish(replace(private, comparisons=few), Disclosure()).comparisons
    assert set(shown["wording"]) == {"forskel_i_udvikling"}
