"""Development by group as figures: one measure with its uncertainty, and the verdicts of the groups the plan names."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evaluation.presentation.context import KOMMUNE, Context, Row, SurveyView
from evaluation.presentation.escape import unescaped
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs
from evaluation.presentation.pieces.common import (
    COARSE,
    anm,
    distinct,
    hidden_remark,
    missing,
    noun_of,
    pair_labels,
    quote,
    sentences,
    source,
    verdict_word,
)
from evaluation.presentation.sentences import ORDER

#: A group variable: id, title, groups in order.
Variable = tuple[str, str, list[str]]
#: So many rows stand on a page with caption and note.
_ROWS = 26
#: So many groups with a number are worth a figure.
_LEAST = 2


def group_forest(ctx: Context, view: SurveyView, variables: Sequence[Variable]) -> Piece:
    """``fig-S-grupper``: one measure's change in the municipality and in every group, with interval and ±δ."""
    name = f"fig-{view.id}-grupper"
    if view.pair is None:
        return missing(ctx, view, name, "no_pair")
    measure = forest_measure(view, variables)
    if measure is None:
        return missing(ctx, view, name, "no_groups")
    texts, drawn = [], []
    for number, part in enumerate(_parts(variables), start=1):
        ref = name + (f"-{number}" if number > 1 else "")
        texts.append(_forest(ctx, view, ref, measure, part))
        drawn.append((ref, _chart(ctx, view, measure, part)))
    return Piece(name, paragraphs(*texts), tuple(drawn), frozenset(ref for ref, _ in drawn))


def forest_measure(view: SurveyView, variables: Sequence[Variable]) -> str | None:
    """The first main measure of the codebook that at least two groups have a change of."""
    for row in in_codebook_order(view):
        measure = str(row["measure"])
        known = [group for _, _, mine in variables for group in mine if _known(_row(view, measure, group))]
        if len(known) >= _LEAST and _known(row):
            return measure
    return None


def in_codebook_order(view: SurveyView) -> list[Row]:
    """Main measures as the codebook lists them, whatever their theme: what a survey is first of all about is first."""
    order = {scale.id: place for place, scale in enumerate(view.instrument.scales if view.instrument else ())}
    return sorted(view.main, key=lambda row: order.get(str(row["measure"]), len(order)))


def _known(row: Row | None) -> bool:
    return row is not None and not is_missing(row["change"])


def _row(view: SurveyView, measure: str, group: str) -> Row | None:
    return next((row for row in view.changes(view.main_stat, group) if row["measure"] == measure), None)


def _parts(variables: Sequence[Variable]) -> list[list[Variable]]:
    """Variables in as few figures as a page allows; none is cut."""
    parts: list[list[Variable]] = [[]]
    for variable in variables:
        if parts[-1] and sum(len(mine) + 1 for _, _, mine in [*parts[-1], variable]) > _ROWS:
            parts.append([])
        parts[-1].append(variable)
    return parts


def _factor(view: SurveyView) -> float:
    return 100.0 if view.main_stat == "andel" else 1.0


def _chart(ctx: Context, view: SurveyView, measure: str, variables: Sequence[Variable]) -> object:
    from evaluation.presentation.figures.forest import Forest

    whole = str(ctx.words("forest")["whole"])
    rows = [_figure_row(ctx, view, measure, KOMMUNE, whole, "")]
    for _, title, mine in variables:
        rows += [
            _figure_row(ctx, view, measure, group, unescaped(view.group_label(group)), unescaped(title))
            for group in mine
        ]
    words, delta = ctx.words("figure_words"), view.delta
    after = unescaped(pair_labels(view)[1])
    return Forest(
        rows=pd.DataFrame(rows),
        delta=delta,
        words={
            "n": ctx.say("forest", "n", wave=after),
            "change": str(words[f"change_{view.main_stat}"]),
            "numbers": ctx.say("forest", f"numbers_{view.main_stat}", level=ctx.level),
            "interval": str(words["interval"]).format(level=ctx.level),
            "whole": whole,
            "band": str(words["band"]).format(delta=bound(ctx, delta)),
            "hidden": HIDDEN,
            "to": str(ctx.words("forest")["to"]),
        },
        decimal="," if ctx.lang == "da" else ".",
    )


def bound(ctx: Context, value: float | None) -> str:
    """A limit of the plan with as many decimals as it was given with."""
    return HIDDEN if value is None else ctx.numbers.number(value, 0 if abs(value - round(value)) < 1e-9 else 1)


def _figure_row(ctx: Context, view: SurveyView, measure: str, group: str, label: str, theme: str) -> dict[str, object]:
    row = _row(view, measure, group)

    def value(name: str, factor: float = 1.0) -> float:
        return float("nan") if row is None or is_missing(row[name]) else float(row[name]) * factor

    verdict = "" if row is None else str(row["verdict"] or "")
    return {
        "theme": theme,
        "label": label,
        "n": value("n_after"),
        **{name: value(name, _factor(view)) for name in ("change", "ci_low", "ci_high")},
        "verdict": verdict,
        "verdict_label": str(ctx.words("verdicts")[verdict]) if verdict else "",
        "digits": 0 if row is not None and str(row["reason"]) in COARSE else 1,
    }


