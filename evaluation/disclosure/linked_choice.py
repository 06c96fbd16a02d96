"""Which groups are hidden beside those that must be: the cheapest choice that leaves nobody alone in a sum.

A hidden group that is the only one in a sum is what is left of it. :func:`partners` solves the cell suppression
problem over all sums at once: cheapest sets first, and where there are many as a small integer programme (HiGHS through
SciPy).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from heapq import heappop, heappush
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.linked import Structure
from evaluation.disclosure.rules import Bools, Floats

Ints = NDArray[np.int64]
Sum = tuple[int, ...]
#: Most sets of hidden groups that are looked through before HiGHS is asked.
_SETS: Final = 500


@lru_cache(maxsize=64)
def sums(structure: Structure) -> tuple[Sum, ...]:
    """Every sum that is public: a group and the parts it is made of, the whole first.

    A group with atoms of one partition below it gives one sum over those atoms; groups between (types, areas) give
    another one with the whole where they cover all of its atoms.
    """
    found: list[Sum] = []
    atoms = structure.hierarchy >= 0
    below = [
        frozenset(i for i, over in enumerate(structure.above) if g in over and atoms[i]) for g in range(len(atoms))
    ]
    for group in range(len(atoms)):
        for name in np.unique(structure.hierarchy[list(below[group])]).tolist() if below[group] else []:
            parts = [i for i in below[group] if structure.hierarchy[i] == name]
            found.append((group, *sorted(parts)))
    between = [g for g in range(len(atoms)) if below[g] and g != structure.root]
    found += [(structure.root, *cover) for cover in _covers(between, below)]
    return tuple(found)


def _covers(between: list[int], below: list[frozenset[int]]) -> list[Sum]:
    """Sets of groups between that do not overlap, as large as they get: one for types, one for areas."""
    covers: list[list[int]] = []
    for group in between:
        for cover in covers:
            if all(not below[group] & below[other] for other in cover):
                cover.append(group)
                break
        else:
            covers.append([group])
    return [tuple(cover) for cover in covers if len(cover) > 1]


@lru_cache(maxsize=4096)
def partners(equations: tuple[Sum, ...], gone: frozenset[int], cost: tuple[float, ...]) -> frozenset[int]:
    """Groups to hide, those of ``gone`` among them, so that no sum holds exactly one.

    Parameters
    ----------
    equations : tuple of tuple of int
        Positions of the groups in each sum.
    gone : frozenset of int
        Groups that are hidden in any case.
    cost : tuple of float
        What hiding each group costs; infinite where it cannot help (nobody answered).

    Returns
    -------
    frozenset of int
        With the least total cost; on a timeout whatever :func:`_greedy` finds.
    """
    found = _cheapest_first(equations, gone, cost)
    return _programme(equations, gone, cost) if found is None else found


def _cheapest_first(equations: tuple[Sum, ...], gone: frozenset[int], cost: tuple[float, ...]) -> frozenset[int] | None:
    """Sets of hidden groups in order of their cost, until no sum holds exactly one; None where they are too many.

    A sum with one hidden group needs a second one, whichever it is: so every set that closes all sums is come to.
    What cannot be mended (nobody else answered) is left.
    """
    members = [frozenset(i for i in one if np.isfinite(cost[i]) or i in gone) for one in equations]
    members = [one for one in members if len(one) > 1]
    queue: list[tuple[float, tuple[int, ...], frozenset[int], frozenset[int]]] = [(0.0, (), gone, frozenset())]
    for _ in range(_SETS):
        if not queue:
            return None
        spent, added, hidden, kept = heappop(queue)
        lone = next((one for one in members if len(one & hidden) == 1), None)
        if lone is None:
            return hidden
        for choice in sorted(lone - hidden - kept, key=lambda i: (cost[i], i)):
            heappush(queue, (spent + cost[choice], (*added, choice), hidden | {choice}, kept))
            kept = kept | {choice}
    return None


def _programme(equations: tuple[Sum, ...], gone: frozenset[int], cost: tuple[float, ...]) -> frozenset[int]:
    """Solve the choice as an integer programme."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    rows, columns, values, row = [], [], [], 0
    for one in equations:
        for member in one:
            if np.isfinite(cost[member]):
                others = [other for other in one if other != member and np.isfinite(cost[other])]
                rows += [row] * (len(others) + 1)
                columns += [*others, member]
                values += [1.0] * len(others) + [-1.0]
                row += 1
    usable = np.isfinite(np.array(cost))
    low = np.array([float(i in gone) for i in range(len(cost))])
    matrix = coo_array((values, (rows, columns)), shape=(row, len(cost)))
    made = milp(
        np.where(usable, cost, 0.0),
        constraints=LinearConstraint(matrix, lb=0.0),
        integrality=np.ones(len(cost)),
        bounds=Bounds(low, np.maximum(usable, low)),
        options={"time_limit": 5.0},
    )
    if made.x is None:
        return _greedy(equations, gone, cost)
    return frozenset(np.flatnonzero(made.x > 0.5).tolist())


def _greedy(equations: Sequence[Sum], gone: frozenset[int], cost: tuple[float, ...]) -> frozenset[int]:
    """Hide the cheapest group of every sum that holds one, until none does."""
    hidden = set(gone)
    changed = True
    while changed:
        changed = False
        for one in equations:
            rest = [i for i in one if i not in hidden and np.isfinite(cost[i])]
            if len(hidden & set(one)) == 1 and rest:
                hidden.add(min(rest, key=lambda i: (cost[i], i)))
                changed = True
    return frozenset(hidden)


def greedy(equations: Sequence[Sum], gone: frozenset[int], cost: Floats) -> Bools:
    """Return the baseline of the benchmark: smallest first, one sum at a time; shape (groups,)."""
    chosen = _greedy(equations, gone, tuple(cost.tolist()))
    return np.array([i in chosen for i in range(len(cost))], dtype=bool)
