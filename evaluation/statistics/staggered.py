"""Release in several tempi: one difference in development per cohort and wave, and their averages.

A cohort is everybody released at the same time. For cohort g and a wave t after its
release, ``ATT(g,t)`` is the cohort's change from its last wave before release to t, minus the
same change among those not (or not yet) released at t: Callaway & Sant'Anna (2021),
unconditional, for repeated cross-sections, with the last wave before release as base
throughout. Nobody already released serves as comparison, which a regression with
effects of unit and wave does not ensure. Waves before the base give placebo differences
by the same formula, the comparison then being those not released at the base.

Each difference is a regression of its own (:mod:`evaluation.statistics.did`); averages add the
cluster scores of their parts, so that shared answers are counted once (CR2, Satterthwaite).

References
----------
Callaway, B. & Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time
periods. *Journal of Econometrics* 225(2), 200–230.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.contrasts import Contrasts, Estimate, Wald, combine, estimate, fit, stack, wald
from evaluation.statistics.did import cell_means, interaction, why_untested
from evaluation.statistics.event_study import as_steps, count_of
from evaluation.statistics.sandwich import Cells, Floats, Ints, as_codes, as_weights, cell_sums

Against = Literal["not_yet", "never"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Waves around a cohort's release: ``last_before`` lies wholly before it, ``first_after`` wholly after.

    Waves between the two span the date and belong to neither. For a cohort that is never released
    ``first_after`` is None and ``last_before`` the last wave of all; for one without a wave after its release yet
    ``first_after`` is the number of waves, for one without a wave before ``last_before`` is -1.
    """

    last_before: int
    first_after: int | None


@dataclass(frozen=True, slots=True)
class GroupTime:
    """ATT(g,t) of one cohort and wave (a placebo where ``wave < base``).

    ``estimate.value`` is the cohort's change since ``base`` minus that of the comparison.
    ``released`` and ``comparison`` are the two changes; ``answers`` is the (weighted) number of answers of the cohort
    in the wave; ``n`` as in :class:`~evaluation.statistics.did.DifferenceInChange`, with the base for before.
    """

    cohort: int
    base: int
    wave: int
    step: int
    estimate: Estimate
    released: float
    comparison: float
    clusters_released: int
    clusters_comparison: int
    n: tuple[int, int, int, int]
    answers: float
    parts: Contrasts | None

    @property
    def placebo(self) -> bool:
        """Whether the wave lies before the cohort's base."""
        return self.wave < self.base


@dataclass(frozen=True, slots=True)
class Staggered:
    """All differences per cohort and wave, and their averages.

    Attributes
    ----------
    effects : tuple of GroupTime
        By cohort and wave, placebos first within a cohort.
    overall : Estimate
        Average over cohorts and waves after release, weighted by the cohort's answers in the wave.
    by_step : mapping of int to Estimate
        Average by number of waves since release (0 the first wave after; -1 the wave before the base).
    pretrend : Wald
        Joint test that all placebos are 0.
    waves_before : int
        Fewest waves before release, the base included, that a cohort with a difference has.
    clusters_released, clusters_comparison : int
        Distinct clusters behind the overall average.
    reason : str
    """

    effects: tuple[GroupTime, ...]
    overall: Estimate
    by_step: Mapping[int, Estimate]
    pretrend: Wald
    waves_before: int
    clusters_released: int
    clusters_comparison: int
    reason: str = ""


def group_time(
    y: ArrayLike,
    wave: ArrayLike,
    cohort: ArrayLike,
    cluster: ArrayLike,
    timing: Mapping[int, Timing],
    weights: ArrayLike | None = None,
    *,
    waves: int | None = None,
    against: Against = "not_yet",
) -> Staggered:
    """Differences in development per cohort and wave.

    Parameters
    ----------
    y, wave, weights : array_like, shape (rows,)
        As in :func:`~evaluation.statistics.event_study.event_study`.
    cohort : array_like of int, shape (rows,)
        Cohort of the row's cluster, a key of ``timing``.
    cluster : array_like, shape (rows,)
        What the release was assigned to.
    timing : mapping of int to Timing
    against : {"not_yet", "never"}
        Compare with those not yet released as well (default), or only with those never released.

    Raises
    ------
    ValueError
        When lengths differ, a cluster is in two cohorts, or a cohort is not in ``timing``.
    """
    values = np.asarray(y, dtype=float)
    codes, clusters = as_codes(cluster)
    of_cluster = cohort_of_cluster(cohort, codes, clusters)
    if not set(of_cluster.tolist()) <= set(timing):
        raise ValueError("every cohort must be in timing")
    count = count_of(wave) if waves is None else waves
    cells = cell_sums(
        values[:, None], as_steps(wave, count), codes, clusters, as_weights(weights, len(values)), waves=count
    )
    return group_time_of_cells(cells, 0, of_cluster, timing, against=against)


def cohort_of_cluster(cohort: ArrayLike, codes: Ints, clusters: int) -> Ints:
    """Cohort of every cluster, shape (clusters,).

    Raises
    ------
    ValueError
        When it differs within a cluster.
    """
    rows = np.asarray(cohort)
    if rows.shape != codes.shape:
        raise ValueError("every array must have the same number of rows")
    found = np.zeros(clusters, dtype=np.int64)
    found[codes] = rows.astype(np.int64)
    if (found[codes] != rows).any():
        raise ValueError("a cluster belongs to two cohorts; cluster at the level of assignment")
    return found


