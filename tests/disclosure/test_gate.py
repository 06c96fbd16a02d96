"""The gate on small random surveys: nobody's answer leaves, and what leaves is what analysis found."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.analysis.estimates import Estimates
from evaluation.analysis.run import analyse
from evaluation.common.table import VERDICTS
from evaluation.disclosure.gate import publish
from evaluation.disclosure.published import TABLES, Published
from evaluation.disclosure.rules import RULE_VERSION
from evaluation.plan.model import Disclosure
from evaluation.statistics.verdict import verdict
from tests.support import small

SIZES = (3, 6, 12, 16, 20, 35, 60, 8)
SPREAD = ["se", "df", "ci_low", "ci_high", "eq_low", "eq_high", "p_value", "p_adjusted", "effect_size", "mdc80"]


@lru_cache(maxsize=4)
def results(sizes: tuple[int, ...] = SIZES, comparison: int = 0, rater: str | None = None) -> Estimates:
    per_unit = {f"U{i}": n for i, n in enumerate(sizes)} | {f"V{i}": 15 for i in range(comparison)}
    workspace = small.workspace(registered=small.units(len(sizes), comparison))
    made = small.two_waves(per_unit, shift=0.6, rater=rater)
    return analyse(workspace, {"lille": small.instrument()}, made)


@pytest.fixture(scope="module")
def published() -> Published:
    return publish(results(), Disclosure())


def both(name: str, estimates: Estimates, shown: Published) -> pd.DataFrame:
    """Published rows beside the private columns of the same key."""
    private = getattr(estimates, name)
    columns = ["key", *[c for c in private.columns if c.startswith("_")]]
    return getattr(shown, name).merge(private[columns], on="key", validate="one_to_one")


def recomputed(row: dict[str, Any]) -> str:
    """The verdict from nothing but the published row."""
    if np.isnan(row["delta"]):
        return ""
    return verdict(
        row["change"], row["p_adjusted"], row["eq_low"], row["eq_high"], row["delta"], row["alpha"], row["higher_is"]
    )


def test_every_verdict_follows_from_its_published_row(published: Published) -> None:
    rows = published.estimates.to_dict("records")
    assert all(row["verdict"] == recomputed(row) for row in rows)
    assert sum(row["verdict"] in VERDICTS for row in rows) == 4


@pytest.mark.parametrize("shift", [-1.2, -0.25, 0.0, 0.3, 1.2])
def test_verdicts_of_strong_and_weak_changes_follow_too(shift: float) -> None:
    made = small.two_waves({f"U{i}": 40 for i in range(8)}, shift=shift)
    shown = publish(analyse(small.workspace(), {"lille": small.instrument()}, made), Disclosure())
    words = [row["verdict"] for row in shown.estimates.to_dict("records") if row["verdict"]]
    assert len(words) == 4
    assert all(row["verdict"] == recomputed(row) for row in shown.estimates.to_dict("records"))


def test_what_is_shown_is_what_analysis_found(published: Published) -> None:
    private = results()
    for name, column in (("estimates", "change"), ("levels", "value"), ("perceived", "net")):
        found = both(name, private, published).merge(
            getattr(private, name)[["key", column]], on="key", suffixes=("", "_")
        )
        people = found[[c for c in found.columns if c.startswith("_persons")]].min(axis=1)
        # a large group that others hide behind shows whole points
        large = found[(people >= 15) & ~found["suppressed"] & (found["reason"] != "hele_point")]
        assert len(large) > 10
        # Half up and half to even differ only where a number lies exactly between; none may differ by more.
        np.testing.assert_array_equal(large[column], large[f"{column}_"])


def test_below_the_threshold_only_n_is_left(published: Published) -> None:
    found = both("levels", results(), published)
    few = found[(found["_persons"] > 0) & (found["_persons"] < 5)]
    assert len(few) > 0
    assert few["suppressed"].all()
    assert set(few["reason"]) == {"under_taersklen"}
    assert (
        few[["value", "sd", "se", "df", "ci_low", "ci_high", "floor_share", "ceiling_share", "n_eff"]]
        .isna()
        .all()
        .all()
    )
    assert (few["n"] > 0).all()


def test_small_groups_show_whole_points_and_no_spread() -> None:
    private = results(sizes=(13, 13, 14, 14, 14, 14, 14, 14, 60, 60))
    found = both("levels", private, publish(private, Disclosure()))
    coarse = found[(found["_persons"] >= 5) & (found["_persons"] < 15) & ~found["suppressed"]]
    points = coarse[coarse["stat"] != "andel"]["value"]
    shares = coarse[coarse["stat"] == "andel"]
    assert len(points) > 0
    assert len(shares) > 0
    assert (points == points.round()).all()
    assert points.between(1, 99).all()
    assert (shares["_side"] >= 5).all()
    np.testing.assert_allclose(shares["value"], shares["value"].round(2))
    assert coarse[["sd", "se", "ci_low", "floor_share", "n_eff"]].isna().all().all()


def test_under_thirty_nothing_tells_the_spread(published: Published) -> None:
    found = published.estimates
    small_rows = found[
        (found[["n_before", "n_after"]].min(axis=1) < 30) & ~found["suppressed"] & found["change"].notna()
    ]
    assert len(small_rows) > 0
    assert small_rows[[*SPREAD, "n_eff_before", "n_eff_after"]].isna().all().all()
    assert set(small_rows["verdict"]) == {""}
    assert set(small_rows["effect_name"]) == {""}
    assert set(small_rows["reason"]) == {"under_30", "hele_point"}


def test_changes_of_coarse_rows_are_differences_of_what_is_shown(published: Published) -> None:
    found = both("estimates", results(), published)
    people = found[["_persons_before", "_persons_after"]].min(axis=1)
    coarse = found[(people < 15) & ~found["suppressed"] & found["change"].notna()]
    assert len(coarse) > 0
    np.testing.assert_allclose(coarse["change"], coarse["after"] - coarse["before"], atol=1e-9)
    for stat, rows in coarse.groupby("stat"):
        grid = rows["change"] * (100 if stat == "andel" else 1)
        np.testing.assert_allclose(grid, grid.round(), atol=1e-9)
        words = np.where(grid.round() == 0, "ingen", np.where(grid > 0, "op", "ned"))
        assert list(words) == list(rows["direction"])


def test_a_hidden_wave_hides_the_change(published: Published) -> None:
    hidden = set(published.levels.loc[published.levels["suppressed"], "key"])
    changes = published.estimates
    touched = [any(f"{key.rsplit('.', 1)[0]}.{wave}" in hidden for wave in ("2020", "2024")) for key in changes["key"]]
    rows = changes[np.array(touched)]
    assert len(rows) > 0
    assert rows[["before", "after", "change", *SPREAD]].isna().all().all()
    assert set(rows["direction"]) == {""}


def test_pairs_never_single_out_a_few(published: Published) -> None:
    found = published.estimates.dropna(subset=["n_paired"])
    assert len(found) > 0
    for name in ("n_before", "n_after"):
        apart = found[name] - found["n_paired"]
        assert ((apart == 0) | (apart >= 5)).all()


def test_distributions_are_hidden_below_three_thresholds(published: Published) -> None:
    private = results().distributions
    shown = published.distributions
    found = shown.merge(private[["key", "_persons"]], on="key", validate="one_to_one")
    assert found.loc[(found["_persons"] < 15) & (found["_persons"] > 0), ["count", "share"]].isna().all().all()
    open_rows = found[found["count"].notna()]
    assert len(open_rows) > 0
    assert (open_rows["_persons"] >= 15).all()
    gone = set(private["key"]) - set(shown["key"])
    assert all(".enhed-" in key for key in gone)


def test_a_distribution_does_not_tell_a_hidden_mean(published: Published) -> None:
    levels = published.levels
    gone = levels[levels["suppressed"] & levels["stat"].isin(["snit", "andel"])]
    hidden = set(zip(gone["measure"], gone["group"], gone["wave"], strict=True))
    codes = published.distributions[(published.distributions["state"] == "") & published.distributions["count"].notna()]
    assert not hidden & set(zip(codes["item"], codes["group"], codes["wave"], strict=True))


def test_one_teacher_behind_many_children_shows_nothing() -> None:
    shown = publish(results(rater="laerer-1"), Disclosure())
    assert shown.levels["value"].isna().all()
    assert shown.estimates["change"].isna().all()
    assert shown.distributions["count"].isna().all()
    assert shown.perceived["net"].isna().all()
    assert shown.scales["alpha"].isna().all()
    assert shown.levels["n"].max() > 100


@pytest.mark.parametrize(("people", "told"), [(4, False), (5, False), (14, False), (16, True)])
def test_perceived_change_of_a_small_group_shows_no_net(people: int, told: bool) -> None:
    sizes = {"U0": people, "U1": people + 2, **{f"U{i}": 25 for i in range(2, 9)}}
    parts = {("s", wave): small.responses(wave, sizes, seed=5) for wave in ("2020", "2024")}
    private = analyse(small.workspace(), {"lille": small.instrument()}, parts)
    shown = publish(private, Disclosure())
    unit = shown.perceived["group"] == "enhed-u0"
    answered = private.perceived.loc[unit, "_persons"]
    rows = shown.perceived[unit & (answered >= 15 if told else answered < 15)]
    assert len(rows)
    assert (rows["net"].notna() == told).all()
    assert (rows["share_better"].notna() == told).all()


def test_everybody_alike_in_a_small_group_is_not_told() -> None:
    parts = {}
    for wave in ("2020", "2024"):
        part = small.responses(wave, {f"U{i}": 20 for i in range(8)}, seed=3)
        few = (part.persons["unit"] == "U0").to_numpy() & (np.arange(len(part.persons)) < 8)
        keep = few | (part.persons["unit"] != "U0").to_numpy()
        codes = part.codes.copy()
        codes.loc[few] = 5
        states = part.states.copy()
        states.loc[few] = "besvaret"
        from dataclasses import replace

        tables = {"codes": codes, "states": states, "persons": part.persons, "weights": part.weights}
        parts["s", wave] = replace(part, **{n: t[keep].reset_index(drop=True) for n, t in tables.items()})
    shown = publish(analyse(small.workspace(), {"lille": small.instrument()}, parts), Disclosure())
    rows = shown.levels[(shown.levels["group"] == "enhed-u0") & (shown.levels["stat"] != "score")]
    assert rows["suppressed"].all()
    assert set(rows["reason"]) == {"diskretion"}
    net = shown.perceived[shown.perceived["group"] == "enhed-u0"]
    assert net["net"].isna().all()


def test_difference_to_the_comparison_follows_what_is_shown() -> None:
    shown = publish(results(comparison=2), Disclosure()).estimates.set_index("group")
    gap = shown.loc["forskel-sammenligning"].set_index(["measure", "stat"])["change"]
    own = shown.loc["kommune"].set_index(["measure", "stat"])["change"]
    other = shown.loc["sammenligning"].set_index(["measure", "stat"])["change"]
    np.testing.assert_allclose(gap, own - other, atol=1e-9)
    assert shown.loc["forskel-sammenligning", SPREAD].isna().all().all()


def test_a_hidden_comparison_hides_the_difference() -> None:
    shown = publish(results(sizes=(20,) * 8, comparison=2), Disclosure(threshold=40)).estimates
    gap = shown[shown["group"] == "forskel-sammenligning"]
    assert gap["change"].isna().all()
    assert gap["suppressed"].all()


def test_the_record_names_everything_hidden(published: Published) -> None:
    for name in ("estimates", "levels", "perceived"):
        table = getattr(published, name)
        listed = set(published.record.loc[(published.record["table"] == name) & published.record["hidden"], "key"])
        assert listed == set(table.loc[table["suppressed"], "key"])
    assert set(published.record["rule_version"]) == {RULE_VERSION}


def test_private_columns_stay_behind(published: Published) -> None:
    for name, columns in TABLES.items():
        assert tuple(getattr(published, name).columns) == columns
        assert not any(column.startswith("_") for column in columns)


def test_the_same_estimates_give_the_same_publication(published: Published) -> None:
    again = publish(results(), Disclosure())
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(published, name), getattr(again, name))
    assert published.meta == again.meta


def test_gating_leaves_the_estimates_alone() -> None:
    private = results()
    before = {name: getattr(private, name).copy() for name in ("estimates", "levels", "distributions", "perceived")}
    publish(private, Disclosure(threshold=10))
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, getattr(private, name))


def _groupings(table: pd.DataFrame) -> pd.Series:
    return table["group"].str.split("-").str[0]


def _check_values(name: str, columns: list[str], private: Estimates, shown: Published, threshold: int) -> None:
    found = both(name, private, shown)
    persons = [c for c in found.columns if c in ("_persons", "_persons_before", "_persons_after")]
    few = (found[persons] < threshold).any(axis=1)
    assert found.loc[few, columns].isna().all().all(), name


def _check_leftovers(private: Estimates, shown: Published, threshold: int) -> None:
    """What is left of the kommune is never one small group, nor fewer people than the threshold."""
    found = both("levels", private, shown)
    # a share by itself is no secret: what it tells of the counts is looked at together with all else
    found = found[found["stat"] != "andel"]
    parts = found[found["group"].str.contains("-") & (found["_persons"] > 0)]
    wholes = found[(found["group"] == "kommune") & found["suppressed"]]
    untold = set(zip(wholes["measure"], wholes["stat"], wholes["wave"], strict=True))
    for name, group in parts.groupby(["measure", "stat", "wave", _groupings(parts)]):
        if name[:3] in untold:
            continue  # nothing is left of a number that is hidden itself
        hidden = group[group["suppressed"]]
        # a large one may be hidden by itself, as cover for the counts of others
        if (hidden["_persons"] < 3 * threshold).any() and len(hidden) < len(group):
            assert len(hidden) >= 2
            assert hidden["_persons"].sum() >= threshold


def test_one_hidden_unit_takes_the_next_smallest_with_it() -> None:
    private = results(sizes=(3, 20, 24, 30, 40, 50))
    shown = publish(private, Disclosure())
    rows = shown.levels[(shown.levels["measure"] == "a1") & shown.levels["group"].str.startswith("enhed-")]
    hidden = rows[rows["suppressed"]]
    assert set(zip(hidden["group"], hidden["reason"], strict=True)) == {
        ("enhed-u0", "under_taersklen"),
        ("enhed-u2", "diskretion"),
    }, "the next smallest of its own type: the type's number would tell the rest"
    codes = shown.distributions[(shown.distributions["item"] == "a1") & (shown.distributions["state"] == "")]
    assert not {"enhed-u0", "enhed-u2"} & set(codes["group"])
    assert "enhed-u1" in set(codes["group"])
    scores = shown.levels[(shown.levels["stat"] == "score") & shown.levels["suppressed"]]
    assert set(scores["group"]) == {"enhed-u0", "enhed-u2"}
    _check_leftovers(private, shown, 5)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sizes=st.lists(st.integers(0, 34), min_size=2, max_size=7),
    threshold=st.integers(3, 8),
    seed=st.integers(0, 10_000),
    missing=st.floats(0, 0.6),
)
def test_no_small_group_shows_a_value(sizes: list[int], threshold: int, seed: int, missing: float) -> None:
    per_unit = {f"U{i}": n for i, n in enumerate(sizes)}
    made = small.two_waves(per_unit, seed=seed, missing=missing)
    private = analyse(small.workspace(registered=small.units(len(sizes))), {"lille": small.instrument()}, made)
    shown = publish(private, Disclosure(threshold=threshold))
    _check_values("estimates", ["before", "after", "change", *SPREAD], private, shown, threshold)
    _check_values("levels", ["value", "sd", "se", "ci_low", "floor_share", "ceiling_share"], private, shown, threshold)
    _check_values("perceived", ["net", "se", "share_worse", "share_better", "share_same"], private, shown, threshold)
    _check_leftovers(private, shown, threshold)
    counts = shown.distributions.merge(private.distributions[["key", "_persons"]], on="key")
    counts = counts[counts["_persons"] > 0]
    assert counts.loc[counts["_persons"] < 3 * threshold, ["count", "share"]].isna().all().all()
    full = shown.estimates.dropna(subset=["se"])
    assert (full[["n_before", "n_after"]].min(axis=1) >= 30).all()
    assert all(row["verdict"] == recomputed(row) for row in shown.estimates.to_dict("records"))
