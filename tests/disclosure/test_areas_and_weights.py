"""Områder crossing types, and weighted surveys: through analysis, gate, report and the attacker on one workspace."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.disclosure.attack.run import Report
from evaluation.workflow.audit import audit_workspace
from evaluation.workflow.run import run
from tests.support.made import AREAS, SIZES, SURVEY, made_workspace, plan, with_reports

PRODUCT = "resultatrapport"
POST = 'method = "efterstratificering"\nmargins = ["type"]\nfewest = 5'
RIM = 'method = "rimvaegtning"\nmargins = ["type", "omraade"]\nfewest = 5'
GROUPS = ("omraade-nord", "omraade-oest", "omraade-syd")


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace by type, område and stilling, with its generic report. Read only."""
    root = with_reports(made_workspace(tmp_path_factory.mktemp("areas") / "sted"))
    run(root, products=(PRODUCT,), engine="embedded")
    return root


def _table(root: Path, name: str, private: bool = False) -> pd.DataFrame:
    folder = root / "data/processed" / ("" if private else "published")
    return pd.read_parquet(folder / f"{name}.parquet")


@pytest.mark.parametrize("name", ["levels", "estimates", "distributions", "response"])
def test_every_table_has_the_areas(areas: Path, name: str) -> None:
    table = _table(areas, name)
    assert {group for group in table["group"] if group.startswith("omraade-")} == set(GROUPS)


def test_an_area_is_the_sum_of_its_units_and_the_municipality_of_its_areas(areas: Path) -> None:
    rows = _table(areas, "response")
    now = rows[rows["wave"] == "2024"].set_index("group")
    units = list(SIZES)
    for place, group in enumerate(GROUPS):
        inside = units[3 * ("nord", "syd", "oest").index(group.removeprefix("omraade-")) :][:3]
        assert now.loc[group, "answered"] == sum(SIZES[unit] for unit in inside), place
        assert now.loc[group, "invited"] == now.loc[[f"enhed-{unit.lower()}" for unit in inside], "invited"].sum()
    assert now.loc[list(GROUPS), "answered"].sum() == now.loc["kommune", "answered"]


def test_a_unit_lies_in_its_type_and_its_area_and_the_gate_knows_both(areas: Path) -> None:
    private = _table(areas, "levels", private=True)
    units = private[private["group"].str.startswith("enhed-")]
    above = set(units["_above"])
    assert {len(text.split(";")) for text in above} == {2}
    assert {part for text in above for part in text.split(";")} == {*GROUPS, "type-boernehave", "type-dagpleje"}


def test_the_gate_treats_an_area_as_any_linked_group(areas: Path) -> None:
    private, public = _table(areas, "levels", private=True), _table(areas, "levels")
    both = private.merge(public, on=["key", "base"], suffixes=("", "_shown"))
    mine = both[both["group"].isin(GROUPS)]
    assert len(mine) > 50
    assert (mine["_persons"] >= 30).all()
    shown = mine[~mine["suppressed_shown"]]
    # Units and types come first: an area shows what is left to show.
    assert len(shown) > len(mine) / 3
    assert (shown["value_shown"] - shown["value"]).abs().max() < 0.51
    assert not public[public["group"].str.startswith("enhed-g90003")]["sd"].notna().any()


def test_the_report_has_a_table_by_area_in_its_place(areas: Path) -> None:
    folder = areas / "reports" / PRODUCT / "_resultater"
    tables = (folder / f"tbl-{SURVEY}-grupper.qmd").read_text(encoding="utf-8")
    assert f"#tbl-{SURVEY}-grupper-omraade" in tables
    part = tables[tables.index(f"#tbl-{SURVEY}-grupper-omraade") :]
    for area in AREAS:
        assert area in part.partition("\n\n:::")[0], area
    # the main chapters stay without them
    for name in (f"txt-{SURVEY}-hovedpointer", "txt-hovedresultater", f"txt-{SURVEY}-udvikling"):
        text = (folder / f"{name}.qmd").read_text(encoding="utf-8")
        assert not [area for area in AREAS if area in text.split()], name


def _safe(report: Report) -> None:
    assert report.unproven == (), report.unproven[:3]
    assert list(report.leaks) == []
    assert report.safe
    assert report.cells > 50


def test_nobody_is_found_through_areas_that_cross_types(areas: Path) -> None:
    _safe(audit_workspace(areas))


@pytest.mark.parametrize("weighting", [POST, RIM], ids=["efterstratificering", "rimvaegtning"])
def test_a_weighted_survey_through_gate_and_attacker(tmp_path: Path, weighting: str) -> None:
    root = made_workspace(tmp_path / "sted", plan(weighting=weighting))
    run(root, ("import", "analyse"))
    levels = _table(root, "levels")
    whole = levels[(levels["group"] == "kommune") & (levels["wave"] == "2024")]
    assert (whole["weighting"] != "").all()
    assert whole["value"].notna().any()
    weights = _table(root, "weighting")
    assert weights["efficiency"].between(0, 1).any()
    # the weights moved the numbers: they are not those of the unweighted survey
    plain = made_workspace(tmp_path / "uden")
    run(plain, ("import", "analyse"))
    other = _table(plain, "levels").set_index("key")["value"]
    moved = (whole.set_index("key")["value"] - other.reindex(whole["key"])).abs()
    assert (moved > 1e-6).any()
    report = audit_workspace(root)
    _safe(report)
