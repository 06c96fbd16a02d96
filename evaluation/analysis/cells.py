"""Counts, means and distinct people for many groups and measures in one pass over the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.analysis.frame import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Moments:
    """Per cell and measure, each of shape (cells, measures).

    ``n`` answers, ``mean`` (weighted where there are weights), ``sd`` (n − 1), shares of
        values at the floor (<= 5) and the ceiling (>= 95), distinct ``persons`` behind them, and of
    a 0/1 measure the distinct persons on the smaller ``side``; ``n_eff`` is Kish's effective n.
    """

    n: Floats
    mean: Floats
    sd: Floats
    floor: Floats
    ceiling: Floats
    persons: Floats
    side: Floats
    n_eff: Floats


def segment_sums(values: NDArray[np.float64], code: Ints, size: int) -> Floats:
    """Column sums of ``values`` (N, M) per ``code`` (N,), shape (size, M); rows with a negative code are left out."""
    out = np.zeros((size, values.shape[1]))
    order = np.argsort(code, kind="stable")
    order = order[code[order] >= 0]
    if len(order):
        ordered = code[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        out[ordered[starts]] = np.add.reduceat(values[order], starts, axis=0)
    return out


def joint(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Code per row of ``first`` × ``second`` (-1 where ``first`` is negative), and ``first`` of every code."""
    width = int(second.max(initial=0)) + 1
    names, code = np.unique(np.where(first >= 0, first * width + second, -1), return_inverse=True)
    shift = int(len(names) > 0 and names[0] < 0)
    return code.astype(np.int64) - shift, (names[shift:] // width).astype(np.int64)


def distinct(valid: Bools, cell: Ints, counted: Ints, cells: int) -> Floats:
    """Distinct ``counted`` people with a valid value, per cell and measure."""
    code, owner = joint(cell, counted)
    if len(owner) == int((cell >= 0).sum()):  # every row is a person of its own
        return segment_sums(valid.astype(float), cell, cells)
    met = segment_sums(valid.astype(float), code, len(owner)) > 0
    return segment_sums(met.astype(float), owner, cells)


def moments(y: Floats, cell: Ints, cells: int, counted: Ints, weights: Floats | None) -> Moments:
    """Moments of every measure in every cell.

    Parameters
    ----------
    y : float array, shape (N, M)
        Values, NaN where there is none.
    cell : int array, shape (N,)
        Cell of each row, -1 for none.
    """
    weight = np.ones(len(y)) if weights is None else np.nan_to_num(weights)
    valid = ~np.isnan(y) & ((cell >= 0) & (weight > 0))[:, None]
    n = segment_sums(valid.astype(float), cell, cells)
    w = segment_sums(valid * weight[:, None], cell, cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = segment_sums(np.where(valid, y, 0.0) * weight[:, None], cell, cells) / w
        # Centred before squaring, so that nothing cancels.
        squares = np.where(valid, y - mean[cell], 0.0) ** 2 * weight[:, None]
        sd = np.sqrt(segment_sums(squares, cell, cells) / w * n / (n - 1.0))
        floor = segment_sums((valid & (y <= 5)).astype(float), cell, cells) / n
        ceiling = segment_sums((valid & (y >= 95)).astype(float), cell, cells) / n
    persons = distinct(valid, cell, counted, cells)
    sides = [distinct(valid & (y == value), cell, counted, cells) for value in (0.0, 1.0)]
    w2 = n if weights is None else segment_sums(valid * weight[:, None] ** 2, cell, cells)
    n_eff = np.divide(w**2, w2, out=np.zeros_like(w), where=w2 > 0)
    return Moments(n, mean, np.where(n > 1, sd, np.nan), floor, ceiling, persons, np.minimum(*sides), n_eff)
