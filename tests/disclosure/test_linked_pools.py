"""Sets of moves as whole numbers find in pools exactly what arrays of moves find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evaluation.disclosure.linked_masks import each, lowest, places, table
from evaluation.disclosure.linked_pools import pool_leaks
from evaluation.disclosure.moves import HIDDEN, OPEN, Scoring
from tests.disclosure import plain_pools


def _scoring(rng: np.random.Generator, codes: int) -> Scoring:
    scores: tuple[float, ...] | None = tuple(np.linspace(0, 100, codes).tolist())
    kind = int(rng.integers(6))
    if kind == 0:
        scores = None
    elif kind == 1:
        scores = tuple(np.sort(rng.integers(0, 101, codes)).astype(float).tolist())
    positive = tuple((np.arange(codes) >= codes - int(rng.integers(1, codes))).tolist()) if rng.integers(2) else None
    return Scoring(scores, positive)


def _pool(rng: np.random.Generator) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a pool is asked with; small, and leaning to one end often enough for leaks."""
    codes, groups = int(rng.integers(2, 7)), int(rng.integers(1, 8))
    scoring = _scoring(rng, codes)
    lean = rng.dirichlet(np.full(codes, rng.choice([0.3, 1.0, 3.0])))
    counts = rng.multinomial(rng.integers(1, 25, groups), lean).astype(np.int64)
    state = rng.integers(OPEN + 1, HIDDEN + 1, groups)
    small = rng.integers(5, size=groups) > 0
    need = np.minimum(3, counts.sum(axis=1))[:, None] * np.ones(counts.shape, dtype=np.int64)
    if rng.integers(2):
        pool = counts.sum(axis=0)
        need = np.minimum(need, np.minimum(pool, pool.sum() - pool)[None, :])
    span = None
    if scoring.scores is not None and not rng.integers(3):
        total, n = counts @ np.array(scoring.scores), counts.sum(axis=1)
        far = rng.integers(0, 60, (groups, 2)) * n[:, None] * rng.integers(0, 2, (groups, 1))
        loose = (rng.integers(2, size=groups) > 0)[:, None]
        span = np.column_stack([np.maximum(0, total - far[:, 0]), np.minimum(100.0 * n, total + far[:, 1])])
        span = np.where(loose, np.column_stack([np.zeros(groups), 100.0 * n]), span)
    points = float(rng.choice([10.0, 10.0, 30.0]))
    return (counts, state, scoring, np.where(small[:, None], need, 0), small, span), {"points": points}


def compared(seed: int) -> tuple[int, int]:
    """Widths missing of one drawn pool, as whole numbers and as arrays find them."""
    given, options = _pool(np.random.default_rng(seed))
    made, plain = pool_leaks(*given, **options), plain_pools.pool_leaks(*given, **options)
    np.testing.assert_array_equal(made, plain, err_msg=f"seed {seed}")
    quick = pool_leaks(*given, quick=True, **options), plain_pools.pool_leaks(*given, quick=True, **options)
    assert quick[0].any() == quick[1].any(), f"quick, seed {seed}"
    return int(made.sum()), int((made == 0).sum())


@pytest.mark.parametrize("part", range(4))
def test_whole_numbers_find_what_arrays_find(part: int) -> None:
    found = np.array([compared(seed) for seed in range(100 * part, 100 * part + 100)])
    # Neither all safe nor all leaking: else this would say little.
    assert 20 < (found[:, 0] > 0).sum() < 100
    assert (found[:, 1] > 0).sum() > 20


@pytest.mark.parametrize(("scores", "most"), [((0.0, 50.0, 100.0), None), ((0.0, 33.3, 66.7, 100.0), 40.0)])
def test_sets_of_moves(scores: tuple[float, ...], most: float | None) -> None:
    codes = len(scores)
    moves = table(codes, scores, (False,) * (codes - 1) + (True,), most)
    vectors = moves.moves.vectors
    rng = np.random.default_rng(5)
    for _ in range(50):
        counts = tuple(rng.integers(0, 6, codes).tolist())
        total = float(np.array(counts) @ np.array(scores))
        shift = np.array(scores) @ vectors.T
        able = (vectors >= -np.array(counts)).all(axis=1) & (np.abs(shift) <= 25.0) & (vectors[:, -1] == 0)
        found = moves.fits(counts, total, total - 25.0, total + 25.0, share=True)
        assert list(each(found)) == np.flatnonzero(able).tolist() == places(found, len(vectors)).tolist()
        assert lowest(found) == np.flatnonzero(able)[0]
        assert list(each(moves.turned(found))) == np.flatnonzero(able[moves.moves.opposite]).tolist()
        one = int(rng.integers(len(vectors)))
        beside = (vectors + vectors[one] <= np.array(counts)).all(axis=1)
        assert list(each(moves.adding(one, counts))) == np.flatnonzero(beside).tolist()
