"""Small changes of a distribution of answers, and which of them leave what is published as it is.

A *move* adds a vector of whole numbers that sums to 0 to the counts of one group: some of its answers become others.
If group a makes the move and group b the opposite one, nothing that holds both of them changes. Every move that fits
what is published is a proof: the outsider cannot tell the true counts from the moved ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.rules import Bools, Floats

Ints = NDArray[np.int64]

#: Groups by how much of them is published. ``OPEN``: the distribution, hence all else. ``EXACT``: mean and share, no
#: distribution. ``COARSE``: mean in whole points and share. ``BARE``: mean in whole points. ``HIDDEN``: only n.
OPEN, EXACT, COARSE, BARE, HIDDEN = range(5)

_MOST: Final = 3500
_FURTHEST: Final = 4
_SLACK: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Moves:
    """Every move of at most ``reach`` answers between ``codes`` codes.

    Attributes
    ----------
    vectors : int array, shape (moves, codes)
    opposite : int array, shape (moves,)
        Position of the opposite move.
    reach : int
    columns : int array, shape (codes, moves)
        ``vectors`` by code.
    """

    vectors: Ints
    opposite: Ints
    reach: int
    columns: Ints


@lru_cache(maxsize=16)
def library(codes: int) -> Moves:
    """Return the moves between ``codes`` codes, as far as a table of a few thousand holds them."""
    vectors, reach = _shell(codes, 1), 1
    while reach < _FURTHEST:
        wider = _shell(codes, reach + 1)
        if len(wider) > _MOST and reach >= 2:
            break
        vectors, reach = wider, reach + 1
    # In lexicographic order the opposite of the first is the last.
    vectors = vectors[np.lexsort(vectors.T[::-1])]
    opposite = np.arange(len(vectors))[::-1].copy()
    return Moves(vectors, opposite, reach, np.ascontiguousarray(vectors.T))


@lru_cache(maxsize=256)
def narrow(codes: int, scores: tuple[float, ...], most: float) -> Moves:
    """Return the moves that shift the sum of scores by at most ``most``."""
    moves = library(codes)
    kept = moves.vectors[np.abs(moves.vectors @ np.array(scores)) <= most + _SLACK]
    return Moves(kept, np.arange(len(kept))[::-1].copy(), moves.reach, np.ascontiguousarray(kept.T))


def _shell(codes: int, reach: int) -> Ints:
    """All vectors that sum to 0 with at most ``reach`` up and as many down."""
    found = np.zeros((1, 0), dtype=np.int64)
    for _ in range(codes):
        steps = np.arange(-reach, reach + 1)
        found = np.column_stack([np.repeat(found, len(steps), axis=0), np.tile(steps, len(found))])
        up = np.where(found > 0, found, 0).sum(axis=1)
        down = np.where(found < 0, -found, 0).sum(axis=1)
        found = found[(up <= reach) & (down <= reach)]
    kept: Ints = found[found.sum(axis=1) == 0]
    return kept


@dataclass(frozen=True, slots=True)
class Scoring:
    """What an item's numbers are made of.

    ``scores``: 0–100 per code, None where the item has no mean; ``positive``: codes of its share, None where it has
    none.
    """

    scores: tuple[float, ...] | None
    positive: tuple[bool, ...] | None


def fitting(moves: Moves, counts: Ints, state: Ints, scoring: Scoring) -> Bools:
    """Which moves leave each group's own published numbers as they are, shape (groups, moves).

    Parameters
    ----------
    counts : int array, shape (groups, codes)
        The true answers.
    state : int array, shape (groups,)
        ``OPEN`` … ``HIDDEN``.
    """
    vectors = moves.vectors
    fits = np.ones((len(counts), len(vectors)), dtype=bool)
    for code in range(counts.shape[1]):
        fits &= vectors[:, code][None, :] >= -counts[:, code][:, None]
    open_groups = state == OPEN
    if open_groups.any():
        fits[open_groups] = ~vectors.any(axis=1)
    if scoring.scores is not None:
        _fit_means(fits, moves, counts, state, np.array(scoring.scores))
    if scoring.positive is not None:
        told = (state == EXACT) | (state == COARSE)
        fits[told] &= (vectors[:, np.array(scoring.positive)].sum(axis=1) == 0)[None, :]
    return fits


def _fit_means(fits: Bools, moves: Moves, counts: Ints, state: Ints, scores: Floats) -> None:
    shift = moves.vectors @ scores
    exact = state == EXACT
    fits[exact] &= (np.abs(shift) < _SLACK)[None, :]
    coarse = (state == COARSE) | (state == BARE)
    if coarse.any():
        total, n = (counts[coarse] @ scores)[:, None], np.maximum(counts[coarse].sum(axis=1), 1)[:, None]
        fits[coarse] &= np.round((total + shift[None, :]) / n) == np.round(total / n)
