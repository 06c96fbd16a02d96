"""What people say has changed: worse to the left, better to the right, the same set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import Drawn, checked, need_words
from evaluation.presentation.figures.canvas import BODY, SMALL, TINY, Canvas, line_height
from evaluation.presentation.figures.fonts import fit_size
from evaluation.presentation.figures.numbers import number, percent

#: Columns in mm: label with n, the diverging bars with room for a number at both ends, the same.
_LABEL_END, _LEFT, _BAR, _NUMBER, _BETWEEN = 56.0, 60.0, 5.0, 5.5, 5.0
#: Least width in mm of worse, better and the same: their heads stand above them.
_LEAST = (3.0, 24.0, 17.0)
_SHARES = ("share_worse", "share_same", "share_better")


class _Places(NamedTuple):
    """Zero of the diverging bars and of the ones set aside (mm), and mm a share of 1."""

    zero: float
    aside: float
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class PerceivedChange(Drawn):
    """Diverging bars around zero.

    Parameters
    ----------
    rows : DataFrame
        ``label, share_worse, share_same, share_better`` (0–1, adding up to 1; missing where hidden), ``n``.
    words : mapping of str to str
        ``worse, same, better`` (column heads) and ``hidden`` (printed for a hidden row).
    n_template : str
        With ``{n}``.
    decimal : str
        Decimal mark.
    """

    rows: pd.DataFrame
    words: Mapping[str, str] = field(default_factory=dict)
    n_template: str = "n = {n}"
    decimal: str = ","

    def __post_init__(self) -> None:
        rows = checked("PerceivedChange", self.rows, ("label", *_SHARES, "n"), shares=_SHARES)
        total = rows[list(_SHARES)].sum(axis=1, skipna=False)
        if ((total - 1).abs() > 0.02).any():
            raise ValueError("PerceivedChange: shares of a row must add up to 1")
        object.__setattr__(self, "rows", rows)
        hidden = ("hidden",) if total.isna().any() else ()
        need_words("PerceivedChange", self.words, ("worse", "same", "better", *hidden))

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        places = self._places(canvas.width)
        top = y = self._heads(canvas, places)
        for row in self.rows.itertuples():
            y += self._draw(canvas, row, y, places)
        canvas.height = y + 0.4 if y > top else y
        return canvas

    def _places(self, width: float) -> _Places:
        """Where zero and the set-aside bars lie, and mm a share of 1: one scale for all three."""
        most = [max([0.0, *self.rows[name].dropna()]) for name in ("share_worse", "share_better", "share_same")]
        room = width - _LEFT - 3 * _NUMBER - _BETWEEN
        scale = room / max(sum(most), 0.1)
        while sum(max(share * scale, least) for share, least in zip(most, _LEAST, strict=True)) > room:
            scale *= 0.98
        worse, better, _ = (max(share * scale, least) for share, least in zip(most, _LEAST, strict=True))
        zero = _LEFT + _NUMBER + worse
        return _Places(zero, zero + better + _NUMBER + _BETWEEN, scale)

    def _heads(self, canvas: Canvas, places: _Places) -> float:
        zero, aside, _ = places
        brand, step = canvas.brand, line_height(SMALL)
        left = canvas.wrap(self.words["worse"], zero - 8.0, SMALL, 600)
        right = canvas.wrap(self.words["better"], aside - zero - 8, SMALL, 600)
        same = canvas.wrap(self.words["same"], canvas.width - aside - 4.0, SMALL, 600)
        deepest = max(len(left), len(right), len(same))
        for lines, x, ha in (
            (left, zero - 2.0, "right"),
            (right, zero + 2.0, "left"),
            (same, aside + 4.4, "left"),
        ):
            for index, line in enumerate(reversed(lines)):
                canvas.text(x, (deepest - index - 0.5) * step, line, size=SMALL, weight=600, ha=ha)
        level = (deepest - 0.5) * step
        widest = max(canvas.measure(line, SMALL, 600) for line in left)
        canvas.swatch(brand.answers[0])(zero - 2.0 - widest - 4.2, level)
        widest = max(canvas.measure(line, SMALL, 600) for line in right)
        canvas.swatch(brand.answers[-1])(zero + 2.0 + widest + 1.2, level)
        canvas.swatch(brand.answers[2], edge=brand.colour("dont-know"))(aside, level)
        return deepest * step + 1.8

    def _draw(self, canvas: Canvas, row: object, y: float, places: _Places) -> float:
        zero, aside, scale = places
        brand, n = canvas.brand, getattr(row, "n", None)
        label = canvas.wrap(str(getattr(row, "label", "")), _LABEL_END, BODY)
        base = "" if n is None or pd.isna(n) else self.n_template.format(n=number(float(n), 0, self.decimal))
        text = len(label) * line_height(BODY) + line_height(TINY) * bool(base)
        height = max(text, _BAR) + 2.4
        middle = y + height / 2
        canvas.lines(0, middle - line_height(TINY) * bool(base) / 2, label)
        canvas.text(0, middle + text / 2 - line_height(TINY) / 2, base, size=TINY, colour=brand.colour("muted"))
        worse, same, better = (getattr(row, name) for name in _SHARES)
        if pd.isna(worse) or pd.isna(same) or pd.isna(better):
            size = fit_size(self.words["hidden"], canvas.width - _LEFT, SMALL, 400, brand.family)
            canvas.text(_LEFT, middle, self.words["hidden"], size=size, colour=brand.colour("muted"), italic=True)
            return height
        top, bottom = middle - _BAR / 2, middle + _BAR / 2
        canvas.line(zero, y, zero, y + height, brand.colour("foreground"), width=0.3, layer=3)
        canvas.line(aside, y, aside, y + height, brand.colour("rule"), width=0.3, layer=3)
        canvas.rect(zero - worse * scale, top, zero, bottom, brand.answers[0])
        canvas.rect(zero, top, zero + better * scale, bottom, brand.answers[-1])
        canvas.rect(aside, top, aside + same * scale, bottom, brand.answers[2], edge=brand.colour("dont-know"))
        canvas.text(zero - worse * scale - 1.0, middle, percent(worse), size=SMALL, ha="right")
        canvas.text(zero + better * scale + 1.0, middle, percent(better), size=SMALL)
        canvas.text(aside + same * scale + 1.0, middle, percent(same), size=SMALL, colour=brand.colour("muted"))
        return height

    def data_table(self) -> pd.DataFrame:
        """``label, n, share_worse, share_same, share_better`` (0–1)."""
        return self.rows[["label", "n", *_SHARES]].copy()
