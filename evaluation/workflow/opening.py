"""A workspace opened for work: plan, registers and codebooks, checked against each other."""

from __future__ import annotations

from pathlib import Path

from evaluation.codebook.agreement import agreement_problems
from evaluation.codebook.load import load_instruments
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem
from evaluation.plan.load import Workspace, missing_exports, read_workspace


def open_workspace(root: Path, missing: list[Problem] | None = None) -> tuple[Workspace, dict[str, Instrument]]:
    """The workspace at ``root`` and its instruments.

    Parameters
    ----------
    root : Path
    missing : list, optional
        Gets the exports that are not there, for a stage that tells them together with what
        is wrong with the others; without it they are problems like any.

    Raises
    ------
    EvaluationError
        Every problem of the plan, the registers and the codebooks; where those hold, every
        problem of the plan against the codebooks.
    """
    workspace, problems = read_workspace(root)
    apart = () if workspace is None or missing is None else missing_exports(workspace, problems)
    wrong = [problem for problem in problems if problem not in apart]
    instruments: dict[str, Instrument] = {}
    try:
        instruments = load_instruments(root)
    except EvaluationError as error:
        wrong += error.problems
    if workspace is not None and not wrong:
        wrong += agreement_problems(workspace, instruments)
    if workspace is None or wrong:
        raise EvaluationError([*problems, *(problem for problem in wrong if problem not in problems)])
    if missing is not None:
        missing.extend(apart)
    return workspace, instruments
