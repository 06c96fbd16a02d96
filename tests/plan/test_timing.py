"""Before, after or in between: from dates of fieldwork, per unit and release."""

from __future__ import annotations

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.plan.load import load_workspace
from evaluation.plan.timing import (
    Pairing,
    covers,
    pairing,
    period,
    released_from,
    survey_pair,
    survey_period,
    survey_units,
)
from tests.plan.workspaces import PLAN, changed, workspace

WAVES = """
[[wave]]
id = "{id}"
from = {start}
to = {end}
"""


def load(root, plan=PLAN, **registers):
    return load_workspace(workspace(root, plan, **registers))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2021-05-01", "2021-05-31", "before"),
        ("2021-05-01", "2021-06-01", "overgang"),
        ("2021-05-31", "2021-07-01", "overgang"),
        ("2021-06-01", "2021-06-01", "after"),
        ("2021-06-01", "2021-07-01", "after"),
        ("2030-01-01", "2030-02-01", "after"),
    ],
)
def test_a_wave_around_the_first_day(tmp_path, start, end, expected):
    ws = load(tmp_path, PLAN + WAVES.format(id="x", start=start, end=end))
    wave = ws.plan.wave("x")
    assert period(ws.plan, wave, ws.registers.unit("G90001")) == expected
    assert period(ws.plan, wave, None) == expected


def test_the_end_of_a_release_does_not_make_a_new_before(tmp_path):
    ws = load(tmp_path, changed("from = 2021-06-01", "from = 2021-06-01\nto = 2022-06-01"))
    assert period(ws.plan, ws.plan.wave("2024"), ws.registers.unit("G90001")) == "after"


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("G90001", True),
        ("G90002", True),  # no kommune named: ours
        ("G90003", False),  # administrative
        ("990001", False),  # a school is not in the scope
        ("G90101", False),  # the other municipality
    ],
)
def test_whom_a_release_covers(tmp_path, unit, expected):
    ws = load(tmp_path)
    assert covers(ws.plan, ws.plan.releases[0], ws.registers.unit(unit)) is expected
    assert (period(ws.plan, ws.plan.wave("2024"), ws.registers.unit(unit)) == "never") is not expected


@pytest.mark.parametrize(
    ("scope", "units"),
    [
        ("{}", {"G90001", "G90002", "990001"}),
        ('{units = ["g90002"]}', {"G90002"}),
        ('{areas = ["Syd"]}', {"G90002", "990001"}),
        ('{areas = ["Syd"], types = ["skole"]}', {"990001"}),
        ('{centres = ["Center A"]}', {"G90001", "G90002"}),
    ],
)
def test_scopes(tmp_path, scope, units):
    scope = scope.replace("g90002", "G90002")
    ws = load(tmp_path, changed('{types = ["dagpleje", "boernehave"]}', scope))
    release = ws.plan.releases[0]
    assert {u.id for u in ws.registers.units if covers(ws.plan, release, u)} == units


def test_the_first_release_counts_per_unit(tmp_path):
    later = '\n[[release]]\nid = "alle"\ntitle = {da = "Alle"}\nfrom = 2023-11-01\n'
    ws = load(tmp_path, PLAN + later)
    days = {u.id: released_from(ws.plan, u) for u in ws.registers.units}
    assert str(days["G90001"]) == "2021-06-01"
    assert str(days["990001"]) == "2023-11-01"
    assert days["G90101"] is None
    assert str(released_from(ws.plan, None)) == "2021-06-01"


def test_the_pair_is_the_last_before_and_the_last_after(tmp_path):
    plan = PLAN + "".join(
        WAVES.format(id=name, start=f"{name}-01-01", end=f"{name}-02-01") for name in ("2018", "2022", "2026")
    )
    extra = "".join(f'[[survey.wave]]\nwave = "{name}"\nfile = "data/raw/2020.csv"\n' for name in ("2022", "2018"))
    plan = plan.replace("[disclosure]", extra + '[[survey.wave]]\nwave = "2026"\n\n[disclosure]')
    ws = load(tmp_path, plan)
    # 2026 is awaited: what has come is compared
    assert survey_pair(ws, "foraeldre") == ("2020", "2024")
    assert survey_pair(ws, ws.plan.survey("foraeldre")) == ("2020", "2024")


