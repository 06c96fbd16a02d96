"""Register indicators over time, the release marked; told where it is no longer the same people that are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from evaluation.presentation.context import Context, Row, records
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, fictional, quote
from evaluation.presentation.pieces.trends import series_text
from evaluation.presentation.tables import Column, Table, number_column

_FIGURE, _TABLE, _TEXT = "fig-indikatorer", "tbl-indikatorer", "txt-indikatorer"
# So many periods fit beside the names.
_PERIODS = 8
# The trend figure tells four lines apart.
_LINES = 4


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator of the municipality: its rows by period, in stretches that count the same people."""

    id: str
    title: str
    stretches: tuple[tuple[Row, ...], ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All periods in order."""
        return tuple(row for stretch in self.stretches for row in stretch)

    @property
    def known(self) -> tuple[tuple[Row, ...], ...]:
        """The stretches without periods that have no number; empty ones left out."""
        kept = (tuple(row for row in stretch if not is_missing(row["value"])) for stretch in self.stretches)
        return tuple(stretch for stretch in kept if stretch)


def indicators(ctx: Context) -> list[Piece]:
    """``fig-indikatorer`` (one figure an indicator), ``tbl-indikatorer`` and ``txt-indikatorer``."""
    every = series(ctx)
    if not every:
        return [omitted(name, ctx.say("indicators", "none")) for name in (_TEXT, _FIGURE, _TABLE)]
    figures, content = _figures(ctx, every), _table(ctx, every)
    return [_text(ctx, every, figures, content), figures, content]


def series(ctx: Context) -> tuple[Series, ...]:
    """The municipality's indicators; a stretch ends where the note on whom the number is about changes."""
    frame = ctx.published.indicators
    rows = records(frame[frame["group"] == "kommune"]) if len(frame) else ()
    made = []
    for name in dict.fromkeys(str(row["indicator"]) for row in rows):
        mine = sorted((row for row in rows if row["indicator"] == name), key=lambda row: str(row["period"]))
        stretches: list[list[Row]] = []
        for row in mine:
            if stretches and stretches[-1][-1]["note"] == row["note"]:
                stretches[-1].append(row)
            else:
                stretches.append([row])
        title = str(mine[0]["title"]) or name
        made.append(Series(name, title, tuple(tuple(part) for part in stretches)))
    return tuple(made)


def _number(ctx: Context, row: Row, *, bare: bool = False) -> str:
    """The number with its unit, or without it (``bare``); ``..`` where there is none."""
    value, kind = row["value"], str(row["stat"])
    if is_missing(value):
        return HIDDEN
    if kind in ("andel", "procent"):
        share = float(value) / (100 if kind == "procent" else 1)
        return ctx.numbers.number(100 * share, 0) if bare else ctx.numbers.percent(share)
    return ctx.numbers.integer(value) if kind == "antal" else ctx.numbers.number(value, 1)


def _day(period: str) -> date:
    year, _, month = period.partition("-")
    return date(int(year), int(month), 15) if month else date(int(year), 7, 1)


def _span(ctx: Context, rows: Sequence[Row]) -> str:
    first, last = str(rows[0]["period"]), str(rows[-1]["period"])
    return first if first == last else f"{first}–{last}"


def _notes(ctx: Context, one: Series) -> list[str]:
    """Whom the numbers are about, by stretch, and how the units were put together."""
    told = [
        ctx.say("indicators", "note_of", periods=_span(ctx, rows), note=markdown(str(rows[0]["note"])))
        if len(one.stretches) > 1
        else markdown(str(rows[0]["note"]))
        for rows in one.stretches
        if rows[0]["note"]
    ]
    methods = dict.fromkeys(str(row["method"]) for row in one.rows)
    return [*told, *(ctx.say("indicators", f"method_{method}") for method in methods if method)]


def _source(ctx: Context, every: Sequence[Series]) -> str:
    sources = dict.fromkeys(str(row["source"]).rstrip(".") for one in every for row in one.rows if row["source"])
    if not sources:
        return fictional(ctx, ctx.say("indicators", "source_unknown", kommune=ctx.kommune))
    told = ctx.say("indicators", "source", sources=markdown("; ".join(sources)))
    invented = str(ctx.words("note")["fictional"])
    return told if told == invented else fictional(ctx, told)


def _figures(ctx: Context, every: Sequence[Series]) -> Piece:
    parts, drawn, targets = [], [], []
    for one in every:
        if sum(len(stretch) for stretch in one.known) < 2:
            continue
        name = f"{_FIGURE}-{one.id}"
        values = " ".join(
            ctx.say("indicators", "value_at", period=row["period"], value=_number(ctx, row))
            for stretch in one.known
            for row in stretch
        ).replace("\\", "")
        caption = ctx.say("indicators", "caption_figure", title=markdown(one.title), kommune=ctx.kommune)
        below = anm(ctx, _notes(ctx, one), _source(ctx, [one]))
        parts.append(figure(name, ctx.say("indicators", "alt", values=values), caption, below))
        drawn.append((name, _chart(ctx, one)))
        targets.append(name)
    if not parts:
        return omitted(_FIGURE, ctx.say("indicators", "none"))
    return Piece(_FIGURE, paragraphs(*parts), tuple(drawn), frozenset(targets))


def _chart(ctx: Context, one: Series) -> object:
    from evaluation.presentation.figures.trend import Trend

    share = str(one.rows[0]["stat"]) == "andel"
    # what cannot be compared is not joined by a line
    stretches = one.known[-_LINES:]
    rows = [
        {
            "label": ctx.workspace.plan.evaluation.kommune if len(one.known) == 1 else _span(ctx, stretch),
            "wave_label": str(row["period"]),
            "date": _day(str(row["period"])),
            "value": float(row["value"]) * (100 if share else 1),
            "ci_low": float("nan"),
            "ci_high": float("nan"),
        }
        for stretch in stretches
        for row in stretch
    ]
    starts = [release.start for release in ctx.workspace.plan.releases]
    kind = str(one.rows[0]["stat"])
    highest = max(float(str(row["value"])) for row in rows)
    return Trend(
        rows=pd.DataFrame(rows),
        release_date=min(starts, default=None),
        release_label=str(ctx.words("indicators")["release"]) if starts else "",
        # from 0: a cut axis makes small changes of a register look large
        limits=(0.0, _round_up(highest)),
        axis_label=str(ctx.words("indicators")["percent"]) if kind in ("andel", "procent") else "",
        decimal="," if ctx.lang == "da" else ".",
        digits=1 if kind == "tal" else 0,
    )


def _round_up(value: float) -> float:
    """The next number of a round scale: 1, 2, 5 or 10 times a power of ten, in quarters of it."""
    if value <= 0:
        return 1.0
    size = 10.0 ** len(str(int(value))) if value >= 1 else 1.0
    steps = [size * part for part in (0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)]
    return next(step for step in steps if step >= value)


def _table(ctx: Context, every: Sequence[Series]) -> Piece:
    periods = sorted({str(row["period"]) for one in every for row in one.rows})[-_PERIODS:]
    columns = [Column(str(ctx.words("indicators")["head"]), 60)]
    columns += [number_column(period, 96 // len(periods)) for period in periods]
    rows, broken, empty = [], False, list[str]()
    for one in every:
        found = {str(row["period"]): _number(ctx, row, bare=True) for row in one.rows}
        breaks = {str(stretch[0]["period"]) for stretch in one.stretches[1:]} & set(periods)
        cells = [found.get(period, HIDDEN) + ("\\*" if period in breaks else "") for period in periods]
        broken = broken or bool(breaks)
        empty += _without_number(ctx, one, [period for period in periods if found.get(period, HIDDEN) == HIDDEN])
        unit = str(ctx.words("indicators")["percent"]).lower()
        share = str(one.rows[0]["stat"]) in ("andel", "procent")
        rows.append((markdown(one.title) + (f" ({unit})" if share else ""), *cells))
        based = {
            str(row["period"]): row["denominator"]
            for row in one.rows
            if row["denominator"] != "" and not is_missing(row["denominator"])
        }
        if based:
            counts = (ctx.numbers.integer(based.get(period)) for period in periods)
            rows.append((f"*{ctx.words('indicators')['denominator']}*", *counts))
    remarks = [
        ctx.say("indicators", "break_mark").replace("*", "\\*") if broken else "",
        ctx.say("indicators", "missing", places="; ".join(empty)) if empty else "",
    ]
    caption = ctx.say("indicators", "caption_table", kommune=ctx.kommune)
    below = anm(ctx, remarks, _source(ctx, every))
    return Piece(_TABLE, table(_TABLE, Table(tuple(columns), tuple(rows)), caption, below), (), frozenset({_TABLE}))


def _without_number(ctx: Context, one: Series, periods: Sequence[str]) -> list[str]:
    """Why there is no number in each of ``periods``: the source's own mark, or the rules of this report."""
    known = ctx.words("indicators")
    reasons = {str(row["period"]): str(row["reason"]) for row in one.rows}
    by_reason: dict[str, list[str]] = {}
    for period in periods:
        name = f"reason_{reasons.get(period, 'oplysning_mangler')}"
        by_reason.setdefault(name if name in known else "reason_skjult", []).append(period)
    title = markdown(one.title)
    return [
        ctx.say("indicators", "missing_at", title=title, periods=ctx.numbers.listing(at), reason=str(known[name]))
        for name, at in by_reason.items()
    ]


def _text(ctx: Context, every: Sequence[Series], figures: Piece, content: Piece) -> Piece:
    lines = []
    for one in every:
        if not one.known:
            continue
        target = f"{_FIGURE}-{one.id}"
        shown = target in figures.targets and ctx.shows(_FIGURE)
        ref = f"@{target}" if shown else ctx.refs(content)
        told = _sentence(ctx, one, f" {ctx.say('indicators', 'see', ref=ref)}" if ref else "")
        lines.append(" ".join(part for part in (told, series_text(ctx, one.id)) if part))
    all_of_them = ctx.refs(content) if ctx.refs(figures) else ""
    lead = ctx.say("indicators", "lead")
    lead += " " + ctx.say("indicators", "all", ref=all_of_them) if all_of_them else ""
    return Piece(_TEXT, paragraphs(lead, *lines))


def indicator_sentences(ctx: Context) -> list[str]:
    """A sentence or two on each indicator, without references."""
    return [_sentence(ctx, one, "") for one in series(ctx) if one.known]


def _sentence(ctx: Context, one: Series, ref: str) -> str:
    title = quote(ctx, markdown(one.title))
    # a space before the reference is lost where texts are tidied
    ref = f" {ref.strip()}" if ref else ""
    places = _ends(ctx, one.known[0])
    told = [ctx.say("indicators", "trend" if len(one.known[0]) > 1 else "single", title=title, ref=ref, **places)]
    for stretch in one.known[1:]:
        told.append(ctx.say("indicators", "broken", period=stretch[0]["period"], part=_part(ctx, stretch)))
    return " ".join([*told, ctx.say("indicators", "broken_end")] if len(one.known) > 1 else told)


def _part(ctx: Context, rows: Sequence[Row]) -> str:
    return ctx.say("indicators", "part" if len(rows) > 1 else "part_one", **_ends(ctx, rows))


def _ends(ctx: Context, rows: Sequence[Row]) -> dict[str, str]:
    return {
        "first": _number(ctx, rows[0]),
        "last": _number(ctx, rows[-1]),
        "from_period": str(rows[0]["period"]),
        "to_period": str(rows[-1]["period"]),
    }
