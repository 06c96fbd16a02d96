"""One plotnine panel whose data unit is the millimetre.

Facets are what makes plotnine slow, and automatic layout is what makes labels collide. A
figure therefore places rectangles, lines, points and texts at known mm on a :class:`Canvas`,
with text widths measured beforehand; the canvas becomes one ggplot whose marks plotnine's geoms
draw as they are, one geom a kind. y counts downwards from the upper edge, as on paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.fonts import FALLBACK_FAMILY, MM_PER_PT, measure, register_fonts, wrap
from evaluation.presentation.figures.placed import placed_layer

if TYPE_CHECKING:
    from plotnine import ggplot

#: Width of the text block in the report, mm.
TEXT_WIDTH = 160.0
#: Type sizes in points at true size.
HEADING, BODY, SMALL, TINY = 9.0, 8.0, 7.5, 7.0
#: Height of cap letters and figures as share of the type size (Source Sans Pro: 660/1000).
_CAP = 0.66
#: Line distance as share of the type size.
_LEADING = 1.22


def line_height(size: float) -> float:
    """Distance of two lines in mm at ``size`` points."""
    return size * _LEADING * MM_PER_PT


def plain(text: object) -> str:
    """``text`` as one line of data: no control characters, white space as single spaces."""
    kept = "".join(character if character.isprintable() or character == "\u00a0" else " " for character in str(text))
    return re.sub(r"[ \t]+", " ", kept).strip(" ")


@dataclass(slots=True)
class Canvas:
    """A drawing of ``width`` mm that grows downwards; ``height`` is set when its content is known."""

    brand: Brand
    width: float = TEXT_WIDTH
    height: float = 0.0
    _marks: dict[tuple[int, str], list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Before anything is measured: an unknown font is the user's mistake, not a fallback.
        register_fonts(self.brand.family, self.brand.font_files)

    def measure(self, text: str, size: float = BODY, weight: int = 400) -> float:
        """Width of one line in mm."""
        return measure(text, size, weight, self.brand.family)

    def wrap(self, text: str, width: float, size: float = BODY, weight: int = 400) -> list[str]:
        """Lines no wider than ``width`` mm."""
        return wrap(text, width, size, weight, self.brand.family)

    def _add(self, layer: int, kind: str, **values: Any) -> None:
        self._marks.setdefault((layer, kind), []).append(values)

    def rect(
        self, x0: float, y0: float, x1: float, y1: float, fill: str, *, edge: str | None = None, layer: int = 2
    ) -> None:
        """Place a filled rectangle; ``edge`` draws a hairline round it."""
        values = {"x": min(x0, x1), "y": y0, "xend": max(x0, x1), "yend": y1, "fill": fill}
        # Without an edge the fill itself closes the hairline gaps between neighbours on screen.
        self._add(layer, "rect" if edge is None else "box", **values, color=edge or fill)

    def line(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        colour: str,
        *,
        width: float = 0.25,
        dashed: bool = False,
        layer: int = 1,
    ) -> None:
        """Place a straight line of ``width`` mm."""
        # plotnine takes one line type a group, so dashed lines are a kind of their own.
        kind = "dashed" if dashed else "line"
        self._add(layer, kind, x=x0, y=y0, xend=x1, yend=y1, color=colour, size=width)

    def point(
        self, x: float, y: float, colour: str, *, fill: str | None = None, shape: str = "o", size: float = 2.4
    ) -> None:
        """Place a mark of ``size`` mm across: ``o`` ``s`` ``^`` ``v`` ``D``; another ``fill`` makes it hollow."""
        self._add(4, "point", x=x, y=y, color=colour, fill=fill or colour, shape=shape, size=size)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = BODY,
        colour: str | None = None,
        weight: int = 400,
        ha: str = "left",
        italic: bool = False,
        upwards: bool = False,
    ) -> None:
        """Place one line, its figures centred on ``y``; ``upwards`` turns it: from ``y``, centred on ``x``."""
        if not text.strip():
            return
        shift = size * _CAP * MM_PER_PT / 2
        self._add(
            5,
            "text",
            x=x,
            y=y if upwards else y + shift,
            label=plain(text),
            color=colour or self.brand.colour("foreground"),
            size=size,
            fontweight=weight,
            ha="center" if upwards else ha,
            angle=90 if upwards else 0,
            fontstyle="italic" if italic else "normal",
        )

    def lines(self, x: float, y: float, lines: Sequence[str], *, size: float = BODY, **style: Any) -> None:
        """Place several lines, the block centred on ``y``."""
        step = line_height(size)
        top = y - step * (len(lines) - 1) / 2
        for index, line in enumerate(lines):
            self.text(x, top + index * step, line, size=size, **style)

    def legend(
        self,
        entries: Sequence[tuple[str, Callable[[float, float], None]]],
        y: float,
        *,
        x: float = 0.0,
        size: float = BODY,
    ) -> float:
        """Keys and words in a row from ``x``, flowing to new lines; returns the y below it.

        Each entry is its words and a function that draws the key in a 3 mm box at (x, y centre).
        """
        step = line_height(size) + 0.8
        place, line = x, y + step / 2
        for words, key in entries:
            rows = self.wrap(words, self.width - x - 6.0, size)
            needed = 4.4 + max(self.measure(row, size) for row in rows)
            if place > x and place + needed > self.width:
                place, line = x, line + step
            key(place, line)
            for index, row in enumerate(rows):
                self.text(place + 4.4, line + index * step, row, size=size)
            line += step * (len(rows) - 1)
            place += needed + 4.6
        return line + step / 2

    def swatch(self, fill: str, *, edge: str | None = None) -> Callable[[float, float], None]:
        """Make a legend key: a 3 mm square."""
        return lambda x, y: self.rect(x, y - 1.5, x + 3.0, y + 1.5, fill, edge=edge)

    def dot(
        self, colour: str, *, fill: str | None = None, shape: str = "o", size: float = 2.4
    ) -> Callable[[float, float], None]:
        """Make a legend key: a mark."""
        return lambda x, y: self.point(x + 1.5, y, colour, fill=fill, shape=shape, size=size)

    def plot(self) -> ggplot:
        """Turn the canvas into a plotnine plot of exactly ``width`` × ``height`` mm."""
        import plotnine as p9

        size = (self.width / 25.4, self.height / 25.4)
        theme = p9.theme_void(base_family=[self.brand.family, FALLBACK_FAMILY]) + p9.theme(
            figure_size=size,
            plot_margin=0,
            plot_background=p9.element_rect(fill=self.brand.colour("background"), color="none"),
        )
        # The second family helps out with signs the first lacks. A label is data: "$5 and $7" is no
        # mathematics; plotnine applies a theme's settings in a context of their own.
        theme._rcParams["text.parse_math"] = False
        plot = p9.ggplot() + theme
        # The marks stand in no data that scales could learn their limits from.
        plot += p9.coord_cartesian(xlim=(0, self.width), ylim=(0, self.height), expand=False)
        plot += p9.scale_x_continuous(limits=(0, self.width))
        plot += p9.scale_y_continuous(limits=(0, self.height))
        marks = [(kind, marks) for (_, kind), marks in sorted(self._marks.items())]
        plot += placed_layer()(marks, self.height)
        return plot
