"""One plotnine panel whose data unit is the millimetre.

Facets are what makes plotnine slow, and automatic layout is what makes labels collide. A
figure therefore places rectangles, lines, points and texts at known mm on a :class:`Canvas`,
with text widths measured beforehand; the canvas becomes one ggplot with identity scales and
one geom a kind. y counts downwards from the upper edge, as on paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.fonts import FALLBACK_FAMILY, MM_PER_PT, measure, register_fonts, wrap

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
            figure_size=size, plot_margin=0
        )
        # The second family helps out with signs the first lacks. A label is data: "$5 and $7" is no
        # mathematics; plotnine applies a theme's settings in a context of their own.
        theme._rcParams["text.parse_math"] = False
        plot = p9.ggplot() + theme
        plot += p9.theme(plot_background=p9.element_rect(fill=self.brand.colour("background"), color="none"))
        # Limits of the coordinates, not of the scales: these would drop a mark that touches the edge.
        plot += p9.coord_cartesian(xlim=(0, self.width), ylim=(0, self.height), expand=False)
        for scale in ("fill", "color", "size", "shape"):
            plot += getattr(p9, f"scale_{scale}_identity")(guide=None)
        for (_, kind), marks in sorted(self._marks.items()):
            frame = pd.DataFrame(marks)
            frame["y"] = self.height - frame["y"]
            if "yend" in frame:
                frame["yend"] = self.height - frame["yend"]
            frame["group"] = 1
            plot += _GEOMS[kind](frame)
        return plot


def _rect_geom(edge: float) -> Callable[[pd.DataFrame], Any]:
    def build(frame: pd.DataFrame) -> Any:
        import plotnine as p9

        mapping = p9.aes(xmin="x", xmax="xend", ymin="yend", ymax="y", fill="fill", color="color", group="group")
        return p9.geom_rect(mapping, frame, size=edge)

    return build


def _line_geom(style: str) -> Callable[[pd.DataFrame], Any]:
    def build(frame: pd.DataFrame) -> Any:
        import plotnine as p9

        # plotnine multiplies line sizes by the square root of pi to get points.
        frame["size"] = frame["size"] / MM_PER_PT / 1.7724539
        names = ("x", "y", "xend", "yend", "color", "size", "group")
        return p9.geom_segment(p9.aes(**{name: name for name in names}), frame, linetype=style, lineend="butt")

    return build


def _point_geom(frame: pd.DataFrame) -> Any:
    import plotnine as p9

    stroke = 0.65
    frame["size"] = frame["size"] / MM_PER_PT / 1.7724539 - 2 * stroke
    names = ("x", "y", "color", "fill", "shape", "size", "group")
    return p9.geom_point(p9.aes(**{name: name for name in names}), frame, stroke=stroke)


def _text_geom(frame: pd.DataFrame) -> Any:
    import plotnine as p9

    # group: a mapped colour would otherwise split the labels into groups (plotnine).
    names = ("x", "y", "label", "color", "size", "fontweight", "fontstyle", "ha", "angle", "group")
    return p9.geom_text(p9.aes(**{name: name for name in names}), frame, va="baseline")


_GEOMS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "rect": _rect_geom(0.0),
    "box": _rect_geom(0.3),
    "line": _line_geom("solid"),
    "dashed": _line_geom("dashed"),
    "point": _point_geom,
    "text": _text_geom,
}
