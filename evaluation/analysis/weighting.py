"""Weights to the known make-up of those who were asked: ``[survey.weighting]`` of the plan, wave by wave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluation.analysis.attrition import MARGINS, invited_units
from evaluation.analysis.estimates import conform
from evaluation.analysis.frame import Bools, Floats, Frame
from evaluation.common.ids import make_key, slug
from evaluation.plan.load import Workspace
from evaluation.plan.model import Weighting
from evaluation.plan.registers import Unit
from evaluation.plan.weighting import OF_UNITS
from evaluation.statistics.known_margins import Fitted, fit_margins

#: A wave with more of its answers without a known category than this is not weighted.
MOST_UNPLACED = 0.1
#: Reasons of this module, beside those of ``statistics.reasons``.
MARGIN_UNKNOWN, MARGIN_UNPLACED, OTHER_WAVE = "margin_unknown", "margin_unplaced", "other_wave_unweighted"

Margin = tuple[str, np.ndarray, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class _Wave:
    """What was found for one wave; ``placed`` are its rows with a category in every margin, shape (N,)."""

    rows: Bools
    placed: Bools
    fitted: Fitted | None
    reason: str


def weighted(frame: Frame, workspace: Workspace) -> tuple[Frame, pd.DataFrame]:
    """Weight a survey as its plan says.

    Returns
    -------
    frame : Frame
        With weights of mean 1 in every wave, starting from the file's own weights where the plan names them, and
        ``weighting`` naming method and margins. The frame as it was where the plan asks for none or one of its
        waves cannot be weighted: a change between a weighted and an unweighted wave would be a change of method.
    table : DataFrame
        Table ``weighting``, a row a wave; empty where the plan asks for none.

    Notes
    -----
    Rows of the comparison keep the weights of the file. Rows without a category keep them too, at the mean of the wave.
    """
    plan = frame.survey.weighting
    if plan is None:
        return frame, conform("weighting", pd.DataFrame())
    base = np.ones(frame.rows) if frame.weights is None else np.nan_to_num(frame.weights)
    fewest = max(plan.fewest, workspace.plan.disclosure.threshold)
    waves = [_wave(frame, workspace, plan, place, base, fewest) for place in range(len(frame.waves))]
    refused = any(wave.reason for wave in waves)
    name = f"{plan.method}: {', '.join(plan.margins)}" + (f" ({frame.weighting})" if frame.weighting else "")
    rows = [_row(frame, plan, place, wave, refused) for place, wave in enumerate(waves)]
    table = conform("weighting", pd.DataFrame(rows))
    if refused:
        return frame, table
    weights = base.copy()
    for wave in waves:
        if wave.fitted is None or wave.fitted.weights is None:
            continue
        apart = wave.rows & ~wave.placed
        positive = base[wave.rows & (base > 0)]
        weights[apart] = base[apart] / positive.mean()
        weights[wave.placed] = wave.fitted.weights
    return replace(frame, weights=weights, weighting=name), table


def _wave(frame: Frame, workspace: Workspace, plan: Weighting, place: int, base: Floats, fewest: int) -> _Wave:
    rows = frame.own & (frame.wave == place)
    margins = [_margin(frame, workspace, name, place) for name in plan.margins]
    found = [margin for margin in margins if margin is not None]
    if not rows.any() or len(found) < len(margins):
        return _Wave(rows, rows, None, MARGIN_UNKNOWN)
    placed = rows & np.all([labels != "" for _, labels, _ in found], axis=0)
    if (rows & ~placed).sum() > MOST_UNPLACED * rows.sum():
        return _Wave(rows, placed, None, MARGIN_UNPLACED)
    if plan.method == "efterstratificering" and len(found) > 1:
        found = [_joint(frame, workspace, plan.margins, place)]
    mine = [(name, labels[placed], known) for name, labels, known in found]
    fitted = fit_margins(mine, base[placed], fewest=fewest, trim=plan.trim)
    return _Wave(rows, placed, fitted, fitted.reason)


def _margin(frame: Frame, workspace: Workspace, name: str, place: int) -> Margin | None:
    """Labels of all rows (``""`` where unknown) and known totals of one margin in a wave; None where none are."""
    wave = frame.waves[place]
    counted = [
        row
        for row in workspace.registers.margins
        if (row.survey, row.wave, row.variable) == (frame.survey.id, wave, name)
    ]
    if counted:
        known = {row.value: float(row.count) for row in counted}
        if name in OF_UNITS:
            units = {unit.id: _property(name, unit) for unit in workspace.registers.units}
            labels = np.array([units.get(str(unit), "") for unit in frame.unit], dtype=object)
        else:
            labels = _group_labels(frame, name)
        labels = np.where(np.isin(labels, list(known)), labels, "")
        return (name, labels, known) if sum(known.values()) > 0 else None
    if name not in OF_UNITS:
        return None
    return _of_units(frame, workspace, (name,), place)


def _of_units(frame: Frame, workspace: Workspace, names: tuple[str, ...], place: int) -> Margin | None:
    """A margin, or the combinations of several, that population.csv knows."""
    units = invited_units(frame, workspace, frame.waves[place])
    label: dict[str, str] = {}
    known: dict[str, float] = {}
    for unit, number in units:
        parts = [_property(name, unit) for name in names]
        if not all(parts):
            return None
        label[unit.id] = " × ".join(parts)
        known[label[unit.id]] = known.get(label[unit.id], 0.0) + number
    labels = np.array([label.get(str(unit), "") for unit in frame.unit], dtype=object)
    return (", ".join(names), labels, known) if sum(known.values()) > 0 else None


def _joint(frame: Frame, workspace: Workspace, names: tuple[str, ...], place: int) -> Margin:
    found = _of_units(frame, workspace, names, place)
    assert found is not None  # every one of the margins was known
    return found


def _property(name: str, unit: Unit) -> str:
    return unit.id if name == "enhed" else MARGINS[name](unit)


def _group_labels(frame: Frame, name: str) -> np.ndarray:
    """Value ids of a group variable of the instrument, ``""`` where it was not answered."""
    variable = next((group for group in frame.instrument.groups if group.id == name), None)
    if variable is None or name not in frame.persons:
        return np.full(frame.rows, "", dtype=object)
    ids = {value.code: value.id for value in variable.values}
    return np.array([ids.get(str(code), "") for code in frame.persons[name]], dtype=object)


def _row(frame: Frame, plan: Weighting, place: int, wave: _Wave, refused: bool) -> dict[str, object]:
    name, fitted = frame.waves[place], wave.fitted
    made: dict[str, object] = {
        "key": make_key(frame.survey.id, "vaegtning", "antal", "kommune", slug(name)),
        "survey": frame.survey.id,
        "wave": name,
        "method": plan.method,
        "margins": ", ".join(plan.margins),
        "n": float(wave.rows.sum()),
        "unplaced": float((wave.rows & ~wave.placed).sum()),
        "reason": wave.reason or (OTHER_WAVE if refused else ""),
        "_persons": float(len(np.unique(frame.counted[wave.rows]))),
    }
    if refused or fitted is None or fitted.spread is None:
        return made
    spread = fitted.spread
    joined = [" + ".join(members) for found in fitted.merged.values() for members in found.joined]
    return made | {
        "n_eff": spread.n_eff,
        "efficiency": spread.efficiency,
        "smallest": spread.smallest,
        "largest": spread.largest,
        "ratio": spread.ratio,
        "trimmed": fitted.trimmed,
        "rounds": float(fitted.rounds),
        "gap": fitted.gap,
        "merged": "; ".join(joined),
    }
