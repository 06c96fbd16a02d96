"""More than two waves: every wave against the last before release, slopes, and another mix of types of units."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.common.ids import slug
from evaluation.presentation.context import Context, Row, SurveyView, records
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, paragraphs, table
from evaluation.presentation.pieces.common import anm, hidden_remark, pair_labels, source
from evaluation.presentation.pieces.trend_figure import trend_figure
from evaluation.presentation.tables import Column, Table, number_column

#: So many waves fit beside the last one before release.
_WAVES = 4
#: From so many measures on, they are counted and the largest changes are named.
_NAMED = 4
#: What another mix of types must move to be worth a sentence of its own, in points, where the plan sets no δ.
_WORTH = 1.0


def trend_pieces(ctx: Context, view: SurveyView) -> list[Piece]:
    """``txt-S-tendens``, ``fig-S-tendens`` and ``tbl-S-tendens``; all empty with fewer than three waves to show."""
    rows = trend_rows(ctx, view)
    names = (f"txt-{view.id}-tendens", f"tbl-{view.id}-tendens", f"fig-{view.id}-tendens")
    waves = _waves(rows)
    if not waves:
        return [Piece(name, "") for name in names]
    content, chart = _table(ctx, view, rows, waves, names[1]), _figure(ctx, view, rows, waves, names[2])
    told = [
        _lead(ctx, view, waves, chart, content),
        _joint(ctx, view, rows),
        _early(ctx, view, rows, waves),
    ]
    return [Piece(names[0], paragraphs(" ".join(part for part in told if part))), chart, content]


def _lead(ctx: Context, view: SurveyView, waves: Sequence[str], chart: Piece, content: Piece) -> str:
    """Where the waves are shown."""
    places = {"reference": _reference(view, waves), "count": ctx.numbers.count(len(waves) + 1)}
    if ctx.refs(chart) and ctx.refs(content):
        return ctx.say("waves_figure", "lead", refs=ctx.refs(chart, content), **places)
    ref = ctx.refs(chart, content)
    return ctx.say("trends", "lead", ref=ref, **places) if ref else ""


def _figure(ctx: Context, view: SurveyView, rows: Sequence[Row], waves: Sequence[str], name: str) -> Piece:
    """The figure; empty where the waves share none that all others are compared with."""
    pairs = {part: pair for part in waves if (pair := wave_pair(view, part)) is not None}
    shared = set.intersection(*(set(pair) for pair in pairs.values())) if len(pairs) == len(waves) else set()
    if len(pairs) < 2 or len(shared) != 1:
        return Piece(name, "")
    single = [row for row in rows if row["design"] == "boelge" and row["waves"] in pairs]
    return trend_figure(ctx, view, single, pairs, shared.pop())


def trend_rows(ctx: Context, view: SurveyView) -> tuple[Row, ...]:
    """Published rows of a survey."""
    frame = ctx.published.trends
    return records(frame[frame["survey"] == view.id]) if len(frame) else ()


def _waves(rows: Sequence[Row]) -> list[str]:
    """Key parts ``2020_2024`` of the waves against the last one before release, in order of time."""
    shown = [row for row in rows if row["design"] == "boelge" and not is_missing(row["estimate"])]
    return sorted({str(row["waves"]) for row in shown})[-_WAVES:]


def wave_pair(view: SurveyView, waves: str) -> tuple[str, str] | None:
    """Ids of the two waves of a key part; ids hold no sign that parts them. None for waves not in the plan."""
    known = {slug(wave.id): wave.id for wave in view.waves}
    for at, sign in enumerate(waves):
        if sign == "_" and {waves[:at], waves[at + 1 :]} <= set(known):
            return known[waves[:at]], known[waves[at + 1 :]]
    return None


def _ends(view: SurveyView, waves: str) -> tuple[str, str]:
    """What the two waves of a key part are called."""
    pair = wave_pair(view, waves)
    if pair is not None:
        return view.wave_label(pair[0]), view.wave_label(pair[1])
    first, _, last = waves.partition("_")
    return view.wave_label(first), view.wave_label(last)


def _reference(view: SurveyView, waves: Sequence[str]) -> str:
    """The wave that all pairs share."""
    pairs = [_ends(view, part) for part in waves]
    shared = set(pairs[0]).intersection(*map(set, pairs[1:]))
    return pairs[-1][0] if len(shared) != 1 else shared.pop()


def _table(ctx: Context, view: SurveyView, rows: Sequence[Row], waves: Sequence[str], name: str) -> Piece:
    heads = ctx.words("trends")
    columns = [Column(str(ctx.words("heads")["scale"]), 34)]
    for part in waves:
        first, last = _ends(view, part)
        columns.append(number_column(ctx.say("trends", "head_wave", first=first, last=last), 96 // (len(waves) + 1)))
    columns.append(number_column(str(heads["head_slope"]), 96 // (len(waves) + 1)))
    found = {(str(row["measure"]), str(row["design"]), str(row["waves"])): row for row in rows}
    after = {str(row["measure"]): row for row in rows if row["design"] == "haeldning-efter"}
    lines = [
        (
            view.label(measure),
            *(_cell(ctx, found.get((measure, "boelge", part))) for part in waves),
            _cell(ctx, after.get(measure)),
        )
        for measure in dict.fromkeys(str(row["measure"]) for row in rows if row["design"] == "boelge")
    ]
    counts = [_counts(ctx, [row for (_, _, key), row in found.items() if key == part]) for part in waves]
    lines.append((f"*{ctx.words('heads')['n']}*", *counts, "–"))
    remarks = [
        ctx.say("trends", "note", reference=_reference(view, waves), level=ctx.level),
        hidden_remark(ctx, [row for row in rows if row["design"] == "boelge"]),
    ]
    caption = ctx.say("trends", "caption", title=view.title)
    text = table(name, Table(tuple(columns), tuple(lines)), caption, anm(ctx, remarks, source(ctx, [view])))
    return Piece(name, text, (), frozenset({name}))


def _counts(ctx: Context, rows: Sequence[Row]) -> str:
    """Most answers to any measure in the two waves: ``412 / 402``."""
    sides = []
    for side in ("n_before", "n_after"):
        known = [int(row[side]) for row in rows if row["design"] == "boelge" and not is_missing(row[side])]
        sides.append(ctx.numbers.integer(max(known)) if known else HIDDEN)
    return " / ".join(sides)


def _cell(ctx: Context, row: Row | None) -> str:
    """An estimate with its interval in brackets."""
    if row is None or is_missing(row["estimate"]):
        return HIDDEN
    value = ctx.numbers.number(row["estimate"], 1, sign=True)
    if is_missing(row["ci_low"]):
        return value
    return f"{value} ({ctx.numbers.interval(row['ci_low'], row['ci_high'])})"


def _joint(ctx: Context, view: SurveyView, rows: Sequence[Row]) -> str:
    tested = [row for row in rows if row["design"] == "samlet" and not is_missing(row["p_adjusted"])]
    if not tested:
        return ctx.say("trends", "joint_untested")
    apart = [row for row in tested if float(row["p_adjusted"]) < float(row["alpha"])]
    if not apart:
        return ctx.say("trends", "joint_none")
    if len(apart) >= _NAMED:
        word = ctx.numbers.count
        return ctx.say("trends", "joint_many", count=word(len(apart)), total=word(len(tested)))
    return ctx.say("trends", "joint_some", list=_listed(ctx, view, apart))


def _early(ctx: Context, view: SurveyView, rows: Sequence[Row], waves: Sequence[str]) -> str:
    """What happened before the release already: a change after it may only go on with that."""
    reference = _reference(view, waves)
    before = [part for part in waves if _ends(view, part)[1] == reference]
    if not before:
        return ctx.say("trends", "early_unknown", reference=reference)
    first = _ends(view, before[0])[0]
    mine = [row for row in rows if row["design"] == "boelge" and row["waves"] == before[0]]
    known = [row for row in mine if not is_missing(row["ci_low"])]
    if not known:
        return ""
    moved = [row for row in known if float(row["ci_low"]) > 0 or float(row["ci_high"]) < 0]
    if not moved:
        return ctx.say("trends", "early_none", first=first, reference=reference)
    form = "early_one" if len(moved) == 1 else "early_some"
    return ctx.say("trends", form, first=first, reference=reference, list=_listed(ctx, view, moved))


def _listed(ctx: Context, view: SurveyView, rows: Sequence[Row]) -> str:
    return ctx.numbers.listing([view.quoted(str(row["measure"])) for row in rows])


def composition_text(ctx: Context, view: SurveyView) -> str:
    """Say how much of the changes comes from another mix of types of units; empty where it is not known."""
    mine = [row for row in trend_rows(ctx, view) if row["design"] == "sammensaetning"]
    mine = [row for row in mine if not is_missing(row["estimate"])]
    if not mine or view.pair is None:
        return ""
    limit = view.delta / 2 if view.delta is not None else _WORTH
    before, after = pair_labels(view)
    large = [row for row in mine if abs(float(row["estimate"])) >= limit]
    if not large:
        largest = max(abs(float(row["estimate"])) for row in mine)
        return ctx.say("trends", "mix_none", before=before, after=after, largest=ctx.numbers.points(largest))
    told = [
        ctx.say(
            "trends",
            "mix_of",
            measure=view.quoted(str(row["measure"])),
            part=ctx.numbers.number(row["estimate"], 1, sign=True),
            total=ctx.numbers.number(row["total"], 1, sign=True),
        )
        for row in large
    ]
    return ctx.say("trends", "mix_some", before=before, after=after, list=ctx.numbers.listing(told))


def population_text(ctx: Context, view: SurveyView) -> str:
    """Warn where the numbers look as if the two waves were about different people; empty otherwise."""
    told = []
    for note in ctx.published.meta.get("notes", ()):
        if note.get("code") != "population-may-have-changed" or note.get("survey") != view.id:
            continue
        group = str(view.group_labels.get(str(note["group"]), note["group"]))
        places = {side: view.wave_label(str(note[side])) for side in ("before", "after")}
        told.append(ctx.say("trends", f"moved_{note['sign']}", group=group, **places))
    return " ".join([*told, ctx.say("trends", "moved_end")]) if told else ""


def series_text(ctx: Context, indicator: str) -> str:
    """Say whether the series of an indicator breaks at the release, with the caution that few periods ask for."""
    frame = ctx.published.trends
    if not len(frame):
        return ""
    mine = frame[(frame["survey"] == "indikatorer") & (frame["measure"] == indicator)]
    rows = {str(row["design"]): row for row in records(mine)}
    level = rows.get("niveauskift")
    if level is None or level["reason"] == "population_changed" or level["suppressed"]:
        return ""
    places = {side: ctx.numbers.count(int(level[f"n_{side}"])) for side in ("before", "after")}
    if is_missing(level["ci_low"]):
        return ctx.say("trends", "series_few") if level["reason"] == "few_periods" else ""
    factor, unit = {"andel": (100.0, "pp"), "procent": (1.0, "pp")}.get(str(level["stat"]), (1.0, "own"))
    value, low, high = (float(level[name]) * factor for name in ("estimate", "ci_low", "ci_high"))
    form = "series_break" if low > 0 or high < 0 else "series_none"
    places |= {
        "size": ctx.numbers.number(abs(value), 1),
        "unit": str(ctx.words("trends")[f"unit_{unit}"]),
        "side": str(ctx.words("trends")["above" if value > 0 else "below"]),
        "interval": ctx.numbers.interval(low, high),
        "level": ctx.level,
    }
    return ctx.say("trends", form, **places)
