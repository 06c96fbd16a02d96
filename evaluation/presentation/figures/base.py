"""What every figure has, and the checks at their doors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.canvas import Canvas

if TYPE_CHECKING:
    from plotnine import ggplot

#: Colour role of a wave's period; anything else is drawn in the neutral colour.
PERIODS: Mapping[str, str] = {"before": "before", "after": "after"}
#: Columns of a figure's numbers that hold shares 0–1, whichever figure has them.
SHARES = frozenset({"rate", "share", "share_worse", "share_same", "share_better"})


class Figure(Protocol):
    """A figure: a frozen dataclass over a table with ready labels."""

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm; its ``width`` and ``height`` are the figure's size."""
        ...

    def draw(self, brand: Brand) -> ggplot:
        """Draw the figure as a plotnine plot of its own size."""
        ...

    def data_table(self) -> pd.DataFrame:
        """Return the numbers behind the figure."""
        ...

    def shares(self) -> frozenset[str]:
        """Columns of the numbers that hold shares 0–1."""
        ...


class Drawn:
    """The part of a figure that follows from its layout."""

    __slots__ = ()

    def layout(self, brand: Brand) -> Canvas:
        """Everything placed in mm."""
        raise NotImplementedError

    def draw(self, brand: Brand) -> ggplot:
        """Draw the figure as a plotnine plot of its own size."""
        return self.layout(brand).plot()

    def size(self, brand: Brand) -> tuple[float, float]:
        """Width and height in mm."""
        canvas = self.layout(brand)
        return canvas.width, canvas.height

    def shares(self) -> frozenset[str]:
        """Columns of the numbers that hold shares 0–1, by the names that figures give them."""
        return SHARES


def checked(
    figure: str,
    rows: pd.DataFrame,
    columns: Sequence[str],
    *,
    optional: Sequence[str] = (),
    shares: Sequence[str] = (),
    unique: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the columns a figure needs, as a copy of its own.

    Parameters
    ----------
    figure : str
        Name for messages.
    shares : sequence of str
        Columns that hold shares 0–1 or nothing.
    unique : sequence of str
        Columns that together name one row.

    Raises
    ------
    ValueError
        With everything that is wrong with ``rows``.
    """
    missing = [name for name in columns if name not in rows.columns]
    if missing:
        raise ValueError(f"{figure}: columns missing: {', '.join(missing)}")
    kept = rows.loc[:, [*columns, *(name for name in optional if name in rows.columns)]].reset_index(drop=True)
    faults = [] if len(kept) else ["no rows"]
    for name in shares:
        values = kept[name] = pd.to_numeric(kept[name], errors="raise").astype(float)
        if ((values < -1e-9) | (values > 1 + 1e-9)).any():
            faults.append(f"{name} must be shares 0–1")
    if unique and kept.duplicated(list(unique)).any():
        faults.append(f"{', '.join(unique)} must name one row each")
    if faults:
        raise ValueError(f"{figure}: {'; '.join(faults)}")
    return kept


def need_words(figure: str, words: Mapping[str, str], needed: Iterable[str]) -> None:
    """Fail when a word a figure prints is not given."""
    missing = [name for name in needed if not words.get(name)]
    if missing:
        raise ValueError(f"{figure}: words missing: {', '.join(missing)}")


def in_order(values: pd.Series) -> list[str]:
    """Distinct values in order of first appearance."""
    return [str(value) for value in pd.unique(values)]


def nice_step(span: float, most: int = 5) -> float:
    """Find a step of 1, 2, 2.5 or 5 times a power of ten that cuts ``span`` into at most ``most`` parts."""
    raw = max(span, 1e-9) / most
    power = 10.0 ** np.floor(np.log10(raw))
    return float(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9)))
