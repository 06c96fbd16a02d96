"""Which unit a row belongs to: register ids, labels and names, mergers, administrative units."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.common.errors import Problem
from evaluation.importing.export import Variable
from evaluation.plan.registers import Registers
from evaluation.responses.model import Finding
from evaluation.responses.words import first_names, plain

_FICTIONAL = re.compile(r"(?:G90\d{3}|990\d{3})\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Units:
    """Unit id per row (None where empty), rows of administrative units, what was odd."""

    ids: pd.Series
    administrative: pd.Series
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    fictional: bool = False


def successors(registers: Registers) -> dict[str, str]:
    """Today's unit of each unit that was merged or renamed into exactly one other.

    A unit that was split into several has no single successor and stays itself.
    """
    followed: dict[str, list[str]] = {}
    for unit in registers.units:
        for old in unit.predecessors:
            followed.setdefault(old.casefold(), []).append(unit.id)
    single = {old: new[0] for old, new in followed.items() if len(set(new)) == 1}
    ends = {}
    for old, new in single.items():
        seen = {old}
        while new.casefold() in single and new.casefold() not in seen:
            seen.add(new.casefold())
            new = single[new.casefold()]
        ends[old] = new
    return ends


def resolve_units(codes: pd.Series, variable: Variable, registers: Registers, where: str) -> Units:
    """Register ids for the cells of the unit column.

    A cell may hold the id, the unit's name, or a code whose label holds either. The
    same unit has the same id in every wave: what was merged carries its successor's.

    Parameters
    ----------
    codes : pandas.Series of str or None
        The unit column as codes.
    where : str
        Place for problems: file and column.
    """
    findings: list[Finding] = []
    places, uniques = pd.factorize(codes)
    values = [str(value) for value in uniques]
    by_id = {unit.id.casefold(): unit.id for unit in registers.units}
    names = Counter(plain(unit.name) for unit in registers.units)
    by_name = {plain(unit.name): unit.id for unit in registers.units if names[plain(unit.name)] == 1}
    known = {value: _find(value, variable.value_labels.get(value, ""), by_id, by_name) for value in values}
    problems = []
    if registers.units:
        unknown = sorted(value for value, unit in known.items() if unit is None)
        if unknown:
            shown = [f"{v} {variable.value_labels.get(v, '')}".strip() for v in unknown]
            rows = int(codes.isin(unknown).sum())
            near = ", ".join(_proposed(text, registers) for text in shown)
            problems.append(Problem("response-unit-unknown", where, near, {"rows": str(rows)}))
    else:
        findings.append(Finding("no-unit-register", variable.name))
        known = {value: value for value in values}
    named = {
        value: f"{variable.value_labels.get(value, '') or value} = {unit}"
        for value, unit in known.items()
        if unit is not None and registers.units and not _by_id(value, variable.value_labels.get(value, ""), by_id)
    }
    if named:
        pairs = "; ".join(sorted(named.values()))
        findings.append(Finding("unit-by-name", variable.name, pairs, int(codes.isin(named).sum())))
    follow = successors(registers)
    moved = {v: follow[u.casefold()] for v, u in known.items() if u is not None and u.casefold() in follow}
    for value, new in moved.items():
        findings.append(Finding("unit-followed", variable.name, f"{known[value]} → {new}", int((codes == value).sum())))
    final = {value: moved.get(value, unit) for value, unit in known.items()}
    # Place −1, an empty cell, is the last one.
    resolved = np.array([*(final.get(value) for value in uniques), None], dtype=object)
    ids = pd.Series(resolved[places], index=codes.index, dtype=object)
    empty = int(np.count_nonzero(places < 0))
    if empty:
        findings.append(Finding("unit-empty", variable.name, rows=empty))
    offices = {unit.id for unit in registers.units if unit.administrative}
    return Units(
        ids=ids,
        administrative=ids.isin(offices),
        findings=tuple(findings),
        problems=tuple(problems),
        fictional=any(_FICTIONAL.match(unit) for unit in final.values() if unit is not None),
    )


def _find(value: str, label: str, by_id: dict[str, str], by_name: dict[str, str]) -> str | None:
    for text in (value, label):
        if not text:
            continue
        first = text.split()[0].strip(" ,;:-–()").casefold()
        found = by_id.get(text.casefold()) or by_name.get(plain(text)) or by_id.get(first)
        if found is not None:
            return found
    return None


def _by_id(value: str, label: str, by_id: dict[str, str]) -> bool:
    """Whether the register's id stands in the cell or its label."""
    firsts = (text.split()[0].strip(" ,;:-–()") for text in (value, label) if text.strip())
    return value.casefold() in by_id or any(first.casefold() in by_id for first in firsts)


def _proposed(text: str, registers: Registers) -> str:
    """A unit nobody knows, with the nearest names of the register for a person to choose from."""
    names = {plain(unit.name): unit for unit in registers.units if unit.name}
    near = difflib.get_close_matches(plain(text), list(names), n=3, cutoff=0.6)
    if not near:
        return text
    return f"{text} (≈ {', '.join(f'{names[name].id} {names[name].name}' for name in near)})"


def detail_of(ids: pd.Series) -> str:
    """The units of some rows, for the report."""
    return first_names(sorted(str(unit) for unit in ids.dropna().unique()))
