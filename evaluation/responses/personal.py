"""Finds what looks like CPR numbers before anything is stored.

A CPR number is a date and four digits. Modulus 11 proves nothing for one number
(numbers given since 2007 may fail it), but a column where most numbers pass is no
column of running numbers: those pass in one of eleven. Places are told, never values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

# Hyphens, dashes, the minus sign and the soft hyphen, as people and programs write them.
_DASH = r"\-‐‑‒–—−\xad_"
_DELIMITED = re.compile(
    # DDMMYY-NNNN, DDMMYY NNNN, DD-MM-YY-NNNN, DD.MM.YY NNNN, DD MM YY - NNNN
    rf"(?<![\d{_DASH}.,])(\d\d)[ ./{_DASH}]?(\d\d)[ ./{_DASH}]?(\d\d)"
    rf"(?:\s?[{_DASH}/.]\s?|\s)(\d{{4}})(?![\d{_DASH}]|[.,:]\d)"
)
_CENTURY = re.compile(
    # DDMMYYYY-NNNN, DD-MM-YYYY-NNNN
    rf"(?<![\d{_DASH}.,])(\d\d)[./{_DASH}]?(\d\d)[./{_DASH}]?(?:18|19|20)(\d\d)"
    rf"\s?[{_DASH}]\s?(\d{{4}})(?![\d{_DASH}]|[.,:]\d)"
)
# DD MM YY NN NN: also how telephone numbers of ten digits are written, so a date is asked for
_PAIRS = re.compile(r"(?<![\d+.,] )(?<![\d+.,-])(\d\d) (\d\d) (\d\d) (\d\d \d\d)(?! ?\d|[.,-]\d)")
_IN_TEXT = re.compile(rf"(?<![\d.,{_DASH}])(\d\d)(\d\d)(\d\d)(\d{{4}})(?!\d|[.,]\d|-\d)")
# DMMYY-NNNN: the zero in front was lost; many other ids look so, and the whole column decides
_ZERO_LOST = re.compile(rf"(\d{{5}})\s?[{_DASH}]\s?(\d{{4}})")
# "cpr DMMYYNNNN": said to be one
_SAID = re.compile(
    rf"(?:cpr|person)[\w.\- ]{{0,12}}?[ :=#]\s*(\d{{1,2}})(\d\d)(\d\d)\s?[{_DASH}]?\s?(\d{{4}})(?!\d)", re.I
)
_FORMS = (_DELIMITED, _CENTURY, _PAIRS, _SAID)
_NAMED = re.compile(r"(?:^|[^a-zæøå])cpr|person(?:nummer|nr)", re.I)
_WEIGHTS = np.array([4, 3, 2, 7, 6, 5, 4, 3, 2, 1])
# From this many numbers on, chance alone no longer gives such shares.
_MANY = 20
_SHARE_DATES, _SHARE_CHECKED = 0.5, 0.3
_LOWEST = 10_100
_DIGITS, _MANY_TEXTS = 9, 1000
_LETTERS = np.array([ord(letter) for letter in "æøåÆØÅéäöü"], dtype=np.uint32)
# Among other numbers: this many dates of which this share passes.
_FEW_AMONG, _SHARE_AMONG = 5, 0.5


def cpr_columns(data: pd.DataFrame, said: Iterable[str] = ()) -> tuple[str, ...]:
    """Names of columns that hold what looks like CPR numbers.

    Parameters
    ----------
    said : iterable of str
        Columns whose name or label says that they hold such numbers: one is enough there.
    """
    named = set(said)
    return tuple(str(name) for name in data.columns if _holds(data[name], str(name) in named))


def names_cpr(text: str) -> bool:
    """Whether a column's name or label says that it holds CPR numbers."""
    return _NAMED.search(text) is not None


def cpr_rows(values: pd.Series) -> list[int]:
    """Places (from 1) of the cells of a column that hold something like a CPR number."""
    held = {value: _cell_holds(_text(value)) for value in values.dropna().unique()}
    return [place for place, value in enumerate(values, 1) if held.get(value, False)]


def replace_cpr(values: pd.Series, pseudonym: Callable[[str], str]) -> pd.Series:
    """The column as text with every CPR number replaced, alone in its cell or in a text."""

    def mended(value: object) -> str:
        text = unicodedata.normalize("NFKC", _text(value))
        number = as_cpr(text)
        if number:
            return pseudonym(number)
        for form in (*_FORMS, _IN_TEXT):
            text = form.sub(lambda match: pseudonym(_digits(match)) if _is_match(match) else match.group(), text)
        return text

    known = {value: mended(value) for value in values.dropna().unique()}
    return pd.Series([known.get(v) for v in values], index=values.index, dtype=object)


