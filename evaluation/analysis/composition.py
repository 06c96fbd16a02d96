"""How much of a change comes from another mix of types of units: rows of the private table ``trends``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.analysis.change_table import Setting
from evaluation.analysis.changes import eligible
from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Floats, Frame, Ints
from evaluation.analysis.measures import Measures, Pair
from evaluation.analysis.trends import described, finished, numbers, people_behind, placed
from evaluation.plan.load import Workspace
from evaluation.statistics import reasons
from evaluation.statistics.composition import decompose

#: Designs: change within types at their average shares; change of shares at the types' average means.
WITHIN, MIX = "inden-for-typer", "sammensaetning"


def compositions(frame: Frame, measures: Measures, pair: Pair, workspace: Workspace, setting: Setting) -> pd.DataFrame:
    """Split the change of every scale score of the kommune by type of unit; no rows with one type or none.

    The two rows of a measure add up to ``total``, the change in ``estimates``. Answers from units without a type
    are a type of their own.
    """
    if not frame.survey.unit:
        return conform("trends", pd.DataFrame())
    kind = {unit.id: unit.type for unit in workspace.registers.units}
    part = np.array([kind.get(str(name), "") for name in frame.unit], dtype=object)
    keep = eligible(frame, workspace, setting.before, setting.after) & frame.own
    step = np.where(keep, np.where(frame.wave == setting.after, 1, 0), -1).astype(np.int64)
    waves = (frame.waves[setting.before], frame.waves[setting.after])
    rows: list[dict[str, object]] = []
    for column, measure in enumerate(measures.measures):
        if measure.stat != "score" or pair.comparable[column] == "nej":
            continue
        values = pair.values[:, column]
        found = decompose(
            values[keep],
            step[keep],
            part[keep],
            frame.cluster[keep],
            None if frame.weights is None else frame.weights[keep],
        )
        if found.reason in (reasons.ONE_LEVEL, reasons.NO_ANSWERS):
            continue
        people, apart = people_behind(frame, values, step, 2)
        n = [int((~np.isnan(values) & (step == at)).sum()) for at in (0, 1)]
        shared = described(frame, workspace, measure) | {
            "clusters": found.clusters,
            "comparable": pair.comparable[column],
            "total": np.nan if found.change.value is None else found.change.value,
            "n_before": n[0],
            "n_after": n[1],
            "_persons": min(people),
            "_persons_apart": apart,
            "_persons_smallest": _fewest(frame, values, step, part),
        }
        for design, one in ((WITHIN, found.within), (MIX, found.composition)):
            rows.append(shared | placed(design, waves, (0, 1)) | numbers(one, workspace, "cr2_kitagawa"))
    return finished(rows)


def _fewest(frame: Frame, values: Floats, step: Ints, part: np.ndarray) -> int:
    """Fewest distinct people in a type and wave: what is known of the others gives them away."""
    valid = ~np.isnan(values) & (step >= 0)
    kinds = sorted({str(name) for name in part[valid]})
    here = part.astype(str)
    return min(
        (len(np.unique(frame.counted[valid & (here == kind) & (step == at)])) for kind in kinds for at in (0, 1)),
        default=0,
    )
