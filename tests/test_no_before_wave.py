"""No wave before the release, one wave alone, a survey that is awaited: a full report that says so."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from evaluation.workflow.run import run

PRODUCT = "midtvejsevaluering"
NO_BEFORE = "ikke er nogen måling fra før frisættelsen"
SURVEYS = ("Medarbejdertrivsel", "Forældretilfredshed", "Overgang til skole")
# What the text of a report must never hold.
UNRESOLVED = ("?var", "{{<", "?@", "??", "nan", "NaN", "None", ":::", "@fig-", "@tbl-", "@sec-", "Traceback")


def keep_waves(root: Path, waves: Sequence[str]) -> None:
    """Take every other wave out of the plan, the registers and the data."""
    plan = (root / "evaluation.toml").read_text(encoding="utf-8")
    for wave in {"2019", "2020", "2022", "2024"} - set(waves):
        plan = re.sub(rf'\[\[wave\]\]\nid = "{wave}"\nfrom = .*\nto = .*\n\n', "", plan)
        plan = re.sub(rf'  \{{wave = "{wave}".*\n', "", plan)
        shutil.rmtree(root / "data/raw" / wave)
    (root / "evaluation.toml").write_text(plan, encoding="utf-8")
    population = root / "data/registers/population.csv"
    lines = population.read_text(encoding="utf-8").splitlines()
    kept = [lines[0], *(line for line in lines[1:] if line.split(",")[1] in waves)]
    population.write_text("\n".join(kept) + "\n", encoding="utf-8")
    crosswalk = root / "data/registers/crosswalk-medarbejdertrivsel.csv"
    rows = [line.split(",") for line in crosswalk.read_text(encoding="utf-8").splitlines()]
    columns = [place for place, name in enumerate(rows[0]) if name == "item" or name in waves]
    crosswalk.write_text("\n".join(",".join(row[c] for c in columns) for row in rows) + "\n", encoding="utf-8")


def output(root: Path, suffix: str) -> Path:
    return root / "reports/_output" / PRODUCT / f"{PRODUCT}.{suffix}"


def words(root: Path) -> str:
    """The text of the html report, without what only machines read, on one line."""
    text = output(root, "html").read_text(encoding="utf-8")
    return plain(re.sub(r"(?s)<(style|script|svg|head)\b.*?</\1>", " ", text))


def plain(html: str) -> str:
    """What stands between the tags, on one line."""
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", html)).replace("\N{SOFT HYPHEN}", "").split())


def chapter(root: Path, title: str) -> str:
    """Text of the chapter whose heading begins with ``title`` (its number apart)."""
    text = output(root, "html").read_text(encoding="utf-8")
    text = re.sub(r"(?s)<(style|script|svg|head|nav)\b.*?</\1>", " ", text)
    parts = [plain(part) for part in re.split(r"(?=<h1\b)", text)[1:]]
    return next(part for part in parts if re.match(rf"(\d+ )?{title}", part))


def headings_with_nothing_below(root: Path) -> list[str]:
    """Headings of the html report that another heading of the same or a higher level follows at once."""
    text = output(root, "html").read_text(encoding="utf-8")
    text = re.sub(r"(?s)<(style|script|head|nav)\b.*?</\1>", " ", text)
    found = list(re.finditer(r"(?s)<h([1-6])\b[^>]*>(.*?)</h\1>", text))
    empty = []
    for this, following in zip(found, [*found[1:], None], strict=True):
        end = following.start() if following else len(text)
        between = text[this.end() : end]
        shown = re.sub(r"(?s)<[^>]+>", " ", between).strip() or re.search(r"<(img|svg|table)\b", between)
        deeper = following is not None and int(following[1]) > int(this[1])
        if not shown and not deeper:
            empty.append(re.sub(r"<[^>]+>", "", this[2]).strip())
    return empty


@pytest.fixture(scope="module")
def after_only(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with the waves 2022 and 2024 alone, as a report."""
    root = tmp_path_factory.mktemp("after") / "demo"
    shutil.copytree(demo_workspace, root)
    keep_waves(root, ("2022", "2024"))
    run(root, engine="embedded")
    return root


