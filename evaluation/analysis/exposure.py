"""Units in a trial and outside it side by side, and development by degree of release.

Rows of the private table ``comparisons``. Units choose their trials, so a difference between the two groups is
called a *forskel* and nothing more; a dose is read off the plan's releases, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from evaluation.analysis.assignment import Assignment, assignment
from evaluation.analysis.changes import eligible
from evaluation.analysis.comparison_rows import (
    CHANGE_WORD,
    LEVEL_WORD,
    Side,
    common_scales,
    finish,
    line,
    side,
)
from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Bools, Floats, Frame, lineage
from evaluation.analysis.measures import Measures
from evaluation.common.ids import waves_part
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan, Release, Wave
from evaluation.plan.registers import Unit
from evaluation.plan.timing import covers, pairing
from evaluation.statistics.contrasts import Estimate
from evaluation.statistics.did import differences_in_change
from evaluation.statistics.exposure import dose_slopes, side_by_side

TRIAL, OUTSIDE = "forskel-forsoeg", "uden-forsoeg"
DOSE_TIME, DOSE_RULES = "dosis-tid", "dosis-regler"


def exposure_comparisons(frame: Frame, scores: Floats, measures: Measures, workspace: Workspace) -> pd.DataFrame:
    """Trials and doses of one survey, for every scale score.

    Designs: ``side_om_side`` levels in the last wave, ``udvikling`` difference between two changes, ``dosis`` slope
    of the change from no dose (0) to full dose (1).
    """
    if not frame.survey.unit:
        return conform("comparisons", pd.DataFrame())
    pair = pairing(workspace, frame.survey)
    waves = (pair.before, pair.after) if not pair.reason and {pair.before, pair.after} <= set(frame.waves) else None
    told = assignment(frame, workspace)
    last = max(frame.waves, key=lambda name: workspace.plan.wave(name).start)
    rows = _trial_levels(frame, scores, measures, workspace, last if waves is None else waves[1])
    if waves is not None:
        rows += _trial_changes(frame, scores, measures, workspace, waves)
    if told is not None and (around := waves or _around(told)) is not None:
        rows += _doses(frame, scores, measures, workspace, told, around)
    return finish(rows)


def _around(told: Assignment) -> tuple[str, str] | None:
    """Last wave before anybody's release, and the last wave of all; None without a wave before."""
    released = [told.timing[at] for at, one in enumerate(told.cohorts) if one.start is not None]
    before = min(when.last_before for when in released)
    return (told.waves[before], told.waves[-1]) if 0 <= before < len(told.waves) - 1 else None


def in_trial(frame: Frame, workspace: Workspace, wave: Wave) -> Bools | None:
    """Rows whose unit takes part in a trial that had begun when fieldwork ended, shape (N,); None without both kinds.

    Trials that name no unit say nothing about who takes part and are passed over.
    """
    root = lineage(workspace.registers.units)
    named = {
        root.get(unit, unit).casefold()
        for trial in workspace.registers.trials
        if trial.start is None or trial.start <= wave.end
        for unit in trial.units
    }
    inside = np.array([root.get(str(name), str(name)).casefold() in named for name in frame.unit], dtype=bool)
    known = frame.own & (frame.unit.astype(str) != "")
    return inside if (inside & known).any() and (~inside & known).any() else None


def _own(frame: Frame) -> Bools:
    return np.asarray(frame.own & (frame.unit.astype(str) != ""), dtype=bool)


def _weights(frame: Frame, rows: Bools) -> Floats | None:
    return None if frame.weights is None else frame.weights[rows]


def _trial_levels(
    frame: Frame, scores: Floats, measures: Measures, workspace: Workspace, wave: str
) -> list[dict[str, object]]:
    inside = in_trial(frame, workspace, workspace.plan.wave(wave))
    rows = _own(frame) & (frame.wave == frame.waves.index(wave))
    if inside is None or not rows.any():
        return []
    scales = common_scales(frame, scores, measures, workspace, (wave,))
    found = side_by_side(scales.values[rows], inside[rows], frame.cluster[rows], _weights(frame, rows))
    return [
        line(
            frame,
            workspace,
            scales,
            column,
            design="side_om_side",
            group=TRIAL,
            against=OUTSIDE,
            waves=waves_part(wave),
            level="enhed",
            wording=LEVEL_WORD,
            sides=(
                side(frame, scales.values[:, column], [rows & inside], one.clusters_exposed, one.exposed),
                side(frame, scales.values[:, column], [rows & ~inside], one.clusters_others, one.others),
            ),
            found=Estimate(one.difference, one.se, one.df, one.p_value, one.reason),
        )
        for column, one in enumerate(found)
    ]


