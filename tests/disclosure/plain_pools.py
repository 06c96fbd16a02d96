"""How pools were looked at with arrays: slower, and the measure for :mod:`evaluation.disclosure.linked_pools`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.moves import COARSE, EXACT, HIDDEN, Moves, Scoring, library, narrow
from evaluation.disclosure.rules import Bools, Floats
from evaluation.disclosure.small import POINTS

Ints = NDArray[np.int64]
_SLACK: Final = 1e-6
#: Moves one after the other that are tried to widen an interval.
_STEPS: Final = 4
#: Sums of scores are whole steps of this wherever all scores are.
_STEP: Final = 25.0
#: Longest move of a sum of scores, in steps.
_FARTHEST: Final = 4.0


@dataclass(slots=True)
class Pool:
    """Groups that hide behind each other.

    Attributes
    ----------
    counts : int array, shape (rows, codes)
        True answers of the groups of which something is known and, in the last row where ``rest``, of all others.
    least, most : float arrays, shape (rows,)
        What the sum of scores may be.
    share : bool array, shape (rows,)
        Rows whose positive answers are known.
    scores : float array, shape (codes,)
    moves : Moves
    shift : float array, shape (moves,)
        How far each move shifts a sum of scores.
    even : bool array, shape (moves,)
        Moves that leave the number of positive answers as it is.
    low, high : int arrays, shape (rows, codes)
        Least and most of each count so far.
    bottom, top : float arrays, shape (rows,)
        Least and most of each sum of scores so far.
    seen : list of int array, shape (codes,)
        What was possible for the last row.
    """

    counts: Ints
    least: Floats
    most: Floats
    share: Bools
    rest: bool
    scores: Floats
    moves: Moves
    shift: Floats
    even: Bools
    low: Ints
    high: Ints
    bottom: Floats
    top: Floats
    seen: list[Ints]

    def fits(self, counts: Ints) -> Bools:
        """Which moves each row can make from ``counts``, shape (rows, moves)."""
        total = (counts @ self.scores)[:, None] + self.shift[None, :]
        able = (total >= self.least[:, None]) & (total <= self.most[:, None])
        for code, steps in enumerate(self.moves.columns):
            able &= steps[None, :] >= -counts[:, code, None]
        if self.share.any():
            able[self.share] &= self.even[None, :]
        return np.asarray(able, dtype=bool)

    def note(self, counts: Ints) -> None:
        """Widen every interval to hold ``counts``, which are possible."""
        np.minimum(self.low, counts, out=self.low)
        np.maximum(self.high, counts, out=self.high)
        sums = counts @ self.scores
        np.minimum(self.bottom, sums, out=self.bottom)
        np.maximum(self.top, sums, out=self.top)
        self.seen.append(counts[-1])


def pool_leaks(
    counts: Ints,
    state: Ints,
    scoring: Scoring,
    need: Ints,
    small: Bools,
    span: Floats | None = None,
    *,
    quick: bool = False,
    points: float = POINTS,
) -> Ints:
    """What :func:`evaluation.disclosure.linked_pools.pool_leaks` returns."""
    n = counts.sum(axis=1)
    told = state < HIDDEN
    if span is not None:
        told = told | ((span[:, 0] > _SLACK) | (span[:, 1] < 100.0 * n - _SLACK))
    pool = _pool(counts, state, told, scoring, span)
    hidden = state == HIDDEN
    if quick and _last_one(pool, n, told, small & hidden, points):
        return np.where(told | (state < HIDDEN), 0, 1)
    if told.any():
        first = pool.fits(pool.counts)
        _pairs(pool, first)
        if (need > _widths(pool, counts, told)).any() or _fixed(pool, n, told, small & hidden, points).any():
            _widen(pool, counts, told, need, (small & hidden, points), first, quick)
    width = _widths(pool, counts, told)
    alike = (counts.max(axis=1) == n) & ~(width > 0).any(axis=1)
    fixed = _fixed(pool, n, told, small & hidden, points)
    return np.where(small & (n > 0), np.maximum(need - width, 0).sum(axis=1) + alike + fixed, 0)


def _last_one(pool: Pool, n: Ints, told: Bools, asked: Bools, points: float) -> bool:
    """Whether a single group without a mean is fixed by what all others beside it show."""
    if not pool.rest or not pool.scores.any() or told.sum() != len(told) - 1 or not (asked & ~told & (n > 0)).any():
        return False
    room = (pool.most - pool.least)[:-1]
    if not (pool.scores % _STEP).any():
        room = room // _STEP * _STEP
    return bool(room.sum() < (points - _SLACK) * n[~told][0])


def _pool(counts: Ints, state: Ints, told: Bools, scoring: Scoring, span: Floats | None) -> Pool:
    codes = counts.shape[1]
    rows, states, rest = counts[told], state[told], not told.all()
    scores = np.array(scoring.scores if scoring.scores is not None else (0.0,) * codes, dtype=float)
    sums, n = rows @ scores, np.maximum(rows.sum(axis=1), 1)
    point = np.round(sums / n)
    # Half to even: the ends of an odd point's interval belong to its neighbours.
    edge = np.where(point % 2 == 0, _SLACK, -_SLACK)
    least = np.where(states == EXACT, sums - _SLACK, (point - 0.5) * n - edge)
    most = np.where(states == EXACT, sums + _SLACK, (point + 0.5) * n + edge)
    if span is not None:
        mine = states == HIDDEN
        least[mine], most[mine] = span[told][mine, 0] - _SLACK, span[told][mine, 1] + _SLACK
    share = (states == EXACT) | (states == COARSE) if scoring.positive is not None else np.zeros(len(rows), dtype=bool)
    moves = _useful(codes, scoring, most - least)
    if rest:
        rows = np.vstack([rows, counts[~told].sum(axis=0)])
        least, most, share = np.append(least, -np.inf), np.append(most, np.inf), np.append(share, False)
    positive = np.array(scoring.positive if scoring.positive is not None else (False,) * codes)
    shift, even = np.asarray(scores @ moves.columns, dtype=float), moves.columns[positive].sum(axis=0) == 0
    sums = np.asarray(rows @ scores, dtype=float)
    ends = (rows.copy(), rows.copy(), sums, sums.copy())
    return Pool(rows, least, most, share, rest, scores, moves, shift, even, *ends, [rows[-1]])


def _useful(codes: int, scoring: Scoring, room: Floats) -> Moves:
    """Moves that a row of which something is known can make."""
    if scoring.scores is None or not len(room):
        return library(codes)
    steps = float(room.max()) // _STEP
    if any(score % _STEP for score in scoring.scores):
        steps += 1
    return narrow(codes, scoring.scores, min(steps, _FARTHEST) * _STEP)


def _pairs(pool: Pool, fits: Bools) -> None:
    """All that two rows can do from the true counts."""
    opposite = fits[:, pool.moves.opposite]
    able = fits & (opposite.sum(axis=0)[None, :] - opposite > 0)
    for code, steps in enumerate(pool.moves.columns):
        made = able * steps[None, :]
        pool.low[:, code] += made.min(axis=1)
        pool.high[:, code] += made.max(axis=1)
    moved = able * pool.shift[None, :]
    pool.bottom += moved.min(axis=1)
    pool.top += moved.max(axis=1)
    if pool.rest:
        pool.seen += list(pool.counts[-1] + pool.moves.vectors[able[-1]])


def _widths(pool: Pool, counts: Ints, told: Bools) -> Ints:
    """Width of the interval of each count."""
    width = np.zeros(counts.shape, dtype=np.int64)
    width[told] = (pool.high - pool.low)[: int(told.sum())]
    if pool.rest:
        n = counts[~told].sum(axis=1)[:, None]
        low, high = pool.low[-1][None, :], pool.high[-1][None, :]
        width[~told] = np.minimum(n, high) - np.maximum(0, n - (n.sum() - low))
    return width


def _fixed(pool: Pool, n: Ints, told: Bools, asked: Bools, points: float) -> Bools:
    """Groups without a mean whose mean is known within ``points``, of those ``asked``."""
    fixed = np.zeros(len(n), dtype=bool)
    if not pool.scores.any():
        return fixed
    lines = int(told.sum())
    fixed[told] = (pool.top - pool.bottom)[:lines] < (points - _SLACK) * n[told]
    fixed &= asked & (n > 0)
    mine = ~told & asked & (n > 0)
    if not mine.any():
        return fixed
    order = np.argsort(pool.scores, kind="stable")
    for some in ([pool.counts[-1]], pool.seen):
        made = np.unique(np.array(some), axis=0) if len(some) > 1 else np.array(some)
        ends = [_first(made[:, way], pool.scores[way], n[mine]) for way in (order, order[::-1])]
        fixed[mine] = (ends[1].max(axis=0) - ends[0].min(axis=0)) / n[mine] < points - _SLACK
        if not fixed[mine].any():
            break
    return fixed


def _first(made: Ints, scores: Floats, n: Ints) -> Floats:
    """Sum of the first ``n`` scores, shape (sets, groups)."""
    before = np.cumsum(made, axis=1) - made
    taken = np.clip(n[None, :, None] - before[:, None, :], 0, made[:, None, :])
    return np.asarray(taken @ scores, dtype=float)


def _widen(
    pool: Pool, counts: Ints, told: Bools, need: Ints, means: tuple[Bools, float], first: Bools, quick: bool
) -> None:
    """Search for further counts wherever an interval is too narrow, in place; the narrowest first."""
    short, n = need - _widths(pool, counts, told), counts.sum(axis=1)
    lines, along = int(told.sum()), np.eye(counts.shape[1])
    rows = np.vstack([short[told], short[~told].max(axis=0)]) if pool.rest else short[told]
    places, others = np.flatnonzero(told), np.flatnonzero(~told)
    for cell in np.argsort(-rows, axis=None, kind="stable")[: int((rows > 0).sum())].tolist():
        row, code = divmod(cell, counts.shape[1])
        mine = others if row == lines else places[row : row + 1]
        enough = partial(_enough, pool, row, code, need[mine, code], n[mine])
        for sign in (-1.0, 1.0):
            if enough():
                break
            _climb(pool, first, row, sign * along[code], enough)
        if quick and not enough():
            return
    fixed = _fixed(pool, n, told, *means)
    for row in {lines if not told[g] else int(told[:g].sum()) for g in np.flatnonzero(fixed)}:
        for sign in (-1.0, 1.0):
            _climb(pool, first, row, sign * pool.scores, lambda: False)


def _enough(pool: Pool, row: int, code: int, need: Ints, n: Ints) -> bool:
    """Whether one count's interval is wide enough for the groups in a row, of ``n`` answers each."""
    low, high = int(pool.low[row, code]), int(pool.high[row, code])
    if not pool.rest or row < len(pool.counts) - 1:
        return bool(high - low >= need[0])
    return bool((np.minimum(n, high) - np.maximum(0, n - (n.sum() - low)) >= need).all())


