"""``evaluation status``: what is there, what is stale and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaluation.plan.load import awaited
from evaluation.workflow.analysis import made_files, parts_of_analysis, published_folder
from evaluation.workflow.imports import jobs, parts_of, store_files
from evaluation.workflow.manifest import Changed, changed
from evaluation.workflow.opening import open_workspace
from evaluation.workflow.quotes_state import quotes_stage
from evaluation.workflow.rendering import chosen, output_files, parts_of_render, parts_of_results
from evaluation.workflow.state import Stale, State


@dataclass(frozen=True, slots=True)
class Status:
    """Every stage with its state, and what is awaited."""

    stages: tuple[Stale, ...]
    awaited: tuple[tuple[str, str], ...]
    changed: tuple[Changed, ...] = ()


def status(root: Path) -> Status:
    """The state of the workspace; reads and hashes, writes nothing.

    Raises
    ------
    EvaluationError
        Problems of the plan or the codebooks.
    """
    workspace, instruments = open_workspace(root)
    state = State(root)
    stages: list[Stale] = []
    for job in jobs(workspace):
        parts = parts_of(workspace, job, instruments[job.survey.instrument])
        stages.append(state.compare(job.stage, parts, store_files(root, job.key)))
    quotes = quotes_stage(workspace, instruments, state)
    stages += [quotes] if quotes is not None else []
    if jobs(workspace):
        analysis = state.compare("analyse", parts_of_analysis(workspace, instruments), *made_files(workspace))
        stages.append(analysis)
        for product in chosen(workspace, ()):
            if not (published_folder(root) / "meta.json").is_file():
                stages.append(Stale(f"render/{product}", True, ("analyse",)))
                continue
            results = parts_of_results(workspace, instruments, product)
            parts = parts_of_render(workspace, results, product, "auto final")
            found = state.compare(f"render/{product}", parts, output_files(root, product))
            because = found.because + (("analyse",) if analysis.needed else ())
            stages.append(Stale(found.stage, found.needed or analysis.needed, because))
    return Status(tuple(stages), awaited(workspace), changed(workspace.root))
