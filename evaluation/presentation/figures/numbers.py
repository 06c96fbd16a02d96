"""Numbers as they stand in figures: the report's own rounding and signs, short forms of it."""

from __future__ import annotations

from evaluation.presentation.numbers import NBSP, Numbers

_DANISH, _ENGLISH = Numbers("da"), Numbers("en")


def number(value: float, digits: int = 0, decimal: str = ",", sign: bool = False) -> str:
    """``value`` with ``digits`` decimals: ``1.284``, ``−4,2``, with ``sign`` also ``+4,2``; never ``−0``."""
    return (_DANISH if decimal == "," else _ENGLISH).number(value, digits, sign=sign)


def percent(share: float) -> str:
    """Whole percentage of a share 0–1, without sign."""
    return number(share * 100)


def percent_sign(share: float, decimal: str = ",") -> str:
    """Whole percentage with sign: ``25 %`` in Danish, ``25%`` in English."""
    return f"{percent(share)}{NBSP if decimal == ',' else ''}%"
