"""One item's column in a file becomes answer codes and states by the codebook.

Labels are the meaning of a code, codes are only its name in one file: where a file
labels its categories as the codebook does but numbers them otherwise, the label decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.codebook.model import Choice, ResponseScale
from evaluation.common.errors import Problem
from evaluation.importing.codes import code_text
from evaluation.importing.export import Variable
from evaluation.responses.model import Finding, State
from evaluation.responses.words import choice_of_label, plain, state_of_choice, state_of_label, wordings

STATES: tuple[State, ...] = tuple(State)
_STATE_NUMBER = {state: number for number, state in enumerate(STATES)}
# Stands for an empty cell where codes are bytes.
_EMPTY = 255
# So many values are counted one by one.
_FEW = 20
# "4 - Enig", "4. Enig", "(4) Enig": code and label in one cell.
_CODE_AND_LABEL = re.compile(r"\(?(-?\d+)\)?\s*[-–.:)]?\s+(.+)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answers:
    """An item's answers: codes (0 where there is none), states as places in :data:`STATES`, what was odd."""

    codes: npt.NDArray[np.int16]
    states: npt.NDArray[np.int8]
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one value of a column means; ``odd`` says why a person should look at it."""

    state: State
    code: int = 0
    odd: str = ""


def not_asked(rows: int) -> Answers:
    """Answers to an item that this wave did not ask."""
    states = np.full(rows, _STATE_NUMBER[State.NOT_ASKED], dtype=np.int8)
    return Answers(np.zeros(rows, dtype=np.int16), states)


def read_answers(values: pd.Series, variable: Variable, scale: ResponseScale, where: str) -> Answers:
    """Codes and states of one column.

    Parameters
    ----------
    values : pandas.Series
        The column: numbers, or text with codes or labels.
    where : str
        Place for problems: file and column.
    """
    small = _as_bytes(values)
    if small is None:
        places, uniques = distinct(values)
        counts = np.bincount(places[places >= 0], minlength=len(uniques))
    else:
        held, counts = _counted(small, variable, scale)
        uniques = held.astype("float64")
    texts = [code_text(value) for value in uniques]
    assigned, findings, conflicts = assign_labels(variable, scale)
    meanings = [meaning(text, variable, scale, assigned) for text in texts]
    for text, found, count in zip(texts, meanings, counts, strict=True):
        if found.odd:
            label = variable.value_labels.get(text, "")
            findings.append(Finding(found.odd, variable.name, f"{text} {label}".strip(), int(count)))
    problems = [
        Problem("response-labels-conflict", where, f"{code} = {variable.value_labels[code]}", {"codes": listed(scale)})
        for code in conflicts
        if code in texts
    ]
    # The last place stands for empty cells (factorize gives them -1).
    code_of = np.array([m.code for m in meanings] + [0], dtype=np.int16)
    empty = State.NOT_ASKED if variable.not_shown else State.NOT_ANSWERED
    state_of = np.array([_STATE_NUMBER[m.state] for m in meanings] + [_STATE_NUMBER[empty]], dtype=np.int8)
    if small is None:
        return Answers(code_of[places], state_of[places], tuple(findings), tuple(problems))
    codes, states = _looked_up(small, held, code_of), _looked_up(small, held, state_of)
    return Answers(codes, states, tuple(findings), tuple(problems))


def _as_bytes(values: pd.Series) -> npt.NDArray[np.uint8] | None:
    """A column of whole numbers from 0 to 254 as bytes, 255 where empty; None for any other column."""
    if values.dtype.kind != "f":
        return None
    numbers = values.to_numpy()
    with np.errstate(invalid="ignore"):
        small: npt.NDArray[np.uint8] = numbers.astype(np.uint8)
    empty = np.isnan(numbers)
    empties = np.count_nonzero(empty)
    if np.count_nonzero(small == numbers) + empties != len(numbers) or (numbers == _EMPTY).any():
        return None
    # What an empty cell became is not told: all bits are set there.
    np.bitwise_or(small, np.negative(empty.view(np.uint8)), out=small)
    return small


def _counted(
    small: npt.NDArray[np.uint8], variable: Variable, scale: ResponseScale
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The values of a column of bytes, sorted and without empty cells, and how often each is there."""
    named = {text for text in (*variable.value_labels, *variable.missing) if text.isascii() and text.isdigit()}
    likely = sorted({code for code in (*map(int, named), *(c.code for c in scale.choices)) if 0 <= code < _EMPTY})
    # To count some known values is quicker than to count all, as long as they are few and no other is there.
    if len(likely) <= _FEW:
        counts = np.array([np.count_nonzero(small == code) for code in (*likely, _EMPTY)], dtype=np.intp)
        if counts.sum() == len(small):
            there = np.flatnonzero(counts[:-1])
            return np.array(likely, dtype=np.intp)[there], counts[there]
    every = np.bincount(small, minlength=_EMPTY + 1)
    held = np.flatnonzero(every[:_EMPTY])
    return held, every[held]


