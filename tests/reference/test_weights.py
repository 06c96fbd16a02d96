"""Weights, trimming, the weighted change and tipping points against R (weights.R), a case a value."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.change import cluster_change
from evaluation.statistics.known_margins import Fitted, fit_margins
from evaluation.statistics.nonresponse import holm_limit, tipping, worst_case
from evaluation.statistics.weights import effective_n, trim_weights, weight_spread

HERE = Path(__file__).parent
RELATIVE, ABSOLUTE = 1e-8, 1e-12
#: Units of the input: type, area, people asked, as in weights.R.
ASKED = dict(
    zip([f"u{i:02d}" for i in range(1, 15)], [18, 25, 22, 30, 16, 60, 48, 52, 70, 44, 38, 41, 29, 35], strict=True)
)
SEX = {"k": 310.0, "m": 218.0}
COLUMNS = {"type": ("type",), "joint": ("joint",), "rim": ("type", "area"), "rim3": ("type", "area", "sex")}
CHANGES = ("type.plain", "joint.plain", "rim.based", "rim3.plain")


def stored() -> dict[str, float]:
    with (HERE / "weights_values.csv").open(encoding="utf-8") as stream:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}


VALUES = stored()


@cache
def people() -> pd.DataFrame:
    made = pd.read_csv(HERE / "inputs" / "weights_people.csv")
    return made.assign(joint=made["type"] + " x " + made["area"])


@cache
def known(column: str) -> dict[str, float]:
    if column == "sex":
        return SEX
    units = people().drop_duplicates("unit").set_index("unit")[column]
    assert len(units) == len(ASKED)
    totals: dict[str, float] = {}
    for unit, label in units.items():
        totals[str(label)] = totals.get(str(label), 0.0) + ASKED[str(unit)]
    return totals


@cache
def fitted(how: str, base: str, wave: int) -> Fitted:
    d = people()[people()["after"] == wave]
    margins = [(name, d[name].to_numpy(), known(name)) for name in COLUMNS[how]]
    return fit_margins(margins, None if base == "plain" else d["w"].to_numpy(), fewest=3)


def weights(how: str, base: str, wave: int) -> np.ndarray:
    found = fitted(how, base, wave)
    assert found.weights is not None
    return found.weights


def of_weights(name: str) -> float | None:
    how, base, wave, what = name.split(".")
    w = weights(how, base, int(wave))
    if what == "mean":
        return float(np.average(people().loc[people()["after"] == int(wave), "y"], weights=w))
    if what in ("first", "last"):
        return float(w[0 if what == "first" else -1])
    return float(getattr(weight_spread(w), what))


def of_trimming(name: str) -> float:
    how, base, wave, *upper, what = name.removeprefix("trim.").split(".")
    cut = trim_weights(weights(how, base, int(wave)), float(".".join(upper)))
    assert cut.weights is not None
    return {"share": cut.share, "smallest": float(cut.weights.min()), "n_eff": effective_n(cut.weights)}[what]


def change_of(tag: str) -> tuple[pd.DataFrame, np.ndarray]:
    how, base = tag.split(".")
    d = people()
    made = np.empty(len(d))
    for wave in (0, 1):
        made[d["after"] == wave] = weights(how, base, wave)
    return d, made


def of_change(name: str) -> float | None:
    kind, how, base, *rest = name.split(".")
    d, w = change_of(f"{how}.{base}")
    found = cluster_change(d["y"], d["after"], d["unit"], w)
    what = ".".join(rest)
    if kind == "change":
        return getattr(found, {"p": "p_value"}.get(what, what))
    whole = sum(ASKED.values())
    rates = found.n_before / whole, found.n_after / (whole + 40)
    if kind == "worst":
        return getattr(worst_case(found.before, found.after, *rates), what)
    level = 0.05 if what == "zero" else float(what)
    tips = tipping(found.before, found.after, found.se, found.df, *rates, level=level)
    return tips.zero if what == "zero" else tips.significance


def ours(name: str) -> float | None:
    kind = name.split(".")[0]
    if kind == "holm":
        return holm_limit([float(p) for p in name.removeprefix("holm.").split("_")], 0.05)
    if kind == "trim":
        return of_trimming(name)
    return of_change(name) if kind in ("change", "gap", "worst") else of_weights(name)


@pytest.mark.parametrize("name", sorted(name for name in VALUES if not name.endswith(".cr1")))
def test_value(name: str) -> None:
    assert ours(name) == pytest.approx(VALUES[name], rel=RELATIVE, abs=ABSOLUTE)


@pytest.mark.parametrize("tag", CHANGES)
def test_linearised_error_of_svyglm_is_near_but_not_ours(tag: str) -> None:
    """svyglm's error is G/(G-1) linearisation: a few per cent from CR2, and the same estimate."""
    assert VALUES[f"change.{tag}.se"] == pytest.approx(VALUES[f"change.{tag}.cr1"], rel=0.1)
    assert VALUES[f"change.{tag}.se"] != pytest.approx(VALUES[f"change.{tag}.cr1"], rel=1e-6)


def test_the_script_made_as_many_values_as_are_asked_for() -> None:
    assert len(VALUES) >= 150
