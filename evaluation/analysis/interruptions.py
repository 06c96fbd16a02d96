"""Register indicators as interrupted series: rows of the private table ``trends``."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from evaluation.analysis.estimates import conform
from evaluation.analysis.groups import KOMMUNE
from evaluation.analysis.indicators import SURVEY
from evaluation.analysis.trends import finished, nan
from evaluation.plan.load import Workspace
from evaluation.statistics import reasons
from evaluation.statistics.contrasts import Estimate
from evaluation.statistics.interrupted import Interrupted, interrupted_series
from evaluation.statistics.tests import interval

#: Designs: shift of level at the first period after the release; shift of slope, a year.
LEVEL, SLOPE = "niveauskift", "haeldningsskift"
#: So few periods cannot say how the series moves by itself.
CAUTION = "forsigtig"


def interruptions(workspace: Workspace, indicators: pd.DataFrame) -> pd.DataFrame:
    """Shift of level and slope of every indicator of the municipality at the first release.

    A period that the release began in belongs to neither side. Without three periods on both sides, or where the note
    says that others are counted than before, there are rows with a reason and no numbers.
    """
    start = min((release.start for release in workspace.plan.releases), default=None)
    if start is None or indicators.empty:
        return conform("trends", pd.DataFrame())
    rows: list[dict[str, object]] = []
    mine = indicators[indicators["group"] == KOMMUNE]
    for name in dict.fromkeys(mine["indicator"]):
        rows += _rows(workspace, mine[mine["indicator"] == name].sort_values("period"), start)
    return finished(rows)


def _rows(workspace: Workspace, table: pd.DataFrame, start: date) -> list[dict[str, object]]:
    known = table[table["value"].notna()]
    sides = [_side(str(period), start) for period in known["period"]]
    used = known[[side is not None for side in sides]]
    after = np.array([side for side in sides if side is not None], dtype=float)
    time = np.array([_middle(str(period)) for period in used["period"]])
    first = table.iloc[0]
    found = interrupted_series(used["value"].to_numpy(dtype=float), time, after)
    changed = len(set(used["note"])) > 1 or len(set(used["stat"])) > 1
    periods = [str(period) for period in (used if len(used) else table)["period"]]
    alpha = workspace.plan.decision.alpha
    shared: dict[str, object] = {
        "survey": SURVEY,
        "measure": first["indicator"],
        "stat": first["stat"],
        "higher_is": "neutral",
        "group": KOMMUNE,
        "waves": f"{periods[0]}_{periods[-1]}",
        "n_before": found.periods_before,
        "n_after": found.periods_after,
        "alpha": alpha,
        "comparable": "nej" if changed else "ja",
        "base": "register",
    }
    return [shared | {"design": design} | _numbers(one, found, alpha, changed) for design, one in _shifts(found)]


def _shifts(found: Interrupted) -> tuple[tuple[str, Estimate], ...]:
    return (LEVEL, found.level), (SLOPE, found.slope)


def _numbers(one: Estimate, found: Interrupted, alpha: float, changed: bool) -> dict[str, object]:
    if changed or one.value is None:
        return {"method": "described", "reason": reasons.POPULATION_CHANGED if changed else one.reason}
    low, high = interval(one.value, one.se, one.df, 1 - alpha)
    return {
        "estimate": one.value,
        "se": nan(one.se),
        "df": nan(one.df),
        "ci_low": nan(low),
        "ci_high": nan(high),
        "method": f"its_{found.method}" if found.method else "described",
        "caution": CAUTION,
        "reason": one.reason,
    }


def _days(period: str) -> tuple[date, date]:
    """First and last day of a period: a year, or a year and month."""
    year, _, month = period.partition("-")
    if not month:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    after = date(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
    return date(int(year), int(month), 1), after - timedelta(days=1)


def _side(period: str, start: date) -> int | None:
    """0 before the release, 1 after it, None where the release began in the period."""
    first, last = _days(period)
    return 0 if last < start else 1 if first >= start else None


def _middle(period: str) -> float:
    """The middle of a period in years."""
    year, _, month = period.partition("-")
    return float(year) + ((int(month) - 0.5) / 12 if month else 0.5)
