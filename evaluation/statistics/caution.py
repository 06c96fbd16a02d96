"""What calls for caution beside a verdict: one pure function of numbers that stand in the row.

A verdict is never changed by a caution; the report says that it has to be read with care.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.reasons import known
from evaluation.statistics.sandwich import as_codes, as_waves, as_weights

#: From this share of a wave's answers on, one unit is so large that the test errs (docs/methods.md).
DOMINATING_SHARE: Final = 1 / 3
DOMINATING_UNIT: Final = "dominating_unit"
BOOTSTRAP_DISAGREES: Final = "bootstrap_disagrees"
CAUTIONS: Final = (DOMINATING_UNIT, BOOTSTRAP_DISAGREES)


def cautions(
    largest_share: float | None, p_value: float | None, p_bootstrap: float | None, alpha: float
) -> tuple[str, ...]:
    """Codes of what calls for caution; empty where nothing does.

    Parameters
    ----------
    largest_share : float or None
        Largest share (0–1) of a wave's answers that one unit holds (:func:`largest_share`).
    p_value, p_bootstrap : float or None
        p of the test and of its bootstrap check, both before Holm.
    alpha : float
        Level of the test.

    Returns
    -------
    tuple of str
        ``dominating_unit`` where one unit holds at least a third; ``bootstrap_disagrees`` where
        test and check fall on different sides of ``alpha``.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}")
    found = []
    if known(largest_share) and largest_share >= DOMINATING_SHARE * (1 - 1e-12):
        found.append(DOMINATING_UNIT)
    if known(p_value) and known(p_bootstrap) and (p_value < alpha) != (p_bootstrap < alpha):
        found.append(BOOTSTRAP_DISAGREES)
    return tuple(found)


def largest_share(
    y: ArrayLike, after: ArrayLike, cluster: ArrayLike, weights: ArrayLike | None = None
) -> tuple[float | None, ...]:
    """Largest share (0–1) of a wave's answers, by weight where there are weights, that one cluster holds.

    Parameters are those of :func:`~evaluation.statistics.change.cluster_changes`.

    Returns
    -------
    tuple of float or None
        One a column of ``y`` (rows, measures), the larger of the two waves; None where a wave is empty.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 2:
        raise ValueError("y must have shape (rows, measures)")
    wave, w = as_waves(after), as_weights(weights, len(values))
    codes, clusters = as_codes(cluster)
    if wave.shape != (len(values),) or codes.shape != (len(values),):
        raise ValueError("y, after, cluster and weights must have the same number of rows")
    row, column = np.nonzero(~np.isnan(values) & (w > 0)[:, None])
    shape = (values.shape[1], clusters, 2)
    index = (column * clusters + codes[row]) * 2 + wave[row]
    held = np.bincount(index, weights=w[row], minlength=int(np.prod(shape))).reshape(shape)
    total = held.sum(axis=1)
    share = (held.max(axis=1, initial=0.0) / np.where(total > 0, total, 1.0)).max(axis=1)
    both = (total > 0).all(axis=1)
    return tuple(float(s) if ok else None for s, ok in zip(share, both, strict=True))
