"""SurveyXact: dataset, structure, labels and variables as csv files, or as sheets of one workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.common.errors import fail
from evaluation.common.files import hash_bytes, hash_file
from evaluation.importing.export import SurveyExport, Variable
from evaluation.importing.fictional import says_fictional
from evaluation.importing.notices import Notice
from evaluation.importing.surveyxact_parts import (
    Rows,
    is_structure_header,
    make_variable,
    match_entries,
    others,
    read_descriptions,
    read_labels,
    read_structure,
    row_status,
    status_columns,
)
from evaluation.importing.text import (
    TextTable,
    number_column,
    read_table,
    square,
    text_column,
    unique_names,
    writes_decimal_commas,
)

_FORMATS = {";": "surveyxact-eu", "\t": "surveyxact-intl", ",": "surveyxact-comma"}
_LANGUAGES = ("_da", "", "_en")
_LABEL_FIELDS = 3
# A status set without its structure, in short and long names.
_STATUS = re.compile(r"stato(?:verall)?_4\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Triple:
    """The files of one export; all but the dataset may be missing."""

    dataset: Path
    structure: Path | None
    labels: Path | None
    variables: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Those that are there, dataset first."""
        return tuple(path for path in self._all if path is not None)

    @property
    def _all(self) -> tuple[Path | None, ...]:
        return (self.dataset, self.structure, self.labels, self.variables)


def find_triple(path: Path) -> Triple:
    """Structure and labels that lie beside a dataset file.

    ``x_dataset_y.csv`` goes with ``x_structure_y.csv``; failing that with the only,
    Danish or English ``structure*.csv`` of the folder, labels in the same language.
    """
    siblings = {p.name.casefold(): p for p in sorted(path.parent.iterdir()) if p.is_file() and p != path}
    name = path.name.casefold()

    def beside(part: str, suffix: str | None = None) -> Path | None:
        if "dataset" in name and name.replace("dataset", part) in siblings:
            return siblings[name.replace("dataset", part)]
        ending = path.suffix.casefold()
        known = [part + s + ending for s in ((suffix,) if suffix is not None else _LANGUAGES)]
        hits = [siblings[k] for k in known if k in siblings]
        others = [p for k, p in siblings.items() if k.startswith(part) and k.endswith(ending)]
        return next(iter(hits), others[0] if len(others) == 1 else None)

    structure = beside("structure")
    suffix = structure.stem.casefold().removeprefix("structure") if structure is not None else None
    labels = beside("labels", suffix) or beside("labels")
    variables = beside("variables", suffix) or beside("variables")
    # A file of that name beside any dataset may be anybody's: only beside a labels or a structure is it a fourth table.
    return Triple(path, structure, labels, variables if structure is not None or labels is not None else None)


def recognises(path: Path, header: Sequence[str]) -> bool:
    """Whether a delimited file with this header is the dataset of a SurveyXact export."""
    if any(_STATUS.match(name.strip()) for name in header):
        return True
    structure = find_triple(path).structure
    if structure is None:
        return False
    rows = read_table(structure).rows
    return bool(rows) and is_structure_header(rows[0])


def read_csv_triple(path: Path, dataset: TextTable) -> SurveyExport:
    """An export whose dataset file is ``path``, already split into rows.

    Raises
    ------
    EvaluationError
        ``import-labels-given``, or when a file of the triple cannot be read as a table.
    """
    triple = find_triple(path)
    notices = list(dataset.notices)
    parts: dict[str, Rows] = {}
    for name, part in (("structure", triple.structure), ("labels", triple.labels)):
        if part is None:
            notices.append(Notice(f"no-{name}", detail=path.name))
            continue
        table = read_table(part)
        notices += table.notices
        parts[name] = table.rows
    if triple.variables is not None:
        parts["variables"] = read_table(triple.variables).rows
    if _is_labels(dataset.rows, parts.get("structure", ())):
        raise fail("import-labels-given", where=path)
    squared = square(TextTable(dataset.rows, dataset.encoding, dataset.delimiter), path)
    notices += squared.notices
    digests = [hash_file(part) for part in triple.files]
    return assemble(
        squared.rows,
        parts.get("structure", ()),
        parts.get("labels", ()),
        variables=parts.get("variables", ()),
        format_name=_FORMATS.get(dataset.delimiter, "surveyxact-csv"),
        files=triple.files,
        sha256=hash_bytes("\n".join(digests).encode()),
        notices=notices,
    )


