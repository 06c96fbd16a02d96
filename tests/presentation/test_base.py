"""Where percentages of an item are of all who were asked, its figure, its table and the text say so and name it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.presentation.context import Context
from evaluation.presentation.pieces.answers import answers
from tests.support.published import sample_published
from tests.support.sample import PARENTS, sample_instruments, sample_workspace


def notes(folder: Path, item: str, lang: str) -> dict[str, str]:
    """The pieces on the parents' answers; ``item`` is counted of all asked."""
    published, found = sample_published(), {}
    for name, column in (("levels", "measure"), ("distributions", "item"), ("estimates", "measure")):
        frame = getattr(published, name).copy()
        mine = (frame["survey"] == PARENTS) & (frame[column] == item) & (frame["base"] == "besvaret")
        frame.loc[mine, "base"] = "stillet"
        found[name] = frame
    ctx = Context(replace(published, **found), sample_workspace(folder), sample_instruments(), lang)
    view = next(view for view in ctx.surveys if view.id == PARENTS)
    return {piece.name: piece.text for piece in answers(ctx, view)}


@pytest.mark.parametrize(("lang", "words"), [("da", "alle, der er blevet spurgt"), ("en", "of all who were asked")])
def test_the_item_is_named_where_its_base_is_another(tmp_path: Path, lang: str, words: str) -> None:
    items = sample_instruments()[PARENTS].items
    wording = (items[0].text.da if lang == "da" else items[0].text.en).rstrip(".")
    made = notes(tmp_path, items[0].id, lang)
    assert set(made) == {f"fig-{PARENTS}-svar", f"txt-{PARENTS}-svar", f"tbl-bilag-{PARENTS}"}
    for name, text in made.items():
        told = [line.replace("\\", "") for line in text.splitlines() if words in line]
        assert any(wording in line for line in told), name


def test_without_such_an_item_nothing_is_said(tmp_path: Path) -> None:
    assert not [name for name, text in notes(tmp_path, "", "da").items() if "regnet af alle" in text]


def test_the_demo_has_such_an_item_and_its_share_is_of_all_asked(imported_demo: Path) -> None:
    import pandas as pd

    levels = pd.read_csv(imported_demo / "data/processed/published/levels.csv", dtype={"wave": str})
    mine = levels[(levels["survey"] == "foraeldre") & (levels["stat"] == "andel") & (levels["group"] == "kommune")]
    assert set(mine.loc[mine["base"] == "stillet", "measure"]) == {"fr_1"}
    row = mine[(mine["measure"] == "fr_1") & (mine["wave"] == "2024")].iloc[0]
    folder = imported_demo / "data/processed/foraeldre/2024"
    codes, states, weights = (
        pd.read_parquet(folder / f"{name}.parquet") for name in ("responses", "answer_state", "weights")
    )
    unit = pd.read_parquet(folder / "persons.parquet")["unit"].str.upper()
    own = unit.isin(
        pd.read_csv(imported_demo / "data/registers/units.csv").query("kommune != 'Vestermose Kommune'")["id"]
    )
    weight = (weights.iloc[:, 0] if weights.shape[1] else pd.Series(1.0, index=codes.index)).where(own, 0.0)
    asked = states["fr_1"] != "ikke_stillet"
    positive = codes["fr_1"].isin([4, 5])
    answered = states["fr_1"] == "besvaret"
    of_asked = (weight * positive).sum() / (weight * asked).sum()
    assert row["value"] == pytest.approx(of_asked, abs=1e-6)
    assert of_asked < (weight * positive).sum() / (weight * answered).sum() - 0.005
