"""Integer programmes over what was published: atoms (people nobody splits further), nodes (groups of atoms), rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: Error of one score, as codebooks and attackers write it.
_LAST_DECIMAL = 1e-6


@dataclass(frozen=True, slots=True)
class Rule:
    """What counts as a leak (``design.md`` 5).

    Attributes
    ----------
    threshold : int
        Fewest people behind a number.
    protection : int
        Width to which a hidden count must stay uncertain, or the whole range 0..n if that is smaller.
    points : float
        Width to which a hidden mean must stay uncertain, on 0–100.
    every : bool
        The plan's ``rare``. False (``margin``): the true numbers of three thresholds of people may be known, and a
        hidden count has to stay only as uncertain as they leave it; all answers alike and the mean stay leaks.
        True (``every``): each hidden count keeps the full protection.
    """

    threshold: int = 5
    protection: int = 3
    points: float = 10.0
    every: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One published number about a node: ``low <= coef @ counts <= high``."""

    coef: tuple[float, ...]
    low: float
    high: float
    source: str


@dataclass(slots=True)
class Node:
    """A group of atoms.

    ``counts`` and ``mean`` say whether that is hidden and must not be found; ``need`` how wide each count's
    interval has to stay.
    """

    name: str
    atoms: frozenset[int]
    rows: list[Row] = field(default_factory=list)
    counts: bool = False
    mean: bool = False
    need: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Programme:
    """Answers to one item in one wave, as far as they were published.

    Attributes
    ----------
    labels : tuple of str
        The K categories: answer codes, or states.
    scores : tuple of float
        Their 0–100 scores; empty where there is no mean.
    sizes : tuple of int
        Answers in each atom.
    links : tuple
        Pairs of nodes that hold the same people, cut in two ways.
    public : int
        How many of the last categories are no secret: how many answered at all, among states.
    """

    survey: str
    measure: str
    wave: str
    kind: str
    labels: tuple[str, ...]
    scores: tuple[float, ...]
    sizes: tuple[int, ...]
    nodes: tuple[Node, ...]
    links: tuple[tuple[int, int], ...] = ()
    public: int = 0


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing an outsider can work out, ``low`` to ``high``, and from which published numbers."""

    survey: str
    measure: str
    group: str
    wave: str
    kind: str
    what: str
    low: float
    high: float
    n: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unproven:
    """A programme that ran out of time, or that no answers can fulfil."""

    survey: str
    measure: str
    wave: str
    kind: str
    reason: str
    cells: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one programme gave."""

    leaks: tuple[Leak, ...]
    unproven: tuple[Unproven, ...]
    cells: int
    solves: int


@dataclass(frozen=True, slots=True)
class System:
    """A programme as matrices; nodes of the same atoms are one.

    Attributes
    ----------
    members : bool array, shape (G, U)
        Which atoms a node holds.
    coefs, lows, highs : list of arrays
        Rows of each node, shapes (R, K) and (R,).
    frozen : bool array, shape (G,)
        Nodes that stand in a link: their counts are never moved.
    """

    programme: Programme
    nodes: tuple[Node, ...]
    members: Bools
    sizes: Ints
    totals: Ints
    coefs: tuple[Floats, ...]
    lows: tuple[Floats, ...]
    highs: tuple[Floats, ...]
    frozen: Bools
    links: tuple[tuple[int, int], ...]

    @property
    def width(self) -> int:
        """Number of categories."""
        return len(self.programme.labels)

    def holds(self, counts: Ints) -> bool:
        """Whether answers of shape (U, K) agree with everything published."""
        if (counts < 0).any() or (counts.sum(axis=1) != self.sizes).any():
            return False
        totals = self.members.astype(np.int64) @ counts
        if any((totals[a] != totals[b]).any() for a, b in self.links):
            return False
        rows = zip(totals, self.coefs, self.lows, self.highs, strict=True)
        return all(_between(c @ t, low, high, t) for t, c, low, high in rows if len(low))


def _between(found: Floats, low: Floats, high: Floats, counts: Ints) -> bool:
    """Whether sums lie within their bounds; scores such as 16.666667 are known to the sixth decimal, each time."""
    slack = _LAST_DECIMAL * max(1.0, float(counts.sum()))
    return bool(((found >= low - slack) & (found <= high + slack)).all())


def system(programme: Programme) -> System:
    """Matrices of a programme; every atom has a node of its own."""
    nodes = merged(programme)
    place = {node.atoms: i for i, node in enumerate(nodes)}
    members = np.zeros((len(nodes), len(programme.sizes)), dtype=bool)
    for i, node in enumerate(nodes):
        members[i, sorted(node.atoms)] = True
    width = len(programme.labels)
    coefs = tuple(np.array([r.coef for r in node.rows], dtype=float).reshape(-1, width) for node in nodes)
    lows = tuple(np.array([r.low for r in node.rows], dtype=float) for node in nodes)
    highs = tuple(np.array([r.high for r in node.rows], dtype=float) for node in nodes)
    sizes = np.array(programme.sizes, dtype=np.int64)
    links = tuple((place[programme.nodes[a].atoms], place[programme.nodes[b].atoms]) for a, b in programme.links)
    frozen = np.zeros(len(nodes), dtype=bool)
    for pair in links:
        frozen[list(pair)] = True
    totals = members.astype(np.int64) @ sizes
    return System(programme, nodes, members, sizes, totals, coefs, lows, highs, frozen, links)


def merged(programme: Programme) -> tuple[Node, ...]:
    """Nodes of a programme, those of the same atoms as one; every atom has a node of its own."""
    found: dict[frozenset[int], Node] = {}
    single = [Node("", frozenset([atom])) for atom in range(len(programme.sizes))]
    for node in [*programme.nodes, *single]:
        there = found.get(node.atoms)
        if there is None:
            there = found[node.atoms] = replace(node, rows=[])
        elif node.name and not there.name:
            there.name, there.counts, there.mean, there.need = node.name, node.counts, node.mean, node.need
        elif node.name:
            # shown in one place is shown
            there.counts, there.mean = there.counts and node.counts, there.mean and node.mean
        seen = {(row.coef, row.low, row.high) for row in there.rows}
        there.rows += [row for row in node.rows if (row.coef, row.low, row.high) not in seen]
    return tuple(found.values())


def known_counts(node: Node, width: int) -> tuple[int, ...] | None:
    """The counts of a node, where all of them are published."""
    values: dict[int, int] = {}
    for row in node.rows:
        ones = [k for k, c in enumerate(row.coef) if c]
        if len(ones) == 1 and row.coef[ones[0]] == 1 and row.low == row.high:
            values[ones[0]] = int(row.low)
    return tuple(values[k] for k in range(width)) if len(values) == width else None
