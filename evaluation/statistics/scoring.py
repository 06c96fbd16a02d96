"""Scale scores from items, and shares from codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def scale_scores(item_scores: ArrayLike, reversed_mask: ArrayLike, min_answered: int) -> NDArray[np.float64]:
    """Mean of the answered items' scores, per person.

    Parameters
    ----------
    item_scores : array_like, shape (persons, items)
        Scores 0–100 as the response scale gives them, NaN where not answered.
    reversed_mask : array_like of bool, shape (items,)
        Items scored ``100 - score``.
    min_answered : int
        Fewest answered items for a score.

    Returns
    -------
    ndarray, shape (persons,)
        Points 0–100, NaN where fewer than ``min_answered`` items were answered.

    Raises
    ------
    ValueError
        When shapes do not fit, a score lies outside 0–100, or ``min_answered`` is not
        between 1 and the number of items.
    """
    scores = np.asarray(item_scores, dtype=float)
    turned = np.asarray(reversed_mask, dtype=bool)
    if scores.ndim != 2 or turned.shape != (scores.shape[1],):
        raise ValueError(f"item_scores {scores.shape} and reversed_mask {turned.shape} do not fit")
    if not 1 <= min_answered <= scores.shape[1]:
        raise ValueError(f"min_answered must lie between 1 and {scores.shape[1]}, not {min_answered}")
    answered = ~np.isnan(scores)
    if ((scores < 0) | (scores > 100)).any():
        raise ValueError("item scores must lie between 0 and 100")
    scores = np.where(turned, 100 - scores, scores)
    count = answered.sum(axis=1)
    total = np.where(answered, scores, 0.0).sum(axis=1)
    return np.where(count >= min_answered, total / np.maximum(count, 1), np.nan)


def share_indicator(codes: ArrayLike, positive: ArrayLike) -> NDArray[np.float64]:
    """1 where the answer code is one of ``positive``, 0 where it is another, NaN where there is none.

    Its mean is the share of positive answers (0–1), so changes in shares take the same
    estimator as changes in scores.
    """
    values = np.asarray(codes, dtype=float)
    found = np.isin(values, np.asarray(positive, dtype=float)).astype(float)
    return np.where(np.isnan(values), np.nan, found)
