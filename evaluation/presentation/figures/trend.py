"""A few lines over the waves, labelled where they end, the release marked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import Drawn, checked, in_order
from evaluation.presentation.figures.canvas import SMALL, TINY, Canvas, line_height
from evaluation.presentation.figures.dates import TimeAxis, as_date, time_axis
from evaluation.presentation.figures.marks import Axis, axis, fixed_axis, spread, tick_digits
from evaluation.presentation.figures.numbers import number

_START, _END, _LABEL, _HEIGHT = 16.0, 112.0, 117.0, 62.0
_SHAPES = ("o", "s", "D", "^")
_COLUMNS = ("label", "wave_label", "date", "value", "ci_low", "ci_high")


@dataclass(frozen=True, slots=True, eq=False)
class Trend(Drawn):
    """Lines over time with intervals as thin bars.

    Parameters
    ----------
    rows : DataFrame
        ``label, wave_label, date, value, ci_low, ci_high`` (intervals may be missing); at most
        as many labels as the brand has series (four).
    release_date : date or None
        Where the dashed line stands.
    release_label : str
        Words beside it.
    limits : (float, float), optional
        Ends of the value axis; from the data when not given.
    axis_label : str
        What the axis measures, printed above it.
    decimal : str
        Decimal mark.
    digits : int
        Decimals of the values printed.
    """

    rows: pd.DataFrame
    release_date: date | None = None
    release_label: str = ""
    limits: tuple[float, float] | None = None
    axis_label: str = ""
    decimal: str = ","
    digits: int = 0

    def __post_init__(self) -> None:
        rows = checked("Trend", self.rows, _COLUMNS, unique=("label", "wave_label"))
        rows["date"] = pd.to_datetime(rows["date"])
        if rows["date"].isna().any():
            raise ValueError("Trend: every row needs a date")
        if rows["label"].nunique() > len(_SHAPES):
            raise ValueError(f"Trend: at most {len(_SHAPES)} lines can be told apart")
        # The order of the lines stays the caller's, time runs within each.
        place = {label: index for index, label in enumerate(in_order(rows["label"]))}
        keys = rows.assign(_line=rows["label"].astype(str).map(place)).sort_values(["_line", "date"], kind="stable")
        object.__setattr__(self, "rows", keys.drop(columns="_line").reset_index(drop=True))

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        top = 6.0 if self.axis_label or self.release_label else 2.0
        bottom = top + _HEIGHT
        time, scale = self._time(), self._values(bottom, top)
        self._grid(canvas, scale, time)
        self._release(canvas, time, top, bottom)
        lines = in_order(self.rows["label"])
        for place, label in enumerate(lines):
            rows = self.rows[self.rows["label"].astype(str) == label].dropna(subset=["value"])
            self._line(
                canvas, rows, brand.series[place], _SHAPES[place], time, scale, (place - (len(lines) - 1) / 2) * 0.9
            )
        self._labels(canvas, lines, scale, top, bottom)
        canvas.height = self._waves(canvas, time, bottom)
        return canvas

    def _time(self) -> TimeAxis:
        days = [day for day in map(as_date, self.rows["date"]) if day]
        return time_axis([*days, *([self.release_date] if self.release_date else [])], _START, _END, share=0.06)

    def _values(self, bottom: float, top: float) -> Axis:
        if self.limits is not None:
            return fixed_axis(self.limits, bottom, top)
        values = pd.concat([self.rows[name] for name in ("value", "ci_low", "ci_high")]).astype(float).dropna()
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        return axis(low, high, bottom, top)

    def _grid(self, canvas: Canvas, scale: Axis, time: TimeAxis) -> None:
        brand, digits = canvas.brand, tick_digits(scale.ticks)
        for tick in scale.ticks:
            y = scale.at(tick)
            canvas.line(time.start, y, time.end, y, brand.colour("rule"), width=0.18)
            text = number(tick, digits, self.decimal)
            canvas.text(time.start - 1.5, y, text, size=TINY, colour=brand.colour("muted"), ha="right")
        canvas.text(0, 1.6, self.axis_label, size=SMALL, colour=brand.colour("muted"))

    def _release(self, canvas: Canvas, time: TimeAxis, top: float, bottom: float) -> None:
        if self.release_date is None:
            return
        colour, x = canvas.brand.colour("release"), time.at(self.release_date)
        canvas.line(x, top - 3.0, x, bottom, colour, width=0.4, dashed=True, layer=1)
        right = x + 1.2 + canvas.measure(self.release_label, SMALL, 600) <= canvas.width
        place, ha = (x + 1.2, "left") if right else (x - 1.2, "right")
        canvas.text(place, top - 3.0, self.release_label, size=SMALL, weight=600, colour=colour, ha=ha)

    def _line(
        self, canvas: Canvas, rows: pd.DataFrame, colour: str, shape: str, time: TimeAxis, scale: Axis, aside: float
    ) -> None:
        """One line; ``aside`` moves it by parts of a mm, so that intervals of one wave do not cover each other."""
        places = [(time.at(row.date.date()) + aside, scale.at(float(row.value)), row) for row in rows.itertuples()]
        for (x0, y0, _), (x1, y1, _) in pairwise(places):
            canvas.line(x0, y0, x1, y1, colour, width=0.55, layer=3)
        for x, y, row in places:
            if not (pd.isna(row.ci_low) or pd.isna(row.ci_high)):
                canvas.line(x, scale.at(float(row.ci_low)), x, scale.at(float(row.ci_high)), colour, width=0.3, layer=3)
            canvas.point(x, y, canvas.brand.colour("background"), fill=colour, shape=shape, size=2.7)

    def _labels(self, canvas: Canvas, lines: list[str], scale: Axis, top: float, bottom: float) -> None:
        """Name and last value at the right, moved apart where they would touch."""
        found = []
        for place, label in enumerate(lines):
            rows = self.rows[self.rows["label"].astype(str) == label].dropna(subset=["value"])
            if rows.empty:
                continue
            last = float(rows["value"].iloc[-1])
            words = canvas.wrap(
                f"{label}: {number(last, self.digits, self.decimal)}", canvas.width - _LABEL - 4, SMALL, 600
            )
            found.append((place, scale.at(last), words))
        wished = [y for _, y, _ in found]
        heights = [len(words) * line_height(SMALL) + 0.8 for _, _, words in found]
        places = spread(wished, heights, top - 2.0, bottom + 2.0)
        for (place, y, words), middle in zip(found, places, strict=True):
            colour = canvas.brand.series[place]
            canvas.line(_END, y, _LABEL - 1.0, middle, colour, width=0.2, layer=1)
            canvas.point(
                _LABEL + 1.0, middle, canvas.brand.colour("background"), fill=colour, shape=_SHAPES[place], size=2.5
            )
            canvas.lines(_LABEL + 3.6, middle, words, size=SMALL, weight=600)

    def _waves(self, canvas: Canvas, time: TimeAxis, bottom: float) -> float:
        brand, muted = canvas.brand, canvas.brand.colour("muted")
        canvas.line(time.start, bottom, time.end, bottom, muted, width=0.2)
        waves = self.rows.sort_values("date", kind="stable").drop_duplicates("wave_label")
        wished = [time.at(row.date.date()) for row in waves.itertuples()]
        labels = [canvas.wrap(str(wave), 26.0, SMALL) for wave in waves["wave_label"]]
        widths = [max(canvas.measure(line, SMALL) for line in lines) + 2.0 for lines in labels]
        deepest = max(len(lines) for lines in labels)
        for x, middle, lines in zip(wished, spread(wished, widths, 4.0, _LABEL), labels, strict=True):
            canvas.line(x, bottom, x, bottom + 1.0, muted, width=0.2)
            canvas.lines(
                middle,
                bottom + 1.4 + len(lines) * line_height(SMALL) / 2,
                lines,
                size=SMALL,
                colour=brand.colour("foreground"),
                ha="center",
            )
        return bottom + 1.8 + deepest * line_height(SMALL)

    def data_table(self) -> pd.DataFrame:
        """``label, wave_label, date, value, ci_low, ci_high``."""
        table = self.rows.copy()
        return table[table["value"].map(lambda value: not math.isnan(float(value)))].reset_index(drop=True)
