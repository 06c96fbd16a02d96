"""Weights fitted to known populations: post-stratification, raking and regression calibration.

The new design remembers what was fitted, so that later standard errors are those of the residuals.

References
----------
Deville, J.-C. & Särndal, C.-E. (1992). Calibration estimators in survey sampling. *JASA* 87, 376–382.
R package ``survey`` 4.1.1, ``postStratify``, ``rake``, ``calibrate``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.design.linear import matrix
from evaluation.statistics.design.model import Calibrated, Design, PostStratified, Raked, joint
from evaluation.statistics.design.replicates import Replicates
from evaluation.statistics.design.variance import sums
from evaluation.statistics.sandwich import Floats, Ints


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibrated design, or the reason why there is none.

    Attributes
    ----------
    design : Design or None
        The design with new weights.
    rounds : int
        Rounds of raking; 1 for the other methods.
    gap : float
        Largest distance between a weighted and a known total, over the known total (or over 1 where that is smaller).
    reason : str
        Why ``design`` is None.
    """

    design: Design | None
    rounds: int
    gap: float
    reason: str = ""


def post_stratify(design: Design, strata: ArrayLike, population: Mapping[Any, float]) -> Calibration:
    """Weight the answers of each post-stratum up to its known population.

    Parameters
    ----------
    strata : array, shape (rows,)
        Labels of post-strata.
    population : mapping
        Known total of every label.

    Raises
    ------
    ValueError
        When a label is missing or unknown to ``population``, or a population is negative or not finite.
    """
    codes, known = _margin(design.rows, strata, population)
    if codes is None:
        return Calibration(None, 0, 0.0, reasons.EMPTY_CELL)
    after = _fitted(design.weights, codes, known)
    if after is None:
        return Calibration(None, 0, 0.0, reasons.EMPTY_CELL)
    return Calibration(design.adjusted(after, PostStratified(codes, design.weights, after)), 1, 0.0)


def post_stratify_replicates(
    design: Replicates, strata: ArrayLike, population: Mapping[Any, float]
) -> tuple[Replicates | None, str]:
    """:func:`post_stratify` of the weights and of every replicate; the new design, or the reason why there is none.

    Raises
    ------
    ValueError
        As :func:`post_stratify`.
    """
    codes, known = _margin(design.rows, strata, population)
    columns = [design.weights, *(design.weights_of(r) for r in range(design.factors.shape[1]))]
    fitted = [None if codes is None else _fitted(column, codes, known) for column in columns]
    new = [column for column in fitted if column is not None]
    if fitted[0] is None:
        return None, reasons.EMPTY_CELL
    if len(new) < len(columns):
        return None, reasons.EMPTY_REPLICATE
    inside = (design.base > 0).astype(float)
    factors = np.column_stack(new[1:]) if new[1:] else np.zeros((design.rows, 0))
    return replace(design, weights=new[0], base=inside, factors=factors, index=np.arange(design.rows)), ""


def rake(
    design: Design,
    margins: Sequence[tuple[ArrayLike, Mapping[Any, float]]],
    *,
    tolerance: float = 1e-10,
    rounds: int = 200,
) -> Calibration:
    """Post-stratify to one margin after the other until the joint table stands still.

    Parameters
    ----------
    margins : sequence of (array of shape (rows,), mapping)
        Labels and known totals of each margin, in the order they are fitted.
    tolerance : float
        Largest change of a cell of the joint table in a round; below 1 as a share of the sum of
        weights, from 1 in persons. R's default is 1, with 10 rounds; ours goes on until nothing moves.
    rounds : int
        Most rounds.

    Raises
    ------
    ValueError
        As :func:`post_stratify`; when there is no margin.
    """
    if not margins:
        raise ValueError("raking needs a margin")
    fitted = [_margin(design.rows, labels, known) for labels, known in margins]
    places = [(codes, known) for codes, known in fitted if codes is not None]
    if len(places) < len(fitted):
        return Calibration(None, 0, 0.0, reasons.EMPTY_CELL)
    cell = joint(*(codes for codes, _ in places))
    weights = design.weights
    limit = tolerance * float(weights.sum()) if tolerance < 1 else tolerance
    table = np.bincount(cell, weights=weights)
    for done in range(1, rounds + 1):
        steps: list[tuple[Ints, Floats]] = []
        for codes, known in places:
            moved = _fitted(weights, codes, known)
            if moved is None:
                return Calibration(None, done, 0.0, reasons.EMPTY_CELL)
            weights = moved
            steps.append((codes, weights))
        before, table = table, np.bincount(cell, weights=weights)
        if np.abs(table - before).max() < limit:
            gap = max(_gap(weights, codes, known) for codes, known in places)
            return Calibration(design.adjusted(weights, Raked(tuple(steps))), done, gap)
    gap = max(_gap(weights, codes, known) for codes, known in places)
    return Calibration(None, rounds, gap, reasons.NOT_CONVERGED)


