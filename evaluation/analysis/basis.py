"""What the results stand on: sources, import reports, versions, what is fictional, what cannot be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import Any

from evaluation.plan.load import Workspace
from evaluation.responses.model import ImportReport, Responses

_INVENTED = re.compile(r"(?:G90\d{3}|990\d{3})\Z", re.IGNORECASE)
_PACKAGES = ("evaluation", "numpy", "pandas", "pingouin", "scipy")


def is_fictional(workspace: Workspace, responses: Iterable[Responses]) -> bool:
    """Whether the data say of themselves that they are invented; nothing can switch it off."""
    ids = {unit.id for unit in workspace.registers.units}
    for part in responses:
        if part.fictional or (part.report is not None and part.report.fictional):
            return True
        if "unit" in part.persons:
            ids |= {str(name) for name in part.persons["unit"].dropna().unique()}
    return any(_INVENTED.match(name) for name in ids)


def _source(report: ImportReport) -> dict[str, Any]:
    return {
        "survey": report.survey,
        "wave": report.wave,
        "file": PurePath(report.files[0]).name if report.files else "",
        "format": report.format,
        "sha256": report.sha256,
        "rows": report.rows_in,
    }


#: Findings whose detail is a value of a cell, and the longest that can be nothing but a code.
_VALUES = frozenset({"unknown-code", "state-by-label", "answer-declared-missing", "unknown-group-code"})
_LONGEST_CODE = 6


def _plain(report: ImportReport) -> dict[str, Any]:
    """Return the report as plain mappings, with file names only: no machine's folders in anything published."""
    made = asdict(report)
    made["files"] = [PurePath(name).name for name in report.files]
    made["dropped"] = [dict(part) for part in made["dropped"]]
    # a value that is no code may be what somebody wrote: it stays in the private report
    made["findings"] = [
        {**part, "detail": ""} if part["code"] in _VALUES and len(part["detail"]) > _LONGEST_CODE else dict(part)
        for part in made["findings"]
    ]
    return made


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def basis(
    workspace: Workspace, responses: Mapping[tuple[str, str], Responses], notes: list[dict[str, Any]]
) -> dict[str, Any]:
    """``meta`` of the estimates: no run id, no time of day."""
    used = [responses[s.id, w.wave] for s in workspace.plan.surveys for w in s.waves if (s.id, w.wave) in responses]
    reports = [part.report for part in used if part.report is not None]
    return {
        "fictional": is_fictional(workspace, used),
        "sources": [_source(report) for report in reports],
        "imports": [_plain(report) for report in reports],
        "plan_sha256": workspace.plan_sha256,
        "versions": _versions(),
        "notes": notes,
    }
