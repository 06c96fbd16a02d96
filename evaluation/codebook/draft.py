"""A first instrument from what a file says about its own questions: :func:`propose`.

The draft runs as it is, and everything in it that is a guess carries a mark for a person
to confirm. It is written down by :mod:`evaluation.codebook.draft_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from evaluation.codebook.recognise import Kind, Recognised, State, language_of, plain, recognise
from evaluation.common.ids import slug

QuestionType = Literal["single", "multiple", "open", "number", "date", "system", "weight"]

#: Longest id that can be the name of a variable everywhere (SPSS, SurveyXact).
LONGEST_ID = 8
#: Questions about the same from which a score can be made.
BATTERY_FROM = 3
#: Answers without an order: up to so many questions in a row with the same answers are background.
_BACKGROUND_TO = 3
#: With more answers than this, a question is no group to break down by.
_MOST_VALUES = 12
#: A table or figure holds no more answers than this.
_MOST_CHOICES = 20
_LONGEST_TEXT = 400
_ID = re.compile(r"[a-z][a-z0-9_-]*\Z")
_BRACKETED = re.compile(r"(.*?)\s*\[(.+)\]\s*\Z", re.DOTALL)
#: Words that turn a statement round.
NEGATION = re.compile(
    r"\b(ikke|ikkje|aldrig|aldri|ingen|intet|uden|uten|mangler|savner|not|never|none|without|lack|lacks|cannot|\w+n't|nicht|nie"
    r"|kein|keine|keinen|ohne)\b"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One column of a file: its name, wording, type and labelled answers, ``missing`` codes as declared."""

    name: str
    label: str = ""
    type: QuestionType = "single"
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    set_name: str = ""


@dataclass(frozen=True, slots=True)
class DraftResponse:
    """A response scale: ``choices`` are (code, label, score or None, state), in the codebook's order."""

    id: str
    found: Recognised
    choices: tuple[tuple[int, str, float | None, State], ...]
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def positive(self) -> tuple[int, ...]:
        """Codes above the middle of the scale."""
        return tuple(code for code, _, score, _ in self.choices if score is not None and score > 50)


@dataclass(frozen=True, slots=True)
class DraftItem:
    """An item; ``sign`` is its correlation with the rest of its scale, where the answers gave one."""

    id: str
    column: str
    text: str
    response: str
    scale: str = ""
    kind: Literal["item", "perceived"] = "item"
    negated: bool = False
    sign: float | None = None

    @property
    def reversed(self) -> bool:
        """Whether the answers run against the rest of the scale."""
        return bool(self.scale) and self.sign is not None and self.sign < 0


@dataclass(frozen=True, slots=True)
class DraftScale:
    """Items of one grid or row, proposed as one score."""

    id: str
    title: str
    stem: str
    response: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """A background variable: ``values`` are (code, id, label)."""

    id: str
    column: str
    title: str
    values: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Aside:
    """A column, or a set of columns, that no item was made of; ``why`` is a key of the catalogue."""

    why: str
    name: str
    label: str
    number: int = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that goes into the file."""

    responses: tuple[DraftResponse, ...]
    scales: tuple[DraftScale, ...]
    items: tuple[DraftItem, ...]
    groups: tuple[DraftGroup, ...]
    asides: tuple[Aside, ...]
    language: str

    def with_signs(self, signs: Mapping[str, float]) -> Draft:
        """The draft with each item's correlation with the rest of its scale, by item id."""
        return replace(self, items=tuple(replace(item, sign=signs.get(item.id)) for item in self.items))

    @property
    def columns(self) -> dict[str, str]:
        """Columns that do not bear the name of their item or group: what the plan must name."""
        pairs = [(item.id, item.column) for item in self.items]
        pairs += [(group.id, group.column) for group in self.groups]
        return {name: column for name, column in pairs if name != column.strip().casefold()}


