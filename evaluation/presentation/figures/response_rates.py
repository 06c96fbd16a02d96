"""Who was invited and who answered, by survey or group and wave."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import PERIODS, Drawn, checked, in_order
from evaluation.presentation.figures.canvas import BODY, SMALL, TINY, Canvas, line_height
from evaluation.presentation.figures.marks import wave_mark
from evaluation.presentation.figures.numbers import number, percent_sign

_LABEL_END, _WAVE, _START, _ROW, _BAR, _GAP = 46.0, 49.0, 74.0, 5.6, 3.8, 2.6
_COLUMNS = ("label", "wave_label", "rate", "invited", "answered")


@dataclass(frozen=True, slots=True, eq=False)
class ResponseRates(Drawn):
    """One bar a label and wave on a 0–100 % track, with rate and counts in figures.

    Parameters
    ----------
    rows : DataFrame
        ``label, wave_label, rate`` (0–1, missing where unknown), ``invited, answered``; optionally
        ``period`` (``before`` or ``after``), which colours the bar. Drawn in the order given.
    count_template : str
        With ``{answered}`` and ``{invited}``, e.g. ``"{answered} af {invited}"``; where the invited
        are not known only the answered are printed.
    decimal : str
        Decimal mark.
    """

    rows: pd.DataFrame
    count_template: str = "{answered} / {invited}"
    decimal: str = ","

    def __post_init__(self) -> None:
        unique = ("label", "wave_label")
        rows = checked("ResponseRates", self.rows, _COLUMNS, optional=("period",), shares=("rate",), unique=unique)
        object.__setattr__(self, "rows", rows)

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        counts = [self._count(row) for row in self.rows.itertuples()]
        end = canvas.width - 11.0 - max(canvas.measure(text, SMALL) for text in counts) - 2.0
        y = 0.0
        for number_of_label, label in enumerate(in_order(self.rows["label"])):
            if number_of_label:
                canvas.line(0, y - _GAP / 2, canvas.width, y - _GAP / 2, brand.colour("rule"), width=0.12)
            rows = self.rows[self.rows["label"].astype(str) == label]
            lines = canvas.wrap(label, _LABEL_END, BODY, 600)
            waves = [canvas.wrap(str(row.wave_label), _START - _WAVE - 4.7, SMALL) for row in rows.itertuples()]
            steps = [max(_ROW, len(wave) * line_height(SMALL) + 0.6) for wave in waves]
            height = max(len(lines) * line_height(BODY), sum(steps))
            canvas.lines(0, y + height / 2, lines, weight=600)
            top = y + (height - sum(steps)) / 2
            for row, wave, step in zip(rows.itertuples(), waves, steps, strict=True):
                self._draw(canvas, row, wave, top + step / 2, end)
                top += step
            y += height + _GAP
        y -= _GAP - 0.6
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = _START + share * (end - _START)
            canvas.text(
                x, y + 1.8, percent_sign(share, self.decimal), size=TINY, colour=brand.colour("muted"), ha="center"
            )
        canvas.height = y + 3.8
        return canvas

    def _count(self, row: object) -> str:
        answered, invited = getattr(row, "answered", math.nan), getattr(row, "invited", math.nan)
        if pd.isna(answered):
            return ""
        shown = number(float(answered), 0, self.decimal)
        if pd.isna(invited):
            return shown
        return self.count_template.format(answered=shown, invited=number(float(invited), 0, self.decimal))

    def _draw(self, canvas: Canvas, row: object, wave: list[str], y: float, end: float) -> None:
        brand, period = canvas.brand, str(getattr(row, "period", ""))
        rate = getattr(row, "rate", math.nan)
        left = _WAVE
        if period in PERIODS:
            wave_mark(canvas, _WAVE + 1.2, y, period, 2.1)
            left += 3.2
        canvas.lines(left, y, wave, size=SMALL)
        canvas.rect(_START, y - _BAR / 2, end, y + _BAR / 2, brand.colour("rule"), layer=0)
        for share in (0.25, 0.5, 0.75):
            x = _START + share * (end - _START)
            canvas.line(x, y - _BAR / 2, x, y + _BAR / 2, brand.colour("background"), width=0.2)
        if not pd.isna(rate):
            fill = brand.colour(PERIODS.get(period, "primary"))
            canvas.rect(_START, y - _BAR / 2, _START + rate * (end - _START), y + _BAR / 2, fill)
            text = percent_sign(rate, self.decimal)
            canvas.text(end + 10.0, y, text, size=SMALL, weight=600, ha="right")
        canvas.text(canvas.width, y, self._count(row), size=SMALL, colour=brand.colour("muted"), ha="right")

    def data_table(self) -> pd.DataFrame:
        """``label, wave_label, invited, answered, rate`` (0–1)."""
        return self.rows[["label", "wave_label", "invited", "answered", "rate"]].copy()