def _forest(ctx: Context, view: SurveyView, ref: str, measure: str, variables: Sequence[Variable]) -> str:
    before, after = pair_labels(view)
    told = {"measure": view.quoted(measure), "before": before, "after": after}
    caption = ctx.say("forest", f"caption_{view.main_stat}", title=view.title, **told)
    shown = [_row(view, measure, group) for _, _, mine in variables for group in mine]
    rows = [row for row in shown if row is not None]
    remarks = [
        ctx.say("forest", f"note_{view.main_stat}"),
        ctx.say("forest", "note_judged") if any(row["verdict"] for row in rows) else "",
        ctx.say("note", "groups_untested"),
        hidden_remark(ctx, rows),
    ]
    whole = _row(view, measure, KOMMUNE)
    alt = [
        ctx.say("forest", "alt", count=len(rows), whole=_signed(ctx, view, whole), **told),
        finding(ctx, view, measure, variables),
    ]
    below = anm(ctx, remarks, source(ctx, [view], view.pair))
    return figure(ref, unescaped(" ".join(part for part in alt if part)), caption, below)


def _signed(ctx: Context, view: SurveyView, row: Row | None) -> str:
    """A change with sign and unit: ``+7,5 point``."""
    if row is None or is_missing(row["change"]):
        return HIDDEN
    digits = 0 if str(row["reason"]) in COARSE else 1
    unit = "procentpoint" if view.main_stat == "andel" else "point"
    value = ctx.numbers.number(float(row["change"]) * _factor(view), digits, sign=True)
    return f"{value}\u00a0{ctx.words('numbers')[unit]}"


def finding(ctx: Context, view: SurveyView, measure: str, variables: Sequence[Variable]) -> str:
    """What the figure shows: from where to where the groups range, and how many intervals lie off 0."""
    found = [
        (group, row) for _, _, mine in variables for group in mine if (row := _row(view, measure, group)) is not None
    ]
    # Numbers left in whole points belong to groups too small to be an end of a range.
    known = [(group, row) for group, row in found if not is_missing(row["ci_low"])]
    if len(known) < _LEAST:
        return ""
    known.sort(key=lambda entry: float(entry[1]["change"]))
    (low_group, low), (high_group, high) = known[0], known[-1]
    told = ctx.say(
        "forest",
        "range",
        low=_signed(ctx, view, low),
        high=_signed(ctx, view, high),
        low_group=quote(ctx, view.group_label(low_group)),
        high_group=quote(ctx, view.group_label(high_group)),
    )
    apart = sum(float(row["ci_low"]) > 0 or float(row["ci_high"]) < 0 for _, row in known)
    form = "apart_none" if not apart else "apart_all" if apart == len(known) else "apart_some"
    counted = ctx.say("forest", form, count=ctx.numbers.count(apart), total=ctx.numbers.count(len(known)))
    return f"{told} {counted}"


def forest_text(ctx: Context, view: SurveyView, chart: Piece, variables: Sequence[Variable]) -> str:
    """Say where the figure is and what it shows; empty where the document does not have it."""
    refs, measure = ctx.refs(chart), forest_measure(view, variables)
    if not refs or measure is None:
        return ""
    lead = ctx.say("forest", "lead", ref=refs, measure=view.quoted(measure))
    return f"{lead} {finding(ctx, view, measure, variables)}".strip()


def verdict_figure(ctx: Context, view: SurveyView) -> Piece:
    """``fig-S-vurderinger``: measures × groups that the plan names; empty where it names none."""
    name = f"fig-{view.id}-vurderinger"
    wanted = [one.group for one in ctx.workspace.plan.decision.verdict_groups if one.survey == view.id]
    if not wanted or view.pair is None:
        return Piece(name, "")
    by_group = {group: _judged(view, group) for group in (KOMMUNE, *wanted)}
    if not any(by_group[group] for group in wanted):
        return omitted(name, ctx.say("omitted", "all_hidden", title=view.title))
    from evaluation.presentation.figures.verdicts import VerdictMatrix

    voice = sentences(ctx)
    named = {KOMMUNE: str(ctx.words("forest")["whole"])}
    labels = distinct(named | {group: unescaped(view.group_label(group)) for group in wanted})
    measures = distinct({str(row["measure"]): view.raw_label(str(row["measure"])) for row in view.main})
    cells = [
        {
            "measure_label": measures[str(row["measure"])],
            "group_label": labels[group],
            "verdict": str(mine["verdict"] or ""),
            "verdict_label": verdict_word(ctx, voice, mine),
        }
        for row in view.main
        for group in by_group
        if (mine := _row(view, str(row["measure"]), group)) is not None
    ]
    before, after = pair_labels(view)
    nouns = ctx.words("nouns")[noun_of(view)]
    alt = [ctx.say("verdict_figure", "alt", count=len(view.main), noun=nouns["plural"])]
    alt += [
        ctx.say("verdict_figure", "alt_group", group=labels[group], told=_tally(ctx, rows))
        for group, rows in by_group.items()
        if rows
    ]
    caption = ctx.say("verdict_figure", "caption", title=view.title, before=before, after=after)
    below = anm(ctx, [ctx.say("verdict_figure", "note")], source(ctx, [view], view.pair))
    return Piece(
        name,
        figure(name, unescaped(" ".join(alt)), caption, below),
        ((name, VerdictMatrix(pd.DataFrame(cells))),),
        frozenset({name}),
    )


def _judged(view: SurveyView, group: str) -> list[Row]:
    return [row for row in view.changes(view.main_stat, group) if row["verdict"]]


def _tally(ctx: Context, rows: Sequence[Row]) -> str:
    """How many measures have each verdict: ``fremgang 6, kan ikke afgøres 2``."""
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in ORDER}
    return ", ".join(f"{ctx.words('verdicts')[verdict]} {count}" for verdict, count in counts.items() if count)
