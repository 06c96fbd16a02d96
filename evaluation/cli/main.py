"""The ``evaluation`` command.

Exit code 0: done; 1: the user's input needs mending; 2: wrong usage. Heavy libraries
are imported by the stage that uses them, never here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evaluation.cli.claims import claims
from evaluation.cli.claims import summary as claims_summary
from evaluation.cli.draft import draft as draft_chapters
from evaluation.cli.output import language, progress, say, show_error, tell, word
from evaluation.cli.quotes import app as quotes_app
from evaluation.cli.review import review
from evaluation.common.errors import EvaluationError, fail

if TYPE_CHECKING:
    from evaluation.presentation.claims.check import Prose

app = typer.Typer(
    name="evaluation",
    help="Surveys before and after a frisættelse: from exports to the midtvejsevaluering.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(quotes_app)
app.command()(review)
app.command()(claims)
app.command(name="draft")(draft_chapters)

Workspace = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace (default: where you stand).")]
Lang = Annotated[Literal["da", "en"] | None, typer.Option("--lang", help="Language of messages.")]
DocumentLang = Annotated[
    Literal["da", "en"] | None,
    typer.Option("--lang", help="Language of the documents (default: the plan's) and of messages."),
]
Engine = Annotated[
    Literal["auto", "quarto", "embedded"], typer.Option("--engine", help="Which engine sets the documents.")
]
Draft = Annotated[bool, typer.Option("--draft", help="Mark what does not hold instead of stopping.")]
Products = Annotated[list[str] | None, typer.Argument(help="Report projects (default: those of the plan).")]


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write the workspace.")] = Path("demo"),
    respondents: Annotated[
        int | None, typer.Option(min=300, help="Answers a wave in all surveys together (usual: 1350).")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the invented data.")] = None,
    lang: Lang = None,
) -> None:
    """Write the workspace of a fictional municipality, with its survey exports."""
    from evaluation.demo.make import make_demo

    lang_ = language(lang)
    more = {} if seed is None else {"seed": seed}
    with progress(lang_) as report:
        made = make_demo(folder, respondents=respondents, progress=report, **more)
    answers = sum(answered for _, answered in made.sizes.values())
    exports = sum(name.startswith("data/raw/") for name in made.files)
    say(word("demo_made", lang_, root=folder, files=exports, answers=answers))
    if made.kept:
        say(word("demo_kept", lang_, names=", ".join(made.kept)))


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="An export file.")],
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    lang: Lang = None,
) -> None:
    """What an export holds: format, rows, columns, variables, labels, missing codes, warnings."""
    from evaluation.workflow.inspect import inspect as look

    lang_ = language(lang)
    found = look(file, sheet)
    if as_json:
        say(json.dumps(found, ensure_ascii=False))
        return
    say(word("inspect_head", lang_, **{name: found[name] for name in ("format", "rows", "columns")}))
    if found["fictional"]:
        say(word("inspect_fictional", lang_))
    if found["status"]:
        counts = ", ".join(f"{name} {count}" for name, count in found["status"].items())
        say(word("inspect_status", lang_, status=counts))
    if found["weight"]:
        say(word("inspect_weight", lang_, weight=found["weight"]))
    for variable in found["variables"]:
        labels = "; ".join(f"{code} {label}" for code, label in list(variable["value_labels"].items())[:8])
        say(f"  {variable['name']:<16} {variable['type']:<9} {variable['label'][:70]}")
        if labels:
            say(f"  {'':<16} {'':<9} [{labels[:110]}]")
    for remark in found["warnings"]:
        say(word("inspect_warning", lang_, text=remark[lang_]))


@app.command()
def codebook(
    file: Annotated[Path, typer.Argument(help="An export file.")],
    out: Annotated[Path | None, typer.Option("--out", help="Codebook to write (default: shown).")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    lang: Lang = None,
) -> None:
    """Draft an instrument from an export; what is guessed is marked for a person to confirm."""
    from evaluation.workflow.codebook import draft

    lang_ = language(lang)
    made = draft(file, sheet, out, lang_)
    if out is None:
        say(made.text.rstrip())
        return
    counts = {"items": len(made.draft.items), "scales": len(made.draft.scales), "groups": len(made.draft.groups)}
    say(word("codebook_drafted", lang_, file=out, marks=made.confirmations, **counts))
    if made.draft.columns:
        say(word("codebook_columns", lang_))


@app.command()
def check(workspace: Workspace = Path(), lang: Lang = None) -> None:
    """The plan and the files against it; every problem at once."""
    from evaluation.workflow.check import check as look

    lang_ = language(lang)
    with progress(lang_) as report:
        found = look(workspace, report)
    say(word("check_ok", lang_, surveys=found.surveys, releases=found.releases))
    for survey, wave, rows_in, rows_kept, findings in found.imported:
        values = {"survey": survey, "wave": wave, "rows_in": rows_in, "rows_kept": rows_kept, "findings": findings}
        say(word("check_file", lang_, **values))
    if not found.imported:
        say(word("nothing_read", lang_))
    for one in found.changed:
        say(word("raw_gone" if one.gone else "raw_changed", lang_, path=one.path, seen=one.seen))
    if found.awaited:
        say(word("awaited", lang_, names=", ".join(f"{survey} {wave}" for survey, wave in found.awaited)))


def _run(
    workspace: Path,
    stages: tuple[str, ...],
    lang: str,
    products: list[str] | None = None,
    engine: str = "auto",
    draft: bool = False,
    table: Path | None = None,
    documents: str | None = None,
) -> None:
    from evaluation.workflow.analysis import published_folder
    from evaluation.workflow.helpers import Helpers
    from evaluation.workflow.run import run

    prose: dict[str, Prose] = {}
    try:
        with progress(lang) as report, Helpers(3) as helpers:
            done = run(
                workspace, stages, products=products or (), engine=engine, draft=draft,
                progress=report, helpers=helpers, problems=table, prose=prose, lang=documents,
            )  # fmt: skip
    except EvaluationError:
        # how many claims hold is told at each render, also at one that stops
        for line in claims_summary(prose, lang):
            tell(line)
        raise
    if "import" in stages:
        names = ", ".join(f"{survey} {wave}" for survey, wave in done.imported)
        say(word("imported", lang, names=names) if names else word("import_fresh", lang))
        for line in _import_lines(workspace, done.imported, lang):
            say(line)
    if "analyse" in stages:
        folder = published_folder(workspace)
        say(word("analysed", lang, folder=folder) if done.analysed else word("analyse_fresh", lang))
    for product, result in done.rendered.items():
        if result is None:
            say(word("render_fresh", lang, product=product))
        else:
            values = {"engine": result.engine, "version": result.engine_version, "seconds": f"{result.seconds:.1f}"}
            say(word("rendered", lang, product=product, **values))
    for product, chapters in done.silent.items():
        say(word("english_silent", lang, product=product, names=", ".join(chapters)))
    for line in claims_summary(prose, lang):
        say(line)
    if done.files:
        say(word("reports", lang))
        for path in done.files:
            say(f"  {path}")


def _import_lines(workspace: Path, keys: tuple[tuple[str, str], ...], lang: str) -> list[str]:
    from evaluation.workflow.imports import read_report

    lines = []
    for key in keys:
        report = read_report(workspace, key)
        names = ("survey", "wave", "format", "rows_in", "rows_kept", "completed", "partial", "not_opened")
        lines.append("  " + word("import_report", lang, **{name: report[name] for name in names}))
        lines += [f"    {text}" for text in report["dropped_text"][lang]]
        lines += [f"    {text}" for text in report["findings_text"][lang]]
    return lines


@app.command(name="import")
def import_(
    workspace: Workspace = Path(),
    problems: Annotated[
        Path | None, typer.Option("--problems", help="A csv for all that is found, also where the import stops.")
    ] = None,
    lang: Lang = None,
) -> None:
    """Read the exports the plan names into the store."""
    lang_ = language(lang)
    refused = False
    try:
        _run(workspace, ("import",), lang_, table=problems)
    except EvaluationError as error:
        refused = error.problems[0].code.startswith("problems-")
        raise
    finally:
        if problems is not None and problems.is_file() and not refused:
            tell(word("problems_table", lang_, path=problems))


@app.command()
def analyse(workspace: Workspace = Path(), lang: Lang = None) -> None:
    """Estimates, and through the disclosure gate the published tables."""
    _run(workspace, ("analyse",), language(lang))


@app.command()
def render(
    products: Products = None,
    workspace: Workspace = Path(),
    engine: Engine = "auto",
    draft: Draft = False,
    lang: DocumentLang = None,
) -> None:
    """Set the report projects as html, PDF and Word."""
    _run(workspace, ("render",), language(lang), products, engine, draft, documents=lang)


@app.command(name="run")
def run_(
    products: Products = None,
    workspace: Workspace = Path(),
    engine: Engine = "auto",
    draft: Draft = False,
    lang: DocumentLang = None,
) -> None:
    """All of it, only what changed since last time."""
    _run(workspace, ("import", "analyse", "render"), language(lang), products, engine, draft, documents=lang)


@app.command()
def status(workspace: Workspace = Path(), lang: Lang = None) -> None:
    """What is there, what is stale and why."""
    from evaluation.workflow.quotes_state import AWAITING, NOT_EXPORTED
    from evaluation.workflow.status import status as look

    waiting = {(AWAITING,): "status_quotes_awaiting", (NOT_EXPORTED,): "status_quotes_new"}
    lang_ = language(lang)
    found = look(workspace)
    for stage in found.stages:
        state = word("status_stale" if stage.needed else "status_fresh", lang_)
        because = word("status_because", lang_, names=", ".join(stage.because))
        if stage.because == ("new",):
            because = word("status_new", lang_)
        if stage.because in waiting:
            say(f"{stage.stage:<36} {word(waiting[stage.because], lang_)}")
            continue
        say(f"{stage.stage:<36} {state}" + (f" – {because}" if stage.needed else ""))
    if not found.stages:
        say(word("status_empty", lang_))
    for one in found.changed:
        say(word("raw_gone" if one.gone else "raw_changed", lang_, path=one.path, seen=one.seen))
    if found.awaited:
        say(word("awaited", lang_, names=", ".join(f"{survey} {wave}" for survey, wave in found.awaited)))


@app.command()
def publish(
    name: Annotated[str, typer.Argument(metavar="YEAR", help="The year; YEAR-rN for the Nth correction of it.")],
    workspace: Workspace = Path(),
    lang: Lang = None,
) -> None:
    """Freeze what is handed out: tables, the gate's record, hashes of the documents."""
    from evaluation.workflow.publishing import publish as freeze

    lang_ = language(lang)
    made = freeze(workspace, name)
    known = made.manifest
    if not made.new:
        say(word("publish_same", lang_, publication=known.name, date=known.date))
        return
    size = f"{made.size / 1e6:.1f}".replace(".", "," if lang_ == "da" else ".")
    values = {"files": len(known.files), "documents": len(known.documents), "size": size}
    say(word("publish_done", lang_, publication=known.name, folder=made.folder, **values))


