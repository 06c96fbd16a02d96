"""When the release began and when each wave was in the field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import PERIODS, Drawn, checked
from evaluation.presentation.figures.canvas import BODY, SMALL, Canvas, line_height
from evaluation.presentation.figures.dates import TimeAxis, as_date, date_range, time_axis
from evaluation.presentation.numbers import NBSP

_LABEL_END, _START, _END, _ROW, _BAR = 44.0, 48.0, 158.0, 6.6, 3.6
_COLUMNS = ("label", "start", "end")


@dataclass(frozen=True, slots=True, eq=False)
class ReleaseTimeline(Drawn):
    """Releases as bars, below them the waves; each release's first day runs down as a dashed line.

    Parameters
    ----------
    releases, waves : DataFrame
        ``label, start, end`` (dates; a missing end is open). ``waves`` may hold ``period``
        (``before`` or ``after``), which colours the bar.
    locale : str
        ``da`` or ``en``: month names.
    """

    releases: pd.DataFrame
    waves: pd.DataFrame
    locale: str = "da"

    def __post_init__(self) -> None:
        for name in ("releases", "waves"):
            rows = checked("ReleaseTimeline", getattr(self, name), _COLUMNS, optional=("period",))
            if rows["start"].isna().any():
                raise ValueError(f"ReleaseTimeline: {name} need a start")
            rows["start"], rows["end"] = pd.to_datetime(rows["start"]), pd.to_datetime(rows["end"])
            if (rows["end"] < rows["start"]).any():
                raise ValueError(f"ReleaseTimeline: {name} end before they start")
            object.__setattr__(self, name, rows)

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas, scale = Canvas(brand), self._axis()
        y, starts = 0.6, []
        for row in self.releases.itertuples():
            starts.append((scale.at(row.start.date()), y))
            y = self._row(canvas, scale, row, y, brand.colour("release"), BODY)
        y += 1.2
        for row in self.waves.itertuples():
            period = str(getattr(row, "period", ""))
            y = self._row(canvas, scale, row, y, brand.colour(PERIODS.get(period, "muted")), SMALL)
        y += 0.8
        for x, top in starts:
            canvas.line(x, top, x, y, brand.colour("release"), width=0.35, dashed=True, layer=1)
        canvas.height = scale.draw(canvas, 0.0, y, self.locale)
        return canvas

    def _axis(self) -> TimeAxis:
        days: list[date] = []
        for rows in (self.releases, self.waves):
            days += [day for column in ("start", "end") for day in map(as_date, rows[column]) if day]
        return time_axis(days, _START, _END)

    def _row(self, canvas: Canvas, scale: TimeAxis, row: object, y: float, colour: str, size: float) -> float:
        brand, release = canvas.brand, size == BODY
        weight = 600 if release else 400
        lines = canvas.wrap(str(getattr(row, "label", "")), _LABEL_END, size, weight)
        height = max(_ROW, len(lines) * line_height(size) + 1.4)
        middle = y + height / 2
        canvas.lines(0, middle, lines, size=size, weight=weight)
        start, end = as_date(getattr(row, "start", None)), as_date(getattr(row, "end", None))
        if start is None:
            return y + height
        left = scale.at(start)
        right = max(scale.at(end) if end else scale.end, left + 1.2)
        canvas.rect(left, middle - _BAR / 2, right, middle + _BAR / 2, colour)
        text = date_range(start, end, self.locale).replace(" ", NBSP)
        width = canvas.measure(text, SMALL)
        if width + 3 < right - left:
            canvas.text(left + 1.5, middle, text, size=SMALL, colour=brand.text_on(colour))
            return y + height
        # Beside the bar: to the right where there is room and no release begins, else to the left;
        # paper behind the words hides the lines they cross.
        begins = [scale.at(day.date()) for day in self.releases["start"]]
        crossed = any(right < x < right + 2.0 + width for x in begins)
        after = right + 1.2 + width <= canvas.width and not (crossed and left - 1.2 - width > _LABEL_END)
        x = right + 1.2 if after else left - 1.2 - width
        canvas.rect(x - 0.5, middle - 1.7, x + width + 0.5, middle + 1.7, brand.colour("background"))
        canvas.text(x, middle, text, size=SMALL, colour=brand.colour("muted"))
        return y + height

    def data_table(self) -> pd.DataFrame:
        """``kind`` (``release`` or ``wave``), ``label, start, end``."""
        parts = [
            rows.loc[:, list(_COLUMNS)].assign(kind=kind)
            for kind, rows in (("release", self.releases), ("wave", self.waves))
        ]
        return pd.concat(parts, ignore_index=True)[["kind", *_COLUMNS]]
