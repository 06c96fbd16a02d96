"""Wild cluster bootstrap of "no change": a check beside the published p, never instead of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import Cells, Floats, Ints, as_codes, as_waves, as_weights, cell_sums

#: Below this many clusters Rademacher's two values give too few different draws.
WEBB_BELOW: Final = 12
#: Up to this many clusters every combination of signs can be gone through (2^12 = 4096).
EXACT_UP_TO: Final = 12
#: Draws of the check beside a published p.
DRAWS: Final = 1999
#: Below this share of the spread of the answers a standard error is rounding noise, as in CR2.
_NOISE: Final = 1e-10
_WEBB: Final = np.sqrt(np.array([1.5, 1.0, 0.5]))


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """p of the bootstrap, how often it was drawn and with which weights; None with a reason."""

    p_value: float | None
    draws: int
    weights: Literal["webb", "rademacher", ""]
    clusters: int
    reason: str = ""


def seed_of(key: str) -> int:
    """Seed that belongs to a row's key: the same row has the same draws in every run, on every machine."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def wild_bootstrap(
    y: ArrayLike,
    after: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    seed: int = 0,
    draws: int = DRAWS,
    exact: bool = False,
) -> WildBootstrap:
    """Two-sided p of "no change" by the wild cluster bootstrap with the null imposed.

    Residuals of the common mean are multiplied by one random number a cluster (the same in
    both waves): Webb's six values below 12 clusters, else ±1. The statistic is the
    change over its cluster-robust standard error, in the answers and in every draw.

    Parameters
    ----------
    y, after, cluster, weights
        As in :func:`~evaluation.statistics.change.cluster_change`.
    seed : int
        Seed of the draws; the same seed gives the same p.
    draws : int
        Number of draws; p is ``(1 + exceeding) / (1 + draws)``.
    exact : bool
        Go through all ``2^clusters`` combinations of ±1 instead of drawing; p is then the share of them
        at least as far from 0. Refused (``many_clusters``) above :data:`EXACT_UP_TO` clusters.

    Raises
    ------
    ValueError
        As :func:`~evaluation.statistics.change.cluster_change`, and when ``draws`` is below 1.

    References
    ----------
    Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2008). *Review of Economics and Statistics* 90(3).
    Webb, M. D. (2023). *Canadian Journal of Economics* 56(3), 839–858 (six-point weights).
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1:
        raise ValueError("y must have one dimension; wild_bootstraps takes several measures")
    return wild_bootstraps(values[:, None], after, cluster, weights, seeds=(seed,), draws=draws, exact=exact)[0]


def wild_bootstraps(
    y: ArrayLike,
    after: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    seeds: Sequence[int],
    draws: int = DRAWS,
    exact: bool = False,
) -> tuple[WildBootstrap, ...]:
    """:func:`wild_bootstrap` for every column of ``y`` (rows, measures), one seed each.

    The same numbers as one call a column; answers are summed per cluster and wave once.
    """
    values = np.asarray(y, dtype=float)
    if draws < 1:
        raise ValueError("draws must be at least 1")
    if values.ndim != 2 or len(seeds) != values.shape[1]:
        raise ValueError("y must have shape (rows, measures), with one seed a measure")
    codes, groups = as_codes(cluster)
    cells = cell_sums(values, as_waves(after), codes, groups, as_weights(weights, len(values)))
    return tuple(_one(cells, m, seed, draws, exact=exact) for m, seed in enumerate(seeds))


def _one(cells: Cells, m: int, seed: int, draws: int, *, exact: bool) -> WildBootstrap:
    """Bootstrap of measure ``m``, or the reason why there is none."""
    present = _ordered(cells, m)
    clusters = len(present)
    reason = _reason(cells, m, present)
    if not reason and exact and clusters > EXACT_UP_TO:
        reason = reasons.MANY_CLUSTERS
    if reason:
        return WildBootstrap(None, 0, "", clusters, reason)
    if exact:
        bits = (np.arange(2**clusters)[:, None] >> np.arange(clusters)) & 1
        signs = np.where(bits == 0, 1.0, -1.0)
        share = _exceeding(cells, present, signs, m) / len(signs)
        return WildBootstrap(share, len(signs), "rademacher", clusters)
    rng = np.random.default_rng(seed)
    kind: Literal["webb", "rademacher"] = "webb" if clusters < WEBB_BELOW else "rademacher"
    points = np.concatenate([-_WEBB, _WEBB]) if kind == "webb" else np.array([-1.0, 1.0])
    drawn = rng.choice(points, size=(draws, clusters))
    p = bootstrap_p(cells, present, drawn, m)
    return WildBootstrap(p, draws, kind, clusters)


def _ordered(cells: Cells, m: int) -> Ints:
    """Clusters with answers in an order that follows from the answers alone.

    Draws go to clusters by place; in the order of the rows or of labels the same data in
    another order would have another p. Rounding leaves the order alone, and clusters with equal sums may swap.
    """
    present = np.flatnonzero(cells.n[m].sum(axis=1) > 0)
    sums = np.hstack([cells.n[m], cells.w[m], cells.wy[m]])[present]
    size = np.abs(sums).max(axis=0, initial=0.0)
    rounded = np.round(sums / np.where(size > 0, size, 1.0), 9)
    return np.asarray(present[np.lexsort(rounded.T)], dtype=np.int64)


def _reason(cells: Cells, m: int, present: Ints) -> str:
    clusters = len(present)
    answers = cells.n[m].sum(axis=0)
    if answers.min() == 0:
        return reasons.NO_ANSWERS
    if answers.min() < reasons.MIN_ANSWERS:
        return reasons.FEW_ANSWERS
    if clusters < reasons.MIN_CLUSTERS:
        return reasons.FEW_CLUSTERS
    if (cells.n[m] > 0).sum(axis=0).min() < 2:
        return reasons.ONE_CLUSTER
    w, wy = cells.w[m][present], cells.wy[m][present]
    return reasons.NO_VARIANCE if _score_size(wy, w) <= _NOISE * cells.spread[m] else ""


def _score_size(wy: Floats, w: Floats) -> float:
    """Cluster-robust standard error of the change, without correction."""
    total = w.sum(axis=0)
    score = ((wy - wy.sum(axis=0) / total * w) / total) @ np.array([-1.0, 1.0])
    return float(np.sqrt((score**2).sum()))


def bootstrap_p(cells: Cells, present: NDArray[Any], draws: Floats, measure: int = 0) -> float:
    """Return p from given draws (draws, clusters) of the wild weights.

    Weighted residual sums per cluster and wave suffice: a draw multiplies a cluster's sums.
    """
    return (1 + _exceeding(cells, present, draws, measure)) / (1 + len(draws))


def _exceeding(cells: Cells, present: NDArray[Any], draws: Floats, measure: int) -> int:
    """Count the draws whose statistic is at least as far from 0 as that of the answers."""
    w, wy = cells.w[measure][present], cells.wy[measure][present]
    null = wy - wy.sum() / w.sum() * w
    observed = abs(_t(wy[None, :, :], w)[0])
    drawn = np.abs(_t(draws[:, :, None] * null[None, :, :], w))
    # A draw that repeats the answers (all +1 or all -1) ties up to rounding and counts.
    return int((drawn >= observed * (1 - 1e-12)).sum())


def _t(sums: Floats, w: Floats) -> Floats:
    """Change over its cluster-robust standard error, for sums (draws, clusters, 2)."""
    total = w.sum(axis=0)
    mean = sums.sum(axis=1) / total
    score = ((sums - mean[:, None, :] * w) / total) @ np.array([-1.0, 1.0])
    se = np.sqrt((score**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(se > 0, (mean[:, 1] - mean[:, 0]) / se, np.inf)
