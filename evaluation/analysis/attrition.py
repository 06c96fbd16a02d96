"""Bortfaldsanalyse: are those who answered made up like those who were invited? One row a margin, group and wave."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from evaluation.analysis.estimates import conform, join
from evaluation.analysis.frame import Frame, is_own
from evaluation.common.ids import make_key, slug
from evaluation.plan.load import Workspace
from evaluation.plan.registers import Unit

#: What the known margins are: properties of units that population.csv counts the invited of.
MARGINS: Mapping[str, Callable[[Unit], str]] = {"type": lambda unit: unit.type, "omraade": lambda unit: unit.area}


def attrition(frame: Frame, workspace: Workspace) -> pd.DataFrame:
    """Make the table ``attrition`` of one survey.

    ``invited_share`` and ``answered_share`` are shares 0–1 of all invited and of all answers,
    ``difference`` is answered minus invited in procentpoint. Only units of the evaluated municipality that
    population.csv counts in the wave take part, in both; a margin with one group in a wave has no rows there.
    The numbers invited and answered are public facts, as in ``response``.
    """
    rows: list[dict[str, object]] = []
    for place, wave in enumerate(frame.waves):
        counted = invited_units(frame, workspace, wave)
        if not counted:
            continue
        answers = pd.Series(frame.unit[(frame.wave == place) & frame.own]).astype(str).str.casefold().value_counts()
        for margin, of in MARGINS.items():
            invited: dict[str, int] = {}
            answered: dict[str, int] = {}
            for unit, number in counted:
                group = of(unit)
                invited[group] = invited.get(group, 0) + number
                answered[group] = answered.get(group, 0) + int(answers.get(unit.id.casefold(), 0))
            known = len(invited) > 1 and "" not in invited
            if known and any(invited.values()) and any(answered.values()):
                rows += _rows(frame.survey.id, wave, margin, invited, answered)
    return join("attrition", [conform("attrition", pd.DataFrame(rows))] if rows else [])


def invited_units(frame: Frame, workspace: Workspace, wave: str) -> list[tuple[Unit, int]]:
    """Units invited in the wave; one that was merged counts as the unit it became, as its answers do."""
    became = _successors(workspace)
    found: dict[str, tuple[Unit, int]] = {}
    for row in workspace.registers.population:
        if (row.survey, row.wave) != (frame.survey.id, wave):
            continue
        unit = workspace.registers.unit(became.get(row.unit.casefold(), row.unit))
        if unit is not None and is_own(unit, workspace) and not unit.administrative:
            found[unit.id] = (unit, found.get(unit.id, (unit, 0))[1] + row.invited)
    return list(found.values())


def _successors(workspace: Workspace) -> dict[str, str]:
    from evaluation.responses.units import successors

    return successors(workspace.registers)


def _rows(
    survey: str, wave: str, margin: str, invited: Mapping[str, int], answered: Mapping[str, int]
) -> list[dict[str, object]]:
    asked, told = sum(invited.values()), sum(answered.values())
    made: list[dict[str, object]] = []
    for group in sorted(invited):
        before, after = invited[group] / asked, answered[group] / told
        made.append(
            {
                "key": make_key(survey, "bortfald", "andel", f"{margin}-{slug(group)}", slug(wave)),
                "survey": survey,
                "wave": wave,
                "margin": margin,
                "group": f"{margin}-{slug(group)}",
                "label": group,
                "invited": invited[group],
                "answered": answered[group],
                "invited_share": before,
                "answered_share": after,
                "difference": 100 * (after - before),
            }
        )
    return made
