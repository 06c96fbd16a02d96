"""The English document of a report: a project of its own, never a word of Danish, and nothing to fall back on."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from html import unescape
from pathlib import Path

import pytest
import yaml

from evaluation.common.resources import resource_folder
from evaluation.presentation.chapters import unwritten
from tests.support.commands import evaluation

PRODUCT, ENGLISH = "midtvejsevaluering", "midtvejsevaluering-en"
SURVEYS = ("04-medarbejdere.qmd", "05-foraeldre.qmd", "06-skole.qmd")
#: Words that Danish cannot do without and that are no words of English.
STOP = (
    "og",
    "ikke",
    "som",
    "der",
    "har",
    "kan",
    "skal",
    "eller",
    "også",
    "hvor",
    "når",
    "blev",
    "efter",
    "før",
    "være",
)
#: Translated keys of _quarto.yml; all else must be as in the Danish document.
TRANSLATED = {"lang", "language"}


def quarto(folder: Path) -> dict:
    return dict(yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("product", ["midtvejsevaluering", "resultatrapport"])
def test_settings_are_those_of_the_danish_document_but_for_its_words(product: str) -> None:
    folder = resource_folder("reports") / product
    danish, english = quarto(folder), quarto(folder / "en")
    assert {key: value for key, value in english.items() if key not in TRANSLATED} == {
        key: value for key, value in danish.items() if key not in TRANSLATED
    }
    assert english["lang"] == "en-GB"
    assert set(english["language"]) == set(danish["language"])
    assert not set(english["language"].values()) & set(danish["language"].values()) - {"Note"}


def test_the_english_project_follows_the_danish_one() -> None:
    """The same chapters in the same order, and in those that are there the same pieces and names of sections."""
    folder = resource_folder("reports") / PRODUCT
    include = re.compile(r"\{\{< include (\S+) >\}\}")
    texts = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.qmd")}
    assert include.findall(texts[folder / "en/index.qmd"]) == include.findall(texts[folder / "index.qmd"])
    for path in (folder / "en").glob("*.qmd"):
        danish, english = texts[folder / path.name], texts[path]
        assert include.findall(english) == include.findall(danish), path.name
        assert re.findall(r"#sec-[\w-]+", english) == re.findall(r"#sec-[\w-]+", danish), path.name
        assert sorted(re.findall(r"\[?@[\w-]+", english)) == sorted(re.findall(r"\[?@[\w-]+", danish)), path.name
    assert unwritten(folder / "en") == ()


@pytest.fixture(scope="module")
def english(imported_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The demo rendered in English: without its chapters of results, and with these drafted. Read only."""
    from evaluation.workflow.draft import draft_chapters
    from evaluation.workflow.run import run

    root = tmp_path_factory.mktemp("english") / "demo"
    shutil.copytree(imported_demo, root)
    _without_chapters(root)
    first = run(root, ("render",), products=[PRODUCT], engine="embedded", lang="en")
    assert first.silent == {f"{PRODUCT}/en": SURVEYS}
    before = html(root)
    draft_chapters(root, PRODUCT, lang="en")
    second = run(root, ("render",), products=[PRODUCT], engine="embedded", lang="en")
    assert second.silent == {}
    return root, before, html(root)


def _without_chapters(root: Path) -> None:
    for name in SURVEYS:
        (root / f"reports/{PRODUCT}/en/{name}").unlink()


def test_the_report_as_shipped_is_whole_in_english(capsys: pytest.CaptureFixture[str], demo_copy: Path) -> None:
    done = evaluation(capsys, "render", PRODUCT, "-w", demo_copy, "--lang", "en", "--engine", "embedded")
    assert done.code == 0, done.err
    assert "left out" not in done.out
    text = shown(html(demo_copy))
    assert danish_words(text, only_danish(demo_copy)) == []
    assert len(re.findall(r"Figure \d+", text)) > 40


def html(root: Path) -> str:
    return (root / f"reports/_output/{ENGLISH}/{ENGLISH}.html").read_text(encoding="utf-8")


