"""Standard errors for *beskrivelse*: these units and these people, only nonresponse is chance.

All units take part, so nothing is sampled between them: units (in each wave) are strata,
people within a unit answered as if drawn at random without replacement from the ``N``
people asked there. With ``z = c_t w (y - mean_t) / W_t`` the linearised value of an
answer in wave ``t`` (``c`` = −1 before, +1 after)::

    var = sum over people of ( sum over waves of k z~ )²
    k²  = (1 - n/N) n/(n-1),   z~ = z minus its mean in unit and wave

which without overlap of people is the stratified variance with finite-population
correction of Cochran (1977), *Sampling Techniques*, 5.4 and 5A.9, and with overlap keeps
the covariance that the same person brings to both waves. A unit with one answer in a wave
borrows the deviation from the wave's mean (``k² = 1 - n/N``; survey's "adjust" rule).
Degrees of freedom: Satterthwaite over units, each with its answers less its strata.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.statistics import reasons
from evaluation.statistics.sandwich import Floats, Ints


@dataclass(frozen=True, slots=True)
class FiniteError:
    """Standard error and df of a contrast, or the reason why there is none."""

    se: float | None
    df: float | None
    reason: str


def finite_error(
    y: Floats,
    wave: Ints,
    stratum: Ints,
    person: Ints,
    weights: Floats,
    population: Floats | None,
    contrast: tuple[float, ...],
) -> FiniteError:
    """Finite-population standard error of a contrast of the waves' weighted means.

    Parameters
    ----------
    y, wave, stratum, person, weights : arrays, shape (rows,)
        Answers without NaN; wave 0…T−1; codes of unit and person; positive weights.
    population : array, shape (rows,), or None
        People asked in the row's unit and wave.
    contrast : tuple of float
        One number a wave.
    """
    if population is None or np.isnan(population).any():
        return FiniteError(None, None, reasons.POPULATION_UNKNOWN)
    waves = len(contrast)
    cell = stratum * waves + wave
    cells = int(cell.max()) + 1
    n = np.bincount(cell, minlength=cells)[cell].astype(float)
    if (n > population + 1e-9).any():
        return FiniteError(None, None, reasons.POPULATION_TOO_SMALL)
    left = np.maximum(1 - n / population, 0.0)
    if not (left > 0).any():
        return FiniteError(None, None, reasons.COMPLETE)
    total = np.bincount(wave, weights=weights, minlength=waves)
    mean = np.bincount(wave, weights=weights * (y - y[0]), minlength=waves) / total + y[0]
    z = np.asarray(contrast)[wave] * weights * (y - mean[wave]) / total[wave]
    inner = np.bincount(cell, weights=z, minlength=cells)[cell] / n
    scaled = np.where(n > 1, np.sqrt(left * n / np.maximum(n - 1, 1)) * (z - inner), np.sqrt(left) * z)

    _, first, joint = np.unique(stratum * (int(person.max()) + 1) + person, return_index=True, return_inverse=True)
    of_person = np.bincount(joint, weights=scaled) ** 2
    of_unit = np.bincount(stratum[first], weights=of_person)
    variance = float(of_unit.sum())
    if np.sqrt(variance) <= 1e-10 * float(np.abs(y - y[0]).max()):
        return FiniteError(None, None, reasons.NO_VARIANCE)
    people = np.bincount(stratum[first], minlength=len(of_unit))
    strata = np.bincount(np.unique(cell) // waves, minlength=len(of_unit))
    free = np.maximum(people - strata, 1)
    df = variance**2 / float((of_unit**2 / free).sum())
    return FiniteError(float(np.sqrt(variance)), df, "")
