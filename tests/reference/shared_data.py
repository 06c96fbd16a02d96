"""../shared/data/reference: public data sets with R's numbers, read where they are present."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
SHARED = HERE.parents[1].parent / "shared" / "data" / "reference"
#: What a section of the reference script gives: by name of the number who computed it, and the number.
Found = dict[str, tuple[str, float]]


def data(name: str) -> pd.DataFrame:
    return pd.read_csv(SHARED / "data" / f"{name}.csv")


def numbers(path: Path) -> dict[tuple[str, str], float]:
    """``section,what,value`` of a csv."""
    with path.open(encoding="utf-8") as stream:
        return {(row["section"], row["what"]): float(row["value"]) for row in csv.DictReader(stream)}


def by(who: str, **named: object) -> Found:
    return {name: (who, float(value)) for name, value in named.items()}  # type: ignore[arg-type]