def _looked_up(small: npt.NDArray[np.uint8], held: npt.NDArray[np.intp], table: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """``table`` by the place of each value in ``held``; its last entry for empty cells."""
    whole = np.full(_EMPTY + 1, table[-1], dtype=table.dtype)
    whole[held] = table[:-1]
    if table.min() < 0 or table.max() > _EMPTY:
        return whole[small]
    found = np.frombuffer(small.tobytes().translate(whole.astype(np.uint8).tobytes()), dtype=np.uint8)
    return found.view(np.int8) if table.dtype == np.int8 else found.astype(table.dtype)


def distinct(values: pd.Series) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
    """What :func:`pandas.factorize` gives: the place of each value among the distinct ones (−1: empty), and those.

    Codes are small whole numbers: these are counted, not hashed, and come sorted.
    """
    if values.dtype.kind != "f" or not len(values):
        places, uniques = pd.factorize(values)
        return places, np.asarray(uniques)
    numbers = values.to_numpy()
    with np.errstate(invalid="ignore"):
        small = numbers.astype(np.int16)
    empty = np.isnan(numbers)
    np.putmask(small, empty, 0)
    if np.count_nonzero(small == numbers) + np.count_nonzero(empty) != len(numbers):
        places, uniques = pd.factorize(values)
        return places, np.asarray(uniques)
    lowest, span = min(int(small.min()), 0), int(small.max()) - min(int(small.min()), 0) + 1
    shifted = small.astype(np.intp)
    if lowest:
        shifted -= lowest
    # The last place is for empty cells.
    np.putmask(shifted, empty, span)
    held = np.flatnonzero(np.bincount(shifted, minlength=span)[:span])
    place_of = np.full(span + 1, -1, dtype=np.intp)
    place_of[held] = np.arange(len(held))
    return place_of[shifted], (held + lowest).astype("float64")


def assign_labels(variable: Variable, scale: ResponseScale) -> tuple[dict[str, Choice], list[Finding], tuple[str, ...]]:
    """The codebook's category for each labelled code of a file.

    Returns
    -------
    assigned : dict
        Category by code of the file.
    findings : list of Finding
        ``codes-by-label`` where the file numbers categories otherwise, ``label-differs``
        where a label is not the codebook's.
    conflicts : tuple of str
        Codes whose label is unknown while their number means something else in the
        codebook: nobody can say what such an answer is.
    """
    own = {str(choice.code): choice for choice in scale.choices}
    assigned: dict[str, Choice] = {}
    unknown: dict[str, str] = {}
    for code, label in variable.value_labels.items():
        choice = choice_of_label(label, scale)
        # A label repeated in the file decides only where the code itself fits.
        if choice is not None and (choice not in assigned.values() or own.get(code) == choice):
            assigned[code] = choice
        elif label.strip():
            unknown[code] = label
    moved = {code: choice for code, choice in assigned.items() if own.get(code) != choice}
    findings = []
    if moved:
        detail = "; ".join(f"{code} → {choice.code} {choice.label.da}" for code, choice in moved.items())
        findings.append(Finding("codes-by-label", variable.name, detail))
    conflicts = []
    for code, label in unknown.items():
        choice = own.get(code)
        named = state_of_label(label)
        if choice is None or (named is not None and named is not state_of_choice(choice)):
            continue
        if choice in assigned.values():
            conflicts.append(code)
            continue
        assigned[code] = choice
        if named is not None:
            continue
        findings.append(Finding("label-differs", variable.name, f"{code}: {label} ≠ {choice.label.da}"))
    return assigned, findings, tuple(conflicts)


def meaning(text: str, variable: Variable, scale: ResponseScale, assigned: Mapping[str, Choice]) -> Meaning:
    """What the value ``text`` of a column means."""
    choice = assigned.get(text) or _by_text(text, variable, scale, assigned)
    label = variable.value_labels.get(text, "")
    named = state_of_label(label) if label else None
    if text in variable.missing:
        if choice is not None and choice.state:
            return Meaning(state_of_choice(choice))
        return Meaning(named or State.NOT_ANSWERED, odd="" if choice is None else "answer-declared-missing")
    if choice is not None:
        state = state_of_choice(choice)
        return Meaning(state, choice.code if state is State.ANSWERED else 0)
    if named is not None:
        return Meaning(named, odd="state-by-label")
    named = state_of_label(text) if not text.lstrip("-").isdigit() else None
    return Meaning(named, odd="state-by-label") if named else Meaning(State.TECHNICAL, odd="unknown-code")


def _by_text(text: str, variable: Variable, scale: ResponseScale, assigned: Mapping[str, Choice]) -> Choice | None:
    """A cell that holds a label, a code without a label, or both in one."""
    choice = choice_of_label(text, scale)
    if choice is not None:
        return choice
    for code, label in variable.value_labels.items():
        if plain(label) == plain(text) and code in assigned:
            return assigned[code]
    if text not in variable.value_labels:
        own = next((c for c in scale.choices if str(c.code) == text), None)
        if own is not None and (own not in assigned.values() or assigned.get(text) == own):
            return own
    both = _CODE_AND_LABEL.match(text)
    if both is not None:
        own = next((c for c in scale.choices if str(c.code) == both.group(1)), None)
        if own is not None and plain(both.group(2)) in wordings(own.label):
            return own
    return None


def listed(scale: ResponseScale) -> str:
    """The answers of a scale as code and label."""
    return ", ".join(f"{choice.code} = {choice.label.da}" for choice in scale.choices)
