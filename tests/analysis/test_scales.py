"""The table of scales: reliability a wave, the same way before and after, and what the gate keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.run import analyse
from evaluation.disclosure.gate import publish
from evaluation.plan.model import Disclosure
from evaluation.responses.model import Responses
from evaluation.statistics.consistency import consistency
from evaluation.statistics.invariance import invariance
from tests.support import small

ITEMS = ["a1", "a2", "a3"]  # a3 is reversed
SIZES = {f"U{i}": 30 for i in range(8)}
PAIR = ["same", "congruence", "congruence_p", "drift", "drift_item", "drift_size", "drift_p"]
TOGETHER = ["alpha", "alpha_std", "omega", "g6", "average_r", "ase", "item_rest_min", "alpha_dropped_max"]


def related(part: Responses, seed: int, drift: float) -> Responses:
    """Answers that share one factor; ``a2`` moved by ``drift`` steps on its own."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(len(part.codes), 1)) * 0.9 + rng.normal(0, 0.6, (len(part.codes), 3)) + 3
    latent[:, 1] += drift
    latent[:, 2] = 6 - latent[:, 2]
    codes = part.codes.copy()
    found = pd.DataFrame(np.clip(np.round(latent), 1, 5), columns=ITEMS, index=codes.index).astype("Int16")
    codes[ITEMS] = found.where(codes[ITEMS].notna())
    return replace(part, codes=codes)


def waves(sizes: dict[str, int], drift: float = 0.0) -> dict[tuple[str, str], Responses]:
    made = small.two_waves(sizes)
    return {key: related(part, int(key[1]), drift * (key[1] == "2024")) for key, part in made.items()}


def scale(answers: dict[tuple[str, str], Responses], *, public: bool = False) -> pd.DataFrame:
    private = analyse(small.workspace(), {"lille": small.instrument()}, answers)
    table = publish(private, Disclosure()).scales if public else private.scales
    name = next(s.id for s in small.instrument().scales if "a1" in [i.id for i in small.instrument().items_of(s)])
    return table[table["scale"] == name].set_index("wave")


def matrix(part: Responses) -> np.ndarray:
    points = (part.codes[ITEMS].astype("float64").to_numpy() - 1) * 25
    points[:, 2] = 100 - points[:, 2]
    return points


def test_numbers_are_those_of_the_statistics() -> None:
    answers = waves(SIZES, drift=0.8)
    table = scale(answers)
    for (_, wave), part in answers.items():
        found = consistency(matrix(part))
        row = table.loc[wave]
        assert row[["alpha_std", "omega", "g6"]].tolist() == pytest.approx([found.alpha_std, found.omega, found.g6])
        assert row["item_rest_min"] == pytest.approx(min(found.item_rest))
        assert row["item_rest_item"] == ITEMS[int(np.argmin(found.item_rest))]
        assert row["alpha_dropped_item"] == ITEMS[int(np.argmax(found.alpha_dropped))]
    both = [matrix(part) for part in answers.values()]
    unit = np.concatenate([part.persons["unit"].to_numpy() for part in answers.values()])
    expected = invariance(np.vstack(both), np.repeat([0, 1], [len(x) for x in both]), unit)
    row = table.loc["2024"]
    assert (row["same"], row["drift_item"]) == (expected.verdict, "a2") == ("nej", "a2")
    assert row["drift"] == pytest.approx(expected.drifts[1].points)
    assert row["congruence_p"] == pytest.approx(expected.p_adjusted)
    assert table.loc["2020", "same"] == ""
    assert np.isnan(table.loc["2020", "congruence"])


def test_what_stays_the_same_is_not_said_to_differ() -> None:
    assert scale(waves(SIZES)).loc["2024", "same"] in ("ja", "uafklaret")


def test_an_item_asked_otherwise_leaves_too_few_to_compare() -> None:
    answers = waves(SIZES)
    late = answers["s", "2024"]
    states = late.states.copy()
    states["a1"] = pd.Categorical(["ikke_stillet"] * len(states), categories=states["a1"].cat.categories)
    codes = late.codes.assign(a1=pd.array([pd.NA] * len(states), dtype="Int16"))
    row = scale({**answers, ("s", "2024"): replace(late, codes=codes, states=states)}).loc["2024"]
    assert (row["same"], row["same_reason"]) == ("", "few_items")
    assert row["alpha"] > 0
    assert np.isnan(row["omega"])


def test_published_as_they_are_where_enough_answered() -> None:
    private, public = scale(waves(SIZES, drift=0.8)), scale(waves(SIZES, drift=0.8), public=True)
    pd.testing.assert_frame_equal(public[[*TOGETHER, *PAIR]], private[[*TOGETHER, *PAIR]])
    assert not public.columns.str.startswith("_").any()


def test_few_answers_before_hide_what_rests_on_both_waves() -> None:
    answers = waves(SIZES, drift=0.8)
    early = answers["s", "2020"]
    keep = np.arange(len(early.codes)) % 12 == 0  # 20 people, spread over all units
    parts = {name: getattr(early, name).loc[keep].reset_index(drop=True) for name in ("codes", "states", "persons")}
    parts["weights"] = pd.DataFrame(index=parts["persons"].index)
    few = {**answers, ("s", "2020"): replace(early, **parts)}
    assert scale(few).loc["2024", "congruence"] > 0
    public = scale(few, public=True)
    assert public.loc["2020", TOGETHER].isna().all()
    assert public.loc["2024", TOGETHER].notna().all()
    assert public.loc["2024", ["congruence", "congruence_p", "drift", "drift_size", "drift_p"]].isna().all()
    assert (public.loc["2024", ["same", "same_reason", "drift_item"]] == "").all()
    assert public.loc["2020", "item_rest_item"] == ""
