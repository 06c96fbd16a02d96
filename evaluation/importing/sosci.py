"""SoSci Survey: tab-separated data, with the labels of the R script that belongs to them.

The file holds tests among the interviews (``MODE``); missing answers are negative codes, a
multiple-choice column is 1 for not ticked and 2 for ticked. Labels stand in the import
script alone; it is searched for its statements and never run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from evaluation.common.errors import EvaluationError
from evaluation.importing import spss_syntax
from evaluation.importing.codes import code_column
from evaluation.importing.export import SurveyExport, Variable, VariableType
from evaluation.importing.limesurvey_syntax import r_string, r_vector
from evaluation.importing.notices import Notice
from evaluation.importing.tabular import columns_of, make_export, typed_column
from evaluation.importing.text import TextTable, decode, square, text_column, unique_names

_NEEDED = frozenset(("QUESTNNR", "MODE"))
_ONE_OF = frozenset(("CASE", "STARTED", "FINISHED", "LASTDATA"))
_SYSTEM = frozenset(
    (
        *("CASE", "SERIAL", "REF", "QUESTNNR", "MODE", "LANGUAGE", "TIME_SUM", "FINISHED", "Q_VIEWER", "LASTPAGE"),
        *("MAXPAGE", "MISSING", "MISSREL", "TIME_RSI", "DEG_TIME", "MAILSENT"),
    )
)
_DATES = frozenset(("STARTED", "LASTDATA"))
_PAGE_TIME = re.compile(r"TIME\d{3}\Z")
_REAL = "interview"
#: Codes that are no answers: -9 is documented, -1 is the option that avoids the question, -2 a second one.
MISSING: Mapping[str, str] = {"-9": "Not answered", "-1": "Don't know", "-2": ""}
_TICKS = {"1": "Not checked", "2": "Checked"}
_OPTION = re.compile(r"(?P<stem>[A-Z]{2}\d{2}|[A-Z]\d{3})_(?P<item>\d{2,3})\Z")
_LARGEST = 16 * 1024**2

_STRING = r'"(?:[^"\\]|\\.)*"'
_ITEM = r"(?:\"(?:[^\"\\]|\\.)*\"|[^\"'(),\s]+)"
_VECTOR = rf"\s*(?:{_ITEM}(?:\s*,\s*{_ITEM})*)?\s*"
_STATEMENT = re.compile(
    r"(?P<comment>\#[^\n]*)"
    rf"|factor\(\s*\w+\$(?P<at>\w+)\s*,\s*levels\s*=\s*c\((?P<levels>{_VECTOR})\)"
    rf"\s*,\s*labels\s*=\s*c\((?P<labels>{_VECTOR})\)"
    rf"|attr\(\s*\w+\$(?P<end_at>\w+)\s*,\s*(?P<code>{_STRING})\s*\)\s*(?:<-|=)\s*(?P<end>{_STRING})"
    rf"|comment\(\s*\w+\$(?P<text_at>\w+)\s*\)\s*(?:<-|=)\s*(?P<text>{_STRING})"
    rf"|{_STRING}",
    re.DOTALL,
)


@dataclass(slots=True)
class Script:
    """Labels of variables and of their values, by variable."""

    path: Path
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)


def recognises(path: Path, table: TextTable) -> bool:
    """Whether a delimited file has the columns that SoSci adds to every download."""
    names = {name.strip() for name in table.rows[0]}
    return names >= _NEEDED and bool(names & _ONE_OF)


def read_sosci(path: Path, table: TextTable) -> SurveyExport:
    """A SoSci download; tests stay in the data with the status ``rejected``.

    Raises
    ------
    EvaluationError
        ``import-row-width``.
    """
    squared = square(table, path)
    names, notices = unique_names(squared.rows[0])
    body = [row for row in squared.rows[1:] if any(cell.strip() for cell in row)]
    headings: dict[str, str] = {}
    if body and _is_label_row(names, body[0]):
        headings = {name: " ".join(cell.split()) for name, cell in zip(names, body[0], strict=True)}
        body = body[1:]
    script = find_script(path, names)
    told = [*squared.notices, *notices]
    if script is None:
        told.append(Notice("sosci-no-script", detail=path.name))
    columns: dict[str, pd.Series] = {}
    variables: list[Variable] = []
    for name, column in zip(names, columns_of(body, len(names)), strict=True):
        kind = _own_type(name)
        columns[name] = text_column(column) if kind == "date" else typed_column(column)
        variables.append(_variable(name, kind, columns[name], headings, script))
    variables = _multiple(columns, variables)
    status, more = _status(columns)
    told += more
    cells = sum(int(code_column(columns[v.name]).isin(v.missing).sum()) for v in variables if v.missing)
    if cells:
        told.append(Notice("sosci-missing", rows=cells))
    files = (path,) if script is None else (path, script.path)
    return make_export("sosci", files, columns, variables, status, told)


def _is_label_row(names: Sequence[str], row: Sequence[str]) -> bool:
    """Whether the row under the names holds their labels: its case number and its mode are none."""
    cell = dict(zip(names, (value.strip() for value in row), strict=True))
    case = cell.get("CASE", "")
    return bool(case) and not case.isdigit() and " " in cell["MODE"] + case


def _own_type(name: str) -> VariableType | None:
    if name in _DATES:
        return "date"
    return "system" if name in _SYSTEM or _PAGE_TIME.match(name) else None


def _variable(
    name: str, kind: VariableType | None, values: pd.Series, headings: Mapping[str, str], script: Script | None
) -> Variable:
    """Metadata of one column; the negative codes that stand in it are missing and carry their meaning."""
    label = (script.labels.get(name, "") if script else "") or headings.get(name, "")
    labels = dict(script.values.get(name, {})) if script and kind is None else {}
    missing: frozenset[str] = frozenset()
    if kind is None and (values.dtype.kind == "f" or labels):
        present = set(code_column(values).dropna().unique())
        missing = frozenset(MISSING.keys() & (present | labels.keys()))
        for code in sorted(missing):
            meant = labels.get(code, "").removeprefix("[NA]").strip() or MISSING[code]
            if meant:
                labels[code] = meant
    if kind is None:
        kind = "single" if values.dtype.kind == "f" or labels else "open"
    return Variable(name, label, kind, labels, missing)


def _multiple(columns: Mapping[str, pd.Series], variables: Sequence[Variable]) -> list[Variable]:
    """Columns of 1 and 2 whose question's own column counts the twos, or that the script calls ticks."""
    by_stem: dict[str, list[Variable]] = {}
    for variable in variables:
        found = _OPTION.match(variable.name)
        if found is not None and variable.type == "single":
            by_stem.setdefault(found.group("stem"), []).append(variable)
    options: dict[str, str] = {}
    for stem, members in by_stem.items():
        ticks = [v for v in members if _holds_ticks(columns[v.name])]
        if not ticks:
            continue
        if stem in columns and columns[stem].dtype.kind == "f":
            counted = sum((columns[v.name] == 2).astype(float) for v in ticks)
            # Below zero the column of the question holds the option that avoids it.
            known = columns[stem].notna() & (columns[stem] >= 0)
            if known.any() and bool((columns[stem][known] == counted[known]).all()):
                options |= {v.name: stem for v in ticks}
                continue
        options |= {v.name: stem for v in ticks if set(v.value_labels) & {"F", "T"}}
    result = []
    for variable in variables:
        stem = options.get(variable.name, "")
        if not stem:
            result.append(variable)
            continue
        named = {"1": variable.value_labels.get("F", ""), "2": variable.value_labels.get("T", "")}
        labels = {code: named[code] or label for code, label in _TICKS.items()}
        labels |= {code: variable.value_labels[code] for code in variable.missing if code in variable.value_labels}
        choice = variable.name.rpartition("_")[2].lstrip("0")
        result.append(
            Variable(variable.name, variable.label, "multiple", labels, variable.missing, set_name=stem, choice=choice)
        )
    return result