class _Ids:
    """Ids that no two parts of the draft share."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def of(self, name: str, longest: int = LONGEST_ID) -> str:
        """The name itself where it is an id already, else a short one made of it."""
        own = name.strip().casefold()
        if _ID.match(own) and own not in self.used:
            return self._take(own)
        base = slug(name)[:longest].strip("-_") or "x"
        base = base if base[0].isalpha() else f"v{base}"[:longest]
        number, made = 1, base
        while made in self.used:
            number += 1
            made = f"{base[: longest - len(str(number)) - 1]}_{number}"
        return self._take(made)

    def _take(self, name: str) -> str:
        self.used.add(name)
        return name


def propose(questions: Sequence[Question]) -> Draft:
    """The instrument that a file's questions suggest.

    Parameters
    ----------
    questions : sequence of Question
        In the order of the file.

    Returns
    -------
    Draft
        Without items where the file holds no question with labelled answers.
    """
    return _Proposal(questions).draft()


class _Proposal:
    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self.ids = _Ids()
        self.response_ids = _Ids()
        self.responses: dict[tuple[tuple[str, str], ...], DraftResponse] = {}
        self.items: list[DraftItem] = []
        self.scales: list[DraftScale] = []
        self.groups: list[DraftGroup] = []
        self.asides: list[Aside] = []
        # names of columns go before made ids: they need no word in the plan
        self.own = {q.name: self.ids.of(q.name) for q in questions if _ID.match(q.name.strip().casefold())}

    def draft(self) -> Draft:
        singles = []
        for question in self.questions:
            if question.type == "single" and question.labels:
                singles.append((question, recognise(question.labels, question.missing)))
        for (found, _, _), run in groupby(singles, key=_row):
            members = [question for question, _ in run]
            self._row(members, found)
        self.asides += _asides(self.questions)
        texts = [q.label for q in self.questions] + [label for q in self.questions for label in q.labels.values()]
        return Draft(
            tuple(self.responses.values()),
            tuple(self.scales),
            tuple(self.items),
            tuple(self.groups),
            tuple(self.asides),
            language_of(texts[:2000]),
        )

    def _id(self, question: Question) -> str:
        return self.own.get(question.name) or self.ids.of(question.name)

    def _row(self, members: Sequence[Question], found: _Answers) -> None:
        """Questions in a row that are answered alike: a scale, single items, or background."""
        first = members[0]
        understood = recognise(first.labels, first.missing)
        if understood.kind is None and len(members) <= _BACKGROUND_TO:
            for question in members:
                self._group(question, recognise(question.labels, question.missing))
            return
        if not understood.codes or len(understood.codes) > _MOST_CHOICES or not _whole(first.labels):
            why = "many_answers" if _whole(first.labels) else "codes_not_numbers"
            self.asides.append(Aside(why, first.name, first.label, len(members)))
            return
        response = self._response(first, understood, found)
        parts = [split_stem(question.label) for question in members]
        stem = parts[0][0]
        items = [
            DraftItem(
                self._id(question),
                question.name,
                _cut(text or question.label or question.name),
                response.id,
                kind="perceived" if understood.kind == "change" else "item",
                negated=NEGATION.search((text or question.label).casefold()) is not None,
            )
            for question, (_, text) in zip(members, parts, strict=True)
        ]
        scored = understood.kind not in (None, "change", "yes_no")
        if scored and len(items) >= BATTERY_FROM:
            scale = self.ids.of(f"{_prefix([q.name for q in members]) or 'skala'}-skala", 24)
            title = _cut(stem, 80) or ", ".join(q.name for q in (members[0], members[-1]))
            self.scales.append(DraftScale(scale, title, _cut(stem), response.id, tuple(item.id for item in items)))
            items = [replace(item, scale=scale) for item in items]
        self.items += items

    def _response(self, question: Question, found: Recognised, key: _Answers) -> DraftResponse:
        if key not in self.responses:
            name = self.response_ids.of(_NAMES.get(found.kind, "svar") if found.kind else "svar", 24)
            steps = len(found.codes) - 1
            scores = [None if found.kind is None else round(100 * n / steps, 1) for n in range(steps + 1)]
            choices: list[tuple[int, str, float | None, State]] = [
                (int(code), _cut(question.labels[code].strip() or code), score, "")
                for code, score in zip(found.codes, scores, strict=True)
            ]
            choices += [(int(code), _cut(question.labels[code]), None, state) for code, state in found.states.items()]
            left = tuple((code, _cut(question.labels[code], 80)) for code in (*found.missing, *found.doubtful))
            self.responses[key] = DraftResponse(name, found, tuple(choices), left)
        return self.responses[key]

    def _group(self, question: Question, found: Recognised) -> None:
        if not 1 < len(found.codes) <= _MOST_VALUES:
            self.asides.append(Aside("many_answers", question.name, question.label))
            return
        ids = _Ids()
        values = tuple(
            (
                code,
                ids.of(slug(question.labels[code] or code)[:24].strip("-") or "x", 24),
                _cut(question.labels[code].strip() or code, 120),
            )
            for code in found.codes
        )
        title = _cut(question.label or question.name, 120)
        self.groups.append(DraftGroup(self._id(question), question.name, title, values))


_Answers = tuple[tuple[str, str], ...]
_NAMES: Mapping[Kind, str] = {
    "agreement": "enighed",
    "satisfaction": "tilfredshed",
    "frequency": "hyppighed",
    "extent": "grad",
    "yes_no": "ja-nej",
    "importance": "vigtighed",
    "quality": "kvalitet",
    "change": "aendring",
    "numbers": "tal",
}


def _row(entry: tuple[Question, Recognised]) -> tuple[_Answers, str, str]:
    """What questions of one battery share: answers, and the grid's stem or else the start of their names."""
    question, _ = entry
    stem, _ = split_stem(question.label)
    answers = tuple((code, plain(label)) for code, label in question.labels.items())
    return answers, stem, "" if stem else _prefix([question.name])


