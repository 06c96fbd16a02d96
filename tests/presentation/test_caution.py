"""Cautions beside verdicts in the report: a unit too large, a check that disagrees with its test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.language import catalogue
from evaluation.presentation.build import make_pieces
from evaluation.presentation.context import Context
from evaluation.statistics.caution import CAUTIONS
from tests.support.published import sample_published
from tests.support.sample import STAFF, sample_instruments, sample_workspace


def texts(root: Path, lang: str, **columns: object) -> dict[str, str]:
    data = sample_published()
    table = data.estimates.copy()
    main = (table["survey"] == STAFF) & (table["group"] == "kommune") & (table["stat"] == "score")
    for name, value in columns.items():
        table.loc[main, name] = value
    ctx = Context(replace(data, estimates=table), sample_workspace(root), sample_instruments(), lang)
    return {piece.name: piece.text for piece in make_pieces(ctx)}


def judged() -> pd.DataFrame:
    table = sample_published().estimates
    rows = table[(table["survey"] == STAFF) & (table["group"] == "kommune") & (table["stat"] == "score")]
    return rows[rows["verdict"] != ""]


@pytest.mark.parametrize(("lang", "word"), [("da", "forsigtigt"), ("en", "with caution")])
def test_every_caution_is_told_under_the_table(lang: str, word: str, tmp_path: Path) -> None:
    plain = texts(tmp_path, lang, caution="")[f"tbl-{STAFF}-udvikling"]
    assert word not in plain
    for code in CAUTIONS:
        told = texts(tmp_path, lang, caution=code)[f"tbl-{STAFF}-udvikling"]
        assert told.count(word) == 1
    both = texts(tmp_path, lang, caution=" ".join(CAUTIONS))[f"tbl-{STAFF}-udvikling"]
    assert both.count(word) == 2


def test_one_measure_is_named_and_all_are_counted(tmp_path: Path) -> None:
    whole = texts(tmp_path, "da", caution="dominating_unit")[f"tbl-{STAFF}-udvikling"]
    assert "Vurderingerne af alle" in whole
    assert "mindst en tredjedel af svarene" in whole
    first = judged().iloc[0]["key"]
    data = sample_published()
    table = data.estimates.copy()
    table.loc[table["key"] == first, "caution"] = "bootstrap_disagrees"
    ctx = Context(replace(data, estimates=table), sample_workspace(tmp_path), sample_instruments(), "da")
    one = {piece.name: piece.text for piece in make_pieces(ctx)}[f"tbl-{STAFF}-udvikling"]
    assert "Vurderingen af »" in one
    assert "wild bootstrap" in one


def test_the_chapter_on_method_says_that_tests_were_checked(tmp_path: Path) -> None:
    assert "bootstrap" not in texts(tmp_path, "da")["txt-metode"]
    agrees = texts(tmp_path, "da", p_bootstrap=0.03)["txt-metode"]
    assert "Færre end 12 enheder" in agrees
    assert "samme svar som testen i alle tilfælde" in agrees
    differs = texts(tmp_path, "da", p_bootstrap=0.03, caution="bootstrap_disagrees")["txt-metode"]
    assert "et andet svar end testen" in differs
    assert "i alle tilfælde" not in differs
    assert (
        "does not agree with the test"
        in texts(tmp_path, "en", p_bootstrap=0.03, caution="bootstrap_disagrees")["txt-metode"]
    )


@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_code_has_words(lang: str) -> None:
    notes = catalogue("words", lang)["note"]
    for code in CAUTIONS:
        assert {f"{code}_one", f"{code}_many"} <= set(notes)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_groups_with_a_large_unit_are_named_under_their_table(lang: str, tmp_path: Path) -> None:
    data = sample_published()
    table = data.estimates.copy()
    name = f"tbl-{STAFF}-grupper"
    word = str(catalogue("words", lang)["note"]["dominating_unit_groups"]).split("{list}")[1]

    def text() -> str:
        ctx = Context(replace(data, estimates=table), sample_workspace(tmp_path), sample_instruments(), lang)
        return {piece.name: piece.text for piece in make_pieces(ctx)}[name]

    assert word not in text()
    group = (table["survey"] == STAFF) & (table["stat"] == "score") & table["group"].str.startswith("type-")
    first = table.loc[group, "group"].iloc[0]
    table.loc[group & (table["group"] == first), "caution"] = "dominating_unit"
    assert text().count(word) == 1
