"""Telling what the answers of a question are: agreement, frequency, satisfaction, extent, and so on.

Danish, Norwegian, English and German. What comes out is a proposal for a person to
confirm: the words of the answers say how they are ordered, never whether a high
answer is good news.

Two families of wordings are told apart. In the *poled* ones (agreement, satisfaction)
an answer is negative, neutral or positive, and a word of strength says how much. In the
*laddered* ones (frequency, extent) each wording stands on a rung of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from evaluation.codebook.no_answer import no_answer

Kind = Literal[
    "agreement", "satisfaction", "frequency", "extent", "yes_no", "importance", "quality", "change", "numbers"
]
Language = Literal["da", "no", "en", "de"]
State = Literal["", "ved_ikke", "ikke_relevant", "vil_ikke_svare", "var_her_ikke"]

_STRONG = re.compile(
    r"\b(helt|meget|fuldt|fuld|fullt|svært|veldig|totalt|absolut|absolutt|fully|strongly|completely|totally|very"
    r"|extremely|definitely|much|sehr|voll|völlig|vollkommen|überhaupt|gar|stark|slet|mye|ekstremt|aldeles|ganz)\b"
)
_WEAK = re.compile(
    r"\b(delvist?|overvejende|overveiende|lidt|litt|noe|noget|nogenlunde|ganske|rimelig|temmelig|somewhat|slightly"
    r"|fairly|rather|quite|mostly|tend|partly|a little|eher|teilweise|etwas|ziemlich|mest|til dels|ret)\b"
)
_NEUTRAL = re.compile(
    r"\b(hverken|verken|neither|weder|neutral|nøytral|neutralt|middel|både[ -](?:og|\/)|teils|undecided|hverken/eller"
    r"|unchanged|uændret|uendret|unverändert|same|uforandret|som før|det samme|average|mittelmäßig|gleich)"
)
# "not very satisfied" is weak, whatever strength the second word has
_HARDLY = re.compile(r"\b(not|ikke|nicht) (very|so|særlig|sehr|helt|meget|ganz)\b")
# Kind → (negative, positive) wordings; the negative ones are looked for first.
_POLES_WORDS: tuple[tuple[Kind, str, str], ...] = (
        (
            "agreement",
            r"uenig|disagree|lehne|nicht zu\b|nicht einverstanden|(?:passer|stemmer) (?:slet |helt "
            r"|overhodet )?(?:ikke|dårlig"
            r"|dårligt|lidt dårligt|mindre godt)",
            r"\benig|\bagree|\bzu\b|einverstanden|\bpasser|\bstemmer",
        ),
        (
            "satisfaction",
            r"utilfreds|misfornøy|misfornøj|dissatisfied|unsatisfied|not satisfied|not at all satisfied"
            r"|not (?:very|so|fully) satisfied|ikke (?:\w+ )?(?:tilfreds|fornøy)|unzufrieden|nicht zufrieden",
            r"tilfreds|fornøyd|fornøjet|satisfied|zufrieden",
        ),
        ("change", r"\bværre|\bverre|\bworse|schlechter|dårligere|forværret", r"\bbedre|\bbetter|besser|forbedret"),
        (
            "quality",
            r"dårlig|\bpoor|\bbad\b|schlecht",
            r"\bgodt?\b|\bgode\b|\bbra\b|\bgood\b|\bgut\b|excellent|fremragende",
        ),
)  # fmt: skip
_POLES = [(kind, re.compile(negative), re.compile(positive)) for kind, negative, positive in _POLES_WORDS]
# Kind → wordings from the lowest rung; the first that fits decides, so the longer ones stand first.
_LADDERS_WORDS: tuple[tuple[Kind, tuple[tuple[float, str], ...]], ...] = (
        (
            "yes_no",
            (
                (0, r"(nej|nei|no|nein)(\b(?! ?\w)|,|$)"),
                (1, r"(ja,? )?(delvist?|til dels|partly|teilweise|både og|måske|kanskje|maybe|vielleicht)$"),
                (2, r"(ja|yes)(\b(?! ?\w)|,|$)"),
            ),
        ),
        (
            "frequency",
            (
                (1, r"(næsten|nesten|almost|fast|hardly|så godt som) (aldrig|aldri|never|nie|ever)"),
                (8, r"(næsten|nesten|almost|nearly|fast) (altid|alltid|always|immer|hele tiden)"),
                (2, r"(meget|svært|veldig|very|sehr) (sjælden|sjelden|rarely|seldom|selten)"),
                (7, r"(meget|svært|veldig|very|sehr) (ofte|often|häufig|oft|frequent)"),
                (0, r"(aldrig|aldri|never|nie|niemals)\b"),
                (9, r"(altid|alltid|always|immer|hele tiden|all the time)\b"),
                (3, r"(sjælden|sjældent|sjelden|rarely|seldom|selten|sjældnere|sjeldnere|less often)\b"),
                (
                    5,
                    r"(af og til|av og til|nogle gange|noen ganger|sommetider|engang imellem|en gang imellem"
                    r"|undertiden"
                    r"|sometimes|occasionally|manchmal|gelegentlich|ab und zu|iblandt)",
                ),
                (7.5, r"(for det meste|som regel|most of the time|usually|mostly|meistens|i reglen)"),
                (6, r"(ofte|often|häufig|oft|frequently|jævnligt|regelmæssigt|regelmessig|regularly)\b"),
                (9.5, r"(hver dag|dagligt?|daglig|daily|every day|täglich|jeden tag)"),
                (7.2, r"(flere gange|several times|mehrmals).*(uge|uke|week|woche)"),
                (6.5, r".*(ugentligt?|ukentlig|weekly|wöchentlich|(?:om|i) (?:ugen|uken|uka)|a week|pro woche"
                      r"|hver uge)"),
                (4.5, r".*(månedligt?|månedlig|monthly|monatlich|om måneden|i måneden|a month|pro monat|hver måned)"),
                (3.5, r".*(årligt?|årlig|yearly|jährlich|om året|i året|a year|pro jahr)"),
            ),
        ),
        (
            "importance",
            (
                (0, r"(slet ikke|overhodet ikke|not at all|überhaupt nicht|gar nicht) (vigtig|viktig|important"
                    r"|wichtig)"),
                (1, r"(ikke|not|nicht) (særlig |very |so |sehr )?(vigtig|viktig|important|wichtig)|(uvigtig"
                    r"|uviktig|unwichtig"
                    r"|unimportant)"),
                (2, r"(lidt|litt|mindre|slightly|a little|wenig|eher|less) (vigtig|viktig|important|wichtig"
                    r"|unwichtig)"),
                (3, r"(nogenlunde|noget|noe|somewhat|moderately|teilweise|hverken|neither)\b.*(vigtig|viktig"
                    r"|important|wichtig)"),
                (5, r"(meget|svært|veldig|very|extremely|sehr|særdeles|afgørende) (vigtig|viktig|important|wichtig)"),
                (4, r"(ganske |ret |quite |fairly |ziemlich |temmelig )?(vigtig|viktig|important|wichtig)"),
            ),
        ),
        (
            "extent",
            (
                (0, r"(slet ikke|overhodet ikke|ikke i det hele tatt|not at all|gar nicht|überhaupt nicht|ikke"
                    r"|nicht)$"),
                (0, r"(i )?(ingen grad)|not at all|to no extent|in keinem maß"),
                (1, r"(i |to an? |in )?(meget|svært|veldig|very|sehr) (ringe|lille|lav|liten|små|small|low"
                    r"|little|gering)"),
                (2, r"(i |to an? |in )?(ringe|lille|lav|mindre|liten|små|small|little|limited|lesser|gering|low"
                    r"|lidt|litt|wenig)"),
                (5, r"(i |to an? |in )?(meget|svært|veldig|very|sehr) (høj|stor|høy|large|great|high|hohem|stark)"),
                (3, r"(i |to |in )?(en )?(nogen|noen|some|moderate|a moderate|a certain|mittlere|gewissem"
                    r"|middel|delvis|teilweise|a fair)"),
                (4, r"(i |to an? |in )?(høj|stor|høy|large|great|high|considerable|hohem|stark)"),
                (6, r"(i )?(fuldt? (ud|grad)|helt|completely|fully|vollständig|entirely|allerhøjeste)"),
            ),
        ),
)  # fmt: skip
_LADDERS = [(kind, [(rung, re.compile(pattern)) for rung, pattern in rungs]) for kind, rungs in _LADDERS_WORDS]

_STATES: Mapping[str, State] = {
    "ved_ikke": "ved_ikke",
    "ikke_relevant": "ikke_relevant",
    "vil_ikke_svare": "vil_ikke_svare",
    "var_her_ikke": "var_her_ikke",
}
_NUMBER = re.compile(r"-?\d+\Z")
# "4 - Enig", "4. Enig", "(4) Enig"
_NUMBERED = re.compile(r"\(?-?\d+\)?\s*[-–.:)=]\s*(?=\D)")
_LANGUAGE_WORDS: dict[Language, str] = {
    "da": " og jeg ikke det af på er til med mig du hvor meget nogen ved høj slet eller oplever vores ",
    "no": " og jeg ikke det av på er til med meg du hvor svært noen vet høy ganske eller opplever vår veldig ",
    "en": " and i not the of to is with my you how very some know agree or are our at a ",
    "de": " und ich nicht das von auf ist zu mit mir sie wie sehr oder der die eher unsere stimme ",
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """Answers as they were understood.

    Attributes
    ----------
    kind : Kind or None
        None where no order was found: the answers are only different.
    codes : tuple of str
        The answers to the question itself, worst (least) first; file order where there is no order.
    states : mapping of str to State
        Answers that say why there is none ("Ved ikke").
    missing : tuple of str
        Codes that the file, or their label, says are no answers.
    doubtful : tuple of str
        Codes that look like missing ones (99, −9) and are not said to be: left out of ``codes``.
    """

    kind: Kind | None
    codes: tuple[str, ...]
    states: Mapping[str, State]
    missing: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def plain(label: str) -> str:
    """Lower case, single spaces, no punctuation at the ends and no number before the words."""
    text = " ".join(label.casefold().replace("’", "'").split()).strip(" .,:;-–*!?")
    return _NUMBERED.sub("", text, count=1) or text


def state_of(label: str) -> State:
    """The state that a label names, ``""`` for an ordinary answer."""
    return _STATES.get(no_answer(label) or "", "")


def _is_missing(label: str) -> bool:
    """Whether a label says that nothing was answered, asked or ticked."""
    found = no_answer(label)
    return found is not None and found not in _STATES


def recognise(labels: Mapping[str, str], missing: frozenset[str] = frozenset()) -> Recognised:
    """What the labelled answers of a question are.

    Parameters
    ----------
    labels : mapping of str to str
        Label by code, in the order of the file.
    missing : frozenset of str
        Codes that the file declares missing.
    """
    states: dict[str, State] = {code: state for code, label in labels.items() if (state := state_of(label))}
    states.update(_beside_numbers({c: plain(label) for c, label in labels.items() if c not in states}))
    gone = [c for c, label in labels.items() if c not in states and (c in missing or _is_missing(label))]
    left = [code for code in labels if code not in states and code not in gone]
    doubtful = [code for code in left if _stands_apart(code, left)]
    words = {code: plain(labels[code]) for code in left if code not in doubtful}
    found = _ordered(words) if len(words) > 1 else None
    if found is None and doubtful:
        # 99 may be an ordinary answer among many
        words = {code: plain(labels[code]) for code in left}
        whole = _ordered(words) if len(words) > 1 else None
        if whole is None:
            return Recognised(None, tuple(words), states, tuple(gone), tuple(doubtful))
        return Recognised(*whole, states, tuple(gone))
    if found is None:
        return Recognised(None, tuple(words), states, tuple(gone), tuple(doubtful))
    kind, codes = found
    return Recognised(kind, codes, states, tuple(gone), tuple(doubtful))


def _beside_numbers(words: Mapping[str, str]) -> dict[str, State]:
    """The one answer in words beside three or more numbers in order: marks 1-6, and "no mark"."""
    others = [code for code, word in words.items() if not _NUMBER.match(word)]
    between = len(others) == 1 and others[0] not in (next(iter(words)), list(words)[-1])
    if len(others) != 1 or len(words) < 4 or between or _is_missing(words[others[0]]):
        return {}
    known = any(rung.match(words[others[0]]) for _, rungs in _LADDERS for _, rung in rungs)
    known = known or any(p.search(words[others[0]]) for _, *poles in _POLES for p in poles)
    return {} if known else {others[0]: "ikke_relevant"}


def _stands_apart(code: str, codes: Sequence[str]) -> bool:
    """Whether a code is of the kind people use for *missing*: negative, or 9s well above the other codes."""
    if not _NUMBER.match(code):
        return False
    others = [int(other) for other in codes if other != code and _NUMBER.match(other)]
    positive = [o for o in others if o >= 0 and not re.fullmatch(r"9[6-9]|99[6-9]|9999?|[89]8*", str(o))]
    if not positive:
        return False
    number = int(code)
    nines = re.fullmatch(r"[89]|88|9[6-9]|888|99[6-9]|9999", code) is not None
    return number < 0 <= min(positive) or (nines and number > max(positive) + 1)


def _ordered(words: Mapping[str, str]) -> tuple[Kind, tuple[str, ...]] | None:
    codes = list(words)
    if all(_NUMBER.match(word) for word in words.values()):
        return ("numbers", tuple(sorted(codes, key=lambda c: int(words[c])))) if len(codes) > 2 else None
    named = [code for code in codes if not _NUMBER.match(words[code])]
    for kind, ranks in _candidates([words[code] for code in named]):
        order = _order(codes, dict(zip(named, ranks, strict=True)))
        if order is not None:
            return kind, order
    return None


def _candidates(texts: Sequence[str]) -> list[tuple[Kind, list[float]]]:
    """Each kind whose words account for every text, with the rank of each."""
    found: list[tuple[Kind, list[float]]] = []
    for kind, negative, positive in _POLES:
        ranks = [_pole(text, negative, positive) for text in texts]
        known = [rank for rank in ranks if rank is not None]
        if len(known) == len(ranks) and any(known):
            found.append((kind, known))
    for kind, rungs in _LADDERS:
        steps = [next((rung for rung, pattern in rungs if pattern.match(text)), None) for text in texts]
        climbed = [step for step in steps if step is not None]
        if len(climbed) == len(steps):
            found.append((kind, climbed))
    return found


# the items of a grid share their labels
@lru_cache(maxsize=4096)
def _pole(text: str, negative: re.Pattern[str], positive: re.Pattern[str]) -> float | None:
    weak = _HARDLY.search(text) or (_WEAK.search(text) and not _STRONG.search(text))
    strength = 1.0 if weak else 3.0 if _STRONG.search(text) else 2.0
    if _NEUTRAL.search(text):
        return 0.0
    if negative.search(text):
        return -strength
    return strength if positive.search(text) else None


def _order(codes: Sequence[str], ranks: Mapping[str, float]) -> tuple[str, ...] | None:
    """Codes from the lowest rank: as they are numbered, or as they stand, where the ranks follow that."""
    if len(set(ranks.values())) < 2:
        return None
    numbered = all(_NUMBER.match(code) for code in codes)
    ways = [sorted(codes, key=int)] if numbered else []
    ways += [list(codes)]
    for way in [*ways, *(way[::-1] for way in ways)]:
        climb = [ranks[code] for code in way if code in ranks]
        # numbers between two named ends take their place; two wordings may share a rank
        ends_named = way[0] in ranks and way[-1] in ranks
        if ends_named and climb[0] < climb[-1] and all(a <= b for a, b in pairwise(climb)):
            return tuple(way)
    if len(ranks) == len(codes) == len(set(ranks.values())):
        return tuple(sorted(codes, key=lambda code: ranks[code]))
    return None


def language_of(texts: Sequence[str]) -> Language:
    """The language of most words; Danish where nothing speaks for another."""
    words = [word for text in texts for word in re.findall(r"[^\W\d_]+", text.casefold())]
    counts: dict[Language, int] = {
        lang: sum(f" {w} " in known for w in words) for lang, known in _LANGUAGE_WORDS.items()
    }
    return max(counts, key=lambda lang: counts[lang])
