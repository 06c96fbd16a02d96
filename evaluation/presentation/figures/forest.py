"""One measure's change in every group, with its interval, the band ±δ and the municipality's own change."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import Drawn, checked, need_words
from evaluation.presentation.figures.canvas import BODY, SMALL, TINY, Canvas, line_height
from evaluation.presentation.figures.marks import Axis, axis
from evaluation.presentation.figures.numbers import number
from evaluation.presentation.figures.rows import change_ends, column_heads, heading, number_in, theme_of

#: Columns in mm: label, where the number of answers ends, axis, where change and interval end.
_LABEL_END, _N_END, _AXIS, _NUMBER_END, _END = 50.0, 64.5, (70.0, 124.0), 138.0, 160.0
_ROW, _MARK = 5.2, 2.4
_COLUMNS = ("label", "n", "change", "ci_low", "ci_high", "verdict", "verdict_label")


class _Row(NamedTuple):
    theme: str
    label: list[str]
    note: list[str]
    n: float
    change: float
    ci_low: float
    ci_high: float
    verdict: str
    digits: int
    height: float


@dataclass(frozen=True, slots=True, eq=False)
class Forest(Drawn):
    """A row a group; the first row is the whole that the others are parts of.

    Parameters
    ----------
    rows : DataFrame
        ``label, n`` (answers after), ``change, ci_low, ci_high`` (points; missing where there is none),
        ``verdict`` (id or ``""``), ``verdict_label`` (printed under the label where there is a verdict);
        optionally ``theme``, printed above the first of its rows, and ``digits``, the decimals of the change.
    delta : float or None
        Half width of the band, points.
    words : mapping of str to str
        ``n, change, numbers`` (column heads), ``interval`` (legend), ``whole`` (legend of the line at the first
        row's change), ``band`` (legend; not needed without delta), ``hidden`` (printed where there is no number) and
        ``to`` (between the ends of an interval).
    decimal : str
        Decimal mark.
    """

    rows: pd.DataFrame
    delta: float | None
    words: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ","

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", checked("Forest", self.rows, _COLUMNS, optional=("theme", "digits")))
        needed = ("n", "change", "numbers", "interval", "whole", "hidden", "to", *(("band",) if self.delta else ()))
        need_words("Forest", self.words, needed)

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        rows = [self._row(canvas, row, first=place == 0) for place, row in enumerate(self.rows.itertuples())]
        scale = axis(*change_ends(self.rows, self.delta), *_AXIS, most=6)
        top = self._heads(canvas, self._legend(canvas, rows) + 1.8) + 0.8
        y, theme = top, ""
        for place, row in enumerate(rows):
            if row.theme and row.theme != theme:
                theme = row.theme
                y = heading(canvas, theme, y, _N_END, first=place == 0)
            elif place:
                canvas.line(0, y, canvas.width, y, brand.colour("rule"), width=0.12, layer=1)
            self._draw(canvas, row, y + row.height / 2, scale, first=place == 0)
            y += row.height
        if self.delta:
            canvas.rect(scale.at(-self.delta), top, scale.at(self.delta), y, brand.colour("band"), layer=0)
        scale.grid(canvas, top, y, decimal=self.decimal, sign=True)
        canvas.line(scale.at(0), top, scale.at(0), y, brand.colour("muted"), width=0.3)
        if not math.isnan(rows[0].change):
            whole = scale.at(rows[0].change)
            canvas.line(whole, top, whole, y, brand.colour("muted"), width=0.25, dashed=True)
        canvas.height = y + 4.0
        return canvas

    def _row(self, canvas: Canvas, row: object, *, first: bool) -> _Row:
        label = canvas.wrap(str(getattr(row, "label", "")), _LABEL_END, BODY, 600 if first else 400)
        verdict = str(getattr(row, "verdict", "") or "")
        told = str(getattr(row, "verdict_label", "") or "") if verdict else ""
        note = canvas.wrap(told, _LABEL_END, TINY) if told else []
        digits = getattr(row, "digits", 1)
        return _Row(
            theme_of(row),
            label,
            note,
            number_in(row, "n"),
            number_in(row, "change"),
            number_in(row, "ci_low"),
            number_in(row, "ci_high"),
            verdict,
            1 if pd.isna(digits) else int(digits),
            max(_ROW, len(label) * line_height(BODY) + len(note) * line_height(TINY) + 1.6),
        )

    def _legend(self, canvas: Canvas, rows: list[_Row]) -> float:
        brand, ink = canvas.brand, canvas.brand.colour("foreground")

        def interval(x: float, y: float) -> None:
            canvas.line(x, y, x + 3.4, y, ink, width=0.45, layer=3)

        def whole(x: float, y: float) -> None:
            canvas.line(x + 1.5, y - 1.8, x + 1.5, y + 1.8, brand.colour("muted"), width=0.25, dashed=True)

        entries: list[tuple[str, Callable[[float, float], None]]] = [(self.words["interval"], interval)]
        if not math.isnan(rows[0].change) and len(rows) > 1:
            entries.append((self.words["whole"], whole))
        if self.delta:
            entries.append((self.words["band"], canvas.swatch(brand.colour("band"), edge=brand.colour("rule"))))
        return canvas.legend(entries, 0.0)

    def _heads(self, canvas: Canvas, y: float) -> float:
        places = (
            (_N_END, self.words["n"], _N_END - 40.0, "right"),
            ((_AXIS[0] + _AXIS[1]) / 2, self.words["change"], _AXIS[1] - _AXIS[0], "center"),
            (_END, self.words["numbers"], _END - _AXIS[1] - 3.0, "right"),
        )
        return column_heads(canvas, y, places)

    def _draw(self, canvas: Canvas, row: _Row, y: float, scale: Axis, *, first: bool) -> None:
        brand, weight = canvas.brand, 600 if first else 400
        noted = len(row.note) * line_height(TINY)
        canvas.lines(0, y - noted / 2, row.label, weight=weight)
        below = y + len(row.label) * line_height(BODY) / 2
        canvas.lines(0, below, row.note, size=TINY, colour=brand.colour("muted"))
        if not math.isnan(row.n):
            canvas.text(_N_END, y, number(row.n, 0, self.decimal), size=SMALL, ha="right", weight=weight)
        for end, told in zip((_NUMBER_END, _END), self._told(row), strict=True):
            canvas.text(end, y, told, size=SMALL, ha="right", weight=weight)
        if math.isnan(row.change):
            return
        x, ink = scale.at(row.change), brand.colour("foreground")
        if not math.isnan(row.ci_low) and not math.isnan(row.ci_high):
            left, right = scale.at(row.ci_low), scale.at(row.ci_high)
            canvas.line(left, y, right, y, ink, width=0.45, layer=3)
            for end in (left, right):
                canvas.line(end, y - 0.8, end, y + 0.8, ink, width=0.3, layer=3)
        canvas.point(x, y, ink, fill=brand.verdict(row.verdict), size=_MARK, shape="D" if first else "o")

    def _told(self, row: _Row) -> tuple[str, str]:
        """The change and its interval, as the reader finds them at the right."""
        if math.isnan(row.change):
            return self.words["hidden"], ""
        told = number(row.change, row.digits, self.decimal, sign=True)
        if math.isnan(row.ci_low) or math.isnan(row.ci_high):
            return told, ""
        low, high = (number(end, 1, self.decimal) for end in (row.ci_low, row.ci_high))
        return told, f"({low} {self.words['to']} {high})"

    def data_table(self) -> pd.DataFrame:
        """Return the rows as given, without ``verdict`` ids and ``digits``."""
        return self.rows[[name for name in self.rows.columns if name not in ("verdict", "digits")]].copy()
