"""SPSS system files many times faster than pyreadstat reads them, and held to its every value.

Columns that :mod:`evaluation.importing.sav_columns` can make of the cells come from there, the others, and
all of a file of another layout, through polars-readstat. That library is young and turns user-missing
codes into empty cells. So

* the declarations of missing values are blinded in the copy of the header that it is
  given: codes then come through as codes, and the real declarations come from pyreadstat;
* columns whose format it might understand otherwise are read by pyreadstat;
* the first rows of every file are compared with pyreadstat's, as are names and number of rows.

Whatever does not agree, or fails, gives None: the caller then reads with pyreadstat, the reference.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evaluation.importing import sav_columns
from evaluation.importing.sav_columns import DATES, PLAIN_NUMBERS, kind_of
from evaluation.importing.spss_header import Cursor

if TYPE_CHECKING:
    import polars as pl

_LAYOUT_AT, _FIRST_RECORD = 64, 176
_LONG_STRING_MISSING, _UNKNOWN_SUBTYPE = 22, 9922
# A variable declares no more; a larger number is damage, and would fill the memory.
_MOST_MISSING = 3
# Values that no survey holds: what a blinded declaration points at.
_NO_NUMBER, _NO_TEXT = -1.2345678901234567e300, b"\x7f" * 8
_ENCODINGS = ("UTF-8", "WINDOWS-1252", "ISO-8859-1", "US-ASCII")
#: Rows of every file that are compared with pyreadstat's.
COMPARED_ROWS = 100
# Below this pyreadstat is as quick, and needs no second library.
_SMALL = 256 * 1024


def blinded(data: bytes) -> bytes:
    """The file with every declaration of user-missing values pointed at a value that does not occur.

    Nothing moves: a ``.zsav`` finds its blocks by place.

    Raises
    ------
    struct.error
        When the dictionary cannot be followed.
    """
    edits, end = _declarations(data)
    if not edits:
        return data
    head = bytearray(data[:end])
    for place, block in edits:
        head[place : place + len(block)] = block
    return b"".join((head, memoryview(data)[end:]))


def _declarations(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """Where missing values are declared and what to put there; where the dictionary ends."""
    order = "<" if struct.unpack_from("<i", data, _LAYOUT_AT)[0] in (2, 3) else ">"
    cursor = Cursor(data, order)
    edits: list[tuple[int, bytes]] = []
    number = struct.pack(order + "d", _NO_NUMBER)
    kind = cursor.int32()
    while kind in (2, 3, 4, 6, 7):
        if kind == 2:
            width, has_label, missing = cursor.int32(), cursor.int32(), cursor.int32()
            if abs(missing) > _MOST_MISSING:
                raise struct.error(f"{missing} missing values")
            cursor.take(16)
            if has_label:
                cursor.take(-(-cursor.int32() // 4) * 4)
            edits += [(cursor.at + 8 * n, _NO_TEXT if width else number) for n in range(abs(missing))]
            cursor.take(8 * abs(missing))
        elif kind == 7:
            place, subtype = cursor.at, cursor.int32()
            size, count = cursor.int32(), cursor.int32()
            cursor.take(size * count)
            if subtype == _LONG_STRING_MISSING:
                edits.append((place, struct.pack(order + "i", _UNKNOWN_SUBTYPE)))
        else:
            cursor.skip(kind)
        kind = cursor.int32()
    if kind != 999:
        raise struct.error(f"record {kind}")
    return edits, cursor.at


def prepared(path: Path) -> bytes | None:
    """The file as :func:`read_fast` wants it, or None where pyreadstat must read it.

    Nothing of it is looked at but the dictionary, so that a damaged file can do no harm.
    """
    if path.stat().st_size < _SMALL:
        return None
    try:
        content = path.read_bytes()
        _declarations(content)
        return content
    except (struct.error, IndexError, ValueError, OSError):
        return None


def read_fast(path: Path, meta: Any, content: bytes) -> pd.DataFrame | None:
    """All columns as the importing layer holds them, or None where pyreadstat must read the file.

    Parameters
    ----------
    meta : pyreadstat metadata
        From ``read_sav(…, metadataonly=True, user_missing=True)``.
    content : bytes
        From :func:`prepared`.

    Returns
    -------
    pandas.DataFrame or None
        Numbers as float64 with user-missing codes as codes; texts, dates and times as
        text with None where empty; rows in file order.
    """
    if (meta.file_encoding or "").upper() not in _ENCODINGS:
        return None
    names = list(meta.column_names)
    columns = _by_cells(content, meta)
    others = [name for name in names if name not in columns]
    if others:
        filled = _filled(content, names, others, meta)
        if filled is None:
            return None
        columns |= dict(zip(others, filled, strict=True))
    slow = [name for name, column in columns.items() if column is None]
    from evaluation.importing.spss import columns_by_pyreadstat

    if slow:
        found = columns_by_pyreadstat(path, slow)
        if found is None:
            return None
        columns |= {name: found[name] for name in slow}
    frame = pd.DataFrame({name: columns[name] for name in names}, copy=False)
    first = columns_by_pyreadstat(path, names, rows=COMPARED_ROWS)
    if first is None or not frame.head(COMPARED_ROWS).equals(first):
        return None
    return frame


def _by_cells(content: bytes, meta: Any) -> dict[str, Any]:
    """What can be had without the library: in most files everything."""
    formats = [meta.original_variable_types.get(name) for name in meta.column_names]
    try:
        made = sav_columns.columns(content, meta.column_names, formats, meta.number_rows, meta.file_encoding.upper())
    except (struct.error, IndexError, ValueError):
        return {}
    return dict(made or {})


def _filled(content: bytes, names: list[str], wanted: Sequence[str], meta: Any) -> list[Any] | None:
    """The columns wanted, None for one that pyreadstat must read; None for all where the file is not as it says."""
    import polars as pl

    rows: int | None = meta.number_rows
    if rows is None:
        return None
    made = [_Column(meta.original_variable_types.get(name), rows) for name in wanted]
    at = 0
    try:
        for batch in _batches(blinded(content), names, wanted):
            if at + batch.height > rows:
                return None
            for column, values in zip(made, batch.select(wanted), strict=True):
                column.add(values, at)
            at += batch.height
    except (IndexError, ValueError, OSError, RuntimeError, struct.error, pl.exceptions.PolarsError):
        return None
    except BaseException as error:
        # A panic in Rust is no Exception; anything else of that kind (Ctrl-C) is not ours.
        if type(error).__name__ != "PanicException":
            raise
        return None
    return [column.found() for column in made] if at and at == rows else None


def _batches(content: bytes, names: list[str], wanted: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The rows of the columns wanted in file order, as polars reads them, with user-missing codes kept.

    Raises
    ------
    ValueError
        When the library finds other columns in the file than ``names``.
    """
    import polars_readstat

    # the library goes by the ending; the file may be called anything
    name = "file.zsav" if content.startswith(b"$FL3") else "file.sav"
    rows = polars_readstat.scan_readstat(name, data=content, preserve_order=True)
    if rows.collect_schema().names() != names:
        raise ValueError(name)
    yield from rows.select(wanted).collect_batches(maintain_order=True)


