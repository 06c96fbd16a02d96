"""Numbers as they stand in figures: decimal comma, thousands dot, a real minus sign."""

from __future__ import annotations

import math

MINUS = "−"
NARROW = "\u00a0"


def rounded(value: float, digits: int = 0) -> float:
    """Round half away from zero, the way a reader does it (0,5 → 1), not half to even."""
    factor = 10.0**digits
    # The tiny addition keeps 0.145 * 100 = 14.499999999999998 from falling the wrong way.
    return math.copysign(math.floor(abs(value) * factor + 0.5 + 1e-9) / factor, value)


def number(value: float, digits: int = 0, decimal: str = ",", sign: bool = False) -> str:
    """``value`` with ``digits`` decimals: ``1.284``, ``−4,2``, with ``sign`` also ``+4,2``; never ``−0``."""
    shown = rounded(value, digits)
    text = f"{abs(shown):,.{digits}f}"
    if decimal == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    if shown < 0:
        return MINUS + text
    return "+" + text if sign and shown > 0 else text


def percent(share: float) -> str:
    """Whole percentage of a share 0–1, without sign."""
    return number(share * 100)


def percent_sign(share: float, decimal: str = ",") -> str:
    """Whole percentage with sign: ``25 %`` in Danish, ``25%`` in English."""
    return f"{percent(share)}{NARROW if decimal == ',' else ''}%"
