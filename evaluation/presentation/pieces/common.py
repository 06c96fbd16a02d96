"""Notes, sources and sentences that several kinds of pieces share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evaluation.plan.model import Wave
from evaluation.plan.timing import pairing
from evaluation.presentation.context import Context, Row, SurveyView, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, note, omitted
from evaluation.presentation.sentences import Sentences


def sentences(ctx: Context) -> Sentences:
    """A fresh set of sentences: the turn of variants starts anew in every piece."""
    return Sentences(ctx.lang)


def anm(ctx: Context, remarks: Iterable[str], source: str) -> str:
    """*Anm.* and *Kilde* under a figure or table."""
    words = {name: str(ctx.words("note")[name]) for name in ("note", "source")}
    return note(words, " ".join(part for part in remarks if part), source)


def source(ctx: Context, views: Sequence[SurveyView], waves: Sequence[str] | None = None) -> str:
    """Where the numbers come from: own calculations, the surveys, the years, and that the data are invented."""
    parts = []
    for view in views:
        shown = list(waves) if waves is not None else [wave.id for wave in view.answered]
        years = ctx.numbers.listing([view.wave_label(wave) for wave in shown])
        parts.append(ctx.say("note", "source_survey", respondents=view.respondents, kommune=ctx.kommune, waves=years))
    if len(parts) > 2:
        text = ctx.say("note", "source_all")
    elif len(parts) == 1:
        text = ctx.say("note", "source_one", survey=parts[0])
    else:
        text = ctx.say("note", "source_many", surveys="; ".join(parts))
    return fictional(ctx, text)


def quote(ctx: Context, text: str) -> str:
    """``text`` between the quotation marks of the language."""
    return f"»{text}«" if ctx.lang == "da" else f"“{text}”"


def fictional(ctx: Context, text: str) -> str:
    """``text`` followed by the words on invented data, where the data are invented."""
    return f"{text} {ctx.words('note')['fictional']}" if ctx.published.fictional else text


def pair_labels(view: SurveyView) -> tuple[str, str]:
    """What the two compared waves are called."""
    assert view.pair is not None
    return view.wave_label(view.pair[0]), view.wave_label(view.pair[1])


def wave_period(ctx: Context, wave: Wave) -> str:
    """When the fieldwork of a wave was, as dates."""
    return ctx.numbers.period(wave.start, wave.end)


def why_not(ctx: Context, view: SurveyView) -> str:
    """One paragraph: why this survey shows no development."""
    reasons = ctx.words("no_pair")
    form = view.reason if view.reason in reasons else "other"
    return ctx.say("no_pair", form, title=quote(ctx, view.title), **_changed_population(ctx, view))


def _changed_population(ctx: Context, view: SurveyView) -> dict[str, str]:
    """Whom the two waves were about, where that is why they are not compared."""
    if view.reason != "population-changed":
        return {}
    pair = pairing(ctx.workspace, view.survey)
    told: dict[str, str] = {}
    for side, wave in (("before", pair.before), ("after", pair.after)):
        text = next((entry.population for entry in view.survey.waves if entry.wave == wave), None)
        told |= {side: view.wave_label(wave), f"whom_{side}": markdown(text or "")}
    return told


def missing(ctx: Context, view: SurveyView, name: str, key: str) -> Piece:
    """An omitted piece of a survey: awaited data first, else the text ``key`` of the catalogue."""
    if not view.has_data:
        return omitted(name, why_not(ctx, view))
    return omitted(name, why_not(ctx, view) if key == "no_pair" else ctx.say("omitted", key, title=view.title))


def noun_of(view: SurveyView) -> str:
    """What the main measures of a survey are called: ``skala`` or ``spoergsmaal``."""
    return "skala" if view.main_stat == "score" else "spoergsmaal"


def judged(view: SurveyView, voice: Sentences) -> list[Row]:
    """Main measures that carry a verdict."""
    return [row for row in view.main if voice.kind_of(row) in _VERDICTS]


def distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """``labels`` by id, those that look alike told apart by a number: a figure keeps its rows apart by their words."""
    seen: dict[str, int] = {}
    made = {}
    for key, label in labels.items():
        seen[label] = seen.get(label, 0) + 1
        made[key] = label if seen[label] == 1 else f"{label} ({seen[label]})"
    return made


#: Reasons of the gate for numbers it left in whole points.
COARSE = frozenset({"hele_point"})
_VERDICTS = {"fremgang", "lille_fremgang", "uaendret", "uafklaret", "lille_tilbagegang", "tilbagegang"}


def verdict_word(ctx: Context, voice: Sentences, row: Row) -> str:
    """The verdict column: a verdict's word, or why there is none."""
    kind = voice.kind_of(row)
    words = ctx.words("verdicts")
    if kind in ("hidden", "incomparable"):
        return str(words[kind])
    if kind == "untested":
        return str(words["small"])
    return str(words["none" if kind == "neutral" else kind])


def cell_numbers(ctx: Context, row: Row) -> tuple[str, str, str, str]:
    """Before, after, signed change and its interval, with equal decimals; ``..`` where hidden.

    Shares print as per cent without decimals before and after and with one decimal for the change.
    """
    if not row["suppressed"] and (row["comparable"] == "nej" or is_missing(row["change"])):
        return ("–",) * 4
    share = row["stat"] == "andel"
    factor, level = (100.0, 0) if share else (1.0, 1)

    if str(row["reason"]) in COARSE and not share:
        level = 0

    def number(name: str, decimals: int, *, sign: bool = False) -> str:
        value = row[name]
        return HIDDEN if is_missing(value) else ctx.numbers.number(value * factor, decimals, sign=sign)

    if is_missing(row["ci_low"]) or is_missing(row["ci_high"]):
        interval = HIDDEN
    else:
        low, high = float(row["ci_low"]) * factor, float(row["ci_high"]) * factor
        interval = ctx.numbers.interval(low, high, 1)
    return (
        number("before", level),
        number("after", level),
        number("change", 0 if str(row["reason"]) in COARSE else 1, sign=True),
        interval,
    )


def theme_title(view: SurveyView, theme: str, lang: str) -> str:
    """Title of a theme, safe Markdown."""
    for entry in view.instrument.themes if view.instrument else ():
        if entry.id == theme:
            return markdown(said(entry.title, lang))
    return markdown(theme)


def hidden_remark(ctx: Context, rows: Iterable[Row]) -> str:
    """The note on ``..`` where any number is hidden."""
    shown = list(rows)
    parts = []
    if any(row["suppressed"] for row in shown):
        parts.append(ctx.say("note", "hidden", threshold=ctx.numbers.integer(ctx.published.meta.get("threshold", 5))))
    if any(row["reason"] in {"under_30", *COARSE} for row in shown):
        parts.append(ctx.say("note", "under_30"))
    return " ".join(parts)


def base_remark(ctx: Context, view: SurveyView, rows: Iterable[Row], name: str = "stillet") -> str:
    """The note that names the items whose percentages are of all who were asked (``base`` in the codebook).

    ``name``: ``stillet`` under tables and in texts, ``figur`` under figures, whose bars are of those who answered.
    """
    items = [str(row["item" if "item" in row else "measure"]) for row in rows if row["base"] == "stillet"]
    quoted = [view.quoted(item) for item in dict.fromkeys(items)]
    return ctx.say("base", name, items=ctx.numbers.listing(quoted)) if quoted else ""
