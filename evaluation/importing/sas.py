"""SAS: ``.sas7bdat`` with the value labels of a catalog beside it, and transport files ``.xpt``."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.common.errors import fail
from evaluation.common.files import hash_bytes, hash_file
from evaluation.importing.apart import read_apart
from evaluation.importing.codes import code_text
from evaluation.importing.export import SurveyExport
from evaluation.importing.notices import Notice
from evaluation.importing.statfile import (
    ENCODINGS,
    missing_notices,
    read_stat,
    stat_column,
    stat_fictional,
    stat_variable,
)

_CATALOG = b"\xc2\xea\x81\x63"
_TRANSPORT = b"HEADER RECORD*******"
_TRANSPORT_8 = b"HEADER RECORD*******LIBV8"
_RECORD = 80
# Where newer transport files state the number of rows; the older ones have only zeros there.
_STATED = slice(48, 63)
_CATALOG_NAMES = ("formats", "format")
# Formats of SAS itself, of which no catalog knows anything.
_OWN_FORMATS = (
    *("BEST", "DATE", "DATETIME", "TIME", "YYMMDD", "DDMMYY", "MMDDYY", "MMYY", "YEAR", "WEEKDATE", "E8601", "F"),
    *("COMMA", "$CHAR", "PERCENT", "DOLLAR", "MONYY", "MONTH", "DAY", "HHMM", "TOD", "Z", "NUMX", "COMMAX"),
)


def read_sas(path: Path) -> SurveyExport:
    """A SAS data set or transport file.

    Raises
    ------
    EvaluationError
        ``import-sas-catalog-given`` for a catalog without data, ``import-damaged`` when
        the file is cut off or cannot be parsed.
    """
    with path.open("rb") as stream:
        head = stream.read(200)
    if head[12:16] == _CATALOG:
        raise fail("import-sas-catalog-given", where=path)
    if head.startswith(_TRANSPORT):
        return _transport(path, head)
    return _dataset(path)


def _dataset(path: Path) -> SurveyExport:
    import pyreadstat

    frame, meta, notices = read_stat(path, pyreadstat.read_sas7bdat, {"user_missing": True})
    files: tuple[Path, ...] = (path,)
    digest = hash_file(path)
    formats = {name: fmt for name, fmt in (meta.variable_to_label or {}).items() if not _is_own(fmt)}
    if formats:
        labels, catalog, more = _labels(path, set(formats.values()))
        notices += more
        meta.variable_value_labels = {name: labels[fmt] for name, fmt in formats.items() if fmt in labels}
        missing = sorted({fmt for fmt in formats.values() if fmt not in labels})
        if catalog is not None:
            files = (path, catalog)
            digest = hash_bytes(f"{digest}\n{hash_file(catalog)}".encode())
        if missing:
            notices.append(Notice("sas-no-catalog", detail=", ".join(missing[:6]), rows=len(missing)))
    return _export("sas7bdat", files, digest, frame, meta, notices)


def _labels(path: Path, wanted: set[str]) -> tuple[dict[str, dict[Any, str]], Path | None, list[Notice]]:
    """Value labels by format, from the catalog in the same folder that knows most of the formats.

    Of equally good catalogs the one named as the data, then ``formats``, then the first by name.
    """
    import pyreadstat

    found: list[tuple[tuple[int, int], dict[str, dict[Any, str]], Path]] = []
    for candidate in sorted(path.parent.glob("*")):
        if candidate.suffix.casefold() != ".sas7bcat" or not candidate.is_file():
            continue
        try:
            _, meta = read_apart(candidate, pyreadstat.read_sas7bcat, always=True)
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError):
            continue
        labels = dict(meta.value_labels)
        known = len(wanted & set(labels))
        if known:
            stem = candidate.stem.casefold()
            closeness = 2 if stem == path.stem.casefold() else 1 if stem in _CATALOG_NAMES else 0
            found.append(((known, closeness), labels, candidate))
    if not found:
        return {}, None, []
    # max keeps the first of equals, and the candidates stand in order of name.
    key, labels, catalog = max(found, key=lambda one: one[0])
    rivals = [
        other.name
        for rank, texts, other in found
        if other != catalog and rank == key and any(texts.get(name) != labels.get(name) for name in wanted)
    ]
    notices = [Notice("sas-catalogs-differ", variable=catalog.name, detail=", ".join(rivals))] if rivals else []
    return labels, catalog, notices


def _is_own(name: str) -> bool:
    """Whether a format belongs to SAS itself: a known name with a width, or a width alone."""
    stem = name.upper().rstrip("0123456789.")
    return stem in ("", "$") or stem in _OWN_FORMATS or stem.startswith("E8601")


def _transport(path: Path, head: bytes) -> SurveyExport:
    import pyreadstat

    size = path.stat().st_size
    if size % _RECORD:
        # Transport files are whole records of 80 bytes and do not say how many rows they hold.
        raise fail("import-damaged", where=path, found=f"{size} byte")
    frame, meta, notices = read_stat(path, pyreadstat.read_xport, {}, encodings=ENCODINGS)
    left = _left_over(path, frame, meta)
    if left:
        raise fail("import-damaged", where=path, found=left)
    newer = head.startswith(_TRANSPORT_8)
    notices.append(Notice("xpt-no-missing", detail=path.name))
    if not newer and any(len(name) == 8 for name in frame.columns):
        notices.append(Notice("xpt-names-cut", detail=path.name))
    return _export("sas-xpt8" if newer else "sas-xpt5", (path,), hash_file(path), frame, meta, notices)


def _left_over(path: Path, frame: pd.DataFrame, meta: Any) -> str:
    """What shows that rows are missing at the end: part of one, or another number than the file states; else empty.

    The library drops the part of a row where a file was cut off, and says nothing.
    """
    row = sum((meta.variable_storage_width or {}).values())
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = max(data.find(_TRANSPORT + kind) for kind in (b"OBS ", b"OBSV8 "))
        stated = data[at + _STATED.start : at + _STATED.stop].strip() if at >= 0 else b""
        rest = data[at + _RECORD + len(frame) * row :] if at >= 0 and row else b""
    if stated.isdigit() and int(stated) and int(stated) != len(frame):
        return f"{len(frame)} / {int(stated)}"
    whole = len(rest) // row * row if row else 0
    return f"{len(rest) - whole} / {row} byte" if rest[whole:].strip(b" ") else ""


def _export(
    name: str, files: tuple[Path, ...], digest: str, frame: pd.DataFrame, meta: Any, notices: list[Notice]
) -> SurveyExport:
    kinds = dict(getattr(meta, "missing_user_values", None) or {})
    data = pd.DataFrame({column: stat_column(frame[column]) for column in frame.columns})
    # A catalog gives codes of numbers as floats and those of text and special missings as text.
    meta.variable_value_labels = {
        column: {code_text(code): label for code, label in labels.items()}
        for column, labels in meta.variable_value_labels.items()
    }
    variables = tuple(stat_variable(column, meta, data[column], kinds) for column in data.columns)
    return SurveyExport(
        format=name,
        files=files,
        sha256=digest,
        data=data,
        variables=variables,
        fictional=stat_fictional(meta, data, variables),
        warnings=(*notices, *missing_notices(data, variables)),
    )
