"""From published numbers to integer programmes: one an item, wave and grouping."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from evaluation.disclosure.attack.cells import Cell, Key, Numbers, Shown
from evaluation.disclosure.attack.facts import Facts, Question
from evaluation.disclosure.attack.programme import Node, Programme, Row
from evaluation.disclosure.attack.structure import KOMMUNE, Family, families

_EXACT = 0.01
_ROOM = 1e-6
#: The category of those who have no state; how many they are is public.
ANSWERED = "besvaret"
#: Makes the node of a group (name, publication, atoms).
NodeMaker = Callable[[str, str, frozenset[int]], Node]


def programmes(numbers: Numbers, facts: Facts) -> Iterator[Programme]:
    """Every programme of answers, and of the states of those who gave none."""
    for key, by_source in numbers.items.items():
        survey = facts.surveys.get(key[0])
        question = None if survey is None else survey.questions.get(key[1])
        if survey is None or question is None:
            continue
        counted = _people(by_source)
        yield from _answers(key, question, counted, facts, survey.variables)
        yield from _states(key, question, counted, facts, survey.variables)


def _people(by_source: Mapping[str, Mapping[str, Cell]]) -> Mapping[str, Mapping[str, Cell]]:
    """Without groups of nobody, or of nobody knows how many."""
    return {s: {g: c for g, c in groups.items() if c.n is not None} for s, groups in by_source.items()}


def _answers(
    key: Key,
    question: Question,
    by_source: Mapping[str, Mapping[str, Cell]],
    facts: Facts,
    variables: Sequence[str],
) -> Iterator[Programme]:
    sizes = {s: {g: c.n or 0 for g, c in groups.items()} for s, groups in by_source.items()}
    made = families(sizes, facts.parents, variables)
    scores = question.scores if not any(math.isnan(s) for s in question.scores) else ()

    def node(name: str, source: str, atoms: frozenset[int]) -> Node:
        cell = by_source[source][name]
        rows = list(answer_rows(question, cell))
        mean = bool(cell.means) or any(kind == "net" for kind, _ in cell.shares)
        hidden = facts.protects(name, cell.n or 0, cell.few) and len(cell.counts) < len(question.codes)
        return Node(name, atoms, rows, hidden, hidden and not mean)

    whole = _whole_known(by_source, len(question.codes))
    yield from _put_together(key, "count", question.codes, scores, made, node, facts, whole)


def _states(
    key: Key,
    question: Question,
    by_source: Mapping[str, Mapping[str, Cell]],
    facts: Facts,
    variables: Sequence[str],
) -> Iterator[Programme]:
    states = question.states
    if len(states) < 2:
        return
    sizes = {
        s: {g: c.asked for g, c in groups.items() if c.asked is not None and c.asked >= (c.n or 0)}
        for s, groups in by_source.items()
    }
    made = families(sizes, facts.parents, variables)
    labels = (*states, ANSWERED)

    def node(name: str, source: str, atoms: frozenset[int]) -> Node:
        cell = by_source[source][name]
        rows = [_unit_row(labels, state, *cell.states[state]) for state in states if state in cell.states]
        hidden = facts.protects(name, cell.asked or 0, cell.few_asked) and len(rows) < len(states) - 1
        return Node(name, atoms, [*rows, _unit_row(labels, ANSWERED, cell.n or 0, "n")], hidden, False)

    for programme in _put_together(key, "state", labels, (), made, node, facts, True):
        yield replace(programme, public=1)


def _unit_row(labels: Sequence[str], label: str, count: int, source: str) -> Row:
    return Row(_one(tuple(labels), label), count, count, source)


@lru_cache(maxsize=4096)
def _one(labels: tuple[str, ...], label: str) -> tuple[float, ...]:
    return tuple(1.0 if other == label else 0.0 for other in labels)


def _whole_known(by_source: Mapping[str, Mapping[str, Cell]], width: int) -> bool:
    wholes = [groups[KOMMUNE] for groups in by_source.values() if KOMMUNE in groups]
    known = {cell.n for cell in wholes if len(cell.counts) == width}
    return all(cell.n in known for cell in wholes)


def _put_together(
    key: Key,
    kind: str,
    labels: tuple[str, ...],
    scores: tuple[float, ...],
    made: Sequence[Family],
    node: NodeMaker,
    facts: Facts,
    apart: bool,
) -> Iterator[Programme]:
    """One programme a family; one for all where the kommune's own counts are not known and tie them together."""
    tied = [f for f in made if any(name == KOMMUNE for name, _ in f.at) and len(f.at) > 1]
    groups = [[f] for f in made] if apart or len(tied) < 2 else [tied, *([f] for f in made if f not in tied)]
    for together in groups:
        sizes: list[int] = []
        nodes: list[Node] = []
        wholes: dict[str, list[int]] = {}
        for family in together:
            start = len(sizes)
            sizes += family.sizes
            for (name, source), atoms in family.at.items():
                if not atoms:
                    continue
                if name == KOMMUNE:
                    wholes.setdefault(source, []).append(len(nodes))
                nodes.append(node(name, source, frozenset(a + start for a in atoms)))
            for name, atoms in family.extra:
                people = sum(family.sizes[a] for a in atoms)
                few = 0 < people < facts.rule.threshold
                hidden = few and kind != "state" and facts.protects(name, people)
                nodes.append(Node(name, frozenset(a + start for a in atoms), [], hidden, hidden))
        links = tuple((first, other) for first, *others in wholes.values() for other in others)
        if any(n.counts or n.mean for n in nodes):
            yield Programme(*key, kind, labels, scores, tuple(sizes), tuple(nodes), links)


