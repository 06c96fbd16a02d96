"""Around the main results of a survey: who answered, single questions, groups, what people feel, reservations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.common.ids import slug
from evaluation.presentation.context import KOMMUNE, Context, Row, SurveyView, inside, said
from evaluation.presentation.drafting.development import by_size, listed, named, places
from evaluation.presentation.drafting.markup import Pen, claim, is_verdict, key, spread, typed, var
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece
from evaluation.presentation.pieces.answers import meaning
from evaluation.presentation.pieces.common import judged, noun_of, pair_labels, quote, sentences, wave_period
from evaluation.presentation.pieces.groups import group_variables
from evaluation.presentation.pieces.limits import COVID
from evaluation.presentation.sentences import Sentences

#: Matters of perceived change told one by one on each side.
_FELT = 3
#: Below this share of the invited, the response rate is a reservation.
_LOW = 200 / 3


def about(ctx: Context, view: SurveyView, pen: Pen) -> list[str]:
    """What the survey asks, who answered and when."""
    whom = {"respondents": view.respondents, "kommune": ctx.kommune, "survey": quote(ctx, view.title)}
    first = [pen.write("about", **whom)]
    if view.instrument is not None:
        asked = [theme for theme in view.instrument.themes if any(i.theme == theme.id for i in view.items.values())]
        titles = [quote(ctx, typed(markdown(said(theme.title, ctx.lang)))) for theme in asked]
        if len(titles) > 1:
            first.append(pen.write("themes", themes=ctx.numbers.listing(titles)))
        if view.instrument.row_is == "child":
            first.append(pen.write("about_child"))
    return [" ".join(first), " ".join(part for part in _answered(ctx, view, pen) if part)]


def _answered(ctx: Context, view: SurveyView, pen: Pen) -> list[str]:
    labels = [view.wave_label(wave.id) for wave in view.answered]
    several = {"count": ctx.numbers.count(len(labels)), "list": ctx.numbers.listing(labels)}
    found = []
    if view.pair is not None:
        before, after = pair_labels(view)
        found.append(pen.write("waves" if len(labels) > 2 else "waves_pair", before=before, after=after, **several))
    elif len(labels) > 1:
        found.append(pen.write("waves_levels", **several))
    last = view.answered[-1]
    row = view.answers_in(last.id)
    if row is not None:
        known = not is_missing(row["rate"])
        told = {
            name: var(f"svar.{view.id}.{slug(last.id)}.{name}")
            for name in (("besvaret", "inviteret", "procent") if known else ("besvaret",))
        }
        found.append(
            pen.write(
                "answered" if known else "answered_unknown",
                period=wave_period(ctx, last),
                answered=told["besvaret"],
                invited=told.get("inviteret", ""),
                rate=told.get("procent", "") + pen.unit("percent"),
            )
        )
        earlier = view.answers_in(view.pair[0]) if view.pair else None
        if known and earlier is not None and not is_missing(earlier["rate"]) and view.pair is not None:
            rate = var(f"svar.{view.id}.{slug(view.pair[0])}.procent") + pen.unit("percent")
            found.append(pen.write("rate_before", wave=view.wave_label(view.pair[0]), rate=rate))
    paired = [row for row in view.main if not is_missing(row["n_paired"]) and row["n_paired"]]
    if paired and view.survey.design == "panel":
        most = max(paired, key=lambda row: int(row["n_paired"]))
        found.append(pen.write("paired", count=var(key(most, "n_paired"))))
    return found


def items(ctx: Context, view: SurveyView, pen: Pen, shown: Sequence[Piece]) -> list[str]:
    """The single questions behind the scales that moved most."""
    refs = ctx.refs(*shown)
    lead = pen.write("items_lead", refs=refs) if refs else pen.write("items_lead_plain")
    found = [f"{lead} {typed(meaning(ctx, view))}".strip()]
    told = [text for row in _telling(ctx, view) if (text := _behind(ctx, view, pen, row))]
    return [*found, " ".join([*told, pen.write("items_caution")])] if told else found


def _telling(ctx: Context, view: SurveyView) -> list[Row]:
    """The scale that improved most and the one that declined most."""
    if view.main_stat != "score":
        return []
    rows = judged(view, sentences(ctx))
    kinds = (("fremgang", "lille_fremgang"), ("tilbagegang", "lille_tilbagegang"))
    sides = [by_size([row for row in rows if row["verdict"] in kind]) for kind in kinds]
    return [rows[0] for rows in sides if rows]


def _behind(ctx: Context, view: SurveyView, pen: Pen, scale: Row) -> str:
    mine = {item.id for item in view.items.values() if item.scale == scale["measure"]}
    voice = sentences(ctx)
    rows = [
        row
        for row in view.changes("andel")
        if row["measure"] in mine
        and voice.kind_of(row) not in ("hidden", "incomparable")
        # A question turned the other way moves against its scale: it would need explaining.
        and (row["change"] > 0) == (scale["change"] > 0)
        and round(100 * float(row["before"])) != round(100 * float(row["after"]))
    ]
    if not rows:
        return ""
    row = by_size(rows)[0]
    name = "item_rise" if row["change"] > 0 else "item_fall"
    told = places(ctx, pen, view, row)
    holds = f"{key(row, 'direction')} == '{row['direction']}'"
    return pen.write(name, holds, scale=named(view, scale), item=told["measure"], move=told["move"])


def groups(ctx: Context, view: SurveyView, pen: Pen, shown: Sequence[Piece]) -> list[str]:
    """The groups the plan gives words to, and where the largest change differs most between groups."""
    variables = group_variables(ctx, view)
    names = ctx.numbers.listing([inside(title) for _, title, _ in variables])
    refs = ctx.refs(*shown)
    lead = pen.write("groups_lead", refs=refs, variables=names) if refs else ""
    lead = lead or pen.write("groups_lead_plain", variables=names)
    wanted = [entry.group for entry in ctx.workspace.plan.decision.verdict_groups if entry.survey == view.id]
    told = [_group(ctx, view, pen, group) for group in wanted]
    between = _between(ctx, view, pen, variables)
    return [f"{lead} {pen.write('groups_caution')}", " ".join(told), between]


def _group(ctx: Context, view: SurveyView, pen: Pen, group: str) -> str:
    label = quote(ctx, typed(view.group_label(group)))
    rows = [row for row in view.changes(view.main_stat, group) if row["verdict"]]
    if not rows:
        return pen.write("group_small", group=label)
    voice, noun = sentences(ctx), noun_of(view)
    gains = by_size([row for row in rows if row["verdict"] in ("fremgang", "lille_fremgang")])
    losses = by_size([row for row in rows if row["verdict"] in ("tilbagegang", "lille_tilbagegang")])
    open_ = [row for row in rows if row["verdict"] == "uafklaret"]
    if len(open_) == len(rows) > 2:
        conditions = spread([is_verdict(row) for row in rows], pen.spans("group_none"))
        total = ctx.numbers.count(len(rows))
        total = total if all(conditions) else typed(total)
        measures = pen.write(f"measures_{noun}", total=total)
        return pen.write("group_none", *conditions, group=label, measures=measures)
    parts = []
    if gains:
        parts.append(pen.write("group_gains", group=label, list=listed(ctx, pen, view, gains)))
    if losses:
        parts.append(
            pen.write("group_losses_too" if parts else "group_losses", group=label, list=listed(ctx, pen, view, losses))
        )
    if not parts and not open_:
        parts.append(pen.write("group_still", group=label))
    if open_:
        share = _share(voice, open_, len(rows), noun)
        parts.append(pen.write("group_open_too" if parts else "group_open", share=share, group=label))
    return " ".join(parts)


def _share(voice: Sentences, rows: Sequence[Row], total: int, noun: str) -> str:
    """How many of the measures, as a claim where there is room for it."""
    share = voice.count(len(rows), total, noun)
    condition = spread([is_verdict(row) for row in rows], 1)[0]
    return claim(share, condition) if condition else typed(share)


def _between(ctx: Context, view: SurveyView, pen: Pen, variables: Sequence[tuple[str, str, list[str]]]) -> str:
    """Most and least change in the groups of the first variable, on the measure that changed most."""
    rows = by_size(judged(view, sentences(ctx)))
    if not rows or not variables:
        return ""
    measure = rows[0]
    for _, _, mine in variables:
        found = {
            group: row
            for group in mine
            for row in view.changes(view.main_stat, group)
            if row["measure"] == measure["measure"] and not row["suppressed"] and not is_missing(row["change"])
        }
        ordered = sorted(found.items(), key=lambda entry: -float(entry[1]["change"]))
        if len(ordered) < 2 or ordered[0][1]["change"] == ordered[-1][1]["change"]:
            continue
        return _compared(ctx, view, pen, measure, ordered)
    return ""


def _compared(ctx: Context, view: SurveyView, pen: Pen, measure: Row, ordered: Sequence[tuple[str, Row]]) -> str:
    (most, first), (least, last) = ordered[0], ordered[-1]
    share = measure["stat"] == "andel"
    unit = pen.unit("procentpoint" if share else "point")
    middle = [row for _, row in ordered[1:-1]]
    tops = [f"{key(first, 'change')} >= {key(row, 'change')}" for row in (last, *middle)]
    lows = [f"{key(last, 'change')} <= {key(row, 'change')}" for row in (first, *middle)]
    return pen.write(
        "groups_between", spread(tops, 1)[0], spread(lows, 1)[0], measure=named(view, measure),
        most=quote(ctx, typed(view.group_label(most))), least=quote(ctx, typed(view.group_label(least))),
        most_change=var(key(first, "change")) + unit, least_change=var(key(last, "change")) + unit,
    )  # fmt: skip


def perceived(ctx: Context, view: SurveyView, pen: Pen, shown: Sequence[Piece]) -> list[str]:
    """What people themselves see as better and worse."""
    refs = ctx.refs(*shown)
    lead = pen.write("perceived_lead", refs=refs, respondents=view.respondents) if refs else ""
    lead = lead or pen.write("perceived_lead_plain", respondents=view.respondents)
    order = {item: place for place, item in enumerate(view.items)}
    rows = [row for row in view.perceived if row["group"] == KOMMUNE]
    rows.sort(key=lambda row: order.get(str(row["item"]), len(order)))
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(Sentences.felt(row), []).append(row)
    if rows and len(kinds.get("hidden", [])) == len(rows):
        return [f"{lead} {pen.write('felt_hidden_all')}"]
    told = [_felt(view, pen, row, "better") for row in _most(kinds.get("better", []), up=True)]
    told += [_felt(view, pen, row, "worse") for row in _most(kinds.get("worse", []), up=False)]
    if mixed := kinds.get("mixed"):
        marks = [
            claim(view.quoted(str(row["item"])), f"{key(row, 'ci_low')} <= 0 and {key(row, 'ci_high')} >= 0")
            for row in mixed
        ]
        told.append(pen.write("felt_mixed", list=ctx.numbers.listing(marks)))
    told += [_felt(view, pen, row, "coarse") for row in kinds.get("coarse", [])[:_FELT]]
    if hidden := kinds.get("hidden"):
        names = ctx.numbers.listing([typed(view.quoted(str(row["item"]))) for row in hidden])
        told.append(pen.write("felt_hidden", list=names))
    return [lead, " ".join([*told, pen.write("felt_caution")])]


def _most(rows: Sequence[Row], *, up: bool) -> list[Row]:
    return sorted(rows, key=lambda row: float(row["net"]), reverse=up)[:_FELT]


def _felt(view: SurveyView, pen: Pen, row: Row, side: str) -> str:
    # Without an interval there is no judgement to hold to anything: the sentence has numbers only.
    condition = {"better": f"{key(row, 'ci_low')} > 0", "worse": f"{key(row, 'ci_high')} < 0"}.get(side, "")
    shares = {part: var(key(row, f"share_{part}")) + pen.unit("percent") for part in ("better", "worse")}
    return pen.write(f"felt_{side}", condition, measure=typed(view.quoted(str(row["item"]))), **shares)


def limits(ctx: Context, view: SurveyView, pen: Pen, sections: Mapping[str, str]) -> str:
    """Reservations that the plan's facts give reason for; ``sections`` are headings that may be referred to."""
    found = [pen.write("limits_cause" if view.pair else "limits_levels")] if view.main_or_items else []
    if view.pair is not None or view.survey.design == "retrospective":
        found.append(pen.write(f"limits_{view.survey.design}"))
    if view.pair is not None:
        waves = [view.wave(wave) for wave in view.pair]
        under = [view.wave_label(w.id) for w in waves if w.start <= COVID[1] and w.end >= COVID[0]]
        if under:
            found.append(pen.write("limits_covid", waves=ctx.numbers.listing(under)))
    row = view.answers_in(view.answered[-1].id) if view.has_data else None
    if row is not None and not is_missing(row["rate"]) and 100 * float(row["rate"]) < _LOW:
        where = f"svar.{view.id}.{slug(view.answered[-1].id)}.procent"
        found.append(pen.write("limits_rate", f"{where} < 66.6", rate=var(where) + pen.unit("percent")))
    comparison = ctx.workspace.plan.comparison
    if view.pair is not None:
        compared = comparison is not None and any(str(r["group"]) == "sammenligning" for r in view.estimates)
        if compared and comparison is not None:
            found.append(pen.write("limits_comparison", name=typed(markdown(comparison.kommune))))
        else:
            found.append(pen.write("limits_none"))
    if "konklusion" in sections:
        found.append(pen.write("limits_refs", ref=f"@{sections['konklusion']}"))
    return " ".join(found)
