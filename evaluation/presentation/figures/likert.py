"""Stacked answers to a battery of items, before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import PERIODS, Drawn, checked, in_order
from evaluation.presentation.figures.canvas import BODY, HEADING, SMALL, TEXT_WIDTH, TINY, Canvas, line_height
from evaluation.presentation.figures.fonts import fit_size, measure
from evaluation.presentation.figures.numbers import number, percent, percent_sign

#: Bar heights in mm: the last wave stands out, the earlier ones are thinner.
_LAST, _EARLIER, _BETWEEN, _ITEM_GAP = 5.4, 4.2, 0.7, 3.2
#: Room in mm a label of 1, 2 or 3 figures needs inside its segment.
_LABEL_ROOM = {1: 2.3, 2: 3.7, 3: 5.0}
_DONT_KNOW_GAP, _DONT_KNOW_LABEL = 3.0, 8.0


@dataclass(frozen=True, slots=True, eq=False)
class LikertBattery(Drawn):
    """Horizontal 100 % bars, one an item and wave, "Ved ikke" set aside in grey.

    Parameters
    ----------
    rows : DataFrame
        ``item_label, wave_label, wave_order, category_label, category_order, share`` (0–1 of
        those who answered), ``n``; optionally ``period`` (``before`` or ``after``), which colours
        the wave's mark; two waves without it are before and after. A bar with a missing share
        prints ``hidden_text`` instead. Items stand in order of first appearance.
    categories : tuple of str
        Category labels from worst to best.
    dont_know : DataFrame, optional
        ``item_label, wave_label, share`` (0–1 of those asked).
    dont_know_label, hidden_text, n_template : str
        Words; ``n_template`` holds ``{wave}`` and ``{n}``.
    decimal : str
        Decimal mark, ``,`` or ``.``.

    Raises
    ------
    ValueError
        For missing columns, unknown categories, shares outside 0–1 or not adding up to 1.
    """

    rows: pd.DataFrame
    categories: tuple[str, ...]
    dont_know: pd.DataFrame | None = None
    dont_know_label: str = "Ved ikke"
    hidden_text: str = ".."
    n_template: str = "{wave} (n = {n})"
    decimal: str = ","

    def __post_init__(self) -> None:
        columns = ("item_label", "wave_label", "wave_order", "category_label", "category_order", "share", "n")
        unique = ("item_label", "wave_label", "category_label")
        rows = checked("LikertBattery", self.rows, columns, optional=("period",), shares=("share",), unique=unique)
        unknown = set(rows["category_label"]) - set(self.categories)
        if unknown:
            raise ValueError(f"LikertBattery: categories not declared: {', '.join(sorted(map(str, unknown)))}")
        total = rows.groupby(["item_label", "wave_label"])["share"].agg(lambda shares: shares.sum(skipna=False))
        if ((total - 1).abs() > 0.02).any():
            raise ValueError("LikertBattery: shares of a bar must add up to 1")
        object.__setattr__(self, "rows", rows)
        if self.dont_know is not None:
            aside = ("item_label", "wave_label", "share")
            frame = checked("LikertBattery", self.dont_know, aside, shares=("share",), unique=aside[:2])
            object.__setattr__(self, "dont_know", frame)

    @property
    def waves(self) -> list[str]:
        """Wave labels in order."""
        return in_order(self.rows.sort_values("wave_order", kind="stable")["wave_label"])

    @property
    def label_limit(self) -> float:
        """Share (0–1) below which a segment is too narrow for its percentage."""
        return _LABEL_ROOM[1] / self._bar

    @property
    def unlabelled(self) -> int:
        """How many segments above zero carry no percentage, so that the note can say it."""
        shares = self.rows["share"].dropna()
        return sum(1 for share in shares if share > 0 and not self._labelled(share))

    @property
    def _gutter(self) -> float:
        widest = max(measure(self._wave_text(row), SMALL, 600) for row in self._bars().itertuples())
        return min(52.0, widest + 5.2)

    @property
    def _bar(self) -> float:
        """Length of 100 % in mm; depends on the content alone, never on the brand."""
        aside = self._aside_most()
        room = TEXT_WIDTH - self._gutter - 1.0
        return room if aside is None else (room - _DONT_KNOW_GAP - _DONT_KNOW_LABEL) / (1 + aside)

    def _aside_most(self) -> float | None:
        if self.dont_know is None or self.dont_know["share"].notna().sum() == 0:
            return None
        return float(self.dont_know["share"].max())

    def _labelled(self, share: float) -> bool:
        return share * self._bar >= _LABEL_ROOM[len(percent(share))]

    def _bars(self) -> pd.DataFrame:
        """One row a bar: item, wave, n, period."""
        kept = [name for name in ("item_label", "wave_label", "wave_order", "n", "period") if name in self.rows]
        return self.rows[kept].drop_duplicates(["item_label", "wave_label"])

    def _wave_text(self, bar: object) -> str:
        n = getattr(bar, "n", math.nan)
        wave = str(getattr(bar, "wave_label", ""))
        return wave if pd.isna(n) else self.n_template.format(wave=wave, n=number(float(n), 0, self.decimal))

    def _period(self, bar: object) -> str:
        waves = self.waves
        if "period" in self.rows:
            return str(getattr(bar, "period", ""))
        if len(waves) != 2:
            return ""
        return "before" if getattr(bar, "wave_label", "") == waves[0] else "after"

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        y = self._legend(canvas) + 2.0
        bars = self._bars().sort_values("wave_order", kind="stable")
        for item in in_order(self.rows["item_label"]):
            for line in canvas.wrap(item, TEXT_WIDTH, HEADING, 600):
                canvas.text(0, y + line_height(HEADING) / 2, line, size=HEADING, weight=600)
                y += line_height(HEADING)
            y += 0.5
            for bar in bars[bars["item_label"] == item].itertuples():
                height = _LAST if bar.wave_label == self.waves[-1] else _EARLIER
                self._draw_bar(canvas, bar, y, height)
                y += height + _BETWEEN
            y += _ITEM_GAP - _BETWEEN
        canvas.height = self._axis(canvas, y - _ITEM_GAP + 0.8)
        return canvas

    def _legend(self, canvas: Canvas) -> float:
        brand = canvas.brand
        entries = [
            (category, canvas.swatch(fill, edge=_edge(brand, fill)))
            for category, fill in zip(self.categories, brand.scale(len(self.categories)), strict=True)
        ]
        if self._aside_most() is not None:
            entries.append((self.dont_know_label, canvas.swatch(brand.colour("dont-know"))))
        return canvas.legend(entries, 0.0)

    def _draw_bar(self, canvas: Canvas, bar: object, y: float, height: float) -> None:
        brand, gutter, length = canvas.brand, self._gutter, self._bar
        item, wave = getattr(bar, "item_label", ""), getattr(bar, "wave_label", "")
        last = wave == self.waves[-1]
        middle = y + height / 2
        period = self._period(bar)
        if period in PERIODS:
            colour = brand.colour(PERIODS[period])
            canvas.point(1.2, middle, colour, size=2.1 if last else 1.9)
        text, weight = self._wave_text(bar), 600 if last else 400
        size = fit_size(text, gutter - 4.4, SMALL, weight, brand.family)
        canvas.text(3.2, middle, text, size=size, weight=weight)
        rows = self.rows[(self.rows["item_label"] == item) & (self.rows["wave_label"] == wave)]
        shares = rows.set_index("category_label")["share"].reindex(list(self.categories))
        if rows["share"].isna().any():
            canvas.rect(gutter, y, gutter + length, y + height, brand.colour("background"), edge=brand.colour("rule"))
            size = fit_size(self.hidden_text, length - 4, SMALL, 400, brand.family)
            canvas.text(gutter + 2, middle, self.hidden_text, size=size, colour=brand.colour("muted"), italic=True)
        else:
            self._segments(canvas, [0.0 if math.isnan(share) else share for share in shares], y, height)
            self._draw_aside(canvas, item, wave, y, height)

    def _segments(self, canvas: Canvas, shares: list[float], y: float, height: float) -> None:
        brand, left, total = canvas.brand, self._gutter, sum(shares)
        edge = partial(canvas.line, colour=brand.colour("background"), width=0.3, layer=3)
        for share, fill in zip(shares, brand.scale(len(shares)), strict=True):
            if share <= 0:
                continue
            right = left + self._bar * share / total
            canvas.rect(left, y, right, y + height, fill)
            if left > self._gutter:
                edge(left, y, left, y + height)
            if self._labelled(share):
                size = SMALL if height == _LAST else TINY
                canvas.text(
                    (left + right) / 2,
                    y + height / 2,
                    percent(share),
                    size=size,
                    colour=brand.text_on(fill),
                    ha="center",
                )
            left = right

    def _draw_aside(self, canvas: Canvas, item: str, wave: str, y: float, height: float) -> None:
        if self.dont_know is None:
            return
        found = self.dont_know[(self.dont_know["item_label"] == item) & (self.dont_know["wave_label"] == wave)]
        if found.empty or pd.isna(found["share"].iloc[0]):
            return
        share, left = float(found["share"].iloc[0]), self._gutter + self._bar + _DONT_KNOW_GAP
        right = left + share * self._bar
        canvas.rect(left, y, max(right, left + 0.25), y + height, canvas.brand.colour("dont-know"))
        canvas.text(right + 1.0, y + height / 2, percent(share), size=TINY, colour=canvas.brand.colour("muted"))

    def _axis(self, canvas: Canvas, y: float) -> float:
        brand = canvas.brand
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = self._gutter + share * self._bar
            canvas.line(x, y, x, y + 1.0, brand.colour("muted"), width=0.15)
            canvas.text(
                x, y + 2.8, percent_sign(share, self.decimal), size=TINY, colour=brand.colour("muted"), ha="center"
            )
        canvas.line(self._gutter, y, self._gutter + self._bar, y, brand.colour("muted"), width=0.15)
        return y + 4.6

    def data_table(self) -> pd.DataFrame:
        """One row an item and wave: ``item_label, wave_label, n``, a share 0–1 a category, and don't know."""
        wide = self.rows.pivot(index=["item_label", "wave_label"], columns="category_label", values="share")
        table = self._bars()[["item_label", "wave_label", "n"]].merge(
            wide.reindex(columns=list(self.categories)).reset_index(), on=["item_label", "wave_label"], how="left"
        )
        if self.dont_know is not None:
            aside = self.dont_know.rename(columns={"share": self.dont_know_label})
            table = table.merge(aside, on=["item_label", "wave_label"], how="left")
        return table


def _edge(brand: Brand, fill: str) -> str | None:
    """The palest answer colour needs an outline on paper."""
    return brand.colour("dont-know") if fill == brand.answers[2] else None
