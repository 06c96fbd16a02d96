"""Event study: the difference between released and compared in every wave, relative to the last wave before.

Coefficients of waves before the reference say whether the two groups already developed
differently; their joint test is the pre-trend test. One regression on group × wave
gives them all (CR2 by cluster of assignment), so that each coefficient equals the
difference in development between its wave and the reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.contrasts import Estimate, Wald, estimate, fit, wald
from evaluation.statistics.did import cell_means, group_of_cluster, why_untested
from evaluation.statistics.sandwich import Cells, Floats, Ints, as_codes, as_weights, cell_sums


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Coefficients by wave, and the pre-trend test.

    Attributes
    ----------
    coefficients : tuple of Estimate
        One a wave, in the order of the waves; that of the reference is 0 without an error (reason ``reference``).
    pretrend : Wald
        Joint test that all coefficients before the reference are 0; without any, ``reason`` ``no_trend_before``.
    waves_before : int
        Waves before the release with answers in both groups, the reference included.
    clusters_released, clusters_comparison : int
    reason : str
        Empty, or why there are coefficients but no tests.
    """

    coefficients: tuple[Estimate, ...]
    pretrend: Wald
    waves_before: int
    clusters_released: int
    clusters_comparison: int
    reason: str = ""


#: The coefficient of the wave that all others are measured from.
REFERENCE = Estimate(0.0, None, None, None, "reference")


def count_of(wave: ArrayLike) -> int:
    """Number of waves: the last one met, plus one."""
    codes = np.asarray(wave)
    return int(codes.max()) + 1 if codes.size else 1


def as_steps(wave: ArrayLike, waves: int) -> Ints:
    """Return wave codes as whole numbers.

    Raises
    ------
    ValueError
        When one is not a whole number from 0 to ``waves`` − 1.
    """
    codes = np.asarray(wave)
    if codes.size and not np.isin(codes, np.arange(waves)).all():
        raise ValueError(f"wave must hold whole numbers from 0 to {waves - 1}")
    return codes.astype(np.int64)


def event_study(
    y: ArrayLike,
    wave: ArrayLike,
    reference: int,
    released: ArrayLike,
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    waves: int | None = None,
) -> EventStudy:
    """Coefficients by wave relative to ``reference``, and the joint pre-trend test.

    Parameters
    ----------
    y : array_like, shape (rows,)
    wave : array_like of int, shape (rows,)
        0, 1, … in order of time.
    reference : int
        The last wave wholly before the release.
    released, cluster, weights : array_like, shape (rows,)
        As in :func:`~evaluation.statistics.did.difference_in_change`.
    waves : int, optional
        Number of waves; default: the last one met.

    Raises
    ------
    ValueError
        As there, and when ``reference`` is no wave.
    """
    values = np.asarray(y, dtype=float)
    codes, clusters = as_codes(cluster)
    side = group_of_cluster(released, codes, clusters)
    count = count_of(wave) if waves is None else waves
    if not 0 <= reference < count:
        raise ValueError(f"reference must be one of the waves 0 to {count - 1}")
    cells = cell_sums(
        values[:, None], as_steps(wave, count), codes, clusters, as_weights(weights, len(values)), waves=count
    )
    return event_study_of_cells(cells, 0, reference, side)


def saturated(side: Ints, waves: int) -> Floats:
    """One indicator a group × wave, shape (clusters, waves, 2 waves): compared first."""
    made = np.zeros((len(side), waves, 2 * waves))
    for step in range(waves):
        made[np.arange(len(side)), step, side * waves + step] = 1.0
    return made


def event_study_of_cells(cells: Cells, measure: int, reference: int, side: Ints) -> EventStudy:
    """:func:`event_study` of one measure from sums per measure, cluster and wave."""
    n = cells.n[measure]
    waves = n.shape[1]
    met = [int((n[side == value].sum(axis=1) > 0).sum()) for value in (1, 0)]
    full = np.array([n[side == value].sum(axis=0) for value in (1, 0)]).min(axis=0) > 0
    known = [step for step in range(waves) if full[step]]
    before = [step for step in known if step < reference]
    blank = Estimate(None, None, None, None, reasons.NO_ANSWERS)
    if not full[reference]:
        return EventStudy((blank,) * waves, _none(reasons.NO_ANSWERS), 0, met[0], met[1], reasons.NO_ANSWERS)
    reason = why_untested(n[:, known], side)
    means = cell_means(cells, measure, side)
    coefficients = [blank] * waves
    coefficients[reference] = REFERENCE
    others = [step for step in known if step != reference]
    place = {step: at for at, step in enumerate(known)}
    contrast = np.zeros((len(others), 2 * len(known)))
    for row, step in enumerate(others):
        for group, sign in ((0, -1.0), (1, 1.0)):
            contrast[row, group * len(known) + place[step]] = sign
            contrast[row, group * len(known) + place[reference]] = -sign
        value = float(means[1, step] - means[1, reference] - means[0, step] + means[0, reference])
        coefficients[step] = Estimate(value, None, None, None, reason)
    pretrend = _none(reason or reasons.NO_TREND_BEFORE, len(before))
    if others and not reason:
        design = np.zeros((len(side), waves, 2 * len(known)))
        design[:, known] = saturated(side, len(known))
        use = np.zeros(n.shape, dtype=bool)
        use[:, known] = True
        found = fit(cells, measure, design, contrast, use)
        for row, step in enumerate(others):
            coefficients[step] = estimate(found, row)
        if before:
            pretrend = wald(found.take([others.index(step) for step in before]))
        reason = found.reason
    return EventStudy(tuple(coefficients), pretrend, len(before) + 1, met[0], met[1], reason)


def _none(reason: str, tests: int = 0) -> Wald:
    return Wald(None, tests, None, None, reason)
