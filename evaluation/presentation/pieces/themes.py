"""Results theme by theme, across surveys: one box of main points for every theme of the instruments."""

from __future__ import annotations

from evaluation.presentation.context import Context, SurveyView
from evaluation.presentation.piece import Piece, bullets, div, omitted, paragraphs
from evaluation.presentation.pieces.common import judged, sentences, theme_title
from evaluation.presentation.sentences import CHANGED, ORDER


def themes(ctx: Context) -> Piece:
    """``txt-temaer``: a heading and a box a theme, in the order of the instruments; surveys side by side in it."""
    name = "txt-temaer"
    titles: dict[str, str] = {}
    for view in ctx.surveys:
        for entry in view.instrument.themes if view.instrument else ():
            titles.setdefault(entry.id, theme_title(view, entry.id, ctx.lang))
    parts: list[str] = []
    for theme, title in titles.items():
        told = [text for view in ctx.surveys if (text := _of_survey(ctx, view, theme))]
        if told:
            parts += [f"### {title}", div("hovedpointer", bullets(told))]
    if not parts:
        return omitted(name, ctx.say("omitted", "no_overview"))
    return Piece(name, paragraphs(*parts))


def _of_survey(ctx: Context, view: SurveyView, theme: str) -> str:
    """``**Survey:** improvement on … ; largely no change on ….``; empty where the survey has nothing on the theme."""
    voice = sentences(ctx)
    rows = [row for row in judged(view, voice) if row["theme"] == theme]
    told = []
    for verdict in ORDER:
        mine = [(row, view.quoted(str(row["measure"]))) for row in rows if row["verdict"] == verdict]
        if mine:
            names = ctx.numbers.listing([measure for _, measure in mine])
            told.append(ctx.say("theme_points", verdict, list=voice.changes_of(mine) if verdict in CHANGED else names))
    return f"**{view.title}:** {'; '.join(told)}." if told else ""