@app.command()
def verify(
    target: Annotated[str, typer.Argument(metavar="FILE|YEAR", help="A finished file, or a publication.")],
    workspace: Workspace = Path(),
    lang: Lang = None,
) -> None:
    """Whether a file or a publication is as it was published."""
    from evaluation.workflow.publishing import verify as look

    lang_ = language(lang)
    found = look(workspace, target)
    values = {"publication": found.name, "what": found.what, "date": found.date}
    values |= {"files": str(found.files), "documents": str(found.documents)}
    say(word("verify_file" if found.what else "verify_whole", lang_, **values))


@app.command()
def audit(
    workspace: Workspace = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", min=0, help="Seconds; what is not done by then is not proven.")
    ] = None,
    lang: Lang = None,
) -> None:
    """Attack what was published: what could an outsider work out? Exit code 1 for a leak, or for no proof."""
    from evaluation.cli.audit import lines
    from evaluation.workflow.audit import as_json as plain
    from evaluation.workflow.audit import audit_workspace

    lang_ = language(lang)
    with progress(lang_) as report:
        found = audit_workspace(workspace, seconds=time_limit, processes=2, progress=report)
    for line in [json.dumps(plain(found), ensure_ascii=False)] if as_json else lines(found, lang_):
        say(line)
    if not found.safe:
        raise typer.Exit(1)


