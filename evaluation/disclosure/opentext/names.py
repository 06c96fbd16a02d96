"""Names of persons: by list, by pattern, by what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evaluation.disclosure.opentext.clean import Token, lexicon, tokens, word_list
from evaluation.disclosure.opentext.model import Span

_SEN = re.compile(r"[^\W\d_]{2,}[bcdfghjklmnprstvxz]sen\Z")
_NO_SEN = word_list("no_sen")
# Behind these a word with a capital is a name; behind the narrow ones a name without capital too.
_CUES = word_list("cues")
_NARROW = word_list("narrow")
_VERBS = word_list("verbs")
# Of these not even a verb makes a person at the beginning of a sentence.
_NEVER_FIRST = word_list("never_first")
_DOUBLE = re.compile(r"[A-ZÆØÅ][a-zæøåéè]+(?:-[A-ZÆØÅ][a-zæøåéè]+)+")
_NOBODY = word_list("nobody")
_TITLES = word_list("titles")
_JOINTS = word_list("joints")
_INITIAL = re.compile(r"(?:\b[A-ZÆØÅ]\.\s?){1,3}")
_BARE_INITIALS = re.compile(r"(?<![\w.])[A-ZÆØÅ]\.\s?[A-ZÆØÅ]\.(?:\s?[A-ZÆØÅ]\.)?(?!\w)")


@cache
def _lists() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    return (
        lexicon("first_names"), lexicon("surnames"), lexicon("not_names"), lexicon("ordinary"), lexicon("places"),
    )  # fmt: skip


def _forms(word: str) -> tuple[str, ...]:
    """The word and what it is the genitive of."""
    low = word.casefold().replace("’", "'").replace("´", "'").replace("`", "'")
    bare = re.sub(r"'s?\Z", "", low)
    return tuple(dict.fromkeys((low, bare, bare.removesuffix("s"))))


def _first(word: str) -> str:
    """The given name that a word is, or nothing; "Anne-Marie" is one where each part is."""
    known = _lists()[0]
    for form in _forms(word):
        if form in known or ("-" in form and any(part in known for part in form.split("-"))):
            return form
    return ""


def _sure(form: str) -> bool:
    return form not in _lists()[2]


def _surname(word: str) -> bool:
    return any(form in _lists()[1] or (_SEN.match(form) is not None and form not in _NO_SEN) for form in _forms(word))


def names(text: str) -> Iterator[Span]:
    """Names of persons in a cleaned text."""
    words = tokens(text)
    loud = _loud(words)
    place = 0
    while place < len(words):
        rule = _begins(text, words, place, loud)
        if not rule:
            place += 1
            continue
        last = _reaches(text, words, place, loud)
        titled = place and words[place - 1].text.casefold() in _TITLES
        yield Span(words[place - 1 if titled else place].start, words[last].end, "navn", rule)
        place = last + 1
    for match in _INITIAL.finditer(text):
        after = next((w for w in words if w.start >= match.end()), None)
        if (
            after is not None
            and after.capital
            and _surname(after.text)
            and text[match.end() : after.start].strip() == ""
        ):
            yield Span(match.start(), after.end, "navn", "navn-initial")
    for match in _BARE_INITIALS.finditer(text):
        yield Span(*match.span(), "navn", "initialer")


def _loud(words: list[Token]) -> bool:
    """Whether a text is written in capitals, so that they mean nothing."""
    return bool(words) and sum(w.upper for w in words) > 0.6 * len(words) and len(words) > 2


def _before(words: list[Token], place: int) -> str:
    return words[place - 1].text.casefold() if place else ""


def _begins(text: str, words: list[Token], place: int, loud: bool) -> str:
    """The rule by which a name begins at a word, or nothing."""
    word = words[place]
    capital = word.capital and not loud
    form, before = _first(word.text), _before(words, place)
    follows = words[place + 1] if place + 1 < len(words) and _adjacent(text, word, words[place + 1]) else None
    if form and _sure(form):
        return "navn-liste" if capital else "navn-lille-bogstav"
    if form and capital and (not word.first or (follows is not None and follows.capital and _surname(follows.text))):
        return "navn-liste"
    if form and capital and follows is not None and follows.text in _VERBS and form not in _NEVER_FIRST:
        return "navn-foran-verbum"
    if form and not capital and before in _NARROW:
        return "navn-stikord"
    if not capital or word.text.casefold() in _lists()[3] or _is_town(word.text):
        return ""
    if _surname(word.text) and (
        _is_sen(word.text, known=word.first) or (not word.first and (before in _CUES or _rare(word.text)))
    ):
        return "efternavn"
    if word.first and _listed(word.text) and follows is not None and follows.capital and not follows.first:
        return "efternavn"
    if _DOUBLE.fullmatch(word.text):
        return "navn-dobbelt"
    if before in {"hende", "ham"} and place > 1 and words[place - 2].text.casefold().startswith("kald"):
        return "navn-stikord"
    if word.first and _paired(words, place):
        return "navn-par"
    if before in _CUES and not word.first and not word.upper:
        return "navn-stikord"
    if before in {"mvh", "vh", "kh", "hilsen"} and place and not word.upper:
        return "navn-stikord"
    pair = follows is not None and follows.capital and not word.first and not word.upper and not follows.upper
    if pair and follows is not None and follows.text.casefold() not in _lists()[3] and not _is_town(follows.text):
        return "navn-moenster"
    return ""


def _paired(words: list[Token], place: int) -> bool:
    """Whether a first word is joined with a name: "Tinna og Kennet"."""
    joined = place + 2 < len(words) and words[place + 1].text == "og" and words[place].text.casefold() not in _NOBODY
    if not joined:
        return False
    other = words[place + 2]
    return other.capital and not other.first and not other.upper and other.text.casefold() not in _lists()[3]


def _is_town(word: str) -> bool:
    return bool(set(_forms(word)) & _lists()[4])


def _is_sen(word: str, *, known: bool = False) -> bool:
    """Whether a word ends like a patronym; ``known``: and stands in the list (at the beginning of a sentence)."""
    ends = [form for form in _forms(word) if _SEN.match(form) is not None and form not in _NO_SEN]
    return any(form in _lists()[1] for form in ends) if known else bool(ends)


def _listed(word: str) -> bool:
    return any(form in _lists()[1] and form not in _lists()[2] for form in _forms(word))


def _rare(word: str) -> bool:
    """Whether a family name is hardly a word of its own: it ends in -gaard, -strup, -holm, -sson."""
    return any(
        re.search(r"(?:gaard|gård|strup|holm|berg|sson|quist|vig|bæk|feldt|toft|kjær|lund)\Z", f) for f in _forms(word)
    )


def _adjacent(text: str, word: Token, after: Token) -> bool:
    between = text[word.end : after.start]
    return between in (" ", "  ", "\n", " -", "-") or re.fullmatch(r" (?:[A-ZÆØÅ]\. ?)+", between) is not None


def _reaches(text: str, words: list[Token], place: int, loud: bool) -> int:
    """Place of the last word of the name that begins at ``place``."""
    last = place
    while last + 1 < len(words) and _adjacent(text, words[last], words[last + 1]):
        after = words[last + 1]
        capital = after.capital and not loud and after.text.casefold() not in _lists()[3] and not after.first
        known = (
            _surname(after.text)
            and (after.text.casefold() not in _lists()[2])
            and (after.capital or _is_sen(after.text))
        )
        if after.text.casefold() in _JOINTS and last + 2 < len(words) and words[last + 2].capital and not loud:
            last += 2
        elif (
            (len(after.text) == 1 and after.text.casefold() not in "iåaoeø")
            or capital
            or known
            or bool(_first(after.text) and _sure(_first(after.text)))
        ):
            last += 1
        else:
            break
    return last


def proper_nouns(text: str) -> Iterator[Span]:
    """Words with a capital inside a sentence that no list knows: perhaps a name, hidden until a person says no."""
    words = tokens(text)
    if _loud(words):
        return
    ordinary = _lists()[3]
    last: Span | None = None
    for word in words:
        unknown = word.capital and not word.first and not word.upper and len(word.text) > 1
        if not unknown or any(part in ordinary for form in _forms(word.text) for part in (form, *form.split("-"))):
            continue
        if last is not None and text[last.end : word.start].isspace():
            last = Span(last.start, word.end, "egennavn", "stort-bogstav")
            continue
        if last is not None:
            yield last
        last = Span(word.start, word.end, "egennavn", "stort-bogstav")
    if last is not None:
        yield last
