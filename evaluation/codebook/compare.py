"""Whether two waves asked an item alike: wording, answers, their order and words.

Each wave's file says how it asked: :class:`Asked`. Two of them give a
:class:`Comparison` with a verdict and reason codes; words for people stand in the
catalogue ``compare``. Answers are joined by their labels, never by code alone, so other
numbers for the same answers are no difference; other answers under the same numbers are.

A file without wordings or labels says nothing: what is not known is not held against an item.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from evaluation.codebook.draft import NEGATION, split_stem
from evaluation.codebook.model import Choice, Instrument, Item, ResponseScale
from evaluation.codebook.recognise import plain, recognise
from evaluation.common.language import catalogue
from evaluation.plan.model import Text

Comparable = Literal["ja", "med_forbehold", "nej"]
Reason = Literal[
    "andet_spoergsmaal",
    "naegtelse",
    "ordlyd",
    "antal_svar",
    "svarskala",
    "svar_forskudt",
    "svartekster",
    "raekkefoelge",
    "ved_ikke",
    "koder",
    "stavning",
    "kun_en_maaling",
    "afgjort",
]
#: What each difference means for a comparison.
MEANS: Mapping[Reason, Comparable] = {
    "kun_en_maaling": "nej",
    "andet_spoergsmaal": "nej",
    "naegtelse": "nej",
    "antal_svar": "nej",
    "svarskala": "nej",
    "svar_forskudt": "nej",
    "ordlyd": "med_forbehold",
    "svartekster": "med_forbehold",
    "raekkefoelge": "med_forbehold",
    "ved_ikke": "med_forbehold",
    "koder": "ja",
    "stavning": "ja",
}
COLUMNS = ("survey", "item", "before", "after", "comparable", "reason", "da", "en", "found_before", "found_after")
_WORST: tuple[Comparable, ...] = ("ja", "med_forbehold", "nej")
# Share of words that must be the same for a wording to be the same question, asked in other words.
_SAME_QUESTION = 0.5
# Files cut long texts; a shorter start than this is no cut text.
_CUT_FROM = 38
_LIMITS = (40, 60, 64, 80, 100, 120, 128, 250, 255, 256)
_STEM_ENDS = "-–—:?.]!"
_FOLDED = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_QUESTION_NUMBER = re.compile(r"^(?:[a-z]{0,4}\d+[a-z]?(?:[._-]\w{1,3})*|\(?\d+\)?)[.:)\s]\s*")


@dataclass(frozen=True, slots=True)
class Asked:
    """How one wave's file says that an item was asked.

    Attributes
    ----------
    text : str
        The column's label, empty where the file has none.
    answers : tuple of (code, label)
        Labelled answers in the order of the file, without those that say why there is no answer.
    states : tuple of str
        Kinds of "no answer" that people could choose ("ved_ikke").
    """

    text: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two waves of one item: ``reasons`` are codes of the catalogue ``compare``, the gravest first."""

    item: str
    before: str
    after: str
    comparable: Comparable
    reasons: tuple[Reason, ...] = ()
    found_before: str = ""
    found_after: str = ""

    def words(self, lang: str) -> str:
        """The reasons as one sentence in ``lang``, empty where nothing differs."""
        return " ".join(str(catalogue("compare", lang)[reason]) for reason in self.reasons)


def asked(label: str, labels: Mapping[str, str], missing: frozenset[str] = frozenset()) -> Asked:
    """What a file's metadata say of one column."""
    found = recognise(labels, missing)
    gone = {*found.states, *found.missing, *found.doubtful}
    answers = tuple((code, " ".join(text.split())) for code, text in labels.items() if code not in gone)
    return Asked(" ".join(label.split()), answers, tuple(sorted(set(found.states.values()))))


def compare_item(
    item: Item, response: ResponseScale, before: Asked | None, after: Asked | None, waves: tuple[str, str]
) -> Comparison:
    """Compare how two waves asked ``item``; ``None`` for a wave that did not ask it."""
    if before is None or after is None:
        return Comparison(item.id, *waves, "nej", ("kun_en_maaling",))
    wording = _wording(item.text, before.text, after.text)
    answers = _answers(response, before, after)
    reasons = sorted({*wording, *answers}, key=list(MEANS).index)
    verdict: Comparable = max((MEANS[reason] for reason in reasons), key=_WORST.index, default="ja")
    shown: list[tuple[str, str]] = []
    if wording:
        shown.append((before.text, after.text))
    if answers:
        shown.append((_listed(before), _listed(after)))
    return Comparison(
        item.id, *waves, verdict, tuple(reasons), " | ".join(a for a, _ in shown), " | ".join(b for _, b in shown)
    )


def compare_waves(
    instrument: Instrument, before: Mapping[str, Asked], after: Mapping[str, Asked], waves: tuple[str, str]
) -> tuple[Comparison, ...]:
    """Compare all items of an instrument that at least one of two waves asked, in its order."""
    return tuple(
        compare_item(item, instrument.response_of(item), before.get(item.id), after.get(item.id), waves)
        for item in instrument.items
        if item.id in before or item.id in after
    )


