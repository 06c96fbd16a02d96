"""Replicate weights: jackknife by cluster, balanced half samples, or weights that came with the data.

The variance of an estimate is ``scale · sum over replicates of rscale (θ_r - mean θ)²``.

References
----------
Wolter, K. M. (2007). *Introduction to Variance Estimation*, 2nd ed. Springer, chapters 3–4.
R package ``survey`` 4.1.1, ``as.svrepdesign``, ``svrepdesign``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.design.model import Design, heads
from evaluation.statistics.design.variance import sums
from evaluation.statistics.sandwich import Floats, Ints, as_weights


@dataclass(frozen=True, slots=True)
class Replicates:
    """A design as replicate weights.

    Attributes
    ----------
    weights : array, shape (rows,)
        Sampling weights; 0 outside the domain.
    base : array, shape (rows,)
        What the factors multiply: the sampling weights, or 1 where the factors hold them already.
    factors : array, shape (clusters, replicates)
        Factors by cluster and replicate.
    index : array, shape (rows,)
        Each row's line in ``factors``.
    scale, rscales : float, array of shape (replicates,)
        Scales of the variance.
    """

    weights: Floats
    base: Floats
    factors: Floats
    index: Ints
    scale: float
    rscales: Floats

    @property
    def rows(self) -> int:
        """Rows of the arrays that go with the design, inside the domain or not."""
        return len(self.weights)

    @property
    def n(self) -> int:
        """Rows with weight."""
        return int(np.count_nonzero(self.weights))

    @property
    def df(self) -> int:
        """Rank of the replicate weights less one (R's ``degf``)."""
        lines = np.unique(self.index[self.base > 0])
        return int(np.linalg.matrix_rank(self.factors[lines], rtol=1e-5)) - 1 if len(lines) else 0

    def subset(self, inside: ArrayLike) -> Replicates:
        """Domain of the rows where ``inside`` (rows,) is true.

        Raises
        ------
        ValueError
            When ``inside`` is not boolean or has another length.
        """
        mask = np.asarray(inside)
        if mask.dtype != np.bool_ or mask.shape != (self.rows,):
            raise ValueError(f"inside must be {self.rows} booleans, not {mask.dtype} of shape {mask.shape}")
        return replace(self, weights=np.where(mask, self.weights, 0.0), base=np.where(mask, self.base, 0.0))

    def totals(self, x: Floats) -> Floats:
        """Totals of the columns of ``x`` (rows, k) in every replicate, shape (k, replicates)."""
        found: Floats = sums(x * self.base[:, None], self.index, len(self.factors)).T @ self.factors
        return found

    def weights_of(self, replicate: int) -> Floats:
        """Weights (rows,) of one replicate."""
        found: Floats = self.base * self.factors[self.index, replicate]
        return found

    def covariance(self, draws: Floats) -> Floats:
        """Covariance (k, k) of estimates from their replicates (replicates, k)."""
        counted = self.rscales > 0
        if not counted.any() or not draws.shape[0]:
            return np.zeros((draws.shape[1], draws.shape[1]))
        off = draws - draws[counted].mean(axis=0)
        found: Floats = (off * self.rscales[:, None]).T @ off * self.scale
        return found


def jackknife(design: Design) -> Replicates:
    """Leave one first-stage cluster out: JK1 without strata, JKn with them.

    The finite population of the first stage is used, later stages' are not (as in R).

    Raises
    ------
    ValueError
        When a stratum has one cluster but more in its population, or the design was calibrated.
    """
    if design.adjustments:
        raise ValueError("make replicates before calibrating")
    index = design.clusters[:, 0]
    first = heads(index)
    stratum = design.strata[first, 0]
    n = design.sampled[first, 0]
    left = np.ones(len(first)) if design.population is None else 1 - n / design.population[first, 0]
    if ((n == 1) & (left > 0)).any():
        raise ValueError("a stratum has one cluster; the jackknife needs two")
    grow = n / np.maximum(n - 1, 1)
    same = stratum[:, None] == stratum[None, :]
    factors = np.where(same, grow[None, :], 1.0)
    np.fill_diagonal(factors, 0.0)
    used = left > 0
    return Replicates(design.weights, design.weights, factors[:, used], index, 1.0, (left * (n - 1) / n)[used])


def balanced(design: Design, rho: float = 0.0) -> Replicates:
    """Balanced half samples of strata with two clusters each; ``rho`` above 0 is Fay's method.

    A Sylvester–Hadamard matrix chooses the halves, so the balance is full and every linear
    estimate has the variance of the linearisation without finite population correction.

    Raises
    ------
    ValueError
        When a stratum has not exactly two clusters, ``rho`` is not in 0 ≤ rho < 1, or the design was calibrated.
    """
    if not 0 <= rho < 1:
        raise ValueError(f"rho must lie between 0 and 1, not {rho}")
    if design.adjustments:
        raise ValueError("make replicates before calibrating")
    index = design.clusters[:, 0]
    first = heads(index)
    stratum = np.unique(design.strata[first, 0], return_inverse=True)[1]
    if not (np.bincount(stratum) == 2).all():
        raise ValueError("balanced half samples need two clusters in every stratum")
    sign = np.ones((1, 1))
    while len(sign) <= stratum.max() + 1:
        sign = np.kron(np.array([[1.0, 1.0], [1.0, -1.0]]), sign)
    second = np.zeros(len(first))
    second[np.argsort(stratum, kind="stable")[1::2]] = 1.0
    chosen = sign[stratum + 1] * np.where(second > 0, 1.0, -1.0)[:, None]
    factors = np.where(chosen > 0, 2 - rho, rho)
    count = factors.shape[1]
    scale = 1 / (count * (1 - rho) ** 2)
    return Replicates(design.weights, design.weights, factors, index, scale, np.ones(count))


def from_weights(
    replicate_weights: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    scale: float,
    rscales: ArrayLike | None = None,
    combined: bool = True,
) -> Replicates:
    """Replicate weights (rows, replicates) that came with the data, as R's ``svrepdesign``.

    Parameters
    ----------
    replicate_weights : array, shape (rows, replicates)
        Weights of every replicate, or factors to the sampling weights.
    weights : array, shape (rows,), optional
        Sampling weights; 1 when left out.
    scale, rscales : float, array of shape (replicates,)
        Scales of the variance: ``1/replicates`` for balanced half samples, ``(n-1)/n`` for JK1.
    combined : bool
        Whether the replicate weights hold the sampling weights already.

    Raises
    ------
    ValueError
        When shapes differ, a weight is missing, negative or infinite, or a scale is.
    """
    factors = np.asarray(replicate_weights, dtype=float)
    if factors.ndim != 2 or not factors.size:
        raise ValueError("replicate weights must have shape (rows, replicates)")
    if not np.isfinite(factors).all() or (factors < 0).any():
        raise ValueError("replicate weights must be known, finite and not negative")
    rows, count = factors.shape
    own = as_weights(weights, rows)
    scales = np.ones(count) if rscales is None else np.asarray(rscales, dtype=float)
    if scales.shape != (count,) or not np.isfinite(scales).all() or (scales < 0).any() or not 0 <= scale < np.inf:
        raise ValueError("scales must be known, finite and not negative, rscales one a replicate")
    base = np.ones(rows) if combined else own
    return Replicates(own, base, factors, np.arange(rows), float(scale), scales)