def _trial_changes(
    frame: Frame, scores: Floats, measures: Measures, workspace: Workspace, waves: tuple[str, str]
) -> list[dict[str, object]]:
    inside = in_trial(frame, workspace, workspace.plan.wave(waves[1]))
    before, after = (frame.waves.index(name) for name in waves)
    rows = _own(frame) & eligible(frame, workspace, before, after)
    if inside is None or not rows.any():
        return []
    scales = common_scales(frame, scores, measures, workspace, waves)
    late = frame.wave == after
    found = differences_in_change(
        scales.values[rows], late[rows], inside[rows], frame.cluster[rows], _weights(frame, rows)
    )
    made = []
    for column, one in enumerate(found):
        values = scales.values[:, column]
        sides = (
            side(frame, values, _halves(rows & inside, late), one.clusters_released, one.released),
            side(frame, values, _halves(rows & ~inside, late), one.clusters_comparison, one.comparison),
        )
        made.append(
            line(
                frame,
                workspace,
                scales,
                column,
                design="udvikling",
                group=TRIAL,
                against=OUTSIDE,
                waves=waves_part(*waves),
                level="enhed",
                wording=CHANGE_WORD,
                sides=sides,
                found=Estimate(one.difference, one.se, one.df, one.p_value, one.reason),
                tested=True,
            )
        )
    return made


def _halves(rows: Bools, late: Bools) -> list[Bools]:
    return [rows & ~late, rows & late]


# -- dose --------------------------------------------------------------------------


def dose_of_time(plan: Plan, unit: Unit, wave: Wave) -> float | None:
    """Days the unit was released before ``wave``, of all days since the plan's first release; None before it."""
    first = min((release.start for release in plan.releases), default=None)
    if first is None or first >= wave.start:
        return None
    spans = sorted(
        (release.start, min(release.end or wave.start, wave.start))
        for release in plan.releases
        if covers(plan, release, unit) and release.start < wave.start
    )
    days, until = 0, date.min
    for start, end in spans:
        days += max(0, (end - max(start, until)).days)
        until = max(until, end)
    return days / (wave.start - first).days


def dose_of_rules(plan: Plan, unit: Unit, wave: Wave) -> float | None:
    """Share of the rules that any release lifts which are lifted for the unit during ``wave``; None without rules."""
    every = {rule for release in plan.releases for rule in _lifted(release)}
    if not every:
        return None
    here = {
        rule
        for release in plan.releases
        if covers(plan, release, unit) and release.start < wave.start and (release.end or wave.end) >= wave.start
        for rule in _lifted(release)
    }
    return len(here) / len(every)


def _lifted(release: Release) -> Sequence[str]:
    return [rule.id for rule in release.rules if rule.status == "ophaevet"]


def _doses(
    frame: Frame,
    scores: Floats,
    measures: Measures,
    workspace: Workspace,
    told: Assignment,
    waves: tuple[str, str],
) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    wave = workspace.plan.wave(waves[1])
    before, after = (frame.waves.index(name) for name in waves)
    rows = frame.own & (told.cohort >= 0) & ((frame.wave == before) | (frame.wave == after))
    late = frame.wave == after
    scales = common_scales(frame, scores, measures, workspace, waves)
    for group, rule in ((DOSE_TIME, dose_of_time), (DOSE_RULES, dose_of_rules)):
        dose = _of_rows(frame, workspace, rule, wave)
        if not rows.any() or not np.isfinite(dose[rows]).all() or len(np.unique(dose[rows])) < 2:
            continue
        # Where a unit has a dose of its own inside an area it is a cluster of its own, as in the cohorts.
        cluster = np.unique(np.column_stack([told.cluster[rows], dose[rows]]), axis=0, return_inverse=True)[1]
        found = dose_slopes(scales.values[rows], dose[rows], cluster.ravel(), _weights(frame, rows), after=late[rows])
        for column, one in enumerate(found):
            # A slope is no sum of units, so that none can be what is left of it.
            both = replace(side(frame, scales.values[:, column], _halves(rows, late), one.clusters, None), units=())
            made.append(
                line(
                    frame,
                    workspace,
                    scales,
                    column,
                    design="dosis",
                    group=group,
                    against="",
                    waves=waves_part(*waves),
                    level=told.level,
                    wording=CHANGE_WORD,
                    sides=(both, Side(both.n, both.persons, np.nan, None, ())),
                    found=Estimate(one.slope, one.se, one.df, one.p_value, one.reason),
                )
            )
    return made


def _of_rows(
    frame: Frame, workspace: Workspace, rule: Callable[[Plan, Unit, Wave], float | None], wave: Wave
) -> Floats:
    """Dose of every row's unit, NaN where unknown; merged units share the highest dose of those they consist of."""
    root = lineage(workspace.registers.units)
    found: dict[str, float] = {}
    for unit in workspace.registers.units:
        dose = rule(workspace.plan, unit, wave)
        if dose is not None:
            found[root[unit.id]] = max(dose, found.get(root[unit.id], 0.0))
    return np.array([found.get(root.get(str(name), ""), np.nan) for name in frame.unit], dtype=float)
