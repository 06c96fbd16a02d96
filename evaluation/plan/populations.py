"""What the waves of a survey must agree on about whom they ask."""

from __future__ import annotations

from evaluation.common.errors import Problem
from evaluation.plan.form import TomlFile


def population_problems(file: TomlFile) -> list[Problem]:
    """Waves without ``population`` in surveys where another wave has one: alike or not cannot be said."""
    surveys = file.raw.get("survey")
    found = []
    for index, survey in enumerate(surveys if isinstance(surveys, list) else []):
        waves = survey.get("wave") if isinstance(survey, dict) else None
        listed = [(i, w) for i, w in enumerate(waves if isinstance(waves, list) else []) if isinstance(w, dict)]
        silent = [(i, w) for i, w in listed if not w.get("population")]
        if 0 < len(silent) < len(listed):
            names = ", ".join(str(w.get("wave")) for _, w in silent)
            where = file.where("survey", index, "wave", silent[0][0])
            found.append(Problem("plan-population-partly", where, names, {"survey": str(survey.get("id"))}))
    return found
