"""From a true score to answers: latent normal values cut into answer steps.

An answer to item j of scale k is the step that ``mu_k + offset_j + effects + noise`` falls
into, where effects and noise together have variance 1. The expected score is therefore known
in closed form, ``s_1 + Σ (s_c − s_{c−1}) Φ(mu + offset − t_c)``, and the latent mean that
gives a wanted expected score is found by bisection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Floats = npt.NDArray[np.float64]

#: Distance between neighbouring thresholds in latent standard deviations.
STEP = 1.05
#: Items of a scale differ in how easily they are agreed with: latent offsets from −this to +this.
SPREAD = 0.22


@dataclass(frozen=True, slots=True)
class Mixture:
    """Latent offsets of the kinds of unit and their share of the answers (sums to 1)."""

    offsets: Floats
    weights: Floats


def thresholds(steps: int) -> Floats:
    """Return the ``steps − 1`` cutting points, symmetric about 0."""
    return STEP * (np.arange(1, steps, dtype=np.float64) - steps / 2)


def item_offsets(items: int) -> Floats:
    """Return latent offsets of the items of a scale; they sum to 0."""
    return np.linspace(-SPREAD, SPREAD, items) if items > 1 else np.zeros(1)


def expected_score(mu: float, scores: Floats, items: int, mixture: Mixture) -> float:
    """Compute the expected scale score (0–100) at latent mean ``mu``.

    Parameters
    ----------
    mu : float
        Latent mean.
    scores : array, shape (steps,)
        Scores of the answer steps, lowest first.
    items : int
        Number of items in the scale.
    mixture : Mixture
        Kinds of unit.
    """
    where = mu + item_offsets(items)[:, None, None] + mixture.offsets[None, :, None]
    steps = ndtr(where - thresholds(len(scores))[None, None, :]) @ np.diff(scores)
    return float(scores[0] + (steps.mean(axis=0) * mixture.weights).sum())


def latent_mean(score: float, scores: Floats, items: int, mixture: Mixture) -> float:
    """Find the latent mean at which the expected scale score is ``score`` (bisection to 1e-12)."""
    low, high = -12.0, 12.0
    for _ in range(70):
        middle = (low + high) / 2
        if expected_score(middle, scores, items, mixture) < score:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def effects(rng: np.random.Generator, rows: int, scales: int, variance: float, shared: float = 0.5) -> Floats:
    """Draw random effects of one level (unit, person …), partly common to all scales.

    Returns
    -------
    array, shape (rows, scales)
        Normal with the given variance; two scales correlate by ``shared``.
    """
    common = rng.standard_normal((rows, 1))
    own = rng.standard_normal((rows, scales))
    drawn: Floats = np.sqrt(variance) * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    return drawn


def steps_of(latent: Floats, steps: int) -> npt.NDArray[np.int64]:
    """Return answer step 0 … ``steps − 1`` of each latent value."""
    return np.searchsorted(thresholds(steps), latent)
