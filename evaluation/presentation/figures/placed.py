"""One plotnine layer for marks that already are where and what they will be.

plotnine takes every layer through scales, statistics and positions, some of it twice. On a canvas all of that leaves
everything as it is: positions are millimetres, colours are colours. It took a quarter of the time a figure needs, so
the marks pass it by and only plotnine's geoms, which draw them, get to see them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from evaluation.presentation.figures.fonts import MM_PER_PT

Columns = dict[str, Any]
#: The marks of one kind, in the order they are drawn: kind, and a mapping of values a mark.
Marks = Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
#: plotnine multiplies the size of a line by the square root of pi to get points.
_SIZE_FACTOR = 1.7724539
#: Width of the line round a mark, in plotnine's sizes.
_STROKE = 0.65


@lru_cache(maxsize=1)
def placed_layer() -> Any:
    """The class of the layer; made here because only a drawing needs plotnine."""
    from plotnine import geom_blank
    from plotnine.layer import layer

    class PlacedLayer(layer):  # type: ignore[misc]
        """Marks drawn by plotnine's geoms on the one panel, one geom a kind, each above the one before."""

        def __init__(self, marks: Marks, height: float) -> None:
            blank = geom_blank()
            super().__init__(blank, blank._stat, mapping=blank.mapping, data=None, position=blank._position)
            self._marks, self._height = marks, height

        def __deepcopy__(self, memo: dict[int, Any]) -> Any:
            # plotnine keeps a copy of every plot it draws; the marks of two copies are the same.
            return PlacedLayer(self._marks, self._height)

        def draw(self, layout: Any, coord: Any) -> None:
            """Draw all marks."""
            for zorder, (kind, marks) in enumerate(self._marks, start=1):
                geom, columns, params = _KINDS[kind](_columns(marks, self._height))
                frame = pd.DataFrame({**geom.DEFAULT_AES, **columns})
                params = {**geom.DEFAULT_PARAMS, **params, "zorder": zorder, "raster": False}
                geom.draw_group(frame, layout.panel_params[0], coord, layout.axs[0], params)

    return PlacedLayer


def _columns(marks: Sequence[Mapping[str, Any]], height: float) -> Columns:
    """Values of the marks by name; y counts downwards on paper and upwards in a plot."""
    columns = {name: [mark[name] for mark in marks] for name in marks[0]}
    for name in ("y", "yend"):
        if name in columns:
            columns[name] = [height - value for value in columns[name]]
    return columns


Drawn = tuple[Any, Columns, Columns]


def _rects(edge: float) -> Callable[[Columns], Drawn]:
    def build(columns: Columns) -> Drawn:
        import plotnine as p9

        x, y, xend, yend = (columns.pop(name) for name in ("x", "y", "xend", "yend"))
        return p9.geom_rect, {**columns, "xmin": x, "xmax": xend, "ymin": yend, "ymax": y, "size": edge}, {}

    return build


def _segments(style: str) -> Callable[[Columns], Drawn]:
    def build(columns: Columns) -> Drawn:
        import plotnine as p9

        sizes = [size / MM_PER_PT / _SIZE_FACTOR for size in columns["size"]]
        return p9.geom_segment, {**columns, "size": sizes, "linetype": style}, {"lineend": "butt"}

    return build


def _points(columns: Columns) -> Drawn:
    import plotnine as p9

    sizes = [size / MM_PER_PT / _SIZE_FACTOR - 2 * _STROKE for size in columns["size"]]
    return p9.geom_point, {**columns, "size": sizes, "stroke": _STROKE}, {}


def _texts(columns: Columns) -> Drawn:
    import plotnine as p9

    return p9.geom_text, {**columns, "va": "baseline"}, {}


_KINDS: Mapping[str, Callable[[Columns], Drawn]] = {
    "rect": _rects(0.0),
    "box": _rects(0.3),
    "line": _segments("solid"),
    "dashed": _segments("dashed"),
    "point": _points,
    "text": _texts,
}
