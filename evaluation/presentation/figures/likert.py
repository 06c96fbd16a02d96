"""Stacked answers to a battery of items, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import PERIODS, Drawn, checked, in_order
from evaluation.presentation.figures.canvas import BODY, SMALL, TEXT_WIDTH, TINY, Canvas, line_height
from evaluation.presentation.figures.fonts import fit_size, measure
from evaluation.presentation.figures.marks import wave_mark
from evaluation.presentation.figures.numbers import number, percent, percent_sign

#: Bar heights in mm: the last wave stands out, the earlier ones are thinner. Three batteries of four items
#: in two waves stand on one page of a report.
_LAST, _EARLIER, _BETWEEN, _ITEM_GAP, _UNDER_HEADING = 3.7, 3.1, 0.3, 1.6, 0.35
#: Room in mm a label of 1, 2 or 3 figures needs inside its segment.
_LABEL_ROOM = {1: 2.3, 2: 3.7, 3: 5.0}
_DONT_KNOW_GAP, _DONT_KNOW_LABEL = 3.0, 8.0


class _Bar(NamedTuple):
    """One bar; ``shares`` in the order of the categories, empty when hidden; ``aside`` is don't know."""

    item: str
    label: str
    last: bool
    order: int
    period: str
    shares: tuple[float, ...]
    aside: float | None


