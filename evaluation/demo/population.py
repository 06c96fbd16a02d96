"""Draw the fictional population: units, unit-by-wave effects and people, anew for every seed.

>>> from evaluation.demo.population import draw
>>> frames = draw(1, waves=("2020", "2024"))
>>> sorted(frames)[0]
('foraeldre', '2020')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.demo.design import Questionnaire, default_instruments, questionnaire
from evaluation.demo.employees import draw_employees
from evaluation.demo.parents import draw_parents
from evaluation.demo.pupils import draw_pupils
from evaluation.demo.truth import SURVEYS, WAVES

#: Answers a wave at the usual size: 400 employees, 700 parents, 250 school starters.
USUAL = 1350

Frames = dict[tuple[str, str], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Population:
    """Everything that is the same for every seed.

    Attributes
    ----------
    sheets : mapping of survey to Questionnaire
    retrospective : Instrument or None
        Battery that is asked of employees in the last wave.
    scale : float
        Size in relation to the usual one.
    """

    sheets: Mapping[str, Questionnaire]
    retrospective: Instrument | None
    scale: float = 1.0

    def draw(self, seed: int, *, waves: Iterable[str] = WAVES, surveys: Iterable[str] = SURVEYS) -> Frames:
        """Frames of codes and persons by (survey, wave).

        A frame does not depend on which other waves or surveys are drawn with it.

        Parameters
        ----------
        seed : int
            Not negative.
        waves, surveys : iterable of str
            What to draw.

        Returns
        -------
        dict of (survey, wave) to DataFrame
            One row an invited person (employees), parent and child (parents), child (school starters):
            person columns, then one float column of answer codes an item, NaN where there is no answer.
        """
        waves, frames = tuple(waves), {}
        for survey in surveys:
            sheet = self.sheets[survey]
            if survey == "medarbejdertrivsel":
                drawn = draw_employees(seed, sheet, self.retrospective, waves, self.scale)
            elif survey == "foraeldre":
                drawn = draw_parents(seed, sheet, waves, self.scale)
            else:
                drawn = draw_pupils(seed, sheet, waves, self.scale)
            frames.update({(survey, wave): frame for wave, frame in drawn.items()})
        return frames


def population(instruments: Mapping[str, Instrument] | None = None, respondents: int | None = None) -> Population:
    """Prepare the population for ``instruments`` (those of the package where none are given) at the wanted size.

    Parameters
    ----------
    respondents : int, optional
        Roughly the number of answers a wave in all three surveys of the municipality together.
    """
    known = default_instruments() if instruments is None else instruments
    sheets = {survey: questionnaire(survey, known[survey]) for survey in SURVEYS}
    return Population(sheets, known.get("oplevet-aendring"), 1.0 if respondents is None else respondents / USUAL)


def draw(seed: int, *, respondents: int | None = None, waves: Iterable[str] = WAVES) -> Frames:
    """Draw the population of the packaged instruments once; see :meth:`Population.draw`."""
    return population(respondents=respondents).draw(seed, waves=waves)
