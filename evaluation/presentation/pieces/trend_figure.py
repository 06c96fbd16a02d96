"""Every wave against the last one before the release, as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evaluation.presentation.context import Context, Row, SurveyView
from evaluation.presentation.escape import unescaped
from evaluation.presentation.numbers import is_missing
from evaluation.presentation.piece import Piece, figure
from evaluation.presentation.pieces.common import anm, distinct, source
from evaluation.presentation.pieces.group_figures import bound

#: Ids of the two waves of a row, in order of time.
Pair = tuple[str, str]


def trend_figure(
    ctx: Context, view: SurveyView, rows: Sequence[Row], pairs: Mapping[str, Pair], reference: str
) -> Piece:
    """``fig-S-tendens``: a panel a scale.

    ``rows`` are those of single waves, ``pairs`` the wave ids behind their ``waves`` and ``reference`` the wave all
    pairs share.
    """
    from evaluation.presentation.figures.wave_changes import WaveChanges

    name = f"fig-{view.id}-tendens"
    places = _places(ctx, view, rows, pairs, reference)
    starts = [release.start for release in ctx.workspace.plan.releases]
    words, label = ctx.words("figure_words"), view.wave_label(reference)
    chart = WaveChanges(
        rows=pd.DataFrame(places),
        delta=view.delta,
        words={
            "axis": unescaped(ctx.say("waves_figure", "axis", reference=label)),
            "reference": unescaped(ctx.say("waves_figure", "reference", reference=label)),
            **{key: str(ctx.words("waves_figure")[key]) for key in ("before", "after", "release")},
            "band": str(words["band"]).format(delta=bound(ctx, view.delta)),
        },
        decimal="," if ctx.lang == "da" else ".",
        release_date=min(starts, default=None),
    )
    remarks = [ctx.say("waves_figure", "note", reference=label, level=ctx.level)]
    caption = ctx.say("waves_figure", "caption", title=view.title)
    alt = unescaped(" ".join(_alt(ctx, view, rows, pairs, reference)))
    return Piece(
        name, figure(name, alt, caption, anm(ctx, remarks, source(ctx, [view]))), ((name, chart),), frozenset({name})
    )


def _places(
    ctx: Context, view: SurveyView, rows: Sequence[Row], pairs: Mapping[str, Pair], reference: str
) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    by_measure: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_measure.setdefault(str(row["measure"]), {})[str(row["waves"])] = row
    panels = distinct({measure: _panel(ctx, view, measure, mine) for measure, mine in by_measure.items()})
    ids = dict.fromkeys(wave for pair in pairs.values() for wave in pair)
    waves_of = distinct({wave: unescaped(view.wave_label(wave)) for wave in ids})
    for measure, mine in by_measure.items():
        panel = panels[measure]
        zero = _point(view, panel, reference, waves_of, None, before=True)
        made.append(zero | {"change": 0.0, "reference": True})
        for waves, (first, last) in pairs.items():
            # A row tells the way from the earlier to the later wave; a wave before is where that way began.
            early = last == reference
            made.append(_point(view, panel, first if early else last, waves_of, mine.get(waves), before=early))
    return made


def _panel(ctx: Context, view: SurveyView, measure: str, mine: Mapping[str, Row]) -> str:
    label = view.raw_label(measure)
    if any(row["higher_is"] == "worse" for row in mine.values()):
        return ctx.say("waves_figure", "low", measure=label, low_best=ctx.words("figure_words")["low_best"])
    return label


def _point(
    view: SurveyView, panel: str, wave: str, labels: Mapping[str, str], row: Row | None, *, before: bool
) -> dict[str, object]:
    """A mark; without numbers where there is none to show."""
    found, nothing = view.wave(wave), float("nan")
    point: dict[str, object] = {
        "panel_label": panel,
        "wave_label": labels[wave],
        "date": found.start + (found.end - found.start) / 2,
        "period": "before" if before else "after",
        **{"change": nothing, "ci_low": nothing, "ci_high": nothing, "reference": False},
    }
    if row is None or is_missing(row["estimate"]):
        return point
    sign = -1.0 if before else 1.0
    ends = [nothing if is_missing(row[name]) else sign * float(row[name]) for name in ("ci_low", "ci_high")]
    low, high = ends[::-1] if before else ends
    return point | {"change": sign * float(row["estimate"]), "ci_low": low, "ci_high": high}


def _alt(ctx: Context, view: SurveyView, rows: Sequence[Row], pairs: Mapping[str, Pair], reference: str) -> list[str]:
    """What the figure shows: in the last wave, which scales lie above, below or about where they were."""
    label = view.wave_label(reference)
    told = [ctx.say("waves_figure", "alt", reference=label)]
    late = [waves for waves, (first, _) in pairs.items() if first == reference]
    if not late:
        return told
    known = [row for row in rows if row["waves"] == late[-1] and not is_missing(row["ci_low"])]
    kinds = {
        "alt_up": [row for row in known if float(row["ci_low"]) > 0],
        "alt_down": [row for row in known if float(row["ci_high"]) < 0],
        "alt_still": [row for row in known if float(row["ci_low"]) <= 0 <= float(row["ci_high"])],
    }
    last = view.wave_label(pairs[late[-1]][1])
    for form, mine in kinds.items():
        if mine:
            listed = ctx.numbers.listing([view.quoted(str(row["measure"])) for row in mine])
            told.append(ctx.say("waves_figure", form, last=last, reference=label, list=listed))
    return told
