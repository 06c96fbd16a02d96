"""Codes as text, the same for 1, 1.0 and "1"."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Whole numbers below this are exact as float64, and their text is that of the integer.
_EXACT = 1e15


def code_text(value: object) -> str:
    """A code as text: whole numbers without decimals, text with its ends trimmed."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value).strip()


def code_column(values: pd.Series) -> pd.Series:
    """A whole column as codes (text), None where empty."""
    if values.dtype.kind not in "fiu":
        places, uniques = pd.factorize(values)
        texts = np.array([*(str(v).strip() or None for v in uniques), None], dtype=object)
        # Place −1, an empty cell, is the last one.
        return pd.Series(texts[places], index=values.index, dtype=object)
    numbers = values.to_numpy(dtype="float64")
    empty = np.isnan(numbers)
    filled = np.where(empty, 0.0, numbers)
    if (np.abs(filled) < _EXACT).all() and (filled == np.trunc(filled)).all():
        return pd.Series(_whole_texts(filled.astype(np.int64), empty), index=values.index, dtype=object)
    known = {value: code_text(float(value)) for value in values.dropna().unique()}
    return pd.Series([known.get(v) for v in values], index=values.index, dtype=object)


def _whole_texts(numbers: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """Whole numbers as text, None where ``empty``."""
    import pyarrow as pa

    found: np.ndarray = pa.array(numbers, mask=empty).cast(pa.string()).to_numpy(zero_copy_only=False)
    return found
