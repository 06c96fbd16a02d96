"""How answers to the single questions were distributed, and the appendix table of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from evaluation.codebook.model import Item, ResponseScale
from evaluation.common.ids import slug
from evaluation.presentation.context import KOMMUNE, Context, Row, SurveyView, inside, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, figure, omitted, paragraphs, table
from evaluation.presentation.pieces.common import (
    anm,
    base_remark,
    cell_numbers,
    fictional,
    hidden_remark,
    missing,
    quote,
    source,
    theme_title,
    why_not,
)
from evaluation.presentation.tables import Column, Table, number_column

#: Items a figure holds at most: with two waves about a third of a page.
_MOST = 5


def answers(ctx: Context, view: SurveyView) -> list[Piece]:
    """``fig-S-svar``, ``txt-S-svar`` and ``tbl-bilag-S``."""
    charts = answer_figures(ctx, view)
    return [charts, answers_text(ctx, view, charts), appendix(ctx, view)]


def shown_waves(view: SurveyView) -> tuple[str, ...]:
    """The compared pair, else the last wave with answers."""
    if view.pair is not None:
        return view.pair
    return (view.answered[-1].id,) if view.has_data else ()


class _Battery(NamedTuple):
    """Items of one figure: what they are about, their answers, and which part of how many it is."""

    key: str
    title: str
    response: ResponseScale
    items: list[Item]
    part: int
    parts: int


def _batteries(ctx: Context, view: SurveyView, waves: Sequence[str]) -> list[_Battery]:
    """A figure a scale, in the order of the themes; items without a scale by theme."""
    if view.instrument is None:
        return []
    items: dict[tuple[str, str], list[Item]] = {}
    for item in sorted(view.items.values(), key=lambda item: _place(view, item)):
        if item.kind == "item" and _any_shown(view, [item], waves):
            items.setdefault((item.scale or item.theme, item.response), []).append(item)
    responses = {response.id: response for response in view.instrument.responses}
    found = []
    for (key, response), mine in items.items():
        scale = mine[0].scale
        title = view.label(scale) if scale else theme_title(view, mine[0].theme, ctx.lang)
        parts = -(-len(mine) // _MOST)
        size = -(-len(mine) // parts)
        found += [
            _Battery(key, title, responses[response], mine[part * size : (part + 1) * size], part + 1, parts)
            for part in range(parts)
        ]
    return found


def answer_figures(ctx: Context, view: SurveyView) -> Piece:
    """All Likert figures of a survey, one a scale (and more where a scale is long)."""
    name = f"fig-{view.id}-svar"
    waves = shown_waves(view)
    batteries = _batteries(ctx, view, waves)
    if not batteries:
        return missing(ctx, view, name, "no_answers")
    texts, charts, seen = [], [], dict[str, int]()
    # How to read the figures stands once: in the text on them, or below the first where no document has the text.
    explained = ctx.shows(f"txt-{view.id}-svar")
    for battery in batteries:
        key = slug(battery.key)
        seen[key] = seen.get(key, 0) + 1
        ref = f"{name}-{key}" + (f"-{seen[key]}" if seen[key] > 1 else "")
        text, chart = _drawn(ctx, view, ref, battery, waves, explained=explained)
        explained = True
        texts.append(text)
        charts.append((ref, chart))
    return Piece(name, paragraphs(*texts), tuple(charts), frozenset(ref for ref, _ in charts))


def _any_shown(view: SurveyView, items: Sequence[Item], waves: Sequence[str]) -> bool:
    return any(
        row["code"] and not is_missing(row["share"])
        for item in items
        for wave in waves
        for row in view.answers_to(item.id, wave)
    )


def _drawn(
    ctx: Context, view: SurveyView, ref: str, battery: _Battery, waves: Sequence[str], *, explained: bool
) -> tuple[str, object]:
    """One figure with its caption and notes."""
    chart, aside = _chart(ctx, view, battery, waves)
    years = ctx.numbers.listing([view.wave_label(wave) for wave in waves])
    part = ctx.say("caption", "part", part=battery.part, parts=battery.parts) if battery.parts > 1 else ""
    # tidied text loses the blank in front
    caption = ctx.say("caption", "answers", title=battery.title, waves=years, part=f" {part}" if part else "")
    rows = [row for i in battery.items for wave in waves for row in view.answers_to(i.id, wave) if row["code"]]
    reading = ctx.say("note", "answers_short") if explained else _reading(ctx, aside=aside)
    origin = ctx.say("note", "source_title", title=quote(ctx, view.title), kommune=ctx.kommune, waves=years)
    remarks = [reading, base_remark(ctx, view, rows, "figur"), _hidden_answers(ctx, rows)]
    below = anm(ctx, remarks, fictional(ctx, origin))
    return figure(ref, _alt(ctx, view, battery, waves), caption, below), chart


def _reading(ctx: Context, *, aside: bool) -> str:
    """How the figures are read: the base of the percentages, rounding, what stands apart."""
    return ctx.say("text", "answers_reading" if aside else "answers_reading_plain")


def _chart(ctx: Context, view: SurveyView, battery: _Battery, waves: Sequence[str]) -> tuple[object, bool]:
    """Make the figure; also whether anything stands apart in it."""
    from evaluation.presentation.figures.likert import LikertBattery

    choices = [choice for choice in battery.response.choices if not choice.state]
    labels = {str(choice.code): said(choice.label, ctx.lang) for choice in choices}
    names = _distinct(view, battery.items)
    rows, aside = [], []
    for item in battery.items:
        for order, wave in enumerate(waves):
            found = view.answers_to(item.id, wave)
            known = {str(row["code"]): row for row in found if row["code"]}
            if not known:
                continue
            period = ("before", "after")[order] if view.pair is not None else "after"
            rows += _bar(ctx, view, names[item.id], known, labels, wave, order, period)
            aside += [
                {"item_label": names[item.id], "wave_label": _plain_wave(view, wave), "share": float(row["share"])}
                for row in found
                if row["state"] == "ved_ikke" and not is_missing(row["share"])
            ]
    words = ctx.words("figure_words")
    chart = LikertBattery(
        rows=pd.DataFrame(rows),
        categories=tuple(labels.values()),
        dont_know=pd.DataFrame(aside) if aside else None,
        dont_know_label=str(words["dont_know"]),
        n_template=str(words["n_template"]),
        decimal="," if ctx.lang == "da" else ".",
    )
    return chart, bool(aside)


def _hidden_answers(ctx: Context, rows: Sequence[Row]) -> str:
    gone = any(row["suppressed"] or is_missing(row["share"]) for row in rows)
    return hidden_remark(ctx, [{"suppressed": True, "reason": ""}]) if gone else ""


def _distinct(view: SurveyView, items: Sequence[Item]) -> dict[str, str]:
    """Labels for a figure; two items of the same wording are told apart by their ids."""
    texts = {item.id: view.raw_label(item.id) for item in items}
    twice = {text for text in texts.values() if list(texts.values()).count(text) > 1}
    return {key: f"{text} ({key})" if text in twice else text for key, text in texts.items()}


def _plain_wave(view: SurveyView, wave: str) -> str:
    return view.wave_label(wave).replace("\\", "")


def _bar(
    ctx: Context,
    view: SurveyView,
    label: str,
    known: dict[str, Row],
    labels: dict[str, str],
    wave: str,
    order: int,
    period: str,
) -> list[dict[str, object]]:
    """One bar: a row a category; all shares missing where any is hidden."""
    shares = {code: known[code]["share"] if code in known else 0.0 for code in labels}
    whole = not any(is_missing(share) for share in shares.values())
    total = sum(float(share) for share in shares.values()) if whole else 0.0
    n = next(iter(known.values()))["n_base"]
    if any(row["base"] == "stillet" for row in known.values()) and total > 0:
        # a bar is of those who answered, whatever the base of the item's percentages is
        n, shares, total = n * total, {code: share / total for code, share in shares.items()}, 1.0
    whole = whole and abs(total - 1) <= 0.02
    return [
        {
            "item_label": label,
            "wave_label": _plain_wave(view, wave),
            "wave_order": order,
            "category_label": labels[code],
            "category_order": place,
            "share": float(shares[code]) if whole else float("nan"),
            "n": n,
            "period": period,
        }
        for place, code in enumerate(labels)
    ]


def positive(view: SurveyView, wave: str) -> list[Row]:
    """Shares of positive answers of items on which a high answer is good, lowest first."""
    rows = [
        row
        for row in view.levels
        if row["stat"] == "andel"
        and row["group"] == KOMMUNE
        and row["wave"] in (wave, slug(wave))
        and row["higher_is"] == "better"
        and not is_missing(row["value"])
    ]
    return sorted(rows, key=lambda row: (float(row["value"]), str(row["measure"])))


def _alt(ctx: Context, view: SurveyView, battery: _Battery, waves: Sequence[str]) -> str:
    wanted = {item.id for item in battery.items}
    rows = [row for row in positive(view, waves[-1]) if row["measure"] in wanted]
    text = ctx.say("alt", "answers", title=battery.title, count=len(battery.items))
    if len(rows) > 1:
        text += " " + ctx.say(
            "alt",
            "answers_range",
            wave=view.wave_label(waves[-1]),
            high=view.raw_label(str(rows[-1]["measure"])).rstrip("."),
            high_value=ctx.numbers.percent(rows[-1]["value"]),
            low=view.raw_label(str(rows[0]["measure"])).rstrip("."),
            low_value=ctx.numbers.percent(rows[0]["value"]),
        )
    return text.replace("\\", "")


def answers_text(ctx: Context, view: SurveyView, charts: Piece) -> Piece:
    """``txt-S-svar``: where answers are most and least positive, and the largest difference between the waves."""
    name = f"txt-{view.id}-svar"
    if not view.has_data:
        return omitted(name, why_not(ctx, view))
    waves = shown_waves(view)
    rows = positive(view, waves[-1])
    if not charts.targets:
        return missing(ctx, view, name, "no_answers")
    refs = ctx.refs(charts)
    lead = ctx.say("text", "answers_lead", refs=refs) if refs else ""
    aside = any(row["state"] == "ved_ikke" and not is_missing(row["share"]) for row in view.distributions)
    how = " ".join(part for part in (lead, meaning(ctx, view), _reading(ctx, aside=aside)) if part)
    parts = []
    if len(rows) >= 2:
        parts.append(
            ctx.say(
                "text",
                "answers_range",
                wave=view.wave_label(waves[-1]),
                high=view.quoted(str(rows[-1]["measure"])),
                high_value=ctx.numbers.percent(rows[-1]["value"]),
                low=view.quoted(str(rows[0]["measure"])),
                low_value=ctx.numbers.percent(rows[0]["value"]),
            )
        )
    parts += [_largest(ctx, view), base_remark(ctx, view, rows if len(rows) >= 2 else ())]
    return Piece(name, paragraphs(how, " ".join(part for part in parts if part)))


def meaning(ctx: Context, view: SurveyView) -> str:
    """Which answers count as positive."""
    if view.instrument is None:
        return ""
    told = []
    for response in view.instrument.responses:
        labels = [said(c.label, ctx.lang) for c in response.choices if c.code in response.positive]
        used = any(item.response == response.id and item.kind == "item" for item in view.instrument.items)
        if labels and used:
            told.append(f" {ctx.words('numbers')['or']} ".join(f"*{markdown(inside(label))}*" for label in labels))
    return ctx.say("text", "positive", list="; ".join(told)) if told else ""


def _largest(ctx: Context, view: SurveyView) -> str:
    """The largest rise and fall of positive answers: described, not tested."""
    rows = [row for row in view.changes("andel") if not is_missing(row["change"]) and row["higher_is"] == "better"]
    if view.main_stat == "andel" or len(rows) < 2:
        return ""
    rows.sort(key=lambda row: (abs(float(row["change"])), str(row["measure"])))
    row = rows[-1]
    return ctx.say(
        "text",
        "answers_largest",
        measure=view.quoted(str(row["measure"])),
        before=ctx.numbers.share(row["before"]),
        after=ctx.numbers.percent(row["after"]),
    )


def appendix(ctx: Context, view: SurveyView) -> Piece:
    """``tbl-bilag-S``: every item with shares before and after, change, interval and n."""
    name = f"tbl-bilag-{view.id}"
    changes = {str(row["measure"]): row for row in view.changes("andel")}
    waves = shown_waves(view)
    if not waves:
        return omitted(name, why_not(ctx, view))
    levels = {item: row for item in view.items if (row := view.level(item, "andel", waves[-1])) is not None}
    if not changes and not levels:
        return missing(ctx, view, name, "no_items")
    heads = ctx.words("heads")
    rows: list[tuple[str, ...]] = []
    columns: list[Column]
    if changes:
        before, after = (view.wave_label(wave) for wave in waves)
        columns = [
            Column(str(heads["question"]), 46),
            number_column(before, 8),
            number_column(after, 8),
            number_column(str(heads["change"]), 10),
            number_column(ctx.say("heads", "interval", level=ctx.level), 17),
            number_column(str(heads["n"]), 14),
        ]
        rows = _grouped(ctx, view, {key: _change_cells(ctx, view, row) for key, row in changes.items()})
        caption = ctx.say("caption", "appendix", title=view.title, before=before, after=after)
    else:
        label = view.wave_label(waves[-1])
        columns = [Column(str(heads["question"]), 60), number_column(label, 10), number_column(str(heads["n_one"]), 10)]
        cells = {
            key: (_label(ctx, view, row), ctx.numbers.share(row["value"]), ctx.numbers.number(row["n"], 0))
            for key, row in levels.items()
        }
        rows = _grouped(ctx, view, cells)
        caption = ctx.say("caption", "appendix_one", title=view.title, wave=label)
    used = list(changes.values()) or list(levels.values())
    turned = any(row["higher_is"] == "worse" for row in used)
    remarks = [
        ctx.say("note", "answers_base"),
        meaning(ctx, view),
        ctx.say("note", "reversed" if changes else "reversed_level") if turned else "",
        *(ctx.say("note", name) for name in (("ki", "rounding", "items_untested") if changes else ())),
        base_remark(ctx, view, used),
        hidden_remark(ctx, used),
    ]
    text = table(name, Table(tuple(columns), tuple(rows)), caption, anm(ctx, remarks, source(ctx, [view], waves)))
    return Piece(name, text, (), frozenset({name}))


def _change_cells(ctx: Context, view: SurveyView, row: Row) -> tuple[str, ...]:
    if row["comparable"] == "nej":
        return (_label(ctx, view, row), *_apart(ctx, view, str(row["measure"])))
    before, after, change, interval = cell_numbers(ctx, row)
    counts = f"{ctx.numbers.number(row['n_before'], 0)} / {ctx.numbers.number(row['n_after'], 0)}"
    return _label(ctx, view, row), before, after, change, interval, counts


def _apart(ctx: Context, view: SurveyView, item: str) -> tuple[str, str, str, str, str]:
    """Cells of an item that only one of the waves asked: what that wave shows, and no change."""
    found = [view.level(item, "andel", wave) for wave in shown_waves(view)]
    shares = ["–" if row is None else ctx.numbers.share(row["value"]) for row in found]
    counts = ["–" if row is None else ctx.numbers.number(row["n"], 0) for row in found]
    return shares[0], shares[-1], "–", "–", " / ".join(counts)


def _label(ctx: Context, view: SurveyView, row: Row) -> str:
    """Wording of an item, marked where a high share is not what one hopes for."""
    mark = str(ctx.words("note")["reversed_mark"]) if row["higher_is"] == "worse" else ""
    return view.label(str(row["measure"])) + mark


def _grouped(ctx: Context, view: SurveyView, cells: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows under the scale (or theme) they belong to, in the instrument's order."""
    rows: list[tuple[str, ...]] = []
    heading = None
    ordered = sorted(
        (key for key in cells if key in view.items),
        key=lambda key: _place(view, view.items[key]),
    )
    for key in ordered:
        item = view.items[key]
        title = view.label(item.scale) if item.scale else theme_title(view, item.theme, ctx.lang)
        if title != heading:
            heading = title
            rows.append((title,))
        rows.append(cells[key])
    return rows


def _place(view: SurveyView, item: Item) -> tuple[int, int]:
    order = view.measure_order
    group = order.index(item.scale) if item.scale in order else len(order)
    themes = [theme.id for theme in view.instrument.themes] if view.instrument else []
    if not item.scale and item.theme in themes:
        group = len(order) + themes.index(item.theme)
    return group, order.index(item.id)
