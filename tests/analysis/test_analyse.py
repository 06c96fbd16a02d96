"""What analysis makes of answers: the right rows for the right people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.estimates import COLUMNS, PRIVATE, Estimates
from evaluation.analysis.store import load_estimates, save_estimates
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError
from evaluation.plan.registers import Population, Unit
from evaluation.responses.model import Responses, State
from evaluation.statistics.change import cluster_change
from evaluation.statistics.levels import pooled_sd
from evaluation.statistics.tests import holm
from tests.analysis.runs import SIZES, row, run
from tests.support import small


@pytest.fixture(scope="module")
def made(both: dict[tuple[str, str], Responses]) -> Estimates:
    return run(both)


def score(part: Responses, items: list[str], turned: tuple[str, ...] = ()) -> np.ndarray:
    """Scale score by another road than the package: pandas, row by row."""
    points = (part.codes[items].astype(float) - 1) * 25
    for name in turned:
        points[name] = 100 - points[name]
    return points.mean(axis=1).where(points.notna().sum(axis=1) >= 2).to_numpy()


def test_change_of_a_scale_is_the_estimators(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    parts = list(both.values())
    y = np.concatenate([score(part, ["a1", "a2", "a3"], ("a3",)) for part in parts])
    after = np.repeat([0, 1], [len(part.codes) for part in parts])
    unit = np.concatenate([part.persons["unit"].to_numpy(dtype=object) for part in parts])
    expected = cluster_change(y, after, unit)
    found = row(made.estimates, "s.alfa.score.kommune.2020_2024")
    for name in ("before", "after", "change", "se", "df", "p_value", "n_before", "n_after", "clusters"):
        assert found[name] == pytest.approx(getattr(expected, name), rel=1e-10), name
    assert found["direction"] == "op"
    assert found["method"] == expected.method
    assert found["change"] == found["after"] - found["before"]


def test_shares_are_stored_as_shares(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    found = row(made.estimates, "s.a1.andel.kommune.2020_2024")
    codes = both["s", "2020"].codes["a1"].dropna()
    assert found["before"] == pytest.approx((codes >= 4).mean())
    assert found["delta"] == pytest.approx(0.05)
    assert row(made.estimates, "s.a1.snit.kommune.2020_2024")["delta"] == 5.0


def test_reversed_items_and_scales_turn_what_is_better(made: Estimates) -> None:
    directions = {m: set(t["higher_is"]) for m, t in made.estimates.groupby("measure")}
    assert directions["a1"] == {"better"}
    assert directions["a3"] == {"worse"}
    assert directions["beta"] == directions["b1"] == {"worse"}


def test_every_key_occurs_once_in_each_table(made: Estimates) -> None:
    for name in COLUMNS:
        table = getattr(made, name)
        assert list(table.columns) == [*COLUMNS[name], *PRIVATE[name]]
        assert table["key"].is_unique, name
        assert table["key"].str.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+){4}").all(), name


def test_unit_rows_have_a_band_but_no_test(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    units = made.estimates[made.estimates["group"].str.startswith("enhed-")]
    assert len(units) > 0
    assert units[["p_value", "p_adjusted", "eq_low", "mdc80", "effect_size"]].isna().all().all()
    assert set(units["verdict"]) == {""}
    y = np.concatenate([score(part, ["a1", "a2", "a3"], ("a3",)) for part in both.values()])
    place = np.concatenate([part.persons["unit"].to_numpy(dtype=object) + wave for (_, wave), part in both.items()])
    sd = pooled_sd(y[~np.isnan(y)], place[~np.isnan(y)])
    one = row(made.estimates, "s.alfa.score.enhed-u3.2020_2024")
    assert one["se"] == pytest.approx(sd * np.sqrt(1 / one["n_before"] + 1 / one["n_after"]))


def test_families_are_themes_of_the_kommune_and_the_named_groups(made: Estimates) -> None:
    inside = made.estimates[made.estimates["family"] != ""]
    assert set(inside["family"]) == {"s.t1.2020_2024", "s.t2.2020_2024", "s.grupper.2020_2024"}
    assert set(inside["stat"]) == {"score"}
    assert set(inside["group"]) == {"kommune", "stilling-ung"}
    for _, family in inside.groupby("family"):
        assert (family["family_size"] == family["p_value"].notna().sum()).all()
        np.testing.assert_allclose(family["p_adjusted"], holm(list(family["p_value"])))
    outside = made.estimates[made.estimates["family"] == ""]
    assert outside["p_value"].isna().all()
    assert set(outside["verdict"]) == {""}
    assert (inside["verdict"] != "").all()


def test_themes_with_several_scales_are_corrected_together(both: dict[tuple[str, str], Responses]) -> None:
    raw = small.instrument().model_dump(by_alias=True, mode="json")
    for part in (*raw["scale"], *raw["item"]):
        part["theme"] = "t1"
    found = run(both, Instrument.model_validate(raw)).estimates
    family = found[found["family"] == "s.t1.2020_2024"]
    assert list(family["family_size"]) == [2.0, 2.0]
    assert (family["p_adjusted"] >= family["p_value"]).all()


def test_comparison_is_shown_beside_and_never_tested() -> None:
    sizes = {**SIZES, **{f"V{i}": 20 for i in range(7)}}
    found = run(small.two_waves(sizes, shift=0.5), registered=small.units(8, 7))
    other = row(found.estimates, "s.alfa.score.sammenligning.2020_2024")
    own = row(found.estimates, "s.alfa.score.kommune.2020_2024")
    gap = row(found.estimates, "s.alfa.score.forskel-sammenligning.2020_2024")
    assert own["n_before"] <= sum(SIZES.values())
    assert other["n_before"] <= 140
    assert not np.isnan(other["se"])
    assert gap["change"] == pytest.approx(own["change"] - other["change"])
    for name in ("p_value", "p_adjusted", "eq_low", "mdc80"):
        assert np.isnan(other[name])
        assert np.isnan(gap[name])
    assert np.isnan(gap["se"])
    assert gap["method"] == "difference_untested"
    assert other["verdict"] == gap["verdict"] == ""
    assert "enhed-v0" not in set(found.levels["group"])


def test_without_units_every_person_is_a_cluster(both: dict[tuple[str, str], Responses]) -> None:
    found = run(both, made=small.plan(unit=False, design="repeated-cross-section"))
    one = row(found.estimates, "s.alfa.score.kommune.2020_2024")
    assert one["method"] == "cr2_person"
    assert one["clusters"] == one["n_before"] + one["n_after"]
    assert np.isnan(one["n_paired"])
    assert not any(group.startswith("enhed-") for group in found.levels["group"])


def test_panel_counts_people_in_both_waves(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    seen = [set(part.persons["respondent"][~np.isnan(score(part, ["a1", "a2", "a3"]))]) for part in both.values()]
    assert row(made.estimates, "s.alfa.score.kommune.2020_2024")["n_paired"] == len(seen[0] & seen[1])


def test_merged_units_stay_one_cluster(both: dict[tuple[str, str], Responses]) -> None:
    merged = (*small.units(8), Unit("U9", "Ny", type="boernehave", predecessors=("U0", "U1")))
    late = both["s", "2024"]
    moved = small.with_persons(late, unit=late.persons["unit"].replace({"U0": "U9", "U1": "U9"}))
    found = run({("s", "2020"): both["s", "2020"], ("s", "2024"): moved}, registered=merged)
    assert row(found.estimates, "s.alfa.score.kommune.2020_2024")["clusters"] == 7


def test_a_unit_released_during_fieldwork_takes_no_part(both: dict[tuple[str, str], Responses]) -> None:
    plan = small.plan()
    late = plan.releases[0].model_copy(
        update={
            "id": "sen",
            "start": date(2024, 9, 15),
            "scope": plan.releases[0].scope.model_copy(update={"units": ("U7",)}),
        }
    )
    first = plan.releases[0].model_copy(
        update={"scope": plan.releases[0].scope.model_copy(update={"units": tuple(f"U{i}" for i in range(7))})}
    )
    staggered = plan.model_copy(
        update={
            "releases": (first, late),
            "surveys": (plan.surveys[0].model_copy(update={"compare": ("2020", "2024")}),),
        }
    )
    found = run(both, made=staggered)
    one = row(found.estimates, "s.alfa.score.kommune.2020_2024")
    gone = row(found.estimates, "s.alfa.score.enhed-u7.2020_2024")
    assert gone["n_after"] == 0
    assert one["n_after"] < row(run(both).estimates, one["key"])["n_after"]


def test_items_asked_in_one_wave_do_not_move_the_scale(both: dict[tuple[str, str], Responses]) -> None:
    early = both["s", "2020"]
    states = early.states.assign(
        a2=pd.Categorical([State.NOT_ASKED.value] * len(early.states), early.states["a1"].cat.categories)
    )
    cut = replace(early, codes=early.codes.assign(a2=pd.array([pd.NA] * len(early.codes), "Int16")), states=states)
    found = run({("s", "2020"): cut, ("s", "2024"): both["s", "2024"]})
    scale = row(found.estimates, "s.alfa.score.kommune.2020_2024")
    assert scale["comparable"] == "med_forbehold"
    y = np.concatenate([score(part, ["a1", "a3"], ("a3",)) for part in both.values()])
    n = [len(part.codes) for part in both.values()]
    assert scale["change"] == pytest.approx(np.nanmean(y[n[0] :]) - np.nanmean(y[: n[0]]))
    item = row(found.estimates, "s.a2.snit.kommune.2020_2024")
    assert item["comparable"] == "nej"
    assert item["reason"] == "not_comparable"
    assert np.isnan(item["change"])
    assert "s.a2.snit.kommune.2020" not in set(found.levels["key"])
    assert row(found.estimates, "s.beta.score.kommune.2020_2024")["comparable"] == "ja"


def test_distributions_add_up(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    table = made.distributions
    codes = table[table["state"] == ""]
    for _, one in codes.groupby(["item", "group", "wave"]):
        assert one["count"].sum() == one["n_base"].iloc[0]
        if one["n_base"].iloc[0]:
            assert one["share"].sum() == pytest.approx(1.0)
    kommune = table[(table["group"] == "kommune") & (table["item"] == "b2") & (table["wave"] == "2024")]
    states = both["s", "2024"].states["b2"].astype(str)
    dont_know = kommune[kommune["state"] == "ved_ikke"].iloc[0]
    assert dont_know["count"] == (states == "ved_ikke").sum()
    assert dont_know["n_base"] == len(states)
    assert dont_know["base"] == "spurgte"
    counts = both["s", "2024"].codes["b2"].value_counts()
    for code, count in counts.items():
        assert kommune[kommune["code"] == str(code)]["count"].iloc[0] == count


def test_perceived_change_is_an_estimate_of_its_own(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    assert "op" not in set(made.estimates["measure"])
    assert "op" not in set(made.levels["measure"])
    one = row(made.perceived, "s.op.andel.kommune.2024")
    codes = both["s", "2024"].codes["op"].dropna().astype(int)
    assert one["net"] == pytest.approx(100 * ((codes > 3).mean() - (codes < 3).mean()))
    assert one["share_worse"] + one["share_same"] + one["share_better"] == pytest.approx(1)
    assert one["ci_low"] < one["net"] < one["ci_high"]
    assert one["n"] == len(codes)


def test_raters_are_counted_not_rows() -> None:
    found = run({("s", w): small.responses(w, SIZES, rater="laerer-1") for w in ("2020", "2024")})
    assert set(found.levels["_persons"]) == {1.0}
    assert row(found.levels, "s.alfa.score.kommune.2020")["n"] > 100


def test_response_rates_come_from_the_register() -> None:
    known = tuple(Population("s", wave, unit, 40) for wave in ("2020", "2024") for unit in SIZES)
    found = run(small.two_waves(SIZES), population=known)
    one = row(found.response, "s.svar.antal.kommune.2024")
    assert (one["invited"], one["answered"], one["source"]) == (320, sum(SIZES.values()), "population")
    assert one["rate"] == pytest.approx(sum(SIZES.values()) / 320)
    kind = row(found.response, "s.svar.antal.type-boernehave.2024")
    assert kind["invited"] == 160
    assert row(found.estimates, "s.alfa.score.kommune.2020_2024")["invited_after"] == 320


def test_finite_population_narrows_the_interval(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    known = tuple(Population("s", wave, unit, size + 2) for wave in ("2020", "2024") for unit, size in SIZES.items())
    found = run(both, made=small.plan(estimand="beskrivelse"), population=known)
    one = row(found.estimates, "s.alfa.score.kommune.2020_2024")
    wide = row(made.estimates, "s.alfa.score.kommune.2020_2024")
    assert one["method"] == "finite_population"
    assert one["estimand"] == "beskrivelse"
    assert one["se"] < wide["se"]
    assert one["change"] == wide["change"]


def test_weights_named_in_the_plan_are_used(both: dict[tuple[str, str], Responses]) -> None:
    plan = small.plan()
    entries = tuple(entry.model_copy(update={"weight": "w"}) for entry in plan.surveys[0].waves)
    weighted = plan.model_copy(update={"surveys": (plan.surveys[0].model_copy(update={"waves": entries}),)})
    parts = {
        key: replace(part, weights=pd.DataFrame({"w": np.where(part.persons["unit"] == "U7", 3.0, 1.0)}))
        for key, part in both.items()
    }
    found = row(run(parts, made=weighted).levels, "s.alfa.score.kommune.2020")
    y, w = score(both["s", "2020"], ["a1", "a2", "a3"], ("a3",)), parts["s", "2020"].weights["w"].to_numpy()
    ok = ~np.isnan(y)
    assert found["value"] == pytest.approx(np.average(y[ok], weights=w[ok]))
    assert found["weighting"] == "w"
    assert found["n_eff"] < found["n"]


def test_no_change_is_ingen() -> None:
    parts = {("s", w): small.responses(w, SIZES, alike=4, missing=0, dont_know=0) for w in ("2020", "2024")}
    one = row(run(parts).estimates, "s.alfa.score.kommune.2020_2024")
    assert (one["change"], one["direction"], one["reason"], one["verdict"]) == (0.0, "ingen", "no_variance", "")
    assert np.isnan(one["p_value"])


def test_fictional_units_make_fictional_results(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    assert made.meta["fictional"] is False
    parts = {k: small.with_persons(p, unit=p.persons["unit"].replace({"U0": "G90001"})) for k, p in both.items()}
    assert run(parts).meta["fictional"] is True
    assert run({k: replace(p, fictional=True) for k, p in both.items()}).meta["fictional"] is True


def test_meta_holds_no_folder(made: Estimates) -> None:
    assert made.meta["sources"][0]["file"] == "2020.csv"
    assert "/somewhere" not in str(made.meta)


def test_the_same_answers_give_the_same_tables(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    again = run(both)
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(made, name), getattr(again, name))


def test_order_of_rows_does_not_matter(both: dict[tuple[str, str], Responses], made: Estimates) -> None:
    rng = np.random.default_rng(1)
    mixed = {}
    for key, part in both.items():
        order = rng.permutation(len(part.codes))
        tables = {
            n: getattr(part, n).iloc[order].reset_index(drop=True) for n in ("codes", "states", "persons", "weights")
        }
        mixed[key] = replace(part, **tables)
    again = run(mixed)
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(made, name), getattr(again, name), rtol=1e-9, atol=1e-9)


def test_private_estimates_survive_the_disk(made: Estimates, tmp_path: Path) -> None:
    folder = tmp_path
    assert len(save_estimates(made, folder)) == len(COLUMNS)
    assert save_estimates(made, folder) == ()
    again = load_estimates(folder)
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(made, name), getattr(again, name))
    (folder / "levels.parquet").unlink()
    with pytest.raises(EvaluationError) as caught:
        load_estimates(folder)
    assert caught.value.render("da")
