"""``[er steget]{.tjek hvis="…"}`` and ``[12]{.tal}``: spans of the prose, with where they stand."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.common.errors import Problem
from evaluation.presentation.claims.prose import SHORTCODE, Document
from evaluation.presentation.escape import plain

CLAIM, TYPED, CONDITION = "tjek", "tal", "hvis"
_ATTRIBUTE = re.compile(
    r"\s*(?:#(?P<id>[^\s{}\"'=#]+)|\.(?P<class>[^\s{}\"'=.#]+)"
    r"|(?P<name>[^\W\d][\w:.-]*)=(?:\"(?P<double>(?:\\.|[^\"\\])*)\"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<bare>[^\s{}\"'=]+)))"
    r"(?=[\s}])",
    re.S,
)
_MENTIONED = re.compile(rf"\{{[^{{}}]*?(?:\.(?:{CLAIM}|{TYPED})(?![\w-])|(?<![\w-]){CONDITION}\s*=)")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
#: What rapport.lua makes one blank too: the condition must be the same text on both sides.
_BLANKS = re.compile(r"[ \t\n\r\f\v\u00a0]+")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")


@dataclass(frozen=True, slots=True)
class Span:
    """A span: where its bracket begins and where its braces end, its classes and attributes, its words."""

    start: int
    end: int
    classes: tuple[str, ...]
    attributes: Mapping[str, str]
    text: str


def spans(document: Document) -> tuple[list[Span], list[Problem]]:
    """Spans of class ``tjek`` or ``tal``, and what was meant as one and is none.

    A span that does not parse prints its braces in the report, so it is a problem and never passed over.
    """
    found: list[Span] = []
    problems: list[Problem] = []
    for match in _MENTIONED.finditer(document.prose):
        where = str(document.place(match.start()))
        span = _span(document, match.start())
        shown = plain(document.text[match.start() : match.start() + 80].split("\n")[0])
        if span is None:
            problems.append(Problem("claims-span", where, shown))
        elif CLAIM in span.classes and not span.attributes.get(CONDITION, "").strip():
            problems.append(Problem("claims-without-condition", str(document.place(span.start)), shown))
        elif CONDITION in span.attributes and CLAIM not in span.classes:
            problems.append(Problem("claims-without-class", str(document.place(span.start)), shown))
        else:
            found.append(span)
    return found, problems


def _span(document: Document, brace: int) -> Span | None:
    text = document.prose
    if text[brace - 1 : brace] != "]":
        return None
    parsed = _attributes(text, brace)
    start = _bracket(text, brace - 1)
    if parsed is None or start is None:
        return None
    classes, attributes, end = parsed
    return Span(start, end, classes, attributes, words(document.text[start + 1 : brace - 1]))


def words(markdown: str) -> str:
    """The words of a bit of Markdown on one line, for a message."""
    text = re.sub(r"\]\([^)]*\)|\]\{[^}]*\}|[\[\]*`]", "", SHORTCODE.sub("…", markdown))
    return plain(" ".join(text.split()))


def _attributes(text: str, brace: int) -> tuple[tuple[str, ...], dict[str, str], int] | None:
    """Classes, attributes and where the braces end; None where pandoc would not take them for attributes."""
    classes: list[str] = []
    attributes: dict[str, str] = {}
    place = brace + 1
    while (match := _ATTRIBUTE.match(text, place)) is not None:
        place = match.end()
        if match["class"]:
            classes.append(match["class"])
        elif match["name"]:
            quoted = next((match[kind] for kind in ("double", "single") if match[kind] is not None), None)
            if quoted is not None and _EMPTY_LINE.search(quoted):
                return None
            value = match["bare"] if quoted is None else re.sub(r"\\([^\w\s])", r"\1", quoted)
            value = _ENTITY.sub(lambda entity: html.unescape(entity[0]), value)
            # The first of two attributes of one name is the one that pandoc keeps.
            attributes.setdefault(match["name"], _BLANKS.sub(" ", value).strip(" "))
    rest = re.compile(r"\s*\}").match(text, place)
    return None if rest is None else (tuple(classes), attributes, rest.end())


def _bracket(text: str, close: int) -> int | None:
    """Where the bracket that ``close`` ends begins, in the same paragraph."""
    depth = 0
    for place in range(close, -1, -1):
        sign = text[place]
        if sign == "\n" and _EMPTY_LINE.match(text, place):
            return None
        if sign not in "[]" or _escaped(text, place):
            continue
        depth += 1 if sign == "]" else -1
        if depth == 0:
            return place
    return None


def _escaped(text: str, place: int) -> bool:
    before = 0
    while place > before and text[place - 1 - before] == "\\":
        before += 1
    return before % 2 == 1
