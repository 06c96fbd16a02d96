"""The main results, to be read alone: the release, every survey, mechanisms, and what the numbers cannot show."""

from __future__ import annotations

from datetime import date

from evaluation.presentation.context import Context, SurveyView, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.piece import Piece, bullets, paragraphs
from evaluation.presentation.pieces.change import points_of
from evaluation.presentation.pieces.limits import explanations
from evaluation.presentation.pieces.mechanisms import mechanism_points
from evaluation.presentation.pieces.scope import release_facts, rules_sentence


def main_results(ctx: Context, overview: Piece) -> Piece:
    """``txt-hovedresultater``."""
    views = [view for view in ctx.surveys if view.has_data]
    told_apart = []
    for view in ctx.surveys:
        told_apart += [f"**{view.title}**", bullets(points_of(ctx, view))]
    if ctx.mechanisms and any(view.pair for view in views):
        told_apart += [f"**{ctx.words('main_results')['mechanisms']}**", bullets(mechanism_points(ctx))]
    ref = ctx.refs(overview)
    refs = ctx.say("text", "main_overview", ref=ref) if ref else ""
    closing = " ".join(part for part in (_cause(ctx, views), refs) if part)
    return Piece("txt-hovedresultater", paragraphs(_lead(ctx, views), *told_apart, closing))


def _lead(ctx: Context, views: list[SurveyView]) -> str:
    """What was released, and whose answers the results rest on."""
    plan = ctx.workspace.plan
    lead = []
    if plan.releases:
        first = min(plan.releases, key=lambda release: release.start)
        title = markdown(said(first.title, ctx.lang))
        lead.append(
            ctx.say("text", "main_release", kommune=ctx.kommune, title=title, start=ctx.numbers.day(first.start))
        )
        lead += [release_facts(ctx, first) if len(plan.releases) == 1 else "", rules_sentence(ctx)]
    if views:
        lead.append(ctx.say("text", "main_surveys", list=ctx.numbers.listing(_asked(ctx, views))))
    else:
        lead.append(ctx.say("omitted", "no_data"))
    if views and not any(view.pair for view in views):
        lead.append(ctx.say("text", "main_no_pair"))
    return " ".join(part for part in lead if part)


def _cause(ctx: Context, views: list[SurveyView]) -> str:
    """What else may have moved the numbers, by name."""
    if not any(view.pair for view in views):
        return ctx.say("text", "main_caution")
    words = ctx.words("main_limits")
    named = [str(words[key]) for key in explanations(ctx) if key in words]
    told = ctx.say("main_results", "limits", list=ctx.numbers.listing(named)) if named else ""
    alone = "no_comparison" if ctx.workspace.plan.comparison is None else "one_comparison"
    return " ".join(part for part in (ctx.say("text", "main_caution"), told, ctx.say("main_results", alone)) if part)


def _asked(ctx: Context, views: list[SurveyView]) -> list[str]:
    """Who was asked and when; those whom two surveys asked are named once."""
    waves: dict[str, dict[str, date]] = {}
    for view in views:
        for wave in view.pair or [w.id for w in view.answered]:
            waves.setdefault(view.respondents, {})[view.wave_label(wave)] = view.wave(wave).start
    return [
        ctx.say("text", "main_asked", respondents=who, waves=ctx.numbers.listing(sorted(found, key=lambda w: found[w])))
        for who, found in waves.items()
    ]
