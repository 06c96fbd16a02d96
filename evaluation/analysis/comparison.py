"""Released in several tempi: difference in development between those released and those not yet released.

Rows of the private table ``comparisons``. One municipality against another stands in ``estimates``
(``forskel-sammenligning``): one cluster against one, a difference without a test.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from evaluation.analysis.assignment import Assignment, assignment
from evaluation.analysis.comparison_rows import (
    CHANGE_WORD,
    EFFECT_WORD,
    Scales,
    Side,
    common_scales,
    finish,
    line,
    side,
)
from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Bools, Floats, Frame
from evaluation.analysis.measures import Measures
from evaluation.common.ids import slug, waves_part
from evaluation.plan.load import Workspace
from evaluation.statistics.did import may_be_called_effect
from evaluation.statistics.sandwich import as_weights, cell_sums
from evaluation.statistics.sensitivity import relative_magnitudes
from evaluation.statistics.staggered import GroupTime, Staggered, cohort_of_cluster, group_time_of_cells

RELEASED, NOT_YET = "forskel-frisat", "ikke-frisat"


def release_comparisons(frame: Frame, scores: Floats, measures: Measures, workspace: Workspace) -> pd.DataFrame:
    """Differences in development per cohort and wave, and their average, for every scale score.

    Designs: ``gruppe_tid`` one cohort and wave after its release, against the cohort's last wave before; ``tidligere``
    the same for a wave before that one (what the groups differed in anyway); ``trinvis`` their average over cohorts
    and waves after release, with the joint test of the earlier ones and the breakdown value of the first wave after.
    """
    told = assignment(frame, workspace)
    if told is None:
        return conform("comparisons", pd.DataFrame())
    own = frame.own & (told.cohort >= 0)
    scales = common_scales(frame, scores, measures, workspace, told.waves)
    cluster = np.unique(told.cluster[own], return_inverse=True)[1].astype(np.int64)
    clusters = int(cluster.max(initial=-1)) + 1
    if not clusters or not scales.measures:
        return conform("comparisons", pd.DataFrame())
    weights = as_weights(None if frame.weights is None else frame.weights[own], int(own.sum()))
    cells = cell_sums(scales.values[own], told.step[own], cluster, clusters, weights, waves=len(told.waves))
    cohort = cohort_of_cluster(told.cohort[own], cluster, clusters)
    rows: list[dict[str, object]] = []
    for column in range(len(scales.measures)):
        found = group_time_of_cells(cells, column, cohort, told.timing)
        rows += _rows(frame, workspace, told, scales, column, found)
    return finish(rows)


def _rows(
    frame: Frame, workspace: Workspace, told: Assignment, scales: Scales, column: int, found: Staggered
) -> list[dict[str, object]]:
    values = scales.values[:, column]
    sides = [_sides(frame, told, values, one) for one in found.effects]
    rows = [
        line(
            frame,
            workspace,
            scales,
            column,
            design="tidligere" if one.placebo else "gruppe_tid",
            group=f"frisat-{slug(told.cohorts[one.cohort].name)}",
            against=NOT_YET,
            waves=_pair(told, one),
            level=told.level,
            wording=CHANGE_WORD,
            sides=pair,
            found=one.estimate,
        )
        for one, pair in zip(found.effects, sides, strict=True)
    ]
    late = [(one, pair) for one, pair in zip(found.effects, sides, strict=True) if not one.placebo]
    return [_overall(frame, workspace, told, scales, column, found, late), *rows] if late else []


def _pair(told: Assignment, one: GroupTime) -> str:
    """Both waves in order of time."""
    first, second = sorted((one.base, one.wave))
    return waves_part(told.waves[first], told.waves[second])


def _sides(frame: Frame, told: Assignment, values: Floats, one: GroupTime) -> tuple[Side, Side]:
    until = max(one.base, one.wave)
    free = {
        at
        for at, when in told.timing.items()
        if at != one.cohort and (when.first_after is None or when.last_before >= until)
    }
    in_group, in_others = told.cohort == one.cohort, np.isin(told.cohort, sorted(free))

    def cells(rows: Bools) -> list[Bools]:
        return [frame.own & rows & (told.step == step) for step in (one.base, one.wave)]

    return (
        side(frame, values, cells(in_group), one.clusters_released, one.released),
        side(frame, values, cells(in_others), one.clusters_comparison, one.comparison),
    )


def _overall(
    frame: Frame,
    workspace: Workspace,
    told: Assignment,
    scales: Scales,
    column: int,
    found: Staggered,
    late: list[tuple[GroupTime, tuple[Side, Side]]],
) -> dict[str, object]:
    weight = np.array([one.answers for one, _ in late])
    weight = weight / weight.sum()
    joined = tuple(
        Side(
            n=min(pair[which].n for _, pair in late),
            persons=min(pair[which].persons for _, pair in late),
            clusters=(found.clusters_released, found.clusters_comparison)[which],
            value=float(sum(w * (pair[which].value or 0.0) for w, (_, pair) in zip(weight, late, strict=True))),
            units=tuple(sorted({unit for _, pair in late for unit in pair[which].units})),
        )
        for which in (0, 1)
    )
    alpha = workspace.plan.decision.alpha
    enough = found.waves_before >= 2
    effect = enough and may_be_called_effect(found.clusters_released, found.clusters_comparison, found.pretrend, alpha)
    early = [found.by_step[step].value or 0.0 for step in sorted(found.by_step) if step < 0]
    first = found.by_step.get(0)
    fall = None if first is None else relative_magnitudes(early, first.value, first.se, first.df, alpha=alpha).breakdown
    p = found.pretrend.p_value
    return line(
        frame,
        workspace,
        scales,
        column,
        design="trinvis",
        group=RELEASED,
        against=NOT_YET,
        waves=waves_part(told.waves[min(one.base for one, _ in late)], told.waves[max(one.wave for one, _ in late)]),
        level=told.level,
        wording=EFFECT_WORD if effect else CHANGE_WORD,
        sides=(joined[0], joined[1]),
        found=found.overall,
        tested=True,
        more={
            "waves_before": found.waves_before,
            "pretrend_p": np.nan if p is None else p,
            "breakdown": np.nan if fall is None or math.isinf(fall) else fall,
        },
    )
