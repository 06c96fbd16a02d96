"""Codes and states: by code, by label, by both, and what is no answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.common.errors import EvaluationError
from evaluation.importing.export import Variable
from evaluation.responses.answers import _counted
from evaluation.responses.model import State
from evaluation.responses.words import plain, state_of_label
from tests.responses.made import LABELS, Names, answer, build, codes_of, export, instrument, people


def test_codes_and_states() -> None:
    made = build(export(people(s_1=[4, 5, 6, None], s_2=[1, 7, 99, 2])))
    assert answer(made, "s_1") == [4, None, None, None]
    assert list(made.states["s_1"]) == ["besvaret", "ved_ikke", "ikke_relevant", "ikke_besvaret"]
    # "Var her ikke før" is kept apart like an item that is not relevant; 99 is in no codebook.
    assert list(made.states["s_2"]) == ["besvaret", "ikke_relevant", "teknisk", "besvaret"]
    assert answer(made, "s_2") == [1, None, None, 2]
    assert str(made.codes["s_1"].dtype) == "Int16"
    unknown = [f for f in made.report.findings if f.code == "unknown-code"]
    assert [(f.variable, f.detail, f.rows) for f in unknown] == [("s_2", "99", 1)]


@pytest.mark.parametrize(
    "cell", ["Helt enig", " helt  enig. ", "Strongly agree", "4", "4 - Helt enig", "(4) helt enig"]
)
def test_a_cell_may_hold_code_or_label_or_both(cell: str) -> None:
    made = build(export(people(s_1=[cell, "Ved ikke", "Enig", "Uenig"]), labels={"s_1": {}}))
    assert answer(made, "s_1") == [4, None, 3, 2]
    assert list(made.states["s_1"])[1] == "ved_ikke"


@pytest.mark.parametrize("cell", ["4 - Uenig", "Meget enig", "3.5", "-4"])
def test_a_cell_that_contradicts_itself_or_is_unknown_is_technical(cell: str) -> None:
    made = build(export(people(s_1=[cell, "1", "1", "1"]), labels={"s_1": {}}))
    assert next(iter(made.states["s_1"])) == "teknisk"
    assert "unknown-code" in codes_of(made)


def test_user_missing_becomes_a_state_by_its_label() -> None:
    labels = {"s_1": {**LABELS, "90": "Ønsker ikke at svare", "91": "Inap. (ikke spurgt)", "92": "Uoplyst", "93": "Hm"}}
    made = build(export(people(s_1=[90, 91, 92, 93]), labels=labels, missing={"s_1": ["90", "91", "92", "93", "5"]}))
    assert list(made.states["s_1"]) == ["vil_ikke_svare", "ikke_stillet", "ikke_besvaret", "ikke_besvaret"]
    assert not codes_of(made)


def test_dont_know_declared_missing_or_not_is_the_same() -> None:
    one = build(export(people(s_1=[5, 4, 3, 2]), missing={"s_1": ["5"]}))
    two = build(export(people(s_1=[5, 4, 3, 2])))
    assert one.states.equals(two.states)


def test_an_answer_that_the_file_declares_missing_is_missing_and_told() -> None:
    made = build(export(people(s_1=[4, 3, 2, 1]), missing={"s_1": ["4"]}))
    assert next(iter(made.states["s_1"])) == "ikke_besvaret"
    assert "answer-declared-missing" in codes_of(made)


def test_labels_are_compared_without_case_and_space() -> None:
    same = build(export(people(), labels={"s_1": {**LABELS, "1": " HELT   uenig", "4": "Strongly agree"}}))
    assert not codes_of(same)
    other = build(export(people(), labels={"s_1": {**LABELS, "4": "Fuldstændig enig"}}))
    assert answer(other, "s_1") == [4, 3, 2, 1]
    found = [f for f in other.report.findings if f.code == "label-differs"]
    assert [(f.variable, f.detail) for f in found] == [("s_1", "4: Fuldstændig enig ≠ Helt enig")]


def test_a_label_that_spss_cut_is_still_the_label() -> None:
    book = instrument()
    long = (
        "Jeg er helt enig i udsagnet og har været det hele tiden, " + "også når det var svært at være alene om det hele"
    )
    assert 110 <= len(long.encode()) <= 120
    choices = list(book.responses[0].choices)
    choices[3] = choices[3].model_copy(
        update={"label": choices[3].label.model_copy(update={"da": long + " i hverdagen"})}
    )
    scale = book.responses[0].model_copy(update={"choices": tuple(choices)})
    made = build(
        export(people(), labels={"s_1": {**LABELS, "4": long}}),
        instrument=book.model_copy(update={"responses": (scale,)}),
    )
    # s_2 keeps the short label and differs; s_1 holds the cut one.
    assert [f.variable for f in made.report.findings if f.code == "label-differs"] == ["s_2"]


def test_a_reversed_scale_follows_its_labels() -> None:
    turned = {"1": "Helt enig", "2": "Enig", "3": "Uenig", "4": "Helt uenig", "8": "Ved ikke"}
    made = build(export(people(s_1=[1, 2, 3, 8]), labels={"s_1": turned}))
    assert answer(made, "s_1") == [4, 3, 2, None]
    assert list(made.states["s_1"])[3] == "ved_ikke"
    assert "codes-by-label" in codes_of(made)


def test_a_code_that_means_something_else_stops_the_import() -> None:
    turned = {"1": "Helt enig", "4": "Aldrig hørt om det"}
    with pytest.raises(EvaluationError) as error:
        build(export(people(s_1=[1, 4, 4, 1]), labels={"s_1": turned}))
    assert [p.code for p in error.value.problems] == ["response-labels-conflict"]
    assert error.value.problems[0].found == "4 = Aldrig hørt om det"
    # A label that nobody chose does no harm.
    assert answer(build(export(people(s_1=[1, 1, 1, 1]), labels={"s_1": turned})), "s_1") == [4, 4, 4, 4]


def test_dont_know_hidden_in_an_ordinary_code_is_seen_by_its_label() -> None:
    made = build(export(people(s_1=[9, 4, 3, 2]), labels={"s_1": {**LABELS, "9": "Ved ikke/ikke relevant"}}))
    assert next(iter(made.states["s_1"])) == "ved_ikke"
    assert "state-by-label" in codes_of(made)


def test_not_asked_and_missing_items() -> None:
    book = instrument(("s_1", "s_2", "s_3"))
    empty = build(export(people()), instrument=book, crosswalk=Names({"s_3": ""}))
    assert set(empty.states["s_3"]) == {"ikke_stillet"}
    assert not codes_of(empty)
    absent = build(export(people()), instrument=book)
    assert set(absent.states["s_3"]) == {"ikke_stillet"}
    assert codes_of(absent) == {"item-missing"}
    with pytest.raises(EvaluationError) as error:
        build(export(people()), crosswalk=Names({"s_1": "x_1", "s_2": "x_2"}))
    assert [p.code for p in error.value.problems] == ["response-no-items"]


def test_columns_are_found_in_other_letter_case_and_through_the_crosswalk() -> None:
    upper = {name.upper() if name.startswith("s_") else name: values for name, values in people().items()}
    assert answer(build(export(upper, labels={"S_1": LABELS})), "s_1") == [4, 3, 2, 1]
    renamed = {"q7" if name == "s_1" else name: values for name, values in people().items()}
    assert answer(build(export(renamed), crosswalk=Names({"s_1": "q7"})), "s_1") == [4, 3, 2, 1]


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 99, None]), min_size=4, max_size=4))
def test_a_code_stands_exactly_where_the_state_says_answered(values: list[int | None]) -> None:
    made = build(export(people(s_1=values)))
    assert (made.codes["s_1"].notna() == (made.states["s_1"] == State.ANSWERED)).all()
    assert made.states.shape == made.codes.shape == (4, 2)


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("Ved ikke", State.DONT_KNOW),
        ("Vet ikke    ", State.DONT_KNOW),
        ("DK/NA", State.DONT_KNOW),
        ("Refusal (SPONT.)", State.REFUSED),
        ("Inap. (not 1 in eu28)", State.NOT_ASKED),
        ("NA (NOT DOCUMENTED)", State.NOT_ANSWERED),
        ("Ikke relevant for mig", State.NOT_RELEVANT),
        ("Nationale mål", None),
        ("Ved siden af", None),
        ("Ikke tilfreds", None),
    ],
)
def test_labels_that_are_no_answer(label: str, state: State | None) -> None:
    assert state_of_label(label) is state


def test_plain() -> None:
    assert plain("  Helt  ENIG. ") == "helt enig"


@given(st.lists(st.integers(0, 255), max_size=60), st.sets(st.integers(0, 300), max_size=30))
def test_values_are_counted_alike_whether_named_or_not(cells: list[int], named: set[int]) -> None:
    small = np.array(cells, dtype=np.uint8)
    variable = Variable("s_1", value_labels={**{str(code): "x" for code in named}, "-3": "y", "A": "z", "²": "w"})
    held, counts = _counted(small, variable, instrument().responses[0])
    every = np.bincount(small[small < 255], minlength=1)
    assert held.tolist() == np.flatnonzero(every).tolist()
    assert counts.tolist() == every[every > 0].tolist()