def split_stem(label: str) -> tuple[str, str]:
    """The question of a grid and the item in it: ``"Stem - item"``, ``"Stem [item]"``; no stem where there is none."""
    text = " ".join(label.split())
    bracketed = _BRACKETED.match(text)
    if bracketed:
        return bracketed.group(1), bracketed.group(2)
    stem, dash, item = text.partition(" - ")
    return (stem.strip(), item.strip()) if dash and item.strip() else ("", text)


def _prefix(names: Sequence[str]) -> str:
    """The start that names share, without the running number at the end."""
    first = re.sub(r"[\d_.\-]+\Z", "", names[0].casefold())
    return slug(first) if first else ""


def _whole(labels: Mapping[str, str]) -> bool:
    return all(re.fullmatch(r"-?\d+", code) for code in labels)


def _asides(questions: Sequence[Question]) -> Iterator[Aside]:
    """Columns that no answer scale was found for; those of one multiple-choice question together."""
    sets: dict[str, list[Question]] = {}
    for question in questions:
        if question.type == "multiple":
            sets.setdefault(question.set_name or question.name, []).append(question)
        elif question.type == "single" and not question.labels:
            yield Aside("unlabelled", question.name, question.label)
        elif question.type in ("open", "number", "date", "weight"):
            yield Aside(question.type, question.name, question.label)
    for name, members in sets.items():
        yield Aside("multiple", name, split_stem(members[0].label)[0] or members[0].label, len(members))
    system = sum(question.type == "system" for question in questions)
    if system:
        yield Aside("system", "", "", system)


def _cut(text: str, longest: int = _LONGEST_TEXT) -> str:
    """``text`` on one line, cut at a word: what is left is still part of the wording in the file."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return line[: longest + 1].rpartition(" ")[0] or line[:longest]
