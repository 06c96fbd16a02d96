"""One list says what is no answer: the draft of a codebook and the cleaning of answers agree on every label."""

from __future__ import annotations

import pytest

from evaluation.codebook.no_answer import no_answer
from evaluation.codebook.recognise import recognise, state_of
from evaluation.responses.model import State
from evaluation.responses.words import state_of_label

LABELS = {
    "Ved ikke": ("ved_ikke", State.DONT_KNOW),
    "9 - Ved det ikke": ("ved_ikke", State.DONT_KNOW),
    "Vet ikke": ("ved_ikke", State.DONT_KNOW),
    "Kan ikke vurdere": ("ved_ikke", State.DONT_KNOW),
    "Don’t know": ("ved_ikke", State.DONT_KNOW),
    "(weiß nicht)": ("ved_ikke", State.DONT_KNOW),
    "Ikke aktuelt": ("ikke_relevant", State.NOT_RELEVANT),
    "N/A": ("ikke_relevant", State.NOT_RELEVANT),
    "Jeg var her ikke": ("var_her_ikke", State.NOT_RELEVANT),
    "Ønsker ikke at svare": ("vil_ikke_svare", State.REFUSED),
    "Keine Angabe": ("vil_ikke_svare", State.REFUSED),
    "Ubesvaret": ("", State.NOT_ANSWERED),
    "No answer": ("", State.NOT_ANSWERED),
    "Inap. (not 1 in V5)": ("", State.NOT_ASKED),
    "Ikke vist": ("", State.NOT_ASKED),
    "Ugyldigt svar": ("", State.TECHNICAL),
}
ANSWERS = ("Var ikke tilfreds", "Systematisk", "Filterkaffe", "Ikke enig", "Dansk")


@pytest.mark.parametrize("label", LABELS)
def test_both_readers_say_the_same(label: str) -> None:
    drafted, cleaned = LABELS[label]
    assert no_answer(label) is not None
    assert (state_of(label), state_of_label(label)) == (drafted, cleaned)
    found = recognise({"1": "Helt uenig", "2": "Uenig", "3": "Enig", "8": label})
    assert found.codes == ("1", "2", "3")
    assert ("8" in found.missing) is (drafted == "")


@pytest.mark.parametrize("label", ANSWERS)
def test_answers_are_left_alone(label: str) -> None:
    assert no_answer(label) is None


def test_a_box_that_was_not_ticked_is_a_no() -> None:
    assert no_answer("Ikke valgt") == "ikke_valgt"
    assert state_of_label("Ikke valgt") is None
