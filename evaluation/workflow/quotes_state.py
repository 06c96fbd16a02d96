"""Whether the accepted quotes still fit the answers they came from; reads and hashes, opens no export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from evaluation.codebook.model import Instrument
from evaluation.common.errors import Problem
from evaluation.common.files import hash_bytes, hash_file
from evaluation.disclosure.opentext.model import SCREEN_VERSION
from evaluation.disclosure.published_quotes import FILE, META, PublishedQuotes, load_quotes
from evaluation.plan.load import Workspace
from evaluation.workflow.analysis import published_folder
from evaluation.workflow.imports import parts_of, present
from evaluation.workflow.state import Stale, State, hash_mapping

#: Private: the key behind numbers and order, and the record. Never committed, as all of data/processed.
FOLDER = Path("data/processed/quotes")
KEY, RECORD = "key", "record.csv"
#: Name of the stage in the state.
STAGE: Final = "quotes"
#: Reason of a stage that waits for a person: a workbook is out, or none was ever made.
AWAITING, NOT_EXPORTED = "awaiting", "not exported"


def quotes_files(root: Path) -> tuple[Path, Path]:
    """The accepted quotes and what is told about them."""
    folder = published_folder(root)
    return folder / FILE, folder / META


def parts_of_quotes(workspace: Workspace, instruments: Mapping[str, Instrument]) -> dict[str, str]:
    """What accepted quotes depend on, as hashes by name."""
    parts = {
        f"answers {job.survey.id} {job.wave.wave}": hash_mapping(
            {name: digest for name, digest in parts_of(workspace, job, instrument).items() if name != "program"}
        )
        for job in present(workspace)
        if (instrument := instruments[job.survey.instrument]).open
    }
    policy = workspace.plan.disclosure
    parts["[disclosure]"] = hash_bytes(f"{policy.threshold} {policy.quotes.model_dump_json()}".encode())
    parts["rules of screening"] = SCREEN_VERSION
    key = workspace.root / FOLDER / KEY
    parts["key"] = hash_file(key) if key.is_file() else ""
    return parts


def quotes_stage(workspace: Workspace, instruments: Mapping[str, Instrument], state: State) -> Stale | None:
    """The quotes as a stage: up to date, stale with what changed, or waiting for a person.

    Returns
    -------
    Stale or None
        None where no answers in own words are at hand and none were ever accepted.
    """
    root = workspace.root
    if not any(path.is_file() for path in quotes_files(root)):
        asked = any(instruments[job.survey.instrument].open for job in present(workspace))
        out = (root / FOLDER / RECORD).is_file()
        return Stale(STAGE, True, (AWAITING if out else NOT_EXPORTED,)) if asked else None
    return state.compare(STAGE, parts_of_quotes(workspace, instruments), quotes_files(root))


def accepted(
    workspace: Workspace, instruments: Mapping[str, Instrument], state: State
) -> tuple[PublishedQuotes | None, bool]:
    """The quotes a report may print, and whether some were accepted that no longer fit.

    Raises
    ------
    EvaluationError
        ``quotes-published-damaged``.
    """
    found = load_quotes(published_folder(workspace.root))
    if found is None:
        return None, False
    stage = quotes_stage(workspace, instruments, state)
    stale = stage is not None and stage.needed
    return (None, True) if stale else (found, False)


def part_of_results(workspace: Workspace, instruments: Mapping[str, Instrument]) -> dict[str, str]:
    """Whether the quotes may be printed, as one part of the report's pieces; nothing where there are none."""
    if not any(path.is_file() for path in quotes_files(workspace.root)):
        return {}
    stage = quotes_stage(workspace, instruments, State(workspace.root))
    return {STAGE: "stale" if stage is not None and stage.needed else "read"}


def quotes_problems(workspace: Workspace, instruments: Mapping[str, Instrument], state: State) -> list[Problem]:
    """What keeps accepted quotes from being published: they were damaged, or answers or rules have changed since.

    Raises
    ------
    EvaluationError
        ``quotes-published-damaged``.
    """
    load_quotes(published_folder(workspace.root))
    files = quotes_files(workspace.root)
    stage = quotes_stage(workspace, instruments, state)
    if stage is None or not stage.needed or not any(path.is_file() for path in files):
        return []
    return [Problem("publish-quotes-stale", str(files[0]), ", ".join(stage.because))]
