"""Ordinal effects, rank tests, equivalence, exact wild bootstrap and shares against R (effects.R), a case a value."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from evaluation.statistics.bootstrap import wild_bootstrap
from evaluation.statistics.caution import largest_share
from evaluation.statistics.change import cluster_change
from evaluation.statistics.ordinal import ordinal_effect
from evaluation.statistics.ranks import mann_whitney, wilcoxon
from evaluation.statistics.tests import interval, mdc, tost
from evaluation.statistics.weights import effective_n

HERE = Path(__file__).parent
#: CR2 in R goes through eigenvalues of matrices of up to 80 rows, which costs a few digits of sixteen.
RELATIVE, ABSOLUTE = 1e-8, 1e-12
#: The cluster jackknife is another estimator of the same error; with 7 units they are up to 10 % apart.
JACKKNIFE = 0.10
OWN = ("six", "seven", "eight", "joined")


def stored() -> dict[str, float]:
    with (HERE / "effects_values.csv").open(encoding="utf-8") as stream:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}


VALUES = stored()


@cache
def data(case: str) -> pd.DataFrame:
    return pd.read_csv(HERE / "inputs" / f"{'effects_' if case in OWN else ''}{case}.csv")


@cache
def ours(case: str) -> Mapping[str, float | None]:
    """Every number of a case under the name R's script gave it, without the case."""
    d = data(case)
    y, after, unit, w = d["y"], d["after"], d["unit"], d["w"]
    found = ordinal_effect(y, after, unit, w, independent=case == "persons")
    numbers: dict[str, float | None] = {
        "superiority": found.superiority,
        "delta": found.delta,
        "delta.se": found.se,
        "delta.df": found.df,
        "delta.low": found.low,
        "delta.high": found.high,
        "delta.jackknife": found.se,
        "largest": largest_share(y.to_numpy()[:, None], after, unit, w)[0],
    }
    if "asked" in d and case != "persons":
        finite = ordinal_effect(y, after, unit, w, estimand="beskrivelse", population=d["asked"])
        numbers["delta.finite.se"] = finite.se
    for tag, correct in (("", False), (".corrected", True)):
        test = mann_whitney(y, after, correct=correct)
        numbers |= {f"mw{tag}.W": test.statistic, f"mw{tag}.p": test.p_value, "mw.biserial": test.effect}
        if "person" in d:
            # Shuffled: pairs are joined on id, never on position.
            first, second = d[after == 0].sample(frac=1, random_state=1), d[after == 1]
            pairs = wilcoxon(first["person"], first["y"], second["person"], second["y"], correct=correct)
            numbers |= {f"wx{tag}.V": pairs.statistic, f"wx{tag}.p": pairs.p_value, "wx.biserial": pairs.effect}
    return numbers | (_change(d) if case in OWN else {})


def _change(d: pd.DataFrame) -> dict[str, float | None]:
    change = cluster_change(d["y"], d["after"], d["unit"], d["w"])
    exact = wild_bootstrap(d["y"], d["after"], d["unit"], d["w"], exact=True)
    numbers: dict[str, float | None] = {
        "change": change.change,
        "se": change.se,
        "df": change.df,
        "p": change.p_value,
        "mdc80": mdc(change.se, change.df),
        "wild.exact": exact.p_value,
        "wild.combinations": exact.draws,
    }
    for name, level in (("ci", 0.95), ("eq", 0.9)):
        numbers[f"{name}.low"], numbers[f"{name}.high"] = interval(change.change, change.se, change.df, level)
    for delta in (2.5, 5, 15):
        numbers[f"tost{delta}"] = tost(change.change, change.se, change.df, delta).p_value
    for k in (0, 1):
        numbers[f"n_eff{k}"] = effective_n(d.loc[d["after"] == k, "w"])
    return numbers


@pytest.mark.parametrize("name", sorted(VALUES))
def test_value(name: str) -> None:
    case, number = name.split(".", 1)
    relative = JACKKNIFE if number.endswith("jackknife") else RELATIVE
    assert ours(case)[number] == pytest.approx(VALUES[name], rel=relative, abs=ABSOLUTE)


def test_at_least_as_many_values_as_promised() -> None:
    assert len([name for name in VALUES if not name.endswith("jackknife")]) >= 150


def test_drawn_bootstrap_is_near_the_exact_one() -> None:
    """Webb's draws and all signs are two bootstraps of the same thing: near, not equal."""
    for case in OWN:
        d = data(case)
        drawn = wild_bootstrap(d["y"], d["after"], d["unit"], d["w"], seed=1, draws=9999)
        assert drawn.p_value == pytest.approx(VALUES[f"{case}.wild.exact"], abs=0.035)
