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
from evaluation.presentation.figures.rows import change_ends, column_heads, heading, number_in, theme_of

#: Columns in mm: label, level, change with its number, verdict. Numbers of the level stand outside the marks.
_LABEL_END, _LEVEL, _CHANGE, _NUMBER_END, _VERDICT = 36.0, (43.0, 86.0), (96.5, 126.0), 134.2, 137.0
_ROW = 5.7
#: Width of a wave's mark, and how far two that would cover each other part upwards and downwards, mm.
_MARK, _PART = 2.4, 1.15
#: The level axis shows the part of its limits that the data need, in steps of this.
_CUT = 20.0
_COLUMNS = ("label", "before", "after", "change", "ci_low", "ci_high", "verdict_label", "verdict", "higher_is")


class _Row(NamedTuple):
    theme: str
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
        (``better``, ``worse``, ``neutral``); optionally ``theme``, printed above the first of its rows.
    delta : float or None
        Half width of the band, points.
    before_label, after_label : str
        Words of the legend.
    words : mapping of str to str
        ``level, change, verdict`` (column heads), ``band`` (legend; not needed without delta),
        ``interval`` (legend, optional), ``worse`` (printed under scales where low is good, optional) and
        ``level_cut`` (column head with ``{low}`` and ``{high}``, instead of ``level`` where the axis is cut).
    limits : (float, float)
        Ends that the level axis can have; it shows what the data need of them, in steps of 20.
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
        object.__setattr__(self, "rows", checked("ScaleChanges", self.rows, _COLUMNS, optional=("theme",)))
        needed = ("level", "change", "verdict", *(("band",) if self.delta else ()))
        need_words("ScaleChanges", self.words, needed)

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        rows = [self._row(canvas, row) for row in self.rows.itertuples()]
        level, change = fixed_axis(self.level_limits, *_LEVEL), self._change_axis(canvas)
        top = self._heads(canvas, self._legend(canvas) + 1.8, level) + 0.8
        y, theme = top, ""
        for index, row in enumerate(rows):
            if row.theme and row.theme != theme:
                theme = row.theme
                y = heading(canvas, theme, y, _CHANGE[0] - 4.0, first=index == 0, ground=True)
            elif index:
                canvas.line(0, y, canvas.width, y, brand.colour("rule"), width=0.12, layer=1)
            self._draw(canvas, row, y + row.height / 2, level, change)
            y += row.height
        if self.delta:
            canvas.rect(change.at(-self.delta), top, change.at(self.delta), y, brand.colour("band"), layer=0)
        level.grid(canvas, top, y, decimal=self.decimal)
        change.grid(canvas, top, y, decimal=self.decimal, sign=True)
        canvas.line(change.at(0), top, change.at(0), y, brand.colour("muted"), width=0.3)
        canvas.height = y + 4.0
        return canvas

    @property
    def level_limits(self) -> tuple[float, float]:
        """Ends of the level axis: the data, rounded outwards to 20, within ``limits``."""
        values = self.rows[["before", "after"]].to_numpy(dtype=float)
        known = values[~pd.isna(values)]
        if not known.size:
            return self.limits
        low = max(self.limits[0], math.floor(float(known.min()) / _CUT) * _CUT)
        high = min(self.limits[1], math.ceil(float(known.max()) / _CUT) * _CUT)
        return (low, high) if high > low else self.limits

    def _row(self, canvas: Canvas, row: object) -> _Row:
        label = canvas.wrap(str(getattr(row, "label", "")), _LABEL_END, BODY)
        worse = self.words.get("worse", "") if getattr(row, "higher_is", "") == "worse" else ""
        note = canvas.wrap(worse, _LABEL_END, TINY) if worse else []
        verdict = str(getattr(row, "verdict", "") or "")
        words = canvas.wrap(str(getattr(row, "verdict_label", "") or ""), canvas.width - _VERDICT - 3.2, SMALL)
        text = max(len(label) * line_height(BODY) + len(note) * line_height(TINY), len(words) * line_height(SMALL))
        return _Row(
            theme_of(row),
            label,
            note,
            words,
            number_in(row, "before"),
            number_in(row, "after"),
            number_in(row, "change"),
            number_in(row, "ci_low"),
            number_in(row, "ci_high"),
            verdict,
            max(_ROW, text + 1.6),
        )

    def _change_axis(self, canvas: Canvas) -> Axis:
        # The widest number decides where the axis must end, half a mark before it.
        widest = max((canvas.measure(self._signed(value), SMALL, 600) for value in self._changes()), default=0.0)
        end = min(_CHANGE[1], _NUMBER_END - widest - 1.8)
        return axis(*change_ends(self.rows, self.delta), _CHANGE[0], end, most=5)

    def _changes(self) -> list[float]:
        return [float(value) for value in self.rows["change"] if not pd.isna(value)]

    def _signed(self, change: float) -> str:
        return number(change, self.change_digits, self.decimal, sign=True)

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

    def _heads(self, canvas: Canvas, y: float, level: Axis) -> float:
        words = self.words["level"]
        if (level.low, level.high) != self.limits and self.words.get("level_cut"):
            low, high = (number(end, 0, self.decimal) for end in (level.low, level.high))
            words = self.words["level_cut"].format(low=low, high=high)
        places = (
            ((_LEVEL[0] + _LEVEL[1]) / 2, words, 50.0, "center"),
            ((_CHANGE[0] + _NUMBER_END) / 2, self.words["change"], 38.0, "center"),
            (_VERDICT - 1.4, self.words["verdict"], canvas.width - _VERDICT + 1.4, "left"),
        )
        return column_heads(canvas, y, places)

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
        brand, close = canvas.brand, False
        if len(known) == 2:
            close = abs(level.at(row.before) - level.at(row.after)) < _MARK
            if not close:
                ends = level.at(row.before), level.at(row.after)
                canvas.line(ends[0], y, ends[1], y, brand.colour("dont-know"), width=0.9, layer=3)
        for index, (name, value) in enumerate(known):
            # Two marks that would cover each other stand above each other, before on top.
            middle = y + (0.0 if not close else -_PART if name == "before" else _PART)
            other = known[1 - index][1] if len(known) == 2 else math.inf
            # Equal values as printed: before to the left, after to the right.
            left = value < other if value != other else name == "before"
            x, weight = level.at(value) + (-2.0 if left else 2.0), 600 if name == "after" else 400
            text = number(value, self.digits, self.decimal)
            width = canvas.measure(text, SMALL, weight) + 0.6
            ground = (x - width + 0.3, x + 0.3) if left else (x - 0.3, x + width - 0.3)
            canvas.rect(ground[0], y - 1.5, ground[1], y + 1.5, brand.colour("background"))
            canvas.text(x, y, text, size=SMALL, weight=weight, ha="right" if left else "left")
            wave_mark(canvas, level.at(value), middle, name, _MARK)

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
        canvas.point(x, y, brand.colour("foreground"), fill=fill, size=2.2)
        canvas.text(_NUMBER_END, y, self._signed(row.change), size=SMALL, weight=600, ha="right")

    def data_table(self) -> pd.DataFrame:
        """Return the rows as given, without ``verdict`` ids."""
        kept = [name for name in self.rows.columns if name not in ("verdict", "higher_is")]
        return self.rows[kept].copy()
