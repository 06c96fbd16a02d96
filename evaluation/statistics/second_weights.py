"""A second opinion on rim weights: weightipy, which pollsters use. Never the published weights.

Where it parts from :func:`evaluation.statistics.design.calibration.rake` (weightipy 0.4.2): it starts from equal
weights only; it stops when a round moves the weights by no less than 99 % of what the round before did,
whatever convergence was asked for, and then prints instead of raising; a category with target 0 keeps one
hundred-millionth of an answer instead of nothing, and a weight that is exactly 0 becomes 1; a row whose
category is not in the scheme keeps its weight. Its cap is on weights with mean 1 and is applied within every round.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.sandwich import Floats


def rim_weights(
    margins: Sequence[tuple[str, ArrayLike, Mapping[str, float]]], cap: float | None = None
) -> tuple[Floats, str]:
    """Rim weights of weightipy with mean 1, and what it printed (empty where it converged).

    Parameters
    ----------
    margins : sequence of (name, labels of shape (rows,), mapping)
        As in :func:`evaluation.statistics.known_margins.fit_margins`.
    cap : float, optional
        Largest weight, above 1.

    Raises
    ------
    ValueError
        When there is no margin, rows differ, or a label has no known total.
    """
    import pandas as pd
    import weightipy

    if not margins:
        raise ValueError("weighting needs a margin")
    arrays = {name: np.asarray(labels).astype(str) for name, labels, _ in margins}
    if len({labels.shape for labels in arrays.values()}) > 1:
        raise ValueError("margins must have the same rows")
    scheme = weightipy.Rim("ours", cap=0 if cap is None else cap)
    targets = []
    for name, _, known in margins:
        whole = sum(known.values())
        unknown = sorted(set(arrays[name]) - set(known))
        if unknown:
            raise ValueError(f"no known total for {unknown}")
        targets.append({name: {label: 100 * total / whole for label, total in known.items()}})
    scheme.set_targets(targets)
    with contextlib.redirect_stdout(io.StringIO()) as told:
        made = weightipy.weight_dataframe(pd.DataFrame(arrays), scheme, "weight")
    return made["weight"].to_numpy(dtype=float), told.getvalue()
