"""The report projects themselves: their prose, their pages, what they borrow from one another."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from evaluation.common.resources import project_part, resource_folder
from evaluation.reporting.colours import page_colours
from evaluation.reporting.embedded.engine import render
from evaluation.reporting.prepare import write_support
from evaluation.reporting.render import copy_project
from tests.reporting.projects import PROJECT, docx_part, docx_words, html_words, project, small

REPORTS = resource_folder("reports")
CHAPTERS = sorted((REPORTS / "midtvejsevaluering").glob("[0-9]*.qmd"))
NUMBERED = [path for path in CHAPTERS if "unnumbered" not in path.read_text(encoding="utf-8").splitlines()[0]]
_INCLUDE = re.compile(r"\{\{<\s*include\s+(\S+)\s*>\}\}")


def _prose(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return " ".join(line for line in lines if not line.startswith(("#", ":::", "{{< include")))


def test_there_are_eight_numbered_chapters() -> None:
    assert len(NUMBERED) == 8


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_each_numbered_chapter_has_prose_of_its_own_and_something_to_see(path: Path) -> None:
    words = [word for word in _prose(path).split() if any(sign.isalpha() for sign in word)]
    assert len(words) >= 120
    pieces = _INCLUDE.findall(path.read_text(encoding="utf-8"))
    assert any(piece.startswith(("_resultater/fig-", "_resultater/tbl-")) for piece in pieces)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_prose_names_no_municipality_and_gives_no_result(path: Path) -> None:
    prose = _prose(path)
    assert not re.search(r"Rebild|Lindholt|Vestermose|Helsingør", prose)
    assert not re.search(r"\d+(?:,\d+)? (?:pct\.|procentpoint|point\b)", prose)
    # References to generated figures and tables belong in generated text: only it knows whether they are there.
    assert not re.search(r"@(?:fig|tbl)-", prose)


@pytest.mark.parametrize("name", ["midtvejsevaluering", "resultatrapport"])
def test_both_products_show_who_answered_and_what_the_registers_say(name: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (REPORTS / name).glob("*.qmd")]
    shown = [piece.removeprefix("_resultater/") for text in texts for piece in _INCLUDE.findall(text)]
    for piece in ("txt-bortfald", "tbl-bortfald", "txt-indikatorer", "fig-indikatorer", "tbl-indikatorer"):
        assert shown.count(f"{piece}.qmd") == 1, piece


@pytest.mark.parametrize("name", ["midtvejsevaluering", "resultatrapport"])
def test_a_product_has_style_and_brand_of_its_own_or_borrowed(name: str, tmp_path: Path) -> None:
    folder = REPORTS / name
    for part in ("_stil", "_brand.yml"):
        assert project_part(folder, part).exists()
    work = tmp_path / name
    copy_project(folder, work)
    assert (work / "_stil" / "rapport.lua").is_file()
    assert page_colours(work) == page_colours(REPORTS / "midtvejsevaluering")


def test_what_a_project_has_itself_is_not_borrowed(tmp_path: Path) -> None:
    for name in ("midtvejsevaluering", "anden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "_brand.yml").write_text(name, encoding="utf-8")
    assert project_part(tmp_path / "anden", "_brand.yml").read_text(encoding="utf-8") == "anden"
    assert project_part(tmp_path / "anden", "_stil") == tmp_path / "anden" / "_stil"


def test_a_change_in_what_is_borrowed_asks_for_a_new_render(tmp_path: Path) -> None:
    from evaluation.workflow.rendering import _borrowed

    for name in ("midtvejsevaluering", "resultatrapport"):
        shutil.copytree(REPORTS / name, tmp_path / name)
    found = {path for part in ("_brand.yml", "_stil") for path in _borrowed(tmp_path / "resultatrapport", part)}
    style = tmp_path / "midtvejsevaluering"
    assert found == {style / "_brand.yml", *(path for path in (style / "_stil").iterdir() if path.is_file())}


FRONT = """---
title: Titel
---

::: {.kolofon}
Kolofon.
:::

# Forord {.unnumbered}

Et ord.

# Overblik {.unnumbered}

To ord.

# Indledning

Tre ord.

# Metode

Fire ord.

# Bilag {.unnumbered}

