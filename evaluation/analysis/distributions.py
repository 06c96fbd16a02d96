"""How many gave each answer: one row an item × group × wave × answer code or state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.analysis.cells import distinct, segment_sums
from evaluation.analysis.estimates import conform, join
from evaluation.analysis.frame import STATE_CODE, Bools, Frame
from evaluation.analysis.groups import Partition
from evaluation.codebook.model import Instrument, Item
from evaluation.common.ids import slug
from evaluation.responses.model import State

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


def _indicators(frame: Frame, slots: Sequence[Slot]) -> Bools:
    """Whether each row gave each slot, shape (N, slots)."""
    made = np.empty((frame.rows, len(slots)), dtype=bool)
    for column, slot in enumerate(slots):
        if slot.state:
            made[:, column] = frame.states[:, slot.item] == STATE_CODE[slot.state]
        else:
            made[:, column] = frame.codes[:, slot.item] == float(slot.code)
    return made


def distributions(frame: Frame, groupings: Sequence[Partition]) -> pd.DataFrame:
    """Make the private table ``distributions`` of one survey; items that a wave did not ask have no rows there."""
    slots = _slots(frame.instrument)
    answered = (frame.states == _ANSWERED) & ~np.isnan(frame.codes)
    asked = ~np.isin(frame.states, _NOT_ASKED)
    given = _indicators(frame, slots)
    parts = [_of_partition(frame, grouping, slots, given, answered, asked) for grouping in groupings]
    return join("distributions", parts)


def _of_partition(
    frame: Frame, grouping: Partition, slots: Sequence[Slot], given: Bools, answered: Bools, asked: Bools
) -> pd.DataFrame:
    waves = len(frame.waves)
    cells = len(grouping.groups) * waves
    cell = np.where(grouping.code >= 0, grouping.code * waves + frame.wave, -1)
    weight = (np.ones(frame.rows) if frame.weights is None else np.nan_to_num(frame.weights))[:, None]
    item = np.array([slot.item for slot in slots])
    is_state = np.array([bool(slot.state) for slot in slots])
    items = frame.instrument.items
    # Asked, not answered, is below the line here; the gate still counts those who answered.
    of_asked = is_state | np.array([items[slot.item].base == "stillet" for slot in slots])

    def of_base(values: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.where(of_asked, other[:, item], values[:, item])

    count = segment_sums(given.astype(float), cell, cells)
    weighted = count if frame.weights is None else segment_sums(given * weight, cell, cells)
    bases = [segment_sums(np.asarray(b * weight, dtype=float), cell, cells) for b in (answered, asked)]
    people = [distinct(b, cell, frame.counted, cells) for b in (answered, asked)]
    number = [segment_sums(b.astype(float), cell, cells) for b in (answered, asked)]
    base = of_base(*number)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weighted / of_base(*bases)
    in_wave = np.array([frame.asked(wave) for wave in range(waves)])[:, item]
    shown = np.tile(in_wave, (len(grouping.groups), 1)) & (number[1][:, item] > 0)
    row, column = np.nonzero(shown)
    return _table(frame, grouping, slots, row, column).assign(
        count=count[row, column],
        share=share[row, column],
        n_base=base[row, column],
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
