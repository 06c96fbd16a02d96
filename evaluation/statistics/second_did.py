"""A second opinion from diff-diff on differences in development: tests only, nothing here is published.

diff-diff is young and takes seconds to import, so it is asked inside the functions. What
it computes the same: the regression on (1, released, after, released × after) without
weights, with CR2 by cluster and Satterthwaite df (``vcov_type="hc2_bm"``), and the point
estimates of ATT(g,t). What it computes otherwise: errors of ATT(g,t) come from influence functions (no small-sample
correction), and it takes neither weights in its CR2 nor waves that span a release.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.staggered import Against


@dataclass(frozen=True, slots=True)
class SecondDifference:
    """diff-diff's difference in development, its CR2 error and p."""

    difference: float
    se: float
    p_value: float


def second_difference(y: ArrayLike, after: ArrayLike, released: ArrayLike, cluster: ArrayLike) -> SecondDifference:
    """Ask diff-diff for the difference in development; rows without an answer are left out."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "y": np.asarray(y, dtype=float),
            "after": np.asarray(after, dtype=int),
            "released": np.asarray(released, dtype=int),
            "cluster": np.asarray(cluster),
        }
    ).dropna(subset="y")
    with _quiet():
        from diff_diff import DifferenceInDifferences

        model = DifferenceInDifferences(vcov_type="hc2_bm", cluster="cluster")
        found = model.fit(frame, outcome="y", treatment="released", post="after")
    return SecondDifference(float(found.att), float(found.se), float(found.p_value))


def second_group_time(
    y: ArrayLike, wave: ArrayLike, first_after: ArrayLike, *, against: Against = "not_yet"
) -> dict[tuple[int, int], float]:
    """Ask diff-diff for the point estimates of ATT(g,t), by (first wave after release, wave).

    Parameters
    ----------
    y, wave : array_like, shape (rows,)
    first_after : array_like of int, shape (rows,)
        First wave after the release of the row's cohort, 0 where it is never released.
    against : {"not_yet", "never"}
    """
    import pandas as pd

    frame = pd.DataFrame(
        {
            "y": np.asarray(y, dtype=float),
            "wave": np.asarray(wave, dtype=int),
            "first": np.asarray(first_after, dtype=int),
        }
    ).dropna(subset="y")
    frame["row"] = np.arange(len(frame))
    with _quiet():
        from diff_diff import CallawaySantAnna

        model = CallawaySantAnna(
            control_group="never_treated" if against == "never" else "not_yet_treated",
            estimation_method="reg",
            base_period="universal",
            panel=False,
        )
        found = model.fit(frame, outcome="y", unit="row", time="wave", first_treat="first")
    return {(int(g), int(t)): float(one["effect"]) for (g, t), one in found.group_time_effects.items()}


@contextmanager
def _quiet() -> Iterator[None]:
    """diff-diff warns of its own future and of assumptions that are stated here; what fails still raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
