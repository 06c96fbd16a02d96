"""What an outsider cannot rule out of groups whose sum is known: one pool of hidden answers at a time.

Groups that show nothing beside n are one: whatever is left for them together can be shared out among them in any way
that keeps each one's n. So a pool is the groups of which something is known, and one more row for all the others. From
the true counts, answers are moved between these rows (:mod:`.moves`) as long as everything published stays as it is.
Each set of counts on the way is possible for the outsider and widens the intervals of all groups at once.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.linked_climb import Pool, climb
from evaluation.disclosure.linked_masks import Table, Worths, places, table
from evaluation.disclosure.moves import COARSE, EXACT, HIDDEN, Scoring
from evaluation.disclosure.rules import Bools, Floats
from evaluation.disclosure.small import POINTS

Ints = NDArray[np.int64]
_SLACK: Final = 1e-6
#: Sums of scores are whole steps of this wherever all scores are.
_STEP: Final = 25.0
#: Longest move of a sum of scores, in steps.
_FARTHEST: Final = 4.0


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
    """How much each group's answers are given away, shape (groups,): 0 for safe.

    Parameters
    ----------
    counts : int array, shape (groups, codes)
        True answers of groups none of which is open, and whose sum is known.
    state : int array, shape (groups,)
    need : int array, shape (groups, codes)
        Width that each count's interval must have.
    small : bool array, shape (groups,)
        Groups that are protected.
    span : float array, shape (groups, 2), optional
        What the sum of scores of a group without a mean may be, known from a scale that holds the item.
    quick : bool
        Only whether anything leaks is asked for.
    points : float
        What the mean of a group without one must keep.
    """
    n = counts.sum(axis=1)
    hidden = state == HIDDEN
    told = ~hidden
    if span is not None:
        told = told | ((span[:, 0] > _SLACK) | (span[:, 1] < 100.0 * n - _SLACK))
    pool = _pool(counts, state, told, scoring, span)
    asked = small & hidden
    if quick and _last_one(pool, n, told, asked, points):
        return np.where(told, 0, 1)
    if told.any():
        _pairs(pool)
    width, fixed = _widths(pool, counts, told), _fixed(pool, n, told, asked, points)
    if told.any() and ((need > width).any() or fixed.any()):
        fixed = _widen(pool, n, told, need, width, (asked, points), quick=quick)
        width = _widths(pool, counts, told)
    alike = (counts.max(axis=1) == n) & ~(width > 0).any(axis=1)
    return np.where(small & (n > 0), np.maximum(need - width, 0).sum(axis=1) + alike + fixed, 0)


def _last_one(pool: Pool, n: Ints, told: Bools, asked: Bools, points: float) -> bool:
    """Whether a single group without a mean is fixed by what all others beside it show."""
    if not pool.rest or not any(pool.scores) or told.sum() != len(told) - 1 or not (asked & ~told & (n > 0)).any():
        return False
    room = [most - least for least, most in zip(pool.least[:-1], pool.most[:-1], strict=True)]
    if not any(score % _STEP for score in pool.scores):
        room = [one // _STEP * _STEP for one in room]
    return bool(np.sum(room) < (points - _SLACK) * n[~told][0])


def _pool(counts: Ints, state: Ints, told: Bools, scoring: Scoring, span: Floats | None) -> Pool:
    codes = counts.shape[1]
    known, rest = counts[told], not told.all()
    scores = scoring.scores if scoring.scores is not None else (0.0,) * codes
    sums: list[float] = (known @ np.array(scores, dtype=float)).tolist()
    rows: list[list[int]] = known.tolist()
    states: list[int] = state[told].tolist()
    least, most = [], []
    for row, total, shown in zip(rows, sums, states, strict=True):
        low, high = _ends(total, max(sum(row), 1), shown)
        least.append(low)
        most.append(high)
    if span is not None:
        for i, (low, high) in enumerate(span[told].tolist()):
            if states[i] == HIDDEN:
                least[i], most[i] = low - _SLACK, high + _SLACK
    share = [scoring.positive is not None and shown in (EXACT, COARSE) for shown in states]
    moves = _useful(codes, scoring, [high - low for low, high in zip(least, most, strict=True)])
    if rest:
        left = counts[~told].sum(axis=0)
        rows.append(left.tolist())
        sums.append(float(left @ np.array(scores, dtype=float)))
        least.append(-np.inf)
        most.append(np.inf)
        share.append(False)
    return Pool(
        tuple(map(tuple, rows)), sums, least, most, share, rest, scores,
        moves, rows, [row.copy() for row in rows], sums.copy(), sums.copy(),
    )  # fmt: skip


def _ends(total: float, n: int, shown: int) -> tuple[float, float]:
    """What a sum of scores may be by the mean that is shown of it."""
    if shown == EXACT:
        return total - _SLACK, total + _SLACK
    point = round(total / n)
    # Half to even: the ends of an odd point's interval belong to its neighbours.
    edge = -_SLACK if point % 2 else _SLACK
    return (point - 0.5) * n - edge, (point + 0.5) * n + edge


def _useful(codes: int, scoring: Scoring, room: list[float]) -> Table:
    """Moves that a row of which something is known can make."""
    positive = scoring.positive if scoring.positive is not None else (False,) * codes
    if scoring.scores is None or not room:
        return table(codes, scoring.scores or (0.0,) * codes, positive, None)
    steps = max(room) // _STEP
    if any(score % _STEP for score in scoring.scores):
        steps += 1
    return table(codes, scoring.scores, positive, min(steps, _FARTHEST) * _STEP)


def _pairs(pool: Pool) -> None:
    """All that two rows can do from the true counts."""
    fits, moves = [pool.fits(row, counts) for row, counts in enumerate(pool.counts)], pool.table
    once = twice = 0
    for _, opposite in fits:
        twice |= once & opposite
        once |= opposite
    for row, (able, opposite) in enumerate(fits):
        # what another row can do the opposite of: two of them can, or one that is not this
        able &= twice | (once & ~opposite)
        ends = pool.high[row], pool.low[row]
        for code, both in enumerate(moves.worth[:-1]):
            for end, sign, worth in zip(ends, (1, -1), both, strict=True):
                end[code] += sign * int(_most(worth, able))
        pool.top[row] += _most(moves.worth[-1][0], able)
        pool.bottom[row] -= _most(moves.worth[-1][1], able)
    if pool.rest:
        pool.made = able


def _most(worth: Worths, able: int) -> float:
    """What is gained at most."""
    for gain, some in worth:
        if gain <= 0.0:
            break
        if some & able:
            return gain
    return 0.0


def _widths(pool: Pool, counts: Ints, told: Bools) -> Ints:
    """Width of the interval of each count."""
    width = np.zeros(counts.shape, dtype=np.int64)
    low, high = np.array(pool.low), np.array(pool.high)
    width[told] = (high - low)[: int(told.sum())]
    if pool.rest:
        n = counts[~told].sum(axis=1)[:, None]
        low, high = low[-1][None, :], high[-1][None, :]
        width[~told] = np.minimum(n, high) - np.maximum(0, n - (n.sum() - low))
    return width


def _fixed(pool: Pool, n: Ints, told: Bools, asked: Bools, points: float) -> Bools:
    """Groups without a mean whose mean is known within ``points``, of those ``asked``."""
    fixed = np.zeros(len(n), dtype=bool)
    asked = asked & (n > 0)
    if not asked.any() or not any(pool.scores):
        return fixed
    if (asked & told).any():
        lines = int(told.sum())
        fixed[told] = (np.array(pool.top) - np.array(pool.bottom))[:lines] < (points - _SLACK) * n[told]
        fixed &= asked
    mine = asked & ~told
    if not mine.any():
        return fixed
    order = np.argsort(pool.scores, kind="stable")
    # Mostly the true counts leave enough open, and need not be asked as an array.
    ways = [[(pool.counts[-1][code], pool.scores[code]) for code in way] for way in (order, order[::-1])]
    if all((_sum(ways[1], one) - _sum(ways[0], one)) / one >= points - _SLACK for one in n[mine].tolist()):
        return fixed
    made, scores = _possible(pool), np.array(pool.scores)
    ends = [_first(made[:, way], scores[way], n[mine]) for way in (order, order[::-1])]
    fixed[mine] = (ends[1].max(axis=0) - ends[0].min(axis=0)) / n[mine] < points - _SLACK
    return fixed


def _sum(pool: list[tuple[int, float]], n: int) -> float:
    """Sum of the first ``n`` scores."""
    total = 0.0
    for count, score in pool:
        total += min(count, n) * score
        n -= min(count, n)
    return total


def _possible(pool: Pool) -> Ints:
    """All that was found possible for the last row."""
    moves, true = pool.table.moves.vectors, np.array(pool.counts[-1:], dtype=np.int64)
    found = np.vstack([true, true + moves[places(pool.made, len(moves))], *(np.array([one]) for one in pool.seen)])
    return np.unique(found, axis=0)


def _first(made: Ints, scores: Floats, n: Ints) -> Floats:
    """Sum of the first ``n`` scores, shape (sets, groups)."""
    before = np.cumsum(made, axis=1) - made
    taken = np.clip(n[None, :, None] - before[:, None, :], 0, made[:, None, :])
    return np.asarray(taken @ scores, dtype=float)


def _widen(
    pool: Pool, n: Ints, told: Bools, need: Ints, width: Ints, means: tuple[Bools, float], *, quick: bool
) -> Bools:
    """Search for further counts wherever an interval is too narrow, in place; the narrowest first.

    Returns what :func:`_fixed` says after that; where ``quick`` has found a leak, nothing.
    """
    short = need - width
    lines, codes = int(told.sum()), need.shape[1]
    rows = np.vstack([short[told], short[~told].max(axis=0)]) if pool.rest else short[told]
    places, others = np.flatnonzero(told), np.flatnonzero(~told)
    for cell in np.argsort(-rows, axis=None, kind="stable")[: int((rows > 0).sum())].tolist():
        row, code = divmod(cell, codes)
        mine = others if row == lines else places[row : row + 1]
        enough = partial(_enough, pool, row, code, need[mine, code].tolist(), n[mine].tolist())
        for way in (1, 0):
            if enough():
                break
            climb(pool, row, (code, way), enough)
        if quick and not enough():
            return np.zeros(len(n), dtype=bool)
    fixed = _fixed(pool, n, told, *means)
    if not fixed.any():
        return fixed
    for row in {lines if not told[g] else int(told[:g].sum()) for g in np.flatnonzero(fixed)}:
        for way in (1, 0):
            climb(pool, row, (-1, way), lambda: False)
    return _fixed(pool, n, told, *means)


def _enough(pool: Pool, row: int, code: int, need: list[int], n: list[int]) -> bool:
    """Whether one count's interval is wide enough for the groups in a row, of ``n`` answers each."""
    low, high = pool.low[row][code], pool.high[row][code]
    if not pool.rest or row < len(pool.counts) - 1:
        return high - low >= need[0]
    others = sum(n) - low
    return all(min(one, high) - max(0, one - others) >= width for one, width in zip(n, need, strict=True))
