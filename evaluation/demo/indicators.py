"""Register indicators of the fictional municipality; the language assessment changes its population."""

from __future__ import annotations

import csv
import io

import numpy as np

from evaluation.demo.municipality import HOME, day_care

COLUMNS = ("indicator", "unit", "period", "value", "denominator", "source", "note", "title")
_SOURCE = "Fiktive data"
_TALK = "Vurderede børn med behov for en særlig sproglig indsats"
_LEAVE = "Sygefravær, dage pr. medarbejder"
_ALL = "Alle børn i den alder er sprogvurderet."
_NEED = "Kun børn med formodet behov er sprogvurderet: kan ikke sammenlignes med årene før frisættelsen."


def indicators_csv(seed: int, scale: float) -> str:
    """``indicators.csv``: shares (0–1) and days, by unit and year.

    ``sprogvurdering-saerlig-indsats`` is the share of *assessed* children that needs special support:
    of all children until 2020, of those with presumed needs from 2021. Nothing got worse, the
    population changed.
    """
    rng = np.random.default_rng([seed, 21])
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    units = [u for u in day_care(HOME) if u.type in ("boernehave", "integreret")]
    for year in range(2018, 2025):
        for unit in units:
            if not unit.open_in_year(year):
                continue
            children = max(8, round(scale * rng.integers(14, 26)))
            assessed = children if year <= 2020 else max(3, round(children * 0.3))
            share = 0.11 if year <= 2020 else 0.37
            value = rng.binomial(assessed, share) / assessed
            note = _ALL if year <= 2020 else _NEED
            head = ["sprogvurdering-saerlig-indsats", unit.id, year]
            writer.writerow([*head, f"{value:.4f}", assessed, _SOURCE, note, _TALK])
    for year in range(2018, 2025):
        for unit in day_care(HOME):
            if unit.open_in_year(year):
                days = rng.normal(15.5, 3.0)
                writer.writerow(["sygefravaer-dage", unit.id, year, f"{max(days, 3):.1f}", "", _SOURCE, "", _LEAVE])
    return stream.getvalue()
