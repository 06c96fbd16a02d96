"""Mechanisms and potentials: the assumption, what was measured about it, what people say, and how it was judged."""

from __future__ import annotations

from evaluation.presentation.context import Context, Row, SurveyView, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, bullets, div, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, fictional, quote, sentences, verdict_word
from evaluation.presentation.sentences import ORDER
from evaluation.presentation.tables import Column, Table

#: How an assumption may be judged, in the order they are told.
JUDGED = ("forward", "backward", "mixed", "still", "open", "none")
_TABLE, _TEXT, _POINTS = "tbl-mekanismer", "txt-mekanismer", "txt-mekanismer-hovedpointer"


def mechanisms(ctx: Context) -> list[Piece]:
    """``tbl-mekanismer``, ``txt-mekanismer`` and ``txt-mekanismer-hovedpointer``."""
    content = _table(ctx)
    if not content.targets:
        left_out = ctx.say("omitted", "no_mechanisms")
        return [content, omitted(_TEXT, left_out), Piece(_POINTS, "")]
    points = div("hovedpointer", bullets(mechanism_points(ctx)))
    return [content, _text(ctx, content), Piece(_POINTS, points)]


def judgement(ctx: Context, mechanism: str) -> str:
    """What the measurements say about an assumption together: one of :data:`JUDGED`.

    ``forward``: at least one scale has improved and none declined; ``backward`` the other way round; ``mixed``: both;
    ``still``: all unchanged; ``open``: no change is certain, and not all can be called unchanged; ``none``: no scale
    that can be judged.
    """
    voice = sentences(ctx)
    kinds = {voice.kind_of(row) for _, row in _spoken(ctx, mechanism)} & set(ORDER)
    forward, backward = kinds & {"fremgang", "lille_fremgang"}, kinds & {"tilbagegang", "lille_tilbagegang"}
    if forward or backward:
        return "mixed" if forward and backward else "forward" if forward else "backward"
    return "still" if kinds == {"uaendret"} else "open" if kinds else "none"


def judgements(ctx: Context) -> dict[str, list[str]]:
    """Quoted titles of the assumptions by how they were judged."""
    found: dict[str, list[str]] = {form: [] for form in JUDGED}
    for key, entry in ctx.mechanisms.items():
        found[judgement(ctx, key)].append(quote(ctx, markdown(said(entry.title, ctx.lang))))
    return {form: names for form, names in found.items() if names}


def mechanism_points(ctx: Context) -> list[str]:
    """How many assumptions were judged in each way; those that do not point forward by name."""
    found, total = judgements(ctx), len(ctx.mechanisms)
    found["quiet"] = [*found.pop("still", []), *found.pop("open", [])]
    told: list[str] = []
    for form in ("forward", "backward", "mixed", "quiet", "none"):
        names = found.get(form, [])
        if names:
            places = {"count": ctx.numbers.count(len(names)), "total": ctx.numbers.count(total)}
            share = ctx.say("mechanism_points", "share_all" if len(names) == total else "share", **places)
            share = share if not told else places["count"]
            listed = ctx.numbers.listing(names)
            told.append(ctx.say("mechanism_points", form, share=share, list=listed))
    return [*told, ctx.say("mechanism_points", "caution")]


def _spoken(ctx: Context, mechanism: str) -> list[tuple[SurveyView, Row]]:
    """Published main measures that speak to a mechanism or potential."""
    found = []
    for view in ctx.surveys:
        if view.instrument is None:
            continue
        scales = {scale.id for scale in view.instrument.scales if mechanism in scale.mechanisms}
        items = {item.id for item in view.instrument.items if mechanism in item.mechanisms}
        found += [(view, row) for row in view.main if row["measure"] in scales | items]
    return found


def _felt(ctx: Context, mechanism: str) -> list[tuple[SurveyView, Row]]:
    """Perceived change that speaks to a mechanism or potential."""
    return [
        (view, row)
        for view in ctx.surveys
        for row in view.perceived
        if row["group"] == "kommune"
        and str(row["item"]) in view.items
        and mechanism in view.items[str(row["item"])].mechanisms
    ]