class _Column:
    """One column, filled batch by batch: the whole file is never there twice."""

    def __init__(self, spss_format: str | None, rows: int) -> None:
        self._kind = kind_of(spss_format)
        self._rows = rows
        self._numbers: np.ndarray | None = None
        self._others: list[pl.Series] = []
        self._refused = False

    def add(self, values: pl.Series, at: int) -> None:
        """The cells from row ``at`` on; what the two libraries may understand differently is refused."""
        import polars as pl

        if self._kind in PLAIN_NUMBERS and values.dtype == pl.Float64:
            if self._numbers is None:
                self._numbers = np.empty(self._rows)
            self._numbers[at : at + len(values)] = values.to_numpy()
        elif (self._kind == "A" and values.dtype == pl.String) or (self._kind in DATES and values.dtype == pl.Date):
            self._others.append(values)
        else:
            self._refused = True

    def found(self) -> Any:
        """Numbers, or texts as objects; None where it was refused."""
        import polars as pl

        if self._refused or self._numbers is not None:
            return None if self._refused else self._numbers
        values, self._others = pl.concat(self._others), []
        texts = _texts(values) if self._kind == "A" else _days(values)
        return None if texts is None else pd.Series(_objects(texts), dtype=object)


def _days(values: pl.Series) -> pl.Series | None:
    """Dates as ISO text; None where one is outside the years that both libraries write alike."""
    return None if _late(values) else values.dt.strftime("%Y-%m-%d")


def _late(values: pl.Series) -> bool:
    """Whether a date is outside the years that Python's dates know."""
    years = values.dt.year()
    return bool((years > 9999).any() or (years < 1000).any())


def _texts(values: pl.Series) -> pl.Series | None:
    """Texts without blanks at their ends, null where empty; None where a character was lost."""
    if values.str.contains("�", literal=True).any():
        return None
    # The control characters that Python takes for blanks and Rust does not.
    stripped = values.str.strip_chars().str.strip_chars(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0")
    return stripped.set(stripped == "", None)


def _objects(values: pl.Series) -> np.ndarray:
    """Python texts, None where empty."""
    return shared_texts(values.to_arrow())


def shared_texts(values: Any) -> np.ndarray:
    """An arrow column of text as Python objects: each text is made once, None where empty."""
    import pyarrow as pa

    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    texts = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    # The last place is None; so is place -1.
    found: np.ndarray = texts[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    return found
