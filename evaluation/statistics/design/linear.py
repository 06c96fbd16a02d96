"""Means, shares, totals, ratios and variances with linearised or replicated standard errors."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.design.model import LARGEST, Design
from evaluation.statistics.design.replicates import Replicates
from evaluation.statistics.design.variance import covariance
from evaluation.statistics.sandwich import Floats

Result = TypeVar("Result")
AnyDesign = TypeVar("AnyDesign", Design, Replicates)


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates with their covariance.

    Attributes
    ----------
    value : array, shape (k,), or None
        Estimates, unit of the answers (ratio: numerator per denominator; variance: squared).
    covariance : array, shape (k, k), or None
        Covariance of the estimates.
    df, n : int
        Degrees of freedom of the design and answers with weight, both in the domain.
    deff : tuple of float or of None
        Design effect against a simple random sample without replacement of as many answers; empty when not asked for.
    reason : str
        Why something is None.
    """

    value: Floats | None
    covariance: Floats | None
    df: int
    n: int
    deff: tuple[float | None, ...] = ()
    reason: str = ""

    @property
    def se(self) -> Floats | None:
        """Standard errors (k,)."""
        return None if self.covariance is None else np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def matrix(x: ArrayLike, rows: int) -> Floats:
    """Numbers as a matrix (rows, k).

    Raises
    ------
    ValueError
        When the number of rows differs or a number is infinite or so large that its square would be.
    """
    values = np.asarray(x, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.shape[0] != rows:
        raise ValueError(f"answers have shape {values.shape}, the design has {rows} rows")
    if (np.abs(values) > LARGEST).any():
        raise ValueError(f"answers hold infinite values or values beyond {LARGEST:g}")
    return values


def complete(design: AnyDesign, *parts: Floats) -> tuple[AnyDesign, tuple[Floats, ...]]:
    """Domain of the rows that have every answer; the answers with 0 where one is missing."""
    known = ~np.any([np.isnan(part).any(axis=1) for part in parts], axis=0)
    return design.subset(known), tuple(np.where(known[:, None], part, 0.0) for part in parts)


def indicators(labels: ArrayLike) -> tuple[Floats, tuple[Hashable, ...]]:
    """Columns of 0 and 1 for sorted labels (rows,), NaN where the label is missing; and the labels."""
    import pandas as pd

    codes, levels = pd.factorize(np.asarray(labels), sort=True)
    columns = (codes[:, None] == np.arange(len(levels))).astype(float)
    columns[codes < 0] = np.nan
    return columns, tuple(levels.tolist())


def means(design: Design | Replicates, x: ArrayLike, *, deff: bool = False) -> Estimates:
    """Weighted means of the columns of ``x`` (rows,) or (rows, k), over rows without a missing answer.

    A share is the mean of a column of 0 and 1 (:func:`indicators`). ``deff`` asks for design effects.
    """
    if isinstance(design, Replicates):
        return _replicated(design, matrix(x, design.rows), lambda t: t[:-1] / t[-1])
    inside, (values,) = complete(design, matrix(x, design.rows))
    if inside.n == 0:
        return Estimates(None, None, 0, 0, reason=reasons.NO_ANSWERS)
    w = inside.weights
    value, off = _centre(values, w)
    found, reason = covariance(inside, off * (w / w.sum())[:, None])
    result = Estimates(value, found, inside.df, inside.n, reason=reason)
    return replace(result, deff=_effects(inside, off, found, total=False)) if deff else result


def totals(design: Design | Replicates, x: ArrayLike, *, deff: bool = False) -> Estimates:
    """Weighted totals of the columns of ``x`` (rows,) or (rows, k), over rows without a missing answer."""
    if isinstance(design, Replicates):
        return _replicated(design, matrix(x, design.rows), lambda t: t[:-1])
    inside, (values,) = complete(design, matrix(x, design.rows))
    if inside.n == 0:
        return Estimates(None, None, 0, 0, reason=reasons.NO_ANSWERS)
    scores = values * inside.weights[:, None]
    found, reason = covariance(inside, scores)
    result = Estimates(scores.sum(axis=0), found, inside.df, inside.n, reason=reason)
    if not deff:
        return result
    return replace(result, deff=_effects(inside, _centre(values, inside.weights)[1], found, total=True))


def ratio(design: Design | Replicates, numerator: ArrayLike, denominator: ArrayLike) -> Estimates:
    """Ratio of two totals, both (rows,), over rows that have both."""
    both = np.column_stack([np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)])
    if isinstance(design, Replicates):
        return _replicated(design, matrix(both, design.rows), lambda t: t[:1] / t[1:2])
    inside, (values,) = complete(design, matrix(both, design.rows))
    if inside.n == 0:
        return Estimates(None, None, 0, 0, reason=reasons.NO_ANSWERS)
    top, bottom = (values * inside.weights[:, None]).sum(axis=0)
    if bottom == 0:
        return Estimates(None, None, inside.df, inside.n, reason=reasons.ZERO_DENOMINATOR)
    value = top / bottom
    scores = (values[:, :1] - value * values[:, 1:]) / bottom * inside.weights[:, None]
    found, reason = covariance(inside, scores)
    return Estimates(np.array([value]), found, inside.df, inside.n, reason=reason)


