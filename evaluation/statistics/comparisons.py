"""Every item in every group, before against after, from counts alone (:mod:`evaluation.statistics.counts`).

One call gives means, changes with errors, intervals, tests, effect sizes and verdicts of all
items × groups; no step goes through them one by one. Where rows have units the errors are CR2
with Satterthwaite degrees of freedom by unit, the numbers of
:func:`~evaluation.statistics.change.cluster_changes`, :func:`~evaluation.statistics.effects.hedges_g`
and :func:`~evaluation.statistics.ordinal.ordinal_effects`. Without units every answer is
independent: Welch's test, and rank tests beside it.

With weights and no units the error is the linearised one of a sample drawn with replacement,
``var_t = n/(n-1) Σ w² (y - mean)² / (Σ w)²`` (without weights Welch's ``s²/n``), and Welch's
degrees of freedom take Kish's effective n. ``design`` asks for the same error as part of a larger
sample, as R's survey package computes it for domains.

References
----------
Welch, B. L. (1947). *Biometrika* 34, 28–35.
Lumley, T. (2004). Analysis of complex survey samples. *Journal of Statistical Software* 9(8).
Mann, H. B. & Whitney, D. R. (1947). *Annals of Mathematical Statistics* 18, 50–60.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, gammaln, ndtr

from evaluation.statistics import reasons
from evaluation.statistics.counted import Basis, Levels, basis_of, contrast_of, levels_of, reasons_of
from evaluation.statistics.counts import Grouped, merge
from evaluation.statistics.many import Equivalences, Words, equivalences, holm_families, intervals, mdcs, p_values
from evaluation.statistics.many import verdicts as verdict_words
from evaluation.statistics.sandwich import Floats


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates with errors and interval, shape (items, groups); NaN where there is none."""

    value: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class RankTests:
    """Tests that take every answer as independent, from the answers without weights; shape (items, groups).

    ``u`` is Mann–Whitney's (R's ``W`` of after against before), its p with ties and continuity
    correction; ``chi2`` tests code × wave without correction over the codes that occur.
    """

    u: Floats
    u_p: Floats
    chi2: Floats
    chi2_df: Floats
    chi2_p: Floats


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Before against after for every item and group, shape (items, groups).

    Attributes
    ----------
    levels : Levels
    change : Estimates
        Difference of the waves' means, in the unit of the values.
    p_value, p_adjusted, mdc : float arrays
        Two-sided p, Holm's within each family, minimum detectable change; NaN with a ``reason``.
    equivalence : Equivalences
    hedges_g, cliffs_delta : Estimates
    ranks : RankTests or None
        None where units are named: rank tests would ignore them.
    verdict, reason : str arrays
    clusters : float array
        Units with an answer in either wave (without units: answers).
    """

    levels: Levels
    change: Estimates
    p_value: Floats
    p_adjusted: Floats
    mdc: Floats
    equivalence: Equivalences
    hedges_g: Estimates
    cliffs_delta: Estimates
    ranks: RankTests | None
    verdict: Words
    reason: Words
    clusters: Floats


def compare(
    grouped: Grouped,
    values: ArrayLike,
    *,
    delta: ArrayLike,
    alpha: float = 0.05,
    higher_is: str | NDArray[np.str_] = "better",
    family: ArrayLike | None = None,
    design: int | None = None,
) -> Comparisons:
    """Compare two waves of every item in every group.

    Parameters
    ----------
    grouped : Grouped
        Counts of two waves.
    values : array_like, shape (items, slots)
        What each slot counts as (points 0–100, or 0 and 1 for a share); NaN for no answer.
    delta : array_like, shape (items,) or scalar
        Smallest change that matters, in the unit of ``values``.
    alpha : float
        Level of the tests; intervals cover ``1 - alpha``, those of equivalence ``1 - 2 alpha``.
    higher_is : str or array of str, shape (items,)
        ``better``, ``worse`` or ``neutral``.
    family : array_like of int, shape (items,) or (items, groups), optional
        Families for Holm; the default is one family a group.
    design : int, optional
        Without units: rows of the whole sample these answers are a part of. The errors are then those of
        R's survey package for domains, with ``n_before + n_after - 2`` degrees of freedom.

    Raises
    ------
    ValueError
        When shapes differ or a number is out of range.
    """
    if grouped.n.shape[4] != 2:
        raise ValueError("counts must hold two waves")
    basis = basis_of(grouped, values, design)
    items, groups = basis.n.shape[0], basis.n.shape[2]
    margin = np.asarray(delta, dtype=float).reshape(-1, 1)
    way = np.asarray(higher_is, dtype=np.str_).reshape(-1, 1)
    levels = levels_of(basis)
    value, se, df = _change(basis, np.repeat(basis.values[:, :, None, None], 2, axis=3))
    clusters, reason = reasons_of(basis, levels, se, df)
    tested = reason == ""
    se, df = np.where(tested, se, np.nan), np.where(tested, df, np.nan)
    p = p_values(value, se, df)
    adjusted = holm_families(p, _families(family, items, groups))
    same = equivalences(value, se, df, margin, alpha)
    return Comparisons(
        levels=levels,
        change=Estimates(value, se, df, *intervals(value, se, df, 1 - alpha)),
        p_value=p,
        p_adjusted=adjusted,
        mdc=mdcs(se, df, alpha),
        equivalence=same,
        hedges_g=_hedges(basis, levels, alpha),
        cliffs_delta=_cliff(basis, levels, alpha),
        ranks=None if grouped.named else _ranks(basis),
        verdict=verdict_words(value, adjusted, same.low, same.high, margin, alpha, way),
        reason=reason,
        clusters=clusters,
    )


def _families(family: ArrayLike | None, items: int, groups: int) -> NDArray[np.int64]:
    """Family of every test, (items, groups): one a group where none are given."""
    given = np.arange(groups) if family is None else np.asarray(family)
    if family is not None and given.ndim == 1:
        given = given[:, None]
    return np.broadcast_to(given, (items, groups))


def level_errors(grouped: Grouped, values: ArrayLike, *, alpha: float = 0.05, design: int | None = None) -> Estimates:
    """Means of every wave by itself with errors and intervals, shape (items, groups, waves).

    With units the numbers are those of :func:`~evaluation.statistics.levels.mean_levels`; parameters
    as in :func:`compare`.
    """
    grouped, rising = merge(grouped, values)
    parts = []
    for wave in range(grouped.n.shape[4]):
        n, w, w2 = (x[..., wave : wave + 1] for x in (grouped.n, grouped.w, grouped.w2))
        one = Grouped(
            n, n if not grouped.weighted else w, n if not grouped.weighted else w2, grouped.unit, grouped.named
        )
        basis = basis_of(one, rising, design)
        mean, se, df = contrast_of(basis, basis.values[:, :, None, None], (1.0,))
        fewest = reasons.MIN_CLUSTERS if grouped.named else 0
        answers, met = basis.n.sum(axis=(1, 3)), (n.sum(axis=1) > 0).sum(axis=(2, 3))
        known = (answers >= reasons.MIN_ANSWERS) & (met >= fewest) & (se > 0) & ~np.isnan(df)
        se, df = np.where(known, se, np.nan), np.where(known, df, np.nan)
        parts.append((mean, se, df, *intervals(mean, se, df, 1 - alpha)))
    return Estimates(*(np.stack(column, axis=2) for column in zip(*parts, strict=True)))


def _change(basis: Basis, z: Floats) -> tuple[Floats, Floats, Floats]:
    return contrast_of(basis, z, (-1.0, 1.0))


def _usable(basis: Basis, levels: Levels, se: Floats, df: Floats) -> tuple[Floats, Floats]:
    """``se`` and ``df`` where they may be used."""
    tested = reasons_of(basis, levels, se, df)[1] == ""
    return np.where(tested, se, np.nan), np.where(tested, df, np.nan)


def _hedges(basis: Basis, levels: Levels, alpha: float) -> Estimates:
    """Hedges' g and the delta method's interval, as :func:`evaluation.statistics.effects.hedges_g`."""
    n = levels.n
    enough = n.min(axis=2) >= reasons.MIN_ANSWERS
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (n - 1) / (n.sum(axis=2, keepdims=True) - 2)
        sd = np.sqrt((np.nan_to_num(levels.sd) ** 2 * share).sum(axis=2))
        reach = np.abs(basis.values).max(axis=1)[:, None] + 1
        enough &= sd > 1e-12 * reach
        sd = np.where(enough, sd, 1.0)[..., None]
        f = np.maximum(levels.n_eff.sum(axis=2) - 2, 1.01)
        factor = np.exp(gammaln(f / 2) - gammaln((f - 1) / 2) - 0.5 * np.log(f / 2))
        change = np.where(enough, levels.mean[..., 1] - levels.mean[..., 0], np.nan)
        slope = np.array([1.0, -1.0]) * share * n / (n - 1) * (factor * change)[..., None] / (2 * sd**3)
        values = basis.values[:, :, None, None]
        z = (factor[..., None] / sd)[:, None] * values + slope[:, None] * (values - levels.mean[:, None]) ** 2
    z = np.where(enough[:, None, :, None], z, 0.0)
    _, se, df = _change(basis, z)
    se, df = _usable(basis, levels, se, df)
    se, df = np.where(enough, se, np.nan), np.where(enough, df, np.nan)
    g = factor * change / sd[..., 0]
    return Estimates(g, se, df, *intervals(g, se, df, 1 - alpha))


def _cliff(basis: Basis, levels: Levels, alpha: float) -> Estimates:
    """Cliff's delta and its interval, as :func:`evaluation.statistics.ordinal.ordinal_effects`."""
    whole = basis.w.sum(axis=1, keepdims=True)
    share = basis.w / np.where(whole > 0, whole, 1.0)
    lean = (2 * np.cumsum(share, axis=1) - share - (whole > 0))[..., ::-1]
    twice, se, df = _change(basis, lean)
    se, df = _usable(basis, levels, se, df)
    both = levels.n.min(axis=2) > 0
    delta = np.where(both, np.clip(twice / 2, -1.0, 1.0), np.nan)
    inner = np.abs(delta) < 1
    safe = np.where(inner, delta, 0.0)
    low, high = intervals(np.arctanh(safe), np.where(inner, se / (1 - safe**2), np.nan), df, 1 - alpha)
    return Estimates(delta, se, df, np.tanh(low), np.tanh(high))


