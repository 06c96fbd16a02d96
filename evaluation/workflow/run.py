"""``evaluation run``: all stages in order, only what changed since last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.common.errors import EvaluationError, Problem
from evaluation.presentation.chapters import unwritten
from evaluation.workflow.analysis import run_analysis
from evaluation.workflow.helpers import Helpers
from evaluation.workflow.imports import Key, run_import
from evaluation.workflow.lock import workspace_lock
from evaluation.workflow.opening import open_workspace
from evaluation.workflow.problems import ProblemTable
from evaluation.workflow.progress import Progress, silent
from evaluation.workflow.rendering import chosen, output_files, ready, run_render
from evaluation.workflow.state import State

if TYPE_CHECKING:
    from evaluation.presentation.claims.check import Prose
    from evaluation.reporting.render import RenderResult

STAGES = ("import", "analyse", "render")


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did: surveys read again, whether the analysis ran, documents and chapters left out by product."""

    imported: tuple[Key, ...]
    analysed: bool
    rendered: dict[str, RenderResult | None]
    files: tuple[Path, ...]
    silent: dict[str, tuple[str, ...]]


def run(
    root: Path,
    stages: Sequence[str] = STAGES,
    *,
    products: Sequence[str] = (),
    engine: str = "auto",
    draft: bool = False,
    progress: Progress = silent,
    helpers: Helpers | None = None,
    problems: Path | None = None,
    prose: dict[str, Prose] | None = None,
    lang: str | None = None,
) -> Done:
    """Run ``stages`` of the workspace at ``root``; what is up to date is left alone.

    Parameters
    ----------
    helpers : Helpers, optional
        Processes that draw the figures, started as soon as a stage before them must run.
    problems : Path, optional
        A csv for everything the import finds in all files, written also where it stops.
    prose : dict, optional
        Gets by product what was found in the documents, also where a claim stops the render.
    lang : str, optional
        Language of the documents; that of the plan where nothing is said.

    Raises
    ------
    EvaluationError
        Every problem of the first stage that finds any; later stages do not start.
    """
    missing: list[Problem] = []
    table = None if problems is None else ProblemTable(problems, root)
    try:
        workspace, instruments = open_workspace(root, missing if "import" in stages else None)
    except EvaluationError as error:
        if table is not None:
            table.add(("", ""), (), error.problems)
            table.write()
        raise
    if "render" in stages:
        ready(workspace, products, lang)
    drawing = helpers if "render" in stages else None
    with workspace_lock(root):
        state = State(root)
        imported: tuple[Key, ...] = ()
        if "import" in stages:
            imported = run_import(
                workspace, instruments, state, progress, missing=missing, helpers=drawing, table=table
            )
        analysed = False
        if "analyse" in stages:
            analysed = run_analysis(workspace, instruments, state, progress, helpers=drawing)
        rendered: dict[str, RenderResult | None] = {}
        files: tuple[Path, ...] = ()
        silent: dict[str, tuple[str, ...]] = {}
        if "render" in stages:
            rendered = run_render(
                workspace, instruments, state, products,
                engine=engine, draft=draft, progress=progress, helpers=drawing, prose=prose, lang=lang,
            )  # fmt: skip
            names = chosen(workspace, products, lang)
            silent = {name: found for name in names if (found := unwritten(root / "reports" / name))}
            files = tuple(f for name in names for f in output_files(root, name))
    return Done(imported, analysed, rendered, files, silent)
