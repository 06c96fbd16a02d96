"""What a survey shows: improvement and decline by size, what stands still, what cannot be known."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.presentation.context import KOMMUNE, Context, Row, SurveyView
from evaluation.presentation.drafting.markup import Pen, claim, every, is_verdict, key, moved, spread, typed, var
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece
from evaluation.presentation.pieces.common import judged, noun_of, pair_labels, sentences, why_not
from evaluation.presentation.sentences import Sentences, amounts

GAINS = ("fremgang", "lille_fremgang")
LOSSES = ("tilbagegang", "lille_tilbagegang")


def named(view: SurveyView, row: Row) -> str:
    """The quoted title of a measure; figures in it were asked and are no results."""
    return typed(view.quoted(str(row["measure"])))


def places(ctx: Context, pen: Pen, view: SurveyView, row: Row) -> dict[str, str]:
    """What a sentence on a change is filled with: keys instead of numbers."""
    share = row["stat"] == "andel"
    level, change = ("percent", "procentpoint") if share else ("point", "point")
    voice = sentences(ctx)
    told = amounts(row, ctx.numbers)
    before, after = var(key(row, "before")), var(key(row, "after")) + pen.unit(level)
    limit = f"regel.{view.id}.graense" if not share else key(row, "delta")
    known = {delta.survey for delta in ctx.workspace.plan.decision.deltas}
    return {
        **voice.subject(str(row["stat"]), named(view, row)),
        "measure": named(view, row),
        "move": pen.write("move_slightly") if told.same else pen.write("move_levels", before=before, after=after),
        "change": var(key(row, "change_size")) + pen.unit(change),
        "low": var(key(row, "ci_low")),
        "high": var(key(row, "ci_high")) + pen.unit(change),
        "delta": var(limit if view.id in known else key(row, "delta")) + pen.unit(change),
    }


def by_size(rows: Sequence[Row]) -> list[Row]:
    """The largest change first."""
    return sorted(rows, key=lambda row: -abs(float(row["change"])))


def listed(ctx: Context, pen: Pen, view: SurveyView, rows: Sequence[Row], *, sizes: bool = True) -> str:
    """Measures in a sentence, each a claim on its verdict, with the size of its change."""
    told = []
    for row in rows:
        text = view.quoted(str(row["measure"]))
        if sizes and whole(row):
            way = ("_rise" if row["change"] > 0 else "_fall") if low(row) else ""
            text = pen.write(f"detail{way}", measure=text, change=places(ctx, pen, view, row)["change"])
        told.append(claim(text, moved(row) if sizes else is_verdict(row)))
    return ctx.numbers.listing(told)


def whole(row: Row) -> bool:
    """Whether a change may be told beside its levels: whole per cent do not always add up."""
    from evaluation.presentation.numbers import Numbers

    return row["stat"] != "andel" or "," not in amounts(row, Numbers("da")).before


def development(ctx: Context, view: SurveyView, pen: Pen, shown: Sequence[Piece]) -> list[str]:
    """Paragraphs on the main measures, in order of importance; ``shown`` are the pieces to refer to."""
    refs = ctx.refs(*shown)
    closing = pen.write("refs" if view.pair else "levels_refs", refs=refs) if refs else ""
    if view.pair is None:
        return [typed_why(ctx, view), f"{_levels(ctx, view, pen)} {closing}".strip()]
    voice = sentences(ctx)
    rows = judged(view, voice)
    kinds = {name: by_size([row for row in rows if row["verdict"] == name]) for name in (*GAINS, *LOSSES)}
    before, after = pair_labels(view)
    lead = _overview(ctx, view, pen, rows) if rows else pen.write("no_verdict", before=before, after=after)
    found = [
        f"{lead} {_gains(ctx, view, pen, kinds['fremgang'])}".strip(),
        _small(ctx, view, pen, kinds["lille_fremgang"], "gain" if kinds["fremgang"] else "gain_only"),
        _losses(ctx, view, pen, kinds),
        _still(ctx, view, pen, voice, rows),
        f"{_rest(ctx, view, pen, voice)} {closing}".strip(),
    ]
    return [text for text in found if text]


def typed_why(ctx: Context, view: SurveyView) -> str:
    """Why there is no development to tell; whom the waves were about may hold figures."""
    text = why_not(ctx, view)
    return typed(text) if view.reason == "population-changed" else text


def _overview(ctx: Context, view: SurveyView, pen: Pen, rows: Sequence[Row]) -> str:
    """How many measures went which way."""
    voice, noun = sentences(ctx), noun_of(view)
    groups = {
        "up": [row for row in rows if row["verdict"] in GAINS],
        "down": [row for row in rows if row["verdict"] in LOSSES],
        "still": [row for row in rows if row["verdict"] == "uaendret"],
        "open": [row for row in rows if row["verdict"] == "uafklaret"],
    }
    up, down = len(groups["up"]), len(groups["down"])
    if up and down:
        form = "mostly_up" if up > down else "mostly_down" if down > up else "even"
        first, second = ("down", "up") if form == "mostly_down" else ("up", "down")
    elif up or down:
        form = first = "up" if up else "down"
        second = ""
    else:
        form = first = "still" if len(groups["still"]) > len(groups["open"]) else "open"
        second = ""
    before, after = pair_labels(view)
    told = {"share": voice.count(len(groups[first]), len(rows), noun), "before": before, "after": after}
    if second:
        told["other"] = voice.short_count(len(groups[second]), noun, bare=True)
    mine, others = groups[first], groups[second] if second else [r for r in rows if r not in groups[first]]
    ways = {"up": GAINS, "down": LOSSES}
    holds = [f"{key(row, 'verdict')} in {ways[first]}" if first in ways else is_verdict(row) for row in mine]
    # "None declined" is as good as every other result's own claim: they all have one below.
    conditions = [every(holds), every([is_verdict(row) for row in others])]
    if form in ("still", "open"):
        conditions = spread(holds, 2)
    if second and any(str(row["verdict"]).startswith("lille_") for row in mine + others) and form != "even":
        form += "_small"
    if not conditions[0]:
        told["share"] = typed(told["share"])
    return pen.write(f"overview_{form}", *conditions, **told)


def _largest(rows: Sequence[Row], spans: int) -> list[str]:
    """Conditions that the first of ``rows`` changed most; empty ones where they are too many to be said."""
    first = key(rows[0], "change_size")
    return spread([f"{first} >= {key(row, 'change_size')}" for row in rows[1:]], spans)


def _size(pen: Pen, told: dict[str, str], row: Row) -> str:
    if not whole(row) or is_missing(row["ci_low"]) or is_missing(row["ci_high"]):
        return ""
    return pen.write("size_rise" if row["change"] > 0 else "size_fall", **told)


def low(row: Row) -> str:
    """Which form a sentence takes where a low number is best."""
    return "_low" if row["higher_is"] == "worse" else ""


def _gains(ctx: Context, view: SurveyView, pen: Pen, rows: Sequence[Row]) -> str:
    """Large improvements: the largest in full, the others with their size, those that fell told apart."""
    if not rows:
        return ""
    first, others = rows[0], rows[1:]
    told = places(ctx, pen, view, first)
    largest = _largest(rows, pen.spans("gain_most") - 1)
    name = "gain_one" if not others else "gain_most" if any(largest) else "gain_first"
    conditions = (*largest, moved(first)) if name == "gain_most" else (moved(first),)
    parts = [pen.write(name + low(first), *conditions, **told), _size(pen, told, first)]
    alike = [row for row in others if not low(row)]
    if alike:
        parts.append(pen.write("more_gains", list=listed(ctx, pen, view, alike)))
    for row in (row for row in others if low(row)):
        parts.append(pen.write("gain_low", moved(row), **places(ctx, pen, view, row)))
    return " ".join(part for part in parts if part)


def _small(ctx: Context, view: SurveyView, pen: Pen, rows: Sequence[Row], side: str) -> str:
    if not rows:
        return ""
    told = places(ctx, pen, view, rows[0])
    if len(rows) == 1:
        return pen.write(f"small_{side.removesuffix('_only')}{low(rows[0])}", moved(rows[0]), **told)
    plural = {"gain": "small_gains", "gain_only": "small_gains_only", "loss": "small_losses"}[side]
    return pen.write(plural, list=listed(ctx, pen, view, rows), delta=told["delta"])


def _losses(ctx: Context, view: SurveyView, pen: Pen, kinds: dict[str, list[Row]]) -> str:
    """Declines, told as plainly as improvements."""
    parts: list[str] = []
    rows = kinds["tilbagegang"]
    if rows:
        told = places(ctx, pen, view, rows[0])
        name = "loss_but" if any(kinds[gain] for gain in GAINS) else "loss"
        parts += [pen.write(name + low(rows[0]), moved(rows[0]), **told), _size(pen, told, rows[0])]
    if rows[1:]:
        parts.append(pen.write("more_losses", list=listed(ctx, pen, view, rows[1:])))
    parts.append(_small(ctx, view, pen, kinds["lille_tilbagegang"], "loss"))
    return " ".join(part for part in parts if part)


def _still(ctx: Context, view: SurveyView, pen: Pen, voice: Sentences, rows: Sequence[Row]) -> str:
    """What did not change, and what cannot be determined."""
    parts = []
    for verdict, name in (("uaendret", "unchanged"), ("uafklaret", "undecided")):
        mine = [row for row in rows if row["verdict"] == verdict]
        if len(mine) == 1:
            parts.append(pen.write(f"{name}_one", is_verdict(mine[0]), **places(ctx, pen, view, mine[0])))
        elif mine:
            told = places(ctx, pen, view, mine[0])
            told["list"] = listed(ctx, pen, view, mine, sizes=False)
            parts.append(pen.write(name, **told))
    quoted = [(row, view.quoted(str(row["measure"]))) for row in rows]
    return " ".join(part for part in (*parts, typed(voice.undecidable(quoted))) if part)


def _rest(ctx: Context, view: SurveyView, pen: Pen, voice: Sentences) -> str:
    """Ceilings, measures that are not assessed, not comparable or not shown."""
    kinds = [(voice.kind_of(row), row) for row in view.main]
    parts = [voice.ceiling([(row, view.quoted(str(row["measure"]))) for row in view.main if row["verdict"]])]
    for kind, row in kinds:
        if kind == "neutral":
            told = places(ctx, pen, view, row)
            parts.append(pen.write("neutral", f"{key(row, 'direction')} == '{row['direction']}'", **told))
    for kind in ("incomparable", "untested", "hidden"):
        names = [view.quoted(str(row["measure"])) for found, row in kinds if found == kind]
        parts.append(voice.remark(kind, names))
    return typed(" ".join(part for part in parts if part))


def _levels(ctx: Context, view: SurveyView, pen: Pen) -> str:
    """Highest and lowest measure of the last wave, where there is no development to tell."""
    if not view.has_data:
        return ""
    last = view.answered[-1].id
    rows = [
        row
        for measure in view.measure_order
        if (row := view.level(measure, view.main_stat, last, KOMMUNE)) is not None
        and not is_missing(row["value"])
        and row["higher_is"] == "better"
    ]
    if len(rows) < 2:
        return ""
    rows.sort(key=lambda row: -float(row["value"]))
    high, least = rows[0], rows[-1]
    unit = pen.unit("percent" if view.main_stat == "andel" else "point")
    conditions = []
    for one, sign in ((high, ">="), (least, "<=")):
        others = [f"{key(one, 'value')} {sign} {key(row, 'value')}" for row in rows if row is not one]
        # Where all have no room in one condition, those nearest to it are what could overtake it.
        near = others if sign == ">=" else others[::-1]
        while near and not every(near):
            near = near[:-1]
        conditions.append(every(near))
    kind = "andel" if view.main_stat == "andel" else "score"
    return pen.write(
        "levels_highest", *conditions,
        wave=view.wave_label(last), noun=str(ctx.words("subjects")[f"{kind}_noun"]),
        top=named(view, high), high_value=var(key(high, "value")) + unit,
        bottom=named(view, least), low_value=var(key(least, "value")) + unit,
    )  # fmt: skip
