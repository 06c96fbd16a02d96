"""Bortfald: the make-up of the invited beside that of those who answered."""

from __future__ import annotations

from evaluation.presentation.context import Context, Row, SurveyView, records
from evaluation.presentation.escape import markdown
from evaluation.presentation.piece import Piece, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, fictional, quote
from evaluation.presentation.tables import Column, Table, number_column

_TABLE, _TEXT = "tbl-bortfald", "txt-bortfald"
_MARGINS = ("type", "omraade")
# A difference below so many procentpoint is called small.
_SMALL = 2.0


def attrition(ctx: Context) -> list[Piece]:
    """``txt-bortfald`` and ``tbl-bortfald`` (by type of unit; by area where types say nothing)."""
    rows = _rows(ctx)
    if not rows:
        return [omitted(name, ctx.say("attrition", "none")) for name in (_TEXT, _TABLE)]
    content = _table(ctx, rows)
    return [_text(ctx, rows, content), content]


def _rows(ctx: Context) -> tuple[Row, ...]:
    frame = ctx.published.attrition
    return records(frame) if len(frame) else ()


def _shown(view: SurveyView) -> tuple[str, ...]:
    """Waves in the table: the two that are compared, else the last one with answers."""
    return view.pair or tuple(wave.id for wave in view.answered[-1:])


def _table(ctx: Context, rows: tuple[Row, ...]) -> Piece:
    margin = next(name for name in _MARGINS if any(row["margin"] == name for row in rows))
    columns = (
        Column(str(ctx.words("attrition")[f"head_group_{margin}"]), 50),
        *(number_column(str(ctx.words("attrition")[f"head_{name}"]), 32) for name in ("invited", "answered")),
        number_column(str(ctx.words("attrition")["head_difference"]), 42),
    )
    lines: list[tuple[str, ...]] = []
    for view in ctx.surveys:
        for wave in _shown(view):
            mine = [r for r in rows if (r["survey"], r["wave"], r["margin"]) == (view.id, wave, margin)]
            if mine:
                lines.append((_heading(ctx, view, wave, mine),))
            lines += [_cells(ctx, row) for row in mine]
    if not lines:
        return omitted(_TABLE, ctx.say("attrition", "none"))
    caption = ctx.say("attrition", "caption" if margin == "type" else "caption_omraade")
    below = anm(ctx, [ctx.say("attrition", "note")], fictional(ctx, ctx.say("attrition", "source")))
    return Piece(_TABLE, table(_TABLE, Table(columns, tuple(lines)), caption, below), (), frozenset({_TABLE}))


def _heading(ctx: Context, view: SurveyView, wave: str, rows: list[Row]) -> str:
    """Survey and wave with the numbers that the shares are of."""
    places = {name: ctx.numbers.integer(sum(int(row[name]) for row in rows)) for name in ("invited", "answered")}
    return ctx.say("attrition", "wave", title=view.title, wave=view.wave_label(wave), **places)


def _cells(ctx: Context, row: Row) -> tuple[str, ...]:
    number = ctx.numbers.number
    return (
        _group(ctx, row),
        number(100 * row["invited_share"], 1),
        number(100 * row["answered_share"], 1),
        number(row["difference"], 1, sign=True),
    )


def _group(ctx: Context, row: Row) -> str:
    label = str(row["label"])
    return str(ctx.words("unit_types").get(label, markdown(label))) if row["margin"] == "type" else markdown(label)


def _text(ctx: Context, rows: tuple[Row, ...], content: Piece) -> Piece:
    titles = {view.id: view for view in ctx.surveys}
    told = []
    for margin in _MARGINS:
        mine = [
            row
            for row in rows
            if row["margin"] == margin and row["survey"] in titles and row["wave"] in _shown(titles[row["survey"]])
        ]
        if not mine:
            continue
        word = str(ctx.words("attrition")[margin])
        worst = max(mine, key=lambda row: abs(float(row["difference"])))
        if abs(float(worst["difference"])) < _SMALL:
            limit = ctx.numbers.percentage_points(_SMALL / 100)
            told.append(ctx.say("attrition", "small", margin=word, size=limit))
            continue
        view = titles[worst["survey"]]
        places = {
            "margin": word,
            "size": ctx.numbers.percentage_points(abs(float(worst["difference"])) / 100, 1),
            "group": quote(ctx, _group(ctx, worst)),
            "invited": ctx.numbers.percent(worst["invited_share"], 1),
            "answered": ctx.numbers.percent(worst["answered_share"], 1),
            "title": quote(ctx, view.title),
            "wave": view.wave_label(worst["wave"]),
        }
        told.append(ctx.say("attrition", "largest", **places))
    ref = ctx.refs(content) if content.targets else ""
    lead = ctx.say("attrition", "lead", ref=f" {ctx.say('attrition', 'see', ref=ref)}" if ref else "")
    return Piece(_TEXT, paragraphs(" ".join([lead, *told, ctx.say("attrition", "limit")])))
