"""What a plan says about groups, variables and themes, held against the instruments it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evaluation.codebook.crosswalk import load_crosswalk
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem
from evaluation.plan.form import TomlFile, near, read_toml
from evaluation.plan.load import PLAN_FILE, Workspace
from evaluation.plan.registers import FOLDER, REGISTER_GROUPS
from evaluation.plan.weighting import OF_UNITS


def agreement_problems(workspace: Workspace, instruments: Mapping[str, Instrument]) -> list[Problem]:
    """Everything in the plan, its crosswalks and trials.csv that does not fit the instruments.

    Parameters
    ----------
    workspace : Workspace
    instruments : mapping of str to Instrument
        As of :func:`evaluation.codebook.load.load_instruments`.
    """
    file = read_toml(workspace.root / PLAN_FILE, PLAN_FILE)
    found = [*_groups(workspace, instruments, file), *_verdict_groups(workspace, instruments, file)]
    found += _exempt(workspace, instruments, file)
    for survey in workspace.plan.surveys:
        try:
            load_crosswalk(workspace, survey, instruments[survey.instrument])
        except EvaluationError as error:
            found += error.problems
    return [*found, *_margins(workspace, instruments, file), *_trial_themes(workspace, instruments)]


def _groups(workspace: Workspace, instruments: Mapping[str, Instrument], file: TomlFile) -> Iterator[Problem]:
    for index, survey in enumerate(workspace.plan.surveys):
        known = [*REGISTER_GROUPS, *(group.id for group in instruments[survey.instrument].groups)]
        for place, name in enumerate(survey.groups):
            where = file.where("survey", index, "groups", place)
            yield from _unknown("plan-unknown-group", where, name, known)


def _verdict_groups(workspace: Workspace, instruments: Mapping[str, Instrument], file: TomlFile) -> Iterator[Problem]:
    for index, named in enumerate(workspace.plan.decision.verdict_groups):
        survey = workspace.plan.survey(named.survey)
        variables = instruments[survey.instrument].groups
        values = {f"{group.id}-{value.id}": group.id for group in variables for value in group.values}
        where = file.where("decision", "verdict_group", index, "group")
        if named.group.startswith(tuple(f"{name}-" for name in REGISTER_GROUPS)):
            continue  # types and areas were checked against the register with the plan
        yield from _unknown("plan-unknown-group-value", where, named.group, list(values))
        group = values.get(named.group)
        if group is not None and group not in survey.groups:
            params = {"survey": survey.id, "group": group}
            yield Problem("plan-group-not-asked", where, named.group, params)


def _exempt(workspace: Workspace, instruments: Mapping[str, Instrument], file: TomlFile) -> Iterator[Problem]:
    """Groupings that [disclosure] exempts: a misspelt one would exempt nothing, and nobody would notice."""
    used = (group.id for survey in workspace.plan.surveys for group in instruments[survey.instrument].groups)
    known = list(dict.fromkeys([*REGISTER_GROUPS, *used]))
    for place, name in enumerate(workspace.plan.disclosure.exempt):
        yield from _unknown("plan-unknown-exempt", file.where("disclosure", "exempt", place), name, known)


def _margins(workspace: Workspace, instruments: Mapping[str, Instrument], file: TomlFile) -> Iterator[Problem]:
    """Margins that a survey is weighted by, and the values margins.csv counts of them."""
    registered = {
        "type": {unit.type for unit in workspace.registers.units},
        "omraade": {unit.area for unit in workspace.registers.units},
        "enhed": {unit.id for unit in workspace.registers.units},
    }
    for index, survey in enumerate(workspace.plan.surveys):
        if survey.weighting is None:
            continue
        values = {g.id: {value.id for value in g.values} for g in instruments[survey.instrument].groups} | registered
        place = ("margins",) if "margins" in survey.weighting.model_fields_set else ()
        for name in survey.weighting.margins:
            where = file.where("survey", index, "weighting", *place)
            yield from _unknown(
                "plan-unknown-margin", where, name, [*OF_UNITS, *(v for v in values if v not in OF_UNITS)]
            )
        told: set[tuple[str, str]] = set()
        for row in workspace.registers.margins:
            pair = (row.variable, row.value)
            if row.survey != survey.id or row.variable not in survey.weighting.margins or pair in told:
                continue
            told.add(pair)
            known = sorted(value for value in values.get(row.variable, {row.value}) if value)
            yield from _unknown("margins-unknown-value", f"{FOLDER}/margins.csv:{row.line}", row.value, known)


def _trial_themes(workspace: Workspace, instruments: Mapping[str, Instrument]) -> Iterator[Problem]:
    known = list(dict.fromkeys(theme.id for instrument in instruments.values() for theme in instrument.themes))
    for trial in workspace.registers.trials:
        if trial.theme and trial.theme not in known:
            where = f"{FOLDER}/trials.csv:{trial.line}"
            yield Problem("trial-unknown-theme", where, trial.theme, {"known": ", ".join(known)})


def _unknown(code: str, where: str, name: str, known: Sequence[str]) -> Iterator[Problem]:
    if name in known:
        return
    guess = near(name, known)
    params = {"name": name, "known": ", ".join(known) or "–", "near": guess}
    yield Problem(f"{code}-near" if guess else code, where, name, params)
