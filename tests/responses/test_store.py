"""The store: back as it went in, whole or not there; and waves that are one and the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.responses import store
from evaluation.responses.build import check_waves
from evaluation.responses.store import FILES, load_responses, save_responses
from tests.responses.made import build, export, people, survey


def equal(one, two) -> None:
    for name in ("codes", "states", "persons", "weights"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert (one.survey, one.wave, one.fictional, one.report) == (two.survey, two.wave, two.fictional, two.report)


@pytest.mark.parametrize("weight", [None, "w"])
def test_loads_back_equal(tmp_path: Path, weight: str | None) -> None:
    columns = people(w=[0.5, 1, 2, 1], s_1=[4, 99, None, 5], stilling=[1, None, 2, 9], enhed=["A1", None, "A2", "A4"])
    made = build(export(columns), survey=survey(wave={} if weight is None else {"weight": weight}))
    folder = tmp_path / "proeve" / "2024"
    save_responses(made, folder)
    equal(load_responses(folder), made)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert [path.name for path in folder.parent.iterdir()] == ["2024"]


def test_report_holds_sentences_in_both_languages(tmp_path: Path) -> None:
    save_responses(build(export(people(s_1=[4, 99, 2, 1], enhed=["A1", "A9", "A1", "A1"]))), tmp_path / "x")
    report = json.loads((tmp_path / "x" / "report.json").read_text(encoding="utf-8"))["report"]
    assert report["dropped_text"]["da"] == ["Én række hører til en administrativ enhed (A9)."]
    assert report["findings_text"]["en"] == [
        "s_1: the value 99 is not in the codebook (one answer); the answer is set to technically missing."
    ]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "x"
    first = build(export(people()))
    save_responses(first, folder)

    def broken(_: object) -> dict[str, object]:
        raise OSError("disk full")

    monkeypatch.setattr(store, "report_as_json", broken)
    with pytest.raises(OSError, match="disk full"):
        save_responses(build(export(people(s_1=[1, 1, 1, 1]))), folder)
    equal(load_responses(folder), first)
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_second_write_replaces_and_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    made = build(export(people()))
    save_responses(made, tmp_path / "x")
    before = {path.name: path.read_bytes() for path in (tmp_path / "x").iterdir()}
    save_responses(made, tmp_path / "x")
    assert {path.name: path.read_bytes() for path in (tmp_path / "x").iterdir()} == before


@pytest.mark.parametrize("damage", ["missing", "cut", "report"])
def test_a_damaged_store_is_told(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "x"
    save_responses(build(export(people())), folder)
    if damage == "missing":
        (folder / "persons.parquet").unlink()
    if damage == "cut":
        path = folder / "responses.parquet"
        path.write_bytes(path.read_bytes()[:50])
    if damage == "report":
        (folder / "report.json").write_text("{", encoding="utf-8")
    with pytest.raises(EvaluationError) as error:
        load_responses(folder)
    assert [p.code for p in error.value.problems] == ["response-store"]


def test_two_waves_with_the_same_people_and_answers_stop() -> None:
    one = build(export(people()))
    with pytest.raises(EvaluationError) as error:
        check_waves(survey(), [one, replace(one, wave="2022")])
    assert [p.code for p in error.value.problems] == ["response-waves-same"]
    other = replace(build(export(people(s_1=[4, 3, 2, 2]))), wave="2022")
    assert check_waves(survey(), [one, other]) == ()


def test_a_panel_without_anybody_in_common_is_told() -> None:
    one = build(export(people()))
    other = replace(build(export(people(id=["e", "f", "g", "h"]))), wave="2022")
    assert [f.code for f in check_waves(survey(), [one, other])] == ["panel-no-overlap"]
    assert check_waves(survey(design="repeated-cross-section"), [one, other]) == ()
