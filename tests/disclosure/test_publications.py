"""The same wave published twice: nobody who holds both can tell what a few people answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.run import analyse
from evaluation.disclosure.as_published import PUBLICATION, settle
from evaluation.disclosure.gate import publish
from evaluation.disclosure.publications import PATTERN, TOO_FEW, Publication, conflicts, lines
from evaluation.disclosure.published import TABLES, Published
from evaluation.plan.model import Disclosure
from evaluation.responses.model import Responses, State
from tests.support import small

POLICY = Disclosure()
SIZES = {"U0": 44, "U1": 61, "U2": 38, "U3": 52, "U4": 70, "U5": 3}
Data = dict[tuple[str, str], Responses]


def _published(data: Mapping[tuple[str, str], Responses], waves: tuple[str, ...] = ("2020", "2024")) -> Published:
    plan = small.plan(waves)
    return publish(analyse(small.workspace(plan), {"lille": small.instrument()}, data), POLICY)


@pytest.fixture(scope="module")
def data() -> Data:
    return small.two_waves(SIZES, shift=0.3, missing=0.0, dont_know=0.0)


@pytest.fixture(scope="module")
def first(data: Data) -> Published:
    return _published(data)


@pytest.fixture(scope="module")
def before(first: Published) -> tuple[Publication, ...]:
    return (Publication("2024", first, 5, 3),)


def _more(part: Responses, added: Mapping[str, int], code: int | None = 5) -> Responses:
    """``part`` with people added in some units; all answer ``code``, or at random where it is None."""
    names = [unit for unit, many in added.items() for _ in range(many)]
    rng = np.random.default_rng(7)
    shape = (len(names), part.codes.shape[1])
    codes = rng.integers(1, 6, shape) if code is None else np.full(shape, code)
    table = pd.DataFrame(codes, columns=part.codes.columns).astype("Int16")
    states = pd.DataFrame(State.ANSWERED.value, index=table.index, columns=table.columns)
    persons = pd.DataFrame(
        {
            "respondent": [f"new-{i}" for i in range(len(names))],
            "unit": names,
            "rater": [f"new-{i}" for i in range(len(names))],
            "completed": True,
            "stilling": [str(1 + i % 2) for i in range(len(names))],
        }
    )
    return replace(
        part,
        codes=pd.concat([part.codes, table], ignore_index=True),
        states=pd.concat([part.states.astype(object), states], ignore_index=True).astype(part.states.dtypes.iloc[0]),
        persons=pd.concat([part.persons, persons], ignore_index=True),
        weights=pd.DataFrame(index=range(len(part.persons) + len(names))),
    )


def _count(published: Published, wave: str, code: str, item: str = "a1", group: str = "kommune") -> float:
    table = published.distributions
    row = table[(table["item"] == item) & (table["wave"] == wave) & (table["code"] == code) & (table["group"] == group)]
    return float(row["count"].iloc[0])


def _wave(published: Published, wave: str) -> pd.DataFrame:
    table = lines(published)
    return table[table["wave"] == wave].reset_index(drop=True)


def test_nothing_published_before_changes_nothing(first: Published) -> None:
    assert settle(first, (), POLICY) is first


def test_the_same_results_again_are_left_alone(first: Published, before: tuple[Publication, ...]) -> None:
    assert not conflicts(first, before, POLICY)
    assert settle(first, before, POLICY) is first


def test_the_same_wave_published_twice_with_one_answer_more(
    data: Data, first: Published, before: tuple[Publication, ...]
) -> None:
    again = _published({**data, ("s", "2020"): _more(data["s", "2020"], {"U0": 1})})
    # the control: without the rule anybody reads the new person's answer from the two publications
    told = [_count(again, "2020", code) - _count(first, "2020", code) for code in "12345"]
    assert told == [0, 0, 0, 0, 1]
    safe = settle(again, before, POLICY)
    assert [_count(safe, "2020", code) - _count(first, "2020", code) for code in "12345"] == [0] * 5
    pd.testing.assert_frame_equal(_wave(safe, "2020"), _wave(first, "2020"))
    # the other wave is as it was too (units' standard errors rest on both), and so is the change: no mixture
    pd.testing.assert_frame_equal(safe.levels, first.levels)
    pd.testing.assert_frame_equal(safe.estimates, first.estimates)
    pd.testing.assert_frame_equal(safe.scales, first.scales)
    found = conflicts(again, before, POLICY)
    assert set(found.kept["wave"]) == {"2020"}
    assert set(found.kept["reason"]) == {TOO_FEW}


def test_an_answer_that_was_corrected_stays_as_published(
    data: Data, first: Published, before: tuple[Publication, ...]
) -> None:
    part = data["s", "2024"]
    codes = part.codes.copy()
    codes.loc[0, "a1"] = 1 if codes.loc[0, "a1"] != 1 else 5
    again = _published({**data, ("s", "2024"): replace(part, codes=codes)})
    assert [_count(again, "2024", c) for c in "12345"] != [_count(first, "2024", c) for c in "12345"]
    safe = settle(again, before, POLICY)
    for name in ("levels", "distributions", "estimates"):
        pd.testing.assert_frame_equal(getattr(safe, name), getattr(first, name))


@pytest.mark.parametrize(("added", "changes"), [(1, False), (14, False), (29, False), (40, False), (70, True)])
def test_a_number_changes_only_when_as_many_changed_as_such_a_number_needs(
    data: Data, first: Published, before: tuple[Publication, ...], added: int, changes: bool
) -> None:
    # half of those added hold each position: 40 people are only 20 more in either
    again = _published({**data, ("s", "2020"): _more(data["s", "2020"], {"U0": added}, None)})
    safe = settle(again, before, POLICY)
    same = _wave(safe, "2020").equals(_wave(first, "2020"))
    assert same is not changes
    if changes:
        pd.testing.assert_frame_equal(_wave(safe, "2020"), _wave(again, "2020"))


@pytest.mark.parametrize("added", [{"U0": 70, "U1": 1}, {"U0": 70, "": 2}, {"U0": 70, "U5": 1}])
def test_enough_in_one_unit_does_not_carry_a_few_in_another(
    data: Data, first: Published, before: tuple[Publication, ...], added: dict[str, int]
) -> None:
    # one more in another unit, without a unit (what is left of the kommune), in a hidden unit
    again = _published({**data, ("s", "2020"): _more(data["s", "2020"], added)})
    pd.testing.assert_frame_equal(_wave(settle(again, before, POLICY), "2020"), _wave(first, "2020"))


def test_a_new_change_from_a_wave_that_stays_is_hidden_not_mixed(data: Data) -> None:
    late = small.responses("2026", SIZES, missing=0.0, dont_know=0.0)
    waves = ("2020", "2024", "2026")
    first = _published(data)
    again = _published({**data, ("s", "2020"): _more(data["s", "2020"], {"U0": 1}), ("s", "2026"): late}, waves)
    safe = settle(again, (Publication("2024", first, 5, 3),), POLICY)
    rows = safe.estimates[safe.estimates["waves"] == "2020_2026"]
    assert len(rows)
    assert rows["suppressed"].all()
    assert rows[["before", "after", "change", "se", "p_value", "effect_size"]].isna().all(axis=None)
    assert (rows["verdict"] == "").all()
    assert rows["n_before"].notna().all()
    # the new wave itself is shown, but for units' spread, which rests on the corrected wave as well
    units = safe.levels.query("wave == '2026' and group.str.startswith('enhed-')")
    assert units["value"].notna().any()
    assert units["se"].isna().all()
    assert not _wave(safe, "2026").query("group == 'kommune'")["shown"].eq(False).any()
    pd.testing.assert_frame_equal(_wave(safe, "2020"), _wave(first, "2020"))


def _shown_otherwise(first: Published) -> Published:
    """The same answers with another unit hidden: U1 for U0."""
    levels = first.levels.copy()
    here = (levels["measure"] == "a1") & (levels["wave"] == "2020")
    gone = here & (levels["group"] == "enhed-u1")
    assert gone.any()
    assert not levels.loc[gone, "suppressed"].any()
    levels.loc[gone, ["value", "sd", "se", "ci_low", "ci_high", "floor_share", "ceiling_share"]] = np.nan
    levels.loc[gone, "suppressed"] = True
    return replace(first, levels=levels)


def test_what_is_new_beside_a_number_that_stays_does_not_say_how_many_answered(data: Data, first: Published) -> None:
    """2020 stays as published without positions; today's numbers of people in them are of others than those."""

    def without(table: pd.DataFrame) -> pd.DataFrame:
        return table[~(table["group"].str.startswith("stilling-") & (table["wave"] == "2020"))].reset_index(drop=True)

    then = replace(first, **{name: without(getattr(first, name)) for name in ("levels", "distributions", "perceived")})
    again = _published({**data, ("s", "2020"): _more(data["s", "2020"], {"U0": 1})})
    safe = settle(again, (Publication("2024", then, 5, 3),), POLICY)
    for name, size in (("levels", "n"), ("distributions", "n_base"), ("perceived", "n")):
        table = getattr(safe, name)
        new = table[table["group"].str.startswith("stilling-") & (table["wave"] == "2020")]
        assert new["suppressed"].all()
        assert new[size].isna().all()
        assert table.loc[table["wave"] == "2024", size].notna().all()
    assert len(safe.levels.query("wave == '2020' and group.str.startswith('stilling-')"))
    pd.testing.assert_frame_equal(_wave(safe, "2020"), _wave(then, "2020"))


