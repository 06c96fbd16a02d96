"""Nothing overlaps, nothing leaves the page, and every number is the caller's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.presentation.figures.base import Figure
from evaluation.presentation.figures.canvas import Canvas
from evaluation.presentation.figures.changes import ScaleChanges
from evaluation.presentation.figures.fonts import MM_PER_PT, measure, wrap
from evaluation.presentation.figures.likert import LikertBattery
from evaluation.presentation.figures.marks import axis, spread
from evaluation.presentation.figures.numbers import number, percent
from evaluation.presentation.figures.units import beeswarm
from tests.presentation.figures import samples
from tests.presentation.figures.samples import BRAND, CATEGORIES, SAMPLES, likert_rows


def texts(canvas: Canvas) -> list[dict[str, Any]]:
    return [mark for (_, kind), marks in canvas._marks.items() if kind == "text" for mark in marks]


def boxes(canvas: Canvas) -> Iterator[tuple[str, float, float, float, float]]:
    """Label and left, right, top, bottom in mm of the ink of every text."""
    for mark in texts(canvas):
        width = measure(mark["label"], mark["size"], mark["fontweight"])
        tall = mark["size"] * 0.66 * MM_PER_PT
        if mark["angle"]:
            yield mark["label"], mark["x"] - tall / 2, mark["x"] + tall / 2, mark["y"] - width, mark["y"]
            continue
        left = mark["x"] - {"left": 0.0, "center": 0.5, "right": 1.0}[mark["ha"]] * width
        yield mark["label"], left, left + width, mark["y"] - tall, mark["y"]


def figures() -> list[tuple[str, Figure]]:
    found = [(name, make()) for name, make in SAMPLES.items()]
    return [*found, *((f"verdicts-{count}", samples.verdicts(count)) for count in (1, 4, 6, 14))]


@pytest.mark.parametrize(("name", "figure"), figures(), ids=lambda value: value if isinstance(value, str) else "")
def test_texts_stay_on_the_page_and_off_each_other(name: str, figure: Figure) -> None:
    canvas = figure.layout(BRAND)
    found = list(boxes(canvas))
    assert canvas.width == 160.0
    for label, left, right, top, bottom in found:
        # 0.1 mm: side bearings of the first letter.
        assert left >= -0.1, label
        assert right <= canvas.width + 0.1, label
        assert top >= -0.1, label
        assert bottom <= canvas.height + 0.1, label
    for one, other in combinations(found, 2):
        apart = one[2] <= other[1] or other[2] <= one[1] or one[4] <= other[3] or other[4] <= one[3]
        assert apart, (one, other)


@pytest.mark.parametrize("name", ["rates", "units", "perceived", "verdicts", "changes"])
def test_no_label_runs_into_bars_or_axes(name: str) -> None:
    figure = SAMPLES[name]()
    if isinstance(figure, ScaleChanges):  # headings of themes may run on: there is nothing beside them
        figure = replace(figure, rows=figure.rows.drop(columns="theme"))
    canvas = figure.layout(BRAND)
    start = {"rates": 74.0, "units": 41.0, "perceived": 60.0, "verdicts": 49.0, "changes": 41.0}[name]
    rows = [box for box in boxes(canvas) if box[1] < start - 5 and box[3] > 12]
    assert len(rows) > 3
    assert all(right <= start for _, _, right, _, _ in rows)


@pytest.mark.parametrize("name", SAMPLES)
def test_marks_stay_on_the_page(name: str) -> None:
    canvas = SAMPLES[name]().layout(BRAND)
    for marks in canvas._marks.values():
        for mark in marks:
            assert -0.7 <= mark["x"] <= canvas.width
            assert 0 <= mark["y"] <= canvas.height + 1e-9
            assert mark.get("xend", 0) <= canvas.width + 1e-9


@pytest.mark.parametrize("name", SAMPLES)
def test_the_figure_does_not_touch_the_callers_table(name: str) -> None:
    figure = SAMPLES[name]()
    before = figure.data_table()
    figure.layout(BRAND)
    pd.testing.assert_frame_equal(before, figure.data_table())


def test_height_follows_rows() -> None:
    even = [0.2] * 5
    heights = [
        LikertBattery(likert_rows({f"Udsagn {i}": [even, even] for i in range(count)}), CATEGORIES).size(BRAND)[1]
        for count in (1, 2, 3, 12)
    ]
    item = heights[1] - heights[0]
    assert heights[2] - heights[1] == pytest.approx(item)
    assert heights[3] - heights[0] == pytest.approx(11 * item)
    # Four items in two waves take a third of a page with caption and note; twelve still fit on one.
    assert heights[0] + 3 * item < 62
    assert heights[3] < 170


def test_segments_lie_in_order_and_fill_the_bar() -> None:
    shares = [0.1, 0.2, 0.3, 0.25, 0.15]
    figure = LikertBattery(likert_rows({"Udsagn": [shares, shares[::-1]]}).sample(frac=1, random_state=1), CATEGORIES)
    canvas = figure.layout(BRAND)
    rects = sorted(canvas._marks[2, "rect"], key=lambda mark: (mark["y"], mark["x"]))
    bars = [mark for mark in rects if mark["y"] > 5]
    widths = np.array([mark["xend"] - mark["x"] for mark in bars]).reshape(2, 5)
    assert np.allclose(widths / widths.sum(axis=1, keepdims=True), [shares, shares[::-1]])
    assert [mark["fill"] for mark in bars[:5]] == list(BRAND.answers)
    labels = [mark["label"] for mark in texts(canvas) if mark["ha"] == "center" and mark["label"].isdigit()]
    assert labels == ["10", "20", "30", "25", "15", "15", "25", "30", "20", "10"]


def test_after_differs_from_before_by_more_than_place() -> None:
    figure = LikertBattery(likert_rows({"Udsagn": [[0.2] * 5, [0.2] * 5]}), CATEGORIES)
    canvas = figure.layout(BRAND)
    weight = {mark["label"]: mark["fontweight"] for mark in texts(canvas)}
    assert weight["2020 (n = 412)"] < weight["2024 (n = 1.398)"]
    heights = [mark["yend"] - mark["y"] for mark in canvas._marks[2, "rect"] if mark["y"] > 5]
    assert heights[5] > heights[0]
    dots = canvas._marks[4, "point"]
    assert [dot["fill"] for dot in dots] == [BRAND.colour("background"), BRAND.colour("after")]


def test_narrow_segments_are_counted() -> None:
    figure = LikertBattery(likert_rows({"Udsagn": [[0.01, 0.0, 0.49, 0.5, 0.0], [0.2] * 5]}), CATEGORIES)
    assert figure.unlabelled == 1
    assert 0.01 < figure.label_limit < 0.03
    printed = [mark["label"] for mark in texts(figure.layout(BRAND)) if mark["ha"] == "center"]
    assert "1" not in printed
    assert "0" not in printed
    assert samples.likert().unlabelled == 4


def test_hidden_bars_say_so_and_draw_nothing() -> None:
    hidden = [float("nan")] * 5
    figure = LikertBattery(likert_rows({"Udsagn": [hidden, hidden]}), CATEGORIES, hidden_text="Skjult her")
    canvas = figure.layout(BRAND)
    assert [mark["label"] for mark in texts(canvas)].count("Skjult her") == 2
    assert not [mark for mark in canvas._marks[2, "rect"] if mark["y"] > 5]
    assert figure.data_table()[list(CATEGORIES)].isna().all(axis=None)


def test_changes_print_signs_comma_and_verdict_words() -> None:
    found = [mark["label"] for mark in texts(samples.changes().layout(BRAND))]
    for expected in ("+10,2", "−19,0", "0,0", "+100,0", "61", "71", "fremgang", "kan ikke afgøres", ".."):
        assert expected in found
    assert not any("." in label and any(sign.isdigit() for sign in label) for label in found)


def test_changes_without_delta_have_no_band() -> None:
    sample = samples.changes()
    words = {name: word for name, word in sample.words.items() if name != "band"}
    figure = ScaleChanges(sample.rows, None, "2020", "2024", words)
    assert BRAND.colour("band") not in [mark["fill"] for mark in figure.layout(BRAND)._marks.get((0, "rect"), [])]
    band = [mark for mark in sample.layout(BRAND)._marks[0, "rect"] if mark["fill"] == BRAND.colour("band")]
    assert len(band) == 1


def _levels(*pairs: tuple[float, float], **words: str) -> ScaleChanges:
    rows = pd.DataFrame(
        [
            {"label": f"Skala {k}", "before": b, "after": a, "change": a - b, "ci_low": a - b - 2, "ci_high": a - b + 2}
            for k, (b, a) in enumerate(pairs)
        ]
    ).assign(verdict="uaendret", verdict_label="stort set uændret", higher_is="better")
    sample = samples.changes()
    return ScaleChanges(rows, 5.0, "2020", "2024", {**sample.words, "level_cut": "Aksen viser {low}–{high}", **words})


@pytest.mark.parametrize(
    ("pairs", "limits"),
    [
        (((52.4, 61.5), (66.0, 66.4)), (40, 80)),
        (((79.8, 80.7),), (60, 100)),
        (((0.0, 100.0),), (0, 100)),
        (((60.0, 60.0),), (0, 100)),
    ],
)
def test_the_level_axis_shows_what_the_data_need_and_says_so(
    pairs: tuple[tuple[float, float], ...], limits: tuple[float, float]
) -> None:
    figure = _levels(*pairs)
    assert figure.level_limits == limits
    found = [mark["label"] for mark in texts(figure.layout(BRAND))]
    assert (f"Aksen viser {limits[0]}–{limits[1]}" in found) == (limits != (0, 100))


def test_waves_at_the_same_place_do_not_cover_each_other() -> None:
    canvas = _levels((66.0, 66.4), (52.4, 61.5)).layout(BRAND)
    marks = [mark for mark in canvas._marks[4, "point"] if 43 <= mark["x"] <= 86 and mark["y"] > 8]
    assert len(marks) == 4
    for one, other in zip(marks[::2], marks[1::2], strict=True):
        apart = ((one["x"] - other["x"]) ** 2 + (one["y"] - other["y"]) ** 2) ** 0.5
        assert apart > 0.9 * one["size"]
    # Far apart they stand on one line.
    assert marks[2]["y"] == marks[3]["y"]


def test_the_axis_of_changes_follows_the_data() -> None:
    def ticks(figure: ScaleChanges) -> list[str]:
        lowest = max(mark["y"] for mark in texts(figure.layout(BRAND)))
        return [mark["label"] for mark in texts(figure.layout(BRAND)) if mark["y"] == lowest and mark["x"] > 90]

    assert ticks(_levels((50.0, 62.0))) == ["−10", "−5", "0", "+5", "+10", "+15"]
    assert ticks(_levels((62.0, 50.0)))[0] == "−15"


def test_themes_stand_above_their_first_row() -> None:
    figure = _levels((50.0, 60.0), (50.0, 60.0), (50.0, 60.0))
    themed = ScaleChanges(figure.rows.assign(theme=["Et", "Et", "To"]), 5.0, "2020", "2024", figure.words)
    found = {mark["label"]: mark["y"] for mark in texts(themed.layout(BRAND))}
    assert found["Et"] < found["Skala 0"] < found["Skala 1"] < found["To"] < found["Skala 2"]
    assert [mark["label"] for mark in texts(themed.layout(BRAND))].count("Et") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.drop(columns="share"), "columns missing: share"),
        (lambda rows: rows.assign(share=rows["share"] * 100), "shares 0–1"),
        (lambda rows: rows.assign(share=0.1), "add up to 1"),
        (lambda rows: rows.assign(category_label="Måske"), "name one row each"),
        (lambda rows: rows.iloc[:0], "no rows"),
        (lambda rows: rows.replace("Enig", "Meget enig"), "not declared: Meget enig"),
    ],
)
def test_what_is_wrong_is_told_at_the_door(change: Any, message: str) -> None:
    rows = change(likert_rows({"Udsagn": [[0.2] * 5, [0.2] * 5]}))
    with pytest.raises(ValueError, match=message):
        LikertBattery(rows, CATEGORIES)


@pytest.mark.parametrize(
    ("value", "digits", "sign", "text"),
    [
        (0.5, 0, False, "1"),
        (2.5, 0, False, "3"),
        (-2.5, 0, False, "−3"),
        (0.145 * 100, 0, False, "15"),
        (-0.04, 1, True, "0,0"),
        (1284, 0, False, "1.284"),
        (3.14, 1, True, "+3,1"),
    ],
)
def test_numbers_in_danish(value: float, digits: int, sign: bool, text: str) -> None:
    assert number(value, digits, sign=sign) == text


def test_percentages_round_the_half_up_in_spite_of_binary() -> None:
    assert [percent(share) for share in (0.145, 0.285, 0.005, 1.0, 0.0)] == ["15", "29", "1", "100", "0"]


@given(st.text(min_size=1, max_size=200), st.floats(15, 160))
@settings(deadline=None, max_examples=60)
def test_wrapping_keeps_every_letter_and_the_width(text: str, width: float) -> None:
    lines = wrap(text, width, 8.0)
    assert "".join(lines).replace("-", "").replace(" ", "") == "".join(text.split()).replace("-", "")
    assert all(measure(line, 8.0) <= width + 1e-6 for line in lines)


@given(st.lists(st.floats(0, 60), min_size=1, max_size=8))
def test_spread_labels_do_not_touch(places: list[float]) -> None:
    moved = spread(places, [5.0] * len(places), 0.0, 60.0)
    ordered = sorted(moved)
    assert all(later - earlier >= 5.0 - 1e-6 for earlier, later in pairwise(ordered))
    assert ordered[0] >= 2.5 - 1e-6
    assert ordered[-1] <= 57.5 + 1e-6


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
@settings(deadline=None)
def test_dots_do_not_cover_each_other(places: list[float]) -> None:
    offsets = beeswarm(places, 2.5)
    for one, other in combinations(zip(places, offsets, strict=True), 2):
        assert (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 >= 2.5**2 - 1e-5


@given(st.floats(-100, 100), st.floats(0.01, 200))
def test_axes_hold_the_data_between_round_ends(low: float, span: float) -> None:
    found = axis(low, low + span, 0.0, 100.0)
    assert found.low <= low + 1e-6
    assert found.high >= low + span - 1e-6
    assert 2 <= len(found.ticks) <= 8
