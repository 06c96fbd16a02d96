"""Change between two waves for every measure and group: the private table ``estimates``, before families."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.analysis.cells import Moments, joint, moments, segment_sums
from evaluation.analysis.change_table import Found, Setting, change_table, difference
from evaluation.analysis.checks import checks
from evaluation.analysis.effects import effects
from evaluation.analysis.estimates import join
from evaluation.analysis.frame import Bools, Floats, Frame, Ints
from evaluation.analysis.groups import COMPARISON, KOMMUNE, Partition
from evaluation.analysis.measures import Measures, Pair
from evaluation.analysis.uncertainty import change_uncertainty, pooled_sd, unit_uncertainty
from evaluation.common.ids import waves_part
from evaluation.plan.load import Workspace
from evaluation.plan.timing import survey_period


def eligible(frame: Frame, workspace: Workspace, before: int, after: int) -> Bools:
    """Rows that take part in the comparison, shape (N,).

    A unit takes part with a wave that lies wholly before, or wholly after, its own release;
    fieldwork that spans the date belongs to neither. Units that no release covers take
    part only when none of the survey's units is covered. Rows of the comparison
    municipality follow the waves. Where the plan names the waves, only *overgang* is left out.
    """
    units = {unit.id: unit for unit in workspace.registers.units}
    keep = np.zeros(frame.rows, dtype=bool)
    names, place = np.unique(frame.unit.astype(str), return_inverse=True)
    for position, side in ((before, "before"), (after, "after")):
        wave = workspace.plan.wave(frame.waves[position])
        found = np.array([survey_period(workspace, frame.survey, wave, units.get(str(n))) for n in names], dtype=object)
        period = found[place]
        if (period[frame.own] == "never").all():
            period = np.full(frame.rows, side, dtype=object)
        fits = period != "overgang" if frame.survey.compare else period == side
        keep |= (frame.wave == position) & (fits | ~frame.own)
    return keep


def _paired(frame: Frame, values: Floats, after: Bools, group: Ints, groups: int) -> Floats:
    """People with a value in both waves, in the same group, per (group, measure); NaN unless a panel."""
    if frame.survey.design != "panel":
        return np.full((groups, values.shape[1]), np.nan)
    code, owner = joint(group, frame.person)
    valid = ~np.isnan(values)
    early = segment_sums((valid & ~after[:, None]).astype(float), code, len(owner)) > 0
    late = segment_sums((valid & after[:, None]).astype(float), code, len(owner)) > 0
    return segment_sums((early & late).astype(float), owner, groups)


def changes(
    frame: Frame, measures: Measures, pair: Pair, groupings: Sequence[Partition], workspace: Workspace, setting: Setting
) -> pd.DataFrame:
    """Make the table ``estimates`` of one survey without families and verdicts; the comparison's difference last."""
    after = frame.wave == setting.after
    keep = eligible(frame, workspace, setting.before, setting.after)
    parts = [_of_partition(frame, measures, pair, grouping, after, keep, setting) for grouping in groupings]
    by_kind = {grouping.kind: part for grouping, part in zip(groupings, parts, strict=True)}
    if COMPARISON in by_kind:
        parts.append(difference(by_kind[KOMMUNE], by_kind[COMPARISON]))
    return join("estimates", parts)


def _of_partition(
    frame: Frame, measures: Measures, pair: Pair, grouping: Partition, after: Bools, keep: Bools, setting: Setting
) -> pd.DataFrame:
    groups = len(grouping.groups)
    group = np.where(keep, grouping.code, -1)
    cell = np.where(group >= 0, group * 2 + after, -1)
    both = moments(pair.values, cell, groups * 2, frame.counted, frame.weights)
    early, late = _split(both, 0), _split(both, 1)
    if grouping.estimator == "pooled":
        around = unit_uncertainty(early.n_eff, late.n_eff, pooled_sd(both))
    else:
        around = change_uncertainty(frame, pair.values, after, group, groups, setting.estimand, setting.population)
    fewest = np.minimum(early.n, late.n)
    blank = np.full(fewest.shape, np.nan)
    sizes = (blank, blank, blank)
    rows = (frame, measures.measures, pair.values, after, group, grouping)
    if grouping.estimator == "cluster":
        sizes = effects(*rows, setting.estimand, setting.population, 1 - setting.alpha, fewest)
    checked = checks(*rows, around, waves_part(frame.waves[setting.before], frame.waves[setting.after]))
    paired = _paired(frame, pair.values, after, group, groups)
    return change_table(frame, measures, pair, grouping, setting, Found(early, late, around, sizes, paired, checked))


def _split(both: Moments, side: int) -> Moments:
    return Moments(*(getattr(both, name)[side::2] for name in Moments.__slots__))
