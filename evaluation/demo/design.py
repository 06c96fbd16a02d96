"""What a survey of the fictional municipality looks like before anybody answers.

A :class:`Questionnaire` holds the items of an instrument as arrays and the latent means that
give each scale its true score in each wave; it is computed once and serves every seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from evaluation.codebook.model import Instrument, Item
from evaluation.demo.latent import Floats, Mixture, expected_score, item_offsets, latent_mean
from evaluation.demo.truth import PATH, WAVES, truth_of

#: Latent offset of each kind of unit: parents of small children are the most satisfied.
OFFSETS: Mapping[str, Mapping[str, float]] = {
    "medarbejdertrivsel": {"dagpleje": 0.10, "vuggestue": 0.02, "boernehave": -0.05, "integreret": -0.02},
    "foraeldre": {"dagpleje": 0.34, "vuggestue": 0.12, "boernehave": -0.12, "integreret": -0.06},
    "skoleovergang": {"skole": 0.0},
}
#: Share of the invited that answers, by kind of unit and alike in every wave (so nonresponse is not random).
RATES: Mapping[str, Mapping[str, float]] = {
    "medarbejdertrivsel": {"dagpleje": 0.79, "vuggestue": 0.74, "boernehave": 0.64, "integreret": 0.66},
    "foraeldre": {"dagpleje": 0.56, "vuggestue": 0.50, "boernehave": 0.43, "integreret": 0.40},
    "skoleovergang": {"skole": 0.86},
}
#: Rough share of the answers that comes from each kind of unit; the truth is a mean over them.
SHARES: Mapping[str, Mapping[str, float]] = {
    "medarbejdertrivsel": {"dagpleje": 0.17, "vuggestue": 0.16, "boernehave": 0.35, "integreret": 0.32},
    "foraeldre": {"dagpleje": 0.18, "vuggestue": 0.17, "boernehave": 0.34, "integreret": 0.31},
    "skoleovergang": {"skole": 1.0},
}


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """An instrument as arrays.

    Attributes
    ----------
    scale_of : array, shape (items,)
        Index of the item's scale.
    codes : tuple of arrays
        Answer codes of each item, from the lowest score of its *scale* upwards (a reversed item backwards).
    mu, mu_elsewhere : array, shape (waves, scales)
        Latent means here and in the comparison municipality.
    truth_change : array, shape (scales,)
        True change in points between the compared waves.
    """

    survey: str
    instrument: Instrument
    items: tuple[Item, ...]
    scales: tuple[str, ...]
    scale_of: npt.NDArray[np.int64]
    offsets: Floats
    codes: tuple[npt.NDArray[np.int64], ...]
    dont_know: tuple[int | None, ...]
    not_relevant: tuple[int | None, ...]
    mu: Floats
    mu_elsewhere: Floats
    truth_before: Floats
    truth_change: Floats


def state_code(instrument: Instrument, item: Item, state: str) -> int | None:
    """Return the code of the choice with that ``state``, or None."""
    return next((c.code for c in instrument.response_of(item).choices if c.state == state), None)


def _codes(instrument: Instrument, item: Item) -> npt.NDArray[np.int64]:
    scored = sorted((c.score, c.code) for c in instrument.response_of(item).choices if c.score is not None)
    codes = np.array([code for _, code in scored], dtype=np.int64)
    return codes[::-1] if item.reversed else codes


def _scores(instrument: Instrument, item: Item) -> Floats:
    return np.sort([c.score for c in instrument.response_of(item).choices if c.score is not None]).astype(float)


def questionnaire(survey: str, instrument: Instrument) -> Questionnaire:
    """Compute arrays and latent means of ``survey``; items of no scale are left out."""
    items = tuple(i for i in instrument.items if i.scale and i.kind == "item")
    scales = tuple(s.id for s in instrument.scales)
    types = SHARES[survey]
    mixture = Mixture(np.array([OFFSETS[survey][t] for t in types]), np.array(list(types.values())))
    offsets = np.zeros(len(items))
    mu, elsewhere = np.zeros((len(WAVES), len(scales))), np.zeros((len(WAVES), len(scales)))
    before, change = np.zeros(len(scales)), np.zeros(len(scales))
    scale_of = np.array([scales.index(str(i.scale)) for i in items])
    for k, scale in enumerate(scales):
        mine = np.flatnonzero(scale_of == k)
        offsets[mine] = item_offsets(len(mine))
        truth, scores = truth_of(survey, scale), _scores(instrument, items[mine[0]])
        start = latent_mean(truth.level, scores, len(mine), mixture)
        end = latent_mean(truth.level + truth.change, scores, len(mine), mixture)
        there = latent_mean(truth.level + truth.elsewhere, scores, len(mine), mixture)
        path = np.array([PATH[w] for w in WAVES])
        mu[:, k], elsewhere[:, k] = start + path * (end - start), start + path * (there - start)
        before[k] = expected_score(start, scores, len(mine), mixture)
        change[k] = expected_score(end, scores, len(mine), mixture) - before[k]
    return Questionnaire(
        survey, instrument, items, scales, scale_of, offsets,
        tuple(_codes(instrument, i) for i in items),
        tuple(state_code(instrument, i, "ved_ikke") for i in items),
        tuple(state_code(instrument, i, "ikke_relevant") for i in items),
        mu, elsewhere, before, change,
    )  # fmt: skip


@lru_cache(maxsize=1)
def default_instruments() -> dict[str, Instrument]:
    """Load the instruments that come with the package."""
    from evaluation.codebook.load import load_instrument
    from evaluation.common.resources import resource_folder

    names = ("medarbejdertrivsel", "foraeldre", "skoleovergang", "oplevet-aendring")
    return {name: load_instrument(resource_folder("codebooks") / f"{name}.toml") for name in names}
