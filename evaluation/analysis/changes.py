"""Change between two waves for every measure and group: the private table ``estimates``, before families."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.analysis.cells import Moments, joint, moments, segment_sums
from evaluation.analysis.estimates import conform, join
from evaluation.analysis.frame import Bools, Floats, Frame, Ints
from evaluation.analysis.groups import COMPARISON, DIFFERENCE, KOMMUNE, Partition
from evaluation.analysis.levels import intervals
from evaluation.analysis.measures import Measures, Pair
from evaluation.analysis.uncertainty import Uncertainty, change_uncertainty, pooled_sd, unit_uncertainty
from evaluation.common.ids import waves_part
from evaluation.plan.load import Workspace
from evaluation.plan.model import Delta, Estimand
from evaluation.plan.timing import survey_period
from evaluation.statistics.effects import hedges_g
from evaluation.statistics.tests import mdc

#: A change that rounds to 0 in whole points (procentpoint for shares) has direction ``ingen``.
HALF_POINT = 0.5
NOT_COMPARABLE = "not_comparable"
ONE_WAVE = "one_wave_only"
DESCRIPTION = "difference_untested"
#: Fewest answers in both waves for an effect size; below it the gate would hide it anyway.
EFFECT_FROM = 30


@dataclass(frozen=True, slots=True)
class Setting:
    """What the changes of one survey share."""

    before: int
    after: int
    estimand: Estimand
    alpha: float
    delta: Delta | None
    population: Floats | None
    invited: dict[tuple[str, str], tuple[int, str]]


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


def _effects(
    frame: Frame,
    measures: Measures,
    values: Floats,
    after: Bools,
    group: Ints,
    grouping: Partition,
    setting: Setting,
    fewest: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Hedges' g and its interval for scale scores in every group, for item means in the kommune."""
    shape = (len(grouping.groups), len(measures.measures))
    made = tuple(np.full(shape, np.nan) for _ in range(3))
    wanted = ("score", "snit") if grouping.kind == KOMMUNE else ("score",)
    for position in range(shape[0]):
        here = np.flatnonzero(group == position)
        for column, measure in enumerate(measures.measures):
            if measure.stat not in wanted or fewest[position, column] < EFFECT_FROM:
                continue
            effect = hedges_g(
                values[here, column],
                after[here],
                frame.cluster[here],
                None if frame.weights is None else frame.weights[here],
                level=1 - setting.alpha,
                estimand=setting.estimand,
                population=None if setting.population is None else setting.population[here],
                person=frame.person[here],
                independent=not frame.survey.unit,
            )
            for target, value in zip(made, (effect.value, effect.low, effect.high), strict=True):
                target[position, column] = np.nan if value is None else value
    return made[0], made[1], made[2]


def changes(
    frame: Frame, measures: Measures, pair: Pair, groupings: Sequence[Partition], workspace: Workspace, setting: Setting
) -> pd.DataFrame:
    """Make the table ``estimates`` of one survey without families and verdicts; the comparison's difference last."""
    after = frame.wave == setting.after
    keep = eligible(frame, workspace, setting.before, setting.after)
    parts = [_of_partition(frame, measures, pair, grouping, after, keep, setting) for grouping in groupings]
    by_kind = {grouping.kind: part for grouping, part in zip(groupings, parts, strict=True)}
    if COMPARISON in by_kind:
        parts.append(_difference(by_kind[KOMMUNE], by_kind[COMPARISON]))
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
    effects = (blank, blank, blank)
    if grouping.estimator == "cluster":
        effects = _effects(frame, measures, pair.values, after, group, grouping, setting, fewest)
    paired = _paired(frame, pair.values, after, group, groups)
    return _table(frame, measures, pair, grouping, setting, early, late, around, effects, paired)


def _split(both: Moments, side: int) -> Moments:
    return Moments(*(getattr(both, name)[side::2] for name in Moments.__slots__))


def _reason(early: Moments, late: Moments, around: Uncertainty, pair: Pair) -> np.ndarray:
    reason = around.reason.copy()
    reason[(early.n > 0) != (late.n > 0)] = ONE_WAVE
    reason[:, np.array([c == "nej" for c in pair.comparable], dtype=bool)] = NOT_COMPARABLE
    return reason


def _deltas(measures: Measures, delta: Delta | None) -> np.ndarray:
    """δ per measure in its own unit: points for scores and means, share 0–1 for shares."""
    if delta is None:
        return np.full(len(measures.measures), np.nan)
    return np.array([delta.shares / 100 if m.stat == "andel" else delta.points for m in measures.measures])


def direction(change: np.ndarray, share: np.ndarray) -> np.ndarray:
    """``op``, ``ned`` or ``ingen`` by the sign of a change; ``""`` where there is none.

    ``ingen`` where it rounds to 0 in whole points (whole procentpoint for shares).
    """
    points = np.where(share, change * 100, change)
    words = np.where(np.abs(points) < HALF_POINT, "ingen", np.where(points > 0, "op", "ned"))
    return np.where(np.isnan(change), "", words).astype(object)


