"""From an export to :class:`~evaluation.responses.model.Responses`, with a report of what happened."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluation.codebook.model import Instrument, Item
from evaluation.common.errors import EvaluationError, Problem
from evaluation.importing.export import SurveyExport
from evaluation.plan.model import Survey, SurveyWave
from evaluation.plan.registers import Registers
from evaluation.responses.answers import STATES, Answers, listed, not_asked, read_answers
from evaluation.responses.asked import asked_items
from evaluation.responses.columns import NamesColumns, Source
from evaluation.responses.durations import Fieldwork
from evaluation.responses.identifiers import Privacy, check_roles, hidden_ids, scrubbed, without_cpr
from evaluation.responses.model import Finding, ImportReport, ImportStoppedError, Responses, State
from evaluation.responses.people import (
    Kept,
    duplicate_detail,
    duplicates,
    group_codes,
    raters,
    respondents,
    selected,
    weight_column,
    without_status,
)
from evaluation.responses.units import Units, detail_of, resolve_units
from evaluation.responses.validation import checks_of, validate
from evaluation.responses.words import first_names, same_question

# What a person gave: an answer, or a word on why there is none.
_GIVEN = [STATES.index(s) for s in (State.ANSWERED, State.DONT_KNOW, State.NOT_RELEVANT, State.REFUSED)]
# By state, as a table of bytes: those are translated much faster than an array is indexed.
_IS_GIVEN = np.isin(np.arange(256), _GIVEN).tobytes()
_ANSWERED, _NOT_ASKED = STATES.index(State.ANSWERED), STATES.index(State.NOT_ASKED)
_NOT_ANSWERED, _TECHNICAL = STATES.index(State.NOT_ANSWERED), STATES.index(State.TECHNICAL)
# A column with fewer values than this says too little about whose it is.
_FEWEST_TO_JUDGE = 5
# What is longer is no code but perhaps what somebody wrote; it is not shown.
_LONGEST_CODE = 6
# Problems about values that give people away.
_GIVES_AWAY = ("response-cpr", "response-identifier", "response-id-identifier")
# Without a status in the file: completed from half of the items asked.
_COMPLETED_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Grid:
    """Codes and states of all items, rows of the export × items; by row how many were asked and answered."""

    items: tuple[str, ...]
    codes: np.ndarray
    states: np.ndarray
    asked: np.ndarray
    #: Cells that hold anything the person said.
    given: np.ndarray


def build_responses(
    export: SurveyExport,
    instrument: Instrument,
    survey: Survey,
    wave: SurveyWave,
    crosswalk: NamesColumns,
    registers: Registers,
    *,
    fieldwork: Fieldwork | None = None,
    privacy: Privacy | None = None,
) -> Responses:
    """Clean one export by its codebook.

    Rows are dropped, in this order, for: the plan's ``where``, status (never opened,
    rejected), administrative units, no answer to any item, a second row of the same
    person (only where the instrument's row is a person; the first completed one stays).
    ``fieldwork`` holds the first and last day of the wave, against which dates are checked.

    Returns
    -------
    Responses
        With :class:`~evaluation.responses.model.ImportReport`; ``completed``, ``partial``
        and ``not_opened`` there count rows of the file, before any drop but ``where``.

    Raises
    ------
    EvaluationError
        Everything that must be mended, at once: ``response-cpr``,
        ``response-column-missing``, ``response-unit-unknown``,
        ``response-labels-conflict``, ``response-codes-unknown``, ``response-no-items``, ``response-weight``,
        ``response-nothing-left``.
    """
    source, kept = selected(Source(export, survey, wave, crosswalk))
    findings = [Finding(n.code, n.variable, n.detail, n.rows) for n in export.warnings]
    privacy = privacy or Privacy()
    source = without_cpr(source, export, privacy, findings)
    check_roles(source, instrument, privacy)
    rows_in, export = export.rows, source.export
    units = _units(source, registers, kept)
    findings += units.findings
    grid = _grid(source, instrument, findings)
    ids = respondents(source, findings)
    people = hidden_ids(ids, privacy)
    persons = {"respondent": people, "unit": units.ids, "rater": hidden_ids(raters(source, ids), privacy)}
    groups = {group.id: group_codes(source, group, findings) for group in instrument.groups}
    weights = weight_column(source, findings)
    completed = _completed(export.status, grid, export.data.index, survey.complete_from)
    counts = _status_counts(export.status, completed, grid)
    kept = without_status(kept, export.status)
    kept = kept.without(units.administrative, "administrative", detail_of(units.ids[units.administrative]))
    silent = pd.Series(grid.given == 0, index=export.data.index)
    kept = kept.without(silent, "no_answers")
    again = duplicates(people, completed, kept.rows, instrument)
    kept = kept.without(again, "duplicate", duplicate_detail(people, again))
    if not kept.rows.any() and not source.problems:
        reasons = ", ".join(f"{d.reason} {d.rows}" for d in kept.dropped)
        source.problems.append(Problem("response-nothing-left", source.place(""), reasons))
    if any(problem.code.startswith(_GIVES_AWAY) for problem in source.problems):
        # whose columns hold what nobody may see is not looked at further
        raise ImportStoppedError(source.problems)
    frame = pd.DataFrame({**persons, "completed": completed, **groups})
    report = _report(source, rows_in, kept, counts, scrubbed(_joined(findings)), export.fictional or units.fictional)
    checks = validate(source, instrument, grid.codes, grid.states, kept.rows, frame, registers, fieldwork)
    checks = [*checks, *checks_of(report.findings, report.dropped)]
    if source.problems:
        raise ImportStoppedError(source.problems, checks)
    made = _responses(source, grid, frame, weights, kept, report)
    return replace(made, checks=tuple(checks), asked=asked_items(source, instrument))


def _units(source: Source, registers: Registers, kept: Kept) -> Units:
    variable = source.role(source.survey.unit)
    index = source.export.data.index
    if variable is None:
        return Units(pd.Series(None, index=index, dtype=object), pd.Series(False, index=index))
    # Only rows that could stay: people who never opened may lack a unit.
    rows = without_status(kept, source.export.status).rows
    resolved = resolve_units(source.codes(variable)[rows], variable, registers, source.place(variable.name))
    source.problems.extend(resolved.problems)
    return Units(
        resolved.ids.reindex(index).astype(object),
        resolved.administrative.reindex(index, fill_value=False),
        resolved.findings,
        resolved.problems,
        resolved.fictional,
    )


def _grid(source: Source, instrument: Instrument, findings: list[Finding]) -> Grid:
    """Every item's answers; an item not asked, or not in the file, is *ikke_stillet*."""
    missing, other_words = [], []
    strange: list[tuple[Item, Answers]] = []
    found = 0
    # Items lie one after another in memory: everything below takes them one by one.
    shape = len(instrument.items), source.export.rows
    codes, states = np.empty(shape, dtype=np.int16), np.empty(shape, dtype=np.int8)
    asked, given = np.zeros((2, shape[1]), dtype=np.int32)
    for place, item in enumerate(instrument.items):
        name = source.name_of(item.id)
        variable = source.export.find(name) if name else None
        if variable is None:
            answers = not_asked(source.export.rows)
            missing += [name] if name else []
        else:
            found += 1
            if not same_question(variable.label, item.text):
                other_words.append(item.id)
            values = source.export.data[variable.name]
            answers = read_answers(values, variable, instrument.response_of(item), source.place(variable.name))
            findings += answers.findings
            source.problems.extend(answers.problems)
            if _mostly_unknown(answers):
                strange.append((item, answers))
        codes[place], states[place] = answers.codes, answers.states
        asked += states[place] != _NOT_ASKED
        given += np.frombuffer(answers.states.tobytes().translate(_IS_GIVEN), dtype=bool)
    if missing and not found:
        source.problems.append(_no_items(source, instrument.items))
    elif missing:
        findings.append(Finding("item-missing", first_names(missing), first_names(missing, len(missing)), len(missing)))
    if strange:
        source.problems.append(_strange_codes(source, instrument, strange))
    if other_words:
        findings.append(Finding("question-text-differs", first_names(other_words), rows=len(other_words)))
    return Grid(tuple(item.id for item in instrument.items), codes.T, states.T, asked, given)


def _mostly_unknown(answers: Answers) -> bool:
    """Whether so many values mean nothing that the column can hardly be the item's."""
    if not any(f.code == "unknown-code" for f in answers.findings):
        return False
    counts = np.bincount(answers.states, minlength=len(STATES))
    held = counts.sum() - counts[_NOT_ANSWERED] - counts[_NOT_ASKED]
    return bool(held >= _FEWEST_TO_JUDGE and 2 * counts[_TECHNICAL] > held)


def _strange_codes(source: Source, instrument: Instrument, strange: Sequence[tuple[Item, Answers]]) -> Problem:
    columns = first_names(source.name_of(item.id) for item, _ in strange)
    values = dict.fromkeys(
        f.detail
        for _, answers in strange
        for f in answers.findings
        if f.code == "unknown-code" and len(f.detail) <= _LONGEST_CODE
    )
    codes = listed(instrument.response_of(strange[0][0]))
    return Problem("response-codes-unknown", source.place(columns), first_names(values), {"codes": codes})


def _no_items(source: Source, items: Sequence[Item]) -> Problem:
    wanted = first_names(source.name_of(item.id) for item in items if source.name_of(item.id))
    return Problem(
        "response-no-items", source.place(""), first_names(v.name for v in source.export.variables), {"wanted": wanted}
    )


def _completed(status: pd.Series | None, grid: Grid, index: pd.Index, complete_from: float | None) -> pd.Series:
    """By the plan's share of the items asked; without one by the file's status, and half where there is none."""
    share = grid.given / np.maximum(grid.asked, 1)
    by_share = pd.Series(share >= (complete_from or _COMPLETED_FROM), index=index, dtype=bool)
    if status is None or complete_from is not None:
        return by_share
    return (status == "completed").where(status.notna(), by_share).astype(bool)


def _status_counts(status: pd.Series | None, completed: pd.Series, grid: Grid) -> tuple[int, int, int]:
    """Completed, partial and never opened among the rows of this survey in the file."""
    if status is None:
        opened = pd.Series(grid.given > 0, index=completed.index)
        return int((completed & opened).sum()), int((~completed & opened).sum()), 0
    opened = status.isin(["completed", "partial"])
    return int((completed & opened).sum()), int((~completed & opened).sum()), int((status == "not_opened").sum())


def _joined(findings: Iterable[Finding]) -> list[Finding]:
    """One finding where several columns say the same: the items of a grid share their labels."""
    same: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        same.setdefault((finding.code, finding.detail or finding.variable), []).append(finding)
    joined = []
    for found in same.values():
        names = first_names(dict.fromkeys(f.variable for f in found if f.variable))
        joined.append(Finding(found[0].code, names, found[0].detail, sum(f.rows for f in found)))
    return joined


def _report(
    source: Source,
    rows_in: int,
    kept: Kept,
    counts: tuple[int, int, int],
    findings: Iterable[Finding],
    fictional: bool,
) -> ImportReport:
    export = source.export
    return ImportReport(
        survey=source.survey.id,
        wave=source.wave.wave,
        files=tuple(path.name for path in export.files),
        format=export.format,
        sha256=export.sha256,
        rows_in=rows_in,
        rows_kept=int(kept.rows.sum()),
        completed=counts[0],
        partial=counts[1],
        not_opened=counts[2],
        dropped=kept.dropped,
        findings=tuple(findings),
        fictional=fictional,
    )


def _responses(
    source: Source,
    grid: Grid,
    persons: pd.DataFrame,
    weights: pd.Series | None,
    kept: Kept,
    report: ImportReport,
) -> Responses:
    rows = kept.rows.to_numpy()
    # By item, each in one piece in memory.
    whole = bool(rows.all())
    kept_codes, states = (part.T if whole else np.compress(rows, part.T, axis=1) for part in (grid.codes, grid.states))
    empty = states != _ANSWERED
    codes = {item: pd.arrays.IntegerArray(kept_codes[n], empty[n]) for n, item in enumerate(grid.items)}
    named = pd.CategoricalDtype([str(state) for state in STATES])
    stated = {item: pd.Categorical.from_codes(states[n], dtype=named) for n, item in enumerate(grid.items)}
    people = persons[rows].reset_index(drop=True)
    for column in people.columns:
        if column != "completed":
            people[column] = people[column].astype("string")
    weighed = {} if weights is None else {str(weights.name): weights.to_numpy()[rows]}
    return Responses(
        survey=source.survey.id,
        wave=source.wave.wave,
        codes=pd.DataFrame(codes, index=people.index, copy=False),
        states=pd.DataFrame(stated, index=people.index, copy=False),
        persons=people,
        weights=pd.DataFrame(weighed, index=people.index, dtype="float64"),
        fictional=report.fictional,
        report=report,
    )


def check_waves(survey: Survey, waves: Sequence[Responses]) -> tuple[Finding, ...]:
    """Compare the waves of one survey with each other.

    Returns
    -------
    tuple of Finding
        ``panel-no-overlap`` for two waves of a panel that share no person.

    Raises
    ------
    EvaluationError
        ``response-waves-same`` when two waves hold the same people with the same answers.
    """
    problems, findings = [], []
    for first, second in itertools.combinations(waves, 2):
        where = f"{survey.id}: {first.wave}, {second.wave}"
        same_people = list(first.persons["respondent"]) == list(second.persons["respondent"])
        if same_people and first.codes.equals(second.codes) and first.states.equals(second.states):
            files = ", ".join(f for r in (first, second) if r.report is not None for f in r.report.files[:1])
            problems.append(Problem("response-waves-same", where, files))
        elif survey.design == "panel" and not set(first.persons["respondent"]) & set(second.persons["respondent"]):
            findings.append(Finding("panel-no-overlap", survey.id_column or "", f"{first.wave}, {second.wave}"))
    if problems:
        raise EvaluationError(problems)
    return tuple(findings)
