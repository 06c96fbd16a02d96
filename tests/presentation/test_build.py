"""Every piece of the contract, from a published sample made by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaluation.presentation.build import make_pieces
from evaluation.presentation.context import Context
from evaluation.presentation.figures.fonts import measure
from evaluation.presentation.tables import TEXT_WIDTH
from tests.presentation.built import EACH, GLOBAL, SURVEYS, Built, build
from tests.presentation.figures.samples import BRAND
from tests.support.published import sample_published as published
from tests.support.sample import PARENTS, PERCEIVED, SCHOOL, STAFF, STAFF_SCALES, THEMES
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace


@pytest.fixture(scope="module")
def danish(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("da"), draw=True)


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("en"), lang="en")


@pytest.fixture(scope="module")
def levels_only(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("niveau"), before=False)


@pytest.fixture(params=["danish", "english", "levels_only"])
def built(request: pytest.FixtureRequest) -> Built:
    made: Built = request.getfixturevalue(request.param)
    return made


def test_every_piece_of_the_contract(built: Built) -> None:
    expected = {*GLOBAL, *(kind.format(survey) for survey in SURVEYS for kind in EACH)}
    assert expected <= set(built.texts)
    assert set(built.report.pieces) == set(built.texts)


def test_every_reference_has_its_target(built: Built) -> None:
    targets = set(re.findall(r"^::: \{#((?:fig|tbl)-[\w-]+)\}", built.prose, re.MULTILINE))
    references = set(re.findall(r"@((?:fig|tbl)-[\w-]+)", built.prose))
    assert references
    assert references <= targets


def test_every_figure_has_its_files_and_an_alternative_text(danish: Built) -> None:
    built = danish
    images = re.findall(r"!\[\]\(_resultater/([\w-]+)\)\{fig-alt=\"(.+?)\"\}", built.prose)
    assert images
    for name, alt in images:
        assert (built.folder / f"{name}.svg").is_file()
        assert (built.folder / f"{name}.png").is_file()
        assert len(alt) > 30
    drawn = {path.stem for path in built.folder.glob("*.svg")}
    assert drawn == {name for name, _ in images}


def test_text_is_tidy(built: Built) -> None:
    for name, text in built.texts.items():
        lines = [line for line in text.splitlines() if not line.startswith("|")]
        assert not [line for line in lines if "  " in line], name
        for wrong in ("pct..", "()", "« »", " ,", " .:", "?.", "tale om"):
            assert wrong not in text, (name, wrong)
        assert not re.search(r"\b([a-zæøå]+) \1\b", text), name
        assert not re.search(r"\bnan\b|\bNone\b(?! of)", text), name
        assert not re.search(r"\{[a-z_]+\}", text), name


def test_never_the_word_effect(built: Built) -> None:
    assert not re.search(r"effekt|effect", built.prose, re.IGNORECASE)


def test_notes_come_before_sources_and_name_invented_data(danish: Built) -> None:
    notes = re.findall(r"::: \{\.anm\}\n(.+?)\n:::", danish.prose, re.DOTALL)
    assert len(notes) > 15
    for text in notes:
        if "*Kilde:*" in text:
            assert text.rstrip().endswith("Fiktive data.")
            assert text.find("*Anm.:*") < text.find("*Kilde:*")
    assert "Fiktive data" in danish.texts["txt-fiktive"]
    assert "fiktive data" in danish.texts["txt-kolofon"]


def test_nothing_danish_in_the_english_pieces(english: Built) -> None:
    text = re.sub(r"_resultater/[\w-]+|[@#](?:fig|tbl|txt)-[\w-]+", "", english.prose)
    # trials.csv holds one language only: a trial's own words stay as they were written.
    text = text.replace("Lindholt Kommune", "")
    for trial in workspace(english.project).registers.trials:
        text = text.replace(trial.title, "").replace(trial.description.rstrip("."), "")
    for word in (" og ", " ikke ", "Kilde", "Anm.", "pct.", " er ", "skala ", "æ", "ø", "»"):
        assert word not in text, word


def test_hidden_numbers_are_dots_with_a_note(danish: Built) -> None:
    for name in (f"tbl-{SCHOOL}-udvikling", f"tbl-bilag-{SCHOOL}"):
        assert "| .. |" in danish.texts[name]
        assert "færre end 5 personer" in danish.texts[name]
    assert "vises ikke af hensyn til anonymiteten" in danish.texts[f"txt-{SCHOOL}-hovedpointer"]


def test_number_of_answers_is_always_there(danish: Built) -> None:
    lines = danish.texts[f"tbl-{STAFF}-udvikling"].splitlines()
    rows = [line for line in lines if line.startswith("| ") and "**" not in line][1:]
    assert len(rows) == 9
    assert all(re.search(r"\| \d+ / \d+ \|", row) for row in rows)


def test_a_figure_a_scale_in_the_order_of_the_themes(danish: Built) -> None:
    text = danish.texts[f"fig-{STAFF}-svar"]
    ids = re.findall(r"^::: \{#fig-medarbejdertrivsel-svar-([\w-]+)\}", text, re.MULTILINE)
    themes = [key for key, *_ in THEMES]
    expected = sorted(STAFF_SCALES, key=lambda scale: themes.index(scale[1]))
    assert ids == [scale[0] for scale in expected]
    assert "Arbejdsglæde: svar på de enkelte spørgsmål, 2020 og 2024. Procent." in text
    # Items without a scale stand together by theme.
    assert f"#fig-{PARENTS}-svar-trivsel}}" in danish.texts[f"fig-{PARENTS}-svar"]


def test_figures_of_answers_are_a_third_of_a_page(tmp_path: Path) -> None:
    ctx = Context(published(), workspace(tmp_path), instruments(), "da")
    charts = [
        chart for piece in make_pieces(ctx) if re.fullmatch(r"fig-.+-svar", piece.name) for chart in piece.figures
    ]
    assert len(charts) == 10
    assert all(figure.size(BRAND)[1] <= 80 for _, figure in charts)


def test_a_long_scale_is_cut_into_figures_with_their_part_named(tmp_path: Path) -> None:
    made, data = instruments(), published()
    staff = made[STAFF]
    # Every item answers for one scale: 27 items in figures of at most five.
    items = tuple(item.model_copy(update={"scale": "tillid"}) for item in staff.items)
    made[STAFF] = staff.model_copy(update={"items": items})
    ctx = Context(data, workspace(tmp_path), made, "da")
    piece = next(piece for piece in make_pieces(ctx) if piece.name == f"fig-{STAFF}-svar")
    assert len(piece.figures) == 6
    assert piece.figures[1][0] == f"fig-{STAFF}-svar-tillid-2"
    assert "Tillid: svar på de enkelte spørgsmål (del 2 af 6), 2020 og 2024." in piece.text


def test_the_long_note_on_answers_stands_once(danish: Built, tmp_path: Path) -> None:
    long = "summer på grund af afrunding ikke altid til 100"
    assert danish.texts[f"txt-{STAFF}-svar"].count(long) == 1
    assert long not in danish.texts[f"fig-{STAFF}-svar"]
    alone = build(tmp_path, prose="{{< include _resultater/fig-" + STAFF + "-svar.qmd >}}")
    assert alone.texts[f"fig-{STAFF}-svar"].count(long) == 1
    assert alone.texts[f"fig-{STAFF}-svar"].count("*Anm.:* Procent af dem, der har svaret.") == 8


def test_a_run_of_figures_is_referred_to_by_its_ends(danish: Built) -> None:
    text = danish.texts[f"txt-{STAFF}-svar"]
    references = re.findall(r"@fig-[\w-]+", text)
    shown = re.findall(r"^::: \{#(fig-[\w-]+)\}", danish.texts[f"fig-{STAFF}-svar"], re.MULTILINE)
    assert references == [f"@{shown[0]}", f"@{shown[-1]}"]
    assert f"{references[0]} til {references[1]}" in text


def test_reliability_is_a_line_a_scale(danish: Built) -> None:
    lines = danish.texts["tbl-skalaer"].splitlines()
    assert "| Skala | Antal spørgsmål | 2020 | 2024 |" in lines
    assert "| Arbejdsglæde | 3 | 0,81 | 0,81 |" in lines
    assert "| Tid brugt på dokumentation † | 3 | 0,81 | .. |" in lines
    assert sum(line.startswith("| ") and "**" not in line for line in lines) == 1 + 9 + 1
    assert any(line.startswith("| *Antal svar* |") for line in lines)
    for word in ("Cronbachs alfa", "† En lav score er bedst.", "»..«"):
        assert word in danish.texts["tbl-skalaer"]
    assert "Bedst er" not in danish.texts["tbl-skalaer"]


def _tables(text: str) -> list[tuple[list[str], list[str], list[float]]]:
    """Head cells, alignments and widths (mm of the text block) of every pipe table."""
    found = []
    for head, dashes in re.findall(r"^\| (.+) \|\n\|([:|-]+)\|$", text, re.MULTILINE):
        parts = dashes.split("|")
        total = sum(map(len, parts))
        found.append((head.split(" | "), parts, [len(part) / total * TEXT_WIDTH for part in parts]))
    return found


def test_no_head_of_a_table_is_hyphenated(built: Built) -> None:
    checked = 0
    for heads, _, widths in (entry for text in built.texts.values() for entry in _tables(text)):
        for head, width in zip(heads, widths, strict=True):
            for word in head.replace("\\", "").split(" "):
                # Type size of tables and padding of their cells in the report's Typst template: 9 pt, 5 pt.
                assert measure(word, 9.0, 600) + 2 * 5 * 25.4 / 72 <= width, (head, width)
                checked += 1
    assert checked > 60


def test_tables_of_groups_are_cut_where_their_heads_have_no_room(tmp_path: Path) -> None:
    made = instruments()
    variable = made[STAFF].groups[0]
    long = ("Pædagogmedhjælpere", "Dagplejepædagoger", "Institutionsledere", "Støttepædagoger", "Køkkenpersonale")
    values = tuple(
        variable.values[0].model_copy(
            update={"id": f"g{k}", "label": variable.values[0].label.model_copy(update={"da": w})}
        )
        for k, w in enumerate(long)
    )
    made[STAFF] = made[STAFF].model_copy(update={"groups": (variable.model_copy(update={"values": values}),)})
    data = published()
    one = data.estimates[(data.estimates["survey"] == STAFF) & (data.estimates["group"] == "type-boernehave")]
    copies = [one.assign(group=f"stilling-g{k}") for k in range(len(long))]
    ctx = Context(
        replace(data, estimates=pd.concat([data.estimates, *copies], ignore_index=True)),
        workspace(tmp_path),
        made,
        "da",
    )
    piece = next(piece for piece in make_pieces(ctx) if piece.name == f"tbl-{STAFF}-grupper")
    assert [len(heads) for heads, *_ in _tables(piece.text)] == [4, 5, 4]
    assert {f"tbl-{STAFF}-grupper-stilling", f"tbl-{STAFF}-grupper-stilling-2"} <= piece.targets
    for heads, _, widths in _tables(piece.text):
        assert all(
            measure(word, 9.0, 600) + 3.5 < width
            for h, width in zip(heads, widths, strict=True)
            for word in h.split(" ")
        )


def test_tables_of_groups_open_with_everybody(danish: Built) -> None:
    text = danish.texts[f"tbl-{STAFF}-grupper"]
    assert _tables(text)[0][0] == ["Skala", "Alle", "Børnehave", "Dagpleje"]
    assert "»Alle« er hele kommunen" in text
    plain = re.sub("[\u2007\u00a0]+ ", " ", text)
    assert "| *Antal svar, 2020* | 402 | 120 | 24 |" in plain
    assert "95\u00a0pct.-KI" in danish.texts[f"tbl-{STAFF}-udvikling"]
    assert "KI er et konfidensinterval" in danish.texts[f"tbl-{STAFF}-udvikling"]


def test_the_largest_change_is_told_in_full_and_the_others_in_a_list(danish: Built) -> None:
    text = danish.texts[f"txt-{STAFF}-udvikling"].replace("\u00a0", " ")
    assert (
        "Tre af de otte skalaer viser fremgang. Fremgangen er størst på »Faglig frihed«: Scoren er steget fra 58,2 til "
        "66,9 point, en stigning på 8,7 point. De øvrige er »Tid brugt på dokumentation« (−8,2 point; lav er bedst) og "
        "»Arbejdsglæde« (+7,3 point)."
    ) in text
    assert text.count("Scoren er steget fra") == 2  # the largest, and the one small improvement


def test_groups_are_told_shortly(danish: Built) -> None:
    text = danish.texts[f"txt-{STAFF}-grupper"]
    assert "*Børnehave.* På ingen af de ni skalaer kan det afgøres, om der er sket en ændring." in text
    assert " fra " not in text.split("*Børnehave.*")[1]


def test_verdicts_stand_in_words(danish: Built) -> None:
    table = danish.texts[f"tbl-{STAFF}-udvikling"]
    for label, verdict in (
        ("Arbejdsglæde", "fremgang"),
        ("Motivation", "lille fremgang"),
        ("Tillid", "stort set uændret"),
        ("Faciliterende ledelse", "kan ikke afgøres"),
        ("Kollegialt fællesskab", "lille tilbagegang"),
        ("Systematik og fokus", "tilbagegang"),
        ("Tid brugt på dokumentation †", "fremgang"),
        ("Delte roller", "vurderes ikke"),
    ):
        assert re.search(rf"^\| {label} \|.*\| {verdict} \|$", table, re.MULTILINE), label


def test_gains_and_losses_are_told_alike(danish: Built) -> None:
    points = danish.texts[f"txt-{STAFF}-hovedpointer"]
    order = [
        "Fremgang på tre af de otte",
        "Lille fremgang",
        "Tilbagegang",
        "Lille tilbagegang",
        "Stort set",
        "Kan ikke",
    ]
    places = [points.index(f"**{text}") for text in order]
    assert places == sorted(places)
    assert "Ingen tilbagegang" not in points
    assert "**Ingen tilbagegang:** Ingen af de to spørgsmål" in danish.texts[f"txt-{PARENTS}-hovedpointer"]


def test_main_results_can_be_read_alone(danish: Built) -> None:
    text = danish.texts["txt-hovedresultater"]
    for needed in ("1.\u00a0juni 2021", "Arbejdsglæde", "Ledere", "Din faglige frihed", "ikke i sig selv hvorfor"):
        assert needed in text


def test_perceived_change_is_kept_apart(danish: Built) -> None:
    for name in (f"txt-{PERCEIVED}-oplevet", f"txt-{PERCEIVED}-hovedpointer"):
        assert not re.search(r"fremgang|tilbagegang|scoren", danish.texts[name])


def test_mechanisms_keep_assumption_measure_and_perception_apart(danish: Built) -> None:
    table = danish.texts["tbl-mekanismer"]
    assert "| Antagelse | Målt udvikling | Oplevet ændring |" in table
    assert "ikke om den er årsagen" in table
    assert "»Faciliterende ledelse«: kan ikke afgøres" in table


def test_limits_follow_the_facts_of_the_plan(danish: Built, levels_only: Built) -> None:
    assert "Covid-19" in danish.texts["txt-begraensninger"]
    assert "Én kommune over for én" in danish.texts["txt-begraensninger"]
    assert "sprogvurdering" in danish.texts["txt-begraensninger"]
    assert "Covid-19" not in levels_only.texts["txt-begraensninger"]


def test_without_a_wave_before_there_is_a_full_report_of_levels(levels_only: Built) -> None:
    assert "ikke er nogen måling fra før frisættelsen" in levels_only.texts[f"txt-{STAFF}-udvikling"]
    assert "ingen målt udvikling" in levels_only.texts["txt-hovedresultater"]
    assert re.search(r"\| Arbejdsglæde \| 69,4 \| 391 \|", levels_only.texts[f"tbl-{STAFF}-udvikling"])
    assert f"fig-{STAFF}-svar-arbejdsglaede" in levels_only.texts[f"fig-{STAFF}-svar"]
    assert "**Fremgang" not in levels_only.prose


def test_building_twice_changes_no_byte(danish: Built) -> None:
    stamps = {path: path.stat().st_mtime_ns for path in danish.project.rglob("*") if path.is_file()}
    second = build(danish.project.parents[1], draw=True)
    assert second.report.changed == ()
    assert second.report.removed == ()
    assert second.report.drawn == 0
    made = [path for path in stamps if path.name != "index.qmd"]
    assert [path.name for path in made if path.stat().st_mtime_ns != stamps[path]] == ["_brand.yml"]
