"""Weights and what nonresponse could do: method text, the table of weights, and the weakest finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluation.presentation.context import Context, Row, SurveyView, records
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, paragraphs, table
from evaluation.presentation.pieces.common import anm, quote, source
from evaluation.presentation.tables import Column, Table, number_column

_TEXT, _TABLE = "txt-vaegtning", "tbl-vaegtning"
#: More merged categories than this are counted and not named.
_NAMED = 4


def weighting(ctx: Context) -> list[Piece]:
    """``txt-vaegtning`` and ``tbl-vaegtning``; the table is empty where nothing is weighted by the plan."""
    content = _table(ctx)
    return [_text(ctx, content), content]


def _rows(ctx: Context, view: SurveyView) -> list[Row]:
    return [row for row in records(ctx.published.weighting) if row["survey"] == view.id]


def _is_weighted(rows: list[Row]) -> bool:
    """Whether the weights were made: hidden rows may stand for weights that were."""
    return bool(rows) and not any(row["reason"] and not row["suppressed"] for row in rows)


def _text(ctx: Context, content: Piece) -> Piece:
    told: list[str] = []
    for view in ctx.surveys:
        if view.has_data:
            told.append(_of_survey(ctx, view))
    told = [text for text in told if text]
    if not told:
        return Piece(_TEXT, paragraphs(ctx.say("weighting", "none")))
    ref = ctx.refs(content) if content.targets else ""
    see = ctx.say("weighting", "see", ref=ref) if ref else ""
    return Piece(_TEXT, paragraphs(" ".join([*told, ctx.say("weighting", "given"), see])))


def _of_survey(ctx: Context, view: SurveyView) -> str:
    rows = _rows(ctx, view)
    if not rows:
        named = sorted({wave.weight for wave in view.survey.waves if wave.weight})
        return ctx.say("weighting", "of_file", title=quote(ctx, view.title)) if named else ""
    words = ctx.words("weighting")
    if not _is_weighted(rows):
        codes = [str(row["reason"]) for row in rows if row["reason"]]
        code = next((c for c in codes if c != "other_wave_unweighted"), codes[0])
        reasons = {**ctx.words("reasons"), **ctx.words("weighting_reasons")}
        return ctx.say("weighting", "refused", title=quote(ctx, view.title), reason=reasons.get(code, code))
    margins = [_margin(ctx, view, name) for name in str(rows[0]["margins"]).split(", ")]
    method = str(rows[0]["method"])
    form = method if method in words else "rimvaegtning"
    return ctx.say("weighting", form, title=quote(ctx, view.title), margins=ctx.numbers.listing(margins))


def _margin(ctx: Context, view: SurveyView, name: str) -> str:
    words = ctx.words("weighting_margins")
    if name in words:
        return str(words[name])
    groups = view.instrument.groups if view.instrument is not None else ()
    found = next((group.title for group in groups if group.id == name), None)
    return markdown(name) if found is None else markdown((found.en if ctx.lang == "en" else "") or found.da).lower()


def _table(ctx: Context) -> Piece:
    heads = ctx.words("weighting")
    columns = (
        Column(str(heads["head_wave"]), 30),
        *(
            number_column(str(heads[f"head_{name}"]), 14)
            for name in ("n", "n_eff", "efficiency", "smallest", "largest")
        ),
    )
    lines: list[tuple[str, ...]] = []
    shown: list[SurveyView] = []
    remarks: list[str] = []
    for view in ctx.surveys:
        rows = _rows(ctx, view)
        if not _is_weighted(rows):
            continue
        shown.append(view)
        lines.append((view.title,))
        for row in rows:
            lines.append(_cells(ctx, view, row))
            remarks += _remarks(ctx, view, row)
    if not lines:
        return Piece(_TABLE, "")
    below = anm(ctx, [ctx.say("weighting", "note"), *remarks], source(ctx, shown))
    text = table(_TABLE, Table(columns, tuple(lines)), ctx.say("weighting", "caption"), below)
    return Piece(_TABLE, text, (), frozenset({_TABLE}))


def _cells(ctx: Context, view: SurveyView, row: Row) -> tuple[str, ...]:
    number, hidden = ctx.numbers.number, bool(row["suppressed"])
    label = view.wave_label(str(row["wave"]))
    if hidden:
        return (label, ctx.numbers.integer(row["n"]), *(HIDDEN,) * 4)
    return (
        label,
        ctx.numbers.integer(row["n"]),
        ctx.numbers.integer(row["n_eff"]),
        ctx.numbers.share(row["efficiency"]),
        number(row["smallest"], 2),
        number(row["largest"], 2),
    )


def _remarks(ctx: Context, view: SurveyView, row: Row) -> list[str]:
    """What was merged, cut or left without a category."""
    wave = {"title": quote(ctx, view.title), "wave": view.wave_label(str(row["wave"]))}
    kinds = ctx.words("unit_types")
    found = []
    joined = [text for text in str(row["merged"]).split("; ") if text]
    if 0 < len(joined) <= _NAMED:
        parts = [" + ".join(_category(kinds, name) for name in text.split(" + ")) for text in joined]
        found.append(ctx.say("weighting", "merged", list=ctx.numbers.listing(parts), **wave))
    elif joined:
        found.append(ctx.say("weighting", "merged_many", count=ctx.numbers.integer(len(joined)), **wave))
    if not is_missing(row["trimmed"]) and float(row["trimmed"]) > 0:
        places = {"share": ctx.numbers.percent(row["trimmed"], 1), "gap": ctx.numbers.percentage_points(row["gap"], 1)}
        found.append(ctx.say("weighting", "trimmed", **places, **wave))
    if not is_missing(row["unplaced"]) and float(row["unplaced"]) > 0:
        found.append(ctx.say("weighting", "unplaced", n=ctx.numbers.integer(row["unplaced"]), **wave))
    return found


def _category(kinds: Mapping[str, Any], name: str) -> str:
    """A category as it is read: types of units by their words, combinations part by part."""
    parts = name.split(" × ")
    return " × ".join(str(kinds[part]).lower() if part in kinds else markdown(part) for part in parts)


def weakest_finding(ctx: Context) -> str:
    """One sentence on the finding that the least nonresponse would overturn; empty where none is shown."""
    views = {view.id: view for view in ctx.surveys}
    rows = [
        row
        for row in records(ctx.published.nonresponse)
        if not row["suppressed"] and not is_missing(row["gap_significance"]) and row["survey"] in views
    ]
    rows = [row for row in rows if row["waves"] == views[row["survey"]].waves_key]
    if not rows:
        return ""
    row = min(rows, key=lambda r: (abs(float(r["gap_significance"])), str(r["key"])))
    view = views[row["survey"]]
    assert view.pair is not None
    good = str(row["verdict"]).endswith("fremgang")
    places = {
        "measure": view.quoted(str(row["measure"])),
        "title": quote(ctx, view.title),
        "before": view.wave_label(view.pair[0]),
        "after": view.wave_label(view.pair[1]),
        "rate": ctx.numbers.percent(row["rate_after"]),
        "gap": ctx.numbers.points(abs(float(row["gap_significance"]))),
        "zero": ctx.numbers.points(abs(float(row["gap_zero"]))),
        "less": str(ctx.words("weighting")["less_good" if good else "less_bad"]),
    }
    limit = abs(float(row["gap_largest"]))
    form = "weakest"
    if abs(float(row["gap_significance"])) > limit:
        form = "weakest_never"
    elif abs(float(row["gap_zero"])) > limit:
        form = "weakest_partly"
    return ctx.say("weighting", form, **places)
