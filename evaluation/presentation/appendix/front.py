"""What a workbook says of itself: the first sheet, the notes on method, and what was hidden."""

from __future__ import annotations

from evaluation.presentation.appendix.labels import Labels
from evaluation.presentation.appendix.model import NONE, Num, Sheet, number_field, text_field, words
from evaluation.presentation.appendix.write import Cover, Properties
from evaluation.presentation.context import Context, said
from evaluation.presentation.numbers import HIDDEN
from evaluation.presentation.pieces.common import why_not
from evaluation.presentation.pieces.disclosure import hidden_counts
from evaluation.presentation.pieces.method import disclosure_text, documentation, method_text

_GUIDE = ("hidden", "none", "percent", "points", "n", "base", "interval", "p", "verdict", "mdc80", "filter")


def properties(ctx: Context) -> Properties:
    """Sender, language, mark and year of a workbook."""
    header = ctx.workspace.plan.evaluation
    own = ctx.words("appendix")
    return Properties(
        title=said(header.title, ctx.lang),
        sender=header.publisher or header.kommune,
        lang=ctx.lang,
        mark=mark(ctx),
        year=header.year,
        back=str(own["back"]),
        page=str(own["page"]),
    )


def mark(ctx: Context) -> str:
    """``Fiktive data``, where the data say so of themselves; else nothing."""
    return str(ctx.words("reporting")["fictional"]) if ctx.published.fictional else ""


def cover(ctx: Context) -> Cover:
    """The first sheet of the appendix."""
    labels = Labels(ctx)
    header, meta = ctx.workspace.plan.evaluation, ctx.published.meta
    title = said(header.title, ctx.lang)
    places = {"threshold": ctx.numbers.integer(meta.get("threshold", 5)), "level": ctx.level}
    guide = [(_sign(labels, key), labels.say(f"guide_{key}", **places)) for key in _GUIDE]
    guide.append((labels.say("guide_source_word"), _sources(ctx, labels)))
    if meta.get("plan_sha256"):
        told = labels.say("guide_plan", sha=str(meta["plan_sha256"])[:12], rule=str(meta.get("rule_version", "1")))
        guide.append((labels.say("guide_plan_word"), told))
    return Cover(
        name=labels.say("contents"),
        title=labels.say("cover_title", title=title),
        lines=(
            said(header.subtitle, ctx.lang) if header.subtitle else "",
            f"{header.kommune}, {header.year}",
            labels.say("cover_about"),
        ),
        heads=_heads(labels),
        guide_title=labels.say("guide_title"),
        guide=tuple(guide),
    )


def _heads(labels: Labels) -> tuple[str, str, str]:
    return labels.head("sheet"), labels.head("content"), labels.head("rows")


def figures_cover(ctx: Context) -> Cover:
    """The first sheet of the numbers behind the figures."""
    labels = Labels(ctx)
    header = ctx.workspace.plan.evaluation
    return Cover(
        name=labels.say("contents"),
        title=labels.say("figures_title", title=said(header.title, ctx.lang)),
        lines=(f"{header.kommune}, {header.year}", labels.say("figures_about")),
        heads=_heads(labels),
        guide_title=labels.say("guide_title"),
        guide=tuple(
            (_sign(labels, key), labels.say(f"guide_{key}", threshold=ctx.published.meta.get("threshold", 5)))
            for key in ("hidden", "none", "percent")
        ),
    )


def _sign(labels: Labels, key: str) -> str:
    return {"hidden": HIDDEN, "none": NONE}.get(key) or labels.say(f"guide_{key}_word")


def _sources(ctx: Context, labels: Labels) -> str:
    """Which surveys the numbers come from, by wave."""
    told = [
        f"{words(view.title)} ({ctx.numbers.listing([words(view.wave_label(wave.id)) for wave in view.answered])})"
        for view in ctx.surveys
        if view.has_data
    ]
    return labels.say("guide_source", list="; ".join(told) or NONE)


def notes(ctx: Context) -> Sheet:
    """``Noter``: how the numbers came about, paragraph by paragraph, in the words of the report."""
    labels = Labels(ctx)
    parts = {
        "method": method_text(ctx).text,
        "disclosure": disclosure_text(ctx).text,
        "documentation": documentation(ctx).text,
    }
    rows = [(labels.say(f"note_{key}"), words(part)) for key, text in parts.items() for part in text.split("\n\n")]
    rows += [
        (labels.say("note_missing"), words(why_not(ctx, view)))
        for view in ctx.surveys
        if not view.has_data or view.pair is None
    ]
    if not ctx.published.record.empty:
        rows.append((labels.say("note_hidden"), words(ctx.say("record_text", "note"))))
    rows.append((labels.say("note_units"), labels.say("note_units_text")))
    fields = (text_field(labels.head("subject"), 26), text_field(labels.head("note"), 96))
    shown = tuple(row for row in rows if row[1].strip())
    return Sheet(labels.say("notes_name"), labels.say("notes_title"), labels.say("notes_about"), fields, shown)


def disclosure(ctx: Context) -> Sheet | None:
    """``Diskretionering``: how many numbers were hidden or made coarser, by table, group and reason."""
    record = ctx.published.record
    if record.empty:
        return None
    labels = Labels(ctx)
    reasons, heads = ctx.words("record_reasons"), ctx.words("record_heads")
    rows = []
    for entry in hidden_counts(record).to_dict("records"):
        kind, rule = str(entry["table"]), str(entry["rule"])
        title = ctx.words("record_kinds").get(kind, ctx.words("record_tables").get(kind, kind))
        rows.append(
            (
                str(title),
                str(heads["hidden" if entry["hidden"] else "coarse"]),
                str(reasons.get(rule, rule)),
                Num(int(entry["groups"])),
                Num(int(entry["units"])),
            )
        )
    fields = (
        text_field(labels.head("numbers_of"), 34),
        text_field(str(heads["effect"]), 14),
        text_field(str(heads["why"]), 50),
        number_field(str(heads["groups"])),
        number_field(str(heads["units"])),
    )
    name, title, about = (labels.say(f"disclosure_{part}") for part in ("name", "title", "about"))
    return Sheet(name, title, about, fields, tuple(rows))
