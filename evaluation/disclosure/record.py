"""What the gate did: one row a hidden or coarsened number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.common.table import RECORD
from evaluation.disclosure.rules import RULE_VERSION, Bools


class Record:
    """Collects what was hidden (``hidden``) or coarsened, and by which rule, while the gate runs."""

    def __init__(self) -> None:
        self._parts: list[pd.DataFrame] = []

    def add(self, name: str, table: pd.DataFrame, rows: Bools, rule: str, *, hidden: bool) -> None:
        """Note ``rows`` of table ``name``; rule and reason are the same words as in its ``reason`` column."""
        if not rows.any():
            return
        found = (
            table.loc[rows, ["key", "group"]] if "group" in table else table.loc[rows, ["key"]].assign(group="kommune")
        )
        part = found.assign(table=name, rule=rule, reason=table.loc[rows, "reason"], hidden=hidden)
        self._parts.append(part.assign(rule_version=RULE_VERSION)[list(RECORD)])

    def table(self) -> pd.DataFrame:
        """Return the table ``record``."""
        if not self._parts:
            return pd.DataFrame({column: pd.Series(dtype=object) for column in RECORD})
        return pd.concat(self._parts, ignore_index=True)


def open_meta(meta: Mapping[str, Any]) -> dict[str, Any]:
    """``meta`` without what the import noticed: "two answered 6 to this item" is a row count that tells of two people.

    How many rows a file has, how many were kept and why the others were left out is public.
    """
    imports = [{name: value for name, value in one.items() if name != "findings"} for one in meta.get("imports", ())]
    return {**meta, "imports": imports}
