"""Who was asked and who answered."""

from __future__ import annotations

import pandas as pd

from evaluation.plan.timing import survey_period
from evaluation.presentation.context import Context, Row, SurveyView
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, source, wave_period, why_not
from evaluation.presentation.sentences import capital
from evaluation.presentation.tables import Column, Table

#: From so many waves on, they are told in one sentence.
_LISTED = 3


def participation(ctx: Context) -> list[Piece]:
    """``tbl-undersoegelser``, ``fig-svarprocent`` and ``txt-svar``."""
    chart = rates_figure(ctx)
    return [surveys_table(ctx), chart, answered_text(ctx, chart)]


def survey_participation(ctx: Context, view: SurveyView) -> Piece:
    """``txt-S-deltagelse``."""
    name = f"txt-{view.id}-deltagelse"
    if not view.has_data:
        return omitted(name, why_not(ctx, view))
    told = _waves(ctx, view)
    again = len(view.answered) > 1 or view.survey.design == "retrospective"
    design = ctx.say("design_text", view.survey.design) if again else ""
    return Piece(name, paragraphs(" ".join([*told, design, _paired(ctx, view)]).strip()))


def _waves(ctx: Context, view: SurveyView) -> list[str]:
    """A sentence a wave; three or more are listed in one, and their dates stand in the timeline."""
    known = [wave.id for wave in view.answered if view.answers_in(wave.id) is not None]
    if len(known) < _LISTED:
        return [_wave(ctx, view, wave) for wave in known]
    parts: list[str] = []
    for wave in known:
        row = view.answers_in(wave)
        assert row is not None
        unknown = is_missing(row["rate"])
        form = "participation_next_unknown" if unknown else "participation_next" if parts else "participation_one"
        places = _places(ctx, view, wave, row)
        parts.append(ctx.say("text", form, **places))
    return [ctx.say("text", "participation_many", count=ctx.numbers.count(len(known)), list=ctx.numbers.listing(parts))]


def _wave(ctx: Context, view: SurveyView, wave: str) -> str:
    row = view.answers_in(wave)
    if row is None:
        return ""
    form = "participation_unknown" if is_missing(row["rate"]) else "participation"
    return ctx.say("text", form, **_places(ctx, view, wave, row))


def _places(ctx: Context, view: SurveyView, wave: str, row: Row) -> dict[str, str]:
    return {
        "wave": view.wave_label(wave),
        "period": wave_period(ctx, view.wave(wave)),
        "answered": ctx.numbers.integer(row["answered"]),
        "invited": ctx.numbers.integer(row["invited"]),
        "rate": ctx.numbers.percent(row["rate"]),
        "respondents": view.respondents,
    }


def _paired(ctx: Context, view: SurveyView) -> str:
    paired = [int(row["n_paired"]) for row in view.main if not is_missing(row["n_paired"]) and row["n_paired"]]
    return ctx.say("text", "paired", n=ctx.numbers.integer(max(paired))) if paired else ""


def surveys_table(ctx: Context) -> Piece:
    """``tbl-undersoegelser``: every survey of the plan, also those that are awaited."""
    name = "tbl-undersoegelser"
    if not ctx.surveys:
        return omitted(name, ctx.say("omitted", "no_surveys"))
    heads = ctx.words("heads")
    columns = (
        Column(str(heads["survey"]), 24),
        Column(str(heads["respondents"]), 26),
        Column(str(heads["design"]), 24),
        Column(str(heads["waves"]), 26),
    )
    rows = []
    for view in ctx.surveys:
        waves = ctx.numbers.listing([_wave_state(ctx, view, wave.id) for wave in view.waves])
        design = str(ctx.words("designs")[view.survey.design])
        rows.append((view.title, capital(view.respondents), capital(design), waves))
    caption = ctx.say("caption", "surveys")
    below = anm(ctx, [ctx.say("note", "designs")], "")
    return Piece(name, table(name, Table(columns, tuple(rows)), caption, below), (), frozenset({name}))


