"""Registers: units, population and trials, and everything that can be wrong in them."""

from __future__ import annotations

from datetime import date

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.plan.load import load_workspace
from evaluation.plan.registers import Registers, load_registers
from tests.plan.workspaces import UNITS, problems_of, told, workspace


def wrong(root) -> list[tuple[str, str]]:
    """Code and line of what a register complains about."""
    with pytest.raises(EvaluationError) as caught:
        load_registers(root)
    return [(code, place.removeprefix("data/registers/")) for code, place in told(caught.value.problems)]


def test_no_registers_at_all(tmp_path):
    assert load_registers(tmp_path) == Registers()


def test_units_as_written(tmp_path):
    registers = load_registers(workspace(tmp_path))
    unit = registers.unit("g90002")
    assert unit is not None
    assert (unit.type, unit.area, unit.centre, unit.private) == ("boernehave", "Syd", "Center A", True)
    assert registers.unit("G90001").valid_from == date(2010, 1, 1)
    assert registers.unit("G90003").administrative
    assert registers.types == ("dagpleje", "boernehave", "skole")
    assert registers.unit("G99999") is None


def test_columns_may_stand_in_any_order_and_some_be_left_out(tmp_path):
    units = "type,id,name\r\nskole,1,Skolen\r\n\r\n"
    assert load_registers(workspace(tmp_path, units=units)).unit("1").type == "skole"


def test_predecessors_and_trials_name_several_units(tmp_path):
    units = UNITS + "G90004,Ny,dagpleje,Nord,,,,,2022-08-01,,G90001; G90002\n"
    trials = (
        'id,title,units,from,to,theme,initiated_by,description\nt,Forsøg,G90001;G90002,2022-01-01,,,leder,"Ro, tid"\n'
    )
    registers = load_workspace(workspace(tmp_path, units=units, trials=trials)).registers
    assert registers.unit("G90004").predecessors == ("G90001", "G90002")
    trial = registers.trials[0]
    assert (trial.units, trial.start, trial.end) == (("G90001", "G90002"), date(2022, 1, 1), None)
    assert trial.description == "Ro, tid"


def test_invited_is_summed_over_units(tmp_path):
    population = (
        "survey,wave,unit,invited\nforaeldre,2020,G90001,40\nforaeldre,2020,G90002,60\nforaeldre,2024,G90001,30\n"
    )
    registers = load_workspace(workspace(tmp_path, population=population)).registers
    assert registers.invited("foraeldre", "2020") == 100
    assert registers.invited("foraeldre", "2020", ["g90002"]) == 60
    assert registers.invited("foraeldre", "2020", ["990001"]) is None
    assert registers.invited("foraeldre", "2022") is None


