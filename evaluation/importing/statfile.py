"""Labelled data files through pyreadstat: the one place that knows how that library bites.

* Without ``user_missing=True`` it turns "Ved ikke" into an empty cell and forgets which
  codes were missing.
* Old files do not say their encoding, or say it wrongly: the usual ones are tried in turn.
* Dates beyond year 9999 stop it; they are then kept as numbers.
* Stata's ``.a``–``.z`` and SAS's ``.A``–``.Z``, ``._`` arrive as letters among numbers, in a column
  of objects, or of text where nothing else is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.common.errors import fail
from evaluation.importing.apart import read_apart
from evaluation.importing.codes import code_text
from evaluation.importing.export import Variable, VariableType
from evaluation.importing.fictional import says_fictional
from evaluation.importing.notices import Notice

ENCODINGS: tuple[str | None, ...] = (None, "WINDOWS-1252", "LATIN1")
_TEXT_ERRORS = ("invalid byte sequence", "unsupported character set", "convert string", "decode")
# Names in a notice before the rest is only counted.
_NAMED_CODES = 6


def read_stat(
    path: Path,
    reader: Callable[..., Any],
    options: Mapping[str, Any],
    encodings: Sequence[str | None] = ENCODINGS,
    *,
    dates: str = "dates-as-stored",
) -> tuple[pd.DataFrame, Any, list[Notice]]:
    """Frame and metadata, with the encodings and the date fallback tried in turn.

    ``dates`` is the code of the notice where dates were kept as numbers.

    Raises
    ------
    EvaluationError
        ``import-damaged`` when the library cannot read the file in any of them.
    """
    import pyreadstat

    notices: list[Notice] = []
    problem: Exception | None = None
    for encoding in encodings:
        given = {**options, "encoding": encoding} if encoding else dict(options)
        try:
            try:
                frame, meta = read_apart(path, reader, **given)
            except OverflowError:
                # A date beyond year 9999: keep all dates as the numbers they are stored as.
                frame, meta = read_apart(path, reader, disable_datetime_conversion=True, **given)
                notices.append(Notice(dates, detail=path.name))
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
            problem = error
            if any(word in str(error).lower() for word in _TEXT_ERRORS):
                continue
            break
        if encoding:
            notices.append(Notice("encoding-guessed", detail=encoding))
        return frame, meta, notices
    raise fail("import-damaged", where=path, found=problem)


def stat_column(values: pd.Series) -> pd.Series:
    """float64, or text as object with None: dates become ISO text, blank strings empty cells."""
    if values.dtype.kind in "iufb":
        return values.astype("float64")
    if values.dtype.kind == "M":
        return pd.Series(
            [None if pd.isna(v) else v.isoformat(sep=" ").removesuffix(" 00:00:00") for v in values], dtype=object
        )
    return pd.Series([_cell(v) for v in values], dtype=object)


def _cell(value: Any) -> str | None:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | int):
        return code_text(value)
    return str(value).strip() or None


def stat_variable(name: str, meta: Any, values: pd.Series, kinds: Mapping[str, Sequence[str]]) -> Variable:
    """A column's label, value labels and missing codes.

    ``kinds`` holds the letters of its special missing values, by column.
    """
    labels = {
        code_text(code): " ".join(str(label).split())
        for code, label in (meta.variable_value_labels.get(name) or {}).items()
    }
    kind: VariableType = "single" if values.dtype.kind == "f" or labels or name in kinds else "open"
    if meta.original_variable_types.get(name) and _is_date(str(meta.original_variable_types[name])):
        kind = "date"
    return Variable(
        name=name,
        label=" ".join((meta.column_names_to_labels.get(name) or "").split()),
        type=kind,
        value_labels=labels,
        missing=frozenset(kinds.get(name, ())),
    )


def _is_date(display: str) -> bool:
    """Whether a display format is one of dates or of dates with times."""
    text = display.upper()
    if text.startswith("%"):
        return text.lstrip("%-").startswith(("TD", "TC", "D"))
    return text.startswith(("DATE", "YYMMDD", "DDMMYY", "MMDDYY", "WEEKDATE", "E8601D"))


def missing_notices(data: pd.DataFrame, variables: Sequence[Variable]) -> list[Notice]:
    """What to tell about special missing values and about labelled codes below zero that stand in the data."""
    notices = []
    special = [v for v in variables if v.missing]
    if special:
        cells = sum(int(data[v.name].isin(v.missing).sum()) for v in special)
        notices.append(Notice("special-missing", detail=first(v.name for v in special), rows=cells))
    found: list[str] = []
    cells = 0
    for variable in variables:
        negative = [code for code in variable.value_labels if code.startswith("-") and code not in variable.missing]
        if not negative:
            continue
        values = data[variable.name]
        texts = values.map(code_text, na_action="ignore") if values.dtype.kind == "f" else values
        hits = int(texts.isin(negative).sum())
        if hits:
            cells += hits
            found.append(variable.name)
    if found:
        notices.append(Notice("negative-codes", detail=first(found), rows=cells))
    return notices


def first(names: Any) -> str:
    """The first few names and how many more there are."""
    listed = list(names)
    rest = f" (+{len(listed) - _NAMED_CODES})" if len(listed) > _NAMED_CODES else ""
    return ", ".join(listed[:_NAMED_CODES]) + rest


def stat_fictional(meta: Any, data: pd.DataFrame, variables: Sequence[Variable]) -> bool:
    """Whether the title, notes, labels or texts of a file say that its data are invented."""
    texts: list[object] = [meta.file_label, *(meta.notes or ()), *(v.label for v in variables)]
    texts += [label for v in variables for label in v.value_labels.values()]
    texts += [value for c in data if data[c].dtype == object for value in data[c].dropna().unique()[:200]]
    return says_fictional(texts)
