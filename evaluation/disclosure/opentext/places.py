"""Addresses, towns, institutions, schools, classes and rooms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evaluation.disclosure.opentext.clean import lexicon, tokens, word_list
from evaluation.disclosure.opentext.model import Span

_CAP, _LOW = "A-ZÆØÅÉÖÄÜ", "a-zæøåéöäü"
_NUMBER = r"\d{1,3}(?:\s?[A-Za-z]\b)?(?:\s?[-–]\s?\d{1,3})?"
_FLOOR = r"(?:,?\s?(?:\d{1,2}\.|st\.?|kl\.?)\s?(?:sal\b)?\s?(?:tv|th|mf)?\.?)?"
# Endings that are street names whatever stands before them, and those that need a capital and a number.
_STREET = (
    r"(?:vej|vejen|gade|gaden|all[eé]|all[eé]en|stræde|strædet|boulevard|torv|torvet"
    r"|vænge|vænget|plads|pladsen|esplanaden|kaj|brogade)"
)
_SOFT = (
    r"(?:parken|park|stien|sti|krogen|bakken|haven|toften|marken|ageren|kæret|engen|lunden|skrænten|svinget|banken|gården"
    r"|brinken|løkken|kajen|bro|høj|højen|dalen|holmen|skellet|ledet|bjerget|parcellen|brynet|krattet|hegnet|mosen|søen|åsen|lien)"
)
_ADDRESS = (
    (re.compile(rf"(?:\b[{_CAP}][{_LOW}.'’\-]*\s){{0,3}}\b[{_CAP}{_LOW}'’\-]{{2,30}}(?i:{_STREET})\s{_NUMBER}{_FLOOR}"),
     "adresse-vej-nummer"),
    (re.compile(rf"\b(?:[{_CAP}][{_LOW}.'’]+\s){{1,3}}(?:Vej|Gade|Allé|Alle|Plads|Boulevard|Stræde|Torv|Vænge)(?:\s{_NUMBER}{_FLOOR})?\b"),
     "adresse-vej-ord"),
    (re.compile(rf"\b[{_CAP}][{_LOW}'’\-]+{_SOFT}\s{_NUMBER}{_FLOOR}(?!\s*(?:børn|timer|voksne|kr|år|min|gange|procent|pct|stk|%))"),
     "adresse-vej-nummer"),
)  # fmt: skip
_BARE = re.compile(rf"\b[{_CAP}][{_LOW}]{{2,}}(?:vej|vejen|gade|gaden|stræde|strædet|allé|vænget|torvet)\b")
_NO_STREET = word_list("no_street")
_POSTCODE = re.compile(rf"(?<![\d.,])(?:DK-?\s?)?(\d{{4}})\s([{_CAP}][{_LOW}]+(?:\s[{_CAP}](?:\b|[{_LOW}]+))?)")
_NEAR = re.compile(r"(?:\b(?:i|fra|til|ved|omkring|nær|bor i|udenfor)\s)\Z", re.I)
# Towns that are words, names or endings as well: only behind a preposition.
_WORD_TOWNS = word_list("word_towns")

_BODY = (
    r"(?:børnehaven|børnehave|børnehuset|børnehus|vuggestuen|vuggestue|dagplejen|dagpleje|institutionen|naturbørnehaven|skovbørnehaven"
    r"|idrætsbørnehaven|dagtilbuddet|sfo'?en|sfo|fritidshjemmet|fritidsklubben|klubben|legestuen|privatbørnehaven|landsbyordningen)"
)
_NAMED_BODY = re.compile(
    rf"(?i:\b{_BODY})\s(?:i\s)?(?:(?:Den|Det|De|Lille|Store|Gamle|Sct\.|Skt\.|Sankt)\s)?[{_CAP}][{_LOW}\-]+(?:\s(?:[{_CAP}][{_LOW}\-]+|\d\b))?"
)
_BODY_LAST = re.compile(
    rf"\b[{_CAP}][{_LOW}\-]+s?\s(?i:børnehave|børnehus|vuggestue|dagpleje|naturbørnehave|fritidshjem|sfo|dagtilbud)\b"
)
_SCHOOL_TWO = re.compile(
    rf"\b(?:[{_CAP}][{_LOW}.\-]+\s){{1,3}}(?i:skole|friskole|privatskole|centralskole|landsbyskole|realskole)n?s?\b"
)
_SCHOOL_ONE = re.compile(r"\b([^\W\d_]{3,}?)skole(?:n|ns|s|r)?\b", re.I)
_NO_SCHOOL = word_list("no_school")
_CLASS = re.compile(
    r"(?<![\w.,])(?:\d{1,2}\.\s?[A-Fa-fX-Zx-z]|\d{1,2}[A-Fa-fX-Zx-z]|\d{1,2} [A-FX-Z])"
    r"(?:'erne|erne|['’]s)?(?!\w|\.\w)"
    r"|(?<![\w.,])\d{1,2}\.?\s?klasse\s[A-FX-Z]\b|\b\d{1,2}\.?\s?(?:klasses?\s)?(?:rød|blå|grøn|gul)\b",
)
_ROOM_NAME = (
    r"(?:rød|blå|grøn|gul|hvid|orange|lilla|lyserød|røde|blå|grønne|gule|orange|lilla|hvide|[A-ZÆØÅ][a-zæøå]{2,})"
)
_ROOM = re.compile(
    rf"\b{_ROOM_NAME}\s(?:stue|gruppe|team)\b|\bstuen?\s[A-ZÆØÅ][a-zæøå]{{2,}}\b|\b(?:på|i|hos)\s[A-ZÆØÅ][a-zæøå]{{3,}}(?:stuen|gruppen)\b"
)
_NO_ROOM = word_list("no_room")


def places(text: str, areas: tuple[str, ...] = ()) -> Iterator[Span]:
    """Addresses, towns, named institutions, schools, classes and rooms in a cleaned text.

    Parameters
    ----------
    areas : tuple of str
        Areas (område) of the unit register.
    """
    yield from _addresses(text)
    yield from _towns(text)
    for form, kind, rule in (
        (_NAMED_BODY, "institution", "institution-moenster"),
        (_BODY_LAST, "institution", "institution-moenster"),
        (_SCHOOL_TWO, "skole", "skole-moenster"),
        (_CLASS, "klasse", "klasse"),
    ):
        for match in form.finditer(text):
            if not _general(match.group(), rule):
                yield Span(*match.span(), kind, rule)
    for match in _SCHOOL_ONE.finditer(text):
        # "en køreskole": without a capital only the definite form names one
        named = match.group()[0].isupper() or re.search(r"skolens?\Z", match.group()) is not None
        if named and match.group(1).casefold() not in _NO_SCHOOL:
            yield Span(*match.span(), "skole", "skole-endelse")
    for match in _ROOM.finditer(text):
        if match.group().split()[0].casefold() not in _NO_ROOM:
            skip = len(re.match(r"(?:på|i|hos)\s|", match.group()).group())  # type: ignore[union-attr]
            yield Span(match.start() + skip, match.end(), "stue", "stue")
    for area in areas:
        for match in re.finditer(rf"\b{re.escape(area)}s?\b", text, re.I):
            yield Span(*match.span(), "sted", "omraade-register")


def _general(found: str, rule: str) -> bool:
    """Whether a pattern met words that name no single place: "Folkeskolen", "Vores Skole", "børnehaven I"."""
    words = found.split()
    last = words[-1].casefold()
    if rule == "institution-moenster":
        return last in {"i", "de", "og", "vi", "kommune"} or words[0].casefold() in {
            "vores",
            "min",
            "den",
            "en",
            "hver",
            "god",
        }
    return rule == "skole-moenster" and words[0].casefold() in {
        "vores",
        "min",
        "en",
        "den",
        "kommunens",
        "ny",
        "god",
        "dansk",
    }


def _addresses(text: str) -> Iterator[Span]:
    for form, rule in _ADDRESS:
        for match in form.finditer(text):
            yield Span(*match.span(), "adresse", rule)
    for match in _BARE.finditer(text):
        if match.group().casefold() not in _NO_STREET:
            yield Span(*match.span(), "adresse", "adresse-vej")
    for match in _POSTCODE.finditer(text):
        known = match.group(2).casefold() in _towns_known() or match.group(2).split()[0].casefold() in _towns_known()
        if known or not 1900 <= int(match.group(1)) < 2050:
            yield Span(*match.span(), "adresse", "adresse-postnummer")


@cache
def _towns_known() -> frozenset[str]:
    return lexicon("places")


def _towns(text: str) -> Iterator[Span]:
    for town in _towns_known():
        if " " in town:
            for match in re.finditer(rf"\b{town}s?\b", text, re.I):
                yield Span(*match.span(), "sted", "sted-liste")
    for token in tokens(text):
        if not token.capital:
            continue
        forms = {token.text.casefold(), token.text.casefold().removesuffix("s")}
        known = forms & _towns_known()
        if known and (not known & _WORD_TOWNS or _NEAR.search(text, 0, token.start)):
            yield Span(token.start, token.end, "sted", "sted-liste")
