"""Pieces that gather the report: who was released, themes, mechanisms, limits, main results, checksums."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evaluation.disclosure.published import Published
from evaluation.plan.load import Workspace
from evaluation.plan.model import Release, Scope
from evaluation.presentation.context import Context
from evaluation.presentation.pieces import mechanisms as judged
from evaluation.presentation.pieces.limits import explanations, limits
from evaluation.presentation.pieces.main_results import main_results
from evaluation.presentation.pieces.mechanisms import mechanisms
from evaluation.presentation.pieces.method import scales_table
from evaluation.presentation.pieces.participation import participation
from evaluation.presentation.pieces.release import rules_table
from evaluation.presentation.pieces.reliability import scales_text
from evaluation.presentation.pieces.scope import release_facts, released_table, released_units, whom
from evaluation.presentation.pieces.summary import overview_table
from evaluation.presentation.pieces.themes import themes
from evaluation.presentation.pieces.trace import trace
from evaluation.presentation.pieces.trial_points import trial_points
from evaluation.presentation.sentences import Sentences
from tests.support.published import sample_published
from tests.support.sample import sample_instruments, sample_workspace

NBSP = "\N{NO-BREAK SPACE}"


def context(root: Path, lang: str = "da", *, before: bool = True, published: Published | None = None) -> Context:
    from evaluation.codebook.load import load_mechanisms

    space = sample_workspace(root, before=before)
    data = published if published is not None else sample_published(before=before)
    return Context(data, space, sample_instruments(), lang, load_mechanisms(space.root))


def with_releases(ctx: Context, *releases: Release) -> Context:
    plan = ctx.workspace.plan.model_copy(update={"releases": releases})
    space: Workspace = replace(ctx.workspace, plan=plan)
    return replace(ctx, workspace=space)


def release_of(ctx: Context, scope: Scope, **more: object) -> Release:
    return ctx.workspace.plan.releases[0].model_copy(update={"scope": scope, **more})


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope(), "alle kommunens enheder på området"),
        (Scope(types=("dagpleje", "boernehave")), "dagplejen og børnehaver"),
        (Scope(types=("boernehave",), areas=("Nord", "Syd")), "børnehaver i Nord og Syd"),
        (Scope(units=("a",)), "én udpeget enhed"),
        (Scope(units=("a", "b", "c")), "tre udpegede enheder"),
        (Scope(centres=("Centrum",)), "alle kommunens enheder på området under Centrum"),
    ],
)
def test_whom_a_release_covers_in_words(tmp_path: Path, scope: Scope, told: str) -> None:
    ctx = context(tmp_path)
    assert whom(ctx, release_of(ctx, scope)) == told


def test_an_area_of_units_is_text_not_markup(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    assert "{{<" not in whom(ctx, release_of(ctx, Scope(areas=("{{< var x >}}",))))


def test_only_units_open_when_the_release_began_are_counted(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    release = release_of(ctx, Scope())
    units = released_units(ctx, release)
    assert units
    assert not any(unit.administrative for unit in units)
    early = release.model_copy(update={"start": date(1900, 1, 1)})
    opened = [unit for unit in units if unit.valid_from is not None]
    assert len(released_units(ctx, early)) == len(units) - len(opened)


def test_each_release_heads_the_rules_it_lifted(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    first = ctx.workspace.plan.releases[0]
    one = rules_table(ctx).text.replace(NBSP, " ")
    day = ctx.numbers.day(first.start).replace(NBSP, " ")
    assert f"| **Ophævet fra {day}" in one
    later = release_of(ctx, Scope(types=("dagpleje",)), id="senere", start=date(2023, 2, 1), end=date(2023, 12, 31))
    two = rules_table(with_releases(ctx, first, later)).text.replace(NBSP, " ")
    assert "ophævet fra 1. februar 2023 til 31. december 2023 for dagplejen**" in two
    assert two.count("| **Fastholdt** |") == 1


def test_released_units_by_type_and_day(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    release = ctx.workspace.plan.releases[0]
    text = released_table(ctx).text
    counts = [
        int(row.split("|")[4])
        for row in text.splitlines()
        if row.count("|") == 6 and row.split("|")[-2].strip().isdigit()
    ]
    assert sum(counts) == len(released_units(ctx, release))
    assert str(len(released_units(ctx, release))) in release_facts(ctx, release)


def test_themes_gather_what_every_survey_says_of_them(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    text = themes(ctx).text
    heads = re.findall(r"^### (.+)$", text, re.M)
    assert heads
    assert len(heads) == len(set(heads)) == text.count("::: {.hovedpointer}")
    told = set(re.findall(r"»([^«]+)«", text))
    wanted = {
        view.raw_label(str(row["measure"])).rstrip(".") for view in ctx.surveys for row in view.main if row["verdict"]
    }
    assert told == wanted


def test_without_a_measurement_before_there_are_no_themes(tmp_path: Path) -> None:
    assert themes(context(tmp_path, before=False)).reason


@pytest.mark.parametrize(
    ("kinds", "form"),
    [
        (["fremgang", "uafklaret"], "forward"),
        (["lille_fremgang"], "forward"),
        (["tilbagegang", "uaendret"], "backward"),
        (["lille_tilbagegang"], "backward"),
        (["fremgang", "lille_tilbagegang"], "mixed"),
        (["uaendret", "uaendret"], "still"),
        (["uaendret", "uafklaret"], "open"),
        (["hidden"], "none"),
        ([], "none"),
    ],
)
def test_how_an_assumption_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kinds: list[str], form: str
) -> None:
    ctx = context(tmp_path)
    rows = [(ctx.surveys[0], {"kind": kind}) for kind in kinds]
    monkeypatch.setattr(judged, "_spoken", lambda *_: rows)
    monkeypatch.setattr(Sentences, "kind_of", lambda _, row: row["kind"])
    assert judged.judgement(ctx, "x") == form


def test_every_assumption_is_judged_once_and_named_as_the_table_has_it(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    table, text, points = mechanisms(ctx)
    found = judged.judgements(ctx)
    assert sum(len(names) for names in found.values()) == len(ctx.mechanisms) > 0
    words = ctx.words("mechanism_judged")
    rows = [row for row in table.text.splitlines() if row.startswith("| *") and not row.startswith("| **")]
    for form, names in found.items():
        assert sum(row.rstrip(" |").endswith(str(words[form])) for row in rows) == len(names), form
    assert "Antal svar" in table.text
    for name in found.get("mixed", []) + found.get("backward", []):
        assert name in text.text
        assert name in points.text


def test_panel_turnover_is_told_in_numbers(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    told = explanations(ctx)
    panel = next(view for view in ctx.surveys if view.survey.design == "panel")
    paired = max(int(row["n_paired"]) for row in panel.main if row["n_paired"] == row["n_paired"])
    assert f"havde {paired} også svaret" in told["turnover"]
    assert len({"no_comparison", "one_comparison"} & set(told)) == 1


def test_covid_is_named_only_where_fieldwork_met_it(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    waves = tuple(
        wave.model_copy(update={"start": date(2023, 9, 1), "end": date(2023, 9, 30)})
        for wave in ctx.workspace.plan.waves
    )
    plan = ctx.workspace.plan.model_copy(update={"waves": waves})
    later = replace(ctx, workspace=replace(ctx.workspace, plan=plan))
    assert "covid" not in explanations(later)
    assert "ovid-19" not in limits(later)[1].text


@pytest.mark.parametrize("lang", ["da", "en"])
def test_main_results_hold_release_surveys_mechanisms_and_limits(tmp_path: Path, lang: str) -> None:
    ctx = context(tmp_path, lang)
    text = main_results(ctx, overview_table(ctx)).text
    for view in ctx.surveys:
        assert f"**{view.title}**" in text
    assert release_facts(ctx, ctx.workspace.plan.releases[0]) in text
    assert str(ctx.words("main_results")["mechanisms"]) in text
    for key in explanations(ctx):
        if key in ctx.words("main_limits"):
            assert str(ctx.words("main_limits")[key]) in text
    assert "@tbl-resultatoversigt" in text


def test_every_file_has_its_checksum_once(tmp_path: Path) -> None:
    data = sample_published()
    sums = [f"{place:064x}"[::-1] for place in range(1, 4)]
    entry = {"format": "csv", "rows": 3}
    sources = [
        {**entry, "survey": "medarbejdertrivsel", "wave": "2020", "file": "a|b.csv", "sha256": sums[0]},
        {**entry, "survey": "oplevet-aendring", "wave": "2020", "file": "a|b.csv", "sha256": sums[0]},
        {**entry, "survey": "medarbejdertrivsel", "wave": "2024", "file": "c.csv", "sha256": sums[1]},
    ]
    ctx = context(tmp_path, published=replace(data, meta={**data.meta, "sources": sources}))
    table, text = trace(ctx)
    assert [table.text.count(value[:16]) for value in sums] == [1, 1, 0]
    assert "a\\|b.csv" in table.text
    assert "`evaluation run`" in text.text
    assert "@tbl-kontrolsummer" in text.text


def test_reliability_counts_the_scales_below_the_limit(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    content = scales_table(ctx)
    told = scales_text(ctx, content).text
    alphas = [
        row for view in ctx.surveys for row in view.scales if row["alpha"] == row["alpha"] and not row["suppressed"]
    ]
    lowest = min(float(row["alpha"]) for row in alphas)
    assert f"{lowest:.2f}".replace(".", ",") in told
    assert "*Antal svar*" in content.text


def test_the_box_on_trials_says_how_many_and_how_many_ended(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    trials = ctx.workspace.registers.trials
    text = trial_points(ctx).text
    assert text.startswith("::: {.hovedpointer}")
    assert ctx.numbers.count(len(trials)) in text.lower()


def test_the_method_refers_to_the_table_of_surveys(tmp_path: Path) -> None:
    from evaluation.presentation.pieces.method import method_text, rule_table

    ctx = context(tmp_path)
    assert participation(ctx)[0].targets == {"tbl-undersoegelser"}
    told = method_text(ctx, rule_table(ctx)).text
    assert "@tbl-undersoegelser" in told
    assert "@tbl-beslutningsregel" in told
    # the workbook has no such tables to refer to
    assert "@tbl" not in method_text(ctx).text


def test_no_three_sentences_in_a_row_begin_alike(tmp_path: Path) -> None:
    from evaluation.presentation.build import make_pieces

    ctx = context(tmp_path)
    for piece in make_pieces(ctx):
        if not piece.name.startswith("txt-"):
            continue
        for paragraph in piece.text.replace("**", "").split("\n\n"):
            starts = [sentence.split()[:2] for sentence in re.split(r"(?<=[a-zæøå)«]\.) (?=[A-ZÆØÅ»])", paragraph)]
            for first, second, third in zip(starts, starts[1:], starts[2:], strict=False):
                assert not first == second == third, (piece.name, paragraph)
