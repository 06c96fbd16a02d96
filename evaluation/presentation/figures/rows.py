"""What figures with a row a measure or a group share: cells, column heads, headings between rows, room for changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from evaluation.presentation.figures.canvas import SMALL, Canvas, line_height

_HEADING = 5.0
#: Where a column head stands, its words, their room in mm, and their alignment.
Head = tuple[float, str, float, str]


def number_in(row: object, name: str) -> float:
    """Return a number of the row; NaN where there is none."""
    found = getattr(row, name)
    return math.nan if pd.isna(found) else float(found)


def theme_of(row: object) -> str:
    """Return the heading a row belongs under; empty where it has none."""
    theme = getattr(row, "theme", "")
    return "" if theme is None or theme != theme else str(theme)


def column_heads(canvas: Canvas, y: float, heads: Sequence[Head]) -> float:
    """Place bold heads that end on the same line; returns the y below them."""
    wrapped = [(x, canvas.wrap(text, width, SMALL, 600), ha) for x, text, width, ha in heads]
    deepest = max(len(lines) for _, lines, _ in wrapped)
    for x, lines, ha in wrapped:
        for index, line in enumerate(reversed(lines)):
            middle = y + (deepest - index - 0.5) * line_height(SMALL)
            canvas.text(x, middle, line, size=SMALL, weight=600, ha=ha)
    return y + deepest * line_height(SMALL)


def heading(canvas: Canvas, words: str, y: float, width: float, *, first: bool, ground: bool = False) -> float:
    """Place the light heading above rows that belong together; returns the y below it.

    ``ground`` keeps grid lines out of the words.
    """
    brand, y = canvas.brand, y + (0.0 if first else 0.6)
    if not first:
        canvas.line(0, y, canvas.width, y, brand.colour("rule"), width=0.35, layer=1)
    lines = canvas.wrap(words, width, SMALL, 600)
    height = max(_HEADING, len(lines) * line_height(SMALL) + 1.6)
    if ground:
        widest = max(canvas.measure(line, SMALL, 600) for line in lines)
        canvas.rect(0, y + 0.2, widest + 1.2, y + height, brand.colour("background"))
    canvas.lines(0, y + height / 2, lines, size=SMALL, weight=600, colour=brand.colour("muted"))
    return y + height


def change_ends(rows: pd.DataFrame, delta: float | None) -> tuple[float, float]:
    """Lowest and highest that an axis of changes must reach: all intervals, and the band with some air."""
    values = rows[["change", "ci_low", "ci_high"]].to_numpy(dtype=float)
    known = values[~pd.isna(values)]
    least = 1.2 * (delta or 1.0)
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    return min(low, -least), max(high, least)
