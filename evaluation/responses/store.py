"""The store: one folder a survey and wave, parquet for people and answers, json for the report."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.common.errors import fail
from evaluation.common.language import LANGUAGES, catalogue
from evaluation.importing.notices import notice_text
from evaluation.responses.asked import asked_as_json, asked_from_json
from evaluation.responses.model import Dropped, Finding, ImportReport, Responses
from evaluation.responses.validation import as_csv, from_csv

FILES = (
    "responses.parquet",
    "answer_state.parquet",
    "persons.parquet",
    "weights.parquet",
    "report.json",
    "validation.csv",
)
_FRAMES = ("codes", "states", "persons", "weights")


def save_responses(responses: Responses, folder: Path) -> None:
    """Write the responses into ``folder``: all six files or none.

    They are written beside it and moved in one step; what stood there before stays
    until then.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    old = fresh.with_name(fresh.name + "-old")
    try:
        for name, frame in zip(FILES, _FRAMES, strict=False):
            getattr(responses, frame).to_parquet(fresh / name, index=False)
        text = json.dumps(report_as_json(responses), ensure_ascii=False, indent=1, sort_keys=True)
        (fresh / FILES[4]).write_text(text + "\n", encoding="utf-8")
        (fresh / FILES[5]).write_text(as_csv(responses.checks), encoding="utf-8", newline="")
        fresh.chmod(0o755)
        if folder.exists():
            folder.replace(old)
        try:
            fresh.replace(folder)
        except OSError:
            if old.exists():
                old.replace(folder)
            raise
    finally:
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)


def load_responses(folder: Path) -> Responses:
    """What :func:`save_responses` wrote.

    Raises
    ------
    EvaluationError
        ``response-store`` when a file is missing or cannot be read.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise fail("response-store", where=folder, found=", ".join(missing))
    try:
        frames = [pd.read_parquet(folder / name) for name in FILES[:4]]
        stored: dict[str, Any] = json.loads((folder / FILES[4]).read_text(encoding="utf-8"))
        codes, states, persons, weights = frames
        report = None if stored["report"] is None else _report(stored["report"])
        checks = from_csv((folder / FILES[5]).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise fail("response-store", where=folder, found=type(error).__name__) from error
    for column in persons.columns:
        if column != "completed":
            persons[column] = persons[column].astype("string")
    return Responses(
        survey=stored["survey"],
        wave=stored["wave"],
        codes=codes,
        states=states,
        persons=persons,
        weights=pd.DataFrame(index=persons.index) if weights.shape[1] == 0 else weights,
        fictional=stored["fictional"],
        report=report,
        checks=checks,
        asked=asked_from_json(stored.get("asked", {})),
    )


def report_as_json(responses: Responses) -> dict[str, Any]:
    """The report as plain values, with its remarks as sentences in every language.

    Keys ``survey, wave, fictional, asked, report``; beside the report's own fields
    ``report.findings_text`` and ``report.dropped_text``, each by language.
    """
    head: dict[str, Any] = {"survey": responses.survey, "wave": responses.wave, "fictional": responses.fictional}
    head["asked"] = asked_as_json(responses.asked)
    report = responses.report
    if report is None:
        return {**head, "report": None}
    told = asdict(report)
    told["findings_text"] = {lang: [f.text(lang) for f in report.findings] for lang in LANGUAGES}
    told["dropped_text"] = {lang: [dropped_text(d, lang) for d in report.dropped] for lang in LANGUAGES}
    return {**head, "report": told}


def dropped_text(dropped: Dropped, lang: str) -> str:
    """One line on rows that were dropped, in ``lang``."""
    detail = str(catalogue("import", lang)["status-words"].get(dropped.detail, dropped.detail))
    return notice_text(f"dropped-{dropped.reason}", "", detail, dropped.rows, lang)


def _report(stored: dict[str, Any]) -> ImportReport:
    values = {k: v for k, v in stored.items() if k not in ("findings_text", "dropped_text")}
    values["files"] = tuple(values["files"])
    values["dropped"] = tuple(Dropped(**d) for d in values["dropped"])
    values["findings"] = tuple(Finding(**f) for f in values["findings"])
    return ImportReport(**values)