def test_the_plan_may_name_the_pair(tmp_path):
    ws = load(
        tmp_path,
        changed('unit = "enhed"', 'unit = "enhed"\ncompare = ["2020", "2024"]').replace("2021-06-01", "2019-06-01"),
    )
    assert survey_pair(ws, "foraeldre") == ("2020", "2024")


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([("from = 2021-06-01", "from = 2019-06-01")], "no-before-wave"),
        ([("from = 2021-06-01", "from = 2025-06-01")], "no-after-wave"),
        ([("from = 2020-10-01\nto = 2020-11-15", "from = 2021-05-01\nto = 2021-06-15")], "no-before-wave"),
        ([('file = "data/raw/2020.csv"\n', "")], "before-awaited"),
        ([('file = "data/raw/2024.csv"\n', "")], "after-awaited"),
        ([('unit = "enhed"', 'unit = "enhed"\ncompare = ["2020", "2024"]'), ('file = "data/raw/2024.csv"\n', "")],
         "after-awaited"),
        ([('"repeated-cross-section"', '"retrospective"')], "retrospective"),
    ],
)  # fmt: skip
def test_why_there_is_no_pair(tmp_path, edits, reason):
    plan = PLAN
    for old, new in edits:
        plan = changed(old, new, plan)
    ws = load(tmp_path, plan)
    assert pairing(ws, "foraeldre") == Pairing(reason=reason)
    assert survey_pair(ws, "foraeldre") is None


def test_no_release_no_pair(tmp_path):
    plan = PLAN[: PLAN.index("[[release]]")] + PLAN[PLAN.index("[[wave]]") :]
    ws = load(tmp_path, plan)
    assert pairing(ws, "foraeldre").reason == "no-release"
    assert period(ws.plan, ws.plan.wave("2024"), ws.registers.unit("G90001")) == "never"


def test_a_wave_between_two_starts_belongs_to_neither(tmp_path):
    """Released in steps: a wave after the first step and before the second is not wholly after."""
    plan = changed('types = ["dagpleje", "boernehave"]', 'types = ["dagpleje"]')
    plan += '\n[[release]]\nid = "to"\ntitle = {da = "To"}\nfrom = 2025-01-01\nscope = {types = ["boernehave"]}\n'
    assert pairing(load(tmp_path, plan), "foraeldre").reason == "no-after-wave"
    # where only units of the first step are asked, the wave is after
    population = "survey,wave,unit,invited\nforaeldre,2020,G90001,4\nforaeldre,2024,G90001,4\n"
    asked = load(tmp_path, plan, population=population)
    assert [u.id for u in survey_units(asked, "foraeldre")] == ["G90001"]
    assert survey_pair(asked, "foraeldre") == ("2020", "2024")


def test_schools_asked_about_released_dagtilbud(tmp_path):
    plan = changed('unit = "enhed"', 'unit = "enhed"\nrelease = "aftale"')
    plan += '\n[[release]]\nid = "alle"\ntitle = {da = "Alle"}\nfrom = 2025-01-01\n'
    ws = load(tmp_path, plan)
    school = ws.registers.unit("990001")
    assert period(ws.plan, ws.plan.wave("2024"), school) == "before"
    assert survey_period(ws, "foraeldre", "2024", school) == "after"
    assert survey_pair(ws, "foraeldre") == ("2020", "2024")


def test_waves_about_different_people_are_no_pair(tmp_path):
    """What differs between all children and children with needs is first of all who they are."""
    plan = changed('file = "data/raw/2020.csv"', 'file = "data/raw/2020.csv"\npopulation = "alle børn"')
    same = changed('file = "data/raw/2024.csv"', 'file = "data/raw/2024.csv"\npopulation = "Alle  børn"', plan)
    assert pairing(load(tmp_path, same), "foraeldre") == Pairing("2020", "2024")
    other = changed('file = "data/raw/2024.csv"', 'file = "data/raw/2024.csv"\npopulation = "børn med behov"', plan)
    ws = load(tmp_path, other)
    assert pairing(ws, "foraeldre") == Pairing("2020", "2024", "population-changed")
    assert survey_pair(ws, "foraeldre") is None


def test_a_population_for_some_waves_only_is_a_problem(tmp_path):
    plan = changed('file = "data/raw/2020.csv"', 'file = "data/raw/2020.csv"\npopulation = "alle børn"')
    with pytest.raises(EvaluationError) as told:
        load(tmp_path, plan)
    assert [(p.code, p.found) for p in told.value.problems] == [("plan-population-partly", "2024")]
