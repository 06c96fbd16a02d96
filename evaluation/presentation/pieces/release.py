"""The release itself: timeline, rules lifted and kept, trials."""

from __future__ import annotations

import pandas as pd

from evaluation.common.ids import slug
from evaluation.plan.model import Release, Rule
from evaluation.plan.registers import Trial
from evaluation.plan.timing import period
from evaluation.presentation.context import Context, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs, table
from evaluation.presentation.pieces.common import anm, fictional
from evaluation.presentation.pieces.scope import lifted_heading, release_facts, released_table, rules_sentence
from evaluation.presentation.sentences import Sentences, capital
from evaluation.presentation.tables import Column, Table


def release(ctx: Context) -> list[Piece]:
    """``fig-tidslinje``, tables of rules, released units and trials, ``txt-frisaettelse`` and ``txt-forsoeg``."""
    chart, rules, units, trials = timeline(ctx), rules_table(ctx), released_table(ctx), trials_table(ctx)
    return [chart, rules, units, release_text(ctx, chart, rules, units), trials, trials_text(ctx, trials)]


def timeline(ctx: Context) -> Piece:
    """``fig-tidslinje``: releases and fieldwork."""
    name = "fig-tidslinje"
    plan = ctx.workspace.plan
    if not plan.releases or not plan.waves:
        return omitted(name, ctx.say("omitted", "no_release"))
    from evaluation.presentation.figures.timeline import ReleaseTimeline

    releases = [{"label": said(r.title, ctx.lang), "start": r.start, "end": r.end} for r in plan.releases]
    waves = sorted(plan.waves, key=lambda wave: wave.start)
    names = [said(w.title, ctx.lang) if w.title else ctx.say("labels", "wave", year=w.start.year) for w in waves]
    rows = [
        {"label": label, "start": w.start, "end": w.end, "period": period(plan, w)}
        for label, w in zip(names, waves, strict=True)
    ]
    chart = ReleaseTimeline(releases=pd.DataFrame(releases), waves=pd.DataFrame(rows), locale=ctx.lang)
    told = [
        ctx.say("alt", "timeline_wave", label=label, period=ctx.numbers.period(w.start, w.end), when=_when(ctx, w))
        for label, w in zip(names, waves, strict=True)
    ]
    begins = [
        ctx.say("alt", "timeline_release", title=said(r.title, ctx.lang), start=ctx.numbers.day(r.start))
        for r in plan.releases
    ]
    below = anm(ctx, [ctx.say("note", "timeline")], fictional(ctx, ctx.say("note", "source_plan")))
    text = figure(name, " ".join([*begins, *told]), ctx.say("caption", "timeline"), below)
    return Piece(name, text, ((name, chart),), frozenset({name}))


def _when(ctx: Context, wave: object) -> str:
    return str(ctx.words("periods")[period(ctx.workspace.plan, wave)])  # type: ignore[arg-type]


def _rules(ctx: Context) -> list[tuple[Release, Rule]]:
    return [(release, rule) for release in ctx.workspace.plan.releases for rule in release.rules]


def rules_table(ctx: Context) -> Piece:
    """``tbl-regler``: rules lifted, then rules kept."""
    name = "tbl-regler"
    rules = _rules(ctx)
    if not rules:
        return omitted(name, ctx.say("omitted", "no_rules"))
    heads, words = ctx.words("heads"), ctx.words("rules")
    sourced = any(rule.source for _, rule in rules)
    columns = [Column(str(heads["rule"]), 46), Column(str(heads["kind"]), 18)]
    if sourced:
        columns.append(Column(str(heads["source"]), 36))
    rows: list[tuple[str, ...]] = []
    groups = [(lifted_heading(ctx, entry), entry.rules, "ophaevet") for entry in ctx.workspace.plan.releases]
    groups.append((str(words["fastholdt"]), tuple(rule for _, rule in rules), "fastholdt"))
    for heading, found, status in groups:
        mine = [rule for rule in found if rule.status == status]
        if mine:
            rows.append((heading,))
        for rule in mine:
            cells = [markdown(said(rule.title, ctx.lang)), str(words[rule.kind])]
            rows.append((*cells, markdown(rule.source)) if sourced else tuple(cells))
    below = anm(ctx, [], fictional(ctx, ctx.say("note", "source_plan")))
    text = table(name, Table(tuple(columns), tuple(rows)), ctx.say("caption", "rules", kommune=ctx.kommune), below)
    return Piece(name, text, (), frozenset({name}))


