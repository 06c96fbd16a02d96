"""Stata (.dta): value labels, and extended missing values ``.a``–``.z`` kept as kinds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.common.errors import fail
from evaluation.common.files import hash_file
from evaluation.importing.export import SurveyExport
from evaluation.importing.notices import Notice
from evaluation.importing.statfile import (
    ENCODINGS,
    first,
    missing_notices,
    read_stat,
    stat_column,
    stat_fictional,
    stat_variable,
)
from evaluation.importing.text import looks_double_encoded

# From release 118 the format is UTF-8; before it the file does not say.
_FIRST_UNICODE = 118
_RELEASE = re.compile(rb"<release>(\d+)</release>")
_END = b"</stata_dta>"


def release(head: bytes) -> int:
    """Release number of the format, from the first bytes."""
    named = _RELEASE.search(head)
    return int(named.group(1)) if named else head[0]


def read_stata(path: Path) -> SurveyExport:
    """A Stata file with labels and kinds of missing.

    Raises
    ------
    EvaluationError
        ``import-damaged`` when the file is cut off or cannot be parsed.
    """
    import pyreadstat

    with path.open("rb") as stream:
        head = stream.read(200)
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - 64))
        tail = stream.read()
    # The library reads a file whose value labels are cut off without a word.
    if head.startswith(b"<stata_dta>") and _END not in tail:
        raise fail("import-damaged", where=path, found=f"{path.stat().st_size} byte")
    number = release(head)
    frame, meta, notices = read_stat(path, pyreadstat.read_dta, {"user_missing": True})
    if number < _FIRST_UNICODE and looks_double_encoded(_texts(frame, meta)):
        # Some programs write UTF-8 into the old formats, which the library takes for Windows-1252.
        frame, meta, notices = read_stat(
            path, pyreadstat.read_dta, {"user_missing": True}, encodings=("UTF-8", *ENCODINGS)
        )
    kinds = dict(meta.missing_user_values or {})
    data = pd.DataFrame({name: stat_column(frame[name]) for name in frame.columns})
    variables = tuple(stat_variable(name, meta, data[name], kinds) for name in data.columns)
    notices += missing_notices(data, variables)
    # In the old formats the labels stand last and nothing says where the file ends.
    bare = [name for name in (meta.variable_to_label or {}) if not meta.variable_value_labels.get(name)]
    if bare:
        notices.append(Notice("stata-labels-missing", detail=first(bare), rows=len(bare)))
    if number < _FIRST_UNICODE and not any(n.code == "encoding-guessed" for n in notices) and _has_letters(frame, meta):
        notices.append(Notice("encoding-not-stated", detail=path.name))
    return SurveyExport(
        format="stata",
        files=(path,),
        sha256=hash_file(path),
        data=data,
        variables=variables,
        fictional=stat_fictional(meta, data, variables),
        warnings=tuple(notices),
    )


def _texts(frame: pd.DataFrame, meta: Any) -> list[str]:
    texts = [str(label) for label in meta.column_names_to_labels.values() if label]
    texts += [str(label) for labels in meta.variable_value_labels.values() for label in labels.values()]
    for name in frame.columns:
        if frame[name].dtype.kind not in "iufbM":
            texts += [value for value in frame[name].dropna().unique() if isinstance(value, str)]
    return texts


def _has_letters(frame: pd.DataFrame, meta: Any) -> bool:
    return any(not text.isascii() for text in _texts(frame, meta))
