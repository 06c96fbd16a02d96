"""Before and after: what the dates of fieldwork mean for a unit under the releases of the plan.

A wave carries only its fieldwork dates. It lies *before* when it ended before the first
release that covers the unit began, *after* when it started on that day or later, and is
*overgang* (transition) when it spans the day: it then belongs to neither. A unit no
release covers is *never* released.

The end of a release does not turn *after* into something else: what is measured is the
time since the unit was first released.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan, Release, Survey, Wave
from evaluation.plan.registers import Unit

Period = Literal["before", "after", "overgang", "never"]
Reason = Literal[
    "",
    "retrospective",
    "no-release",
    "no-before-wave",
    "no-after-wave",
    "before-awaited",
    "after-awaited",
    "population-changed",
]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The two waves of a survey that are compared, or why there are none.

    ``before`` and ``after`` are wave ids, empty where there is no pair; then ``reason`` is
    one of ``retrospective`` (asked once about change), ``no-release``, ``no-before-wave``,
    ``no-after-wave``, ``before-awaited`` and ``after-awaited`` (the wave is planned, its file
    has not come). ``population-changed``: the plan says that the two waves, which are then named, were
    about different people; what differs between them is first of all who they are.
    """

    before: str = ""
    after: str = ""
    reason: Reason = ""


def covers(plan: Plan, release: Release, unit: Unit) -> bool:
    """Whether ``release`` covers ``unit``: one of ours and named by the scope in every respect the scope names."""
    own = {"", plan.evaluation.kommune.casefold(), plan.evaluation.kommunekode}
    if unit.administrative or unit.kommune.casefold() not in own:
        return False
    scope = release.scope
    asked = (
        (scope.units, unit.id),
        (scope.types, unit.type),
        (scope.areas, unit.area),
        (scope.centres, unit.centre),
    )
    return all(value.casefold() in {name.casefold() for name in names} for names, value in asked if names)


def released_from(plan: Plan, unit: Unit | None) -> date | None:
    """The day the first release that covers ``unit`` began; for no unit, the plan's first release at all."""
    starts = [r.start for r in plan.releases if unit is None or covers(plan, r, unit)]
    return min(starts, default=None)


def period(plan: Plan, wave: Wave, unit: Unit | None = None) -> Period:
    """Whether ``wave`` lies before or after the release of ``unit`` (of the first release at all for None)."""
    return _relative(wave, released_from(plan, unit))


def survey_period(workspace: Workspace, survey: Survey | str, wave: Wave | str, unit: Unit | None = None) -> Period:
    """As :func:`period`, around the release that the survey names, where it names one.

    A survey may be asked elsewhere than where the release is: schools see children of
    released dagtilbud. The plan then says ``release = "…"`` for the survey, and its waves lie
    before or after that release whatever the unit.
    """
    plan = workspace.plan
    asked = plan.survey(survey) if isinstance(survey, str) else survey
    fieldwork = plan.wave(wave) if isinstance(wave, str) else wave
    if asked.release is not None:
        return _relative(fieldwork, plan.release(asked.release).start)
    return period(plan, fieldwork, unit)


def pairing(workspace: Workspace, survey: Survey | str) -> Pairing:
    """The waves of ``survey`` to compare.

    Named by ``compare`` in the plan; else the last wave wholly before and the last wave
    wholly after the first release of every unit that the survey covers. Only waves whose file
    has come count.
    """
    plan = workspace.plan
    asked = plan.survey(survey) if isinstance(survey, str) else survey
    if asked.design == "retrospective":
        return Pairing(reason="retrospective")
    come = {w.wave for w in asked.waves if w.file is not None}
    if asked.compare is not None:
        before, after = asked.compare
        if before not in come or after not in come:
            return Pairing(reason="before-awaited" if before not in come else "after-awaited")
        return _alike(asked, before, after)
    if not plan.releases:
        return Pairing(reason="no-release")
    waves = sorted((plan.wave(w.wave) for w in asked.waves), key=lambda wave: wave.start)
    periods = {wave.id: _common(workspace, asked, wave) for wave in waves}
    sides: dict[str, str] = {}
    for side in ("before", "after"):
        planned = [w.id for w in waves if periods[w.id] == side]
        ready = [name for name in planned if name in come]
        if not ready:
            return Pairing(reason=_missing(side, bool(planned)))
        sides[side] = ready[-1]
    return _alike(asked, sides["before"], sides["after"])


def population_of(survey: Survey, wave: str) -> str:
    """Whom a wave was about, as the plan says it, so that the same words are equal; ``""`` where it says nothing."""
    text = next((entry.population for entry in survey.waves if entry.wave == wave), None)
    return " ".join((text or "").casefold().split())


def _alike(survey: Survey, before: str, after: str) -> Pairing:
    changed = population_of(survey, before) != population_of(survey, after)
    return Pairing(before, after, "population-changed" if changed else "")


def survey_pair(workspace: Workspace, survey: Survey | str) -> tuple[str, str] | None:
    """Ids of the wave before and the wave after, or None; :func:`pairing` says why."""
    found = pairing(workspace, survey)
    return None if found.reason else (found.before, found.after)


def survey_units(workspace: Workspace, survey: Survey | str) -> tuple[Unit, ...]:
    """Units of a survey: those population.csv names for it, else all but the administrative ones."""
    name = survey if isinstance(survey, str) else survey.id
    named = {row.unit.casefold() for row in workspace.registers.population if row.survey == name}
    units = (u for u in workspace.registers.units if not u.administrative)
    return tuple(u for u in units if not named or u.id.casefold() in named)


def _missing(side: str, planned: bool) -> Reason:
    if side == "before":
        return "before-awaited" if planned else "no-before-wave"
    return "after-awaited" if planned else "no-after-wave"


def _common(workspace: Workspace, survey: Survey, wave: Wave) -> Period:
    """The period of ``wave`` for all units of the survey that are ever released; *overgang* where they differ."""
    units: Iterable[Unit | None] = survey_units(workspace, survey)
    periods = {survey_period(workspace, survey, wave, unit) for unit in units} - {"never"}
    if not periods:
        return survey_period(workspace, survey, wave)
    return periods.pop() if len(periods) == 1 else "overgang"


def _relative(wave: Wave, start: date | None) -> Period:
    if start is None:
        return "never"
    if wave.end < start:
        return "before"
    return "after" if wave.start >= start else "overgang"
