"""Numbers typed into the prose: found, and where the report has the same figure, the key to use instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.presentation.claims.prose import SHORTCODE, Document, Place, blank, blanks
from evaluation.presentation.claims.spans import Span

_MONTH = (
    r"(?:jan(?:uar|uary)?|feb(?:ruar|ruary)?|mar(?:ts|ch)?|apr(?:il)?|ma[jy]|jun[ie]?|jul[iy]?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|o[kc]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
_YEAR = r"(?:19|20)\d\d"
#: Places where a number is no result: each is taken out of sight before numbers are looked for.
_NO_RESULT = tuple(
    re.compile(pattern, re.M | re.I)
    for pattern in (
        r"^[ \t]*#{1,6}[ \t].*$",
        r"^.*\n(?:=+|-+)[ \t]*$",
        r"^[ \t]*:{3,}.*$",
        r"^[ \t>]*(?:\(?\d{1,3}|\(?#|[a-z])[.)][ \t]",
        r"^\[\^[^\]\n]+\]:.*(?:\n[ \t]+\S.*)*",
        r"\^\[[^\]]*\]|\[\^[^\]\n]+\]",
        r"\[[^\[\]]*@[^\[\]]*\]",
        r"(?<!\w)-?@[\w:.#$%&+?<>~/-]+",
        r"\]\([^)\n]*\)|<https?:[^>\s]*>|(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.]+|\b10\.\d{4,9}/\S+",
        r"\{[^{}\n]*\}",
        r"\$\$.*?\$\$|(?<![\\\w])\$[^\s$](?:[^$\n]*[^\s$\\])?\$(?!\d)",
        rf"\b\d{{1,2}}\.?[ \u00a0]?(?:[–-][ \u00a0]?\d{{1,2}}\.?[ \u00a0])?{_MONTH}\.?(?:[ \u00a0]{_YEAR})?(?!\w)",
        rf"\b{_MONTH}\.?[ \u00a0]\d{{1,2}}(?:,[ \u00a0]{_YEAR})?(?!\w)",
        r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./-]\d{2,4}\b|\bkl\.[ \u00a0]?\d[\d.:]*",
        r"§§?[ \u00a0]*\d+\w?(?:(?:,|[ \u00a0]og|[ \u00a0]?[–-])[ \u00a0]*\d+\w?)*",
        r"\b(?:stk|nr|nos?|pkt|kap|art|s|p|pp|jf|litra|bilag|annex|appendix|kapitel|chapter|artikel|article|afsnit|section"
        r"|figur|figure|tabel|table|side|page|fase|version|punkt|trin|niveau|spørgsmål|udsagn|lov|LBK|BEK|act|projekt"
        r"|direktiv|forordning)\.?[ \u00a0](?:n[ro]\.?[ \u00a0])?\d[\d./]*"
        r"(?:[ \u00a0]?(?:[–-]|og|and)[ \u00a0]?\d+)*",
        rf"\b{_YEAR}(?:[ \u00a0]?[–/-][ \u00a0]?(?:{_YEAR}|\d\d))?(?:'\w+|-\w+|erne)?(?![\w,.%]*\d)"
        rf"(?![ \u00a0](?:pct|procent|percent|point|%))",
        # ordinals, ages, names and codes: "3. plads", "5-årige", "covid-19"
        r"\b\d{1,3}\.(?=[ \u00a0][a-zæøå])(?![ \u00a0](?:pct|procent|point))",
        r"\b\d+(?:[–-]\d+)?-[^\W\d]\w*",
        r"(?<=[^\W\d])[-_]?\d[\w-]*",
    )
)
_NUMBER = re.compile(
    r"(?<![\w.,/])(?P<number>[+\u2212-]?(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[,.]\d+)?))"
    r"(?:[ \u00a0]?(?P<unit>pct\.?(?:-point)?|procentpoint|percentage[ \u00a0]points?|procent|per[ ]?cent|%|points?)"
    r"(?!\w))?"
    r"(?![\w/])",
    re.I,
)
_SHARE = ("before", "after", "value", "ci_low", "ci_high", "procent")
_CHANGE = ("change_size", "change", "ci_low", "ci_high", "delta", "graense", "net")
_COUNTS = ("n", "n_before", "n_after", "n_paired", "clusters", "inviteret", "besvaret", "taerskel")


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number typed by hand.

    Attributes
    ----------
    text : str
        With its unit, as typed.
    keys : tuple of str
        Keys of ``{{< var >}}`` that print the same figure, the likeliest first; at most three.
    more : int
        How many other keys print it too.
    """

    place: Place
    text: str
    keys: tuple[str, ...] = ()
    more: int = 0


def typed_numbers(document: Document, spans: Iterable[Span]) -> list[TypedNumber]:
    """Numbers of the prose that neither a claim, a key nor ``.tal`` answers for."""
    prose = document.prose
    for span in spans:
        prose = prose[: span.start] + blanks(prose[span.start : span.end]) + prose[span.end :]
    prose = blank(SHORTCODE, prose)
    for pattern in _NO_RESULT:
        prose = blank(pattern, prose)
    return [TypedNumber(document.place(match.start()), match[0].strip()) for match in _NUMBER.finditer(prose)]


def with_keys(
    numbers: Sequence[TypedNumber], variables: Mapping[str, str], surveys: Sequence[str] = ()
) -> list[TypedNumber]:
    """``numbers`` with the keys that print the same.

    Parameters
    ----------
    variables : mapping of str to str
        What ``_variables.yml`` prints, by dotted key.
    surveys : sequence of str
        Surveys whose pieces the document includes: their keys come first.
    """
    by_text: dict[str, list[str]] = {}
    for key, text in variables.items():
        by_text.setdefault(text.lstrip("+\u2212-"), []).append(key)
    done = []
    for one in numbers:
        match = _NUMBER.match(one.text)
        if match is None:
            continue
        digits, unit = match["number"].lstrip("+\u2212-"), (match["unit"] or "").lower()
        fitting = [key for key in by_text.get(digits, ()) if _fits(key, unit, digits)]
        ranked = sorted(fitting, key=lambda key: _rank(key, surveys))
        done.append(TypedNumber(one.place, one.text, tuple(ranked[:3]), max(0, len(ranked) - 3)))
    return done


def _fits(key: str, unit: str, digits: str) -> bool:
    parts = key.split(".")
    leaf, share = parts[-1], "andel" in parts or parts[-1] == "procent" or parts[-1].startswith("share_")
    if unit.startswith(("procentpoint", "percentage", "pct.-point", "pct-point")):
        return share and leaf in _CHANGE
    if unit.startswith(("pct", "procent", "per", "%")):
        return share and (leaf in _SHARE or leaf.startswith("share_"))
    if unit:
        return not share and leaf in (*_SHARE, *_CHANGE) and leaf != "procent"
    # A bare number may be anything: only what is said of the whole municipality is offered.
    whole = "kommune" in parts or parts[0] in ("svar", "regel")
    return whole and (leaf in _COUNTS) == digits.replace(".", "").isdigit()


def _rank(key: str, surveys: Sequence[str]) -> tuple[bool, bool, int, str]:
    parts = key.split(".")
    leaf = parts[-1]
    order = (*_SHARE, *_CHANGE, *_COUNTS)
    survey = parts[1] if parts[0] == "svar" and len(parts) > 1 else parts[0]
    return survey not in surveys, "kommune" not in parts[1:], order.index(leaf) if leaf in order else 99, key