def as_cpr(text: str) -> str:
    """The ten digits where the whole text is a CPR number in any way of writing it; else nothing.

    Nine digits are one whose leading zero was lost.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    for form in (*_FORMS[:3], _IN_TEXT):
        match = form.fullmatch(text)
        if match:
            return _digits(match) if _is_match(match) else ""
    lost = _ZERO_LOST.fullmatch(text)
    digits = "0" + (lost.group(1) + lost.group(2) if lost else text)
    return digits if len(digits) == 10 and digits.isascii() and digits.isdigit() and _is_date(digits) else ""


def texts_hold_cpr(texts: Iterable[str], *, said: bool = False) -> bool:
    """Whether any text holds a date-like number with hyphen, or ten digits that begin with a date."""
    whole: list[int] = []
    certain = False
    texts = texts if isinstance(texts, tuple | list) else list(texts)
    lost: list[int] = []
    for raw in _with_digits(texts):
        text = unicodedata.normalize("NFKC", raw)
        if any(_is_match(match) for form in _FORMS for match in form.finditer(text)):
            return True
        stripped = text.strip().removesuffix(".0")
        if said and as_cpr(stripped):
            return True
        zero = _ZERO_LOST.fullmatch(stripped)
        if zero:
            lost.append(int(zero.group(1) + zero.group(2)))
        elif stripped.isascii() and stripped.isdigit():
            if len(stripped) in (9, 10):
                whole.append(int(stripped))
                certain = certain or len(stripped) == 10
        elif any(_is_match(match) for match in _IN_TEXT.finditer(text)):
            return True
    return _numbers_are_cpr(np.array(whole, dtype=np.int64), certain) or _numbers_are_cpr(
        np.array(lost, dtype=np.int64)
    )


def _with_digits(texts: Sequence[str]) -> Iterator[str]:
    """The texts with nine digits or more, of any script: only they can hold a number."""
    near: Iterable[str] = texts
    if len(texts) >= _MANY_TEXTS:
        # Open answers are looked at all at once first; past ASCII a sign counts as a digit unless it is an æ, ø or å.
        joined = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        digits = ((joined - 48 < 10) | (joined > 127)) & ~np.isin(joined, _LETTERS)
        starts = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])])
        counts = np.add.reduceat(digits, starts, dtype=np.int64)
        near = (texts[place] for place in np.flatnonzero(counts >= _DIGITS).tolist())
    return (text for text in near if sum(map(str.isdigit, text)) >= _DIGITS)


def _holds(values: pd.Series, said: bool) -> bool:
    if values.dtype.kind in "fiu":
        every = values.to_numpy(dtype="float64")
        # below the smallest number that could be one, with a point in it
        if not (every >= _LOWEST).any():
            return False
        # DDMMYY.NNNN, or with a comma, was read as a number with four decimals
        pointed = _pointed(every)
        # Amounts and averages rarely have four decimals; nine of ten such numbers do.
        pointed = pointed if 2 * np.count_nonzero(pointed % 10) > len(pointed) else pointed[:0]
        if _numbers_are_cpr(pointed) or (said and any(as_cpr(f"{number:010}") for number in np.unique(pointed))):
            return True
        found = every[every >= 1e8]
        numbers = found[(found < 3.2e9) & (found % 1 == 0)].astype(np.int64)
        return _numbers_are_cpr(numbers) or (said and any(as_cpr(str(n)) for n in np.unique(numbers)))
    # empty cells are one of the distinct values
    return texts_hold_cpr([str(text) for text in pd.Series(values.unique(), dtype=object).dropna()], said=said)


def _pointed(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The ten digits of numbers with a fraction of at most four decimals, where the six before it can be a date."""
    found: npt.NDArray[np.float64] = numbers[(numbers >= _LOWEST) & (numbers < 313_000)]
    # nearly all such columns hold whole numbers
    found = found[found != np.trunc(found)]
    if not len(found):
        return np.empty(0, dtype=np.int64)
    whole = np.round(found * 10_000)
    exact = np.abs(found * 10_000 - whole) < 1e-3
    digits: npt.NDArray[np.int64] = whole[exact].astype(np.int64)
    return digits


def _cell_holds(text: str) -> bool:
    text = unicodedata.normalize("NFKC", text)
    return bool(as_cpr(text)) or any(_is_match(m) for form in (*_FORMS, _IN_TEXT) for m in form.finditer(text))


def _text(value: object) -> str:
    if not isinstance(value, float) or value.is_integer():
        return str(int(value)) if isinstance(value, float) else str(value)
    # a number with a point in the middle, which lost its zeros at both ends
    pointed = _pointed(np.array([value]))
    return f"{pointed[0]:010}" if len(pointed) else str(value)


def _digits(match: re.Match[str]) -> str:
    return "".join(part.replace(" ", "") for part in match.groups()).zfill(10)


def _is_match(match: re.Match[str]) -> bool:
    return _is_date(_digits(match))


@cache
def _is_date(digits: str) -> bool:
    """Whether ten digits begin with a real date, or with one of a replacement number (day + 60)."""
    from stdnum.dk import cpr
    from stdnum.exceptions import ValidationError

    if digits[0] in "6789":
        digits = str(int(digits[0]) - 6) + digits[1:]
    try:
        cpr.get_birth_date(digits)
    except ValidationError:
        return False
    return True


def _numbers_are_cpr(numbers: npt.NDArray[np.int64], certain: bool = False) -> bool:
    """Whether whole numbers of nine (a leading zero lost) or ten digits are CPR numbers.

    ``certain``: some were written with ten digits, though zeros in front are gone here.
    """
    numbers = np.unique(numbers)
    if not len(numbers):
        return False
    days, months = numbers // 100_000_000, numbers // 1_000_000 % 100
    dates = (days >= 1) & (days <= 31) & (months >= 1) & (months <= 12)
    digits = numbers[dates, None] // 10 ** np.arange(9, -1, -1) % 10
    passed = (digits * _WEIGHTS).sum(axis=1) % 11 == 0
    checked = float(passed.mean()) if len(passed) else 0.0
    if dates.mean() < _SHARE_DATES:
        return bool(dates.sum() >= _FEW_AMONG and checked >= _SHARE_AMONG)
    if len(numbers) >= _MANY or not (certain or (numbers >= 1_000_000_000).any()):
        return checked >= _SHARE_CHECKED
    # Few ten-digit numbers, all dates: rather stop once too often.
    return True