def _holds_ticks(values: pd.Series) -> bool:
    codes = set(code_column(values).dropna().unique())
    return bool(codes & {"1", "2"}) and codes <= {"1", "2", *MISSING}


def _status(columns: Mapping[str, pd.Series]) -> tuple[pd.Series, list[Notice]]:
    """Tests rejected; interviews completed or partial by ``FINISHED``, unknown without it."""
    notices = []
    mode = columns["MODE"].astype(object).map(lambda v: str(v).strip().casefold() if isinstance(v, str) else "")
    status = pd.Series([None] * len(mode), index=mode.index, dtype=object)
    finished = code_column(columns["FINISHED"]) if "FINISHED" in columns else status
    status[finished.isin(("1", "TRUE", "T"))] = "completed"
    status[finished.isin(("0", "FALSE", "F"))] = "partial"
    tests = mode != _REAL
    status[tests] = "rejected"
    if tests.any():
        kinds = ", ".join(f"{name or '?'}: {count}" for name, count in mode[tests].value_counts().items())
        notices.append(Notice("sosci-tests", detail=kinds, rows=int(tests.sum())))
    unknown = int(status.isna().sum())
    if unknown:
        notices.append(Notice("status-none", rows=unknown))
    return status, notices


def find_script(path: Path, names: Sequence[str]) -> Script | None:
    """The script beside the data, for R or SPSS, that labels most of its variables, and half of those it names."""
    best: Script | None = None
    for candidate in sorted(path.parent.iterdir()):
        if (
            candidate.suffix.casefold() not in (".r", ".sps")
            or not candidate.is_file()
            or candidate.stat().st_size > _LARGEST
        ):
            continue
        try:
            text, _, _ = decode(candidate.read_bytes(), candidate)
        except EvaluationError:
            continue
        script = read_script(candidate, text)
        if candidate.suffix.casefold() == ".sps":
            syntax = spss_syntax.read_syntax(candidate)
            script = Script(candidate, syntax.labels, syntax.values)
        known = len(script.labels.keys() & set(names))
        if known * 2 < len(script.labels) or not known:
            continue
        if best is None or known > len(best.labels.keys() & set(names)):
            best = script
    return best


def read_script(path: Path, text: str) -> Script:
    """Labels from the text of an import script for R."""
    script = Script(path)
    for found in _STATEMENT.finditer(text):
        part = found.groupdict()
        if part["at"]:
            pairs = zip(r_vector(part["levels"]), r_vector(part["labels"]), strict=False)
            script.values.setdefault(part["at"], {}).update((code, " ".join(label.split())) for code, label in pairs)
        elif part["end_at"]:
            script.values.setdefault(part["end_at"], {})[r_string(part["code"])] = " ".join(
                r_string(part["end"]).split()
            )
        elif part["text_at"]:
            script.labels[part["text_at"]] = " ".join(r_string(part["text"]).split())
    return script
