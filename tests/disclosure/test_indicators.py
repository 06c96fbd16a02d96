"""Register indicators from file to gate: totals as the register has them, no unit that stands for a handful."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.indicators import indicators
from evaluation.disclosure.indicators_gate import gate_indicators
from evaluation.disclosure.record import Record
from evaluation.plan.indicators import Indicator
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan
from evaluation.plan.registers import Registers, Unit

PLAN = Plan.model_validate(
    {"evaluation": {"title": {"da": "T"}, "kommune": "Prøve Kommune", "kommunekode": "999", "year": 2025}}
)
UNITS = (*(Unit(f"A{n}", f"Hus {n}") for n in range(1, 6)), Unit("B1", "Nabo", kommune="Nabo Kommune"))


def made(*rows: Indicator) -> pd.DataFrame:
    return indicators(Workspace(Path(), PLAN, Registers(units=UNITS), "", rows))


def row(unit: str, value: float | None, under: float | None = None, kind: str = "andel", **more: str) -> Indicator:
    return Indicator("tale", unit, "2024", value, under, kind=kind, **more)


def total(table: pd.DataFrame) -> pd.Series:
    return table[table["group"] == "kommune"].iloc[0]


def gated(table: pd.DataFrame) -> pd.DataFrame:
    return gate_indicators(table, 5, Record()).set_index("group")


def test_shares_are_weighted_by_their_denominators_and_other_municipalities_left_out() -> None:
    found = total(
        made(row("A1", 0.5, 10), row("A2", 0.1, 30), row("A3", None, None, missing="ingen"), row("B1", 1, 99))
    )
    assert (found["value"], found["denominator"], found["units"]) == (pytest.approx(0.2), 40, 2)
    assert (found["method"], found["key"]) == ("vaegtet", "indikatorer.tale.andel.kommune.2024")


def test_a_count_with_a_unit_missing_has_no_sum() -> None:
    whole = total(made(row("A1", 3, kind="antal"), row("A2", 4, kind="antal")))
    assert (whole["value"], whole["method"]) == (7, "sum")
    part = total(made(row("A1", 3, kind="antal"), row("A2", None, kind="antal", missing="tilbageholdt")))
    assert np.isnan(part["value"])
    assert part["reason"] == "oplysning_mangler"


def test_other_numbers_are_a_plain_mean_and_a_row_of_the_municipality_goes_first() -> None:
    assert total(made(row("A1", 10, kind="tal"), row("A2", 20, kind="tal")))["method"] == "enhedsgennemsnit"
    given = total(made(row("A1", 10, kind="tal"), row("", 17, kind="tal")))
    assert (given["value"], given["method"]) == (17, "oplyst")


def test_units_below_the_threshold_take_a_second_one_with_them() -> None:
    table = gated(made(row("A1", 0.5, 4), row("A2", 0.4, 40), row("A3", 0.4, 30), row("A4", 0.4, 60)))
    assert list(table.index[table["suppressed"]]) == ["enhed-a1", "enhed-a3"]
    assert list(table.loc[["enhed-a1", "enhed-a3"], "reason"]) == ["under_taersklen", "diskretion"]
    assert table.loc[["enhed-a1", "enhed-a3"], ["value", "denominator"]].isna().all(axis=None)
    assert not np.isnan(table.loc["kommune", "value"])


def test_one_child_of_eighteen_is_never_shown() -> None:
    table = gated(made(row("A1", 1 / 18, 18), row("A2", 0.0, 300), row("A3", 0.5, 90), row("A4", 97.0, 100, "procent")))
    assert dict(table["suppressed"]) == {
        **{"kommune": False, "enhed-a1": True, "enhed-a2": True},
        **{"enhed-a3": False, "enhed-a4": True},
    }


def test_a_unit_whose_denominator_nobody_knows_is_hidden_and_the_mean_of_all_is_not() -> None:
    table = gated(made(row("A1", 10, kind="tal"), row("A2", 20, kind="tal")))
    assert list(table["reason"]) == ["", "naevner_ukendt", "naevner_ukendt"]
    assert table.loc["kommune", "value"] == 15


def test_a_total_of_too_few_is_hidden_and_missing_numbers_keep_their_reason() -> None:
    assert gated(made(row("", 0.5, 4)))["suppressed"].all()
    marked = gated(made(replace(row("", None), missing="forekommer_ikke")))
    assert (marked["reason"].iloc[0], bool(marked["suppressed"].iloc[0])) == ("forekommer_ikke", False)


def test_small_units_come_in_whole_points() -> None:
    table = gated(made(row("A1", 12.34, 9, "tal"), row("A2", 12.34, 90, "tal")))
    assert list(table.loc[["enhed-a1", "enhed-a2"], "value"]) == [12.0, 12.34]
    assert table.loc["enhed-a1", "reason"] == "hele_point"
