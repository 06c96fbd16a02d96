"""``evaluation quotes export`` and ``evaluation quotes read``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from evaluation.cli.output import language, progress, say, word

app = typer.Typer(name="quotes", help="Open answers: masked, reviewed by a person, published.", no_args_is_help=True)

Workspace = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace (default: where you stand).")]
Lang = Annotated[Literal["da", "en"] | None, typer.Option("--lang", help="Language of messages and workbook.")]


@app.command(name="export")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write.")],
    workspace: Workspace = Path(),
    lang: Lang = None,
) -> None:
    """Masked open answers as a workbook in which a person decides on each quote."""
    from evaluation.common.language import catalogue
    from evaluation.workflow.quotes import export_quotes

    lang_ = language(lang)
    with progress(lang_) as report:
        made = export_quotes(workspace, file, lang=lang_, progress=report)
    text = catalogue("quotes", lang_)
    kinds = ", ".join(f"{text['kinds'][kind]} {count}" for kind, count in sorted(made.masked.items()))
    say(word("quotes_exported", lang_, quotes=made.quotes, file=made.file))
    say(word("quotes_masked", lang_, kinds=kinds or "–"))
    for reason, count in made.left_out.items():
        say(f"  {text['left_out'][reason]}: {count}")
    if made.absent:
        say(word("quotes_absent", lang_, names="; ".join(made.absent)))


@app.command(name="read")
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The reviewed workbook.")],
    workspace: Workspace = Path(),
    lang: Lang = None,
) -> None:
    """Read a reviewed workbook back; what was accepted becomes the published quotes."""
    from evaluation.workflow.quotes import read_quotes

    lang_ = language(lang)
    with progress(lang_) as report:
        done = read_quotes(workspace, file, progress=report)
    names = ("accept", "edit", "reject", "deleted", "undecided", "same_person")
    say(word("quotes_read", lang_, published=done.published, file=done.file))
    say(word("quotes_counts", lang_, **{name: done.counts.get(name, 0) for name in names}))