def group_time_of_cells(
    cells: Cells, measure: int, cohort: Ints, timing: Mapping[int, Timing], *, against: Against = "not_yet"
) -> Staggered:
    """:func:`group_time` of one measure from sums per measure, cluster and wave; ``cohort`` has shape (clusters,)."""
    waves = cells.n.shape[2]
    effects: list[GroupTime] = []
    compared: set[int] = set()
    released: set[int] = set()
    for name in sorted(set(cohort.tolist())):
        when = timing[name]
        if when.first_after is None or when.first_after >= waves or when.last_before < 0:
            continue
        steps = [*range(when.last_before), *range(when.first_after, waves)]
        for step in steps:
            others = _comparison(cohort, timing, max(step, when.last_before), against)
            found = _one(cells, measure, cohort == name, others, name, when, step)
            if found is None:
                continue
            effects.append(found)
            if not found.placebo:
                met = cells.n[measure].sum(axis=1) > 0
                compared |= set(np.flatnonzero(others & met).tolist())
                released |= set(np.flatnonzero((cohort == name) & met).tolist())
    return _averages(tuple(effects), len(released), len(compared))


def _comparison(cohort: Ints, timing: Mapping[int, Timing], until: int, against: Against) -> np.ndarray:
    """Clusters not released in any wave up to ``until``, shape (clusters,)."""
    fit_in = {
        name: when.first_after is None or (against == "not_yet" and when.last_before >= until)
        for name, when in timing.items()
    }
    return np.array([fit_in[name] for name in cohort.tolist()], dtype=bool)


def _one(
    cells: Cells, measure: int, released: np.ndarray, others: np.ndarray, name: int, when: Timing, step: int
) -> GroupTime | None:
    """One difference, or None where one of its four cells is empty."""
    pair = [when.last_before, step]
    side = np.where(released, 1, np.where(others, 0, -1)).astype(np.int64)
    n = cells.n[measure][:, pair]
    why = why_untested(n, side)
    if why == reasons.NO_ANSWERS:
        return None
    means = cell_means(cells, measure, side)
    change = means[:, step] - means[:, when.last_before]
    counts = [int(n[side == value, at].sum()) for value in (1, 0) for at in (0, 1)]
    met = [int((n[side == value].sum(axis=1) > 0).sum()) for value in (1, 0)]
    plain = Estimate(float(change[1] - change[0]), None, None, None, why)
    parts = None
    if why in ("", reasons.FEW_CLUSTERS):
        parts = fit(
            cells, measure, _design(side, cells.n.shape[2], pair), (0.0, 0.0, 0.0, 1.0), _use(side, cells, pair)
        )
        plain = estimate(parts) if not why else plain
    return GroupTime(
        cohort=name,
        base=when.last_before,
        wave=step,
        step=step - when.last_before if step < when.last_before else step - (when.first_after or 0),
        estimate=plain,
        released=float(change[1]),
        comparison=float(change[0]),
        clusters_released=met[0],
        clusters_comparison=met[1],
        n=(counts[0], counts[1], counts[2], counts[3]),
        answers=float(cells.w[measure][side == 1, step].sum()),
        parts=parts if parts is not None and not parts.reason else None,
    )


def _design(side: Ints, waves: int, pair: Sequence[int]) -> Floats:
    made = np.zeros((len(side), waves, 4))
    made[:, pair] = interaction(np.maximum(side, 0))
    return made


def _use(side: Ints, cells: Cells, pair: Sequence[int]) -> np.ndarray:
    use = np.zeros(cells.n.shape[1:], dtype=bool)
    use[:, pair] = (side >= 0)[:, None]
    return use


def _average(effects: Sequence[GroupTime]) -> Estimate:
    """Average weighted by answers; without an error where a part has none."""
    weight = np.array([one.answers for one in effects])
    weight = weight / weight.sum()
    value = float(sum(w * (one.estimate.value or 0.0) for w, one in zip(weight, effects, strict=True)))
    parts = [one.parts for one in effects if one.parts is not None]
    if len(parts) < len(effects):
        worst = next(one for one in effects if one.parts is None)
        return Estimate(value, None, None, None, worst.estimate.reason or reasons.ONE_CLUSTER)
    return estimate(combine(parts, weight.tolist()))


def _averages(effects: tuple[GroupTime, ...], released: int, compared: int) -> Staggered:
    late = [one for one in effects if not one.placebo]
    early = [one for one in effects if one.placebo]
    if not late:
        empty = Estimate(None, None, None, None, reasons.NO_ANSWERS)
        none = Wald(None, len(early), None, None, reasons.NO_ANSWERS)
        return Staggered(effects, empty, {}, none, 0, released, compared, reasons.NO_ANSWERS)
    overall = _average(late)
    few = "" if released + compared >= reasons.MIN_CLUSTERS else reasons.FEW_CLUSTERS
    if min(released, compared) < 2:
        few = reasons.ONE_CLUSTER_IN_GROUP
    if few:
        overall = replace(overall, se=None, df=None, p_value=None, reason=few)
    steps = sorted({one.step for one in effects})
    by_step = {step: _average([one for one in effects if one.step == step]) for step in steps}
    if few:
        by_step = {s: replace(e, se=None, df=None, p_value=None, reason=few) for s, e in by_step.items()}
    cohorts = {one.cohort for one in late}
    before = min(1 + sum(one.cohort == name for one in early) for name in cohorts)
    return Staggered(effects, overall, by_step, _pretrend(early, few), before, released, compared, overall.reason)


def _pretrend(early: Sequence[GroupTime], few: str) -> Wald:
    if not early:
        return Wald(None, 0, None, None, reasons.NO_TREND_BEFORE)
    parts = [one.parts for one in early if one.parts is not None]
    if few or len(parts) < len(early):
        return Wald(None, len(early), None, None, few or reasons.ONE_CLUSTER)
    return wald(stack(parts))
