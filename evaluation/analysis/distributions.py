"""How many gave each answer: one row an item × group × wave × answer code or state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.analysis.cells import distinct
from evaluation.analysis.estimates import conform, join
from evaluation.analysis.frame import STATE_CODE, Bools, Floats, Frame, Ints
from evaluation.analysis.groups import Partition
from evaluation.codebook.model import Instrument, Item
from evaluation.common.ids import slug
from evaluation.responses.model import State
from evaluation.statistics.counts import Counts, count_answers

_ANSWERED = STATE_CODE[State.ANSWERED]
_NOT_ASKED = (STATE_CODE[State.NOT_ASKED], STATE_CODE[State.TECHNICAL])
#: A choice "Var her ikke før" is stored as *ikke relevant*: the question does not apply to this person.
STORED_AS = {"var_her_ikke": State.NOT_RELEVANT.value}


@dataclass(frozen=True, slots=True)
class Slot:
    """One answer code (``state`` empty) or one state (``code`` empty) of the item at position ``item``."""

    item: int
    code: str
    state: str
    score: float = float("nan")
    positive: float = float("nan")

    @property
    def part(self) -> str:
        """What the key says after the item's id."""
        return slug(self.state) if self.state else (self.code if self.code[0] != "-" else f"minus{self.code[1:]}")


def item_states(instrument: Instrument, item: Item) -> tuple[str, ...]:
    """States that the item's response scale offers, and *ikke besvaret*."""
    offered = [STORED_AS.get(c.state, c.state) for c in instrument.response_of(item).choices if c.state]
    return tuple(dict.fromkeys([*offered, State.NOT_ANSWERED.value]))


def _slots(instrument: Instrument) -> tuple[Slot, ...]:
    slots = []
    for position, item in enumerate(instrument.items):
        response = instrument.response_of(item)
        for choice in (c for c in response.choices if not c.state):
            score = float("nan") if choice.score is None else choice.score
            positive = float(choice.code in response.positive) if response.positive else float("nan")
            slots.append(Slot(position, str(choice.code), "", score, positive))
        slots += [Slot(position, "", state) for state in item_states(instrument, item)]
    return tuple(slots)


def _given(frame: Frame, slots: Sequence[Slot], place: Ints, answered: Bools, asked: Bools) -> NDArray[np.int16]:
    """What each row gave to each item as one number, shape (N, items): the slot's ``place``, -1 if not asked.

    The two numbers after the last place are an answer, and a state, that the item does not offer.
    """
    other = int(place.max(initial=-1)) + 1
    made = np.where(answered, other, np.where(asked, other + 1, -1)).astype(np.int16)
    for slot, number in zip(slots, place, strict=True):
        if slot.state:
            gave = frame.states[:, slot.item] == STATE_CODE[slot.state]
        else:
            gave = frame.codes[:, slot.item] == float(slot.code)
        made[gave, slot.item] = number
    return made


def distributions(frame: Frame, groupings: Sequence[Partition]) -> pd.DataFrame:
    """Make the private table ``distributions`` of one survey; items that a wave did not ask have no rows there."""
    slots = _slots(frame.instrument)
    item = np.array([slot.item for slot in slots], dtype=np.int64)
    place = np.arange(len(slots)) - np.searchsorted(item, item)  # within the item
    answered = (frame.states == _ANSWERED) & ~np.isnan(frame.codes)
    asked = ~np.isin(frame.states, _NOT_ASKED)

    def count(weights: Floats | None) -> Counts:
        return count_answers(
            _given(frame, slots, place, answered, asked),
            frame.wave,
            slots=int(place.max(initial=-1)) + 3,
            groupings=[grouping.code for grouping in groupings],
            groups=[len(grouping.groups) for grouping in groupings],
            weights=weights,
            waves=len(frame.waves),
        )

    people = count(None)
    weighted = people if frame.weights is None else count(frame.weights)
    parts = []
    for position, grouping in enumerate(groupings):
        counts = people.of(position).distribution()[0], weighted.of(position).distribution()[1]
        parts.append(_of_partition(frame, grouping, slots, place, counts, (answered, asked)))
    return join("distributions", parts)


