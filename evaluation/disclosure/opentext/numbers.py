"""CPR numbers, telephone numbers, mail and web addresses, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluation.disclosure.opentext.model import Span

_GAP = r"[\s\-‐‑‒–—−./_]{0,3}"
# Ten digits, or twelve with the century, however they are broken up, over line breaks too.
_TEN = re.compile(rf"(?<!\d)(?=(\d(?:{_GAP}\d){{9}})(?!\d))")
_TWELVE = re.compile(rf"(?<!\d)(?=(\d(?:{_GAP}\d){{11}})(?!\d))")
_MONTHS = (
    "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept?|okt|nov|dec"
)
_WRITTEN = re.compile(
    rf"(?<!\d)\d{{1,2}}\.?\s*(?:{_MONTHS})\.?,?\s*(?:\d{{4}}|\d{{2}})"
    r"\s*[-–—,/]?\s*(?:og\s+|med\s+)?(?:de\s+)?(?:sidste\s+(?:fire|4)(?:\s+cifre)?\s*(?:er)?\s*|løbe(?:nr|nummer)\.?\s*)?:?\s*\d{4}(?!\d)",
    re.I,
)
_SAID = re.compile(r"(?:\bcpr|personnummer|person-?nr)[^\d\n]{0,25}(\d(?:[\s\-–./]{0,3}\d){5,10})(?!\d)", re.I)
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)

_ABROAD = re.compile(
    r"(?<![\w+])(?:\+|00)\s?\d{1,3}(?:[\s().\-/]{0,2}\d){6,12}(?!\d)|\(\+?45\)(?:[\s.\-/]?\d){8}(?!\d)"
)
# Eight digits in any groups. Whole amounts have dots in threes.
_EIGHT = re.compile(
    r"(?<![\d+§])(?<!\d[.,\-/])[2-9](?:[ .\-/]?\d){7}(?![.,\-/]?\d)(?!\s*(?:kr\b|kroner|mio|mia|pct|%|€|børn|elever))"
)
_AMOUNT = re.compile(r"\d{1,3}(?:[. ]\d{3})+")
_HELP = frozenset({"112", "114", "1813", "11611", "116111"})
_TELEPHONE = re.compile(
    r"(?:\btlf|telefon\w*|\bmobil\w*|\bring(?:e)?\s+(?:til\s+)?(?:mig\s+)?(?:på\s+)?|\bsms\w*|lokalnummer|\bnummer)"
    r"[^\d\n]{0,12}(\d(?:[ .\-/]{0,2}\d){3,11})(?!\d)",
    re.I,
)
_YEARS = re.compile(r"(?:19|20)\d\d[ \-.](?:19|20)\d\d")

_AT = r"\s?(?:@|\(at\)|\[at\]|\(a\)|\bsnabel-?a\b|\(snabel-?a\)|\[snabel-?a\])\s?"
_MAIL = re.compile(rf"[\w.+\-]{{1,64}}{_AT}[\w\-]{{1,64}}(?:\s?(?:\.|\bpunktum\b)\s?[a-zæøå]{{2,12}}\b){{1,4}}", re.I)
_HANDLE = re.compile(r"(?<![\w@])@[a-zæøå][\w.]{2,}", re.I)
_URL = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"']+|\bwww\.[^\s<>\"']+"
    r"|\b[\w\-]{2,}(?:\.[\w\-]{2,})*\.(?:dk|com|net|org|eu|nu|info|io|se|no|de|app)\b(?:/[^\s<>\"']*)?",
    re.I,
)

_DATE = re.compile(
    rf"(?<!\d)(?:(?:mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag)\s+)?(?:den\s+|d\.\s*)?\d{{1,2}}\.?\s*(?:{_MONTHS})\b\.?"
    r"(?:\s*(?:19|20)\d\d\b|\s*['’]?\d\d\b(?![.,]?\d))?",
    re.I,
)
_NUMERIC = re.compile(
    r"(?<![\d./\-,])(?:den\s+|d\.\s*)?(?:0?[1-9]|[12]\d|3[01])([./\-])(?:0?[1-9]|1[0-2])"
    r"(?:(?:[./\-]| (?=20))(?:(?:19|20)\d\d|\d\d)(?![\d])"
    r"|(?=[^\d./\-]|\.?$|\.\s)(?!\s*(?:af|time|timer|stilling|dag|år|pct|del)\b))",
    re.I,
)
_ISO = re.compile(r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = re.compile(rf"\b(?:{_MONTHS.split('|jan|')[0]})\s+(?:19|20)\d\d\b", re.I)
_YEAR = re.compile(r"(?<![\d.,+\-/#])(?:19[4-9]\d|20[0-4]\d)(?!\d|[.,]\d|\s*(?:kr\b|kroner|børn|elever|timer))")
_WEEK = re.compile(r"\buge\s+\d{1,2}\b(?!\s*(?:timer|dage))", re.I)
_DAY = re.compile(r"\b(?:mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag)\s+(?:den|d\.)\s*\d{1,2}\.?(?!\d)", re.I)
_FRACTIONS = {"1/2", "1/3", "1/4", "2/3", "3/4", "1/5"}


def numbers(text: str) -> Iterator[Span]:
    """Every number and address of the kinds ``cpr``, ``telefon``, ``email``, ``url`` and ``dato`` in a cleaned text."""
    yield from _cpr(text)
    yield from _phones(text)
    for match in _MAIL.finditer(text):
        yield Span(*match.span(), "email", "e-mail")
    for match in _HANDLE.finditer(text):
        yield Span(*match.span(), "navn", "brugernavn")
    for match in _URL.finditer(text):
        end = match.end() - (len(match.group()) - len(match.group().rstrip(".,;:!?)]")))
        yield Span(match.start(), end, "url", "link")
    yield from _dates(text)


def _cpr(text: str) -> Iterator[Span]:
    for form, century in ((_TWELVE, True), (_TEN, False)):
        for match in form.finditer(text):
            digits = "".join(filter(str.isdigit, match.group(1)))
            if century:
                if digits[4:6] not in ("18", "19", "20"):
                    continue
                digits = digits[:4] + digits[6:]
            if _is_date(digits) and text[max(match.start() - 1, 0)] != "+":
                yield Span(*match.span(1), "cpr", "cpr-modulus" if _passes(digits) else "cpr-form")
    for match in _WRITTEN.finditer(text):
        yield Span(*match.span(), "cpr", "cpr-dato-i-ord")
    for match in _SAID.finditer(text):
        yield Span(*match.span(1), "cpr", "cpr-naevnt")


def _is_date(digits: str) -> bool:
    """Day and month are possible; replacement numbers add 60 to the day."""
    day, month = int(digits[:2]), int(digits[2:4])
    return 1 <= (day - 60 if day > 60 else day) <= 31 and 1 <= month <= 12


def _passes(digits: str) -> bool:
    return sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11 == 0


def _phones(text: str) -> Iterator[Span]:
    for match in _ABROAD.finditer(text):
        yield Span(*match.span(), "telefon", "telefon-land")
    for match in _TELEPHONE.finditer(text):
        if match.group(1) not in _HELP:
            yield Span(*match.span(1), "telefon", "telefon-naevnt")
    for match in _EIGHT.finditer(text):
        if not _YEARS.fullmatch(match.group()) and not ("." in match.group() and _AMOUNT.fullmatch(match.group())):
            yield Span(*match.span(), "telefon", "telefon-otte-cifre")


def _dates(text: str) -> Iterator[Span]:
    for form, rule in ((_DATE, "dato-maaned"), (_ISO, "dato-tal"), (_MONTH, "dato-maaned"), (_DAY, "dato-ugedag"),
                       (_WEEK, "dato-uge"), (_YEAR, "dato-aar")):  # fmt: skip
        for match in form.finditer(text):
            yield Span(*match.span(), "dato", rule)
    for match in _NUMERIC.finditer(text):
        plain = match.group().removeprefix("den ").removeprefix("d.").strip()
        # "1/2 time", "3.5" and "2-3 voksne" are no dates; two numbers need a slash or "den".
        if len(re.split(r"[ ./\-]", plain.rstrip("."))) == 3 or (
            (match.group(1) == "/" or plain != match.group()) and plain not in _FRACTIONS
        ):
            yield Span(*match.span(), "dato", "dato-tal")
