"""Published tables into a report project: :func:`build_results` writes ``_resultater/`` and ``_variables.yml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.codebook.load import load_mechanisms
from evaluation.codebook.model import Instrument
from evaluation.common.files import write_atomic
from evaluation.disclosure.published import Published
from evaluation.disclosure.published_quotes import PublishedQuotes
from evaluation.plan.load import Workspace
from evaluation.presentation.brand import Brand, brand_file, load_brand
from evaluation.presentation.context import Context
from evaluation.presentation.escape import markdown
from evaluation.presentation.piece import FOLDER, Piece, omitted
from evaluation.presentation.pieces.answers import answers
from evaluation.presentation.pieces.attrition import attrition
from evaluation.presentation.pieces.change import development
from evaluation.presentation.pieces.comparison import trial_groups
from evaluation.presentation.pieces.groups import groups
from evaluation.presentation.pieces.indicators import indicators
from evaluation.presentation.pieces.method import method
from evaluation.presentation.pieces.participation import participation, survey_participation
from evaluation.presentation.pieces.perceived import perceived
from evaluation.presentation.pieces.quotes import quotes as quoted
from evaluation.presentation.pieces.release import release
from evaluation.presentation.pieces.summary import all_surveys, summary, survey_pieces
from evaluation.presentation.pieces.trends import trend_pieces
from evaluation.presentation.pieces.weighting import weighting
from evaluation.presentation.variables import variables

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Progress = Callable[[str, str, int, int], None]
#: Records of what the figures were drawn from; a name that includes never reach.
CACHE = ".figurer"
_ALL = "alle-undersoegelser"
_INCLUDE = re.compile(r"\{\{<\s*include\s+_resultater/([^\s>]+)\.qmd\s*>\}\}")
_VARIABLE = re.compile(r"\{\{<\s*var\s+([^\s>]+)\s*>\}\}")
_SURVEY_PIECE = re.compile(
    r"(?:tbl-bilag-(?P<appendix>.+)|(?:txt|fig|tbl)-(?P<survey>.+)-(?:hovedpointer|deltagelse|udvikling|tendens|svar|oplevet|grupper|citater))\Z"
)
#: Kept beside our own: the reporting layer writes it into the same folder.
_NOT_OURS = frozenset({"_metadata.yml", "brand.css", "reference.docx"})


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was written.

    Attributes
    ----------
    pieces : tuple of str
        Names of all pieces, in the order they were made.
    changed : tuple of Path
        Files that are new or different.
    removed : tuple of Path
        Stale files that were deleted.
    drawn : int
        Figures drawn anew.
    """

    pieces: tuple[str, ...]
    changed: tuple[Path, ...]
    removed: tuple[Path, ...]
    drawn: int


def make_pieces(ctx: Context, wanted: Sequence[str] = ()) -> tuple[Piece, ...]:
    """Every piece of the contract, and a short word for what the project includes (``wanted``) beyond it."""
    made = [*release(ctx), *participation(ctx), *method(ctx), *summary(ctx), *indicators(ctx)]
    made += [*attrition(ctx), *trial_groups(ctx), *weighting(ctx)]
    for view in ctx.surveys:
        made += [*development(ctx, view), *trend_pieces(ctx, view), survey_participation(ctx, view)]
        made += answers(ctx, view)
        made += [*perceived(ctx, view), *groups(ctx, view), *quoted(ctx, view)]
    made.append(all_surveys(ctx))
    names = {piece.name for piece in made}
    made += [_absent(ctx, name) for name in wanted if name not in names]
    return tuple(_said_once(made, wanted))


def _said_once(made: Sequence[Piece], wanted: Sequence[str]) -> Iterator[Piece]:
    """Leave a reason out where a piece above it in the same section has already given it.

    Text, figure and table of one section give the same reason for not being there. Where a
    document includes more than one of them, only the first says it.
    """
    generic = [name for piece in made if piece.name == _ALL for name in _INCLUDE.findall(piece.text)]
    order = [*wanted, *(generic if _ALL in wanted else ())]
    texts = {piece.name: piece for piece in made}
    silent: set[str] = set()
    section, heard = "", ""
    for name in order:
        mine = name.partition("-")[2]
        if mine != section:
            section, heard = mine, ""
        # The main points of a survey without answers already say that there are none.
        told = mine.endswith("-deltagelse") and name.replace("-deltagelse", "-hovedpointer") in order
        reason = texts[name].reason
        if reason and (told or reason in heard):
            silent.add(name)
        heard += texts[name].text
    for piece in made:
        yield Piece(piece.name, "") if piece.name in silent else piece