def calibrate(design: Design, x: ArrayLike, totals: ArrayLike) -> Calibration:
    """Regression calibration (GREG): the weighted totals of ``x`` (rows, k) become ``totals`` (k,).

    A constant with the population's size is a column of ones. Weights may become negative in
    principle; then reason ``negative_weights``.

    Raises
    ------
    ValueError
        When shapes differ or an auxiliary is missing for a row with weight.
    """
    columns = matrix(x, design.rows)
    wanted = np.asarray(totals, dtype=float)
    inside = design.weights > 0
    if wanted.shape != (columns.shape[1],) or not np.isfinite(wanted).all():
        raise ValueError(f"totals must be {columns.shape[1]} known numbers")
    if np.isnan(columns[inside]).any():
        raise ValueError("an auxiliary variable is missing for a row with weight")
    if not inside.any():
        return Calibration(None, 0, 0.0, reasons.NO_ANSWERS)
    columns = np.where(inside[:, None], columns, 0.0)
    w = design.weights
    length = np.sqrt((columns**2 * w[:, None]).sum(axis=0))
    if (length == 0).any():
        return Calibration(None, 0, 0.0, reasons.COLLINEAR)
    scaled = columns / length
    basis, r = np.linalg.qr(scaled * np.sqrt(w)[:, None])
    if len(w) < len(wanted) or np.abs(np.diag(r)).min() < 1e-11:
        return Calibration(None, 0, 0.0, reasons.COLLINEAR)
    missing = wanted / length - (scaled * w[:, None]).sum(axis=0)
    g = 1 + scaled @ np.linalg.solve(r, np.linalg.solve(r.T, missing))
    after = w * g
    off = np.abs((columns * after[:, None]).sum(axis=0) - wanted) / np.maximum(np.abs(wanted), 1.0)
    gap = float(off.max())
    if (after < 0).any():
        return Calibration(None, 1, gap, reasons.NEGATIVE_WEIGHTS)
    return Calibration(design.adjusted(after, Calibrated(basis, g * np.sqrt(w))), 1, gap)


def _margin(rows: int, labels: ArrayLike, population: Mapping[Any, float]) -> tuple[Ints | None, Floats]:
    """Codes of the labels and their known totals; no codes where a population has no answers."""
    import pandas as pd

    codes, levels = pd.factorize(np.asarray(labels), sort=True)
    if len(codes) != rows:
        raise ValueError(f"{len(codes)} labels for {rows} rows")
    if (codes < 0).any():
        raise ValueError("a row has no label; drop or name it first")
    unknown = [label for label in levels.tolist() if label not in population]
    if unknown:
        raise ValueError(f"no population for {unknown}")
    sizes = np.array([float(population[label]) for label in levels.tolist()])
    others = [float(size) for label, size in population.items() if label not in set(levels.tolist())]
    if not np.isfinite([*sizes, *others]).all() or min([0.0, *sizes, *others]) < 0:
        raise ValueError("populations must be finite and not negative")
    return (None if any(others) else codes.astype(np.int64)), sizes


def _fitted(weights: Floats, codes: Ints, known: Floats) -> Floats | None:
    """Weights scaled to the known totals; None where a total has no weight to carry it."""
    have = sums(weights[:, None], codes, len(known))[:, 0]
    if ((have == 0) & (known > 0)).any():
        return None
    factor = known / np.where(have > 0, have, 1.0)
    return weights * factor[codes]


def _gap(weights: Floats, codes: Ints, known: Floats) -> float:
    """Largest distance of a margin's weighted totals from the known ones, over the known (at least 1)."""
    found = np.bincount(codes, weights=weights, minlength=len(known))
    return float((np.abs(found - known) / np.maximum(np.abs(known), 1.0)).max())
