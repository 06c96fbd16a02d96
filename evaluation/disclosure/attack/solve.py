"""Bounds of every hidden count and mean: witnesses first, an integer programme for what they leave open."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluation.disclosure.attack.bounds import Outer
from evaluation.disclosure.attack.guess import Guess, Wanted
from evaluation.disclosure.attack.moves import Reach
from evaluation.disclosure.attack.programme import (
    Bools,
    Floats,
    Ints,
    Leak,
    Outcome,
    Programme,
    Rule,
    System,
    Unproven,
    system,
)
from evaluation.disclosure.attack.reduce import LARGE, parts

_ROUNDS = 5
_GUESSES = 14
_TOLERANCE = 1e-7
#: Sums of scores are no whole numbers (a third of 100): a bound that a programme gives is exact to about so much.
_SUM_TOLERANCE = 1e-5


@dataclass(slots=True)
class _Found:
    """What a solver said: answers that agree (or None), and whether the objective's best value is proven."""

    counts: Ints | None
    value: float
    proven: bool
    impossible: bool


class _Blocks:
    """Rows of a sparse matrix over all counts, put together block by block."""

    def __init__(self, made: System) -> None:
        self.shape = (len(made.sizes), made.width)
        self.rows: list[Ints] = []
        self.columns: list[Ints] = []
        self.values: list[Floats] = []
        self.lows: list[Floats] = []
        self.highs: list[Floats] = []
        self.count = 0

    def add(self, atoms: Floats, coef: Floats, low: Floats, high: Floats) -> None:
        """Every row of ``coef`` (R, K) for the sum of atoms in every row of ``atoms`` (A, U)."""
        row, atom = np.nonzero(atoms)
        for number, numbers in enumerate(coef):
            k = np.flatnonzero(numbers)
            self.rows.append(np.repeat(self.count + number * len(atoms) + row, len(k)))
            self.columns.append((atom[:, None] * self.shape[1] + k[None, :]).ravel())
            self.values.append((atoms[row, atom][:, None] * numbers[k][None, :]).ravel())
        self.lows.append(low)
        self.highs.append(high)
        self.count += len(atoms) * len(coef)

    def matrix(self) -> tuple[Any, Floats, Floats]:
        """The matrix, and the least and most of each row."""
        from scipy.sparse import csr_array

        places = (np.concatenate(self.rows), np.concatenate(self.columns))
        shape = (self.count, self.shape[0] * self.shape[1])
        matrix = csr_array((np.concatenate(self.values), places), shape=shape)
        return matrix, np.concatenate(self.lows), np.concatenate(self.highs)


class Solver:
    """The integer programme of a system, solved for one objective after the other (HiGHS through SciPy)."""

    def __init__(self, made: System, deadline: float) -> None:
        from scipy.optimize import LinearConstraint

        self.made, self.deadline, self.solves = made, deadline, 0
        blocks = _Blocks(made)
        blocks.add(
            np.eye(len(made.sizes)), np.ones((1, made.width)), made.sizes.astype(float), made.sizes.astype(float)
        )
        for member, coef, low, high in zip(made.members, made.coefs, made.lows, made.highs, strict=True):
            if len(low):
                blocks.add(member[None, :].astype(float), coef, low, high)
        for a, b in made.links:
            apart = made.members[a].astype(float) - made.members[b]
            blocks.add(apart[None, :], np.eye(made.width), np.zeros(made.width), np.zeros(made.width))
        self.constraint = LinearConstraint(*blocks.matrix())

    def minimise(self, objective: Floats) -> _Found:
        """Answers of least ``objective`` (shape (U, K))."""
        from scipy.optimize import Bounds, milp

        left = self.deadline - time.monotonic()
        if left <= 0:
            return _Found(None, np.nan, False, False)
        self.solves += 1
        size = np.repeat(self.made.sizes, self.made.width).astype(float)
        options = {"time_limit": left, "mip_rel_gap": 0.0}
        done = milp(
            objective.ravel(),
            integrality=np.ones(size.size),
            bounds=Bounds(0, size),
            constraints=self.constraint,
            options=options,
        )
        if done.x is None:
            return _Found(None, np.nan, False, done.status == 2)
        counts = np.rint(done.x).astype(np.int64).reshape(objective.shape)
        if not self.made.holds(counts):
            return _Found(None, np.nan, False, False)
        return _Found(counts, float((objective * counts).sum()), done.status == 0, False)


