"""Comments and changes of a reviewed file, each at its paragraph of today, with what is in its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evaluation.reporting.review.align import grouped, hunks, letters, pairs
from evaluation.reporting.review.baseline import Baseline
from evaluation.reporting.review.flow import DELETED, INSERTED, Comment, Flow, Paragraph, squeezed, view
from evaluation.reporting.review.model import Entry, Wish
from evaluation.reporting.review.package import Package
from evaluation.reporting.review.recorded import Recorded, recorded

_SHOWN = 70


@dataclass(frozen=True, slots=True)
class Trust:
    """Which differences that nobody recorded are certainly the reviewer's.

    Attributes
    ----------
    prose, results : bool
        Whether prose, and generated text, are the same today as when the file was rendered.
    pieces : bool
        Whether generated text can be compared at all: another engine words captions and contents otherwise.
    """

    prose: bool
    results: bool
    pieces: bool


@dataclass(slots=True)
class Matched:
    """A reviewed file beside today's report."""

    flow: Flow
    before: list[Paragraph]
    today: Baseline
    pairs: list[int]

    def where(self, paragraph: int) -> int:
        """Today's place of a paragraph of the file, or of the last one before it that is there today."""
        for place in range(min(paragraph, len(self.pairs) - 1), -1, -1):
            if self.pairs[place] >= 0:
                return self.pairs[place]
        return -1


def match(flow: Flow, today: Baseline) -> Matched:
    """Lay a reviewed file beside today's report."""
    before, after = view(flow, INSERTED), view(flow, DELETED)
    first = {paragraph.places[0]: paragraph.key for paragraph in after if paragraph.places}
    keys = []
    for paragraph in before:
        places = [place for place in paragraph.places if flow.made[place].state != DELETED]
        start = places[0] if places else -1
        while start > 0 and flow.letters[start - 1] != "\n" and flow.made[start - 1].state == INSERTED:
            start -= 1
        keys.append(first.get(start, paragraph.key))
    return Matched(flow, before, today, pairs(before, keys, today.paragraphs))


def wishes(matched: Matched, package: Package, trust: Trust) -> list[Wish]:
    """Every comment and change, in the order of the text; numbers are given, what is in the way is in the entry."""
    found: list[tuple[int, int, Wish]] = []
    done: dict[int, list[Recorded]] = {}
    changes = list(recorded(matched.flow, matched.before))
    gone = {squeezed(item.old) for item in changes if item.shape == "removed"}
    new = {squeezed(part) for item in changes if item.shape == "added" for part in item.new.split("\n")}
    moved = gone & new - {""}
    for item in changes:
        wish = _recorded(matched, item, moved)
        if wish.entry.state == "done" and item.shape == "words":
            done.setdefault(item.paragraph, []).append(item)
        found.append((item.place, 0, wish))
    found += [(place, 1, wish) for place, wish in _unrecorded(matched, changes, done, trust)]
    comments = {comment.ident: comment for comment in matched.flow.comments}
    found += [(comment.place, 2, _comment(matched, comment, package)) for comment in comments.values()]
    found.sort(key=lambda item: item[:2])
    ordered = [wish for _, _, wish in found]
    numbers = {}
    for number, wish in enumerate(ordered, start=1):
        wish.entry = replace(wish.entry, number=number)
        if wish.entry.kind == "comment":
            numbers[wish.entry.what] = number
    for wish in ordered:
        if wish.entry.kind == "comment":
            parent = package.threads[wish.entry.what].parent if wish.entry.what in package.threads else ""
            wish.entry = replace(wish.entry, what="", reply_to=numbers.get(parent, 0))
    return ordered


def _located(matched: Matched, entry: Entry, place: int, *, letter: int = 0) -> Entry:
    """``entry`` with the line of today's paragraph ``place``; the exact line is found when it is put in."""
    today = matched.today
    line = today.near(place)
    file, number = today.place(line) if line >= 0 else ("", 0)
    text = today.paragraphs[place].text if place >= 0 else ""
    return replace(entry, file=file, line=number, paragraph=_start(text, letter))


