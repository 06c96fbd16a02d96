"""Units in a trial beside the others: a difference, with self-selection named, never an effect."""

from __future__ import annotations

from evaluation.presentation.context import Context, Row, SurveyView, records
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, hidden_remark, quote, source
from evaluation.presentation.tables import Column, Table, number_column

_TABLE, _TEXT = "tbl-forsoeg-forskel", "txt-forsoeg-forskel"
_CHANGE, _LEVEL = "udvikling", "side_om_side"


def trial_groups(ctx: Context) -> list[Piece]:
    """``txt-forsoeg-forskel`` and ``tbl-forsoeg-forskel``: changes where there are any, else levels."""
    found = [(view, rows) for view in ctx.surveys if (rows := _rows(ctx, view))]
    if not found:
        return [omitted(name, ctx.say("comparison", "none")) for name in (_TEXT, _TABLE)]
    content = _table(ctx, found)
    return [_text(ctx, found, content), content]


def _rows(ctx: Context, view: SurveyView) -> list[Row]:
    frame = ctx.published.comparisons
    mine = records(frame[frame["survey"] == view.id]) if len(frame) else ()
    for design in (_CHANGE, _LEVEL):
        rows = [row for row in mine if row["design"] == design]
        if any(not is_missing(row["difference"]) for row in rows):
            return rows
    return []


def _heading(ctx: Context, view: SurveyView, rows: list[Row]) -> str:
    """Which numbers the rows of a survey hold: the change between two waves, or the level of one."""
    if rows[0]["design"] == _LEVEL:
        return ctx.say("comparison", "level", title=view.title, wave=view.wave_label(str(rows[0]["waves"])))
    before, after = view.pair or ("", "")
    return ctx.say(
        "comparison", "change", title=view.title, before=view.wave_label(before), after=view.wave_label(after)
    )


def _table(ctx: Context, found: list[tuple[SurveyView, list[Row]]]) -> Piece:
    heads = ctx.words("comparison")
    columns = (
        Column(str(heads["head_measure"]), 40),
        *(number_column(str(heads[f"head_{name}"]), 22) for name in ("inside", "outside", "difference")),
        number_column(ctx.say("comparison", "head_interval", level=ctx.level), 22),
        number_column(str(ctx.words("heads")["n"]), 18),
    )
    lines: list[tuple[str, ...]] = []
    for view, rows in found:
        lines.append((_heading(ctx, view, rows),))
        lines += [_cells(ctx, view, row) for row in rows]
    every = [row for _, rows in found for row in rows]
    remarks = [ctx.say("comparison", "note"), hidden_remark(ctx, every)]
    below = anm(ctx, [remark for remark in remarks if remark], source(ctx, [view for view, _ in found]))
    text = table(_TABLE, Table(columns, tuple(lines)), ctx.say("comparison", "caption"), below)
    return Piece(_TABLE, text, (), frozenset({_TABLE}))


def _cells(ctx: Context, view: SurveyView, row: Row) -> tuple[str, ...]:
    decimals = 0 if row["reason"] == "hele_point" else 1
    change = row["design"] == _CHANGE
    number = ctx.numbers.number
    return (
        view.label(str(row["measure"])),
        number(row["value_group"], decimals, sign=change),
        number(row["value_against"], decimals, sign=change),
        number(row["difference"], decimals, sign=True),
        "" if is_missing(row["ci_low"]) else ctx.numbers.interval(row["ci_low"], row["ci_high"]),
        f"{ctx.numbers.integer(row['n_group'])} / {ctx.numbers.integer(row['n_against'])}",
    )


def _text(ctx: Context, found: list[tuple[SurveyView, list[Row]]], content: Piece) -> Piece:
    ref = ctx.refs(content)
    told = [ctx.say("comparison", "lead", ref=ref)] if ref else []
    told += _units(ctx, found)
    return Piece(_TEXT, paragraphs(" ".join([*told, _finding(ctx, found), ctx.say("comparison", "selection")])))


def _units(ctx: Context, found: list[tuple[SurveyView, list[Row]]]) -> list[str]:
    """How many units stand behind each side; surveys with the same numbers in one sentence."""
    surveys: dict[tuple[int, int], list[str]] = {}
    for view, rows in found:
        inside, outside = (max(int(row[f"clusters_{side}"]) for row in rows) for side in ("group", "against"))
        surveys.setdefault((inside, outside), []).append(quote(ctx, view.title))
    return [
        ctx.say(
            "comparison",
            "units" if len(titles) == 1 else "units_many",
            title=ctx.numbers.listing(titles),
            inside=ctx.numbers.integer(inside),
            outside=ctx.numbers.integer(outside),
        )
        for (inside, outside), titles in surveys.items()
    ]


def trial_finding(ctx: Context) -> str:
    """One sentence: whether units in trials changed otherwise than the others; empty where they cannot be compared."""
    found = [(view, rows) for view in ctx.surveys if (rows := _rows(ctx, view))]
    told = _finding(ctx, found) if found else ""
    return ctx.say("trial_points", "alike") if told == ctx.say("comparison", "alike") else told


def _finding(ctx: Context, found: list[tuple[SurveyView, list[Row]]]) -> str:
    tested = [(view, row) for view, rows in found for row in rows if not is_missing(row["p_adjusted"])]
    apart = [(view, row) for view, row in tested if float(row["p_adjusted"]) < float(row["alpha"])]
    if apart:
        listed = [
            f"{view.quoted(str(row['measure']))} ({ctx.numbers.number(row['difference'], 1, sign=True)})"
            for view, row in apart
        ]
        return ctx.say("comparison", "apart", list=ctx.numbers.listing(listed))
    return ctx.say("comparison", "alike" if tested else "untested")
