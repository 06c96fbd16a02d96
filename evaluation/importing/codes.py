"""Codes as text, the same for 1, 1.0 and "1"."""

from __future__ import annotations

import pandas as pd


def code_text(value: object) -> str:
    """A code as text: whole numbers without decimals, text with its ends trimmed."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value).strip()


def code_column(values: pd.Series) -> pd.Series:
    """A whole column as codes (text), None where empty."""
    if values.dtype.kind not in "fiu":
        texts = [None if v is None or v != v else str(v).strip() or None for v in values]
        return pd.Series(texts, index=values.index, dtype=object)
    known = {value: code_text(float(value)) for value in values.dropna().unique()}
    return pd.Series([known.get(v) for v in values], index=values.index, dtype=object)
