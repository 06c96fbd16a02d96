"""Covariance of totals of scores over a multistage stratified sample.

At each stage, with ``z`` the sums of the scores over the clusters of a stratum, ``n`` of
``N`` clusters drawn::

    V_stage = sum over strata of  phi (1 - n/N) n/(n-1) sum (z - mean z)(z - mean z)'

``phi`` is the product of the sampling fractions ``n/N`` of the earlier stages (without
finite populations only the first stage counts). Calibration first takes out of the
scores what the auxiliary variables explain.

References
----------
Särndal, C.-E., Swensson, B. & Wretman, J. (1992). *Model Assisted Survey Sampling*. Springer, 4.3, 6.6.
R package ``survey`` 4.1.1, ``svyrecvar``.
"""

from __future__ import annotations

import numpy as np

from evaluation.statistics import reasons
from evaluation.statistics.design.model import Adjustment, Bools, Calibrated, Design, PostStratified, Raked, heads
from evaluation.statistics.sandwich import Floats, Ints

#: A stratum whose sampling fraction leaves less than this has no sampling variance.
_NOTHING_LEFT = 1e-7
#: A standard error below this share of the sum of the absolute scores is rounding.
_NOISE = 1e-12
#: Rounds of taking out the margins after raking, as in R.
_RAKING_ROUNDS = 10


def sums(values: Floats, codes: Ints, width: int) -> Floats:
    """Sums of the columns of ``values`` (rows, k) by code, shape (width, k)."""
    if not values.shape[1]:
        return np.zeros((width, 0))
    return np.column_stack([np.bincount(codes, weights=column, minlength=width) for column in values.T])


def covariance(design: Design, scores: Floats) -> tuple[Floats | None, str]:
    """Covariance matrix (k, k) of the column totals of ``scores`` (rows, k), or the reason why there is none."""
    z = scores
    for adjustment in design.adjustments:
        z = residual(adjustment, z)
    active = (design.weights > 0) | (z != 0).any(axis=1)
    total = np.zeros((z.shape[1], z.shape[1]))
    if not active.any():
        return total, ""
    factor = np.ones(design.rows)
    parent = np.zeros(design.rows, dtype=np.int64)
    for stage in range(design.clusters.shape[1]):
        part = _stage(design, z, stage, factor, parent, active)
        if part is None:
            return None, reasons.LONELY_CLUSTER
        total += part
        if design.population is None:
            break
        factor = factor * design.sampled[:, stage] / design.population[:, stage]
        parent = design.clusters[:, stage]
    # What is left of sums that cancel is rounding, not a standard error.
    noise = np.sqrt(np.maximum(np.diag(total), 0.0)) <= _NOISE * np.abs(scores).sum(axis=0)
    total[noise, :] = total[:, noise] = 0.0
    return total, ""


def _stage(design: Design, z: Floats, stage: int, factor: Floats, parent: Ints, active: Bools) -> Floats | None:
    """Contribution of one stage; None where a stratum has one cluster and that is an error."""
    cluster, stratum = design.clusters[:, stage], design.strata[:, stage]
    first, head = heads(cluster), heads(stratum)
    by_cluster = sums(z, cluster, len(first))
    of = stratum[first]
    n = design.sampled[head, stage]
    left = np.ones(len(head)) if design.population is None else 1 - n / design.population[head, stage]
    live = (np.bincount(stratum[active], minlength=len(head)) > 0) & (left >= _NOTHING_LEFT)
    single = (n == 1) & live
    if single.any() and design.lonely == "fail":
        return None
    scale = np.where(live, left * factor[head], 0.0) * np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
    mean = sums(by_cluster, of, len(head)) / n[:, None]
    if design.lonely == "adjust":
        mean = np.where(single[:, None], 0.0, mean)
    elif design.lonely == "average" and single.any():
        # The strata that can be estimated stand in for the rest, within the same parent cluster.
        above = parent[head]
        all_of, known = (np.bincount(above, weights=x)[above] for x in (live * 1.0, (live & ~single) * 1.0))
        if (known[live] == 0).any():
            return None
        scale = np.where(single, 0.0, scale) * all_of / np.maximum(known, 1)
    off = by_cluster - mean[of]
    found: Floats = (off * scale[of][:, None]).T @ off
    return found


def residual(adjustment: Adjustment, scores: Floats) -> Floats:
    """Scores (rows, k) less what the calibration variables explain."""
    if isinstance(adjustment, PostStratified):
        after = np.where(adjustment.after > 0, adjustment.after, 1.0)
        width = int(adjustment.codes.max()) + 1
        before = np.bincount(adjustment.codes, weights=adjustment.before, minlength=width)
        inner = sums(scores * (adjustment.before / after)[:, None], adjustment.codes, width)
        mean = inner / np.where(before > 0, before, 1.0)[:, None]
        return scores - mean[adjustment.codes] * adjustment.after[:, None]
    if isinstance(adjustment, Raked):
        return _raked(adjustment, scores)
    if isinstance(adjustment, Calibrated):
        scale = np.where(adjustment.scale != 0, adjustment.scale, 1.0)[:, None]
        plain = scores / scale
        return (plain - adjustment.basis @ (adjustment.basis.T @ plain)) * adjustment.scale[:, None]
    raise TypeError(f"unknown adjustment {adjustment!r}")


def _raked(adjustment: Raked, scores: Floats) -> Floats:
    """Take plain means by margin out of the unweighted scores, margin by margin."""
    z = scores
    for _ in range(_RAKING_ROUNDS):
        for codes, weights in adjustment.margins:
            inside = weights > 0
            plain = z / np.where(inside, weights, 1.0)[:, None]
            width = int(codes.max()) + 1
            count = np.maximum(np.bincount(codes[inside], minlength=width), 1)[:, None]
            mean = sums(np.where(inside[:, None], plain, 0.0), codes, width) / count
            z = z - weights[:, None] * mean[codes]
    return z
