"""Screening of one open answer: everything that gives somebody away, masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evaluation.disclosure.opentext.clean import clean
from evaluation.disclosure.opentext.model import MASKS, Flag, Screened, Span, mask, merged
from evaluation.disclosure.opentext.names import names, proper_nouns
from evaluation.disclosure.opentext.numbers import numbers
from evaluation.disclosure.opentext.places import places
from evaluation.disclosure.opentext.units import UnitNames, unit_names, units

_ONE_PERSON = re.compile(
    r"\b(?:(?:vores|min|den|en|vor|nuværende|tidligere|nye?|gamle)\s+)?(?:pædagogiske?\s+|daglige?\s+|faglige?\s+|øverste\s+)?"
    r"(?:leder(?:en|ens)?|chef(?:en|ens)?|souschef(?:en|ens)?|afdelingsleder(?:en|ens)?|områdeleder(?:en|ens)?|skoleleder(?:en|ens)?"
    r"|teamleder(?:en|ens)?|dagtilbudsleder(?:en|ens)?|dagplejeleder(?:en|ens)?|viceinspektør(?:en)?|stedfortræder(?:en)?|inspektør(?:en)?"
    r"|tillidsrepræsentant(?:en)?|tillidsmand(?:en)?|arbejdsmiljørepræsentant(?:en)?|tr'?(?:en|eren)|amr'?(?:en|eren)|pedel(?:len)?"
    r"|køkkendame(?:n)?|køkkenassistent(?:en)?|kok(?:ken)?|køkkenleder(?:en)?|sekretær(?:en)?|praktikant(?:en)?|studerende|elev(?:en)?"
    r"|vikar(?:en)?|ressourcepædagog(?:en)?|sprogpædagog(?:en)?|støttepædagog(?:en)?|inklusionspædagog(?:en)?|tilsynsførende"
    r"|dagplejepædagog(?:en)?|formand(?:en)?|forkvinde(?:n)?|sundhedsplejerske(?:n)?|psykolog(?:en)?|konsulent(?:en)?|rengøringsdame(?:n)?)\b",
    re.I,
)
_ONLY_ONE = re.compile(
    r"\b(?:den|det|de)?\s?eneste\s+(?:\w+\s+)?(?:mand|kvinde|pædagog|medarbejder|mandlige|medhjælper|uddannede|voksne|lærer|forælder|familie|tosprogede|dagplejer)\b"
    r"|\bsom\s+(?:leder|souschef|tillidsrepræsentant|mand|tillidsmand|tr|amr|pedel|kok)\b|\bjeg\s+er\s+(?:selv\s+)?(?:leder|souschef|afdelingsleder|tillidsrepræsentant|mand)\b",
    re.I,
)
_SENSITIVE = re.compile(
    r"\b(?:sygemeld\w*|langtidssyg\w*|gravid\w*|barsel\w*|kræft\w*|depression\w*|deprimeret|stress-?sygemeldt|diagnose\w*|autis\w*|adhd|epilep\w*|diabet\w*"
    r"|handica\w*|skilsmisse\w*|skilt|alkohol\w*|misbrug\w*|underretning\w*|anbragt\w*|tvangsfjern\w*|selvmord\w*|muslim\w*|jehova\w*|flygtning\w*|fyret|fyring\w*"
    r"|opsagt|påtale\w*|advarsel|krænke\w*|chikane\w*|mobb\w*|vold\w*)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Screener:
    """Screening with the names of one municipality's units.

    Attributes
    ----------
    names : UnitNames
        Of :func:`~evaluation.disclosure.opentext.units.unit_names`.
    areas : tuple of str
        Areas of the unit register.
    """

    names: UnitNames
    areas: tuple[str, ...] = ()

    @classmethod
    def of(cls, unit_names_: Iterable[str], areas: Iterable[str] = ()) -> Screener:
        """For units and areas as the register calls them."""
        return cls(unit_names(unit_names_), tuple(dict.fromkeys(area for area in areas if area)))

    def spans(self, text: str) -> tuple[Span, ...]:
        """What is masked in a cleaned text, without overlaps."""
        found = [*numbers(text), *units(text, self.names), *places(text, self.areas), *names(text)]
        # a mere capital adds nothing to what is known by a better rule, and must not widen it
        known = merged(found)
        others = [s for s in proper_nouns(text) if not any(s.start < k.end and k.start < s.end for k in known)]
        return merged([*known, *others])

    def screen(self, text: str) -> Screened:
        """An open answer with its identifiers masked, and what a person must judge."""
        plain = clean(text)
        spans = self.spans(plain)
        flags = [flag for flag in _flags(plain) if not any(s.start <= flag.start < s.end for s in spans)]
        return Screened(mask(plain, spans), spans, tuple(flags))

    def leftovers(self, text: str) -> tuple[Span, ...]:
        """Identifiers that a text still holds, masks aside: what an edited quote is refused for."""
        plain = clean(text)
        for sign in MASKS.values():
            # as long as before, so that places stay
            plain = plain.replace(sign, "□" * len(sign))
        return self.spans(plain)


def _flags(text: str) -> Iterator[Flag]:
    for match in _ONE_PERSON.finditer(text):
        yield Flag("person", match.start(), "titel")
    for match in _ONLY_ONE.finditer(text):
        yield Flag("person", match.start(), "den-eneste")
    for match in _SENSITIVE.finditer(text):
        yield Flag("foelsomt", match.start(), "foelsomt-ord")
