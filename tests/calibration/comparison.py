"""Error rates of the difference in development with few clusters: a table of docs/methods.md.

    python -m tests.calibration.comparison

Simulates 3.000 data sets without any difference a row (some seconds in all) and prints the share of them in which
"no difference" is rejected at 5 %.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.special import stdtr

from evaluation.statistics.sandwich import cell_sums, cr2

SIZES = ((2, 4), (3, 3), (2, 10), (4, 8), (6, 6), (6, 20), (12, 12))
#: Standard deviations of a movement that the units of one centre share.
SHOCKS = (0.0, 0.05, 0.1, 0.15)
ANSWERS = 15
UNIT_BY_WAVE = 0.05


def rejected(
    released: int,
    compared: int,
    *,
    seed: int = 1,
    draws: int = 3000,
    dominating: bool = False,
    shock: float = 0.0,
    centre: int = 1,
) -> float:
    """Share of ``draws`` in which a true null is rejected at 5 %.

    Parameters
    ----------
    released, compared : int
        Clusters on either side.
    dominating : bool
        One released cluster has about as many answers as a third of all clusters together.
    shock : float
        Standard deviation of what ``centre`` neighbouring clusters share in a wave, answers having 1.
    """
    rng = np.random.default_rng(seed)
    clusters = released + compared
    size = np.full(clusters, ANSWERS)
    if dominating:
        size[0] = ANSWERS * (clusters // 3 + 1)
    unit = np.repeat(np.tile(np.arange(clusters), 2), np.tile(size, 2))
    wave = np.repeat([0, 1], size.sum())
    side = (np.arange(clusters) < released).astype(np.int64)[unit]
    y = rng.normal(size=(len(unit), draws))
    y += rng.normal(0, np.sqrt(UNIT_BY_WAVE), (2 * clusters, draws))[unit + clusters * wave]
    if shock:
        centres = -(-clusters // centre)
        y += rng.normal(0, shock, (2 * centres, draws))[unit // centre + centres * wave]
    cells = cell_sums(y, 2 * side + wave, unit, clusters, np.ones(len(unit)), waves=4)
    found = cr2(cells, (1, -1, -1, 1))
    return float(np.mean(2 * stdtr(found.df, -np.abs(found.estimate / found.se)) < 0.05))


def main() -> None:
    """Print the rates, in per cent."""
    for released, compared in SIZES:
        plain, heavy = (100 * rejected(released, compared, dominating=one) for one in (False, True))
        sys.stdout.write(f"{released} + {compared}: {plain:.1f}  dominating {heavy:.1f}\n")
    for shock in SHOCKS:
        rate = 100 * rejected(16, 16, shock=shock, centre=8)
        sys.stdout.write(f"4 centres of 8 units, shared movement {shock}: {rate:.1f}\n")


if __name__ == "__main__":
    main()
