"""Published numbers that tie the means of several groups or waves together: changes, comparisons, compositions.

Each is a sum of means, every one with its own weight: a change is ``after − before``; a difference in development is
one change less another; a change within types is the types' changes, weighted by their published shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evaluation.disclosure.attack.cells import ROUNDED, Numbers, split_waves, whole
from evaluation.disclosure.attack.files import Record, number

_ROOM = 1e-6
#: Designs of ``comparisons`` that show levels of one wave, and changes between two.
LEVELS = frozenset({"side_om_side"})
CHANGES = frozenset({"udvikling", "gruppe_tid", "tidligere"})
WITHIN, MIX = "inden-for-typer", "sammensaetning"


@dataclass(frozen=True, slots=True)
class Term:
    """A mean: of a group in a wave, as one publication and table counts its people, times ``weight``.

    ``as_of`` is the wave whose trials and releases say which units a group holds.
    """

    group: str
    wave: str
    source: str
    weight: float
    as_of: str


@dataclass(frozen=True, slots=True)
class Tie:
    """``low <= Σ weight · mean <= high``; ``sizes`` are the answers that groups of units must have, by term."""

    survey: str
    measure: str
    terms: tuple[Term, ...]
    low: float
    high: float
    source: str
    sizes: tuple[int | None, ...] = ()


def ties(numbers: Numbers) -> Iterator[Tie]:
    """Every published number of several means."""
    for row, source in numbers.changes:
        yield from _change(row, source)
    for row, source in numbers.comparisons:
        yield from _comparison(row, source)
    for row, source in numbers.trends:
        if row["design"] in (WITHIN, MIX):
            yield from _composition(row, source, numbers)


def _change(row: Record, source: str) -> Iterator[Tie]:
    """A change published without either level."""
    change = number(row.get("change"))
    bare = number(row.get("before")) is None and number(row.get("after")) is None
    if change is None or not bare or row["stat"] == "andel" or row.get("weighting"):
        return
    if not row["group"].startswith("forskel-"):
        place = f"{source} {row['waves']}"
        terms = _difference(row["group"], row["waves"], place, 1.0)
        yield _tie(row, terms, change, 0.5 if row.get("reason") == ROUNDED else _ROOM, source)


def _difference(group: str, waves: str, place: str, weight: float) -> tuple[Term, ...]:
    before, after = split_waves(waves)
    return Term(group, before, place, -weight, after), Term(group, after, place, weight, after)


def _tie(
    row: Record, terms: tuple[Term, ...], value: float, half: float, source: str, sizes: tuple[int | None, ...] = ()
) -> Tie:
    named = f"{source}: {row['key']}"
    return Tie(row["survey"], row["measure"], terms, value - half, value + half, named, sizes)


def _comparison(row: Record, source: str) -> Iterator[Tie]:
    """Both sides of a comparison, and their difference where a side is hidden."""
    if row.get("weighting") or row["design"] not in LEVELS | CHANGES or row.get("comparable") not in ("ja", ""):
        return
    half = 0.5 if row.get("reason") == ROUNDED else 0.0
    sides: list[tuple[Term, ...]] = []
    for group in (row["group"], row["against"]):
        if row["design"] in LEVELS:
            sides.append((Term(group, row["waves"], source, 1.0, row["waves"]),))
        else:
            sides.append(_difference(group, row["waves"], f"{source} {row['waves']}", 1.0))
    values = [number(row.get(name)) for name in ("value_group", "value_against")]
    sizes = [whole(row.get(name)) for name in ("n_group", "n_against")]
    for terms, value, size in zip(sides, values, sizes, strict=True):
        if value is not None:
            yield _tie(row, terms, value, half + _ROOM, source, (size,) * len(terms))
    apart = number(row.get("difference"))
    if apart is not None and None in values:
        terms = (*sides[0], *(Term(t.group, t.wave, t.source, -t.weight, t.as_of) for t in sides[1]))
        each = len(sides[0])
        yield _tie(row, terms, apart, 2 * half + _ROOM, source, (sizes[0],) * each + (sizes[1],) * each)


def _composition(row: Record, source: str, numbers: Numbers) -> Iterator[Tie]:
    """Kitagawa's two parts of a change: linear in the types' means, their shares being public."""
    value = number(row.get("estimate"))
    waves = split_waves(row["waves"])
    place = f"{source} {row['waves']}"
    tables = [numbers.scales.get((row["survey"], row["measure"], wave), {}).get(place, {}) for wave in waves]
    names = [name for name in tables[0] if name.startswith("type-") and name in tables[1]]
    sizes = [{name: table[name].n or 0 for name in names} for table in tables]
    totals = [whole(row.get(name)) for name in ("n_before", "n_after")]
    if value is None or row.get("weighting") or [sum(size.values()) for size in sizes] != totals or not all(totals):
        return
    terms = []
    for name in names:
        shares = [size[name] / sum(size.values()) for size in sizes]
        middle, apart = sum(shares) / 2, (shares[1] - shares[0]) / 2
        before, after = (-middle, middle) if row["design"] == WITHIN else (apart, apart)
        terms += [Term(name, wave, place, w, waves[1]) for wave, w in zip(waves, (before, after), strict=True)]
    yield _tie(row, tuple(terms), value, _ROOM, source)
