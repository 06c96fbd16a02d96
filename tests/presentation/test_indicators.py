"""The pieces on register indicators: a break is no line, a hidden number no number, a text is data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.common.table import INDICATORS
from evaluation.presentation.context import Context
from evaluation.presentation.pieces.indicators import indicators
from tests.support.published import sample_published as published
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace

ALL, NEED = "Alle børn.", "Kun børn med behov."


def rows(**more: Any) -> pd.DataFrame:
    made = []
    for period, value, note in (("2019", 0.1, ALL), ("2020", 0.12, ALL), ("2021", 0.4, NEED), ("2022", 0.38, NEED)):
        line = dict.fromkeys(INDICATORS, "") | {
            "indicator": "tale",
            "title": "Tale",
            "stat": "andel",
            "group": "kommune",
        }
        made.append(
            line | {"period": period, "value": value, "note": note, "method": "vaegtet", "source": "DST"} | more
        )
    return pd.DataFrame(made)


def pieces(tmp_path: Path, frame: pd.DataFrame, lang: str = "da") -> dict[str, Any]:
    ctx = Context(replace(published(), indicators=frame), workspace(tmp_path), instruments(), lang)
    return {piece.name: piece for piece in indicators(ctx)}


def test_a_break_makes_two_lines_and_is_told(tmp_path: Path) -> None:
    made = pieces(tmp_path, rows())
    chart = made["fig-indikatorer"].figures[0][1]
    assert list(dict.fromkeys(chart.rows["label"])) == ["2019–2020", "2021–2022"]
    assert list(chart.rows["value"]) == pytest.approx([10, 12, 40, 38])
    assert chart.release_date is not None
    assert "2019–2020: Alle børn. 2021–2022: Kun børn med behov." in made["fig-indikatorer"].text
    text = made["txt-indikatorer"].text
    assert "Fra 2021 er det ikke de samme" in text
    assert "ikke sammenlignes" in text
    assert "40\\*" in made["tbl-indikatorer"].text


def test_the_same_people_throughout_make_one_line(tmp_path: Path) -> None:
    made = pieces(tmp_path, rows(note=""))
    assert made["fig-indikatorer"].figures[0][1].rows["label"].unique().size == 1
    assert "sammenlignes" not in made["txt-indikatorer"].text
    assert "\\*" not in made["tbl-indikatorer"].text


def test_hidden_periods_are_two_points_and_no_figure_is_made_of_one(tmp_path: Path) -> None:
    frame = rows(note="")
    frame.loc[1:, "value"] = float("nan")
    made = pieces(tmp_path, frame)
    assert made["fig-indikatorer"].figures == ()
    assert made["tbl-indikatorer"].text.count("..") >= 3
    assert "»..« står, hvor der ikke er noget tal" in made["tbl-indikatorer"].text


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        ("da", ("Tale 2019 (oplysningen foreligger ikke)", "Tale 2020 og 2021 (kan ikke forekomme)", "streg")),
        ("en", ("Tale 2019 (not available)", "Tale 2020 and 2021 (cannot occur)", "dash")),
    ],
)
def test_every_kind_of_missing_is_told_in_the_note(tmp_path: Path, lang: str, wanted: tuple[str, ...]) -> None:
    frame = rows(note="")
    frame["value"] = float("nan")
    frame["reason"] = ["oplysning_mangler", "forekommer_ikke", "forekommer_ikke", "ingen"]
    note = pieces(tmp_path, frame, lang)["tbl-indikatorer"].text
    for text in wanted:
        assert text in note


def test_text_of_users_is_data(tmp_path: Path) -> None:
    made = pieces(tmp_path, rows(title="*Tale* | {{< var x >}}", source="[x](http://y)"))
    for piece in made.values():
        assert "{{<" not in piece.text
        assert "[x](" not in piece.text


@pytest.mark.parametrize("lang", ["da", "en"])
def test_without_indicators_one_reason_is_given(tmp_path: Path, lang: str) -> None:
    made = pieces(tmp_path, pd.DataFrame(columns=list(INDICATORS)), lang)
    assert set(made) == {"fig-indikatorer", "tbl-indikatorer", "txt-indikatorer"}
    assert all(piece.reason for piece in made.values())
