"""Scale scores over linked groups: which are hidden beside those that must be.

A score has no counts, only a sum: answers times score, from 0 to 100 for each answer. What the hidden scores of a sum
add up to is known; each of them must still be able to lie anywhere within 10 points.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.disclosure.linked import Policy, Structure
from evaluation.disclosure.linked_choice import partners, sums
from evaluation.disclosure.linked_tables import BESIDE, WHOLE, relations, rests_of
from evaluation.disclosure.rules import COARSE_BELOW, Bools, Floats
from evaluation.disclosure.small import POINTS

Ints = NDArray[np.int64]


def hidden_scores(levels: pd.DataFrame, gone: Bools, policy: Policy, exempt: tuple[str, ...]) -> Bools:
    """Rows of scale scores to hide, those of ``gone`` among them.

    Parameters
    ----------
    levels : DataFrame
        Private levels.
    gone : bool array, shape (rows,)
        Rows that the rules for one number hide.
    """
    found = np.asarray(gone & (levels["stat"] == "score").to_numpy(), dtype=bool)
    part = (levels["stat"] == "score") & ~levels["_grouping"].isin([*BESIDE, *exempt])
    rows = levels[part.to_numpy()].assign(_gone=found[part.to_numpy()])
    for _, one in rows.groupby(["survey", "measure", "wave"], sort=False):
        at = one.index.to_numpy()
        heads = one.reset_index(drop=True)
        if heads["_gone"].any() and (heads["group"] == WHOLE).any():
            found[levels.index.get_indexer(at)] |= _one(heads, policy)
    return found


def _one(heads: pd.DataFrame, policy: Policy) -> Bools:
    """Choose for one scale in one wave."""
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
    cost = np.where(n > 0, people, np.inf)
    cost[size:] = np.inf
    chosen = np.zeros(len(n), dtype=bool)
    chosen[list(partners(sums(structure), frozenset(np.flatnonzero(gone).tolist()), tuple(cost.tolist())))] = True
    while True:
        told = _told(structure, n, total, people, chosen, policy)
        if not told.any():
            return chosen[:size]
        group = int(np.flatnonzero(told)[0])
        able = [i for i in range(size) if not chosen[i] and np.isfinite(cost[i])]
        beside = [i for i in able if structure.above[i] == structure.above[group]]
        over = [i for i in able if i in structure.above[group]]
        choice = beside or over or able
        if not choice:
            return chosen[:size]
        chosen[min(choice, key=lambda i: (cost[i], i))] = True


def _told(structure: Structure, n: Floats, total: Floats, people: Floats, gone: Bools, policy: Policy) -> Bools:
    """Hidden scores of small groups that are known within 10 points."""
    told = np.zeros(len(n), dtype=bool)
    for members in structure.classes().values():
        mine = members[gone[members]]
        if not len(mine):
            continue
        most = 100.0 * n[mine]
        known = total[mine].sum()
        low = np.maximum(0.0, known - (most.sum() - most))
        high = np.minimum(most, known)
        small = people[mine] < COARSE_BELOW * policy.threshold
        told[mine] = small & (n[mine] > 0) & ((high - low) < POINTS * n[mine])
    return told
