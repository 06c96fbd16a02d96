"""The bortfald pieces: the compared waves in the table, the largest difference in the sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.table import ATTRITION
from evaluation.presentation.context import Context
from evaluation.presentation.piece import Piece
from evaluation.presentation.pieces.attrition import attrition
from tests.support.published import sample_published as published
from tests.support.sample import STAFF
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace


def rows(dagpleje: float) -> pd.DataFrame:
    made = []
    for wave in ("2018", "2020", "2024"):
        for kind, share in (("dagpleje", dagpleje), ("boernehave", 1 - dagpleje)):
            line = dict.fromkeys(ATTRITION, "") | {"survey": STAFF, "wave": wave, "margin": "type", "label": kind}
            known = 0.4 if kind == "dagpleje" else 0.6
            shares = {"invited_share": known, "answered_share": share, "difference": 100 * (share - known)}
            shares |= {"invited": round(600 * known), "answered": round(400 * share)}
            made.append(line | shares | {"group": f"type-{kind}"})
    return pd.DataFrame(made)


def pieces(tmp_path: Path, frame: pd.DataFrame, lang: str = "da") -> dict[str, Piece]:
    ctx = Context(replace(published(), attrition=frame), workspace(tmp_path), instruments(), lang)
    found = {piece.name: piece for piece in attrition(ctx)}
    return {name: replace(piece, text=piece.text.replace("\N{NO-BREAK SPACE}", " ")) for name, piece in found.items()}


def test_table_and_sentence(tmp_path: Path) -> None:
    made = pieces(tmp_path, rows(0.333))
    assert "| Dagpleje | 40,0 | 33,3 | −6,7 |" in made["tbl-bortfald"].text
    assert made["tbl-bortfald"].text.count("| Dagpleje |") == 2
    assert "2018" not in made["tbl-bortfald"].text
    assert "6,7 procentpoint" in made["txt-bortfald"].text
    assert "@tbl-bortfald" in made["txt-bortfald"].text


def test_small_differences_are_called_small(tmp_path: Path) -> None:
    assert "ingen forskel større end 2 procentpoint" in pieces(tmp_path, rows(0.41))["txt-bortfald"].text


@pytest.mark.parametrize("lang", ["da", "en"])
def test_without_known_margins_the_reason_is_given(tmp_path: Path, lang: str) -> None:
    made = pieces(tmp_path, pd.DataFrame(columns=list(ATTRITION)), lang)
    assert all(piece.reason for piece in made.values())
