"""Scale scores and changes: sums between 0 and 100 a person, by linear programmes.

A scale's score has no counts; a group's sum of scores lies between 0 and 100 n, is the sum of its groups' sums, and is
known where the mean was published. Changes, comparisons and compositions tie groups and waves together.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evaluation.disclosure.attack.cells import Cell, Key, Numbers
from evaluation.disclosure.attack.facts import Facts
from evaluation.disclosure.attack.programme import Bools, Floats, Leak, Outcome, Rule, Unproven
from evaluation.disclosure.attack.structure import families
from evaluation.disclosure.attack.ties import Term, Tie, ties

_TOP = 100.0
_ROOM = 1e-6


@dataclass(slots=True)
class Total:
    """The sum of a group's scores: ``low`` to ``high``; ``hidden`` where its mean must not be found."""

    name: str
    wave: str
    source: str
    atoms: frozenset[int]
    low: float
    high: float
    hidden: bool
    sources: tuple[str, ...] = ()


@dataclass(slots=True)
class Sums:
    """One measure, in one wave or in waves that published numbers tie together.

    ``ties`` are (totals, weights, least, most, source): sums of weighted means. ``places`` finds a total by its group,
    wave and source.
    """

    survey: str
    measure: str
    sizes: list[int] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    ties: list[tuple[tuple[int, ...], tuple[float, ...], float, float, str]] = field(default_factory=list)
    places: dict[tuple[str, str, str], int] = field(default_factory=dict)


def sums(numbers: Numbers, facts: Facts) -> Iterator[Sums]:
    """Every scale, and every item whose hidden means published numbers tie together."""
    by_measure: dict[tuple[str, str], list[Tie]] = {}
    for tie in ties(numbers):
        by_measure.setdefault((tie.survey, tie.measure), []).append(tie)
    joint = {name: dict.fromkeys(t.wave for tie in found for t in tie.terms) for name, found in by_measure.items()}
    for table in (numbers.scales, numbers.items):
        for (survey, measure), together in joint.items():
            keys = [(survey, measure, wave) for wave in together if (survey, measure, wave) in table]
            if keys:
                made = _sums([(key, table[key]) for key in keys], facts)
                for tie in by_measure[survey, measure]:
                    _tie(made, tie, facts)
                yield made
    for key, cells in numbers.scales.items():
        if key[2] not in joint.get(key[:2], ()):
            yield _sums([(key, cells)], facts)


def _sums(keyed: Sequence[tuple[Key, Mapping[str, Mapping[str, Cell]]]], facts: Facts) -> Sums:
    made = Sums(*keyed[0][0][:2])
    survey = facts.surveys.get(keyed[0][0][0])
    for key, by_source in keyed:
        sizes = {s: {g: c.n for g, c in groups.items() if c.n is not None} for s, groups in by_source.items()}
        for family in families(sizes, facts.parents, survey.variables if survey else ()):
            start = len(made.sizes)
            made.sizes += family.sizes
            for (name, source), atoms in family.at.items():
                if atoms:
                    places = frozenset(a + start for a in atoms)
                    made.places.setdefault((name, key[2], source), len(made.totals))
                    made.totals.append(_total(name, key[2], source, places, by_source[source][name], facts))
            for name, atoms in family.extra:
                people = sum(family.sizes[a] for a in atoms)
                hidden = facts.protects(name, people) and people < facts.rule.threshold
                places = frozenset(a + start for a in atoms)
                made.totals.append(Total(name, key[2], "", places, 0.0, _TOP * people, hidden))
    return made


def _total(name: str, wave: str, source: str, atoms: frozenset[int], cell: Cell, facts: Facts) -> Total:
    low, high = 0.0, _TOP * (cell.n or 0)
    for mean in (*cell.means, *cell.bounds):
        low = max(low, (mean.value - mean.half) * mean.n - _ROOM * mean.n)
        high = min(high, (mean.value + mean.half) * mean.n + _ROOM * mean.n)
    return Total(
        name,
        wave,
        source,
        atoms,
        low,
        high,
        not cell.means and facts.protects(name, cell.n or 0, cell.few),
        tuple(m.source for m in (*cell.means, *cell.bounds)),
    )