class Attack:
    """One programme under attack."""

    def __init__(self, made: System, rule: Rule, seconds: float) -> None:
        self.made, self.rule = made, rule
        self.deadline = time.monotonic() + seconds
        self.outer, self.inner = Outer(made), Reach(made)
        self.counts: Bools = np.array([node.counts for node in made.nodes])
        self.means: Bools = np.array([node.mean and bool(made.programme.scores) for node in made.nodes])
        self.need = self._needed()
        span = float(np.ptp(self.outer.scores))
        self.need_sum: Floats = np.where(self.means & (span >= rule.points), rule.points * made.totals, 0.0)

    def _needed(self) -> Floats:
        """Width each count must keep, shape (G, K); 0 where nothing is protected."""
        nothing = (0.0,) * self.made.width
        need = np.array([node.need if node.counts else nothing for node in self.made.nodes])
        if self.rule.every or not self.outer.possible:
            return need
        # the same where a large group's counts are not published but known within bounds, as by a share of one answer
        made, floor = self.made, 0.0 if self.made.programme.public else 1.0
        for whole in np.flatnonzero(made.totals >= LARGE * self.rule.threshold):
            inside = (made.members <= made.members[whole]).all(axis=1) & (made.totals < made.totals[whole])
            n = made.totals[inside][:, None]
            most = np.minimum(n, self.outer.high[whole])
            least = np.maximum(0, n - (made.totals[whole] - self.outer.low[whole]))
            room = np.maximum(most - least, np.where(most == n, floor, 0.0))
            need[inside] = np.minimum(need[inside], room)
        return need

    def open(self) -> tuple[Bools, Bools]:
        """Counts (G, K) and means (G,) neither proven safe nor proven a leak.

        One leak of a group's counts is enough: its other counts are not asked for.
        """
        told: Bools = np.asarray(self.leak_counts().any(axis=1))
        counts = (self.need > 0) & ~told[:, None] & (self.inner.high < self.need + self.inner.low.astype(float))
        means = (
            (self.need_sum > 0)
            & ~self.leak_means()
            & (self.inner.sum_high < self.need_sum - _SUM_TOLERANCE + self.inner.sum_low)
        )
        return counts, means

    def leak_counts(self) -> Bools:
        """Counts whose outer bounds are too narrow."""
        return np.asarray(self.outer.high - self.outer.low < self.need - _TOLERANCE)

    def leak_means(self) -> Bools:
        """Means whose outer bounds are too narrow."""
        return np.asarray(self.outer.sum_high - self.outer.sum_low < self.need_sum - _SUM_TOLERANCE)

    def run(self) -> Outcome:
        """Settle every cell, or say which could not be settled."""
        cells = int((self.need > 0).sum() + self.means.sum())
        if not cells:
            return Outcome((), (), 0, 0)
        if not self.outer.possible:
            return Outcome((), (self._unproven("impossible", cells),), cells, 0)
        if not any(part.any() for part in self.open()):
            return Outcome(self._leaks(), (), cells, 0)
        rng = np.random.default_rng(len(self.made.sizes))
        self._guess(rng)
        if not any(part.any() for part in self.open()):
            return Outcome(self._leaks(), (), cells, 0)
        solver = Solver(self.made, self.deadline)
        for _ in range(_ROUNDS):
            counts, means = self.open()
            if not (counts.any() or means.any()):
                break
            found = solver.minimise(self._towards(counts, means, rng))
            if found.impossible:
                return Outcome((), (self._unproven("impossible", cells),), cells, solver.solves)
            if found.counts is not None:
                self.inner.add(found.counts)
        self._one_by_one(solver)
        counts, means = self.open()
        left = int(counts.sum() + means.sum())
        unproven = (self._unproven("time", left),) if left else ()
        return Outcome(self._leaks(), unproven, cells, solver.solves)

    def _guess(self, rng: np.random.Generator) -> None:
        """Witnesses without a solver: one in the middle, then some that pull what is still open."""
        guess = Guess(self.made)
        atom_of = np.argmax(self.made.members, axis=1)
        cell: Wanted | None = None
        for number in range(_GUESSES):
            if time.monotonic() > self.deadline:
                return
            found = guess.draw(rng, cell)
            if found is None and number == 0:
                return
            for few in (True, False):
                if found is not None:
                    self.inner.add(found, few=few)
                counts, means = self.open()
                if not counts.any() and not means.any():
                    return
            cell, wanted = None, np.argwhere(counts)
            if len(wanted):
                g, k = wanted[number % len(wanted)]
                room = self.inner.low[g, k] - self.outer.low[g, k], self.outer.high[g, k] - self.inner.high[g, k]
                sign = 1 if room[1] > room[0] or (room[1] == room[0] and number % 2 == 0) else -1
                end = self.inner.low[g, k] if sign > 0 else self.inner.high[g, k]
                cell = Wanted(int(atom_of[g]), int(k), sign, float(end + sign * self.need[g, k]))

    def _towards(self, counts: Bools, means: Bools, rng: np.random.Generator) -> Floats:
        """Objective that pulls open cells up or down at random, shape (U, K)."""
        weight = counts * rng.choice([-1.0, 1.0], counts.shape) * rng.uniform(0.5, 1.0, counts.shape)
        weight = weight / np.maximum(self.made.members.sum(axis=1, keepdims=True), 1)
        pull = means * rng.choice([-1.0, 1.0], means.shape)
        weight = weight + pull[:, None] * self.outer.scores / max(float(np.abs(self.outer.scores).max()), 1.0)
        return np.asarray(self.made.members.astype(float).T @ weight)

    def _one_by_one(self, solver: Solver) -> None:
        """Exact bounds of each cell still open: first the most, then the least."""
        first = self.open()
        for g in np.flatnonzero(first[0].any(axis=1) | first[1]):
            for k in [*np.flatnonzero(first[0][g]), -1]:
                for sign in (-1.0, 1.0):
                    counts, means = self.open()
                    if not (means[g] if k < 0 else counts[g, k]):
                        break
                    if not self._exact(solver, int(g), int(k), sign):
                        return

    def _exact(self, solver: Solver, g: int, k: int, sign: float) -> bool:
        """One bound of one cell; False where time is up."""
        direction = self.outer.scores if k < 0 else np.eye(self.made.width)[k]
        found = solver.minimise(sign * np.outer(self.made.members[g], direction))
        if found.counts is not None:
            self.inner.add(found.counts)
        if not found.proven:
            return time.monotonic() < self.deadline
        value = sign * found.value
        if k < 0 and sign > 0:
            self.outer.sum_low[g] = value
        elif k < 0:
            self.outer.sum_high[g] = value
        elif sign > 0:
            self.outer.low[g, k] = value
        else:
            self.outer.high[g, k] = value
        return True

    def _leaks(self) -> tuple[Leak, ...]:
        counts, means = self.leak_counts(), self.leak_means()
        made, programme = self.made, self.made.programme
        found = []
        for g in np.flatnonzero(counts.any(axis=1) | means):
            n = float(made.totals[g])
            where = (programme.survey, programme.measure, made.nodes[g].name, programme.wave)
            sources = self._sources(int(g))
            if counts[g].any():
                width = np.where(counts[g], self.outer.high[g] - self.outer.low[g], np.inf)
                k = int(np.argmin(width))
                low, high = float(self.outer.low[g, k]), float(self.outer.high[g, k])
                secret = n - sum(self.outer.low[g, len(programme.labels) - programme.public :])
                kind = "all_alike" if low >= secret > 1 and not programme.public else programme.kind
                found.append(Leak(*where, kind, programme.labels[k], low, high, float(secret), sources))
            if means[g]:
                low, high = self.outer.sum_low[g] / n, self.outer.sum_high[g] / n
                found.append(Leak(*where, "mean", "", float(low), float(high), n, sources))
        return tuple(found)

    def _sources(self, g: int) -> tuple[str, ...]:
        """Published numbers about the group itself and about groups it shares people with."""
        near = (self.made.members & self.made.members[g]).any(axis=1)
        names: dict[str, None] = {row.source: None for row in self.made.nodes[g].rows}
        for other in np.flatnonzero(near):
            names |= {row.source: None for row in self.made.nodes[other].rows}
        return tuple(names)[:6]

    def _unproven(self, reason: str, cells: int) -> Unproven:
        p = self.made.programme
        return Unproven(p.survey, p.measure, p.wave, p.kind, reason, cells)


def attack(programme: Programme, rule: Rule, seconds: float) -> Outcome:
    """Attack one programme for at most ``seconds``."""
    until = time.monotonic() + seconds
    done = [Attack(system(part), rule, until - time.monotonic()).run() for part in parts(programme, rule)]
    return Outcome(
        tuple(leak for one in done for leak in one.leaks),
        tuple(unproven for one in done for unproven in one.unproven),
        sum(one.cells for one in done),
        sum(one.solves for one in done),
    )
