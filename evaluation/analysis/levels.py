"""Means, scores and shares of every wave and group: the private table ``levels``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.analysis.cells import Moments, moments
from evaluation.analysis.estimates import conform, join
from evaluation.analysis.frame import Floats, Frame
from evaluation.analysis.groups import Partition
from evaluation.analysis.measures import Measures
from evaluation.analysis.uncertainty import Uncertainty, level_uncertainty, pooled_sd, unit_uncertainty
from evaluation.common.ids import slug
from evaluation.plan.model import Estimand
from evaluation.statistics.many import intervals


def levels(
    frame: Frame,
    measures: Measures,
    groupings: Sequence[Partition],
    estimand: Estimand,
    population: Floats | None,
    alpha: float,
) -> pd.DataFrame:
    """Make the table ``levels`` of one survey: one row a measure × group × wave that asked it."""
    parts = []
    for grouping in groupings:
        waves = len(frame.waves)
        cells = len(grouping.groups) * waves
        cell = np.where(grouping.code >= 0, grouping.code * waves + frame.wave, -1)
        found = moments(measures.values, cell, cells, frame.counted, frame.weights)
        if grouping.estimator == "pooled":
            around = unit_uncertainty(found.n_eff, None, pooled_sd(found))
        else:
            around = level_uncertainty(frame, measures.values, cell, cells, estimand, population)
        parts.append(_table(frame, measures, grouping, found, around, alpha))
    return join("levels", parts)


def _table(
    frame: Frame, measures: Measures, grouping: Partition, found: Moments, around: Uncertainty, alpha: float
) -> pd.DataFrame:
    waves = len(frame.waves)
    asked = np.array([frame.asked(w) for w in range(waves)])
    in_wave = np.array([[asked[w][list(m.items)].any() for m in measures.measures] for w in range(waves)])
    row, column = np.nonzero(np.tile(in_wave.reshape(waves, len(measures.measures)), (len(grouping.groups), 1)))
    low, high = intervals(found.mean, around.se, around.df, 1 - alpha)
    per_measure = {
        name: np.array([getattr(m, name) for m in measures.measures], dtype=object)[column]
        for name in ("theme", "stat", "higher_is")
    }
    names = np.array([m.id for m in measures.measures], dtype=object)[column]
    group = np.array(grouping.groups, dtype=object)[row // waves]
    slugs = np.array([slug(w) for w in frame.waves], dtype=object)[row % waves]
    share = per_measure["stat"] == "andel"

    def at(values: np.ndarray) -> np.ndarray:
        return values[row, column]

    table = pd.DataFrame(
        {
            "key": frame.survey.id + "." + names + "." + per_measure["stat"] + "." + group + "." + slugs,
            "survey": frame.survey.id,
            **per_measure,
            "measure": names,
            "group": group,
            "wave": np.array(frame.waves, dtype=object)[row % waves],
            "n": at(found.n),
            "n_eff": at(around.n_eff),
            "clusters": at(around.clusters),
            "value": at(found.mean),
            "sd": at(found.sd),
            "se": at(around.se),
            "df": at(around.df),
            "ci_low": at(low),
            "ci_high": at(high),
            "floor_share": np.where(share, np.nan, at(found.floor)),
            "ceiling_share": np.where(share, np.nan, at(found.ceiling)),
            "method": at(around.method),
            "weighting": frame.weighting,
            "base": np.array([m.base for m in measures.measures], dtype=object)[column],
            "reason": at(around.reason),
            "_grouping": grouping.kind,
            "_above": np.array(grouping.above or ("",) * len(grouping.groups), dtype=object)[row // waves],
            "_persons": at(found.persons),
            "_side": np.where(share, at(found.side), np.nan),
        }
    )
    return conform("levels", table)
