"""Any delimited text file with one header row."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.common.files import hash_file
from evaluation.importing.export import SurveyExport, Variable
from evaluation.importing.fictional import says_fictional
from evaluation.importing.notices import Notice
from evaluation.importing.text import (
    TextTable,
    iso_dates,
    number_column,
    only_thousands,
    square,
    unique_names,
    writes_decimal_commas,
    writes_decimal_dots,
)

# Texts of each column in which a file may say that its data are invented.
_LOOKED_AT = 200


class Cells:
    """The cells of one column: its distinct texts and their places, or whole numbers that are known to be such.

    Every rule looks at a text once, however often it occurs.

    Parameters
    ----------
    distinct : sequence of str
        In order of first occurrence.
    places : array, shape (rows,)
        Place of each cell's text in ``distinct``; None with ``whole``.
    whole : array of float64, shape (rows,), optional
        NaN where empty.
    """

    def __init__(self, distinct: Sequence[str], places: np.ndarray | None, whole: np.ndarray | None = None) -> None:
        self.distinct = distinct
        self.whole = whole
        self._places = places

    @classmethod
    def of(cls, cells: Sequence[str]) -> Cells:
        """From all cells of a column."""
        place: dict[str, int] = {}
        places = [place.setdefault(cell, len(place)) for cell in cells]
        return cls(list(place), np.array(places, dtype=np.int32))

    def spread(self, values: np.ndarray) -> np.ndarray:
        """A value for each distinct text becomes one for each cell."""
        assert self._places is not None
        found: np.ndarray = values[self._places]
        return found

    def decimal_commas(self) -> bool:
        """Whether the column can only be numbers with decimal commas."""
        return writes_decimal_commas([self.distinct])

    def decimal_dots(self) -> bool:
        """Whether the column can only be numbers with decimal dots."""
        return writes_decimal_dots([self.distinct])

    def thousands(self) -> bool:
        """Whether every number is like 1.234."""
        return only_thousands(self.distinct)

    def numbers(self, comma: bool) -> np.ndarray | None:
        """The distinct texts as numbers, or None when they are not all plain numbers."""
        found = number_column(self.distinct, comma)
        return None if found is None else found.to_numpy()


def read_csv(path: Path, table: TextTable) -> SurveyExport:
    """A table of codes or texts without metadata.

    Raises
    ------
    EvaluationError
        ``import-row-width`` when a row has more or fewer fields than the header.
    """
    squared = square(table, path)
    names, notices = unique_names(squared.rows[0])
    columns = [Cells.of(column) for column in zip(*squared.rows[1:], strict=True)] or [Cells.of(()) for _ in names]
    return csv_export(path, hash_file(path), names, columns, (*squared.notices, *notices))


def csv_export(
    path: Path, sha256: str, names: Sequence[str], columns: Sequence[Cells], notices: Sequence[Notice]
) -> SurveyExport:
    """The export of columns of text: what is a number, a date, an open answer."""
    # Some tools write both in one file: then 1.234 is no thousand.
    texts = [column for column in columns if column.whole is None]
    comma = any(column.decimal_commas() for column in texts) and not any(column.decimal_dots() for column in texts)
    told = list(notices)
    said = list(names)
    data: dict[str, Any] = {}
    variables = []
    for name, column in zip(names, columns, strict=True):
        if column.whole is not None:
            data[name] = column.whole
            variables.append(Variable(name, type="single"))
            continue
        number = column.numbers(comma)
        if comma and column.thousands():
            told.append(Notice("thousands-dots", variable=name))
        dates = iso_dates(column.distinct) if number is None else None
        if dates is not None:
            data[name] = pd.Series(column.spread(_objects(dates)), dtype=object)
            variables.append(Variable(name, type="date"))
            if any(cell.strip() not in ("", date) for cell, date in zip(column.distinct, dates, strict=True)):
                told.append(Notice("text-dates", variable=name))
            continue
        if number is None:
            stripped = [cell.strip() or None for cell in column.distinct]
            data[name] = pd.Series(column.spread(_objects(stripped)), dtype=object)
            said += itertools.islice((text for text in stripped if text), _LOOKED_AT)
        else:
            data[name] = column.spread(number)
        variables.append(Variable(name, type="open" if number is None else "single"))
    return SurveyExport(
        format="csv",
        files=(path,),
        sha256=sha256,
        data=pd.DataFrame(data, copy=False),
        variables=tuple(variables),
        fictional=says_fictional(said),
        warnings=tuple(told),
    )


def _objects(values: Sequence[object]) -> np.ndarray:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