def comparisons_csv(survey: str, found: Iterable[Comparison]) -> str:
    """The record of comparability as csv: one row an item and pair of waves, reasons as codes and in words."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found:
        row = (survey, one.item, one.before, one.after, one.comparable, " ".join(one.reasons))
        writer.writerow([*row, one.words("da"), one.words("en"), one.found_before, one.found_after])
    return out.getvalue()


def _wording(text: Text, before: str, after: str) -> tuple[Reason, ...]:
    """Whether two files' wordings are the same question; both may be the codebook's, in two languages."""
    first, second = _question(before), _question(after)
    if not first or not second or first == second:
        return ()
    stems, texts = zip(*(split_stem(label) for label in (before, after)), strict=True)
    if not all(stems) and _part(first, second):
        return ()
    known = [plain(form) for form in (text.da, text.en) if form]
    one, two = (_words(text) for text in texts)
    both_known = all(any(_part(form, found) for form in known) for found in (first, second))
    if both_known and not (all(stems) and one == two):
        return ()
    if _same_name(before) or _same_name(after):
        return ()
    if one == two:
        # another question above the same item is another wording; a file that leaves it out says nothing
        return ("ordlyd",) if all(stems) and _words(stems[0]) != _words(stems[1]) else ()
    likeness = SequenceMatcher(None, one, two, autojunk=False).ratio()
    if likeness < _SAME_QUESTION:
        return ("andet_spoergsmaal",)
    if bool(NEGATION.search(" ".join(one))) != bool(NEGATION.search(" ".join(two))):
        return ("naegtelse",)
    return ("ordlyd",)


def _question(label: str) -> str:
    return _QUESTION_NUMBER.sub("", plain(label), count=1)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _question(text))


def _same_name(label: str) -> bool:
    """A label of one word is a name, not a wording."""
    return len(label.split()) < 2


def _part(one: str, other: str) -> bool:
    """Whether one text holds the other: a grid's stem before it, or an end the file cut off."""
    short, long = sorted((one, other), key=len)
    if not short:
        return False
    before = long.removesuffix(short).rstrip()
    if before != long and (not before or before[-1] in _STEM_ENDS) and len(short.split()) > 1:
        return True
    # cut: in the middle of a word, or at a length where programs cut
    inside = long.startswith(short) and long[len(short) : len(short) + 1].isalnum()
    at_limit = long.startswith(short) and any(abs(len(short) - limit) <= 1 for limit in _LIMITS)
    return len(short) >= _CUT_FROM and (inside or at_limit)


def _answers(response: ResponseScale, before: Asked, after: Asked) -> tuple[Reason, ...]:
    """What differs in the answers people could give."""
    first, second = (_meanings(response, found) for found in (before, after))
    second = _respelled(first, second)
    pairs = zip(before.answers, after.answers, strict=False)
    spelled = any(plain(a) != plain(b) and _same_spelling(plain(a), plain(b)) for (_, a), (_, b) in pairs)
    found: list[Reason] = ["stavning"] if spelled else []
    if ("ved_ikke" in before.states) != ("ved_ikke" in after.states) and first and second:
        found.append("ved_ikke")
    if len(first) < 2 or len(second) < 2:
        return tuple(found)
    one, two = list(first), list(second)
    if one == two:
        return (*found, "koder") if list(first.values()) != list(second.values()) else tuple(found)
    if set(one) == set(two):
        return (*found, "raekkefoelge")
    if _ends_only(first, second) or _ends_only(second, first):
        return (*found, "svartekster")
    if len(one) != len(two):
        return (*found, "antal_svar")
    kinds = [recognise(dict(asked_.answers)).kind for asked_ in (before, after)]
    if None not in kinds and kinds[0] != kinds[1]:
        return (*found, "svarskala")
    # the same answer on another step: what was the second best is now the best
    places = [(one.index(meaning), two.index(meaning)) for meaning in one if meaning in two]
    if any(a != b for a, b in places):
        return (*found, "svar_forskudt")
    return (*found, "svartekster")


def _meanings(response: ResponseScale, found: Asked) -> dict[str, str]:
    """Code by meaning, in the order of the file: the codebook's answer where the label is one, else the label."""
    known: dict[str, Choice] = {}
    for choice in response.choices:
        for form in (choice.label.da, choice.label.en):
            if form:
                known.setdefault(plain(form), choice)
    made = {}
    for code, label in found.answers:
        text = plain(label)
        alike = (c for form, c in known.items() if str(c.code) == code and _same_spelling(form, text))
        meant = known.get(text) or next(alike, None)
        if meant is not None and meant.state:
            continue
        made[str(meant.code) if meant is not None else f"={text}"] = code
    return made


def _respelled(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """The later answers, under the earlier one's name where only the spelling of an answer changed."""
    made = {}
    for meaning, code in second.items():
        twin = [m for m in first if m not in second and first[m] == code and _same_spelling(m, meaning)]
        made[twin[0] if twin and meaning not in first else meaning] = code
    return made


def _same_spelling(one: str, other: str) -> bool:
    """Whether two answers differ in a last letter of words alone (delvis, delvist), or in how æ, ø, å are written."""
    first, second = (re.findall(r"[^\W_]+", text.translate(_FOLDED)) for text in (one, other))
    return len(first) == len(second) and all(
        a == b or (min(len(a), len(b)) > 3 and (a[:-1] == b or b[:-1] == a)) for a, b in zip(first, second, strict=True)
    )


def _ends_only(ends: Mapping[str, str], whole: Mapping[str, str]) -> bool:
    """Whether one file names only the ends of the answers that the other names one by one, under the same codes."""
    if not len(ends) < len(whole):
        return False
    names, outer = list(whole), {next(iter(whole)), list(whole)[-1]}
    return set(ends) == outer and all(ends[name] == whole[name] for name in ends) and len(names) > len(ends)


def _listed(found: Asked) -> str:
    return ", ".join(f"{code} = {label}" for code, label in found.answers) + _with(found.states)


def _with(states: Sequence[str]) -> str:
    return f" (+ {', '.join(states)})" if states else ""