def test_waves_side_by_side_stay_with_any_of_their_waves() -> None:
    waves = ("2018", "2020", "2024")
    sizes = {**SIZES, "U5": 30}
    data = {("s", wave): small.responses(wave, sizes, missing=0.0, dont_know=0.0) for wave in waves}
    first = _published(data, waves)
    again = _published({**data, ("s", "2020"): _more(data["s", "2020"], {"U0": 1})}, waves)
    shown = ["before", "after", "estimate"]
    # the control: the kommune's mean of the wave is told with the new person in it
    assert first.trends[shown].notna().any(axis=None)
    assert not again.trends[shown].equals(first.trends[shown])
    safe = settle(again, (Publication("2024", first, 5, 3),), POLICY)
    pd.testing.assert_frame_equal(safe.trends, first.trends)


def test_a_group_hidden_then_is_not_shown_now_in_place_of_another(first: Published) -> None:
    before = (Publication("2023", _shown_otherwise(first), 5, 3),)
    found = conflicts(first, before, POLICY)
    assert set(found.kept["reason"]) == {PATTERN}
    safe = settle(first, before, POLICY)
    row = safe.levels.query("measure == 'a1' and wave == '2020' and group == 'enhed-u1' and stat == 'snit'")
    assert row["suppressed"].all()
    assert row["value"].isna().all()


