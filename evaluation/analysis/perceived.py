"""Perceived change (*oplevet ændring*): asked once, an estimate of its own, never pooled with measured change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.analysis.cells import distinct, moments, segment_sums
from evaluation.analysis.estimates import conform, join
from evaluation.analysis.frame import STATE_CODE, Floats, Frame, Ints
from evaluation.analysis.groups import Partition
from evaluation.analysis.uncertainty import level_uncertainty, pooled_sd, unit_uncertainty
from evaluation.common.ids import slug
from evaluation.plan.model import Estimand
from evaluation.responses.model import State
from evaluation.statistics.many import intervals

_NOT_ASKED = (STATE_CODE[State.NOT_ASKED], STATE_CODE[State.TECHNICAL])


def perceived(
    frame: Frame,
    scores: Floats,
    groupings: Sequence[Partition],
    estimand: Estimand,
    population: Floats | None,
    alpha: float,
) -> pd.DataFrame:
    """Make the table ``perceived`` of one survey.

    An answer counts −1 (score below 50: worse), 0 (50) or +1 (above 50: better); ``net`` is
    the mean of these, share better minus share worse in procentpoint.
    """
    columns = [i for i, item in enumerate(frame.instrument.items) if item.kind == "perceived"]
    if not columns:
        return conform("perceived", pd.DataFrame())
    turned = np.array([-1.0 if frame.instrument.items[i].reversed else 1.0 for i in columns])
    sign = np.sign(scores[:, columns] - 50.0) * turned
    parts = [_of_partition(frame, columns, sign, grouping, estimand, population, alpha) for grouping in groupings]
    return join("perceived", parts)


def _of_partition(
    frame: Frame,
    columns: list[int],
    sign: Floats,
    grouping: Partition,
    estimand: Estimand,
    population: Floats | None,
    alpha: float,
) -> pd.DataFrame:
    waves = len(frame.waves)
    cells = len(grouping.groups) * waves
    cell = np.where(grouping.code >= 0, grouping.code * waves + frame.wave, -1)
    found = moments(sign, cell, cells, frame.counted, frame.weights)
    if grouping.estimator == "pooled":
        around = unit_uncertainty(found.n_eff, None, pooled_sd(found))
    else:
        around = level_uncertainty(frame, sign, cell, cells, estimand, population)
    low, high = intervals(found.mean, around.se, around.df, 1 - alpha)
    row, column = np.nonzero(np.tile([frame.asked(w)[columns] for w in range(waves)], (len(grouping.groups), 1)))
    items = [frame.instrument.items[i] for i in columns]
    names = np.array([item.id for item in items], dtype=object)[column]
    group = np.array(grouping.groups, dtype=object)[row // waves]
    slugs = np.array([slug(w) for w in frame.waves], dtype=object)[row % waves]
    table = {
        "key": frame.survey.id + "." + names + ".andel." + group + "." + slugs,
        "survey": frame.survey.id,
        "theme": np.array([item.theme for item in items], dtype=object)[column],
        "item": names,
        "group": group,
        "wave": np.array(frame.waves, dtype=object)[row % waves],
        "base": "vurderet",
    }
    numbers = _shares(frame, columns, sign, cell, cells) | {
        "n": found.n,
        "net": found.mean * 100,
        "se": around.se * 100,
        "df": around.df,
        "ci_low": low * 100,
        "ci_high": high * 100,
        "clusters": around.clusters,
        "reason": around.reason,
        "_persons": found.persons,
    }
    table |= {name: values[row, column] for name, values in numbers.items()}
    return conform("perceived", pd.DataFrame(table | {"_grouping": grouping.kind}))


def _shares(frame: Frame, columns: list[int], sign: Floats, cell: Ints, cells: int) -> dict[str, Floats]:
    """Shares of those who rated a change, and of those asked, each of shape (cells, items)."""
    weight = (np.ones(frame.rows) if frame.weights is None else np.nan_to_num(frame.weights))[:, None]
    states = frame.states[:, columns]
    asked = ~np.isin(states, _NOT_ASKED)
    asked_weight = segment_sums(asked * weight, cell, cells)
    rated_weight = segment_sums(~np.isnan(sign) * weight, cell, cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        made = {
            name: segment_sums((sign == side) * weight, cell, cells) / rated_weight
            for name, side in (("share_worse", -1.0), ("share_same", 0.0), ("share_better", 1.0))
        } | {
            name: segment_sums((states == STATE_CODE[state]) * weight, cell, cells) / asked_weight
            for name, state in (("share_dont_know", State.DONT_KNOW), ("share_not_here", State.NOT_RELEVANT))
        }
    made["asked"] = segment_sums(asked.astype(float), cell, cells)
    made["_persons_asked"] = distinct(asked, cell, frame.counted, cells)
    return made
