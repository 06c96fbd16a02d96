"""Small panels on one axis: every measure a panel, the waves from left to right, all against one wave.

What :class:`~evaluation.presentation.figures.wave_changes.WaveChanges` and
:class:`~evaluation.presentation.figures.event_study.EventStudy` share: the grid of panels, the axis, the band ±δ,
the wave that all others are compared with, and intervals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import PERIODS, Drawn, checked, in_order, need_words
from evaluation.presentation.figures.canvas import SMALL, TINY, Canvas, line_height
from evaluation.presentation.figures.marks import Axis, axis, spread, tick_digits, wave_key, wave_mark
from evaluation.presentation.figures.numbers import number

#: Room for the numbers of the axis, between panels, and for the drawing of a panel, mm.
_NUMBERS, _GAP, _DRAWN = 8.0, 4.0, 20.0
#: Many panels are lower.
_LOW = 17.0
#: A panel alone is higher, and not as wide as the page.
_ALONE = (110.0, 42.0)
#: More panels than these stand four side by side, or they would not fit beside a text on a page.
_FEW = 9
_MARK = 2.3
#: Distance of a number's middle from the line of no change at least.
_CLEAR = 1.9
_SHAPES = ("o", "s", "D", "^")
COLUMNS = ("panel_label", "wave_label", "change", "ci_low", "ci_high", "period", "reference")


@dataclass(frozen=True, slots=True)
class Frame:
    """One panel: its sides in mm and its axis of changes."""

    left: float
    right: float
    top: float
    bottom: float
    scale: Axis


@dataclass(frozen=True, slots=True, eq=False)
class Panels(Drawn):
    """Changes against one wave, a panel a measure.

    Parameters
    ----------
    rows : DataFrame
        ``panel_label, wave_label, change, ci_low, ci_high`` (points; intervals may be missing), ``period``
        (``before``, ``after``) and ``reference`` (True for the wave compared with, whose change is 0); optionally
        ``group_label`` (lines of a panel, at most four).
    delta : float or None
        Half width of the band, points.
    words : mapping of str to str
        ``axis`` (what the axis measures), ``reference``, ``before``, ``after``, ``release`` and ``band`` (legend).
    decimal : str
        Decimal mark.
    """

    rows: pd.DataFrame
    delta: float | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ","

    def __post_init__(self) -> None:
        name = type(self).__name__
        rows = checked(name, self.rows, (*COLUMNS, *self.own_columns()), optional=("group_label",))
        if "group_label" not in rows:
            rows["group_label"] = ""
        if rows.duplicated(["panel_label", "group_label", "wave_label"]).any():
            raise ValueError(f"{name}: panel, group and wave must name one row each")
        if rows["group_label"].nunique() > len(_SHAPES):
            raise ValueError(f"{name}: at most {len(_SHAPES)} groups can be told apart")
        object.__setattr__(self, "rows", rows)
        needed = ("axis", "reference", "before", "after", "release", *(("band",) if self.delta else ()))
        need_words(name, self.words, needed)

    def own_columns(self) -> tuple[str, ...]:
        """Columns a kind of panels needs beside those of all."""
        return ()

    def places(self, start: float, end: float) -> dict[str, float]:
        """Where each wave stands between two mm."""
        raise NotImplementedError

    def releases(self, start: float, end: float) -> list[float]:
        """Where the release stands between two mm."""
        raise NotImplementedError

    @property
    def groups(self) -> list[str]:
        """Lines of a panel in order."""
        return in_order(self.rows["group_label"])

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        names = in_order(self.rows["panel_label"])
        y = self._legend(canvas) + 1.4
        canvas.text(0, y + line_height(SMALL) / 2, self.words["axis"], size=SMALL, colour=brand.colour("muted"))
        y += line_height(SMALL) + 1.6
        columns = 1 if len(names) == 1 else 2 if len(names) in (2, 4) else 3 if len(names) <= _FEW else 4
        wide = _ALONE[0] if columns == 1 else (canvas.width - _NUMBERS - (columns - 1) * _GAP) / columns
        tall = _ALONE[1] if columns == 1 else _DRAWN if columns < 4 else _LOW
        for start in range(0, len(names), columns):
            y = self._rank(canvas, names[start : start + columns], y, wide, tall)
        canvas.height = y - 1.6
        return canvas

    def _rank(self, canvas: Canvas, names: Sequence[str], y: float, wide: float, tall: float) -> float:
        """Panels side by side; returns the y below them."""
        titles = [canvas.wrap(name, wide, SMALL, 600) for name in names]
        top = y + max(len(lines) for lines in titles) * line_height(SMALL) + 1.0
        scale = self._axis(top + tall, top)
        deepest = 0.0
        for place, (name, lines) in enumerate(zip(names, titles, strict=True)):
            left = _NUMBERS + place * (wide + _GAP)
            for index, line in enumerate(reversed(lines)):
                canvas.text(left, top - 1.0 - (index + 0.5) * line_height(SMALL), line, size=SMALL, weight=600)
            frame = Frame(left, left + wide, top, top + tall, scale)
            deepest = max(deepest, self._panel(canvas, name, frame, numbered=place == 0))
        return deepest + 3.2

    def _axis(self, bottom: float, top: float) -> Axis:
        values = self.rows[["change", "ci_low", "ci_high"]].to_numpy(dtype=float)
        known = values[~pd.isna(values)]
        least = 1.2 * (self.delta or 1.0)
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        return axis(min(low, -least), max(high, least), bottom, top, most=4)

    def _panel(self, canvas: Canvas, name: str, frame: Frame, *, numbered: bool) -> float:
        brand, scale = canvas.brand, frame.scale
        if self.delta:
            band = scale.at(self.delta), scale.at(-self.delta)
            canvas.rect(frame.left, band[0], frame.right, band[1], brand.colour("band"), layer=0)
        for tick in scale.ticks:
            y = scale.at(tick)
            zero = abs(tick) < 1e-9
            ink, thick = (brand.colour("muted"), 0.3) if zero else (brand.colour("rule"), 0.18)
            canvas.line(frame.left, y, frame.right, y, ink, width=thick)
            if numbered:
                text = number(tick, tick_digits(scale.ticks), self.decimal, sign=True)
                canvas.text(frame.left - 1.4, y, text, size=TINY, colour=brand.colour("muted"), ha="right")
        ends = frame.left + 4.5, frame.right - (9.5 if len(self.groups) == 1 else 4.5)
        for x in self.releases(*ends):
            canvas.line(x, frame.top, x, frame.bottom, brand.colour("release"), width=0.4, dashed=True)
        rows = self.rows[self.rows["panel_label"].astype(str) == name]
        places = self.places(*ends)
        for at, group in enumerate(self.groups):
            self._line(canvas, rows[rows["group_label"].astype(str) == group], places, frame, at)
        shown = [wave for wave in places if wave in set(rows["wave_label"].astype(str))]
        return self._waves(canvas, {wave: places[wave] for wave in shown}, frame)

    def _line(self, canvas: Canvas, rows: pd.DataFrame, places: Mapping[str, float], frame: Frame, at: int) -> None:
        """One line; several stand side by side, so that intervals of one wave do not cover each other."""
        aside = (at - (len(self.groups) - 1) / 2) * 1.9
        known = [row for row in rows.itertuples() if not pd.isna(row.change)]
        marks = sorted(
            (places[str(row.wave_label)] + aside, frame.scale.at(float(str(row.change))), row) for row in known
        )
        ink = self._ink(canvas, at)
        for (x0, y0, _), (x1, y1, _) in pairwise(marks):
            canvas.line(x0, y0, x1, y1, ink, width=0.3, layer=2)
        for x, y, row in marks:
            low, high = float(row.ci_low), float(row.ci_high)
            if not math.isnan(low) and not math.isnan(high):
                canvas.line(x, frame.scale.at(low), x, frame.scale.at(high), ink, width=0.45, layer=3)
            self._mark(canvas, x, y, at, "reference" if row.reference else str(row.period))
        if marks and len(self.groups) == 1:
            x, y, last = marks[-1]
            text = number(float(str(last.change)), 1, self.decimal, sign=True)
            # A number on the line of no change would be struck through by it.
            zero = frame.scale.at(0)
            near = abs(y - zero) < _CLEAR
            middle = y if not near else zero - _CLEAR if float(str(last.change)) >= 0 else zero + _CLEAR
            canvas.text(x + 2.0, middle, text, size=SMALL, weight=600)

    def _ink(self, canvas: Canvas, at: int) -> str:
        return canvas.brand.colour("foreground") if len(self.groups) == 1 else canvas.brand.series[at]

    def _mark(self, canvas: Canvas, x: float, y: float, at: int, kind: str) -> None:
        """Before hollow, after filled, what is compared with a cross-bar; lines of several groups have own shapes."""
        brand = canvas.brand
        if kind == "reference":
            canvas.rect(x - 1.4, y - 0.45, x + 1.4, y + 0.45, brand.colour("foreground"), layer=4)
        elif len(self.groups) == 1:
            wave_mark(canvas, x, y, kind, _MARK)
        else:
            ink = brand.series[at]
            fill = brand.colour("background") if PERIODS.get(kind) == "before" else ink
            canvas.point(x, y, ink, fill=fill, shape=_SHAPES[at], size=_MARK)

    def _waves(self, canvas: Canvas, places: Mapping[str, float], frame: Frame) -> float:
        """Names of the waves below a panel, moved apart where they would touch; returns the y below them."""
        muted = canvas.brand.colour("muted")
        canvas.line(frame.left, frame.bottom, frame.right, frame.bottom, muted, width=0.2)
        room = (frame.right - frame.left) / max(len(places), 1) - 0.8
        labels = [canvas.wrap(wave, max(room, 7.0), TINY) for wave in places]
        widths = [max(canvas.measure(line, TINY) for line in lines) + 1.2 for lines in labels]
        middles = spread(list(places.values()), widths, frame.left - 1.0, frame.right)
        for x, middle, lines in zip(places.values(), middles, labels, strict=True):
            canvas.line(x, frame.bottom, x, frame.bottom + 0.8, muted, width=0.2)
            y = frame.bottom + 1.2 + len(lines) * line_height(TINY) / 2
            canvas.lines(middle, y, lines, size=TINY, ha="center")
        return frame.bottom + 1.2 + max((len(lines) for lines in labels), default=0) * line_height(TINY)

    def _legend(self, canvas: Canvas) -> float:
        brand, ink = canvas.brand, canvas.brand.colour("foreground")

        def reference(x: float, y: float) -> None:
            canvas.rect(x, y - 0.45, x + 2.8, y + 0.45, ink, layer=4)

        def release(x: float, y: float) -> None:
            canvas.line(x + 1.5, y - 1.8, x + 1.5, y + 1.8, brand.colour("release"), width=0.4, dashed=True)

        entries = []
        if len(self.groups) > 1:
            for at, group in enumerate(self.groups):
                entries.append((group, canvas.dot(brand.series[at], shape=_SHAPES[at], size=_MARK)))
        else:
            shown = set(self.rows.loc[~self.rows["reference"].astype(bool), "period"].astype(str))
            entries += [(self.words[kind], wave_key(canvas, kind)) for kind in ("before", "after") if kind in shown]
        entries += [(self.words["reference"], reference), (self.words["release"], release)]
        if self.delta:
            entries.append((self.words["band"], canvas.swatch(brand.colour("band"), edge=brand.colour("rule"))))
        return canvas.legend(entries, 0.0)

    def data_table(self) -> pd.DataFrame:
        """``measure_label, wave_label, period, change, ci_low, ci_high``, and ``group_label`` where there are several.

        The wave that the others are compared with has no change of its own and is left out.
        """
        rows = self.rows[~self.rows["reference"].astype(bool)].rename(columns={"panel_label": "measure_label"})
        several = ["group_label"] if len(self.groups) > 1 else []
        kept = ["measure_label", *several, "wave_label", "period", "change", "ci_low", "ci_high"]
        return rows[kept].reset_index(drop=True)