def answer_rows(question: Question, cell: Cell) -> Iterator[Row]:
    """Everything published about one group's answers, as rows over the counts."""
    for code, (count, source) in cell.counts.items():
        if code in question.codes:
            yield _unit_row(question.codes, code, count, source)
    for kind, share in cell.shares:
        coef = _coef(question, kind)
        if coef is not None:
            scale = share.n / 100.0 if kind == "net" else share.n
            yield _row(coef, share.value * scale, share.half * scale, share.source)
    known = [not math.isnan(s) for s in question.scores]
    scores = tuple(0.0 if math.isnan(s) else s for s in question.scores)
    for mean in cell.means:
        if not all(known):
            yield Row(tuple(map(float, known)), mean.n, mean.n, mean.source)
        yield _row(scores, mean.value * mean.n, mean.half * mean.n, mean.source)
    for mean in cell.bounds:
        yield _row(scores, mean.value * mean.n, mean.half * mean.n, mean.source)
    for kind, spread in cell.spreads:
        if all(known):
            yield from _median(scores, spread) if kind == "median" else _squares(scores, spread, cell.means)


def _row(coef: tuple[float, ...], value: float, half: float, source: str) -> Row:
    """A row around a published number; whole coefficients give whole numbers, so a little room is no loss."""
    room = _EXACT if all(c == round(c) for c in coef) else 1e-4 * max(abs(value), 1.0)
    room = room if half == 0 else _ROOM
    return Row(coef, value - half - room, value + half + room, source)


@lru_cache(maxsize=4096)
def _coef(question: Question, kind: str) -> tuple[float, ...] | None:
    """Which answers a share counts."""
    sign = -1.0 if question.turned else 1.0
    tests: Mapping[str, Callable[[str, float], bool]] = {
        "positive": lambda code, score: code in question.positive,
        "floor_share": lambda code, score: score <= 5,
        "ceiling_share": lambda code, score: score >= 95,
        "share_worse": lambda code, score: (score - 50) * sign < 0,
        "share_same": lambda code, score: score == 50,
        "share_better": lambda code, score: (score - 50) * sign > 0,
    }
    pairs = list(zip(question.codes, question.scores, strict=True))
    if kind == "net":
        return tuple(0.0 if math.isnan(s) or s == 50 else math.copysign(1.0, (s - 50) * sign) for _, s in pairs)
    test = tests.get(kind)
    return None if test is None else tuple(float(test(code, score)) for code, score in pairs)


def _squares(scores: tuple[float, ...], sd: Shown, means: Sequence[Shown]) -> Iterator[Row]:
    """n, mean and standard deviation give the sum of squares, which is linear in the counts."""
    for mean in means[:1]:
        inner = sd.value**2 * (sd.n - 1)
        ends = [(mean.value + side * mean.half) ** 2 * sd.n for side in (-1, 1)]
        low, high = inner + min(ends), inner + max(ends)
        room = 0.5 + 1e-7 * high
        yield Row(tuple(s * s for s in scores), low - room, high + room, sd.source)


def _median(scores: tuple[float, ...], median: Shown) -> Iterator[Row]:
    """At most half of the answers lie on either side; exactly half where the median is no answer itself."""
    below = tuple(float(s < median.value) for s in scores)
    above = tuple(float(s > median.value) for s in scores)
    most = float(median.n // 2)
    least = most if median.value not in scores else 0.0
    yield Row(below, least, most, median.source)
    yield Row(above, least, most, median.source)
