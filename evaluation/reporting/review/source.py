"""From letters of today's report to letters of the prose file they were written in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaluation.presentation.escape import plain
from evaluation.reporting.review.align import letters
from evaluation.reporting.review.baseline import Baseline, Today
from evaluation.reporting.review.model import Edit

_FILL = "\ue7f0"
_GUARDED = "\ue7f1"
# Markup that is no text: shortcodes, comments, attributes, addresses, citations, notes, marks of lists and headings.
_MARKUP = re.compile(
    r"\{\{\{?<.*?>\}?\}\}|<!--.*?-->|\{[^{}\n]*\}|\]\([^()\n]*\)|\[[^\[\]]*(?<![\w.])@[^\[\]]*\]|(?<![\w.])-?@[\w:.#$%&+?<>~/-]*\w|"
    r"\[\^[^\]\s]+\]:?|^[ \t]*(?:[-*+]|\(?(?:\d+|\w)[.)]|#+|>)[ \t]+|\\(?=[^\w\s])",
    re.S | re.M,
)
_STRUCTURE = re.compile(
    r"\s*(?::::|#{1,6}\s|\||>|```|~~~|\{\{<\s*(?:include|pagebreak)|<!--|[-*+]\s|\d+[.)]\s|\[\^[^\]]+\]:|$)"
)
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#$@|~^&\"'])")
_RUNS = re.compile(r"--+|\.\.\.+")
_LEADING = re.compile(r"^(\s*)([-+:%=]|\(?(?:\d+|[^\W\d_]|[ivxlcdmIVXLCDM]+)(?=[.)]))")
# What may follow or precede a number, claim or citation without becoming a part of it.
_AFTER, _BEFORE = re.compile(r"\s|[.,;:!?)»”’](?!\d)"), re.compile(r"[\s(»“‘]$")


@dataclass(frozen=True, slots=True)
class Written:
    """The lines a paragraph was written in.

    Attributes
    ----------
    file : str
    start, end : int
        Its letters in the file, without the line end of the last line.
    source : str
    place : list of int
        For each letter of the paragraph its place in ``source``; -1 for none.
    """

    file: str
    start: int
    end: int
    source: str
    place: list[int]


def written(baseline: Baseline, paragraph: Today) -> Written | None:
    """Where ``paragraph`` was written; None where that is no single run of lines in one prose file."""
    origins, taken = baseline.expanded.origins, set(paragraph.lines)
    if not taken:
        return None
    first, last = min(taken), max(taken)
    file = origins[first].file
    others = {line for other in baseline.paragraphs if other is not paragraph for line in other.lines} - taken
    lines = baseline.expanded.lines

    def own(line: int) -> bool:
        inside = 0 <= line < len(lines) and origins[line].file == file
        return inside and line not in others and not _STRUCTURE.match(lines[line])

    # Lines too short for a sign of their own belong to the paragraph around them.
    while own(last + 1) and origins[last + 1].line == origins[last].line + 1:
        last += 1
    while own(first - 1) and origins[first - 1].line == origins[first].line - 1 and not _opens(lines[first]):
        first -= 1
    if any(origins[line].file != file for line in range(first, last + 1)):
        return None
    raw = baseline.raw(file)
    parts = raw.splitlines(keepends=True)
    start = sum(len(part) for part in parts[: origins[first].line - 1])
    source = "".join(parts[origins[first].line - 1 : origins[last].line])
    source = source.rstrip("\r\n")
    masked = _MARKUP.sub(lambda match: _FILL * len(match[0]), source).replace("\ufeff", _FILL)
    seen = "".join(
        _GUARDED if guard else letter for letter, guard in zip(paragraph.text, paragraph.guards, strict=True)
    )
    return Written(file, start, start + len(source), source, letters(seen, masked))


def _opens(line: str) -> bool:
    """Whether a line begins something, so that what stands above it is not part of it."""
    return _STRUCTURE.match(line) is not None


def guarded(paragraph: Today, low: int, high: int, new: str) -> tuple[str, str]:
    """What a change of ``paragraph.text[low:high]`` would touch, a word of ``GUARDS`` and its text; "" for nothing."""
    for place in range(low, high):
        if paragraph.guards[place]:
            return paragraph.guards[place], run(paragraph, place)
    left = paragraph.guards[low - 1] if low else ""
    right = paragraph.guards[high] if high < len(paragraph.guards) else ""
    if left and left == right and low == high and run(paragraph, low - 1) == run(paragraph, high):
        return left, run(paragraph, low)
    if not new:
        return "", ""
    if left and not _AFTER.match(new) and not _ending(paragraph, low, new, left):
        return left, run(paragraph, low - 1)
    if right and not _BEFORE.search(new):
        return right, run(paragraph, high)
    return "", ""


def _ending(paragraph: Today, low: int, new: str, guard: str) -> bool:
    """An ending such as the -s of "kommunens" may stand at a name; no letter may stand at a number or a claim."""
    return guard == "number" and paragraph.text[low - 1].isalpha() and re.match(r"[a-zæøå]+(?!\w)", new) is not None


def run(paragraph: Today, place: int) -> str:
    """The text that is guarded together with the letter at ``place``."""
    guard = paragraph.guards[place]
    low = high = place
    while low and paragraph.guards[low - 1] == guard:
        low -= 1
    while high < len(paragraph.guards) and paragraph.guards[high] == guard:
        high += 1
    return paragraph.text[low:high].strip()


def edit(source: Written, paragraph: Today, low: int, high: int, new: str) -> Edit | None:
    """The change of the file that makes ``new`` of ``paragraph.text[low:high]``; None where markup is in the way."""
    found = _range(source, paragraph, low, high)
    if found is None:
        return None
    start, end = found
    text = source.source
    head = not text[:start].strip() or text[:start].endswith("\n")
    if not new:
        # A word less must not leave two blanks, which at the end of a line are a break.
        if start and text[start - 1] in " \t" and (end == len(text) or text[end] in " \t\r\n"):
            start -= 1
        elif head and text[end : end + 1] == " ":
            end += 1
    return Edit(source.file, source.start + start, source.start + end, escaped(new, head=head))


def _range(source: Written, paragraph: Today, low: int, high: int) -> tuple[int, int] | None:
    place = source.place
    if low < high:
        if any(place[at] < 0 for at in range(low, high)):
            return None
        start, end = place[low], place[high - 1] + 1
        same = " ".join(source.source[start:end].split()) == " ".join(paragraph.text[low:high].split())
        return (start, end) if same and start < end else None
    left = place[low - 1] if low else -1
    right = place[low] if low < len(place) else -1
    if left < 0 and right < 0:
        return None
    if left < 0:
        return right, right
    if right < 0 or right == left + 1:
        return left + 1, left + 1
    # Markup between the two: what closes stays with the word before, what opens with the word after.
    at = left + 1 if paragraph.text[low - 1].isspace() else right
    return at, at


def escaped(text: str, *, head: bool = False) -> str:
    r"""``text`` as Markdown that prints it letter by letter; ``head``: it begins a line.

    Examples
    --------
    >>> escaped("5 * 3 {{< var x >}}")
    '5 \\* 3 \\{\\{\\< var x \\>\\}\\}'
    """
    kept = " ".join(plain(part) for part in text.split(" "))
    safe = _SIGNS.sub(r"\\\1", kept)
    safe = _RUNS.sub(lambda match: "".join("\\" + sign for sign in match[0]), safe)
    if not head:
        return safe

    def leading(match: re.Match[str]) -> str:
        sign = match[2]
        return match[1] + ("\\" + sign if not sign[-1].isalnum() else sign + "\\")

    return _LEADING.sub(leading, safe)
