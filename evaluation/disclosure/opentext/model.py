"""What screening finds in an open answer: spans that are masked, flags that a person must look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Changes when a rule or a list does; part of every workbook, so that old masks are never taken for new ones.
SCREEN_VERSION = "1"
#: What stands instead of each kind; the first kinds win where two of them meet.
MASKS: Mapping[str, str] = {
    "cpr": "[cpr]",
    "email": "[e-mail]",
    "url": "[link]",
    "telefon": "[telefon]",
    "adresse": "[adresse]",
    "institution": "[institution]",
    "skole": "[skole]",
    "klasse": "[klasse]",
    "stue": "[stue]",
    "dato": "[dato]",
    "sted": "[sted]",
    "navn": "[navn]",
    "egennavn": "[egennavn]",
}
_PRIORITY = {kind: place for place, kind in enumerate(MASKS)}


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text that gives somebody away.

    Attributes
    ----------
    start, end : int
        Places in the cleaned text, ``end`` behind the last character.
    kind : str
        Key of :data:`MASKS`.
    rule : str
        Why it was found, such as ``navn-liste``.
    """

    start: int
    end: int
    kind: str
    rule: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that is not masked but that a person must judge: ``person``, ``foelsomt``, ``dublet``."""

    kind: str
    start: int
    rule: str


@dataclass(frozen=True, slots=True)
class Screened:
    """An open answer with its identifiers masked.

    ``text`` holds no original of any span; ``spans`` tell kind, place and rule, never the words.
    """

    text: str
    spans: tuple[Span, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds that were masked, each once, in the order of :data:`MASKS`."""
        found = {span.kind for span in self.spans}
        return tuple(kind for kind in MASKS if kind in found)


def merged(spans: list[Span]) -> tuple[Span, ...]:
    """Spans that do not overlap: where two meet, the stronger kind covers both."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
            continue
        last = kept[-1]
        first = min(last, span, key=lambda s: (_PRIORITY[s.kind], s.start))
        kept[-1] = Span(last.start, max(last.end, span.end), first.kind, first.rule)
    return tuple(kept)


def mask(text: str, spans: tuple[Span, ...]) -> str:
    """``text`` with every span replaced by the mask of its kind."""
    parts, place = [], 0
    for span in spans:
        parts += [text[place : span.start], MASKS[span.kind]]
        place = span.end
    return "".join([*parts, text[place:]])
