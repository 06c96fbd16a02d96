"""Which variable of an export holds an item: names change from wave to wave, items do not.

A crosswalk is a csv file that the plan names for a survey: ``item`` and one column a wave,
holding the variable's name in that wave. An empty cell says that the item was not asked
then; an item or wave that is not in the file has the item's own id as its variable's name.
What ``columns`` of a survey's wave says in the plan goes before the file.

Besides items the file may name the instrument's group variables and the columns that the
plan gives a role (``unit``, ``id_column``, ``rater``, ``weight``), written as in the plan.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.codebook.load import load_instruments
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem
from evaluation.plan.form import near, read_toml
from evaluation.plan.load import PLAN_FILE, Workspace
from evaluation.plan.model import Survey

_Names = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Names of variables by wave and by item or role.

    Attributes
    ----------
    survey : str
        Id of the survey.
    names : mapping of str to mapping of str to str
        Wave id → item or role → variable's name, empty where it was not asked. Holds only what
        differs from the default.
    """

    survey: str
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def column(self, item_or_role: str, wave: str) -> str:
        """Name of the variable in the export of ``wave``; empty when the item was not asked in it.

        Names in exports are to be compared without regard to upper and lower case.
        """
        return self.names.get(wave, {}).get(item_or_role, item_or_role)

    def asked(self, item: str, wave: str) -> bool:
        """Whether ``item`` was asked in ``wave``, as far as plan and crosswalk say."""
        return self.column(item, wave) != ""


def load_crosswalk(workspace: Workspace, survey: Survey, instrument: Instrument | None = None) -> Crosswalk:
    """The crosswalk of a survey.

    Parameters
    ----------
    workspace : Workspace
    survey : Survey
    instrument : Instrument, optional
        The survey's instrument; default: looked up in the workspace.

    Raises
    ------
    EvaluationError
        With every problem: unknown items or waves, an item or a variable named twice.
    """
    known = _known(survey, instrument or load_instruments(workspace.root)[survey.instrument])
    names: _Names = {entry.wave: {} for entry in survey.waves}
    problems: list[Problem] = []
    if survey.crosswalk is not None:
        problems += _read(workspace.path(survey.crosswalk), survey.crosswalk, known, names)
    problems += _overrides(workspace, survey, known, names)
    if not problems:
        problems += _shared(survey, names, known)
    if problems:
        raise EvaluationError(problems)
    return Crosswalk(survey.id, {wave: dict(found) for wave, found in names.items() if found})


def _known(survey: Survey, instrument: Instrument) -> list[str]:
    """Everything that has a variable of its own."""
    roles = [survey.unit, survey.id_column, survey.rater, *(entry.weight for entry in survey.waves)]
    named = [item.id for item in instrument.items] + [group.id for group in instrument.groups]
    named += [question.id for question in instrument.open]
    return list(dict.fromkeys(named + [role for role in roles if role]))


def _read(path: Path, name: str, known: Sequence[str], names: _Names) -> list[Problem]:
    """Read the csv file into ``names``."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        return [Problem("crosswalk-missing", name)]
    except UnicodeDecodeError:
        return [Problem("register-not-utf8", name)]
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    problems = list(_header(name, header, list(names)))
    if problems:
        return problems
    seen: dict[str, int] = {}
    for cells in reader:
        where = f"{name}:{reader.line_num}"
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(Problem("register-cells", where, str(len(cells)), {"wanted": str(len(header))}))
            continue
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        item = row.pop("item")
        problems += _unknown(where, item, known)
        if item in seen:
            problems.append(Problem("register-duplicate", where, item, {"line": str(seen[item])}))
        seen.setdefault(item, reader.line_num)
        for wave, variable in row.items():
            names[wave][item] = variable
    return problems


def _header(name: str, header: Sequence[str], waves: Sequence[str]) -> Iterator[Problem]:
    where = f"{name}:1"
    if len(header) == 1 and ";" in header[0]:
        yield Problem("register-separator", where, header[0])
        return
    if "item" not in header:
        yield Problem("register-missing-column", where, ", ".join(header), {"column": "item"})
    for wave in header:
        if wave != "item" and wave not in waves:
            yield Problem("crosswalk-unknown-wave", where, wave, {"known": ", ".join(waves)})
    for wave in {wave for wave in header if header.count(wave) > 1}:
        yield Problem("register-duplicate", where, wave, {"line": "1"})


def _unknown(where: str, item: str, known: Sequence[str]) -> Iterator[Problem]:
    if item in known:
        return
    guess = near(item, known)
    code = "crosswalk-unknown-item-near" if guess else "crosswalk-unknown-item"
    yield Problem(code, where, item, {"near": guess})


def _overrides(workspace: Workspace, survey: Survey, known: Sequence[str], names: _Names) -> list[Problem]:
    """Take ``columns`` of the plan into ``names``."""
    if not any(entry.columns for entry in survey.waves):
        return []
    file = read_toml(workspace.root / PLAN_FILE, PLAN_FILE)
    position = [other.id for other in workspace.plan.surveys].index(survey.id)
    problems: list[Problem] = []
    for index, entry in enumerate(survey.waves):
        for item, variable in entry.columns.items():
            problems += _unknown(file.where("survey", position, "wave", index, "columns", item), item, known)
            names[entry.wave][item] = variable.strip()
    return problems


def _shared(survey: Survey, names: _Names, known: Sequence[str]) -> list[Problem]:
    """Two items that one wave reads from the same variable: one of them would be the other's answers."""
    problems = []
    for wave, renamed in names.items():
        seen: dict[str, str] = {}
        for item in known:
            variable = renamed.get(item, item)
            first = seen.get(variable.casefold())
            # id_column and rater may well be the same column
            if variable and first and (item in renamed or first in renamed):
                where = survey.crosswalk or PLAN_FILE
                problems.append(Problem("crosswalk-shared", where, f"{first}, {item} = {variable}", {"wave": wave}))
            seen.setdefault(variable.casefold(), item)
    return problems
