"""REDCap: csv with raw codes or labels, and the data dictionary beside it.

A row is a record, an event of a record or a repeat of an instrument; the fields of other
forms are blank there, and are never filled from other rows. A checkbox is 0 also where it
was never shown: it is emptied where its form was not touched or its condition was not met.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.common.errors import fail
from evaluation.importing.codes import code_column
from evaluation.importing.export import SurveyExport, Variable, VariableType
from evaluation.importing.notices import Notice
from evaluation.importing.redcap_dictionary import Field, find_dictionary, is_dictionary
from evaluation.importing.tabular import columns_of, make_export, typed_column
from evaluation.importing.text import TextTable, square, text_column, unique_names

_OWN = frozenset(
    (
        *("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
        *("redcap_survey_identifier", "redcap_data_access_group"),
    )
)
_COMPLETE = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
_COMPLETE_CODES = {label.casefold(): code for code, label in _COMPLETE.items()} | {code: code for code in _COMPLETE}
_TICKS = {"0": "Unchecked", "1": "Checked"}
_NOT_COMPLETED = "[not completed]"
_CONDITION = re.compile(r"\[(\w+)(?:\((-?\w+)\))?\]\s*(=|<>|!=)\s*(?:'([^']*)'|\"([^\"]*)\"|(-?[\w.]+))\Z")


def recognises(path: Path, table: TextTable) -> bool:
    """Whether a delimited file is a REDCap export or its dictionary.

    By REDCap's own columns; or by forms marked complete, together with checkbox columns,
    the usual record id or a dictionary beside the file.
    """
    header = [name.strip() for name in table.rows[0]]
    if is_dictionary(header) or _OWN & set(header):
        return True
    marks = [place for place, name in enumerate(header) if name.endswith("_complete")]
    if not any(_is_mark([row[p] for row in table.rows[1:] if len(row) > p]) for p in marks):
        return False
    if header[0] == "record_id" or any("___" in name for name in header):
        return True
    return find_dictionary(path, header) is not None


def _is_mark(cells: Sequence[str]) -> bool:
    filled = {cell.strip().casefold() for cell in cells if cell.strip()}
    return bool(filled) and filled <= _COMPLETE_CODES.keys()


def read_redcap(path: Path, table: TextTable) -> SurveyExport:
    """A REDCap export, with labels where its dictionary lies beside it.

    Raises
    ------
    EvaluationError
        ``import-redcap-dictionary-given`` when the file is the dictionary itself;
        ``import-row-width``.
    """
    if is_dictionary(table.rows[0]):
        raise fail("import-redcap-dictionary-given", where=path)
    squared = square(table, path)
    names, notices = unique_names(squared.rows[0])
    body = [row for row in squared.rows[1:] if any(cell.strip() for cell in row)]
    cells = columns_of(body, len(names))
    found = find_dictionary(path, names)
    fields: Mapping[str, Field] = found[1] if found else {}
    told = [*squared.notices, *notices]
    if found is None:
        told.append(Notice("redcap-no-dictionary", detail=path.name))
    columns: dict[str, pd.Series] = {}
    variables = []
    for place, (name, column) in enumerate(zip(names, cells, strict=True)):
        variable = _variable(name, fields, first=place == 0)
        if variable.type == "multiple":
            values = _ticks(column)
        elif variable.type in ("open", "date") or name.endswith("_timestamp"):
            values = text_column(column)
        else:
            values = typed_column(column)
            # A column of texts without a dictionary: open, not a closed question.
            if not fields and values.dtype.kind != "f" and variable.type == "single":
                variable = Variable(name, variable.label, "open")
        columns[name] = values
        variables.append(variable)
    forms = _forms(names)
    status, more = _status(columns, forms, names)
    told += more
    told += _unseen(columns, variables, forms, fields)
    told += _remarks(columns, variables, names, fields)
    files = (path,) if found is None else (path, found[0])
    return make_export("redcap", files, columns, variables, status, told)


def _variable(name: str, fields: Mapping[str, Field], *, first: bool) -> Variable:
    """A column's metadata from its name and the dictionary."""
    stem, bars, suffix = name.partition("___")
    asked = fields.get(stem if bars else name)
    if name in _OWN or first:
        return Variable(name, asked.label if asked else "", "system")
    if bars:
        option, label = _option(asked, suffix)
        question = asked.label if asked else ""
        return Variable(
            name, f"{question} - {label}" if label else question, "multiple", _TICKS, set_name=stem, choice=option
        )
    if asked is None:
        if name.endswith("_complete"):
            return Variable(name, type="system", value_labels=_COMPLETE)
        if name.endswith("_timestamp"):
            return Variable(name, type="system", missing=frozenset((_NOT_COMPLETED,)))
        return Variable(name)
    return Variable(name, asked.label, _type(asked), dict(asked.choices))


def _option(asked: Field | None, suffix: str) -> tuple[str, str]:
    """Code and label of a checkbox; REDCap writes the code in small letters and a minus as a line."""
    if asked is not None:
        for code, label in asked.choices:
            if code.casefold().replace("-", "_") == suffix.casefold():
                return code, label
    return (f"-{suffix[1:]}" if suffix.startswith("_") and suffix[1:].isdigit() else suffix), ""


def _type(asked: Field) -> VariableType:
    if asked.validation.startswith(("date_", "datetime_")):
        return "date"
    if asked.type in ("calc", "slider") or asked.validation.startswith(("number", "integer")):
        return "number"
    return "single" if asked.choices else "open"


def _ticks(cells: Sequence[str]) -> pd.Series:
    """0 and 1, also where the export holds labels."""
    codes = {"unchecked": 0.0, "checked": 1.0, "0": 0.0, "1": 1.0}
    return pd.Series([codes.get(cell.strip().casefold(), np.nan) for cell in cells], dtype="float64")


