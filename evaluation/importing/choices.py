"""Several answers in one cell: which texts are options, and where nobody can be sure.

Survey tools join the ticked options of a multiple-choice question with a separator that
an option may hold itself. What decides here is told, so that a person can look.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_CODES = re.compile(r"\d+(?:,\d+)*\Z")
#: More options than this is free text, not a question with boxes.
MOST_OPTIONS = 60
#: From this many answers on, a text that occurs once is somebody's own words under "Andet".
_ENOUGH = 20
_OWN_WORDS_SHARE = 0.3
_SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Choices:
    """The answers to one multiple-choice question.

    Attributes
    ----------
    options : tuple of str
        Codes or texts in the order in which they are first met (codes: ascending).
    chosen : tuple of frozenset or None, one a row
        Options ticked; None where the cell is empty, which is never "none of them".
    other : tuple of str, one a row
        Own words that are no option, else empty.
    doubtful : tuple of str
        Texts that could be one option or several.
    """

    options: tuple[str, ...]
    chosen: tuple[frozenset[str] | None, ...]
    other: tuple[str, ...]
    doubtful: tuple[str, ...] = ()


def joined_codes(cells: Sequence[str], missing: frozenset[str] = frozenset()) -> Choices | None:
    """Codes joined with commas ("1,4,7"), or None when no cell joins any or one is something else.

    Cells in ``missing`` are not answers; their row is None.
    """
    answers = [cell.strip() if cell.strip() not in missing else "" for cell in cells]
    filled = {cell for cell in answers if cell}
    if not any("," in cell for cell in filled) or not all(_CODES.match(cell) for cell in filled):
        return None
    parts = {cell: cell.split(",") for cell in filled}
    if any(len(set(codes)) < len(codes) for codes in parts.values()):
        return None
    options = sorted({code for codes in parts.values() for code in codes}, key=int)
    if len(options) > MOST_OPTIONS:
        return None
    chosen = tuple(frozenset(parts[cell]) if cell else None for cell in answers)
    return Choices(tuple(options), chosen, ("",) * len(cells))


def joined_texts(cells: Sequence[str], separator: str, *, sure: bool = False) -> Choices | None:
    """Option texts joined with ``separator``, or None when the column is not multiple choice.

    Parameters
    ----------
    separator : str
        As the tool writes it: ``", "``, ``";"`` or ``","`` (not before a blank).
    sure : bool
        The tool has marked the column, so that one option alone is enough.
    """
    answers = [" ".join(cell.split()) for cell in cells]
    distinct = {cell: None for cell in answers if cell}
    if not sure and (not any(separator in cell for cell in distinct) or _is_prose(list(distinct), separator)):
        return None
    parts, joined = _parts(set(distinct), separator)
    counts = Counter(part for cell in answers if cell for part in set(parts[cell]))
    filled = sum(1 for cell in answers if cell)
    if not counts or not (sure or any(len(found) > 1 for found in parts.values())):
        return None
    options = _options(counts, filled)
    own = sum(1 for cell in answers if cell and not set(parts[cell]) <= set(options))
    if not options or len(options) > MOST_OPTIONS or (not sure and own > _OWN_WORDS_SHARE * filled):
        return None
    if not sure and not _recombined(options, parts):
        return None
    known = set(options)
    chosen = tuple(frozenset(known.intersection(parts[cell])) if cell else None for cell in answers)
    other = tuple(separator.join(p for p in parts[cell] if p not in known) if cell else "" for cell in answers)
    return Choices(tuple(options), chosen, other, (*joined, *_inseparable(options, parts, separator)))


def same_in_every_order(cells: Sequence[str], separator: str) -> bool:
    """Whether every cell holds the same options and only their order differs: a ranking, not a choice."""
    filled = {cell.strip().rstrip(separator) for cell in cells if cell.strip()}
    sets = {frozenset(part.strip() for part in cell.split(separator)) for cell in filled}
    return len(filled) > 1 and len(sets) == 1 and len(next(iter(sets))) > 1


def _is_prose(distinct: Sequence[str], separator: str) -> bool:
    """Whether as many different parts as answers come up: free text, told before it is taken apart."""
    sample = distinct[:_SAMPLE]
    return len(sample) == _SAMPLE and len({p for cell in sample for p in cell.split(separator)}) > _SAMPLE


def _options(counts: Mapping[str, int], filled: int) -> list[str]:
    """Texts met more than once; in a short file, and where none is, all of them."""
    often = [text for text, count in counts.items() if count > 1]
    return often if often and filled >= _ENOUGH else list(counts)


def _parts(cells: set[str], separator: str) -> tuple[dict[str, list[str]], list[str]]:
    """The texts in each cell, and those put together because the second begins in lower case.

    Where most cells begin with a capital, what follows a comma in lower case goes on with the same option.
    """
    parts = {cell: _split(cell, separator) for cell in cells}
    capital = sum(1 for found in parts.values() if found and not found[0][0].islower())
    if separator == ";" or capital * 10 < len(parts) * 7:
        return parts, []
    joined: dict[str, None] = {}
    whole: dict[str, list[str]] = {}
    for cell, found in parts.items():
        kept: list[str] = []
        for part in found:
            if kept and part[0].islower():
                kept[-1] = f"{kept[-1]}{separator}{part}"
                joined[kept[-1]] = None
            else:
                kept.append(part)
        whole[cell] = kept
    return whole, sorted(joined)


def _split(cell: str, separator: str) -> list[str]:
    """Parts of a cell, each once; a separator inside parentheses does not count."""
    if separator not in cell:
        return [cell.strip()]
    parts, depth, start = [], 0, 0
    balanced = cell.count("(") == cell.count(")")
    for place, sign in enumerate(cell):
        depth += balanced and (sign == "(") - (sign == ")")
        if depth > 0 or place < start or not cell.startswith(separator, place):
            continue
        # A bare comma as separator: one before a blank belongs to the text.
        if separator == "," and cell[place + 1 : place + 2] == " ":
            continue
        parts.append(cell[start:place])
        start = place + len(separator)
    parts.append(cell[start:])
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _recombined(options: Sequence[str], parts: Mapping[str, Sequence[str]]) -> bool:
    """Whether options come back in other company: "Ja, Aarhus" and "Ja, Odense" alone are two single answers."""
    known = set(options)
    cells = [set(found) & known for found in parts.values() if known.intersection(found)]
    met: Counter[str] = Counter(option for cell in cells for option in cell)
    return len(options) <= len(cells) and any(len(cell) > 1 and max(met[o] for o in cell) > 1 for cell in cells)


def _inseparable(options: Sequence[str], parts: Mapping[str, Sequence[str]], separator: str) -> list[str]:
    """Pairs that only ever stand together, one after the other: perhaps one option with a separator in it."""
    if separator == ";":
        return []
    following: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for found in parts.values():
        for first, second in zip(found, [*found[1:], ""], strict=True):
            following.setdefault(first, set()).add(second)
            before.setdefault(second, set()).add(first)
        before.setdefault(found[0], set()).add("")
    pairs = ((a, next(iter(following[a]))) for a in options if len(following.get(a, ())) == 1)
    return [f"{a}{separator}{b}" for a, b in pairs if b and before[b] == {a}]
