"""One call from project folder to html, PDF and Word, entirely in memory and temporary files."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evaluation.common.errors import EvaluationError, Problem
from evaluation.reporting.embedded import pandoc, tree
from evaluation.reporting.embedded.crossref import language, number
from evaluation.reporting.embedded.memory import Memory
from evaluation.reporting.embedded.read import read
from evaluation.reporting.embedded.source import Expanded, expand
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.embedded.visible import only
from evaluation.reporting.project import Project, load_project

_REFERENCE = ("fig-", "tbl-", "sec-")
#: Numbered documents by whether and how deep their sections are numbered.
_Made = dict[tuple[bool, int], dict[str, Any]]


def engine_version() -> str:
    """Return what the colophon names: ``pandoc 3.9, Typst 0.15.2``."""
    from importlib.metadata import version

    return f"pandoc {pandoc.pandoc_version()}, Typst {version('typst')}"


def render(
    folder: Path, formats: Sequence[str], memory: Memory | None = None, stamp: Callable[[Expanded], bytes] | None = None
) -> dict[str, bytes]:
    """Return the project in ``folder`` in every format asked for (``html``, ``pdf``, ``docx``).

    Parameters
    ----------
    memory : Memory, optional
        What the last render of this product left behind.
    stamp : callable, optional
        Makes the Word file's custom properties of what it is rendered from.

    Raises
    ------
    EvaluationError
        With everything that is wrong in the documents, each with file and line.
    """
    with _collector_paused():
        return _render(folder, formats, memory or Memory(), stamp)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Leave the garbage collector out: it would go through the whole tree, which has no cycles, again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _render(
    folder: Path, formats: Sequence[str], memory: Memory, stamp: Callable[[Expanded], bytes] | None
) -> dict[str, bytes]:
    project = load_project(folder)
    expanded = expand(project)
    document = cite(read(project, expanded), project, expanded, memory)
    words = language(project.lang, project.settings)
    writers = _writers(project, folder, words, memory, stamp(expanded) if stamp else None)
    # pandoc runs as a process and Typst without the interpreter's lock: two at a time pay.
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting = {}
        made: _Made = {}
        # The PDF takes longest (pandoc, then Typst): it is under way while the others are numbered.
        for output in sorted(formats, key=lambda name: name != "pdf"):
            waiting[output] = pool.submit(writers[output], _numbered(document, output, project, expanded, words, made))
        return {output: waiting[output].result() for output in formats}


def check(folder: Path, formats: Sequence[str]) -> None:
    """Look for everything wrong in the documents that can be seen without writing a file.

    Raises
    ------
    EvaluationError
        What ``render`` would raise before it writes.
    """
    project = load_project(folder)
    expanded = expand(project)
    document = cite(read(project, expanded), project, expanded)
    words = language(project.lang, project.settings)
    made: _Made = {}
    for output in formats:
        _numbered(document, output, project, expanded, words, made)


def _writers(
    project: Project, folder: Path, words: dict[str, str], memory: Memory, custom: bytes | None
) -> dict[str, Callable[[dict[str, Any]], bytes]]:
    from evaluation.reporting.embedded.docx import write_docx
    from evaluation.reporting.embedded.html import write_html
    from evaluation.reporting.embedded.typst_pdf import write_pdf

    return {
        "html": lambda document: write_html(document, project, folder, words, memory),
        "pdf": lambda document: write_pdf(document, project, folder, memory),
        "docx": lambda document: write_docx(document, project, folder, words, memory, custom),
    }


def _numbered(
    document: dict[str, Any], output: str, project: Project, expanded: Expanded, words: dict[str, str],
    made: _Made | None = None,
) -> dict[str, Any]:  # fmt: skip
    """``document`` numbered for ``output``; the one in ``made`` where two formats show and number the same."""
    options = project.options(output)
    # What no format changed no other will: every block for some formats only is taken out or unwrapped by all.
    shown = document if made else only(document, output, expanded)
    sections, depth = bool(options.get("number-sections")), int(options.get("number-depth", 6))
    made = made if made is not None and shown is document else {}
    if (sections, depth) not in made:
        made[sections, depth] = number(shown, expanded, project.folder, words, sections=sections, depth=depth)
    return made[sections, depth]


def cite(
    document: dict[str, Any], project: Project, expanded: Expanded, memory: Memory | None = None
) -> dict[str, Any]:
    """``document`` with citations and the list of references set by citeproc.

    Cross-references look like citations; they are put aside meanwhile.

    Raises
    ------
    EvaluationError
        ``reporting-citation-missing`` with file and line, ``reporting-bibliography-missing``.
    """
    aside: list[Node] = []
    missing: list[str] = []

    def hide(node: Node) -> list[Node] | None:
        if node["t"] != "Cite":
            return None
        if any(citation["citationId"].lower().startswith(_REFERENCE) for citation in node["c"][0]):
            aside.append(node)
            return [tree.span([], ["henvisning"], nr=str(len(aside) - 1))]
        missing.extend(citation["citationId"] for citation in node["c"][0])
        return None

    def show(node: Node) -> list[Node] | None:
        _, classes, pairs = tree.attr(node)
        return [aside[int(pairs["nr"])]] if node["t"] == "Span" and "henvisning" in classes else None

    blocks = document["blocks"]
    places = _concerned(blocks)
    hidden = {**document, "blocks": tree.walk([blocks[place] for place in places], hide)}
    if not missing and not _has_list(hidden):
        return document
    sources = _bibliography(project, expanded, missing)
    arguments = ["--citeproc", "-M", "link-citations=true"]
    memory = memory or Memory()
    made_from = (json.dumps(hidden).encode(), json.dumps([*arguments, engine_version()]).encode(), *sources)
    kept = memory.cited(*made_from)
    output, warnings = (kept, ()) if kept else pandoc.write(hidden, "json", project.folder, arguments)
    unknown = [
        name for name in dict.fromkeys(missing) if any(f"citation {name} not found" in text for text in warnings)
    ]
    if unknown:
        raise EvaluationError(
            [Problem("reporting-citation-missing", expanded.find("@" + name), "@" + name) for name in unknown]
        )
    if not warnings:
        memory.keep_cited(output, *made_from)
    cited = json.loads(output)
    done = tree.walk(cited["blocks"], show)
    # Citeproc keeps the blocks and may add the list of references below the last.
    by_place = dict(zip(places, done, strict=False))
    joined = [by_place.get(place, block) for place, block in enumerate(blocks)]
    return {**cited, "blocks": [*joined, *done[len(places) :]]}


def _concerned(blocks: list[Node]) -> list[int]:
    """Places of the blocks that citeproc reads or changes: most of a report need not go through it.

    Besides citations these are notes (styles that cite in notes count them), a list of references, and the
    last block, below which citeproc puts a list that has no place.
    """
    last = len(blocks) - 1
    return [
        place for place, block in enumerate(blocks) if place == last or tree.holds(block, "Cite", "Note", ident="refs")
    ]


def _has_list(document: dict[str, Any]) -> bool:
    found: list[Node] = []
    tree.visit(document["blocks"], lambda node: found.append(node) if tree.attr(node)[0] == "refs" else None)
    return bool(found)


def _bibliography(project: Project, expanded: Expanded, cited: list[str]) -> list[bytes]:
    """Return the contents of the files that citeproc reads."""
    names = project.settings.get("bibliography")
    names = names if isinstance(names, list) else [names] if names else []
    where = expanded.find("@" + cited[0]) if cited else project.document
    if not names and cited:
        raise EvaluationError(Problem("reporting-citation-missing", where, "@" + cited[0]))
    absent = [str(name) for name in names if not (project.folder / str(name)).is_file()]
    if absent:
        raise EvaluationError([Problem("reporting-bibliography-missing", where, name) for name in absent])
    styles = [str(project.settings[key]) for key in ("csl", "citation-abbreviations") if project.settings.get(key)]
    files = [project.folder / str(name) for name in (*names, *styles)]
    return [path.read_bytes() if path.is_file() else b"" for path in files]
