"""The elements of VIVE's model *Feedback om formålsopfyldelse*: own rendering, without order or arrows."""

from __future__ import annotations

from evaluation.presentation.context import Context
from evaluation.presentation.escape import unescaped
from evaluation.presentation.piece import Piece, figure, paragraphs
from evaluation.presentation.pieces.common import anm

_FIGURE, _TEXT = "fig-formaalsmodel", "txt-formaalsmodel"


def purpose_model(ctx: Context) -> list[Piece]:
    """``fig-formaalsmodel`` and ``txt-formaalsmodel``."""
    from evaluation.presentation.figures.purpose_model import PurposeModel

    # The order of VIVE's own figure is not known, so an order is chosen that plainly means nothing.
    elements = tuple(str(text) for text in ctx.words("model")["elements"])
    alt = ctx.say("model", "alt", count=ctx.numbers.count(len(elements)), list=ctx.numbers.listing(elements))
    below = anm(ctx, [ctx.say("model", "note")], "")
    text = figure(_FIGURE, unescaped(alt), ctx.say("model", "caption"), below)
    chart = Piece(_FIGURE, text, ((_FIGURE, PurposeModel(elements)),), frozenset({_FIGURE}))
    refs = ctx.refs(chart)
    return [chart, Piece(_TEXT, paragraphs(ctx.say("model", "text", ref=refs)) if refs else "")]
