"""A workspace opened for work: plan, registers and codebooks, checked against each other."""

from __future__ import annotations

from pathlib import Path

from evaluation.codebook.agreement import agreement_problems
from evaluation.codebook.load import load_instruments
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError
from evaluation.plan.load import Workspace, load_workspace


def open_workspace(root: Path) -> tuple[Workspace, dict[str, Instrument]]:
    """The workspace at ``root`` and its instruments.

    Raises
    ------
    EvaluationError
        Every problem of the plan and the registers; where those hold, every problem of
        the codebooks and of the plan against them.
    """
    workspace = load_workspace(root)
    instruments = load_instruments(root)
    problems = agreement_problems(workspace, instruments)
    if problems:
        raise EvaluationError(problems)
    return workspace, instruments
