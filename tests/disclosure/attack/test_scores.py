"""A scale's score and its items in publications made by hand: what the shown ones say about the hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.disclosure.attack.facts import Facts
from tests.disclosure.attack.support import TYPES, attacked, facts, found, level, write


def scaled(scores: dict[str, object], n: dict[str, int] | None = None) -> list[dict[str, object]]:
    """Rows of a group of ten: the scale's score and its items, those without a number hidden."""
    many = {"skala": 10, "q": 10, "q2": 10, "q3": 10} | (n or {})
    made = []
    for name, size in many.items():
        shown = {"value": scores[name], "reason": "hele_point"} if name in scores else {}
        made.append(level("enhed-b", size, measure=name, stat="score" if name == "skala" else "snit", **shown))
    return made


def with_scale(**rule: object) -> Facts:
    """Three items in one scale, the last one turned."""
    known = facts(TYPES, **rule)
    survey = known.surveys["s"]
    questions = {name: replace(survey.questions["q"], id=name) for name in ("q", "q2", "q3")}
    scales = {"skala": (("q", False), ("q2", False), ("q3", True))}
    return replace(known, surveys={"s": replace(survey, questions=questions, scales=scales)})


def test_a_score_and_all_items_but_one(tmp_path: Path) -> None:
    rows = scaled({"skala": 62, "q": 60, "q2": 70})
    (leak,) = found(attacked(write(tmp_path / "p", rows), with_scale()), "enhed-b", "mean")
    # 3 · 62 = 60 + 70 + (100 − q3), each half a point off, and the score three times; ten answers give steps of 2.5
    assert (leak.measure, leak.low, leak.high) == ("q3", 42.5, 45.0)
    assert any("skala.score" in source for source in leak.sources)


@pytest.mark.parametrize(
    ("scores", "sizes"),
    [
        ({"skala": 62, "q": 60}, None),
        ({"q": 60, "q2": 70}, None),
        ({"skala": 62, "q": 60, "q2": 70}, {"skala": 11}),
        ({"skala": 62, "q": 60, "q2": 69}, {"q2": 9}),
        # what nothing can fulfil says that others have a score than answered the items
        ({"skala": 5, "q": 60, "q2": 70}, None),
    ],
    ids=["two items hidden", "no score", "somebody answered only some items", "an item less", "others answered"],
)
def test_a_score_that_leaves_its_items_open(
    tmp_path: Path, scores: dict[str, object], sizes: dict[str, int] | None
) -> None:
    report = attacked(write(tmp_path / "p", scaled(scores, sizes)), with_scale())
    assert [leak for leak in report.leaks if leak.kind == "mean"] == []
    assert report.unproven == ()


def test_a_score_close_to_an_end_fixes_every_item(tmp_path: Path) -> None:
    report = attacked(write(tmp_path / "p", scaled({"skala": 98})), with_scale())
    assert {leak.measure for leak in report.leaks if leak.kind == "mean"} == {"q", "q2", "q3"}
    middle = attacked(write(tmp_path / "q", scaled({"skala": 60})), with_scale())
    assert middle.safe


def test_items_that_add_up_to_a_hidden_score(tmp_path: Path) -> None:
    rows = scaled({"q": 60, "q2": 70, "q3": 45})
    (leak,) = found(attacked(write(tmp_path / "p", rows), with_scale()), "enhed-b", "mean")
    assert leak.measure == "skala"
    assert leak.low == pytest.approx((60 + 70 + 55 - 1.5) / 3, abs=1e-4)
