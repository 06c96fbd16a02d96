"""``[survey.weighting]`` and ``margins.csv``: what is taken, and everything that can be wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.codebook.agreement import agreement_problems
from evaluation.codebook.model import Instrument
from evaluation.plan.load import load_workspace
from tests.plan.workspaces import PLAN, changed, problems_of, told, workspace
from tests.support import small

POPULATION = "survey,wave,unit,invited\n" + "".join(
    f"foraeldre,{wave},{unit},40\n" for wave in ("2020", "2024") for unit in ("G90001", "G90002")
)
MARGINS = "survey,wave,variable,value,count\n" + "".join(
    f"foraeldre,{wave},stilling,{value},{count}\n"
    for wave in ("2020", "2024")
    for value, count in (("ung", 30), ("gammel", 50))
)


def plan(weighting: str) -> str:
    return changed("[disclosure]", f"[survey.weighting]\n{weighting}\n\n[disclosure]")


def codes(root: Path) -> set[str]:
    return {problem.code for problem in problems_of(root)}


def test_weighting_as_written(tmp_path: Path) -> None:
    text = plan('method = "rimvaegtning"\nmargins = ["type", "stilling"]\nfewest = 15\ntrim = 4')
    made = load_workspace(workspace(tmp_path, text, population=POPULATION, margins=MARGINS))
    found = made.plan.survey("foraeldre").weighting
    assert found is not None
    assert (found.method, found.margins, found.fewest, found.trim) == ("rimvaegtning", ("type", "stilling"), 15, 4.0)
    assert [row.count for row in made.registers.margins] == [30, 50, 30, 50]


@pytest.mark.parametrize(
    ("weighting", "registers", "code"),
    [
        ('method = "efterstratificering"', {}, "plan-weighting-uninvited"),
        ('method = "rimvaegtning"\nmargins = ["stilling"]', {}, "plan-weighting-uncounted"),
        ('method = "rimvaegtning"\nmargins = ["type", "type"]', {"population": POPULATION}, "plan-weighting-twice"),
        (
            'method = "efterstratificering"\nmargins = ["type", "stilling"]',
            {"population": POPULATION, "margins": MARGINS},
            "plan-weighting-joint",
        ),
        (
            'method = "efterstratificering"',
            {"population": POPULATION, "margins": MARGINS + "ledere,2020,type,boernehave,4\n"},
            "margins-unknown-survey",
        ),
        (
            'method = "efterstratificering"',
            {"population": POPULATION, "margins": MARGINS + "foraeldre,2019,type,boernehave,4\n"},
            "margins-unknown-wave",
        ),
        (
            'method = "efterstratificering"',
            {"population": POPULATION, "margins": MARGINS + "foraeldre,2020,koen,k,0\n"},
            "margins-nobody",
        ),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, weighting: str, registers: dict[str, str], code: str) -> None:
    assert codes(workspace(tmp_path, plan(weighting), **registers)) == {code}


def test_a_survey_without_units_has_no_property_of_units(tmp_path: Path) -> None:
    text = plan('method = "efterstratificering"').replace('unit = "enhed"\ngroups = ["type"]\n', "")
    assert codes(workspace(tmp_path, text, population=POPULATION)) == {"plan-weighting-without-unit"}


def test_form_is_checked(tmp_path: Path) -> None:
    for wrong in ('method = "andet"', 'method = "rimvaegtning"\ntrim = 1', 'method = "rimvaegtning"\nfewest = 2'):
        assert codes(workspace(tmp_path, plan(wrong), population=POPULATION))


def test_lines_of_the_register_are_checked(tmp_path: Path) -> None:
    bad = MARGINS + "foraeldre,2020,stilling,ung,4\nforaeldre,2020,koen,k,mange\n"
    assert codes(workspace(tmp_path, PLAN, margins=bad)) == {
        "register-duplicate",
        "register-bad-count",
        "margins-nobody",
    }


def test_margins_and_values_are_those_of_the_instrument(tmp_path: Path) -> None:
    text = plan('method = "rimvaegtning"\nmargins = ["stilling", "koen"]')
    margins = MARGINS.replace("gammel", "gamel") + "foraeldre,2020,koen,k,3\nforaeldre,2024,koen,k,3\n"
    made = load_workspace(workspace(tmp_path, text, population=POPULATION, margins=margins))
    instrument: Instrument = small.instrument()
    problems = agreement_problems(made, {"foraeldre": instrument})
    assert {code for code, _ in told(tuple(problems))} >= {"plan-unknown-margin", "margins-unknown-value-near"}