def _table(
    frame: Frame,
    measures: Measures,
    pair: Pair,
    grouping: Partition,
    setting: Setting,
    early: Moments,
    late: Moments,
    around: Uncertainty,
    effects: tuple[Floats, Floats, Floats],
    paired: Floats,
) -> pd.DataFrame:
    groups, count = len(grouping.groups), len(measures.measures)
    waves = waves_part(frame.waves[setting.before], frame.waves[setting.after])
    test = grouping.estimator == "cluster"
    both = (early.n > 0) & (late.n > 0)
    before, after = np.where(both, early.mean, np.nan), np.where(both, late.mean, np.nan)
    change = after - before
    low, high = intervals(change, around.se, around.df, 1 - setting.alpha)
    eq_low, eq_high = intervals(change, around.se, around.df, 1 - 2 * setting.alpha)
    column = np.tile(np.arange(count), groups)
    row = np.repeat(np.arange(groups), count)
    per_measure = {
        name: np.array([getattr(m, name) for m in measures.measures], dtype=object)[column]
        for name in ("theme", "stat", "higher_is")
    }
    names = np.array([m.id for m in measures.measures], dtype=object)[column]
    group = np.array(grouping.groups, dtype=object)[row]
    stats = per_measure["stat"]
    invited = [
        [setting.invited.get((g, frame.waves[w]), (np.nan, ""))[0] for g in grouping.groups]
        for w in (setting.before, setting.after)
    ]
    detectable = np.array(
        [
            np.nan if not test or np.isnan(s) else mdc(float(s), float(d), setting.alpha)
            for s, d in zip(around.se.ravel(), around.df.ravel(), strict=True)
        ],
        dtype=float,
    )

    def flat(values: np.ndarray) -> np.ndarray:
        return values.ravel()

    def tested(values: np.ndarray) -> np.ndarray:
        return values.ravel() if test else np.full(values.size, np.nan)

    effect = tested(effects[0])
    table = pd.DataFrame(
        {
            "key": frame.survey.id + "." + names + "." + stats + "." + group + "." + waves,
            "survey": frame.survey.id,
            **per_measure,
            "measure": names,
            "group": group,
            "waves": waves,
            "design": frame.survey.design,
            "estimand": setting.estimand,
            "invited_before": np.array(invited[0], dtype=float)[row],
            "invited_after": np.array(invited[1], dtype=float)[row],
            "n_before": flat(early.n),
            "n_after": flat(late.n),
            "n_paired": flat(paired),
            "n_eff_before": flat(around.n_eff),
            "n_eff_after": flat(around.n_eff_after),
            "clusters": flat(around.clusters),
            "before": flat(before),
            "after": flat(after),
            "change": flat(change),
            "direction": direction(flat(change), stats == "andel"),
            "se": flat(around.se),
            "df": flat(around.df),
            "ci_low": flat(low),
            "ci_high": flat(high),
            "eq_low": tested(eq_low),
            "eq_high": tested(eq_high),
            "p_value": tested(around.p_value),
            "effect_name": np.where(np.isnan(effect), "", "hedges_g").astype(object),
            "effect_size": effect,
            "effect_low": tested(effects[1]),
            "effect_high": tested(effects[2]),
            "delta": _deltas(measures, setting.delta)[column],
            "alpha": setting.alpha,
            "mdc80": detectable,
            "method": flat(around.method),
            "weighting": frame.weighting,
            "comparable": np.array(pair.comparable, dtype=object)[column],
            "base": "besvaret",
            "reason": flat(_reason(early, late, around, pair)),
            "_grouping": grouping.kind,
            "_persons_before": flat(early.persons),
            "_persons_after": flat(late.persons),
            "_side_before": np.where(stats == "andel", flat(early.side), np.nan),
            "_side_after": np.where(stats == "andel", flat(late.side), np.nan),
        }
    )
    return conform("estimates", table)


def _difference(own: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """*Forskel i udvikling*: the kommune's change minus the comparison's, without test, interval or verdict.

    One municipality against one is one cluster against one: nothing in the data says how
    much two municipalities drift apart anyway, so any standard error would promise too much.
    """
    described = [
        "survey",
        "theme",
        "measure",
        "stat",
        "higher_is",
        "waves",
        "design",
        "estimand",
        "delta",
        "alpha",
        "weighting",
        "comparable",
        "base",
    ]
    table = own[described].copy()
    for name in ("n_before", "n_after", "clusters"):
        table[name] = own[name] + other[name]
    for name in ("_persons_before", "_persons_after", "_side_before", "_side_after"):
        table[name] = np.minimum(own[name], other[name])
    table["change"] = own["change"] - other["change"]
    table["direction"] = direction(table["change"].to_numpy(), (own["stat"] == "andel").to_numpy())
    table["group"] = DIFFERENCE
    table["key"] = [
        f"{s}.{m}.{t}.{DIFFERENCE}.{w}"
        for s, m, t, w in zip(own["survey"], own["measure"], own["stat"], own["waves"], strict=True)
    ]
    table["method"] = DESCRIPTION
    missing = table["change"].isna()
    table["reason"] = np.where(missing, np.where(own["change"].isna(), own["reason"], other["reason"]), "")
    table["_grouping"] = DIFFERENCE
    return conform("estimates", table)
