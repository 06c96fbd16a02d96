"""Small workspaces to break: a plan that is right, and helpers to read what is told about a wrong one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError, Problem
from evaluation.plan.load import load_workspace
from tests.support.workspaces import UNIT_COLUMNS, plan_head, write_workspace

PLAN = (
    plan_head("2020", "2024", scope='{types = ["dagpleje", "boernehave"]}')
    + """\
[[survey]]
id = "foraeldre"
instrument = "foraeldre"
design = "repeated-cross-section"
respondent = {da = "forældre"}
unit = "enhed"
groups = ["type"]
[[survey.wave]]
wave = "2020"
file = "data/raw/2020.csv"
[[survey.wave]]
wave = "2024"
file = "data/raw/2024.csv"

[disclosure]
publications = []

[[decision.delta]]
survey = "foraeldre"
points = 2.5
reason = {da = "Fordi"}
"""
)

UNITS = f"""\
{UNIT_COLUMNS}
G90001,Solen,dagpleje,Nord,Lindholt Kommune,Center A,nej,nej,2010-01-01,,
G90002,Månen,boernehave,Syd,,Center A,ja,nej,2010-01-01,,
G90003,Kontoret,administration,Syd,,,,true,,,
990001,Skolen,skole,Syd,,Center B,,,,,
G90101,Stjernen,boernehave,Øst,Vestermose Kommune,,,,,,
"""


def workspace(root: Path, plan: str = PLAN, **registers: str) -> Path:
    """A workspace on disk with ``plan``, the units above and other registers by name."""
    raw = {f"{wave}.csv": "a\n" for wave in ("2020", "2024")}
    return write_workspace(root, plan, registers={"units": UNITS, **registers}, raw=raw)


def changed(old: str, new: str, plan: str = PLAN) -> str:
    """``plan`` with ``old``, which must stand in it once, replaced."""
    assert plan.count(old) == 1, old
    return plan.replace(old, new)


def line_of(text: str, plan: str) -> int:
    """Line of the first place where ``text`` stands."""
    return plan[: plan.index(text)].count("\n") + 1


def at(text: str, plan: str) -> str:
    """The place in ``evaluation.toml`` where ``text`` first stands, as messages tell it."""
    return f"evaluation.toml:{line_of(text, plan)}"


def told(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    """Code and place of every problem; checks on the way that each has its words in both languages."""
    for problem in problems:
        for lang in ("da", "en"):
            text = problem.render(lang)
            assert not re.search(r"\{[a-z_]+\}", text), text
            assert "pydantic" not in text
            assert "Input should" not in text
    return [(problem.code, problem.where) for problem in problems]


def problems_of(root: Path) -> tuple[Problem, ...]:
    """What loading the workspace complains about."""
    with pytest.raises(EvaluationError) as caught:
        load_workspace(root)
    told(caught.value.problems)
    return caught.value.problems
