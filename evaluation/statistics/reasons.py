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
#: A rank test was asked for answers from named units: it would ignore them.
UNITS_NAMED: Final = "units_named"
#: A rank test of two groups was asked for waves that share persons: they are not independent.
SAME_PERSONS: Final = "same_persons"
#: More clusters than an exact enumeration of the wild bootstrap takes.
MANY_CLUSTERS: Final = "many_clusters"
#: One of two groups of a comparison is a single cluster at the level of assignment: a difference, never a test.
ONE_CLUSTER_IN_GROUP: Final = "one_cluster_in_group"
#: Every unit had the same dose: nothing to regress on.
SAME_DOSE: Final = "same_dose"
#: No two waves before the release: development before it is unknown.
NO_TREND_BEFORE: Final = "no_trend_before"
#: A stratum holds one cluster only, so its variance cannot be estimated.
LONELY_CLUSTER: Final = "lonely_cluster"
#: No more clusters than strata and coefficients: no degrees of freedom.
NO_FREEDOM: Final = "no_degrees_of_freedom"
#: A variable has one value only where two are compared.
ONE_LEVEL: Final = "one_level"
#: A variable follows from the others.
COLLINEAR: Final = "collinear"
#: The iterations did not come to an end.
NOT_CONVERGED: Final = "not_converged"
#: A variable splits the answers perfectly, so its log odds have no end.
SEPARATED: Final = "separated"
#: The total to divide by is 0.
ZERO_DENOMINATOR: Final = "zero_denominator"
#: The interval of a quantile runs out of the answers.
BEYOND_DATA: Final = "interval_beyond_answers"
#: A part of the population has no answers to carry its weight.
EMPTY_CELL: Final = "cell_without_answers"
#: A replicate leaves no answers.
EMPTY_REPLICATE: Final = "empty_replicate"
#: Calibration would give negative weights.
NEGATIVE_WEIGHTS: Final = "negative_weights"
#: One category is left of every known margin: nothing to weight by.
ONE_CATEGORY: Final = "one_category"
#: Fewer than two waves on one side of the release: no slope.
FEW_WAVES: Final = "few_waves"
#: Fewer than three periods on one side of an interruption.
FEW_PERIODS: Final = "few_periods"
#: Others were asked or counted than before: nothing to compare.
POPULATION_CHANGED: Final = "population_changed"

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
    UNITS_NAMED,
    SAME_PERSONS,
    MANY_CLUSTERS,
    ONE_CLUSTER_IN_GROUP,
    SAME_DOSE,
    NO_TREND_BEFORE,
    LONELY_CLUSTER,
    NO_FREEDOM,
    ONE_LEVEL,
    COLLINEAR,
    NOT_CONVERGED,
    SEPARATED,
    ZERO_DENOMINATOR,
    BEYOND_DATA,
    EMPTY_CELL,
    EMPTY_REPLICATE,
    NEGATIVE_WEIGHTS,
    ONE_CATEGORY,
    FEW_WAVES,
    FEW_PERIODS,
    POPULATION_CHANGED,
)

#: Fewest units for a test (design.md 4).
MIN_CLUSTERS: Final = 6
#: Fewest answers in each wave for a test.
MIN_ANSWERS: Final = 2


def known(number: float | None) -> TypeGuard[float]:
    """Whether there is a number: neither None nor NaN (as None comes back from a table)."""
    return number is not None and not math.isnan(number)