def _tie(made: Sums, tie: Tie, facts: Facts) -> None:
    """Note a tie where all its groups are known; a single mean is a bound of its own."""
    at = [_place(made, term, facts) for term in tie.terms]
    if min(at) < 0 or not _fits(made, at, tie):
        return
    if len(at) > 1:
        made.ties.append((tuple(at), tuple(t.weight for t in tie.terms), tie.low, tie.high, tie.source))
        return
    total = made.totals[at[0]]
    people = sum(made.sizes[a] for a in total.atoms)
    total.low, total.high = max(total.low, tie.low * people), min(total.high, tie.high * people)
    total.sources += (tie.source,)


def _fits(made: Sums, at: Sequence[int], tie: Tie) -> bool:
    """Whether groups of units hold as many answers as was published: as the smaller of two waves."""
    people = [sum(made.sizes[a] for a in made.totals[i].atoms) for i in at]
    sides: dict[str, list[int]] = {}
    told: dict[str, int | None] = {}
    for term, many, size in zip(tie.terms, people, tie.sizes or (None,) * len(at), strict=True):
        sides.setdefault(term.group, []).append(many)
        told[term.group] = size
    return all(told[name] in (None, min(many)) for name, many in sides.items())


def _place(made: Sums, term: Term, facts: Facts) -> int:
    """The total of a term's mean; a set of units becomes one; -1 where it is not known."""
    place = (term.group, term.wave, term.source)
    units = facts.sets.get(term.as_of, {}).get(term.group)
    if place in made.places or units is None:
        return made.places.get(place, -1)
    members = [made.places[u, term.wave, term.source] for u in units if (u, term.wave, term.source) in made.places]
    atoms = frozenset().union(*(made.totals[i].atoms for i in members))
    if not atoms:
        return -1
    made.places[place] = len(made.totals)
    top = _TOP * sum(made.sizes[a] for a in atoms)
    # without a name: where it is one unit alone, a number of the set is no number of that unit's own
    made.totals.append(Total("", term.wave, term.source, atoms, 0.0, top, False))
    return made.places[place]


class _Line:
    """Totals as intervals, tightened by what they add up to, and the linear programme for the rest."""

    def __init__(self, made: Sums) -> None:
        self.made = made
        unique: dict[frozenset[int], Total] = {}
        for total in [
            *made.totals,
            *(Total("", "", "", frozenset([a]), 0.0, _TOP * n, False) for a, n in enumerate(made.sizes)),
        ]:
            there = unique.get(total.atoms)
            if there is None:
                unique[total.atoms] = Total(
                    total.name,
                    total.wave,
                    total.source,
                    total.atoms,
                    total.low,
                    total.high,
                    total.hidden,
                    total.sources,
                )
                continue
            there.low, there.high = max(there.low, total.low), min(there.high, total.high)
            there.sources += tuple(s for s in total.sources if s not in there.sources)
            there.hidden = there.hidden and (total.hidden or not total.name)
        self.totals = list(unique.values())
        self.place = {total.atoms: i for i, total in enumerate(self.totals)}
        self.members = np.zeros((len(self.totals), len(made.sizes)))
        for i, total in enumerate(self.totals):
            self.members[i, sorted(total.atoms)] = 1.0
        self.people: Floats = self.members @ np.array(made.sizes, dtype=float)
        self.low: Floats = np.array([t.low for t in self.totals])
        self.high: Floats = np.array([t.high for t in self.totals])
        self.hidden: Bools = np.array([t.hidden for t in self.totals])

    def tighten(self) -> None:
        """Outer bounds: a total is the sum of its atoms, an atom what the others leave."""
        single = np.array([self.place[frozenset([a])] for a in range(len(self.made.sizes))])
        for _ in range(4):
            for g in range(len(self.totals)):
                inside = np.flatnonzero(self.members[g])
                if len(inside) < 2:
                    continue
                low, high = self.low[single[inside]], self.high[single[inside]]
                self.low[g], self.high[g] = max(self.low[g], low.sum()), min(self.high[g], high.sum())
                self.low[single[inside]] = np.maximum(low, self.low[g] - high.sum() + high)
                self.high[single[inside]] = np.minimum(high, self.high[g] - low.sum() + low)

    def reach(self, at: Floats) -> tuple[Floats, Floats]:
        """What totals of single atoms can be moved to from ``at`` (U,), by giving to atoms in the same groups."""
        low, high = self.members @ at, self.members @ at
        kinds: dict[bytes, list[int]] = {}
        wide = self.members.sum(axis=1) > 1
        # a tied group keeps its sum when two of its atoms trade; a tied atom cannot
        tied = {
            atom
            for at, *_ in self.made.ties
            for i in at
            if len(self.made.totals[i].atoms) == 1
            for atom in self.made.totals[i].atoms
        }
        for atom in range(len(at)):
            if atom not in tied:
                kinds.setdefault(self.members[wide, atom].tobytes(), []).append(atom)
        for atoms in kinds.values():
            own = np.array([self.place[frozenset([a])] for a in atoms])
            up, down = np.maximum(self.high[own] - at[atoms], 0), np.maximum(at[atoms] - self.low[own], 0)
            high[own] = at[atoms] + np.minimum(up, down.sum() - down)
            low[own] = at[atoms] - np.minimum(down, up.sum() - up)
        return low, high

    def solve(self, objective: Floats, left: float) -> tuple[Floats | None, float, int]:
        """Least ``objective`` (U,): the sums, its value, and SciPy's status."""
        from scipy.optimize import linprog

        rows, most = [], []
        for member, total in zip(self.members, self.totals, strict=True):
            if member.sum() > 1:
                rows += [member, -member]
                most += [total.high, -total.low]
        for at, weights, low, high, _ in self.made.ties:
            apart = np.zeros(len(self.made.sizes))
            for i, weight in zip(at, weights, strict=True):
                g = self.place[self.made.totals[i].atoms]
                apart += weight * self.members[g] / self.people[g]
            rows += [apart, -apart]
            most += [high, -low]
        single = [self.totals[self.place[frozenset([a])]] for a in range(len(self.made.sizes))]
        done = linprog(
            objective,
            A_ub=np.array(rows) if rows else None,
            b_ub=np.array(most) if rows else None,
            bounds=[(t.low, t.high) for t in single],
            options={"time_limit": max(left, 1e-3)},
        )
        return (None if done.x is None else np.asarray(done.x)), float(done.fun or 0.0), int(done.status)


