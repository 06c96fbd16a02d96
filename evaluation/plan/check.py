"""What the parts of a plan must agree on, with each other, the registers and the files named.

Works on the plain values of ``evaluation.toml``, not on the model, so that these problems
are told together with those of form and not only once the form is right. Whatever has the
wrong form is passed over here: it has been told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from evaluation.common.errors import Problem
from evaluation.common.ids import is_part, slug
from evaluation.common.resources import resource_folder
from evaluation.plan.form import TomlFile, near
from evaluation.plan.frikommuner import released_too
from evaluation.plan.populations import population_problems
from evaluation.plan.registers import FOLDER, REGISTER_GROUPS, Registers
from evaluation.plan.weighting import weighting_problems

Table = Mapping[str, Any]
Loc = tuple[str | int, ...]

CODEBOOKS = "data/codebooks"
PUBLISHED = "reports/_published"


@dataclass(frozen=True, slots=True)
class _Plan:
    """The plan as it stands, with what the checks look up again and again."""

    file: TomlFile
    registers: Registers
    root: Path
    units_known: bool = True

    def tables(self, key: str, inside: Table | None = None) -> list[tuple[int, Table]]:
        value = (self.file.raw if inside is None else inside).get(key)
        return [(i, v) for i, v in enumerate(value) if isinstance(v, dict)] if isinstance(value, list) else []

    def table(self, key: str) -> Table:
        value = self.file.raw.get(key)
        return value if isinstance(value, dict) else {}

    def ids(self, key: str) -> list[str] | None:
        """Ids of the tables ``key``; None where one has no readable id, so that no name can be called unknown."""
        if key not in self.file.raw and near(key, list(self.file.raw)):
            return None  # a misspelt heading has been told
        found = [table.get("id") for _, table in self.tables(key)]
        return [i for i in found if isinstance(i, str)] if all(isinstance(i, str) for i in found) else None

    def unknown(
        self, code: str, name: object, known: Sequence[str] | None, *loc: str | int, free: bool = False
    ) -> Iterator[Problem]:
        """A problem when ``name`` is not one of ``known``, with the nearest one if there is any.

        What cannot be an id at all has been told as such, but for ``free`` names.
        """
        if not isinstance(name, str) or known is None or name in known or not (free or is_part(name)):
            return
        guess = near(name, known)
        params = {"name": name, "near": guess, "known": ", ".join(dict.fromkeys(known)) or "–"}
        yield Problem(f"{code}-near" if guess else code, self.file.where(*loc), name, params)

    def problem(self, code: str, loc: Loc, found: object = "", **params: object) -> Problem:
        return Problem(code, self.file.where(*loc), str(found), {k: str(v) for k, v in params.items()})


def plan_problems(file: TomlFile, registers: Registers, root: Path, *, units_known: bool = True) -> list[Problem]:
    """Everything in a plan that needs two of its parts, a register or a file to be seen.

    Parameters
    ----------
    file : TomlFile
        ``evaluation.toml`` as read.
    registers : Registers
        What could be read of the registers.
    root : Path
        The workspace.
    units_known : bool
        False where units.csv is there and cannot be read: no unit, type or area is then called unknown.
    """
    plan = _Plan(file, registers, root, units_known)
    checks: tuple[Callable[[_Plan], Iterator[Problem]], ...] = (
        _duplicates,
        _dates,
        _scopes,
        _surveys,
        _overlaps,
        _decision,
        _comparison,
        _publications,
        _products,
        _population,
        _trials,
    )
    found = [problem for check in checks for problem in check(plan)]
    return [*found, *weighting_problems(file, registers), *population_problems(file)]


# -- ids and dates -----------------------------------------------------------------


def _duplicates(plan: _Plan) -> Iterator[Problem]:
    for key in ("release", "wave", "survey"):
        yield from _twice(plan, plan.tables(key), "id", (key,))
    for index, release in plan.tables("release"):
        yield from _twice(plan, plan.tables("rule", release), "id", ("release", index, "rule"))
    for index, survey in plan.tables("survey"):
        yield from _twice(plan, plan.tables("wave", survey), "wave", ("survey", index, "wave"))
    decision = plan.table("decision")
    yield from _twice(plan, plan.tables("delta", decision), "survey", ("decision", "delta"))


def _twice(plan: _Plan, tables: Sequence[tuple[int, Table]], key: str, loc: Loc) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, table in tables:
        name = table.get(key)
        if not isinstance(name, str):
            continue
        line = plan.file.locator.line((*loc, index, key))
        if name in seen:
            yield plan.problem("plan-duplicate", (*loc, index, key), name, table=loc[-1], key=key, line=seen[name])
        seen.setdefault(name, line)


def _dates(plan: _Plan) -> Iterator[Problem]:
    for key in ("release", "wave"):
        for index, table in plan.tables(key):
            start, end = _day(table.get("from")), _day(table.get("to"))
            if start and end and start > end:
                yield plan.problem("plan-dates-reversed", (key, index, "to"), f"{start} – {end}")


def _overlaps(plan: _Plan) -> Iterator[Problem]:
    """Two waves of one survey in the field at the same time have no order."""
    days = _fieldwork(plan)
    for index, survey in plan.tables("survey"):
        named = [(i, w.get("wave")) for i, w in plan.tables("wave", survey)]
        waves = sorted(((days[n], i, n) for i, n in named if isinstance(n, str) and n in days), key=lambda w: w[0])
        for ((_, end), _, first), ((start, _), i, second) in pairwise(waves):
            if start <= end and first != second:
                loc = ("survey", index, "wave", i, "wave")
                yield plan.problem("plan-waves-overlap", loc, f"{first}, {second}", first=first, second=second)


def _fieldwork(plan: _Plan) -> dict[str, tuple[date, date]]:
    found: dict[str, tuple[date, date]] = {}
    for _, wave in plan.tables("wave"):
        start, end, name = _day(wave.get("from")), _day(wave.get("to")), wave.get("id")
        if start and end and start <= end and isinstance(name, str):
            found.setdefault(name, (start, end))
    return found


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


# -- releases ----------------------------------------------------------------------


def _scopes(plan: _Plan) -> Iterator[Problem]:
    header = plan.table("evaluation")
    names = [header.get("kommune"), header.get("kommunekode")]
    if not isinstance(names[0], str):
        return  # told; without it no unit can be called ours
    if not plan.units_known:
        return
    own = {"", *(name.casefold() for name in names if isinstance(name, str))}
    units = [u for u in plan.registers.units if not u.administrative and u.kommune.casefold() in own]
    if plan.registers.units and not units:
        known_names = sorted({u.kommune for u in plan.registers.units if u.kommune})
        loc: Loc = ("evaluation", "kommune")
        yield from plan.unknown("plan-kommune-without-units", names[0], known_names, *loc, free=True)
        return
    known = {
        "units": [u.id for u in units],
        "types": list(dict.fromkeys(u.type for u in units if u.type)),
        "areas": list(dict.fromkeys(u.area for u in units if u.area)),
        "centres": list(dict.fromkeys(u.centre for u in units if u.centre)),
    }
    for index, release in plan.tables("release"):
        scope = release.get("scope")
        if not isinstance(scope, dict):
            continue
        for key, values in known.items():
            given = scope.get(key)
            for place, name in enumerate(given if isinstance(given, list) else []):
                loc = ("release", index, "scope", key, place)
                yield from plan.unknown(f"plan-scope-unknown-{key}", name, values, *loc, free=key != "types")


# -- surveys -----------------------------------------------------------------------


def _surveys(plan: _Plan) -> Iterator[Problem]:
    waves, releases, instruments = plan.ids("wave"), plan.ids("release"), _instruments(plan.root)
    days = _fieldwork(plan)
    for index, survey in plan.tables("survey"):
        loc: Loc = ("survey", index)
        yield from plan.unknown("plan-unknown-instrument", survey.get("instrument"), instruments, *loc, "instrument")
        yield from plan.unknown("plan-unknown-release", survey.get("release"), releases, *loc, "release")
        for place, wave in plan.tables("wave", survey):
            here = (*loc, "wave", place)
            yield from plan.unknown("plan-unknown-wave", wave.get("wave"), waves, *here, "wave")
            yield from _file(plan, wave.get("file"), (*here, "file"))
        yield from _file(plan, survey.get("crosswalk"), (*loc, "crosswalk"))
        yield from _design(plan, survey, loc)
        yield from _compare(plan, survey, loc, days)


def _instruments(root: Path) -> list[str]:
    folders = (root / CODEBOOKS, resource_folder("codebooks"))
    found = {path.stem for folder in folders for path in folder.glob("*.toml")}
    return sorted(found - {"mechanisms"})


def _file(plan: _Plan, name: object, loc: Loc) -> Iterator[Problem]:
    if not isinstance(name, str) or not name.strip():
        return
    if "\\" in name:
        yield plan.problem("plan-file-backslash", loc, name, near=name.replace("\\", "/"))
        return
    path = plan.root / PurePosixPath(name)
    inside = not PurePosixPath(name).is_absolute() and path.resolve().is_relative_to(plan.root.resolve())
    if not inside:
        yield plan.problem("plan-file-outside", loc, name)
    elif not path.is_file():
        beside = path.parent if path.parent.is_dir() else None
        guess = near(path.name, [p.name for p in beside.iterdir()]) if beside else ""
        code = "plan-file-missing-near" if guess else "plan-file-missing"
        yield plan.problem(code, loc, name, near=guess and str(PurePosixPath(name).with_name(guess)))


def _design(plan: _Plan, survey: Table, loc: Loc) -> Iterator[Problem]:
    design = survey.get("design")
    if design == "panel" and not survey.get("id_column"):
        yield plan.problem("plan-panel-without-id", (*loc, "design"), survey.get("id", ""))
    if design == "retrospective" and "compare" in survey:
        yield plan.problem("plan-retrospective-compare", (*loc, "compare"), survey.get("id", ""))
    groups = survey.get("groups")
    named = [name for name in REGISTER_GROUPS if isinstance(groups, list) and name in groups]
    for name in named:
        if not survey.get("unit"):
            yield plan.problem("plan-type-without-unit", (*loc, "groups"), survey.get("id", ""), group=name)
        elif name == "omraade" and plan.units_known and not any(u.area for u in plan.registers.units):
            yield plan.problem("plan-no-areas", (*loc, "groups"), name)


def _compare(plan: _Plan, survey: Table, loc: Loc, days: Mapping[str, tuple[date, date]]) -> Iterator[Problem]:
    pair = survey.get("compare")
    if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair)):
        return
    named = [w.get("wave") for _, w in plan.tables("wave", survey)]
    asked = [name for name in named if isinstance(name, str)]
    for place, name in enumerate(pair):
        yield from plan.unknown("plan-compare-not-asked", name, asked, *loc, "compare", place)
    before, after = pair
    if before == after:
        yield plan.problem("plan-compare-same", (*loc, "compare"), before)
    elif before in days and after in days and days[before] > days[after]:
        yield plan.problem("plan-compare-reversed", (*loc, "compare"), f"{before}, {after}", first=after, second=before)


# -- decision, comparison, publications --------------------------------------------


def _decision(plan: _Plan) -> Iterator[Problem]:
    decision, surveys = plan.table("decision"), plan.ids("survey")
    for key in ("delta", "verdict_group"):
        for index, table in plan.tables(key, decision):
            yield from plan.unknown(
                "plan-unknown-survey", table.get("survey"), surveys, "decision", key, index, "survey"
            )
    yield from _verdict_groups(plan, decision)
    given = [table.get("survey") for _, table in plan.tables("delta", decision)]
    known = [name for name in given if isinstance(name, str)]
    for index, survey in plan.tables("survey"):
        name = survey.get("id")
        several = len(plan.tables("wave", survey)) > 1 and survey.get("design") != "retrospective"
        # a delta with a misspelt survey has been told as such; do not tell it a second time from this side
        strays = [k for k in known if surveys is not None and k not in surveys]
        if isinstance(name, str) and several and name not in known and not near(name, strays):
            yield plan.problem("plan-delta-missing", ("survey", index, "id"), name, survey=name)


def _verdict_groups(plan: _Plan, decision: Table) -> Iterator[Problem]:
    """Types and areas are known here; groups of instruments are checked where instruments are known."""
    areas = dict.fromkeys(slug(u.area) for u in plan.registers.units if u.area and not u.administrative)
    known = {"type": plan.registers.types, "omraade": tuple(areas)}
    groups = {s.get("id"): s.get("groups") for _, s in plan.tables("survey")}
    for index, table in plan.tables("verdict_group", decision):
        name, loc = table.get("group"), ("decision", "verdict_group", index, "group")
        kind = name.partition("-")[0] if isinstance(name, str) and "-" in name else ""
        if kind not in REGISTER_GROUPS:
            continue
        there = [f"{kind}-{value}" for value in known[kind]] if plan.units_known else None
        yield from plan.unknown("plan-unknown-omraade" if kind == "omraade" else "plan-unknown-type", name, there, *loc)
        named = groups.get(table.get("survey"))
        if table.get("survey") in groups and kind not in (named if isinstance(named, list) else []):
            yield plan.problem("plan-group-not-asked", loc, name, survey=table.get("survey"), group=kind)


def _comparison(plan: _Plan) -> Iterator[Problem]:
    name = plan.table("comparison").get("kommune")
    known = list(dict.fromkeys(u.kommune for u in plan.registers.units if u.kommune))
    header = plan.table("evaluation")
    own = [value.casefold() for value in (header.get("kommune"), header.get("kommunekode")) if isinstance(value, str)]
    loc: Loc = ("comparison", "kommune")
    if isinstance(name, str) and name.strip().casefold() in own:
        yield plan.problem("plan-comparison-own", loc, name)
    elif isinstance(name, str) and any(released_too(value, name) for value in own):
        yield plan.problem("plan-comparison-released", loc, name, name=name)
    elif plan.registers.units:
        yield from plan.unknown("plan-unknown-comparison", name, known, *loc, free=True)


def _publications(plan: _Plan) -> Iterator[Problem]:
    named = plan.table("disclosure").get("publications")
    for index, name in enumerate(named if isinstance(named, list) else []):
        if isinstance(name, str) and not (plan.root / PUBLISHED / name).is_dir():
            loc = ("disclosure", "publications", index)
            yield plan.problem("plan-publication-missing", loc, name, folder=f"{PUBLISHED}/{name}")


def _products(plan: _Plan) -> Iterator[Problem]:
    """Report projects named in the plan; a workspace without any has not been given its reports yet."""
    known = sorted(path.parent.name for path in (plan.root / "reports").glob("[!_.]*/_quarto.yml"))
    named = plan.table("evaluation").get("products")
    for index, name in enumerate(named if isinstance(named, list) and known else []):
        yield from plan.unknown("plan-unknown-product", name, known, "evaluation", "products", index)


# -- registers against the plan ----------------------------------------------------


def _population(plan: _Plan) -> Iterator[Problem]:
    surveys = {s.get("id"): [w.get("wave") for _, w in plan.tables("wave", s)] for _, s in plan.tables("survey")}
    if not surveys:
        return  # no line could be right
    units = {u.id.casefold() for u in plan.registers.units}
    # one problem a name, at the first line it stands on, not one a line
    told: set[tuple[str, str]] = set()
    for row in plan.registers.population:
        where = f"{FOLDER}/population.csv:{row.line}"
        found: list[tuple[str, str]] = []
        if row.survey not in surveys:
            found.append(("population-unknown-survey", row.survey))
        elif row.wave not in surveys[row.survey]:
            found.append(("population-unknown-wave", f"{row.survey}, {row.wave}"))
        if plan.units_known and row.unit.casefold() not in units:
            found.append(("population-unknown-unit", row.unit))
        for problem in found:
            if problem not in told:
                told.add(problem)
                yield Problem(problem[0], where, problem[1])


def _trials(plan: _Plan) -> Iterator[Problem]:
    if not plan.units_known:
        return
    units = {u.id.casefold() for u in plan.registers.units}
    for trial in plan.registers.trials:
        for name in trial.units:
            if name.casefold() not in units:
                yield Problem("trial-unknown-unit", f"{FOLDER}/trials.csv:{trial.line}", name)
