"""The fictional municipality's exports, written from the formats alone, come back with everybody who answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.codebook.crosswalk import load_crosswalk
from evaluation.codebook.load import load_instruments
from evaluation.demo.make import make_demo
from evaluation.importing.read import read_export
from evaluation.plan.load import load_workspace
from evaluation.responses.build import build_responses, check_waves
from evaluation.responses.model import Responses


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, dict[tuple[str, str], Responses]]:
    root: Path = tmp_path_factory.mktemp("demo") / "demo"
    sizes = make_demo(root).sizes
    workspace = load_workspace(root)
    instruments = load_instruments(root)
    found = {}
    for survey in workspace.plan.surveys:
        instrument = instruments[survey.instrument]
        crosswalk = load_crosswalk(workspace, survey, instrument)
        for wave in survey.waves:
            export = read_export(workspace.path(str(wave.file)), sheet=wave.sheet)
            assert export.fictional
            found[survey.id, wave.wave] = build_responses(
                export, instrument, survey, wave, crosswalk, workspace.registers
            )
        check_waves(survey, [found[survey.id, wave.wave] for wave in survey.waves])
    return dict(sizes), found


def test_everybody_who_answered_is_kept(imported) -> None:
    sizes, found = imported
    assert {key: answered for key, (_, answered) in sizes.items()} == {key: len(found[key].persons) for key in sizes}


def test_nothing_is_real_and_no_unit_is_lost(imported) -> None:
    for made in imported[1].values():
        assert made.fictional
        assert made.persons["unit"].notna().all()
        # Merged units carry their successor's id in every wave; the office never takes part.
        assert not made.persons["unit"].isin(["G90031", "G90032", "G90090"]).any()


def test_answers_are_answers(imported) -> None:
    for made in imported[1].values():
        assert (made.states == "besvaret").to_numpy().mean() > 0.5
        assert (made.states == "teknisk").to_numpy().mean() < 0.001
        assert (made.states == "ikke_stillet").to_numpy().sum() == 0


def test_panel_and_raters(imported) -> None:
    _, found = imported
    before, after = (found["medarbejdertrivsel", wave].persons for wave in ("2020", "2024"))
    assert before["respondent"].is_unique
    assert after["respondent"].is_unique
    assert len(set(before["respondent"]) & set(after["respondent"])) > 50
    pupils = found["skoleovergang", "2024"].persons
    assert pupils["rater"].nunique() < len(pupils) / 5
