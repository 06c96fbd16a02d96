"""``evaluation check``: the plan and the files against it, every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem
from evaluation.plan.load import awaited
from evaluation.workflow.imports import build, present, same_file_twice
from evaluation.workflow.manifest import Changed, changed
from evaluation.workflow.opening import open_workspace
from evaluation.workflow.progress import Progress, silent
from evaluation.workflow.reading import Reader


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check saw when nothing was wrong.

    ``awaited`` names survey and wave without a file; ``imported`` survey, wave, rows in the
    file, rows kept and the number of findings a person should look at; ``changed`` raw files that
    are not what they were when they were first imported.
    """

    surveys: int
    releases: int
    awaited: tuple[tuple[str, str], ...]
    imported: tuple[tuple[str, str, int, int, int], ...]
    changed: tuple[Changed, ...] = ()


def check(root: Path, progress: Progress = silent) -> Checked:
    """Check plan, registers, codebooks and every file the plan names; writes nothing.

    Raises
    ------
    EvaluationError
        Every problem there is.
    """
    problems: list[Problem] = []
    workspace, instruments = open_workspace(root, problems)
    problems += same_file_twice(workspace)
    reader = Reader()
    imported = []
    todo = present(workspace)
    for number, job in enumerate(todo):
        progress("check", f"{job.key[0]} {job.key[1]}", number, len(todo))
        try:
            report = build(workspace, instruments, job, reader).report
        except EvaluationError as error:
            problems += [problem for problem in error.problems if problem not in problems]
            continue
        if report is not None:
            imported.append((*job.key, report.rows_in, report.rows_kept, len(report.findings)))
    if problems:
        raise EvaluationError(problems)
    plan = workspace.plan
    return Checked(len(plan.surveys), len(plan.releases), awaited(workspace), tuple(imported), changed(workspace.root))
