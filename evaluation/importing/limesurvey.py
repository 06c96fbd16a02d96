"""LimeSurvey: csv with codes or full texts, VV, and the R and SPSS pairs of data and syntax.

Complete is who has a ``submitdate``; anonymous surveys write 1980-01-01 there, which is as
good as any date. A multiple-choice column is "Y" or empty, and empty says both "not ticked"
and "never shown": it is a no only for who ticked something else in the same question.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.common.errors import fail
from evaluation.importing.export import SurveyExport, Variable, VariableType
from evaluation.importing.limesurvey_syntax import Syntax, find_syntax
from evaluation.importing.notices import Notice
from evaluation.importing.tabular import columns_of, make_export, typed_column
from evaluation.importing.text import TextTable, decode, square, text_column, unique_names

_FIXED = (
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "token",
    "startdate",
    "datestamp",
    "ipaddr",
    "refurl",
)
_DATES = frozenset(("submitdate", "startdate", "datestamp"))
# The first columns with full-text headers, in the languages met: id, date submitted, last page, start language.
_HEADS = {
    ("response id", "date submitted", "last page", "start language"): 4,
    ("respons id", "datum verzonden", "laatste pagina", "begin taal"): 4,
    ("antwort id", "datum abgeschickt", "letzte seite", "start-sprache"): 4,
    ("svar-id", "dato indsendt", "sidste side", "startsprog"): 4,
    ("svar id", "dato indsendt", "sidste side", "startsprog"): 4,
}
# "G1Q1[SQ001]. Stem [item]": code and text in one header.
_CODE_AND_TEXT = re.compile(r"([A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\])*)\.\s+(.+)\Z", re.DOTALL)
_SUB = re.compile(r"(?P<stem>.*\S)\s*\[(?P<item>[^\[\]]+)\]\Z", re.DOTALL)
_TIMING = re.compile(
    r"interviewtime\Z|groupTime\d+\Z|(?:total time|totale tijd|samlet tid|gesamtzeit)\b"
    r"|(?:group time|question time|groep tijd|vraagtijd|gruppezeit|fragenzeit|gruppenzeit|gruppetid|spørgsmålstid)\s*:",
    re.IGNORECASE,
)
_TICKED = frozenset(("y", "yes", "ja", "oui", "sí"))
_OTHER = frozenset(("other", "-oth-", "andet", "andere", "andre", "anden"))
_OTH = "-oth-"
_ANONYMOUS = "1980-01-01"
#: What the VV format writes where a question was not shown.
NOT_SHOWN = "{question_not_shown}"
_DAY_FIRST = re.compile(r"(\d\d)-(\d\d)-(\d{4})(?=\s|\Z)")


def recognises(path: Path, table: TextTable) -> bool:
    """Whether a delimited file is of LimeSurvey: by its fixed columns, or by a syntax file beside it."""
    if is_vv(table):
        return True
    header = [name.strip().casefold() for name in table.rows[0]]
    codes = {name.partition(".")[0] for name in header}
    if "submitdate" in codes and len(codes & set(_FIXED)) >= 3:
        return True
    if tuple(header[:4]) in _HEADS:
        return True
    return find_syntax(path) is not None


def read_limesurvey(path: Path, table: TextTable) -> SurveyExport:
    """A csv alone, or the data file of an R or SPSS pair.

    Raises
    ------
    EvaluationError
        ``import-row-width``; ``import-limesurvey-syntax`` when the syntax beside speaks of
        other columns than the file has.
    """
    if is_vv(table):
        return _read_vv(path, table)
    syntax = find_syntax(path)
    if syntax is not None and not syntax.header:
        return _headless(path, syntax)
    squared = square(table, path)
    header, body = squared.rows[0], [row for row in squared.rows[1:] if any(cell.strip() for cell in row)]
    cells = columns_of(body, len(header))
    if syntax is not None:
        _same_width(path, syntax, len(header))
        return _from_syntax(path, syntax, header, cells, squared.notices)
    return _from_header(path, header, cells, squared.notices)


def is_vv(table: TextTable) -> bool:
    """Whether a file is in LimeSurvey's VV format: texts in the first row, codes in the second."""
    if table.delimiter != "\t" or len(table.rows) < 2:
        return False
    codes = {name.strip().casefold() for name in table.rows[1]}
    return "submitdate" in codes and len(codes & set(_FIXED)) >= 3