HEAD = "id,name,type,area,kommune,centre,private,administrative,valid_from,valid_to,predecessors\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (HEAD + "1,A,x,,,,,,,,\n1,B,x,,,,,,,,\n", [("register-duplicate", "units.csv:3")]),
        (HEAD + "g1,A,x,,,,,,,,\nG1,B,x,,,,,,,,\n", [("register-duplicate", "units.csv:3")]),
        (HEAD + "1,A,x,Nord,,,,,,,\n1,A,x,Syd,,,,,,,\n", [("register-two-parents", "units.csv:3")]),
        (HEAD + "1,A,x,Nord,,,,,,,\n1,A,y,Nord,,,,,,,\n", [("register-two-parents", "units.csv:3")]),
        (HEAD + "1,A,x,,Lindholt,,,,,,\n1,A,x,,Vestermose,,,,,,\n", [("register-two-parents", "units.csv:3")]),
        (HEAD + "1,A,x,Nord,,,,,,,\n2,B,x,nord,,,,,,,\n", [("register-area-spelling", "units.csv:3")]),
        (HEAD + "1,A,x,,,,,,2021-02-30,,\n", [("register-bad-date", "units.csv:2")]),
        (HEAD + "1,A,x,,,,,,01-06-2021,,\n", [("register-bad-date", "units.csv:2")]),
        (HEAD + "1,A,x,,,,,,2022-01-01,2021-01-01,\n", [("register-dates-reversed", "units.csv:2")]),
        (HEAD + "1,A,Børnehave,,,,,,,,\n", [("register-bad-type", "units.csv:2")]),
        (HEAD + "1,A,x,,,,måske,,,,\n", [("register-bad-flag", "units.csv:2")]),
        (HEAD + "1,A,x,,,,,,,,2\n", [("register-unknown-predecessor", "units.csv:2")]),
        (HEAD + "1,A,x,,,,,,,,1\n", [("register-unknown-predecessor", "units.csv:2")]),
        (HEAD + ",A,x,,,,,,,,\n", [("register-empty", "units.csv:2")]),
        (HEAD + "1,A, og B,x,,,,,,,,\n", [("register-cells", "units.csv:2")]),
        (HEAD + '1,"A\nB",x,,,,,,,,\n2,C,X,,,,,,,,\n', [("register-bad-type", "units.csv:4")]),
        (HEAD.replace(",", ";"), [("register-separator", "units.csv:1")]),
        ("id,navn\n1,A\n", [("register-unknown-column", "units.csv:1"), ("register-missing-column", "units.csv:1")]),
        ("id,nam\n1,A\n", [("register-unknown-column", "units.csv:1")]),
        ("", [("register-no-header", "units.csv")]),
    ],
)
def test_what_can_be_wrong_with_units(tmp_path, text, codes):
    assert wrong(workspace(tmp_path, units=text)) == codes


def test_everything_wrong_in_all_files_at_once(tmp_path):
    root = workspace(
        tmp_path,
        units=HEAD + "1,A,x,,,,,,i går,,\n1,A,x,,,,,,,,\n",
        population="survey,wave,unit,invited\nforaeldre,2020,1,mange\nforaeldre,2020,1,-4\nforaeldre,2020,,4\n",
        trials="id,title,from,to\nt,T,2022-01-01,2021-01-01\nt,T,,\n",
    )
    assert wrong(root) == [
        ("register-bad-date", "units.csv:2"),
        ("register-duplicate", "units.csv:3"),
        ("register-bad-count", "population.csv:2"),
        ("register-duplicate", "population.csv:3"),
        ("register-bad-count", "population.csv:3"),
        ("register-empty", "population.csv:4"),
        ("register-dates-reversed", "trials.csv:2"),
        ("register-duplicate", "trials.csv:3"),
    ]


def test_registers_name_only_what_the_plan_and_units_hold(tmp_path):
    population = (
        "survey,wave,unit,invited\nforaeldre,2020,G90001,5\nforældre,2020,G90001,5\n"
        "foraeldre,2022,G90001,5\nforaeldre,2024,G90999,5\nforaeldre,2020,G90999,5\n"
    )
    trials = "id,title,units\nt,T,G90001;G90998\n"
    problems = problems_of(workspace(tmp_path, population=population, trials=trials))
    # a unit that is not known is told once, not on each of its lines
    assert [(p.code, p.where.rpartition("/")[2], p.found) for p in problems] == [
        ("population-unknown-survey", "population.csv:3", "forældre"),
        ("population-unknown-wave", "population.csv:4", "foraeldre, 2022"),
        ("population-unknown-unit", "population.csv:5", "G90999"),
        ("trial-unknown-unit", "trials.csv:2", "G90998"),
    ]


def test_another_encoding(tmp_path):
    root = workspace(tmp_path)
    (root / "data/registers/units.csv").write_bytes(UNITS.encode("cp1252"))
    assert wrong(root) == [("register-not-utf8", "units.csv")]


def test_excels_utf8_mark_is_no_mistake(tmp_path):
    root = workspace(tmp_path)
    (root / "data/registers/units.csv").write_bytes(b"\xef\xbb\xbf" + UNITS.encode())
    assert len(load_registers(root).units) == 5
