"""``evaluation review FILE.docx``: colleagues' comments and changes back to their source lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.common.errors import fail
from evaluation.common.files import write_atomic
from evaluation.common.language import catalogue
from evaluation.workflow.lock import workspace_lock
from evaluation.workflow.progress import Progress, silent

if TYPE_CHECKING:
    from evaluation.reporting.review.model import Entry, Review

_KEPT = ("data/raw", "data/processed", "reports/_published")
COLUMNS = (
    "number", "kind", "tracked", "author", "date", "file", "line", "old", "new", "state", "reason", "paragraph",
    "reply_to", "resolved",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def review(
    root: Path,
    file: Path,
    *,
    product: str = "",
    put_in: bool = False,
    only: Collection[int] = (),
    out: Path | None = None,
    lang: str = "da",
    progress: Progress = silent,
) -> Review:
    """Comments and changes of a reviewed Word file; with ``put_in`` those that can be are written into the prose.

    Parameters
    ----------
    root : Path
        The workspace.
    product : str
        The report the file was made from; by default what the file says itself.
    only : collection of int
        Numbers to put in; by default all that can be.
    out : Path, optional
        A csv to write the list to.

    Raises
    ------
    EvaluationError
        ``review-…`` for a file that cannot be reviewed, ``workspace-locked``; whatever is wrong with the project.
    """
    from evaluation.reporting.review.review import review_file

    if out is not None:
        _check_place(out, root, file)

    def look() -> Review:
        return review_file(
            root, file, product=product, put_in=put_in, only=only, marks=lambda name: _marks(root, name),
            progress=lambda what: progress("review", what, 0, 1),
        )  # fmt: skip

    if put_in:
        with workspace_lock(root):
            found = look()
    else:
        found = look()
    if out is not None:
        write_atomic(out, "\ufeff" + _csv(found, lang))
    return found


def _marks(root: Path, product: str) -> Mapping[str, str]:
    """The notes that a draft of a product has today behind claims that do not hold."""
    from evaluation.presentation.claims.marks import draft_marks
    from evaluation.workflow.claims import hold
    from evaluation.workflow.opening import open_workspace
    from evaluation.workflow.rendering import products

    workspace, _ = open_workspace(root, [])
    held = hold(workspace, [product], products(root))
    return draft_marks(held[product].claims, workspace.plan.evaluation.language)


def _check_place(out: Path, root: Path, file: Path) -> None:
    inside = any(out.resolve().is_relative_to((root / folder).resolve()) for folder in _KEPT)
    if inside or out.suffix.lower() != ".csv" or out.is_dir() or out.resolve() == file.resolve():
        raise fail("review-out", where=out)


def reason(entry: Entry, lang: str) -> str:
    """Why an entry cannot be put in, as words; empty for others."""
    if not entry.reason:
        return ""
    return str(catalogue("review", lang)["reasons"][entry.reason]).replace("{what}", entry.what)


def as_json(found: Review, lang: str) -> dict[str, Any]:
    """The review as plain values: ids for programs, the reason also as words."""
    entries = [{**asdict(entry), "reason_text": reason(entry, lang)} for entry in found.entries]
    names = ("product", "stamped", "prose_changed", "results_changed", "same_engine", "formatting", "margins")
    return {**{name: getattr(found, name) for name in names}, "files": sorted(found.texts), "entries": entries}


def _csv(found: Review, lang: str) -> str:
    words = catalogue("review", lang)
    yes = {True: words["answers"]["yes"], False: words["answers"]["no"]}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([words["columns"][name] for name in COLUMNS])
    for entry in found.entries:
        values: dict[str, Any] = {**asdict(entry), "kind": words["kinds"][entry.kind]}
        values |= {"state": words["states"][entry.state], "reason": reason(entry, lang)}
        values |= {"tracked": yes[entry.tracked], "resolved": yes[entry.resolved] if entry.kind == "comment" else ""}
        values |= {"reply_to": entry.reply_to or "", "line": entry.line or ""}
        writer.writerow([_cell(values[name]) for name in COLUMNS])
    return stream.getvalue()


def _cell(value: Any) -> Any:
    """``value`` so that no program takes a reviewer's words for a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value
