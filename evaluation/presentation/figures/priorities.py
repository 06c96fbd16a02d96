"""How important each matter is against how satisfied people are with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import Drawn, checked, need_words
from evaluation.presentation.figures.canvas import BODY, SMALL, TINY, Canvas, line_height
from evaluation.presentation.figures.marks import Axis, axis, tick_digits
from evaluation.presentation.figures.numbers import number

#: The map and, beside it, the list of what the numbers mean, mm.
_LEFT, _RIGHT, _TALL, _LIST = 11.0, 92.0, 78.0, 99.0
_MARK, _APART = 4.3, 4.5


@dataclass(frozen=True, slots=True, eq=False)
class Priorities(Drawn):
    """A numbered dot an item; dashed lines at the means of all items cut the map in four.

    Parameters
    ----------
    rows : DataFrame
        ``label, importance, satisfaction`` (means on one scale, both known).
    words : mapping of str to str
        ``importance``, ``satisfaction`` (axes), ``attend`` (corner of what matters and satisfies least) and ``keep``
        (corner of what matters and satisfies most).
    decimal : str
        Decimal mark.

    Notes
    -----
    Dots that would cover each other stand beside their place, with a thin line to it.
    """

    rows: pd.DataFrame
    words: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ","

    def __post_init__(self) -> None:
        rows = checked("Priorities", self.rows, ("label", "importance", "satisfaction"), unique=("label",))
        if rows[["importance", "satisfaction"]].isna().any(axis=None):
            raise ValueError("Priorities: both means of every item must be known")
        object.__setattr__(self, "rows", rows)
        need_words("Priorities", self.words, ("importance", "satisfaction", "attend", "keep"))

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        canvas.text(0, line_height(SMALL) / 2, self.words["satisfaction"], size=SMALL, weight=600)
        top = line_height(SMALL) + 1.6
        across = self._scale("importance", _LEFT, _RIGHT)
        upward = self._scale("satisfaction", top + _TALL, top)
        self._ground(canvas, across, upward)
        bottom = self._across(canvas, across, top + _TALL)
        places = [(across.at(row.importance), upward.at(row.satisfaction)) for row in self.rows.itertuples()]
        room = (_LEFT + _MARK / 2, top + 4.6, _RIGHT - _MARK / 2, top + _TALL - 4.6)
        for place, (there, here) in enumerate(zip(places, apart(places, _APART, room), strict=True), start=1):
            self._dot(canvas, str(place), there, here)
        canvas.height = max(bottom, self._list(canvas, top))
        return canvas

    def _scale(self, name: str, start: float, end: float) -> Axis:
        values = self.rows[name].astype(float)
        # Some air, so that no dot lies on the frame.
        air = max(1.0, 0.08 * float(values.max() - values.min()))
        return axis(float(values.min()) - air, float(values.max()) + air, start, end)

    def _ground(self, canvas: Canvas, across: Axis, upward: Axis) -> None:
        brand = canvas.brand
        rule, muted = brand.colour("rule"), brand.colour("muted")
        top, bottom = upward.end, upward.start
        for tick in across.ticks:
            canvas.line(across.at(tick), top, across.at(tick), bottom, rule, width=0.18)
        digits = tick_digits(upward.ticks)
        for tick in upward.ticks:
            y = upward.at(tick)
            canvas.line(_LEFT, y, _RIGHT, y, rule, width=0.18)
            canvas.text(_LEFT - 1.4, y, number(tick, digits, self.decimal), size=TINY, colour=muted, ha="right")
        x, y = (
            scale.at(float(self.rows[name].mean()))
            for scale, name in ((across, "importance"), (upward, "satisfaction"))
        )
        canvas.line(x, top, x, bottom, muted, width=0.3, dashed=True)
        canvas.line(_LEFT, y, _RIGHT, y, muted, width=0.3, dashed=True)
        for words, middle in ((self.words["keep"], top + 2.4), (self.words["attend"], bottom - 2.4)):
            wide = canvas.measure(words, SMALL) + 1.6
            canvas.rect(_RIGHT - wide, middle - 1.7, _RIGHT - 0.3, middle + 1.7, brand.colour("background"))
            canvas.text(_RIGHT - 0.8, middle, words, size=SMALL, colour=muted, ha="right", italic=True)

    def _across(self, canvas: Canvas, across: Axis, bottom: float) -> float:
        muted, digits = canvas.brand.colour("muted"), tick_digits(across.ticks)
        for tick in across.ticks:
            text = number(tick, digits, self.decimal)
            canvas.text(across.at(tick), bottom + 2.2, text, size=TINY, colour=muted, ha="center")
        canvas.text(_RIGHT, bottom + 6.0, self.words["importance"], size=SMALL, weight=600, ha="right")
        return bottom + 6.0 + line_height(SMALL) / 2 + 0.4

    def _dot(self, canvas: Canvas, text: str, there: tuple[float, float], here: tuple[float, float]) -> None:
        brand = canvas.brand
        fill = brand.colour("primary")
        if math.dist(there, here) > 0.3:
            canvas.line(*there, *here, brand.colour("muted"), width=0.25, layer=3)
            canvas.rect(there[0] - 0.4, there[1] - 0.4, there[0] + 0.4, there[1] + 0.4, brand.colour("muted"), layer=3)
        canvas.point(*here, fill, size=_MARK)
        canvas.text(*here, text, size=TINY, weight=600, colour=brand.text_on(fill), ha="center")

    def _list(self, canvas: Canvas, top: float) -> float:
        """What the numbers mean; returns the y below."""
        y = top
        for place, label in enumerate(self.rows["label"].astype(str), start=1):
            lines = canvas.wrap(label, canvas.width - _LIST - 6.0, BODY)
            tall = len(lines) * line_height(BODY) + 1.3
            canvas.text(_LIST + 4.0, y + line_height(BODY) / 2, str(place), size=BODY, weight=600, ha="right")
            canvas.lines(_LIST + 6.0, y + len(lines) * line_height(BODY) / 2, lines)
            y += tall
        return y

    def data_table(self) -> pd.DataFrame:
        """``label, importance, satisfaction``."""
        return self.rows.copy()


def apart(
    places: Sequence[tuple[float, float]], least: float, room: tuple[float, float, float, float]
) -> list[tuple[float, float]]:
    """Places at least ``least`` mm from each other, as near the wished ones as simple pushing finds.

    Parameters
    ----------
    room : (float, float, float, float)
        Left, top, right and bottom that no place leaves.
    """
    found = [_within(place, room) for place in places]
    for _ in range(400):
        moved = False
        for one in range(len(found)):
            for other in range(one + 1, len(found)):
                far = math.dist(found[one], found[other])
                if far >= least - 1e-6:
                    continue
                # Two at one place part in a direction of their own: the golden angle never repeats itself.
                turn = 2.39996 * (one + 7 * other)
                across, down = (
                    ((found[other][0] - found[one][0]) / far, (found[other][1] - found[one][1]) / far)
                    if far > 1e-6
                    else (math.cos(turn), math.sin(turn))
                )
                push = (least - far) / 2 + 1e-4
                found[one] = _within((found[one][0] - across * push, found[one][1] - down * push), room)
                found[other] = _within((found[other][0] + across * push, found[other][1] + down * push), room)
                moved = True
        if not moved:
            break
    return found


def _within(place: tuple[float, float], room: tuple[float, float, float, float]) -> tuple[float, float]:
    left, top, right, bottom = room
    return min(max(place[0], left), right), min(max(place[1], top), bottom)
