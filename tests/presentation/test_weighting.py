"""Weights in the method chapter and the weakest finding among the limits, in Danish and English."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.common.table import NONRESPONSE, WEIGHTING
from evaluation.presentation.context import Context
from evaluation.presentation.pieces.limits import limits
from evaluation.presentation.pieces.weighting import weakest_finding, weighting
from tests.support.published import sample_published as published
from tests.support.sample import STAFF
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace


def weights(**changes: Any) -> pd.DataFrame:
    rows = []
    for wave, n in (("2020", 412), ("2024", 388)):
        row: dict[str, Any] = dict.fromkeys(WEIGHTING, "") | {"survey": STAFF, "wave": wave, "margins": "type", "n": n}
        row |= {
            "method": "efterstratificering",
            "n_eff": 0.91 * n,
            "efficiency": 0.91,
            "smallest": 0.62,
            "largest": 1.85,
        }
        row |= {"ratio": 2.98, "trimmed": 0.0, "rounds": 1, "gap": 0.0, "unplaced": 0, "suppressed": False}
        rows.append(row | changes)
    return pd.DataFrame(rows)


def findings(**changes: Any) -> pd.DataFrame:
    rows = []
    for measure, verdict, gap in (("arbejdsglaede", "fremgang", 6.4), ("systematik", "tilbagegang", -3.2)):
        row: dict[str, Any] = dict.fromkeys(NONRESPONSE, "") | {"survey": STAFF, "measure": measure, "verdict": verdict}
        row |= {"key": measure, "waves": "2020_2024", "rate_after": 0.61, "gap_significance": gap, "gap_zero": 3 * gap}
        rows.append(row | {"gap_largest": 10 * gap, "suppressed": False} | changes)
    return pd.DataFrame(rows)


def context(tmp_path: Path, lang: str = "da", **tables: pd.DataFrame) -> Context:
    return Context(replace(published(), **tables), workspace(tmp_path), instruments(), lang)


def texts(ctx: Context) -> tuple[str, str]:
    text, table = (piece.text.replace("\N{NO-BREAK SPACE}", " ") for piece in weighting(ctx))
    return text, table


def test_method_and_table(tmp_path: Path) -> None:
    text, table = texts(context(tmp_path, weighting=weights()))
    assert "efterstratificeret" in text
    assert "fordelt på tilbudstype" in text
    assert "@tbl-vaegtning" in text
    assert "| 2020 | 412 | 375 | 91 | 0,62 | 1,85 |" in table
    english, _ = texts(context(tmp_path, "en", weighting=weights()))
    assert "post-stratified" in english
    assert "type of unit" in english


def test_without_weights_that_is_said(tmp_path: Path) -> None:
    text, table = texts(context(tmp_path))
    assert (text, table) == ("Svarene er ikke vægtet: Hvert svar tæller lige meget.", "")


def test_a_refusal_gives_the_reason_of_the_wave_that_failed(tmp_path: Path) -> None:
    table = weights(reason="other_wave_unweighted", efficiency=float("nan"))
    table.loc[1, "reason"] = "margin_unknown"
    text, shown = texts(context(tmp_path, weighting=table))
    assert "ikke vægtet, fordi fordelingen af dem, der blev spurgt, ikke er kendt" in text
    assert shown == ""


def test_what_was_merged_cut_or_lost_is_noted(tmp_path: Path) -> None:
    table = weights(merged="boernehave + dagpleje", trimmed=0.031, gap=0.012, unplaced=7)
    _, shown = texts(context(tmp_path, weighting=table))
    assert "slået sammen" in shown
    assert "børnehave + dagpleje" in shown.lower()
    assert "3,1 pct. af vægtene" in shown
    assert "1,2 procentpoint" in shown
    assert "7 svar en kategori" in shown
    many = "; ".join(f"a{i} + b{i}" for i in range(9))
    _, shown = texts(context(tmp_path, weighting=weights(merged=many)))
    assert "i 9 grupper" in shown
    assert "a1" not in shown


def test_hidden_weights_are_dots(tmp_path: Path) -> None:
    text, shown = texts(
        context(tmp_path, weighting=weights(suppressed=True, reason="under_30", efficiency=float("nan")))
    )
    assert "| 2020 | 412 | .. | .. | .. | .. |" in shown
    assert "efterstratificeret" in text


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "da",
            [
                "»Systematik og fokus«",
                "61 pct.",
                "3,2 point mindre ugunstigt",
                "ved 9,6 point er der slet ingen ændring",
            ],
        ),
        ("en", ["“System and focus”", "3.2 points less unfavourably", "at 9.6 points there is no change at all"]),
    ],
)
def test_the_weakest_finding_is_the_one_that_takes_least(tmp_path: Path, lang: str, words: list[str]) -> None:
    ctx = context(tmp_path, lang, nonresponse=findings())
    told = limits(ctx)[1].text.replace("\N{NO-BREAK SPACE}", " ")
    for word in words:
        assert word in told


def test_gaps_the_scale_has_no_room_for(tmp_path: Path) -> None:
    partly = weakest_finding(context(tmp_path, nonresponse=findings(gap_largest=-5.0)))
    assert "skalaen for kort" in partly
    never = weakest_finding(context(tmp_path, nonresponse=findings(gap_largest=-2.0)))
    assert "kan bortfaldet dog ikke alene vælte" in never


def test_nothing_is_said_where_nothing_is_shown(tmp_path: Path) -> None:
    for table in (findings(suppressed=True), findings(gap_significance=float("nan")), findings(waves="2018_2020")):
        assert weakest_finding(context(tmp_path, nonresponse=table)) == ""
    assert weakest_finding(context(tmp_path)) == ""
