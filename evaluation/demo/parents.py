"""Parents: new children and households in every wave, one row a child and answering parent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from evaluation.demo.answers import draw_answers
from evaluation.demo.design import OFFSETS, RATES, Questionnaire
from evaluation.demo.latent import effects
from evaluation.demo.municipality import CHILDREN, ELSEWHERE, HOME, DemoUnit, day_care, size, successors
from evaluation.demo.truth import WAVES

VARIANCE: Mapping[str, float] = {"unit": 0.05, "unit_wave": 0.006, "household": 0.25, "person": 0.244, "item": 0.45}
SIBLINGS, TWO_PARENTS = 0.10, 0.45
UNIT_PULL, HABIT = 0.25, 0.8


def _families(rng: np.random.Generator, sizes: list[int]) -> pd.DataFrame:
    """Candidate rows: every parent of every child, with unit, household and parent numbers."""
    unit = np.repeat(np.arange(len(sizes)), sizes)
    sibling = rng.random(len(unit)) < SIBLINGS
    sibling[1:] &= (unit[1:] == unit[:-1]) & ~sibling[:-1]
    sibling[:1] = False
    household = np.cumsum(~sibling) - 1
    parents = 1 + (rng.random(household.max() + 1) < TWO_PARENTS)
    first = np.concatenate([[0], np.cumsum(parents)[:-1]])
    each = parents[household]
    child = np.repeat(np.arange(len(unit)), each)
    nth = np.arange(len(child)) - np.repeat(np.cumsum(each) - each, each)
    home = household[child]
    return pd.DataFrame({"unit": unit[child], "child": child, "household": home, "parent": first[home] + nth})


def _age(rng: np.random.Generator, kinds: np.ndarray, child: np.ndarray) -> np.ndarray:
    small = rng.random(child.max() + 1)[child] < 0.4
    return np.where(np.isin(kinds, ["dagpleje", "vuggestue"]), "1", np.where((kinds == "integreret") & small, "1", "2"))


def draw_parents(seed: int, sheet: Questionnaire, waves: Iterable[str], scale: float) -> dict[str, pd.DataFrame]:
    """One frame a wave with the rows of both municipalities, those who answered and those who did not.

    Columns: ``respondent`` (parent), ``household, child, unit, kommune, type, barnets_alder, answered``,
    then one column of codes an item; NaN where there is no answer.
    """
    rng = np.random.default_rng([seed, 2])
    units = day_care(HOME) + day_care(ELSEWHERE)
    k = len(sheet.scales)
    unit_effect = effects(rng, len(units), k, VARIANCE["unit"])
    index = {u.id: i for i, u in enumerate(units)}
    for new in {n for n in successors().values() if n in index}:
        old = [index[o] for o, n in successors().items() if n == new]
        unit_effect[index[new]] = unit_effect[old].mean(axis=0)
    pull = UNIT_PULL * unit_effect.mean(axis=1) / np.sqrt(VARIANCE["unit"])
    frames = {}
    for w, wave in enumerate(WAVES):
        if wave in waves:
            frames[wave] = _wave(np.random.default_rng([seed, 2, w]), sheet, w, units, unit_effect, pull, scale)
    return frames


def _wave(
    rng: np.random.Generator, sheet: Questionnaire, w: int, units: tuple[DemoUnit, ...],
    unit_effect: np.ndarray, pull: np.ndarray, scale: float,
) -> pd.DataFrame:  # fmt: skip
    wave, k = WAVES[w], len(sheet.scales)
    sizes = [size(CHILDREN[u.type], i, scale) if u.open_in(wave) else 0 for i, u in enumerate(units)]
    rows = _families(rng, sizes)
    unit, home, who = (rows[c].to_numpy() for c in ("unit", "household", "parent"))
    kinds = np.array([u.type for u in units])[unit]
    away = np.array([u.kommune == ELSEWHERE for u in units])[unit]
    habit = HABIT * rng.standard_normal(home.max() + 1)
    rate = np.array([RATES["foraeldre"][t] for t in kinds])
    person_yes = rng.random(who.max() + 1)
    odds = np.log(rate / (1 - rate)) + pull[unit] + habit[home]
    yes = person_yes[who] < 1 / (1 + np.exp(-odds))
    shift = np.array([OFFSETS["foraeldre"][t] for t in kinds])
    latent = np.where(away[:, None], sheet.mu_elsewhere[w], sheet.mu[w]) + shift[:, None] + unit_effect[unit]
    latent += effects(rng, len(units), k, VARIANCE["unit_wave"])[unit]
    latent += effects(rng, home.max() + 1, k, VARIANCE["household"])[home]
    latent += effects(rng, who.max() + 1, k, VARIANCE["person"])[who]
    codes = draw_answers(rng, sheet, latent, VARIANCE["item"], rng.random(len(rows)) < 0.03)
    codes[~yes] = np.nan
    frame = pd.DataFrame({
        "respondent": [f"F{wave[2:]}{p + 1:05d}" for p in who],
        "household": [f"H{wave[2:]}{h + 1:05d}" for h in home],
        "child": [f"B{wave[2:]}{c + 1:05d}" for c in rows["child"]],
        "unit": np.array([u.id for u in units])[unit],
        "kommune": np.where(away, ELSEWHERE, HOME),
        "type": kinds,
        "barnets_alder": _age(rng, kinds, rows["child"].to_numpy()),
        "answered": yes,
    })  # fmt: skip
    return pd.concat([frame, pd.DataFrame(codes, columns=[i.id for i in sheet.items])], axis=1)
