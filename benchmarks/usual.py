"""A canvas drawn with plotnine as it is usually used: what a figure costs that does not pass its scales by."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evaluation.presentation.figures.canvas import Canvas
from evaluation.presentation.figures.fonts import MM_PER_PT

#: plotnine multiplies the size of a line by the square root of pi to get points.
PI_ROOT = 1.7724539


def through_plotnine(canvas: Canvas) -> Any:
    """The same canvas as layers with mappings and identity scales, as plotnine is usually used."""
    import plotnine as p9

    bare = Canvas(canvas.brand, canvas.width, canvas.height).plot()
    plot = p9.ggplot() + bare.theme
    plot += p9.coord_cartesian(xlim=(0, canvas.width), ylim=(0, canvas.height), expand=False)
    for scale in ("fill", "color", "size", "shape"):
        plot += getattr(p9, f"scale_{scale}_identity")(guide=None)
    for (_, kind), marks in sorted(canvas._marks.items()):
        frame = pd.DataFrame(marks).assign(group=1)
        frame["y"] = canvas.height - frame["y"]
        if "yend" in frame:
            frame["yend"] = canvas.height - frame["yend"]
        if kind in ("rect", "box"):
            ends = {"xmin": "x", "xmax": "xend", "ymin": "yend", "ymax": "y"}
            mapping = p9.aes(**ends, fill="fill", color="color", group="group")
            plot += p9.geom_rect(mapping, frame, size=0.0 if kind == "rect" else 0.3)
            continue
        if kind != "text":
            frame["size"] = frame["size"] / MM_PER_PT / PI_ROOT - (2 * 0.65 if kind == "point" else 0)
        mapping = p9.aes(**{str(name): str(name) for name in frame})
        if kind == "point":
            plot += p9.geom_point(mapping, frame, stroke=0.65)
        elif kind == "text":
            plot += p9.geom_text(mapping, frame, va="baseline")
        else:
            style = "solid" if kind == "line" else "dashed"
            plot += p9.geom_segment(mapping, frame, linetype=style, lineend="butt")
    return plot
