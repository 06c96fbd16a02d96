"""``evaluation draft``: a first draft for every chapter that nobody has written yet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, fail
from evaluation.common.files import write_atomic
from evaluation.common.language import catalogue
from evaluation.common.resources import ENGLISH, SHARED_PROJECT, resource_folder
from evaluation.plan.load import Workspace
from evaluation.presentation.chapters import INCLUDE, chapters, included_files, own_prose
from evaluation.presentation.claims.prose import document
from evaluation.presentation.context import Context
from evaluation.presentation.drafting.chapter import Drafted, draft, piece_name, skeleton, surveys_of, translated
from evaluation.presentation.piece import Piece
from evaluation.workflow.analysis import published_folder
from evaluation.workflow.lock import workspace_lock
from evaluation.workflow.opening import open_workspace
from evaluation.workflow.rendering import chosen, unreadable

_SECTION = re.compile(r"\{[^{}\n]*#(sec-[\w-]+)")
_TOP = "index.qmd"
#: What a chapter on a survey that the plan does not have would include.
_OF_SURVEY = re.compile(r"txt-.+-(?:hovedpointer|udvikling|oplevet)\Z")


@dataclass(frozen=True, slots=True)
class Chapter:
    """What became of one chapter.

    Attributes
    ----------
    file : str
        From the workspace.
    state : str
        ``drafted``, ``standard`` (the words that come with the program, which give no results), ``kept`` (a person
        has written in it) or ``skipped``.
    left : tuple of (heading, reason)
        Parts left out for want of data; heading empty: the whole chapter is one paragraph.
    reason : str
        Why it was skipped, as a key of the catalogue.
    """

    file: str
    state: str
    left: tuple[tuple[str, str], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """The chapters of one product, what else was written, and surveys that no chapter shows."""

    chapters: tuple[Chapter, ...]
    added: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(slots=True)
class _Project:
    """A product while its chapters are drafted: texts by file as they will be."""

    product: str
    folder: Path
    lang: str
    names: list[str]
    whole: bool
    texts: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    made: dict[str, Chapter] = field(default_factory=dict)

    @property
    def danish(self) -> Path:
        """The Danish project, whose headings and includes an English chapter follows."""
        return self.folder.parent if self.lang == ENGLISH else self.folder

    def packaged(self, name: str, *, danish: bool = False) -> Path:
        """That chapter as it comes with the program."""
        folder = resource_folder("reports") / self.product
        return folder / name if danish or self.lang != ENGLISH else folder / ENGLISH / name


def draft_chapters(
    root: Path, product: str | None = None, chapter: str | None = None, lang: str | None = None
) -> dict[str, Made]:
    """Write a draft for every chapter of the products that has no prose; nothing that a person wrote is touched.

    Parameters
    ----------
    product : str, optional
        One report project; those of the plan where nothing is said.
    chapter : str, optional
        One chapter, by its file in the project; it may be new.
    lang : str, optional
        ``"da"`` or ``"en"``; the plan's where nothing is said.

    Raises
    ------
    EvaluationError
        Problems of the plan; ``published-missing``, ``product-unknown``, ``draft-chapter``, ``prose-not-utf8``.
    """
    workspace, instruments = open_workspace(root, [])
    if not (published_folder(workspace.root) / "meta.json").is_file():
        raise fail("published-missing", where=published_folder(workspace.root))
    lang = lang or workspace.plan.evaluation.language
    names = chosen(workspace, [product] if product else [], "da")
    with workspace_lock(workspace.root):
        return {name: _product(workspace, instruments, name, chapter, lang) for name in names}


def _product(
    workspace: Workspace, instruments: Mapping[str, Instrument], name: str, chapter: str | None, lang: str
) -> Made:
    folder = workspace.root / "reports" / name
    folder = folder / ENGLISH if lang == ENGLISH else folder
    project = _Project(name, folder, lang, [], chapter is None)
    if problems := unreadable(project.danish):
        raise EvaluationError(problems)
    added = _frame(project) if lang == ENGLISH else {}
    top = added.get(_TOP) or (folder / _TOP).read_text(encoding="utf-8-sig")
    every = included_files(top)
    project.names = [_checked(folder, chapter)] if chapter else every
    for one in every:
        if (folder / one).is_file():
            project.texts[one] = (folder / one).read_text(encoding="utf-8-sig")
    _drafts(workspace, instruments, project)
    written = []
    for file, text in {**added, **project.new}.items():
        if write_atomic(folder / file, text) and file in added:
            written.append(_told(workspace, folder / file))
    absent = _absent(workspace, project) if project.whole and lang != ENGLISH else ()
    return Made(tuple(project.made[one] for one in project.names), tuple(written), absent)


def _told(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix()


def _checked(folder: Path, chapter: str) -> str:
    """The chapter's name in the project, whichever way it was given.

    Raises
    ------
    EvaluationError
        ``draft-chapter`` for what is no chapter of a project.
    """
    given = Path(chapter)
    name = PurePosixPath(given.name).as_posix() if given.is_file() and given.resolve().parent == folder else chapter
    inside = Path(name)
    if inside.is_absolute() or ".." in inside.parts or inside.suffix != ".qmd" or inside.parts[0].startswith("_"):
        raise fail("draft-chapter", where=folder, found=chapter)
    if name == _TOP:
        raise fail("draft-chapter", where=folder, found=chapter)
    return inside.as_posix()


def _frame(project: _Project) -> dict[str, str]:
    """Settings and top document of an English project that does not have them yet."""
    found = {}
    for name in ("_quarto.yml", _TOP):
        source = project.packaged(name)
        if not source.is_file():
            shared = resource_folder("reports") / SHARED_PROJECT / ENGLISH / name
            source = shared if name == "_quarto.yml" else project.danish / name
        if not (project.folder / name).is_file():
            found[name] = source.read_text(encoding="utf-8-sig")
    return found


def _drafts(workspace: Workspace, instruments: Mapping[str, Instrument], project: _Project) -> None:
    """Decide for each chapter, then write: what is referred to must be in the document as it will be."""
    surveys = [survey.id for survey in workspace.plan.surveys]
    bare: dict[str, str] = {}
    for name in project.names:
        file = _told(workspace, project.folder / name)
        text = project.texts.get(name)
        if text is None and (project.folder / name).is_file():
            text = (project.folder / name).read_text(encoding="utf-8-sig")
        if text is not None and (own_prose(text) or not INCLUDE.search(text)) and text.strip():
            project.made[name] = Chapter(file, "kept")
            continue
        frame = text if text and text.strip() else _outline(project, name)
        found = surveys_of(frame, surveys) if frame else [s for s in surveys if s in Path(name).stem]
        if found:
            bare[name] = frame
            project.asked |= set(found)
        elif standard := _standard(project, name, text):
            project.new[name] = project.texts[name] = standard
            project.made[name] = Chapter(file, "standard")
        else:
            elsewhere = any(_OF_SURVEY.match(piece_name(line)) for line in frame.splitlines())
            project.made[name] = Chapter(file, "skipped", reason="not_in_plan" if elsewhere else "unknown")
    if bare:
        _written(workspace, instruments, project, bare)


def _outline(project: _Project, name: str) -> str:
    """Headings and includes of a chapter that is not there: as in Danish, or as it comes with the program."""
    for path in (project.danish / name, project.packaged(name, danish=True)):
        if path.is_file() and (found := outline(path.read_text(encoding="utf-8-sig"))):
            return found
    return ""


def outline(text: str) -> str:
    """Headings and includes of a chapter, without what anybody wrote."""
    kept = []
    for line in document("", text).prose.splitlines():
        if INCLUDE.fullmatch(line) or re.match(r"#{1,6}[ \t]", line):
            kept.append(line.strip())
    return "\n\n".join(kept) + "\n" if kept else ""


def _standard(project: _Project, name: str, text: str | None) -> str:
    """The chapter as it comes with the program, where it would show the same pieces."""
    path = project.packaged(name)
    if not path.is_file():
        return ""
    standard = path.read_text(encoding="utf-8-sig")
    mine = {piece_name(line) for line in (text or "").splitlines()} - {""}
    theirs = {piece_name(line) for line in standard.splitlines()} - {""}
    return standard if not mine or mine == theirs else ""


def _written(
    workspace: Workspace, instruments: Mapping[str, Instrument], project: _Project, bare: Mapping[str, str]
) -> None:
    from evaluation.disclosure.published import load
    from evaluation.presentation.build import context_of, make_pieces

    published = load(published_folder(workspace.root))
    first = context_of(published, workspace, instruments, project.lang, ())
    views = {view.id: view for view in first.surveys}
    frames = {}
    for name, frame in bare.items():
        if not frame:
            frame = skeleton(next(view for key, view in views.items() if key in Path(name).stem), first)
        frames[name] = translated(frame, first) if project.lang == ENGLISH else frame
    texts = {name: text for name, text in {**project.texts, **frames}.items() if own_prose(text) or name in frames}
    wanted = [found for text in texts.values() for line in text.splitlines() if (found := piece_name(line))]
    ctx = context_of(published, workspace, instruments, project.lang, list(dict.fromkeys(wanted)))
    pieces = {piece.name: piece for piece in make_pieces(ctx, wanted)}
    references = _references(texts.values())
    for name, frame in frames.items():
        made = _one(ctx, frame, pieces, references)
        project.new[name] = made.text
        left = tuple((one.heading, one.reason) for one in made.left)
        project.made[name] = Chapter(_told(workspace, project.folder / name), "drafted", left)


def _one(ctx: Context, frame: str, pieces: Mapping[str, Piece], references: Mapping[str, str]) -> Drafted:
    order = [view.id for view in ctx.surveys]
    shown = surveys_of(frame, order)
    return draft(ctx, frame, pieces, references, turn=order.index(shown[0]))


def _references(texts: Any) -> dict[str, str]:
    """Headings of the document that a draft may refer to."""
    known = {name for text in texts for name in _SECTION.findall(document("", text).prose)}
    return {"konklusion": "sec-konklusion"} if "sec-konklusion" in known else {}


def _absent(workspace: Workspace, project: _Project) -> tuple[str, ...]:
    """Surveys of the plan that no chapter shows, where the product shows surveys one by one."""
    surveys = [survey.id for survey in workspace.plan.surveys]
    every = {**project.texts, **project.new}
    shown = {survey for text in every.values() for survey in surveys_of(text, surveys)} | project.asked
    return tuple(survey for survey in surveys if survey not in shown) if chapters(project.folder) else ()


def as_json(made: Mapping[str, Made], lang: str) -> dict[str, Any]:
    """What was done as plain values; reasons are in ``lang``."""
    return {
        product: {
            "chapters": [
                {
                    "file": one.file,
                    "state": one.state,
                    "reason": reason(one, lang),
                    "left": [{"heading": heading, "reason": why} for heading, why in one.left],
                }
                for one in found.chapters
            ],
            "added": list(found.added),
            "surveys_without_chapter": list(found.absent),
        }
        for product, found in made.items()
    }


def reason(chapter: Chapter, lang: str) -> str:
    """Why a chapter was skipped, in words."""
    return str(catalogue("cli", lang)[f"draft_reason_{chapter.reason}"]) if chapter.reason else ""


def drafted(made: Mapping[str, Made]) -> Sequence[str]:
    """Files that were written."""
    return [c.file for found in made.values() for c in found.chapters if c.state in ("drafted", "standard")]
