"""The only objects presentation and reporting accept: what has passed the gate.

Imports nothing but ``common``, so that the import contract holds for indirect imports too.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from evaluation.common import table
from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.files import write_atomic

TABLES: Mapping[str, tuple[str, ...]] = table.PUBLISHED
#: Columns that hold text (``""`` where there is none).
TEXT = table.TEXT
#: Columns that hold True or False.
FLAGS = frozenset({"suppressed", "hidden"})
_COUNTS = (
    "invited_before invited_after n_before n_after n_paired clusters family_size n count n_base invited answered "
    "completed partial asked items units bootstrap_draws "
    "n_group n_against clusters_group clusters_against waves_before raters df_num "
    "unplaced rounds"
)
#: Columns that hold whole numbers: float64 with NaN in memory, written without a decimal point.
COUNTS = frozenset(_COUNTS.split())
META = "meta.json"


@dataclass(frozen=True, slots=True)
class Published:
    """Tables that are safe to show.

    ``meta`` holds what the report says about its basis (no run id, no time of day):
    ``fictional`` (bool), ``threshold``, ``rule_version``, ``sources`` (one mapping a file:
    survey, wave, file name, format, sha256, rows), ``imports`` (import reports as plain
    mappings), ``plan_sha256``, ``versions``, ``notes`` (one mapping a thing that cannot be
    shown: ``code`` and its parameters; the words come later).
    """

    estimates: pd.DataFrame
    levels: pd.DataFrame
    distributions: pd.DataFrame
    response: pd.DataFrame
    perceived: pd.DataFrame
    scales: pd.DataFrame
    record: pd.DataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)
    indicators: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(table.INDICATORS)))
    attrition: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(table.ATTRITION)))
    comparisons: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(table.COMPARISONS)))
    trends: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(table.TRENDS)))
    weighting: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(table.WEIGHTING)))
    nonresponse: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(table.NONRESPONSE)))

    @property
    def fictional(self) -> bool:
        """Whether the data say of themselves that they are invented."""
        return bool(self.meta.get("fictional", False))


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with exactly the columns and types of published table ``name``: text, bool or float64."""
    if not len(frame) and set(TABLES[name]) <= set(frame.columns):
        return _nothing(name).copy()
    return _conformed(name, frame)


@lru_cache(maxsize=64)
def _nothing(name: str) -> pd.DataFrame:
    """Return table ``name`` without rows; made once, because most workspaces have several."""
    return _conformed(name, pd.DataFrame(columns=list(TABLES[name])))


def _conformed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    made: dict[str, pd.Series] = {}
    for column in TABLES[name]:
        values = frame[column]
        if column in FLAGS:
            made[column] = values.astype(bool)
        elif column in TEXT:
            made[column] = values.astype(object).where(values.notna(), "")
        else:
            made[column] = values.astype("float64")
    return pd.DataFrame(made, columns=list(TABLES[name])).reset_index(drop=True)


def _arrow(name: str, frame: pd.DataFrame) -> Any:
    """Return the table as it is written: text, true/false, whole numbers as such; NaN is empty."""
    import pyarrow as pa

    columns = {}
    for column in TABLES[name]:
        values = frame[column]
        if column in FLAGS:
            columns[column] = pa.array(values.to_numpy(dtype=bool))
        elif column in TEXT:
            columns[column] = pa.array(values.to_numpy(dtype=object), type=pa.string())
        else:
            numbers = pa.array(values.to_numpy(dtype="float64"), from_pandas=True)
            columns[column] = numbers.cast(pa.int64()) if column in COUNTS else numbers
    return pa.table(columns)


def save(published: Published, folder: Path) -> tuple[Path, ...]:
    r"""Write every table as csv and parquet, and ``meta.json``; identical files are left untouched.

    csv: UTF-8 without BOM, comma, decimal point, ``\n``, header = column names, floats in the
    shortest form that reads back as the same number.

    Returns
    -------
    tuple of Path
        Files that changed.
    """
    from pyarrow import csv, parquet

    changed = []
    for name in TABLES:
        content = _arrow(name, conform(name, getattr(published, name)))
        text, binary = io.BytesIO(), io.BytesIO()
        text.write((",".join(TABLES[name]) + "\n").encode())
        csv.write_csv(content, text, csv.WriteOptions(include_header=False, quoting_style="needed"))
        parquet.write_table(content, binary)
        for path, stream in ((folder / f"{name}.csv", text), (folder / f"{name}.parquet", binary)):
            if write_atomic(path, stream.getvalue()):
                changed.append(path)
    words = json.dumps(published.meta, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"
    if write_atomic(folder / META, words):
        changed.append(folder / META)
    return tuple(changed)


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    import pyarrow as pa
    from pyarrow import csv

    with path.open(encoding="utf-8") as stream:
        columns = stream.readline().rstrip("\n").split(",")
    kinds = {c: pa.string() if c in TEXT else pa.bool_() if c in FLAGS else pa.float64() for c in columns}
    # Nothing but an empty cell is missing, and a text is never: "NA" is a code like any other.
    options = csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=False)
    return csv.read_csv(path, convert_options=options).to_pandas()


def load(folder: Path, form: Literal["parquet", "csv"] = "parquet") -> Published:
    """Read what :func:`save` wrote; from csv or parquet the tables are the same.

    Raises
    ------
    EvaluationError
        ``published-file-missing`` for files that are not there and ``published-columns`` for
        files with other columns, all of them at once.
    """
    problems: list[Problem] = []
    tables: dict[str, pd.DataFrame] = {}
    if not (folder / META).is_file():
        problems.append(Problem("published-file-missing", str(folder / META)))
    for name, columns in TABLES.items():
        path = folder / f"{name}.{form}"
        if not path.is_file():
            problems.append(Problem("published-file-missing", str(path)))
            continue
        try:
            frame = _read(path)
        except (OSError, ValueError) as error:
            problems.append(Problem("published-damaged", str(path), type(error).__name__))
            continue
        if tuple(frame.columns) != columns:
            problems.append(Problem("published-columns", str(path), ", ".join(frame.columns)))
            continue
        tables[name] = conform(name, frame)
    if problems:
        raise EvaluationError(problems)
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise fail("published-meta", where=f"{folder / META}:{error.lineno}", found=error.msg) from error
    return Published(**tables, meta=meta)
