"""Names of the municipality's own units, as people write them: inflected, shortened, without capital."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evaluation.disclosure.opentext.clean import lexicon, word_list
from evaluation.disclosure.opentext.model import Span

_TYPES = word_list("types")
# Names of institutions that are ordinary words as well: a capital or a cue is needed.
_ORDINARY = word_list("ordinary_units")
_CUES = (
    r"(?:(?:hos os|ansat|arbejder|arbejdet|ovre|nede|startede) (?:i|på)|her (?:i|på|hos)|leder(?:en)? (?:i|på|af)"
    r"|børnehaven|vuggestuen|dagplejen|børnehuset|institutionen|skolen)"
)
_ABBREVIATION, _SHORTEST = 2, 4


@dataclass(frozen=True, slots=True)
class UnitNames:
    """Patterns made once from the register.

    Attributes
    ----------
    whole : names in any letter case that point at one unit wherever they stand
    capital : names that are ordinary words too and need their capital, or a cue before them
    short : abbreviations, exactly so
    """

    whole: re.Pattern[str] | None
    capital: re.Pattern[str] | None
    short: re.Pattern[str] | None


def unit_names(names: Iterable[str]) -> UnitNames:
    """Patterns for the names of the unit register.

    The words left without the type of place ("Børnehaven", "Skole") are what people say: each of
    them with its endings (Solstrålen, solstrålens, Solstråle-) and the initials of the whole name.
    """
    whole: set[str] = set()
    ordinary: set[str] = set()
    short: set[str] = set()
    first = lexicon("first_names")
    for name in names:
        plain = re.sub(r"\([^)]*\)", " ", name).strip()
        words = re.findall(r"[^\W\d_]+", plain)
        own = [word for word in words if word.casefold() not in _TYPES]
        if not own:
            continue
        whole |= {_inflected(" ".join(_spelt(w) for w in words), words[-1])} if len(words) > 1 else set()
        for word in own:
            # an ordinary word is a name only as the register has it
            if word.casefold() in _ORDINARY or word.casefold() in first or len(word) < _SHORTEST:
                ordinary.add(_spelt(word) + "(?:s|'s|’s)?")
            else:
                whole.add(_inflected(_spelt(word), word))
        initials = "".join(word[0] for word in words).upper()
        if len(initials) >= _ABBREVIATION:
            # "Børnehaven Solstrålen" is SB to some and BS to others
            short |= {initials, initials[1:] + initials[0]}
    short -= {"IT", "OK", "TR", "SFO", "KL", "DU", "VI", "ER", "PS", "NB", "CD", "EU", "MED", "TV", "PC"}
    return UnitNames(_any(whole, re.IGNORECASE), _any(ordinary, 0), _any({re.escape(s) for s in short}, 0))


def _spelt(word: str) -> str:
    """A word with å, æ and ø also written as two letters."""
    folded = re.escape(word)
    for letter, pair in (("å", "aa"), ("Å", "Aa"), ("ø", "oe"), ("Ø", "Oe"), ("æ", "ae"), ("Æ", "Ae")):
        folded = folded.replace(letter, f"(?:{letter}|{pair})")
    return folded


def _inflected(pattern: str, word: str) -> str:
    """The name with and without its ending, and with a genitive."""
    low = word.casefold()
    if low.endswith("s") and len(low) > _SHORTEST:
        # "Havrevangens Skole" is Havrevangen to everybody
        return pattern[:-1] + "(?:s|'s|’s)?"
    for ending, others in (("en", "(?:en|e)?"), ("et", "(?:et|e)?"), ("e", "(?:e|en)?")):
        if low.endswith(ending) and len(low) - len(ending) >= _SHORTEST:
            return pattern[: len(pattern) - len(ending)] + others + "(?:s|'s|’s)?"
    return pattern + "(?:s|'s|’s|en|ens)?"


def _any(patterns: set[str], flags: int) -> re.Pattern[str] | None:
    if not patterns:
        return None
    # the longest first: "Børnehaven Solstrålen" before "Solstrålen"
    joined = "|".join(sorted(patterns, key=lambda p: (-len(p), p)))
    return re.compile(rf"(?<![^\W\d_])(?:{joined})(?![^\W\d_])", flags)


def units(text: str, names: UnitNames) -> Iterator[Span]:
    """Every mention of a unit of the register."""
    if names.whole is not None:
        for match in names.whole.finditer(text):
            yield Span(*match.span(), "institution", "enhed-register")
    if names.capital is not None:
        for match in names.capital.finditer(text):
            yield Span(*match.span(), "institution", "enhed-register-ord")
        cued = re.compile(rf"\b{_CUES}\s+(?:den |det |de )?({names.capital.pattern})", re.IGNORECASE)
        for match in cued.finditer(text):
            yield Span(*match.span(1), "institution", "enhed-register-stikord")
    if names.short is not None:
        for match in names.short.finditer(text):
            yield Span(*match.span(), "institution", "enhed-forkortelse")
