"""The elements of a model as equal tiles: no order, no arrows, nothing that the source does not say."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import Drawn
from evaluation.presentation.figures.canvas import HEADING, Canvas, line_height

_GAP, _PAD, _ACCENT, _LEAST = 4.0, 4.0, 1.1, 15.0


@dataclass(frozen=True, slots=True, eq=False)
class PurposeModel(Drawn):
    """Tiles of one size, one an element.

    Parameters
    ----------
    elements : tuple of str
        What stands in the tiles, in an order that means nothing (the caller says so below the figure).
    """

    elements: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.elements or not all(text.strip() for text in self.elements):
            raise ValueError("PurposeModel: every element needs words")
        if len(set(self.elements)) != len(self.elements):
            raise ValueError("PurposeModel: elements must differ")

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; see :class:`Drawn`."""
        canvas = Canvas(brand)
        columns = min(len(self.elements), 2 if len(self.elements) in (2, 4) else 3)
        wide = (canvas.width - (columns - 1) * _GAP) / columns
        words = [canvas.wrap(text, wide - 2 * _PAD - _ACCENT, HEADING, 600) for text in self.elements]
        tall = max(_LEAST, max(len(lines) for lines in words) * line_height(HEADING) + 2 * _PAD)
        for place, lines in enumerate(words):
            left, top = (place % columns) * (wide + _GAP), (place // columns) * (tall + _GAP)
            canvas.rect(
                left, top + 0.15, left + wide, top + tall, brand.colour("background"), edge=brand.colour("muted")
            )
            canvas.rect(left, top + 0.15, left + _ACCENT, top + tall, brand.colour("primary"), layer=3)
            canvas.lines(left + _ACCENT + _PAD, top + tall / 2, lines, size=HEADING, weight=600)
        ranks = -(-len(words) // columns)
        canvas.height = ranks * tall + (ranks - 1) * _GAP + 0.2
        return canvas

    def data_table(self) -> pd.DataFrame:
        """``element``: one a row."""
        return pd.DataFrame({"element": list(self.elements)})
