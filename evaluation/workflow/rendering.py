"""The rendering stage: published tables into the report projects, and those into documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.codebook.model import Instrument
from evaluation.common.errors import fail
from evaluation.common.files import hash_bytes
from evaluation.plan.load import Workspace
from evaluation.workflow.analysis import published_folder
from evaluation.workflow.progress import Progress, silent
from evaluation.workflow.state import State, code_hash, hash_files, hash_mapping

if TYPE_CHECKING:
    from evaluation.reporting.render import RenderResult

FORMATS = ("html", "pdf", "docx")
_MADE = ("_resultater", "_variables.yml")
_ASKED = re.compile(r"\{\{<\s*(?:include|var)\s+([^\s>]+)\s*>\}\}")


def products(root: Path) -> tuple[str, ...]:
    """Report projects of the workspace: folders with a ``_quarto.yml`` under ``reports/``."""
    return tuple(sorted(path.parent.name for path in (root / "reports").glob("[!_.]*/_quarto.yml")))


def chosen(workspace: Workspace, names: Sequence[str]) -> tuple[str, ...]:
    """The products to render: those named, else those of the plan.

    Raises
    ------
    EvaluationError
        ``product-unknown``, naming the products there are.
    """
    known = products(workspace.root)
    wanted = tuple(names) or workspace.plan.evaluation.products
    for name in wanted:
        if name not in known:
            raise fail("product-unknown", where=workspace.root / "reports", found=name, known=", ".join(known))
    return wanted


def output_files(root: Path, product: str) -> tuple[Path, ...]:
    """The documents of a product."""
    return tuple(root / "reports" / "_output" / product / f"{product}.{suffix}" for suffix in FORMATS)


def _project_files(project: Path) -> list[Path]:
    return [
        path
        for path in project.rglob("*")
        if path.is_file() and path.relative_to(project).parts[0] not in _MADE and not path.name.startswith(".")
    ]


def _asked(project: Path) -> str:
    """Hash of what the prose includes, so that other changes of wording make no piece again."""
    names: set[str] = set()
    for path in _project_files(project):
        if path.suffix == ".qmd":
            names.update(_ASKED.findall(path.read_text(encoding="utf-8", errors="replace")))
    return hash_bytes("\n".join(sorted(names)).encode())


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
    parts["_brand.yml"] = hash_mapping(hash_files(project, project.glob("_brand.yml")))
    parts["program"] = code_hash("presentation", "plan", "codebook", "common")
    return parts


def parts_of_render(workspace: Workspace, results: Mapping[str, str], product: str, mode: str) -> dict[str, str]:
    """What the documents depend on: the pieces, the prose and styles, the engine."""
    project = workspace.root / "reports" / product
    parts = dict(hash_files(workspace.root, _project_files(project)))
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
) -> dict[str, RenderResult | None]:
    """Pieces and documents of each product, where something they read has changed.

    Returns
    -------
    dict of str to RenderResult or None
        By product; None where nothing had changed.
    """
    done: dict[str, RenderResult | None] = {}
    for product in chosen(workspace, names):
        project = workspace.root / "reports" / product
        results = parts_of_results(workspace, instruments, product)
        made = (project / "_variables.yml", project / "_resultater")
        if state.compare(f"results/{product}", results, made).needed:
            from evaluation.disclosure.published import load
            from evaluation.presentation.build import build_results

            build_results(
                load(published_folder(workspace.root)),
                workspace,
                instruments,
                project=project,
                lang=workspace.plan.evaluation.language,
                progress=progress,
            )
            state.record(f"results/{product}", results)
        parts = parts_of_render(workspace, results, product, f"{engine} {'draft' if draft else 'final'}")
        if not state.compare(f"render/{product}", parts, output_files(workspace.root, product)).needed:
            done[product] = None
            continue
        from evaluation.reporting.render import render_product

        done[product] = render_product(
            workspace.root, product, engine=engine, draft=draft, progress=lambda what: progress("render", what, 0, 1)
        )
        state.record(f"render/{product}", parts)
    return done
