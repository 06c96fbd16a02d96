"""Dates on an axis, written the way the language writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from evaluation.presentation.figures.canvas import TINY, Canvas


def as_date(value: object) -> date | None:
    """Return a plain date; ``None`` for a missing one."""
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()


def long_date(day: date, locale: str) -> str:
    """``1. juni 2021``."""
    from babel.dates import format_date

    return str(format_date(day, "d. MMMM y" if locale.startswith("da") else "d MMMM y", locale=locale))


def date_range(start: date, end: date | None, locale: str) -> str:
    """``1. okt.–30. nov. 2024``; open ranges end in a dash; the same day is told once."""
    from babel.dates import format_date

    day = "d. MMM" if locale.startswith("da") else "d MMM"
    if end is None:
        return f"{long_date(start, locale)}–"
    if start == end:
        return long_date(start, locale)
    first = format_date(start, day if start.year == end.year else f"{day} y", locale=locale)
    return f"{first}–{format_date(end, f'{day} y', locale=locale)}"


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Days from ``first`` to ``last`` on mm ``start`` to ``end``."""

    first: date
    last: date
    start: float
    end: float

    def at(self, day: date) -> float:
        """Place in mm, kept within the axis."""
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def draw(self, canvas: Canvas, top: float, bottom: float, locale: str) -> float:
        """Hairlines at the turn of years, the years below, months too where there is room; returns the y below."""
        brand = canvas.brand
        rule, muted = brand.colour("rule"), brand.colour("muted")
        months = (self.end - self.start) / max((self.last - self.first).days / 30.4, 1)
        every = next((step for step in (1, 3, 6) if months * step >= 8.0), 12)
        y = bottom
        if every < 12:
            for month in self._months(every):
                x = self.at(month)
                canvas.line(x, bottom, x, bottom + 0.9, muted, width=0.15)
                if x + 6 < self.end:
                    from babel.dates import format_date

                    canvas.text(
                        x + 0.4, bottom + 1.9, str(format_date(month, "MMM", locale=locale)), size=TINY, colour=muted
                    )
            y += 3.0
        years = range(self.first.year, self.last.year + 1)
        for year in years:
            left, right = self.at(max(date(year, 1, 1), self.first)), self.at(min(date(year + 1, 1, 1), self.last))
            if year > self.first.year:
                canvas.line(left, top, left, y + 3.2, rule, width=0.18)
            if right - left > 8.0:
                canvas.text((left + right) / 2, y + 2.2, str(year), size=TINY, colour=muted, ha="center")
        canvas.line(self.start, bottom, self.end, bottom, muted, width=0.2)
        return y + 4.2

    def _months(self, every: int) -> list[date]:
        days = (
            date(year, month, 1) for year in range(self.first.year, self.last.year + 1) for month in range(1, 13, every)
        )
        return [day for day in days if self.first <= day < self.last]


def time_axis(days: Iterable[date], start: float, end: float, *, share: float = 0.03) -> TimeAxis:
    """Make an axis over ``days`` with a little air at both ends."""
    known = sorted(days)
    air = timedelta(days=max(30, round((known[-1] - known[0]).days * share)))
    return TimeAxis(known[0] - air, known[-1] + air, start, end)
