"""School starters: a new cohort in every wave, each child rated by one of very few teachers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from evaluation.demo.answers import answered, draw_answers
from evaluation.demo.design import RATES, Questionnaire
from evaluation.demo.latent import effects
from evaluation.demo.municipality import HOME, PUPILS, TEACHERS, schools, size
from evaluation.demo.truth import WAVES

#: A teacher has a yardstick of her own (``rater``) that shifts a little from year to year (``rater_wave``).
VARIANCE: Mapping[str, float] = {
    "unit": 0.04, "unit_wave": 0.025, "rater": 0.06, "rater_wave": 0.06, "child": 0.375, "item": 0.44
}  # fmt: skip
#: Share of the teachers who have left since the wave before.
TURNOVER, UNIT_PULL = 0.2, 0.3


def draw_pupils(seed: int, sheet: Questionnaire, waves: Iterable[str], scale: float) -> dict[str, pd.DataFrame]:
    """One frame a wave: every school starter, rated or not.

    Columns: ``respondent`` (child), ``rater`` (teacher), ``unit, kommune, type, answered``, then one
    column of codes an item; NaN where there is no answer.
    """
    rng = np.random.default_rng([seed, 3])
    units, k = schools(), len(sheet.scales)
    unit_effect = effects(rng, len(units), k, VARIANCE["unit"])
    pull = UNIT_PULL * unit_effect.mean(axis=1) / np.sqrt(VARIANCE["unit"])
    posts = len(units) * TEACHERS
    teacher = np.empty((len(WAVES), posts), dtype=np.int64)
    count = posts
    for w in range(len(WAVES)):
        teacher[w] = np.arange(posts) if w == 0 else teacher[w - 1]
        new = np.flatnonzero(rng.random(posts) < (TURNOVER if w else 0.0))
        teacher[w, new] = count + np.arange(len(new))
        count += len(new)
    rater_effect = effects(rng, count, k, VARIANCE["rater"])
    sizes = [size(PUPILS, i, scale) for i in range(len(units))]
    frames = {}
    for w, wave in enumerate(WAVES):
        if wave not in waves:
            continue
        rng = np.random.default_rng([seed, 3, w])
        unit = np.repeat(np.arange(len(units)), sizes)
        post = unit * TEACHERS + np.concatenate([np.arange(n) % TEACHERS for n in sizes])
        yes = answered(rng, np.full(len(unit), RATES["skoleovergang"]["skole"]), pull[unit])
        latent = sheet.mu[w] + unit_effect[unit] + rater_effect[teacher[w, post]]
        latent += effects(rng, len(units), k, VARIANCE["unit_wave"])[unit]
        latent += effects(rng, posts, k, VARIANCE["rater_wave"])[post]
        latent += effects(rng, len(unit), k, VARIANCE["child"])
        codes = draw_answers(rng, sheet, latent, VARIANCE["item"], np.zeros(len(unit), dtype=bool))
        codes[~yes] = np.nan
        frame = pd.DataFrame({
            "respondent": [f"{wave[2:]}{c + 1:05d}" for c in range(len(unit))],
            "rater": [f"L{t + 1:03d}" for t in teacher[w, post]],
            "unit": np.array([u.id for u in units])[unit],
            "kommune": HOME,
            "type": "skole",
            "answered": yes,
        })  # fmt: skip
        frames[wave] = pd.concat([frame, pd.DataFrame(codes, columns=[i.id for i in sheet.items])], axis=1)
    return frames
