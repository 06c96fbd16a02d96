"""Who was released, from what and when: in words for texts and headings, and as a table of units."""

from __future__ import annotations

from evaluation.common.ids import slug
from evaluation.plan.model import Release, Scope
from evaluation.plan.registers import Unit
from evaluation.plan.timing import covers
from evaluation.presentation.context import Context, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.piece import Piece, omitted, table
from evaluation.presentation.pieces.common import anm, fictional
from evaluation.presentation.sentences import capital
from evaluation.presentation.tables import Column, Table, number_column

_TABLE = "tbl-frisatte"


def released_units(ctx: Context, release: Release) -> list[Unit]:
    """Units that the release covers and that were open when it began."""
    units = (unit for unit in ctx.workspace.registers.units if covers(ctx.workspace.plan, release, unit))
    return [unit for unit in units if _open(unit, release)]


def _open(unit: Unit, release: Release) -> bool:
    begun = unit.valid_from is None or unit.valid_from <= release.start
    return begun and (unit.valid_to is None or unit.valid_to >= release.start)


def whom(ctx: Context, release: Release) -> str:
    """Whom a release covers, as it stands inside a sentence: ``dagplejen og børnehaver i Nord``."""
    scope, words = release.scope, ctx.words("release_scope")
    kinds = ctx.words("unit_types_many")
    types = [str(kinds.get(slug(name), markdown(name))) for name in scope.types]
    if scope.units and not types:
        count = len(scope.units)
        told = ctx.say("release_scope", "units_one" if count == 1 else "units", count=ctx.numbers.count(count))
    else:
        told = ctx.numbers.listing(types) if types else str(words["everyone"])
    for name, values in (("areas", scope.areas), ("centres", scope.centres)):
        if values:
            told += f" {ctx.say('release_scope', name, list=ctx.numbers.listing([markdown(v) for v in values]))}"
    return told


def release_facts(ctx: Context, release: Release) -> str:
    """``Den omfatter …, i alt 31 enheder.``; without the number where no unit is known."""
    count = len(released_units(ctx, release))
    form = "covers_unknown" if count == 0 else "covers_one" if count == 1 else "covers"
    return ctx.say("release_scope", form, whom=whom(ctx, release), n=ctx.numbers.integer(count))


def rules_sentence(ctx: Context) -> str:
    """How many rules were lifted and kept; empty where the plan names none."""
    status = [rule.status for release in ctx.workspace.plan.releases for rule in release.rules]
    if not status:
        return ""
    lifted, kept = status.count("ophaevet"), status.count("fastholdt")
    count = ctx.numbers.count
    places = {"lifted": count(lifted), "kept": count(kept)}
    places |= {"Lifted": capital(count(lifted)), "Kept": capital(count(kept))}
    return ctx.say("text", f"rules_{_amount(lifted)}_{_amount(kept)}", **places)


def _amount(count: int) -> str:
    return "none" if count == 0 else "one" if count == 1 else "many"


def lifted_heading(ctx: Context, release: Release) -> str:
    """Heading of the rules a release lifted: from when, until when, and for whom."""
    places = {"start": ctx.numbers.day(release.start), "whom": whom(ctx, release)}
    places |= {"end": ctx.numbers.day(release.end)} if release.end else {}
    told = ctx.say("release_scope", "lifted_until" if release.end else "lifted", **places)
    if len(ctx.workspace.plan.releases) == 1:
        return told
    return f"{markdown(said(release.title, ctx.lang))}: {told[:1].lower()}{told[1:]}"


def released_table(ctx: Context) -> Piece:
    """``tbl-frisatte``: units of every type, those that each release covers, and from when."""
    releases = ctx.workspace.plan.releases
    if not any(released_units(ctx, release) for release in releases):
        return omitted(_TABLE, ctx.say("omitted", "no_release" if not releases else "no_units"))
    heads, kinds = ctx.words("release_heads"), ctx.words("unit_types")
    columns = (
        Column(str(heads["type"]), 44),
        Column(str(heads["from"]), 26),
        Column(str(heads["to"]), 26),
        number_column(str(heads["released"]), 20),
        number_column(str(heads["all"]), 20),
    )
    rows: list[tuple[str, ...]] = []
    for release in sorted(releases, key=lambda entry: entry.start):
        mine = released_units(ctx, release)
        if mine and len(releases) > 1:
            rows.append((markdown(said(release.title, ctx.lang)),))
        own = released_units(ctx, release.model_copy(update={"scope": Scope()}))
        days = ctx.numbers.day(release.start), ctx.numbers.day(release.end) if release.end else "–"
        for kind in dict.fromkeys(unit.type for unit in mine):
            counts = (sum(1 for unit in some if unit.type == kind) for some in (mine, own))
            label = str(kinds.get(slug(kind), markdown(kind) or heads["unknown"]))
            rows.append((label, *days, *(ctx.numbers.integer(count) for count in counts)))
    caption = ctx.say("release_heads", "caption", kommune=ctx.kommune)
    below = anm(ctx, [ctx.say("release_heads", "note")], fictional(ctx, ctx.say("release_heads", "source")))
    return Piece(_TABLE, table(_TABLE, Table(columns, tuple(rows)), caption, below), (), frozenset({_TABLE}))
