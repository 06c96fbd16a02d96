"""The battery of bad input: one survey with nothing wrong, and the same survey with one thing wrong at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from evaluation.statistics.staggered import Timing
from tests.statistics.made import survey


def _above(cluster: np.ndarray, limit: int) -> np.ndarray:
    """1 in clusters above ``limit``, 0 in others (in one without a name too)."""
    return np.array([int(c is not None and c > limit) for c in cluster], dtype=int)


def rows(y: np.ndarray, after: np.ndarray, cluster: np.ndarray, weights: np.ndarray, **more: Any) -> dict[str, Any]:
    """Everything a function may ask for, made of one survey's rows; ``more`` goes before."""
    n = len(y)
    matrix = np.column_stack([y, np.roll(y, 1), np.roll(y, 2)]) if n else np.empty((0, 3))
    person = np.arange(n)
    pool: dict[str, Any] = {
        "y": y,
        "after": after,
        "wave": after,
        "cluster": cluster,
        "group": cluster,
        "weights": weights,
        "person": person,
        "population": np.full(n, 500.0),
        "matrix": matrix,
        "item_scores": matrix,
        "reversed_mask": np.array([False, True, False]),
        "min_answered": 2,
        "codes": y,
        "positive": [75.0, 100.0],
        "pooled_sd": 20.0,
        "sd": 20.0,
        "rows": n,
        "clusters": len(pd.unique(cluster)),
        "seed": 1,
        "upper": 1.5,
        "draws": 99,
        # Units 5 and up were released, or exposed, or more so.
        "released": _above(cluster, 4),
        "exposed": _above(cluster, 4),
        "dose": _above(cluster, 4) / 2,
        "cohort": _above(cluster, 4),
        "first_after": _above(cluster, 4),
        "reference": 0,
        "timing": {0: Timing(1, None), 1: Timing(0, 1)},
        "waves": 2,
        "time": np.array([0.0, 1.0]),
        "part": _above(cluster, 4),
        "scores": matrix,
    }
    return pool | more


def situations() -> dict[str, dict[str, Any]]:
    """The battery of bad input; ``good`` is the survey that is nothing wrong with."""
    y, after, unit, w = survey(3, units=9, rows=90)
    ones = np.ones(90)

    def changed(values: np.ndarray, place: int, value: float) -> np.ndarray:
        made = values.astype(float)
        made[place] = value
        return made

    def part(keep: np.ndarray) -> dict[str, Any]:
        return rows(y[keep], after[keep], unit[keep], w[keep])

    twice = np.where(np.arange(90) == 1, 0, np.arange(90))
    return {
        "good": rows(y, after, unit, w),
        "empty": rows(*(x[:0] for x in (y, after, unit, w))),
        "one answer": part(np.arange(90) == 0),
        "one answer a wave": part(np.isin(np.arange(90), [0, 9])),
        "one wave": part(after == 0),
        "one answer in a wave": part((after == 0) | (np.arange(90) == 9)),
        "nobody answered": rows(np.full(90, np.nan), after, unit, w),
        "one unit": rows(y, after, np.full(90, 3), w),
        "one unit in a wave": part((after == 0) | (unit == 2)),
        "five units": part(unit < 5),
        "no variance": rows(np.full(90, 66.66666666666667), after, unit, w),
        "no variance in a wave": rows(np.where(after == 1, 25.0, y), after, unit, w),
        "waves apart": rows(np.where(after == 1, 100.0, 0.0), after, unit, w),
        "all weights zero": rows(y, after, unit, 0 * ones),
        "weights zero in a wave": rows(y, after, unit, w * after),
        "all weights missing": rows(y, after, unit, np.full(90, np.nan)),
        "a weight missing": rows(y, after, unit, changed(w, 4, np.nan)),
        "a negative weight": rows(y, after, unit, changed(w, 4, -1)),
        "an infinite weight": rows(y, after, unit, changed(w, 4, np.inf)),
        "weights far apart": rows(y, after, unit, changed(w, 4, 1e12)),
        "tiny weights": rows(y, after, unit, w * 1e-12),
        "an answer above the scale": rows(changed(y, 7, 999), after, unit, w),
        "an answer below the scale": rows(changed(y, 7, -25), after, unit, w),
        "an infinite answer": rows(changed(y, 7, np.inf), after, unit, w),
        "a unit missing": rows(y, after, np.where(unit == 2, None, unit.astype(object)), w),
        "a third wave": rows(y, np.where(np.arange(90) == 5, 2, after), unit, w),
        "duplicate ids": rows(y, after, unit, w, person=twice),
        "weights too few": rows(y, after, unit, w[:-1]),
        "population missing": rows(y, after, unit, w, population=np.full(90, np.nan)),
        "population too small": rows(y, after, unit, w, population=ones),
        "population infinite": rows(y, after, unit, w, population=np.full(90, np.inf)),
        "no deviation known": rows(y, after, unit, w, pooled_sd=0.0, sd=0.0),
        "deviation not a number": rows(y, after, unit, w, pooled_sd=math.nan, sd=math.nan),
    }


SITUATIONS = situations()
