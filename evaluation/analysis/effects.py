"""Effect sizes of changes: Hedges' g for scale scores, Cliff's delta for items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evaluation.analysis.frame import Bools, Floats, Frame, Ints
from evaluation.analysis.groups import KOMMUNE, Partition
from evaluation.analysis.measures import Measure
from evaluation.plan.model import Estimand
from evaluation.statistics.effects import Effect, hedges_g
from evaluation.statistics.ordinal import OrdinalEffect, ordinal_counts, ordinal_effect, ordinal_effects

#: Fewest answers in both waves for an effect size; below it the gate would hide it anyway.
EFFECT_FROM = 30
#: Which effect size a statistic carries (why: docs/methods.md, "Effect size"). A share carries none: Cliff's
#: delta of 0/1 is the difference of the two shares, which stands in ``change``.
EFFECT_OF: Mapping[str, str] = {"score": "hedges_g", "snit": "cliffs_delta"}


def effects(
    frame: Frame,
    measures: Sequence[Measure],
    values: Floats,
    after: Bools,
    group: Ints,
    grouping: Partition,
    estimand: Estimand,
    population: Floats | None,
    level: float,
    fewest: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Effect sizes and intervals (groups, measures): scale scores in every group, items in the kommune.

    ``fewest`` (groups, measures) is the number of answers in the smaller wave.
    """
    shape = (len(grouping.groups), len(measures))
    made = tuple(np.full(shape, np.nan) for _ in range(3))
    wanted = ("score", "snit") if grouping.kind == KOMMUNE else ("score",)
    for position in range(shape[0]):
        here = np.flatnonzero(group == position)
        columns = [c for c, m in enumerate(measures) if m.stat in wanted and fewest[position, c] >= EFFECT_FROM]
        scores = [c for c in columns if measures[c].stat == "score"]
        items = [c for c in columns if measures[c].stat == "snit"]
        rows = _Rows(frame, after, here, estimand, population, level)
        found = [*zip(scores, (rows.g(values[here, c]) for c in scores), strict=True)]
        for column, effect in found:
            _put(made, position, column, (effect.value, effect.low, effect.high))
        for column, ordinal in zip(items, rows.deltas(values[here][:, items]), strict=True):
            _put(made, position, column, (ordinal.delta, ordinal.low, ordinal.high))
    return made[0], made[1], made[2]


def _put(made: tuple[Floats, ...], row: int, column: int, numbers: tuple[float | None, ...]) -> None:
    for target, value in zip(made, numbers, strict=True):
        target[row, column] = np.nan if value is None else value


class _Rows:
    """The rows of one group, ready for the functions of ``statistics``."""

    def __init__(
        self, frame: Frame, after: Bools, here: Ints, estimand: Estimand, population: Floats | None, level: float
    ) -> None:
        self.after, self.cluster, self.person = after[here], frame.cluster[here], frame.person[here]
        self.weights = None if frame.weights is None else frame.weights[here]
        self.population = None if population is None else population[here]
        self.estimand, self.level, self.independent = estimand, level, frame.independent

    def g(self, y: Floats) -> Effect:
        return hedges_g(
            y,
            self.after,
            self.cluster,
            self.weights,
            level=self.level,
            estimand=self.estimand,
            population=self.population,
            person=self.person,
            independent=self.independent,
        )

    def deltas(self, y: Floats) -> Sequence[OrdinalEffect]:
        """Cliff's delta of every column; from counts alone unless single persons matter (*beskrivelse*)."""
        if self.estimand == "udvikling":
            counts = ordinal_counts(y, self.after, self.cluster, self.weights)
            return ordinal_effects(counts, level=self.level, independent=self.independent)
        return [
            ordinal_effect(
                column,
                self.after,
                self.cluster,
                self.weights,
                level=self.level,
                estimand=self.estimand,
                population=self.population,
                person=self.person,
                independent=self.independent,
            )
            for column in y.T
        ]
