"""Telling what a label in a file means: the same wording, or an answer that is none."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from evaluation.codebook.model import Choice, ResponseScale
from evaluation.codebook.no_answer import no_answer
from evaluation.plan.model import Text
from evaluation.responses.model import State

# SPSS cuts value labels at 120 bytes, often in the middle of a word.
_CUT_AT = 110

# What a label says by codebook.no_answer; a box that was not ticked is a no, not a missing answer.
_OF_LABEL = {
    "ikke_stillet": State.NOT_ASKED,
    "var_her_ikke": State.NOT_RELEVANT,
    "ikke_relevant": State.NOT_RELEVANT,
    "ved_ikke": State.DONT_KNOW,
    "vil_ikke_svare": State.REFUSED,
    "ikke_besvaret": State.NOT_ANSWERED,
    "teknisk": State.TECHNICAL,
}

_OF_CHOICE = {
    "": State.ANSWERED,
    "ved_ikke": State.DONT_KNOW,
    "ikke_relevant": State.NOT_RELEVANT,
    "vil_ikke_svare": State.REFUSED,
    # "Var her ikke før": asked, and the question does not apply to this person.
    "var_her_ikke": State.NOT_RELEVANT,
}


# the items of a grid share their labels
@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower case, single spaces, no punctuation at the ends: what two labels are compared by."""
    return " ".join(text.casefold().replace("’", "'").split()).strip(" .,:;-–*")


def state_of_choice(choice: Choice) -> State:
    """State of an answer category of the codebook."""
    return _OF_CHOICE[choice.state]


def state_of_label(label: str) -> State | None:
    """State that a label names ("Ved ikke", "Inap. …", "Refusal"), or None for an ordinary answer."""
    return _OF_LABEL.get(no_answer(label) or "")


def wordings(text: Text) -> tuple[str, ...]:
    """The comparable forms of a Danish and English text."""
    return tuple(plain(form) for form in (text.da, text.en) if form)


def choice_of_label(label: str, scale: ResponseScale) -> Choice | None:
    """The category with this wording, also where the file cut a long label."""
    found = plain(label)
    if not found:
        return None
    for choice in scale.choices:
        for form in wordings(choice.label):
            if found == form or (len(label.encode()) >= _CUT_AT and form.startswith(found)):
                return choice
    return None


def same_question(label: str, text: Text) -> bool:
    """Whether a column's label holds the item's wording (grids repeat the stem before it)."""
    found = plain(label)
    return not found or any(form in found or found in form for form in wordings(text))


def first_names(names: Iterable[str], most: int = 4) -> str:
    """The first few names, and how many more there are."""
    listed = list(names)
    rest = f" (+{len(listed) - most})" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest
