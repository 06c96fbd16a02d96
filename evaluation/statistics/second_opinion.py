"""A second opinion from pingouin: raw effect sizes and t-tests that ignore the clusters.

Never published as p. pingouin pairs by row position and silently shifts, so paired
answers are joined on id here before it sees them; it renamed its result columns in 0.6
(``p-val`` → ``p_val``, ``CI95%`` → ``CI95``, ``cohen-d`` → ``cohen_d``), so columns are read by either name.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import Floats


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """pingouin's t-test and effect size of after against before.

    ``test`` is ``welch`` or ``paired``; ``effect`` is Hedges' g with pooled sd, positive where
    answers rose; ``n_before`` = ``n_after`` = pairs in a paired test. None with a ``reason``.
    """

    test: Literal["welch", "paired"]
    t: float | None
    df: float | None
    p_value: float | None
    effect: float | None
    n_before: int
    n_after: int
    reason: str = ""


def welch(before: ArrayLike, after: ArrayLike) -> SecondOpinion:
    """Welch's t-test and raw Hedges' g of two independent waves; NaN is left out."""
    first, second = _answers(before), _answers(after)
    return _ask("welch", first[~np.isnan(first)], second[~np.isnan(second)])


def paired(id_before: ArrayLike, before: ArrayLike, id_after: ArrayLike, after: ArrayLike) -> SecondOpinion:
    """Paired t-test of the persons who answered in both waves, joined on id.

    Raises
    ------
    ValueError
        When an id occurs twice in a wave or is missing: such rows cannot be paired.
    """
    import pandas as pd

    waves = []
    for ids, values in ((id_before, before), (id_after, after)):
        index = pd.Index(np.asarray(ids))
        if index.hasnans or not index.is_unique:
            raise ValueError("ids must be unique and present within a wave")
        waves.append(pd.Series(_answers(values), index=index))
    joined = pd.concat(waves, axis=1, join="inner", keys=["before", "after"]).dropna()
    return _ask("paired", joined["before"].to_numpy(), joined["after"].to_numpy())


def _ask(test: Literal["welch", "paired"], before: Floats, after: Floats) -> SecondOpinion:
    """Ask pingouin about arrays without NaN (paired: row by row the same person)."""
    sizes = len(before), len(after)
    if min(sizes) < 2:
        return SecondOpinion(test, None, None, None, None, *sizes, reason=reasons.FEW_ANSWERS)
    difference = after - before if test == "paired" else None
    flat = np.ptp(difference) == 0 if difference is not None else np.ptp(before) == 0 and np.ptp(after) == 0
    if flat:
        return SecondOpinion(test, None, None, None, None, *sizes, reason=reasons.NO_VARIANCE)
    import pingouin

    # scipy warns of equal answers in one of the waves; what that leaves unknown is found out below.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        row = pingouin.ttest(after, before, paired=test == "paired", correction=test == "welch").iloc[0]
        effect = float(pingouin.compute_effsize(after, before, paired=False, eftype="hedges"))
    names = (("T", "t"), ("dof", "df"), ("p_val", "p-val"))
    t, df, p = (float(_column(row, *spelled)) for spelled in names)
    if not np.isfinite([t, df, p, effect]).all():
        return SecondOpinion(test, None, None, None, None, *sizes, reason=reasons.NO_VARIANCE)
    return SecondOpinion(test, t, df, p, effect, *sizes)


def _column(row: Mapping[str, Any], *names: str) -> Any:
    """Return the first of ``names`` that this version of pingouin uses."""
    for name in names:
        if name in row:
            return row[name]
    raise KeyError(f"pingouin's result has none of the columns {names}; it has {list(row.keys())}")


def _answers(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise ValueError("answers must have one dimension")
    if np.isinf(array).any():
        raise ValueError("answers hold infinite values")
    return array
