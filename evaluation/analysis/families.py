"""Families of tests, Holm's correction within them, and the verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.analysis.checks import caution
from evaluation.analysis.groups import KOMMUNE
from evaluation.plan.model import Plan
from evaluation.statistics.tests import holm
from evaluation.statistics.verdict import verdict


def family_of(estimates: pd.DataFrame, plan: Plan) -> pd.Series:
    """Family id per row, ``""`` outside every family.

    Primary: scale scores of the kommune, one pair of waves, within survey and theme
    (``survey.theme.waves``). Groups that the plan names for verdicts: one family per
    survey (``survey.grupper.waves``). A neutral measure has no verdict and so no place in a family.
    """
    named = {(g.survey, g.group) for g in plan.decision.verdict_groups}
    in_plan = [pair in named for pair in zip(estimates["survey"], estimates["group"], strict=True)]
    scores = (estimates["stat"] == "score") & (estimates["higher_is"] != "neutral") & estimates["delta"].notna()
    primary = estimates["survey"] + "." + estimates["theme"] + "." + estimates["waves"]
    further = estimates["survey"] + ".grupper." + estimates["waves"]
    testable = scores & estimates["_grouping"].isin(_testable(estimates))
    family = np.where(
        testable & (estimates["group"] == KOMMUNE), primary, np.where(testable & np.array(in_plan, bool), further, "")
    )
    return pd.Series(family, index=estimates.index, dtype=object)


def _testable(estimates: pd.DataFrame) -> set[str]:
    """Partitions whose rows may be tested: never one unit, never the comparison or the difference to it."""
    return set(estimates["_grouping"]) - {"enhed", "sammenligning", "forskel-sammenligning"}


def decide(estimates: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """``estimates`` with family, family size (rows tested), adjusted p, verdict and cautions.

    Rows outside every family lose their p: only corrected tests are reported.
    """
    made = estimates.copy()
    made["family"] = family_of(made, plan)
    inside = made["family"] != ""
    for name in ("p_value", "p_bootstrap", "bootstrap_draws"):
        made[name] = made[name].where(inside)
    made["family_size"] = np.nan
    made["p_adjusted"] = np.nan
    for name in dict.fromkeys(made.loc[inside, "family"]):
        rows = made.index[made["family"] == name]
        p = [None if np.isnan(value) else float(value) for value in made.loc[rows, "p_value"]]
        made.loc[rows, "family_size"] = float(sum(value is not None for value in p))
        made.loc[rows, "p_adjusted"] = [np.nan if value is None else value for value in holm(p)]
    needed = ["change", "p_adjusted", "eq_low", "eq_high", "delta", "alpha", "higher_is"]
    words = [verdict(*row) for row in made.loc[inside, needed].itertuples(index=False, name=None)]
    made["verdict"] = ""
    made.loc[inside, "verdict"] = words
    made["caution"] = caution(made)
    return made