def _read_vv(path: Path, table: TextTable) -> SurveyExport:
    """The VV format: questions that were not shown have a mark of their own, and empty means left open.

    The mark stays in the column as a missing code; in a column of ticks it is an empty cell.
    """
    squared = square(table, path)
    names, more = unique_names(squared.rows[1])
    labels = [" ".join(text.split()) for text in squared.rows[0]]
    body = [row for row in squared.rows[2:] if any(cell.strip() for cell in row)]
    cells = columns_of(body, len(names))
    said = [["" if cell.strip() == NOT_SHOWN else cell for cell in column] for column in cells]
    marks = any(cell.strip() == NOT_SHOWN for column in cells for cell in column)
    sets = _multiple_sets(names, said)
    columns: dict[str, pd.Series] = {}
    variables = []
    found = [*squared.notices, *more, Notice("limesurvey-no-syntax", detail=path.name)]
    for name, label, column, told in zip(names, labels, cells, said, strict=True):
        kind = fixed_type(name) or ("system" if _TIMING.match(name) else None)
        if name in sets:
            stem, item = sets[name]
            ticks = [np.nan if cell.strip() == NOT_SHOWN else float(bool(cell.strip())) for cell in column]
            columns[name] = pd.Series(ticks, dtype="float64") if marks else _ticks(told)
            named = {"0": "Ikke valgt", "1": "Valgt"}
            variables.append(Variable(name, label, "multiple", named, set_name=stem, choice=item, not_shown=marks))
            continue
        plain = text_column([_iso(c) for c in told]) if kind == "date" else typed_column(told)
        if kind is not None:
            columns[name] = plain
            variables.append(Variable(name, label, kind))
            continue
        type_: VariableType = "single" if plain.dtype.kind == "f" else "open"
        if NOT_SHOWN in (cell.strip() for cell in column):
            columns[name] = text_column(column)
            variables.append(Variable(name, label, type_, {NOT_SHOWN: "Ikke vist"}, frozenset({NOT_SHOWN})))
            continue
        columns[name] = plain
        variables.append(Variable(name, label, type_))
    if not marks:
        found += _unticked(columns, sets)
    return make_export("limesurvey-vv", (path,), columns, variables, status_by_submitdate(columns, found), found)


def _headless(path: Path, syntax: Syntax) -> SurveyExport:
    """The .dat of an SPSS pair: no header, fields in single quotes."""
    text, _, notices = decode(path.read_bytes(), path)
    body = [row for row in csv.reader(io.StringIO(text, newline=""), quotechar="'", skipinitialspace=True) if row]
    wrong = [(number, len(row)) for number, row in enumerate(body, start=1) if len(row) != len(body[0])]
    if wrong:
        number, fields = wrong[0]
        raise fail("import-row-width", where=f"{path}, row {number}", found=fields, width=len(body[0]), rows=len(wrong))
    width = len(body[0]) if body else 0
    _same_width(path, syntax, width)
    return _from_syntax(path, syntax, [""] * width, columns_of(body, width), notices)


def _same_width(path: Path, syntax: Syntax, columns: int) -> None:
    if syntax.width != columns:
        raise fail("import-limesurvey-syntax", where=syntax.path, found=syntax.width, columns=columns, file=path.name)


def _from_syntax(
    path: Path, syntax: Syntax, header: Sequence[str], cells: Sequence[list[str]], notices: Sequence[Notice]
) -> SurveyExport:
    """Columns renamed and labelled by position; the syntax names no timing columns."""
    named = [syntax.names.get(place) or header[place] for place in range(len(cells))]
    names, more = unique_names(named)
    columns: dict[str, pd.Series] = {}
    variables = []
    others = {name: syntax.labels.get(place, "") for place, name in enumerate(names)}
    for place, (name, column) in enumerate(zip(names, cells, strict=True)):
        labels = {code: label for code, label in syntax.values.get(place, {}).items() if label}
        if labels and _OTH not in labels and any(cell.strip() == _OTH for cell in column):
            labels[_OTH] = _bracketed(others.get(f"{name}_other", "")) or "Other"
        label = syntax.labels.get(place) or " ".join(header[place].split())
        kind = fixed_type(name)
        if kind is None and (place not in syntax.names or _TIMING.match(name)):
            kind = "system"
        values = typed_column([_iso(cell) for cell in column] if syntax.kinds.get(place) == "date" else column)
        if kind == "date" or (syntax.kinds.get(place) == "text" and not labels):
            values = text_column([_iso(c) for c in column] if kind == "date" else column)
        columns[name] = values
        stem, _, option = name.rpartition("_")
        if kind is None and set(syntax.values.get(place, {})) == {"0", "1"} and stem:
            variables.append(Variable(name, label, "multiple", labels, set_name=stem, choice=option))
            continue
        if kind is None:
            kind = "open" if values.dtype.kind != "f" and not labels else "single"
        variables.append(Variable(name, label, kind, labels))
    found = [*notices, *more]
    status = status_by_submitdate(columns, found)
    suffix = "r" if syntax.path.suffix.casefold() == ".r" else "spss"
    return make_export(f"limesurvey-{suffix}", (path, syntax.path), columns, variables, status, found)


