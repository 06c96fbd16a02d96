"""Scales against R: scales.R makes inputs/scale_*.csv and scales_values.csv (psych, clubSandwich, nleqslv)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.consistency import consistency, extremes
from evaluation.statistics.invariance import invariance
from evaluation.statistics.reliability import cronbach_alpha

HERE = Path(__file__).parent


def _stored() -> dict[str, float]:
    with (HERE / "scales_values.csv").open(encoding="utf-8") as stream:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}


VALUES = _stored()


@cache
def answers(case: str) -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / f"scale_{case}.csv")


@cache
def ours(case: str) -> dict[str, float | None]:
    d = answers(case)
    matrix = d[[name for name in d if name.startswith("i")]].to_numpy(dtype=float)
    made: dict[str, float | None] = {}
    for missing in ("listwise", "pairwise"):
        found = consistency(matrix, missing=missing)  # type: ignore[arg-type]
        for name in ("alpha", "alpha_std", "g6", "average_r", "ase", "omega"):
            made[f"{missing}.{name}"] = getattr(found, name)
        for name in ("item_rest", "alpha_dropped"):
            made |= {f"{missing}.{name}.{i + 1}": value for i, value in enumerate(getattr(found, name))}
    ends = extremes(matrix.mean(axis=1))
    made |= {"floor": ends.floor, "ceiling": ends.ceiling}
    same = invariance(matrix, d["after"], d["unit"])
    made |= {"congruence": same.congruence, "congruence.psych": same.congruence, "congruence.p": same.p_value}
    made["adjusted.0"] = same.p_adjusted
    for i, drift in enumerate(same.drifts, start=1):
        made[f"adjusted.{i}"] = drift.p_adjusted
        numbers = {"points": drift.points, "se": drift.se, "df": drift.df, "p": drift.p_value}
        numbers |= {"size": drift.size, "low": drift.low}
        made |= {f"drift.{i}.{name}": value for name, value in numbers.items()}
    return made


@pytest.mark.parametrize("name", VALUES)
def test_scale_against_r(name: str) -> None:
    case, _, number = name.partition(".")
    assert ours(case)[number] == pytest.approx(VALUES[name], rel=1e-8, abs=1e-12)


def test_alpha_of_covariances_is_that_of_pingouin() -> None:
    d = answers("five")
    matrix = d[[name for name in d if name.startswith("i")]].to_numpy(dtype=float)
    assert consistency(matrix).alpha == pytest.approx(cronbach_alpha(matrix).value, rel=1e-12)
    assert consistency(matrix).n == int((~np.isnan(matrix).any(axis=1)).sum())
