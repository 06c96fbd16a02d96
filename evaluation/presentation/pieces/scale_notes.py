"""What to know about the scales before reading their changes: not alike before and after, ceilings, floors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evaluation.presentation.context import Context, Row, SurveyView
from evaluation.presentation.numbers import is_missing

#: From this share of scores within 5 points of the end on, a scale is said to have a ceiling or a floor
#: (Terwee and others 2007; docs/methods.md).
CROWDED = 0.15
#: More scales than this are named in one sentence.
_APART = 3


def scale_notes(ctx: Context, views: Sequence[SurveyView]) -> list[str]:
    """Sentences under the table of scales."""
    return [note for view in views for note in (*_not_alike(ctx, view), *_ends(ctx, view))]


def _not_alike(ctx: Context, view: SurveyView) -> Iterator[str]:
    """Scales that do not work the same way in the two waves, with the question that moved where one did."""
    found = [row for row in view.scales if row.get("same") == "nej" and not row["suppressed"]]
    found.sort(key=lambda row: view.measure_order.index(str(row["scale"])))
    if len(found) > _APART:
        names = ctx.numbers.listing([view.quoted(str(row["scale"])) for row in found])
        yield ctx.say("note", "not_alike_many", list=names)
        return
    for row in found:
        yield _one(ctx, view, row)


def _one(ctx: Context, view: SurveyView, row: Row) -> str:
    scale, item = view.quoted(str(row["scale"])), str(row.get("drift_item") or "")
    moved = row.get("drift")
    # Below the limit the loadings were the reason, and no single question is to be named.
    if item not in view.items or is_missing(moved) or is_missing(row["drift_p"]) or not _large(ctx, row):
        return ctx.say("note", "not_alike", scale=scale)
    own = -float(str(moved)) if view.items[item].reversed else float(str(moved))
    form = "not_alike_up" if own > 0 else "not_alike_down"
    return ctx.say("note", form, scale=scale, item=view.quoted(item), points=ctx.numbers.points(abs(own)))


def _large(ctx: Context, row: Row) -> bool:
    """Whether the question's drift alone makes the scale another one (as in statistics.invariance)."""
    return float(str(row["drift_p"])) < ctx.workspace.plan.decision.alpha and abs(float(str(row["drift_size"]))) >= 0.2


def _ends(ctx: Context, view: SurveyView) -> Iterator[str]:
    """Scales where so many stand at the good end that a gain is hard to see."""
    assert view.instrument is not None
    crowded: dict[str, list[str]] = {"ceiling": [], "floor": []}
    for scale in sorted(view.instrument.scales, key=lambda scale: view.measure_order.index(scale.id)):
        end = "floor" if scale.higher_is == "worse" else "ceiling"
        rows = [view.level(scale.id, "score", wave.id) for wave in view.answered]
        shares = [row[f"{end}_share"] for row in rows if row is not None]
        if any(not is_missing(share) and float(str(share)) >= CROWDED for share in shares):
            crowded[end].append(view.quoted(scale.id))
    for end, names in crowded.items():
        if names:
            listing = ctx.numbers.listing(names)
            yield ctx.say("note", f"{end}_scales", list=listing, share=ctx.numbers.percent(CROWDED))
