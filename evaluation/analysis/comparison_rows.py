"""The rows of the private table ``comparisons``: what every kind of comparison fills in alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.analysis.change_table import direction
from evaluation.analysis.comparability import item_comparisons
from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Bools, Floats, Frame
from evaluation.analysis.groups import unit_group
from evaluation.analysis.measures import Measure, Measures
from evaluation.common.ids import make_key
from evaluation.plan.load import Workspace
from evaluation.statistics.contrasts import Estimate
from evaluation.statistics.scoring import scale_scores
from evaluation.statistics.tests import holm, interval, mdc

#: What a difference may be called (design.md 4): a level, a change, or, under conditions, an effect.
LEVEL_WORD, CHANGE_WORD, EFFECT_WORD = "forskel", "forskel_i_udvikling", "effekt"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: fewest answers and fewest distinct people in a wave, clusters, value, units."""

    n: int
    persons: int
    clusters: float
    value: float | None
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scales:
    """Scale scores on the items that all ``waves`` asked alike.

    ``values`` has shape (N, scales); scales that share too few items are not among ``measures``; ``comparable`` is
    ``ja`` or ``med_forbehold``.
    """

    measures: tuple[Measure, ...]
    values: Floats
    comparable: tuple[str, ...]


def common_scales(
    frame: Frame, scores: Floats, measures: Measures, workspace: Workspace, waves: Sequence[str]
) -> Scales:
    """Score every scale on the items that all ``waves`` asked and asked alike."""
    places = [frame.waves.index(name) for name in waves]
    asked = np.array([frame.asked(place) for place in places])
    verdicts: dict[str, set[str]] = {}
    if len(waves) > 1:
        for one in item_comparisons(workspace, frame.survey, frame.instrument, frame.responses):
            if one.before in waves and one.after in waves:
                verdicts.setdefault(one.item, set()).add(one.comparable)
    kept, values, comparable = [], [], []
    for measure in measures.measures:
        if measure.stat != "score":
            continue
        scale = frame.instrument.scale(measure.id)
        ever = [i for i in measure.items if asked[:, i].any()]
        told = {i: verdicts.get(frame.instrument.items[i].id, set()) for i in ever}
        use = [i for i in ever if asked[:, i].all() and "nej" not in told[i]]
        if len(use) < scale.min_answered:
            continue
        turned = np.array([frame.instrument.items[i].reversed for i in use], dtype=bool)
        kept.append(measure)
        values.append(scale_scores(scores[:, use], turned, scale.min_answered))
        reserved = len(use) < len(ever) or any("med_forbehold" in told[i] for i in use)
        comparable.append("med_forbehold" if reserved else "ja")
    matrix = np.column_stack(values) if values else np.empty((frame.rows, 0))
    return Scales(tuple(kept), np.asarray(matrix, dtype=float), tuple(comparable))


def side(frame: Frame, values: Floats, cells: Sequence[Bools], clusters: float, value: float | None) -> Side:
    """Count one side of a comparison: ``cells`` are the rows of each of its waves."""
    valid = ~np.isnan(values)
    if frame.weights is not None:
        valid &= np.nan_to_num(frame.weights) > 0
    met = [rows & valid for rows in cells]
    units = sorted({str(name) for rows in met for name in np.unique(frame.unit[rows].astype(str))})
    return Side(
        n=min(int(rows.sum()) for rows in met),
        persons=min(len(np.unique(frame.counted[rows])) for rows in met),
        clusters=clusters,
        value=value,
        units=tuple(unit_group(name) for name in units if name),
    )


def line(
    frame: Frame,
    workspace: Workspace,
    scales: Scales,
    column: int,
    *,
    design: str,
    group: str,
    against: str,
    waves: str,
    level: str,
    wording: str,
    sides: tuple[Side, Side],
    found: Estimate,
    tested: bool = False,
    more: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """One row. ``tested`` rows keep their p for a family; others have an interval only."""
    measure, delta = scales.measures[column], workspace.plan.delta(frame.survey.id)
    mine, other = sides
    return {
        "key": make_key(frame.survey.id, measure.id, measure.stat, group, waves),
        "survey": frame.survey.id,
        "theme": measure.theme,
        "measure": measure.id,
        "stat": measure.stat,
        "higher_is": measure.higher_is,
        "design": design,
        "group": group,
        "against": against,
        "waves": waves,
        "level": level,
        "wording": wording,
        "n_group": mine.n,
        "n_against": other.n,
        "clusters_group": mine.clusters,
        "clusters_against": other.clusters,
        "value_group": _nan(mine.value),
        "value_against": _nan(other.value),
        "difference": _nan(found.value),
        "family": f"{frame.survey.id}.{group}.{waves}" if tested else "",
        "delta": np.nan if delta is None else delta.points,
        "weighting": frame.weighting,
        "comparable": scales.comparable[column],
        "base": measure.base,
        **_around(found, workspace.plan.decision.alpha, tested),
        "_persons_group": mine.persons,
        "_persons_against": other.persons,
        "_units_group": ";".join(mine.units),
        "_units_against": ";".join(other.units),
        **(more or {}),
    }


def _around(found: Estimate, alpha: float, tested: bool) -> dict[str, object]:
    """Error, interval and test of a row; p only where it is in a family."""
    low, high = interval(found.value, found.se, found.df, 1 - alpha)
    return {
        "se": _nan(found.se),
        "df": _nan(found.df),
        "ci_low": _nan(low),
        "ci_high": _nan(high),
        "p_value": _nan(found.p_value) if tested else np.nan,
        "alpha": alpha,
        "mdc80": _nan(mdc(found.se, found.df, alpha)),
        "method": "described" if found.se is None else "cr2_unit",
        "reason": found.reason,
    }


def finish(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows as the table, with directions, and Holm's correction within every family."""
    table = conform("comparisons", pd.DataFrame(list(rows)))
    table["direction"] = direction(table["difference"].to_numpy(dtype=float), np.zeros(len(table), dtype=bool))
    for name in dict.fromkeys(table.loc[table["family"] != "", "family"]):
        at = table.index[table["family"] == name]
        p = [None if np.isnan(value) else float(value) for value in table.loc[at, "p_value"]]
        table.loc[at, "family_size"] = float(sum(value is not None for value in p))
        table.loc[at, "p_adjusted"] = [np.nan if value is None else value for value in holm(p)]
    return table


def _nan(value: float | None) -> float:
    return np.nan if value is None else float(value)
