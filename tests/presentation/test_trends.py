"""Several waves in words: what differs, what moved before the release, what another mix of types does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.common.table import TRENDS
from evaluation.plan.model import Plan
from evaluation.presentation.context import Context, SurveyView
from evaluation.presentation.pieces.common import why_not
from evaluation.presentation.pieces.trends import composition_text, population_text, series_text, trend_pieces
from tests.support.published import sample_published as published
from tests.support.sample import STAFF
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace

NUMBERS = ("estimate", "ci_low", "ci_high", "p_adjusted", "total", "n_before", "n_after")


def line(design: str, waves: str = "2020_2024", **more: Any) -> dict[str, Any]:
    measure = instruments()["medarbejdertrivsel"].scales[0].id
    made = dict.fromkeys(TRENDS, "") | dict.fromkeys(NUMBERS, np.nan)
    made |= {"survey": STAFF, "measure": measure, "stat": "score", "design": design, "waves": waves, "alpha": 0.05}
    return made | {"suppressed": False, "group": "kommune", "comparable": "ja"} | more


def context(tmp_path: Path, rows: list[dict[str, Any]], lang: str = "da", **meta: Any) -> tuple[Context, SurveyView]:
    made = published()
    made = replace(made, trends=pd.DataFrame(rows, columns=list(TRENDS)), meta={**made.meta, **meta})
    ctx = Context(made, workspace(tmp_path), instruments(), lang)
    return ctx, next(view for view in ctx.surveys if view.id == STAFF)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def waves(early: tuple[float, float]) -> list[dict[str, Any]]:
    return [
        line("boelge", "2019_2020", estimate=sum(early) / 2, ci_low=early[0], ci_high=early[1]),
        line("boelge", "2020_2024", estimate=4.2, ci_low=1.1, ci_high=7.3),
    ]


@pytest.mark.parametrize(("p", "said"), [(0.01, "er der forskel på målingerne, når"), (0.4, "tilfældige udsving")])
def test_the_joint_test_is_told(tmp_path: Path, p: float, said: str) -> None:
    text, _, table = trend_pieces(*context(tmp_path, [*waves((-1, 1)), line("samlet", p_adjusted=p)]))
    assert said in plain(text.text)
    assert "+4,2 (1,1 til 7,3)" in plain(table.text)
    assert f"@{table.name}" in text.text


def test_what_moved_before_the_release_is_named(tmp_path: Path) -> None:
    moved, *_ = trend_pieces(*context(tmp_path, waves((0.5, 3.0))))
    still, *_ = trend_pieces(*context(tmp_path, waves((-0.5, 3.0))))
    assert "Allerede før frisættelsen" in moved.text
    assert "kan her være en fortsættelse" in moved.text
    assert "ingen ændring" in still.text


def test_hidden_waves_are_dots_and_none_is_nothing(tmp_path: Path) -> None:
    hidden = line("boelge", "2020_2024", suppressed=True, reason="under_30")
    assert [piece.text for piece in trend_pieces(*context(tmp_path, [hidden]))] == ["", "", ""]
    assert [piece.text for piece in trend_pieces(*context(tmp_path, []))] == ["", "", ""]


@pytest.mark.parametrize(("part", "said"), [(3.4, "(+3,4 af +4,2 point)"), (0.3, "med mere end 0,3 point")])
def test_a_mix_that_matters_is_told_apart(tmp_path: Path, part: float, said: str) -> None:
    ctx, view = context(tmp_path, [line("sammensaetning", estimate=part, total=4.2)])
    assert said in plain(composition_text(ctx, view))
    assert composition_text(*context(tmp_path, [])) == ""


@pytest.mark.parametrize(("ends", "said"), [((0.4, 2.0), "1,2"), ((-0.4, 2.0), "ikke noget brud")])
@pytest.mark.parametrize("lang", ["da", "en"])
def test_a_series_is_told_with_caution(tmp_path: Path, ends: tuple[float, float], said: str, lang: str) -> None:
    row = {"estimate": sum(ends) / 2, "ci_low": ends[0], "ci_high": ends[1], "n_before": 3.0, "n_after": 4.0}
    made = line("niveauskift", "2018_2024", stat="tal") | row | {"survey": "indikatorer", "measure": "fravaer"}
    text = plain(series_text(context(tmp_path, [made], lang)[0], "fravaer"))
    assert ("forsigtighed" if lang == "da" else "caution") in text
    assert said in text or lang == "en"
    assert series_text(context(tmp_path, [made], lang)[0], "andet") == ""


def test_a_doubtful_population_is_a_warning(tmp_path: Path) -> None:
    note = {"code": "population-may-have-changed", "survey": STAFF, "before": "2020", "after": "2024"}
    ctx, view = context(tmp_path, [], notes=[{**note, "sign": "size", "group": "kommune"}])
    assert "forskellige målgrupper" in population_text(ctx, view)
    assert population_text(*context(tmp_path, [], notes=[])) == ""


@pytest.mark.parametrize("lang", ["da", "en"])
def test_the_report_says_why_different_people_are_not_compared(tmp_path: Path, lang: str) -> None:
    ctx, _ = context(tmp_path, [], lang)
    raw = ctx.workspace.plan.model_dump(by_alias=True, mode="json", exclude_none=True)
    survey = next(entry for entry in raw["survey"] if entry["id"] == STAFF)
    for entry in survey["wave"]:
        entry["population"] = "børn med behov" if entry["wave"] == "2024" else "alle børn"
    ctx = replace(ctx, workspace=replace(ctx.workspace, plan=Plan.model_validate(raw)))
    view = next(view for view in ctx.surveys if view.id == STAFF)
    assert (view.pair, view.reason) == (None, "population-changed")
    text = why_not(ctx, view)
    assert "alle børn" in text
    assert "børn med behov" in text
