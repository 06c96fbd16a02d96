"""Every unit a dot, one strip a wave, the municipality's mean as a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import PERIODS, Drawn, checked, in_order
from evaluation.presentation.figures.canvas import BODY, SMALL, Canvas, line_height
from evaluation.presentation.figures.marks import Axis, axis, fixed_axis, wave_mark
from evaluation.presentation.figures.numbers import number

_LABEL_END, _END, _DOT, _STRIP = 38.0, 155.0, 2.5, 10.0
#: What parts neighbours, mm.
_AIR = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class UnitDistribution(Drawn):
    """Dots per unit by wave, moved apart vertically where they would cover each other.

    Parameters
    ----------
    rows : DataFrame
        ``unit_label, wave_label, value``; optionally ``period``. Hidden units are not in it.
    means : DataFrame, optional
        ``wave_label, value``: the municipality's own mean (not the mean of the dots).
    unit_label, mean_label : str
        Words of the legend.
    limits : (float, float), optional
        Ends of the axis; from the data when not given.
    axis_label : str
        What the axis measures, printed below it.
    decimal : str
        Decimal mark.
    """

    rows: pd.DataFrame
    means: pd.DataFrame | None = None
    unit_label: str = ""
    mean_label: str = ""
    limits: tuple[float, float] | None = None
    axis_label: str = ""
    decimal: str = ","

    def __post_init__(self) -> None:
        columns = ("unit_label", "wave_label", "value")
        rows = checked("UnitDistribution", self.rows, columns, optional=("period",), unique=columns[:2])
        object.__setattr__(self, "rows", rows)
        if self.means is not None:
            means = checked("UnitDistribution", self.means, ("wave_label", "value"), unique=("wave_label",))
            object.__setattr__(self, "means", means)

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas, scale = Canvas(brand), self._axis()
        y = self._legend(canvas)
        top, waves = y, in_order(self.rows["wave_label"])
        for index, wave in enumerate(waves):
            rows = self.rows[self.rows["wave_label"].astype(str) == wave].dropna(subset=["value"])
            offsets = beeswarm([scale.at(value) for value in rows["value"]], _DOT + 0.15)
            spread = max((abs(offset) for offset in offsets), default=0.0)
            weight = 600 if index == len(waves) - 1 else 400
            label = canvas.wrap(wave, _LABEL_END - 3, BODY, weight)
            half = max(spread + _DOT / 2, _STRIP / 2 - 1.5, len(label) * line_height(BODY) / 2)
            # The mean's number stands above its line, so a strip has room for it.
            middle = y + (4.6 if self.means is not None else 1.2) + half
            bottom = middle + half + 1.2
            canvas.lines(0, middle, label, weight=weight)
            if index:
                canvas.line(0, y, _END, y, brand.colour("rule"), width=0.12)
            self._strip(canvas, rows, offsets, scale, middle)
            self._mean(canvas, wave, scale, y + 2.6, bottom - 0.6)
            y = bottom
        scale.grid(canvas, top, y, decimal=self.decimal)
        canvas.height = y + 4.2
        if self.axis_label:
            x = (scale.start + scale.end) / 2
            canvas.text(
                x,
                canvas.height + line_height(SMALL) / 2,
                self.axis_label,
                size=SMALL,
                colour=brand.colour("muted"),
                ha="center",
            )
            canvas.height += line_height(SMALL) + 0.4
        return canvas

    def _axis(self) -> Axis:
        if self.limits is not None:
            return fixed_axis(self.limits, _LABEL_END + 3, _END)
        values = [*self.rows["value"].dropna(), *([] if self.means is None else self.means["value"].dropna())]
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        return axis(low, high, _LABEL_END + 3, _END)

    def _legend(self, canvas: Canvas) -> float:
        ink = canvas.brand.colour("foreground")
        entries = []
        if self.unit_label:
            entries.append((self.unit_label, self._key(canvas)))
        if self.mean_label and self.means is not None:
            entries.append(
                (self.mean_label, lambda x, y: canvas.line(x + 1.5, y - 1.8, x + 1.5, y + 1.8, ink, width=0.6, layer=3))
            )
        return canvas.legend(entries, 0.0) + 1.4 if entries else 0.0

    def _key(self, canvas: Canvas) -> Callable[[float, float], None]:
        """A dot; where the dots differ by period, one of each."""
        if not set(self.rows.get("period", pd.Series(dtype=object)).astype(str)) & set(PERIODS):
            return canvas.dot(canvas.brand.colour("primary"), size=_DOT)

        def both(x: float, y: float) -> None:
            wave_mark(canvas, x + 0.9, y, "before", 1.8)
            wave_mark(canvas, x + 2.9, y, "after", 1.8)

        return both

    def _strip(self, canvas: Canvas, rows: pd.DataFrame, offsets: list[float], scale: Axis, middle: float) -> None:
        brand, paper = canvas.brand, canvas.brand.colour("background")
        for row, offset in zip(rows.itertuples(), offsets, strict=True):
            colour = brand.colour(PERIODS.get(str(getattr(row, "period", "")), "primary"))
            # Before hollow, after filled, as in every figure.
            hollow = getattr(row, "period", "") == "before"
            fill = paper if hollow else colour
            canvas.point(scale.at(row.value), middle + offset, colour, fill=fill, size=_DOT - _AIR)

    def _mean(self, canvas: Canvas, wave: str, scale: Axis, top: float, bottom: float) -> None:
        if self.means is None:
            return
        found = self.means.loc[self.means["wave_label"].astype(str) == wave, "value"].dropna()
        if found.empty:
            return
        x = scale.at(float(found.iloc[0]))
        canvas.line(x, top + 1.6, x, bottom, canvas.brand.colour("foreground"), width=0.6, layer=3)
        canvas.text(x, top, number(float(found.iloc[0]), 0, self.decimal), size=SMALL, weight=600, ha="center")

    def data_table(self) -> pd.DataFrame:
        """``unit_label, wave_label, value``."""
        return self.rows[["unit_label", "wave_label", "value"]].copy()


def beeswarm(places: list[float], size: float) -> list[float]:
    """Vertical offsets in mm that keep dots of ``size`` mm at ``places`` from covering each other."""
    done: list[tuple[float, float]] = []
    offsets = [0.0] * len(places)
    for index in sorted(range(len(places)), key=lambda place: places[place]):
        near = [(x, y) for x, y in done if abs(x - places[index]) < size]
        # Candidates: the middle, and touching each neighbour from above or below.
        choices = [0.0]
        for x, y in near:
            rise = (size**2 - (x - places[index]) ** 2) ** 0.5
            choices += [y + rise, y - rise]
        free = (
            choice
            for choice in sorted(choices, key=lambda value: (abs(value), value))
            if all((x - places[index]) ** 2 + (y - choice) ** 2 >= size**2 - 1e-6 for x, y in near)
        )
        offsets[index] = next(free)
        done.append((places[index], offsets[index]))
    return offsets
