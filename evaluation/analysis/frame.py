"""All answers of one survey, every wave stacked, factorised once: :class:`Frame`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.codebook.model import Instrument
from evaluation.plan.load import Workspace
from evaluation.plan.model import Survey
from evaluation.plan.registers import Unit
from evaluation.responses.model import Responses, State

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STATES: tuple[State, ...] = tuple(State)
STATE_CODE: Mapping[str, int] = {state.value: position for position, state in enumerate(STATES)}
_NO_UNIT = "(uden enhed)"


@dataclass(frozen=True, slots=True)
class Frame:
    """Answers of one survey as arrays over N stacked rows (one row a person, child or class in a wave).

    Attributes
    ----------
    waves : tuple of str
        Waves with answers, in the plan's order.
    wave, cluster, person, counted : int arrays, shape (N,)
        Positions. ``cluster`` is the unit (successors share their predecessors' cluster),
        the rater where the survey names raters and no unit, else the person. ``person`` joins a panel over
        waves; ``counted`` is whom the gate's threshold counts (rater, household or person).
    unit : object array, shape (N,)
        Unit id, or ``""``.
    own : bool array, shape (N,)
        Row belongs to the evaluated municipality (not to the comparison).
    codes : float array, shape (N, items)
        Answer code; NaN unless answered.
    states : int8 array, shape (N, items)
        Position in :data:`STATES`.
    weights : float array or None, shape (N,)
    """

    survey: Survey
    instrument: Instrument
    waves: tuple[str, ...]
    wave: Ints
    cluster: Ints
    person: Ints
    counted: Ints
    unit: NDArray[np.object_]
    own: Bools
    codes: Floats
    states: NDArray[np.int8]
    persons: pd.DataFrame
    weights: Floats | None
    weighting: str
    responses: Mapping[str, Responses]

    @property
    def independent(self) -> bool:
        """Whether every cluster is a person of its own, so that the rules on the number of units do not apply."""
        return not self.survey.unit and not self.survey.rater

    @property
    def rows(self) -> int:
        """N, the number of stacked rows."""
        return len(self.wave)

    def asked(self, wave: int) -> Bools:
        """Items put to anybody in that wave, shape (items,)."""
        not_asked = (STATE_CODE[State.NOT_ASKED], STATE_CODE[State.TECHNICAL])
        return np.asarray((~np.isin(self.states[self.wave == wave], not_asked)).any(axis=0))


def is_own(unit: Unit | None, workspace: Workspace) -> bool:
    """Whether a unit belongs to the evaluated municipality; unknown units and those without a name for it do."""
    if unit is None or not unit.kommune:
        return True
    header = workspace.plan.evaluation
    own = {header.kommune.casefold(), header.kommunekode, f"0{header.kommunekode}"}
    return unit.kommune.strip().casefold() in own


def lineage(units: Sequence[Unit]) -> dict[str, str]:
    """Map every unit id to one id shared with predecessors and successors: the same cluster in every wave."""
    parent = {unit.id: unit.id for unit in units}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for unit in units:
        for earlier in unit.predecessors:
            first, second = sorted((root(unit.id), root(earlier)))
            parent[second] = first
    return {name: root(name) for name in list(parent)}


def _text(frame: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """Return a text column, with ``""`` where it is absent or missing."""
    if column not in frame:
        return np.full(len(frame), "", dtype=object)
    values = frame[column].astype(object)
    return np.asarray(values.where(values.notna(), "").map(str), dtype=object)


def _positions(values: NDArray[np.object_]) -> Ints:
    return np.asarray(pd.factorize(values, use_na_sentinel=False)[0], dtype=np.int64)


def _weights(survey: Survey, waves: Sequence[Responses]) -> tuple[Floats | None, str]:
    """Return the weight the plan names per wave; 1 in a wave without one."""
    named = {entry.wave: entry.weight for entry in survey.waves}
    chosen = [named.get(r.wave) for r in waves]
    if not any(name and name in r.weights for name, r in zip(chosen, waves, strict=True)):
        return None, ""
    parts = [
        r.weights[name].to_numpy("float64", na_value=np.nan) if name and name in r.weights else np.ones(len(r.codes))
        for name, r in zip(chosen, waves, strict=True)
    ]
    return np.concatenate(parts), ", ".join(sorted({name for name in chosen if name}))


def _states(part: pd.DataFrame, items: list[str]) -> NDArray[np.int8]:
    whole = part.reindex(columns=items)
    flat = whole.astype(object).to_numpy(dtype=object).ravel()
    found, names = pd.factorize(flat)
    known = np.array(
        [STATE_CODE.get(str(name), STATE_CODE[State.NOT_ANSWERED]) for name in names] or [0], dtype=np.int8
    )
    return np.where(found < 0, STATE_CODE[State.NOT_ASKED], known[found]).astype(np.int8).reshape(whole.shape)


def build_frame(
    workspace: Workspace, survey: Survey, instrument: Instrument, responses: Mapping[tuple[str, str], Responses]
) -> Frame | None:
    """Stack the waves of ``survey`` that are there; None when none is, or all are empty.

    A row whose weight is missing or not above zero takes no part in weighted numbers.
    """
    order = [entry.wave for entry in survey.waves if (survey.id, entry.wave) in responses]
    parts = [responses[survey.id, wave] for wave in order]
    if not sum(len(part.codes) for part in parts):
        return None
    items = [item.id for item in instrument.items]
    sizes = [len(part.codes) for part in parts]
    wave = np.repeat(np.arange(len(parts)), sizes)
    persons = pd.concat([part.persons for part in parts], ignore_index=True)
    unit = _text(persons, "unit")
    registered = {entry.id: entry for entry in workspace.registers.units}
    row_number = np.array([f"#{i}" for i in range(len(wave))], dtype=object)
    in_wave = np.array([f"{order[w]}|" for w in wave], dtype=object)
    respondent = _text(persons, "respondent")
    respondent = np.where(respondent == "", row_number, respondent)
    rater = _text(persons, "rater")
    # Only a declared panel joins people over waves: running numbers of two files are not the same persons.
    person = _positions(respondent if survey.design == "panel" else in_wave + respondent)
    if survey.unit:
        root = lineage(workspace.registers.units)
        cluster = _positions(np.array([root.get(name, name) or _NO_UNIT for name in unit], dtype=object))
    elif survey.rater:
        # Children rated by one teacher are no independent answers; units, where named, hold their raters.
        cluster = _positions(np.where(rater == "", in_wave + respondent, rater))
    else:
        cluster = person
    weights, weighting = _weights(survey, parts)
    return Frame(
        survey=survey,
        instrument=instrument,
        waves=tuple(order),
        wave=wave,
        cluster=cluster,
        person=person,
        counted=_positions(in_wave + np.where(rater == "", respondent, rater)),
        unit=unit,
        own=np.array([is_own(registered.get(name), workspace) for name in unit], dtype=bool),
        codes=np.vstack([p.codes.reindex(columns=items).to_numpy("float64", na_value=np.nan) for p in parts]),
        states=np.vstack([_states(p.states, items) for p in parts]),
        persons=persons,
        weights=weights,
        weighting=weighting,
        responses={part.wave: part for part in parts},
    )
