"""The note on questions that were not asked alike in both waves, and why."""

from __future__ import annotations

from evaluation.common.language import catalogue
from evaluation.presentation.context import Context, SurveyView

_NOTE = "item-not-comparable"
#: Told by the measure's own words already.
_KNOWN = ("kun_en_maaling", "koder", "stavning")


def reserved(ctx: Context, view: SurveyView) -> str:
    """Measures that were not asked alike, and what differs in which of their questions; empty where all are alike."""
    touched = [row for row in view.main if row["comparable"] != "ja"]
    names = [view.quoted(str(row["measure"])) for row in touched if row["comparable"] == "med_forbehold"]
    told = [ctx.say("note", "reserved", list=ctx.numbers.listing(names))] if names else []
    measures = {str(row["measure"]) for row in touched}
    items = [] if view.instrument is None else view.instrument.items
    shown = {item.id for item in items if item.id in measures or item.scale in measures}
    words = catalogue("compare", ctx.lang)
    by_reason: dict[str, list[str]] = {}
    for note in ctx.published.meta.get("notes", ()):
        if note.get("code") == _NOTE and note.get("survey") == view.id and note.get("item") in shown:
            for reason in note.get("reasons", ()):
                by_reason.setdefault(str(reason), []).append(str(note["item"]))
    for reason, found in by_reason.items():
        if reason in words and reason not in _KNOWN:
            listed = ctx.numbers.listing([view.quoted(item) for item in found])
            told.append(f"{str(words[reason]).rstrip('.')} ({listed}).")
    return " ".join(told)
