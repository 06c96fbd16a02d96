"""The analysis stage: responses in, estimates through the gate, published tables out."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from evaluation.codebook.model import Instrument
from evaluation.common.errors import fail
from evaluation.common.files import hash_bytes, hash_file
from evaluation.common.table import PUBLISHED
from evaluation.plan.load import Workspace
from evaluation.workflow.helpers import Helpers
from evaluation.workflow.imports import jobs, load_all, parts_of
from evaluation.workflow.progress import Progress, silent
from evaluation.workflow.publications import FOLDER as PUBLICATIONS
from evaluation.workflow.publications import MANIFEST, check_publications, load_publications
from evaluation.workflow.state import State, code_hash, hash_files, hash_mapping

#: The published tables; named here so that nothing heavy is imported to look at them.
TABLES = tuple(PUBLISHED)
#: Where people decide what can be compared (`codebook.decisions.FILE`); named here for the same reason.
DECISIONS = "data/comparability.csv"
#: The private tables beside them.
PRIVATE = tuple(name for name in TABLES if name != "record")
#: Libraries whose version can change a number.
LIBRARIES = ("numpy", "pandas", "scipy", "pingouin", "pyreadstat", "plotnine")


def published_folder(root: Path) -> Path:
    """Where the safe tables lie."""
    return root / "data" / "processed" / "published"


def published_files(root: Path) -> tuple[Path, ...]:
    """Every file of the published results."""
    folder = published_folder(root)
    return (folder / "meta.json", *(folder / f"{name}.{form}" for name in TABLES for form in ("csv", "parquet")))


def made_files(workspace: Workspace) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """What the analysis writes: files it always makes, and those that depend on how many waves there are."""
    folder = workspace.root / "data" / "processed"
    always = (*published_files(workspace.root), *(folder / f"{name}.parquet" for name in PRIVATE))
    return always, tuple(folder / survey.id / "comparability.csv" for survey in workspace.plan.surveys)


def parts_of_analysis(workspace: Workspace, instruments: Mapping[str, Instrument]) -> dict[str, str]:
    """What the analysis depends on, as hashes by name."""
    parts = {
        f"answers {job.survey.id} {job.wave.wave}": hash_mapping(
            parts_of(workspace, job, instruments[job.survey.instrument])
        )
        for job in jobs(workspace)
        if job.path.is_file()
    }
    registers = (workspace.root / "data" / "registers").glob("*.csv")
    for name, digest in hash_files(workspace.root, registers).items():
        parts[name] = digest
    used = sorted({survey.instrument for survey in workspace.plan.surveys})
    for name in used:
        parts[f"codebook {name}"] = hash_bytes(instruments[name].model_dump_json().encode())
    if (workspace.root / DECISIONS).is_file():
        parts[DECISIONS] = hash_file(workspace.root / DECISIONS)
    parts["evaluation.toml"] = workspace.plan_sha256
    manifests = sorted((workspace.root / PUBLICATIONS).glob(f"[!.]*/{MANIFEST}"))
    parts["publications"] = hash_mapping(hash_files(workspace.root, manifests))
    parts["libraries"] = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    parts["program"] = code_hash("plan", "codebook", "statistics", "analysis", "disclosure", "common")
    return parts


def _shared(workspace: Workspace, instruments: Mapping[str, Instrument]) -> frozenset[str]:
    """Surveys where one person can stand behind several answers: raters, households, rows that are children."""
    return frozenset(
        survey.id
        for survey in workspace.plan.surveys
        if survey.rater or instruments[survey.instrument].row_is != "person"
    )


def run_analysis(
    workspace: Workspace,
    instruments: Mapping[str, Instrument],
    state: State,
    progress: Progress = silent,
    *,
    helpers: Helpers | None = None,
) -> bool:
    """Estimates, gate and published tables, where something they read has changed.

    Returns
    -------
    bool
        True when the analysis ran.

    Raises
    ------
    EvaluationError
        ``no-answers-yet`` when no survey has a file; ``store-missing`` when the
        import has not run; where a publication is missing or was edited, or the policy was
        loosened after one, what :func:`check_publications` raises.
    """
    if not jobs(workspace):
        raise fail("no-answers-yet", where=workspace.root / "evaluation.toml", found="no `file`")
    folder = published_folder(workspace.root)
    manifests = check_publications(workspace.root, workspace.plan.disclosure)
    parts = parts_of_analysis(workspace, instruments)
    if not state.compare("analyse", parts, *made_files(workspace)).needed:
        return False
    if helpers is not None:
        helpers.start()
    from evaluation.analysis.comparability import save_comparability
    from evaluation.analysis.run import analyse
    from evaluation.analysis.store import save_estimates
    from evaluation.disclosure.as_published import settle
    from evaluation.disclosure.gate import publish
    from evaluation.disclosure.published import save

    progress("analyse", "answers", 0, 3)
    responses = load_all(workspace)
    progress("analyse", "estimates", 1, 3)
    pool = None if helpers is None else helpers.pool
    estimates = analyse(workspace, instruments, responses, pool=pool)
    progress("analyse", "disclosure gate", 2, 3)
    published = publish(estimates, workspace.plan.disclosure, pool=pool)
    earlier = load_publications(workspace.root, manifests)
    published = settle(published, earlier, workspace.plan.disclosure, _shared(workspace, instruments))
    save_estimates(estimates, workspace.root / "data" / "processed")
    save_comparability(workspace, instruments, responses)
    save(published, folder)
    state.record("analyse", parts, *made_files(workspace))
    return True
