"""Marks that pass plotnine's scales and statistics by are drawn as if they had not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from benchmarks.usual import through_plotnine
from evaluation.presentation.figures import save
from evaluation.presentation.figures.canvas import Canvas
from tests.presentation.figures.samples import BRAND, SAMPLES


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