def shown(text: str) -> str:
    """Text, alternative texts and titles."""
    # Literature has the titles it has.
    text = re.sub(r'(?s)<div id="refs".*?(?=<h1)', " ", text)
    text = re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", text)
    hidden = " ".join(re.findall(r'(?:alt|title|aria-label)="([^"]*)"', text))
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", f"{text} {hidden}")).replace("\N{SOFT HYPHEN}", "").split())


def only_danish(root: Path) -> list[str]:
    """Names and texts that the workspace has in Danish only."""
    header = tomllib.loads((root / "evaluation.toml").read_text(encoding="utf-8"))["evaluation"]
    found = ["Feedback om formålsopfyldelse", *(str(header[name]) for name in ("publisher", "project", "financing"))]
    found += header["authors"]
    for register in ("units", "trials", "indicators"):
        with (root / f"data/registers/{register}.csv").open(encoding="utf-8", newline="") as stream:
            found += [cell.rstrip(".") for row in csv.reader(stream) for cell in row if len(cell) > 3]
    return sorted(set(found), key=len, reverse=True)


def danish_words(text: str, names: list[str]) -> list[str]:
    for name in names:
        text = text.replace(name, " ")
    found = re.findall(r".{0,30}[æøåÆØÅ].{0,30}", text)
    for word in STOP:
        found += re.findall(rf".{{0,30}}(?<![\w-]){word}(?![\w-]).{{0,30}}", text)
    return found


def test_no_danish_word_stands_in_the_english_document(english: tuple[Path, str, str]) -> None:
    root, before, after = english
    for text in (before, after):
        assert danish_words(shown(text), only_danish(root)) == []
        assert '<html xmlns="http://www.w3.org/1999/xhtml" lang="en-GB"' in text or 'lang="en-GB"' in text[:400]
    assert danish_words("Scoren er steget, og det er godt. Tilføjet", []) != []


def test_words_of_the_template_and_the_numbers_are_english(english: tuple[Path, str, str]) -> None:
    _, _, after = english
    text = shown(after)
    for word in ("Contents", "Main points", "Figure 1", "Table 1", "Section ", "Set with pandoc", "Fictional data"):
        assert word in text, word
    for word in (
        "Figur ",
        "Tabel ",
        "Afsnit ",
        "Indhold",
        "Hovedpointer",
        "Sat med",
        "pct.",
        "procentpoint",
    ):
        assert word not in text, word
    assert re.search(r"rose from \d\d\.\d to \d\d\.\d points", text)


def test_a_chapter_that_is_not_written_is_left_out_with_all_it_shows(english: tuple[Path, str, str]) -> None:
    _, before, after = english
    first, second = shown(before), shown(after)
    for title in ("Employee wellbeing: mean score", "Parent satisfaction: mean score"):
        assert title not in first
        assert title in second
    assert "Medarbejdernes oplevelse" not in first + second
    assert not re.search(r"\?@|\?\?|@(?:fig|tbl|sec)-", first + second)


def test_every_format_says_its_language_and_name(english: tuple[Path, str, str]) -> None:
    root = english[0]
    folder = root / "reports/_output" / ENGLISH
    assert {path.name for path in folder.glob(f"{ENGLISH}.*")} == {f"{ENGLISH}.{s}" for s in ("html", "pdf", "docx")}
    assert not (root / "reports/_output" / PRODUCT).exists()
    assert re.search(rb"/Lang ?\(en", (folder / f"{ENGLISH}.pdf").read_bytes())
    with zipfile.ZipFile(folder / f"{ENGLISH}.docx") as archive:
        text = archive.read("word/document.xml").decode()
        styles = archive.read("word/styles.xml").decode()
    assert "Medarbejdertrivsel" not in text
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", str(folder / f"{ENGLISH}.pdf"), "-"], capture_output=True, check=True)
        printed = done.stdout.decode()
        assert "Contents" in printed
        for word in ("Indhold", "Figurer", "Tabeller", "Figur ", "Tabel ", "Kilde:", "Anm."):
            assert word not in printed, word
    assert 'w:lang w:val="en-GB"' in styles + text or 'w:lang w:eastAsia="en-GB"' in styles or "en-GB" in styles


