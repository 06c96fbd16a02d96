"""At which level a release was assigned, who was released when, and the waves around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from evaluation.analysis.frame import Frame, Ints, lineage
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan
from evaluation.plan.registers import Unit
from evaluation.plan.timing import covers, released_from, survey_period
from evaluation.statistics.staggered import Timing

#: Coarsest first: what the release of a whole municipality, an area, a type or a unit is called in ``level``.
KOMMUNE, AREA, TYPE, UNIT = "kommune", "omraade", "type", "enhed"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Units released on the same day (``start`` None: never). ``name`` is the first release that covers them."""

    name: str
    start: date | None
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who was released when, as arrays over the rows of a frame.

    Attributes
    ----------
    level : str
        ``kommune``, ``omraade``, ``type``, ``omraade-type`` or ``enhed``.
    cohorts : tuple of Cohort
    cohort : int array, shape (N,)
        Position in ``cohorts``; -1 for rows of no registered unit of the municipality.
    cluster : int array, shape (N,)
        What the release was assigned to.
    step : int array, shape (N,)
        Wave in order of time.
    waves : tuple of str
        Wave ids in order of time.
    timing : mapping of int to Timing
    """

    level: str
    cohorts: tuple[Cohort, ...]
    cohort: Ints
    cluster: Ints
    step: Ints
    waves: tuple[str, ...]
    timing: Mapping[int, Timing]


def level_of(plan: Plan) -> tuple[str, ...]:
    """Properties of units that the plan's releases were assigned by, coarse ones first.

    A scope that names areas or types was assigned to areas or types; one that names units or centres, to units
    (``design.md`` 4: staggered centres are assigned per unit). Without any scope it is the municipality, ``()``.
    """
    scopes = [release.scope for release in plan.releases]
    found = []
    if any(scope.areas for scope in scopes):
        found.append(AREA)
    if any(scope.types for scope in scopes):
        found.append(TYPE)
    single = any(scope.units or scope.centres for scope in scopes)
    return tuple(found) if found else ((UNIT,) if single else ())


def _labels(units: Sequence[Unit], level: tuple[str, ...]) -> dict[str, str]:
    root = lineage(units)
    pick = {AREA: lambda unit: unit.area, TYPE: lambda unit: unit.type, UNIT: lambda unit: root.get(unit.id, unit.id)}
    return {unit.id: "|".join(pick[name](unit) for name in level) for unit in units}


def assignment(frame: Frame, workspace: Workspace) -> Assignment | None:
    """Release by release within the municipality; None where everybody was released on one day, or nobody.

    Rows whose unit is not registered, or in another municipality, take no part. A survey that names no unit or one
    release for all its waves has no assignment within the municipality.
    """
    if not frame.survey.unit or frame.survey.release is not None:
        return None
    plan, units = workspace.plan, workspace.registers.units
    seen = {str(name) for name in np.unique(frame.unit[frame.own].astype(str))}
    mine = [unit for unit in units if unit.id in seen and not unit.administrative]
    start = {unit.id: released_from(plan, unit) if _covered(plan, unit) else None for unit in mine}
    days = sorted({day for day in start.values() if day is not None})
    if not days or (len(days) == 1 and None not in start.values()):
        return None
    level = level_of(plan)
    labels = _labels(units, level)
    order = sorted(range(len(frame.waves)), key=lambda position: plan.wave(frame.waves[position]).start)
    cohorts = tuple(
        Cohort(_name(plan, mine, start, day), day, tuple(u.id for u in mine if start[u.id] == day))
        for day in (*days, *([None] if None in start.values() else []))
    )
    place = {unit: position for position, one in enumerate(cohorts) for unit in one.units}
    cohort = np.array([place.get(str(name), -1) for name in frame.unit], dtype=np.int64)
    # A unit with a date of its own inside an area is a cluster of its own: no cluster is in two cohorts.
    names = [f"{labels.get(str(name), '')}|{at}" for name, at in zip(frame.unit, cohort, strict=True)]
    _, cluster = np.unique(np.array(names, dtype=str), return_inverse=True)
    timing = {at: _timing(frame, workspace, one, order) for at, one in enumerate(cohorts)}
    return Assignment(
        level="-".join(level),
        cohorts=cohorts,
        cohort=cohort,
        cluster=cluster.astype(np.int64),
        step=np.argsort(order)[frame.wave].astype(np.int64),
        waves=tuple(frame.waves[position] for position in order),
        timing=timing,
    )


def _covered(plan: Plan, unit: Unit) -> bool:
    return any(covers(plan, release, unit) for release in plan.releases)


def _name(plan: Plan, units: Sequence[Unit], start: Mapping[str, date | None], day: date | None) -> str:
    """Id of the first release that starts on the day and covers a unit of the cohort; ``aldrig`` for never."""
    here = [unit for unit in units if start[unit.id] == day]
    named = [r.id for r in plan.releases if r.start == day and any(covers(plan, r, unit) for unit in here)]
    return named[0] if named else "aldrig"


def _timing(frame: Frame, workspace: Workspace, cohort: Cohort, order: Sequence[int]) -> Timing:
    if cohort.start is None:
        return Timing(len(order) - 1, None)
    unit = workspace.registers.unit(cohort.units[0])
    period = [survey_period(workspace, frame.survey, frame.waves[position], unit) for position in order]
    before = [at for at, name in enumerate(period) if name == "before"]
    after = [at for at, name in enumerate(period) if name == "after"]
    # No wave after its release yet: never a released cohort here, a comparison as long as it is not released.
    return Timing(max(before, default=-1), min(after, default=len(order)))
