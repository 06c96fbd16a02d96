"""``evaluation quotes``: masked open answers out to a reviewer, accepted quotes back.

The words of open answers are read from the raw exports each time and never stored: the workspace keeps a
key, a record of what was masked and why without any words, and in the end the accepted quotes.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.codebook.crosswalk import load_crosswalk
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.files import hash_bytes, write_atomic
from evaluation.common.language import pick
from evaluation.disclosure.opentext.model import SCREEN_VERSION
from evaluation.disclosure.opentext.screen import Screener
from evaluation.disclosure.opentext.select import Offer, offer
from evaluation.disclosure.published_quotes import PublishedQuote, PublishedQuotes, save_quotes
from evaluation.plan.load import Workspace
from evaluation.workflow.analysis import published_folder
from evaluation.workflow.imports import present
from evaluation.workflow.lock import workspace_lock
from evaluation.workflow.opening import open_workspace
from evaluation.workflow.progress import Progress, silent
from evaluation.workflow.quotes_state import FOLDER, KEY, RECORD, STAGE, parts_of_quotes
from evaluation.workflow.reading import Reader
from evaluation.workflow.state import State, hash_mapping

if TYPE_CHECKING:
    from evaluation.disclosure.opentext.sheet import Told

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written for the reviewer: quotes, spans masked by kind, answers left out by reason, missing columns."""

    file: Path
    quotes: int
    masked: Mapping[str, int]
    left_out: Mapping[str, int]
    absent: tuple[str, ...]
    fictional: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back: counts of decisions, quotes published, the table."""

    counts: Mapping[str, int]
    published: int
    file: Path


@dataclass(frozen=True, slots=True)
class _Made:
    offered: Offer
    screener: Screener
    source: str
    fictional: bool
    absent: tuple[str, ...]


def export_quotes(root: Path, file: Path, *, lang: str = "da", progress: Progress = silent) -> Exported:
    """Write the reviewer's workbook.

    Raises
    ------
    EvaluationError
        ``quotes-file-exists``, ``quotes-not-xlsx``, ``quotes-in-raw``, ``quotes-no-questions``,
        ``quotes-none-left``; everything wrong with the plan and the exports.
    """
    from evaluation.disclosure.opentext.sheet import workbook

    workspace, instruments = open_workspace(root)
    _check_target(workspace, file)
    with workspace_lock(workspace.root):
        key = _key(workspace.root, make=True)
        made = _make(workspace, instruments, key, progress)
        content = workbook(
            made.offered, _told(workspace, instruments, lang), source=made.source, fictional=made.fictional,
            kommune=workspace.plan.evaluation.kommune, lang=lang,
        )  # fmt: skip
        write_atomic(workspace.root / FOLDER / RECORD, record(made.offered))
        write_atomic(file, content)
    masked = Counter(span.kind for c in made.offered.candidates for span in c.screened.spans)
    return Exported(
        file, len(made.offered.candidates), dict(masked), made.offered.left_out, made.absent, made.fictional
    )


def read_quotes(root: Path, file: Path, *, progress: Progress = silent) -> Returned:
    """Read a reviewed workbook back and write the accepted quotes; nothing is written where anything is wrong.

    Raises
    ------
    EvaluationError
        Every problem of every row at once.
    """
    from evaluation.disclosure.opentext.review import read_rows, review

    workspace, instruments = open_workspace(root)
    if file.suffix.casefold() != ".xlsx":
        raise fail("quotes-not-xlsx", where=file, found=file.suffix or file.name)
    if not file.is_file():
        raise fail("quotes-file-missing", where=file)
    content = file.read_bytes()
    with workspace_lock(workspace.root):
        made = _make(workspace, instruments, _key(workspace.root, make=False), progress)
        rows = read_rows(content, made.source, file.name)
        policy = workspace.plan.disclosure
        found = review(made.offered, rows, made.screener, policy.quotes.most_share, file.name)
        themes = {(s.id, q.id): q.theme for s in workspace.plan.surveys for q in instruments[s.instrument].open}
        quotes = tuple(
            PublishedQuote(
                one.candidate.id, one.candidate.survey, themes[one.candidate.survey, one.candidate.question],
                one.candidate.question, one.candidate.role, one.candidate.wave, one.text,
                " ".join(one.candidate.screened.kinds), "ja" if one.edited else "",
            )
            for one in found.accepted
        )  # fmt: skip
        meta = {
            "fictional": made.fictional,
            "rule_version": SCREEN_VERSION,
            "threshold": policy.threshold,
            "decisions": {name: count for name, count in sorted(found.counts.items()) if name != "same_person"},
        }
        files = save_quotes(PublishedQuotes(quotes, meta), published_folder(workspace.root))
        State(workspace.root).record(STAGE, parts_of_quotes(workspace, instruments), files)
    return Returned(found.counts, len(quotes), files[0])


def _check_target(workspace: Workspace, file: Path) -> None:
    if file.suffix.casefold() != ".xlsx":
        raise fail("quotes-not-xlsx", where=file, found=file.suffix or file.name)
    if file.exists():
        raise fail("quotes-file-exists", where=file)
    whole = file.resolve()
    for folder in ("data/raw", "reports"):
        if whole.is_relative_to((workspace.root / folder).resolve()):
            raise fail("quotes-in-raw", where=file, found=folder)


def _key(root: Path, *, make: bool) -> bytes:
    path = root / FOLDER / KEY
    if path.is_file():
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise fail("quotes-key-damaged", where=path, found=f"{len(key)} bytes")
        return key
    if not make:
        # a workbook that no key of this workspace made cannot be known
        raise fail("quotes-source-changed", where=path)
    key = secrets.token_bytes(_KEY_BYTES)
    write_atomic(path, key)
    os.chmod(path, 0o600)  # noqa: PTH101
    return key


def _make(workspace: Workspace, instruments: Mapping[str, Instrument], key: bytes, progress: Progress) -> _Made:
    """Read, screen and choose; the same answers, rules and plan give the same again."""
    from evaluation.responses.open_answers import OpenAnswer, read_open

    reader = Reader()
    answers: list[OpenAnswer] = []
    absent: list[str] = []
    parts: dict[str, str] = {}
    problems: list[Problem] = []
    fictional = False
    todo = [job for job in present(workspace) if instruments[job.survey.instrument].open]
    for place, job in enumerate(todo):
        progress("quotes", f"{job.key[0]} {job.key[1]}", place, len(todo))
        instrument = instruments[job.survey.instrument]
        try:
            export = reader.read(job.survey, job.wave, job.path)
            crosswalk = load_crosswalk(workspace, job.survey, instrument)
            found = read_open(export, instrument, job.survey, job.wave, crosswalk, workspace.registers)
        except EvaluationError as error:
            problems += error.problems
            continue
        answers += found.answers
        absent += [f"{job.survey.id} {job.wave.wave}: {name}" for name in found.absent]
        parts[" ".join(job.key)] = export.sha256
        fictional = fictional or found.fictional
    if problems:
        raise EvaluationError(problems)
    if not answers:
        raise fail("quotes-no-questions", where=workspace.root, found=", ".join(absent[:6]))
    screener = Screener.of(
        (unit.name for unit in workspace.registers.units), (unit.area for unit in workspace.registers.units)
    )
    policy = workspace.plan.disclosure
    offered = offer(answers, screener, policy, key)
    if not offered.candidates:
        raise fail("quotes-none-left", where=workspace.root, threshold=policy.threshold)
    parts |= {"rules": SCREEN_VERSION, "policy": f"{policy.threshold} {policy.quotes.model_dump_json()}"}
    parts["key"] = hash_bytes(key)
    parts["offered"] = hash_bytes(
        "\x1e".join(f"{c.id} {c.role} {c.wave} {c.text}" for c in offered.candidates).encode()
    )
    return _Made(offered, screener, hash_mapping(parts), fictional, tuple(absent))


def record(offered: Offer) -> str:
    """What was masked or flagged in each quote: number, kind, place in the text, rule. Never the words."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("id", "survey", "question", "what", "kind", "place", "rule"))
    for one in offered.candidates:
        head = (one.id, one.survey, one.question)
        for span in one.screened.spans:
            writer.writerow((*head, "masked", span.kind, span.start, span.rule))
        for flag in one.screened.flags:
            writer.writerow((*head, "flagged", flag.kind, flag.start, flag.rule))
    return stream.getvalue()


def _told(workspace: Workspace, instruments: Mapping[str, Instrument], lang: str) -> Told:
    """Words for the ids in the workbook."""
    from evaluation.disclosure.opentext.sheet import Told

    titles: dict[str, str] = {}
    for survey in workspace.plan.surveys:
        instrument = instruments[survey.instrument]
        titles[survey.id] = pick((survey.title or instrument.title).model_dump(), lang)
        for question in instrument.open:
            titles[f"{survey.id}.{question.id}"] = pick(question.text.model_dump(), lang)
        for group in instrument.groups:
            for value in group.values:
                titles[f"{survey.id}.{value.id}"] = pick(value.label.model_dump(), lang)
    return Told(titles)
