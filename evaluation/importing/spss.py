"""SPSS (.sav, .zsav, .por) through pyreadstat: the one place that knows how that library bites.

* Without ``user_missing=True`` it turns "Ved ikke" into an empty cell and forgets which
  codes were missing; a portable file loses them whatever one asks for.
* It does not tell the weight variable (see :mod:`evaluation.importing.spss_header`).
* Dates beyond year 9999 stop it; old files need their encoding named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.common.errors import fail
from evaluation.common.files import hash_file
from evaluation.importing.apart import read_apart
from evaluation.importing.codes import code_text
from evaluation.importing.export import SurveyExport, Variable, VariableType
from evaluation.importing.fast_sav import prepared, read_fast
from evaluation.importing.fictional import says_fictional
from evaluation.importing.notices import Notice
from evaluation.importing.spss_header import damage, stated_rows, weight_variable
from evaluation.importing.statfile import ENCODINGS, read_stat
from evaluation.importing.statfile import stat_column as _column

PORTABLE = b"ASCII SPSS PORT FILE"


def is_spss(head: bytes) -> bool:
    """Whether the first bytes are of a system file or of a portable file."""
    return head.startswith((b"$FL2", b"$FL3")) or PORTABLE in head[:200]


def read_spss(path: Path, looked: Callable[[], None] | None = None) -> SurveyExport:
    """A system or portable file with labels, user-missing codes, multiple-response sets and weight variable.

    Parameters
    ----------
    looked : callable, optional
        From :func:`evaluation.importing.guard.started`: called before pyreadstat reads anything.

    Raises
    ------
    EvaluationError
        ``import-damaged`` when the file is cut off or cannot be parsed.
    """
    with path.open("rb") as stream:
        head = stream.read(200)
    portable = PORTABLE in head
    content = None if portable else prepared(path)
    with ThreadPoolExecutor(max_workers=1) as pool:
        # another thread works while the file is hashed
        hashed = pool.submit(hash_file, path)
        if looked is not None:
            looked()
        wrong = "" if portable else damage(path)
        if wrong:
            raise fail("import-damaged", where=path, found=wrong)
        quick = None if content is None else _read_quickly(path, content)
        digest = hashed.result()
    del content
    data, meta, notices = quick or _read(path, portable)
    stated = -1 if portable else stated_rows(path)
    if stated >= 0 and len(data) != stated:
        raise fail("import-damaged", where=path, found=f"{len(data)} / {stated}")
    if portable:
        notices.append(Notice("portable-no-missing", detail=path.name))
    sets = {
        column: (name, found)
        for name, found in (getattr(meta, "mr_sets", None) or {}).items()
        for column in found["variable_list"]
    }
    variables = tuple(_variable(name, meta, data[name], sets) for name in data.columns)
    for variable in variables:
        if variable.name.upper().startswith("FILTER_") or "(FILTER)" in variable.label:
            notices.append(Notice("filter-variable", variable=variable.name))
    weight = "" if portable else weight_variable(path, list(data.columns))
    texts: list[object] = [meta.file_label, *(meta.notes or ()), *(v.label for v in variables)]
    texts += [label for v in variables for label in v.value_labels.values()]
    texts += [value for c in data if data[c].dtype == object for value in data[c].dropna().unique()[:200]]
    return SurveyExport(
        format="spss-por" if portable else "spss-zsav" if head.startswith(b"$FL3") else "spss-sav",
        files=(path,),
        sha256=digest,
        data=data,
        variables=variables,
        weight=weight,
        fictional=says_fictional(texts),
        warnings=tuple(notices),
    )


def _read_quickly(path: Path, content: bytes) -> tuple[pd.DataFrame, Any, list[Notice]] | None:
    """What :func:`_read` gives, from the faster library; None where pyreadstat has to read the file."""
    import pyreadstat

    try:
        _, meta = pyreadstat.read_sav(str(path), metadataonly=True, user_missing=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, OverflowError):
        return None
    data = read_fast(path, meta, content)
    return None if data is None else (data, meta, [])


def columns_by_pyreadstat(path: Path, names: Sequence[str], rows: int = 0) -> pd.DataFrame | None:
    """Some columns of a system file (its first ``rows``; 0: all) by the reference; None where it needs more care."""
    import pyreadstat

    try:
        options: dict[str, Any] = {"usecols": list(names), "row_limit": rows, "user_missing": True}
        # the first rows were looked at before (guard.py); what may crash further in is read apart
        frame, _ = (
            pyreadstat.read_sav(str(path), **options) if rows else read_apart(path, pyreadstat.read_sav, **options)
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, OverflowError):
        return None
    return pd.DataFrame({name: _column(frame[name]) for name in names})


def _read(path: Path, portable: bool) -> tuple[pd.DataFrame, Any, list[Notice]]:
    """Frame and metadata, with the encodings and the date fallback tried in turn."""
    import pyreadstat

    options: dict[str, Any] = {} if portable else {"user_missing": True}
    reader = pyreadstat.read_por if portable else pyreadstat.read_sav
    # SPSS keeps dates as seconds since 1582, and the notice says so
    frame, meta, notices = read_stat(
        path, reader, options, ENCODINGS[:1] if portable else ENCODINGS, dates="dates-as-numbers"
    )
    return pd.DataFrame({name: _column(frame[name]) for name in frame.columns}), meta, notices


def _variable(name: str, meta: Any, values: pd.Series, sets: Mapping[str, tuple[str, Any]]) -> Variable:
    labels = {
        code_text(code): " ".join(str(label).split())
        for code, label in meta.variable_value_labels.get(name, {}).items()
    }
    kind: VariableType = "single" if values.dtype.kind == "f" else "open"
    if name in sets and sets[name][1].get("is_dichotomy"):
        kind = "multiple"
    elif kind == "open" and labels:
        kind = "single"
    return Variable(
        name=name,
        label=" ".join((meta.column_names_to_labels.get(name) or "").split()),
        type=kind,
        value_labels=labels,
        missing=_missing(meta.missing_ranges.get(name, ()), values, labels),
        set_name=sets[name][0] if name in sets else "",
        choice=name if kind == "multiple" else "",
    )


def _missing(ranges: Sequence[Mapping[str, Any]], values: pd.Series, labels: Mapping[str, str]) -> frozenset[str]:
    """Codes declared as user-missing: those named, and those in the data or labels that a range covers."""
    codes: set[str] = set()
    for span in ranges:
        low, high = span["lo"], span["hi"]
        if low == high:
            codes.add(code_text(low))
            continue
        seen = {value for value in values.dropna().unique() if isinstance(value, float)}
        for label in labels:
            try:
                seen.add(float(label))
            except ValueError:
                continue
        codes |= {code_text(value) for value in seen if low <= value <= high}
    return frozenset(codes)
