"""The gate's rules for one number at a time: masks over the rows of a table.

The rules are those of ``docs/disclosure.md``. ``people`` is always the number of distinct
people behind a number (raters for school data, households for parents); ``n`` the number of
answers, which is larger where one person answers about several children.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Version of the rules, printed in every row. Raise it when a rule changes.
RULE_VERSION: Final = "3"
#: Fewest answers for a standard error, interval, p, sd, effect size or verdict.
FULL: Final = 30
#: Means in whole points and merged shares only below this many times the threshold.
COARSE_BELOW: Final = 3

BELOW: Final = "under_taersklen"
DISCRETION: Final = "diskretion"
UNDER_30: Final = "under_30"
MERGED_ONLY: Final = "kun_samlede_andele"
WHOLE_POINTS: Final = "hele_point"
PAIRED: Final = "parrede"


@dataclass(frozen=True, slots=True)
class Marks:
    """What happens to each row of a table; every mask has shape (rows,).

    Attributes
    ----------
    below : hidden, fewer people than the threshold.
    discreet : hidden because a share or mean would tell about nearly everybody, or because
        it could be computed from what is shown. One reason for both: telling them apart
        would tell the answer.
    coarse : shown in whole points.
    stripped : shown without anything that tells how answers spread.
    """

    below: Bools
    discreet: Bools
    coarse: Bools
    stripped: Bools

    @property
    def hidden(self) -> Bools:
        """Rows that show no value."""
        return self.below | self.discreet


def is_share(table: pd.DataFrame) -> Bools:
    """Rows whose value is a share 0–1."""
    return np.asarray(table["stat"] == "andel", dtype=bool)


def coarse_value(value: Floats, share: Bools) -> Floats:
    """Whole points, or whole per cent of a share."""
    return np.where(share, np.round(value, 2), np.round(value))


def one_sided(value: Floats, share: Bools, people: Floats, side: Floats, threshold: int) -> Bools:
    """Small groups whose number would tell about everybody in it.

    Below three thresholds a share needs at least ``threshold`` people on both sides, and a
    mean may not round to either end of its scale: everybody would have answered alike.
    """
    coarse = (people >= threshold) & (people < COARSE_BELOW * threshold)
    thin = share & ~(side >= threshold)
    rounded = np.round(value)
    ends = ~share & ((rounded <= 0) | (rounded >= 100))
    return coarse & ~np.isnan(value) & (thin | ends)


def few(n: Floats, people: Floats, threshold: int) -> Bools:
    """Numbers without anything that tells how answers spread.

    Fewer than :data:`FULL` answers: number, mean and spread of so few answers give each of
    them away. Fewer than three thresholds of people: an interval would undo the whole points.
    """
    return (people > 0) & ((n < FULL) | (people < COARSE_BELOW * threshold))


def mark(value: Floats, share: Bools, n: Floats, people: Floats, side: Floats, threshold: int) -> Marks:
    """Rules for numbers of one wave: ``n`` answers of ``people``, the fewer of them on a share's smaller ``side``."""
    present = people > 0
    below = present & (people < threshold)
    return Marks(
        below=below,
        discreet=one_sided(value, share, people, side, threshold),
        coarse=present & (people < COARSE_BELOW * threshold),
        stripped=few(n, people, threshold),
    )


def blank(table: pd.DataFrame, rows: Bools, columns: tuple[str, ...]) -> None:
    """Empty ``columns`` in ``rows``, in place: NaN for numbers, ``""`` for text."""
    if not rows.any():
        return
    for column in columns:
        if column in table:
            numeric = table[column].dtype.kind == "f"
            table[column] = table[column].where(~rows, np.nan if numeric else "")


def set_reason(table: pd.DataFrame, rows: Bools, reason: str) -> None:
    """Write ``reason`` into ``rows``, in place."""
    if rows.any():
        table["reason"] = table["reason"].where(~rows, reason)
