"""Nonresponse weights: answers weighted up to the known make-up of those who were asked.

The fitting itself is :mod:`evaluation.statistics.design.calibration`. What stands here is what an evaluation
needs around it: categories with too few answers are merged before they are weighted, totals are turned
into shares so that margins from different registers agree, weights may be trimmed, and the diagnostics
say what it cost.

References
----------
Kalton, G. & Flores-Cervantes, I. (2003). Weighting methods. *Journal of Official Statistics* 19(2), 81–97.
Little, R. J. A. (1986). Survey nonresponse adjustments for estimates of means. *International Statistical Review*
54, 139–157.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics import reasons
from evaluation.statistics.design.calibration import Calibration, post_stratify, rake
from evaluation.statistics.design.model import survey_design
from evaluation.statistics.sandwich import Floats, as_weights
from evaluation.statistics.weights import Spread, trim_weights, weight_spread

#: Shares further than this from the known ones, before trimming, are not fitted.
CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Merged:
    """Categories after merging.

    Attributes
    ----------
    group : mapping of str to str
        Every category and the group it is in, named by its members with `` + `` between.
    joined : tuple of tuple of str
        Groups of more than one category.
    reason : str
        ``one_category`` where fewer than two groups are left.
    """

    group: Mapping[str, str]
    joined: tuple[tuple[str, ...], ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights with mean 1, or the reason why there are none.

    Attributes
    ----------
    weights : array or None, shape (rows,)
    spread : Spread or None
        What the weights cost.
    rounds : int
        Rounds of raking; 1 for post-stratification.
    gap : float
        Largest distance between a weighted and a known share of a category, 0–1; above 0 after trimming.
    trimmed : float
        Share of rows cut to the cap, 0–1.
    merged : mapping of str to Merged
        By variable.
    reason : str
        ``one_category``, ``not_converged``, ``no_answers``.
    """

    weights: Floats | None
    spread: Spread | None
    rounds: int
    gap: float
    trimmed: float
    merged: Mapping[str, Merged]
    reason: str = ""


def merge_few(answered: Mapping[str, float], known: Mapping[str, float], fewest: float) -> Merged:
    """Merge categories with fewer than ``fewest`` answers, or nobody known, into those most like them in response.

    The category with the fewest answers goes first, into the one whose response rate (answers over known) is
    nearest, because what a weight corrects is the response rate (Little 1986). Ties go by name, so that the
    order of the categories changes nothing.

    Parameters
    ----------
    answered, known : mapping of str to float
        Answers and known total of every category; a category in one of them only has 0 in the other.

    Raises
    ------
    ValueError
        When a number is negative or not finite.
    """
    names = sorted({*answered, *known})
    sizes = [(float(answered.get(name, 0.0)), float(known.get(name, 0.0))) for name in names]
    if not np.isfinite(sizes).all() or min([0.0, *(x for pair in sizes for x in pair)]) < 0:
        raise ValueError("answers and known totals must be finite and not negative")
    groups: dict[tuple[str, ...], tuple[float, float]] = {
        (name,): pair for name, pair in zip(names, sizes, strict=True) if pair != (0.0, 0.0)
    }
    while len(groups) > 1:
        thin = [members for members, (have, asked) in groups.items() if have < max(fewest, 1) or asked == 0]
        if not thin:
            break
        chosen = min(thin, key=lambda members: (groups[members][0], members))
        have, asked = groups.pop(chosen)
        own = _rate(have, asked)
        into = min(groups, key=lambda members: (abs(_rate(*groups[members]) - own), members))
        more, others = groups.pop(into)
        groups[tuple(sorted((*chosen, *into)))] = (have + more, asked + others)
    place = {name: " + ".join(members) for members in groups for name in members}
    joined = tuple(sorted(members for members in groups if len(members) > 1))
    return Merged(place, joined, "" if len(groups) > 1 else reasons.ONE_CATEGORY)


def _rate(answered: float, known: float) -> float:
    """Response rate; a category nobody knows of counts as answered in full."""
    return min(answered / known, 1.0) if known > 0 else 1.0


