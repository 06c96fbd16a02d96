"""Every wave against the last one before the release, a panel a measure, on a true time axis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from evaluation.presentation.figures.dates import TimeAxis, as_date
from evaluation.presentation.figures.panels import Panels


@dataclass(frozen=True, slots=True, eq=False)
class WaveChanges(Panels):
    """Changes of one population over its waves; see :class:`Panels`.

    Parameters
    ----------
    rows : DataFrame
        As :class:`Panels`, and ``date`` (a day of the wave's fieldwork).
    release_date : date or None
        Where the dashed line stands.
    """

    release_date: date | None = None

    def own_columns(self) -> tuple[str, ...]:
        """The day of the wave's fieldwork."""
        return ("date",)

    def _days(self) -> dict[str, date]:
        found: dict[str, date] = {}
        for wave, day in zip(self.rows["wave_label"].astype(str), pd.to_datetime(self.rows["date"]), strict=True):
            known = as_date(day)
            if known is None:
                raise ValueError("WaveChanges: every row needs a date")
            found[wave] = known
        return dict(sorted(found.items(), key=lambda entry: entry[1]))

    def _time(self, start: float, end: float) -> TimeAxis:
        days = list(self._days().values())
        return TimeAxis(days[0], days[-1], start, end)

    def places(self, start: float, end: float) -> dict[str, float]:
        """True to time."""
        time = self._time(start, end)
        return {wave: time.at(day) for wave, day in self._days().items()}

    def releases(self, start: float, end: float) -> list[float]:
        """The day itself."""
        return [] if self.release_date is None else [self._time(start, end).at(self.release_date)]
