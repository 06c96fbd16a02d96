"""CR2 for several coefficients at once: contrasts, their covariance, and joint tests, from sums per cell.

A cell is one cluster in one wave; everything that explains an answer here (wave, release,
trial, dose) is the same for all answers of a cell. A cluster's rows then differ from the
identity in CR2's adjustment in the plane of ``1`` and ``w`` of each cell only (as in
:mod:`evaluation.statistics.sandwich`), and two coordinates a cell hold all that is needed.

Every contrast keeps its adjusted score per cluster and its loadings on the coordinates.
Contrasts of different regressions on the same answers can therefore be added: their
scores add per cluster, and so do the loadings from which the degrees of freedom follow.

References
----------
Bell, R. M. & McCaffrey, D. F. (2002). *Survey Methodology* 28(2), 169–181.
Pustejovsky, J. E. & Tipton, E. (2018). *JBES* 36(4), 672–683 (CR2, and the approximate
Hotelling test "AHT", called HTZ in clubSandwich).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import Cells, Floats
from evaluation.statistics.tests import p_value

#: An eigenvalue below this means that CR2 does not exist: a cluster determines a coefficient alone.
_SINGULAR = 1e-9
_NOISE = 1e-10


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Estimates of ``q`` contrasts and what their uncertainty is made of.

    Attributes
    ----------
    estimate : float array, shape (q,)
    scores : float array, shape (q, clusters)
        CR2-adjusted share of each cluster in the error; ``scores @ scores.T`` is the covariance.
    loadings : float array, shape (q, clusters, coordinates)
        What each score would be made of under the working model of independent answers.
    spread : float
        Largest distance of an answer from the mean of all: below its rounding, a standard error is none.
    reason : str
        Empty, or why there are estimates but no uncertainty (scores and loadings are then zero).
    """

    estimate: Floats
    scores: Floats
    loadings: Floats
    spread: float
    reason: str = ""

    def take(self, rows: Sequence[int]) -> Contrasts:
        """Return some of the contrasts."""
        at = np.asarray(rows, dtype=np.int64)
        return Contrasts(self.estimate[at], self.scores[at], self.loadings[at], self.spread, self.reason)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with CR2 error and Satterthwaite df; None with a ``reason``."""

    value: float | None
    se: float | None
    df: float | None
    p_value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wald:
    """A joint test of several contrasts: F with small-sample degrees of freedom; None with a ``reason``."""

    statistic: float | None
    df_num: int
    df_denom: float | None
    p_value: float | None
    reason: str = ""


def fit(cells: Cells, measure: int, design: Floats, contrast: ArrayLike, use: ArrayLike | None = None) -> Contrasts:
    """Regress the answers on ``design`` (weighted least squares) and take contrasts of the coefficients.

    Parameters
    ----------
    cells : Cells
    measure : int
    design : float array, shape (clusters, waves, p)
        Explanatory variables of every cell; the first wave's intercept is the caller's to include.
    contrast : array_like, shape (q, p)
        Must not weigh the intercept where answers are centred; level contrasts are then those of centred answers.
    use : bool array, shape (clusters, waves), optional
        Cells that take part; all by default.

    Returns
    -------
    Contrasts
        ``reason`` ``no_answers`` (coefficients are not determined; estimates 0), ``one_cluster_in_wave`` (CR2 does
        not exist) or ``""``.
    """
    wanted = np.atleast_2d(np.asarray(contrast, dtype=float))
    shape = cells.n[measure].shape
    taken = (cells.n[measure] > 0) & (np.ones(shape, dtype=bool) if use is None else np.asarray(use, dtype=bool))
    place = np.flatnonzero(taken.ravel())
    n, w, w2, y, wy = (getattr(cells, name)[measure].ravel()[place] for name in ("n", "w", "w2", "y", "wy"))
    x = design.reshape(-1, design.shape[-1])[place]
    coordinates = 2 * taken.size
    nothing = _nothing(len(wanted), shape[0], coordinates, float(cells.spread[measure]))
    gram = (x * w[:, None]).T @ x
    scale = np.sqrt(np.diag(gram))
    if not len(place) or not (scale > 0).all() or np.linalg.cond(gram / np.outer(scale, scale)) > 1 / _NOISE:
        return nothing
    inverse = np.linalg.inv(gram)
    beta = inverse @ (x.T @ wy)
    root = np.sqrt(n)
    across = w2 - w**2 / n
    across = np.sqrt(np.where(across > 1e-12 * w2, across, 0.0))
    # Two coordinates a cell: along 1, and along what of w is orthogonal to it.
    plain = np.concatenate([root[:, None] * x, np.zeros_like(x)])
    weighted = np.concatenate([(w / root)[:, None] * x, across[:, None] * x])
    second = np.divide(wy - w / n * y, across, out=np.zeros_like(wy), where=across > 0)
    residual = np.concatenate([y / root, second]) - plain @ beta
    middle = inverse @ ((x * w2[:, None]).T @ x) @ inverse
    owner = np.concatenate([place // shape[1]] * 2)
    at = np.concatenate([place, place + taken.size])
    toward = weighted @ inverse @ wanted.T
    scores, loadings = np.zeros_like(nothing.scores), np.zeros_like(nothing.loadings)
    for cluster in np.unique(owner):
        mine = np.flatnonzero(owner == cluster)
        own = plain[mine]
        hat = own @ inverse @ weighted[mine].T
        adjusted = _adjusted(hat, own @ middle @ own.T, toward[mine])
        if adjusted is None:
            return Contrasts(wanted @ beta, nothing.scores, nothing.loadings, nothing.spread, reasons.ONE_CLUSTER)
        scores[:, cluster] = adjusted.T @ residual[mine]
        loadings[:, cluster, at] = -(weighted @ inverse @ (own.T @ adjusted)).T
        loadings[:, cluster, at[mine]] += adjusted.T
    return Contrasts(wanted @ beta, scores, loadings, nothing.spread)


def _nothing(contrasts: int, clusters: int, coordinates: int, spread: float) -> Contrasts:
    scores, loadings = np.zeros((contrasts, clusters)), np.zeros((contrasts, clusters, coordinates))
    return Contrasts(np.zeros(contrasts), scores, loadings, spread, reasons.NO_ANSWERS)


def _adjusted(hat: Floats, second: Floats, toward: Floats) -> Floats | None:
    """``B^(-1/2)`` times ``toward``, ``B = I − H − H' + HH'`` of one cluster; None where B is singular."""
    values, vectors = np.linalg.eigh(np.eye(len(hat)) - hat - hat.T + second)
    if values.min() < _SINGULAR:
        return None
    return np.asarray((vectors / np.sqrt(values)) @ (vectors.T @ toward), dtype=float)


def combine(parts: Sequence[Contrasts], weights: Sequence[float]) -> Contrasts:
    """Return the weighted sum of contrasts of the same answers, cluster by cluster.

    Raises
    ------
    ValueError
        When there is no part, or not one weight a part.
    """
    if not parts or len(parts) != len(weights):
        raise ValueError("combine needs at least one part and one weight a part")
    pairs = list(zip(parts, weights, strict=True))
    return Contrasts(
        np.asarray(sum(p.estimate * v for p, v in pairs), dtype=float),
        np.asarray(sum(p.scores * v for p, v in pairs), dtype=float),
        np.asarray(sum(p.loadings * v for p, v in pairs), dtype=float),
        max(p.spread for p in parts),
        next((p.reason for p in parts if p.reason), ""),
    )


def stack(parts: Sequence[Contrasts]) -> Contrasts:
    """Return all contrasts of ``parts`` as one set, for a joint test."""
    return Contrasts(
        np.concatenate([p.estimate for p in parts]),
        np.concatenate([p.scores for p in parts]),
        np.concatenate([p.loadings for p in parts]),
        max(p.spread for p in parts),
        next((p.reason for p in parts if p.reason), ""),
    )


def estimate(found: Contrasts, position: int = 0) -> Estimate:
    """Return one contrast with standard error, Satterthwaite df and two-sided p of 0."""
    value = float(found.estimate[position])
    if found.reason:
        return Estimate(None if found.reason == reasons.NO_ANSWERS else value, None, None, None, found.reason)
    se = float(np.sqrt((found.scores[position] ** 2).sum()))
    if se <= _NOISE * found.spread:
        return Estimate(value, None, None, None, reasons.NO_VARIANCE)
    gram = found.loadings[position] @ found.loadings[position].T
    df = float(np.trace(gram) ** 2 / (gram**2).sum())
    return Estimate(value, se, df, p_value(value, se, df))


def wald(found: Contrasts) -> Wald:
    """Test that all contrasts are 0: the approximate Hotelling test with CR2 (``HTZ`` of clubSandwich).

    The statistic is ``(η − q + 1)/(η q) · θ'V⁻¹θ``, compared with F on q and η − q + 1 degrees of freedom; η comes from
    matching the total variance of the covariance estimate. With one contrast it is the t-test with Satterthwaite df.
    """
    q = len(found.estimate)
    if q == 0:
        return Wald(None, 0, None, None, reasons.NO_ANSWERS)
    if found.reason:
        return Wald(None, q, None, None, found.reason)
    covariance = found.scores @ found.scores.T
    size = np.sqrt(np.diag(covariance))
    if size.min() <= _NOISE * found.spread:
        return Wald(None, q, None, None, reasons.NO_VARIANCE)
    if np.linalg.eigvalsh(covariance / np.outer(size, size)).min() < _NOISE:
        return Wald(None, q, None, None, reasons.FEW_CLUSTERS)
    expected = np.einsum("sgn,tgn->st", found.loadings, found.loadings)
    values, vectors = np.linalg.eigh(expected)
    half = (vectors / np.sqrt(values)) @ vectors.T
    loads = np.einsum("us,sgn->ugn", half, found.loadings)
    gram = np.einsum("sgn,thn->stgh", loads, loads)
    total = np.einsum("ssgh,ttgh->", gram, gram) + np.einsum("stgh,tsgh->", gram, gram)
    eta = q * (q + 1) / float(total)
    statistic = float(found.estimate @ np.linalg.solve(covariance, found.estimate))
    denominator = eta - q + 1
    if denominator <= 0:
        return Wald(None, q, None, None, reasons.FEW_CLUSTERS)
    value = denominator / (eta * q) * statistic
    return Wald(value, q, denominator, float(fdtrc(q, denominator, value)))
