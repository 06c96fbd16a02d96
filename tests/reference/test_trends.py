"""Several waves, composition, interrupted series, intraclass correlation against R (trends.R)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.composition import decompose
from evaluation.statistics.contrasts import Estimate
from evaluation.statistics.interrupted import interrupted_series
from evaluation.statistics.intraclass import intraclass
from evaluation.statistics.trend import trend

HERE = Path(__file__).parent
TIMES = {
    "plain": (-1.6, -0.7, 1.3, 3.3),
    "weighted": (-3, -2, -0.5, 1, 2.25),
    "dominating": (-2, -1, 1, 2),
}
BEFORE = {"plain": 2, "weighted": 3, "dominating": 2}


def _stored() -> dict[str, float]:
    with (HERE / "trends_values.csv").open(encoding="utf-8") as stream:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}


VALUES = _stored()


def _of(prefix: str, found: Estimate) -> dict[str, float | None]:
    names = {"estimate": found.value, "se": found.se, "df": found.df, "p": found.p_value}
    return {f"{prefix}.{name}": value for name, value in names.items()}


def _waves(case: str) -> dict[str, float | None]:
    d = pd.read_csv(HERE / "inputs" / f"trend_{case}.csv")
    reference = BEFORE[case] - 1
    found = trend(d["y"], d["wave"], TIMES[case], reference, d["unit"], d["w"])
    assert found.reason == ""
    made: dict[str, float | None] = {f"mean.{t}": value for t, value in enumerate(found.means)}
    for t, one in enumerate(found.against):
        made |= _of(f"against.{t}", one)
    for name in ("slope_before", "slope_after", "slope_change"):
        made |= _of(name, getattr(found, name))
    made |= {"joint.f": found.joint.statistic, "joint.df": found.joint.df_denom, "joint.p": found.joint.p_value}
    ends = d[d["wave"].isin([reference, d["wave"].max()])]
    split = decompose(ends["y"], ends["wave"] == d["wave"].max(), ends["type"], ends["unit"], ends["w"])
    made["decomposed.change"] = split.change.value
    for name in ("within", "composition"):
        made |= _of(f"decomposed.{name}", getattr(split, name))
    first = d[d["wave"] == 0]
    alike = intraclass(first["y"], first["unit"])
    return made | {f"icc.{name}": getattr(alike, name) for name in ("value", "size", "low", "high")}


def _series(case: str) -> dict[str, float | None]:
    d = pd.read_csv(HERE / "inputs" / f"trend_series_{case}.csv")
    made: dict[str, float | None] = {}
    for method in ("hc3", "newey_west"):
        found = interrupted_series(d["y"], d["time"], d["after"], method=method)
        for name in ("level", "slope", "slope_before"):
            made |= _of(f"{method}.{name}", getattr(found, name))
    return made


@cache
def ours(case: str) -> dict[str, float | None]:
    return _waves(case) if case in TIMES else _series(case)


@pytest.mark.parametrize("name", VALUES)
def test_trend_against_r(name: str) -> None:
    case, _, number = name.partition(".")
    assert ours(case)[number] == pytest.approx(VALUES[name], rel=1e-8, abs=1e-12)


def test_many_values() -> None:
    assert len(VALUES) >= 150
    assert np.isfinite(list(VALUES.values())).all()