def fit_margins(
    margins: Sequence[tuple[str, ArrayLike, Mapping[str, float]]],
    weights: ArrayLike | None = None,
    *,
    fewest: int = 10,
    trim: float | None = None,
) -> Fitted:
    """Weights whose shares of every margin are the known ones: post-stratified for one margin, raked for several.

    Parameters
    ----------
    margins : sequence of (name, labels of shape (rows,), mapping)
        Labels (text) of every row and known totals, in any unit: only shares count. A margin in which
        one category is left after merging has nothing to correct and is passed over.
    weights : array_like, shape (rows,), optional
        Weights to start from; a missing one counts as 0.
    fewest : int
        Fewest answers of a category.
    trim : float, optional
        Largest weight over the mean weight, above 1; known shares hold approximately then (``gap``).

    Raises
    ------
    ValueError
        When shapes differ, there is no margin, a number is out of range, or no total is above 0.
    """
    if not margins:
        raise ValueError("weighting needs a margin")
    arrays = [np.asarray(labels).astype(str) for _, labels, _ in margins]
    rows = len(arrays[0])
    if any(labels.shape != (rows,) for labels in arrays):
        raise ValueError("margins must have the same rows")
    base = as_weights(weights, rows)
    inside = base > 0
    merged: dict[str, Merged] = {}
    fitted: list[tuple[np.ndarray, dict[str, float]]] = []
    for (name, _, known), labels in zip(margins, arrays, strict=True):
        if not sum(known.values()) > 0:
            raise ValueError(f"no known total of {name} is above 0")
        here = dict(zip(*(part.tolist() for part in np.unique(labels[inside], return_counts=True)), strict=True))
        found = merge_few(here, known, fewest)
        merged[name] = found
        if not found.reason:
            fitted.append(_shares(labels[inside], found, known, int(inside.sum())))
    if not inside.any():
        return Fitted(None, None, 0, 0.0, 0.0, merged, reasons.NO_ANSWERS)
    if not fitted:
        return Fitted(None, None, 0, 0.0, 0.0, merged, reasons.ONE_CATEGORY)
    made = _fit(base[inside] / base[inside].mean(), fitted)
    if made.design is None:
        return Fitted(None, None, made.rounds, 0.0, 0.0, merged, made.reason)
    new, share = made.design.weights, 0.0
    if _gap(new, fitted) > CLOSE:
        # Margins that contradict each other: the weights stand still after every round, and never fit.
        return Fitted(None, None, made.rounds, 0.0, 0.0, merged, reasons.NOT_CONVERGED)
    if trim is not None:
        cut = trim_weights(new, trim)
        new, share = (new if cut.weights is None else cut.weights), cut.share
    whole = np.zeros(rows)
    whole[inside] = new
    return Fitted(whole, weight_spread(whole), made.rounds, _gap(new, fitted), share, merged)


def _shares(
    labels: np.ndarray, found: Merged, known: Mapping[str, float], n: int
) -> tuple[np.ndarray, dict[str, float]]:
    """Labels after merging, and known totals scaled to the number of answers."""
    whole = sum(float(total) for total in known.values())
    totals: dict[str, float] = {}
    for name, group in found.group.items():
        totals[group] = totals.get(group, 0.0) + n * float(known.get(name, 0.0)) / whole
    return np.array([found.group[label] for label in labels], dtype=object), totals


def _fit(base: Floats, fitted: list[tuple[np.ndarray, dict[str, float]]]) -> Calibration:
    design = survey_design(weights=base, rows=len(base))
    return post_stratify(design, *fitted[0]) if len(fitted) == 1 else rake(design, fitted, tolerance=1e-13, rounds=1000)


def _gap(weights: Floats, fitted: list[tuple[np.ndarray, dict[str, float]]]) -> float:
    """Largest distance of a weighted share from the known one."""
    whole = float(weights.sum())
    return max(
        abs(float(weights[labels == group].sum()) / whole - total / len(weights))
        for labels, totals in fitted
        for group, total in totals.items()
    )
