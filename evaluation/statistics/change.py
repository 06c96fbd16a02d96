"""Change from one wave to another: after minus before, with CR2 errors by unit.

The estimator is the regression of the answer on (1, after). A unit is the same cluster in
both waves, so persistent differences between units cancel and a unit's own movement
counts as one observation. Panel, repeated cross-section and partial overlap are the same
estimator: people who answer twice do so inside one cluster. There are no unit effects, so
change equals after minus before in every row, and units met in one wave take part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.finite import finite_error
from evaluation.statistics.sandwich import Cells, Fit, Floats, Ints, as_codes, as_waves, as_weights, cell_sums, cr2
from evaluation.statistics.tests import p_value

Estimand = Literal["udvikling", "beskrivelse"]
Method = Literal["cr2_unit", "cr2_person", "finite_population", "pooled_sd", "described"]

_CONTRAST = (-1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Change:
    """A change and what is known about its uncertainty.

    Attributes
    ----------
    before, after, change : float or None
        Weighted means in the unit of ``y`` and their difference; None where a wave is empty.
    se, df, p_value : float or None
        Standard error, degrees of freedom and two-sided p of "no change"; None with a ``reason``.
    n_before, n_after : int
        Answers that took part.
    n_eff_before, n_eff_after : float
        Kish's effective number of answers.
    clusters : int
        Units (or persons) with an answer in either wave.
    method : str
        ``cr2_unit``, ``cr2_person``, ``finite_population``, ``pooled_sd``, or ``described`` (no standard error).
    reason : str
        Empty, or why there is no test (:mod:`evaluation.statistics.reasons`).
    """

    before: float | None
    after: float | None
    change: float | None
    se: float | None
    df: float | None
    p_value: float | None
    n_before: int
    n_after: int
    n_eff_before: float
    n_eff_after: float
    clusters: int
    method: Method
    reason: str = ""


def cluster_change(
    y: ArrayLike,
    after: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    estimand: Estimand = "udvikling",
    population: ArrayLike | None = None,
    person: ArrayLike | None = None,
    independent: bool = False,
) -> Change:
    """Change in the mean of ``y`` with CR2 standard error and Satterthwaite df.

    Parameters
    ----------
    y : array_like, shape (rows,)
        Answers, NaN where there is none (points 0–100, or 0/1 for a share).
    after : array_like of 0/1 or bool, shape (rows,)
        Wave of the row.
    cluster : array_like, shape (rows,)
        Unit of the row, the same label in both waves. With ``independent``: the person.
    weights : array_like, shape (rows,), optional
        Not negative; rows with weight 0 or NaN take no part.
    estimand : {"udvikling", "beskrivelse"}
        Units as drawn from a population (default), or these units and these people with
        finite-population correction (:mod:`evaluation.statistics.finite`).
    population : array_like, shape (rows,), optional
        For *beskrivelse*: number of people asked in the row's unit and wave (with
        ``independent``: in the row's wave).
    person : array_like, shape (rows,), optional
        For *beskrivelse* in a panel: who answered, so that both waves' answers count as one person.
    independent : bool
        The plan names no unit: each person is a cluster, and the fewest number of units does not apply.

    Returns
    -------
    Change

    Raises
    ------
    ValueError
        When lengths differ, ``after`` holds other values, a cluster label is missing, or a number is out of range.

    References
    ----------
    Bell & McCaffrey (2002); Pustejovsky & Tipton (2018).
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1:
        raise ValueError("y must have one dimension; cluster_changes takes several measures")
    return cluster_changes(
        values[:, None],
        after,
        cluster,
        weights,
        estimand=estimand,
        population=population,
        person=person,
        independent=independent,
    )[0]


def cluster_changes(
    y: ArrayLike,
    after: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    estimand: Estimand = "udvikling",
    population: ArrayLike | None = None,
    person: ArrayLike | None = None,
    independent: bool = False,
) -> tuple[Change, ...]:
    """:func:`cluster_change` for every column of ``y`` (rows, measures) in one pass.

    The same numbers as one call a column, many times faster: sums per measure, cluster
    and wave are counted once.
    """
    values = np.asarray(y, dtype=float)
    if estimand not in ("udvikling", "beskrivelse"):
        raise ValueError(f"unknown estimand {estimand!r}")
    if values.ndim != 2:
        raise ValueError("y must have shape (rows, measures)")
    wave = as_waves(after)
    codes, clusters = as_codes(cluster)
    w = as_weights(weights, len(values))
    cells = cell_sums(values, wave, codes, clusters, w)
    changes = changes_of_cells(cells, independent=independent)
    if estimand == "udvikling":
        return changes
    people = codes if independent else as_codes(np.arange(len(codes)) if person is None else person)[0]
    strata = np.zeros_like(codes) if independent else codes
    sizes = None if population is None else np.asarray(population, dtype=float)
    return tuple(_finite(change, values[:, m], wave, strata, people, w, sizes) for m, change in enumerate(changes))


