"""One product, all formats or none: rendered in a private folder on the local disk, moved into place at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.resources import ENGLISH, document_name, is_english, project_part
from evaluation.presentation.appendix import WORKBOOKS
from evaluation.presentation.chapters import unwritten, without
from evaluation.presentation.claims.prose import top_document
from evaluation.reporting.embedded.memory import Memory
from evaluation.reporting.embedded.source import Expanded, expand
from evaluation.reporting.prepare import write_support
from evaluation.reporting.project import FORMATS, SUPPORT_FOLDER, Project, load_project
from evaluation.reporting.review.fingerprint import properties

#: Where the embedded engine keeps what makes the next render quicker; made from published results and prose only.
MEMORY = "data/processed/.render"
ENGINES = ("auto", "quarto", "embedded")
Progress = Callable[[str], None]
_SKIPPED = ("_output", ".quarto", "*_files", "*_cache", "*.html", "*.pdf", "*.docx~", "~$*", ".~lock*")


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What one render made.

    Attributes
    ----------
    files : mapping of str to Path
        Format (``html``, ``pdf``, ``docx``) to the finished file.
    engine : str
        ``quarto`` or ``embedded``.
    engine_version : str
        Version as the colophon names it.
    seconds : float
        Wall time.
    log : tuple of str
        Messages of the engine that are no errors.
    workbooks : tuple of Path
        The workbooks with the report's numbers, put beside the documents.
    """

    files: Mapping[str, Path]
    engine: str
    engine_version: str
    seconds: float
    log: tuple[str, ...] = ()
    workbooks: tuple[Path, ...] = ()


def choose_engine(engine: str) -> tuple[str, str]:
    """Engine and version that ``engine`` (``auto``, ``quarto``, ``embedded``) stands for.

    Raises
    ------
    EvaluationError
        ``reporting-engine-unknown``; ``reporting-quarto-missing`` and ``reporting-quarto-version`` when Quarto
        was asked for by name.
    """
    from evaluation.reporting import quarto
    from evaluation.reporting.embedded import engine as embedded

    if engine not in ENGINES:
        raise fail("reporting-engine-unknown", found=engine, engine=engine, known=", ".join(ENGINES))
    if engine == "embedded":
        return "embedded", embedded.engine_version()
    found = quarto.find_quarto()
    if found is not None and found.tested:
        return "quarto", f"Quarto {found.version}"
    if engine == "quarto":
        raise quarto.unusable(found)
    return "embedded", embedded.engine_version()


def render_product(
    root: Path,
    product: str,
    *,
    engine: str = "auto",
    formats: Sequence[str] = FORMATS,
    draft: bool = False,
    marks: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> RenderResult:
    """Render ``root/reports/PRODUCT`` into ``root/reports/_output/PRODUCT/``.

    Parameters
    ----------
    root : Path
        The workspace.
    engine : str
        ``auto`` takes Quarto where a tested version is found, else the embedded engine.
    formats : sequence of str
        Any of ``html``, ``pdf``, ``docx``. Either all of them are replaced or none.
    draft : bool
        Mark every page as a draft.
    marks : mapping of str to str, optional
        Notes (Markdown) behind the claims that do not hold, by the SHA-1 of their condition.
    progress : callable, optional
        Gets a format or stage name as work goes on.

    Raises
    ------
    EvaluationError
        Whatever is wrong with the project, the engine or the target files.
    """
    start = time.perf_counter()
    folder = _project(root, product, formats)
    name, version = choose_engine(engine)
    if progress:
        progress("prepare")
    with tempfile.TemporaryDirectory(prefix="evaluation-") as private:
        work = Path(private) / document_name(product)
        copy_project(folder, work)
        memory = Memory(root / MEMORY / document_name(product))
        if name == "embedded" and "pdf" in formats:
            memory.start_layout(work)
        try:
            write_support(work, engine=version, draft=draft, marks=marks)
            stamp = partial(properties, product=product, engine=version, draft=draft)
            done, log = _run(name, work, formats, memory, stamp, progress)
            books = _workbooks(work)
        except EvaluationError as error:
            raise EvaluationError([_told_of(problem, work, folder) for problem in error.problems]) from error
        finally:
            memory.finish_layout()
    files, beside = _put(root, product, {output: done[output] for output in formats}, books)
    return RenderResult(files, name, version, time.perf_counter() - start, log, beside)


def _project(root: Path, product: str, formats: Sequence[str]) -> Path:
    """The folder of a product that is there, for formats that we have."""
    folder = root / "reports" / product
    if not (folder / "_quarto.yml").is_file():
        known = ", ".join(products(root)) or "–"
        raise fail("reporting-product-unknown", where=folder, found=product, product=product, known=known)
    unknown = ", ".join(name for name in formats if name not in FORMATS)
    if unknown:
        raise fail("reporting-format-unknown", found=unknown, formats=unknown, known=", ".join(FORMATS))
    return folder


def _put(
    root: Path, product: str, done: Mapping[str, bytes], books: Mapping[str, bytes]
) -> tuple[dict[str, Path], tuple[Path, ...]]:
    """Put documents and workbooks in place; the documents by format, and the workbooks."""
    target = root / "reports" / "_output" / document_name(product)
    files = {output: target / f"{document_name(product)}.{output}" for output in done}
    beside = {target / book: content for book, content in books.items()}
    place({**{files[output]: content for output, content in done.items()}, **beside})
    _remove([target / book for book in WORKBOOKS if book not in books])
    return files, tuple(beside)


def _remove(gone: Sequence[Path]) -> None:
    """Take away workbooks with numbers that the report no longer has."""
    for path in gone:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise fail("reporting-output-locked", where=path, found=error.strerror) from error


def _workbooks(work: Path) -> dict[str, bytes]:
    """The workbooks that the pieces brought with them, by name."""
    found = {name: work / SUPPORT_FOLDER / name for name in WORKBOOKS}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file()}


