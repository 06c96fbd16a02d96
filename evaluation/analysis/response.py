"""Invited and answered: one row a survey × wave × (kommune, comparison, type, område, unit)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.analysis.estimates import conform, join
from evaluation.analysis.frame import Frame, is_own
from evaluation.analysis.groups import COMPARISON, KOMMUNE, Partition, register_groups, unit_group
from evaluation.common.ids import make_key, slug
from evaluation.plan.load import Workspace
from evaluation.plan.registers import REGISTER_GROUPS

_KINDS = (KOMMUNE, COMPARISON, *REGISTER_GROUPS, "enhed")


def _register_counts(workspace: Workspace, survey: str) -> dict[tuple[str, str], int]:
    """Invited per (group, wave) from population.csv, summed over units."""
    units = {unit.id.casefold(): unit for unit in workspace.registers.units}
    found: dict[tuple[str, str], int] = {}
    for row in workspace.registers.population:
        if row.survey != survey:
            continue
        unit = units.get(row.unit.casefold())
        groups = [KOMMUNE if is_own(unit, workspace) else COMPARISON]
        if unit is not None and is_own(unit, workspace):
            groups += [unit_group(unit.id), *register_groups(unit).values()]
        for group in groups:
            found[group, row.wave] = found.get((group, row.wave), 0) + row.invited
    return found


def invited(frame: Frame, workspace: Workspace) -> dict[tuple[str, str], tuple[int, str]]:
    """Find the number invited and where it is known from, per (group, wave).

    ``population`` (population.csv) before ``plan`` (the survey's wave in the plan) before
    ``eksport`` (rows of the file, where it also lists those who never opened the survey).
    The last two are about the whole file and so only about a survey without comparison.
    """
    made = {place: (n, "population") for place, n in _register_counts(workspace, frame.survey.id).items()}
    if not frame.own.all():
        return made
    for entry in frame.survey.waves:
        if entry.wave not in frame.waves or (KOMMUNE, entry.wave) in made:
            continue
        report = frame.responses[entry.wave].report
        if entry.invited is not None:
            made[KOMMUNE, entry.wave] = (entry.invited, "plan")
        elif report is not None and report.not_opened:
            made[KOMMUNE, entry.wave] = (report.completed + report.partial + report.not_opened, "eksport")
    return made


def response_table(
    frame: Frame, groupings: Sequence[Partition], known: dict[tuple[str, str], tuple[int, str]]
) -> pd.DataFrame:
    """Make the table ``response`` of one survey; ``rate`` is missing where more answered than were invited.

    ``known`` is what :func:`invited` found.
    """
    completed = frame.persons["completed"].fillna(True).to_numpy(dtype=bool) if "completed" in frame.persons else None
    parts = []
    for grouping in (g for g in groupings if g.kind in _KINDS):
        rows = []
        for position, group in enumerate(grouping.groups):
            for place, wave in enumerate(frame.waves):
                here = (grouping.code == position) & (frame.wave == place)
                rows.append(_row(frame.survey.id, group, wave, here, completed, known.get((group, wave))))
        parts.append(conform("response", pd.DataFrame(rows)))
    return join("response", parts)


def _row(
    survey: str, group: str, wave: str, here: np.ndarray, completed: np.ndarray | None, known: tuple[int, str] | None
) -> dict[str, object]:
    answered = int(here.sum())
    done = answered if completed is None else int((here & completed).sum())
    count, source = known if known else (None, "")
    return {
        "key": make_key(survey, "svar", "antal", group, slug(wave)),
        "survey": survey,
        "group": group,
        "wave": wave,
        "invited": float("nan") if count is None else count,
        "answered": answered,
        "completed": done,
        "partial": answered - done,
        "rate": answered / count if count and answered <= count else float("nan"),
        "source": source,
    }
