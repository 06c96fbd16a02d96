"""Marks that pass plotnine's scales and statistics by are drawn as if they had not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pandas as pd
import pytest

from evaluation.presentation.figures import save
from evaluation.presentation.figures.canvas import Canvas
from evaluation.presentation.figures.fonts import MM_PER_PT
from tests.presentation.figures.samples import BRAND, SAMPLES

PI_ROOT = 1.7724539


def every_kind() -> Canvas:
    """A canvas with every kind of mark, some at its edges."""
    canvas = Canvas(BRAND, width=80.0, height=40.0)
    canvas.rect(0, 0, 30, 12, "#336699")
    canvas.rect(30, 0, 80, 12, "#dddddd", edge="#336699")
    canvas.rect(0, 30, 10, 40, "#112233", layer=0)
    canvas.line(0, 20, 80, 20, "#123456", width=0.4)
    canvas.line(5, 15, 5, 40, "#654321", dashed=True)
    canvas.line(7, 15, 9, 40, "#654321", dashed=True, width=0.6)
    for place, shape in enumerate("os^vD"):
        canvas.point(20 + 8 * place, 25, "#aa3300", shape=shape, fill="#ffffff" if place % 2 else None, size=2 + place)
    canvas.text(80, 35, "til højre", ha="right", italic=True)
    canvas.text(2, 5, "$5 og $7 & <b>", size=7.5, weight=600, colour="#ffffff")
    canvas.text(70, 30, "op", upwards=True)
    return canvas


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


def test_the_files_are_those_of_plotnines_own_layers() -> None:
    canvas = every_kind()

    class Usual:
        def plot(self) -> Any:
            return through_plotnine(canvas)

    usual: Any = Usual()
    assert save._files(canvas) == save._files(usual)


def test_a_copy_of_a_plot_is_drawn_like_the_plot() -> None:
    plot = every_kind().plot()
    copied, usual = deepcopy(plot), through_plotnine(every_kind())
    counts = [len(drawn.draw().axes[0].collections) for drawn in (plot, copied, usual)]
    assert len(set(counts)) == 1
    assert counts[0] == 10


@pytest.mark.parametrize("name", list(SAMPLES)[:1])
def test_each_file_is_drawn_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    drawn: list[float] = []
    draw = Figure.draw

    def counted(self: Figure, renderer: Any) -> Any:
        drawn.append(self.dpi)
        return draw(self, renderer)

    monkeypatch.setattr(Figure, "draw", counted)
    save._files(SAMPLES[name]().layout(BRAND))
    assert len(drawn) == 2
