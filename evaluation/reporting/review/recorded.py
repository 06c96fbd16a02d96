"""What Word recorded in a reviewed file, change by change, at its place in the text as it was rendered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaluation.reporting.review.flow import DELETED, INSERTED, KEPT, Flow, Paragraph


@dataclass(frozen=True, slots=True)
class Recorded:
    """One change: letters of one person next to each other.

    Attributes
    ----------
    place : int
        Its first letter in the flow.
    paragraph, low, high : int
        Range in a paragraph as it was rendered; the range is empty where something is only added.
    old, new : str
        Text taken away and text added.
    shape : str
        ``words`` inside one paragraph, ``added`` and ``removed`` for whole paragraphs, ``split``, ``merged``.
    after : bool
        For ``added``: whether the new paragraphs follow ``paragraph`` (else they precede it).
    author, date : str
    new_line : bool
        Whether the added text begins a line below the place where it was added.
    """

    place: int
    paragraph: int
    low: int
    high: int
    old: str
    new: str
    shape: str
    after: bool
    author: str
    date: str
    new_line: bool = False


def recorded(flow: Flow, before: Sequence[Paragraph]) -> Iterator[Recorded]:
    """Every recorded change, in order."""
    at = list(_positions(flow))
    place = 0
    while place < len(flow.letters):
        made = flow.made[place]
        if made.state == KEPT:
            place += 1
            continue
        end = place
        while end < len(flow.letters) and flow.made[end].state != KEPT and flow.made[end].author == made.author:
            end += 1
        yield from _changes(flow, before, at, place, end)
        place = end


def _positions(flow: Flow) -> Iterator[tuple[int, int]]:
    """Paragraph as rendered, and letter in it, at which each letter of the flow stands."""
    paragraph = letter = 0
    for sign, made in zip(flow.letters, flow.made, strict=True):
        yield paragraph, letter
        if made.state == INSERTED:
            continue
        paragraph, letter = (paragraph + 1, 0) if sign == "\n" else (paragraph, letter + 1)


def _changes(
    flow: Flow, before: Sequence[Paragraph], at: list[tuple[int, int]], start: int, end: int
) -> Iterator[Recorded]:
    made = flow.made[start]
    letters = list(zip(flow.letters[start:end], (item.state for item in flow.made[start:end]), strict=True))
    old = "".join(letter for letter, state in letters if state == DELETED)
    new = "".join(letter for letter, state in letters if state == INSERTED)
    opens = start == 0 or flow.letters[start - 1] == "\n"
    closed = flow.letters[end : end + 1] in ([], ["\n"])
    # Whole lines: from the start of one to its end, or the line ends before them instead of those behind.
    lines = (opens and (closed or flow.letters[end - 1] == "\n")) or (flow.letters[start] == "\n" and closed)
    paragraph, low = at[start]
    stamp = (made.author, made.date)
    if "\n" not in old + new:
        whole = bool(old) and not new and opens and flow.letters[end : end + 1] == ["\n"]
        fresh = bool(new) and opens and paragraph < len(before) and not before[paragraph].key
        shape = "removed" if whole else "added" if fresh else "words"
        anchor = paragraph - 1 if fresh else paragraph
        yield Recorded(start, anchor, low, low + len(old), old, new, shape, True, *stamp)
    elif not old.strip("\n") and not new.strip("\n") and (opens or closed):
        return
    elif not old and lines:
        follows = not opens
        shown = new.strip("\n")
        yield Recorded(start, paragraph, low, low, "", shown, "added", follows, *stamp, new.startswith("\n"))
    elif not new and lines:
        first = paragraph if opens else paragraph + 1
        for number, part in enumerate(old.strip("\n").split("\n")):
            if part.strip():
                yield Recorded(start, first + number, 0, len(part), part, "", "removed", True, *stamp)
    else:
        shape = "split" if "\n" in new else "merged"
        yield Recorded(start, paragraph, low, low + len(old), old, new, shape, True, *stamp)
