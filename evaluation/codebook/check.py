"""What an instrument's parts must agree on; form alone is checked by the models.

Works on the plain values of the file, so that these problems are told together with
those of form. Whatever has the wrong form is passed over here: it has been told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from evaluation.common.errors import Problem
from evaluation.plan.form import TomlFile, near

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Codebook:
    file: TomlFile
    mechanisms: Sequence[str]

    def tables(self, key: str, inside: Table | None = None) -> list[tuple[int, Table]]:
        value = (self.file.raw if inside is None else inside).get(key)
        return [(i, v) for i, v in enumerate(value) if isinstance(v, dict)] if isinstance(value, list) else []

    def by_id(self, key: str) -> dict[str, Table]:
        return {t["id"]: t for _, t in self.tables(key) if isinstance(t.get("id"), str)}

    def problem(self, code: str, loc: Sequence[str | int], found: object = "", **params: object) -> Problem:
        return Problem(code, self.file.where(*loc), str(found), {k: str(v) for k, v in params.items()})

    def unknown(self, code: str, name: object, known: Sequence[str], *loc: str | int) -> Iterator[Problem]:
        if isinstance(name, str) and name not in known:
            guess = near(name, known)
            params = {"name": name, "known": ", ".join(known) or "–", "near": guess}
            yield self.problem(f"{code}-near" if guess else code, loc, name, **params)


def instrument_problems(file: TomlFile, mechanisms: Sequence[str]) -> list[Problem]:
    """Everything in an instrument that needs two of its parts to be seen.

    Parameters
    ----------
    file : TomlFile
        The codebook as read, items filled in from their scales.
    mechanisms : sequence of str
        Ids that ``mechanisms`` may name.
    """
    book = _Codebook(file, mechanisms)
    checks = (_duplicates, _responses, _scales, _items, _groups, _open, _mechanisms)
    return [problem for check in checks for problem in check(book)]


def _duplicates(book: _Codebook) -> Iterator[Problem]:
    for key in ("theme", "response"):
        yield from _twice(book, [((key, i, "id"), t.get("id")) for i, t in book.tables(key)])
    # scales, items and groups share keys and columns, so no two of them may have the same id
    named = [((key, i, "id"), t.get("id")) for key in ("scale", "item", "group", "open") for i, t in book.tables(key)]
    yield from _twice(book, named)


def _twice(book: _Codebook, named: Sequence[tuple[tuple[str | int, ...], object]]) -> Iterator[Problem]:
    seen: dict[object, tuple[str | int, ...]] = {}
    for loc, name in named:
        if name is None:
            continue
        if name in seen:
            yield book.problem("codebook-duplicate", loc, name, line=book.file.locator.line(seen[name]))
        seen.setdefault(name, loc)


def _responses(book: _Codebook) -> Iterator[Problem]:
    for index, response in book.tables("response"):
        loc = ("response", index)
        choices = book.tables("choice", response)
        yield from _twice(book, [((*loc, "choice", i, "code"), c.get("code")) for i, c in choices])
        yield from _scores(book, choices, loc)
        states = {c.get("code") for _, c in choices if c.get("state")}
        codes = {c.get("code") for _, c in choices}
        positive = response.get("positive")
        for place, code in enumerate(positive if isinstance(positive, list) else []):
            if isinstance(code, int) and (code not in codes or code in states):
                known = ", ".join(str(c) for c in sorted(c for c in codes - states if isinstance(c, int)))
                yield book.problem("codebook-positive-unknown", (*loc, "positive", place), code, known=known)


def _scores(book: _Codebook, choices: Sequence[tuple[int, Table]], loc: tuple[str | int, ...]) -> Iterator[Problem]:
    scored = [(i, c["score"]) for i, c in choices if isinstance(c.get("score"), int | float) and not c.get("state")]
    for index, choice in choices:
        if choice.get("state") and "score" in choice:
            yield book.problem("codebook-state-with-score", (*loc, "choice", index), choice.get("code", ""))
        # either every answer has a score or none has (answers without an order)
        elif scored and "score" not in choice and not choice.get("state"):
            yield book.problem("codebook-choice-without-score", (*loc, "choice", index), choice.get("code", ""))
    for (_, before), (index, score) in pairwise(scored):
        if score <= before:
            yield book.problem("codebook-scores-order", (*loc, "choice", index, "score"), f"{before}, {score}")


def _has_scores(response: Table | None) -> bool:
    choices = response.get("choice") if response else None
    return isinstance(choices, list) and any(isinstance(c, dict) and "score" in c for c in choices)


def _scales(book: _Codebook) -> Iterator[Problem]:
    themes, responses = list(book.by_id("theme")), list(book.by_id("response"))
    for index, scale in book.tables("scale"):
        loc = ("scale", index)
        yield from book.unknown("codebook-unknown-theme", scale.get("theme"), themes, *loc, "theme")
        yield from book.unknown("codebook-unknown-response", scale.get("response"), responses, *loc, "response")
        items = sum(item.get("scale") == scale.get("id") for _, item in book.tables("item"))
        needed = scale.get("min_answered")
        if items == 0:
            yield book.problem("codebook-scale-empty", (*loc, "id"), scale.get("id", ""))
        elif isinstance(needed, int) and needed > items:
            yield book.problem("codebook-min-answered", (*loc, "min_answered"), needed, items=items)


def _items(book: _Codebook) -> Iterator[Problem]:
    themes, responses, scales = (book.by_id(key) for key in ("theme", "response", "scale"))
    for index, item in book.tables("item"):
        loc = ("item", index)
        name, scale = item.get("id", ""), scales.get(str(item.get("scale")))
        yield from book.unknown("codebook-unknown-scale", item.get("scale"), list(scales), *loc, "scale")
        # what an item has from its scale has been told there
        if scale is None or item.get("response") != scale.get("response"):
            yield from book.unknown(
                "codebook-unknown-response", item.get("response"), list(responses), *loc, "response"
            )
        if scale is None:
            yield from book.unknown("codebook-unknown-theme", item.get("theme"), list(themes), *loc, "theme")
        elif item.get("theme") != scale.get("theme"):
            yield book.problem("codebook-theme-differs", (*loc, "theme"), item.get("theme", ""), scale=scale["id"])
        response = responses.get(str(item.get("response")))
        perceived = item.get("kind") == "perceived"
        if response is not None and (scale is not None or perceived) and not _has_scores(response):
            yield book.problem("codebook-no-scores", (*loc, "response"), response["id"], item=name)
        if perceived and item.get("scale") is not None:
            yield book.problem("codebook-perceived-in-scale", (*loc, "kind"), name)


def _groups(book: _Codebook) -> Iterator[Problem]:
    for index, group in book.tables("group"):
        for key in ("code", "id"):
            values = book.tables("value", group)
            yield from _twice(book, [(("group", index, "value", i, key), v.get(key)) for i, v in values])


def _open(book: _Codebook) -> Iterator[Problem]:
    themes, groups = list(book.by_id("theme")), list(book.by_id("group"))
    for index, question in book.tables("open"):
        yield from book.unknown("codebook-unknown-theme", question.get("theme"), themes, "open", index, "theme")
        yield from book.unknown("codebook-unknown-role", question.get("role"), groups, "open", index, "role")


def _mechanisms(book: _Codebook) -> Iterator[Problem]:
    for key in ("scale", "item"):
        for index, table in book.tables(key):
            named = table.get("mechanisms")
            for place, name in enumerate(named if isinstance(named, list) else []):
                loc = (key, index, "mechanisms", place)
                yield from book.unknown("codebook-unknown-mechanism", name, list(book.mechanisms), *loc)
