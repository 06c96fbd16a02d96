"""Which items can be compared between which waves, by the files' own words and a person's decisions."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from evaluation.codebook.compare import Comparison, compare_waves, comparisons_csv
from evaluation.codebook.decisions import load_decisions
from evaluation.codebook.model import Instrument
from evaluation.common.files import write_atomic
from evaluation.plan.load import Workspace
from evaluation.plan.model import Survey
from evaluation.responses.model import Responses


def item_comparisons(
    workspace: Workspace, survey: Survey, instrument: Instrument, waves: Mapping[str, Responses]
) -> tuple[Comparison, ...]:
    """Every item in every pair of waves, earlier wave first.

    Parameters
    ----------
    waves : mapping of wave id to Responses
        What has been imported; waves without a word on how they asked are passed over.

    Raises
    ------
    EvaluationError
        Everything wrong with ``data/comparability.csv``.
    """
    order = [entry.wave for entry in survey.waves if entry.wave in waves and waves[entry.wave].asked]
    found = [
        comparison
        for before, after in itertools.combinations(order, 2)
        for comparison in compare_waves(instrument, waves[before].asked, waves[after].asked, (before, after))
    ]
    decisions = load_decisions(workspace)
    decided = [decisions.get((survey.id, one.item, one.before, one.after)) for one in found]
    return tuple(one if decide is None else decide(one) for one, decide in zip(found, decided, strict=True))


def save_comparability(
    workspace: Workspace, instruments: Mapping[str, Instrument], responses: Mapping[tuple[str, str], Responses]
) -> None:
    """Record every comparison in ``data/processed/<survey>/comparability.csv``; a survey with one wave has none."""
    for survey in workspace.plan.surveys:
        waves = {wave: part for (name, wave), part in responses.items() if name == survey.id}
        found = item_comparisons(workspace, survey, instruments[survey.instrument], waves)
        file = workspace.root / "data" / "processed" / survey.id / "comparability.csv"
        if found:
            write_atomic(file, comparisons_csv(survey.id, found))
        elif file.exists():
            file.unlink()