def _of_partition(
    frame: Frame,
    grouping: Partition,
    slots: Sequence[Slot],
    place: Ints,
    counts: tuple[Floats, Floats],
    valid: tuple[Bools, Bools],
) -> pd.DataFrame:
    """Rows of one partition; ``counts`` are people and weights (items, places, groups, waves)."""
    waves = len(frame.waves)
    cells = len(grouping.groups) * waves
    cell = np.where(grouping.code >= 0, grouping.code * waves + frame.wave, -1)
    item = np.array([slot.item for slot in slots], dtype=np.int64)
    is_state = np.array([bool(slot.state) for slot in slots])
    items = frame.instrument.items
    # Asked, not answered, is below the line here; the gate still counts those who answered.
    of_asked = is_state | np.array([items[slot.item].base == "stillet" for slot in slots])
    is_answer = np.zeros(counts[0].shape[:2], dtype=bool)
    is_answer[item[~is_state], place[~is_state]] = is_answer[:, -2] = True

    def by_cell(x: Floats) -> Floats:
        return np.asarray(x.reshape(len(x), cells).T)

    def sums(x: Floats) -> tuple[Floats, Floats, Floats]:
        """Those who gave each slot, who answered its item, and who were asked it: each (cells, slots)."""
        answers = (x * is_answer[:, :, None, None]).sum(axis=1)
        return by_cell(x[item, place]), by_cell(answers)[:, item], by_cell(x.sum(axis=1))[:, item]

    count, answers, everybody = sums(counts[0])
    weighted, of_answers, of_everybody = sums(counts[1])
    people = [distinct(one, cell, frame.counted, cells) for one in valid]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weighted / np.where(of_asked, of_everybody, of_answers)
    in_wave = np.array([frame.asked(wave) for wave in range(waves)])[:, item]
    row, column = np.nonzero(np.tile(in_wave, (len(grouping.groups), 1)) & (everybody > 0))
    return _table(frame, grouping, slots, row, column).assign(
        count=count[row, column],
        share=share[row, column],
        n_base=np.where(of_asked, everybody, answers)[row, column],
        _persons=np.where(is_state, people[1][:, item], people[0][:, item])[row, column],
        _persons_answered=people[0][:, item][row, column],
    )


def _table(
    frame: Frame, grouping: Partition, slots: Sequence[Slot], row: np.ndarray, column: np.ndarray
) -> pd.DataFrame:
    """Make the describing columns of the rows at (cell, slot)."""
    waves = len(frame.waves)
    items = frame.instrument.items
    survey = frame.survey.id
    groups = np.array(grouping.groups, dtype=object)[row // waves]
    names = np.array(frame.waves, dtype=object)[row % waves]
    wave_slugs = np.array([slug(w) for w in frame.waves], dtype=object)[row % waves]
    prefixes = np.array([f"{survey}.{items[s.item].id}-{s.part}.antal." for s in slots], dtype=object)[column]
    per_slot = {
        "theme": [items[s.item].theme for s in slots],
        "scale": [items[s.item].scale or "" for s in slots],
        "item": [items[s.item].id for s in slots],
        "code": [s.code for s in slots],
        "state": [s.state for s in slots],
        "base": ["spurgte" if s.state else items[s.item].base for s in slots],
        "_score": [s.score for s in slots],
        "_positive": [s.positive for s in slots],
    }
    made = {name: np.array(values, dtype=object)[column] for name, values in per_slot.items()}
    made["_above"] = np.array(grouping.above or ("",) * len(grouping.groups), dtype=object)[row // waves]
    table = pd.DataFrame({"key": prefixes + groups + "." + wave_slugs, "survey": survey, **made})
    return conform("distributions", table.assign(group=groups, wave=names, _grouping=grouping.kind))
