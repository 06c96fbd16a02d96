"""What weights cost: Kish's effective number of answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def effective_n(weights: ArrayLike) -> float:
    """Effective number of answers ``(sum w)² / sum w²``; 0 where there is none.

    References
    ----------
    Kish, L. (1965). *Survey Sampling*. Wiley.

    Examples
    --------
    >>> effective_n([1, 1, 1, 1])
    4.0
    """
    values = np.asarray(weights, dtype=float)
    squares = float((values**2).sum())
    return float(values.sum()) ** 2 / squares if squares > 0 else 0.0
