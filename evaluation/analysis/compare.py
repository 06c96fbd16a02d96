"""One scale compared by hand, for notebooks: the estimator of the reports on one column."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.analysis.changes import eligible
from evaluation.analysis.frame import build_frame
from evaluation.analysis.measures import build_measures, build_pair, item_scores
from evaluation.analysis.weighting import weighted
from evaluation.codebook.model import Instrument
from evaluation.common.errors import fail
from evaluation.plan.load import Workspace
from evaluation.plan.model import Survey
from evaluation.responses.model import Responses
from evaluation.statistics.change import Change, cluster_change


def compare_scale(
    workspace: Workspace,
    survey: Survey,
    instrument: Instrument,
    scale: str,
    waves: tuple[str, str],
    responses: Mapping[tuple[str, str], Responses],
) -> Change:
    """Change of one scale score (0–100) in the evaluated municipality; *udvikling*, before the gate.

    Raises
    ------
    EvaluationError
        ``survey-unknown`` when a wave has no answers.
    """
    frame = build_frame(workspace, survey, instrument, responses)
    known = () if frame is None else frame.waves
    if frame is None or not set(waves) <= set(known):
        raise fail("survey-unknown", found=f"{survey.id} {' '.join(waves)}", known=", ".join(known) or "-")
    frame, _ = weighted(frame, workspace)
    before, after = known.index(waves[0]), known.index(waves[1])
    scores = item_scores(frame)
    measures = build_measures(frame, scores)
    column = next(i for i, m in enumerate(measures.measures) if m.id == scale and m.stat == "score")
    pair = build_pair(frame, scores, measures, (before, after))
    rows = eligible(frame, workspace, before, after) & frame.own
    return cluster_change(
        pair.values[rows, column],
        frame.wave[rows] == after,
        frame.cluster[rows],
        None if frame.weights is None else frame.weights[rows],
    )
