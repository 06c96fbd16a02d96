"""What a cell can hold."""

from __future__ import annotations

import re

from evaluation.presentation.escape import plain

#: Most signs of one cell, as Excel counts them (UTF-16).
CELL_LENGTH = 32_767
#: Excel reads ``_x0041_`` inside a text as a letter; a text that holds such a thing must say so.
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

#: How much narrower than a figure a letter of running text is.
_NARROW = 1.12


def clean(text: str) -> str:
    """``text`` on one line, with nothing unprintable in it and no longer than a cell takes."""
    safe = _CODED.sub("_x005F_", plain(text))
    if len(safe) <= CELL_LENGTH // 2:
        return safe
    coded = safe.encode("utf-16-le")
    if len(coded) <= 2 * CELL_LENGTH:
        return safe
    # A sign beyond the first plane takes two places; half of one is no text.
    return coded[: 2 * (CELL_LENGTH - 1)].decode("utf-16-le", "ignore") + "…"


def lines(text: str, letters: float) -> int:
    """Lines that ``text`` takes in a column with room for so many figures; long words are broken."""
    count, used, letters = 1, 0.0, letters * _NARROW
    for word in text.split():
        length = len(word)
        if used and used + 1 + length > letters:
            count, used = count + 1, 0.0
        used += length + (1 if used else 0)
        while used > letters:
            count, used = count + 1, used - letters
    return count
