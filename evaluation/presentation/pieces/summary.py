"""What everything adds up to: main results, overview, mechanisms, conclusion and limits."""

from __future__ import annotations

from datetime import date

from evaluation.presentation.context import Context, Row, SurveyView, inside, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import NBSP, is_missing
from evaluation.presentation.piece import Piece, bullets, omitted, paragraphs, table
from evaluation.presentation.pieces.change import points_of
from evaluation.presentation.pieces.common import (
    anm,
    fictional,
    hidden_remark,
    judged,
    noun_of,
    pair_labels,
    sentences,
    verdict_word,
)
from evaluation.presentation.pieces.weighting import weakest_finding
from evaluation.presentation.sentences import ORDER, Sentences, capital
from evaluation.presentation.tables import Column, Table, number_column

#: Fieldwork under covid-19, to be named as another explanation.
_COVID = (date(2020, 3, 11), date(2022, 1, 31))
#: Below this share of the invited, nonresponse is named as a limit.
_LOW_RATE = 0.6


def summary(ctx: Context) -> list[Piece]:
    """All pieces that look across surveys."""
    overview = overview_table(ctx)
    mechanisms = mechanisms_table(ctx)
    limits = limits_table(ctx)
    return [
        main_results(ctx, overview),
        overview,
        mechanisms,
        mechanisms_text(ctx, mechanisms),
        conclusion(ctx),
        limits,
        limits_text(ctx, limits),
    ]


def main_results(ctx: Context, overview: Piece) -> Piece:
    """``txt-hovedresultater``: readable alone."""
    plan = ctx.workspace.plan
    lead = []
    if plan.releases:
        first = min(plan.releases, key=lambda release: release.start)
        title = markdown(said(first.title, ctx.lang))
        lead.append(
            ctx.say("text", "main_release", kommune=ctx.kommune, title=title, start=ctx.numbers.day(first.start))
        )
    views = [view for view in ctx.surveys if view.has_data]
    if views:
        told = ctx.numbers.listing(_asked(ctx, views))
        lead.append(ctx.say("text", "main_surveys", list=told))
    else:
        lead.append(ctx.say("omitted", "no_data"))
    if views and not any(view.pair for view in views):
        lead.append(ctx.say("text", "main_no_pair"))
    told_apart = []
    for view in ctx.surveys:
        told_apart += [f"**{view.title}**", bullets(points_of(ctx, view))]
    ref = ctx.refs(overview)
    refs = ctx.say("text", "main_overview", ref=ref) if ref else ""
    closing = f"{ctx.say('text', 'main_caution')} {refs}".strip()
    return Piece("txt-hovedresultater", paragraphs(" ".join(lead), *told_apart, closing))


def _asked(ctx: Context, views: list[SurveyView]) -> list[str]:
    """Who was asked and when; those whom two surveys asked are named once."""
    waves: dict[str, dict[str, date]] = {}
    for view in views:
        for wave in view.pair or [w.id for w in view.answered]:
            waves.setdefault(view.respondents, {})[view.wave_label(wave)] = view.wave(wave).start
    return [
        ctx.say("text", "main_asked", respondents=who, waves=ctx.numbers.listing(sorted(found, key=lambda w: found[w])))
        for who, found in waves.items()
    ]