def variance(design: Design, x: ArrayLike) -> Estimates:
    """Population variance of ``x`` (rows,): ``n/(n-1)`` times the weighted mean square from the weighted mean.

    The standard error takes the mean as known, as R's ``svyvar``.
    """
    inside, (values,) = complete(design, matrix(x, design.rows))
    if inside.n < reasons.MIN_ANSWERS:
        reason = reasons.FEW_ANSWERS if inside.n else reasons.NO_ANSWERS
        return Estimates(None, None, inside.df, inside.n, reason=reason)
    off = _centre(values, inside.weights)[1]
    squares = np.where(inside.weights[:, None] > 0, off**2 * inside.n / (inside.n - 1), 0.0)
    return means(inside, squares)


def with_replicates(design: Replicates, statistic: Callable[[Floats], ArrayLike]) -> Estimates:
    """Any ``statistic`` of the weights (rows,), with the spread of its values (k,) over the replicates.

    Rows outside the domain have weight 0. As R's ``withReplicates``.
    """
    if design.n == 0:
        return Estimates(None, None, 0, 0, reason=reasons.NO_ANSWERS)
    value = np.atleast_1d(np.asarray(statistic(design.weights), dtype=float))
    if not np.isfinite(value).all():
        return Estimates(None, None, design.df, design.n, reason=reasons.NOT_CONVERGED)
    every = [statistic(design.weights_of(r)) for r in range(design.factors.shape[1])]
    draws = np.array(every, dtype=float).reshape(len(every), len(value))
    if not np.isfinite(draws).all():
        return Estimates(value, None, design.df, design.n, reason=reasons.EMPTY_REPLICATE)
    return Estimates(value, design.covariance(draws), design.df, design.n)


def by_groups(design: AnyDesign, groups: ArrayLike, statistic: Callable[[AnyDesign], Result]) -> dict[Hashable, Result]:
    """Compute ``statistic`` in the domain of each label of ``groups`` (rows,) that has weight, sorted; as ``svyby``."""
    import pandas as pd

    codes, levels = pd.factorize(np.asarray(groups), sort=True)
    if len(codes) != design.rows:
        raise ValueError(f"{len(codes)} group labels for {design.rows} rows")
    found: dict[Hashable, Result] = {}
    for code, label in enumerate(levels.tolist()):
        domain = design.subset(codes == code)
        if domain.n:
            found[label] = statistic(domain)
    return found


def domains(design: Design, x: ArrayLike, groups: ArrayLike) -> dict[Hashable, Estimates]:
    """:func:`means` of ``x`` in every group."""
    return by_groups(design, groups, lambda part: means(part, x))


def _centre(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted means, and the distance of every row from them; equal answers give exact zeros."""
    start = values[weights.argmax()]
    off = values - start
    mean = (off * weights[:, None]).sum(axis=0) / weights.sum()
    return start + mean, off - mean


def _effects(design: Design, off: Floats, found: Floats | None, *, total: bool) -> tuple[float | None, ...]:
    """Variance over that of a simple random sample; None where one of the two is not there."""
    n, w = design.n, design.weights
    size = float(w.sum())
    if found is None or n < 2 or size <= n:
        return tuple(None for _ in range(off.shape[1]))
    spread = n / (n - 1) * (off**2 * w[:, None]).sum(axis=0) / size
    plain = spread * (size - n) / (size * n) * (size**2 if total else 1.0)
    own: list[float] = np.diag(found).tolist()
    other: list[float] = plain.tolist()
    return tuple(a / b if b > 0 else None for a, b in zip(own, other, strict=True))


def _replicated(design: Replicates, x: Floats, statistic: Callable[[Floats], Floats]) -> Estimates:
    """Value from the weights, covariance from the replicates.

    ``statistic`` takes the totals (k + 1, draws) of the columns and, last, of 1.
    """
    inside, (values,) = complete(design, x)
    if inside.n == 0:
        return Estimates(None, None, 0, 0, reason=reasons.NO_ANSWERS)
    columns = np.column_stack([values, np.ones(inside.rows)])
    with np.errstate(divide="ignore", invalid="ignore"):
        value = statistic((columns.T @ inside.weights)[:, None])[:, 0]
        draws = statistic(inside.totals(columns))
    if not np.isfinite(value).all():
        return Estimates(None, None, inside.df, inside.n, reason=reasons.ZERO_DENOMINATOR)
    if not np.isfinite(draws).all():
        return Estimates(value, None, inside.df, inside.n, reason=reasons.EMPTY_REPLICATE)
    return Estimates(value, inside.covariance(draws.T), inside.df, inside.n)
