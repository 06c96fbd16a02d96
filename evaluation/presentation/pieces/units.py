"""How the units of a survey differ: every unit a dot, none of them named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evaluation.common.ids import slug
from evaluation.presentation.context import UNIT, Context, Row, SurveyView, records
from evaluation.presentation.escape import unescaped
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs
from evaluation.presentation.pieces.common import anm, distinct, pair_labels, quote, source, why_not
from evaluation.presentation.pieces.group_figures import in_codebook_order

#: Fewer dots show no distribution.
_LEAST = 5


def units(ctx: Context, view: SurveyView) -> list[Piece]:
    """``fig-S-enheder`` and ``txt-S-enheder``; empty for surveys that name no unit."""
    names = (f"fig-{view.id}-enheder", f"txt-{view.id}-enheder")
    if not view.survey.unit or not view.main_or_items:
        return [Piece(name, "") for name in names]
    if view.pair is None:
        return [omitted(name, why_not(ctx, view)) for name in names]
    measure, found = _found(ctx, view)
    if not found:
        reason = ctx.say("units_figure", "few", title=quote(ctx, view.title))
        return [omitted(name, reason) for name in names]
    chart = _figure(ctx, view, names[0], measure, found)
    refs = ctx.refs(chart)
    lead = [ctx.say("units_figure", "lead", ref=refs)] if refs else []
    text = " ".join([*lead, *_ranges(ctx, view, measure, found), ctx.say("units_figure", "chance")])
    return [chart, Piece(names[1], paragraphs(text))]


def _found(ctx: Context, view: SurveyView) -> tuple[str, Mapping[str, list[float]]]:
    """The first main measure that enough units have a number of in both waves, and their numbers by wave, sorted."""
    assert view.pair is not None
    frame = ctx.published.levels
    single = (frame["survey"] == view.id) & (frame["stat"] == view.main_stat)
    rows = records(frame[single & frame["group"].astype(str).str.startswith(UNIT)])
    for row in in_codebook_order(view):
        found = {wave: _values(view, rows, str(row["measure"]), wave) for wave in view.pair}
        if all(len(values) >= _LEAST for values in found.values()):
            return str(row["measure"]), found
    return "", {}


def _values(view: SurveyView, rows: Sequence[Row], measure: str, wave: str) -> list[float]:
    factor = 100.0 if view.main_stat == "andel" else 1.0
    mine = [row for row in rows if row["measure"] == measure and slug(str(row["wave"])) == slug(wave)]
    return sorted(float(row["value"]) * factor for row in mine if not is_missing(row["value"]))


def _figure(ctx: Context, view: SurveyView, name: str, measure: str, found: Mapping[str, Sequence[float]]) -> Piece:
    from evaluation.presentation.figures.units import UnitDistribution

    # Numbers, not names: a report is no league table, and number 3 of one wave is not number 3 of the next.
    labels = distinct({wave: unescaped(view.wave_label(wave)) for wave in found})
    rows = [
        {
            "unit_label": ctx.say("units_figure", "number", n=number),
            "wave_label": labels[wave],
            "value": value,
            "period": period,
        }
        for (wave, values), period in zip(found.items(), ("before", "after"), strict=True)
        for number, value in enumerate(values, start=1)
    ]
    means = [
        {"wave_label": labels[wave], "value": value}
        for wave in found
        if (value := _mean(view, measure, wave)) is not None
    ]
    words = ctx.words("units_figure")
    chart = UnitDistribution(
        rows=pd.DataFrame(rows),
        means=pd.DataFrame(means) if means else None,
        unit_label=str(words["unit"]),
        mean_label=str(words["mean"]),
        axis_label=str(words[f"axis_{view.main_stat}"]),
        decimal="," if ctx.lang == "da" else ".",
    )
    before, after = pair_labels(view)
    places = {"title": view.title, "measure": view.quoted(measure), "before": before, "after": after}
    caption = ctx.say("units_figure", f"caption_{view.main_stat}", **places)
    alt = unescaped(" ".join([ctx.say("units_figure", "alt"), *_ranges(ctx, view, measure, found)]))
    below = anm(ctx, [ctx.say("units_figure", "note")], source(ctx, [view], view.pair))
    return Piece(name, figure(name, alt, caption, below), ((name, chart),), frozenset({name}))


def _mean(view: SurveyView, measure: str, wave: str) -> float | None:
    row = view.level(measure, view.main_stat, wave)
    if row is None or is_missing(row["value"]):
        return None
    return float(row["value"]) * (100.0 if view.main_stat == "andel" else 1.0)


def _ranges(ctx: Context, view: SurveyView, measure: str, found: Mapping[str, Sequence[float]]) -> list[str]:
    """From where to where the units lie in each wave, beside the municipality."""
    share = view.main_stat == "andel"

    def told(value: float | None) -> str:
        return ctx.numbers.percent(None if value is None else value / 100) if share else ctx.numbers.points(value, 0)

    return [
        ctx.say(
            "units_figure",
            "range",
            wave=view.wave_label(wave),
            count=ctx.numbers.count(len(values)),
            low=ctx.numbers.number(values[0], 0),
            high=told(values[-1]),
            mean=told(_mean(view, measure, wave)),
        )
        for wave, values in found.items()
    ]
