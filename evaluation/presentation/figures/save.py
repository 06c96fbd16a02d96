"""Figures as files: SVG with real text, PNG for Word; only what changed is drawn again."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.common.files import hash_bytes, hash_file, write_atomic
from evaluation.presentation.brand import Brand
from evaluation.presentation.figures.base import Figure
from evaluation.presentation.figures.canvas import Canvas

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

DPI = 200
#: matplotlib counts an SVG in points.
_SVG_DPI = 72
#: Below this many figures to draw, starting other processes costs more than it saves.
_PARALLEL_FROM = 8
_RC: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "evaluation",
    "text.usetex": False,
    "figure.max_open_warning": 0,
}
_RUNNING_ID = re.compile(rb'<g id="[A-Za-z0-9]+_[0-9]+">')


@dataclass(frozen=True, slots=True)
class SavedFigure:
    """The files of one figure.

    ``drawn`` tells whether they were made now or stood there already; sizes in mm.
    """

    svg: Path
    png: Path
    width: float
    height: float
    drawn: bool


def save_figure(figure: Figure, stem: Path, brand: Brand, *, cache: Path | None = None) -> SavedFigure:
    """Write ``stem.svg`` and ``stem.png``, unless exactly these files stand there already.

    Parameters
    ----------
    stem : Path
        Path without ending, e.g. ``_resultater/fig-medarbejdertrivsel-udvikling``.
    cache : Path, optional
        Folder for the small records that tell what the files were made of.

    Notes
    -----
    The same figure, brand and versions give the same bytes: ids in the SVG come from a fixed
    salt and no date is written.
    """
    key = figure_key(figure, brand)
    svg, png = (stem.with_name(f"{stem.name}.{ending}") for ending in ("svg", "png"))
    found = _cached(cache, stem, key)
    if found is not None:
        return SavedFigure(svg, png, *found, drawn=False)
    canvas = figure.layout(brand)
    contents = _files(canvas)
    for path, content in zip((svg, png), contents, strict=True):
        write_atomic(path, content)
    if cache is not None:
        record = {
            "key": key,
            "svg": hash_bytes(contents[0]),
            "png": hash_bytes(contents[1]),
            "width": canvas.width,
            "height": canvas.height,
        }
        write_atomic(_record(cache, stem), json.dumps(record, indent=1) + "\n")
    return SavedFigure(svg, png, canvas.width, canvas.height, drawn=True)


def save_figures(
    jobs: Sequence[tuple[Figure, Path]],
    brand: Brand,
    *,
    cache: Path | None = None,
    workers: int = 2,
    pool: ProcessPoolExecutor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> list[SavedFigure]:
    """Save many figures, those that changed in ``workers`` processes.

    Parameters
    ----------
    jobs : sequence of (figure, stem)
        As for :func:`save_figure`.
    pool : ProcessPoolExecutor, optional
        Processes that run already, used instead of new ones; it stays open.
    progress : callable, optional
        Called as ``progress(done, total, name)`` in this process after each figure.
    meanwhile : callable, optional
        Called once in this process: while others draw, where there are any, else at the end.

    Returns
    -------
    list of SavedFigure
        In the order of ``jobs``.
    """
    done: dict[int, SavedFigure] = {}

    def finished(index: int, saved: SavedFigure) -> None:
        done[index] = saved
        if progress is not None:
            progress(len(done), len(jobs), jobs[index][1].name)

    waiting = [] if meanwhile is None else [meanwhile]
    stale: list[int] = []
    for index, (figure, stem) in enumerate(jobs):
        if _cached(cache, stem, figure_key(figure, brand)) is None:
            stale.append(index)
        else:
            finished(index, save_figure(figure, stem, brand, cache=cache))
    todo = [(index, *jobs[index]) for index in stale]
    if pool is not None and todo:
        _in_parallel(todo, brand, cache, pool, finished, waiting, helping=True)
    elif workers > 1 and len(stale) >= _PARALLEL_FROM:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        # spawn, not fork: pandas and the progress display run threads, and a forked lock never opens.
        with ProcessPoolExecutor(min(workers, len(todo)), mp_context=get_context("spawn")) as own:
            _in_parallel(todo, brand, cache, own, finished, waiting)
    for index in stale:
        if index not in done:
            finished(index, save_figure(*jobs[index], brand, cache=cache))
    _do(waiting)
    return [done[index] for index in range(len(jobs))]


def _do(waiting: list[Callable[[], None]]) -> None:
    """Do what waits, each once."""
    while waiting:
        waiting.pop()()


def _in_parallel(
    jobs: Sequence[tuple[int, Figure, Path]],
    brand: Brand,
    cache: Path | None,
    pool: ProcessPoolExecutor,
    finished: Callable[[int, SavedFigure], None],
    waiting: list[Callable[[], None]],
    *,
    helping: bool = False,
) -> None:
    """Draw in processes of their own; what they could not finish is left to the caller.

    What is ``waiting`` is done when they have been given all of it. With ``helping`` this process then draws too,
    from the end of the queue, until the others have all that is left.
    """
    from concurrent.futures import as_completed
    from concurrent.futures.process import BrokenProcessPool

    try:
        futures = {pool.submit(save_figure, figure, stem, brand, cache=cache): index for index, figure, stem in jobs}
        _do(waiting)
        for job, future in reversed(list(zip(jobs, list(futures), strict=True))):
            if not helping or not future.cancel():
                break
            del futures[future]
            finished(job[0], save_figure(*job[1:], brand, cache=cache))
        for future in as_completed(futures):
            finished(futures[future], future.result())
    except BrokenProcessPool:
        # A script without a main guard, or memory ran out: the caller draws the rest itself.
        return


def _files(canvas: Canvas) -> tuple[bytes, bytes]:
    """Render the drawing as SVG and as PNG, drawn once."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with mpl.rc_context(dict(_RC)):
        drawing = canvas.plot().draw()
        FigureCanvasAgg(drawing)
        # Where a layout engine waits, each savefig draws everything twice, the first time for the engine alone.
        drawing.set_dpi(_SVG_DPI)
        engine = drawing.get_layout_engine()
        if engine is not None:
            engine.execute(drawing)
            # None, not "none": that leaves another engine in its place, and with it the drawing done twice.
            drawing.set_layout_engine(None)
        svg, png = io.BytesIO(), io.BytesIO()
        try:
            drawing.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
            drawing.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        finally:
            from matplotlib import pyplot

            pyplot.close(drawing)
    # Drop matplotlib's running ids: several figures in one html page must not share them.
    return _RUNNING_ID.sub(b"<g>", svg.getvalue()), png.getvalue()


