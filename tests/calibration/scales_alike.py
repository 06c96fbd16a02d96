"""How often a scale is said not to work the same way before and after: ``python -m tests.calibration.scales_alike``.

Four five-step items with a ceiling (thresholds differ), loadings 0.5, 0.6, 0.7, 0.8; persistent ICC 0.05,
unit-by-wave ICC 0.025. Prints the Markdown table of docs/methods.md.
"""

from __future__ import annotations

import sys

import numpy as np

from evaluation.statistics.invariance import Invariance, invariance

LOADINGS = np.array([0.5, 0.6, 0.7, 0.8])
CUTS = np.array([-1.8, -1.0, -0.2, 0.8]) + np.array([-0.3, 0.0, 0.2, 0.4])[:, None]
OTHER = np.array([0.4, 0.0, 0.0, -0.5])

#: Words, units, answers a unit and wave, and what happens between the waves.
CASES: tuple[tuple[str, int, int, dict[str, object]], ...] = (
    ("nothing", 6, 12, {}),
    ("nothing", 12, 12, {}),
    ("nothing", 24, 12, {}),
    ("nothing, one unit with a third", 24, 12, {"dominating": True}),
    ("nothing", 100, 8, {}),
    ("the mean rises by 0.3 sd", 24, 12, {"shift": 0.3}),
    ("the mean rises by 0.3 sd", 100, 8, {"shift": 0.3}),
    ("the spread grows by 30 %", 24, 12, {"spread": 1.3}),
    ("one item rises by 0.4 sd", 12, 12, {"drift": 0.4}),
    ("one item rises by 0.4 sd", 24, 12, {"drift": 0.4}),
    ("loadings 0.9, 0.6, 0.7, 0.3", 12, 12, {"loadings": OTHER}),
    ("loadings 0.9, 0.6, 0.7, 0.3", 24, 12, {"loadings": OTHER}),
)


def draw(
    rng: np.random.Generator,
    units: int,
    size: int,
    *,
    shift: float = 0.0,
    spread: float = 1.0,
    drift: float = 0.0,
    loadings: np.ndarray | float = 0.0,
    dominating: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Items 0–100 (rows, 4), wave and unit of two waves."""
    sizes = np.full(units, size)
    if dominating:
        sizes[0] = size * (units - 1) // 2
    unit = np.tile(np.repeat(np.arange(units), sizes), 2)
    wave = np.repeat([0, 1], sizes.sum())
    lasting, passing = rng.normal(0, np.sqrt(0.05), units), rng.normal(0, np.sqrt(0.025), (2, units))
    factor = lasting[unit] + passing[wave, unit] + rng.normal(0, np.sqrt(0.925), len(unit))
    factor = factor * np.where(wave == 1, spread, 1.0) + shift * wave
    x = factor[:, None] * (LOADINGS + np.outer(wave, np.broadcast_to(loadings, 4)))
    x = x + rng.normal(size=x.shape) * np.sqrt(1 - LOADINGS**2)
    x[:, 0] += drift * wave
    steps = [np.searchsorted(CUTS[j], x[:, j]) for j in range(4)]
    return np.column_stack(steps) * 25.0, wave, unit


def line(words: str, units: int, size: int, change: dict[str, object], replications: int) -> str:
    """One row of the table."""
    rng = np.random.default_rng(7)
    found: list[Invariance] = [
        invariance(*draw(rng, units, size, **change), draws=199)  # type: ignore[arg-type]
        for _ in range(replications)
    ]
    verdicts = [one.verdict for one in found]
    shares = (100 * verdicts.count(word) / replications for word in ("nej", "ja", "uafklaret"))
    return f"| {words} | {units} | {found[0].n_before} | " + " | ".join(f"{share:.1f}" for share in shares) + " |"


if __name__ == "__main__":
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    sys.stdout.write("| between the waves | units | answers a wave | not alike, % | alike, % | undecided, % |\n")
    sys.stdout.write("|---|---|---|---|---|---|\n")
    for case in CASES:
        sys.stdout.write(line(*case, replications) + "\n")
        sys.stdout.flush()
