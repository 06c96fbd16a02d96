"""Marks that mean the same in every figure: waves, verdicts, axes with Danish numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaluation.presentation.figures.base import PERIODS, nice_step
from evaluation.presentation.figures.canvas import TINY, Canvas
from evaluation.presentation.figures.numbers import number

#: Shape and size in mm of each verdict: told apart without colour.
_VERDICTS = {
    "fremgang": ("^", 3.1),
    "lille_fremgang": ("^", 2.2),
    "uaendret": ("s", 2.1),
    "uafklaret": ("o", 2.3),
    "lille_tilbagegang": ("v", 2.2),
    "tilbagegang": ("v", 3.1),
}


def verdict_mark(canvas: Canvas, x: float, y: float, verdict: str, *, colour: str | None = None) -> None:
    """Place the verdict's mark centred on (x, y); nothing for a measure without verdict.

    The pale ones get an outline of the foreground; ``colour`` replaces the verdict's own on dark cells.
    """
    if verdict not in _VERDICTS:
        return
    shape, size = _VERDICTS[verdict]
    brand = canvas.brand
    fill = colour or brand.verdict(verdict)
    # What cannot be decided is a ring in every figure, on paper and in its own cell alike.
    hollow = verdict == "uafklaret"
    outline = colour or (brand.colour("muted") if verdict in ("uaendret", "uafklaret") else fill)
    canvas.point(x, y, outline, fill=brand.verdict(verdict) if hollow else fill, shape=shape, size=size)


def wave_mark(canvas: Canvas, x: float, y: float, period: str, size: float = 2.6) -> None:
    """Place a wave's dot: before hollow, after filled, so that grey print tells them apart too."""
    colour = canvas.brand.colour(PERIODS.get(period, "muted"))
    canvas.point(x, y, colour, fill=canvas.brand.colour("background") if period == "before" else colour, size=size)


def wave_key(canvas: Canvas, period: str) -> Callable[[float, float], None]:
    """:func:`wave_mark` as legend key."""
    return lambda x, y: wave_mark(canvas, x + 1.5, y, period)


@dataclass(frozen=True, slots=True)
class Axis:
    """A horizontal or vertical scale: data from ``low`` to ``high`` on mm ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Place in mm of ``value``, kept within the axis."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def grid(self, canvas: Canvas, top: float, bottom: float, *, decimal: str = ",", sign: bool = False) -> None:
        """Vertical hairlines from ``top`` to ``bottom`` with numbers below them."""
        digits = tick_digits(self.ticks)
        for tick in self.ticks:
            x = self.at(tick)
            canvas.line(x, top, x, bottom, canvas.brand.colour("rule"), width=0.18, layer=1)
            text = number(tick, digits, decimal, sign)
            canvas.text(x, bottom + 2.2, text, size=TINY, colour=canvas.brand.colour("muted"), ha="center")


def tick_digits(ticks: Sequence[float]) -> int:
    """Decimals the ticks need, at most 2."""
    return next((digits for digits in (0, 1) if all(abs(t - round(t, digits)) < 1e-9 for t in ticks)), 2)


def axis(low: float, high: float, start: float, end: float, *, most: int = 5) -> Axis:
    """Make an axis whose ends are round numbers that include ``low`` and ``high``."""
    step = nice_step(high - low or 1.0, most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return Axis(first * step, last * step, start, end, tuple(step * place for place in range(first, last + 1)))


def fixed_axis(limits: tuple[float, float], start: float, end: float, *, most: int = 5) -> Axis:
    """Make an axis with the ends given."""
    low, high = limits
    step = nice_step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, start, end, tuple(step * place for place in range(first, last + 1)))


def spread(places: Sequence[float], gaps: Sequence[float], low: float, high: float) -> list[float]:
    """Centres as near to ``places`` as can be without overlap.

    Parameters
    ----------
    places : sequence of float
        Wished centres in mm.
    gaps : sequence of float
        Height each label needs, mm.
    low, high : float
        Ends of the room, mm.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    # Groups of touching labels, each centred on the mean wish of its members.
    groups: list[tuple[list[int], float]] = []
    for index in order:
        members, centre = [index], places[index]
        while True:
            half = sum(gaps[member] for member in members) / 2
            centre = min(max(centre, low + half), max(high - half, low + half))
            if not groups:
                break
            before, middle = groups[-1]
            if middle + sum(gaps[member] for member in before) / 2 <= centre - half + 1e-9:
                break
            groups.pop()
            members = before + members
            centre = sum(places[member] for member in members) / len(members)
        groups.append((members, centre))
    found = [0.0] * len(places)
    for members, centre in groups:
        edge = centre - sum(gaps[member] for member in members) / 2
        for member in members:
            found[member] = edge + gaps[member] / 2
            edge += gaps[member]
    return found
