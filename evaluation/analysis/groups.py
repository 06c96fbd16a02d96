"""Whom numbers are made for: partitions of a survey's rows into groups (:class:`Partition`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.analysis.frame import Frame, Ints, is_own
from evaluation.common.ids import slug
from evaluation.plan.load import Workspace
from evaluation.plan.registers import REGISTER_GROUPS, Unit

KOMMUNE = "kommune"
COMPARISON = "sammenligning"
DIFFERENCE = "forskel-sammenligning"


@dataclass(frozen=True, slots=True)
class Partition:
    """Groups that do not overlap.

    Attributes
    ----------
    kind : str
        ``kommune``, ``sammenligning``, ``type``, ``omraade``, ``enhed`` or the id of a group variable.
    groups : tuple of str
        Group ids as they stand in keys.
    code : int array, shape (N,)
        Position in ``groups``; -1 outside every group.
    above : tuple of str
        Of each group, groups of other partitions that contain all of it, with ``;`` between; empty for none at all.
    """

    kind: str
    groups: tuple[str, ...]
    code: Ints
    above: tuple[str, ...] = ()

    @property
    def estimator(self) -> str:
        """``cluster`` (CR2 with test), ``cluster-no-test`` or ``pooled`` (one unit: pooled sd and n)."""
        return {"enhed": "pooled", COMPARISON: "cluster-no-test"}.get(self.kind, "cluster")


def unit_group(unit: str) -> str:
    """Group id of one unit."""
    return f"enhed-{slug(unit)}"


def _coded(values: Iterable[object], wanted: dict[str, int], own: np.ndarray) -> Ints:
    code = np.array([wanted.get(str(value), -1) for value in values], dtype=np.int64)
    return np.where(own, code, -1)


def survey_units(frame: Frame, workspace: Workspace) -> tuple[Unit, ...]:
    """Units of the evaluated municipality that answered or were invited, in the register's order."""
    seen = {str(name) for name in np.unique(frame.unit.astype(str)) if name}
    seen |= {row.unit for row in workspace.registers.population if row.survey == frame.survey.id}
    return tuple(u for u in workspace.registers.units if u.id in seen and is_own(u, workspace) and not u.administrative)


def register_groups(unit: Unit) -> dict[str, str]:
    """Groups of units that a unit lies in, by kind (:data:`REGISTER_GROUPS`): types cross areas."""
    found = dict(zip(REGISTER_GROUPS, (unit.type, unit.area), strict=True))
    return {kind: f"{kind}-{slug(name)}" for kind, name in found.items() if name}


def _of_units(kind: str, frame: Frame, units: Sequence[Unit]) -> Partition:
    """Partition by what the register says of units: their type or area."""
    inside = {unit.id: group for unit in units if (group := register_groups(unit).get(kind))}
    groups = tuple(sorted(set(inside.values())))
    place = {group: i for i, group in enumerate(groups)}
    return Partition(
        kind, groups, _coded(frame.unit, {unit: place[group] for unit, group in inside.items()}, frame.own)
    )


def _variable(frame: Frame, name: str) -> Partition | None:
    variable = next((v for v in frame.instrument.groups if v.id == name), None)
    if variable is None:
        return None
    place = {value.code: i for i, value in enumerate(variable.values)}
    values = frame.persons[name] if name in frame.persons else np.full(frame.rows, "", dtype=object)
    groups = tuple(f"{variable.id}-{value.id}" for value in variable.values)
    return Partition(variable.id, groups, _coded(list(values), place, frame.own))


def partitions(frame: Frame, workspace: Workspace) -> tuple[Partition, ...]:
    """Every grouping of a survey: kommune, comparison, the plan's groups, and units where the survey names one."""
    found = [Partition(KOMMUNE, (KOMMUNE,), np.where(frame.own, 0, -1))]
    if not frame.own.all():
        found.append(Partition(COMPARISON, (COMPARISON,), np.where(frame.own, -1, 0)))
    units = survey_units(frame, workspace) if frame.survey.unit else ()
    for name in frame.survey.groups:
        made = _of_units(name, frame, units) if name in REGISTER_GROUPS else _variable(frame, name)
        if made is not None and made.groups:
            found.append(made)
    if units:
        place = {unit.id: i for i, unit in enumerate(units)}
        above = tuple(
            ";".join(group for kind, group in register_groups(u).items() if kind in frame.survey.groups) for u in units
        )
        groups = tuple(unit_group(u.id) for u in units)
        found.append(Partition("enhed", groups, _coded(frame.unit, place, frame.own), above))
    return tuple(found)
