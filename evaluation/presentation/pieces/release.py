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
from evaluation.presentation.sentences import Sentences, capital
from evaluation.presentation.tables import Column, Table


def release(ctx: Context) -> list[Piece]:
    """``fig-tidslinje``, ``tbl-regler``, ``txt-frisaettelse``, ``tbl-forsoeg`` and ``txt-forsoeg``."""
    chart, rules, trials = timeline(ctx), rules_table(ctx), trials_table(ctx)
    return [chart, rules, release_text(ctx, chart, rules), trials, trials_text(ctx, trials)]


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
    for status in ("ophaevet", "fastholdt"):
        mine = [rule for _, rule in rules if rule.status == status]
        if mine:
            rows.append((str(words[status]),))
        for rule in mine:
            cells = [markdown(said(rule.title, ctx.lang)), str(words[rule.kind])]
            rows.append((*cells, markdown(rule.source)) if sourced else tuple(cells))
    below = anm(ctx, [], fictional(ctx, ctx.say("note", "source_plan")))
    text = table(name, Table(tuple(columns), tuple(rows)), ctx.say("caption", "rules", kommune=ctx.kommune), below)
    return Piece(name, text, (), frozenset({name}))


def release_text(ctx: Context, chart: Piece, rules: Piece) -> Piece:
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
        limited = any((entry.scope.units, entry.scope.types, entry.scope.areas, entry.scope.centres))
        parts.append(ctx.say("text", "scope_part" if limited else "scope_all"))
    voice = Sentences(ctx.lang)
    status = [rule.status for _, rule in _rules(ctx)]
    if status:
        lifted, kept = status.count("ophaevet"), status.count("fastholdt")
        parts.append(
            ctx.say(
                "text",
                f"rules_{_amount(lifted)}_{_amount(kept)}",
                lifted=voice.numbers.count(lifted),
                kept=voice.numbers.count(kept),
                Lifted=_counted(voice, lifted),
                Kept=_counted(voice, kept),
            )
        )
    if refs := ctx.refs(chart, rules):
        parts.append(ctx.say("text", "release_refs", refs=refs))
    return Piece(name, paragraphs(" ".join(parts)))


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
    voice = Sentences(ctx.lang)
    ended = sum(1 for trial in entries if trial.end is not None)
    count = f"trials_{_amount(len(entries))}"
    parts = [ctx.say("text", count, n=_counted(voice, len(entries)), kommune=ctx.kommune)]
    if ref := ctx.refs(trials):
        parts.append(ctx.say("text", "trials_refs", ref=ref))
    parts.append(ctx.say("text", f"trials_ended_{_amount(ended)}", n=_counted(voice, ended)))
    by: dict[str, int] = {}
    for trial in entries:
        if who := _initiator(ctx, trial):
            by[who] = by.get(who, 0) + 1
    if by:
        ordered = sorted(by.items(), key=lambda entry: (-entry[1], entry[0]))
        listed = [f"{who} ({ctx.numbers.integer(count)})" for who, count in ordered]
        parts.append(ctx.say("text", "trials_by", list=ctx.numbers.listing(listed)))
    return Piece(name, paragraphs(" ".join(parts)))
