"""Employees: the same positions in every wave, held by people who come and go (a panel with turnover)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.demo.answers import answered, draw_answers
from evaluation.demo.design import OFFSETS, RATES, Questionnaire, state_code
from evaluation.demo.latent import Floats, effects, steps_of
from evaluation.demo.municipality import EMPLOYEES, HOME, DemoUnit, day_care, size, successors
from evaluation.demo.truth import WAVES

#: Latent variance of each level; they sum to 1.
VARIANCE: Mapping[str, float] = {"unit": 0.05, "unit_wave": 0.008, "person": 0.38, "occasion": 0.122, "item": 0.44}
#: Share of the positions that has a new holder since the wave before.
TURNOVER: Mapping[str, float] = {"2019": 0.0, "2020": 0.08, "2022": 0.16, "2024": 0.16}
#: How strongly a satisfied unit answers more often (log odds per standard deviation), and people's own habit.
UNIT_PULL, HABIT = 0.25, 0.8
#: What the retrospective items say on average (latent), and how much it follows from the person.
PERCEIVED: Mapping[str, float] = {
    "oa_1": 0.75, "oa_2": 0.55, "oa_3": 0.45, "oa_4": 0.30, "oa_5": 0.10, "oa_6": 0.25, "oa_7": 0.05, "oa_8": 0.20
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staff:
    """Positions and who holds them.

    ``unit`` (waves, positions) indexes ``units`` or is −1 when the position is gone;
    ``person`` (waves, positions) numbers people; ``hired`` gives each person's first wave.
    """

    units: tuple[DemoUnit, ...]
    origin: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]
    leader: npt.NDArray[np.bool_]
    person: npt.NDArray[np.int64]
    hired: npt.NDArray[np.int64]
    position_of: npt.NDArray[np.int64]


def staff(rng: np.random.Generator, scale: float) -> Staff:
    """Draw positions and their holders over the waves."""
    units = day_care(HOME)
    index = {u.id: i for i, u in enumerate(units)}
    sizes = [0 if u.predecessors else size(EMPLOYEES[u.type], i, scale) for i, u in enumerate(units)]
    origin = np.repeat(np.arange(len(units)), sizes)
    leader = np.concatenate([np.arange(n) == 0 for n in sizes])
    merged = {index[old]: index[new] for old, new in successors().items()}
    unit = np.empty((len(WAVES), len(origin)), dtype=np.int64)
    person = np.empty_like(unit)
    hired, position = [np.zeros(len(origin), dtype=np.int64)], [np.arange(len(origin))]
    count = len(origin)
    for w, wave in enumerate(WAVES):
        now = np.array([i if u.open_in(wave) else merged.get(i, -1) for i, u in enumerate(units)])
        unit[w] = now[origin]
        person[w] = np.arange(len(origin)) if w == 0 else person[w - 1]
        new = np.flatnonzero(rng.random(len(origin)) < TURNOVER[wave])
        person[w, new] = count + np.arange(len(new))
        hired.append(np.full(len(new), w))
        position.append(new)
        count += len(new)
    return Staff(units, origin, unit, leader, person, np.concatenate(hired), np.concatenate(position))


def _background(rng: np.random.Generator, people: Staff) -> pd.DataFrame:
    """Position and seniority of every person ever employed."""
    n = len(people.hired)
    kinds = np.array([u.type for u in people.units])[people.origin[people.position_of]]
    usual = rng.choice(["1", "2", "3", "5"], size=n, p=[0.55, 0.15, 0.25, 0.05])
    dagpleje = np.where(rng.random(n) < 0.92, "4", "1")
    years = np.where(people.hired == 0, rng.gamma(1.6, 5.5, n), rng.uniform(0, 1.5, n))
    return pd.DataFrame({"stilling": np.where(kinds == "dagpleje", dagpleje, usual), "years": years})


def _seniority(years: Floats) -> npt.NDArray[np.str_]:
    return np.array(["1", "2", "3", "4"])[np.searchsorted([2.0, 6.0, 16.0], years, side="right")]


def perceived(rng: np.random.Generator, instrument: Instrument, mood: Floats, here_before: Floats) -> pd.DataFrame:
    """Answers to the retrospective battery (oplevet ændring): codes, NaN where skipped."""
    columns: dict[str, Floats] = {}
    for item in instrument.items:
        scored = [c.code for c in instrument.response_of(item).choices if c.score is not None]
        values = PERCEIVED.get(item.id, 0.2) + 0.6 * mood + 0.8 * rng.standard_normal(len(mood))
        codes = np.array(scored, dtype=float)[steps_of(values, len(scored))]
        unknown, absent = state_code(instrument, item, "ved_ikke"), state_code(instrument, item, "var_her_ikke")
        codes[rng.random(len(mood)) < 0.06] = np.nan if unknown is None else unknown
        codes[~here_before.astype(bool)] = np.nan if absent is None else absent
        codes[rng.random(len(mood)) < 0.02] = np.nan
        columns[item.id] = codes
    return pd.DataFrame(columns)


def draw_employees(
    seed: int, sheet: Questionnaire, retrospective: Instrument | None, waves: Iterable[str], scale: float
) -> dict[str, pd.DataFrame]:
    """One frame a wave: everybody invited, also those who never opened the questionnaire.

    Columns: ``respondent, unit, kommune, type, stilling, anciennitet, leder, status`` (SurveyXact's
    1 new … 5 dropped out), then one column of codes an item; NaN where there is no answer.
    """
    rng = np.random.default_rng([seed, 1])
    people = staff(rng, scale)
    background = _background(rng, people)
    k, n = len(sheet.scales), len(people.hired)
    unit_effect = effects(rng, len(people.units), k, VARIANCE["unit"])
    person_effect = effects(rng, n, k, VARIANCE["person"])
    habit = HABIT * rng.standard_normal(n)
    pull = UNIT_PULL * unit_effect.mean(axis=1) / np.sqrt(VARIANCE["unit"])
    frames = {}
    for w, wave in enumerate(WAVES):
        if wave not in waves:
            continue
        rng = np.random.default_rng([seed, 1, w])
        here = np.flatnonzero(people.unit[w] >= 0)
        origin, now, who = people.origin[here], people.unit[w, here], people.person[w, here]
        kinds = np.array([u.type for u in people.units])
        rate = np.array([RATES["medarbejdertrivsel"][t] for t in kinds])[origin]
        yes = answered(rng, rate, pull[origin] + habit[who])
        shift = np.array([OFFSETS["medarbejdertrivsel"][t] for t in kinds])[origin]
        latent = sheet.mu[w] + shift[:, None] + unit_effect[origin] + person_effect[who]
        latent += effects(rng, len(people.units), k, VARIANCE["unit_wave"])[now]
        latent += effects(rng, len(who), k, VARIANCE["occasion"], shared=0.3)
        partial = rng.random(len(who)) < 0.06
        codes = draw_answers(rng, sheet, latent, VARIANCE["item"], partial)
        codes[~yes] = np.nan
        frame = pd.DataFrame({
            "respondent": [f"M{p + 10001:05d}" for p in who],
            "unit": np.array([u.id for u in people.units])[now],
            "kommune": HOME,
            "type": kinds[now],
            "stilling": background["stilling"].to_numpy()[who],
            "anciennitet": _seniority(background["years"].to_numpy()[who] + _years_since(people.hired[who], w)),
            "leder": np.where(people.leader[here], "1", "2"),
            "status": _status(rng, yes, partial),
        })  # fmt: skip
        parts = [frame, pd.DataFrame(codes, columns=[i.id for i in sheet.items])]
        if retrospective is not None and wave == WAVES[-1]:
            mood = latent.mean(axis=1) - sheet.mu[w].mean()
            asked = perceived(rng, retrospective, mood / max(mood.std(), 1e-9), (people.hired[who] <= 1).astype(float))
            asked[~yes | partial] = np.nan
            parts.append(asked)
        frames[wave] = pd.concat(parts, axis=1)
    return frames


def _years_since(hired: npt.NDArray[np.int64], wave: int) -> Floats:
    years = np.array([float(w) for w in WAVES])
    passed: Floats = years[wave] - years[hired]
    return passed


def _status(
    rng: np.random.Generator, yes: npt.NDArray[np.bool_], partial: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    silent = rng.choice([1, 2, 5], size=len(yes), p=[0.03, 0.92, 0.05])
    return np.where(yes, np.where(partial, 3, 4), silent)
