"""What can be put into the prose: each wish becomes edits of a file, or gets the reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from evaluation.reporting.review.baseline import Baseline, Today
from evaluation.reporting.review.flow import squeezed
from evaluation.reporting.review.model import Edit, Wish
from evaluation.reporting.review.source import Written, edit, escaped, guarded, run, written


def judge(today: Baseline, wishes: Iterable[Wish]) -> None:
    """Give every ready wish its edits, or its reason."""
    known: dict[int, Written | None] = {}
    taken: dict[str, list[Edit]] = {}
    for wish in wishes:
        if wish.entry.state != "ready":
            continue
        reason, what, edits = _edits(today, wish, known)
        if not reason and any(_meets(one, other) for one in edits for other in taken.get(one.file, [])):
            reason = "overlap"
        if reason:
            wish.entry = replace(wish.entry, state="refused", reason=reason, what=what)
            continue
        wish.edits = tuple(edits)
        for one in edits:
            taken.setdefault(one.file, []).append(one)
        first = min(edits, key=lambda one: one.start)
        line = today.raw(first.file)[: first.start].count("\n") + 1
        # A new paragraph is told at the paragraph it follows.
        wish.entry = replace(wish.entry, file=first.file, line=wish.entry.line if wish.added else line)


def _edits(today: Baseline, wish: Wish, known: dict[int, Written | None]) -> tuple[str, str, list[Edit]]:
    if wish.paragraph < 0:
        return "unknown", "", []
    paragraph = today.paragraphs[wish.paragraph]
    reason, what = _owner(today, wish.paragraph)
    if wish.added:
        return _new_paragraphs(today, wish, known) if not reason or reason == "piece" else (reason, what, [])
    if reason:
        return reason, what, []
    source = _written(today, wish.paragraph, known)
    if wish.remove:
        return _removal(today, wish.paragraph, source)
    for low, high, new in wish.parts:
        reason, what = guarded(paragraph, low, high, new)
        if reason:
            return reason, what, []
    if source is None:
        return "markup", "", []
    found = [edit(source, paragraph, low, high, new) for low, high, new in wish.parts]
    edits = [one for one in found if one is not None]
    if len(edits) < len(found) or not edits:
        return "markup", "", []
    return "", "", edits


def _owner(today: Baseline, place: int) -> tuple[str, str]:
    """Who owns a whole paragraph that is not prose: a reason and a name; "" for prose."""
    paragraph = today.paragraphs[place]
    guards = {guard for guard, letter in zip(paragraph.guards, paragraph.text, strict=True) if not letter.isspace()}
    if paragraph.kind == "contents":
        return "contents", ""
    if guards == {"literature"}:
        return "literature", ""
    piece = today.generated(paragraph)
    if not paragraph.lines and paragraph.kind == "cell":
        near = next((p for p in range(place, -1, -1) if today.paragraphs[p].lines), place)
        piece = today.generated(today.paragraphs[near])
    if piece:
        return "piece", piece
    for reason in ("table", "figure"):
        # The number of a caption is not guarded itself.
        if reason in guards:
            return reason, ""
    if guards == {"code"}:
        return "code", ""
    if guards == {"number"}:
        return "number", run(paragraph, 0)
    return ("", "") if paragraph.lines else ("made", "")


def _written(today: Baseline, place: int, known: dict[int, Written | None]) -> Written | None:
    if place not in known:
        known[place] = written(today, today.paragraphs[place])
    return known[place]


def _plain_prose(today: Baseline, place: int, known: dict[int, Written | None]) -> Written | None:
    """Where a paragraph stands that new ones may stand beside: prose of its own, in no list, box or table."""
    if not 0 <= place < len(today.paragraphs):
        return None
    paragraph = today.paragraphs[place]
    if paragraph.kind not in ("para", "heading") or _owner(today, place)[0]:
        return None
    source = _written(today, place, known)
    return source if source is not None and not _in_box(today, source) else None


def _in_box(today: Baseline, source: Written) -> bool:
    """Whether fenced divs are open where a paragraph stands."""
    depth = 0
    for line in today.raw(source.file)[: source.start].splitlines():
        bare = line.strip()
        if bare.startswith(":::"):
            depth += 1 if bare.strip(":").strip() else -1
    return depth > 0


def _new_paragraphs(today: Baseline, wish: Wish, known: dict[int, Written | None]) -> tuple[str, str, list[Edit]]:
    """New paragraphs beside a paragraph of prose: after it, or before it where something else comes first."""
    anchors = [(wish.paragraph, wish.after)]
    if wish.after:
        anchors.append((_next(today.paragraphs, wish.paragraph, 1), False))
    else:
        # Above a heading is the end of what stands before it.
        above = 0 if today.paragraphs[wish.paragraph].kind == "heading" else 1
        anchors.insert(above, (_next(today.paragraphs, wish.paragraph, -1), True))
    for place, after in anchors:
        source = _plain_prose(today, place, known)
        if source is None:
            continue
        end = "\r\n" if "\r\n" in today.raw(source.file) else "\n"
        texts = [escaped(text, head=True) for text in wish.added]
        if after:
            at, new = source.end, "".join(end + end + text for text in texts)
        else:
            at, new = source.start, "".join(text + end + end for text in texts)
        wish.paragraph, wish.after = place, after
        return "", "", [Edit(source.file, at, at, new)]
    reason, what = _owner(today, wish.paragraph)
    return ("no-neighbour", what, []) if reason in ("", "piece") else (reason, what, [])


def _next(paragraphs: Sequence[Today], place: int, step: int) -> int:
    place += step
    while 0 <= place < len(paragraphs) and not paragraphs[place].key:
        place += step
    return place


def _removal(today: Baseline, place: int, source: Written | None) -> tuple[str, str, list[Edit]]:
    paragraph = today.paragraphs[place]
    for at, guard in enumerate(paragraph.guards):
        if guard and guard != "link":
            return guard, run(paragraph, at), []
    if paragraph.kind != "para":
        return ("heading" if paragraph.kind == "heading" else "list"), "", []
    if source is None:
        return "markup", "", []
    if _in_box(today, source):
        return "box", "", []
    shown = squeezed("".join(letter for letter in source.source if letter.isalnum()))
    if "[^" in source.source or "^[" in source.source or not shown:
        return "note", "", []
    raw, end = today.raw(source.file), source.end
    while raw[end : end + 1] in ("\r", "\n"):
        end += 1
    start = source.start
    while end == len(raw) and raw[:start].endswith(("\n\n", "\n\r\n")):
        start -= 2 if raw[:start].endswith("\r\n") else 1
    return "", "", [Edit(source.file, start, end, "")]


def _meets(one: Edit, other: Edit) -> bool:
    """Whether two changes touch the same letters; two additions at one place would stand in no certain order."""
    if one.start == one.end == other.start == other.end:
        return True
    return one.start < other.end and other.start < one.end
