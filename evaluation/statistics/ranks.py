"""Rank tests for independent persons, where no units exist.

Both tests take every answer (or pair) as independent, which answers from the same unit
are not: with 5 % of variance between units and waves such tests reject a true null two to five
times too often (design.md 4). Where units are named they are refused with a reason, and the change
with CR2 errors (:mod:`evaluation.statistics.change`) stands alone. Large samples: normal tail with
ties, as R's ``wilcox.test(exact = FALSE)``.

References
----------
Hollander, M., Wolfe, D. A. & Chicken, E. (2014). *Nonparametric Statistical Methods*, 3rd ed. Wiley, ch. 3–4.
Kerby, D. S. (2014). The simple difference formula. *Comprehensive Psychology* 3, 11.IT.3.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import Floats, as_waves


@dataclass(frozen=True, slots=True)
class RankTest:
    """A rank test of after against before; None with a reason.

    Attributes
    ----------
    test : {"mann_whitney", "wilcoxon"}
    statistic : float or None
        Mann–Whitney: pairs in which the answer after is the higher, ties as one half (R's ``W``).
        Wilcoxon: sum of the ranks of rising pairs (R's ``V``).
    z, p_value : float or None
        Normal deviate, with continuity correction where asked, and two-sided p.
    effect : float or None
        Rank-biserial correlation, -1 to 1, positive where answers rose; of two groups it is Cliff's delta.
    n_before, n_after : int
        Answers; for Wilcoxon pairs that differ, twice.
    """

    test: Literal["mann_whitney", "wilcoxon"]
    statistic: float | None
    z: float | None
    p_value: float | None
    effect: float | None
    n_before: int
    n_after: int
    reason: str = ""


def mann_whitney(
    y: ArrayLike,
    after: ArrayLike,
    *,
    unit: ArrayLike | None = None,
    person: ArrayLike | None = None,
    correct: bool = True,
) -> RankTest:
    """Mann–Whitney test of two waves of independent persons, with ties.

    Parameters
    ----------
    y : array_like, shape (rows,)
        Answers, NaN where there is none.
    after : array_like of 0/1 or bool, shape (rows,)
        Wave of the row.
    unit : array_like, optional
        Where units are named the test is refused (``units_named``).
    person : array_like, shape (rows,), optional
        Who answered: refused (``same_persons``) where anybody has two answers.
    correct : bool
        Continuity correction of one half.

    Raises
    ------
    ValueError
        When lengths differ, ``after`` holds other values, or an answer is infinite.
    """
    values, wave = _answers(y), as_waves(after)
    if values.shape != wave.shape:
        raise ValueError("y and after must have the same number of rows")
    keep = ~np.isnan(values)
    values, wave = values[keep], wave[keep]
    n0, n1 = int((wave == 0).sum()), int((wave == 1).sum())
    refused = reasons.UNITS_NAMED if unit is not None else ""
    if not refused and person is not None:
        who = np.asarray(person)
        if who.shape != keep.shape:
            raise ValueError("person must have the same number of rows as y")
        refused = reasons.SAME_PERSONS if len(set(who[keep].tolist())) < len(values) else ""
    if not refused and min(n0, n1) < reasons.MIN_ANSWERS:
        refused = reasons.FEW_ANSWERS if min(n0, n1) else reasons.NO_ANSWERS
    if refused:
        return RankTest("mann_whitney", None, None, None, None, n0, n1, refused)
    ranks, ties = _ranks(values)
    statistic = float(ranks[wave == 1].sum()) - n1 * (n1 + 1) / 2
    n = n0 + n1
    variance = n0 * n1 / 12 * ((n + 1) - ties / (n * (n - 1)))
    z, p = _normal(statistic - n0 * n1 / 2, variance, correct)
    if z is None:
        return RankTest("mann_whitney", None, None, None, None, n0, n1, reasons.NO_VARIANCE)
    return RankTest("mann_whitney", statistic, z, p, 2 * statistic / (n0 * n1) - 1, n0, n1)


def wilcoxon(
    id_before: ArrayLike,
    before: ArrayLike,
    id_after: ArrayLike,
    after: ArrayLike,
    *,
    unit: ArrayLike | None = None,
    correct: bool = True,
) -> RankTest:
    """Wilcoxon's signed-rank test of the persons who answered in both waves, joined on id.

    Pairs without a difference are left out, as Wilcoxon did and R does.

    Parameters
    ----------
    id_before, before, id_after, after : array_like
        Ids and answers of each wave, in any order; NaN where there is no answer.
    unit, correct
        As in :func:`mann_whitney`.

    Raises
    ------
    ValueError
        When lengths differ, an id is missing or occurs twice in a wave, or an answer is infinite.
    """
    first, second = _by_id(id_before, before), _by_id(id_after, after)
    both = [name for name in first if name in second]
    difference = np.array([second[name] - first[name] for name in both], dtype=float)
    difference = difference[difference != 0]
    n = len(difference)
    refused = reasons.UNITS_NAMED if unit is not None else ""
    if not refused and len(both) < reasons.MIN_ANSWERS:
        refused = reasons.FEW_ANSWERS if both else reasons.NO_ANSWERS
    if not refused and n == 0:
        refused = reasons.NO_VARIANCE
    if refused:
        return RankTest("wilcoxon", None, None, None, None, n, n, refused)
    ranks, ties = _ranks(np.abs(difference))
    statistic = float(ranks[difference > 0].sum())
    whole = n * (n + 1) / 2
    z, p = _normal(statistic - whole / 2, n * (n + 1) * (2 * n + 1) / 24 - ties / 48, correct)
    return RankTest("wilcoxon", statistic, z, p, 2 * statistic / whole - 1, n, n)


def _normal(distance: float, variance: float, correct: bool) -> tuple[float | None, float | None]:
    """Return the normal deviate and two-sided p of a distance from the mean; None without variance."""
    if variance <= 0:
        return None, None
    moved = distance - math.copysign(0.5, distance) if correct and distance != 0 else distance
    z = moved / math.sqrt(variance)
    return z, min(1.0, 2 * min(float(ndtr(z)), float(ndtr(-z))))


def _ranks(values: Floats) -> tuple[Floats, float]:
    """Midranks, and the sum of ``t³ - t`` over ties."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks = (last - (count - 1) / 2)[place]
    size = count.astype(float)
    return np.asarray(ranks, dtype=float), float((size**3 - size).sum())


def _by_id(ids: ArrayLike, values: ArrayLike) -> dict[object, float]:
    """Answers by id, without those that are missing."""
    import pandas as pd

    names, answers = np.asarray(ids), _answers(values)
    if names.shape != answers.shape:
        raise ValueError("ids and answers must have the same number of rows")
    index = pd.Index(names)
    if index.hasnans or not index.is_unique:
        raise ValueError("ids must be unique and present within a wave")
    return {name: float(y) for name, y in zip(names.tolist(), answers, strict=True) if not math.isnan(y)}


def _answers(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise ValueError("answers must have one dimension")
    if np.isinf(array).any():
        raise ValueError("answers hold infinite values")
    return array
