"""From plan, instruments and responses to the private estimates: :func:`analyse`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.analysis.alphas import same_way, scales, with_alphas
from evaluation.analysis.attrition import attrition
from evaluation.analysis.basis import basis
from evaluation.analysis.change_table import Setting
from evaluation.analysis.changes import changes
from evaluation.analysis.clustering import with_intraclass
from evaluation.analysis.comparability import item_comparisons
from evaluation.analysis.comparison import release_comparisons
from evaluation.analysis.composition import compositions
from evaluation.analysis.distributions import distributions
from evaluation.analysis.estimates import COLUMNS, Estimates, conform, join
from evaluation.analysis.exposure import exposure_comparisons
from evaluation.analysis.families import decide
from evaluation.analysis.frame import Floats, Frame, build_frame
from evaluation.analysis.groups import partitions
from evaluation.analysis.indicators import indicators
from evaluation.analysis.interruptions import interruptions
from evaluation.analysis.levels import levels
from evaluation.analysis.measures import build_measures, build_pair, item_scores
from evaluation.analysis.nonresponse import nonresponse
from evaluation.analysis.perceived import perceived
from evaluation.analysis.populations import moved_populations, one_population
from evaluation.analysis.response import invited, response_table
from evaluation.analysis.trends import trends
from evaluation.analysis.uncertainty import population_rows
from evaluation.analysis.weighting import weighted
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem
from evaluation.common.sharing import PATIENCE, begun, ended, every
from evaluation.plan.load import Workspace
from evaluation.plan.model import Survey
from evaluation.plan.timing import pairing
from evaluation.responses.model import Responses
from evaluation.statistics.reliability import Alpha, cronbach_alpha

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Tables = dict[str, list[pd.DataFrame]]
_Coefficient = Callable[[list[Floats]], list[Alpha]]


@dataclass(slots=True)
class _Collector:
    """Tables and notes of all surveys, while they are made."""

    tables: Tables = field(default_factory=lambda: {name: [] for name in COLUMNS})
    notes: list[dict[str, Any]] = field(default_factory=list)
    pool: ProcessPoolExecutor | None = None
    alphas: list[tuple[int, list[Floats], Future[list[Alpha]] | None]] = field(default_factory=list)

    def note(self, code: str, survey: str, **params: object) -> None:
        self.notes.append({"code": code, "survey": survey, **params})


def analyse(
    workspace: Workspace,
    instruments: Mapping[str, Instrument],
    responses: Mapping[tuple[str, str], Responses],
    *,
    pool: ProcessPoolExecutor | None = None,
) -> Estimates:
    """Every number a report may show, before the gate.

    Parameters
    ----------
    workspace : Workspace
        Plan and registers.
    instruments : mapping of instrument id to Instrument
    responses : mapping of (survey, wave) to Responses
        What has been imported; surveys and waves may be missing.
    pool : ProcessPoolExecutor, optional
        Processes that are there anyway: they ask pingouin, whose import takes as long as many a survey.

    Returns
    -------
    Estimates
        Private tables and ``meta``; ``meta["notes"]`` says as codes with parameters what
        could not be made and why.

    Raises
    ------
    EvaluationError
        ``analysis-no-instrument`` for every survey whose instrument is not there.
    """
    problems = [
        Problem("analysis-no-instrument", "evaluation.toml", params={"survey": s.id, "instrument": s.instrument})
        for s in workspace.plan.surveys
        if s.instrument not in instruments and any(key[0] == s.id for key in responses)
    ]
    if problems:
        raise EvaluationError(problems)
    made = _Collector(pool=pool)
    coefficient = partial(every, partial(cronbach_alpha, level=1 - workspace.plan.decision.alpha))
    for survey in workspace.plan.surveys:
        for entry in survey.waves:
            if (survey.id, entry.wave) not in responses:
                made.note("wave-awaited", survey.id, wave=entry.wave)
        frame = None
        if survey.instrument in instruments:
            frame = build_frame(workspace, survey, instruments[survey.instrument], responses)
        if frame is None:
            made.note("survey-without-answers", survey.id)
            continue
        _survey(workspace, survey, frame, made, coefficient)
    made.tables["indicators"].append(indicators(workspace))
    made.tables["trends"].append(interruptions(workspace, made.tables["indicators"][-1]))
    until = monotonic() + PATIENCE
    for place, matrices, asked in made.alphas:
        found = ended(asked, coefficient, matrices, until)
        made.tables["scales"][place] = with_alphas(made.tables["scales"][place], found)
    tables = {name: join(name, parts) for name, parts in made.tables.items()}
    tables["estimates"] = conform("estimates", decide(tables["estimates"], workspace.plan))
    tables["nonresponse"] = nonresponse(tables["estimates"])
    return Estimates(**tables, meta=basis(workspace, responses, made.notes))


def _survey(workspace: Workspace, survey: Survey, frame: Frame, made: _Collector, coefficient: _Coefficient) -> None:
    """All tables of one survey."""
    alpha = workspace.plan.decision.alpha
    estimand = workspace.plan.estimand(survey.id)
    frame, table = weighted(frame, workspace)
    made.tables["weighting"].append(table)
    groupings = partitions(frame, workspace)
    scores = item_scores(frame)
    measures = build_measures(frame, scores)
    known = invited(frame, workspace)
    population = population_rows(frame, workspace, known) if estimand == "beskrivelse" else None
    made.tables["response"].append(response_table(frame, groupings, known))
    made.tables["attrition"].append(attrition(frame, workspace))
    made.tables["distributions"].append(distributions(frame, groupings))
    made.tables["levels"].append(levels(frame, measures, groupings, estimand, population, alpha))
    made.tables["perceived"].append(perceived(frame, scores, groupings, estimand, population, alpha))
    table, matrices = scales(frame, scores)
    made.alphas.append((len(made.tables["scales"]), matrices, begun(made.pool, coefficient, matrices)))
    made.tables["scales"].append(table)
    made.tables["scales"][-1] = with_intraclass(made.tables["scales"][-1], frame, measures)
    if one_population(survey, frame.waves):
        made.tables["comparisons"].append(release_comparisons(frame, scores, measures, workspace))
        made.tables["trends"].append(trends(frame, scores, measures, workspace))
    made.tables["comparisons"].append(exposure_comparisons(frame, scores, measures, workspace))
    _note_response(made)
    found = pairing(workspace, survey)
    present = found.before in frame.waves and found.after in frame.waves
    if found.reason or not present:
        made.note("no-change", survey.id, reason=found.reason or "wave-not-imported", waves=len(frame.waves))
        return
    before, after = frame.waves.index(found.before), frame.waves.index(found.after)
    for moved in moved_populations(frame, groupings, known, (before, after)):
        made.note("population-may-have-changed", survey.id, **moved)
    delta = workspace.plan.delta(survey.id)
    if delta is None:
        made.note("no-delta", survey.id)
    setting = Setting(before, after, estimand, alpha, delta, population, known)
    compared = item_comparisons(workspace, survey, frame.instrument, frame.responses)
    compared = tuple(c for c in compared if (c.before, c.after) == (found.before, found.after))
    alike = {c.item: c.comparable for c in compared}
    pair = build_pair(frame, scores, measures, (before, after), alike)
    made.tables["scales"][-1] = same_way(made.tables["scales"][-1], frame, scores, (before, after), alpha, alike)
    for one in compared:
        if one.comparable != "ja":
            reasons = list(one.reasons)
            made.note("item-not-comparable", survey.id, item=one.item, comparable=one.comparable, reasons=reasons)
    table = changes(frame, measures, pair, groupings, workspace, setting)
    made.tables["estimates"].append(table)
    made.tables["trends"].append(compositions(frame, measures, pair, workspace, setting))
    _note_changes(table, made)


def _note_response(made: _Collector) -> None:
    """Note waves whose response rate is not known or cannot be."""
    table = made.tables["response"][-1]
    unknown = table[table["invited"].isna() & (table["group"] == "kommune")]
    for row in unknown.itertuples():
        made.note("invited-unknown", row.survey, wave=row.wave)
    over = table[(table["answered"] > table["invited"]) & (table["group"] == "kommune")]
    for row in over.itertuples():
        made.note("more-answers-than-invited", row.survey, wave=row.wave)


def _note_changes(table: pd.DataFrame, made: _Collector) -> None:
    """Note what the kommune's own changes cannot say."""
    scores = table[(table["group"] == "kommune") & (table["stat"] == "score")]
    for reason in ("few_clusters", "population_unknown", "population_too_small"):
        hit = scores[scores["reason"] == reason]
        if len(hit):
            clusters = int(hit["clusters"].max())
            made.note("no-test", str(hit["survey"].iloc[0]), reason=reason, measures=len(hit), clusters=clusters)
    for row in scores[scores["comparable"] != "ja"].itertuples():
        made.note("not-comparable", row.survey, measure=row.measure, comparable=row.comparable)
