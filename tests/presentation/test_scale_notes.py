"""Sentences under the table of scales: which scales do not work alike, and where the ceiling is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.presentation.context import Context
from evaluation.presentation.pieces.method import scales_table
from tests.support.published import sample_published
from tests.support.sample import sample_instruments, sample_workspace


def text(root: Path, lang: str = "da", levels: dict[str, float] | None = None, **scales: dict[str, object]) -> str:
    """``tbl-skalaer`` with columns set in the row of a scale's later wave, and shares set in its levels."""
    data = sample_published()
    table, shown = data.scales.copy(), data.levels.assign(ceiling_share=0.02, floor_share=0.02)
    for scale, columns in scales.items():
        row = (table["scale"] == scale) & (table["wave"] == "2024")
        assert row.sum() == 1
        for column, value in columns.items():
            table.loc[row, column] = value
    for name, share in (levels or {}).items():
        measure, column = name.split(".")
        shown.loc[(shown["measure"] == measure) & (shown["wave"] == "2020"), column] = share
    made = replace(data, scales=table, levels=shown)
    found = scales_table(Context(made, sample_workspace(root), sample_instruments(), lang)).text
    return found.replace("\N{NO-BREAK SPACE}", " ")


def drift(item: str, points: float, size: float = 0.3, p: float = 0.01) -> dict[str, object]:
    return {"same": "nej", "drift_item": item, "drift": points, "drift_size": size, "drift_p": p, "congruence": 0.99}


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "da",
            "Skalaen »Motivation« fungerer ikke ens i de to målinger: Svarene på »Udsagn 1 om motivation« er steget "
            "6,3 point i forhold til skalaens øvrige spørgsmål. Ændringen i scoren skal derfor læses med forbehold.",
        ),
        (
            "en",
            "answers to “Statement 1 on motivation” have risen by 6.3 points relative to the scale's other questions",
        ),
    ],
)
def test_the_question_that_moved_is_named(tmp_path: Path, lang: str, expected: str) -> None:
    found = text(tmp_path, lang, motivation=drift("motivation_1", 6.25))
    assert expected.casefold() in found.casefold()
    assert found.count("forbehold" if lang == "da" else "reservation") == 1


def test_a_reversed_question_moved_the_other_way(tmp_path: Path) -> None:
    assert "er faldet 6,3 point" in text(tmp_path, motivation=drift("motivation_3", 6.25))


@pytest.mark.parametrize("small", [{"size": 0.15}, {"p": 0.2}])
def test_without_a_question_of_its_own_the_scale_hangs_together_otherwise(tmp_path: Path, small) -> None:
    found = text(tmp_path, tillid=drift("tillid_1", 4.0, **small))
    assert "Skalaen »Tillid« fungerer ikke ens" in found
    assert "hænger sammen på en anden måde" in found
    assert "4,0 point" not in found


def test_many_scales_are_one_sentence(tmp_path: Path) -> None:
    names = ("motivation", "tillid", "arbejdsglaede", "ledelse")
    found = text(tmp_path, **{name: drift(f"{name}_1", 6.0) for name in names})
    assert found.count("fungerer ikke ens") == 1
    assert "»Tillid«, " in found


@pytest.mark.parametrize("same", ["ja", "uafklaret", ""])
def test_nothing_is_said_where_nothing_was_found(tmp_path: Path, same: str) -> None:
    assert "fungerer ikke ens" not in text(tmp_path, motivation={**drift("motivation_1", 6.0), "same": same})


def test_a_hidden_scale_is_not_mentioned(tmp_path: Path) -> None:
    assert "fungerer ikke ens" not in text(tmp_path, motivation={**drift("motivation_1", 6.0), "suppressed": True})


def test_a_ceiling_is_noted_at_the_good_end_only(tmp_path: Path) -> None:
    found = text(tmp_path, levels={"motivation.ceiling_share": 0.15, "tillid.floor_share": 0.4})
    assert "Loft: På »Motivation« har mindst 15 pct. en score på 95 point eller derover" in found
    assert "Gulv" not in found
    low = text(tmp_path, levels={"dokumentation.floor_share": 0.2, "motivation.ceiling_share": 0.149})
    assert "Gulv: På »Tid brugt på dokumentation« har mindst 15 pct. en score på 5 point" in low
    assert "Loft" not in low
    assert "Floor: on “Time spent on documentation”, at least 15 per cent" in text(
        tmp_path, "en", levels={"dokumentation.floor_share": 0.2}
    )
