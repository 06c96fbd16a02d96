"""Who is kept, who is dropped and why; units, raters, groups, weights."""

from __future__ import annotations

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.plan.registers import Registers
from evaluation.responses.units import successors
from tests.responses.made import REGISTERS, build, codes_of, dropped, export, instrument, people, survey


def problems(*arguments, **options) -> list:
    with pytest.raises(EvaluationError) as error:
        build(*arguments, **options)
    return list(error.value.problems)


def test_status_decides_who_is_kept_and_what_is_completed() -> None:
    made = build(
        export(
            people(s_1=[4, 3, None, 1], s_2=[1, None, None, 4]),
            status=["completed", "partial", "not_opened", "rejected"],
        )
    )
    assert list(made.persons["respondent"]) == ["a", "b"]
    assert list(made.persons["completed"]) == [True, False]
    assert dropped(made) == {"status": 2}
    report = made.report
    assert (report.rows_in, report.rows_kept, report.completed, report.partial, report.not_opened) == (4, 2, 1, 1, 1)


def test_without_status_half_of_the_items_asked_complete() -> None:
    book = instrument(("s_1", "s_2", "s_3", "s_4"))
    made = build(
        export(people(s_1=[4, 3, None, 5], s_2=[1, None, None, 5], s_3=[None] * 4, s_4=[None] * 4)), instrument=book
    )
    assert list(made.persons["respondent"]) == ["a", "b", "d"]
    assert list(made.persons["completed"]) == [True, False, True]
    assert dropped(made) == {"no_answers": 1}


def test_only_dont_know_is_an_answer_of_a_person() -> None:
    assert len(build(export(people(s_1=[5, 3, 2, 1], s_2=[5, 3, 2, 1]))).persons) == 4


def test_duplicates_keep_the_first_completed() -> None:
    made = build(
        export(people(id=["a", "b", "a", "a"]), status=["partial", "completed", "completed", "completed"]),
    )
    assert list(made.persons["respondent"]) == ["b", "a"]
    assert made.codes["s_1"].tolist() == [3, 2]
    assert dropped(made) == {"duplicate": 2}
    assert [d.detail for d in made.report.dropped] == ["1"]


def test_rows_of_children_are_no_duplicates_and_raters_are_kept() -> None:
    made = build(
        export(people(id=["a", "a", "c", "d"], laerer=["L1", "L1", None, "L2"])),
        instrument=instrument(row_is="child"),
        survey=survey(rater="laerer"),
    )
    assert list(made.persons["rater"]) == ["L1", "L1", "c", "L2"]
    assert not made.report.dropped


def test_empty_ids_are_people_of_their_own_in_this_wave_only() -> None:
    made = build(export(people(id=["a", None, None, "d"])))
    assert list(made.persons["respondent"]) == ["a", "2024-2", "2024-3", "d"]
    assert "id-empty" in codes_of(made)
    anonymous = build(export(people()), survey=survey(id_column=None))
    assert list(anonymous.persons["respondent"]) == ["2024-1", "2024-2", "2024-3", "2024-4"]


def test_ids_keep_leading_zeros_and_lose_decimals() -> None:
    assert list(build(export(people(id=["007", "7", "70", "x"]))).persons["respondent"]) == ["007", "7", "70", "x"]
    assert list(build(export(people(id=[101, 102, 103, 104]))).persons["respondent"]) == ["101", "102", "103", "104"]


def test_where_keeps_by_code_or_label_and_hides_the_rest() -> None:
    labels = {"sted": {"1": "Lindholt", "2": "Andet"}}
    columns = people(sted=[1, 1, 2, 2], s_1=[4, 3, 99, 99])
    for wanted in ("1", "lindholt"):
        made = build(export(columns, labels=labels), survey=survey(wave={"where": {"sted": wanted}}))
        assert list(made.persons["respondent"]) == ["a", "b"]
        assert dropped(made) == {"where": 2}
        assert "unknown-code" not in codes_of(made)
    both = build(export(columns, labels=labels), survey=survey(wave={"where": {"sted": ["1", "2"]}}))
    assert len(both.persons) == 4
    found = problems(export(columns), survey=survey(wave={"where": {"stedd": "1"}}))
    assert [(p.code, p.params["column"]) for p in found] == [("response-column-missing", "stedd")]
    assert "sted" in found[0].found
    none = problems(export(columns), survey=survey(wave={"where": {"sted": "7"}}))
    assert [p.code for p in none] == ["response-nothing-left"]


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["A1", "a1 ", "A4", "A4"], {}),
        (["Mosen", "mosen", "Skoven Nord", "A4"], {}),
        ([7, 7, 8, 8], {"7": "A1 Mosen", "8": "Skoven Nord"}),
        (["7", "7", "8", "8"], {"7": "Mosen", "8": "A4: Skoven"}),
    ],
)
def test_units_by_id_name_or_label(cells: list, labels: dict) -> None:
    made = build(export(people(enhed=cells), labels={"enhed": labels}))
    assert list(made.persons["unit"]) == ["A1", "A1", "A4", "A4"]


