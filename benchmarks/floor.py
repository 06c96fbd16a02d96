"""The unavoidable parts of one cold report, done bare: imports, figures, pandoc, Typst.

Run in a process of its own: ``python -m benchmarks.floor WORKSPACE`` prints the seconds
of each part as JSON. The workspace must have been run once.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.timing import Clock

LIBRARIES = ("numpy", "pandas", "pyarrow", "pyreadstat", "python_calamine", "openpyxl", "pydantic", "yaml", "babel")
HEAVY = ("scipy.special", "pingouin", "plotnine", "pypandoc", "typst")


def figures_of(root: Path) -> tuple[list[object], object]:
    """The figures of the report, ready to draw, and its brand."""
    from evaluation.codebook.load import load_instruments, load_mechanisms
    from evaluation.disclosure.published import load
    from evaluation.plan.load import load_workspace
    from evaluation.presentation.brand import load_brand
    from evaluation.presentation.build import make_pieces
    from evaluation.presentation.context import Context

    project = root / "reports" / "midtvejsevaluering"
    workspace = load_workspace(root)
    published = load(root / "data" / "processed" / "published")
    context = Context(published, workspace, load_instruments(root), "da", load_mechanisms(root))
    pieces = make_pieces(context, project)
    return [figure for piece in pieces for _, figure in piece.figures], load_brand(project / "_brand.yml")


def main(root: Path) -> None:
    """Time each part and print it."""
    clock = Clock()
    with clock("imports"):
        for name in LIBRARIES + HEAVY:
            importlib.import_module(name)
    import pypandoc
    import typst

    figures, brand = figures_of(root)
    with tempfile.TemporaryDirectory() as folder:
        with clock("figures"):
            for number, figure in enumerate(figures):
                plot = figure.draw(brand)  # type: ignore[attr-defined]
                for suffix in ("svg", "png"):
                    plot.save(Path(folder) / f"{number}.{suffix}", dpi=200, verbose=False)
        html = (root / "reports/_output/midtvejsevaluering/midtvejsevaluering.html").read_text(encoding="utf-8")
        source = Path(folder) / "report.md"
        with clock("_source"):
            pypandoc.convert_text(html, "markdown", "html", outputfile=str(source))
        text = source.read_text(encoding="utf-8")
        with clock("pandoc"):
            pypandoc.convert_text(text, "html5", "markdown", ["--standalone"], outputfile=f"{folder}/r.html")
            pypandoc.convert_text(text, "docx", "markdown", outputfile=f"{folder}/r.docx")
            made = pypandoc.convert_text(text, "typst", "markdown", ["--standalone"])
        made = "\n".join(line for line in made.splitlines() if "image(" not in line)
        (Path(folder) / "r.typ").write_text(made, encoding="utf-8")
        with clock("typst"):
            try:
                typst.compile(f"{folder}/r.typ", output=f"{folder}/r.pdf")
            except RuntimeError:
                # the bare text of our html may hold labels Typst does not know: time it without them
                (Path(folder) / "r.typ").write_text(text.replace("#", "").replace("@", ""), encoding="utf-8")
                typst.compile(f"{folder}/r.typ", output=f"{folder}/r.pdf")
    clock.seconds.pop("_source")
    sys.stdout.write(json.dumps({"figures_drawn": len(figures), **clock.seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