def _ranks(basis: Basis) -> RankTests:
    """Mann–Whitney with ties and chi-square of code × wave, from counts."""
    n0, n1 = basis.n[..., 0], basis.n[..., 1]
    before, after = n0.sum(axis=1), n1.sum(axis=1)
    total, tied = before + after, n0 + n1
    enough = np.minimum(before, after) >= reasons.MIN_ANSWERS
    with np.errstate(invalid="ignore", divide="ignore"):
        u = (n1 * (np.cumsum(n0, axis=1) - n0 / 2)).sum(axis=1)
        ties = (tied**3 - tied).sum(axis=1)
        variance = before * after / 12 * ((total + 1) - ties / (total * (total - 1)))
        known = enough & (variance > 0)
        away = u - before * after / 2
        z = (away - np.sign(away) / 2) / np.sqrt(np.where(known, variance, 1.0))
        p = np.minimum(1.0, 2 * ndtr(-np.abs(z)))
        expected = [tied * (x / total)[:, None] for x in (before, after)]
        apart = sum(
            np.where(tied > 0, (x - e) ** 2 / np.where(tied > 0, e, 1.0), 0.0)
            for x, e in zip((n0, n1), expected, strict=True)
        )
        chi2 = np.asarray(apart).sum(axis=1)
    free = (tied > 0).sum(axis=1) - 1.0
    compared = (np.minimum(before, after) > 0) & (free > 0)
    return RankTests(
        np.where(known, u, np.nan),
        np.where(known, p, np.nan),
        np.where(compared, chi2, np.nan),
        np.where(compared, free, np.nan),
        np.where(compared, chdtrc(np.where(compared, free, 1.0), chi2), np.nan),
    )