class _Geometry(NamedTuple):
    """Left end and length of 100 % in mm, and whether don't know has its column."""

    gutter: float
    length: float
    aside: bool


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
        bars = rows.groupby(["item_label", "wave_label"])["share"]
        # Of a bar with a hidden share nobody knows what the others add up to.
        total = bars.sum()[bars.count() == bars.size()]
        if ((total - 1).abs() > 0.02).any():
            raise ValueError("LikertBattery: shares of a bar must add up to 1")
        object.__setattr__(self, "rows", rows)
        if self.dont_know is not None:
            aside = ("item_label", "wave_label", "share")
            frame = checked("LikertBattery", self.dont_know, aside, shares=("share",), unique=aside[:2])
            object.__setattr__(self, "dont_know", frame)

    @property
    def label_limit(self) -> float:
        """Share (0–1) below which a segment is too narrow for its percentage."""
        return _LABEL_ROOM[1] / self._geometry().length

    @property
    def unlabelled(self) -> int:
        """How many segments above zero carry no percentage, so that the note can say it."""
        length = self._geometry().length
        shares = self.rows["share"].dropna()
        return sum(1 for share in shares if share > 0 and not _labelled(share, length))

    def _bars(self) -> list[_Bar]:
        """Bars in drawing order: items as they come, waves by their order."""
        waves = in_order(self.rows.sort_values("wave_order", kind="stable")["wave_label"])
        aside: dict[tuple[str, str], float] = {}
        if self.dont_know is not None:
            known = self.dont_know.dropna(subset=["share"])
            aside = {(row.item_label, row.wave_label): float(row.share) for row in known.itertuples()}
        bars = []
        for (item, wave), rows in self.rows.groupby(["item_label", "wave_label"], sort=False):
            shares = dict(zip(rows["category_label"], rows["share"], strict=True))
            n, hidden = rows["n"].iloc[0], bool(rows["share"].isna().any())
            period = str(rows["period"].iloc[0]) if "period" in rows else ""
            if "period" not in rows and len(waves) == 2:
                period = "before" if wave == waves[0] else "after"
            label = wave if pd.isna(n) else self.n_template.format(wave=wave, n=number(float(n), 0, self.decimal))
            ordered = () if hidden else tuple(float(shares.get(category, 0.0)) for category in self.categories)
            bars.append(
                _Bar(item, label, wave == waves[-1], waves.index(wave), period, ordered, aside.get((item, wave)))
            )
        items = in_order(self.rows["item_label"])
        return sorted(bars, key=lambda bar: (items.index(bar.item), bar.order))

    def _geometry(self, bars: list[_Bar] | None = None) -> _Geometry:
        """Where 0 % and 100 % lie, in mm; depends on the content alone, never on the brand."""
        bars = self._bars() if bars is None else bars
        gutter = min(52.0, max(measure(bar.label, SMALL, 600) for bar in bars) + 5.2)
        asides = [bar.aside for bar in bars if bar.aside is not None]
        # Half of "100 %" stands to the right of the bar.
        room = TEXT_WIDTH - gutter - (1.0 if asides else 4.6)
        return _Geometry(
            gutter, (room - _DONT_KNOW_GAP - _DONT_KNOW_LABEL) / (1 + max(asides)) if asides else room, bool(asides)
        )

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas, bars = Canvas(brand), self._bars()
        geometry = self._geometry(bars)
        y, item = self._legend(canvas, geometry) + 1.1 - _ITEM_GAP, ""
        for index, bar in enumerate(bars):
            if index == 0 or bar.item != item:
                item = bar.item
                y = self._heading(canvas, item, y + _ITEM_GAP - (_BETWEEN if index else 0))
            height = _LAST if bar.last else _EARLIER
            self._draw_bar(canvas, bar, geometry, y, height)
            y += height + _BETWEEN
        canvas.height = self._axis(canvas, geometry, y + 0.5)
        return canvas

    def _legend(self, canvas: Canvas, geometry: _Geometry) -> float:
        brand = canvas.brand
        entries = [
            (category, canvas.swatch(fill, edge=_edge(brand, fill)))
            for category, fill in zip(self.categories, brand.scale(len(self.categories)), strict=True)
        ]
        if geometry.aside:
            entries.append((self.dont_know_label, canvas.swatch(brand.colour("dont-know"))))
        return canvas.legend(entries, 0.0)

    def _heading(self, canvas: Canvas, item: str, y: float) -> float:
        for line in canvas.wrap(item, TEXT_WIDTH, BODY, 600):
            canvas.text(0, y + line_height(BODY) / 2, line, size=BODY, weight=600)
            y += line_height(BODY)
        return y + _UNDER_HEADING

    def _draw_bar(self, canvas: Canvas, bar: _Bar, geometry: _Geometry, y: float, height: float) -> None:
        brand, (gutter, length, _) = canvas.brand, geometry
        middle, weight = y + height / 2, 600 if bar.last else 400
        if bar.period in PERIODS:
            wave_mark(canvas, 1.2, middle, bar.period, 2.2)
        size = fit_size(bar.label, gutter - 4.4, SMALL, weight, brand.family)
        canvas.text(3.2, middle, bar.label, size=size, weight=weight)
        if not bar.shares:
            canvas.rect(gutter, y, gutter + length, y + height, brand.colour("background"), edge=brand.colour("rule"))
            size = fit_size(self.hidden_text, length - 4, SMALL, 400, brand.family)
            canvas.text(gutter + 2, middle, self.hidden_text, size=size, colour=brand.colour("muted"), italic=True)
            return
        self._segments(canvas, bar.shares, geometry, y, height)
        if bar.aside is not None:
            left = gutter + length + _DONT_KNOW_GAP
            right = left + max(bar.aside * length, 0.25)
            canvas.rect(left, y, right, y + height, brand.colour("dont-know"))
            canvas.text(right + 1.0, middle, percent(bar.aside), size=TINY, colour=brand.colour("muted"))

    def _segments(
        self, canvas: Canvas, shares: tuple[float, ...], geometry: _Geometry, y: float, height: float
    ) -> None:
        brand, left, total = canvas.brand, geometry.gutter, sum(shares)
        for share, fill in zip(shares, brand.scale(len(shares)), strict=True):
            if share <= 0:
                continue
            right = left + geometry.length * share / total
            canvas.rect(left, y, right, y + height, fill)
            if left > geometry.gutter:
                canvas.line(left, y, left, y + height, brand.colour("background"), width=0.3, layer=3)
            if _labelled(share, geometry.length):
                size, colour = SMALL if height == _LAST else TINY, brand.text_on(fill)
                canvas.text((left + right) / 2, y + height / 2, percent(share), size=size, colour=colour, ha="center")
            left = right

    def _axis(self, canvas: Canvas, geometry: _Geometry, y: float) -> float:
        muted, (left, length, _) = canvas.brand.colour("muted"), geometry
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = left + share * length
            canvas.line(x, y, x, y + 0.8, muted, width=0.15)
            canvas.text(x, y + 2.4, percent_sign(share, self.decimal), size=TINY, colour=muted, ha="center")
        canvas.line(left, y, left + length, y, muted, width=0.15)
        return y + 3.7

    def data_table(self) -> pd.DataFrame:
        """One row an item and wave: ``item_label, wave_label, n``, a share 0–1 a category, and don't know."""
        indexed = self.rows.set_index(["item_label", "wave_label", "category_label"])["share"]
        wide = indexed.unstack("category_label")  # noqa: PD010 - pivot_table would drop hidden bars
        bars = self.rows.sort_values("wave_order", kind="stable").drop_duplicates(["item_label", "wave_label"])
        table = bars[["item_label", "wave_label", "n"]].merge(
            wide.reindex(columns=list(self.categories)).reset_index(), on=["item_label", "wave_label"], how="left"
        )
        if self.dont_know is not None:
            aside = self.dont_know.rename(columns={"share": self.dont_know_label})
            table = table.merge(aside, on=["item_label", "wave_label"], how="left")
        return table

    def shares(self) -> frozenset[str]:
        """The categories, and don't know."""
        return frozenset((*self.categories, self.dont_know_label))


def _labelled(share: float, length: float) -> bool:
    return share * length >= _LABEL_ROOM[len(percent(share))]


def _edge(brand: Brand, fill: str) -> str | None:
    """Give the palest answer colour the outline it needs on paper."""
    return brand.colour("dont-know") if fill == brand.answers[2] else None
