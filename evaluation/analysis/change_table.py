"""The rows of the private table ``estimates``: changes as found, laid out by measure and group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.analysis.cells import Moments
from evaluation.analysis.checks import Checks
from evaluation.analysis.effects import EFFECT_OF
from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Floats, Frame
from evaluation.analysis.groups import DIFFERENCE, Partition
from evaluation.analysis.measures import Measures, Pair
from evaluation.analysis.uncertainty import Uncertainty
from evaluation.common.ids import waves_part
from evaluation.plan.model import Delta, Estimand
from evaluation.statistics import reasons
from evaluation.statistics.many import intervals, mdcs

#: A change that rounds to 0 in whole points (procentpoint for shares) has direction ``ingen``.
HALF_POINT = 0.5
NOT_COMPARABLE = "not_comparable"
ONE_WAVE = "one_wave_only"
DESCRIPTION = "difference_untested"
_SHARED = (
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
)


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


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for every (group, measure) of a partition: waves, uncertainty, effect sizes, pairs, checks."""

    early: Moments
    late: Moments
    around: Uncertainty
    effects: tuple[Floats, Floats, Floats]
    paired: Floats
    checks: Checks


def _reason(found: Found, pair: Pair) -> np.ndarray:
    reason = found.around.reason.copy()
    reason[(found.early.n > 0) != (found.late.n > 0)] = ONE_WAVE
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


def change_table(
    frame: Frame, measures: Measures, pair: Pair, grouping: Partition, setting: Setting, found: Found
) -> pd.DataFrame:
    """One row a group × measure, in that order; all numbers of a comparison are missing where a wave is."""
    table = _described(frame, measures, pair, grouping, setting)
    share = (table["stat"] == "andel").to_numpy()
    numbers = _waves(found, share) | _around(found, setting, grouping.estimator == "cluster")
    named = np.where(np.isnan(found.effects[0].ravel()), "", table["stat"].map(EFFECT_OF).fillna("")).astype(object)
    table = table.assign(**numbers, effect_name=named, reason=_reason(found, pair).ravel())
    return conform("estimates", table.assign(direction=direction(table["change"].to_numpy(), share)))


def _described(frame: Frame, measures: Measures, pair: Pair, grouping: Partition, setting: Setting) -> pd.DataFrame:
    """Make the columns that say what a row is about."""
    groups, count = len(grouping.groups), len(measures.measures)
    column, row = np.tile(np.arange(count), groups), np.repeat(np.arange(groups), count)
    waves = waves_part(frame.waves[setting.before], frame.waves[setting.after])
    names = {
        name: np.array([getattr(m, name) for m in measures.measures], dtype=object)[column]
        for name in ("id", "theme", "stat", "higher_is")
    }
    group = np.array(grouping.groups, dtype=object)[row]
    invited = {
        name: np.array([setting.invited.get((g, frame.waves[w]), (np.nan, ""))[0] for g in grouping.groups], float)[row]
        for name, w in (("invited_before", setting.before), ("invited_after", setting.after))
    }
    measure = names.pop("id")
    return pd.DataFrame(
        {
            "key": frame.survey.id + "." + measure + "." + names["stat"] + "." + group + "." + waves,
            "survey": frame.survey.id,
            **names,
            **invited,
            "measure": measure,
            "group": group,
            "waves": waves,
            "design": frame.survey.design,
            "estimand": setting.estimand,
            "delta": _deltas(measures, setting.delta)[column],
            "alpha": setting.alpha,
            "weighting": frame.weighting,
            "comparable": np.array(pair.comparable, dtype=object)[column],
            "base": np.array([m.base for m in measures.measures], dtype=object)[column],
            "_grouping": grouping.kind,
        }
    )


def _waves(found: Found, share: np.ndarray) -> dict[str, np.ndarray]:
    """Numbers of people and means of both waves."""
    early, late, around = found.early, found.late, found.around
    both = (early.n > 0) & (late.n > 0)
    before, after = (np.where(both, part.mean, np.nan).ravel() for part in (early, late))
    return {
        "n_before": early.n.ravel(),
        "n_after": late.n.ravel(),
        "n_paired": found.paired.ravel(),
        "n_eff_before": around.n_eff.ravel(),
        "n_eff_after": around.n_eff_after.ravel(),
        "clusters": around.clusters.ravel(),
        "largest_share": found.checks.largest_share.ravel(),
        "before": before,
        "after": after,
        "change": after - before,
        "_persons_before": early.persons.ravel(),
        "_persons_after": late.persons.ravel(),
        "_side_before": np.where(share, early.side.ravel(), np.nan),
        "_side_after": np.where(share, late.side.ravel(), np.nan),
    }


def _around(found: Found, setting: Setting, test: bool) -> dict[str, np.ndarray]:
    """Uncertainty, test and effect size; without ``test`` only the standard error and its interval."""
    se, df = found.around.se.ravel(), found.around.df.ravel()
    both = (found.early.n > 0) & (found.late.n > 0)
    change = np.where(both, found.late.mean - found.early.mean, np.nan).ravel()
    low, high = intervals(change, se, df, 1 - setting.alpha)
    made = {"se": se, "df": df, "ci_low": low, "ci_high": high, "method": found.around.method.ravel()}
    if not test:
        return made
    eq_low, eq_high = intervals(change, se, df, 1 - 2 * setting.alpha)
    effect, effect_low, effect_high = (part.ravel() for part in found.effects)
    return made | {
        "eq_low": eq_low,
        "eq_high": eq_high,
        "p_value": found.around.p_value.ravel(),
        "p_bootstrap": found.checks.p_bootstrap.ravel(),
        "bootstrap_draws": found.checks.draws.ravel(),
        "mdc80": mdcs(se, df, setting.alpha),
        "effect_size": effect,
        "effect_low": effect_low,
        "effect_high": effect_high,
    }


def difference(own: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """*Forskel i udvikling*: the kommune's change minus the comparison's, without test, interval or verdict.

    One municipality against one is one cluster against one: nothing in the data says how
    much two municipalities drift apart anyway, so any standard error would promise too much.
    """
    table = own[list(_SHARED)].copy()
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
    table["reason"] = np.where(
        missing, np.where(own["change"].isna(), own["reason"], other["reason"]), reasons.ONE_CLUSTER_IN_GROUP
    )
    table["_grouping"] = DIFFERENCE
    return conform("estimates", table)
