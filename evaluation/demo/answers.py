"""Latent scale values of the people who answer → answer codes, with all that goes missing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evaluation.demo.design import Questionnaire
from evaluation.demo.latent import Floats, steps_of
from evaluation.demo.truth import truth_of

#: Shares of single answers that are left out, "Ved ikke" and "Ikke relevant".
SKIPPED, DONT_KNOW, NOT_RELEVANT = 0.015, 0.02, 0.006
#: Items that many cannot judge: parents whose child has not moved between services.
HARD_TO_JUDGE = {"sm_4": 0.25}


def draw_answers(
    rng: np.random.Generator, sheet: Questionnaire, latent: Floats, noise: float, partial: npt.NDArray[np.bool_]
) -> Floats:
    """Answer codes of every person to every item of the instrument.

    Parameters
    ----------
    latent : array, shape (persons, scales)
        Everything but the item's own noise.
    noise : float
        Variance of the item's own noise.
    partial : array of bool, shape (persons,)
        Who stops on the way: what comes after is not answered.

    Returns
    -------
    array, shape (persons, items)
        Answer codes; NaN where there is no answer.
    """
    n, k = len(latent), len(sheet.items)
    values = latent[:, sheet.scale_of] + sheet.offsets + np.sqrt(noise) * rng.standard_normal((n, k))
    codes = np.empty((n, k))
    for j, of_item in enumerate(sheet.codes):
        codes[:, j] = of_item[steps_of(values[:, j], len(of_item))]
    _dont_know(rng, sheet, codes)
    codes[rng.random((n, k)) < SKIPPED] = np.nan
    stop = rng.integers(max(1, k // 4), k, size=n)
    codes[partial[:, None] & (np.arange(k)[None, :] >= stop[:, None])] = np.nan
    return codes


def _dont_know(rng: np.random.Generator, sheet: Questionnaire, codes: Floats) -> None:
    n, k = codes.shape
    chance = rng.random((n, k))
    relevance = rng.random((n, k))
    ignorant = rng.random((n, len(sheet.scales)))
    shares = np.array([truth_of(sheet.survey, s).dont_know for s in sheet.scales])
    for j, item in enumerate(sheet.items):
        code, other = sheet.dont_know[j], sheet.not_relevant[j]
        if code is not None:
            limit = HARD_TO_JUDGE.get(item.id, DONT_KNOW)
            scale = sheet.scale_of[j]
            codes[(chance[:, j] < limit) | (ignorant[:, scale] < shares[scale]), j] = code
        if other is not None:
            codes[relevance[:, j] < NOT_RELEVANT, j] = other


def answered(rng: np.random.Generator, rate: Floats, pull: Floats) -> npt.NDArray[np.bool_]:
    """Who answers: the log odds of ``rate`` moved by ``pull`` (unit level and the person's own habit)."""
    odds = np.log(rate / (1 - rate)) + pull
    chosen: npt.NDArray[np.bool_] = rng.random(len(rate)) < 1 / (1 + np.exp(-odds))
    return chosen
