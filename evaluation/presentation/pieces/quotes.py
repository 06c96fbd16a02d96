"""What people wrote themselves: accepted quotes, by role only, printed letter by letter."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.disclosure.published_quotes import PublishedQuote
from evaluation.presentation.context import Context, SurveyView
from evaluation.presentation.escape import markdown, plain
from evaluation.presentation.piece import Piece, div, omitted, paragraphs
from evaluation.presentation.pieces.common import anm, source


def quotes(ctx: Context, view: SurveyView) -> list[Piece]:
    """``txt-S-citater``, and ``txt-S-citater-THEME`` for each theme of an open question; empty without quotes."""
    name = f"txt-{view.id}-citater"
    themes = dict.fromkeys(question.theme for question in view.instrument.open) if view.instrument else {}
    names = {name: None, **{f"{name}-{theme}": theme for theme in themes}}
    if ctx.quotes_stale:
        return [omitted(one, ctx.say("quotes", "stale")) if themes else Piece(one, "") for one in names]
    found = [quote for quote in ctx.quotes if quote.survey == view.id]
    return [
        Piece(one, _text(ctx, view, [quote for quote in found if theme in (None, quote.theme)]))
        for one, theme in names.items()
    ]


def _text(ctx: Context, view: SurveyView, found: Sequence[PublishedQuote]) -> str:
    if not found:
        return ""
    words = ctx.words("quotes")
    remarks = [str(words["note"])]
    remarks += [str(words["masked"])] if any(quote.masked for quote in found) else []
    remarks += [str(words["edited"])] if any(quote.edited for quote in found) else []
    lead = ctx.say("quotes", "lead", respondents=view.respondents)
    printed = [div("citat", paragraphs(_quoted(ctx, quote), _by(ctx, view, quote))) for quote in found]
    return paragraphs(lead, *printed, anm(ctx, remarks, source(ctx, [view])))


def _quoted(ctx: Context, quote: PublishedQuote) -> str:
    """The words between quotation marks, each sign escaped: no markup, shortcode or reference works in them."""
    text = markdown(plain(quote.text))
    return f"»{text}«" if ctx.lang == "da" else f"“{text}”"


def _by(ctx: Context, view: SurveyView, quote: PublishedQuote) -> str:
    """The role, or the survey's respondents as a whole; the wave where it may be told."""
    question = next((q for q in view.instrument.open if q.id == quote.question), None) if view.instrument else None
    group = f"{question.role}-{quote.role}" if question is not None and question.role and quote.role else ""
    if group in view.group_labels:
        who = view.group_label(group)
    else:
        who = ctx.say("quotes", "somebody", respondents=view.respondents)
    return f"{who}, {view.wave_label(quote.wave)}" if quote.wave else who
