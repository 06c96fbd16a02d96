"""Bortfald: known margins against answers, merged units followed, nothing where nothing is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from evaluation.analysis.attrition import attrition
from evaluation.analysis.frame import Frame
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan
from evaluation.plan.registers import Population, Registers, Unit

PLAN = Plan.model_validate(
    {"evaluation": {"title": {"da": "T"}, "kommune": "Prøve Kommune", "kommunekode": "999", "year": 2025}}
)
UNITS = (
    Unit("A1", "Et", "boernehave", "Nord"),
    Unit("A2", "To", "dagpleje", "Nord"),
    Unit("A3", "Tre", "dagpleje", "Nord", predecessors=("A0",)),
    Unit("A0", "Nul", "boernehave", "Nord"),
    Unit("B1", "Nabo", "boernehave", "Syd", kommune="Nabo Kommune"),
)
INVITED = tuple(
    Population("s", "2024", unit, number, 1) for unit, number in (("A1", 60), ("A2", 30), ("A0", 10), ("B1", 99))
)
WORKSPACE = Workspace(Path(), PLAN, Registers(units=UNITS, population=INVITED), "")


def frame(*units: str) -> Frame:
    made = {"survey": SimpleNamespace(id="s"), "waves": ("2024",), "wave": np.zeros(len(units), dtype=int)}
    own = np.array([not unit.startswith("B") for unit in units])
    return cast(Frame, SimpleNamespace(**made, unit=np.array(units, dtype=object), own=own))


def test_shares_by_type_follow_merged_units_and_leave_the_neighbour_out() -> None:
    table = attrition(frame(*["A1"] * 10, *["A2"] * 5, *["A3"] * 5, *["B1"] * 50), WORKSPACE).set_index("group")
    assert set(table["margin"]) == {"type"}  # one område only: nothing to compare
    found = table.loc["type-dagpleje"]
    assert (found["invited"], found["answered"]) == (40, 10)
    assert (found["invited_share"], found["answered_share"]) == (pytest.approx(0.4), pytest.approx(0.5))
    assert found["difference"] == pytest.approx(10)
    assert table["difference"].sum() == pytest.approx(0)
    assert found["key"] == "s.bortfald.andel.type-dagpleje.2024"


def test_units_nobody_counted_take_no_part() -> None:
    fewer = replace(WORKSPACE, registers=replace(WORKSPACE.registers, population=INVITED[:2]))
    table = attrition(frame(*["A1"] * 10, *["A2"] * 10, *["A3"] * 50), fewer)
    assert list(table["answered"]) == [10, 10]


@pytest.mark.parametrize("population", [(), INVITED[:1]])
def test_without_margins_there_is_no_table(population: Any) -> None:
    bare = replace(WORKSPACE, registers=replace(WORKSPACE.registers, population=population))
    assert len(attrition(frame("A1", "A2"), bare)) == 0
