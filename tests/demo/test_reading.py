"""The importers, which share no code with the demo's writers, find what was drawn."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evaluation.codebook.crosswalk import load_crosswalk
from evaluation.codebook.load import load_instruments
from evaluation.demo.make import SEED, answered
from evaluation.demo.municipality import successors
from evaluation.demo.population import draw
from evaluation.demo.truth import SURVEYS, WAVES
from evaluation.importing.read import read_export
from evaluation.plan.load import load_workspace
from evaluation.responses.build import build_responses


@pytest.mark.parametrize("survey_id", SURVEYS)
def test_imported_answers_are_those_that_were_drawn(demo_workspace: Path, survey_id: str) -> None:
    workspace = load_workspace(demo_workspace)
    instrument = load_instruments(demo_workspace)[survey_id]
    survey = workspace.plan.survey(survey_id)
    crosswalk = load_crosswalk(workspace, survey)
    frames = draw(SEED)
    for wave, asked in zip(WAVES, survey.waves, strict=True):
        assert asked.file is not None
        export = read_export(demo_workspace / asked.file, sheet=asked.sheet)
        assert export.fictional
        responses = build_responses(export, instrument, survey, asked, crosswalk, workspace.registers)
        drawn = frames[survey_id, wave]
        drawn = drawn[answered(drawn)]
        assert responses.fictional
        assert len(responses.codes) == len(drawn)
        units = drawn["unit"].replace(successors())
        assert Counter(responses.persons["unit"]) == Counter(units)
        for item in instrument.items:
            scored = {c.code for c in instrument.response_of(item).choices if not c.state}
            found = Counter(int(code) for code in responses.codes[item.id].dropna())
            wanted = Counter(int(code) for code in drawn[item.id].dropna() if code in scored)
            assert found == wanted, (wave, item.id)
            unknown = {c.code for c in instrument.response_of(item).choices if c.state == "ved_ikke"}
            states = Counter(responses.states[item.id])
            assert states["ved_ikke"] == drawn[item.id].isin(unknown).sum(), (wave, item.id)
