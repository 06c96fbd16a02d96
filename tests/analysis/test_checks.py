"""Checks beside the tests: bootstrap of few units, dominating unit, effect sizes, equivalence in every kind of row."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.estimates import Estimates
from evaluation.analysis.run import analyse
from evaluation.disclosure.gate import publish
from evaluation.plan.model import Disclosure
from evaluation.plan.registers import Population
from evaluation.statistics.bootstrap import seed_of, wild_bootstrap
from evaluation.statistics.caution import cautions, largest_share
from evaluation.statistics.tests import interval, mdc, tost
from tests.support import small

EVEN = {f"U{i}": 30 for i in range(8)}
LARGE = {f"U{i}": 20 if i else 90 for i in range(8)}
MANY = {f"U{i}": 15 for i in range(14)}


@lru_cache(maxsize=8)
def made(kind: str = "even", shift: float = 0.2, estimand: str = "udvikling", unit: bool = True) -> Estimates:
    sizes = {"even": EVEN, "large": LARGE, "many": MANY}[kind]
    plan = small.plan(unit=unit, estimand=estimand)
    waves = ("2020", "2024")
    population = tuple(Population("s", wave, name, 2 * size) for name, size in sizes.items() for wave in waves)
    registered = small.units(len(sizes), 3)
    answers = small.two_waves(sizes | {"V0": 12, "V1": 12, "V2": 12}, shift=shift)
    return analyse(small.workspace(plan, registered, population), {"lille": small.instrument()}, answers)


def scores(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["stat"] == "score") & (table["group"] == "kommune")]


def values(kind: str, shift: float, items: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scale scores by another road than the package, own units only."""
    sizes = {"even": EVEN, "large": LARGE}[kind] | {"V0": 12, "V1": 12, "V2": 12}
    parts = list(small.two_waves(sizes, shift=shift).values())
    points = pd.concat([(part.codes[items].astype(float) - 1) * 25 for part in parts], ignore_index=True)
    y = points.mean(axis=1).where(points.notna().sum(axis=1) >= 2).to_numpy()
    unit = np.concatenate([part.persons["unit"].to_numpy(dtype=object) for part in parts])
    own = np.array([name.startswith("U") for name in unit])
    return y[own], np.repeat([0, 1], [len(p.codes) for p in parts])[own], unit[own]


def test_few_units_have_a_bootstrap_seeded_by_the_row() -> None:
    rows = made().estimates
    inside = rows["family"] != ""
    assert inside.sum() >= 4
    assert rows.loc[inside, "p_bootstrap"].notna().all()
    assert set(rows.loc[inside, "bootstrap_draws"]) == {1999.0}
    assert rows.loc[~inside, ["p_value", "p_bootstrap", "bootstrap_draws"]].isna().all().all()
    one = rows[rows["key"] == "s.beta.score.kommune.2020_2024"].iloc[0]
    expected = wild_bootstrap(*values("even", 0.2, ["b1", "b2", "b3"]), seed=seed_of(one["key"]))
    assert one["p_bootstrap"] == expected.p_value
    assert 0 < one["p_bootstrap"] < 1


def test_the_same_rows_give_the_same_bytes_in_any_order() -> None:
    answers = small.two_waves(EVEN, shift=0.2)
    workspace = small.workspace(registered=small.units(8))
    first = analyse(workspace, {"lille": small.instrument()}, answers).estimates
    order = np.random.default_rng(5).permutation(sum(EVEN.values()))
    turned = {
        key: type(part)(
            part.survey,
            part.wave,
            part.codes.iloc[order].reset_index(drop=True),
            part.states.iloc[order].reset_index(drop=True),
            part.persons.iloc[order].reset_index(drop=True),
            part.weights.iloc[order].reset_index(drop=True),
            part.fictional,
            part.report,
        )
        for key, part in answers.items()
    }
    other = analyse(workspace, {"lille": small.instrument()}, turned).estimates
    pd.testing.assert_series_equal(first["p_bootstrap"], other["p_bootstrap"], rtol=0, atol=0)
    assert first["p_bootstrap"].notna().any()


@pytest.mark.parametrize(
    "options",
    [{"kind": "many"}, {"estimand": "beskrivelse"}, {"unit": False}],
    ids=["12 units", "beskrivelse", "persons"],
)
def test_no_bootstrap_where_there_is_nothing_to_check(options: dict[str, str]) -> None:
    rows = made(**options).estimates  # type: ignore[arg-type]
    assert rows["p_value"].notna().any()
    assert rows[["p_bootstrap", "bootstrap_draws"]].isna().all().all()


def test_a_dominating_unit_is_named_in_the_row_and_an_even_survey_is_not() -> None:
    rows = made("large").estimates
    one = rows[rows["key"] == "s.beta.score.kommune.2020_2024"].iloc[0]
    y, after, unit = values("large", 0.2, ["b1", "b2", "b3"])
    shares = [(unit[(after == k) & ~np.isnan(y)] == "U0").mean() for k in (0, 1)]
    assert one["largest_share"] == pytest.approx(max(shares), rel=1e-12)
    assert (rows.loc[rows["group"] == "kommune", "caution"].str.contains("dominating_unit")).all()
    assert not scores(made("even").estimates)["caution"].str.contains("dominating_unit").any()
    units = rows[rows["group"].str.startswith("enhed-")]
    assert units["largest_share"].isna().all()
    assert set(units["caution"]) == {""}