@pytest.fixture(scope="module")
def one_wave(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("one") / "demo"
    shutil.copytree(demo_workspace, root)
    keep_waves(root, ("2024",))
    run(root, engine="embedded")
    return root


@pytest.fixture(scope="module")
def awaiting(imported_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, in which the parents' answers are still to come."""
    root = tmp_path_factory.mktemp("awaited") / "demo"
    shutil.copytree(imported_demo, root)
    plan = (root / "evaluation.toml").read_text(encoding="utf-8")
    plan, count = re.subn(r'(\{wave = "\d+"), file = "data/raw/\d+/foraeldre/foraeldre.sav"\}', r"\1}", plan)
    assert count == 4
    (root / "evaluation.toml").write_text(plan, encoding="utf-8")
    run(root, engine="embedded")
    return root


@pytest.fixture(params=["after_only", "one_wave"])
def without_before(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def test_the_reason_stands_on_the_first_pages(without_before):
    main = chapter(without_before, "Hovedresultater")
    assert "Der er ikke målinger både før og efter frisættelsen" in main
    assert "viser derfor ingen målt udvikling" in main
    for survey in SURVEYS:
        assert f"Undersøgelsen »{survey}« viser ingen udvikling, fordi der {NO_BEFORE}" in main
    assert not re.search(r"\b(fremgang|tilbagegang):", main, re.IGNORECASE)


@pytest.mark.needs("pdftotext")
def test_the_pdf_gives_the_reason_within_six_pages(without_before):
    done = subprocess.run(["pdftotext", "-l", "6", output(without_before, "pdf"), "-"], capture_output=True, check=True)
    text = " ".join(unicodedata.normalize("NFC", done.stdout.decode("utf-8")).replace("\N{SOFT HYPHEN}\n", "").split())
    assert NO_BEFORE in text


def test_levels_perceived_change_and_trials_are_there(without_before):
    text = words(without_before)
    published = without_before / "data/processed/published"
    levels = pd.read_parquet(published / "levels.parquet")
    row = levels.query("survey == 'medarbejdertrivsel' and measure == 'motivation' and wave == '2024'").query(
        "stat == 'score' and group == 'kommune'"
    )
    value = f"{row['value'].item():.1f}".replace(".", ",")
    assert f"scoren højest på »Motivation« ({value} point)" in text
    assert "Medarbejdertrivsel: Gennemsnitlig score" in text
    perceived = chapter(without_before, "Medarbejder")
    felt = pd.read_parquet(published / "perceived.parquet").query("item == 'oa_1' and group == 'kommune'")
    assert "Din frihed til selv at tilrettelægge det pædagogiske arbejde" in perceived
    assert f"{100 * felt['share_better'].item():.0f} pct." in perceived
    assert re.search(r"Figur \d+ Oplevet ændring: ", perceived)
    trials = chapter(without_before, "Forsøg")
    assert "Ændret åbningstid om morgenen" in trials


def test_no_change_is_published_or_told(without_before):
    published = without_before / "data/processed/published"
    assert len(pd.read_parquet(published / "estimates.parquet")) == 0
    assert len(pd.read_parquet(published / "levels.parquet")) > 100
    text = words(without_before)
    for told in ("er gået frem med", "er steget fra", "er faldet fra"):
        assert told not in text
    # units with trials beside the others are levels of one wave, with intervals
    assert "pct.-KI" not in text.replace("Forskel (point) 95 pct.-KI", "")
    # the preface and the method chapter promise nothing that is not there
    assert "som er besvaret både før og efter" not in text


@pytest.mark.parametrize("fixture", ["after_only", "one_wave", "awaiting"])
def test_all_three_formats_are_whole(request, fixture):
    import pypandoc

    root = request.getfixturevalue(fixture)
    texts = {"html": words(root), "docx": pypandoc.convert_file(str(output(root, "docx")), "plain")}
    assert output(root, "pdf").read_bytes()[:5] == b"%PDF-"
    for name, text in texts.items():
        assert len(text.split()) > 3500, name
        assert [bad for bad in UNRESOLVED if re.search(rf"(?<!\w){re.escape(bad)}(?!\w)", text)] == [], name
        assert "Fiktive data" in text, name
    assert headings_with_nothing_below(root) == []


def test_every_figure_and_table_is_referred_to_by_a_number_that_is_there(without_before):
    text = words(without_before)
    captions = set(re.findall(r"(?:Figur|Tabel) \d+(?= [A-ZÆØÅ»])", text))
    named = set(re.findall(r"(?:Figur|Tabel) \d+", text))
    assert named
    assert named <= captions


def test_an_awaited_survey_is_named_where_its_results_would_stand(awaiting):
    main, parents = chapter(awaiting, "Hovedresultater"), chapter(awaiting, "Forældre")
    awaited = "Undersøgelsen »Forældretilfredshed« indgår i evalueringsplanen, men der er endnu ingen svar."
    assert awaited in main
    assert awaited in parents
    assert not re.search(r"\d+(,\d)? (point|pct)", parents)
    # the others are told as ever
    assert "fremgang" in main.lower()
    assert set(pd.read_parquet(awaiting / "data/processed/published/levels.parquet")["survey"]) == {
        "medarbejdertrivsel",
        "skoleovergang",
    }


def test_what_was_imported_before_a_file_was_taken_out_is_shown_no_more(awaiting):
    """The store still holds the parents' answers of an earlier run; the plan decides."""
    assert (awaiting / "data/processed/foraeldre/2024/responses.parquet").is_file()
    assert "86,3 point" not in words(awaiting)
    pieces = awaiting / "reports" / PRODUCT / "_resultater"
    assert list(pieces.glob("fig-foraeldre*.svg")) == []