def overview_table(ctx: Context) -> Piece:
    """``tbl-resultatoversigt``: how many measures of each survey got each verdict."""
    name = "tbl-resultatoversigt"
    views = [view for view in ctx.surveys if view.pair and view.main]
    if not views:
        return omitted(name, ctx.say("omitted", "no_overview"))
    heads, words = ctx.words("heads"), ctx.words("verdicts")
    # A verdict a row: long words such as "tilbagegang" have no room side by side.
    columns, counts = [Column(str(heads["verdict"]), 28)], []
    for view in views:
        voice = sentences(ctx)
        kinds = [voice.kind_of(row) for row in view.main]
        known = [kinds.count(verdict) for verdict in ORDER]
        counts.append([*known, len(kinds) - sum(known), len(kinds)])
        before, after = pair_labels(view)
        # A dash between the years would be a place to break the line.
        years = f"{before} {ctx.numbers.words['to']} {after}".replace(" ", NBSP)
        columns.append(number_column(f"{view.title} {years}", 72 // len(views)))
    names = [*(capital(str(words[verdict])) for verdict in ORDER), str(heads["other"]), str(heads["total"])]
    rows = [(name, *(ctx.numbers.integer(column[place]) for column in counts)) for place, name in enumerate(names)]
    remarks = [ctx.say("note", "overview")]
    below = anm(ctx, remarks, fictional(ctx, ctx.say("note", "source_all")))
    text = table(name, Table(tuple(columns), tuple(rows)), ctx.say("caption", "overview", kommune=ctx.kommune), below)
    return Piece(name, text, (), frozenset({name}))


def _spoken(ctx: Context, mechanism: str) -> list[tuple[SurveyView, Row]]:
    """Published main measures that speak to a mechanism or potential."""
    found = []
    for view in ctx.surveys:
        if view.instrument is None:
            continue
        scales = {scale.id for scale in view.instrument.scales if mechanism in scale.mechanisms}
        items = {item.id for item in view.instrument.items if mechanism in item.mechanisms}
        found += [(view, row) for row in view.main if row["measure"] in scales | items]
    return found


def _felt(ctx: Context, mechanism: str) -> list[tuple[SurveyView, Row]]:
    """Perceived change that speaks to a mechanism or potential."""
    return [
        (view, row)
        for view in ctx.surveys
        for row in view.perceived
        if row["group"] == "kommune"
        and str(row["item"]) in view.items
        and mechanism in view.items[str(row["item"])].mechanisms
    ]


def mechanisms_table(ctx: Context) -> Piece:
    """``tbl-mekanismer``: assumption, what was measured about it, what people say themselves; three things apart."""
    name = "tbl-mekanismer"
    if not ctx.mechanisms:
        return omitted(name, ctx.say("omitted", "no_mechanisms"))
    heads, words = ctx.words("heads"), ctx.words("mechanisms")
    columns = (
        Column(str(heads["assumption"]), 36),
        Column(str(heads["measured"]), 36),
        Column(str(heads["felt"]), 28),
    )
    rows: list[tuple[str, ...]] = []
    used: list[Row] = []
    for kind in ("mekanisme", "potentiale"):
        mine = [entry for entry in ctx.mechanisms.values() if entry.kind == kind]
        if mine:
            rows.append((str(words[kind]),))
        for entry in mine:
            title, text = (markdown(said(part, ctx.lang)) for part in (entry.title, entry.description))
            measured, felt = _spoken(ctx, entry.id), _felt(ctx, entry.id)
            used += [row for _, row in measured] + [row for _, row in felt]
            rows.append((f"*{title}.* {text}", _measured(ctx, measured), _told(ctx, felt)))
    remarks = [ctx.say("note", "mechanisms"), hidden_remark(ctx, used)]
    below = anm(ctx, remarks, fictional(ctx, ctx.say("note", "source_all")))
    text = table(name, Table(columns, tuple(rows)), ctx.say("caption", "mechanisms"), below)
    return Piece(name, text, (), frozenset({name}))


def _measured(ctx: Context, found: list[tuple[SurveyView, Row]]) -> str:
    voice = sentences(ctx)
    told = [f"{view.quoted(str(row['measure']))}: {verdict_word(ctx, voice, row)}" for view, row in found]
    return "; ".join(told) or str(ctx.words("mechanisms")["none"])


def _told(ctx: Context, found: list[tuple[SurveyView, Row]]) -> str:
    told = []
    for view, row in found:
        if row["suppressed"] or is_missing(row["share_better"]) or is_missing(row["share_worse"]):
            told.append(f"{view.quoted(str(row['item']))}: {ctx.words('verdicts')['hidden']}")
            continue
        places = {part: ctx.numbers.share(row[f"share_{part}"]) for part in ("better", "worse")}
        told.append(ctx.say("mechanisms", "felt", measure=view.quoted(str(row["item"])), **places))
    return "; ".join(told) or str(ctx.words("mechanisms")["none"])


def mechanisms_text(ctx: Context, content: Piece) -> Piece:
    """``txt-mekanismer``: how many assumptions were measured, and how to read the table."""
    name = "txt-mekanismer"
    if not content.targets:
        return omitted(name, ctx.say("omitted", "no_mechanisms"))
    voice = sentences(ctx)
    total = len(ctx.mechanisms)
    measured = [m for m in ctx.mechanisms if any(voice.kind_of(row) in ORDER for _, row in _spoken(ctx, m))]
    lead = ctx.say(
        "text",
        "mechanisms_lead" + {0: "_none", total: "_all", 1: "_one"}.get(len(measured), ""),
        total=voice.numbers.count(total),
        measured=voice.numbers.count(len(measured)),
    )
    if ref := ctx.refs(content):
        lead += " " + ctx.say("text", "mechanisms_refs", ref=ref)
    return Piece(name, paragraphs(lead, *_directions(ctx, voice, measured), ctx.say("text", "mechanisms_caution")))


def _directions(ctx: Context, voice: Sentences, measured: list[str]) -> list[str]:
    """Assumptions whose scales all moved one way, and those whose scales disagree."""
    groups: dict[str, list[str]] = {"forward": [], "backward": [], "mixed": []}
    for key in measured:
        kinds = {voice.kind_of(row) for _, row in _spoken(ctx, key)}
        forward, backward = kinds & {"fremgang", "lille_fremgang"}, kinds & {"tilbagegang", "lille_tilbagegang"}
        form = "mixed" if forward and backward else "forward" if forward else "backward" if backward else ""
        if form:
            groups[form].append(f"*{markdown(inside(said(ctx.mechanisms[key].title, ctx.lang)))}*")
    return [
        ctx.say("text", f"mechanisms_{form}", list=ctx.numbers.listing(names))
        for form, names in groups.items()
        if names
    ]


def conclusion(ctx: Context) -> Piece:
    """``txt-konklusion``: one paragraph a survey, then what they say together."""
    name = "txt-konklusion"
    views = [view for view in ctx.surveys if view.has_data]
    if not views:
        return omitted(name, ctx.say("omitted", "no_data"))
    told = [text for view in views if (text := _concluded(ctx, view))]
    awaited = [view for view in ctx.surveys if not view.has_data]
    closing = []
    if any(view.pair for view in views):
        closing.append(ctx.say("text", "conclusion_cause"))
    if awaited:
        listed = ctx.numbers.listing([view.respondents for view in awaited])
        closing.append(ctx.say("text", "conclusion_awaited", list=listed))
    return Piece(name, paragraphs(*told, " ".join(closing)))


def _concluded(ctx: Context, view: SurveyView) -> str:
    voice = sentences(ctx)
    rows = judged(view, voice)
    if not rows:
        return (
            _concluded_felt(ctx, view)
            if view.perceived
            else ctx.say("text", "conclusion_level", respondents=view.respondents)
        )
    parts: list[str] = []
    for verdict in ORDER:
        count = sum(1 for row in rows if row["verdict"] == verdict)
        if count:
            noun = noun_of(view)
            share = voice.short_count(count, noun, bare=True) if parts else voice.count(count, len(rows), noun)
            parts.append(ctx.say("concluded", verdict, share=share))
    return ctx.say("text", "conclusion_survey", respondents=view.respondents, list=ctx.numbers.listing(parts))


def _concluded_felt(ctx: Context, view: SurveyView) -> str:
    rows = [row for row in view.perceived if row["group"] == "kommune" and not is_missing(row["ci_low"])]
    voice = sentences(ctx)
    if not rows:
        return ""
    better = sum(1 for row in rows if row["ci_low"] > 0)
    worse = sum(1 for row in rows if row["ci_high"] < 0)
    places = {
        "respondents": view.respondents,
        "better": voice.count(better, len(rows), "forhold"),
        "worse": voice.count(worse, len(rows), "forhold"),
    }
    return ctx.say("text", "conclusion_felt", **places)


def limits_text(ctx: Context, content: Piece) -> Piece:
    """``txt-begraensninger``: other explanations that the plan's facts give reason to name."""
    plan = ctx.workspace.plan
    parts = []
    if plan.comparison is None:
        parts.append(ctx.say("limits", "no_comparison"))
    else:
        parts.append(ctx.say("limits", "one_comparison", name=markdown(plan.comparison.kommune)))
    covid = [
        wave for wave in sorted(plan.waves, key=lambda w: w.start) if wave.start <= _COVID[1] and wave.end >= _COVID[0]
    ]
    if covid:
        listed = ctx.numbers.listing(list(dict.fromkeys(str(wave.start.year) for wave in covid)))
        parts.append(ctx.say("limits", "covid", waves=listed))
    if any(view.survey.unit for view in ctx.surveys):
        parts.append(ctx.say("limits", "turnover"))
    lifted = [rule for release in plan.releases for rule in release.rules if rule.status == "ophaevet"]
    if any("sprogvurdering" in rule.title.da.lower() for rule in lifted):
        parts.append(ctx.say("limits", "language_tests"))
    parts.append(weakest_finding(ctx))
    lead = ctx.say("limits", "lead")
    ref = ctx.refs(content)
    closing = ctx.say("limits", "refs", ref=ref) if ref else ""
    return Piece("txt-begraensninger", paragraphs(lead, bullets(parts), closing))


def limits_table(ctx: Context) -> Piece:
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


def survey_pieces(survey: str) -> tuple[str, ...]:
    """Names of the pieces of one survey that ``alle-undersoegelser`` may include."""
    kinds = ("hovedpointer", "deltagelse", "tendens", "citater")
    parts = [
        f"{kind}-{{}}-{part}" for part in ("udvikling", "svar", "grupper", "oplevet") for kind in ("txt", "fig", "tbl")
    ]
    texts = [f"txt-{{}}-{kind}" for kind in kinds]
    return tuple(pattern.format(survey) for pattern in (*texts, "tbl-{}-tendens", "tbl-bilag-{}", *parts))


def all_surveys(ctx: Context) -> Piece:
    """``alle-undersoegelser``: headings and all pieces of every survey, for the generic product."""
    words = ctx.words("sections")
    parts = []
    for view in ctx.surveys:
        s = view.id
        parts += [f"## {view.title}", _include(f"txt-{s}-hovedpointer"), _include(f"txt-{s}-deltagelse")]
        if not view.has_data:
            continue
        if view.pair is not None or view.levels:
            parts += [f"### {words['change']}"]
            parts += [_include(n) for n in (f"txt-{s}-udvikling", f"fig-{s}-udvikling", f"tbl-{s}-udvikling")]
            parts += [_include(n) for n in (f"txt-{s}-tendens", f"tbl-{s}-tendens")]
        if view.distributions and view.main_or_items:
            parts += [f"### {words['answers']}", _include(f"txt-{s}-svar"), _include(f"fig-{s}-svar")]
        if view.pair is not None and view.survey.groups:
            parts += [f"### {words['groups']}", _include(f"txt-{s}-grupper"), _include(f"tbl-{s}-grupper")]
        if view.perceived:
            parts += [f"### {words['perceived']}"] if view.main_or_items else []
            parts += [_include(f"txt-{s}-oplevet"), _include(f"fig-{s}-oplevet")]
        if any(quote.survey == s for quote in ctx.quotes):
            parts += [f"### {words['quotes']}", _include(f"txt-{s}-citater")]
        if view.main_or_items:
            parts += [f"### {words['appendix']}", _include(f"tbl-bilag-{s}")]
    return Piece("alle-undersoegelser", paragraphs(*parts))


def _include(name: str) -> str:
    return "{{< include _resultater/" + name + ".qmd >}}"
