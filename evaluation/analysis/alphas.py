"""Reliability of the scales: Cronbach's alpha per scale and wave in the evaluated municipality."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Floats, Frame
from evaluation.analysis.groups import KOMMUNE
from evaluation.common.ids import make_key, slug
from evaluation.statistics.reliability import cronbach_alpha


def scales(frame: Frame, scores: Floats, alpha: float) -> pd.DataFrame:
    """Make the table ``scales`` of one survey; items that a wave did not ask are left out of its alpha."""
    rows = []
    for place, wave in enumerate(frame.waves):
        asked = frame.asked(place)
        here = (frame.wave == place) & frame.own
        for scale in frame.instrument.scales:
            columns = [
                i
                for i, item in enumerate(frame.instrument.items)
                if item.scale == scale.id and item.kind == "item" and asked[i]
            ]
            if not columns:
                continue
            turned = np.array([frame.instrument.items[i].reversed for i in columns], dtype=bool)
            matrix = scores[np.ix_(here, columns)]
            matrix = np.where(turned, 100.0 - matrix, matrix)
            found = cronbach_alpha(matrix, 1 - alpha)
            complete = ~np.isnan(matrix).any(axis=1)
            rows.append(
                {
                    "key": make_key(frame.survey.id, f"{scale.id}-alpha", "score", KOMMUNE, slug(wave)),
                    "survey": frame.survey.id,
                    "scale": scale.id,
                    "wave": wave,
                    "items": len(columns),
                    "n": found.n,
                    "alpha": np.nan if found.value is None else found.value,
                    "alpha_low": np.nan if found.low is None else found.low,
                    "alpha_high": np.nan if found.high is None else found.high,
                    "method": "cronbach",
                    "reason": found.reason,
                    "_persons": len(np.unique(frame.counted[here][complete])),
                }
            )
    return conform("scales", pd.DataFrame(rows))