def _start(text: str, letter: int = 0) -> str:
    low = max(0, min(letter - _SHOWN // 3, len(text) - _SHOWN))
    part = text[low : low + _SHOWN]
    return ("…" if low else "") + squeezed(part) + ("…" if low + _SHOWN < len(text) else "")


def _kind(old: str, new: str) -> str:
    return "replacement" if old and new else "insertion" if new else "deletion"


def _refused(entry: Entry, reason: str, what: str = "") -> Entry:
    return replace(entry, state="refused", reason=reason, what=what)


def _recorded(matched: Matched, item: Recorded, moved: set[str]) -> Wish:
    old, new = item.old.replace("\n", " ¶ "), item.new.replace("\n", " ¶ ")
    place = matched.pairs[item.paragraph] if item.paragraph < len(matched.pairs) else -1
    near = matched.where(item.paragraph)
    entry = Entry(0, _kind(old, new), True, item.author, item.date, old, new, state="ready")
    entry = _located(matched, entry, near, letter=item.low)
    if item.shape in ("split", "merged"):
        return Wish(_refused(entry, item.shape))
    texts = [squeezed(part) for part in (item.new if item.shape == "added" else item.old).split("\n")]
    if item.shape in ("added", "removed") and moved.intersection(texts):
        return Wish(_refused(entry, "moved"))
    if item.shape == "added":
        return _added(matched, entry, item, place)
    if place < 0:
        there = item.paragraph < len(matched.before) and item.shape == "removed"
        return Wish(replace(entry, state="done") if there else _refused(entry, "unknown"))
    today = matched.today.paragraphs[place]
    before = matched.before[item.paragraph]
    if item.shape == "removed":
        same = before.key == today.key
        return Wish(entry if same else _refused(entry, "differs"), place, remove=True)
    found = _range(before.text, today.text, item)
    if isinstance(found, str):
        return Wish(replace(entry, state="done") if found == "done" else _refused(entry, found), place)
    low = found[0]
    parts = [(low + a, low + b, item.new[c:d]) for a, b, c, d in hunks(item.old, item.new)]
    return Wish(entry, place, parts)


def _added(matched: Matched, entry: Entry, item: Recorded, place: int) -> Wish:
    texts = tuple(text for text in (squeezed(part) for part in item.new.split("\n")) if text)
    known = {paragraph.key for paragraph in matched.today.paragraphs}
    if texts and known.issuperset(texts):
        return Wish(replace(entry, state="done"))
    # A heading, an item or a cell is more than its words: its markup is written by hand.
    number = matched.flow.letters[: item.place].count("\n") + (1 if item.new_line else 0)
    kind = matched.flow.kinds[min(number, len(matched.flow.kinds) - 1)]
    reason = {"heading": "heading", "item": "list", "cell": "table", "quote": "list", "code": "code"}.get(kind, "")
    if reason or place < 0:
        return Wish(_refused(entry, reason or "unknown"), place)
    return Wish(entry, place, added=texts, after=item.after)


def _range(before: str, today: str, item: Recorded) -> tuple[int, int] | str:
    """Where in today's text a recorded change belongs; ``done`` when it is there, ``differs`` when all is different."""
    if before == today:
        return item.low, item.high
    place = letters(before, today)
    inside = place[item.low : item.high]
    left, right = item.low - 1, item.high
    while left >= 0 and place[left] < 0 and before[left].isspace():
        left -= 1
    while right < len(place) and place[right] < 0 and before[right].isspace():
        right += 1
    left = place[left] if left >= 0 else -1
    right = place[right] if right < len(place) else len(today)
    if inside and inside[0] >= 0 and inside == list(range(inside[0], inside[0] + len(inside))):
        return inside[0], inside[-1] + 1
    if not inside and right == left + 1:
        return right, right
    low, high = item.low, item.high
    while low and place[low - 1] < 0:
        low -= 1
    while high < len(place) and place[high] < 0:
        high += 1
    start = place[low - 1] + 1 if low else 0
    end = place[high] if high < len(place) else len(today)
    wanted = before[low : item.low] + item.new + before[item.high : high]
    return "done" if squeezed(today[start:end]) == squeezed(wanted) else "differs"


def _unrecorded(
    matched: Matched, changes: Sequence[Recorded], done: dict[int, list[Recorded]], trust: Trust
) -> Iterator[tuple[int, Wish]]:
    """Differences between the file as it was before its recorded changes and today's report."""
    removed = {item.paragraph for item in changes if item.shape == "removed"}
    taken = {squeezed(part) for item in changes if item.shape == "added" for part in item.new.split("\n")}
    for number, paragraph in enumerate(matched.before):
        if not paragraph.key:
            continue
        place, at = matched.pairs[number], paragraph.places[0]
        if place >= 0:
            for wish in _inside(matched, number, place, done.get(number, []), trust):
                yield at, wish
        elif number not in removed:
            near = matched.where(number)
            entry = _located(matched, Entry(0, "insertion", False, "", "", "", paragraph.key, state="ready"), near)
            wish = Wish(entry, near, added=(paragraph.key,))
            if paragraph.kind in ("cell", "contents"):
                wish.entry = _refused(entry, "table" if paragraph.kind == "cell" else "contents")
            if _told(matched, near, wish, trust):
                yield at, wish
    yield from _missing(matched, taken, trust)


def _inside(matched: Matched, number: int, place: int, done: Sequence[Recorded], trust: Trust) -> Iterator[Wish]:
    today = matched.today.paragraphs[place]
    text = matched.before[number].text
    if matched.before[number].key == today.key:
        return
    for item in sorted(done, key=lambda one: one.low, reverse=True):
        text = text[: item.low] + item.new + text[item.high :]
    for group in grouped(today.text, hunks(today.text, text)):
        low, high = group[0][0], group[-1][1]
        old, new = today.text[low:high], text[group[0][2] : group[-1][3]]
        if squeezed(old) == squeezed(new):
            continue
        entry = Entry(0, _kind(old.strip(), new.strip()), False, "", "", old, new, state="ready")
        parts = [(a, b, text[c:d]) for a, b, c, d in group]
        wish = Wish(_located(matched, entry, place, letter=low), place, parts)
        if _told(matched, place, wish, trust):
            yield wish


def _missing(matched: Matched, taken: set[str], trust: Trust) -> Iterator[tuple[int, Wish]]:
    """Paragraphs of today that the file does not have; a whole piece of many is told once."""
    there = set(matched.pairs)
    reverse = {place: number for number, place in enumerate(matched.pairs) if place >= 0}
    last = ("", -2)
    at = 0
    for place, paragraph in enumerate(matched.today.paragraphs):
        if place in there:
            at = next(iter(matched.before[reverse[place]].places[-1:]), at)
            continue
        if not paragraph.key or paragraph.key in taken or paragraph.kind == "contents":
            continue
        piece = matched.today.generated(paragraph) or (paragraph.kind == "cell" and last[0]) or ""
        if piece and last == (piece, place - 1):
            last = (piece, place)
            continue
        last = (str(piece), place)
        entry = Entry(0, "deletion", False, "", "", paragraph.key, "", state="ready")
        wish = Wish(_located(matched, entry, place), place, remove=True)
        if _told(matched, place, wish, trust):
            yield at, wish


def _told(matched: Matched, place: int, wish: Wish, trust: Trust) -> bool:
    """Whether an unrecorded difference is worth a line; what cannot be told from an old render is refused."""
    paragraph = matched.today.paragraphs[place] if place >= 0 else None
    if wish.entry.reason == "contents" or (paragraph is not None and paragraph.kind == "contents" and wish.parts):
        # Word fills in page numbers when it opens the file.
        return False
    made = paragraph is None or bool(matched.today.generated(paragraph)) or not paragraph.lines
    if paragraph is not None and wish.parts:
        made = made or any(any(paragraph.guards[low:high]) for low, high, _ in wish.parts)
    if made:
        return trust.pieces and trust.results
    if wish.entry.state == "ready" and not (trust.prose and trust.pieces):
        wish.entry = _refused(wish.entry, "engine" if trust.prose else "older")
    return True


def _comment(matched: Matched, comment: Comment, package: Package) -> Wish:
    number = next(
        (n for n, paragraph in enumerate(matched.before) if paragraph.places and paragraph.places[-1] >= comment.place),
        len(matched.before) - 1,
    )
    thread = package.threads.get(comment.ident)
    entry = Entry(
        0, "comment", True, comment.author, comment.date, squeezed("".join(comment.attached)), squeezed(comment.text),
        what=comment.ident, resolved=thread is not None and thread.resolved,
    )  # fmt: skip
    return Wish(_located(matched, entry, matched.where(number)))