def test_a_group_that_was_not_there_is_closed_beside_hidden_ones(data: Data, first: Published) -> None:
    # U5 (3 people, hidden) and U0 become one new unit: new minus old would be U5
    units = data["s", "2020"].persons["unit"].replace({"U0": "U7", "U5": "U7"})
    merged = _published({**data, ("s", "2020"): small.with_persons(data["s", "2020"], unit=units)})
    joined = merged.levels.query("group == 'enhed-u7' and wave == '2020' and measure == 'a1' and stat == 'snit'")
    assert not joined["suppressed"].any()
    before = (Publication("2024", first, 5, 3),)
    found = conflicts(merged, before, POLICY)
    assert "enhed-u7" in set(found.closed["group"])
    safe = settle(merged, before, POLICY)
    assert safe.levels.query("group == 'enhed-u7' and wave == '2020'")["value"].isna().all()


def test_raters_and_households_may_stand_behind_many_answers_so_nothing_changes(
    data: Data, first: Published, before: tuple[Publication, ...]
) -> None:
    again = _published({**data, ("s", "2020"): _more(data["s", "2020"], {"U0": 70}, None)})
    safe = settle(again, before, POLICY, shared={"s"})
    pd.testing.assert_frame_equal(_wave(safe, "2020"), _wave(first, "2020"))


def test_enough_beside_the_last_publication_is_not_enough_beside_an_older_one(data: Data, first: Published) -> None:
    wide = {**data, ("s", "2020"): _more(data["s", "2020"], {"U0": 70}, None)}
    second = _published(wide)
    near = _published({**data, ("s", "2020"): _more(data["s", "2020"], {"U0": 1})})
    both = (Publication("2024", first, 5, 3), Publication("2024-r1", second, 5, 3))
    safe = settle(near, both, POLICY)
    pd.testing.assert_frame_equal(_wave(safe, "2020"), _wave(second, "2020"))


def test_the_record_says_what_stayed_and_what_was_hidden(data: Data, before: tuple[Publication, ...]) -> None:
    again = _published({**data, ("s", "2020"): _more(data["s", "2020"], {"U0": 1})})
    safe = settle(again, before, POLICY)
    told = safe.record[safe.record["rule"] == PUBLICATION]
    assert {"levels", "distributions", "estimates", "scales"} <= set(told["table"])
    assert set(told["hidden"]) == {True, False}
    assert not safe.record.duplicated(["table", "key", "rule"]).any()
    for name in TABLES:
        assert list(getattr(safe, name).columns) == list(TABLES[name])


@pytest.mark.parametrize("seed", range(12))
def test_every_difference_rests_on_enough_people_in_every_group_and_in_what_is_left(
    data: Data, first: Published, before: tuple[Publication, ...], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    chosen = rng.choice([*SIZES, ""], size=int(rng.integers(1, 4)), replace=False)
    added = {str(unit): int(rng.choice([1, 6, 31, 70, 90])) for unit in chosen}
    safe = settle(_published({**data, ("s", "2020"): _more(data["s", "2020"], added, None)}), before, POLICY)
    old = first.distributions[first.distributions["wave"] == "2020"]
    new = safe.distributions[safe.distributions["wave"] == "2020"]
    both = old.merge(new, on=["item", "group", "code", "state", "base"], suffixes=("_old", "_new"))
    both = both[both["state"] == ""].dropna(subset=["count_old", "count_new"])
    assert len(both)
    both["moved"] = both["count_new"] - both["count_old"]
    for _, rows in both.groupby("item"):
        by_group = rows.pivot_table(index="group", columns="code", values="moved", aggfunc="first")
        whole = by_group.loc["kommune"]
        units = by_group[by_group.index.str.startswith("enhed-")]
        left = [whole - units.sum(), *(whole - units.loc[name] for name in units.index)]
        for difference in [*(by_group.loc[name] for name in by_group.index), *left]:
            people = float(np.abs(difference).sum())
            assert people == 0 or people >= 15, (added, people)
