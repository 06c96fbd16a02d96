"""Which paragraph of a reviewed file is which of today's, and which letter is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from evaluation.reporting.review.baseline import Today
from evaluation.reporting.review.flow import Paragraph

_TOKEN = re.compile(r"\s+|\d+(?:[.,]\d+)*|[^\W_]+|[\ue000-\uf8ff]+|.", re.S)
#: Least share of words in common for two paragraphs to be one that was changed; the most pairs that are compared.
_ALIKE, _MOST_PAIRS = 0.5, 60_000
_CELLS_ALIKE = 0.51

#: A range of letters in one text, and the range in another that stands there instead.
Hunk = tuple[int, int, int, int]


def tokens(text: str) -> list[str]:
    """Words, blanks and signs of ``text``; nothing is lost."""
    return _TOKEN.findall(text)


def hunks(old: str, new: str) -> list[Hunk]:
    """Where two texts differ, as ranges of letters in ``old`` and ``new``, without what both ends share."""
    found = []
    for low, high, start, end in _opcodes(old, new):
        # Half a number is no number.
        if any(letter.isdigit() for letter in old[low:high] + new[start:end]):
            found.append((low, high, start, end))
            continue
        while low < high and start < end and old[low] == new[start]:
            low, start = low + 1, start + 1
        while low < high and start < end and old[high - 1] == new[end - 1]:
            high, end = high - 1, end - 1
        found.append((low, high, start, end))
    return found


def grouped(old: str, changed: list[Hunk]) -> list[list[Hunk]]:
    """Hunks with only blanks between them together: words next to each other that changed are told as one change."""
    found: list[list[Hunk]] = []
    for hunk in changed:
        if found and old[found[-1][-1][1] : hunk[0]].isspace():
            found[-1].append(hunk)
        else:
            found.append([hunk])
    return found


def _opcodes(old: str, new: str) -> list[Hunk]:
    left, right = tokens(old), tokens(new)
    at_left, at_right = _offsets(left), _offsets(right)
    matcher = SequenceMatcher(None, _plain(left), _plain(right), autojunk=False)
    return [
        (at_left[a], at_left[b], at_right[c], at_right[d])
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


def letters(old: str, new: str) -> list[int]:
    """For each letter of ``old`` its place in ``new``; -1 where it has none."""
    left, right = tokens(old), tokens(new)
    at_left, at_right = _offsets(left), _offsets(right)
    found = [-1] * len(old)
    for a, b, size in SequenceMatcher(None, _plain(left), _plain(right), autojunk=False).get_matching_blocks():
        for step in range(size):
            start, other = at_left[a + step], at_right[b + step]
            for place in range(min(len(left[a + step]), len(right[b + step]))):
                found[start + place] = other + place
    return found


def _plain(parts: list[str]) -> list[str]:
    return [" " if part.isspace() else part for part in parts]


def _offsets(parts: list[str]) -> list[int]:
    places = [0]
    for part in parts:
        places.append(places[-1] + len(part))
    return places


def pairs(before: Sequence[Paragraph], after: Sequence[str], today: Sequence[Today]) -> list[int]:
    """Today's place of each paragraph of a reviewed file; -1 for empty ones and those that are not there today.

    Parameters
    ----------
    before : sequence of Paragraph
        As they were rendered.
    after : sequence of str
        Keys of the same paragraphs with the recorded changes in them: those may have been put in since.
    today : sequence of Today
    """
    known = {paragraph.key for paragraph in today}
    left = [place for place, paragraph in enumerate(before) if paragraph.key]
    right = [place for place, paragraph in enumerate(today) if paragraph.key]
    keys = [
        after[place] if before[place].key not in known and after[place] in known else before[place].key
        for place in left
    ]
    others = [today[place].key for place in right]
    found = [-1] * len(before)
    for tag, a, b, c, d in SequenceMatcher(None, keys, others, autojunk=False).get_opcodes():
        if tag == "equal":
            for one, other in zip(left[a:b], right[c:d], strict=True):
                found[one] = other
        elif tag == "replace":
            for one, other in _alike([before[p] for p in left[a:b]], [today[p] for p in right[c:d]]):
                found[left[a + one]] = right[c + other]
    return found


def _alike(left: Sequence[Paragraph], right: Sequence[Today]) -> list[tuple[int, int]]:
    """Pairs in order with most in common in all."""
    if len(left) * len(right) > _MOST_PAIRS:
        # Too much has changed to compare each with each: what stands at the same place is compared.
        places = range(min(len(left), len(right)))
        return [(place, place) for place in places if _likeness(left[place], right[place]) >= _ALIKE]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    like = [[_likeness(one, other) for other in right] for one in left]
    for a in range(len(left) - 1, -1, -1):
        for b in range(len(right) - 1, -1, -1):
            together = best[a + 1][b + 1] + like[a][b] if like[a][b] >= _ALIKE else -1.0
            best[a][b] = max(together, best[a + 1][b], best[a][b + 1])
    found, a, b = [], 0, 0
    while a < len(left) and b < len(right):
        if like[a][b] >= _ALIKE and best[a][b] == best[a + 1][b + 1] + like[a][b]:
            found.append((a, b))
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            a += 1
        else:
            b += 1
    return found


def _likeness(one: Paragraph, other: Today) -> float:
    left, right = Counter(one.key.split()), Counter(other.key.split())
    share = 2 * (left & right).total() / max(left.total() + right.total(), 1)
    return max(share, _CELLS_ALIKE) if one.kind == other.kind == "cell" else share
