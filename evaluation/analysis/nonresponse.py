"""What nonresponse would take to overturn a finding: the table ``nonresponse``, after families and verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.analysis.estimates import conform
from evaluation.statistics.nonresponse import Tipping, WorstCase, holm_limit, tipping, worst_case

#: Verdicts that say something changed.
FINDINGS = ("fremgang", "lille_fremgang", "lille_tilbagegang", "tilbagegang")
_KEPT = ("key", "survey", "theme", "measure", "stat", "group", "waves", "family", "verdict", "change", "weighting")


def nonresponse(estimates: pd.DataFrame) -> pd.DataFrame:
    """Make the table ``nonresponse``: one row a primary change (kommune, scale scores) that is a finding.

    ``rate_*`` are the answers behind the row over those invited, 0–1, so that a question left out counts as
    nonresponse too. The level is what p must stay under beside the other tests of its family, as they are.
    """
    chosen = estimates[(estimates["group"] == "kommune") & estimates["verdict"].isin(FINDINGS)]
    rows = []
    for row in chosen.to_dict("records"):
        family = estimates[(estimates["family"] == row["family"]) & (estimates["key"] != row["key"])]
        level = holm_limit([float(p) for p in family["p_value"]], float(row["alpha"]))
        rates = [_rate(row[f"n_{side}"], row[f"invited_{side}"]) for side in ("before", "after")]
        ends = (0.0, 100.0) if row["stat"] != "andel" else (0.0, 1.0)
        found = tipping(row["before"], row["after"], row["se"], row["df"], *rates, level=level, scale=ends)
        bounds = worst_case(row["before"], row["after"], *rates, scale=ends)
        rows.append({name: row[name] for name in _KEPT} | _numbers(rates, found, bounds))
    return conform("nonresponse", pd.DataFrame(rows))


def _rate(answered: float, invited: float) -> float | None:
    return None if np.isnan(invited) or not invited > 0 else answered / invited


def _numbers(rates: list[float | None], found: Tipping, bounds: WorstCase) -> dict[str, object]:
    values = {
        "rate_before": rates[0],
        "rate_after": rates[1],
        "gap_significance": found.significance,
        "gap_zero": found.zero,
        "gap_largest": found.largest,
        "low": bounds.low,
        "high": bounds.high,
    }
    return {name: np.nan if value is None else value for name, value in values.items()} | {"reason": found.reason}
