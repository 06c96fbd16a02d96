"""Made-up answers for the tests of this folder."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest


def survey(seed: int = 1, units: int = 9, rows: int = 120) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Answers, wave, unit, weights; every unit in both waves."""
    rng = np.random.default_rng(seed)
    unit = np.concatenate([np.arange(units), np.arange(units), rng.integers(0, units, rows - 2 * units)])
    after = np.concatenate([np.zeros(units, int), np.ones(units, int), rng.integers(0, 2, rows - 2 * units)])
    y = np.clip(np.round(rng.normal(60 + 3 * after, 22) / 25) * 25, 0, 100)
    return y, after, unit, np.round(rng.uniform(0.3, 3, rows), 2)


def same(one: Any, other: Any) -> bool:
    """Whether two results are equal but for rounding."""
    pairs = zip(dataclasses.astuple(one), dataclasses.astuple(other), strict=True)
    return all(a == (pytest.approx(b, rel=1e-12) if isinstance(b, float) else b) for a, b in pairs)