def _reachable(workspace: Workspace, wanted: Sequence[str]) -> frozenset[str]:
    """Pieces the documents include, also through ``alle-undersoegelser``."""
    generic = {name for survey in workspace.plan.surveys for name in survey_pieces(survey.id) if _ALL in wanted}
    return frozenset(wanted) | generic


def _used(project: Path, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """What the project's own documents name by ``pattern``, in order, once each."""
    found: dict[str, None] = {}
    for path in sorted(project.rglob("*.qmd")):
        if FOLDER not in path.relative_to(project).parts:
            found.update(dict.fromkeys(pattern.findall(path.read_text(encoding="utf-8-sig"))))
    return tuple(found)


def _absent(ctx: Context, name: str) -> Piece:
    """A piece the prose includes and the plan knows nothing of."""
    match = _SURVEY_PIECE.match(name)
    if match is None:
        return omitted(name, ctx.say("omitted", "unknown_piece"))
    survey = match["appendix"] or match["survey"]
    instrument = ctx.instruments.get(survey)
    from evaluation.presentation.context import said

    title = markdown(said(instrument.title, ctx.lang) if instrument else survey)
    return omitted(name, ctx.say("omitted", "not_in_plan", title=title))


def build_results(
    published: Published,
    workspace: Workspace,
    instruments: Mapping[str, Instrument],
    *,
    project: Path,
    lang: str = "da",
    quotes: PublishedQuotes | None = None,
    quotes_stale: bool = False,
    pool: ProcessPoolExecutor | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Write every piece, figure and number of a report project.

    Parameters
    ----------
    project : Path
        Folder of the report project; only ``_resultater/`` and ``_variables.yml`` in it are written.
    lang : str
        ``"da"`` or ``"en"``.
    quotes : PublishedQuotes, optional
        Accepted quotes.
    quotes_stale : bool
        Quotes were accepted, but answers or rules have changed since: none is shown, and the pieces say why.
    pool : ProcessPoolExecutor, optional
        Processes that draw the figures; without it new ones are started where it pays.
    progress : callable, optional
        Called as ``progress(stage, name, done, total)`` while figures are drawn.

    Returns
    -------
    BuildReport
        Files that did not change were left untouched; there is no time and no run id in them.

    Raises
    ------
    EvaluationError
        When the project's ``_brand.yml`` or the workspace's mechanisms do not hold.
    """
    wanted = _used(project, _INCLUDE)
    ctx = Context(
        published, workspace, instruments, lang, load_mechanisms(workspace.root), _reachable(workspace, wanted),
        () if quotes is None or quotes_stale else quotes.quotes, quotes_stale,
    )  # fmt: skip
    pieces = make_pieces(ctx, wanted)
    # read before anything is written: a project that does not hold keeps the pieces it had
    brand = load_brand(brand_file(project))
    folder = project / FOLDER
    changed = [path for piece in pieces if write_atomic(path := folder / f"{piece.name}.qmd", piece.content)]
    drawn, figures = _figures(pieces, project, brand, pool, progress)
    if write_atomic(project / "_variables.yml", variables(ctx, _used(project, _VARIABLE))):
        changed.append(project / "_variables.yml")
    removed = _clean(folder, {f"{piece.name}.qmd" for piece in pieces}, {path.name for path in figures})
    return BuildReport(tuple(piece.name for piece in pieces), (*changed, *drawn), removed, len(drawn) // 2)


def _figures(
    pieces: Sequence[Piece],
    project: Path,
    brand: Brand,
    pool: ProcessPoolExecutor | None,
    progress: Progress | None,
) -> tuple[list[Path], list[Path]]:
    """Draw what changed; files drawn, and all files of figures."""
    from evaluation.presentation.figures.save import save_figures

    jobs = [(figure, project / FOLDER / name) for piece in pieces for name, figure in piece.figures]
    if not jobs:
        return [], []

    def told(done: int, total: int, name: str) -> None:
        if progress is not None:
            progress("figures", name, done - 1, total)

    saved = save_figures(jobs, brand, cache=project / FOLDER / CACHE, pool=pool, progress=told)
    drawn = [path for entry in saved if entry.drawn for path in (entry.svg, entry.png)]
    return drawn, [path for entry in saved for path in (entry.svg, entry.png)]


def _clean(folder: Path, pieces: set[str], figures: set[str]) -> tuple[Path, ...]:
    """Delete everything in the folder that was not made now."""
    wanted = pieces | figures | _NOT_OURS
    records = {f"{Path(name).stem}.json" for name in figures}
    stale = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name not in wanted]
    cache = folder / CACHE
    if cache.is_dir():
        stale += [path for path in sorted(cache.iterdir()) if path.is_file() and path.name not in records]
    for path in stale:
        path.unlink()
    return tuple(stale)
