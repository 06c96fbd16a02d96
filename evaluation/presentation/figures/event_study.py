"""Event study: differences in development between released and not released, by waves from the release."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evaluation.presentation.figures.panels import Panels


@dataclass(frozen=True, slots=True, eq=False)
class EventStudy(Panels):
    """Differences in change against the last wave before release, a panel a measure, a line a cohort.

    Waves stand at equal distances, because cohorts released at different times share no calendar. Differences
    before the release show what the groups differed in anyway.

    Parameters
    ----------
    rows : DataFrame
        As :class:`Panels`, and ``step``: 0 for the last wave before release, −1 the one before it, 1 the first after.
    """

    def own_columns(self) -> tuple[str, ...]:
        """The number of waves from the release."""
        return ("step",)

    def _steps(self) -> dict[str, int]:
        pairs = zip(self.rows["wave_label"].astype(str), pd.to_numeric(self.rows["step"]), strict=True)
        return dict(sorted({wave: int(step) for wave, step in pairs}.items(), key=lambda entry: entry[1]))

    def _at(self, step: float, start: float, end: float) -> float:
        steps = list(self._steps().values())
        low, high = min(*steps, 0), max(*steps, 1)
        return start + (step - low) / (high - low) * (end - start)

    def places(self, start: float, end: float) -> dict[str, float]:
        """By number of waves from the release."""
        return {wave: self._at(step, start, end) for wave, step in self._steps().items()}

    def releases(self, start: float, end: float) -> list[float]:
        """Half way between the last wave before and the first after."""
        return [self._at(0.5, start, end)]

    def data_table(self) -> pd.DataFrame:
        """As :class:`Panels` gives it, with ``difference`` instead of ``change``."""
        return Panels.data_table(self).rename(columns={"change": "difference"})
