"""Checks beside the test of a change: the wild bootstrap of few units, and the share of the largest one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.analysis.frame import Bools, Floats, Frame, Ints
from evaluation.analysis.groups import Partition
from evaluation.analysis.measures import Measure
from evaluation.analysis.uncertainty import Uncertainty
from evaluation.statistics.bootstrap import WEBB_BELOW, seed_of, wild_bootstraps
from evaluation.statistics.caution import cautions, largest_share


@dataclass(frozen=True, slots=True)
class Checks:
    """Beside the tests, each of shape (groups, measures); NaN where there is none."""

    p_bootstrap: Floats
    draws: Floats
    largest_share: Floats


def checks(
    frame: Frame,
    measures: Sequence[Measure],
    values: Floats,
    after: Bools,
    group: Ints,
    grouping: Partition,
    around: Uncertainty,
    waves: str,
) -> Checks:
    """Check the changes of a partition whose clusters are units.

    The bootstrap is made for scale scores (only they are tested) with fewer than 12 units and a
    CR2 test; under *beskrivelse* units are not drawn, so there is nothing to check. Its
    draws are seeded by the row's key: the same row gives the same number in every run.
    """
    shape = (len(grouping.groups), len(measures))
    p, draws, share = (np.full(shape, np.nan) for _ in range(3))
    made = Checks(p, draws, share)
    if frame.independent or grouping.estimator == "pooled":
        return made
    scores = np.array([m.stat == "score" for m in measures], dtype=bool)
    wanted = scores & (around.clusters < WEBB_BELOW) & (around.method == "cr2_unit")
    for position, name in enumerate(grouping.groups):
        here = np.flatnonzero(group == position)
        weights = None if frame.weights is None else frame.weights[here]
        found = largest_share(values[here], after[here], frame.cluster[here], weights)
        share[position] = [np.nan if value is None else value for value in found]
        columns = [int(c) for c in np.flatnonzero(wanted[position])]
        if grouping.estimator != "cluster" or not columns:
            continue
        keys = [f"{frame.survey.id}.{measures[c].id}.{measures[c].stat}.{name}.{waves}" for c in columns]
        results = wild_bootstraps(
            values[here][:, columns],
            after[here],
            frame.cluster[here],
            weights,
            seeds=[seed_of(key) for key in keys],
        )
        p[position, columns] = [np.nan if r.p_value is None else r.p_value for r in results]
        draws[position, columns] = [np.nan if r.p_value is None else r.draws for r in results]
    return made


def caution(estimates: pd.DataFrame) -> list[str]:
    """What calls for caution in each row: codes with a space between, ``""`` where nothing does.

    Only rows with a standard error: where nothing is concluded there is nothing to be careful about.
    """
    names = ["se", "largest_share", "p_value", "p_bootstrap", "alpha"]
    rows = estimates[names].itertuples(index=False, name=None)
    return ["" if np.isnan(se) else " ".join(cautions(*rest)) for se, *rest in rows]