def _is_labels(rows: Rows, structure: Rows) -> bool:
    """Whether the file given is the export's labels: its first column names variables, row after row."""
    if not structure or any(len(row) < _LABEL_FIELDS for row in rows[:1]):
        return False
    names = {entry.name for entry in read_structure(structure)}
    return len(rows) > 1 and sum(bool(row) and row[0].strip() in names for row in rows) * 2 > len(rows)


def assemble(
    rows: Rows,
    structure: Rows,
    labels: Rows,
    *,
    variables: Rows = (),
    format_name: str,
    files: tuple[Path, ...],
    sha256: str,
    notices: Sequence[Notice] = (),
) -> SurveyExport:
    """Dataset, structure, labels and variables, as rows of text, made one export.

    Raises
    ------
    EvaluationError
        ``import-structure`` when the structure is of another survey.
    """
    names, found_notices = unique_names(rows[0])
    told = [*notices, *found_notices]
    entries = read_structure(structure) if structure else ()
    found = match_entries(names, entries)
    if structure and len(found) * 2 < len(names):
        raise fail("import-structure", where=files[0], found=len(found), columns=len(names))
    by_variable = read_labels(labels)
    about = others(entries)
    made = []
    for name in names:
        short = found[name].name if name in found else name
        known = by_variable.get(name, by_variable.get(short, {}))
        made.append(make_variable(name, found.get(name), known, about.get(short.casefold(), "")))
    described = _described(made, read_descriptions(variables))
    cells = [list(column) for column in zip(*rows[1:], strict=True)] or [[] for _ in names]
    data, typed = _typed(described, cells)
    # Without a structure a column of text with no labels is an open question.
    described = [
        replace(v, type="open") if v.name not in found and v.type == "single" and _is_open(v, data[v.name]) else v
        for v in described
    ]
    told += typed
    columns = status_columns(names, found)
    status = None
    if columns:
        status, more = row_status(data, columns)
        told += more
        data = _empty_unseen(data, described, status)
    else:
        told.append(Notice("no-status"))
    texts = [v.label for v in described] + [t for found in by_variable.values() for t in found.values()]
    texts += [str(value) for v in described if v.type == "open" for value in data[v.name].dropna().unique()[:200]]
    return SurveyExport(
        format=format_name,
        files=files,
        sha256=sha256,
        data=data,
        variables=tuple(described),
        status=status,
        fictional=says_fictional(texts),
        warnings=tuple(told),
    )


def _described(variables: Sequence[Variable], texts: Mapping[str, str]) -> list[Variable]:
    """Labels from the fourth table where the structure has none; the longer text wins, as one of them may be cut."""
    described = []
    for variable in variables:
        text = texts.get(variable.name.casefold(), "")
        longer = len(text) > len(variable.label) and (not variable.label or text.startswith(variable.label))
        described.append(replace(variable, label=text) if longer else variable)
    return described


def _is_open(variable: Variable, column: pd.Series) -> bool:
    return not variable.value_labels and column.dtype == object


def _typed(variables: Sequence[Variable], cells: Sequence[list[str]]) -> tuple[pd.DataFrame, list[Notice]]:
    """Columns as numbers or text: text questions stay text, codes and numbers become float64."""
    numeric = [c for v, c in zip(variables, cells, strict=True) if v.type != "open"]
    comma = writes_decimal_commas(numeric)
    columns: dict[str, pd.Series] = {}
    notices = []
    for variable, column in zip(variables, cells, strict=True):
        number = None if variable.type in ("open", "date") else number_column(column, comma)
        if number is None and variable.type in ("number", "multiple"):
            notices.append(Notice("not-numeric", variable=variable.name))
        columns[variable.name] = text_column(column) if number is None else number
    return pd.DataFrame(columns), notices


def _empty_unseen(data: pd.DataFrame, variables: Sequence[Variable], status: pd.Series) -> pd.DataFrame:
    """Multiple-choice columns emptied for everybody who never answered anything.

    SurveyXact writes 0 there, so that shares would have all invited as their base.
    """
    unseen = ~status.isin(["completed", "partial"])
    names = [v.name for v in variables if v.type == "multiple" and data[v.name].dtype.kind == "f"]
    if names and unseen.any():
        data.loc[unseen, names] = np.nan
    return data
