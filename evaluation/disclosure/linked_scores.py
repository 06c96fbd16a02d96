"""Scale scores over linked groups: which are hidden beside those that must be.

A score has no counts, only a sum: answers times score, from 0 to 100 for each answer. What the hidden scores of a sum
add up to is known; each of them must still be able to lie anywhere within 10 points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.disclosure.linked import Policy, Structure
from evaluation.disclosure.linked_areas import crossing, score_room, without
from evaluation.disclosure.linked_choice import partners, sums
from evaluation.disclosure.linked_tables import AREA, BESIDE, WHOLE, relations, rests_of
from evaluation.disclosure.rules import COARSE_BELOW, Bools, Floats
from evaluation.disclosure.small import POINTS

Ints = NDArray[np.int64]


def hidden_scores(
    levels: pd.DataFrame,
    gone: Bools,
    policy: Policy,
    exempt: tuple[str, ...],
    known: Bools | None = None,
    spans: Floats | None = None,
) -> Bools:
    """Rows of scale scores to hide, those of ``gone`` among them.

    Parameters
    ----------
    levels : DataFrame
        Private levels.
    gone : bool array, shape (rows,)
        Rows that the rules for one number hide.
    known : bool array, shape (rows,), optional
        Rows that hiding would not hide.
    spans : float array, shape (rows, 2), optional
        What a sum of scores may be at all, known from elsewhere.
    """
    found = np.asarray(gone & (levels["stat"] == "score").to_numpy(), dtype=bool)
    part = (levels["stat"] == "score") & ~levels["_grouping"].isin([*BESIDE, *exempt])
    known = np.zeros(len(levels), dtype=bool) if known is None else known
    spans = np.array([[-np.inf, np.inf]]).repeat(len(levels), axis=0) if spans is None else spans
    # What the items tell is no cover: beside a whole that is known all the same, one hidden group is a subtraction.
    rows = levels[part.to_numpy()].assign(_gone=(found & ~known)[part.to_numpy()], _known=known[part.to_numpy()])
    for _, one in rows.groupby(["survey", "measure", "wave"], sort=False):
        at = one.index.to_numpy()
        heads = one.reset_index(drop=True)
        # Also where no printed group is hidden: what a grouping leaves may be few people.
        if (heads["group"] == WHOLE).any():
            rows_at = levels.index.get_indexer(at)
            found[rows_at] |= _one(heads, spans[rows_at], policy)
    return found


def left_open(
    levels: pd.DataFrame, gone: Bools, sets: Sequence[frozenset[str]], policy: Policy, exempt: tuple[str, ...]
) -> bool:
    """Whether hidden scores stay as open as they are where the means of sets of units are known besides.

    Parameters
    ----------
    levels : DataFrame
        Private scores of one scale in one wave, and nothing else.
    gone : bool array, shape (rows,)
        Scores that are hidden.
    sets : sequence of frozenset of str
        Groups of units whose mean is known.
    """
    part = ~levels["_grouping"].isin([*BESIDE, *exempt]).to_numpy()
    heads = levels[part].assign(_gone=gone[part]).reset_index(drop=True)
    if not (heads["group"] == WHOLE).any():
        return True
    one = _sums(heads, np.array([[-np.inf, np.inf]]), policy)
    areas = frozenset(g for g in one.areas if not one.gone[g])
    before = without(one.full, one.areas - areas)
    above = [
        over | {len(one.n) + i for i, units in enumerate(sets) if name in units}
        for over, name in zip(before.above, [*heads["group"], *[""] * len(one.n)], strict=False)
    ]
    after = _told(Structure(tuple(above), before.parts), one, one.gone, policy, areas)
    return not (after & ~_told(before, one, one.gone, policy, areas)).any()


@dataclass(frozen=True, slots=True)
class _Sums:
    """One scale in one wave: its groups and, behind them, what is left of each grouping; every array (groups,).

    ``full`` holds all sums, ``structure`` those without ``areas``, which are decided last.
    """

    structure: Structure
    full: Structure
    areas: frozenset[int]
    n: Floats
    people: Floats
    total: Floats
    low: Floats
    high: Floats
    gone: Bools


def _sums(heads: pd.DataFrame, spans: Floats, policy: Policy) -> _Sums:
    above, parts, root = relations(heads)
    n = heads["n"].fillna(0).to_numpy(dtype=float)
    people = heads["_persons"].fillna(0).to_numpy(dtype=float)
    total = n * heads["value"].fillna(0).to_numpy(dtype=float)
    both = np.column_stack([n, total]).round().astype(np.int64)
    rests = [rest for rest in rests_of(above, parts, both, people, root) if rest[2][0] > 0]
    structure = Structure((*above, *(r[0] for r in rests)), (*parts, *(r[1] for r in rests)))
    size = len(heads)
    n = np.r_[n, [float(r[2][0]) for r in rests]]
    people = np.r_[people, [r[3] for r in rests]]
    total = np.r_[total, [float(r[2][1]) for r in rests]]
    gone = np.r_[heads["_gone"].to_numpy(dtype=bool), people[size:] < policy.threshold] & (n > 0)
    low, high = np.zeros(len(n)), 100.0 * n
    low[:size], high[:size] = np.maximum(low[:size], spans[:, 0]), np.minimum(high[:size], spans[:, 1])
    areas = crossing(structure, np.flatnonzero(heads["_grouping"] == AREA).tolist(), people, policy.threshold)
    return _Sums(without(structure, areas), structure, areas, n, people, total, low, high, gone)


def _one(heads: pd.DataFrame, spans: Floats, policy: Policy) -> Bools:
    """Choose for one scale in one wave."""
    one, size = _sums(heads, spans, policy), len(heads)
    structure, n, people = one.structure, one.n, one.people
    cost = np.where(n > 0, people, np.inf)
    # as in linked_tables: the municipality last
    cost[structure.root] += people[:size].sum()
    cost[size:] = np.inf
    cost[:size][heads["_known"].to_numpy(dtype=bool)] = np.inf
    cost[list(one.areas)] = np.inf
    chosen = np.zeros(len(n), dtype=bool)
    chosen[list(partners(sums(structure), frozenset(np.flatnonzero(one.gone).tolist()), tuple(cost.tolist())))] = True
    while True:
        told = _told(structure, one, chosen, policy)
        if not told.any():
            return _with_areas(one, chosen, policy)[:size]
        group = int(np.flatnonzero(told)[0])
        able = [i for i in range(size) if not chosen[i] and np.isfinite(cost[i])]
        beside = [i for i in able if structure.above[i] == structure.above[group]]
        over = [i for i in able if i in structure.above[group]]
        if structure.parts[group] < 0:
            # a hidden group with parts: first what keeps its parts from being mistaken for others
            held = [structure.above[i] for i in np.flatnonzero(chosen).tolist() if group in structure.above[i]]
            beside = [i for i in able if any(i in above and i != structure.root for above in held)]
            over = [i for i in able if structure.parts[i] < 0 and i != structure.root]
        choice = beside or over or able
        if not choice:
            chosen[list(one.areas)] = n[list(one.areas)] > 0
            return chosen[:size]
        chosen[min(choice, key=lambda i: (cost[i], i))] = True


def _with_areas(one: _Sums, chosen: Bools, policy: Policy) -> Bools:
    """``chosen`` with the areas that must be hidden, two of them at least."""
    every = frozenset(g for g in one.areas if one.n[g] > 0)
    shown = {g for g in every if not chosen[g]}
    while shown:
        structure = without(one.full, one.areas - shown)
        told = np.flatnonzero(_told(structure, one, chosen, policy, frozenset(shown)))
        drop = {g for i in told for g in one.full.above[i]} & shown if len(told) else set()
        if (len(told) and not drop) or len(every - shown) == 1:
            drop = {min(shown, key=lambda g: (one.people[g], g))}
        if not drop:
            break
        shown -= drop
    made = chosen.copy()
    made[list(every - shown)] = True
    return made


def _told(structure: Structure, one: _Sums, gone: Bools, policy: Policy, areas: frozenset[int] = frozenset()) -> Bools:
    """Hidden scores of small groups that are known within 10 points, where ``areas`` cross other groups."""
    n, total, people = one.n, one.total, one.people
    told = np.zeros(len(n), dtype=bool)
    classes = {key: members[gone[members]] for key, members in structure.classes().items()}
    room = score_room(classes, areas, total, one.low, one.high) if areas else None
    for mine in classes.values():
        if not len(mine):
            continue
        least, most, known = one.low[mine], one.high[mine], total[mine].sum()
        low = np.maximum(least, known - (most.sum() - most))
        high = np.minimum(most, known - (least.sum() - least))
        if room is not None:
            low, high = np.minimum(low, total[mine] - room[0][mine]), np.maximum(high, total[mine] + room[1][mine])
        small = people[mine] < COARSE_BELOW * policy.threshold
        told[mine] = small & (n[mine] > 0) & ((high - low) < POINTS * n[mine])
    for group in np.flatnonzero(gone & (people < COARSE_BELOW * policy.threshold) & (n > 0)).tolist():
        if structure.parts[group] < 0 and structure.above[group]:
            told[group] = _room(structure, one, gone, group) < POINTS * n[group]
    return told


def _room(structure: Structure, one: _Sums, gone: Bools, group: int) -> float:
    """How far the sum of scores of a hidden group with parts can move: what its hidden parts can swap with others.

    Two parts can swap where everything shown holds both or neither.
    """
    swaps: dict[tuple[int, frozenset[int]], list[int]] = {}
    shown = frozenset(np.flatnonzero(~gone).tolist())
    for part in np.flatnonzero(gone & (structure.hierarchy >= 0)).tolist():
        swaps.setdefault((structure.parts[part], structure.above[part] & shown), []).append(part)
    up, down = one.high - one.total, one.total - one.low
    room = 0.0
    for parts in swaps.values():
        inside = [i for i in parts if group in structure.above[i]]
        outside = [i for i in parts if group not in structure.above[i]]
        room += min(up[inside].sum(), down[outside].sum()) + min(down[inside].sum(), up[outside].sum())
    return float(room)
