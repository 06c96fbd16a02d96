"""Finds what looks like CPR numbers before anything is stored.

A CPR number is a date and four digits. Modulus 11 proves nothing for one number
(numbers given since 2007 may fail it), but a column where most numbers pass is no
column of running numbers: those pass in one of eleven. Places are told, never values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

_DELIMITED = re.compile(r"(?<![\d-])(\d{6})\s?[-–]\s?\d{4}(?![\d-])")
_IN_TEXT = re.compile(r"(?<![\d.,-])(\d{10})(?!\d|[.,]\d|-\d)")
_WEIGHTS = np.array([4, 3, 2, 7, 6, 5, 4, 3, 2, 1])
# From this many numbers on, chance alone no longer gives such shares.
_MANY = 20
_SHARE_DATES, _SHARE_CHECKED = 0.5, 0.3


def cpr_columns(data: pd.DataFrame) -> tuple[str, ...]:
    """Names of columns that hold what looks like CPR numbers."""
    return tuple(str(name) for name in data.columns if _holds(data[name]))


def _holds(values: pd.Series) -> bool:
    if values.dtype.kind in "fiu":
        found = values.dropna().to_numpy(dtype="float64")
        return _numbers_are_cpr(found[(found >= 1e8) & (found < 3.2e9) & (found % 1 == 0)].astype(np.int64))
    return texts_hold_cpr(str(text) for text in values.dropna().unique())


def texts_hold_cpr(texts: Iterable[str]) -> bool:
    """Whether any text holds a date-like number with hyphen, or ten digits that begin with a date."""
    whole = []
    for text in texts:
        if any(_is_date(match.group(1)) for match in _DELIMITED.finditer(text)):
            return True
        stripped = text.strip()
        if stripped.isdigit():
            if len(stripped) == 10:
                whole.append(int(stripped))
        elif any(_is_date(match.group(1)) for match in _IN_TEXT.finditer(text)):
            return True
    return _numbers_are_cpr(np.array(whole, dtype=np.int64))


def _is_date(digits: str) -> bool:
    return 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12


def _numbers_are_cpr(numbers: npt.NDArray[np.int64]) -> bool:
    """Whether whole numbers of nine (a leading zero lost) or ten digits are CPR numbers."""
    numbers = np.unique(numbers)
    if not len(numbers):
        return False
    days, months = numbers // 100_000_000, numbers // 1_000_000 % 100
    dates = (days >= 1) & (days <= 31) & (months >= 1) & (months <= 12)
    if dates.mean() < _SHARE_DATES:
        return False
    digits = numbers[dates, None] // 10 ** np.arange(9, -1, -1) % 10
    checked = float(((digits * _WEIGHTS).sum(axis=1) % 11 == 0).mean())
    if len(numbers) >= _MANY or (numbers < 1_000_000_000).all():
        return checked >= _SHARE_CHECKED
    # Few ten-digit numbers, all dates: rather stop once too often.
    return True
