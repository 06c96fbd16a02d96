"""Measures against groups: the verdict of each by colour, mark and word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from evaluation.presentation.brand import VERDICT_ROLES, Brand
from evaluation.presentation.figures.base import Drawn, checked, in_order
from evaluation.presentation.figures.canvas import BODY, SMALL, TINY, Canvas, line_height
from evaluation.presentation.figures.fonts import fit_size
from evaluation.presentation.figures.marks import verdict_mark

_LABEL_END, _START, _CELL, _GAP, _WIDEST = 46.0, 49.0, 7.6, 0.8, 34.0
_COLUMNS = ("measure_label", "group_label", "verdict", "verdict_label")


@dataclass(frozen=True, slots=True, eq=False)
class VerdictMatrix(Drawn):
    """One row a measure, one column a group, both in order of first appearance.

    Parameters
    ----------
    rows : DataFrame
        ``measure_label, group_label, verdict`` (id, ``""`` where there is none), ``verdict_label``
        (also what is printed in an empty cell, e.g. ``..``). Combinations not given stay blank.

    Notes
    -----
    Where the cells are too narrow for the words, they hold the marks alone and the words
    stand in the legend.
    """

    rows: pd.DataFrame

    def __post_init__(self) -> None:
        rows = checked("VerdictMatrix", self.rows, _COLUMNS, unique=_COLUMNS[:2])
        object.__setattr__(self, "rows", rows.fillna({"verdict": "", "verdict_label": ""}))

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        groups = in_order(self.rows["group_label"])
        width = min((canvas.width - _START) / len(groups), _WIDEST)
        words = self._words_fit(canvas, width)
        y = 0.0 if words else self._legend(canvas) + 1.6
        y = self._heads(canvas, groups, width, y)
        cells = {(row.measure_label, row.group_label): row for row in self.rows.itertuples()}
        for measure in in_order(self.rows["measure_label"]):
            lines = canvas.wrap(measure, _LABEL_END, BODY)
            height = max(_CELL, len(lines) * line_height(BODY) + 1.2)
            canvas.lines(0, y + height / 2, lines)
            for place, group in enumerate(groups):
                cell = cells.get((measure, group))
                if cell is not None:
                    self._cell(canvas, cell, _START + place * width, y, width, height, words)
            y += height + _GAP
        canvas.height = y
        return canvas

    def _words_fit(self, canvas: Canvas, width: float) -> bool:
        """Whether every label stands in its cell on at most two lines without a broken word."""
        for label in in_order(self.rows["verdict_label"]):
            widest = max((canvas.measure(word, TINY) for word in label.split()), default=0.0)
            if widest > width - 6.4 or len(canvas.wrap(label, width - 6.4, TINY)) > 2:
                return False
        return True

    def _legend(self, canvas: Canvas) -> float:
        def key(verdict: str) -> Callable[[float, float], None]:
            def draw(x: float, y: float) -> None:
                fill = canvas.brand.verdict(verdict)
                canvas.rect(x - 0.6, y - 2.1, x + 3.6, y + 2.1, fill, edge=canvas.brand.colour("dont-know"))
                verdict_mark(canvas, x + 1.5, y, verdict, colour=canvas.brand.text_on(fill))

            return draw

        known = self.rows[self.rows["verdict"] != ""].drop_duplicates("verdict")
        order = list(VERDICT_ROLES)
        pairs = sorted(
            zip(known["verdict"], known["verdict_label"], strict=True), key=lambda pair: order.index(pair[0])
        )
        return canvas.legend([(label, key(verdict)) for verdict, label in pairs], 0.0, x=0.6)

    def _heads(self, canvas: Canvas, groups: list[str], width: float, y: float) -> float:
        longest = max(canvas.measure(word, SMALL, 600) for group in groups for word in group.split())
        if longest > width - 1.4:
            return self._turned_heads(canvas, groups, width, y)
        heads = [canvas.wrap(group, width - 1.4, SMALL, 600) for group in groups]
        deepest = max(len(lines) for lines in heads)
        for place, lines in enumerate(heads):
            for index, line in enumerate(reversed(lines)):
                middle = y + (deepest - index - 0.5) * line_height(SMALL)
                canvas.text(_START + (place + 0.5) * width, middle, line, size=SMALL, weight=600, ha="center")
        return y + deepest * line_height(SMALL) + 0.8

    def _turned_heads(self, canvas: Canvas, groups: list[str], width: float, y: float) -> float:
        """Group names from below upwards, where a word would not fit its column."""
        step = line_height(SMALL)
        heads = [canvas.wrap(group, 34.0, SMALL, 600) for group in groups]
        bottom = y + max(canvas.measure(line, SMALL, 600) for lines in heads for line in lines) + 1.0
        for place, lines in enumerate(heads):
            left = _START + (place + 0.5) * width - _GAP / 2 - (len(lines) - 1) * step / 2
            for index, line in enumerate(lines):
                canvas.text(left + index * step, bottom, line, size=SMALL, weight=600, upwards=True)
        return bottom + 1.2

    def _cell(self, canvas: Canvas, cell: object, x: float, y: float, width: float, height: float, words: bool) -> None:
        brand, verdict, label = canvas.brand, getattr(cell, "verdict", ""), str(getattr(cell, "verdict_label", ""))
        right, middle = x + width - _GAP, y + height / 2
        if not verdict:
            canvas.rect(x, y, right, y + height, brand.colour("background"), edge=brand.colour("rule"))
            size = fit_size(label, width - 1.6, TINY, 400, brand.family)
            canvas.text((x + right) / 2, middle, label, size=size, colour=brand.colour("muted"), ha="center")
            return
        fill = brand.verdict(verdict)
        pale = verdict in ("uaendret", "uafklaret")
        canvas.rect(x, y, right, y + height, fill, edge=brand.colour("dont-know") if pale else None)
        ink = brand.text_on(fill)
        verdict_mark(canvas, x + 2.7 if words else (x + right) / 2, middle, verdict, colour=ink)
        if words:
            canvas.lines(x + 5.0, middle, canvas.wrap(label, width - 6.4, TINY), size=TINY, colour=ink)

    def data_table(self) -> pd.DataFrame:
        """Wide: one row a measure, one column a group, the verdict's words in the cells."""
        indexed = self.rows.set_index(["measure_label", "group_label"])["verdict_label"]
        wide = indexed.unstack("group_label")  # noqa: PD010 - pivot_table would take means of words
        wide = wide.reindex(index=in_order(self.rows["measure_label"]), columns=in_order(self.rows["group_label"]))
        wide.columns.name = None
        return wide.reset_index()
