"""The rates of docs/methods.md, "Comparison and exposure", made anew, and the limits of the rule they justify."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.calibration.comparison import SIZES, rejected

METHODS = Path(__file__).parents[2] / "docs" / "methods.md"


def printed(row: str) -> list[float]:
    line = next(line for line in METHODS.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {row}"))
    return [float(cell.replace(",", ".")) for cell in re.findall(r"\d+,\d", line)]


@pytest.mark.parametrize(
    ("row", "dominating", "limit"),
    [("a true null is rejected", False, 6.5), ("one cluster with about a third", True, 8.0)],
)
def test_few_clusters_hold_the_level(row: str, dominating: bool, limit: float) -> None:
    found = [100 * rejected(*size, dominating=dominating) for size in SIZES]
    # Another numpy may draw other numbers: half a percentage point is a good standard error of 3.000 draws.
    assert found == pytest.approx(printed(row), abs=0.6)
    assert max(found) <= limit


def test_units_that_move_together_are_not_independent() -> None:
    """Why the cluster is what was assigned: counting units inside centres rejects a true null far too often."""
    assert rejected(16, 16, shock=0.15, centre=8, draws=1000) > 0.12
