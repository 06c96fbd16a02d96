"""Every word of every figure can be read on what lies under it, and colours keep their meaning."""

from __future__ import annotations

from typing import Any

import pytest

from evaluation.presentation.brand import contrast
from evaluation.presentation.figures.canvas import Canvas
from evaluation.presentation.figures.fonts import MM_PER_PT, measure
from tests.presentation.figures.samples import BRAND, SAMPLES


def middle(mark: dict[str, Any]) -> tuple[float, float]:
    """Where the ink of a text has its centre, mm."""
    width, tall = measure(mark["label"], mark["size"], mark["fontweight"]), mark["size"] * 0.66 * MM_PER_PT
    if mark["angle"]:
        return mark["x"], mark["y"] - width / 2
    shift = {"left": 0.5, "center": 0.0, "right": -0.5}[mark["ha"]]
    return mark["x"] + shift * width, mark["y"] - tall / 2


def under(canvas: Canvas, x: float, y: float) -> str:
    """Colour of the topmost rectangle or mark that (x, y) lies on; the paper where there is none."""
    found = BRAND.colour("background")
    for (_, kind), marks in sorted(canvas._marks.items()):
        for mark in marks:
            if kind in ("rect", "box"):
                on = mark["x"] <= x <= mark["xend"] and mark["y"] <= y <= mark["yend"]
            elif kind == "point":
                on = (x - mark["x"]) ** 2 + (y - mark["y"]) ** 2 <= (mark["size"] / 2) ** 2
            else:
                continue
            found = mark["fill"] if on else found
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_every_text_has_the_contrast_of_small_print_on_what_is_under_it(name: str) -> None:
    canvas = SAMPLES[name]().layout(BRAND)
    texts = [mark for (_, kind), marks in canvas._marks.items() if kind == "text" for mark in marks]
    assert texts
    for mark in texts:
        fill = under(canvas, *middle(mark))
        assert contrast(mark["color"], fill) >= 4.5, (mark["label"], mark["color"], fill)


def test_labels_of_segments_stand_on_the_segments() -> None:
    canvas = SAMPLES["likert"]().layout(BRAND)
    texts = [mark for (_, kind), marks in canvas._marks.items() if kind == "text" for mark in marks]
    inside = {under(canvas, *middle(mark)) for mark in texts if mark["label"].isdigit()}
    # Dark words on pale answers and pale words on dark ones: the test above has seen both.
    assert {BRAND.text_on(fill) for fill in inside} == {BRAND.colour("foreground"), BRAND.colour("background")}
    assert set(BRAND.answers) <= inside


#: Roles that mean one thing, and the figures that may show that thing.
MEANING = {
    "before": {"changes", "rates", "units", "timeline", "likert", "waves", "event"},
    "after": {"changes", "rates", "units", "timeline", "likert", "waves", "event"},
    "band": {"changes", "forest", "waves", "event"},
    "series-2": {"trend", "event"},
    "answer-2": {"likert", "perceived", "changes", "verdicts", "forest"},
    "answer-4": {"likert", "perceived", "changes", "verdicts", "forest"},
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_colour_is_used_for_what_it_means_only(name: str) -> None:
    canvas = SAMPLES[name]().layout(BRAND)
    used = {mark[key] for marks in canvas._marks.values() for mark in marks for key in ("color", "fill") if key in mark}
    assert [role for role, figures in MEANING.items() if BRAND.colour(role) in used and name not in figures] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_figures_use_the_colours_of_the_brand_and_no_other(name: str) -> None:
    canvas = SAMPLES[name]().layout(BRAND)
    used = {mark[key] for marks in canvas._marks.values() for mark in marks for key in ("color", "fill") if key in mark}
    assert used <= set(BRAND.colours.values())


@pytest.mark.parametrize("name", ["waves", "units", "changes"])
def test_before_is_hollow_wherever_it_is_a_mark(name: str) -> None:
    points = SAMPLES[name]().layout(BRAND)._marks[4, "point"]
    before = [mark["fill"] for mark in points if mark["color"] == BRAND.colour("before")]
    after = [mark["fill"] for mark in points if mark["color"] == BRAND.colour("after")]
    assert set(before) == {BRAND.colour("background")}
    assert set(after) == {BRAND.colour("after")}
