"""A person's word on whether waves can be compared: ``data/comparability.csv`` goes before what files say.

Columns ``survey, item, before, after, comparable, reason``; ``comparable`` is ``ja``,
``med_forbehold`` or ``nej``. The reason is for those who read the file later.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import cast

from evaluation.codebook.compare import Comparable, Comparison
from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.plan.load import Workspace

FILE = "data/comparability.csv"
COLUMNS = ("survey", "item", "before", "after", "comparable", "reason")
_WORDS = ("ja", "med_forbehold", "nej")
Decide = Callable[[Comparison], Comparison]


def load_decisions(workspace: Workspace) -> dict[tuple[str, str, str, str], Decide]:
    """What a person decided, by survey, item, earlier and later wave; empty where there is no file.

    Raises
    ------
    EvaluationError
        Every problem of the file: ``comparability-file``, ``comparability-columns``, ``comparability-row``.
    """
    path = workspace.root / FILE
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), restval=""))
    except (OSError, ValueError, csv.Error) as error:
        raise fail("comparability-file", where=FILE, found=type(error).__name__) from error
    header = list(rows[0]) if rows else list(COLUMNS)
    if not set(COLUMNS) <= set(header):
        raise fail("comparability-columns", where=f"{FILE}:1", found=", ".join(map(str, header)))
    waves = {survey.id: {entry.wave for entry in survey.waves} for survey in workspace.plan.surveys}
    made: dict[tuple[str, str, str, str], Decide] = {}
    problems = []
    for line, row in enumerate(rows, 2):
        survey, item, before, after, comparable, reason = (str(row[name]).strip() for name in COLUMNS)
        known = survey in waves and {before, after} <= waves[survey] and before != after
        if not known or comparable not in _WORDS or not reason or not item:
            found = ", ".join((survey, item, before, after, comparable, reason))
            problems.append(Problem("comparability-row", f"{FILE}:{line}", found))
            continue
        made[survey, item, before, after] = partial(_decided, verdict=cast(Comparable, comparable))
    if problems:
        raise EvaluationError(problems)
    return made


def _decided(comparison: Comparison, verdict: Comparable) -> Comparison:
    return replace(comparison, comparable=verdict, reasons=(*comparison.reasons, "afgjort"))