def release_text(ctx: Context, chart: Piece, rules: Piece, units: Piece) -> Piece:
    """``txt-frisaettelse``: what began when, for whom, and how many rules were lifted and kept."""
    name = "txt-frisaettelse"
    plan = ctx.workspace.plan
    if not plan.releases:
        return omitted(name, ctx.say("omitted", "no_release"))
    parts = []
    for entry in plan.releases:
        places = {
            "title": markdown(said(entry.title, ctx.lang)),
            "start": ctx.numbers.day(entry.start),
            "end": ctx.numbers.day(entry.end) if entry.end else "",
            "kommune": ctx.kommune,
        }
        parts.append(ctx.say("text", "release" if entry.end else "release_open", **places))
        parts.append(release_facts(ctx, entry))
    parts.append(rules_sentence(ctx))
    if refs := ctx.refs(chart, rules, units):
        parts.append(ctx.say("text", "release_refs", refs=refs))
    return Piece(name, paragraphs(" ".join(part for part in parts if part)))


def _amount(count: int) -> str:
    return "none" if count == 0 else "one" if count == 1 else "many"


def _counted(voice: Sentences, count: int) -> str:
    return capital(voice.numbers.count(count))


def trials_table(ctx: Context) -> Piece:
    """``tbl-forsoeg``: trials under the release."""
    name = "tbl-forsoeg"
    trials = ctx.workspace.registers.trials
    if not trials:
        return omitted(name, ctx.say("omitted", "no_trials"))
    heads = ctx.words("heads")
    columns = (
        Column(str(heads["trial"]), 44),
        Column(str(heads["initiated"]), 16),
        Column(str(heads["units"]), 22),
        Column(str(heads["period"]), 20),
    )
    rows = tuple(
        (_trial(trial), _initiator(ctx, trial) or "–", _units(ctx, trial), _span(ctx, trial)) for trial in trials
    )
    below = anm(ctx, [ctx.say("note", "trials")], fictional(ctx, ctx.say("note", "source_trials")))
    text = table(name, Table(columns, rows), ctx.say("caption", "trials", kommune=ctx.kommune), below)
    return Piece(name, text, (), frozenset({name}))


def _trial(trial: Trial) -> str:
    title = f"**{markdown(trial.title.rstrip('.'))}.**"
    return f"{title} {markdown(trial.description)}".strip()


def _initiator(ctx: Context, trial: Trial) -> str:
    known = ctx.words("initiators")
    return str(known.get(slug(trial.initiated_by), markdown(trial.initiated_by))) if trial.initiated_by else ""


def _units(ctx: Context, trial: Trial) -> str:
    """Number of units; all of them where the register names none. A trial in one place names no place."""
    if not trial.units:
        return str(ctx.words("labels")["all_units"])
    form = "units_one" if len(trial.units) == 1 else "units_many"
    return ctx.say("labels", form, n=ctx.numbers.integer(len(trial.units)))


def _span(ctx: Context, trial: Trial) -> str:
    if trial.start is None:
        return "–"
    if trial.end is None:
        return ctx.say("labels", "since", start=ctx.numbers.day(trial.start))
    return f"{ctx.numbers.day(trial.start)} – {ctx.numbers.day(trial.end)}"


def trials_text(ctx: Context, trials: Piece) -> Piece:
    """``txt-forsoeg``: how many trials, begun by whom, how many have ended."""
    name = "txt-forsoeg"
    entries = ctx.workspace.registers.trials
    if not entries:
        return omitted(name, ctx.say("omitted", "no_trials"))
    count, ended, begun = _told(ctx)
    see = ctx.say("text", "trials_refs", ref=ref) if (ref := ctx.refs(trials)) else ""
    return Piece(name, paragraphs(" ".join(part for part in (count, see, ended, begun) if part)))


def _told(ctx: Context) -> tuple[str, str, str]:
    """Sentences on the number of trials, on those that have ended, and on who began them."""
    entries, voice = ctx.workspace.registers.trials, Sentences(ctx.lang)
    ended = sum(1 for trial in entries if trial.end is not None)
    count = ctx.say("text", f"trials_{_amount(len(entries))}", n=_counted(voice, len(entries)), kommune=ctx.kommune)
    done = ctx.say("text", f"trials_ended_{_amount(ended)}", n=_counted(voice, ended))
    by: dict[str, int] = {}
    for trial in entries:
        if who := _initiator(ctx, trial):
            by[who] = by.get(who, 0) + 1
    ordered = sorted(by.items(), key=lambda entry: (-entry[1], entry[0]))
    listed = [f"{who} ({ctx.numbers.integer(number)})" for who, number in ordered]
    return count, done, ctx.say("text", "trials_by", list=ctx.numbers.listing(listed)) if listed else ""
