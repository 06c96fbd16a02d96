"""Cubic spline whose ends follow the cubic through the four outer points.

Forsythe, G. E., Malcolm, M. A. & Moler, C. B. (1977). *Computer Methods for Mathematical
Computations*. Prentice-Hall, 4.4; the method "fmm" of R's ``spline``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.sandwich import Floats


def through(x: ArrayLike, y: ArrayLike, at: Floats) -> Floats:
    """Spline through (x, y), both (k,) with k ≥ 4 and x increasing, evaluated at ``at``.

    Raises
    ------
    ValueError
        When there are fewer than four points or x does not increase.
    """
    knots, values = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    h = np.diff(knots)
    if len(knots) < 4 or (h <= 0).any():
        raise ValueError("the spline needs four points with increasing x")
    slope = np.diff(values) / h
    # Thirds of second derivatives: continuous slopes inside, third derivative of the outer cubics at the ends.
    system = np.diag(np.concatenate([[-h[0]], 2 * (h[:-1] + h[1:]), [-h[-1]]]))
    system += np.diag(h, 1) + np.diag(h, -1)
    right = np.concatenate([[0.0], np.diff(slope), [0.0]])
    right[0] = (right[2] / (h[1] + h[2]) - right[1] / (h[0] + h[1])) * h[0] ** 2 / (knots[3] - knots[0])
    right[-1] = right[-2] / (h[-1] + h[-2]) - right[-3] / (h[-2] + h[-3])
    right[-1] *= -(h[-1] ** 2) / (knots[-1] - knots[-4])
    c = np.linalg.solve(system, right)
    first = slope - h * (c[1:] + 2 * c[:-1])
    third = np.diff(c) / h
    piece = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(h) - 1)
    step = at - knots[piece]
    found: Floats = values[piece] + step * (first[piece] + step * (3 * c[piece] + step * third[piece]))
    return found