@pytest.mark.parametrize("kind", ["even", "large"])
def test_caution_follows_from_the_published_row(kind: str) -> None:
    shown = publish(made(kind), Disclosure()).estimates
    for row in shown.to_dict("records"):
        expected = (
            cautions(row["largest_share"], row["p_value"], row["p_bootstrap"], row["alpha"])
            if not np.isnan(row["se"])
            else ()
        )
        assert row["caution"] == " ".join(expected), row["key"]


def test_test_and_check_that_disagree_call_for_caution() -> None:
    assert cautions(0.2, 0.04, 0.06, 0.05) == ("bootstrap_disagrees",)
    assert cautions(1 / 3, 0.04, 0.04, 0.05) == ("dominating_unit",)
    assert cautions(0.34, 0.06, 0.04, 0.05) == ("dominating_unit", "bootstrap_disagrees")
    assert cautions(None, 0.04, None, 0.05) == cautions(0.33, float("nan"), 0.04, 0.05) == ()
    with pytest.raises(ValueError, match="alpha"):
        cautions(0.2, 0.1, 0.1, 5)
    y = np.array([[1.0, np.nan], [2, 1], [3, 1], [4, np.nan]])
    assert largest_share(y, [0, 0, 1, 1], ["a", "b", "a", "a"], [1, 3, 1, 1]) == (1.0, 1.0)
    assert largest_share(y, [0, 1, 0, 0], ["a", "b", "a", "c"], [1, 3, 1, 2]) == (1.0, 1.0)
    assert largest_share(y[:, :1], [0, 0, 0, 0], ["a", "b", "a", "c"]) == (None,)


def test_checks_are_hidden_wherever_p_is() -> None:
    answers = small.two_waves({"U0": 9, **{f"U{i}": 6 for i in range(1, 8)}}, shift=0.4)
    plan = small.plan()
    private = analyse(small.workspace(plan, small.units(8)), {"lille": small.instrument()}, answers)
    shown = publish(private, Disclosure(threshold=5)).estimates
    bare = shown["se"].isna()
    young = (shown["group"] == "stilling-ung") & (shown["stat"] == "score")
    assert private.estimates.loc[young, "p_bootstrap"].notna().all()
    assert bare[young].all()
    assert not bare.all()
    hidden = shown[bare]
    assert hidden[["p_bootstrap", "bootstrap_draws", "largest_share"]].isna().all().all()
    assert set(hidden["caution"]) == {""}


@pytest.mark.parametrize("estimand", ["udvikling", "beskrivelse"])
def test_every_kind_of_row_has_the_numbers_it_should_and_no_others(estimand: str) -> None:
    rows = made(estimand=estimand).estimates
    tested = rows[~rows["group"].str.startswith(("enhed-", "sammenligning", "forskel-"))]
    assert set(tested["group"]) > {"kommune", "type-boernehave", "stilling-ung"}
    known = tested[tested["se"].notna()]
    assert set(known["stat"]) == {"score", "snit", "andel"}
    assert set(known["method"]) == {"finite_population" if estimand == "beskrivelse" else "cr2_unit"}
    for row in known.to_dict("records"):
        assert row["mdc80"] == pytest.approx(mdc(row["se"], row["df"], row["alpha"]), rel=1e-12)
        low, high = interval(row["change"], row["se"], row["df"], 1 - 2 * row["alpha"])
        assert [row["eq_low"], row["eq_high"]] == pytest.approx([low, high], rel=1e-12)
        both = tost(row["change"], row["se"], row["df"], row["delta"], row["alpha"])
        inside = -row["delta"] < row["eq_low"] and row["eq_high"] < row["delta"]
        assert both.p_value is not None
        assert (both.p_value < row["alpha"]) == inside
    for name in ("se", "mdc80", "eq_low", "eq_high", "p_value"):
        assert tested.loc[tested["se"].isna(), name].isna().all()
        if name != "se":
            assert rows.drop(index=tested.index)[name].isna().all()


def test_scores_carry_g_items_carry_delta_and_shares_carry_none() -> None:
    rows = made().estimates
    kinds = rows[rows["group"] == "kommune"].groupby("stat")["effect_name"].agg(set).to_dict()
    assert kinds == {"score": {"hedges_g"}, "snit": {"cliffs_delta"}, "andel": {""}}
    parts = list(small.two_waves(EVEN | {"V0": 12, "V1": 12, "V2": 12}, shift=0.2).values())
    early, late = (
        part.codes.loc[part.persons["unit"].str.startswith("U"), "a1"].dropna().to_numpy(dtype=float) for part in parts
    )
    item = rows[rows["key"] == "s.a1.snit.kommune.2020_2024"].iloc[0]
    assert item["effect_size"] == pytest.approx(np.sign(late[:, None] - early[None]).mean(), rel=1e-12)
    assert item["effect_low"] < item["effect_size"] < item["effect_high"]
    described = made(estimand="beskrivelse").estimates
    same = described[described["key"] == item["key"]].iloc[0]
    assert same["effect_size"] == pytest.approx(item["effect_size"], rel=1e-12)
    assert same["effect_high"] != item["effect_high"]
