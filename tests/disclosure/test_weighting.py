"""The gate for weights and tipping points: nothing of few people, and nothing a published row does not carry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.estimates import Estimates, conform
from evaluation.analysis.run import analyse
from evaluation.disclosure.gate import publish
from evaluation.disclosure.published import Published, load, save
from evaluation.plan.model import Disclosure
from evaluation.plan.registers import Population
from tests.support import small

INVITED = tuple(Population("s", wave, f"U{i}", 90 - 6 * i) for wave in ("2020", "2024") for i in range(8))


def estimates(size: int = 24) -> Estimates:
    plan = small.plan(weighting={"method": "efterstratificering", "fewest": 3})
    where = small.workspace(plan, population=INVITED)
    sizes = {f"U{i}": size + (i % 3) for i in range(8)}
    return analyse(where, {"lille": small.instrument()}, small.two_waves(sizes, shift=0.7))


def shown(made: Estimates, **columns: Any) -> Published:
    return publish(replace(made, weighting=made.weighting.assign(**columns)) if columns else made, Disclosure())


def test_large_surveys_show_everything(tmp_path: Any) -> None:
    published = shown(estimates())
    assert not published.weighting["suppressed"].any()
    assert published.weighting["efficiency"].between(0.5, 1).all()
    assert len(published.nonresponse)
    assert not published.nonresponse["suppressed"].any()
    save(published, tmp_path)
    for form in ("csv", "parquet"):
        again = load(tmp_path, form)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(again.weighting, published.weighting)
        pd.testing.assert_frame_equal(again.nonresponse, published.nonresponse)


@pytest.mark.parametrize(
    ("n", "people", "reason"), [(29, 29, "under_30"), (40, 14, "under_30"), (4, 4, "under_taersklen")]
)
def test_weights_of_few_are_hidden(n: int, people: int, reason: str) -> None:
    published = shown(estimates(), n=float(n), _persons=float(people))
    table = published.weighting
    assert table["suppressed"].all()
    assert set(table["reason"]) == {reason}
    assert table[["n_eff", "efficiency", "smallest", "largest", "ratio", "gap", "unplaced"]].isna().all().all()
    assert set(table["merged"]) == {""}
    assert (published.record["table"] == "weighting").sum() == len(table)


@pytest.mark.parametrize(("unplaced", "visible"), [(0, True), (1, False), (4, False), (5, True)])
def test_a_few_without_category_are_not_counted_in_public(unplaced: int, visible: bool) -> None:
    table = shown(estimates(), unplaced=float(unplaced)).weighting
    assert table["unplaced"].notna().all() == visible
    assert not table["suppressed"].any()


def test_a_finding_whose_change_is_hidden_has_no_tipping_point() -> None:
    made = estimates()
    assert len(made.nonresponse)
    changes = made.estimates
    chosen = made.nonresponse["key"].iloc[0]
    few = changes["key"] == chosen
    for column in ("n_before", "_persons_before"):
        changes = changes.assign(**{column: np.where(few, 20.0, changes[column])})
    table = publish(replace(made, estimates=changes), Disclosure()).nonresponse.set_index("key")
    assert table.loc[chosen, "suppressed"]
    assert np.isnan(table.loc[chosen, ["gap_zero", "gap_significance", "low", "high", "change"]].astype(float)).all()
    assert table.loc[chosen, "verdict"] == ""


def test_a_hidden_test_in_the_family_hides_the_level_it_took_part_in() -> None:
    made = estimates()
    one = made.nonresponse.iloc[0]
    twin = made.estimates[made.estimates["key"] == one["key"]].assign(
        key="s.other.score.kommune.2020_2024", measure="other"
    )
    twin = twin.assign(n_before=20.0, _persons_before=20.0)
    changes = pd.concat([made.estimates, twin], ignore_index=True)
    changes["family_size"] = np.where(changes["family"] == one["family"], 2.0, changes["family_size"])
    table = publish(replace(made, estimates=conform("estimates", changes)), Disclosure()).nonresponse.set_index("key")
    assert table.loc[one["key"], "suppressed"]
    assert table.loc[one["key"], "reason"] == "diskretion"


def test_what_is_published_of_a_finding_follows_from_its_published_row() -> None:
    published = shown(estimates())
    rows = published.nonresponse.merge(published.estimates, on="key", suffixes=("", "_row"))
    assert len(rows) == len(published.nonresponse)
    np.testing.assert_allclose(rows["gap_zero"], rows["change_row"] / (1 - rows["n_after"] / rows["invited_after"]))
    high = rows["rate_after"] * rows["after"] + (1 - rows["rate_after"]) * 100 - rows["rate_before"] * rows["before"]
    np.testing.assert_allclose(rows["high"], high)