def _climb(pool: Pool, fits: Bools, row: int, along: Floats, enough: Callable[[], bool]) -> None:
    """Move on and on from the true counts so that ``along`` times the row's counts grows."""
    now, here = pool.counts, fits
    for step in range(_STEPS):
        here = pool.fits(now) if step else fits
        then = _two(pool, now, here, row, along)
        then = _three(pool, now, here, row, along) if then is None else then
        if then is None:
            return
        now = then
        pool.note(now)
        if enough():
            return


def _two(pool: Pool, now: Ints, fits: Bools, row: int, along: Floats) -> Ints | None:
    """Counts after the move of two rows that gains the most; None where none does."""
    partner = fits[:, pool.moves.opposite]
    partner[row] = False
    able = fits[row] & partner.any(axis=0)
    gain = able * (along @ pool.moves.columns)
    best = int(gain.argmax())
    if gain[best] <= _SLACK:
        return None
    made = now.copy()
    made[row] += pool.moves.vectors[best]
    made[int(partner[:, best].argmax())] -= pool.moves.vectors[best]
    return made


def _three(pool: Pool, now: Ints, fits: Bools, row: int, along: Floats) -> Ints | None:
    """The same with two rows of which something is known; the last row takes what is left."""
    if not pool.rest:
        return None
    columns, last = pool.moves.columns, len(now) - 1
    worth = along @ columns
    for a in range(last) if row == last else (row,):
        one = np.flatnonzero(fits[a] if row == last else fits[a] & (worth > _SLACK))
        for b in range(last):
            if b == a or (row == last and b < a) or not len(one):
                continue
            two = np.flatnonzero(fits[b])
            gain = -(worth[one][:, None] + worth[two][None, :]) if row == last else worth[one][:, None]
            good = np.broadcast_to(gain > _SLACK, (len(one), len(two))).copy()
            for code, left in enumerate(now[last].tolist()):
                good &= columns[code, one][:, None] <= left - columns[code, two][None, :]
            if good.any():
                i, j = divmod(int((good * gain).argmax()), len(two))
                made = now.copy()
                made[a] += columns[:, one[i]]
                made[b] += columns[:, two[j]]
                made[last] -= columns[:, one[i]] + columns[:, two[j]]
                return made
    return None
