"""The public functions, thin over the layers; reached as ``import evaluation as ev``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.codebook.load import load_instruments
from evaluation.common.errors import fail
from evaluation.plan.load import Workspace, load_workspace
from evaluation.plan.timing import survey_pair

if TYPE_CHECKING:
    from evaluation.analysis.estimates import Estimates
    from evaluation.disclosure.published import Published
    from evaluation.importing.export import SurveyExport
    from evaluation.reporting.render import RenderResult
    from evaluation.statistics.change import Change


def load_plan(root: str | Path = ".") -> Workspace:
    """The workspace at ``root``: plan and registers, checked.

    Raises
    ------
    EvaluationError
        Every problem of the plan and the registers at once.
    """
    return load_workspace(Path(root))


def read_export(path: str | Path, *, sheet: str | None = None) -> SurveyExport:
    """An export file with its metadata, recognised by its content.

    Raises
    ------
    EvaluationError
        When the file is missing, damaged or of no known format.
    """
    from evaluation.importing.read import read_export as read

    return read(Path(path), sheet=sheet)


def compare(workspace: Workspace, survey: str, scale: str, *, waves: tuple[str, str] | None = None) -> Change:
    """Change of one scale's score (0–100) between two waves of the released municipality.

    For exploration by those who may see the answers: the result has not passed the gate.

    Parameters
    ----------
    workspace : Workspace
        From :func:`load_plan`; its surveys must have been imported.
    survey, scale : str
        Ids from the plan and the codebook.
    waves : tuple of str, optional
        Before and after; default the waves the reports compare.

    Returns
    -------
    Change
        Regression on wave, CR2 errors by unit; source in ``docs/methods.md``.

    Raises
    ------
    EvaluationError
        ``survey-unknown``; ``store-missing`` where the import has not run.
    """
    from evaluation.analysis.compare import compare_scale
    from evaluation.workflow.imports import load_all

    known = {item.id: item for item in workspace.plan.surveys}
    if survey not in known:
        raise fail("survey-unknown", found=survey, known=", ".join(known))
    instrument = load_instruments(workspace.root)[known[survey].instrument]
    if scale not in {item.id for item in instrument.scales}:
        raise fail("survey-unknown", found=scale, known=", ".join(item.id for item in instrument.scales))
    pair = waves or survey_pair(workspace, known[survey])
    if not isinstance(pair, tuple):
        raise fail("survey-unknown", found=f"{survey}: {pair}", known="two waves to compare")
    return compare_scale(workspace, known[survey], instrument, scale, pair, load_all(workspace))


def analyse(workspace: Workspace) -> Estimates:
    """All estimates of the imported surveys; private until :func:`publish` has let them through."""
    from evaluation.analysis.run import analyse as run
    from evaluation.workflow.imports import load_all

    return run(workspace, load_instruments(workspace.root), load_all(workspace))


def publish(workspace: Workspace, estimates: Estimates) -> Published:
    """What the disclosure gate lets out of ``estimates`` under the plan's policy."""
    from evaluation.disclosure.gate import publish as gate

    return gate(estimates, workspace.plan.disclosure)


def render(workspace: Workspace, product: str = "midtvejsevaluering", *, engine: str = "auto") -> RenderResult | None:
    """Set a report project as html, PDF and Word; None where nothing had changed."""
    from evaluation.workflow.run import run

    return run(workspace.root, ("render",), products=(product,), engine=engine).rendered[product]