def _forms(names: Sequence[str]) -> dict[str, list[str]]:
    """Columns of each form by the name of its mark: REDCap writes the mark as the form's last column."""
    forms: dict[str, list[str]] = {}
    current: list[str] = []
    for name in names[1:]:
        if name in _OWN:
            continue
        if name.endswith("_complete"):
            forms[name] = current
            current = []
        else:
            current.append(name)
    return forms


def _touched(columns: Mapping[str, pd.Series], members: Sequence[str]) -> pd.Series:
    """Rows in which some field of a form is filled or some box of it ticked."""
    index = next(iter(columns.values())).index
    touched = pd.Series(False, index=index)
    for name in members:
        touched |= columns[name] == 1 if "___" in name else columns[name].notna()
    return touched


def _status(
    columns: Mapping[str, pd.Series], forms: Mapping[str, list[str]], names: Sequence[str]
) -> tuple[pd.Series | None, list[Notice]]:
    """Completed where every form of the row is marked complete; not opened where none is marked or touched."""
    marks = {
        mark: code_column(columns[mark]).map(lambda v: _COMPLETE_CODES.get(str(v).casefold()) if v else None)
        for mark in forms
    }
    if not marks:
        return None, [Notice("no-status")]
    if not any((mark == "2").any() for mark in marks.values()):
        return None, [Notice("redcap-marks-unused")]
    index = columns[names[0]].index
    shown = pd.Series(False, index=index)
    complete = pd.Series(True, index=index)
    begun = pd.Series(False, index=index)
    for name, mark in marks.items():
        shown |= mark.notna()
        complete &= mark.isna() | (mark == "2")
        begun |= mark.isin(("1", "2")) | _touched(columns, forms[name])
    status = pd.Series("not_opened", index=index, dtype=object)
    status[begun] = "partial"
    status[shown & complete] = "completed"
    return status, []


def _unseen(
    columns: dict[str, pd.Series],
    variables: Sequence[Variable],
    forms: Mapping[str, list[str]],
    fields: Mapping[str, Field],
) -> list[Notice]:
    """Boxes emptied where nobody can have seen them: form not touched, or condition not met."""
    sets: dict[str, list[str]] = {}
    for variable in variables:
        if variable.type == "multiple":
            sets.setdefault(variable.set_name, []).append(variable.name)
    notices, emptied, open_question = [], 0, []
    for stem, members in sets.items():
        ticked = pd.concat([columns[name] for name in members], axis=1).eq(1).any(axis=1)
        filled = pd.concat([columns[name] for name in members], axis=1).notna().any(axis=1)
        form = next((m for m in forms.values() if members[0] in m), members)
        unseen = ~_touched(columns, form)
        asked = fields.get(stem)
        if asked is not None and asked.branching:
            met = _condition(asked.branching, columns, fields)
            # A condition too involved to follow: who ticked nothing may never have seen it.
            unseen |= ~ticked if met is None else ~met
        unseen &= ~ticked & filled
        emptied += int(unseen.sum())
        for name in members:
            columns[name] = columns[name].mask(unseen)
        if (filled & ~ticked & ~unseen).any():
            open_question.append(stem)
    if emptied:
        notices.append(Notice("redcap-boxes-unseen", rows=emptied))
    if open_question:
        notices.append(Notice("redcap-none-ticked", variable=", ".join(open_question[:6]), rows=len(open_question)))
    return notices


def _condition(logic: str, columns: Mapping[str, pd.Series], fields: Mapping[str, Field]) -> pd.Series | None:
    """Rows that meet a condition made of plain comparisons joined by ``and`` or by ``or``; None for others."""
    words = re.split(r"\s+(and|or)\s+", logic.strip(), flags=re.IGNORECASE)
    joins = {word.casefold() for word in words[1::2]}
    if len(joins) > 1:
        return None
    result: pd.Series | None = None
    for text in words[::2]:
        found = _CONDITION.match(text.strip())
        if found is None:
            return None
        name = found.group(1) if found.group(2) is None else f"{found.group(1)}___{found.group(2)}".replace("-", "_")
        if name not in columns:
            return None
        wanted = next(part for part in found.groups()[3:] if part is not None)
        # An export with labels holds the wording of the code that the condition names.
        wording = dict(fields[name].choices).get(wanted, wanted) if name in fields else wanted
        equal = code_column(columns[name]).fillna("").isin((wanted, wording))
        met = equal if found.group(3) == "=" else ~equal
        result = met if result is None else (result & met if joins == {"and"} else result | met)
    return result


def _remarks(
    columns: Mapping[str, pd.Series], variables: Sequence[Variable], names: Sequence[str], fields: Mapping[str, Field]
) -> list[Notice]:
    """Several rows of a record, codes that the dictionary lacks, fields marked as identifying."""
    notices = []
    several = int(columns[names[0]].duplicated().sum())
    if several:
        notices.append(Notice("redcap-several-rows", variable=names[0], rows=several))
    for variable in variables:
        if variable.type != "single" or not variable.value_labels:
            continue
        codes = code_column(columns[variable.name]).dropna()
        known = {*variable.value_labels, *variable.value_labels.values()}
        unlisted = [code for code in codes.unique() if code not in known]
        if unlisted:
            hits = int(codes.isin(unlisted).sum())
            notices.append(Notice("redcap-unlisted", variable=variable.name, detail=", ".join(unlisted[:6]), rows=hits))
    personal = [name for name in names if name in fields and fields[name].identifier]
    if personal:
        notices.append(Notice("redcap-identifiers", variable=", ".join(personal), rows=len(personal)))
    return notices
