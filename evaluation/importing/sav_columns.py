"""Columns as the importing layer holds them, from the cells of a compressed SPSS system file.

A column with anything that pyreadstat might understand otherwise is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.importing.sav_cells import BLANKS, EMPTY, MISSING, OWN_UNIT, Cells, Field, cells, layout

Numbers = npt.NDArray[np.float64]

#: Display formats of numbers that pyreadstat gives as they are, and of whole days.
PLAIN_NUMBERS = ("F", "COMMA", "DOT", "DOLLAR", "PCT", "E", "N", "Z")
DATES = ("DATE", "ADATE", "EDATE", "SDATE", "JDATE")
_CODECS = {"UTF-8": "utf-8", "WINDOWS-1252": "cp1252", "ISO-8859-1": "latin-1", "US-ASCII": "ascii"}
# Days are counted in seconds from here.
_FIRST_DAY, _DAY, _EARLIEST = date(1582, 10, 14), 86_400, date(1700, 1, 1)
_EIGHT_BLANKS = 0x2020202020202020


def kind_of(spss_format: str | None) -> str:
    """A display format without its width: ``F8.2`` is ``F``; nothing where the file's is none of SPSS's."""
    return (spss_format or "").rstrip("0123456789.").upper()


def columns(
    content: bytes, names: Sequence[str], formats: Sequence[str | None], rows: int | None, encoding: str
) -> Mapping[str, Any] | None:
    """The columns that can be made of the cells alone, by name; None where the file is of another kind.

    Parameters
    ----------
    content : bytes
        The whole file.
    names, formats : sequence of str
        Of all variables in file order, as pyreadstat tells them.
    encoding : str
        Of the texts, in upper case.

    Raises
    ------
    struct.error
        When the dictionary cannot be followed.
    """
    found = layout(content)
    if found is None or not rows or len(found.fields) != len(set(names)):
        return None
    whole = cells(content, found, rows)
    if whole is None:
        return None
    kinds = [kind_of(spss_format) for spss_format in formats]
    numeric = [n for n, kind in enumerate(kinds) if kind in PLAIN_NUMBERS and found.fields[n].width == 0]
    # taken here, not in the threads, each of which has memory of its own
    places = {number: np.empty(rows) for number in numeric}
    passed = _passed(whole)

    def made(number: int) -> Any:
        field, kind = found.fields[number], kinds[number]
        if number in places:
            return _numbers(whole, field.place, passed[field.place], places[number])
        if kind in DATES and field.width == 0:
            return _days(_numbers(whole, field.place, passed[field.place], np.empty(rows)))
        if kind == "A" and field.width > 0:
            return _texts(whole, field, passed, _CODECS[encoding])
        return None

    with ThreadPoolExecutor(max_workers=2) as pool:
        done = pool.map(made, range(len(names)))
        return {name: column for name, column in zip(names, done, strict=True) if column is not None}


def _passed(whole: Cells) -> list[npt.NDArray[np.int64] | None]:
    """For each cell of a row the place of its own unit, by row, if it has one; None where no row's has."""
    passed: list[npt.NDArray[np.int64] | None] = []
    at = whole.first
    for commands in whole.commands:
        own = commands == OWN_UNIT
        passed.append(at if own.any() else None)
        if passed[-1] is not None:
            at = at + own
    return passed


def _numbers(whole: Cells, place: int, own_at: npt.NDArray[np.int64] | None, numbers: Numbers) -> Numbers | None:
    """The numbers of one cell of all rows, written to ``numbers``; None where one is a text."""
    commands = whole.commands[place]
    if (commands == BLANKS).any():
        return None
    np.subtract(commands, whole.bias, out=numbers)
    np.copyto(numbers, np.nan, where=commands == EMPTY)
    if own_at is not None:
        own = commands == OWN_UNIT
        values = whole.own[own_at[own]]
        numbers[own] = np.where(np.isin(values, MISSING), np.nan, values.view("<f8"))
    return numbers


def _days(numbers: Numbers | None) -> pd.Series | None:
    """Dates as ISO text; None where one is no whole day or outside the years that all write alike."""
    if numbers is None:
        return None
    places, seconds = pd.factorize(numbers)
    if not ((seconds % _DAY == 0) & (seconds >= _seconds(_EARLIEST)) & (seconds <= _seconds(date.max))).all():
        return None
    texts = [(_FIRST_DAY + timedelta(seconds=float(one))).isoformat() for one in seconds]
    # place -1, an empty cell, is the last
    return pd.Series(np.array([*texts, None], dtype=object)[places], dtype=object)


def _seconds(day: date) -> float:
    return (day - _FIRST_DAY).total_seconds()


def _texts(whole: Cells, field: Field, passed: Sequence[npt.NDArray[np.int64] | None], codec: str) -> pd.Series | None:
    """Texts without blanks at their ends, None where empty; None for all where one cannot be told for sure."""
    import pyarrow as pa

    size = -(-field.width // 8)
    rows = len(whole.first)
    units = np.full((rows, size), _EIGHT_BLANKS, dtype="<u8")
    for part in range(size):
        commands, own_at = whole.commands[field.place + part], passed[field.place + part]
        if ((commands != OWN_UNIT) & (commands != BLANKS)).any():
            return None
        if own_at is not None:
            own = commands == OWN_UNIT
            units[own, part] = whole.own[own_at[own]]
    held = pa.FixedSizeBinaryArray.from_buffers(pa.binary(8 * size), rows, [None, pa.py_buffer(units)])
    coded = held.dictionary_encode()
    texts: list[str | None] = []
    for raw in coded.dictionary.to_pylist():
        # the library ends a text at a zero byte, and what is behind the width is nobody's
        if b"\0" in raw or raw[field.width :].strip(b" "):
            return None
        try:
            texts.append(raw.decode(codec).strip() or None)
        except UnicodeDecodeError:
            return None
    made = np.array([*texts, None], dtype=object)[coded.indices.to_numpy()]
    return pd.Series(made, dtype=object)
