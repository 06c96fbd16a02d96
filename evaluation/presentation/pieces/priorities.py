"""Importance beside satisfaction, where a questionnaire asks for both of the same matters.

Importance is asked, not computed: a correlation with overall satisfaction is not among the published numbers, and one
over units would say something about units and not about people.
"""

from __future__ import annotations

import pandas as pd

from evaluation.presentation.context import Context, SurveyView, said
from evaluation.presentation.escape import markdown, unescaped
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs
from evaluation.presentation.pieces.common import anm, distinct, quote, source

#: How ids of items end that ask, of one matter, how important it is and how satisfied one is with it.
IMPORTANCE, SATISFACTION = "_vigtighed", "_tilfredshed"
#: Fewer matters make no map.
_LEAST = 3


def priorities(ctx: Context, view: SurveyView) -> list[Piece]:
    """``fig-S-prioritering`` and ``txt-S-prioritering``; both empty where the questionnaire does not ask for both."""
    names = (f"fig-{view.id}-prioritering", f"txt-{view.id}-prioritering")
    stems = pairs(view)
    if len(stems) < _LEAST or not view.has_data:
        return [Piece(name, "") for name in names]
    wave = view.answered[-1].id
    labels = distinct({stem: said(view.items[f"{stem}{SATISFACTION}"].text, ctx.lang) for stem in stems})
    rows = [row for stem in stems if (row := _row(view, stem, labels[stem], wave)) is not None]
    if len(rows) < _LEAST:
        return [omitted(name, ctx.say("priorities", "hidden")) for name in names]
    chart = _figure(ctx, view, names[0], rows, wave)
    refs = ctx.refs(chart)
    lead = [ctx.say("priorities", "lead", ref=refs)] if refs else []
    return [chart, Piece(names[1], paragraphs(" ".join([*lead, _finding(ctx, rows)])))]


def pairs(view: SurveyView) -> list[str]:
    """What the ids of both items of a matter begin with, in the order of the questionnaire."""
    stems = [item.removesuffix(SATISFACTION) for item in view.items if item.endswith(SATISFACTION)]
    return [stem for stem in stems if f"{stem}{IMPORTANCE}" in view.items]


def _row(view: SurveyView, stem: str, label: str, wave: str) -> dict[str, object] | None:
    """Both means of a matter; None where one of them is hidden."""
    found = [view.level(f"{stem}{ending}", "snit", wave) for ending in (IMPORTANCE, SATISFACTION)]
    if any(row is None or is_missing(row["value"]) for row in found):
        return None
    values = [float(row["value"]) for row in found if row is not None]
    return {"label": label, "importance": values[0], "satisfaction": values[1]}


def _figure(ctx: Context, view: SurveyView, name: str, rows: list[dict[str, object]], wave: str) -> Piece:
    from evaluation.presentation.figures.priorities import Priorities

    words = ctx.words("priorities")
    chart = Priorities(
        rows=pd.DataFrame(rows),
        words={
            **{key: str(words[key]) for key in ("importance", "satisfaction")},
            **{key: str(words[f"corner_{key}"]) for key in ("attend", "keep")},
        },
        decimal="," if ctx.lang == "da" else ".",
    )
    alt = f"{ctx.say('priorities', 'alt', count=len(rows))} {_finding(ctx, rows)}"
    caption = ctx.say("priorities", "caption", title=view.title, wave=view.wave_label(wave))
    below = anm(ctx, [ctx.say("priorities", "note")], source(ctx, [view], [wave]))
    return Piece(name, figure(name, unescaped(alt), caption, below), ((name, chart),), frozenset({name}))


def _finding(ctx: Context, rows: list[dict[str, object]]) -> str:
    """What matters more than the average and satisfies less."""
    frame = pd.DataFrame(rows)
    low = frame[
        (frame["importance"] > frame["importance"].mean()) & (frame["satisfaction"] < frame["satisfaction"].mean())
    ]
    if low.empty:
        return ctx.say("priorities", "attend_none")
    # Most important first.
    ordered = low.sort_values("importance", ascending=False, kind="stable")["label"]
    return ctx.say("priorities", "attend", list=ctx.numbers.listing([quote(ctx, markdown(str(n))) for n in ordered]))