def _table(ctx: Context) -> Piece:
    if not ctx.mechanisms:
        return omitted(_TABLE, ctx.say("omitted", "no_mechanisms"))
    heads, words, judged = ctx.words("heads"), ctx.words("mechanisms"), ctx.words("mechanism_judged")
    columns = (
        Column(str(heads["assumption"]), 32),
        Column(str(heads["measured"]), 30),
        Column(str(heads["felt"]), 24),
        Column(str(judged["head"]), 14),
    )
    rows: list[tuple[str, ...]] = []
    used: list[Row] = []
    rated: list[Row] = []
    for kind in ("mekanisme", "potentiale"):
        mine = [entry for entry in ctx.mechanisms.values() if entry.kind == kind]
        if mine:
            rows.append((str(words[kind]),))
        for entry in mine:
            title, text = (markdown(said(part, ctx.lang)) for part in (entry.title, entry.description))
            measured, felt = _spoken(ctx, entry.id), _felt(ctx, entry.id)
            used += [row for _, row in measured] + [row for _, row in felt]
            rated += [row for _, row in felt]
            cells = _measured(ctx, measured), _told(ctx, felt), str(judged[judgement(ctx, entry.id)])
            rows.append((f"*{title}.* {text}", *cells))
    # Nothing in this table is printed as "..": what is not shown says so in words.
    remarks = [ctx.say("note", "mechanisms"), ctx.say("mechanism_judged", "note"), _base(ctx, used, rated)]
    below = anm(ctx, remarks, fictional(ctx, ctx.say("note", "source_all")))
    text = table(_TABLE, Table(columns, tuple(rows)), ctx.say("caption", "mechanisms"), below)
    return Piece(_TABLE, text, (), frozenset({_TABLE}))


def _base(ctx: Context, measured: list[Row], rated: list[Row]) -> str:
    """How many answers stand behind the verdicts and behind the percentages."""
    after = [int(row["n_after"]) for row in measured if "n_after" in row and not is_missing(row["n_after"])]
    felt = [int(row["n"]) for row in rated if not row["suppressed"] and not is_missing(row["n"])]
    told = []
    for form, counts in (("base", after), ("base_felt", felt)):
        if counts:
            low, high = ctx.numbers.integer(min(counts)), ctx.numbers.integer(max(counts))
            told.append(ctx.say("mechanism_judged", form, n=low if low == high else f"{low}–{high}"))
    return " ".join(told)


def _measured(ctx: Context, found: list[tuple[SurveyView, Row]]) -> str:
    voice = sentences(ctx)
    told = [f"{view.quoted(str(row['measure']))}: {verdict_word(ctx, voice, row)}" for view, row in found]
    return "; ".join(told) or str(ctx.words("mechanisms")["none"])


def _told(ctx: Context, found: list[tuple[SurveyView, Row]]) -> str:
    told = []
    for view, row in found:
        if row["suppressed"] or is_missing(row["share_better"]) or is_missing(row["share_worse"]):
            told.append(f"{view.quoted(str(row['item']))}: {ctx.words('verdicts')['hidden']}")
            continue
        places = {part: ctx.numbers.share(row[f"share_{part}"]) for part in ("better", "worse")}
        told.append(ctx.say("mechanisms", "felt", measure=view.quoted(str(row["item"])), **places))
    return "; ".join(told) or str(ctx.words("mechanisms")["none"])


def _text(ctx: Context, content: Piece) -> Piece:
    """How many assumptions were measured, which way they point, and how to read the table."""
    voice = sentences(ctx)
    total = len(ctx.mechanisms)
    measured = [m for m in ctx.mechanisms if any(voice.kind_of(row) in ORDER for _, row in _spoken(ctx, m))]
    lead = ctx.say(
        "text",
        "mechanisms_lead" + {0: "_none", total: "_all", 1: "_one"}.get(len(measured), ""),
        total=voice.numbers.count(total),
        measured=voice.numbers.count(len(measured)),
    )
    if ref := ctx.refs(content):
        lead += " " + ctx.say("text", "mechanisms_refs", ref=ref)
    found = judgements(ctx)
    told = [
        ctx.say("text", f"mechanisms_{form}", list=ctx.numbers.listing(found[form]))
        for form in ("forward", "backward", "mixed")
        if form in found
    ]
    quiet = [*found.get("still", []), *found.get("open", [])]
    told += [ctx.say("mechanism_points", "quiet_text", list=ctx.numbers.listing(quiet))] if quiet else []
    return Piece(_TEXT, paragraphs(lead, *told, ctx.say("text", "mechanisms_caution")))