@app.command(name="panel-key")
def panel_key(workspace: Workspace = Path(), lang: Lang = None) -> None:
    """The key of the pseudonyms: made where there is none, and its fingerprint for the plan."""
    from evaluation.responses.pseudonyms import create_key, key_path, load_key

    lang_ = language(lang)
    path = key_path()
    there = path.is_file()
    key = load_key(workspace, None) if there else create_key(workspace)
    say(word("panel_key_there" if there else "panel_key_made", lang_, path=path))
    say(word("panel_key_plan", lang_, fingerprint=key.fingerprint))


def run() -> None:
    """Entry point: commands with errors told in plain words."""
    lang = _lang_of(sys.argv)
    for stream in (sys.stdout, sys.stderr):
        # a Windows console in cp1252 must not stop a run over an arrow or a dash
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except EvaluationError as error:
        show_error(error, lang)
        sys.exit(1)
    except OSError as error:
        # disk full, file open in Word, no permission: the user can mend these
        show_error(fail("not-writable", where=error.filename or "", found=error.strerror or error), lang)
        sys.exit(1)
    except KeyboardInterrupt:
        tell("")
        sys.exit(130)


def _lang_of(argv: list[str]) -> str:
    for position, argument in enumerate(argv):
        if argument == "--lang" and argv[position + 1 : position + 2] and argv[position + 1] in ("da", "en"):
            return argv[position + 1]
        if argument.startswith("--lang=") and argument[7:] in ("da", "en"):
            return argument[7:]
    return language(None)
