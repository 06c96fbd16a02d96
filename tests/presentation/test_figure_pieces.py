"""Figures of groups, waves, releases, units, priorities and the model in the report: referred to, told, or a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.codebook.model import Instrument
from evaluation.common.table import COMPARISONS, ESTIMATES, LEVELS, TRENDS
from evaluation.disclosure.published import Published
from evaluation.presentation.context import Context, SurveyView
from evaluation.presentation.piece import Piece
from evaluation.presentation.pieces.groups import groups
from evaluation.presentation.pieces.method import colophon
from evaluation.presentation.pieces.priorities import priorities
from evaluation.presentation.pieces.purpose_model import purpose_model
from evaluation.presentation.pieces.release_comparison import released_groups
from evaluation.presentation.pieces.trends import trend_pieces
from evaluation.presentation.pieces.units import units
from tests.presentation.figures.samples import BRAND
from tests.support.published import sample_published as published
from tests.support.sample import STAFF
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace

SCALES = [scale.id for scale in instruments()["medarbejdertrivsel"].scales]


def context(tmp_path: Path, lang: str = "da", **tables: pd.DataFrame) -> tuple[Context, SurveyView]:
    made: Published = replace(published(), **tables)
    ctx = Context(made, workspace(tmp_path), instruments(), lang)
    return ctx, next(view for view in ctx.surveys if view.id == STAFF)


def by_name(pieces: list[Piece]) -> dict[str, Piece]:
    return {piece.name: replace(piece, text=piece.text.replace("\N{NO-BREAK SPACE}", " ")) for piece in pieces}


def alt(piece: Piece) -> str:
    return piece.text.split('fig-alt="')[1].split('"}')[0]


def group_rows(changes: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    """Rows of every group of the first scale, beside those of the municipality."""
    frame = published().estimates
    first = frame[(frame["survey"] == STAFF) & (frame["measure"] == SCALES[0]) & (frame["group"] == "kommune")].iloc[0]
    made = [
        {**first, "group": group, "change": change, "ci_low": low, "ci_high": high, "verdict": "", "reason": ""}
        for group, (change, low, high) in changes.items()
    ]
    kommune = frame[(frame["survey"] == STAFF) & (frame["group"] == "kommune")]
    return pd.concat([kommune, pd.DataFrame(made, columns=list(ESTIMATES))], ignore_index=True)


def test_the_forest_shows_the_first_scale_of_the_codebook_and_tells_its_finding(tmp_path: Path) -> None:
    frame = group_rows({"type-dagpleje": (9.0, 4.0, 14.0), "type-boernehave": (1.0, -3.0, 5.0)})
    found = by_name(groups(*context(tmp_path, estimates=frame)))
    chart, text = found[f"fig-{STAFF}-grupper"], found[f"txt-{STAFF}-grupper"]
    assert "»Arbejdsglæde«" in chart.text
    assert "+1,0 point" in alt(chart)
    assert "+9,0 point" in alt(chart)
    assert "I en af de to grupper" in alt(chart)
    assert f"@{chart.name}" in text.text
    rows = chart.figures[0][1].data_table()
    assert list(rows["change"])[1:] == [9.0, 1.0] or list(rows["change"])[1:] == [1.0, 9.0]


def test_a_forest_of_one_group_is_left_out_with_a_reason(tmp_path: Path) -> None:
    found = by_name(groups(*context(tmp_path, estimates=group_rows({"type-dagpleje": (9.0, 4.0, 14.0)}))))
    assert found[f"fig-{STAFF}-grupper"].reason
    assert not found[f"fig-{STAFF}-grupper"].targets


def trend(waves: str, low: float, high: float) -> dict[str, Any]:
    made = dict.fromkeys(TRENDS, "") | {"survey": STAFF, "measure": SCALES[0], "stat": "score", "design": "boelge"}
    numbers = {"estimate": (low + high) / 2, "ci_low": low, "ci_high": high, "p_adjusted": np.nan}
    counts = {"n_before": 380.0, "n_after": 402.0}
    return made | numbers | counts | {"waves": waves, "suppressed": False, "alpha": 0.05, "higher_is": "better"}


def test_waves_are_drawn_against_the_last_before_the_release(tmp_path: Path) -> None:
    frame = pd.DataFrame([trend("2019_2020", 1.0, 3.0), trend("2020_2024", 2.0, 6.0)], columns=list(TRENDS))
    ctx, view = context(tmp_path, trends=frame)
    first = view.waves[0]
    early = first.model_copy(update={"id": "2019", "title": None, "start": date(2019, 10, 1), "end": date(2019, 11, 1)})
    view = replace(view, waves=(early, *(wave for wave in view.waves if wave.id in ("2020", "2024"))))
    text, chart, table = trend_pieces(ctx, view)
    assert f"@{chart.name} og @{table.name}" in text.text
    assert "over niveauet fra 2020 for »Arbejdsglæde«" in alt(chart)
    rows = chart.figures[0][1].rows.set_index("wave_label")
    # What rose by 2 up to the wave compared with lay 2 below it, its interval turned round with it.
    assert rows.loc["2019", ["change", "ci_low", "ci_high"]].tolist() == [-2.0, -3.0, -1.0]
    assert rows.loc["2020", "change"] == 0.0
    assert rows.loc["2024", "change"] == 4.0


def compared(design: str, waves: str, difference: float = 4.3, **more: Any) -> dict[str, Any]:
    made = dict.fromkeys(COMPARISONS, "") | {"survey": STAFF, "measure": SCALES[0], "design": design, "waves": waves}
    numbers = {"difference": difference, "ci_low": difference - 2, "ci_high": difference + 2, "p_adjusted": np.nan}
    made |= numbers | {"pretrend_p": np.nan, "alpha": 0.05, "suppressed": False, "group": "frisat-frisaettelse"}
    return made | more


def released(tmp_path: Path, rows: list[dict[str, Any]], lang: str = "da") -> dict[str, Piece]:
    frame = pd.DataFrame(rows, columns=list(COMPARISONS))
    return by_name(released_groups(context(tmp_path, lang, comparisons=frame)[0]))


@pytest.mark.parametrize(
    ("p", "early", "wording", "said"),
    [
        (
            0.01,
            0.6,
            "effekt",
            ("»Arbejdsglæde« (+4,3)", "Før frisættelsen er der ingen forskel", "nok enheder i begge grupper"),
        ),
        (
            0.01,
            0.01,
            "forskel_i_udvikling",
            ("kan forskellen efter frisættelsen være en fortsættelse", "for få enheder i en af grupperne"),
        ),
        (0.7, np.nan, "effekt", ("tilfældige udsving", "er ikke kendt")),
    ],
)
def test_event_study_tells_finding_and_pretrend(
    tmp_path: Path, p: float, early: float, wording: str, said: tuple[str, ...]
) -> None:
    overall = compared("trinvis", "2020_2024", p_adjusted=p, pretrend_p=early, wording=wording)
    found = released(tmp_path, [overall, compared("gruppe_tid", "2020_2024")])
    text, chart = found["txt-frisat-forskel"], found["fig-frisat-forskel"]
    assert all(part in text.text for part in said)
    assert "effekt" not in text.text
    assert ("enheder i begge grupper" in text.text) == (p < 0.05 and wording == "effekt")
    assert f"@fig-frisat-forskel-{STAFF}" in text.text
    # The early development is told where the figure is heard and not seen.
    assert said[1] in alt(chart) or said[0] in alt(chart)
    rows = chart.figures[0][1].rows
    assert rows.loc[rows["reference"], "change"].tolist() == [0.0]
    assert rows.loc[~rows["reference"], "wave_label"].tolist() == ["2024"]


@pytest.mark.parametrize("lang", ["da", "en"])
def test_without_units_not_yet_released_the_reason_is_given(tmp_path: Path, lang: str) -> None:
    none = released(tmp_path, [], lang)
    gone = released(tmp_path, [compared("gruppe_tid", "2020_2024", np.nan, suppressed=True)], lang)
    assert none["fig-frisat-forskel"].reason
    assert gone["fig-frisat-forskel"].reason
    assert none["fig-frisat-forskel"].reason != gone["fig-frisat-forskel"].reason


def unit_levels(count: int) -> pd.DataFrame:
    base = dict.fromkeys(LEVELS, "") | {"survey": STAFF, "measure": SCALES[0], "stat": "score", "suppressed": False}
    rows = [
        base | {"group": group, "wave": wave, "value": value}
        for wave in ("2020", "2024")
        for group, value in [("kommune", 60.0), *((f"enhed-u{k}", 50.0 + k) for k in range(count))]
    ]
    return pd.DataFrame(rows, columns=list(LEVELS))


def test_units_are_dots_without_names(tmp_path: Path) -> None:
    found = by_name(units(*context(tmp_path, levels=unit_levels(8))))
    chart, text = found[f"fig-{STAFF}-enheder"], found[f"txt-{STAFF}-enheder"]
    assert "de otte enheder, der kan vises, mellem 50 og 57 point; hele kommunen ligger på 60 point" in alt(chart)
    assert f"@{chart.name}" in text.text
    told = chart.figures[0][1].data_table()["unit_label"]
    assert sorted(set(told)) == [f"Enhed {k}" for k in range(1, 9)]


def test_too_few_units_are_a_reason(tmp_path: Path) -> None:
    found = by_name(units(*context(tmp_path, levels=unit_levels(4))))
    assert all(piece.reason for piece in found.values())


def asked_both(stems: int) -> Instrument:
    known = instruments()["medarbejdertrivsel"]
    first = known.items[0]
    more = tuple(
        first.model_copy(update={"id": f"forhold{k}{ending}", "scale": None})
        for k in range(stems)
        for ending in ("_vigtighed", "_tilfredshed")
    )
    return known.model_copy(update={"items": (*known.items, *more)})


def priority_levels(hidden: bool) -> pd.DataFrame:
    base = dict.fromkeys(LEVELS, "") | {"survey": STAFF, "stat": "snit", "group": "kommune", "wave": "2024"}
    values = [
        (f"forhold{k}{ending}", np.nan if hidden else value)
        for k, pair in enumerate([(90.0, 40.0), (60.0, 70.0), (70.0, 80.0)])
        for ending, value in zip(("_vigtighed", "_tilfredshed"), pair, strict=True)
    ]
    rows = [base | {"measure": measure, "value": value, "suppressed": hidden} for measure, value in values]
    return pd.DataFrame(rows, columns=list(LEVELS))


def test_priorities_are_asked_never_computed(tmp_path: Path) -> None:
    ctx, view = context(tmp_path)
    assert [piece.text for piece in priorities(ctx, view)] == ["", ""]
    for hidden in (False, True):
        ctx, view = context(tmp_path, levels=priority_levels(hidden))
        chart, text = priorities(ctx, replace(view, instrument=asked_both(3)))
        assert bool(chart.reason) == hidden
        if not hidden:
            assert "Vigtigere end gennemsnittet, men med mindre tilfredshed" in alt(chart)
            assert f"@{chart.name}" in text.text


@pytest.mark.parametrize(("lang", "said"), [("da", "Egen gengivelse efter VIVE (2023)"), ("en", "Own rendering")])
def test_the_model_is_an_own_rendering_that_asserts_no_order(tmp_path: Path, lang: str, said: str) -> None:
    chart, text = purpose_model(context(tmp_path, lang)[0])
    assert said in chart.text
    elements = list(chart.figures[0][1].elements)
    assert len(elements) == 6
    assert elements == sorted(elements, key=str.lower)
    assert "@fig-formaalsmodel" in text.text


@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_figure_of_the_sample_can_be_laid_out_in_both_languages(tmp_path: Path, lang: str) -> None:
    frame = group_rows({"type-dagpleje": (9.0, 4.0, 14.0), "type-boernehave": (1.0, -3.0, 5.0)})
    ctx, view = context(tmp_path, lang, estimates=frame, levels=unit_levels(8))
    pieces = [*groups(ctx, view), *units(ctx, view), *purpose_model(ctx)]
    drawn = [figure for piece in pieces for _, figure in piece.figures]
    assert len(drawn) >= 3
    assert all(figure.layout(BRAND).height > 20 for figure in drawn)


def test_the_colophon_says_what_the_plan_says_and_no_more(tmp_path: Path) -> None:
    ctx, _ = context(tmp_path)
    bare = colophon(ctx).text
    assert "ISBN" not in bare
    assert "foto" not in bare
    header = ctx.workspace.plan.evaluation.model_copy(
        update={"isbn": "978-87-0000-000-0", "photo": "*Ingen*", "address": "Torvet 1, www.eksempel.dk"}
    )
    plan = ctx.workspace.plan.model_copy(update={"evaluation": header})
    full = colophon(replace(ctx, workspace=replace(ctx.workspace, plan=plan))).text
    assert "e-ISBN: 978-87-0000-000-0" in full
    assert r"Forsidefoto: \*Ingen\*" in full
    assert "Torvet 1, www" in full
