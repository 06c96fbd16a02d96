"""Registers beside the plan: units, population, margins and trials, read from ``data/registers/*.csv``.

All are public facts (no person data), UTF-8, comma-separated, dates as
``2021-06-01``. Each file may be absent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from evaluation.common.errors import EvaluationError, Problem
from evaluation.common.ids import is_part, slug
from evaluation.plan.form import near

FOLDER = "data/registers"
UNIT_COLUMNS = (
    "id",
    "name",
    "type",
    "area",
    "kommune",
    "centre",
    "private",
    "administrative",
    "valid_from",
    "valid_to",
    "predecessors",
)
POPULATION_COLUMNS = ("survey", "wave", "unit", "invited")
MARGIN_COLUMNS = ("survey", "wave", "variable", "value", "count")
#: Groupings of a survey that come from units.csv, not from answers.
REGISTER_GROUPS = ("type", "omraade")
#: What a unit lies in: one of each.
PARENT_COLUMNS = ("type", "area", "kommune")
TRIAL_COLUMNS = ("id", "title", "units", "from", "to", "theme", "initiated_by", "description")

T = TypeVar("T")

_YES = {"ja", "yes", "true", "1", "x"}
_NO = {"", "nej", "no", "false", "0"}
_LINES_TOLD = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """A dagtilbud, school or other institution.

    ``type`` is a slug (``boernehave``); ``kommune`` name or code, empty for the plan's own.
    ``administrative`` marks rows of a public register that are no place for children and never
    take part. ``predecessors`` are units that were merged or renamed into this one.
    """

    id: str
    name: str
    type: str = ""
    area: str = ""
    kommune: str = ""
    centre: str = ""
    private: bool = False
    administrative: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    predecessors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Population:
    """How many people of a unit were invited to a survey in a wave."""

    survey: str
    wave: str
    unit: str
    invited: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Margin:
    """How many of those asked in a wave have a value of a variable: ``type``, ``omraade`` or a group's code."""

    survey: str
    wave: str
    variable: str
    value: str
    count: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial (forsøg) under the release. No ``units``: not known or all of them."""

    id: str
    title: str
    units: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    theme: str = ""
    initiated_by: str = ""
    description: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Registers:
    """The registers of a workspace."""

    units: tuple[Unit, ...] = ()
    population: tuple[Population, ...] = ()
    trials: tuple[Trial, ...] = ()
    margins: tuple[Margin, ...] = ()

    def unit(self, unit_id: str) -> Unit | None:
        """The unit of that id (upper and lower case are the same), or None."""
        wanted = unit_id.casefold()
        return next((u for u in self.units if u.id.casefold() == wanted), None)

    @property
    def types(self) -> tuple[str, ...]:
        """Types of units, in the order of the register, administrative units left out."""
        return tuple(dict.fromkeys(u.type for u in self.units if u.type and not u.administrative))

    def invited(self, survey: str, wave: str, units: Sequence[str] | None = None) -> int | None:
        """People invited to ``survey`` in ``wave``, in all units or in some; None when nothing is known."""
        wanted = None if units is None else {u.casefold() for u in units}
        rows = [
            row.invited
            for row in self.population
            if (row.survey, row.wave) == (survey, wave) and (wanted is None or row.unit.casefold() in wanted)
        ]
        return sum(rows) if rows else None


def load_registers(root: Path) -> Registers:
    """The registers of the workspace at ``root``.

    Raises
    ------
    EvaluationError
        With everything that is wrong in all the files.
    """
    registers, problems = read_registers(root)
    if problems:
        raise EvaluationError(problems)
    return registers


def read_registers(root: Path) -> tuple[Registers, list[Problem]]:
    """What could be read of the registers, and what is wrong in them."""
    of_units: list[Problem] = []
    of_population: list[Problem] = []
    of_margins: list[Problem] = []
    of_trials: list[Problem] = []
    unit_rows = list(_rows(root, "units.csv", UNIT_COLUMNS, of_units))
    known = {row.text("id").casefold() for row in unit_rows}
    for row in unit_rows:
        for name in row.names("predecessors"):
            if name.casefold() not in known or name.casefold() == row.text("id").casefold():
                row.problem("register-unknown-predecessor", name)
    units = tuple(u for u in map(_unit, unit_rows) if u.id)
    _spelled_twice(unit_rows)
    people = (_population(row) for row in _rows(root, "population.csv", POPULATION_COLUMNS, of_population))
    population = tuple(row for row in people if row is not None)
    counted = (_margin(row) for row in _rows(root, "margins.csv", MARGIN_COLUMNS, of_margins))
    margins = tuple(row for row in counted if row is not None)
    trials = tuple(_trial(row) for row in _rows(root, "trials.csv", TRIAL_COLUMNS, of_trials))
    problems = [
        p for found in (of_units, of_population, of_margins, of_trials) for p in _folded(sorted(found, key=_line))
    ]
    return Registers(units, population, tuple(t for t in trials if t.id), margins), problems


def _line(problem: Problem) -> int:
    digits = problem.where.rpartition(":")[2]
    return int(digits) if digits.isdigit() else 0


def _folded(problems: Sequence[Problem]) -> Iterator[Problem]:
    """One problem where more than three lines of a register have the same: a column left empty is one mistake."""
    same: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        same.setdefault(_kind(problem), []).append(problem)
    for problem in problems:
        found = same[_kind(problem)]
        if len(found) <= _LINES_TOLD:
            yield problem
        elif problem is found[0]:
            values = list(dict.fromkeys(other.found for other in found if other.found))
            shown = ", ".join(values[:_LINES_TOLD]) + (" …" if len(values) > _LINES_TOLD else "")
            yield replace(problem, where=f"{problem.where} (+{len(found) - 1})", found=shown)


def _kind(problem: Problem) -> tuple[object, ...]:
    return problem.code, *(item for item in sorted(problem.params.items()) if item[0] != "line")


class _Row:
    """One line of a register: cells by column, and a place for what is wrong with them."""

    def __init__(self, name: str, line: int, cells: Mapping[str, str], problems: list[Problem]) -> None:
        self.name, self.line, self.cells, self._problems = name, line, cells, problems

    @property
    def where(self) -> str:
        return f"{self.name}:{self.line}"

    def problem(self, code: str, found: str = "", **params: str) -> None:
        self._problems.append(Problem(code, self.where, found, params))

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def day(self, column: str) -> date | None:
        return self._parse(column, date.fromisoformat, "register-bad-date")

    def whole(self, column: str) -> int | None:
        return self._parse(column, _count, "register-bad-count")

    def names(self, column: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(column).split(";") if part.strip())

    def flag(self, column: str) -> bool:
        value = self.text(column).casefold()
        if value not in _YES | _NO:
            self.problem("register-bad-flag", self.text(column), column=column)
        return value in _YES

    def period(self, first: str, last: str) -> tuple[date | None, date | None]:
        start, end = self.day(first), self.day(last)
        if start and end and start > end:
            self.problem("register-dates-reversed", f"{start} – {end}", first=first, last=last)
        return start, end

    def _parse(self, column: str, parse: Callable[[str], T], code: str) -> T | None:
        value = self.text(column)
        if not value:
            return None
        try:
            return parse(value)
        except ValueError:
            self.problem(code, value, column=column)
            return None


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _rows(root: Path, file: str, columns: Sequence[str], problems: list[Problem]) -> Iterator[_Row]:
    """Rows of a register with an id of their own in the first column (population.csv: in its first three)."""
    name = f"{FOLDER}/{file}"
    path = root / FOLDER / file
    if not path.exists():
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem("register-not-utf8", name))
        return
    if "\0" in text:  # UTF-16 without a mark, or no text at all
        problems.append(Problem("register-not-utf8", name))
        return
    if not text.strip():
        problems.append(Problem("register-no-header", name, params={"columns": ",".join(columns)}))
        return
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    bad = list(_header_problems(name, header, columns))
    problems += bad
    needed = columns[: _required(name)]
    if any(p.code != "register-unknown-column" or p.params["near"] in needed for p in bad):
        return
    identity = {"population.csv": 3, "margins.csv": 4}.get(file, 1)
    seen: dict[tuple[str, ...], _Row] = {}
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            found = f"{len(cells)}"
            problems.append(Problem("register-cells", f"{name}:{line}", found, {"wanted": str(len(header))}))
            continue
        row = _Row(name, line, dict(zip(header, (c.strip() for c in cells), strict=True)), problems)
        key = tuple(row.text(column).casefold() for column in columns[:identity])
        missing = [column for column in columns[:identity] if not row.text(column)]
        for column in missing:
            row.problem("register-empty", column=column)
        if not missing and key in seen:
            _twice(row, seen[key], columns[:identity])
        seen.setdefault(key, row)
        yield row


def _twice(row: _Row, first: _Row, identity: Sequence[str]) -> None:
    """Tell of a second line of the same thing: a unit that lies in two types, areas or municipalities, or a copy."""
    name = ", ".join(row.text(column) for column in identity)
    parents = [(c, first.text(c), row.text(c)) for c in PARENT_COLUMNS]
    parents = [(column, one, two) for column, one, two in parents if one and two and one != two]
    if not parents:
        row.problem("register-duplicate", name, line=str(first.line))
        return
    found = "; ".join(f"{column}: {one} / {two}" for column, one, two in parents)
    row.problem("register-two-parents", f"{name}, {found}", line=str(first.line))


def _required(name: str) -> int:
    """How many of the columns a register cannot do without."""
    return {"population.csv": 4, "margins.csv": 5}.get(name.rpartition("/")[2], 2)


def _header_problems(name: str, header: Sequence[str], columns: Sequence[str]) -> Iterator[Problem]:
    if len(header) == 1 and ";" in header[0]:
        yield Problem("register-separator", f"{name}:1", header[0])
        return
    required = columns[: _required(name)]
    unknown = [column for column in header if column not in columns]
    guesses = {column: near(column, columns) for column in unknown}
    for column in unknown:
        params = {"near": guesses[column] or "–", "known": ", ".join(columns)}
        yield Problem("register-unknown-column", f"{name}:1", column, params)
    for column in required:
        if column not in header and column not in guesses.values():
            yield Problem("register-missing-column", f"{name}:1", ", ".join(header), {"column": column})


def _unit(row: _Row) -> Unit:
    kind = row.text("type")
    if kind and not is_part(kind):
        row.problem("register-bad-type", kind, near=slug(kind))
    valid_from, valid_to = row.period("valid_from", "valid_to")
    return Unit(
        id=row.text("id"),
        name=row.text("name"),
        type=kind,
        area=row.text("area"),
        kommune=row.text("kommune"),
        centre=row.text("centre"),
        private=row.flag("private"),
        administrative=row.flag("administrative"),
        valid_from=valid_from,
        valid_to=valid_to,
        predecessors=row.names("predecessors"),
    )


def _spelled_twice(rows: Sequence[_Row]) -> None:
    """Tell of areas whose names are one name to the program: ``Område Nord`` and ``område nord``."""
    first: dict[str, _Row] = {}
    for row in rows:
        area = row.text("area")
        if not area:
            continue
        known = first.setdefault(slug(area), row)
        if known.text("area") != area:
            row.problem("register-area-spelling", area, near=known.text("area"), line=str(known.line))


def _population(row: _Row) -> Population | None:
    if not row.text("invited"):
        row.problem("register-empty", column="invited")
    # a bad count has been told; the names of the line are still to be checked
    invited = row.whole("invited") or 0
    survey, wave, unit = (row.text(column) for column in ("survey", "wave", "unit"))
    return Population(survey, wave, unit, invited, row.line) if survey and wave and unit else None


def _margin(row: _Row) -> Margin | None:
    if not row.text("count"):
        row.problem("register-empty", column="count")
    count = row.whole("count") or 0
    survey, wave, variable, value = (row.text(column) for column in MARGIN_COLUMNS[:4])
    return Margin(survey, wave, variable, value, count, row.line) if survey and wave and variable and value else None


def _trial(row: _Row) -> Trial:
    start, end = row.period("from", "to")
    return Trial(
        id=row.text("id"),
        title=row.text("title"),
        units=row.names("units"),
        start=start,
        end=end,
        theme=row.text("theme"),
        initiated_by=row.text("initiated_by"),
        description=row.text("description"),
        line=row.line,
    )
