"""Everything made from counts against R (counts.R), a case a value."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.comparisons import compare, level_errors
from evaluation.statistics.counts import Grouped, count_answers, slots_of

HERE = Path(__file__).parent
RELATIVE, ABSOLUTE = 1e-8, 1e-12
POINTS = np.tile([0.0, 25, 50, 75, 100], (2, 1))


def stored() -> dict[str, float]:
    with (HERE / "counts_values.csv").open(encoding="utf-8") as stream:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}


VALUES = stored()


@cache
def grouped(*, units: bool, weights: bool, whole: bool = False) -> Grouped:
    d = pd.read_csv(HERE / "inputs" / "counts_answers.csv")
    return count_answers(
        slots_of(d[["a", "b"]].to_numpy(), [1, 2, 3, 4, 5]),
        d["wave"],
        slots=5,
        unit=d["unit"] if units else None,
        groupings=[] if whole else [d["group"]],
        weights=d["w"] if weights else None,
    ).of()


@cache
def ours() -> dict[str, float]:
    """Every number under the name R's script gave it."""
    welch = compare(grouped(units=False, weights=False), POINTS, delta=5.0)
    survey = compare(grouped(units=False, weights=True), POINTS, delta=5.0, design=420)
    domains = level_errors(grouped(units=False, weights=True), POINTS, design=420)
    clusters = compare(grouped(units=True, weights=True), POINTS, delta=5.0)
    levels = level_errors(grouped(units=True, weights=True), POINTS)
    assert welch.ranks is not None
    by_name = {
        "change": welch.change.value, "welch.se": welch.change.se, "welch.df": welch.change.df,
        "welch.p": welch.p_value, "welch.low": welch.change.low, "welch.high": welch.change.high,
        "equal.low": welch.equivalence.low, "equal.high": welch.equivalence.high,
        "equal.p": welch.equivalence.p_value, "mdc": welch.mdc, "g": welch.hedges_g.value,
        "u": welch.ranks.u, "u.p": welch.ranks.u_p, "delta": welch.cliffs_delta.value,
        "chi2": welch.ranks.chi2, "chi2.df": welch.ranks.chi2_df, "chi2.p": welch.ranks.chi2_p,
        "survey.change": survey.change.value, "survey.se": survey.change.se, "survey.p": survey.p_value,
        "cr2.change": clusters.change.value, "cr2.se": clusters.change.se, "cr2.df": clusters.change.df,
        "cr2.p": clusters.p_value,
    }  # fmt: skip
    for wave in range(2):
        by_name[f"survey.mean{wave}"], by_name[f"survey.se{wave}"] = domains.value[..., wave], domains.se[..., wave]
        by_name[f"cr2.mean{wave}"], by_name[f"cr2.se{wave}"] = levels.value[..., wave], levels.se[..., wave]
        by_name[f"cr2.df{wave}"] = levels.df[..., wave]
    found = {
        f"{item}.{group}.{name}": float(array[i, group])
        for name, array in by_name.items()
        for i, item in enumerate("ab")
        for group in range(3)
    }
    shares = {
        "share": grouped(units=False, weights=False, whole=True).distribution()[0],
        "wshare": grouped(units=False, weights=True, whole=True).distribution()[1],
    }
    for name, part in shares.items():
        share = part / part.sum(axis=1, keepdims=True)
        for i, wave, slot in np.ndindex(2, 2, 5):
            found[f"{'ab'[i]}.all.{name}{wave}{slot}"] = float(share[i, slot, 0, wave])
    return found


@pytest.mark.parametrize("name", VALUES)
def test_value(name: str) -> None:
    assert ours()[name] == pytest.approx(VALUES[name], rel=RELATIVE, abs=ABSOLUTE)


def test_nothing_is_left_unchecked() -> None:
    assert set(ours()) == set(VALUES)
    assert len(VALUES) >= 200
