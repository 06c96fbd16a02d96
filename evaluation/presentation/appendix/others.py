"""Sheets across the surveys: participation, perceived change, comparisons, trends, registers, scales, weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from evaluation.common.ids import slug
from evaluation.plan.timing import survey_period
from evaluation.presentation.appendix.labels import Labels
from evaluation.presentation.appendix.model import (
    NONE,
    Cell,
    Field,
    Sheet,
    number,
    number_field,
    text_field,
    without_empty,
    words,
)
from evaluation.presentation.context import UNIT, Context, Row, records
from evaluation.presentation.numbers import HIDDEN
from evaluation.presentation.pieces.common import COARSE
from evaluation.presentation.sentences import capital

Make = Callable[[Context, Labels], Sheet | None]


def other_sheets(ctx: Context) -> list[Sheet]:
    """Every sheet that has a row."""
    labels = Labels(ctx)
    every: tuple[Make, ...] = (
        _perceived, _comparisons, _trends, _indicators, _response, _attrition, _nonresponse, _weighting, _scales,
    )  # fmt: skip
    return [sheet for make in every if (sheet := make(ctx, labels)) is not None]


def _rows(ctx: Context, table: str) -> tuple[Row, ...]:
    """Published rows of a table but those of single units, which no report shows one by one."""
    frame = getattr(ctx.published, table)
    if "group" in frame:
        frame = frame[~frame["group"].astype(str).str.startswith(UNIT)]
    return records(frame)


def _sheet(
    labels: Labels, name: str, fields: Sequence[Field], rows: Sequence[tuple[Cell, ...]], keep: int, fixed: int = 1
) -> Sheet | None:
    if not rows:
        return None
    kept, cells = without_empty(fields, rows, keep)
    return Sheet(
        labels.say(f"{name}_name"), labels.say(f"{name}_title"), labels.say(f"{name}_about"), kept, cells, fixed
    )


def _texts(labels: Labels, **widths: int) -> list[Field]:
    return [text_field(labels.head(key), width) for key, width in widths.items()]


def _numbers(labels: Labels, *keys: str) -> list[Field]:
    return [number_field(labels.head(key, level=labels.ctx.level)) for key in keys]


def _response(ctx: Context, labels: Labels) -> Sheet | None:
    """Who was asked, when, and how many answered."""
    views = {view.id: view for view in ctx.surveys}
    rows = []
    for row in _rows(ctx, "response"):
        view = views.get(str(row["survey"]))
        wave = next((w for w in view.waves if str(row["wave"]) in (w.id, slug(w.id))), None) if view else None
        split, group = labels.group(str(row["survey"]), str(row["group"]))
        told: tuple[str, str, date | str, date | str] = (NONE, NONE, NONE, NONE)
        if view is not None and wave is not None:
            when = str(ctx.words("periods")[survey_period(ctx.workspace, view.survey, wave)])
            told = (capital(words(view.respondents)), when, wave.start, wave.end)
        counts = (number(row, name) for name in ("invited", "answered", "completed", "partial"))
        rate = number(row, "rate", 0, factor=100.0)
        head = (labels.survey(str(row["survey"])), labels.wave(str(row["survey"]), str(row["wave"])), split, group)
        rows.append((*head, *counts, rate, *told))
    fields = [
        *_texts(labels, survey=28, wave=10, split=20, group=26),
        *_numbers(labels, "invited", "answered", "completed", "partial", "rate"),
        *_texts(labels, respondents=34, when=12),
        *(Field(labels.head(key), number=True, width=20) for key in ("start", "end")),
    ]
    return _sheet(labels, "response", fields, rows, 4, fixed=2)


def _perceived(ctx: Context, labels: Labels) -> Sheet | None:
    rows = []
    for row in _rows(ctx, "perceived"):
        survey = str(row["survey"])
        split, group = labels.group(survey, str(row["group"]))
        shares = (
            labels.number(row, f"share_{part}", 0, factor=100.0)
            for part in ("worse", "same", "better", "dont_know", "not_here")
        )
        parts = tuple(shares)
        interval = (
            labels.number(row, "net", 0, sign=True),
            labels.number(row, "ci_low", 1, sign=True),
            labels.number(row, "ci_high", 1, sign=True),
        )
        head = (
            labels.measure(survey, str(row["item"])), group, split, labels.survey(survey),
            labels.wave(survey, str(row["wave"])), labels.theme(survey, str(row["theme"])),
        )  # fmt: skip
        counts = (number(row, "n"), number(row, "asked"))
        rows.append((*head, *parts[:3], *interval, counts[0], *parts[3:], counts[1], labels.remark(row)))
    fields = [
        *_texts(labels, item=50, group=24, split=20, survey=26, wave=10, theme=26),
        *_numbers(labels, "worse", "same", "better", "net", "low", "high", "n_rated"),
        *_numbers(labels, "dont_know", "not_here", "asked"),
        text_field(labels.head("remark"), 40),
    ]
    return _sheet(labels, "perceived", fields, rows, 6, fixed=2)


def _comparisons(ctx: Context, labels: Labels) -> Sheet | None:
    rows = []
    for row in _rows(ctx, "comparisons"):
        survey = str(row["survey"])
        level = 0 if str(row["reason"]) in COARSE else 1
        change = row["design"] != "side_om_side"
        sides = (labels.number(row, f"value_{side}", level, sign=change) for side in ("group", "against"))
        tests = [labels.number(row, name, 1, sign=True) for name in ("ci_low", "ci_high")]
        tests += [labels.number(row, "p_value", 3), labels.number(row, "p_adjusted", 3, shown=bool(row["family"]))]
        rows.append(
            (
                labels.measure(survey, str(row["measure"])),
                labels.word("appendix_designs", str(row["design"])),
                labels.survey(survey),
                labels.waves(survey, str(row["waves"])),
                labels.group(survey, str(row["group"]))[1],
                labels.group(survey, str(row["against"]))[1],
                *sides,
                labels.number(row, "difference", level, sign=True),
                *tests,
                *(number(row, name) for name in ("n_group", "n_against", "clusters_group", "clusters_against")),
                labels.remark(row),
            )
        )
    fields = [
        *_texts(labels, measure=44, design=34, survey=26, waves=12, group=22, against=22),
        *_numbers(labels, "value_group", "value_against", "difference", "low", "high", "p", "p_adjusted"),
        *_numbers(labels, "n_group", "n_against", "clusters_group", "clusters_against"),
        text_field(labels.head("remark"), 40),
    ]
    return _sheet(labels, "comparisons", fields, rows, 6, fixed=1)


def _factor(row: Row) -> float:
    return 100.0 if row["stat"] == "andel" else 1.0


def _trends(ctx: Context, labels: Labels) -> Sheet | None:
    rows = []
    for row in _rows(ctx, "trends"):
        survey, by = str(row["survey"]), _factor(row)
        found = [labels.number(row, name, 1, factor=by) for name in ("before", "after")]
        found += [labels.number(row, name, 1, factor=by, sign=True) for name in ("estimate", "ci_low", "ci_high")]
        found += [labels.number(row, "total", 1, factor=by, sign=True, shown=False)]
        found += [labels.number(row, "p_value", 3), labels.number(row, "p_adjusted", 3, shown=bool(row["family"]))]
        rows.append(
            (
                labels.measure(survey, str(row["measure"])),
                labels.word("appendix_designs", str(row["design"])),
                labels.survey(survey),
                labels.waves(survey, str(row["waves"])),
                labels.word("appendix_stats", str(row["stat"])),
                *found,
                *(number(row, name) for name in ("n_before", "n_after")),
                labels.remark(row),
            )
        )
    fields = [
        *_texts(labels, measure=44, design=38, survey=26, waves=12, stat=22),
        *_numbers(labels, "before", "after", "estimate", "low", "high", "total", "p", "p_adjusted"),
        *_numbers(labels, "n_before", "n_after"),
        text_field(labels.head("remark"), 40),
    ]
    return _sheet(labels, "trends", fields, rows, 5, fixed=1)


#: Factor and decimals of an indicator by its kind.
_INDICATORS: Mapping[str, tuple[float, int]] = {"andel": (100.0, 0), "procent": (1.0, 0), "antal": (1.0, 0)}


def _indicators(ctx: Context, labels: Labels) -> Sheet | None:
    rows = []
    for row in _rows(ctx, "indicators"):
        factor, decimals = _INDICATORS.get(str(row["stat"]), (1.0, 1))
        _, group = labels.group("", str(row["group"]))
        rows.append(
            (
                str(row["title"]) or str(row["indicator"]),
                str(row["period"]),
                ctx.workspace.plan.evaluation.kommune if row["group"] == "kommune" else group,
                labels.word("appendix_stats", str(row["stat"])),
                labels.number(row, "value", decimals, factor=factor),
                labels.number(row, "denominator"),
                number(row, "units"),
                str(row["note"]) or NONE,
                str(row["source"]) or NONE,
                labels.remark(row),
            )
        )
    fields = [
        *_texts(labels, indicator=50, period=10, group=24, stat=22),
        *_numbers(labels, "value_one", "denominator", "units"),
        *_texts(labels, about=40, source=30, remark=40),
    ]
    return _sheet(labels, "indicators", fields, rows, 4)


def _attrition(ctx: Context, labels: Labels) -> Sheet | None:
    kinds = ctx.words("unit_types")
    rows = []
    for row in _rows(ctx, "attrition"):
        survey, label = str(row["survey"]), str(row["label"])
        rows.append(
            (
                labels.survey(survey),
                labels.wave(survey, str(row["wave"])),
                labels.word("appendix_splits", str(row["margin"])),
                str(kinds.get(label, label)),
                *(number(row, name) for name in ("invited", "answered")),
                *(number(row, name, 1, factor=100.0) for name in ("invited_share", "answered_share")),
                number(row, "difference", 1, sign=True),
            )
        )
    fields = [
        *_texts(labels, survey=28, wave=10, split=20, group=26),
        *_numbers(labels, "invited", "answered", "invited_share", "answered_share", "share_difference"),
    ]
    return _sheet(labels, "attrition", fields, rows, 4, fixed=2)


def _nonresponse(ctx: Context, labels: Labels) -> Sheet | None:
    verdicts = ctx.words("verdicts")
    rows = []
    for row in _rows(ctx, "nonresponse"):
        survey, by = str(row["survey"]), _factor(row)
        parts = ("gap_significance", "gap_zero", "gap_largest", "low", "high")
        verdict = HIDDEN if row["suppressed"] else str(verdicts.get(str(row["verdict"]), NONE))
        rows.append(
            (
                labels.measure(survey, str(row["measure"])),
                labels.survey(survey),
                labels.waves(survey, str(row["waves"])),
                verdict,
                labels.number(row, "change", 1, factor=by, sign=True),
                *(number(row, f"rate_{side}", 0, factor=100.0) for side in ("before", "after")),
                *(labels.number(row, name, 1, factor=by, sign=True) for name in parts),
                labels.remark(row),
            )
        )
    fields = [
        *_texts(labels, measure=44, survey=26, waves=12, verdict=20),
        *_numbers(labels, "difference_change", "rate_before", "rate_after"),
        *_numbers(labels, "gap_significance", "gap_zero", "gap_largest", "worst", "best"),
        text_field(labels.head("remark"), 40),
    ]
    return _sheet(labels, "nonresponse", fields, rows, 4)


def _weighting(ctx: Context, labels: Labels) -> Sheet | None:
    rows = []
    for row in _rows(ctx, "weighting"):
        survey = str(row["survey"])
        rows.append(
            (
                labels.survey(survey),
                labels.wave(survey, str(row["wave"])),
                labels.word("appendix_words", str(row["method"])),
                str(row["margins"]) or NONE,
                number(row, "n"),
                labels.number(row, "n_eff"),
                labels.number(row, "efficiency", 0, factor=100.0),
                *(labels.number(row, name, 2) for name in ("smallest", "largest")),
                labels.number(row, "trimmed", 1, factor=100.0),
                labels.remark(row),
            )
        )
    fields = [
        *_texts(labels, survey=28, wave=10, method=20, margins=26),
        *_numbers(labels, "answered", "n_eff", "efficiency", "smallest", "largest", "trimmed"),
        text_field(labels.head("remark"), 40),
    ]
    return _sheet(labels, "weighting", fields, rows, 4, fixed=2)


def _scales(ctx: Context, labels: Labels) -> Sheet | None:
    rows = []
    for row in _rows(ctx, "scales"):
        survey = str(row["survey"])
        rows.append(
            (
                labels.measure(survey, str(row["scale"])),
                labels.survey(survey),
                labels.wave(survey, str(row["wave"])),
                number(row, "items"),
                number(row, "n"),
                *(labels.number(row, name, 2) for name in ("alpha", "alpha_low", "alpha_high", "omega", "icc_unit")),
                labels.remark(row),
            )
        )
    fields = [
        *_texts(labels, scale=40, survey=28, wave=10),
        *_numbers(labels, "items", "n_all", "alpha", "low", "high", "omega", "icc_unit"),
        text_field(labels.head("remark"), 40),
    ]
    return _sheet(labels, "scales", fields, rows, 3)
