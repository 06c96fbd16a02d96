"""Least squares with standard errors robust to unequal variances and to clusters, by full matrices.

For any design matrix; changes and levels have closed forms of the same numbers in
:mod:`evaluation.statistics.sandwich`. With ``M = (X'X)^-1``, residuals ``e_g`` and hat block ``H_gg``::

    V = M ( Σ_g X_g' A_g e_g e_g' A_g X_g ) M

``A_g``: CR0 and CR1 identity (CR1 times ``G/(G-1)``, CR1S times ``G(n-1) / ((G-1)(n-k))``), CR2
``(I - H_gg)^(-1/2)``, CR3 ``(I - H_gg)^-1``. Every row its own cluster gives HC0, HC1 (= CR1S), HC2, HC3.

References
----------
Bell, R. M. & McCaffrey, D. F. (2002). *Survey Methodology* 28(2), 169–181.
Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2011). Robust inference with multiway clustering.
*Journal of Business & Economic Statistics* 29(2), 238–249.
Pustejovsky, J. E. & Tipton, E. (2018). *Journal of Business & Economic Statistics* 36(4), 672–683.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import Floats, Ints, as_codes

Kind = Literal["CR0", "CR1", "CR1S", "CR2", "CR3"]


@dataclass(frozen=True, slots=True)
class Robust:
    """Coefficients (k,), covariance (k, k) and Satterthwaite df (k,) of each; None with a ``reason``."""

    coefficients: Floats | None
    covariance: Floats | None
    df: Floats | None
    n: int
    clusters: int
    reason: str = ""

    @property
    def se(self) -> Floats | None:
        """Standard errors (k,)."""
        return None if self.covariance is None else np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def cluster_regression(y: ArrayLike, x: ArrayLike, cluster: ArrayLike | None = None, *, kind: Kind = "CR2") -> Robust:
    """Regress ``y`` on the columns of ``x`` with cluster-robust errors; a constant is a column of ones.

    Parameters
    ----------
    y : array_like, shape (rows,)
    x : array_like, shape (rows, k)
        NaN in ``y`` or ``x``: the row takes no part.
    cluster : array_like, shape (rows,), optional
        Labels; every row its own cluster where absent.
    kind : {"CR0", "CR1", "CR1S", "CR2", "CR3"}
        Correction for few clusters; ``df`` are Satterthwaite's under independent, equal variances.

    Returns
    -------
    Robust
        Reasons: ``few_answers`` (rows not above columns), ``collinear``, ``one_cluster_in_wave`` (one cluster),
        ``no_variance`` (a cluster decides a coefficient alone, so its error cannot be corrected).

    Raises
    ------
    ValueError
        When shapes differ, a number is infinite, a cluster label is missing or ``kind`` is unknown.

    Examples
    --------
    >>> cluster_regression([1, 2, 4, 5], [[1, 0], [1, 0], [1, 1], [1, 1]], kind="CR2").se.round(6).tolist()
    [0.5, 0.707107]
    """
    if kind not in ("CR0", "CR1", "CR1S", "CR2", "CR3"):
        raise ValueError(f"unknown kind {kind!r}")
    target, columns = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    if columns.ndim != 2 or target.shape != columns.shape[:1]:
        raise ValueError(f"y {target.shape} and x {columns.shape} do not fit")
    if np.isinf(target).any() or np.isinf(columns).any():
        raise ValueError("y and x must be finite")
    keep = ~(np.isnan(target) | np.isnan(columns).any(axis=1))
    labels = np.arange(len(target)) if cluster is None else np.asarray(cluster)
    codes, clusters = as_codes(labels[keep])
    target, columns = target[keep], columns[keep]
    n, k = columns.shape
    if n <= k:
        return Robust(None, None, None, n, clusters, reasons.FEW_ANSWERS)
    q, r = np.linalg.qr(columns)
    if np.abs(np.diag(r)).min() <= 1e-11 * np.abs(np.diag(r)).max():
        return Robust(None, None, None, n, clusters, reasons.COLLINEAR)
    # Scores are taken in the orthonormal basis q: coefficients = back q'y, so X_g M = q_g back'.
    back = np.linalg.inv(r)
    coefficients = back @ (q.T @ target)
    if clusters < 2:
        return Robust(coefficients, None, None, n, clusters, reasons.ONE_CLUSTER)
    adjusted = _adjusted(q, codes, clusters, kind)
    if adjusted is None:
        return Robust(coefficients, None, None, n, clusters, reasons.NO_VARIANCE)
    residual = target - columns @ coefficients
    scores = np.zeros((clusters, k))
    np.add.at(scores, codes, adjusted * residual[:, None])
    scores = scores @ back.T
    found = scores.T @ scores
    if kind in ("CR1", "CR1S"):
        found *= clusters / (clusters - 1) * ((n - 1) / (n - k) if kind == "CR1S" else 1.0)
    return Robust(coefficients, found, _satterthwaite(q, adjusted @ back.T, codes, clusters), n, clusters)


def _adjusted(q: Floats, codes: Ints, clusters: int, kind: Kind) -> Floats | None:
    """``A_g q_g`` for every cluster, rows in order; None where ``I - H_gg`` has no inverse.

    ``I - q_g q_g'`` differs from the identity only in the span of ``q_g``: with ``q_g'q_g = U s U'`` its power
    ``p`` times ``q_g`` is ``q_g U (1 - s)^p U'``.
    """
    if kind not in ("CR2", "CR3"):
        return q
    power = -0.5 if kind == "CR2" else -1.0
    made = np.empty_like(q)
    order = np.argsort(codes, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(codes, minlength=clusters))[:-1]):
        part = q[rows]
        values, vectors = np.linalg.eigh(part.T @ part)
        left = 1 - values
        if left.min() <= 1e-10:
            return None
        made[rows] = part @ (vectors * left**power) @ vectors.T
    return made


def _satterthwaite(q: Floats, weights: Floats, codes: Ints, clusters: int) -> Floats:
    """``tr(P)² / tr(P²)`` of every coefficient; ``P_gh = p_g'p_h``, ``p_g = (I - H)_g' w_g``.

    ``p_g'p_h = [g = h] w_g'w_g - (q_g'w_g)'(q_h'w_h)``, since ``I - H`` is idempotent.
    """
    df = np.empty(weights.shape[1])
    for j in range(weights.shape[1]):
        own = np.bincount(codes, weights=weights[:, j] ** 2, minlength=clusters)
        inner = np.zeros((clusters, q.shape[1]))
        np.add.at(inner, codes, q * weights[:, [j]])
        cross = inner @ inner.T
        p = np.diag(own) - cross
        df[j] = np.trace(p) ** 2 / (p**2).sum()
    return df
