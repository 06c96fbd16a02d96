"""The proof before anything is written: the report with the changes in it says exactly what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

from evaluation.common.errors import EvaluationError
from evaluation.reporting.review.baseline import Baseline, Today, baseline
from evaluation.reporting.review.flow import squeezed
from evaluation.reporting.review.model import Edit, Wish

_NOT_COMPARED = ("contents",)
_Line = tuple[str, tuple[str, ...]]


def changed_texts(today: Baseline, edits: Iterable[Edit]) -> dict[str, str]:
    """Each file that ``edits`` change, as it is with them."""
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).append(edit)
    texts = {}
    for name, own in by_file.items():
        text = today.raw(name)
        for edit in sorted(own, key=lambda one: (one.start, one.end), reverse=True):
            text = text[: edit.start] + edit.new + text[edit.end :]
        texts[name] = text
    return texts


def proven(today: Baseline, wishes: Sequence[Wish]) -> dict[str, str]:
    """The prose files with all changes that come out as asked; the others are refused.

    The report is set again from the changed files, in the private copy, and compared paragraph by paragraph.
    """
    ready = [wish for wish in wishes if wish.entry.state == "ready"]
    return changed_texts(today, (edit for wish in _holding(today, ready) for edit in wish.edits))


def _holding(today: Baseline, ready: list[Wish]) -> list[Wish]:
    """The wishes that hold together; what does not is found out by halves."""
    if not ready:
        return []
    wrong = _wrong(today, ready)
    if not wrong:
        return ready
    if len(ready) == 1:
        _refuse(ready)
        return []
    if len(wrong) < len(ready):
        _refuse(wrong)
        return _holding(today, [wish for wish in ready if wish not in wrong])
    middle = len(ready) // 2
    kept = _holding(today, ready[:middle]) + _holding(today, ready[middle:])
    if _wrong(today, kept):
        # Each half holds, both together do not: none of them is put in.
        _refuse(kept)
        return []
    return kept


def _refuse(wishes: Iterable[Wish]) -> None:
    for wish in wishes:
        wish.entry = replace(wish.entry, state="refused", reason="not-exact")


def _wrong(today: Baseline, wishes: list[Wish]) -> list[Wish]:
    """The wishes that do not come out as asked; all of them where it cannot be told which."""
    if not wishes:
        return []
    texts = changed_texts(today, (edit for wish in wishes for edit in wish.edits))
    try:
        made = _with(today.folder, texts)
    except EvaluationError:
        return wishes
    wanted, owners = _wanted(today, wishes)
    got = [_line(paragraph) for paragraph in made.paragraphs if _counts(paragraph)]
    if wanted == got:
        return []
    found: list[Wish] = []
    for tag, low, high, _, _ in SequenceMatcher(None, wanted, got, autojunk=False).get_opcodes():
        if tag != "equal":
            own = {place: wish for place in range(low, high) for wish in owners[place]}
            if not own:
                return wishes
            found += [wish for place in range(low, high) for wish in owners[place] if wish not in found]
    return found


def _with(folder: Path, texts: dict[str, str]) -> Baseline:
    """The report made with other files; the copy is as before afterwards."""
    old = {name: (folder / name).read_bytes() for name in texts}
    try:
        for name, text in texts.items():
            (folder / name).write_bytes(text.encode("utf-8"))
        return baseline(folder)
    finally:
        for name, data in old.items():
            (folder / name).write_bytes(data)


def _wanted(today: Baseline, wishes: Iterable[Wish]) -> tuple[list[_Line], list[list[Wish]]]:
    """Paragraphs as they shall be, and whose wishes each of them fulfils."""
    parts: dict[int, list[tuple[int, int, str, Wish]]] = {}
    around: dict[tuple[int, bool], list[Wish]] = {}
    gone: set[int] = set()
    for wish in wishes:
        if wish.added:
            around.setdefault((wish.paragraph, wish.after), []).append(wish)
        elif wish.remove:
            gone.add(wish.paragraph)
        for low, high, new in wish.parts:
            parts.setdefault(wish.paragraph, []).append((low, high, new, wish))
    lines: list[_Line] = []
    owners: list[list[Wish]] = []

    def add(place: int, after: bool) -> None:
        for wish in around.get((place, after), []):
            lines.extend((text, ()) for text in wish.added)
            owners.extend([wish] for _ in wish.added)

    for place, paragraph in enumerate(today.paragraphs):
        if not _counts(paragraph):
            continue
        add(place, False)
        if place not in gone:
            text = paragraph.text
            own = sorted(parts.get(place, []), key=lambda part: part[:2], reverse=True)
            for low, high, new, _ in own:
                text = text[:low] + new + text[high:]
            lines.append((squeezed(text), _line(paragraph)[1]))
            owners.append([wish for *_, wish in own])
        add(place, True)
    return lines, owners


def _counts(paragraph: Today) -> bool:
    return bool(paragraph.key) and paragraph.kind not in _NOT_COMPARED


def _line(paragraph: Today) -> _Line:
    """What a paragraph says, and every number, claim, citation and reference in it, in order."""
    found: list[str] = []
    last = ""
    for letter, guard in zip(paragraph.text, paragraph.guards, strict=True):
        if guard:
            found[-1:] = [found[-1] + letter] if guard == last else [*found[-1:], guard + ":" + letter]
        last = guard
    return paragraph.key, tuple(found)
