"""Development over all waves of a survey: the private table ``trends``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from evaluation.analysis.change_table import direction
from evaluation.analysis.comparison_rows import Scales, common_scales
from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Bools, Floats, Frame, Ints
from evaluation.analysis.groups import KOMMUNE
from evaluation.analysis.measures import Measure, Measures
from evaluation.common.ids import make_key, waves_part
from evaluation.plan.load import Workspace
from evaluation.plan.model import Wave
from evaluation.plan.timing import survey_period
from evaluation.statistics.contrasts import Estimate
from evaluation.statistics.sandwich import as_weights, cell_sums
from evaluation.statistics.tests import holm, interval, mdc
from evaluation.statistics.trend import Trend, trends_of_cells

#: Designs: a wave against the last before release; all waves alike; slopes a year, and their difference.
WAVE, JOINT = "boelge", "samlet"
SLOPES: Mapping[str, str] = {
    "haeldning-foer": "slope_before",
    "haeldning-efter": "slope_after",
    "haeldning-skift": "slope_change",
}
_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Steps:
    """Waves that lie wholly before or after every unit's release, in order of time.

    Attributes
    ----------
    waves : tuple of str
    reference : int
        The last one before.
    step : int array, shape (N,)
        Position in ``waves``; -1 for rows that take no part.
    time : float array, shape (waves,)
        Middle of the fieldwork in years after 2000.
    """

    waves: tuple[str, ...]
    reference: int
    step: Ints
    time: Floats


def steps(frame: Frame, workspace: Workspace) -> Steps | None:
    """Place the rows of the evaluated municipality in the waves; None without three waves, some on either side.

    Units that no release covers take part only when none of the survey's units is covered, as in ``estimates``; a wave
    that lies before the release of some units and after that of others is in nobody's trend.
    """
    units = {unit.id: unit for unit in workspace.registers.units}
    own = frame.own
    order = sorted(range(len(frame.waves)), key=lambda at: workspace.plan.wave(frame.waves[at]).start)
    sides: list[tuple[int, str, Bools]] = []
    for at in order:
        rows = own & (frame.wave == at)
        names, place = np.unique(frame.unit[rows].astype(str), return_inverse=True)
        wave = workspace.plan.wave(frame.waves[at])
        period = [survey_period(workspace, frame.survey, wave, units.get(str(name))) for name in names]
        kinds = set(period) - {"never"}
        if len(kinds) == 1 and (side := kinds.pop()) in ("before", "after"):
            taken = rows.copy()
            taken[rows] = np.array([name == side for name in period], dtype=bool)[place]
            sides.append((at, side, taken))
    before = sum(side == "before" for _, side, _ in sides)
    if len(sides) < 3 or not 0 < before < len(sides):
        return None
    step = np.full(frame.rows, -1, dtype=np.int64)
    for number, (_, _, taken) in enumerate(sides):
        step[taken] = number
    waves = tuple(frame.waves[at] for at, _, _ in sides)
    time = np.array([_year(workspace.plan.wave(name)) for name in waves])
    return Steps(waves, before - 1, step, time)


def _year(wave: Wave) -> float:
    middle = wave.start + timedelta(days=(wave.end - wave.start).days // 2)
    return (middle - date(2000, 1, 1)).days / _YEAR


def trends(frame: Frame, scores: Floats, measures: Measures, workspace: Workspace) -> pd.DataFrame:
    """Rows of every scale score of the kommune, on the items that all waves asked alike.

    ``boelge``: a wave less the last one before release. ``samlet``: the joint test that all waves are alike, the only
    rows with a p (one family a theme). ``haeldning-foer``, ``-efter``, ``-skift``: points a year.
    """
    told = steps(frame, workspace)
    if told is None:
        return conform("trends", pd.DataFrame())
    scales = common_scales(frame, scores, measures, workspace, told.waves)
    rows = told.step >= 0
    cluster = np.unique(frame.cluster[rows], return_inverse=True)[1].astype(np.int64)
    weights = as_weights(None if frame.weights is None else frame.weights[rows], int(rows.sum()))
    cells = cell_sums(
        scales.values[rows], told.step[rows], cluster, int(cluster.max()) + 1, weights, waves=len(told.waves)
    )
    made: list[dict[str, object]] = []
    for column, found in enumerate(trends_of_cells(cells, told.time, told.reference, independent=frame.independent)):
        made += _rows(frame, workspace, told, scales, column, found)
    return _corrected(finished(made))


def _rows(
    frame: Frame, workspace: Workspace, told: Steps, scales: Scales, column: int, found: Trend
) -> list[dict[str, object]]:
    measure, last = scales.measures[column], len(told.waves) - 1
    people = people_behind(frame, scales.values[:, column], told.step, len(told.waves))
    shared = described(frame, workspace, measure) | {
        "clusters": found.clusters,
        "comparable": scales.comparable[column],
    }
    made = []
    for step, one in enumerate(found.against):
        if step != told.reference:
            ends = sorted((step, told.reference))
            means = [np.nan if (m := found.means[at]) is None else m for at in ends]
            # In order of time: a wave before the last one before has the development up to it.
            turned = one if step > told.reference else _turned(one)
            part = {"before": means[0], "after": means[1], **_people(found, people, ends[:1], ends[1:])}
            made.append(shared | placed(WAVE, told.waves, ends) | numbers(turned, workspace) | part)
    early, late = list(range(told.reference + 1)), list(range(told.reference + 1, last + 1))
    whole = _people(found, people, early, late)
    for design, name in SLOPES.items():
        ends = {"slope_before": [0, told.reference], "slope_after": [told.reference + 1, last]}.get(name, [0, last])
        made.append(shared | placed(design, told.waves, ends) | numbers(getattr(found, name), workspace) | whole)
    joint = found.joint
    test = {
        "statistic": nan(joint.statistic),
        "df_num": joint.df_num,
        "df": nan(joint.df_denom),
        "p_value": nan(joint.p_value),
        "reason": joint.reason,
        "method": "described" if joint.reason else "cr2_wald",
        "family": f"{frame.survey.id}.{measure.theme}.boelger",
    }
    return [shared | placed(JOINT, told.waves, [0, last]) | test | whole, *made]


def _turned(one: Estimate) -> Estimate:
    return one if one.value is None else Estimate(-one.value, one.se, one.df, one.p_value, one.reason)


def placed(design: str, waves: Sequence[str], ends: Sequence[int]) -> dict[str, object]:
    """Which number a row holds, between which waves."""
    return {"design": design, "group": KOMMUNE, "waves": waves_part(waves[ends[0]], waves[ends[1]])}


def described(frame: Frame, workspace: Workspace, measure: Measure) -> dict[str, object]:
    """Columns that all rows of a measure share."""
    delta = workspace.plan.delta(frame.survey.id)
    return {
        "survey": frame.survey.id,
        "theme": measure.theme,
        "measure": measure.id,
        "stat": measure.stat,
        "higher_is": measure.higher_is,
        "delta": np.nan if delta is None else delta.points,
        "alpha": workspace.plan.decision.alpha,
        "weighting": frame.weighting,
        "base": measure.base,
    }


def numbers(found: Estimate, workspace: Workspace, method: str = "cr2") -> dict[str, object]:
    """An estimate with its interval, direction and detectable change; no p: it stands outside every family."""
    alpha = workspace.plan.decision.alpha
    low, high = interval(found.value, found.se, found.df, 1 - alpha)
    value = nan(found.value)
    return {
        "estimate": value,
        "direction": str(direction(np.array([value]), np.array([False]))[0]),
        "se": nan(found.se),
        "df": nan(found.df),
        "ci_low": nan(low),
        "ci_high": nan(high),
        "mdc80": nan(mdc(found.se, found.df, alpha)),
        "method": "described" if found.se is None else method,
        "reason": found.reason,
    }


def people_behind(frame: Frame, values: Floats, step: Ints, waves: int) -> tuple[list[int], int]:
    """Distinct people with a value in each wave, and the fewest of the municipality who take no part in one of them.

    0 where everybody takes part in every wave.
    """
    valid = ~np.isnan(values)
    if frame.weights is not None:
        valid &= np.nan_to_num(frame.weights) > 0
    inside = [len(np.unique(frame.counted[valid & (step == at)])) for at in range(waves)]
    out = valid & frame.own & (step < 0)
    apart = [len(np.unique(frame.counted[out & (frame.wave == at)])) for at in np.unique(frame.wave[step >= 0])]
    return inside, min((count for count in apart if count), default=0)


def _people(found: Trend, people: tuple[list[int], int], early: list[int], late: list[int]) -> dict[str, object]:
    inside, apart = people
    return {
        "n_before": min(found.n[at] for at in early),
        "n_after": min(found.n[at] for at in late),
        "_persons": min(inside[at] for at in (*early, *late)),
        "_persons_apart": apart,
    }


def finished(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Rows as the table, each with its key."""
    made = []
    for row in rows:
        part = (str(row["measure"]), str(row["stat"]), str(row["design"]), str(row["waves"]))
        made.append({"key": make_key(str(row["survey"]), *part), **row})
    return conform("trends", pd.DataFrame(made))


def _corrected(table: pd.DataFrame) -> pd.DataFrame:
    """Holm's correction within every family of joint tests."""
    for name in dict.fromkeys(table.loc[table["family"] != "", "family"]):
        at = table.index[table["family"] == name]
        p = [None if np.isnan(value) else float(value) for value in table.loc[at, "p_value"]]
        table.loc[at, "family_size"] = float(sum(value is not None for value in p))
        table.loc[at, "p_adjusted"] = [np.nan if value is None else value for value in holm(p)]
    return table


def nan(value: float | None) -> float:
    """``value`` as tables hold it."""
    return np.nan if value is None else float(value)