def _from_header(
    path: Path, header: Sequence[str], cells: Sequence[list[str]], notices: Sequence[Notice]
) -> SurveyExport:
    """A csv by itself: codes, full texts or both in the header; labels are not known."""
    split = [_CODE_AND_TEXT.match(name) for name in header]
    both = all(split[place] for place, name in enumerate(header) if name.strip() and not _TIMING.match(name))
    full = tuple(name.strip().casefold() for name in header[:4]) in _HEADS
    raw = [m.group(1) if both and m else name for m, name in zip(split, header, strict=True)]
    if full:
        raw[:4] = _FIXED[:4]
    labels = [m.group(2) if both and m else (name if full else "") for m, name in zip(split, header, strict=True)]
    names, more = unique_names(raw)
    sets = _multiple_sets(names, cells)
    found = [*notices, *more, Notice("limesurvey-no-syntax", detail=path.name)]
    columns: dict[str, pd.Series] = {}
    variables = []
    timing = False
    for name, label, column in zip(names, labels, cells, strict=True):
        timing = timing or _TIMING.match(name) is not None
        sub = _SUB.match(name)
        label = " ".join(label.split())
        if name in sets:
            stem, item = sets[name]
            columns[name] = _ticks(column)
            ticks = {"0": "Ikke valgt", "1": "Valgt"}
            variables.append(Variable(name, label, "multiple", ticks, set_name=stem, choice=item))
            continue
        kind = fixed_type(name) or ("system" if timing else None)
        columns[name] = text_column([_iso(c) for c in column]) if kind == "date" else typed_column(column)
        if kind is None:
            other = sub is not None and sub.group("item").casefold() in _OTHER
            kind = "open" if other or columns[name].dtype.kind != "f" else "single"
        variables.append(Variable(name, label, kind))
    found += _unticked(columns, sets)
    return make_export("limesurvey-csv", (path,), columns, variables, status_by_submitdate(columns, found), found)


def _bracketed(label: str) -> str:
    """What the survey calls its own "other", from the label "[Andet] Hvad er din stilling?"."""
    return label[1:].partition("]")[0].strip() if label.startswith("[") else ""


def fixed_type(name: str) -> VariableType | None:
    """Type of a column that LimeSurvey itself fills; None for a question."""
    lower = name.casefold()
    return "date" if lower in _DATES else "system" if lower in _FIXED else None


def _iso(cell: str) -> str:
    """dd-mm-yyyy, as LimeSurvey writes for SPSS, turned into yyyy-mm-dd."""
    return _DAY_FIRST.sub(r"\3-\2-\1", cell.strip())


def _multiple_sets(names: Sequence[str], cells: Sequence[list[str]]) -> dict[str, tuple[str, str]]:
    """Question and option of each multiple-choice column: sub-questions that hold nothing but a tick."""
    groups: dict[str, list[tuple[str, str, set[str]]]] = {}
    for name, column in zip(names, cells, strict=True):
        sub = _SUB.match(name)
        if sub is None or sub.group("item").casefold() in _OTHER or sub.group("item").endswith("comment"):
            continue
        values = {cell.strip().casefold() for cell in column if cell.strip()}
        groups.setdefault(sub.group("stem"), []).append((name, sub.group("item"), values))
    sets: dict[str, tuple[str, str]] = {}
    for stem, options in groups.items():
        seen = set().union(*(values for _, _, values in options))
        # A single box stays as it is: nobody could be said to have left it empty.
        if len(options) > 1 and len(seen) == 1 and seen <= _TICKED:
            sets |= {name: (stem, item) for name, item, _ in options}
    return sets


def _ticks(cells: Sequence[str]) -> pd.Series:
    return pd.Series([1.0 if cell.strip() else np.nan for cell in cells], dtype="float64")


def _unticked(columns: dict[str, pd.Series], sets: Mapping[str, tuple[str, str]]) -> list[Notice]:
    """0 for the other options of who ticked one; who ticked none stays empty, and is told."""
    notices = []
    for stem in dict.fromkeys(stem for stem, _ in sets.values()):
        members = [name for name, (of, _) in sets.items() if of == stem]
        seen = pd.concat([columns[name] for name in members], axis=1).notna().any(axis=1)
        for other in columns:
            sub = _SUB.match(other)
            if sub is not None and sub.group("stem") == stem and sub.group("item").casefold() in _OTHER:
                seen |= columns[other].notna()
        for name in members:
            columns[name] = columns[name].where(columns[name].notna() | ~seen, 0.0)
        if (~seen).any():
            notices.append(Notice("multiple-none-ticked", variable=stem, rows=int((~seen).sum())))
    return notices


def status_by_submitdate(columns: Mapping[str, pd.Series], notices: list[Notice]) -> pd.Series | None:
    """Completed where there is a date of submission; the notices tell of dates that are none."""
    column = next((values for name, values in columns.items() if name.casefold() == "submitdate"), None)
    if column is None:
        notices.append(Notice("no-status"))
        return None
    filled = column.notna()
    anonymous = int(column[filled].astype(str).str.startswith(_ANONYMOUS).sum())
    if anonymous:
        notices.append(Notice("submitdate-anonymous", rows=anonymous))
    return pd.Series(np.where(filled, "completed", "partial"), index=column.index, dtype=object)