Fem ord.
"""


def _pages(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "r.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode().rstrip("\f").split("\f")


def _body(page: str) -> str:
    """A page without its running head (the first line)."""
    return page.strip("\n").split("\n", 1)[-1]


def _page_of(words: str, pages: Sequence[str]) -> int:
    (found,) = [place for place, page in enumerate(pages) if words in _body(page)]
    return found


@pytest.mark.needs("pdftotext")
def test_front_chapters_and_the_first_numbered_one_begin_on_a_new_page(tmp_path: Path) -> None:
    pages = _pages(render(small(tmp_path, FRONT), ("pdf",))["pdf"], tmp_path)
    first = _page_of("Et ord.", pages)
    places = [_page_of(words, pages) - first for words in ("Et ord.", "To ord.", "Tre ord.", "Fire ord.", "Fem ord.")]
    assert places == [0, 1, 2, 2, 2]
    contents = next(page for page in pages if "Indhold" in page)
    numbers = [
        int(number) for number in re.findall(r"(?:Forord|Overblik|Indledning|Metode|Bilag)\D*(\d+)$", contents, re.M)
    ]
    assert numbers == [first + 1, first + 2, first + 3, first + 3, first + 3]


def test_word_and_html_know_the_same_rule(tmp_path: Path) -> None:
    made = render(small(tmp_path, FRONT), ("html", "docx"))
    body = docx_part(made["docx"], "word/document.xml")
    heads = re.findall(r'<w:pStyle w:val="Heading1"\s*/>(<w:pageBreakBefore/>)?', body)
    assert [bool(head) for head in heads] == [True, True, True, False, False]
    assert '<w:br w:type="page"' not in body
    sections = re.findall(r'<section id="(\w+)" class="level1([^"]*)"', made["html"].decode())
    assert [name for name, classes in sections if "ny-side" in classes] == ["forord", "overblik", "indledning"]


def _table(rows: int) -> str:
    body = "\n".join(f"| Raekke{row:02} | {row} |" for row in range(rows))
    note = "::: {.anm}\n*Anm.:* Anmaerkning.\n\n*Kilde:* Kilden.\n:::"
    return f"::: {{#tbl-a}}\n| Navn | Tal |\n|:--|--:|\n{body}\n\nTabellens titel\n:::\n\n{note}\n"


def _split(folder: Path, rows: int, lines: int) -> tuple[list[int], list[str]]:
    """Rows of the table on each page that has any, with ``lines`` lines of text above it."""
    text = "\n\n".join("Ord." for _ in range(lines))
    work = small(folder, f"---\ntitle: T\n---\n\n# Et\n\n{text}\n\n{_table(rows)}\nSlut.\n")
    pages = _pages(render(work, ("pdf",))["pdf"], folder)
    counts = [len(re.findall(r"Raekke\d\d", page)) for page in pages]
    return [count for count in counts if count], [page for page, count in zip(pages, counts, strict=True) if count]


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("lines", [14, 26, 27, 28, 29, 30, 31, 32, 33, 34])
def test_long_tables_leave_three_rows_on_each_side(tmp_path: Path, lines: int) -> None:
    counts, pages = _split(tmp_path, 20, lines)
    assert sum(counts) == 20
    assert min(counts) >= 3
    assert "Tabellens titel" in pages[0]
    assert all("Navn" in page for page in pages)
    assert "Anmaerkning" in pages[-1]
    assert "Kilden" in pages[-1]


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("lines", [24, 30, 33])
def test_short_tables_stay_whole(tmp_path: Path, lines: int) -> None:
    counts, pages = _split(tmp_path, 12, lines)
    assert counts == [12]
    assert "Tabellens titel" in pages[0]
    assert "Kilden" in pages[0]


def _word(folder: Path, text: str) -> str:
    made = render(small(folder, f"---\ntitle: T\n---\n\n{text}"), ("docx",))
    return docx_part(made["docx"], "word/document.xml")


def _kept(rows: int, folder: Path) -> list[bool]:
    body = docx_part(
        render(small(folder, f"---\ntitle: T\n---\n\n{_table(rows)}"), ("docx",))["docx"], "word/document.xml"
    )
    return ["TabelSammen" in row for row in re.findall(r"<w:tr>.*?</w:tr>", body, re.S)]


def test_word_keeps_rows_together(tmp_path: Path) -> None:
    assert _kept(12, tmp_path / "a") == [True] * 13
    long = _kept(20, tmp_path / "b")
    assert long == [True] * 3 + [False] * 15 + [True] * 3


def test_word_keeps_note_and_source_together(tmp_path: Path) -> None:
    body = docx_part(
        render(small(tmp_path, f"---\ntitle: T\n---\n\n{_table(3)}"), ("docx",))["docx"], "word/document.xml"
    )
    assert [re.findall(r'w:val="(Anm\w*)"', body)] == [["AnmSammen", "Anm"]]
    styles = docx_part(render(small(tmp_path / "b", "Ord."), ("docx",))["docx"], "word/styles.xml")
    assert re.search(r'w:styleId="AnmSammen".*?<w:keepNext\s*/>.*?</w:style>', styles, re.S)


def test_every_format_says_who_set_it(tmp_path: Path) -> None:
    made = render(project(tmp_path), ("html", "pdf", "docx"))
    for words in (html_words(made["html"]), docx_words(made["docx"])):
        assert words.count("Sat med prøve.") == 1
    assert "sat-med" not in docx_part(made["docx"], "docProps/custom.xml")


def test_an_english_report_says_so_in_english(tmp_path: Path) -> None:
    work = tmp_path / "p"
    shutil.copytree(PROJECT, work)
    config = work / "_quarto.yml"
    config.write_text(config.read_text(encoding="utf-8").replace("lang: da", "lang: en"), encoding="utf-8")
    write_support(work, engine="Quarto 1.9.3")
    assert 'sat-med: "Set with Quarto 1.9.3."' in (work / "_resultater" / "_metadata.yml").read_text(encoding="utf-8")


def test_word_counts_the_pages_of_its_contents(tmp_path: Path) -> None:
    made = render(small(tmp_path, FRONT), ("docx",))["docx"]
    body = docx_part(made, "word/document.xml")
    asked = re.findall(r" PAGEREF (\w+) ", body)
    assert len(asked) == 5
    assert set(asked) == set(re.findall(r'<w:bookmarkStart w:id="\d+" w:name="(_Toc\d+)"', body))
    assert all(len(mark) <= 40 and mark.isidentifier() for mark in asked)
    settings = docx_part(made, "word/settings.xml")
    assert '<w:updateFields w:val="true"/>' in settings
    assert 'w:name="compatibilityMode"' in settings
    assert settings.index("updateFields") < settings.index("w:compat>") < settings.index("w:rsids")


def test_every_figure_has_its_alternative_text_in_every_format(tmp_path: Path) -> None:
    from evaluation.reporting.embedded import engine, read, source, typst_pdf
    from evaluation.reporting.embedded.crossref import language
    from evaluation.reporting.project import load_project

    work = project(tmp_path)
    made = render(work, ("html", "docx"))
    page = made["html"].decode()
    figures = page.count('<figure class="svaevefelt fig"')
    assert figures == 2
    shown = re.findall(r'<svg role="img" aria-label="([^"]+)"', page) + re.findall(r'<img [^>]*alt="([^"]+)"', page)
    assert len(shown) == figures == page.count("<svg") + page.count("<img")
    body = docx_part(made["docx"], "word/document.xml")
    assert len(re.findall(r'<pic:cNvPr [^>]*descr="[^"]+"', body)) == len(re.findall(r"<pic:cNvPr ", body)) == figures
    loaded = load_project(work)
    expanded = source.expand(loaded)
    document = engine.cite(read.read(loaded, expanded), loaded, expanded)
    numbered = engine._numbered(document, "pdf", loaded, expanded, language("da", loaded.settings))
    typst = typst_pdf.write_typst(numbered, loaded, work)
    assert len(re.findall(r'#image\("[^"]+", alt: "[^"]+"', typst)) == typst.count("#image(") == figures


@pytest.mark.parametrize("name", ["midtvejsevaluering", "resultatrapport"])
def test_settings_make_the_page_danish(name: str) -> None:
    assert "\nlang: da\n" in (REPORTS / name / "_quarto.yml").read_text(encoding="utf-8")
