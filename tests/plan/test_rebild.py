"""Rebild's own plan: passes, names what is awaited, says where every fact comes from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evaluation.codebook.agreement import agreement_problems
from evaluation.codebook.load import load_instruments
from evaluation.plan.load import Workspace, awaited, load_workspace
from evaluation.plan.timing import pairing, period

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rebild() -> Workspace:
    return load_workspace(ROOT)


def test_it_agrees_with_the_instruments(rebild):
    assert agreement_problems(rebild, load_instruments(ROOT)) == []


def test_every_survey_is_awaited(rebild):
    assert {survey for survey, _ in awaited(rebild)} == {survey.id for survey in rebild.plan.surveys}
    assert len(rebild.plan.surveys) == 4
    assert all(wave.file is None for survey in rebild.plan.surveys for wave in survey.waves)


def test_the_releases(rebild):
    first, second = rebild.plan.releases
    assert (first.id, first.start, first.end) == ("dagtilbud-2021", date(2021, 6, 1), date(2025, 7, 31))
    assert (second.id, second.start, second.end) == ("kommune-2023", date(2023, 11, 1), date(2027, 11, 1))
    assert {rule.status for rule in first.rules} == {"ophaevet", "fastholdt"}
    assert all(rule.source and rule.title.en for rule in first.rules)
    assert rebild.plan.evaluation.kommunekode == "840"


def test_no_wave_before_the_release_is_told_not_refused(rebild):
    reasons = {survey.id: pairing(rebild, survey).reason for survey in rebild.plan.surveys}
    assert reasons == {
        "medarbejdertrivsel": "no-before-wave",
        "foraeldre": "no-before-wave",
        "skoleovergang": "no-before-wave",
        "oplevet-aendring": "retrospective",
    }


def test_the_administrative_row_of_the_register_never_takes_part(rebild):
    unit = rebild.registers.unit("G25341")
    assert unit is not None
    assert unit.administrative
    assert period(rebild.plan, rebild.plan.waves[0], unit) == "never"


def test_trials_are_not_tied_to_units_nobody_named(rebild):
    assert len(rebild.registers.trials) >= 4
    assert all(trial.units == () and trial.start is None for trial in rebild.registers.trials)
    assert all(trial.description for trial in rebild.registers.trials)