def attack_sums(made: Sums, rule: Rule, seconds: float) -> Outcome:
    """Bounds of every hidden mean of scores; leaks where they are closer than ``rule.points``."""
    until = time.monotonic() + seconds
    line = _Line(made)
    if not line.hidden.any():
        return Outcome((), (), 0, 0)
    line.tighten()
    need = rule.points * line.people
    cells, solves, left = int(line.hidden.sum()), 0, 0
    inner_low, inner_high = np.full(len(need), np.inf), np.full(len(need), -np.inf)
    for g in np.flatnonzero(line.hidden):
        for sign in (-1.0, 1.0):
            settled = line.high[g] - line.low[g] < need[g] - _ROOM or inner_high[g] - inner_low[g] >= need[g] - _ROOM
            if settled:
                break
            at, value, status = line.solve(sign * line.members[g], until - time.monotonic())
            solves += 1
            if status == 2:
                return Outcome((), (_unproven(made, "impossible", cells),), cells, solves)
            if status != 0 or at is None:
                left += 1
                break
            low, high = line.reach(at)
            inner_low, inner_high = np.minimum(inner_low, low), np.maximum(inner_high, high)
            if sign > 0:
                line.low[g] = max(line.low[g], value)
            else:
                line.high[g] = min(line.high[g], -value)
    leaks = tuple(
        _leak(made, line, int(g)) for g in np.flatnonzero(line.hidden & (line.high - line.low < need - _ROOM))
    )
    unproven = (_unproven(made, "time", left),) if left else ()
    return Outcome(leaks, unproven, cells, solves)


def _leak(made: Sums, line: _Line, g: int) -> Leak:
    total, n = line.totals[g], float(line.people[g])
    near = (line.members * line.members[g]).any(axis=1)
    sources = dict.fromkeys(s for i in np.flatnonzero(near) for s in line.totals[i].sources)
    mine = {i for i, other in enumerate(made.totals) if other.atoms & total.atoms}
    sources |= {tie[-1]: None for tie in made.ties if mine & set(tie[0])}
    low, high = float(line.low[g]) / n, float(line.high[g]) / n
    return Leak(made.survey, made.measure, total.name, total.wave, "mean", "", low, high, n, tuple(sources)[:6])


def _unproven(made: Sums, reason: str, cells: int) -> Unproven:
    waves = "_".join(dict.fromkeys(total.wave for total in made.totals if total.wave))
    return Unproven(made.survey, made.measure, waves, "mean", reason, cells)