def changes_of_cells(cells: Cells, *, independent: bool = False) -> tuple[Change, ...]:
    """Changes from sums per measure, cluster and wave: :func:`cluster_changes` without the rows.

    Parameters
    ----------
    cells : Cells
        Sums of two waves, shape (measures, clusters, 2).
    independent : bool
        As in :func:`cluster_change`.
    """
    fit = cr2(cells, _CONTRAST)
    method: Method = "cr2_person" if independent else "cr2_unit"
    return tuple(_change(cells, fit, m, method) for m in range(cells.n.shape[0]))


def _change(cells: Cells, fit: Fit, m: int, method: Method) -> Change:
    """Return the result for measure ``m``, with a reason where a number is missing."""
    n, w, w2 = cells.n[m], cells.w[m], cells.w2[m]
    answers = n.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        kish = np.where(answers > 0, w.sum(axis=0) ** 2 / w2.sum(axis=0), 0.0)
    clusters = int((n.sum(axis=1) > 0).sum())
    in_wave = (n > 0).sum(axis=0)
    described = Change(
        before=_or_none(fit.means[m, 0]),
        after=_or_none(fit.means[m, 1]),
        change=_or_none(fit.estimate[m]),
        se=None,
        df=None,
        p_value=None,
        n_before=int(answers[0]),
        n_after=int(answers[1]),
        n_eff_before=float(kish[0]),
        n_eff_after=float(kish[1]),
        clusters=clusters,
        method="described",
    )
    if answers.min() == 0:
        return replace(described, reason=reasons.NO_ANSWERS)
    if answers.min() < reasons.MIN_ANSWERS:
        return replace(described, reason=reasons.FEW_ANSWERS)
    if method == "cr2_unit" and clusters < reasons.MIN_CLUSTERS:
        return replace(described, reason=reasons.FEW_CLUSTERS)
    if in_wave.min() < 2:
        return replace(described, reason=reasons.ONE_CLUSTER)
    se, df = float(fit.se[m]), float(fit.df[m])
    if math.isnan(se) or math.isnan(df):
        # One cluster has next to all the weight of a wave: for CR2 there is no other.
        return replace(described, reason=reasons.ONE_CLUSTER)
    if se == 0:
        return replace(described, reason=reasons.NO_VARIANCE)
    return replace(described, se=se, df=df, p_value=p_value(float(fit.estimate[m]), se, df), method=method)


def _finite(
    change: Change, y: Floats, wave: Ints, stratum: Ints, person: Ints, weights: Floats, sizes: Floats | None
) -> Change:
    """``change`` with the finite-population standard error in place of CR2's."""
    if change.change is None or change.reason in (reasons.NO_ANSWERS, reasons.FEW_ANSWERS, reasons.FEW_CLUSTERS):
        return change
    keep = ~np.isnan(y) & (weights > 0)
    error = finite_error(
        y[keep],
        wave[keep],
        stratum[keep],
        person[keep],
        weights[keep],
        None if sizes is None else sizes[keep],
        _CONTRAST,
    )
    if error.se is None or error.df is None:
        return replace(change, se=None, df=None, p_value=None, method="described", reason=error.reason)
    p = p_value(change.change, error.se, error.df)
    return replace(change, se=error.se, df=error.df, p_value=p, method="finite_population", reason="")


def unit_change(y: ArrayLike, after: ArrayLike, pooled_sd: float, weights: ArrayLike | None = None) -> Change:
    """Change in one unit: no test and no verdict, only a band of uncertainty.

    Parameters
    ----------
    y, after, weights : array_like, shape (rows,)
        The unit's rows, as in :func:`cluster_change`.
    pooled_sd : float
        Standard deviation of an answer in the whole survey, pooled over waves and units
        (:func:`evaluation.statistics.levels.pooled_sd`); a unit's own is too uncertain and
        gives answers away.

    Returns
    -------
    Change
        ``se = pooled_sd sqrt(1/n_before + 1/n_after)`` (effective n), ``df`` infinite,
        ``p_value`` None, method ``pooled_sd``, reason ``one_unit``.
    """
    values = np.asarray(y, dtype=float)
    wave, w = as_waves(after), as_weights(weights, len(values))
    cells = cell_sums(values[:, None], wave, np.zeros(len(values), dtype=np.int64), 1, w)
    result = _change(cells, cr2(cells, _CONTRAST), 0, "cr2_unit")
    if result.change is None:
        return result
    se = pooled_sd * math.sqrt(1 / result.n_eff_before + 1 / result.n_eff_after)
    if not se > 0:
        return replace(result, reason=reasons.NO_VARIANCE)
    return replace(result, se=se, df=math.inf, method="pooled_sd", reason=reasons.ONE_UNIT)


def _or_none(value: float) -> float | None:
    """Return a float, or None for NaN."""
    return None if math.isnan(value) else float(value)
