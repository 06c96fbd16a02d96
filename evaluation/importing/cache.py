"""What was read from a file, kept as parquet, so that an unchanged file is read at once.

The key is the SHA-256 of the file, the sheet, the columns kept and the program that
reads (its sources and libraries): a changed file or program never meets an old reading. A copy that
is damaged or of another program is no error: the file is read again.

Only files that stand alone are kept (SPSS, workbooks); a SurveyXact csv is read together with its
neighbours. The folder is ``data/processed/.cache`` of the workspace, never beside the raw file.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.common.files import hash_file
from evaluation.importing.export import SurveyExport, Variable
from evaluation.importing.notices import Notice

#: Where the cache lies in a workspace.
FOLDER = "data/processed/.cache"
#: Formats whose one file holds everything.
ALONE = ("spss-sav", "spss-zsav", "spss-por", "excel", "surveyxact-xlsx")
_META = b"evaluation.export"
_STATUS = "status of the row"
_LIBRARIES = ("pandas", "polars", "polars-readstat", "pyreadstat", "python-calamine")
# Whole numbers within these are kept in two bytes.
_SMALL = np.iinfo(np.int16)


def read_cached(
    path: Path, folder: Path, *, sheet: str | None = None, columns: Iterable[str] | None = None
) -> SurveyExport | None:
    """The export of ``path`` as it was read before, or None where it must be read.

    Parameters
    ----------
    folder : Path
        The cache, :data:`FOLDER` of a workspace.
    columns : iterable of str, optional
        The names given to :func:`save_cached`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not folder.is_dir():
        return None
    digest = hash_file(path)
    stored = _place(folder, digest, sheet, columns)
    if not stored.is_file():
        return None
    try:
        table = pq.read_table(stored, memory_map=True)
        return _restored(table, json.loads(table.schema.metadata[_META]), path, digest)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None


def save_cached(
    export: SurveyExport, folder: Path, *, sheet: str | None = None, columns: Iterable[str] | None = None
) -> bool:
    """Keep an export for :func:`read_cached`; nothing happens where its format does not stand alone.

    Parameters
    ----------
    columns : iterable of str, optional
        Names of the only columns to keep, as plan and codebook write them: what
        nobody asked for, a name or an address, then never leaves the raw file.

    Returns
    -------
    bool
        Whether it was kept.
    """
    import pyarrow.parquet as pq

    if export.format not in ALONE or len(export.files) != 1:
        return False
    wanted = None if columns is None else tuple(columns)
    stored = _place(folder, export.sha256, sheet, wanted)
    table = _table(export, kept_variables(export, wanted))
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    os.close(handle)
    try:
        pq.write_table(table, name, compression="lz4", write_statistics=False, row_group_size=len(export.data) or 1)
        Path(name).replace(stored)
    finally:
        Path(name).unlink(missing_ok=True)
    return True


def forget(folder: Path, keep: Iterable[str]) -> None:
    """Remove what was kept of files whose SHA-256 is not among ``keep``, or by another program."""
    known = {f"{digest[:32]}-{_program()[:16]}" for digest in keep}
    for stored in folder.glob("*.parquet"):
        if stored.stem.rpartition("-")[0] not in known:
            stored.unlink(missing_ok=True)


def _place(folder: Path, digest: str, sheet: str | None, columns: Iterable[str] | None) -> Path:
    asked = json.dumps([digest, sheet, None if columns is None else sorted(set(columns))])
    return folder / f"{digest[:32]}-{_program()[:16]}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}.parquet"


@functools.cache
def _program() -> str:
    """Hash of everything that decides how a file is read, and of what is looked for in it before it is kept."""
    found = hashlib.sha256()
    package = Path(__file__).parents[1]
    for source in sorted([*(package / "importing").glob("*.py"), *(package / "responses").glob("*.py")]):
        found.update(source.name.encode() + source.read_bytes())
    for library in _LIBRARIES:
        try:
            found.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            found.update(library.encode())
    return found.hexdigest()


def kept_variables(export: SurveyExport, columns: Iterable[str] | None) -> tuple[Variable, ...]:
    """The variables that :func:`save_cached` keeps: those named, and the weight that the file declares."""
    if columns is None:
        return export.variables
    found = {v.name for v in map(export.find, [*columns, *([export.weight] if export.weight else [])]) if v is not None}
    # What stands for the person where the plan names no column.
    found |= {v.name for v in export.variables if v.long_name.casefold() == "respondentid"}
    return tuple(v for v in export.variables if v.name in found)


def _table(export: SurveyExport, variables: tuple[Variable, ...]) -> Any:
    import pyarrow as pa

    arrays = {variable.name: _packed(export.data[variable.name]) for variable in variables}
    meta = {
        "format": export.format,
        "rows": export.rows,
        "sha256": export.sha256,
        "weight": export.weight,
        "file_columns": export.file_columns,
        "fictional": export.fictional,
        "variables": [{**asdict(v), "missing": sorted(v.missing)} for v in variables],
        "warnings": [asdict(notice) for notice in export.warnings],
        "status": export.status is not None,
    }
    if export.status is not None:
        arrays[_STATUS] = pa.array(export.status.to_numpy(), from_pandas=True, type=pa.string())
    table = pa.table(list(arrays.values()), names=list(arrays))
    return table.replace_schema_metadata({_META: json.dumps(meta, ensure_ascii=False).encode()})


def _packed(values: pd.Series) -> Any:
    """A column for parquet: small whole numbers as int16, other numbers as double, text as text."""
    import pyarrow as pa

    if values.dtype.kind != "f":
        return pa.array(values.to_numpy(), from_pandas=True, type=pa.string())
    numbers = values.to_numpy()
    empty = np.isnan(numbers)
    with np.errstate(invalid="ignore"):
        small = np.where(empty, 0, numbers).astype(np.int16)
    # Minus zero and what is too large or broken comes back different.
    if not (np.array_equal(small[~empty], numbers[~empty]) and not np.signbit(numbers[numbers == 0]).any()):
        return pa.array(numbers, from_pandas=True)
    return pa.array(small, mask=empty)


def _restored(table: Any, meta: Mapping[str, Any], path: Path, digest: str) -> SurveyExport | None:
    import pyarrow as pa

    from evaluation.importing.fast_sav import shared_texts

    if meta["sha256"] != digest or meta["rows"] != table.num_rows:
        return None

    def restored(name: str) -> Any:
        array = table.column(name).combine_chunks()
        return pd.Series(shared_texts(array), dtype=object) if pa.types.is_string(array.type) else _numbers(array)

    # Arrow and numpy let another thread work meanwhile.
    with ThreadPoolExecutor(max_workers=2) as pool:
        columns: dict[str, Any] = dict(zip(table.column_names, pool.map(restored, table.column_names), strict=True))
    status = columns.pop(_STATUS) if meta["status"] else None
    variables = [Variable(**{**v, "missing": frozenset(v["missing"])}) for v in meta["variables"]]
    return SurveyExport(
        format=meta["format"],
        files=(path,),
        sha256=digest,
        data=pd.DataFrame(columns, index=pd.RangeIndex(meta["rows"]), copy=False),
        variables=tuple(variables),
        status=status,
        weight=meta["weight"],
        file_columns=meta["file_columns"],
        fictional=meta["fictional"],
        warnings=tuple(Notice(**notice) for notice in meta["warnings"]),
    )


def _numbers(array: Any) -> np.ndarray:
    """float64 with NaN where empty."""
    found: np.ndarray = array.to_numpy(zero_copy_only=False)
    return found if found.dtype == np.float64 else found.astype(np.float64)
