"""The import stage: every export the plan names becomes cleaned responses in the store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.codebook.crosswalk import load_crosswalk
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.files import hash_bytes, hash_file
from evaluation.plan.load import PLAN_FILE, Workspace
from evaluation.plan.model import Survey, SurveyWave
from evaluation.workflow.helpers import Helpers
from evaluation.workflow.manifest import Entry, record, relative
from evaluation.workflow.progress import Progress, silent
from evaluation.workflow.reading import Named, Reader, forget_others
from evaluation.workflow.state import State, code_hash

if TYPE_CHECKING:
    from evaluation.responses.identifiers import Privacy
    from evaluation.responses.model import Check, Responses
    from evaluation.workflow.problems import ProblemTable

Key = tuple[str, str]
#: What ``responses.store`` writes; named here so that nothing heavy is imported to look at it.
STORE_FILES = (
    *("responses.parquet", "answer_state.parquet", "persons.parquet", "weights.parquet"),
    *("report.json", "validation.csv"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """One survey in one wave with a file to read."""

    survey: Survey
    wave: SurveyWave
    path: Path

    @property
    def key(self) -> Key:
        """Survey id and wave id."""
        return self.survey.id, self.wave.wave

    @property
    def stage(self) -> str:
        """Name of the stage in the state."""
        return f"import/{self.survey.id}/{self.wave.wave}"


def store_folder(root: Path, key: Key) -> Path:
    """Where the responses of one survey and wave lie."""
    return root / "data" / "processed" / key[0] / key[1]


def store_files(root: Path, key: Key) -> tuple[Path, ...]:
    """The files in which the responses of one survey and wave lie."""
    return tuple(store_folder(root, key) / name for name in STORE_FILES)


def jobs(workspace: Workspace) -> tuple[Job, ...]:
    """Every survey and wave of the plan that names a file."""
    return tuple(
        Job(survey, wave, workspace.root / wave.file)
        for survey in workspace.plan.surveys
        for wave in survey.waves
        if wave.file is not None
    )


def parts_of(workspace: Workspace, job: Job, instrument: Instrument) -> dict[str, str]:
    """What the import of ``job`` depends on, as hashes by name.

    A SurveyXact export is three files: all files beside the named one belong to it.
    """
    parts = {
        f"file {path.name}": hash_file(path)
        for path in sorted(job.path.parent.iterdir())
        if path.is_file() and not path.name.startswith((".", "~$"))
    }
    crosswalk = job.survey.crosswalk
    if crosswalk:
        parts["crosswalk"] = hash_file(workspace.root / crosswalk)
    units = workspace.root / "data" / "registers" / "units.csv"
    if units.is_file():
        parts["units.csv"] = hash_file(units)
    wave = workspace.plan.wave(job.wave.wave)
    parts["fieldwork"] = f"{wave.start} {wave.end}"
    if workspace.plan.panel is not None:
        parts["panel"] = hash_bytes(workspace.plan.panel.model_dump_json().encode())
    parts["plan of the survey"] = hash_bytes(job.survey.model_dump_json().encode())
    parts["codebook"] = hash_bytes(instrument.model_dump_json().encode())
    parts["program"] = code_hash("importing", "codebook", "responses", "common")
    return parts


def build(workspace: Workspace, instruments: Mapping[str, Instrument], job: Job, reader: Reader) -> Responses:
    """Read and clean one export; nothing is written."""
    from evaluation.responses.build import build_responses

    named = named_by(workspace, instruments, job)
    wave = workspace.plan.wave(job.wave.wave)
    about = (named.instrument, job.survey, job.wave, named.crosswalk, workspace.registers)
    rules: dict[str, Any] = {"fieldwork": (wave.start, wave.end), "privacy": privacy_of(workspace)}
    kept = reader.kept(workspace, named, job.path)
    if kept is not None:
        try:
            return build_responses(kept, *about, **rules)
        except EvaluationError:
            reader.give_up(job.survey, job.wave)
    return build_responses(reader.read(job.survey, job.wave, job.path), *about, **rules)


def named_by(workspace: Workspace, instruments: Mapping[str, Instrument], job: Job) -> Named:
    """What plan, codebook and crosswalk name in the file of ``job``."""
    instrument = instruments[job.survey.instrument]
    return Named(job.survey, job.wave, instrument, load_crosswalk(workspace, job.survey, instrument))


def privacy_of(workspace: Workspace) -> Privacy:
    """What the plan's ``[panel]`` allows, with its key; raises where the key is not the plan's."""
    from evaluation.responses.identifiers import Privacy
    from evaluation.responses.pseudonyms import load_key

    panel = workspace.plan.panel
    return Privacy.of(panel, None if panel is None else load_key(workspace.root, panel.fingerprint))


def present(workspace: Workspace) -> tuple[Job, ...]:
    """The jobs whose file is there."""
    return tuple(job for job in jobs(workspace) if job.path.is_file())


def same_file_twice(workspace: Workspace) -> tuple[Problem, ...]:
    """One problem for each survey that uses the same content for two waves."""
    problems = []
    for survey in workspace.plan.surveys:
        seen: dict[str, Job] = {}
        for job in present(workspace):
            if job.survey.id != survey.id:
                continue
            # one file may hold two waves that the plan tells apart by `where`
            digest = hash_file(job.path) + json.dumps(job.wave.where, sort_keys=True, default=list)
            if digest in seen:
                found = ", ".join(f"{other.key[1]}: {other.wave.file}" for other in (seen[digest], job))
                problems.append(Problem("import-same-file-twice", f"{PLAN_FILE}, {survey.id}", found))
            seen.setdefault(digest, job)
    return tuple(problems)


def run_import(
    workspace: Workspace,
    instruments: Mapping[str, Instrument],
    state: State,
    progress: Progress = silent,
    *,
    missing: Sequence[Problem] = (),
    helpers: Helpers | None = None,
    table: ProblemTable | None = None,
) -> tuple[Key, ...]:
    """Import what changed; returns the surveys and waves that were read again.

    All exports are read before anything is written: one that does not fit, or is not
    there (``missing``), leaves the store as it was. ``table`` is told all that is found, and
    written whether the import stops or not.

    Raises
    ------
    EvaluationError
        Every problem of every file at once.
    """
    problems = [*missing, *same_file_twice(workspace)]
    told: dict[Key, tuple[Sequence[Check], Sequence[Problem]]] = {("", ""): ((), tuple(problems))}
    todo = []
    for job in present(workspace):
        parts = parts_of(workspace, job, instruments[job.survey.instrument])
        if state.compare(job.stage, parts, store_files(workspace.root, job.key)).needed:
            todo.append((job, parts))
        elif table is not None:
            told[job.key] = (_stored_checks(workspace.root, job.key), ())
    if helpers is not None and todo and not problems:
        helpers.start()
        _expect(workspace, [job.path for job, _ in todo])
    if todo:
        privacy_of(workspace)
    reader = Reader()
    built = []
    for number, (job, parts) in enumerate(todo):
        progress("import", f"{job.key[0]} {job.key[1]}", number, len(todo))
        try:
            built.append((job, parts, build(workspace, instruments, job, reader)))
            told[job.key] = (built[-1][2].checks, ())
        except EvaluationError as error:
            problems += error.problems
            told[job.key] = (getattr(error, "checks", ()), error.problems)
    if not problems and built:
        alike = _alike_waves(workspace, [responses for _, _, responses in built])
        problems += alike
        told["", ""] = ((), tuple(alike))
    if table is not None:
        for key, (checks, stopping) in told.items():
            table.add(key, checks, stopping)
        table.write()
    if problems:
        raise EvaluationError(problems)
    if built:
        from evaluation.responses.store import save_responses

        # the manifest first: answers are never stored without the evidence they come from
        added = record(workspace.root, [reader.read(job.survey, job.wave, job.path) for job, _, _ in built])
        for job, parts, responses in built:
            files = reader.read(job.survey, job.wave, job.path).files
            complete = with_changes(responses, added, [relative(workspace.root, file) for file in files])
            save_responses(complete, store_folder(workspace.root, job.key))
            state.record(job.stage, parts, store_files(workspace.root, job.key))
            reader.keep(workspace, named_by(workspace, instruments, job), job.path)
        forget_others(workspace, [job.path for job in present(workspace)])
    state.forget((job.stage for job in jobs(workspace)), "import/")
    return tuple(job.key for job, _ in todo)


def _expect(workspace: Workspace, paths: Sequence[Path]) -> None:
    """Let the process that reads SPSS, Stata and SAS get ready, where nothing can have been kept of such files."""
    from evaluation.importing.cache import FOLDER
    from evaluation.importing.guard import expect

    if not (workspace.root / FOLDER).is_dir():
        expect(paths)


def with_changes(responses: Responses, added: Sequence[Entry], files: Sequence[str]) -> Responses:
    """The responses with a remark for each of their raw files that is not what it was."""
    from evaluation.responses.model import Finding

    if responses.report is None:
        return responses
    told = [
        Finding("raw-changed", entry.path, f"SHA-256 {entry.replaces[:12]} → {entry.sha256[:12]}")
        for entry in added
        if entry.replaces and entry.path in files
    ]
    return replace(responses, report=replace(responses.report, findings=(*responses.report.findings, *told)))


def _stored_checks(root: Path, key: Key) -> Sequence[Check]:
    """The validation table of an import that need not run again."""
    from evaluation.responses.validation import from_csv

    return from_csv((store_folder(root, key) / "validation.csv").read_text(encoding="utf-8"))


def _alike_waves(workspace: Workspace, fresh: Sequence[Responses]) -> list[Problem]:
    """One problem for each wave that was read and holds the same answers as another wave, in store or read now."""
    from evaluation.responses.build import check_waves
    from evaluation.responses.store import load_responses

    problems: list[Problem] = []
    for survey in workspace.plan.surveys:
        waves = {responses.wave: responses for responses in fresh if responses.survey == survey.id}
        if not waves:
            continue
        for entry in survey.waves:
            folder = store_folder(workspace.root, (survey.id, entry.wave))
            if entry.wave not in waves and entry.file and (folder / "responses.parquet").is_file():
                waves[entry.wave] = load_responses(folder)
        try:
            check_waves(survey, list(waves.values()))
        except EvaluationError as error:
            problems += error.problems
    return problems


def load_all(workspace: Workspace) -> dict[Key, Responses]:
    """Every imported survey and wave of the plan.

    Raises
    ------
    EvaluationError
        ``store-missing`` where the import has not been run.
    """
    from evaluation.responses.store import load_responses

    found = {}
    for job in jobs(workspace):
        folder = store_folder(workspace.root, job.key)
        if not (folder / "responses.parquet").is_file():
            raise fail("store-missing", where=folder, found=f"{job.key[0]} {job.key[1]}")
        found[job.key] = load_responses(folder)
    return found


def read_report(root: Path, key: Key) -> dict[str, Any]:
    """The stored import report of one survey and wave, with its remarks as sentences by language."""
    text = (store_folder(root, key) / "report.json").read_text(encoding="utf-8")
    report: dict[str, Any] = json.loads(text)["report"]
    return report
