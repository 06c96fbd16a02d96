"""``txt-skalaer``: how well the items of each scale hang together, in a few sentences beside the table."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.presentation.context import Context, Row, SurveyView
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, paragraphs
from evaluation.presentation.sentences import capital

#: Commonly called sufficient for comparing groups (docs/methods.md).
ENOUGH = 0.7


def scales_text(ctx: Context, content: Piece) -> Piece:
    """How many scales reach the common limit in every wave, and the lowest value."""
    name = "txt-skalaer"
    if not content.targets:
        return Piece(name, "")
    known = [(view, row) for view in ctx.surveys for row in view.scales if _is_known(row)]
    ref = ctx.refs(content)
    lead = ctx.say("reliability", "lead", ref=ref) if ref else ""
    if not known:
        return Piece(name, paragraphs(lead))
    scales = {(view.id, str(row["scale"])) for view, row in known}
    low = {(view.id, str(row["scale"])) for view, row in known if round(float(row["alpha"]), 2) < ENOUGH}
    limit = ctx.numbers.number(ENOUGH, 1)
    places = {"total": ctx.numbers.count(len(scales)), "count": capital(ctx.numbers.count(len(low))), "limit": limit}
    form = "all" if not low else "one_below" if len(low) == 1 else "some_below"
    view, row = min(known, key=lambda entry: float(entry[1]["alpha"]))
    lowest = ctx.say(
        "reliability",
        "lowest",
        scale=view.quoted(str(row["scale"])),
        value=ctx.numbers.number(row["alpha"], 2),
        wave=view.wave_label(str(row["wave"])),
    )
    return Piece(name, paragraphs(" ".join(part for part in (lead, ctx.say("reliability", form, **places), lowest))))


def _is_known(row: Row) -> bool:
    return not row["suppressed"] and not is_missing(row["alpha"])


def answers_row(ctx: Context, view: SurveyView, labels: Sequence[str]) -> tuple[str, ...]:
    """Last row of a survey in the table of scales: how many answers stand behind the values of each wave."""
    cells = []
    for label in labels:
        mine = [row for row in view.scales if view.wave_label(str(row["wave"])) == label]
        counts = [int(row["n"]) for row in mine if not is_missing(row["n"])]
        low, high = (ctx.numbers.integer(min(counts)), ctx.numbers.integer(max(counts))) if counts else ("", "")
        cells.append("–" if not mine else HIDDEN if not counts else low if low == high else f"{low}–{high}")
    return (f"*{ctx.words('heads')['n']}*", "", *cells)
