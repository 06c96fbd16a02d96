"""Whether a scale works the same way before and after: its loadings, and the drift of single items.

Both parts hold for small samples with units and need no model fit. The model is one
factor: item ``x_i = m_i + l_i f + e_i``, in both waves.

**Loadings** (does the scale hang together alike?): one minres factor on the covariances of each wave,
compared by Tucker's congruence, which leaves the spread of ``f`` free. Its p comes from swapping
the waves of whole units after every item was centred in its wave (units met in one
wave exchange their waves among themselves): the units decide how much chance there is.

**Drift** (does one item move on its own?): with ``r`` the mean of the other items and ``b = l_i / mean(l_j)``
the change of ``x_i - b r`` is 0 whatever ``f`` did, if the item still means the same. It is tested as any
change, by CR2 with units as clusters, plus the jackknife variance of ``b`` over units times the squared
change of ``r``. Regressing the item on ``r`` itself would put ``r``'s measurement error into ``b`` and find
drift wherever ``f`` changes; ``l_i / mean(l_j)`` is free of that error (as the instruments of Bollen 1996 are).

References
----------
Bollen, K. A. (1996). An alternative two stage least squares estimator for latent variable
equations. *Psychometrika* 61(1), 109–121.
Canay, I. A., Romano, J. P. & Shaikh, A. M. (2017). Randomization tests under an approximate
symmetry assumption. *Econometrica* 85(3), 1013–1030.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics import reasons
from evaluation.statistics.change import cluster_changes
from evaluation.statistics.one_factor import congruence, one_factor
from evaluation.statistics.sandwich import Floats, Ints, as_codes, as_waves
from evaluation.statistics.tests import holm, p_value, t_quantile

Bools = NDArray[np.bool_]

#: Congruence from which two sets of loadings count as the same (Lorenzo-Seva & ten Berge 2006).
ALIKE: Final = 0.95
#: Drift of an item, in its standard deviations, from which it matters (small: Nye and others 2019).
DRIFT: Final = 0.2
#: More clusters than this (independent persons) are swapped and left out in this many blocks.
BLOCKS: Final = 500


@dataclass(frozen=True, slots=True)
class Drift:
    """What one item moved beyond what the other items' change accounts for.

    ``points`` in the unit of the item, ``size`` in its standard deviations (pooled over waves), ``low`` and
    ``high`` the ``1 - 2 alpha`` interval of ``size``; ``p_adjusted`` is Holm's over the items and the loadings.
    """

    points: float
    se: float
    df: float
    p_value: float
    p_adjusted: float
    size: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Invariance:
    """Whether a scale works the same way in two waves.

    Attributes
    ----------
    verdict : {"ja", "nej", "uafklaret", ""}
        ``nej``: congruence under 0.95 with adjusted p < alpha, or an item whose drift has adjusted p < alpha and is at
        least 0.2 standard deviations. ``ja``: not that, congruence at least 0.95, and every item's interval inside
        ±0.2. ``uafklaret``: neither. Empty where nothing was computed.
    congruence, p_value, p_adjusted : float or None
        Of the loadings; Holm's over the loadings and the items.
    drifts : tuple of Drift
        One an item, in order; empty where not computed.
    n_before, n_after, clusters, items : int
        Persons who answered every item, per wave; clusters among them.
    """

    verdict: Literal["ja", "nej", "uafklaret", ""]
    congruence: float | None
    p_value: float | None
    p_adjusted: float | None
    drifts: tuple[Drift, ...]
    n_before: int
    n_after: int
    clusters: int
    items: int
    reason: str = ""

    @property
    def worst(self) -> int | None:
        """Position of the item with the largest drift."""
        sizes = [abs(d.size) for d in self.drifts]
        return sizes.index(max(sizes)) if sizes else None


def invariance(
    matrix: ArrayLike,
    after: ArrayLike,
    cluster: ArrayLike,
    *,
    alpha: float = 0.05,
    draws: int = 999,
    seed: int = 20260601,
    independent: bool = False,
) -> Invariance:
    """Whether the items of a scale stand to each other in the same way before and after.

    Parameters
    ----------
    matrix : array_like, shape (rows, items)
        Item scores, reversed items turned, NaN where not answered; rows with a gap take no part.
    after : array_like of 0 and 1, shape (rows,)
    cluster : array_like, shape (rows,)
        Unit of each row, the same in both waves; the person where ``independent``.
    alpha : float
        Level of the tests.
    draws : int
        Swaps behind the p-value of the loadings; all swaps instead where there are no more than that.
    seed : int
        Of the swaps: the same answers give the same p.
    independent : bool
        Clusters are persons: the rule on the number of units does not apply.

    Returns
    -------
    Invariance
        Reasons: ``few_items`` (under three), ``few_answers`` (fewer persons than twice the items in a wave),
        ``few_clusters`` (under six units), ``one_cluster_in_wave``, ``no_variance``.

    Raises
    ------
    ValueError
        When shapes differ, a score is infinite or ``after`` holds anything but 0 and 1.

    References
    ----------
    Lorenzo-Seva, U. & ten Berge, J. M. F. (2006). *Methodology* 2(2), 57–64.
    Nye, C. D. and others (2019). How big are my effects? Examining the magnitude of effect sizes in
    studies of measurement equivalence. *Organizational Research Methods* 22(3), 678–709.
    """
    scores, wave = np.asarray(matrix, dtype=float), as_waves(after)
    if scores.ndim != 2 or np.isinf(scores).any() or wave.shape != scores.shape[:1]:
        raise ValueError("matrix must have shape (rows, items), finite scores and a wave for every row")
    whole = ~np.isnan(scores).any(axis=1)
    codes, clusters = as_codes(np.asarray(cluster)[whole])
    scores, wave, items = scores[whole], wave[whole], scores.shape[1]
    n = (int((wave == 0).sum()), int((wave == 1).sum()))
    reason = _obstacle(scores, wave, codes, clusters, independent)
    if reason:
        return Invariance("", None, None, None, (), *n, clusters, items, reason)
    sums = _sums(scores, wave, codes)
    loadings = one_factor(np.stack(_covariances(sums.flat[0].sum(0), sums.flat[1].sum(0), items)))
    alike = congruence(loadings[0], loadings[1])
    moved = _moved(scores, wave, codes, sums, independent)
    if alike is None or moved is None:
        return Invariance("", None, None, None, (), *n, clusters, items, reasons.NO_VARIANCE)
    p = _swapped(sums, alike, loadings.mean(axis=0), draws, seed)
    adjusted, drifts = _decided(p, moved, alpha)
    return Invariance(_verdict(alike, adjusted, drifts, alpha), alike, p, adjusted, drifts, *n, clusters, items)


def _obstacle(scores: Floats, wave: Ints, codes: Ints, clusters: int, independent: bool) -> str:
    """Return the reason why nothing can be computed, or ``""``."""
    parts = [scores[wave == t] for t in (0, 1)]
    if scores.shape[1] < 3:
        return reasons.FEW_ITEMS
    if min(len(part) for part in parts) < 2 * scores.shape[1]:
        return reasons.FEW_ANSWERS
    if not independent and clusters < reasons.MIN_CLUSTERS:
        return reasons.FEW_CLUSTERS
    if any(len(np.unique(codes[wave == t])) < 2 for t in (0, 1)):
        return reasons.ONE_CLUSTER
    if any(float(np.ptp(part, axis=0).min()) <= 1e-10 * float(np.abs(part).max()) for part in parts):
        return reasons.NO_VARIANCE
    return ""


@dataclass(frozen=True, slots=True)
class _Sums:
    """Per wave and block of clusters: cross-products of centred scores, their sums, and n, side by side.

    ``flat`` has shape (2, blocks, items² + items + 1).
    """

    flat: Floats
    items: int


def _sums(scores: Floats, wave: Ints, codes: Ints) -> _Sums:
    items = scores.shape[1]
    means = np.stack([scores[wave == t].mean(axis=0) for t in (0, 1)])
    centred = scores - means[wave]
    block = _blocks(codes, wave)
    crossed = (centred[:, :, None] * centred[:, None, :]).reshape(len(scores), items**2)
    rows = np.hstack([crossed, centred, np.ones((len(scores), 1))])
    flat = np.zeros((2, int(block.max()) + 1, rows.shape[1]))
    np.add.at(flat, (wave, block), rows)
    return _Sums(flat, items)


def _blocks(codes: Ints, wave: Ints) -> Ints:
    """Clusters as they are, or gathered into :data:`BLOCKS` blocks that never mix the three kinds.

    The kinds are: met in both waves, before only, after only. A block of both-wave clusters can be swapped as one.
    """
    met = np.stack([np.bincount(codes[wave == t], minlength=int(codes.max()) + 1) > 0 for t in (0, 1)])
    kind = met[0] + 2 * met[1] - 1
    if len(kind) <= BLOCKS:
        return codes
    number = np.empty(len(kind), dtype=np.int64)
    for k in np.unique(kind):
        same = np.flatnonzero(kind == k)
        number[same] = np.arange(len(same)) % max(int(BLOCKS * len(same) / len(kind)), 2)
    return np.unique(kind[codes] * (len(kind) + 1) + number[codes], return_inverse=True)[1].astype(np.int64)


def _covariances(before: Floats, after: Floats, items: int) -> tuple[Floats, Floats]:
    """Covariance matrices of both waves from their totals, shape (…, items² + items + 1) each."""
    made = []
    for total in (before, after):
        cross = total[..., : items**2].reshape(*total.shape[:-1], items, items)
        sums, n = total[..., items**2 : -1], total[..., -1][..., None, None]
        made.append((cross - sums[..., :, None] * sums[..., None, :] / n) / (n - 1))
    return made[0], made[1]


def _swapped(sums: _Sums, observed: float, start: Floats, draws: int, seed: int) -> float:
    """Share of swaps whose loadings are at most as alike as those observed; the data as they are count as one."""
    before, after = sums.flat
    swap = _swaps(before[:, -1] > 0, after[:, -1] > 0, draws, seed)
    moved = swap @ (after - before)
    with np.errstate(invalid="ignore", divide="ignore"):
        pair = np.stack(_covariances(before.sum(0) + moved, after.sum(0) - moved, sums.items), axis=1)
    # A swap may leave a wave (nearly) empty or an item without spread: it says nothing and counts as alike.
    variance = np.einsum("dtii->dti", np.nan_to_num(pair, nan=0.0, posinf=0.0, neginf=0.0))
    scale = np.einsum("tii->i", np.stack(_covariances(before.sum(0), after.sum(0), sums.items)))
    sound = np.isfinite(pair).all(axis=(1, 2, 3)) & (variance > 1e-9 * scale).all(axis=(1, 2))
    if not sound.any():
        return 1.0
    fitted = one_factor(pair[sound].reshape(-1, sums.items, sums.items), start=start, tolerance=1e-9)
    first, second = fitted.reshape(-1, 2, sums.items).transpose(1, 0, 2)
    size = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    alike = (first * second).sum(axis=1) / np.maximum(size, 1e-300)
    return float((alike <= observed + 1e-7).sum()) / len(swap)


def _swaps(before: Bools, after: Bools, draws: int, seed: int) -> Floats:
    """1 where a cluster changes waves, shape (swaps, clusters); the first row, all 0, is the data as they are.

    Every swap there is where that is at most ``draws`` + 1 and each cluster was met in both waves.
    """
    both, single = np.flatnonzero(before & after), np.flatnonzero(before ^ after)
    if not single.size and 2 ** min(len(both), 60) <= draws + 1:
        return np.asarray((np.arange(2 ** len(both))[:, None] >> np.arange(len(both))) & 1, dtype=float)
    rng = np.random.default_rng(seed)
    swap = np.zeros((draws + 1, len(before)))
    swap[1:, both] = rng.integers(0, 2, (draws, len(both)))
    if single.size:
        dealt = rng.permuted(np.tile(after[single], (draws, 1)), axis=1)
        swap[1:, single] = dealt != after[single]
    return swap


@dataclass(frozen=True, slots=True)
class _Moved:
    """Drift of one item with its standard error and df, in points; ``sd`` of the item within waves."""

    points: float
    se: float
    df: float
    sd: float


def _moved(scores: Floats, wave: Ints, codes: Ints, sums: _Sums, independent: bool) -> tuple[_Moved, ...] | None:
    """Drift of every item; None where the common factor is nothing or a change has no standard error."""
    items = sums.items
    pooled, left_out = _pooled(sums)
    loading = one_factor(pooled)
    slopes, others = _slopes(loading), _slopes(one_factor(left_out, start=loading, tolerance=1e-9))
    if slopes is None or others is None:
        return None
    blocks = len(left_out)
    spread = (blocks - 1) / blocks * ((others - others.mean(axis=0)) ** 2).sum(axis=0)
    rest = (scores.sum(axis=1, keepdims=True) - scores) / (items - 1)
    change = rest[wave == 1].mean(axis=0) - rest[wave == 0].mean(axis=0)
    found = cluster_changes(scores - slopes * rest, wave, codes, independent=independent)
    made = []
    for i, one in enumerate(found):
        if one.change is None or one.se is None or one.df is None:
            return None
        se = math.sqrt(one.se**2 + float(change[i] ** 2 * spread[i]))
        made.append(_Moved(one.change, se, one.df, math.sqrt(float(pooled[i, i]))))
    return tuple(made)


def _decided(p: float, moved: tuple[_Moved, ...], alpha: float) -> tuple[float, tuple[Drift, ...]]:
    """Holm over loadings and items: the adjusted p of the loadings, and the drifts."""
    own = [p_value(one.points, one.se, one.df) for one in moved]
    adjusted = [1.0 if q is None else q for q in holm([p, *own])]
    made = []
    for one, raw, tested in zip(moved, own, adjusted[1:], strict=True):
        half = t_quantile(one.df, 1 - alpha) * one.se
        low, high = (one.points - half) / one.sd, (one.points + half) / one.sd
        made.append(Drift(one.points, one.se, one.df, raw, tested, one.points / one.sd, low, high))
    return adjusted[0], tuple(made)


def _pooled(sums: _Sums) -> tuple[Floats, Floats]:
    """Covariance within waves, and the same without each block in turn (blocks, items, items)."""
    before, after = sums.flat
    total = np.stack([before.sum(0), after.sum(0)])

    def within(first: Floats, second: Floats) -> Floats:
        pair = _covariances(first, second, sums.items)
        free = [np.asarray(part[..., -1] - 1)[..., None, None] for part in (first, second)]
        return np.asarray((pair[0] * free[0] + pair[1] * free[1]) / (free[0] + free[1]))

    without = (total[0] - before, total[1] - after)
    keep = (without[0][:, -1] > 1) & (without[1][:, -1] > 1)
    left = within(without[0][keep], without[1][keep])
    return within(total[0], total[1]), left[(np.einsum("gii->gi", left) > 0).all(axis=1)]


def _slopes(loadings: Floats) -> Floats | None:
    """``l_i`` over the mean of the other items' loadings; None where that mean is (nearly) 0 or below."""
    items = loadings.shape[-1]
    rest = (loadings.sum(axis=-1, keepdims=True) - loadings) / (items - 1)
    if (rest <= 1e-3 * np.abs(loadings).max(axis=-1, keepdims=True)).any():
        return None
    return np.asarray(loadings / rest)


def _verdict(alike: float, p: float, drifts: tuple[Drift, ...], alpha: float) -> Literal["ja", "nej", "uafklaret"]:
    other = alike < ALIKE and p < alpha
    if other or any(d.p_adjusted < alpha and abs(d.size) >= DRIFT for d in drifts):
        return "nej"
    if alike >= ALIKE and all(d.low > -DRIFT and d.high < DRIFT for d in drifts):
        return "ja"
    return "uafklaret"
