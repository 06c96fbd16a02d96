"""Differences in development, event studies, staggered release and dose against R (comparison.R, clubSandwich)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from evaluation.statistics.contrasts import Estimate, Wald
from evaluation.statistics.did import difference_in_change
from evaluation.statistics.event_study import event_study
from evaluation.statistics.exposure import dose_slopes, side_by_side
from evaluation.statistics.staggered import Against, Staggered, Timing, group_time

HERE = Path(__file__).parent
#: Both sides are closed formulas; R goes through eigenvalues of matrices of up to 120 rows.
RELATIVE = 1e-8
TIMING = {1: Timing(1, 2), 2: Timing(2, 4), 0: Timing(5, None)}  # cohort 2 is released during wave 3


def stored() -> dict[str, float]:
    with (HERE / "comparison_values.csv").open(encoding="utf-8") as stream:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}


def data(case: str) -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / f"compare_{case}.csv")


def of(prefix: str, found: Estimate) -> dict[str, float | None]:
    names = {"estimate": found.value, "se": found.se, "df": found.df, "p": found.p_value}
    return {f"{prefix}.{name}": value for name, value in names.items()}


def of_test(prefix: str, found: Wald) -> dict[str, float | None]:
    return {f"{prefix}.f": found.statistic, f"{prefix}.df": found.df_denom, f"{prefix}.p": found.p_value}


def differences(case: str) -> dict[str, float | None]:
    d = data(case)
    found = difference_in_change(d["y"], d["wave"], d["released"], d["unit"], d["w"])
    assert found.reason == ""
    numbers = of(case, Estimate(found.difference, found.se, found.df, found.p_value))
    return numbers | {f"{case}.released": found.released, f"{case}.comparison": found.comparison}


def events(case: str) -> dict[str, float | None]:
    d = data(case)
    found = event_study(d["y"], d["wave"], 2, d["released"], d["unit"], d["w"])
    numbers = of_test(f"{case}.pretrend", found.pretrend)
    for wave in (0, 1, 3, 4):
        numbers |= of(f"{case}.t{wave}", found.coefficients[wave])
    # The joint test of the waves after: what the test before the release would be with the time turned round.
    turned = event_study(d["y"], 4 - d["wave"], 2, d["released"], d["unit"], d["w"])
    return numbers | of_test(f"{case}.after", turned.pretrend)


def staggered(case: str, against: str) -> dict[str, float | None]:
    d = data(case)
    form: Against = "never" if against == "never" else "not_yet"
    found: Staggered = group_time(d["y"], d["wave"], d["cohort"], d["unit"], TIMING, d["w"], against=form)
    prefix = f"{case}.{against}"
    numbers = of(f"{prefix}.overall", found.overall) | of_test(f"{prefix}.pretrend", found.pretrend)
    numbers[f"{prefix}.overall.stacked_se"] = found.overall.se
    for one in found.effects:
        numbers |= of(f"{prefix}.g{one.cohort}t{one.wave}", one.estimate)
    for step, average in found.by_step.items():
        numbers |= of(f"{prefix}.step{step}", average)
    return numbers


def doses(case: str) -> dict[str, float | None]:
    d = data(case)
    late = d[d["wave"] == 1]
    change = dose_slopes(d[["y"]], d["dose"], d["unit"], d["w"], after=d["wave"])[0]
    level = dose_slopes(late[["y"]], late["dose"], late["unit"], late["w"])[0]
    side = side_by_side(late[["y"]], late["exposed"], late["unit"], late["w"])[0]
    numbers = of(f"{case}.change", Estimate(change.slope, change.se, change.df, change.p_value))
    numbers |= of(f"{case}.level", Estimate(level.slope, level.se, level.df, level.p_value))
    numbers |= of(f"{case}.side", Estimate(side.difference, side.se, side.df, side.p_value))
    return numbers | {f"{case}.side.others": side.others, f"{case}.side.exposed": side.exposed}


@cache
def ours() -> dict[str, float | None]:
    made: dict[str, float | None] = {}
    for case in ("balanced", "unbalanced", "dominating", "weighted", "panel"):
        made |= differences(case)
    for case in ("event", "eventw"):
        made |= events(case)
    for case in ("staggered", "staggeredw"):
        made |= staggered(case, "notyet") | staggered(case, "never")
    for case in ("dose", "dosew"):
        made |= doses(case)
    return made


@pytest.mark.parametrize(("name", "value"), stored().items(), ids=stored().keys())
def test_value(name: str, value: float) -> None:
    found = ours()[name]
    assert found is not None
    assert found == pytest.approx(value, rel=RELATIVE, abs=1e-12)
