"""The rendering stage: published tables into the report projects, and those into documents."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.files import hash_bytes
from evaluation.common.resources import ENGLISH, document_name, is_english, language_of, project_part
from evaluation.plan.load import Workspace
from evaluation.presentation.appendix import WORKBOOKS
from evaluation.presentation.chapters import chapters, unwritten
from evaluation.workflow.analysis import published_folder
from evaluation.workflow.helpers import Helpers
from evaluation.workflow.progress import Progress, silent
from evaluation.workflow.quotes_state import accepted, part_of_results
from evaluation.workflow.state import State, code_hash, hash_files, hash_mapping

if TYPE_CHECKING:
    from evaluation.presentation.claims.check import Prose
    from evaluation.reporting.render import RenderResult

FORMATS = ("html", "pdf", "docx")
_MADE = ("_resultater", "_variables.yml")
_TEXTS = frozenset({".qmd", ".md", ".yml", ".yaml", ".bib", ".css", ".typ", ".lua"})
#: Colours, and the folder of fonts and logos beside them.
BRAND = ("_brand.yml", "_brand")
_ASKED = re.compile(r"\{\{<\s*(?:include|var)\s+([^\s>]+)\s*>\}\}")


def products(root: Path) -> tuple[str, ...]:
    """Report projects of the workspace: folders with a ``_quarto.yml`` under ``reports/``."""
    return tuple(sorted(path.parent.name for path in (root / "reports").glob("[!_.]*/_quarto.yml")))


def chosen(workspace: Workspace, names: Sequence[str], lang: str | None = None) -> tuple[str, ...]:
    """The products to render: those named, else those of the plan.

    Parameters
    ----------
    lang : str, optional
        Language of the documents; that of the plan where nothing is said. English ones are projects of their own
        and get names of their own (``midtvejsevaluering/en``): nothing is taken from the Danish document.

    Raises
    ------
    EvaluationError
        ``product-unknown``, naming the products there are; ``english-missing``.
    """
    known = products(workspace.root)
    wanted = tuple(dict.fromkeys(names)) or workspace.plan.evaluation.products
    where, listed = str(workspace.root / "reports"), {"known": ", ".join(known) or "–"}
    problems = [Problem("product-unknown", where, name, listed) for name in wanted if name not in known]
    if (lang or workspace.plan.evaluation.language) == ENGLISH and not problems:
        projects = {name: workspace.root / "reports" / name / ENGLISH for name in wanted}
        problems = [Problem("english-missing", str(path), n) for n, path in projects.items() if not _has_words(path)]
        wanted = tuple(f"{name}/{ENGLISH}" for name in wanted)
    if problems:
        raise EvaluationError(problems)
    return wanted


def _has_words(project: Path) -> bool:
    """Whether an English project is there and has at least one chapter to print."""
    there = (project / "_quarto.yml").is_file()
    return there and (not chapters(project) or set(chapters(project)) > set(unwritten(project)))


def ready(workspace: Workspace, names: Sequence[str], lang: str | None = None) -> None:
    """Fail before any work where a product cannot be read, or what it is written to cannot be written.

    Raises
    ------
    EvaluationError
        ``product-unknown``, or ``not-writable`` and ``prose-not-utf8`` for all of them.
    """
    reports = workspace.root / "reports"
    problems = []
    for name in chosen(workspace, names, lang):
        for folder in (reports / name / _MADE[0], reports / "_output" / document_name(name)):
            stands = next(path for path in (folder, *folder.parents) if path.exists())
            allowed = os.access(stands, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
            if not (stands.is_dir() and allowed):
                reason = errno.EACCES if stands.is_dir() else errno.ENOTDIR
                problem = Problem("not-writable", str(stands), os.strerror(reason))
                problems += [problem] if problem not in problems else []
        problems += unreadable(reports / name)
    if problems:
        raise EvaluationError(problems)


def output_files(root: Path, product: str) -> tuple[Path, ...]:
    """The documents of a product, and the workbooks that its pieces bring with them."""
    name = document_name(product)
    folder = root / "reports" / "_output" / name
    books = [book for book in WORKBOOKS if (root / "reports" / product / _MADE[0] / book).is_file()]
    return (*(folder / f"{name}.{suffix}" for suffix in FORMATS), *(folder / book for book in books))


def _project_files(project: Path) -> list[Path]:
    apart = {*_MADE, *([ENGLISH] if is_english(project / ENGLISH) else [])}
    return [
        path
        for path in project.rglob("*")
        if path.is_file() and path.relative_to(project).parts[0] not in apart and not path.name.startswith(".")
    ]


def _borrowed(project: Path, name: str) -> list[Path]:
    """Files of ``name`` in the project, or those of the midtvejsevaluering where it has none of its own."""
    found = project_part(project, name)
    return [path for path in (found, *found.rglob("*")) if path.is_file()]


def _asked(project: Path) -> str:
    """Hash of what the prose includes, so that other changes of wording make no piece again."""
    names = {f"left out: {name}" for name in unwritten(project)}
    for path in _project_files(project):
        if path.suffix == ".qmd":
            names.update(_ASKED.findall(path.read_text(encoding="utf-8", errors="replace")))
    return hash_bytes("\n".join(sorted(names)).encode())


def unreadable(project: Path) -> list[Problem]:
    """One problem for each text of a project that is not saved as UTF-8."""
    problems = []
    for path in _project_files(project):
        if path.suffix not in _TEXTS:
            continue
        data = path.read_bytes()
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            problems.append(Problem("prose-not-utf8", f"{path.relative_to(project.parent.parent).as_posix()}:{line}"))
    return problems


def parts_of_results(workspace: Workspace, instruments: Mapping[str, Instrument], product: str) -> dict[str, str]:
    """What the generated pieces depend on, as hashes by name."""
    published = published_folder(workspace.root)
    if not (published / "meta.json").is_file():
        raise fail("published-missing", where=published)
    project = workspace.root / "reports" / product
    parts = dict(hash_files(workspace.root, (p for p in published.iterdir() if p.suffix in {".csv", ".json"})))
    parts["evaluation.toml"] = workspace.plan_sha256
    registers = (workspace.root / "data" / "registers").glob("*.csv")
    parts.update(hash_files(workspace.root, registers))
    parts["codebooks"] = hash_bytes("".join(i.model_dump_json() for i in instruments.values()).encode())
    parts["pieces and numbers named in the prose"] = _asked(project)
    brand = [path for name in BRAND for path in _borrowed(project, name)]
    parts["_brand.yml"] = hash_mapping(hash_files(workspace.root, brand))
    parts.update(part_of_results(workspace, instruments))
    parts["program"] = code_hash("presentation", "plan", "codebook", "common")
    return parts


def parts_of_render(workspace: Workspace, results: Mapping[str, str], product: str, mode: str) -> dict[str, str]:
    """What the documents depend on: the pieces, the prose and styles, the engine."""
    project = workspace.root / "reports" / product
    borrowed = [path for name in (*BRAND, "_stil", "references.bib") for path in _borrowed(project, name)]
    parts = dict(hash_files(workspace.root, {*_project_files(project), *borrowed}))
    parts["results"] = hash_mapping(results)
    parts["mode"] = mode
    parts["program"] = code_hash("reporting", "common")
    return parts


def run_render(
    workspace: Workspace,
    instruments: Mapping[str, Instrument],
    state: State,
    names: Sequence[str] = (),
    *,
    engine: str = "auto",
    draft: bool = False,
    progress: Progress = silent,
    helpers: Helpers | None = None,
    prose: dict[str, Prose] | None = None,
    lang: str | None = None,
) -> dict[str, RenderResult | None]:
    """Pieces and documents of each product, where something they read has changed.

    Parameters
    ----------
    prose : dict, optional
        Gets by product what was found in the documents, also where a claim stops the render.
    lang : str, optional
        Language of the documents; that of the plan where nothing is said.

    Returns
    -------
    dict of str to RenderResult or None
        By product; None where nothing had changed.

    Raises
    ------
    EvaluationError
        Claims of any product that do not hold (not in a draft) or cannot be read: then no document is written.
    """
    from evaluation.presentation.claims.marks import draft_marks
    from evaluation.workflow.claims import hold, stop

    wanted = chosen(workspace, names, lang)
    made_of = {product: _make_pieces(workspace, instruments, state, product, progress, helpers) for product in wanted}
    held = hold(workspace, wanted, products(workspace.root))
    if prose is not None:
        prose.update(held)
    stop(held, draft=draft)
    done: dict[str, RenderResult | None] = {}
    for product, results in made_of.items():
        parts = parts_of_render(workspace, results, product, f"{engine} {'draft' if draft else 'final'}")
        if not state.compare(f"render/{product}", parts, output_files(workspace.root, product)).needed:
            done[product] = None
            continue
        from evaluation.reporting.render import render_product

        marks = draft_marks(held[product].claims, language_of(product)) if draft else {}
        done[product] = render_product(
            workspace.root,
            product,
            engine=engine,
            draft=draft,
            marks=marks,
            progress=lambda what: progress("render", what, 0, 1),
        )
        state.record(f"render/{product}", parts)
    return done


def _make_pieces(
    workspace: Workspace,
    instruments: Mapping[str, Instrument],
    state: State,
    product: str,
    progress: Progress,
    helpers: Helpers | None,
) -> dict[str, str]:
    """Write the pieces of a product where they are stale; what they depend on, by name."""
    project = workspace.root / "reports" / product
    results = parts_of_results(workspace, instruments, product)
    made = (project / "_variables.yml", project / "_resultater")
    if state.compare(f"results/{product}", results, made).needed:
        from evaluation.disclosure.published import load
        from evaluation.presentation.build import build_results

        quotes, quotes_stale = accepted(workspace, instruments, state)
        build_results(
            load(published_folder(workspace.root)),
            workspace,
            instruments,
            project=project,
            lang=language_of(product),
            quotes=quotes,
            quotes_stale=quotes_stale,
            pool=helpers.pool if helpers is not None else None,
            progress=progress,
        )
        state.record(f"results/{product}", results, made)
    return results
