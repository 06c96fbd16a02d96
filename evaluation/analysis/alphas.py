"""The scales in the evaluated municipality: reliability a wave, and whether they work alike before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Bools, Floats, Frame
from evaluation.analysis.groups import KOMMUNE
from evaluation.codebook.model import Scale
from evaluation.common.ids import make_key, slug
from evaluation.statistics.consistency import Consistency, consistency
from evaluation.statistics.invariance import Invariance, invariance
from evaluation.statistics.reliability import Alpha


def scales(frame: Frame, scores: Floats) -> tuple[pd.DataFrame, list[Floats]]:
    """Make the table ``scales`` of one survey; items that a wave did not ask are left out of its alpha.

    Returns
    -------
    table : DataFrame
        Without what :func:`with_alphas` fills in.
    matrices : list of float array, shape (persons, items)
        What the alpha of each row is made of.
    """
    rows, matrices = [], []
    for place, wave in enumerate(frame.waves):
        asked = frame.asked(place)
        here = (frame.wave == place) & frame.own
        for scale in frame.instrument.scales:
            columns = _columns(frame, scale, asked)
            if not columns:
                continue
            matrix = _matrix(frame, scores, here, columns)
            matrices.append(matrix)
            complete = ~np.isnan(matrix).any(axis=1)
            rows.append(
                {
                    "key": make_key(frame.survey.id, f"{scale.id}-alpha", "score", KOMMUNE, slug(wave)),
                    "survey": frame.survey.id,
                    "scale": scale.id,
                    "wave": wave,
                    "items": len(columns),
                    "method": "cronbach",
                    **_together(consistency(matrix), [frame.instrument.items[i].id for i in columns]),
                    "_persons": len(np.unique(frame.counted[here][complete])),
                }
            )
    return conform("scales", pd.DataFrame(rows)), matrices


def with_alphas(table: pd.DataFrame, found: list[Alpha]) -> pd.DataFrame:
    """``table`` of :func:`scales` with the alpha of each row."""
    made = table.copy()
    made["n"] = np.array([one.n for one in found], dtype=float)
    made["alpha"] = np.array([_number(one.value) for one in found], dtype=float)
    made["alpha_low"] = np.array([_number(one.low) for one in found], dtype=float)
    made["alpha_high"] = np.array([_number(one.high) for one in found], dtype=float)
    made["reason"] = pd.Series([one.reason for one in found], index=made.index, dtype=object)
    return made


def _columns(frame: Frame, scale: Scale, asked: Bools) -> list[int]:
    return [
        i
        for i, item in enumerate(frame.instrument.items)
        if item.scale == scale.id and item.kind == "item" and asked[i]
    ]


def _matrix(frame: Frame, scores: Floats, rows: Bools, columns: list[int]) -> Floats:
    """Scores of some rows and items, reversed items turned."""
    turned = np.array([frame.instrument.items[i].reversed for i in columns], dtype=bool)
    matrix = scores[rows][:, columns]
    return np.asarray(np.where(turned, 100.0 - matrix, matrix))


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _together(found: Consistency, items: list[str]) -> dict[str, Any]:
    """Columns on how the items hang together; the weakest item and the one whose loss helps most by id."""
    made: dict[str, Any] = {
        "alpha_std": _number(found.alpha_std),
        "omega": _number(found.omega),
        "g6": _number(found.g6),
        "average_r": _number(found.average_r),
        "ase": _number(found.ase),
    }
    if found.item_rest:
        weakest = int(np.argmin(found.item_rest))
        made |= {"item_rest_min": found.item_rest[weakest], "item_rest_item": items[weakest]}
    if found.alpha_dropped:
        best = int(np.argmax(found.alpha_dropped))
        made |= {"alpha_dropped_max": found.alpha_dropped[best], "alpha_dropped_item": items[best]}
    return made


def same_way(
    table: pd.DataFrame,
    frame: Frame,
    scores: Floats,
    waves: tuple[int, int],
    alpha: float,
    compared: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """``table`` of :func:`scales` with the columns that say whether each scale works alike in two waves.

    They stand in the row of the later wave and rest on the items that both waves asked alike
    (``compared``: as in :func:`~evaluation.analysis.measures.build_pair`) and on persons who answered all of them.
    """
    alike = np.array([(compared or {}).get(item.id, "ja") != "nej" for item in frame.instrument.items], dtype=bool)
    asked = frame.asked(waves[0]) & frame.asked(waves[1]) & alike
    here = frame.own & np.isin(frame.wave, waves)
    after = (frame.wave[here] == waves[1]).astype(np.int64)
    made = table.copy()
    for scale in frame.instrument.scales:
        row = made.index[(made["scale"] == scale.id) & (made["wave"] == frame.waves[waves[1]])]
        columns = _columns(frame, scale, asked)
        if not len(row) or not columns:
            continue
        matrix = _matrix(frame, scores, here, columns)
        found = invariance(matrix, after, frame.cluster[here], alpha=alpha, independent=frame.independent)
        complete = ~np.isnan(matrix).any(axis=1)
        persons = [len(np.unique(frame.counted[here][complete & (after == t)])) for t in (0, 1)]
        told = _alike(found, [frame.instrument.items[i].id for i in columns])
        told |= {"_n_pair": float(min(found.n_before, found.n_after)), "_persons_pair": float(min(persons))}
        for column, value in told.items():
            made.loc[row, column] = value
    return made


def _alike(found: Invariance, items: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"same": found.verdict, "same_reason": found.reason}
    if found.worst is not None:
        drift = found.drifts[found.worst]
        told |= {
            "congruence": _number(found.congruence),
            "congruence_p": _number(found.p_adjusted),
            "drift": drift.points,
            "drift_item": items[found.worst],
            "drift_size": drift.size,
            "drift_p": drift.p_adjusted,
        }
    return told
