"""Which masked answers may be offered as quotes, under which role, in an order that tells nothing."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from evaluation.disclosure.opentext.model import MASKS, Flag, Screened
from evaluation.disclosure.opentext.screen import Screener
from evaluation.plan.model import Disclosure

#: People of one role who must have commented in a wave before the wave is told (design.md 5).
FEWEST_FOR_WAVE = 10
#: Longer texts do not fit the cell of a workbook.
LONGEST = 32_000
_WORDS_IN_SHINGLE, _ALIKE = 3, 0.6
_ID_LENGTH = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_MASK = re.compile("|".join(re.escape(sign) for sign in MASKS.values()))


class Answer(Protocol):
    """What an open answer must say of itself (:class:`evaluation.responses.open_answers.OpenAnswer`)."""

    @property
    def survey(self) -> str: ...  # noqa: D102
    @property
    def wave(self) -> str: ...  # noqa: D102
    @property
    def question(self) -> str: ...  # noqa: D102
    @property
    def person(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Candidate:
    """A masked answer that a person may let out.

    Attributes
    ----------
    id : str
        Number that only the workspace's key can make; quotes stand in the order of these.
    role : str
        Id of the role it is quoted by; empty for the survey's respondents as a whole.
    wave : str
        Empty unless it may be told.
    person, original : str
        Private: for the largest share of one person, and to see that an edit puts nothing back.
    """

    id: str
    survey: str
    question: str
    role: str
    wave: str
    screened: Screened
    person: str = field(repr=False)
    original: str = field(repr=False)
    alike: str = ""

    @property
    def text(self) -> str:
        """The masked text."""
        return self.screened.text

    @property
    def flags(self) -> tuple[str, ...]:
        """Kinds of flags, each once."""
        return tuple(dict.fromkeys(flag.kind for flag in self.screened.flags))


@dataclass(frozen=True, slots=True)
class Offer:
    """Candidates in order, and how many answers were left out for which reason."""

    candidates: tuple[Candidate, ...]
    left_out: Mapping[str, int]


def number(key: bytes, answer: Answer) -> str:
    """The number of an answer: the same each time under one key, and nothing can be read from it."""
    told = "\x1f".join((answer.survey, answer.wave, answer.question, answer.person, answer.text))
    digest = hmac.new(key, told.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_ID_LENGTH])


def offer(answers: Iterable[Answer], screener: Screener, policy: Disclosure, key: bytes) -> Offer:
    """Screen, choose and order open answers.

    A question answered by fewer people than the threshold is not quoted at all. Roles of fewer people
    go together, with the next smallest where they are still too few, and are quoted by no role.

    Parameters
    ----------
    policy : Disclosure
        The plan's; ``quotes`` holds the rules for quotes.
    key : bytes
        Secret of the workspace: order and numbers come from it.
    """
    out: Counter[str] = Counter()
    groups: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.survey, answer.question].append(answer)
    chosen: list[Candidate] = []
    for group in groups.values():
        people = {answer.person for answer in group}
        if len(people) < policy.threshold:
            out["under_taersklen"] += len(group)
            continue
        roles, waves = _roles(group, policy.threshold), _waves(group) if policy.quotes.wave else set()
        made = []
        for answer in group:
            role = answer.role if answer.role in roles else ""
            told = answer.wave if role and role in waves else ""
            screened = screener.screen(answer.text)
            reason = _unfit(screened, policy.quotes.fewest_words)
            if reason:
                out[reason] += 1
                continue
            made.append(
                Candidate(
                    number(key, answer),
                    answer.survey,
                    answer.question,
                    role,
                    told,
                    screened,
                    answer.person,
                    answer.text,
                )
            )
        made = _few_of_one(sorted(_once(made, out), key=lambda c: c.id), policy.quotes.most_share, out)
        chosen += _alike(made)
    return Offer(tuple(sorted(chosen, key=lambda c: (c.survey, c.question, c.id))), dict(sorted(out.items())))


def _once(made: Sequence[Candidate], out: Counter[str]) -> list[Candidate]:
    """Candidates with different numbers: the same person may have sent the same words twice."""
    single = {candidate.id: candidate for candidate in made}
    if len(single) < len(made):
        out["gentaget"] += len(made) - len(single)
    return list(single.values())


def _unfit(screened: Screened, fewest: int) -> str:
    bare = _MASK.sub(" ", screened.text)
    words = sum(1 for _ in re.finditer(r"[^\W\d_]+", bare))
    if len(screened.text) > LONGEST:
        return "for_langt"
    masks = len(screened.spans)
    if words < fewest:
        return "for_kort"
    return "mest_maskeret" if masks > words else ""


def _roles(group: Sequence[Answer], threshold: int) -> set[str]:
    """Roles that may be named: enough people each, and those left over enough together or none."""
    people: dict[str, set[str]] = defaultdict(set)
    for answer in group:
        people[answer.role].add(answer.person)
    named = sorted(
        (role for role in people if role and len(people[role]) >= threshold), key=lambda r: (len(people[r]), r)
    )
    rest = set().union(*(people[role] for role in people if role not in named))
    while named and 0 < len(rest) < threshold:
        rest |= people[named.pop(0)]
    return set(named)


def _waves(group: Sequence[Answer]) -> set[str]:
    """Roles with at least ten people in every wave in which anybody of the role commented.

    One wave with fewer would be told by being the only one that is not.
    """
    people: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for answer in group:
        people[answer.role][answer.wave].add(answer.person)
    return {role for role, waves in people.items() if all(len(found) >= FEWEST_FOR_WAVE for found in waves.values())}


def _few_of_one(made: Sequence[Candidate], share: float, out: Counter[str]) -> list[Candidate]:
    """At most the share of one person, by the order of the numbers."""
    kept = within_share(made, share)
    if len(kept) < len(made):
        out["samme_person"] += len(made) - len(kept)
    return kept


def within_share(made: Sequence[Candidate], share: float) -> list[Candidate]:
    """Candidates of which no person has more than ``share``, and never fewer than one each."""
    kept = list(made)
    while True:
        most = max(1, math.floor(share * len(kept) + 1e-9))
        seen: Counter[str] = Counter()
        fewer = []
        for candidate in kept:
            seen[candidate.person] += 1
            if seen[candidate.person] <= most:
                fewer.append(candidate)
        if len(fewer) == len(kept):
            return kept
        kept = fewer


def _alike(made: Sequence[Candidate]) -> list[Candidate]:
    """Candidates flagged where an earlier one has nearly the same wording (shared three-word sequences)."""
    seen: dict[tuple[str, ...], list[int]] = defaultdict(list)
    sizes: list[int] = []
    result: list[Candidate] = []
    for place, candidate in enumerate(made):
        words = re.findall(r"[^\W\d_]+", candidate.text.casefold())
        shingles = {tuple(words[i : i + _WORDS_IN_SHINGLE]) for i in range(max(1, len(words) - _WORDS_IN_SHINGLE + 1))}
        common: Counter[int] = Counter(other for shingle in shingles for other in seen[shingle])
        near = [o for o, n in common.items() if n / (len(shingles) + sizes[o] - n) >= _ALIKE]
        if near:
            flagged = replace(candidate.screened, flags=(*candidate.screened.flags, Flag("dublet", 0, "samme-ordlyd")))
            candidate = replace(candidate, screened=flagged, alike=made[min(near)].id)
        result.append(candidate)
        sizes.append(len(shingles))
        for shingle in shingles:
            seen[shingle].append(place)
    return result
