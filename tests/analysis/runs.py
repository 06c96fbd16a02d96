"""The small survey of :mod:`tests.support.small` in eight units, through the analysis."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evaluation.analysis.estimates import Estimates
from evaluation.analysis.run import analyse
from evaluation.codebook.model import Instrument
from evaluation.responses.model import Responses
from tests.support import small

SIZES = {f"U{i}": n for i, n in enumerate([10, 12, 14, 18, 20, 24, 30, 36])}


def run(answers: dict[tuple[str, str], Responses], instrument: Instrument | None = None, **options: Any) -> Estimates:
    return analyse(small.workspace(**options), {"lille": instrument or small.instrument()}, answers)


def row(table: pd.DataFrame, key: str) -> pd.Series:
    found = table[table["key"] == key]
    assert len(found) == 1, key
    return found.iloc[0]
