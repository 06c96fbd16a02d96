"""Where the numbers come from and how to make them again: checksums of the files, and the commands."""

from __future__ import annotations

from evaluation.presentation.context import Context
from evaluation.presentation.escape import markdown
from evaluation.presentation.piece import Piece, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, fictional
from evaluation.presentation.tables import Column, Table

#: So many figures of a checksum tell two files apart.
SHOWN = 16
_TABLE = "tbl-kontrolsummer"


def trace(ctx: Context) -> list[Piece]:
    """``tbl-kontrolsummer`` and ``txt-genkoersel``."""
    content = checksums_table(ctx)
    return [content, rerun_text(ctx, content)]


def checksums_table(ctx: Context) -> Piece:
    """One row a received file; a file that several surveys are read from is listed once."""
    heads = ctx.words("trace")
    views = {view.id: view for view in ctx.surveys}
    files: dict[str, tuple[str, list[str]]] = {}
    for entry in ctx.published.meta.get("sources", ()):
        view = views.get(str(entry["survey"]))
        title = view.title if view else markdown(str(entry["survey"]))
        wave = view.wave_label(str(entry["wave"])) if view else markdown(str(entry["wave"]))
        files.setdefault(str(entry.get("sha256", "")), (str(entry["file"]), []))[1].append(f"{title}, {wave}")
    rows = tuple(
        ("; ".join(told), markdown(name), f"`{checksum[:SHOWN]}`")
        for checksum, (name, told) in files.items()
        if checksum
    )
    if not rows:
        return omitted(_TABLE, ctx.say("omitted", "no_data"))
    columns = (
        Column(str(heads["head_survey"]), 62),
        Column(str(heads["head_file"]), 50),
        Column(str(heads["head_sum"]), 44),
    )
    remark = ctx.say("trace", "note", figures=ctx.numbers.integer(SHOWN))
    below = anm(ctx, [remark], fictional(ctx, ctx.say("note", "source_files")))
    text = table(_TABLE, Table(columns, rows), ctx.say("trace", "caption"), below)
    return Piece(_TABLE, text, (), frozenset({_TABLE}))


def rerun_text(ctx: Context, content: Piece) -> Piece:
    """What to do to get the same numbers again, and to see whether a file is the same."""
    ref = ctx.refs(content)
    files = ctx.say("trace", "files", ref=ref) if ref else ""
    return Piece("txt-genkoersel", paragraphs(" ".join(part for part in (files, ctx.say("trace", "rerun")) if part)))
