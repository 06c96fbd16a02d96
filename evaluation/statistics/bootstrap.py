"""Wild cluster bootstrap of "no change": a check beside the published p, never instead of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import Cells, Floats, as_codes, as_waves, as_weights, cell_sums

#: Below this many clusters Rademacher's two values give too few different draws.
WEBB_BELOW: Final = 12
_WEBB: Final = np.sqrt(np.array([1.5, 1.0, 0.5]))


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """p of the bootstrap, how often it was drawn and with which weights; None with a reason."""

    p_value: float | None
    draws: int
    weights: Literal["webb", "rademacher", ""]
    clusters: int
    reason: str = ""


def wild_bootstrap(
    y: ArrayLike,
    after: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    seed: int,
    draws: int = 1999,
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

    References
    ----------
    Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2008). *Review of Economics and Statistics* 90(3).
    Webb, M. D. (2023). *Canadian Journal of Economics* 56(3), 839–858 (six-point weights).
    """
    values = np.asarray(y, dtype=float)
    if draws < 1:
        raise ValueError("draws must be at least 1")
    codes, groups = as_codes(cluster)
    cells = cell_sums(values[:, None], as_waves(after), codes, groups, as_weights(weights, len(values)))
    present = cells.n[0].sum(axis=1) > 0
    clusters = int(present.sum())
    answers = cells.n[0].sum(axis=0)
    reason = ""
    if answers.min() == 0:
        reason = reasons.NO_ANSWERS
    elif answers.min() < reasons.MIN_ANSWERS:
        reason = reasons.FEW_ANSWERS
    elif clusters < reasons.MIN_CLUSTERS:
        reason = reasons.FEW_CLUSTERS
    elif (cells.n[0] > 0).sum(axis=0).min() < 2:
        reason = reasons.ONE_CLUSTER
    elif cells.spread[0] == 0:
        reason = reasons.NO_VARIANCE
    if reason:
        return WildBootstrap(None, 0, "", clusters, reason)
    rng = np.random.default_rng(seed)
    kind: Literal["webb", "rademacher"] = "webb" if clusters < WEBB_BELOW else "rademacher"
    points = np.concatenate([-_WEBB, _WEBB]) if kind == "webb" else np.array([-1.0, 1.0])
    return WildBootstrap(bootstrap_p(cells, present, rng.choice(points, size=(draws, clusters))), draws, kind, clusters)


def bootstrap_p(cells: Cells, present: np.ndarray, draws: Floats) -> float:
    """Return p from given draws (draws, clusters) of the wild weights, for the first measure.

    Weighted residual sums per cluster and wave suffice: a draw multiplies a cluster's sums.
    """
    w, wy = cells.w[0][present], cells.wy[0][present]
    null = wy - wy.sum() / w.sum() * w
    observed = abs(_t(wy[None, :, :], w)[0])
    drawn = np.abs(_t(draws[:, :, None] * null[None, :, :], w))
    # A draw that repeats the answers (all +1 or all -1) ties up to rounding and counts.
    return float((1 + (drawn >= observed * (1 - 1e-12)).sum()) / (1 + len(draws)))


def _t(sums: Floats, w: Floats) -> Floats:
    """Change over its cluster-robust standard error, for sums (draws, clusters, 2)."""
    total = w.sum(axis=0)
    mean = sums.sum(axis=1) / total
    score = ((sums - mean[:, None, :] * w) / total) @ np.array([-1.0, 1.0])
    se = np.sqrt((score**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(se > 0, (mean[:, 1] - mean[:, 0]) / se, np.inf)
