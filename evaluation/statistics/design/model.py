"""How the rows of a survey were drawn: clusters in stages, strata, populations and weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.sandwich import Floats, Ints, as_codes, as_weights

Bools = NDArray[np.bool_]

#: What to do with a stratum of one cluster; the names of R's ``survey.lonely.psu``.
Lonely = Literal["fail", "remove", "certainty", "adjust", "average"]
#: Answers and weights beyond this would overflow when products are squared.
LARGEST: Final = 1e70
_LONELY = ("fail", "remove", "certainty", "adjust", "average")


@dataclass(frozen=True, slots=True)
class PostStratified:
    """Post-strata (rows,) with the weights before and after; takes post-stratum means out of scores."""

    codes: Ints
    before: Floats
    after: Floats


@dataclass(frozen=True, slots=True)
class Raked:
    """Margins as codes (rows,), each with the weights after its last adjustment."""

    margins: tuple[tuple[Ints, Floats], ...]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Orthonormal basis (rows, k) of the weighted auxiliaries, and ``g √w`` (rows,)."""

    basis: Floats
    scale: Floats


Adjustment = PostStratified | Raked | Calibrated


@dataclass(frozen=True, slots=True)
class Design:
    """One sample design; make it with :func:`survey_design`.

    Attributes
    ----------
    clusters, strata : arrays, shape (rows, stages)
        Codes 0…K−1 at each stage, unique over the whole sample.
    weights : array, shape (rows,)
        Sampling weights, calibrated where ``adjustments`` says so; 0 outside the domain.
    sampled : array, shape (rows, stages)
        Clusters drawn in the row's stratum at each stage.
    population : array, shape (rows, stages), or None
        Clusters there are in that stratum (may be infinite); None without finite population correction.
    stratified : bool
        Whether strata were given.
    lonely : str
        Rule for a stratum of one cluster.
    adjustments : tuple
        Calibrations in the order they were made.
    """

    clusters: Ints
    strata: Ints
    weights: Floats
    sampled: Floats
    population: Floats | None
    stratified: bool
    lonely: Lonely = "fail"
    adjustments: tuple[Adjustment, ...] = ()

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
        """First-stage clusters less strata, of rows with weight (R's ``degf``)."""
        inside = self.weights > 0
        return len(np.unique(self.clusters[inside, 0])) - len(np.unique(self.strata[inside, 0]))

    def subset(self, inside: ArrayLike) -> Design:
        """Domain of the rows where ``inside`` (rows,) is true.

        Raises
        ------
        ValueError
            When ``inside`` is not boolean or has another length.
        """
        mask = np.asarray(inside)
        if mask.dtype != np.bool_ or mask.shape != (self.rows,):
            raise ValueError(f"inside must be {self.rows} booleans, not {mask.dtype} of shape {mask.shape}")
        return self if mask.all() else replace(self, weights=np.where(mask, self.weights, 0.0))

    def adjusted(self, weights: Floats, adjustment: Adjustment) -> Design:
        """Design with calibrated weights."""
        return replace(self, weights=weights, adjustments=(*self.adjustments, adjustment))


def joint(*codes: Ints) -> Ints:
    """Codes 0…K−1 of the combinations that occur, in sorted order."""
    found = np.zeros(len(codes[0]), dtype=np.int64)
    for part in codes:
        width = int(part.max()) + 1 if part.size else 1
        found = np.unique(found * width + part, return_inverse=True)[1].astype(np.int64)
    return found


def heads(codes: Ints) -> Ints:
    """First row of each of the codes 0…K−1, shape (K,)."""
    first = np.zeros(int(codes.max()) + 1 if codes.size else 0, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes), dtype=np.int64)[::-1]
    return first