def figure_key(figure: Figure, brand: Brand) -> str:
    """Hash of everything a figure's files depend on: class, data, brand, our code and the libraries."""
    if not is_dataclass(figure):
        raise TypeError("a figure is a dataclass")
    parts = [type(figure).__name__, _code_version(), json.dumps(dict(brand.colours), sort_keys=True), brand.family]
    parts += [hash_file(file) for file in brand.font_files]
    parts += [f"{item.name}={_canonical(getattr(figure, item.name))}" for item in fields(figure)]
    return hash_bytes("\x1e".join(parts).encode("utf-8"))


def _canonical(value: object) -> str:
    if isinstance(value, pd.DataFrame):
        return str(value.to_csv(index=False, na_rep="\x00"))
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key!r}:{_canonical(item)}" for key, item in sorted(value.items())) + "}"
    if isinstance(value, (list, tuple)):
        return "(" + ",".join(_canonical(item) for item in value) + ")"
    if value is None or isinstance(value, (str, int, float, bool, date)):
        return repr(value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


@lru_cache(maxsize=1)
def _code_version() -> str:
    """Hash of the drawing code and the versions of the libraries under it."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for file in [*sorted(folder.glob("*.py")), folder.parent / "brand.py"]:
        digest.update(file.read_bytes())
    for package in ("plotnine", "matplotlib", "font-source-sans-pro"):
        digest.update(version(package).encode())
    return digest.hexdigest()


def _record(cache: Path, stem: Path) -> Path:
    return cache / f"{stem.name}.json"


def _cached(cache: Path | None, stem: Path, key: str) -> tuple[float, float] | None:
    """Width and height of files that are still exactly what ``key`` would draw."""
    if cache is None or not _record(cache, stem).is_file():
        return None
    try:
        record = json.loads(_record(cache, stem).read_text(encoding="utf-8"))
        for ending in ("svg", "png"):
            if record["key"] != key or hash_file(stem.with_name(f"{stem.name}.{ending}")) != record[ending]:
                return None
        return float(record["width"]), float(record["height"])
    except (OSError, ValueError, KeyError, TypeError):
        # An unreadable record is no record: the figure is drawn again.
        return None
