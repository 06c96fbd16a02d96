"""Published tables into a report project: :func:`build_results` writes ``_resultater/`` and ``_variables.yml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.codebook.load import load_mechanisms
from evaluation.codebook.model import Instrument
from evaluation.common.files import write_atomic
from evaluation.common.resources import ENGLISH
from evaluation.disclosure.published import Published
from evaluation.disclosure.published_quotes import PublishedQuotes
from evaluation.plan.load import Workspace
from evaluation.presentation.appendix import APPENDIX, FIGURES
from evaluation.presentation.appendix.figures import details, figure_sheets
from evaluation.presentation.appendix.make import appendix, figure_numbers
from evaluation.presentation.appendix.model import Sheet
from evaluation.presentation.brand import Brand, brand_file, load_brand
from evaluation.presentation.chapters import unwritten
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
from evaluation.presentation.pieces.priorities import priorities
from evaluation.presentation.pieces.purpose_model import purpose_model
from evaluation.presentation.pieces.quotes import quotes as quoted
from evaluation.presentation.pieces.release import release
from evaluation.presentation.pieces.release_comparison import released_groups
from evaluation.presentation.pieces.summary import all_surveys, summary, survey_pieces
from evaluation.presentation.pieces.trends import trend_pieces
from evaluation.presentation.pieces.trial_points import trial_points
from evaluation.presentation.pieces.units import units
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
    r"(?:tbl-bilag-(?P<appendix>.+)|(?:txt|fig|tbl)-(?P<survey>.+)-(?:hovedpointer|deltagelse|udvikling|tendens|svar|oplevet|grupper|vurderinger|enheder|prioritering|citater))\Z"
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
    made = [*release(ctx), *participation(ctx), *method(ctx), *summary(ctx), *indicators(ctx), trial_points(ctx)]
    made += [*attrition(ctx), *trial_groups(ctx), *weighting(ctx), *released_groups(ctx), *purpose_model(ctx)]
    for view in ctx.surveys:
        made += [*development(ctx, view), *trend_pieces(ctx, view), survey_participation(ctx, view)]
        made += answers(ctx, view)
        made += [*perceived(ctx, view), *groups(ctx, view), *units(ctx, view), *priorities(ctx, view)]
        made += quoted(ctx, view)
    made.append(all_surveys(ctx))
    names = {piece.name for piece in made}
    made += [_absent(ctx, name) for name in wanted if name not in names]
    return tuple(_said_once(made, wanted))


def _said_once(made: Sequence[Piece], wanted: Sequence[str]) -> Iterator[Piece]:
    """Leave a reason out where a piece above it in the same section has already given it.

    Text, figure and table of one section give the same reason for not being there. Where a
    document includes more than one of them, only the first says it.
    """
    order = _order(made, wanted)
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


def _order(made: Sequence[Piece], wanted: Sequence[str]) -> list[str]:
    """Names of the pieces that the documents include, as a reader meets them."""
    generic = [name for piece in made if piece.name == _ALL for name in _INCLUDE.findall(piece.text)]
    return [*wanted, *(generic if _ALL in wanted else ())]


def context_of(
    published: Published, workspace: Workspace, instruments: Mapping[str, Instrument], lang: str, wanted: Sequence[str]
) -> Context:
    """The context of pieces for documents that include ``wanted``."""
    return Context(
        published, workspace, instruments, lang, load_mechanisms(workspace.root), _reachable(workspace, wanted)
    )


def _reachable(workspace: Workspace, wanted: Sequence[str]) -> frozenset[str]:
    """Pieces the documents include, also through ``alle-undersoegelser``."""
    generic = {name for survey in workspace.plan.surveys for name in survey_pieces(survey.id) if _ALL in wanted}
    return frozenset(wanted) | generic


def _used(project: Path, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """What the project's own documents name by ``pattern``, in order, once each."""
    found: dict[str, None] = {}
    # The English document is a project of its own; what is not written in it is not shown in it.
    silent = {project / name for name in unwritten(project)}
    for path in sorted(project.rglob("*.qmd")):
        if path not in silent and not {FOLDER, ENGLISH} & set(path.relative_to(project).parts):
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
    shown = () if quotes is None or quotes_stale else quotes.quotes
    ctx = replace(context_of(published, workspace, instruments, lang, wanted), quotes=shown, quotes_stale=quotes_stale)
    pieces = make_pieces(ctx, wanted)
    # read before anything is written: a project that does not hold keeps the pieces it had
    brand = load_brand(brand_file(project))
    folder = project / FOLDER
    changed = [path for piece in pieces if write_atomic(path := folder / f"{piece.name}.qmd", piece.content)]
    numbers: dict[str, bytes | str] = {}
    drawn, figures = _figures(
        pieces, project, brand, pool, progress, lambda: numbers.update(_numbers(ctx, pieces, brand, wanted))
    )
    changed += [path for name, content in numbers.items() if write_atomic(path := folder / name, content)]
    if write_atomic(project / "_variables.yml", variables(ctx, _used(project, _VARIABLE))):
        changed.append(project / "_variables.yml")
    made = {f"{piece.name}.qmd" for piece in pieces} | set(numbers)
    removed = _clean(folder, made, {path.name for path in figures})
    return BuildReport(tuple(piece.name for piece in pieces), (*changed, *drawn), removed, len(drawn) // 2)


def _figures(
    pieces: Sequence[Piece],
    project: Path,
    brand: Brand,
    pool: ProcessPoolExecutor | None,
    progress: Progress | None,
    meanwhile: Callable[[], None],
) -> tuple[list[Path], list[Path]]:
    """Draw what changed, and do something else ``meanwhile``; files drawn, and all files of figures."""
    from evaluation.presentation.figures.save import save_figures

    jobs = [(figure, project / FOLDER / name) for piece in pieces for name, figure in piece.figures]
    if not jobs:
        meanwhile()
        return [], []

    def told(done: int, total: int, name: str) -> None:
        if progress is not None:
            progress("figures", name, done - 1, total)

    saved = save_figures(jobs, brand, cache=project / FOLDER / CACHE, pool=pool, progress=told, meanwhile=meanwhile)
    drawn = [path for entry in saved if entry.drawn for path in (entry.svg, entry.png)]
    return drawn, [path for entry in saved for path in (entry.svg, entry.png)]


def _numbers(ctx: Context, pieces: Sequence[Piece], brand: Brand, wanted: Sequence[str]) -> dict[str, bytes | str]:
    """Files with the numbers themselves: the appendix, those behind the figures, and each figure's for the html."""
    sheets = figure_sheets(ctx, pieces)
    names = [name for piece in pieces for name, _ in piece.figures]
    made: dict[str, bytes | str] = {APPENDIX: appendix(ctx, brand)}
    made |= {f"{name}.htm": details(ctx, sheet) for name, sheet in zip(names, sheets, strict=True)}
    order = {name: place for place, name in enumerate(_order(pieces, wanted))}
    shown = [(order[piece.name], sheet) for piece, sheet in _of_pieces(pieces, sheets) if piece.name in order]
    if shown:
        made[FIGURES] = figure_numbers(ctx, [sheet for _, sheet in sorted(shown, key=lambda entry: entry[0])], brand)
    return made


def _of_pieces(pieces: Sequence[Piece], sheets: Sequence[Sheet]) -> Iterator[tuple[Piece, Sheet]]:
    """Each figure's sheet with the piece the figure stands in."""
    yield from zip((piece for piece in pieces for _ in piece.figures), sheets, strict=True)


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
