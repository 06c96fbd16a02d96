"""How groups hang together: atoms and nodes from the sizes of groups in each publication.

A group that has more answers in a later publication is cut in two: those who were there, and the late ones. What the
groups of a grouping leave of the kommune is a group too (*rest*).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

KOMMUNE = "kommune"
REST = "rest"
LATE = "late"
Sizes = Mapping[str, Mapping[str, int]]


@dataclass(slots=True)
class Family:
    """People of one grouping.

    Attributes
    ----------
    sizes : list of int
        People in each atom.
    at : dict
        (group, publication) to the atoms it holds.
    extra : list of (name, atoms)
        Groups nobody prints: what is left of a whole, and late answers.
    """

    sizes: list[int] = field(default_factory=list)
    at: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    extra: list[tuple[str, frozenset[int]]] = field(default_factory=list)

    def cut(self, name: str, sizes: Mapping[str, int]) -> dict[str, frozenset[int]]:
        """Atoms of a group that had ``sizes`` people in each publication: a first one, and what came later."""
        steps = sorted({size for size in sizes.values() if size > 0})
        atoms: list[int] = []
        found: dict[str, frozenset[int]] = {source: frozenset() for source in sizes}
        before = 0
        for step in steps:
            atoms.append(len(self.sizes))
            self.sizes.append(step - before)
            if before:
                self.extra.append((f"{name} ({LATE})", frozenset(atoms[-1:])))
            before = step
            for source, size in sizes.items():
                if size == step:
                    found[source] = frozenset(atoms)
        return found


def families(sizes: Sizes, parents: Mapping[str, tuple[str, ...]], variables: Sequence[str]) -> list[Family]:
    """Every grouping as a family.

    Parameters
    ----------
    sizes : mapping
        Publication to group to number of answers.
    parents : mapping
        Group of a unit to the groups it lies in.
    variables : sequence of str
        Background variables; their groups are ``<variable>-<value>``.
    """
    names = list(dict.fromkeys(group for groups in sizes.values() for group in groups))
    units = [name for name in names if name.startswith("enhed-")]
    wholes = [p for p in names if p.startswith(("type-", "omraade-", "area-"))]
    made, used = [], {KOMMUNE}
    if units:
        made.append(_family(sizes, units, _inside(units, wholes, parents)))
        used |= set(units) | {group for group, _ in made[0].at}
    by_prefix: dict[str, list[str]] = {}
    for name in names:
        prefix = next((v for v in variables if name.startswith(f"{v}-")), "")
        prefix = prefix or next((p for p in ("type", "omraade", "area") if name.startswith(f"{p}-")), "")
        if name not in used and prefix:
            by_prefix.setdefault(prefix, []).append(name)
    for members in by_prefix.values():
        made.append(_family(sizes, members, {}))
        used |= set(members)
    lone = [name for name in names if name not in used]
    together = any((KOMMUNE, source) in family.at for family in made for source in sizes)
    versions = {sizes[s][KOMMUNE] for s in sizes if KOMMUNE in sizes[s]}
    if not together or len(versions) > 1:
        lone.append(KOMMUNE)
    made += [_family(sizes, [name], {}, alone=True) for name in lone if any(name in sizes[s] for s in sizes)]
    return [family for family in made if family.sizes]


def _inside(
    units: Sequence[str], wholes: Sequence[str], parents: Mapping[str, tuple[str, ...]]
) -> dict[str, list[str]]:
    alias = {w: w.replace("area-", "omraade-", 1) if w.startswith("area-") else w for w in wholes}
    return {w: [u for u in units if alias[w] in parents.get(u, ())] for w in wholes}


def _family(
    sizes: Sizes, members: Sequence[str], inside: Mapping[str, Sequence[str]], *, alone: bool = False
) -> Family:
    family = Family()
    where: dict[str, dict[str, frozenset[int]]] = {}
    for name in members:
        given = {s: groups[name] for s, groups in sizes.items() if name in groups}
        # a publication that does not print a group had it all the same
        assumed = {s: given.get(s, next(iter(given.values()))) for s in sizes}
        where[name] = family.cut(name, assumed)
        family.at |= {(name, s): where[name][s] for s in given}
    if alone:
        return family
    left = {s: frozenset[int]() for s in sizes}
    kinds = {whole.split("-")[0] for whole in inside}
    for whole, mine in inside.items():
        rest = _whole(
            family, sizes, whole, {s: frozenset().union(*(where[m][s] for m in mine)) for s in sizes}, len(kinds) == 1
        )
        left = {s: left[s] | rest.get(s, frozenset()) for s in sizes}
    everybody = {s: left[s].union(*(where[m][s] for m in members)) for s in sizes}
    _whole(family, sizes, KOMMUNE, everybody, True)
    return family


def _whole(
    family: Family, sizes: Sizes, whole: str, parts: Mapping[str, frozenset[int]], room: bool
) -> dict[str, frozenset[int]]:
    """Place a group that holds others; what they leave of it becomes a group of its own (where there is ``room``)."""
    apart = {s: sizes[s][whole] - sum(family.sizes[a] for a in parts[s]) for s in sizes if whole in sizes[s]}
    fits = {s: number for s, number in apart.items() if number == 0 or (room and number > 0)}
    rest = family.cut(f"{whole} ({REST})", fits)
    for step in dict.fromkeys(rest.values()):
        if step:
            family.extra.append((f"{whole} ({REST})", step))
    for s in fits:
        family.at[whole, s] = parts[s] | rest[s]
    return rest
