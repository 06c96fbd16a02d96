"""SPSS system files through polars-readstat: many times faster than pyreadstat, and held to its every value.

The library is young and turns user-missing codes into empty cells. So

* the declarations of missing values are blinded in the copy of the header that it is
  given: codes then come through as codes, and the real declarations come from pyreadstat;
* columns whose format it might understand otherwise are read by pyreadstat;
* the first rows of every file are compared with pyreadstat's, as are names and number of rows.

Whatever does not agree, or fails, gives None: the caller then reads with pyreadstat, the reference.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evaluation.importing.spss_header import Cursor

if TYPE_CHECKING:
    import polars as pl

_LAYOUT_AT, _FIRST_RECORD = 64, 176
_LONG_STRING_MISSING, _UNKNOWN_SUBTYPE = 22, 9922
# Values that no survey holds: what a blinded declaration points at.
_NO_NUMBER, _NO_TEXT = -1.2345678901234567e300, b"\x7f" * 8
_PLAIN_NUMBERS = ("F", "COMMA", "DOT", "DOLLAR", "PCT", "E", "N", "Z")
_DATES = ("DATE", "ADATE", "EDATE", "SDATE", "JDATE")
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
    order = "<" if struct.unpack_from("<i", data, _LAYOUT_AT)[0] in (2, 3) else ">"
    cursor = Cursor(data, order)
    edits: list[tuple[int, bytes]] = []
    number = struct.pack(order + "d", _NO_NUMBER)
    kind = cursor.int32()
    while kind in (2, 3, 4, 6, 7):
        if kind == 2:
            width, has_label, missing = cursor.int32(), cursor.int32(), cursor.int32()
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
    if not edits:
        return data
    head = bytearray(data[: cursor.at])
    for place, block in edits:
        head[place : place + len(block)] = block
    return b"".join((head, memoryview(data)[cursor.at :]))


def read_fast(path: Path, meta: Any) -> pd.DataFrame | None:
    """All columns as the importing layer holds them, or None where pyreadstat must read the file.

    Parameters
    ----------
    meta : pyreadstat metadata
        From ``read_sav(…, metadataonly=True, user_missing=True)``.

    Returns
    -------
    pandas.DataFrame or None
        Numbers as float64 with user-missing codes as codes; texts, dates and times as
        text with None where empty; rows in file order.
    """
    if path.stat().st_size < _SMALL or (meta.file_encoding or "").upper() not in _ENCODINGS:
        return None
    table = _table(path)
    if table is None or table.columns != list(meta.column_names) or table.height != meta.number_rows:
        return None
    columns: dict[str, Any] = {}
    slow = []
    for name in table.columns:
        column = _converted(table[name], meta.original_variable_types.get(name, ""))
        if column is None:
            slow.append(name)
        columns[name] = column if column is None or column.dtype != object else pd.Series(column, dtype=object)
    del table
    from evaluation.importing.spss import columns_by_pyreadstat

    if slow:
        found = columns_by_pyreadstat(path, slow)
        if found is None:
            return None
        columns |= {name: found[name] for name in slow}
    frame = pd.DataFrame(columns, copy=False)
    first = columns_by_pyreadstat(path, list(frame.columns), rows=COMPARED_ROWS)
    if first is None or not frame.head(COMPARED_ROWS).equals(first):
        return None
    return frame


def _table(path: Path) -> pl.DataFrame | None:
    """The file as polars reads it with user-missing codes kept; None when it cannot."""
    import polars as pl
    import polars_readstat

    try:
        content = path.read_bytes()
        # the library goes by the ending; the file may be called anything
        name = "file.zsav" if content.startswith(b"$FL3") else "file.sav"
        found = polars_readstat.read_readstat(name, data=blinded(content), preserve_order=True)
    except (struct.error, IndexError, ValueError, OSError, RuntimeError, pl.exceptions.PolarsError):
        return None
    except BaseException as error:
        # A panic in Rust is no Exception; anything else of that kind (Ctrl-C) is not ours.
        if type(error).__name__ != "PanicException":
            raise
        return None
    return found if isinstance(found, pl.DataFrame) else None


def _converted(values: pl.Series, spss_format: str) -> np.ndarray | None:
    """One column, or None where the two libraries may understand its format differently."""
    import polars as pl

    kind = spss_format.rstrip("0123456789.").upper()
    if kind in _PLAIN_NUMBERS and values.dtype == pl.Float64:
        numbers: np.ndarray = values.to_numpy()
        return numbers
    if kind == "A" and values.dtype == pl.String:
        return _texts(values)
    if kind in _DATES and values.dtype == pl.Date and not _late(values):
        return _objects(values.dt.strftime("%Y-%m-%d"))
    return None


def _late(values: pl.Series) -> bool:
    """Whether a date is outside the years that Python's dates know."""
    years = values.dt.year()
    return bool((years > 9999).any() or (years < 1000).any())


def _texts(values: pl.Series) -> np.ndarray | None:
    if values.str.contains("�", literal=True).any():
        return None
    # The control characters that Python takes for blanks and Rust does not.
    stripped = values.str.strip_chars().str.strip_chars(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0")
    return _objects(stripped.set(stripped == "", None))


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
