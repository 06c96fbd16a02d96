"""The estimators of ``statistics`` for every group of a partition, as arrays (groups, measures)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.analysis.cells import Moments
from evaluation.analysis.frame import Bools, Floats, Frame
from evaluation.analysis.groups import KOMMUNE
from evaluation.plan.load import Workspace
from evaluation.plan.model import Estimand
from evaluation.statistics import reasons
from evaluation.statistics.change import Change, cluster_changes
from evaluation.statistics.levels import Level, mean_levels

Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What surrounds an estimate, each of shape (cells, measures); NaN where there is none."""

    se: Floats
    df: Floats
    p_value: Floats
    clusters: Floats
    n_eff: Floats
    n_eff_after: Floats
    method: Texts
    reason: Texts


def population_rows(frame: Frame, workspace: Workspace, invited: dict[tuple[str, str], tuple[int, str]]) -> Floats:
    """People asked in each row's unit and wave (in its wave where the survey names no unit), NaN where unknown."""
    if not frame.survey.unit:
        sizes = [float(invited.get((KOMMUNE, wave), (np.nan, ""))[0]) for wave in frame.waves]
        return np.array(sizes)[frame.wave]
    known = {
        (row.unit, row.wave): float(row.invited)
        for row in workspace.registers.population
        if row.survey == frame.survey.id
    }
    places = zip(frame.unit, frame.wave, strict=True)
    return np.array([known.get((str(unit), frame.waves[wave]), np.nan) for unit, wave in places], dtype=float)


def _collect(
    results: Sequence[Sequence[Level | Change] | None], measures: int, after: Callable[[Level | Change], float]
) -> Uncertainty:
    def numbers(pick: Callable[[Level | Change], float | None]) -> Floats:
        rows = [[np.nan] * measures if r is None else [_nan(pick(x)) for x in r] for r in results]
        return np.array(rows, dtype=float).reshape(len(results), measures)

    def texts(pick: Callable[[Level | Change], str], absent: str) -> Texts:
        rows = [[absent] * measures if r is None else [pick(x) for x in r] for r in results]
        return np.array(rows, dtype=object).reshape(len(results), measures)

    return Uncertainty(
        se=numbers(lambda x: x.se),
        df=numbers(lambda x: x.df),
        p_value=numbers(lambda x: getattr(x, "p_value", None)),
        clusters=np.nan_to_num(numbers(lambda x: x.clusters)),
        n_eff=np.nan_to_num(numbers(lambda x: x.n_eff if isinstance(x, Level) else x.n_eff_before)),
        n_eff_after=np.nan_to_num(numbers(after)),
        method=texts(lambda x: x.method, "described"),
        reason=texts(lambda x: x.reason, reasons.NO_ANSWERS),
    )


def _nan(value: float | None) -> float:
    return np.nan if value is None else float(value)


def level_uncertainty(
    frame: Frame, values: Floats, cell: NDArray[np.int64], cells: int, estimand: Estimand, population: Floats | None
) -> Uncertainty:
    """Find the standard errors of the means in every cell, by cluster."""
    results: list[Sequence[Level] | None] = []
    for position in range(cells):
        here = np.flatnonzero(cell == position)
        results.append(
            mean_levels(
                values[here],
                frame.cluster[here],
                None if frame.weights is None else frame.weights[here],
                estimand=estimand,
                population=None if population is None else population[here],
                independent=frame.independent,
            )
            if len(here)
            else None
        )
    return _collect(results, values.shape[1], lambda x: x.n_eff if isinstance(x, Level) else x.n_eff_after)


def change_uncertainty(
    frame: Frame,
    values: Floats,
    after: Bools,
    group: NDArray[np.int64],
    groups: int,
    estimand: Estimand,
    population: Floats | None,
) -> Uncertainty:
    """Find standard errors and tests of the changes in every group, by cluster over both waves."""
    results: list[Sequence[Change] | None] = []
    for position in range(groups):
        here = np.flatnonzero(group == position)
        results.append(
            cluster_changes(
                values[here],
                after[here],
                frame.cluster[here],
                None if frame.weights is None else frame.weights[here],
                estimand=estimand,
                population=None if population is None else population[here],
                person=frame.person[here],
                independent=frame.independent,
            )
            if len(here)
            else None
        )
    return _collect(results, values.shape[1], lambda x: x.n_eff if isinstance(x, Level) else x.n_eff_after)


def pooled_sd(units: Moments) -> Floats:
    """Pool the standard deviation within units and waves, over all of them, shape (measures,); NaN where unknown."""
    free = np.where(np.isfinite(units.sd), units.n - 1, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = np.sqrt((free * np.nan_to_num(units.sd) ** 2).sum(axis=0) / free.sum(axis=0))
    return np.asarray(pooled, dtype=float)


def unit_uncertainty(n_before: Floats, n_after: Floats | None, sd: Floats) -> Uncertainty:
    """Bands for rows about one unit: pooled standard deviation and n; no test.

    The same numbers as ``statistics.change.unit_change``, for all units at once. ``n_before`` and
    ``n_after`` are effective numbers (units, measures); without ``n_after`` the bands are those of levels.
    """
    late = n_before if n_after is None else n_after
    with np.errstate(invalid="ignore", divide="ignore"):
        se = sd * (np.sqrt(1 / n_before) if n_after is None else np.sqrt(1 / n_before + 1 / late))
    empty = (n_before == 0) | (late == 0)
    flat = ~empty & ~(se > 0)
    none = empty | flat
    blank = np.full(n_before.shape, np.nan)
    return Uncertainty(
        se=np.where(none, np.nan, se),
        df=np.where(none, np.nan, np.inf),
        p_value=blank,
        clusters=((n_before + late) > 0).astype(float),
        n_eff=n_before.copy(),
        n_eff_after=late.copy(),
        method=np.where(none, "described", "pooled_sd").astype(object),
        reason=np.where(empty, reasons.NO_ANSWERS, np.where(flat, reasons.NO_VARIANCE, reasons.ONE_UNIT)).astype(
            object
        ),
    )