def _told_of(problem: Problem, work: Path, folder: Path) -> Problem:
    """``problem`` with its place in the project and not in the private copy, which is gone when it is read."""
    return replace(problem, where=problem.where.replace(str(work), str(folder)))


def products(root: Path) -> list[str]:
    """Names of the report projects in a workspace."""
    return sorted(path.parent.name for path in (root / "reports").glob("*/_quarto.yml"))


def copy_project(folder: Path, work: Path) -> None:
    """Make a private copy of the project; styles and brand of ``midtvejsevaluering`` where it has none of its own.

    An English document is copied without the chapters that are not written in it, and with the Danish one's literature.
    """
    skipped = shutil.ignore_patterns(*_SKIPPED, *([ENGLISH] if is_english(folder / ENGLISH) else []))
    shutil.copytree(folder, work, ignore=skipped, copy_function=shutil.copyfile)
    if is_english(folder):
        top = work / top_document(folder)
        if silent := unwritten(folder):
            top.write_text(without(top.read_text(encoding="utf-8-sig"), silent), encoding="utf-8")
        for path in folder.parent.iterdir():
            if path.suffix in (".bib", ".csl") and not (work / path.name).exists():
                shutil.copyfile(path, work / path.name)
    style, brand = project_part(folder, "_stil"), project_part(folder, "_brand.yml")
    if style.is_dir() and not (work / "_stil").exists():
        shutil.copytree(style, work / "_stil")
    if brand.is_file() and not (work / "_brand.yml").exists():
        shutil.copyfile(brand, work / "_brand.yml")
        # fonts and logos that it names lie beside it
        if (brand.parent / "_brand").is_dir():
            shutil.copytree(brand.parent / "_brand", work / "_brand", dirs_exist_ok=True)


def _run(
    name: str,
    work: Path,
    formats: Sequence[str],
    memory: Memory,
    stamp: Callable[[Expanded | None], bytes],
    progress: Progress | None,
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    if name == "quarto":
        from evaluation.reporting import quarto
        from evaluation.reporting.embedded.word_parts import finish
        from evaluation.reporting.fonts import page_fonts

        done, log = quarto.render(work, formats, progress=progress)
        if "docx" in done:
            # rows that stay whole, fonts, contents that Word fills in: what pandoc leaves out in either engine
            project = load_project(work)
            sender, custom = str(project.metadata().get("udgiver", "")), stamp(_expanded(project))
            done = {**done, "docx": finish(done["docx"], sender, page_fonts(work), custom=custom)}
        return done, log
    from evaluation.reporting.embedded import engine as embedded

    if progress:
        for output in formats:
            progress(output)
    return embedded.render(work, formats, memory, stamp), ()


def _expanded(project: Project) -> Expanded | None:
    """The project's text, where we can read it: real Quarto reads more."""
    try:
        return expand(project)
    except EvaluationError:
        return None


def place(files: Mapping[Path, bytes]) -> None:
    """Put all files in place or none of them.

    Each file is first written beside its target; only when all are there do they take its place.

    Raises
    ------
    EvaluationError
        ``reporting-output-locked`` for every target that another program holds open.
    """
    waiting: dict[Path, Path] = {}
    old: dict[Path, bytes] = {}
    problems: list[Problem] = []
    try:
        for target, content in files.items():
            if target.is_file():
                old[target] = target.read_bytes()
                if old[target] == content:
                    continue
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
            waiting[target] = Path(temporary)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            waiting[target].chmod(0o644)
        moved: list[Path] = []
        for target, temporary_path in waiting.items():
            try:
                temporary_path.replace(target)
                moved.append(target)
            except OSError as error:
                problems.append(Problem("reporting-output-locked", str(target), error.strerror or str(error)))
        if problems:
            _undo(moved, old)
            raise EvaluationError(problems)
    except PermissionError as error:
        raise fail("reporting-output-locked", where=error.filename or "", found=error.strerror) from error
    finally:
        for temporary_path in waiting.values():
            temporary_path.unlink(missing_ok=True)


def _undo(moved: Sequence[Path], old: Mapping[Path, bytes]) -> None:
    for target in moved:
        if target in old:
            target.write_bytes(old[target])
        else:
            target.unlink(missing_ok=True)
