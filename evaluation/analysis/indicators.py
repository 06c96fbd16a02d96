"""Register indicators as one table: single units, and the municipality as given or put together from its units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from evaluation.analysis.estimates import conform, join
from evaluation.analysis.frame import is_own
from evaluation.analysis.groups import KOMMUNE, unit_group
from evaluation.common.ids import make_key
from evaluation.plan.indicators import Indicator
from evaluation.plan.load import Workspace

#: First part of the keys of indicators, where those of survey numbers name the survey.
SURVEY = "indikatorer"
_SHARES = {"andel": 1.0, "procent": 100.0}
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class _Total:
    """The municipality's number: value and denominator (NaN where there is none) and how it came about."""

    value: float
    denominator: float
    side: float
    units: int
    method: str
    missing: str = ""


def indicators(workspace: Workspace) -> pd.DataFrame:
    """Make the private table ``indicators``; units of other municipalities and administrative ones take no part.

    ``method`` of the municipality's rows: ``oplyst`` (a row of its own in the file), ``sum`` (counts; only
    where no unit is missing), ``vaegtet`` (units weighted by their denominators), ``enhedsgennemsnit`` (plain
    mean of units, where denominators are unknown).
    """
    own = {u.id for u in workspace.registers.units if is_own(u, workspace) and not u.administrative}
    rows = [r for r in workspace.indicators if not r.unit or r.unit in own or not workspace.registers.units]
    titles = {row.indicator: row.title for row in reversed(rows) if row.title}
    made: list[dict[str, object]] = []
    for name in dict.fromkeys(row.indicator for row in rows):
        mine = [row for row in rows if row.indicator == name]
        for period in sorted({row.period for row in mine}):
            now = [row for row in mine if row.period == period]
            units = [row for row in now if row.unit]
            given = next((row for row in now if not row.unit), None)
            total = _given(given) if given is not None else _total(units)
            shared = [given] if given is not None else units
            made.append(_line(shared, KOMMUNE, "kommune", total, titles.get(name, "")))
            made += [_line([row], unit_group(row.unit), "enhed", _single(row), titles.get(name, "")) for row in units]
    return join("indicators", [conform("indicators", pd.DataFrame(made))] if made else [])


def _line(rows: Sequence[Indicator], group: str, grouping: str, number: _Total, title: str) -> dict[str, object]:
    first = rows[0]
    return {
        "key": make_key(SURVEY, first.indicator, first.kind, group, first.period),
        "indicator": first.indicator,
        "title": title,
        "stat": first.kind,
        "group": group,
        "period": first.period,
        "value": number.value,
        "denominator": number.denominator,
        "units": number.units,
        "method": number.method,
        "note": " / ".join(dict.fromkeys(row.note for row in rows if row.note)),
        "source": "; ".join(dict.fromkeys(row.source for row in rows if row.source)),
        "reason": number.missing,
        "_grouping": grouping,
        "_persons": number.denominator,
        "_side": number.side,
    }


def _side(row: Indicator) -> float:
    """People on the smaller side of a share; NaN where the number is none, or of nobody known."""
    if row.kind not in _SHARES or row.value is None or row.denominator is None:
        return _NAN
    inside = row.value / _SHARES[row.kind] * row.denominator
    return min(inside, row.denominator - inside)


def _given(row: Indicator) -> _Total:
    return _one(row, 0)


def _single(row: Indicator) -> _Total:
    return _one(row, 1)


def _one(row: Indicator, units: int) -> _Total:
    value = _NAN if row.value is None else row.value
    under = _NAN if row.denominator is None else row.denominator
    return _Total(value, under, _side(row), units, "oplyst", row.missing)


def _total(rows: Sequence[Indicator]) -> _Total:
    """The municipality's number from those of its units."""
    known = [row for row in rows if row.value is not None]
    if not known:
        return _Total(_NAN, _NAN, _NAN, 0, "", next((row.missing for row in rows if row.missing), ""))
    values = [row.value or 0.0 for row in known]
    under = [row.denominator for row in known if row.denominator is not None]
    denominator = sum(under) if len(under) == len(known) else _NAN
    if known[0].kind == "antal":
        whole = len(known) == len(rows)
        missing = "" if whole else "oplysning_mangler"
        return _Total(sum(values) if whole else _NAN, denominator, _NAN, len(known), "sum", missing)
    if denominator > 0:
        value = sum(v * d for v, d in zip(values, under, strict=True)) / denominator
        return _Total(value, denominator, sum(_side(row) for row in known), len(known), "vaegtet")
    return _Total(sum(values) / len(values), _NAN, _NAN, len(known), "enhedsgennemsnit")
