"""Counts first: one pass over the answers, everything else from its counts.

Every answer of every item is one number, its *slot*: the answer's code, or the state that says
why there is none. Rows that share unit, wave and groups are one *stratum*; slot and stratum
together are one mixed-radix number, and counting those numbers (``numpy.bincount``) gives
counts per item × slot × stratum. Strata are then added up to the groups of any grouping, so
several groupings cost one pass over the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.sandwich import Floats, Ints, as_weights

#: Rows counted at a time: a chunk of 60 items stays in a processor's cache.
_ROWS: Final = 1 << 14
#: Up to this many different numbers two items are counted at once.
_BINS: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Grouped:
    """Counts of the groups of one grouping.

    Attributes
    ----------
    n, w, w2 : float arrays, shape (items, slots, groups, places, waves)
        Answers, sums of their weights, and sums of the squares of their weights (the same array
        three times where there are no weights). Place p of a group is its p-th unit.
    unit : int array, shape (groups, places)
        Unit at each place, -1 where a group has fewer units than ``places``.
    named : bool
        Whether rows have units; without them there is one place.
    """

    n: Floats
    w: Floats
    w2: Floats
    unit: Ints
    named: bool

    @property
    def weighted(self) -> bool:
        """Whether answers have weights."""
        return self.w is not self.n

    def distribution(self) -> tuple[Floats, Floats]:
        """Answers, and weights, per item, slot, group and wave."""
        n = self.n.sum(axis=3)
        return n, (self.w.sum(axis=3) if self.weighted else n)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of one pass; :meth:`of` adds them up to groups.

    Attributes
    ----------
    n, w, w2 : float arrays, shape (items, slots, strata)
        As in :class:`Grouped`.
    wave, unit : int arrays, shape (strata,)
    group : int array, shape (groupings, strata)
        Group of the stratum in each grouping, -1 for none.
    groups : tuple of int
        Number of groups of each grouping.
    waves : int
    named : bool
        Whether rows have units.
    """

    n: Floats
    w: Floats
    w2: Floats
    wave: Ints
    unit: Ints
    group: Ints
    groups: tuple[int, ...]
    waves: int
    named: bool

    def of(self, grouping: int = 0) -> Grouped:
        """Counts of one grouping, by position."""
        group, groups = self.group[grouping], self.groups[grouping]
        inside = np.flatnonzero(group >= 0)
        units = int(self.unit.max(initial=0)) + 1
        pair, met = _dense(group[inside] * units + self.unit[inside], groups * units)
        owner = met // units
        many = np.bincount(owner, minlength=groups)
        places = max(int(many.max(initial=0)), 1)
        place = np.arange(len(met)) - (np.cumsum(many) - many)[owner]
        unit = np.full((groups, places), -1, dtype=np.int64)
        unit[owner, place] = met % units
        cell = (owner * places + place)[pair] * self.waves + self.wave[inside]
        shape = (*self.n.shape[:2], groups, places, self.waves)
        n = _added(self.n, inside, cell, shape)
        if self.w is self.n:
            return Grouped(n, n, n, unit, self.named)
        w, w2 = (_added(x, inside, cell, shape) for x in (self.w, self.w2))
        return Grouped(n, w, w2, unit, self.named)