def _wave_state(ctx: Context, view: SurveyView, wave: str) -> str:
    period = survey_period(ctx.workspace, view.survey, view.wave(wave))
    word = str(ctx.words("periods")[period])
    if wave not in {known.id for known in view.answered}:
        word = str(ctx.words("periods")["awaited"])
    return f"{view.wave_label(wave)} ({word})"


def _rows(ctx: Context) -> list[tuple[SurveyView, str, Row]]:
    return [
        (view, wave.id, row)
        for view in ctx.surveys
        for wave in view.answered
        if (row := view.answers_in(wave.id)) is not None
    ]


def rates_figure(ctx: Context) -> Piece:
    """``fig-svarprocent``: one bar a survey and wave."""
    name = "fig-svarprocent"
    answered = _rows(ctx)
    if not answered:
        return omitted(name, ctx.say("omitted", "no_data"))
    # a bar without a known number of invited would read as a rate
    known = [entry for entry in answered if not is_missing(entry[2]["rate"])]
    if not known:
        return omitted(name, ctx.say("omitted", "no_invited"))
    from evaluation.presentation.figures.response_rates import ResponseRates

    made = [
        {
            "label": view.title.replace("\\", ""),
            "wave_label": view.wave_label(wave).replace("\\", ""),
            "rate": float("nan") if is_missing(row["rate"]) else float(row["rate"]),
            "invited": row["invited"],
            "answered": row["answered"],
            "period": survey_period(ctx.workspace, view.survey, view.wave(wave)),
        }
        for view, wave, row in known
    ]
    chart = ResponseRates(
        rows=pd.DataFrame(made),
        count_template=str(ctx.words("figure_words")["answered_of"]),
        decimal="," if ctx.lang == "da" else ".",
    )
    alt = " ".join(
        ctx.say("alt", "rate", title=view.title, wave=view.wave_label(wave), rate=ctx.numbers.percent(row["rate"]))
        for view, wave, row in known
        if not is_missing(row["rate"])
    ).replace("\\", "")
    remarks = [
        ctx.say("note", "rate"),
        ctx.say("note", "rate_unknown") if any(is_missing(r["rate"]) for *_, r in known) else "",
    ]
    below = anm(ctx, remarks, source(ctx, list(dict.fromkeys(view for view, *_ in known))))
    text = figure(name, f"{ctx.say('alt', 'rates')} {alt}".strip(), ctx.say("caption", "rates"), below)
    return Piece(name, text, ((name, chart),), frozenset({name}))


def answered_text(ctx: Context, chart: Piece) -> Piece:
    """``txt-svar``: participation of every survey, lowest rate named, what is awaited."""
    name = "txt-svar"
    known = _rows(ctx)
    if not known:
        return omitted(name, ctx.say("omitted", "no_data"))
    ref = ctx.refs(chart)
    lead = ctx.say("text", "rates_lead", ref=ref) if ref else ""
    rated = [entry for entry in known if not is_missing(entry[2]["rate"])]
    parts = [lead]
    if len(rated) > 1:
        rated.sort(key=lambda entry: float(entry[2]["rate"]))
        low, high = rated[0], rated[-1]
        places = {
            "high": high[0].respondents,
            "high_wave": high[0].wave_label(high[1]),
            "high_rate": ctx.numbers.percent(high[2]["rate"]),
            "low": low[0].respondents,
            "low_wave": low[0].wave_label(low[1]),
            "low_rate": ctx.numbers.percent(low[2]["rate"]),
        }
        parts.append(ctx.say("text", "rates_range", **places))
    awaited = [view.title for view in ctx.surveys if not view.has_data]
    if awaited:
        parts.append(
            ctx.say(
                "text",
                "awaited",
                list=ctx.numbers.listing([f"»{t}«" if ctx.lang == "da" else f"“{t}”" for t in awaited]),
            )
        )
    return Piece(name, paragraphs(" ".join(part for part in parts if part), ctx.say("text", "nonresponse")))