def test_the_danish_document_does_not_change_because_there_is_an_english_one(
    capsys: pytest.CaptureFixture[str], demo_copy: Path
) -> None:
    root = demo_copy
    assert evaluation(capsys, "render", PRODUCT, "-w", root, "--engine", "embedded", "--lang", "da").code == 0
    output = root / f"reports/_output/{PRODUCT}/{PRODUCT}.html"
    with_english = output.read_bytes()
    shutil.rmtree(root / f"reports/{PRODUCT}/en")
    again = evaluation(capsys, "render", PRODUCT, "-w", root, "--engine", "embedded", "--lang", "da")
    assert again.code == 0
    assert "nothing has changed" in again.out or "intet er ændret" in again.out or output.read_bytes() == with_english


def test_the_command_lists_what_is_left_out_and_the_draft_fills_it(
    capsys: pytest.CaptureFixture[str], demo_copy: Path
) -> None:
    _without_chapters(demo_copy)
    done = evaluation(capsys, "render", PRODUCT, "-w", demo_copy, "--lang", "en", "--engine", "embedded")
    assert done.code == 0, done.err
    assert f"{PRODUCT}/en: left out, for the chapter has no English prose: {', '.join(SURVEYS)}" in done.out
    danish = {path: path.read_bytes() for path in (demo_copy / f"reports/{PRODUCT}").glob("*.qmd")}
    made = json.loads(evaluation(capsys, "draft", "-w", demo_copy, "--lang", "en", "--json").out)[PRODUCT]
    drafted = {Path(one["file"]).name for one in made["chapters"] if one["state"] == "drafted"}
    assert drafted == set(SURVEYS)
    assert {path: path.read_bytes() for path in danish} == danish
    done = evaluation(capsys, "render", PRODUCT, "-w", demo_copy, "--lang", "en", "--engine", "embedded")
    assert done.code == 0, done.err
    assert "left out" not in done.out
    assert re.search(r"[3-9]\d claims hold, 0 no longer do", done.out)
    claims = evaluation(capsys, "claims", PRODUCT, "-w", demo_copy, "--lang", "en", "--json")
    assert claims.code == 0, claims.err + claims.out
    assert json.loads(claims.out)[f"{PRODUCT}/en"]["numbers"] == []


def test_a_workspace_without_english_is_told_so_and_the_draft_makes_it(
    capsys: pytest.CaptureFixture[str], demo_copy: Path
) -> None:
    shutil.rmtree(demo_copy / f"reports/{PRODUCT}/en")
    done = evaluation(capsys, "render", PRODUCT, "-w", demo_copy, "--lang", "en", "--engine", "embedded")
    assert done.code == 1
    assert "[english-missing]" in done.err
    made = json.loads(evaluation(capsys, "draft", "-w", demo_copy, "--lang", "en", "--json").out)[PRODUCT]
    assert {one["state"] for one in made["chapters"]} == {"standard", "drafted"}
    assert made["added"] == [f"reports/{PRODUCT}/en/{name}" for name in ("_quarto.yml", "index.qmd")]
    assert evaluation(capsys, "render", PRODUCT, "-w", demo_copy, "--lang", "en", "--engine", "embedded").code == 0


def test_the_plan_may_say_english(capsys: pytest.CaptureFixture[str], demo_copy: Path) -> None:
    plan = demo_copy / "evaluation.toml"
    text = plan.read_text(encoding="utf-8")
    assert text.count('language = "da"') == 1
    plan.write_text(text.replace('language = "da"', 'language = "en"'), encoding="utf-8")
    assert evaluation(capsys, "render", "resultatrapport", "-w", demo_copy, "--engine", "embedded").code == 0
    text = (demo_copy / "reports/_output/resultatrapport-en/resultatrapport-en.html").read_text(encoding="utf-8")
    assert danish_words(shown(text), only_danish(demo_copy)) == []
