"""Scales before and after, the change with its interval, and the verdict in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import Drawn, checked, need_words
from evaluation.presentation.figures.canvas import BODY, SMALL, TINY, Canvas, line_height
from evaluation.presentation.figures.marks import Axis, axis, fixed_axis, verdict_mark, wave_key, wave_mark
from evaluation.presentation.figures.numbers import number

#: Columns in mm: label, level, change with its number, verdict.
_LABEL_END, _LEVEL, _CHANGE, _NUMBER_END, _VERDICT = 43.0, (51.5, 87.5), (98.5, 124.5), 134.5, 138.8
_ROW = 8.4
_COLUMNS = ("label", "before", "after", "change", "ci_low", "ci_high", "verdict_label", "verdict", "higher_is")


class _Row(NamedTuple):
    label: list[str]
    note: list[str]
    verdict_words: list[str]
    before: float
    after: float
    change: float
    ci_low: float
    ci_high: float
    verdict: str
    height: float


@dataclass(frozen=True, slots=True, eq=False)
class ScaleChanges(Drawn):
    """Dumbbells of the level, beside them the change with interval, the band ±δ and the verdict.

    Parameters
    ----------
    rows : DataFrame
        ``label, before, after`` (on ``limits``), ``change, ci_low, ci_high`` (points; missing where
        there is none), ``verdict_label, verdict`` (id or ``""``), ``higher_is``
        (``better``, ``worse``, ``neutral``).
    delta : float or None
        Half width of the band, points.
    before_label, after_label : str
        Words of the legend.
    words : mapping of str to str
        ``level, change, verdict`` (column heads), ``band`` (legend; not needed without delta),
        ``interval`` (legend, optional) and ``worse`` (printed under scales where low is good, optional).
    limits : (float, float)
        Ends of the level axis.
    decimal : str
        Decimal mark.
    digits, change_digits : int
        Decimals of levels and of changes.
    """

    rows: pd.DataFrame
    delta: float | None
    before_label: str
    after_label: str
    words: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[float, float] = (0.0, 100.0)
    decimal: str = ","
    digits: int = 0
    change_digits: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", checked("ScaleChanges", self.rows, _COLUMNS))
        needed = ("level", "change", "verdict", *(("band",) if self.delta else ()))
        need_words("ScaleChanges", self.words, needed)

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        rows = [self._row(canvas, row) for row in self.rows.itertuples()]
        level, change = fixed_axis(self.limits, *_LEVEL), self._change_axis()
        top = self._heads(canvas, self._legend(canvas) + 2.2) + 0.8
        bottom = top + sum(row.height for row in rows)
        if self.delta:
            canvas.rect(change.at(-self.delta), top, change.at(self.delta), bottom, brand.colour("band"), layer=0)
        y = top
        for index, row in enumerate(rows):
            if index:
                canvas.line(0, y, canvas.width, y, brand.colour("rule"), width=0.12, layer=1)
            self._draw(canvas, row, y + row.height / 2, level, change)
            y += row.height
        level.grid(canvas, top, bottom, decimal=self.decimal)
        change.grid(canvas, top, bottom, decimal=self.decimal, sign=True)
        canvas.line(change.at(0), top, change.at(0), bottom, brand.colour("muted"), width=0.3)
        canvas.height = bottom + 4.2
        return canvas

    def _row(self, canvas: Canvas, row: object) -> _Row:
        def value(name: str) -> float:
            found = getattr(row, name)
            return math.nan if pd.isna(found) else float(found)

        label = canvas.wrap(str(getattr(row, "label", "")), _LABEL_END, BODY)
        worse = self.words.get("worse", "") if getattr(row, "higher_is", "") == "worse" else ""
        note = canvas.wrap(worse, _LABEL_END, TINY) if worse else []
        verdict = str(getattr(row, "verdict", "") or "")
        words = canvas.wrap(str(getattr(row, "verdict_label", "") or ""), canvas.width - _VERDICT - 3.2, SMALL)
        text = max(len(label) * line_height(BODY) + len(note) * line_height(TINY), len(words) * line_height(SMALL))
        return _Row(
            label,
            note,
            words,
            value("before"),
            value("after"),
            value("change"),
            value("ci_low"),
            value("ci_high"),
            verdict,
            max(_ROW, text + 2.6),
        )

    def _change_axis(self) -> Axis:
        values = self.rows[["change", "ci_low", "ci_high"]].abs().to_numpy(dtype=float)
        known = values[~pd.isna(values)]
        most = max([float(known.max()) if known.size else 0.0, 1.3 * (self.delta or 0.0), 1.0])
        return axis(-most, most, *_CHANGE, most=4)

    def _legend(self, canvas: Canvas) -> float:
        brand = canvas.brand
        entries = [(self.before_label, wave_key(canvas, "before")), (self.after_label, wave_key(canvas, "after"))]
        if self.words.get("interval"):
            ink = brand.colour("foreground")
            entries.append(
                (self.words["interval"], lambda x, y: canvas.line(x, y, x + 3.4, y, ink, width=0.45, layer=3))
            )
        if self.delta:
            entries.append((self.words["band"], canvas.swatch(brand.colour("band"), edge=brand.colour("rule"))))
        return canvas.legend(entries, 0.0)

    def _heads(self, canvas: Canvas, y: float) -> float:
        places = (
            ((_LEVEL[0] + _LEVEL[1]) / 2, self.words["level"], 44.0, "center"),
            ((_CHANGE[0] + _NUMBER_END) / 2, self.words["change"], 36.0, "center"),
            (_VERDICT - 1.4, self.words["verdict"], canvas.width - _VERDICT + 1.4, "left"),
        )
        heads = [(x, canvas.wrap(words, width, SMALL, 600), ha) for x, words, width, ha in places]
        deepest = max(len(lines) for _, lines, _ in heads)
        for x, lines, ha in heads:
            for index, line in enumerate(reversed(lines)):
                middle = y + (deepest - index - 0.5) * line_height(SMALL)
                canvas.text(x, middle, line, size=SMALL, weight=600, ha=ha)
        return y + deepest * line_height(SMALL)

    def _draw(self, canvas: Canvas, row: _Row, y: float, level: Axis, change: Axis) -> None:
        brand = canvas.brand
        noted = len(row.note) * line_height(TINY)
        canvas.lines(0, y - noted / 2, row.label)
        below = y + len(row.label) * line_height(BODY) / 2
        canvas.lines(0, below, row.note, size=TINY, colour=brand.colour("muted"))
        self._dumbbell(canvas, row, y, level)
        self._interval(canvas, row, y, change)
        verdict_mark(canvas, _VERDICT, y, row.verdict)
        canvas.lines(_VERDICT + (3.2 if row.verdict else -1.4), y, row.verdict_words, size=SMALL)

    def _dumbbell(self, canvas: Canvas, row: _Row, y: float, level: Axis) -> None:
        known = [
            (name, value) for name, value in (("before", row.before), ("after", row.after)) if not math.isnan(value)
        ]
        if len(known) == 2:
            canvas.line(
                level.at(row.before), y, level.at(row.after), y, canvas.brand.colour("dont-know"), width=0.9, layer=3
            )
        for index, (name, value) in enumerate(known):
            wave_mark(canvas, level.at(value), y, name)
            other = known[1 - index][1] if len(known) == 2 else math.inf
            # Equal values as printed: before to the left, after to the right.
            left = value < other if value != other else name == "before"
            x = level.at(value) + (-2.1 if left else 2.1)
            text, ha = number(value, self.digits, self.decimal), "right" if left else "left"
            canvas.text(x, y, text, size=SMALL, weight=600 if name == "after" else 400, ha=ha)

    def _interval(self, canvas: Canvas, row: _Row, y: float, change: Axis) -> None:
        if math.isnan(row.change):
            return
        brand, x = canvas.brand, change.at(row.change)
        if not (math.isnan(row.ci_low) or math.isnan(row.ci_high)):
            ink = brand.colour("foreground")
            left, right = change.at(row.ci_low), change.at(row.ci_high)
            canvas.line(left, y, right, y, ink, width=0.45, layer=3)
            for end in (left, right):
                canvas.line(end, y - 0.8, end, y + 0.8, ink, width=0.3, layer=3)
        fill = brand.verdict(row.verdict)
        canvas.point(x, y, brand.colour("foreground"), fill=fill, size=2.3)
        text = number(row.change, self.change_digits, self.decimal, sign=True)
        canvas.text(_NUMBER_END, y, text, size=SMALL, weight=600, ha="right")

    def data_table(self) -> pd.DataFrame:
        """Return the rows as given, without ``verdict`` ids."""
        return self.rows[[name for name in _COLUMNS if name not in ("verdict", "higher_is")]].copy()
