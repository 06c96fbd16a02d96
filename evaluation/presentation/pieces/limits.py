"""What the numbers cannot show: other explanations that the plan's facts give reason to name, and limits by survey."""

from __future__ import annotations

from datetime import date

from evaluation.presentation.context import Context, SurveyView
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, bullets, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, fictional, judged, noun_of, quote, sentences
from evaluation.presentation.pieces.weighting import weakest_finding
from evaluation.presentation.sentences import capital
from evaluation.presentation.tables import Column, Table

#: Fieldwork under covid-19, to be named as another explanation.
COVID = (date(2020, 3, 11), date(2022, 1, 31))
#: Below this share of the invited, nonresponse is named as a limit.
_LOW_RATE = 0.6


def limits(ctx: Context) -> list[Piece]:
    """``tbl-begraensninger`` and ``txt-begraensninger``."""
    content = _table(ctx)
    return [content, _text(ctx, content)]


def explanations(ctx: Context) -> dict[str, str]:
    """Other explanations by key, each a paragraph; only those that the plan and the answers give reason to name."""
    plan = ctx.workspace.plan
    found: dict[str, str] = {}
    if plan.comparison is None:
        found["no_comparison"] = ctx.say("limits", "no_comparison")
    else:
        found["one_comparison"] = ctx.say("limits", "one_comparison", name=markdown(plan.comparison.kommune))
    waves = sorted((w for w in plan.waves if w.start <= COVID[1] and w.end >= COVID[0]), key=lambda w: w.start)
    if waves:
        years = ctx.numbers.listing(list(dict.fromkeys(str(wave.start.year) for wave in waves)))
        found["covid"] = ctx.say("limits", "covid", waves=years)
    if any(view.survey.unit for view in ctx.surveys):
        stayed = (_stayed(ctx, view) for view in ctx.surveys)
        found["turnover"] = " ".join([ctx.say("limits", "turnover"), *(text for text in stayed if text)])
    lifted = [rule for release in plan.releases for rule in release.rules if rule.status == "ophaevet"]
    if any("sprogvurdering" in rule.title.da.lower() for rule in lifted):
        found["language_tests"] = ctx.say("limits", "language_tests")
    changed = [quote(ctx, view.title) for view in ctx.surveys if view.reason == "population-changed"]
    if changed:
        found["population"] = ctx.say("limit_facts", "population", list=ctx.numbers.listing(changed))
    if any(_units_changed(ctx, view) for view in ctx.surveys):
        found["units"] = ctx.say("limit_facts", "units")
    return found


def _stayed(ctx: Context, view: SurveyView) -> str:
    """How many of those who answered after the release had answered before it, where the same persons are followed."""
    if view.pair is None or view.survey.design != "panel":
        return ""
    paired = [int(row["n_paired"]) for row in view.main if not is_missing(row["n_paired"]) and row["n_paired"]]
    answered = view.answers_in(view.pair[1])
    if not paired or answered is None or is_missing(answered["answered"]):
        return ""
    before, after = (view.wave_label(wave) for wave in view.pair)
    counts = {"paired": ctx.numbers.integer(max(paired)), "answered": ctx.numbers.integer(answered["answered"])}
    places = {"title": quote(ctx, view.title), "before": before, "after": after, **counts}
    return ctx.say("limit_facts", "stayed", **places)


def _text(ctx: Context, content: Piece) -> Piece:
    ref = ctx.refs(content)
    # The table below has what is to be said of changed units, survey by survey.
    told = [text for key, text in explanations(ctx).items() if key != "units" or not ref]
    parts = [*told, weakest_finding(ctx)]
    lead = ctx.say("limits", "lead")
    closing = ctx.say("limits", "refs", ref=ref) if ref else ""
    return Piece("txt-begraensninger", paragraphs(lead, bullets(parts), closing))


def _table(ctx: Context) -> Piece:
    """``tbl-begraensninger``: limits of the data, survey by survey, chosen by what is known of them."""
    name = "tbl-begraensninger"
    rows: list[tuple[str, ...]] = []
    for view in ctx.surveys:
        mine = _limits(ctx, view)
        if mine:
            rows.append((view.title,))
            rows += mine
    if not rows:
        return omitted(name, ctx.say("omitted", "no_data"))
    heads = ctx.words("heads")
    columns = (Column(str(heads["limit"]), 30), Column(str(heads["meaning"]), 70))
    below = anm(ctx, [], fictional(ctx, ctx.say("note", "source_all")))
    text = table(name, Table(columns, tuple(rows)), ctx.say("caption", "limits"), below)
    return Piece(name, text, (), frozenset({name}))


def _limits(ctx: Context, view: SurveyView) -> list[tuple[str, ...]]:
    words = ctx.words("limit_rows")
    found: list[tuple[str, ...]] = []

    def add(key: str, **places: object) -> None:
        found.append((str(words[f"{key}_name"]), ctx.say("limit_rows", key, **places)))

    if not view.has_data:
        add("awaited")
        return found
    add(view.survey.design)
    if view.pair is None and view.survey.design != "retrospective":
        add("population_changed" if view.reason == "population-changed" else "no_pair")
    rates = [row for wave in view.answered if (row := view.answers_in(wave.id)) is not None]
    low = [row for row in rates if not is_missing(row["rate"]) and row["rate"] < _LOW_RATE]
    if low:
        add("low_rate", rate=ctx.numbers.percent(min(row["rate"] for row in low)))
    if any(is_missing(row["rate"]) for row in rates):
        add("unknown_rate")
    voice = sentences(ctx)
    kinds = [voice.kind_of(row) for row in view.main]
    for key, kind in (("undecided", "uafklaret"), ("untested", "untested"), ("hidden", "hidden")):
        if kind in kinds:
            total = len(judged(view, voice)) if kind == "uafklaret" else len(kinds)
            add(key, share=capital(voice.count(kinds.count(kind), total, noun_of(view))))
    if any(row["comparable"] == "med_forbehold" for row in view.main):
        add("reworded")
    if _units_changed(ctx, view):
        add("units")
    return found


def _units_changed(ctx: Context, view: SurveyView) -> bool:
    """Whether a unit of this survey closed, opened or merged between the compared waves."""
    if view.pair is None or not view.survey.unit:
        return False
    start, end = view.wave(view.pair[0]).start, view.wave(view.pair[1]).end
    named = {row.unit for row in ctx.workspace.registers.population if row.survey == view.id}
    units = [unit for unit in ctx.workspace.registers.units if unit.id in named]
    days = [day for unit in units for day in (unit.valid_from, unit.valid_to) if day is not None]
    return any(start < day <= end for day in days)
