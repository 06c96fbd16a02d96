"""Any delimited text file with one header row."""

from __future__ import annotations

from pathlib import Path

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
    text_column,
    unique_names,
    writes_decimal_commas,
    writes_decimal_dots,
)


def read_csv(path: Path, table: TextTable) -> SurveyExport:
    """A table of codes or texts without metadata.

    Raises
    ------
    EvaluationError
        ``import-row-width`` when a row has more or fewer fields than the header.
    """
    squared = square(table, path)
    names, notices = unique_names(squared.rows[0])
    cells = [list(column) for column in zip(*squared.rows[1:], strict=True)] or [[] for _ in names]
    # Some tools write both in one file: then 1.234 is no thousand.
    comma = writes_decimal_commas(cells) and not writes_decimal_dots(cells)
    told = [*squared.notices, *notices]
    columns: dict[str, pd.Series] = {}
    variables = []
    for name, column in zip(names, cells, strict=True):
        number = number_column(column, comma)
        if comma and only_thousands(column):
            told.append(Notice("thousands-dots", variable=name))
        dates = iso_dates(column) if number is None else None
        if dates is not None:
            columns[name] = pd.Series(dates, dtype=object)
            variables.append(Variable(name, type="date"))
            if any(cell.strip() not in ("", date) for cell, date in zip(column, dates, strict=True)):
                told.append(Notice("text-dates", variable=name))
            continue
        columns[name] = text_column(column) if number is None else number
        variables.append(Variable(name, type="open" if number is None else "single"))
    data = pd.DataFrame(columns)
    texts = [value for column in data if data[column].dtype == object for value in data[column].dropna().unique()[:200]]
    return SurveyExport(
        format="csv",
        files=(path,),
        sha256=hash_file(path),
        data=data,
        variables=tuple(variables),
        fictional=says_fictional([*names, *texts]),
        warnings=tuple(told),
    )
