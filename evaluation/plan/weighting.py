"""What ``[survey.weighting]`` and ``margins.csv`` must agree on with each other and the rest of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evaluation.common.errors import Problem
from evaluation.plan.form import TomlFile
from evaluation.plan.registers import FOLDER, Registers

Table = Mapping[str, Any]

#: Margins that population.csv knows: properties of units.
OF_UNITS = ("type", "omraade", "enhed")


def weighting_problems(file: TomlFile, registers: Registers) -> list[Problem]:
    """Everything wrong with the weighting of surveys, told together with the rest of the plan."""
    given = file.raw.get("survey")
    surveys = [(i, s) for i, s in enumerate(given if isinstance(given, list) else []) if isinstance(s, dict)]
    found = [p for index, survey in surveys for p in _survey(file, registers, index, survey)]
    return [*found, *_margins(registers, {str(s.get("id")): s for _, s in surveys})]


def _survey(file: TomlFile, registers: Registers, index: int, survey: Table) -> Iterator[Problem]:
    table = survey.get("weighting")
    if not isinstance(table, dict):
        return
    name, loc = str(survey.get("id")), ("survey", index, "weighting", "margins")
    given = table.get("margins", ["type"])
    margins = [m for m in given if isinstance(m, str)] if isinstance(given, list) else []
    at = file.where(*loc) if "margins" in table else file.where("survey", index, "weighting")
    for margin in dict.fromkeys(m for m in margins if margins.count(m) > 1):
        yield Problem("plan-weighting-twice", at, margin)
    counted = {(row.variable, row.wave) for row in registers.margins if row.survey == name}
    invited = {row.wave for row in registers.population if row.survey == name}
    waves = survey.get("wave")
    listed = [w for w in waves if isinstance(w, dict)] if isinstance(waves, list) else []
    # an awaited wave may get its totals when it gets its file
    asked = [str(w.get("wave")) for w in listed if w.get("file")]
    for margin in dict.fromkeys(margins):
        if margin in OF_UNITS and not survey.get("unit"):
            yield Problem("plan-weighting-without-unit", at, margin, {"survey": name})
            continue
        missing = [w for w in asked if (margin, w) not in counted and not (margin in OF_UNITS and w in invited)]
        if missing:
            params = {"survey": name, "waves": ", ".join(missing), "margin": margin}
            code = "plan-weighting-uninvited" if margin in OF_UNITS else "plan-weighting-uncounted"
            yield Problem(code, at, margin, params)
    apart = [m for m in margins if m not in OF_UNITS or any((m, w) in counted for w in asked)]
    if table.get("method") == "efterstratificering" and apart and len(set(margins)) > 1:
        yield Problem("plan-weighting-joint", at, ", ".join(margins), {"apart": ", ".join(apart)})


def _margins(registers: Registers, surveys: Mapping[str, Table]) -> Iterator[Problem]:
    """One problem a name, at the first line it stands on, and one a margin without anybody in it."""
    if not surveys:
        return
    told: set[tuple[str, str]] = set()
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row in registers.margins:
        survey = surveys.get(row.survey)
        waves = survey.get("wave") if survey is not None else None
        listed = [w.get("wave") for w in waves if isinstance(w, dict)] if isinstance(waves, list) else []
        found = ""
        if survey is None:
            found, code = row.survey, "margins-unknown-survey"
        elif row.wave not in listed:
            found, code = f"{row.survey}, {row.wave}", "margins-unknown-wave"
        if found and (code, found) not in told:
            told.add((code, found))
            yield Problem(code, f"{FOLDER}/margins.csv:{row.line}", found)
        place = (row.survey, row.wave, row.variable)
        total, line = sums.get(place, (0, row.line))
        sums[place] = (total + row.count, line)
    for (survey_id, wave, variable), (total, line) in sums.items():
        if total == 0:
            yield Problem("margins-nobody", f"{FOLDER}/margins.csv:{line}", f"{survey_id}, {wave}, {variable}")
