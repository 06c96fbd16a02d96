"""Forest, panels of waves, event study, priorities and the model: marks stand where their numbers are."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.presentation.figures.canvas import Canvas
from evaluation.presentation.figures.panels import Panels
from evaluation.presentation.figures.priorities import apart
from evaluation.presentation.figures.purpose_model import PurposeModel
from tests.presentation.figures import samples
from tests.presentation.figures.samples import BRAND, NAN


def marks(canvas: Canvas, kind: str) -> list[dict[str, Any]]:
    return [mark for (_, name), found in canvas._marks.items() if name == kind for mark in found]


def labels(canvas: Canvas) -> list[str]:
    return [mark["label"] for mark in marks(canvas, "text")]


def test_forest_prints_change_and_interval_and_what_is_hidden() -> None:
    found = labels(samples.forest().layout(BRAND))
    for expected in ("+7,5", "(5,3 til 9,7)", "(−41,4 til −30,5)", "+3", "..", "1.402", "fremgang"):
        assert expected in found
    # No interval in words where none is known: three rows have one.
    assert sum(label.startswith("(") for label in found) == 3


def test_forest_marks_stand_inside_their_intervals_and_in_order_of_the_numbers() -> None:
    sample = samples.forest()
    canvas = sample.layout(BRAND)
    points = marks(canvas, "point")
    known = sample.rows.dropna(subset=["change"])
    assert len(points) == len(known)
    order = sorted(range(len(points)), key=lambda place: points[place]["x"])
    assert order == sorted(range(len(points)), key=lambda place: known["change"].iloc[place])
    # The whole is told apart by its shape, an untested group is a ring.
    assert [point["shape"] for point in points] == ["D", "o", "o", "o"]
    assert points[2]["fill"] == BRAND.colour("undecided") != points[0]["fill"]


def test_forest_band_is_as_wide_as_delta() -> None:
    sample = samples.forest()
    canvas = sample.layout(BRAND)
    band = next(mark for mark in canvas._marks[0, "rect"] if mark["fill"] == BRAND.colour("band"))
    points = marks(canvas, "point")
    a_point = (points[0]["x"] - points[2]["x"]) / (7.5 + 35.9)
    assert band["xend"] - band["x"] == pytest.approx(10 * a_point)
    without = replace(sample, delta=None)
    assert BRAND.colour("band") not in [mark["fill"] for mark in marks(without.layout(BRAND), "rect")]


def dots(figure: Panels) -> list[dict[str, Any]]:
    """Marks below the legend."""
    canvas = figure.layout(BRAND)
    axis = next(mark["y"] for mark in marks(canvas, "text") if mark["label"] == figure.words["axis"])
    return [mark for mark in marks(canvas, "point") if mark["y"] > axis]


def test_waves_stand_true_to_time_and_the_release_between_them() -> None:
    sample = samples.waves()
    first = sorted(dots(sample)[:3], key=lambda mark: mark["x"])
    release = next(
        mark for mark in marks(sample.layout(BRAND), "dashed") if mark["x"] == mark["xend"] and mark["y"] > 12
    )
    assert (first[2]["x"] - first[1]["x"]) / (first[1]["x"] - first[0]["x"]) == pytest.approx(2 / 3, rel=0.01)
    assert first[0]["x"] < release["x"] < first[1]["x"]
    # Two marks before, the one compared with is a bar; the others rise.
    assert first[0]["fill"] == BRAND.colour("background")
    assert first[1]["y"] > first[2]["y"]


def test_a_hidden_wave_has_no_mark_and_no_number() -> None:
    sample = samples.waves()
    assert len(dots(sample)) == 7 * 3 - 1
    assert sample.data_table()["change"].isna().sum() == 1
    assert "2020" not in set(sample.data_table()["wave_label"])


def test_numbers_stand_off_the_line_of_no_change() -> None:
    sample = samples.waves()
    flat = replace(sample, rows=sample.rows.assign(change=0.2, ci_low=-1.0, ci_high=1.0))
    canvas = flat.layout(BRAND)
    zero = [mark["y"] for mark in marks(canvas, "line") if mark["color"] == BRAND.colour("muted")]
    for mark in marks(canvas, "text"):
        if mark["label"] == "+0,2":
            assert min(abs(mark["y"] - line) for line in zero) > 0.4


def test_event_study_gives_every_cohort_a_shape_and_equal_steps() -> None:
    sample = samples.event()
    found = dots(sample)
    assert {mark["shape"] for mark in found} == {"o", "s", "D", "^"}
    own = [mark["x"] for mark in found[:3]]
    # Two before, first and second after: distances 3 and 1.
    assert (own[1] - own[0]) / (own[2] - own[1]) == pytest.approx(3.0)
    table = sample.data_table()
    assert list(table.columns)[:3] == ["measure_label", "group_label", "wave_label"]
    assert "difference" in table
    assert len(table) == 2 * 4 * 3


def test_sizes_follow_the_number_of_panels() -> None:
    sample = samples.waves()
    names = list(dict.fromkeys(sample.rows["panel_label"]))

    def height(count: int) -> float:
        kept = sample.rows[sample.rows["panel_label"].isin([names[0], *names[4:]][:count])]
        return replace(sample, rows=kept).size(BRAND)[1]

    assert height(2) == pytest.approx(height(3))
    assert height(4) > height(3)
    assert samples.forest().size(BRAND)[1] < 100


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.drop(columns="reference"), "columns missing: reference"),
        (lambda rows: rows.drop(columns="date"), "columns missing: date"),
        (lambda rows: rows.assign(wave_label="2020"), "name one row each"),
        (lambda rows: rows.assign(group_label=[str(k) for k in range(len(rows))]), "at most 4 groups"),
        (lambda rows: rows.iloc[:0], "no rows"),
    ],
)
def test_what_is_wrong_with_waves_is_told_at_the_door(change: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(samples.waves(), rows=change(samples.waves().rows))


def test_the_model_has_tiles_of_one_size_and_neither_arrows_nor_numbers() -> None:
    figure = PurposeModel(("Kvalitetsdialoger", "Evaluering og dialog", "Få centrale (for)mål"))
    canvas = figure.layout(BRAND)
    tiles = marks(canvas, "box")
    assert len({(round(t["xend"] - t["x"], 6), round(t["yend"] - t["y"], 6)) for t in tiles}) == 1
    assert not marks(canvas, "line")
    assert not marks(canvas, "point")
    assert not any(sign.isdigit() for label in labels(canvas) for sign in label)
    with pytest.raises(ValueError, match="differ"):
        PurposeModel(("A", "A"))


def test_priorities_need_both_means_and_number_every_dot() -> None:
    sample = samples.priorities()
    found = labels(sample.layout(BRAND))
    assert all(found.count(str(k)) == 2 for k in range(1, 13))
    with pytest.raises(ValueError, match="both means"):
        replace(sample, rows=sample.rows.assign(importance=NAN))


@given(st.lists(st.tuples(st.floats(0, 80), st.floats(0, 70)), min_size=1, max_size=25))
@settings(deadline=None, max_examples=60)
def test_dots_of_the_map_do_not_cover_each_other(places: list[tuple[float, float]]) -> None:
    found = apart(places, 4.5, (0.0, 0.0, 80.0, 70.0))
    assert all(math.dist(one, other) > 4.4 for one, other in combinations(found, 2))
    assert all(0 <= x <= 80 and 0 <= y <= 70 for x, y in found)


def test_figures_of_equal_numbers_still_have_an_axis() -> None:
    rows = samples.waves().rows.assign(change=0.0, ci_low=NAN, ci_high=NAN)
    assert replace(samples.waves(), rows=rows, delta=None).size(BRAND)[1] > 40
    still = pd.DataFrame({"label": ["A", "B"], "importance": [50.0, 50.0], "satisfaction": [50.0, 50.0]})
    assert replace(samples.priorities(), rows=still).size(BRAND)[1] > 40
