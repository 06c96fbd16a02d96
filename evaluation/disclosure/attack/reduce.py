"""A programme cut into parts that can be attacked one by one.

What is published of a whole and of some of its groups is known of the rest too; a whole that is the sum of published
groups ties nothing together. What is left falls into components.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from evaluation.disclosure.attack.programme import Node, Programme, Row, Rule, known_counts, merged

Known = dict[frozenset[int], tuple[int, ...]]
#: True numbers of this many thresholds of people may be known (``docs/disclosure.md``).
LARGE = 3


def parts(programme: Programme, rule: Rule) -> Iterator[Programme]:
    """Components of a programme in which something is protected."""
    width = len(programme.labels)
    nodes = list(merged(programme))
    known: Known = {}
    for node in nodes:
        counts = known_counts(node, width)
        if counts is not None:
            known[node.atoms] = counts
    linked = {programme.nodes[i].atoms for pair in programme.links for i in pair}
    people = {node.atoms: sum(programme.sizes[a] for a in node.atoms) for node in nodes}
    rests = {node.atoms: _rest(node, nodes, known) for node in nodes if node.atoms in known}
    wholes = dict(known)
    for rest in rests.values():
        wholes.setdefault(rest.atoms, known_counts(rest, width) or ())
    large = {}
    for atoms, counts in wholes.items():
        size = sum(programme.sizes[a] for a in atoms)
        if size >= LARGE * rule.threshold:
            large[atoms] = (size, counts)
    for node in nodes:
        if node.counts:
            node.need = _needed(node, people[node.atoms], large, rule, programme)
    kept = [rests[n.atoms] if n.atoms in known and n.atoms not in linked else n for n in nodes]
    pairs = [(programme.nodes[a].atoms, programme.nodes[b].atoms) for a, b in programme.links]
    yield from _components(programme, [node for node in kept if node.atoms], pairs)


def _needed(
    node: Node,
    people: int,
    large: Mapping[frozenset[int], tuple[int, tuple[int, ...]]],
    rule: Rule,
    programme: Programme,
) -> tuple[float, ...]:
    """How wide the interval of each count has to stay; a public count is no secret and takes its people with it."""
    width = len(programme.labels)
    hidden = width - programme.public
    told = [row.low for row in node.rows if programme.public and row.coef[-1] == 1 and sum(map(abs, row.coef)) == 1]
    n = people - int(told[0]) if told else people
    room = np.full(hidden, float(min(n, rule.protection)))
    if not rule.every:
        for whole, (size, counts) in large.items():
            if node.atoms < whole:
                given = np.array(counts[:hidden])
                most, least = np.minimum(n, given), np.maximum(0, n - (size - sum(counts[hidden:]) - given))
                # that all answers could be alike is never excused; states are no answers
                floor = np.where(most == n, 0 if programme.public else 1, 0)
                room = np.minimum(room, np.maximum(most - least, floor))
    room = np.minimum(room, n)
    return (*(float(x) for x in room), *(0.0,) * programme.public)


def _rest(node: Node, nodes: Sequence[Node], known: Known) -> Node:
    """What a published group leaves beside the published groups in it."""
    inside = sorted((other for other in nodes if other.atoms in known and other.atoms < node.atoms), key=_size)
    left, counts = set(node.atoms), np.array(known[node.atoms])
    used = []
    for other in reversed(inside):
        if other.atoms <= left:
            left -= other.atoms
            counts = counts - np.array(known[other.atoms])
            used.append(other)
    if not used and not all(_agrees(row, known[node.atoms]) for row in node.rows):
        return node  # for the solver to find out that no answers can give this
    source = " − ".join(one.rows[0].source for one in (node, *used[:3])) + (" − …" if len(used) > 3 else "")
    eye = np.eye(len(counts))
    rows = [Row(tuple(eye[k]), float(c), float(c), source) for k, c in enumerate(counts)]
    return Node("", frozenset(left), rows)


def _agrees(row: Row, counts: tuple[int, ...]) -> bool:
    return row.low <= float(np.dot(row.coef, counts)) <= row.high


def _size(node: Node) -> int:
    return len(node.atoms)


def _components(
    programme: Programme, nodes: Sequence[Node], pairs: Sequence[tuple[frozenset[int], frozenset[int]]]
) -> Iterator[Programme]:
    """Connected atoms with their nodes."""
    leader = list(range(len(programme.sizes)))

    def top(atom: int) -> int:
        while leader[atom] != atom:
            leader[atom] = leader[leader[atom]]
            atom = leader[atom]
        return atom

    def join(atoms: frozenset[int]) -> None:
        first, *others = sorted(atoms)
        for other in others:
            leader[top(other)] = top(first)

    for node in nodes:
        if node.rows or node.counts or node.mean:
            join(node.atoms)
    for one, other in pairs:
        join(one | other)
    atoms_of: dict[int, list[int]] = {}
    for atom in range(len(programme.sizes)):
        atoms_of.setdefault(top(atom), []).append(atom)
    nodes_of: dict[int, list[Node]] = {}
    for node in nodes:
        nodes_of.setdefault(top(min(node.atoms)), []).append(node)
    for lead, atoms in atoms_of.items():
        mine = nodes_of.get(lead, [])
        if any(node.counts or node.mean for node in mine):
            yield _component(programme, atoms, [n for n in mine if n.rows or n.counts or n.mean], pairs)


def _component(
    programme: Programme,
    atoms: Sequence[int],
    nodes: Sequence[Node],
    pairs: Sequence[tuple[frozenset[int], frozenset[int]]],
) -> Programme:
    place = {atom: i for i, atom in enumerate(atoms)}
    at = {node.atoms: i for i, node in enumerate(nodes)}
    return replace(
        programme,
        sizes=tuple(programme.sizes[atom] for atom in atoms),
        nodes=tuple(replace(node, atoms=frozenset(place[a] for a in node.atoms)) for node in nodes),
        links=tuple((at[one], at[other]) for one, other in pairs if one in at and other in at),
    )
