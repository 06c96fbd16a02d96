"""What is measured: scale scores, item means and item shares as one matrix of values (:class:`Measures`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.analysis.frame import STATE_CODE, Bools, Floats, Frame
from evaluation.codebook.model import Item, Scale
from evaluation.responses.model import State
from evaluation.statistics.scoring import scale_scores

_NOT_ASKED = (STATE_CODE[State.NOT_ASKED], STATE_CODE[State.TECHNICAL])
_TURNED = {"better": "worse", "worse": "better", "neutral": "neutral"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of values: ``stat`` is ``score``, ``snit`` (both 0–100) or ``andel`` (0/1)."""

    id: str
    stat: str
    theme: str
    higher_is: str
    items: tuple[int, ...]
    base: str = "besvaret"


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures and their values, shape (N, measures); NaN where there is none."""

    measures: tuple[Measure, ...]
    values: Floats


@dataclass(frozen=True, slots=True)
class Pair:
    """Values for one comparison: as in :class:`Measures`, but scales scored on the items both waves asked.

    Attributes
    ----------
    values : float array, shape (N, measures)
    comparable : tuple of str
        ``ja``, ``med_forbehold`` (one wave asked other items, or another way) or ``nej`` (not asked alike in both).
    """

    values: Floats
    comparable: tuple[str, ...]


def _direction(item: Item, scale: Scale | None) -> str:
    """Whether a high answer to the item itself (before any reversal) is good."""
    base = scale.higher_is if scale else "better"
    return _TURNED[base] if item.reversed else base


def _lookup(codes: Floats, table: dict[int, float]) -> Floats:
    """Every code replaced by its value in ``table``; NaN for anything else."""
    keys = np.array(sorted(table), dtype=float)
    if not len(keys):
        return np.full(codes.shape, np.nan)
    values = np.array([table[int(key)] for key in keys], dtype=float)
    place = np.clip(np.searchsorted(keys, codes), 0, len(keys) - 1)
    return np.where(keys[place] == codes, values[place], np.nan)


def item_scores(frame: Frame) -> Floats:
    """0–100 score of every answer as given (not reversed), shape (N, items)."""
    made = np.full(frame.codes.shape, np.nan)
    for response in frame.instrument.responses:
        columns = [i for i, item in enumerate(frame.instrument.items) if item.response == response.id]
        table = {c.code: c.score for c in response.choices if c.score is not None and not c.state}
        made[:, columns] = _lookup(frame.codes[:, columns], table)
    return made


def item_shares(frame: Frame) -> Floats:
    """1 for a positive answer, 0 for another answer, shape (N, items); NaN where no share is defined."""
    made = np.full(frame.codes.shape, np.nan)
    for response in frame.instrument.responses:
        if not response.positive:
            continue
        columns = [i for i, item in enumerate(frame.instrument.items) if item.response == response.id]
        table = {c.code: float(c.code in response.positive) for c in response.choices if not c.state}
        made[:, columns] = _lookup(frame.codes[:, columns], table)
        for column in columns:
            if frame.instrument.items[column].base == "stillet":
                # asked without an answer: has not chosen a positive one
                asked = ~np.isin(frame.states[:, column], _NOT_ASKED)
                made[asked & np.isnan(made[:, column]), column] = 0.0
    return made


def _scale_columns(frame: Frame, scale: Scale) -> list[int]:
    return [i for i, item in enumerate(frame.instrument.items) if item.scale == scale.id and item.kind == "item"]


def _score(frame: Frame, scores: Floats, columns: list[int], min_answered: int) -> Floats:
    reversed_mask = np.array([frame.instrument.items[i].reversed for i in columns], dtype=bool)
    return np.asarray(scale_scores(scores[:, columns], reversed_mask, min_answered), dtype=float)


def build_measures(frame: Frame, scores: Floats) -> Measures:
    """All measures of a survey: scales first, then each item's mean and share of positive answers.

    Perceived items (``kind="perceived"``) are never among them: they are an estimate of their own.
    """
    found: list[Measure] = []
    values: list[Floats] = []
    for scale in frame.instrument.scales:
        columns = _scale_columns(frame, scale)
        if columns:
            found.append(Measure(scale.id, "score", scale.theme, scale.higher_is, tuple(columns)))
            values.append(_score(frame, scores, columns, scale.min_answered))
    by_id = {scale.id: scale for scale in frame.instrument.scales}
    shares = item_shares(frame)
    positive = {response.id for response in frame.instrument.responses if response.positive}
    scored = {r.id for r in frame.instrument.responses if any(c.score is not None for c in r.choices)}
    for position, item in enumerate(frame.instrument.items):
        if item.kind == "perceived":
            continue
        higher = _direction(item, by_id.get(item.scale or ""))
        for stat, source, defined in (("snit", scores, scored), ("andel", shares, positive)):
            if item.response in defined:
                base = item.base if stat == "andel" else "besvaret"
                found.append(Measure(item.id, stat, item.theme, higher, (position,), base=base))
                values.append(source[:, position])
    matrix = np.column_stack(values) if values else np.empty((frame.rows, 0))
    return Measures(tuple(found), matrix)


def _common(items: tuple[int, ...], asked: tuple[Bools, Bools]) -> list[int]:
    return [i for i in items if asked[0][i] and asked[1][i]]


def build_pair(
    frame: Frame,
    scores: Floats,
    measures: Measures,
    waves: tuple[int, int],
    compared: Mapping[str, str] | None = None,
) -> Pair:
    """Values and comparability of each measure for the comparison of two waves (positions in ``frame.waves``).

    A scale with items that only one of the waves asked is scored on the common items alone
    in both waves, so that its change is not a change of questions. ``compared`` says by item
    id how alike the waves asked (:mod:`evaluation.codebook.compare`): an item that is ``nej``
    counts as not asked in both, one ``med_forbehold`` leaves its mark on every measure it is in.
    """
    verdicts = [(compared or {}).get(item.id, "ja") for item in frame.instrument.items]
    alike = np.array([verdict != "nej" for verdict in verdicts], dtype=bool)
    asked = (frame.asked(waves[0]), frame.asked(waves[1]) & alike)
    values = measures.values.copy()
    comparable = []
    for column, measure in enumerate(measures.measures):
        common = _common(measure.items, asked)
        ever = [i for i in measure.items if asked[0][i] or asked[1][i]]
        fewest = frame.instrument.scale(measure.id).min_answered if measure.stat == "score" else 1
        if len(common) < fewest:
            comparable.append("nej")
            values[:, column] = np.nan
            continue
        if len(common) < len(ever):
            values[:, column] = _score(frame, scores, common, fewest)
        reserved = len(common) < len(ever) or any(verdicts[i] == "med_forbehold" for i in common)
        comparable.append("med_forbehold" if reserved else "ja")
    return Pair(values, tuple(comparable))
