"""What is true in the fictional municipality, and which verdict each truth is meant to give.

``change`` is the change of the scale score (0–100) in the population from the last wave before
the release to the last wave after it. The intended verdicts and their probabilities over 400
seeds stand in ``docs/demo.md``; ``tests/calibration`` proves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WAVES = ("2019", "2020", "2022", "2024")
#: The waves that are compared: last before, last after the release of 2021-06-01.
PAIR = ("2020", "2024")
#: Share of the change that has come about at each wave. Nothing moves before the release.
PATH: Mapping[str, float] = {"2019": 0.0, "2020": 0.0, "2022": 0.6, "2024": 1.0}
SURVEYS = ("medarbejdertrivsel", "foraeldre", "skoleovergang")


@dataclass(frozen=True, slots=True)
class Truth:
    """Level before the release, change, and what follows from it.

    Attributes
    ----------
    level : float
        Expected score, 0–100, before the release.
    change : float
        Change in points from the last wave before to the last wave after.
    intended : str
        One of ``common.table.VERDICTS``; empty where no verdict is likely enough to be intended.
    dont_know : float
        Share 0–1 that answers "Ved ikke" to every item of the scale.
    elsewhere : float
        Change in points in the comparison municipality.
    """

    level: float
    change: float
    intended: str
    dont_know: float = 0.0
    elsewhere: float = 0.0


#: For a scale that a codebook has and this table does not.
UNKNOWN = Truth(66.0, 0.0, "")

TRUTH: Mapping[str, Mapping[str, Truth]] = {
    "medarbejdertrivsel": {
        "arbejdsglaede": Truth(68.0, 7.0, "fremgang"),
        "motivation": Truth(74.0, 4.0, "lille_fremgang"),
        "tid-til-kerneopgaven": Truth(61.0, -8.0, "fremgang"),
        "fastholdelse": Truth(66.0, 0.0, "uaendret"),
        "faglig-frihed": Truth(58.0, 8.0, "fremgang"),
        "medbestemmelse": Truth(54.0, 7.0, "fremgang"),
        "faciliterende-ledelse": Truth(68.0, 3.9, "lille_fremgang"),
        "doemmekraft": Truth(66.0, 7.0, "fremgang"),
        "faglig-stolthed": Truth(81.0, 0.0, "uaendret"),
        "systematik-og-fokus": Truth(79.0, -4.0, "lille_tilbagegang"),
        "tillid": Truth(60.0, 7.0, "fremgang"),
        "nye-ideer": Truth(57.0, 7.5, "fremgang"),
        "psykologisk-tryghed": Truth(66.0, 0.3, "uaendret"),
        "kollegialt-faellesskab": Truth(77.0, 0.0, "uaendret"),
    },
    "foraeldre": {
        "samlet-tilfredshed": Truth(86.0, 0.4, ""),
        "paedagogisk-indsats": Truth(78.0, 4.5, "fremgang"),
        "barnets-trivsel": Truth(85.0, 0.8, ""),
        "aflevering-og-aabningstid": Truth(74.0, 5.0, "fremgang", elsewhere=0.5),
        "samarbejde": Truth(77.0, 1.0, ""),
        "indflydelse": Truth(64.0, 0.4, "uafklaret", dont_know=0.5),
        "sprog-i-hverdagen": Truth(76.0, 4.5, "fremgang"),
        "fysiske-rammer": Truth(72.0, -5.5, "tilbagegang", elsewhere=-4.0),
    },
    "skoleovergang": {
        "sociale-kompetencer": Truth(66.0, 1.5, "uafklaret"),
        "deltagelse-i-faellesskaber": Truth(62.0, 12.0, "fremgang"),
        "selvstaendighed": Truth(67.0, 0.0, "uafklaret"),
        "sprog": Truth(69.0, -1.0, "uafklaret"),
        "nysgerrighed": Truth(70.0, 1.0, "uafklaret"),
    },
}


def truth_of(survey: str, scale: str) -> Truth:
    """Look up the truth of one scale."""
    return TRUTH.get(survey, {}).get(scale, UNKNOWN)
