"""Perceived change (*oplevet ændring*): asked once, told in words of its own, never pooled with measured change."""

from __future__ import annotations

import pandas as pd

from evaluation.presentation.context import KOMMUNE, Context, Row, SurveyView
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs
from evaluation.presentation.pieces.common import anm, fictional, hidden_remark, missing, sentences, why_not

#: Up to this many matters get a sentence each.
_FEW = 2


def perceived(ctx: Context, view: SurveyView) -> list[Piece]:
    """``fig-S-oplevet`` and ``txt-S-oplevet``."""
    chart = perceived_figure(ctx, view)
    return [chart, perceived_text(ctx, view, chart)]


def _rows(view: SurveyView) -> list[Row]:
    order = {item: place for place, item in enumerate(view.items)}
    rows = [row for row in view.perceived if row["group"] == KOMMUNE]
    return sorted(rows, key=lambda row: order.get(str(row["item"]), len(order)))


def _shown(row: Row) -> bool:
    return not row["suppressed"] and not any(is_missing(row[f"share_{part}"]) for part in ("worse", "same", "better"))


def perceived_figure(ctx: Context, view: SurveyView) -> Piece:
    """``fig-S-oplevet``: worse, same and better around zero."""
    name = f"fig-{view.id}-oplevet"
    rows = _rows(view)
    if not any(_shown(row) for row in rows):
        return missing(ctx, view, name, "all_hidden" if rows else "not_perceived")
    from evaluation.presentation.figures.perceived import PerceivedChange

    words = ctx.words("figure_words")
    made = [
        {
            "label": view.raw_label(str(row["item"])),
            **{
                f"share_{part}": float(row[f"share_{part}"]) if _shown(row) else float("nan")
                for part in ("worse", "same", "better")
            },
            "n": row["n"],
        }
        for row in rows
    ]
    chart = PerceivedChange(
        rows=pd.DataFrame(made),
        words={part: str(words[part]) for part in ("worse", "same", "better", "hidden")},
        decimal="," if ctx.lang == "da" else ".",
    )
    waves = ctx.numbers.listing([view.wave_label(wave) for wave in dict.fromkeys(str(row["wave"]) for row in rows)])
    caption = ctx.say("caption", "perceived", title=view.title, waves=waves)
    remarks = [ctx.say("note", "perceived"), _aside(ctx, rows), hidden_remark(ctx, rows)]
    source = ctx.say("note", "source_survey", respondents=view.respondents, kommune=ctx.kommune, waves=waves)
    below = anm(ctx, remarks, fictional(ctx, ctx.say("note", "source_one", survey=source)))
    return Piece(name, figure(name, _alt(ctx, view, rows), caption, below), ((name, chart),), frozenset({name}))


def _aside(ctx: Context, rows: list[Row]) -> str:
    """How many of those asked could not judge."""
    values = {}
    for part in ("dont_know", "not_here"):
        known = [float(row[f"share_{part}"]) for row in rows if not is_missing(row[f"share_{part}"])]
        values[part] = ctx.numbers.percent(max(known)) if known else ""
    if not all(values.values()):
        return ""
    return ctx.say("note", "perceived_aside", **values)


def _alt(ctx: Context, view: SurveyView, rows: list[Row]) -> str:
    parts = [ctx.say("alt", "perceived", count=len(rows))]
    for row in rows:
        if _shown(row):
            places = {part: ctx.numbers.percent(row[f"share_{part}"]) for part in ("worse", "better")}
            parts.append(ctx.say("alt", "perceived_row", label=view.raw_label(str(row["item"])).rstrip("."), **places))
    return " ".join(parts)


def perceived_points(ctx: Context, view: SurveyView, most: int = 1) -> list[str]:
    """Perceived change for the whole municipality, as lines that may stand as bullets.

    Two matters or fewer: a sentence each. More: which way most people see them, and the ``most`` telling ones.
    """
    voice = sentences(ctx)
    rows = [(row, view.quoted(str(row["item"]))) for row in _rows(view)]
    if rows and not any(_shown(row) for row, _ in rows):
        return [ctx.say("omitted", "all_hidden")]
    told = voice.all_perceived(rows, most) if len(rows) > _FEW else []
    return told or [voice.perceived(row, name) for row, name in rows]


def perceived_text(ctx: Context, view: SurveyView, chart: Piece) -> Piece:
    """``txt-S-oplevet``: which way people see the matters, and the most telling of them."""
    name = f"txt-{view.id}-oplevet"
    if not view.has_data:
        return omitted(name, why_not(ctx, view))
    rows = _rows(view)
    if not rows:
        return missing(ctx, view, name, "not_perceived")
    if not any(_shown(row) for row in rows):
        return missing(ctx, view, name, "all_hidden")
    ref = ctx.refs(chart)
    lead = ctx.say("text", "perceived_lead", ref=ref) if ref else ""
    told = " ".join(perceived_points(ctx, view, 3)).replace("**", "")
    return Piece(name, paragraphs(lead, told, ctx.say("text", "perceived_caution")))