def test_merged_units_have_one_id_in_every_wave() -> None:
    made = build(export(people(enhed=["A2", "A3", "A4", "A5"])))
    assert list(made.persons["unit"]) == ["A4", "A4", "A4", "A5"]
    followed = {f.detail: f.rows for f in made.report.findings if f.code == "unit-followed"}
    assert followed == {"A2 → A4": 1, "A3 → A4": 1}
    # A5 was split in two: nobody can say where its people belong.
    assert "a5" not in successors(REGISTERS)


def test_administrative_units_are_dropped() -> None:
    made = build(export(people(enhed=["A1", "A9", "A9", "A4"])))
    assert list(made.persons["respondent"]) == ["a", "d"]
    assert dropped(made) == {"administrative": 2}
    assert made.report.dropped[0].detail == "A9"


def test_unknown_units_are_all_named_at_once() -> None:
    found = problems(export(people(enhed=["A1", "Z8", "Z9", "Z9"])))
    assert [(p.code, p.found, p.params["rows"]) for p in found] == [("response-unit-unknown", "Z8, Z9", "3")]
    # People who never opened are not there: their unit does not matter.
    made = build(export(people(enhed=["A1", "A1", "A1", "Z9"]), status=["completed"] * 3 + ["not_opened"]))
    assert len(made.persons) == 3


def test_without_a_register_ids_are_taken_as_they_are() -> None:
    made = build(export(people(enhed=["x", "y", None, "x"])), registers=Registers())
    assert made.persons["unit"].isna().tolist() == [False, False, True, False]
    assert codes_of(made) == {"no-unit-register", "unit-empty"}


def test_group_codes_by_code_and_label() -> None:
    for cells in ([1, 2, 9, None], ["Pædagog", "leader", "Kok", None]):
        made = build(export(people(stilling=cells)))
        assert made.persons["stilling"].isna().tolist() == [False, False, True, True]
        assert list(made.persons["stilling"][:2]) == ["1", "2"]
        assert "unknown-group-code" in codes_of(made)
    swapped = build(export(people(stilling=[1, 2, 1, 1]), labels={"stilling": {"1": "Leder", "2": "Pædagog"}}))
    assert list(swapped.persons["stilling"]) == ["2", "1", "2", "2"]
    absent = {k: v for k, v in people().items() if k != "stilling"}
    assert codes_of(build(export(absent))) == {"group-missing"}


def test_weights_from_plan_or_file() -> None:
    columns = people(w=[0.5, 1.5, None, 1], v=[1, 1, 1, 1])
    made = build(export(columns), survey=survey(wave={"weight": "w"}))
    assert made.weights.columns.tolist() == ["w"]
    assert made.weights["w"].tolist() == [0.5, 1.5, 0.0, 1.0]
    assert codes_of(made) == {"weight-empty"}
    own = build(export(columns, weight="v"))
    assert own.weights.columns.tolist() == ["v"]
    assert codes_of(own) == {"weight-from-file"}
    assert build(export(columns)).weights.shape == (4, 0)


@pytest.mark.parametrize("values", [[-1, 1, 1, 1], ["a", "b", "c", "d"], [0, 0, 0, 0]])
def test_impossible_weights(values: list) -> None:
    found = problems(export(people(w=values)), survey=survey(wave={"weight": "w"}))
    assert [p.code for p in found] == ["response-weight"]


def test_every_problem_is_told_at_once() -> None:
    found = problems(
        export(people(enhed=["Z1", "A1", "A1", "A1"], w=[-1, 1, 1, 1])),
        survey=survey(rater="ingen", wave={"weight": "w", "where": {"heller_ikke": "1"}}),
    )
    assert [p.code for p in found] == [
        "response-column-missing",
        "response-unit-unknown",
        "response-column-missing",
        "response-weight",
    ]


@pytest.mark.parametrize("unit", ["G90017", "990003"])
def test_fictional_units_make_fictional_answers(unit: str) -> None:
    made = build(export(people(enhed=[unit] * 4)), registers=Registers())
    assert made.fictional
    assert made.report.fictional
    assert not build(export(people(enhed=["G12345", "990", "1990001", "x"])), registers=Registers()).fictional
    assert build(export(people(), fictional=True)).fictional
