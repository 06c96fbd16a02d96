"""A scale's score and its items: where all answered every item, the score is the mean of the items' means.

With k items, ``k · score = Σ item means`` (a turned item counts 100 − mean), group by group. What is published of all
but one bounds the last. An equation that nothing published can fulfil says that others answered the items than have a
score; an outsider sees that too and learns nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.disclosure.attack.cells import Cell, Numbers, Shown
from evaluation.disclosure.attack.facts import Facts, Question

_TOP = 100.0
_ROOM = 1e-6


def solve_scales(numbers: Numbers, facts: Facts) -> None:
    """Add to every hidden mean in an equation the interval that the others leave (``Cell.bounds``)."""
    for (survey, scale, wave), by_source in numbers.scales.items():
        known = facts.surveys.get(survey)
        items = () if known is None else known.scales.get(scale, ())
        if known is None or not items:
            continue
        asked = [(item, turned) for item, turned in items if (survey, item, wave) in numbers.items]
        for source, groups in by_source.items():
            for group, score in groups.items():
                cells = [numbers.items[survey, item, wave].get(source, {}).get(group) for item, _ in asked]
                there = [cell for cell in cells if cell is not None and cell.n is not None]
                if score.n and len(there) == len(items) and all(cell.n == score.n for cell in there):
                    turned = [turned for _, turned in asked]
                    questions = [known.questions[item] for item, _ in asked]
                    _equation(score, there, turned, questions, f"{source}: {survey}.{scale}.score.{group}.{wave}")


def _equation(
    score: Cell, items: Sequence[Cell], turned: Sequence[bool], questions: Sequence[Question], source: str
) -> None:
    n, k = score.n or 0, len(items)
    straight = [_interval(cell, question) for cell, question in zip(items, questions, strict=True)]
    ends = [
        (_TOP - high, _TOP - low) if turn else (low, high) for (low, high), turn in zip(straight, turned, strict=True)
    ]
    low, high = _interval(score, None)
    least, most = sum(end[0] for end in ends), sum(end[1] for end in ends)
    if least > k * high + _ROOM or most < k * low - _ROOM:
        return
    if not score.means:
        _bound(score, n, least / k, most / k, source.replace(".score.", ".snit."))
    for cell, turn, end in zip(items, turned, ends, strict=True):
        if cell.means:
            continue
        bottom, top = k * low - (most - end[1]), k * high - (least - end[0])
        _bound(cell, n, *((_TOP - top, _TOP - bottom) if turn else (bottom, top)), source)


def _bound(cell: Cell, n: int, low: float, high: float, source: str) -> None:
    """Note an interval that says more than that a mean lies between 0 and 100."""
    low, high = max(low, 0.0), min(high, _TOP)
    if low > _ROOM or high < _TOP - _ROOM:
        cell.bounds.append(Shown((low + high) / 2, n, max((high - low) / 2, 0.0) + _ROOM, source))


def _interval(cell: Cell, question: Question | None) -> tuple[float, float]:
    """Least and most that a mean can be, by what is published of it alone."""
    low, high = 0.0, _TOP
    for mean in cell.means:
        low, high = max(low, mean.value - mean.half), min(high, mean.value + mean.half)
    counts: Mapping[str, float] = {code: float(count) for code, (count, _) in cell.counts.items()}
    if question is not None and not cell.means and cell.n and sum(counts.values()) == cell.n:
        value = sum(s * counts.get(code, 0.0) for code, s in zip(question.codes, question.scores, strict=True)) / cell.n
        return value, value
    return low, high
