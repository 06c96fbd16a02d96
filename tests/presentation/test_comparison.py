"""Units in trials beside the others: changes before levels, what was tested, and no causal words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.common.table import COMPARISONS
from evaluation.presentation.context import Context
from evaluation.presentation.piece import Piece
from evaluation.presentation.pieces.comparison import trial_groups
from tests.support.published import sample_published as published
from tests.support.sample import STAFF
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace

TEXT, TABLE = "txt-forsoeg-forskel", "tbl-forsoeg-forskel"


def rows(p: float = 0.6, hidden: bool = False) -> pd.DataFrame:
    """A level and a change of the first scale of the staff survey."""
    measure = instruments()["medarbejdertrivsel"].scales[0].id
    made = []
    for design, waves, values in (("side_om_side", "2024", (71.0, 68.0)), ("udvikling", "2020_2024", (7.25, 3.0))):
        change = design == "udvikling"
        mine, other = (np.nan, np.nan) if hidden else values
        numbers = {"value_group": mine, "value_against": other, "difference": mine - other, "ci_low": -1.5}
        numbers |= {"ci_high": 10.0, "p_adjusted": p if change else np.nan, "alpha": 0.05}
        line = dict.fromkeys(COMPARISONS, "") | {"survey": STAFF, "measure": measure, "design": design, "waves": waves}
        numbers |= {"n_group": 362, "n_against": 40, "clusters_group": 12.0, "clusters_against": 9.0}
        made.append(line | numbers | {"suppressed": hidden})
    return pd.DataFrame(made)


def pieces(tmp_path: Path, frame: pd.DataFrame, lang: str = "da") -> dict[str, Piece]:
    ctx = Context(replace(published(), comparisons=frame), workspace(tmp_path), instruments(), lang)
    found = {piece.name: piece for piece in trial_groups(ctx)}
    return {name: replace(piece, text=piece.text.replace("\N{NO-BREAK SPACE}", " ")) for name, piece in found.items()}


def test_changes_go_before_levels(tmp_path: Path) -> None:
    made = pieces(tmp_path, rows())
    assert "| +7,3 | +3,0 | +4,3 | −1,5 til 10,0 | 362 / 40 |" in made[TABLE].text
    assert "71,0" not in made[TABLE].text
    assert "12 enheder med forsøg og 9 uden" in made[TEXT].text
    assert f"@{TABLE}" in made[TEXT].text
    assert "skelnes fra tilfældige udsving" in made[TEXT].text


def test_levels_alone_are_shown_as_levels_and_called_untested(tmp_path: Path) -> None:
    made = pieces(tmp_path, rows().iloc[:1])
    assert "| 71,0 | 68,0 | +3,0 |" in made[TABLE].text
    assert "Forskellene er ikke testet" in made[TEXT].text


def test_a_difference_that_was_found_is_named(tmp_path: Path) -> None:
    assert "(+4,3)" in pieces(tmp_path, rows(p=0.01))[TEXT].text
    assert "(+4.3)" in pieces(tmp_path, rows(p=0.01), "en")[TEXT].text


@pytest.mark.parametrize("lang", ["da", "en"])
def test_self_selection_is_named_and_no_cause(tmp_path: Path, lang: str) -> None:
    text = pieces(tmp_path, rows(p=0.01), lang)[TEXT].text.casefold()
    assert {"da": "selv valgt", "en": "chose their trials"}[lang] in text
    assert not any(word in text for word in ("effekt", "effect", "virkning", "skyldes", "caused"))


@pytest.mark.parametrize("lang", ["da", "en"])
@pytest.mark.parametrize("frame", [pd.DataFrame(columns=list(COMPARISONS)), rows(hidden=True)])
def test_without_numbers_the_reason_is_given(tmp_path: Path, frame: pd.DataFrame, lang: str) -> None:
    made = pieces(tmp_path, frame, lang)
    assert set(made) == {TEXT, TABLE}
    assert all(piece.reason for piece in made.values())
