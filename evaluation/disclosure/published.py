"""The only objects presentation and reporting accept: what has passed the gate.

Imports nothing but ``common``, so that the import contract holds for indirect imports too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.common import table
from evaluation.common.errors import fail
from evaluation.common.files import write_atomic

TABLES: Mapping[str, tuple[str, ...]] = {
    "estimates": table.ESTIMATES,
    "levels": table.LEVELS,
    "distributions": table.DISTRIBUTIONS,
    "response": table.RESPONSE,
    "perceived": table.PERCEIVED,
    "scales": table.SCALES,
    "record": table.RECORD,
}


@dataclass(frozen=True, slots=True)
class Published:
    """Tables that are safe to show.

    ``meta`` holds what the report says about its basis (no run id, no time of day):
    ``fictional`` (bool), ``threshold``, ``rule_version``, ``sources`` (one mapping a file:
    survey, wave, file name, format, sha256, rows), ``imports`` (import reports as plain
    mappings), ``plan_sha256``, ``versions``, ``notes`` (list of str: what cannot be shown and why).
    """

    estimates: pd.DataFrame
    levels: pd.DataFrame
    distributions: pd.DataFrame
    response: pd.DataFrame
    perceived: pd.DataFrame
    scales: pd.DataFrame
    record: pd.DataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fictional(self) -> bool:
        """Whether the data say of themselves that they are invented."""
        return bool(self.meta.get("fictional", False))