def count_answers(
    slot: NDArray[np.integer[Any]],
    wave: ArrayLike,
    *,
    slots: int,
    unit: ArrayLike | None = None,
    groupings: Sequence[ArrayLike] = (),
    groups: Sequence[int] | None = None,
    weights: ArrayLike | None = None,
    waves: int = 2,
) -> Counts:
    """Count answers by item × slot × group × wave × unit in one pass.

    Parameters
    ----------
    slot : int array, shape (rows, items)
        0…slots-1: what the row gave to the item; -1 counts nowhere. Any integer type; int8 is quickest.
    wave : array_like of int, shape (rows,)
        0…waves-1.
    slots : int
        Number of codes and states.
    unit : array_like of int, shape (rows,), optional
        Position of the row's unit, 0 or above; None where the answers name no unit.
    groupings : sequence of array_like of int, each of shape (rows,)
        Group of the row in each grouping, -1 for none; none given is one grouping with everybody in group 0.
    groups : sequence of int, optional
        Number of groups of each grouping; the default is the highest that occurs, and one.
    weights : array_like, shape (rows,), optional
        Rows whose weight is 0 or missing take no part.
    waves : int
        Number of waves.

    Raises
    ------
    ValueError
        When lengths differ or a number lies outside its range.

    Examples
    --------
    >>> found = count_answers(np.array([[0], [1], [1]], dtype=np.int8), [0, 0, 1], slots=2)
    >>> found.of().n[0, :, 0, 0, :].tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    slot = np.asarray(slot)
    if slot.ndim != 2 or slot.dtype.kind not in "iu":
        raise ValueError("slot must be a whole-number array of shape (rows, items)")
    rows = len(slot)
    _within("slot", slot, -1, slots)
    late = _positions("wave", wave, rows, 0, waves)
    where = np.zeros(rows, dtype=np.int64) if unit is None else _positions("unit", unit, rows, 0, None)
    factors = [_positions("grouping", g, rows, -1, None) for g in groupings] or [np.zeros(rows, dtype=np.int64)]
    w = None if weights is None else as_weights(weights, rows)
    sizes = _sizes(factors, groups)
    if w is not None and not (w > 0).all():
        keep = w > 0
        slot, late, where, w = slot[keep], late[keep], where[keep], w[keep]
        factors = [g[keep] for g in factors]
    stratum, parts = _strata([late, where, *factors])
    n, total, squares = _count(slot, stratum, len(parts[0]), slots, w)
    return Counts(n, total, squares, parts[0], parts[1], np.array(parts[2:]), sizes, waves, unit is not None)


def slots_of(answers: ArrayLike, values: ArrayLike) -> NDArray[np.int8]:
    """Positions of answers among rising ``values``: the ``slot`` of :func:`count_answers`, -1 for any other number.

    Parameters
    ----------
    answers : array_like, shape (rows, items)
        NaN where there is none.
    values : array_like, shape (slots,)
        At most 127 different numbers, rising.
    """
    known, given = np.asarray(values, dtype=float), np.asarray(answers, dtype=float)
    if not 0 < len(known) < 128 or not (np.diff(known) > 0).all():
        raise ValueError("values must be 1 to 127 rising numbers")
    place = np.searchsorted(known, given).clip(max=len(known) - 1)
    return np.where(known[place] == given, place, -1).astype(np.int8)


def merge(grouped: Grouped, values: ArrayLike) -> tuple[Grouped, Floats]:
    """Slots of equal value put together, in rising order; slots without a value left out.

    Parameters
    ----------
    grouped : Grouped
    values : array_like, shape (items, slots)
        What a slot counts as (points, or 0 and 1 for a share); NaN for no answer.

    Returns
    -------
    Grouped, array (items, levels)
        Values beyond an item's last repeat it, with no answers.

    Raises
    ------
    ValueError
        When shapes differ or a value is infinite.
    """
    given = np.asarray(values, dtype=float)
    items, slots = grouped.n.shape[:2]
    if given.shape != (items, slots):
        raise ValueError(f"values have shape {given.shape}, expected {(items, slots)}")
    if np.isinf(given).any():
        raise ValueError("values must be finite")
    if (np.diff(given, axis=1) > 0).all() and not np.isnan(given).any():
        return grouped, given
    order = np.argsort(given, axis=1, kind="stable")
    rising = np.take_along_axis(given, order, axis=1)
    fresh = np.ones(given.shape, dtype=bool)
    fresh[:, 1:] = rising[:, 1:] != rising[:, :-1]
    fresh &= ~np.isnan(rising)
    level = np.cumsum(fresh, axis=1) - 1
    levels = max(int(level.max(initial=0)) + 1, 1)
    every = np.arange(items)
    valid = ~np.isnan(rising)
    made = np.full((items, levels), -np.inf)
    made[np.nonzero(valid)[0], level[valid]] = rising[valid]
    made = np.maximum.accumulate(made, axis=1)
    made[np.isinf(made)] = 0.0

    def added(x: Floats) -> Floats:
        out = np.zeros((items, levels, *x.shape[2:]))
        for place in range(slots):
            here = every[valid[:, place]]
            out[here, level[here, place]] += x[here, order[here, place]]
        return out

    n = added(grouped.n)
    w, w2 = (added(grouped.w), added(grouped.w2)) if grouped.weighted else (n, n)
    return Grouped(n, w, w2, grouped.unit, grouped.named), made


def _sizes(factors: Sequence[Ints], groups: Sequence[int] | None) -> tuple[int, ...]:
    """Number of groups of each grouping."""
    met = tuple(int(g.max(initial=-1)) + 1 for g in factors)
    if groups is None:
        return met
    if len(groups) != len(met) or any(most < least for most, least in zip(groups, met, strict=True)):
        raise ValueError("groups must name a number for each grouping, above every group in it")
    return tuple(groups)


def _positions(name: str, values: ArrayLike, rows: int, low: int, end: int | None) -> Ints:
    given = np.asarray(values)
    if given.shape != (rows,) or given.dtype.kind not in "iub":
        raise ValueError(f"{name} must hold whole numbers, one a row")
    _within(name, given, low, end)
    return given.astype(np.int64, copy=False)


def _within(name: str, values: NDArray[Any], low: int, end: int | None) -> None:
    if values.size and (values.min() < low or (end is not None and values.max() >= end)):
        raise ValueError(f"{name} must lie from {low} on" + ("" if end is None else f" and below {end}"))


def _dense(code: Ints, size: int) -> tuple[Ints, Ints]:
    """Codes below ``size`` numbered anew without gaps, and the old code of each new one."""
    if size > max(8 * len(code), 1 << 16):
        met, place = np.unique(code, return_inverse=True)
        return place.astype(np.int64), met.astype(np.int64)
    seen = np.zeros(size, dtype=bool)
    seen[code] = True
    number = np.cumsum(seen) - 1
    return number[code], np.flatnonzero(seen)


def _strata(factors: Sequence[Ints]) -> tuple[Ints, list[Ints]]:
    """Stratum of every row, and each factor's value per stratum."""
    code = np.zeros(len(factors[0]), dtype=np.int64)
    met = np.zeros(min(len(code), 1), dtype=np.int64)
    parts: list[Ints] = []
    for factor in factors:
        low = int(factor.min(initial=0))
        radix = int(factor.max(initial=0)) - low + 1
        if radix == 1:
            parts.append(np.full(len(met), low, dtype=np.int64))
            continue
        code, joint = _dense(code * radix + (factor - low), len(met) * radix)
        parts = [part[joint // radix] for part in parts]
        parts.append(joint % radix + low)
        met = joint
    return code, parts


def _count(
    slot: NDArray[np.integer[Any]], stratum: Ints, strata: int, slots: int, weights: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Counts, weights and squared weights per item, slot and stratum.

    Where the numbers stay small two items are counted as one with ``radix²`` slots: half the work.
    """
    rows, items = slot.shape
    radix = slots + 1  # slot -1 is counted too, and dropped
    together = 2 if radix**2 * strata <= _BINS else 1
    size = radix**together * strata
    passes = -(-items // together)
    n = np.zeros((passes, size), dtype=np.int64)
    w, w2 = (np.zeros((passes, size if weights is not None else 0)) for _ in range(2))
    kind = np.int16 if radix**2 < 1 << 15 else np.int64
    step = max(_ROWS, 4 * size)
    for start in range(0, rows, step):
        here = slice(start, start + step)
        columns = np.zeros((passes * together, len(stratum[here])), dtype=kind)
        columns[:items] = slot[here].T
        columns[:items] += 1
        if together == 2:
            columns = columns[0::2] * kind(radix) + columns[1::2]
        code = np.empty(columns.shape[1], dtype=np.int64)
        one = None if weights is None else weights[here]
        two = None if one is None else one**2
        for place in range(passes):
            np.multiply(columns[place], strata, out=code, dtype=np.int64)
            code += stratum[here]
            n[place] += np.bincount(code, minlength=size)
            if one is not None and two is not None:
                w[place] += np.bincount(code, weights=one, minlength=size)
                w2[place] += np.bincount(code, weights=two, minlength=size)

    def shaped(x: NDArray[Any]) -> Floats:
        if together == 2:
            both = x.reshape(passes, radix, radix, strata)
            x = np.stack([both.sum(axis=2), both.sum(axis=1)], axis=1).reshape(2 * passes, radix * strata)[:items]
        return x.reshape(items, radix, strata)[:, 1:].astype(float)

    counted = shaped(n)
    return (counted, counted, counted) if weights is None else (counted, shaped(w), shaped(w2))


def _added(x: Floats, inside: Ints, cell: Ints, shape: tuple[int, ...]) -> Floats:
    """Strata added up to cells: ``x`` (items, slots, strata) to ``shape`` (items, slots, groups, places, waves)."""
    out = np.zeros((*shape[:2], int(np.prod(shape[2:]))))
    order = np.argsort(cell, kind="stable")
    if len(order):
        ordered = cell[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        taken = x[:, :, inside[order]]
        if len(starts) < len(order):
            taken = np.add.reduceat(taken, starts, axis=2)
        out[:, :, ordered[starts]] = taken
    return out.reshape(shape)
