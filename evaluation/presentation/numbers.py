"""Numbers, dates and lists as people read them, in Danish and in English.

Decimal comma, thousands dot, a true minus sign and non-breaking spaces where a line
must not break. Rounding is half away from zero on the shortest decimal form of the
number, so that 64,5 is 65 wherever it is printed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evaluation.common.language import catalogue

NBSP = "\u00a0"
MINUS = "\u2212"
HIDDEN = ".."


def is_missing(value: Any) -> bool:
    """Whether ``value`` is None, NaN or pandas' NA."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA compares to NA, whose truth is undefined
        return True


def rounded(value: float, decimals: int) -> Decimal:
    """``value`` rounded half away from zero in the decimal system."""
    step = Decimal(1).scaleb(-decimals)
    # Ten digits first: 0.285 * 100 is 28.499999999999996 in binary and must print as 29.
    steady = Decimal(repr(float(value))).quantize(Decimal("1e-10"), ROUND_HALF_UP)
    return steady.quantize(step, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Formatting in one language.

    Parameters
    ----------
    lang : str
        ``"da"`` or ``"en"``.
    """

    lang: str = "da"

    @property
    def words(self) -> dict[str, Any]:
        """The catalogue's words on numbers."""
        return dict(catalogue("words", self.lang)["numbers"])

    def number(self, value: Any, decimals: int = 1, *, sign: bool = False) -> str:
        """``5,2``; ``-5.2`` as ``−5,2``; with ``sign`` also ``+5,2``; ``..`` where there is none."""
        if is_missing(value) or math.isinf(float(value)):
            return HIDDEN
        shown = rounded(float(value), decimals)
        text = f"{abs(shown):,.{decimals}f}"
        if self.lang == "da":
            text = text.translate(str.maketrans(",.", ".,"))
        if shown < 0:
            return MINUS + text
        return "+" + text if sign and shown > 0 else text

    def integer(self, value: Any) -> str:
        """``1.284``."""
        return self.number(value, 0)

    def share(self, value: Any, *, sign: bool = False, decimals: int = 0) -> str:
        """A share 0–1 as a bare percentage: ``65``."""
        return HIDDEN if is_missing(value) else self.number(float(value) * 100, decimals, sign=sign)

    def percent(self, value: Any, decimals: int = 0) -> str:
        """A share 0–1 with its unit: ``65 pct.``."""
        return self.share(value, decimals=decimals) + NBSP + str(self.words["percent"])

    def unit(self, value: Any, unit: str, decimals: int) -> str:
        """A number with a unit of the catalogue (``point``, ``procentpoint``), singular where it is exactly one."""
        text = self.number(value, decimals)
        one = text in {"1", "1,0", "1.0"} and decimals == 0
        return text + NBSP + str(self.words[f"{unit}_one" if one else unit])

    def points(self, value: Any, decimals: int = 1) -> str:
        """``5,2 point``."""
        return self.unit(value, "point", decimals)

    def percentage_points(self, share: Any, decimals: int = 0) -> str:
        """A difference of shares 0–1: ``3 procentpoint``."""
        return self.unit(None if is_missing(share) else float(share) * 100, "procentpoint", decimals)

    def interval(self, low: Any, high: Any, decimals: int = 1) -> str:
        """``3,1 til 9,5``; ``..`` when either end is hidden."""
        if is_missing(low) or is_missing(high):
            return HIDDEN
        word = str(self.words["to"])
        return f"{self.number(low, decimals)} {word}{NBSP}{self.number(high, decimals)}"

    def p_value(self, value: Any) -> str:
        """``p < 0,001`` or ``p = 0,023``."""
        if is_missing(value):
            return HIDDEN
        if value < 0.001:
            return f"p{NBSP}<{NBSP}{self.number(0.001, 3)}"
        return f"p{NBSP}={NBSP}{self.number(value, 3)}"

    def day(self, day: date) -> str:
        """``1. juni 2021`` or ``1 June 2021``; day and month never part."""
        month = self.words["months"][day.month - 1]
        dot = "." if self.lang == "da" else ""
        return f"{day.day}{dot}{NBSP}{month} {day.year}"

    def period(self, start: date, end: date) -> str:
        """``1. september–15. oktober 2020``; the year once where both days share it."""
        first = self.day(start)
        if start.year == end.year:
            first = first.rsplit(" ", 1)[0]
        return f"{first} {self.words['to']}{NBSP}{self.day(end)}"

    def count(self, value: int) -> str:
        """Numbers to twelve as words where a sentence reads better so (``tre``), else figures."""
        words = self.words["small"]
        return str(words[value]) if 0 <= value < len(words) else self.integer(value)

    def listing(self, parts: Sequence[str]) -> str:
        """``a, b og c``."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.words['and']} {parts[-1]}"
