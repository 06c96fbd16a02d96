"""How alike scores of one unit, and those given by one rater, are: intraclass correlations in the table ``scales``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.analysis.frame import Floats, Frame, Ints
from evaluation.analysis.measures import Measures
from evaluation.statistics.intraclass import intraclass

#: Fewest answers that share their unit or rater with another one.
_TOGETHER = 30


def with_intraclass(table: pd.DataFrame, frame: Frame, measures: Measures) -> pd.DataFrame:
    """``table`` of :func:`~evaluation.analysis.alphas.scales` with ``units``, ``icc_unit``, ``raters``, ``icc_rater``.

    Of the scale scores of the evaluated municipality in a wave. Raters (households for parents) are
    counted where the survey names them. Clusters of all tests stay the units: raters of one school share what happens
    in the school.
    """
    made = table.copy()
    column = {m.id: at for at, m in enumerate(measures.measures) if m.stat == "score"}
    named = (("unit", frame.cluster, bool(frame.survey.unit)), ("rater", frame.counted, bool(frame.survey.rater)))
    for row in made.index:
        at = column.get(made.loc[row, "scale"])
        if at is None:
            continue
        here = frame.own & (frame.wave == frame.waves.index(made.loc[row, "wave"]))
        here &= ~np.isnan(measures.values[:, at])
        for name, code, known in named:
            if known:
                made.loc[row, f"{name}s"] = float(len(np.unique(code[here])))
                made.loc[row, f"icc_{name}"] = _alike(measures.values[here, at], code[here])
    return made


def _alike(values: Floats, code: Ints) -> float:
    """Intraclass correlation; NaN where it rests on a handful of answers, which it would then tell about."""
    _, place, count = np.unique(code, return_inverse=True, return_counts=True)
    found = intraclass(values, code).value
    return np.nan if found is None or (count[place] > 1).sum() < _TOGETHER else found
