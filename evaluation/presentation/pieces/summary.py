"""What everything adds up to: overview, conclusion, and the pieces of each survey in the generic product."""

from __future__ import annotations

from evaluation.presentation.context import Context, SurveyView
from evaluation.presentation.numbers import HIDDEN, NBSP, is_missing
from evaluation.presentation.piece import Piece, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, fictional, judged, noun_of, pair_labels, sentences
from evaluation.presentation.pieces.limits import limits
from evaluation.presentation.pieces.main_results import main_results
from evaluation.presentation.pieces.mechanisms import mechanisms
from evaluation.presentation.pieces.themes import themes
from evaluation.presentation.sentences import ORDER, capital
from evaluation.presentation.tables import Column, Table, number_column


def summary(ctx: Context) -> list[Piece]:
    """All pieces that look across surveys."""
    overview = overview_table(ctx)
    return [main_results(ctx, overview), overview, *mechanisms(ctx), conclusion(ctx), themes(ctx), *limits(ctx)]


def overview_table(ctx: Context) -> Piece:
    """``tbl-resultatoversigt``: how many measures of each survey got each verdict."""
    name = "tbl-resultatoversigt"
    views = [view for view in ctx.surveys if view.pair and view.main]
    if not views:
        return omitted(name, ctx.say("omitted", "no_overview"))
    heads, words = ctx.words("heads"), ctx.words("verdicts")
    # A verdict a row: long words such as "tilbagegang" have no room side by side.
    columns, counts = [Column(str(heads["verdict"]), 28)], []
    for view in views:
        voice = sentences(ctx)
        kinds = [voice.kind_of(row) for row in view.main]
        known = [kinds.count(verdict) for verdict in ORDER]
        counts.append([*known, len(kinds) - sum(known), len(kinds)])
        before, after = pair_labels(view)
        # A dash between the years would be a place to break the line.
        years = f"{before} {ctx.numbers.words['to']} {after}".replace(" ", NBSP)
        columns.append(number_column(f"{view.title} {years}", 72 // len(views)))
    names = [*(capital(str(words[verdict])) for verdict in ORDER), str(heads["other"]), str(heads["total"])]
    rows = [(name, *(ctx.numbers.integer(column[place]) for column in counts)) for place, name in enumerate(names)]
    rows.append((f"*{heads['n']}*", *(_answers(ctx, view) for view in views)))
    remarks = [ctx.say("note", "overview")]
    below = anm(ctx, remarks, fictional(ctx, ctx.say("note", "source_all")))
    text = table(name, Table(tuple(columns), tuple(rows)), ctx.say("caption", "overview", kommune=ctx.kommune), below)
    return Piece(name, text, (), frozenset({name}))


def _answers(ctx: Context, view: SurveyView) -> str:
    """Most answers to any measure before and after: ``412 / 402``."""
    sides = []
    for side in ("n_before", "n_after"):
        known = [int(row[side]) for row in view.main if not is_missing(row[side])]
        sides.append(ctx.numbers.integer(max(known)) if known else HIDDEN)
    return " / ".join(sides)


def conclusion(ctx: Context) -> Piece:
    """``txt-konklusion``: one paragraph a survey, then what they say together."""
    name = "txt-konklusion"
    views = [view for view in ctx.surveys if view.has_data]
    if not views:
        return omitted(name, ctx.say("omitted", "no_data"))
    told = [text for view in views if (text := _concluded(ctx, view))]
    awaited = [view for view in ctx.surveys if not view.has_data]
    closing = []
    if any(view.pair for view in views):
        closing.append(ctx.say("text", "conclusion_cause"))
    if awaited:
        listed = ctx.numbers.listing([view.respondents for view in awaited])
        closing.append(ctx.say("text", "conclusion_awaited", list=listed))
    return Piece(name, paragraphs(*told, " ".join(closing)))


def _concluded(ctx: Context, view: SurveyView) -> str:
    voice = sentences(ctx)
    rows = judged(view, voice)
    if not rows:
        return (
            _concluded_felt(ctx, view)
            if view.perceived
            else ctx.say("text", "conclusion_level", respondents=view.respondents)
        )
    parts: list[str] = []
    for verdict in ORDER:
        count = sum(1 for row in rows if row["verdict"] == verdict)
        if count:
            noun = noun_of(view)
            share = voice.short_count(count, noun, bare=True) if parts else voice.count(count, len(rows), noun)
            parts.append(ctx.say("concluded", verdict, share=share))
    return ctx.say("text", "conclusion_survey", respondents=view.respondents, list=ctx.numbers.listing(parts))


def _concluded_felt(ctx: Context, view: SurveyView) -> str:
    rows = [row for row in view.perceived if row["group"] == "kommune" and not is_missing(row["ci_low"])]
    voice = sentences(ctx)
    if not rows:
        return ""
    better = sum(1 for row in rows if row["ci_low"] > 0)
    worse = sum(1 for row in rows if row["ci_high"] < 0)
    places = {
        "respondents": view.respondents,
        "better": voice.count(better, len(rows), "forhold"),
        "worse": voice.count(worse, len(rows), "forhold"),
    }
    return ctx.say("text", "conclusion_felt", **places)


_PARTS = ("udvikling", "tendens", "svar", "grupper", "oplevet", "enheder", "prioritering")


def survey_pieces(survey: str) -> tuple[str, ...]:
    """Names of the pieces of one survey that ``alle-undersoegelser`` may include."""
    kinds = ("txt-{}-hovedpointer", "txt-{}-deltagelse", "txt-{}-citater", "tbl-bilag-{}", "fig-{}-vurderinger")
    parts = [f"{kind}-{{}}-{part}" for part in _PARTS for kind in ("txt", "fig", "tbl")]
    return tuple(pattern.format(survey) for pattern in (*kinds, *parts))


def all_surveys(ctx: Context) -> Piece:
    """``alle-undersoegelser``: headings and all pieces of every survey, for the generic product."""
    words = ctx.words("sections")
    parts = []
    for view in ctx.surveys:
        s = view.id
        parts += [f"## {view.title}", _include(f"txt-{s}-hovedpointer"), _include(f"txt-{s}-deltagelse")]
        if not view.has_data:
            continue
        if view.pair is not None or view.levels:
            parts += [f"### {words['change']}"]
            parts += [_include(n) for n in (f"txt-{s}-udvikling", f"fig-{s}-udvikling", f"tbl-{s}-udvikling")]
            parts += [_include(n) for n in (f"txt-{s}-tendens", f"fig-{s}-tendens", f"tbl-{s}-tendens")]
        if view.distributions and view.main_or_items:
            parts += [f"### {words['answers']}", _include(f"txt-{s}-svar"), _include(f"fig-{s}-svar")]
        if view.pair is not None and view.survey.groups:
            parts += [f"### {words['groups']}"]
            parts += [_include(n) for n in (f"txt-{s}-grupper", f"fig-{s}-grupper", f"tbl-{s}-grupper")]
            parts += [_include(f"fig-{s}-vurderinger")]
        if view.perceived:
            parts += [f"### {words['perceived']}"] if view.main_or_items else []
            parts += [_include(f"txt-{s}-oplevet"), _include(f"fig-{s}-oplevet")]
        if any(quote.survey == s for quote in ctx.quotes):
            parts += [f"### {words['quotes']}", _include(f"txt-{s}-citater")]
        if view.main_or_items:
            parts += [f"### {words['appendix']}", _include(f"tbl-bilag-{s}")]
    return Piece("alle-undersoegelser", paragraphs(*parts))


def _include(name: str) -> str:
    return "{{< include _resultater/" + name + ".qmd >}}"
