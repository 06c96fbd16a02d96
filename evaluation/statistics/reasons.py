"""Why a number was not computed: stable codes that travel in the ``reason`` column.

An empty string means that nothing is missing. The codes are ids; their words live in
the catalogues.
"""

from __future__ import annotations

import math
from typing import Final, TypeGuard

#: One of the waves has no answer.
NO_ANSWERS: Final = "no_answers"
#: One of the waves has a single answer.
FEW_ANSWERS: Final = "few_answers"
#: Fewer than :data:`MIN_CLUSTERS` units: described, not tested.
FEW_CLUSTERS: Final = "few_clusters"
#: A wave holds answers from one cluster only, so its variance cannot be estimated.
ONE_CLUSTER: Final = "one_cluster_in_wave"
#: Everybody answered alike: no standard error.
NO_VARIANCE: Final = "no_variance"
#: *Beskrivelse* without population sizes for every unit and wave.
POPULATION_UNKNOWN: Final = "population_unknown"
#: More answers than people in the population of a unit and wave.
POPULATION_TOO_SMALL: Final = "population_too_small"
#: *Beskrivelse* where everybody answered: a fact without sampling error.
COMPLETE: Final = "complete"
#: A row about one unit has an uncertainty band, but no test.
ONE_UNIT: Final = "one_unit"
#: A scale of one item has no internal consistency.
FEW_ITEMS: Final = "few_items"

REASONS: Final = (
    NO_ANSWERS,
    FEW_ANSWERS,
    FEW_CLUSTERS,
    ONE_CLUSTER,
    NO_VARIANCE,
    POPULATION_UNKNOWN,
    POPULATION_TOO_SMALL,
    COMPLETE,
    ONE_UNIT,
    FEW_ITEMS,
)

#: Fewest units for a test (design.md 4).
MIN_CLUSTERS: Final = 6
#: Fewest answers in each wave for a test.
MIN_ANSWERS: Final = 2


def known(number: float | None) -> TypeGuard[float]:
    """Whether there is a number: neither None nor NaN (as None comes back from a table)."""
    return number is not None and not math.isnan(number)
