"""What analysis hands to the gate: the published tables' columns plus private ones, before anything is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pandas as pd

from evaluation.common import table

#: Private columns per table, all starting with ``_``: ``_grouping`` names the partition the group
#: belongs to, ``_persons*`` count distinct people behind a number, ``_side*`` the distinct people on
#: the smaller side of a share (NaN where the number is no share); ``_above`` the groups between a group and the
#: municipality that contain all of it (a unit's type), with ``;`` between; ``_score`` an answer's 0–100 score and
#: ``_positive`` whether its share counts it (1 or 0), NaN where there is none.
PRIVATE: Mapping[str, tuple[str, ...]] = {
    "estimates": ("_grouping", "_persons_before", "_persons_after", "_side_before", "_side_after"),
    "levels": ("_grouping", "_persons", "_side", "_above"),
    "distributions": ("_grouping", "_persons", "_persons_answered", "_score", "_positive", "_above"),
    "response": (),
    "perceived": ("_grouping", "_persons", "_persons_asked"),
    "scales": ("_persons", "_n_pair", "_persons_pair"),
    "indicators": ("_grouping", "_persons", "_side"),
    "attrition": (),
    "weighting": ("_persons",),
    "nonresponse": (),
    "trends": ("_persons", "_persons_apart", "_persons_smallest"),
    "comparisons": ("_persons_group", "_persons_against", "_units_group", "_units_against"),
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: columns for name, columns in table.PUBLISHED.items() if name != "record"
}
#: Columns that hold text; everything else is float64 (NaN where there is no number), but for ``suppressed``.
TEXT = table.TEXT | {"_grouping", "_units_group", "_units_against", "_above"}


@dataclass(frozen=True, slots=True)
class Estimates:
    """Private results: never written anywhere but ``data/processed``, never shown.

    Attributes
    ----------
    estimates, levels, distributions, response, perceived, scales, indicators, attrition, comparisons : pandas.DataFrame
    weighting, nonresponse, trends : pandas.DataFrame
        Columns of ``common.table`` followed by those of :data:`PRIVATE`. ``_persons*`` count
        distinct people (raters for school data, households for parents) behind a number.
    meta : mapping
        As ``Published.meta``; ``notes`` is a list of mappings with ``code`` and its parameters.
    """

    estimates: pd.DataFrame
    levels: pd.DataFrame
    distributions: pd.DataFrame
    response: pd.DataFrame
    perceived: pd.DataFrame
    scales: pd.DataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)
    indicators: pd.DataFrame = field(default_factory=lambda: conform("indicators", pd.DataFrame()))
    attrition: pd.DataFrame = field(default_factory=lambda: conform("attrition", pd.DataFrame()))
    trends: pd.DataFrame = field(default_factory=lambda: conform("trends", pd.DataFrame()))
    comparisons: pd.DataFrame = field(default_factory=lambda: conform("comparisons", pd.DataFrame()))
    weighting: pd.DataFrame = field(default_factory=lambda: conform("weighting", pd.DataFrame()))
    nonresponse: pd.DataFrame = field(default_factory=lambda: conform("nonresponse", pd.DataFrame()))


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with exactly the columns and types of table ``name``, in order, index 0…n-1.

    Columns that are absent become empty text, NaN or False.
    """
    if not len(frame.columns) and not len(frame):
        return _nothing(name).copy()
    wanted = (*COLUMNS[name], *PRIVATE[name])
    unknown = set(frame.columns) - set(wanted)
    if unknown:
        raise AssertionError(f"{name}: columns nobody knows: {sorted(unknown)}")
    made = {}
    for column in wanted:
        if column == "suppressed":
            made[column] = pd.Series(False, index=frame.index, dtype=bool)
        elif column in TEXT:
            made[column] = frame[column].astype(object) if column in frame else pd.Series("", frame.index, dtype=object)
        else:
            made[column] = frame[column].astype("float64") if column in frame else pd.Series(float("nan"), frame.index)
    return pd.DataFrame(made, columns=list(wanted)).reset_index(drop=True)


@lru_cache(maxsize=64)
def _nothing(name: str) -> pd.DataFrame:
    """Return table ``name`` without rows; made once, because most surveys have several."""
    columns = (*COLUMNS[name], *PRIVATE[name])
    return conform(name, pd.DataFrame(columns=list(columns)))


def join(name: str, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """All parts of table ``name`` in one frame, in the order given; an empty table when there are none."""
    whole = [part for part in parts if len(part)]
    return pd.concat(whole, ignore_index=True) if whole else conform(name, pd.DataFrame())
