"""The development of one survey: main points, figure, table and text."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evaluation.presentation.context import COMPARISON, Context, Row, SurveyView
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, bullets, div, figure, omitted, paragraphs, table
from evaluation.presentation.pieces.caution import cautions
from evaluation.presentation.pieces.common import (
    anm,
    cell_numbers,
    hidden_remark,
    judged,
    missing,
    noun_of,
    pair_labels,
    sentences,
    source,
    theme_title,
    verdict_word,
    why_not,
)
from evaluation.presentation.pieces.comparability import reserved
from evaluation.presentation.pieces.perceived import perceived_points
from evaluation.presentation.pieces.trends import composition_text, population_text
from evaluation.presentation.sentences import CHANGED, ORDER, Sentences, amounts
from evaluation.presentation.tables import Column, Table, number_column

#: From so many measures with one verdict on, only the largest change is told in full, and what small means once.
_SEVERAL, _SEVERAL_SMALL = 3, 2


def development(ctx: Context, view: SurveyView) -> list[Piece]:
    """``txt-S-hovedpointer``, ``fig-S-udvikling``, ``tbl-S-udvikling`` and ``txt-S-udvikling``."""
    chart = changes_figure(ctx, view)
    content = changes_table(ctx, view) if view.pair else levels_table(ctx, view)
    text = changes_text(ctx, view, chart, content)
    return [main_points(ctx, view), chart, content, text]


def verdict_bullets(view: SurveyView, voice: Sentences) -> list[str]:
    """One bullet a verdict, in the order they are told."""
    rows = judged(view, voice)
    found: list[str] = []
    for verdict in ORDER:
        mine = [(row, view.quoted(str(row["measure"]))) for row in rows if row["verdict"] == verdict]
        # "Ingen fremgang" would be wrong beside a small one.
        small = any(row["verdict"] == f"lille_{verdict}" for row in rows)
        if mine or not small:
            text = voice.bullet(verdict, mine, len(rows), noun_of(view), first=not found)
            found += [text] if text else []
    return found if rows else []


def level_bullets(ctx: Context, view: SurveyView, wave: str) -> list[str]:
    """Highest and lowest measure of one wave, where there is no development to tell."""
    rows = [
        row
        for row in view.levels
        if row["stat"] == view.main_stat
        and row["group"] == "kommune"
        and view.wave_label(str(row["wave"])) == view.wave_label(wave)
        and not is_missing(row["value"])
        and row["higher_is"] == "better"
    ]
    if len(rows) < 2:
        return []
    rows.sort(key=lambda row: float(row["value"]))
    unit = ctx.numbers.percent if view.main_stat == "andel" else ctx.numbers.points
    places = {
        "high": view.quoted(str(rows[-1]["measure"])),
        "high_value": unit(rows[-1]["value"]),
        "low": view.quoted(str(rows[0]["measure"])),
        "low_value": unit(rows[0]["value"]),
        "wave": view.wave_label(wave),
    }
    return [ctx.say("text", f"level_{view.main_stat}", **places)]


def points_of(ctx: Context, view: SurveyView) -> list[str]:
    """The main points of a survey as bullet texts; never empty."""
    voice = sentences(ctx)
    if not view.has_data:
        return [why_not(ctx, view)]
    if view.pair is None:
        found = perceived_points(ctx, view)
        if not found:
            found = [why_not(ctx, view), *level_bullets(ctx, view, view.answered[-1].id)]
        return found
    rows = judged(view, voice)
    named = [(row, view.quoted(str(row["measure"]))) for row in rows]
    left = _left(view, voice)
    remarks = [voice.ceiling(named), *(voice.remark(kind, names) for kind, names in left.items())]
    return [*verdict_bullets(view, voice), *[text for text in remarks if text], *perceived_points(ctx, view)]


def main_points(ctx: Context, view: SurveyView) -> Piece:
    """``txt-S-hovedpointer``; the box gets its heading from the template."""
    return Piece(f"txt-{view.id}-hovedpointer", div("hovedpointer", bullets(points_of(ctx, view))))


def changes_figure(ctx: Context, view: SurveyView) -> Piece:
    """``fig-S-udvikling``: before, after, change, interval, ±δ and verdict."""
    name = f"fig-{view.id}-udvikling"
    voice = sentences(ctx)
    rows = [row for row in view.main if voice.kind_of(row) not in ("hidden", "incomparable")]
    if not rows:
        return missing(ctx, view, name, "no_pair" if view.pair is None else "all_hidden")
    from evaluation.presentation.figures.changes import ScaleChanges

    factor = 100.0 if view.main_stat == "andel" else 1.0
    before, after = pair_labels(view)
    words = dict(ctx.words("figure_words"))
    delta = view.delta
    chart = ScaleChanges(
        rows=pd.DataFrame([_figure_row(ctx, voice, view, row, factor) for row in rows]),
        delta=delta,
        before_label=_plain(before),
        after_label=_plain(after),
        words={
            "level": words[f"level_{view.main_stat}"],
            "level_cut": words[f"level_cut_{view.main_stat}"],
            "change": words[f"change_{view.main_stat}"],
            "verdict": words["verdict"],
            "interval": words["interval"].format(level=ctx.level),
            "band": words["band"].format(delta=_bound(ctx, delta)),
            "worse": words["low_best"],
        },
        decimal="," if ctx.lang == "da" else ".",
        digits=0,
    )
    caption = ctx.say(
        "caption", f"changes_{view.main_stat}", title=view.title, before=before, after=after, count=len(rows)
    )
    remarks = [
        ctx.say("note", f"scale_{view.main_stat}"),
        ctx.say("note", "interval", level=ctx.level),
        ctx.say("note", "band", delta=_delta_unit(ctx, view)) if delta is not None else "",
        ctx.say("note", "n_range", **_n_range(ctx, rows)),
        hidden_remark(ctx, view.main),
    ]
    below = anm(ctx, remarks, source(ctx, [view], view.pair))
    text = figure(name, _alt(ctx, view, voice, rows), caption, below)
    return Piece(name, text, ((name, chart),), frozenset({name}))


def _figure_row(ctx: Context, voice: Sentences, view: SurveyView, row: Row, factor: float) -> dict[str, object]:
    def value(name: str) -> float:
        return float("nan") if is_missing(row[name]) else float(row[name]) * factor

    return {
        "theme": _plain(theme_title(view, str(row["theme"]), ctx.lang)),
        "label": view.raw_label(str(row["measure"])),
        **{name: value(name) for name in ("before", "after", "change", "ci_low", "ci_high")},
        "verdict_label": verdict_word(ctx, voice, row),
        "verdict": str(row["verdict"] or ""),
        "higher_is": str(row["higher_is"]),
    }


def _plain(text: str) -> str:
    return text.replace("\\", "")


def _bound(ctx: Context, value: float | None) -> str:
    if value is None:
        return HIDDEN
    return ctx.numbers.number(value, 0 if abs(value - round(value)) < 1e-9 else 1)


def _delta_unit(ctx: Context, view: SurveyView) -> str:
    unit = "procentpoint" if view.main_stat == "andel" else "point"
    return _bound(ctx, view.delta) + "\u00a0" + str(ctx.words("numbers")[unit])


def _n_range(ctx: Context, rows: list[Row]) -> dict[str, str]:
    found = {}
    for side in ("before", "after"):
        values = [int(row[f"n_{side}"]) for row in rows if not is_missing(row[f"n_{side}"])]
        low, high = (ctx.numbers.integer(min(values)), ctx.numbers.integer(max(values))) if values else ("..", "..")
        found[side] = low if low == high else f"{low}–{high}"
    return found


def _alt(ctx: Context, view: SurveyView, voice: Sentences, rows: list[Row]) -> str:
    """What the figure shows, with its finding: the verdicts by name."""
    before, after = pair_labels(view)
    nouns = ctx.words("nouns")[noun_of(view)]
    parts = [
        ctx.say("alt", "changes", title=view.title, before=before, after=after, count=len(rows), noun=nouns["plural"])
    ]
    for verdict in ORDER:
        names = [view.quoted(str(r["measure"])) for r in rows if r["verdict"] == verdict]
        if names:
            word = str(ctx.words("verdicts")[verdict])
            parts.append(f"{word[:1].upper()}{word[1:]}: {ctx.numbers.listing(names)}.")
    return _plain(" ".join(parts))


def changes_table(ctx: Context, view: SurveyView) -> Piece:
    """``tbl-S-udvikling``: one row a measure under its theme."""
    name = f"tbl-{view.id}-udvikling"
    if not view.main:
        return missing(ctx, view, name, "no_measures")
    voice = sentences(ctx)
    before, after = pair_labels(view)
    heads = ctx.words("heads")
    columns = (
        Column(str(heads["scale" if view.main_stat == "score" else "question"]), 34),
        number_column(before, 8),
        number_column(after, 8),
        number_column(str(heads["change"]), 10),
        number_column(ctx.say("heads", "interval", level=ctx.level), 16),
        number_column(str(heads["n"]), 14),
        Column(str(heads["verdict"]), 20),
    )
    rows: list[tuple[str, ...]] = []
    theme = None
    for row in view.main:
        if row["theme"] != theme:
            theme = row["theme"]
            rows.append((theme_title(view, str(theme), ctx.lang),))
        first, second, change, interval = cell_numbers(ctx, row)
        label = view.label(str(row["measure"]))
        if row["higher_is"] == "worse":
            label += str(ctx.words("note")["worse_mark"])
        rows.append((label, first, second, change, interval, _counts(ctx, row), verdict_word(ctx, voice, row)))
    caption = ctx.say(
        "caption", f"table_{view.main_stat}", title=view.title, before=before, after=after, count=len(view.main)
    )
    remarks = [
        ctx.say("note", f"scale_{view.main_stat}"),
        ctx.say("note", "ki"),
        ctx.say("note", "worse") if any(row["higher_is"] == "worse" for row in view.main) else "",
        ctx.say(
            "note",
            "test" if view.survey.unit else "test_persons",
            alpha=ctx.numbers.number(ctx.workspace.plan.decision.alpha, 2),
        ),
        ctx.say("note", "delta", delta=_delta_unit(ctx, view)) if view.delta is not None else "",
        ctx.say("note", "rounding"),
        _paired(ctx, view),
        cautions(ctx, view),
        reserved(ctx, view),
        population_text(ctx, view),
        hidden_remark(ctx, view.main),
    ]
    text = table(name, Table(columns, tuple(rows)), caption, anm(ctx, remarks, source(ctx, [view], view.pair)))
    return Piece(name, text, (), frozenset({name}))


def _counts(ctx: Context, row: Row) -> str:
    return f"{ctx.numbers.number(row['n_before'], 0)} / {ctx.numbers.number(row['n_after'], 0)}"


def _paired(ctx: Context, view: SurveyView) -> str:
    paired = [int(row["n_paired"]) for row in view.main if not is_missing(row["n_paired"]) and row["n_paired"]]
    return ctx.say("note", "paired", n=ctx.numbers.integer(max(paired))) if paired else ""


def levels_table(ctx: Context, view: SurveyView) -> Piece:
    """``tbl-S-udvikling`` where nothing can be compared: the levels of every wave there is."""
    name = f"tbl-{view.id}-udvikling"
    measures = [
        m for m in view.measure_order if any(r["measure"] == m and r["stat"] == view.main_stat for r in view.levels)
    ]
    if not measures:
        return missing(ctx, view, name, "no_pair")
    heads = ctx.words("heads")
    waves = view.answered
    columns = [Column(str(heads["scale" if view.main_stat == "score" else "question"]), 40)]
    for wave in waves:
        label = view.wave_label(wave.id)
        columns += [number_column(label, 10), number_column(f"{heads['n']} {label}", 10)]
    rows, shown = [], []
    share = view.main_stat == "andel"
    for measure in measures:
        cells = [view.label(measure)]
        for wave in waves:
            row = view.level(measure, view.main_stat, wave.id)
            value = (
                HIDDEN
                if row is None
                else ctx.numbers.share(row["value"])
                if share
                else ctx.numbers.number(row["value"], 1)
            )
            cells += [value, HIDDEN if row is None else ctx.numbers.number(row["n"], 0)]
            shown += [row] if row is not None else []
        rows.append(tuple(cells))
    caption = ctx.say("caption", f"levels_{view.main_stat}", title=view.title)
    remarks = [ctx.say("note", f"scale_{view.main_stat}"), hidden_remark(ctx, shown)]
    text = table(name, Table(tuple(columns), tuple(rows)), caption, anm(ctx, remarks, source(ctx, [view])))
    return Piece(name, text, (), frozenset({name}))


def changes_text(ctx: Context, view: SurveyView, chart: Piece, content: Piece) -> Piece:
    """``txt-S-udvikling``: what changed, what stood still, what cannot be known."""
    name = f"txt-{view.id}-udvikling"
    if not view.has_data:
        return omitted(name, why_not(ctx, view))
    refs = ctx.refs(chart, content)
    if view.pair is None:
        lead = ctx.say("text", "levels_lead", refs=refs) if refs else ""
        return Piece(name, paragraphs(why_not(ctx, view), lead, *level_bullets(ctx, view, view.answered[-1].id)))
    voice = sentences(ctx)
    before, after = pair_labels(view)
    lead = ctx.say("text", "changes_lead", refs=refs, before=before, after=after) if refs else ""
    rows = judged(view, voice)
    if not rows:
        lead = f"{lead} {ctx.say('text', 'nothing_judged')}".strip()
    changed = [_changed(view, voice, rows, verdict) for verdict in CHANGED]
    still = [gathered(ctx, view, voice, rows, verdict) for verdict in ("uaendret", "uafklaret")]
    return Piece(name, paragraphs(lead, *changed, *still, _rest(ctx, view, voice), *_mix(ctx, view, voice)))


def _mix(ctx: Context, view: SurveyView, voice: Sentences) -> tuple[str, str]:
    """What other explanations the numbers themselves speak of: another mix of units, the same change elsewhere."""
    return composition_text(ctx, view), compared(ctx, view, voice)


def _changed(view: SurveyView, voice: Sentences, judged_rows: Sequence[Row], verdict: str) -> str:
    """All measures that changed in one way: few in full, more in one sentence after the largest."""
    rows = [(row, view.quoted(str(row["measure"]))) for row in judged_rows if row["verdict"] == verdict]
    if len(rows) >= (_SEVERAL_SMALL if verdict.startswith("lille_") else _SEVERAL):
        return voice.several(verdict, rows, len(judged_rows), noun_of(view))
    return " ".join(voice.statement(*entry) for entry in rows)


def gathered(ctx: Context, view: SurveyView, voice: Sentences, judged_rows: Sequence[Row], verdict: str) -> str:
    """Unchanged or undecided measures: one told in full, several gathered in a sentence."""
    rows = [(row, view.quoted(str(row["measure"]))) for row in judged_rows if row["verdict"] == verdict]
    if not rows:
        return ""
    if len(rows) == 1:
        text = voice.statement(*rows[0])
    else:
        places = voice.subject(view.main_stat, "")
        told = amounts(rows[0][0], ctx.numbers)
        whole = len(rows) == len(judged_rows) > 3
        listed = ctx.numbers.listing([measure for _, measure in rows])
        listed = voice.count(len(rows), len(rows), noun_of(view)) if whole else listed
        text = ctx.say("text", f"gathered_{verdict}", list=listed, noun=places["noun"], delta=told.delta)
    return " ".join(part for part in (text, voice.undecidable(rows) if verdict == "uafklaret" else "") if part)


def _left(view: SurveyView, voice: Sentences) -> dict[str, list[str]]:
    """Quoted titles of main measures without a verdict, by why."""
    return {
        kind: [view.quoted(str(row["measure"])) for row in view.main if voice.kind_of(row) == kind]
        for kind in ("untested", "incomparable", "hidden")
    }


def _rest(ctx: Context, view: SurveyView, voice: Sentences) -> str:
    """Ceiling, neutral, untested and hidden measures."""
    named = [(row, view.quoted(str(row["measure"]))) for row in view.main]
    left = _left(view, voice)
    neutral = [voice.statement(row, m) for row, m in named if voice.kind_of(row) == "neutral"]
    parts = [voice.ceiling([(row, m) for row, m in named if row["verdict"]]), *neutral]
    parts += [voice.remark(kind, names) for kind, names in left.items()]
    return " ".join(part for part in parts if part)


def compared(ctx: Context, view: SurveyView, voice: Sentences) -> str:
    """The comparison municipality beside the measures that changed: a difference, never a test."""
    plan = ctx.workspace.plan
    others = {row["measure"]: row for row in view.changes(view.main_stat, COMPARISON) if not is_missing(row["change"])}
    mine = [row for row in judged(view, voice) if row["verdict"] in CHANGED and row["measure"] in others]
    if plan.comparison is None or not mine:
        return ""
    told = voice.changes_of([(others[row["measure"]], view.quoted(str(row["measure"]))) for row in mine])
    name = markdown(plan.comparison.kommune)
    lead = ctx.say("text", "comparison", name=name, list=told)
    return f"{lead} {ctx.say('text', 'comparison_caution')}"
