"""What calls for caution beside the verdicts: a unit too large, or a check that does not agree with the test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evaluation.presentation.context import Context, Row, SurveyView
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.pieces.common import noun_of, quote, sentences

#: Codes of the column ``caution``, in the order they are told.
_CODES = ("dominating_unit", "bootstrap_disagrees")
#: From so many measures on, all of them are told as such and not by name.
_NAMED = 4


def cautions(ctx: Context, view: SurveyView) -> str:
    """Sentences under the table of changes on the verdicts that have to be read with caution."""
    parts = []
    for code in _CODES:
        rows = [row for row in view.main if row["verdict"] and code in str(row["caution"]).split()]
        if rows:
            form = f"{code}_{'one' if len(rows) == 1 else 'many'}"
            parts.append(ctx.say("note", form, list=_listed(ctx, view, rows)))
    return " ".join(parts)


def cautions_of_groups(ctx: Context, labels: Mapping[str, str], rows: Mapping[str, Iterable[Row]]) -> str:
    """Sentence under a table of groups on those in which one unit holds a third of the answers.

    ``labels`` names the groups that may be named, ``rows`` are the changes by group.
    """
    found = [
        label
        for group, label in labels.items()
        if any("dominating_unit" in str(row["caution"]).split() for row in rows[group])
    ]
    return ctx.say("note", "dominating_unit_groups", list=ctx.numbers.listing(found)) if found else ""


def bootstrap_text(ctx: Context, view: SurveyView) -> str:
    """Say for the chapter on method that the tests of a survey with few units were checked, and with what result."""
    checked = [row for row in view.main if not is_missing(row["p_bootstrap"])]
    if not checked:
        return ""
    other = [row for row in checked if "bootstrap_disagrees" in str(row["caution"]).split()]
    lead = ctx.say("text", "method_bootstrap", title=quote(ctx, view.title))
    if not other:
        return f"{lead} {ctx.say('text', 'method_bootstrap_agrees')}"
    return f"{lead} {ctx.say('text', 'method_bootstrap_differs', list=_listed(ctx, view, other))}"


def _listed(ctx: Context, view: SurveyView, rows: list[Row]) -> str:
    judged = [row for row in view.main if row["verdict"]]
    if len(rows) == len(judged) >= _NAMED:
        return sentences(ctx).count(len(rows), len(rows), noun_of(view))
    return ctx.numbers.listing([view.quoted(str(row["measure"])) for row in rows])
