"""Released units beside those not yet released: differences in development, wave by wave, never more than that."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evaluation.common.ids import slug
from evaluation.presentation.context import Context, Row, SurveyView, records
from evaluation.presentation.escape import unescaped
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs
from evaluation.presentation.pieces.common import anm, distinct, hidden_remark, quote, source
from evaluation.presentation.pieces.group_figures import bound
from evaluation.presentation.pieces.trends import wave_pair

_TEXT, _FIGURE = "txt-frisat-forskel", "fig-frisat-forskel"
#: Designs of the table ``comparisons``: a wave after the release, a wave before, the average of those after.
_LATE, _EARLY, _OVERALL = "gruppe_tid", "tidligere", "trinvis"
#: So many lines can be told apart in one figure.
_COHORTS = 4


def released_groups(ctx: Context) -> list[Piece]:
    """``txt-frisat-forskel`` and ``fig-frisat-forskel`` (one figure a survey, more with more than four cohorts)."""
    found = [(view, rows) for view in ctx.surveys if (rows := _rows(ctx, view))]
    known = [(view, rows) for view, rows in found if _shown(rows)]
    if not known:
        reason = ctx.say("event", "hidden" if found else "none")
        return [omitted(name, reason) for name in (_TEXT, _FIGURE)]
    parts = [_figures(ctx, view, rows) for view, rows in known]
    drawn = tuple(entry for part in parts for entry in part.figures)
    text = paragraphs(*(part.text for part in parts))
    chart = Piece(_FIGURE, text, drawn, frozenset(name for name, _ in drawn))
    told = [
        _told(ctx, view, rows, part if ctx.shows(_FIGURE) else None)
        for (view, rows), part in zip(known, parts, strict=True)
    ]
    return [Piece(_TEXT, paragraphs(*told)), chart]


def _rows(ctx: Context, view: SurveyView) -> tuple[Row, ...]:
    frame = ctx.published.comparisons
    mine = (
        frame[(frame["survey"] == view.id) & frame["design"].isin([_LATE, _EARLY, _OVERALL])] if len(frame) else frame
    )
    return records(mine)


def _shown(rows: Sequence[Row]) -> list[Row]:
    """Waves after a release whose difference may be shown."""
    return [row for row in rows if row["design"] == _LATE and not is_missing(row["difference"])]


def _figures(ctx: Context, view: SurveyView, rows: Sequence[Row]) -> Piece:
    from evaluation.presentation.figures.event_study import EventStudy

    cohorts = list(dict.fromkeys(str(row["group"]) for row in _shown(rows)))
    measures = [name for name in view.measure_order if any(row["measure"] == name for row in _shown(rows))]
    parts = [cohorts[start : start + _COHORTS] for start in range(0, len(cohorts), _COHORTS)]
    texts, drawn = [], []
    for number, part in enumerate(parts, start=1):
        name = f"{_FIGURE}-{view.id}" + (f"-{number}" if number > 1 else "")
        points = _points(ctx, view, rows, measures, part)
        words = ctx.words("figure_words")
        chart = EventStudy(
            rows=pd.DataFrame(points),
            delta=view.delta,
            words={
                "axis": str(ctx.words("event")["axis"]),
                "reference": str(ctx.words("event")["reference"]),
                **{key: str(ctx.words("waves_figure")[key]) for key in ("before", "after", "release")},
                "band": str(words["band"]).format(delta=bound(ctx, view.delta)),
            },
            decimal="," if ctx.lang == "da" else ".",
        )
        form = "caption" if len(parts) == 1 else "caption_part"
        remarks = [ctx.say("event", "note", level=ctx.level), hidden_remark(ctx, rows)]
        alt = [ctx.say("event", "alt", count=len(measures)), *_findings(ctx, view, rows)]
        caption = ctx.say("event", form, title=view.title, part=number)
        texts.append(figure(name, unescaped(" ".join(alt)), caption, anm(ctx, remarks, source(ctx, [view]))))
        drawn.append((name, chart))
    return Piece(_FIGURE, paragraphs(*texts), tuple(drawn), frozenset(name for name, _ in drawn))


def _points(
    ctx: Context, view: SurveyView, rows: Sequence[Row], measures: Sequence[str], cohorts: Sequence[str]
) -> list[dict[str, object]]:
    """One mark a measure, cohort and wave, and the wave they are compared with at 0."""
    placed = [(row, place) for row in rows if row["group"] in cohorts and (place := _place(view, row)) is not None]
    labels = _labels(ctx, view, [place for _, place in placed])
    panels = distinct({measure: view.raw_label(measure) for measure in measures})
    named = distinct({cohort: _cohort(ctx, cohort) for cohort in cohorts})
    nothing = float("nan")
    points: list[dict[str, object]] = []
    for measure in measures:
        for cohort in cohorts:
            shared: dict[str, object] = {"panel_label": panels[measure], "group_label": named[cohort]}
            zero: dict[str, object] = {"step": 0, "change": 0.0, "ci_low": nothing, "ci_high": nothing}
            points.append(shared | zero | {"wave_label": labels[0], "period": "before", "reference": True})
            for row, (step, _, _) in placed:
                if row["measure"] != measure or row["group"] != cohort:
                    continue
                numbers: dict[str, object] = {
                    name: nothing if is_missing(row[column]) else float(row[column])
                    for name, column in (("change", "difference"), ("ci_low", "ci_low"), ("ci_high", "ci_high"))
                }
                at: dict[str, object] = {"step": step, "wave_label": labels[step], "reference": False}
                points.append(shared | numbers | at | {"period": "after" if step > 0 else "before"})
    return points


def _place(view: SurveyView, row: Row) -> tuple[int, str, str] | None:
    """Waves from the last one before release (negative before it), that wave and the row's own; None for an average."""
    pair = wave_pair(view, str(row["waves"]))
    if pair is None or row["design"] == _OVERALL:
        return None
    order = [wave.id for wave in view.waves]
    away = order.index(pair[1]) - order.index(pair[0])
    return (away, pair[0], pair[1]) if row["design"] == _LATE else (-away, pair[1], pair[0])


