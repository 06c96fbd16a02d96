"""Whether two waves are about the same people: as the plan says it, and as the numbers make one doubt it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from evaluation.analysis.frame import Frame
from evaluation.analysis.groups import COMPARISON, KOMMUNE, Partition
from evaluation.plan.model import Survey
from evaluation.plan.timing import population_of

#: The invited may shrink or grow to so much of what they were before the population is doubted.
_SIZE = 0.6
#: A group may gain or lose so much of the answers (share 0–1).
_SHARE = 0.2
#: Fewest answers in either wave for shares to say anything.
_ANSWERS = 30


def one_population(survey: Survey, waves: Iterable[str]) -> bool:
    """Whether the plan says nothing against the waves being about the same people."""
    return len({population_of(survey, wave) for wave in waves}) < 2


def moved_populations(
    frame: Frame,
    groupings: Sequence[Partition],
    invited: Mapping[tuple[str, str], tuple[int, str]],
    pair: tuple[int, int],
) -> list[dict[str, str]]:
    """Signs that another population was asked: parameters of notes, one a sign.

    ``sign`` ``size``: the number invited fell below, or rose above, what a change of year groups makes
    likely. ``sign`` ``share``: a ``group`` gained or lost a fifth of all answers. A panel follows the same persons
    and is not looked at. Signs carry no numbers: those stand in the table ``response``.
    """
    if frame.survey.design in ("panel", "retrospective"):
        return []
    waves = tuple(frame.waves[place] for place in pair)
    named = {"before": waves[0], "after": waves[1]}
    found = []
    asked = [invited.get((KOMMUNE, wave), (0, ""))[0] for wave in waves]
    if min(asked) > 0 and min(asked) < _SIZE * max(asked):
        found.append({"sign": "size", "group": KOMMUNE, **named})
    for grouping in groupings:
        if grouping.kind in (KOMMUNE, COMPARISON, "enhed"):
            continue
        counts = np.array(
            [
                [((frame.wave == place) & (grouping.code == at)).sum() for at in range(len(grouping.groups))]
                for place in pair
            ]
        )
        if counts.sum(axis=1).min() < _ANSWERS:
            continue
        shares = counts / counts.sum(axis=1, keepdims=True)
        moved = np.abs(shares[1] - shares[0])
        if moved.max() >= _SHARE:
            found.append({"sign": "share", "group": grouping.groups[int(moved.argmax())], **named})
    return found
