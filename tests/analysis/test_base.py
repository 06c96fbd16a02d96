"""The base of an item's percentages: those who answered, or all who were asked; never those not asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np

from evaluation.analysis.distributions import distributions
from evaluation.analysis.frame import STATE_CODE, Frame
from evaluation.analysis.groups import Partition
from evaluation.analysis.measures import item_shares
from tests.responses.made import instrument

STATES = ("besvaret", "besvaret", "ved_ikke", "ikke_besvaret", "ikke_stillet")
CODES = (4.0, 1.0, np.nan, np.nan, np.nan)


def frame() -> Frame:
    plain = instrument()
    items = (plain.items[0], plain.items[1].model_copy(update={"base": "stillet"}))
    states = np.array([[STATE_CODE[s]] * 2 for s in STATES], dtype=np.int8)
    made = SimpleNamespace(
        survey=SimpleNamespace(id="s"), instrument=plain.model_copy(update={"items": items}), waves=("2024",), rows=5,
        wave=np.zeros(5, dtype=int), counted=np.arange(5), codes=np.array([[c] * 2 for c in CODES]), states=states,
        weights=None, asked=lambda wave: np.array([True, True]),
    )  # fmt: skip
    return cast(Frame, made)


def test_shares_of_positive_answers() -> None:
    shares = item_shares(frame())
    assert np.nanmean(shares[:, 0]) == 1 / 2
    assert np.nanmean(shares[:, 1]) == 1 / 4
    assert np.isnan(shares[4]).all()


def test_distributions() -> None:
    table = distributions(frame(), [Partition("kommune", ("kommune",), np.zeros(5, dtype=np.int64))])
    found = table[table["code"] == "4"].set_index("base")
    assert dict(found["share"]) == {"besvaret": 0.5, "stillet": 0.25}
    assert dict(found["n_base"]) == {"besvaret": 2, "stillet": 4}
    # the gate counts those who answered, whatever the base
    assert dict(found["_persons"]) == {"besvaret": 2, "stillet": 2}


def test_distributions_with_weights_and_empty_groups() -> None:
    """Shares follow weights, counts do not; a row without weight is counted; a group nobody is in has no rows."""
    made = frame()
    made.weights = np.array([3.0, 1.0, np.nan, 2.0, 5.0])  # type: ignore[misc]
    split = Partition("omraade", ("nord", "syd", "tom"), np.array([0, 0, 0, 1, -1]))
    whole = Partition("kommune", ("kommune",), np.zeros(5, dtype=np.int64))
    table = distributions(made, [split, whole]).set_index(["group", "base", "code", "state"]).sort_index()
    assert set(table.index.get_level_values("group")) == {"nord", "syd", "kommune"}
    assert table.loc[("kommune", "besvaret", "4", ""), "share"] == 3 / 4
    assert table.loc[("kommune", "stillet", "4", ""), "share"] == 3 / 6
    assert table.loc[("nord", "stillet", "4", ""), "share"] == 3 / 4
    assert table.loc[("kommune", "stillet", "4", ""), "n_base"] == 4
    assert table.loc[("syd", "stillet", "4", ""), "share"] == 0
    assert np.isnan(table.loc[("syd", "besvaret", "4", ""), "share"])
    unanswered = table.xs("ikke_besvaret", level="state")
    assert (unanswered.loc["kommune", "share"] == 2 / 6).all()
    assert (unanswered.loc["kommune", "count"] == 1).all()