def survey_design(
    *,
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    population: ArrayLike | None = None,
    rows: int | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
) -> Design:
    """Describe a sample, as R's ``svydesign`` does.

    Parameters
    ----------
    clusters : array, shape (rows,) or (rows, stages), optional
        Labels of sampling units, one column a stage; without them every row was drawn by itself.
        Labels of a later stage are read within the earlier ones.
    strata : array, shape (rows,) or (rows, up to stages), optional
        Labels of strata.
    weights : array, shape (rows,), optional
        Sampling weights; without them population over sample, and 1 where no population is known.
        A missing weight counts as 0.
    population : array, shape (rows,) or (rows, stages), optional
        Finite populations: clusters there are in the row's stratum (all at least 1, may be
        infinite), or the sampling fraction (all at most 1).
    rows : int, optional
        Number of rows, where no array says it.
    nest : bool
        Cluster labels are read within strata (the same label may stand in two strata).
    lonely : str
        Rule for a stratum with one cluster: "fail" gives no standard error (reason
        ``lonely_cluster``), "remove" and "certainty" no contribution, "adjust" the distance
        from the grand mean, "average" the mean of the other strata.

    Raises
    ------
    ValueError
        When shapes differ, labels or populations are missing, clusters cross strata without ``nest``,
        a population varies within a stratum or is smaller than the sample, a weight is negative or infinite.

    References
    ----------
    Lumley, T. (2010). *Complex Surveys*. Wiley. R package ``survey`` 4.1.1, ``svydesign``.
    """
    if lonely not in _LONELY:
        raise ValueError(f"unknown rule for lonely clusters: {lonely!r}")
    given = [np.asarray(a) for a in (clusters, strata, weights, population) if a is not None]
    lengths = {len(a) for a in given} | ({rows} if rows is not None else set())
    if len(lengths) != 1:
        raise ValueError(f"give arrays with one common number of rows, not {sorted(lengths) or 'none'}")
    n = int(lengths.pop())
    cluster, stratum = _stages(clusters, strata, n, nest)
    sampled = np.column_stack([_distinct(*pair) for pair in zip(cluster.T, stratum.T, strict=True)])
    sizes = None if population is None else _population(population, sampled, stratum)
    base = as_weights(weights, n) if weights is not None or sizes is None else np.prod(sizes / sampled, axis=1)
    if np.isinf(base).any():
        raise ValueError("weights are needed where a population is infinite")
    if (base > LARGEST).any():
        raise ValueError(f"a weight lies beyond {LARGEST:g}")
    return Design(cluster, stratum, base, sampled, sizes, strata is not None, lonely)


def _stages(clusters: ArrayLike | None, strata: ArrayLike | None, n: int, nest: bool) -> tuple[Ints, Ints]:
    """Codes of clusters and strata (rows, stages): those of a later stage lie within the earlier clusters."""
    ids = [np.arange(n, dtype=np.int64)] if clusters is None else _columns(clusters)
    layers = [np.zeros(n, dtype=np.int64)] if strata is None else _columns(strata)
    if len(layers) > len(ids):
        raise ValueError(f"{len(layers)} columns of strata for {len(ids)} stages")
    for stage in range(1, len(ids)):
        ids[stage] = joint(ids[stage - 1], ids[stage])
    if nest and strata is not None:
        ids = [joint(*layers[: stage + 1], code) for stage, code in enumerate(ids)]
    if n and len(np.unique(joint(ids[0], layers[0]))) > len(np.unique(ids[0])):
        raise ValueError("clusters are not nested in strata; nest=True reads labels within strata")
    within = [layers[0]]
    for stage in range(1, len(ids)):
        within.append(joint(layers[min(stage, len(layers) - 1)], ids[stage - 1]))
    return np.column_stack(ids), np.column_stack(within)


def _columns(labels: ArrayLike) -> list[Ints]:
    """Codes of each column of labels."""
    table = np.asarray(labels)
    if table.ndim not in (1, 2):
        raise ValueError("labels must have one or two dimensions")
    return [as_codes(column)[0] for column in (table[:, None] if table.ndim == 1 else table).T]


def _distinct(cluster: Ints, stratum: Ints) -> Floats:
    """Return the distinct clusters in each row's stratum."""
    first = heads(cluster)
    width = int(stratum.max()) + 1 if stratum.size else 0
    found: Floats = np.bincount(stratum[first], minlength=width)[stratum].astype(np.float64)
    return found


def _population(given: ArrayLike, sampled: Floats, stratum: Ints) -> Floats:
    """Clusters in the population, from sizes or fractions, checked."""
    sizes = np.asarray(given, dtype=float)
    sizes = sizes[:, None] if sizes.ndim == 1 else sizes
    if sizes.shape != sampled.shape:
        raise ValueError(f"population has shape {sizes.shape}, expected one column a stage {sampled.shape}")
    if np.isnan(sizes).any() or (sizes <= 0).any():
        raise ValueError("populations must be known and above 0")
    if (sizes > 1).any():
        if (sizes < 1).any():
            raise ValueError("populations are sizes (at least 1) or fractions (at most 1), not both")
    else:
        sizes = sampled / sizes
    if (sizes < sampled * (1 - 1e-12)).any():
        raise ValueError("a population is smaller than the sample drawn from it")
    for stage in range(sizes.shape[1]):
        pairs = len(np.unique(np.column_stack([stratum[:, stage], sizes[:, stage]]), axis=0))
        if pairs > len(np.unique(stratum[:, stage])):
            raise ValueError(f"the population varies within a stratum at stage {stage + 1}")
    enough: Floats = np.maximum(sizes, sampled)
    return enough
