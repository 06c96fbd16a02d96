"""When an answer was begun and ended, and how long it took: columns by the names each survey system gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from evaluation.importing.export import SurveyExport, Variable
from evaluation.responses.model import Check

#: A fieldwork period: first and last day, both included.
Fieldwork = tuple[date, date]

# SurveyXact, Qualtrics, LimeSurvey, SoSci, Microsoft Forms (English and Danish); compared without case and punctuation.
_BEGUN = ("starttime", "startdate", "started", "starttidspunkt", "starttim", "påbegyndt")
_ENDED = (
    *("closetime", "closetim", "enddate", "submitdate", "lastdata", "completiontime", "fuldførelsestidspunkt"),
    *("timestamp", "tidsstempel", "recordeddate"),
)
_SECONDS = ("difftime", "durationinseconds", "duration", "timesum", "interviewtime")
_ISO = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}")
# LimeSurvey writes this day for everybody in an anonymous survey.
_ANONYMOUS = pd.Timestamp(1980, 1, 1)
# Share of the median duration below which an answer is called fast; at least so many durations make a median.
FAST_SHARE = 1 / 3
_FEWEST_DURATIONS = 10


@dataclass(frozen=True, slots=True)
class Times:
    """Begun and ended (NaT where unknown) and seconds taken (NaN) per row, with the columns they stand in."""

    begun: pd.Series
    ended: pd.Series
    seconds: pd.Series
    begun_in: str = ""
    ended_in: str = ""
    seconds_in: str = ""
    unreadable: tuple[tuple[str, int], ...] = ()


def read_times(export: SurveyExport) -> Times:
    """Find and read the columns that tell when and how long.

    Without a column of durations they are the time from begun to ended, where both are known.
    """
    index = export.data.index
    no_time = pd.Series(pd.NaT, index=index, dtype="datetime64[ns]")
    unreadable = []
    found: dict[str, tuple[str, pd.Series]] = {}
    for role, names in (("begun", _BEGUN), ("ended", _ENDED)):
        variable = _named(export, names)
        if variable is None:
            found[role] = ("", no_time)
            continue
        values = parse_times(export.data[variable.name])
        held = export.data[variable.name].notna()
        if int((held & values.isna()).sum()):
            unreadable.append((variable.name, int((held & values.isna()).sum())))
        found[role] = (variable.name, values.mask(values.dt.normalize() == _ANONYMOUS))
    variable = _named(export, _SECONDS)
    (begun_in, begun), (ended_in, ended) = found["begun"], found["ended"]
    if variable is not None:
        seconds, seconds_in = _numbers(export.data[variable.name]), variable.name
    else:
        seconds = (ended - begun).dt.total_seconds()
        seconds_in = f"{begun_in}, {ended_in}" if seconds.notna().any() else ""
    seconds = seconds.where(seconds > 0)
    return Times(begun, ended, seconds, begun_in, ended_in, seconds_in, tuple(unreadable))


def tells_times(export: SurveyExport) -> bool:
    """Whether the file has a column that :func:`read_times` reads."""
    return any(_named(export, names) is not None for names in (_BEGUN, _ENDED, _SECONDS))


def parse_times(values: pd.Series) -> pd.Series:
    """Times of a column of text: year first, or day first as Danes write it; NaT for what is neither.

    Numbers are not dates here: what a bare number counts from is not known.
    """
    out = pd.Series(pd.NaT, index=values.index, dtype="datetime64[ns]")
    if values.dtype.kind == "M":
        return values.astype("datetime64[ns]")
    if values.dtype.kind == "f":
        return out
    texts = values.dropna().astype(str).str.strip()
    texts = texts[texts != ""]
    iso = texts.str.match(_ISO)
    for part, day_first in ((texts[iso], False), (texts[~iso], True)):
        if len(part):
            read = pd.to_datetime(part, errors="coerce", dayfirst=day_first, format="mixed", utc=True)
            out.loc[part.index] = read.dt.tz_localize(None).astype("datetime64[ns]")
    return out


def date_checks(times: Times, rows: pd.Series, fieldwork: Fieldwork | None) -> list[Check]:
    """Ended before begun, and begun or ended outside the wave's fieldwork, among ``rows``."""
    checks = [Check("date-unreadable", variable=name, rows=count) for name, count in times.unreadable]
    both = rows & times.begun.notna() & times.ended.notna()
    if both.any():
        wrong = int((both & (times.ended < times.begun)).sum())
        checks.append(_counted("date-end-before-start", f"{times.begun_in}, {times.ended_in}", wrong, int(both.sum())))
    if fieldwork is None:
        return checks
    first, last = pd.Timestamp(fieldwork[0]), pd.Timestamp(fieldwork[1]) + pd.Timedelta(days=1)
    span = f"{fieldwork[0].isoformat()} – {fieldwork[1].isoformat()}"
    for name, values in ((times.begun_in, times.begun), (times.ended_in, times.ended)):
        known = rows & values.notna()
        if known.any():
            early, late = int((known & (values < first)).sum()), int((known & (values >= last)).sum())
            checks.append(_counted("date-before-fieldwork", name, early, int(known.sum()), span))
            checks.append(_counted("date-after-fieldwork", name, late, int(known.sum()), span))
    return checks


def speed_check(times: Times, rows: pd.Series) -> list[Check]:
    """How many took less than a third of the median time; shown, never removed.

    The limit relative to the median follows the practice of survey research (e.g. Greszki,
    Meyer and Schoen 2015, who compare limits of 30 to 50 per cent).
    """
    known = times.seconds[rows].dropna()
    if len(known) < _FEWEST_DURATIONS:
        return []
    limit = float(known.median()) * FAST_SHARE
    fast = int((known < limit).sum())
    return [Check("speeding", "oplysning", "talt", times.seconds_in, f"{limit:.0f}", fast, len(known), round(limit, 1))]


def _counted(check: str, variable: str, rows: int, of: int, detail: str = "") -> Check:
    return Check(check, "se_efter" if rows else "oplysning", "talt", variable, detail, rows, of)


def _named(export: SurveyExport, names: Sequence[str]) -> Variable | None:
    """The first variable, in the order of ``names``, whose short or long name is one of them."""
    by_name: dict[str, Variable] = {}
    for variable in export.variables:
        for text in (variable.long_name, variable.name):
            by_name.setdefault(_letters(text), variable)
    return next((by_name[name] for name in names if name in by_name), None)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _numbers(values: pd.Series) -> pd.Series:
    if values.dtype.kind == "f":
        return values
    texts = values.astype("string").str.strip().str.replace(",", ".", regex=False)
    return pd.Series(pd.to_numeric(texts, errors="coerce"), index=values.index).astype(np.float64)