def _labels(ctx: Context, view: SurveyView, places: Sequence[tuple[int, str, str]]) -> dict[int, str]:
    """What the waves are called: by their years where all cohorts share them, else by their distance."""
    waves: dict[int, set[str]] = {}
    for step, base, wave in places:
        waves.setdefault(0, set()).add(base)
        waves.setdefault(step, set()).add(wave)
    if all(len(found) == 1 for found in waves.values()):
        ids = {step: next(iter(found)) for step, found in waves.items()}
        named = distinct({wave: unescaped(view.wave_label(wave)) for wave in ids.values()})
        return {step: named[wave] for step, wave in ids.items()}
    return {step: _step(ctx, step) for step in waves}


def _step(ctx: Context, step: int) -> str:
    if step == 0:
        return ctx.say("event", "reference_step")
    return ctx.say("event", "after_steps" if step > 0 else "before_steps", count=abs(step))


def _cohort(ctx: Context, group: str) -> str:
    """``Sat fri 1. juni 2021``: the day of the cohort's first release, else the group's id."""
    name = group.removeprefix("frisat-")
    day = next((release.start for release in ctx.workspace.plan.releases if slug(release.id) == name), None)
    return group if day is None else ctx.say("event", "cohort", day=ctx.numbers.day(day))


def _listed(ctx: Context, view: SurveyView, rows: Sequence[Row], *, sized: bool = False) -> str:
    return ctx.numbers.listing(
        [
            view.quoted(str(row["measure"]))
            + (f" ({ctx.numbers.number(row['difference'], 1, sign=True)})" if sized else "")
            for row in rows
        ]
    )


def _findings(ctx: Context, view: SurveyView, rows: Sequence[Row]) -> list[str]:
    """What was found after the release, and whether the groups went the same way before it."""
    overall = [row for row in rows if row["design"] == _OVERALL]
    tested = [row for row in overall if not is_missing(row["p_adjusted"])]
    apart = [row for row in tested if float(row["p_adjusted"]) < float(row["alpha"])]
    if apart:
        told = [ctx.say("event", "apart", list=_listed(ctx, view, apart, sized=True))]
    else:
        told = [ctx.say("event", "alike" if tested else "untested")]
    known = [row for row in overall if not is_missing(row["pretrend_p"])]
    early = [row for row in known if float(row["pretrend_p"]) < float(row["alpha"])]
    if early:
        told.append(ctx.say("event", "early_apart", list=_listed(ctx, view, early)))
    else:
        told.append(ctx.say("event", "early_alike" if known else "early_unknown"))
    return told


def _told(ctx: Context, view: SurveyView, rows: Sequence[Row], chart: Piece | None) -> str:
    names = [] if chart is None else [f"@{name}" for name, _ in chart.figures]
    lead = ctx.say("event", "lead", title=quote(ctx, view.title))
    see = ctx.say("event", "see", refs=ctx.numbers.listing(names)) if names else ""
    last = _stands_on(ctx, view, rows)
    return " ".join(part for part in (lead, see, *_findings(ctx, view, rows), last) if part)


def _stands_on(ctx: Context, view: SurveyView, rows: Sequence[Row]) -> str:
    """What a difference that was found stands on; empty where none was found.

    The reports do not speak of an *effekt*, also where the plan's rule (design.md 4) would allow the word.
    """
    found = [
        row
        for row in rows
        if row["design"] == _OVERALL
        and not is_missing(row["p_adjusted"])
        and float(row["p_adjusted"]) < float(row["alpha"])
    ]
    sound = [row for row in found if row["wording"] == "effekt"]
    if sound:
        return ctx.say("event", "sound", list=_listed(ctx, view, sound))
    return ctx.say("event", "unsound") if found else ""
