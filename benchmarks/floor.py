"""The unavoidable parts of one cold report, done bare: imports, figures, pandoc, Typst.

``python -m benchmarks.floor WORKSPACE`` in a process of its own prints the seconds of each
part as JSON. The workspace must have been run once: figures and documents are its own.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.timing import Clock
from benchmarks.workspaces import PRODUCT

#: What a cold run of the demo cannot do without, each for what it alone reads, computes or draws.
LIBRARIES = (
    "typer", "rich", "pydantic", "yaml", "babel", "numpy", "pandas", "pyarrow", "pyarrow.parquet", "pyreadstat",
    "python_calamine", "openpyxl", "scipy.special", "pingouin", "plotnine", "fontTools.subset", "typst",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Documents:
    """The report as pandoc and Typst get it: one Markdown text, its metadata, and the Typst source."""

    folder: Path
    markdown: str
    metadata: str
    typst: str


def figures_of(root: Path) -> tuple[list[Any], Any]:
    """The figures of the report, ready to draw, and its brand."""
    from evaluation.codebook.load import load_instruments, load_mechanisms
    from evaluation.disclosure.published import load
    from evaluation.plan.load import load_workspace
    from evaluation.presentation.brand import load_brand
    from evaluation.presentation.build import make_pieces
    from evaluation.presentation.context import Context

    workspace = load_workspace(root)
    published = load(root / "data" / "processed" / "published")
    context = Context(published, workspace, load_instruments(root), "da", load_mechanisms(root))
    figures = [figure for piece in make_pieces(context) for _, figure in piece.figures]
    return figures, load_brand(root / "reports" / PRODUCT / "_brand.yml")


def documents_of(root: Path, private: Path) -> Documents:
    """What the engine hands to pandoc and to Typst: chapters and pieces put together, nothing else done to them."""
    from evaluation.reporting.embedded import engine
    from evaluation.reporting.embedded.crossref import language
    from evaluation.reporting.embedded.read import read
    from evaluation.reporting.embedded.source import expand
    from evaluation.reporting.embedded.typst_pdf import write_typst
    from evaluation.reporting.prepare import write_support
    from evaluation.reporting.project import load_project
    from evaluation.reporting.render import copy_project

    work = private / PRODUCT
    copy_project(root / "reports" / PRODUCT, work)
    write_support(work, engine=engine.engine_version())
    project = load_project(work)
    expanded = expand(project)
    words = language(project.lang, project.settings)
    document = engine.cite(read(project, expanded), project, expanded)
    typst = write_typst(engine._numbered(document, "pdf", project, expanded, words), project, work)
    metadata = json.dumps(project.metadata(), ensure_ascii=False, default=str)
    return Documents(work, expanded.text, metadata, typst)


def bare_figures(figures: list[Any], brand: Any, folder: Path) -> None:
    """Draw every figure with plotnine's layers and save it in both formats: no cache, no second process, no tidying."""
    from matplotlib import pyplot

    from benchmarks.usual import through_plotnine

    for number, figure in enumerate(figures):
        drawing = through_plotnine(figure.layout(brand)).draw()
        drawing.savefig(folder / f"{number}.svg")
        drawing.savefig(folder / f"{number}.png", dpi=200)
        pyplot.close(drawing)


def bare_pandoc(documents: Documents) -> None:
    """One pandoc process a format, from the same Markdown, with the project's filter and references."""
    import pypandoc

    (documents.folder / "floor.md").write_text(documents.markdown, encoding="utf-8")
    (documents.folder / "floor.json").write_text(documents.metadata, encoding="utf-8")
    common = [pypandoc.get_pandoc_path(), "floor.md", "--metadata-file", "floor.json", "--citeproc", "--standalone"]
    common += ["-L", "_stil/rapport.lua", "--toc"]
    for more in (
        ["-t", "html5", "--section-divs", "--mathml", "--embed-resources", "--default-image-extension=svg"],
        ["-t", "docx", "--reference-doc", "_resultater/reference.docx", "--default-image-extension=png"],
        ["-t", "typst", "--default-image-extension=svg"],
    ):
        target = ["-o", f"floor.{more[1]}"]
        subprocess.run([*common, *more, *target], cwd=documents.folder, check=True, capture_output=True)


def bare_typst(documents: Documents) -> None:
    """Compile the report's own Typst source."""
    import typst

    from evaluation.reporting.fonts import font_folder

    source = documents.folder / "floor.typ"
    source.write_text(documents.typst, encoding="utf-8")
    typst.compile(
        str(source), output=str(documents.folder / "floor.pdf"), root=str(documents.folder),
        font_paths=[str(font_folder())], ignore_system_fonts=True, pdf_standards=["ua-1"],
    )  # fmt: skip


def main(root: Path) -> None:
    """Time each part and print it."""
    clock = Clock()
    with clock("imports"):
        for name in LIBRARIES:
            importlib.import_module(name)
    before = os.times()
    spent = before.user + before.system
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures, brand = figures_of(root)
        documents = documents_of(root, folder)
        start = os.times()
        with clock("figures"):
            bare_figures(figures, brand, folder)
        with clock("pandoc"):
            bare_pandoc(documents)
        with clock("typst"):
            bare_typst(documents)
        end = os.times()
    spent += sum(
        getattr(end, kind) - getattr(start, kind) for kind in ("user", "system", "children_user", "children_system")
    )
    sys.stdout.write(json.dumps({"drawn": len(figures), "processor": spent, "seconds": clock.seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
