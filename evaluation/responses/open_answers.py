"""Open answers read from a raw export for one use: nothing of them is ever stored.

The rows are those that :func:`~evaluation.responses.build.build_responses` keeps, as far as status, unit
and the plan's ``where`` say: rejected rows, administrative units and second rows of one person are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from evaluation.codebook.model import Instrument, OpenQuestion
from evaluation.common.errors import EvaluationError
from evaluation.importing.export import SurveyExport
from evaluation.plan.model import Survey, SurveyWave
from evaluation.plan.registers import Registers
from evaluation.responses.columns import NamesColumns, Source
from evaluation.responses.people import duplicates, group_codes, raters, respondents, selected, without_status
from evaluation.responses.units import resolve_units


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """What one person wrote to one question, unscreened: in memory only.

    Attributes
    ----------
    person : str
        Whom the gate counts (rater, household or respondent), as the export has it.
    role : str
        Id of a value of the question's group; empty where there is none.
    """

    survey: str
    wave: str
    question: str
    person: str
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenAnswers:
    """Open answers of one survey in one wave; ``absent`` names questions whose column is not in the file."""

    answers: tuple[OpenAnswer, ...]
    absent: tuple[str, ...]
    fictional: bool


def read_open(
    export: SurveyExport,
    instrument: Instrument,
    survey: Survey,
    wave: SurveyWave,
    crosswalk: NamesColumns,
    registers: Registers,
) -> OpenAnswers:
    """The open answers of an export.

    Raises
    ------
    EvaluationError
        Columns of the plan that are not there, units that the register does not know.
    """
    source, kept = selected(Source(export, survey, wave, crosswalk))
    data = source.export.data
    fictional = export.fictional
    kept = without_status(kept, source.export.status)
    unit = source.role(survey.unit)
    if unit is not None:
        codes = source.codes(unit)[kept.rows]
        resolved = resolve_units(codes, unit, registers, source.place(unit.name))
        source.problems.extend(resolved.problems)
        fictional = fictional or resolved.fictional
        kept = kept.without(resolved.administrative.reindex(data.index, fill_value=False), "administrative")
    ids = respondents(source, [])
    people = raters(source, ids)
    status = source.export.status
    completed = pd.Series(True, index=data.index) if status is None else (status == "completed").astype(bool)
    kept = kept.without(duplicates(ids, completed, kept.rows, instrument), "duplicate")
    if source.problems:
        raise EvaluationError(source.problems)
    absent = tuple(q.id for q in instrument.open if source.variable(q.id) is None)
    found = [
        a for q in instrument.open if q.id not in absent for a in _answers(source, instrument, q, people, kept.rows)
    ]
    return OpenAnswers(tuple(found), absent, fictional)


def _answers(
    source: Source, instrument: Instrument, question: OpenQuestion, people: pd.Series, rows: pd.Series
) -> Iterator[OpenAnswer]:
    variable = source.variable(question.id)
    if variable is None:
        return
    group = next((g for g in instrument.groups if g.id == question.role), None)
    roles: dict[object, str] = {}
    if group is not None:
        ids = {value.code: value.id for value in group.values}
        roles = {row: ids[code] for row, code in group_codes(source, group, []).items() if code is not None}
    values = source.export.data[variable.name]
    for row in values.index[rows & values.notna()]:
        text = str(values[row])
        if text.strip() and text not in variable.missing:
            person, role = str(people[row]), roles.get(row, "")
            yield OpenAnswer(source.survey.id, source.wave.wave, question.id, person, role, text)
