"""How the products meet those who read on a screen, with a keyboard, by ear, on paper and in Word."""

from __future__ import annotations

import itertools
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evaluation.reporting.embedded.engine import render
from evaluation.reporting.quarto import Quarto, find_quarto
from evaluation.reporting.quarto import render as real_quarto
from tests.reporting.chromium import findings, print_page
from tests.reporting.projects import docx_part, project, small

FORMATS = ("html", "pdf", "docx")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
needs_quarto = pytest.mark.skipif(not (find_quarto() or Quarto(Path(), "")).tested, reason="Quarto is not installed")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return render(_with_lists(tmp_path_factory.mktemp("looks")), FORMATS)


def _with_lists(folder: Path) -> Path:
    work = project(folder)
    config = work / "_quarto.yml"
    text = config.read_text(encoding="utf-8")
    lists = "  docx:\n    figurliste: true\n    tabelliste: true\n"
    assert "  docx:\n" in text
    config.write_text(text.replace("  docx:\n", lists), encoding="utf-8")
    (work / "_resultater" / "fig-svar.htm").write_text(
        '<details class="figurtal"><summary>Tal bag figuren</summary><div class="tabel-rulle" tabindex="0" role="group"'
        ' aria-label="Tabel"><table><thead><tr><th scope="col">Svar</th></tr></thead><tbody><tr><th scope="row">Ja</th>'
        "</tr></tbody></table></div></details>",
        encoding="utf-8",
    )
    return work


# ---- axe-core ----


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [1280, 500])
def test_axe_finds_nothing_in_the_page(made: dict[str, bytes], tmp_path: Path, width: int) -> None:
    assert findings(made["html"].decode(), tmp_path, width) == []


@needs_quarto
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [1280, 500])
def test_axe_finds_nothing_in_quartos_page(tmp_path: Path, width: int) -> None:
    done, _ = real_quarto(project(tmp_path), ("html",))
    assert findings(done["html"].decode(), tmp_path, width) == []


@pytest.mark.needs("chromium")
def test_axe_would_find_what_is_wrong(made: dict[str, bytes], tmp_path: Path) -> None:
    page = made["html"].decode().replace(' tabindex="0"', "").replace('<html lang="da">', "<html>")
    page = page.replace("</main>", '<img src="data:,"><p style="color:#bbb">Bleg</p></main>')
    found = " ".join(findings(page, tmp_path, 500))
    for rule in ("html-has-lang", "image-alt", "color-contrast"):
        assert rule in found, rule
    assert re.search("(serious|critical) image-alt", found)


# ---- html ----


def test_the_page_has_its_landmarks_in_reading_order(made: dict[str, bytes]) -> None:
    page = made["html"].decode().split("<body", 1)[1]
    order = [
        '<a class="spring" href="#indhold-start">', '<section class="fiktiv-banner" aria-label=',
        '<header id="title-block-header">', '<nav id="TOC" role="doc-toc" aria-labelledby="toc-title">',
        '<main id="indhold-start">', '<footer class="sidefod">',
    ]  # fmt: skip
    places = [page.find(mark) for mark in order]
    assert -1 not in places
    assert places == sorted(places)
    assert '<html lang="da">' in made["html"].decode()


def test_headings_never_skip_a_level(made: dict[str, bytes]) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", made["html"].decode().split("<main", 1)[1])]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


def test_contents_name_every_heading_and_lead_to_it(made: dict[str, bytes]) -> None:
    page = made["html"].decode()
    contents, text = page.split("<nav", 1)[1].split("</nav>", 1)
    targets = re.findall(r'href="#([^"]+)"', contents)
    assert targets == re.findall(r'<section id="([^"]+)" class="level[12][ "]', text)
    assert len(targets) > 3


def test_cells_know_their_headings(made: dict[str, bytes]) -> None:
    body = made["html"].decode().split("<main", 1)[1]
    heads = re.findall(r"<thead>.*?</thead>", body, re.S)
    assert heads
    for head in heads:
        assert all('scope="col' in cell for cell in re.findall(r"<th\b[^>]*>(?=[^<\s])", head))
    rows = re.findall(r"<tr[^>]*>\s*(<t[hd][^>]*>)", "".join(re.findall(r"<tbody>.*?</tbody>", body, re.S)))
    assert rows
    assert all('role="rowheader"' in cell or 'scope="row"' in cell for cell in rows)
    assert 'colspan="' in "".join(re.findall(r'<tr class="gruppe">.*?</tr>', body, re.S))


def test_what_scrolls_can_be_reached_with_the_keyboard(made: dict[str, bytes]) -> None:
    body = made["html"].decode().split("<main", 1)[1]
    frames = re.findall(r'<div class="(?:tabel|figur)-rulle"([^>]*)>', body)
    assert len(frames) == body.count("<table") + body.count('<figure class="svaevefelt fig"')
    assert all('tabindex="0"' in frame and 'role="group"' in frame and "aria-label=" in frame for frame in frames)


def test_the_page_needs_no_script_and_no_network(made: dict[str, bytes]) -> None:
    page = made["html"].decode()
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#|data:|https?://)', page)
    assert not re.search(r"(?:<link|<img|@import|url\()[^>;]*https?://", page)


def test_words_of_the_title_page_are_text_and_never_markup(tmp_path: Path) -> None:
    name = '\\<img src=x onerror=alert(1)\\> \\"R & D\\"'
    work = small(tmp_path, "---\ntitle: T\n---\n\nOrd.\n", "plan:\n  titel: T\n  udgiver: '" + name + "'\n")
    page = render(work, ("html",))["html"].decode()
    assert "<img" not in page
    (author,) = re.findall(r'<meta name="author" content="([^"]*)">', page)
    assert "&lt;img" in author


@pytest.mark.needs("chromium", "pdftotext", "pdfinfo")
def test_paper_has_no_contents_at_the_side_and_no_doors(made: dict[str, bytes], tmp_path: Path) -> None:
    printed = print_page(made["html"].decode(), tmp_path)
    text = subprocess.run(["pdftotext", "-layout", str(printed), "-"], capture_output=True, check=True).stdout.decode()
    assert "Gå til indholdet" not in text
    assert "Tal bag figuren" not in text
    title = "Resultater"
    assert title in text
    assert len(re.findall(rf"^\s*\d*\s*{title}\s*$", text, re.M)) <= 1
    # Front chapters begin on a new page on paper too.
    pages = text.rstrip("\f").split("\f")
    assert len(pages) >= 3


@needs_quarto
def test_both_engines_build_the_page_alike(made: dict[str, bytes], tmp_path: Path) -> None:
    done, _ = real_quarto(_with_lists(tmp_path), FORMATS)

    def frame(page: str) -> list[str]:
        page = re.sub(r"<(style|script|svg)\b.*?</\1>", "", page, flags=re.S)
        found = re.findall(
            r'<(?:nav|main|header|footer|section|details|summary)\b|class="(?:spring|fiktiv-banner|tabel-rulle|'
            r'figur-rulle|nummer|hovedpointer|anm)"|scope="\w+"|role="rowheader"|tabindex="0"|href="#[^"]*"',
            page.split("<body", 1)[1].split('class="footnotes', 1)[0],
        )
        return [mark for mark in found if "fn" not in mark and "#ref-" not in mark]

    assert frame(done["html"].decode()) == frame(made["html"].decode())
    texts = [re.findall(r"<svg role=\"img\" aria-label=\"([^\"]+)", page["html"].decode()) for page in (done, made)]
    assert texts[0] == texts[1] != []
    lists = [
        re.findall(r'TOC \\h \\z \\c "\w+"', docx_part(page["docx"], "word/document.xml")) for page in (done, made)
    ]
    assert lists[0] == lists[1] == ['TOC \\h \\z \\c "Figur"', 'TOC \\h \\z \\c "Tabel"']


# ---- Word ----


def _paragraphs(body: str, style: str) -> list[str]:
    found = []
    for paragraph in ElementTree.fromstring(body).iter(f"{W}p"):
        own = paragraph.find(f"{W}pPr/{W}pStyle")
        if own is not None and own.get(f"{W}val") == style:
            found.append("".join(text.text or "" for text in paragraph.iter(f"{W}t")))
    return found


def test_word_lists_its_figures_and_tables(made: dict[str, bytes]) -> None:
    body = docx_part(made["docx"], "word/document.xml")
    captions, listed = _paragraphs(body, "Caption"), _paragraphs(body, "TableofFigures")
    assert sorted(listed) == sorted(captions)
    assert [line.split("\u2002")[0] for line in listed] == sorted(line.split("\u2002")[0] for line in listed)
    marks = set(re.findall(r'<w:bookmarkStart w:id="\d+" w:name="(\w+)"', body))
    assert set(re.findall(r" PAGEREF (\w+) ", body)) <= marks
    starts, ends = (body.count(f'fldCharType="{kind}"') for kind in ("begin", "end"))
    assert starts == ends
    assert 'w:styleId="TableofFigures"' in docx_part(made["docx"], "word/styles.xml")


def test_word_rows_stay_whole_and_heads_come_again(made: dict[str, bytes]) -> None:
    body = ElementTree.fromstring(docx_part(made["docx"], "word/document.xml"))
    rows = list(body.iter(f"{W}tr"))
    assert rows
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    tables = [table for table in body.iter(f"{W}tbl") if table.find(f"{W}tblPr/{W}tblStyle") is not None]
    assert tables
    assert all(table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None for table in tables)
    # Tables are tables: none is a picture, and no cell is locked.
    assert not list(body.iter(f"{W}sdt"))


def test_word_knows_language_title_and_sender(made: dict[str, bytes]) -> None:
    core = docx_part(made["docx"], "docProps/core.xml")
    assert "<dc:language>da-DK</dc:language>" in core
    assert "<dc:title>Trivsel og fællesskab i Fjordby</dc:title>" in core
    assert "<dc:creator></dc:creator>" not in core
    assert re.search(r'<w:lang [^>]*w:val="da-DK"', docx_part(made["docx"], "word/styles.xml"))
    assert 'w:themeFontLang w:val="da-DK"' in docx_part(made["docx"], "word/settings.xml")


TALL = "Et langt svar, der fylder flere linjer i en smal søjle, fordi teksten er skrevet ud i hele sætninger. " * 3


def _tall(rows: int) -> str:
    body = "\n".join(f"| Raekke{row:02} | {TALL} | {TALL} |" for row in range(rows))
    note = "::: {.anm}\n*Anm.:* Anmaerkning.\n:::"
    return f"::: {{#tbl-a}}\n| Navn | Svar | Mere |\n|:--|:--|:--|\n{body}\n\nTabellens titel\n:::\n\n{note}\n"


@pytest.mark.needs("pdftotext")
def test_few_rows_with_long_texts_are_a_long_table(tmp_path: Path) -> None:
    """Such a table left half a page white above it when it was kept whole like other tables of few rows."""
    text = "\n\n".join("Ord." for _ in range(18))
    work = small(tmp_path, f"---\ntitle: T\n---\n\n# Et\n\n{text}\n\n{_tall(9)}\nSlut.\n")
    made = render(work, ("pdf", "docx"))
    path = tmp_path / "r.pdf"
    path.write_bytes(made["pdf"])
    read = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
    pages = [page for page in read.split("\f") if "Raekke" in page]
    counts = [len(re.findall(r"Raekke\d\d", page)) for page in pages]
    assert sum(counts) == 9
    assert len(counts) > 1
    assert "Ord." in pages[0]
    assert "Anmaerkning" in pages[-1]
    kept = [
        "TabelSammen" in row
        for row in re.findall(r"<w:tr>.*?</w:tr>", docx_part(made["docx"], "word/document.xml"), re.S)
    ]
    assert False in kept


# ---- PDF ----


def test_the_pdf_is_tagged_named_and_bookmarked(made: dict[str, bytes]) -> None:
    content = made["pdf"]
    (catalog,) = re.findall(rb"<<(?:(?!endobj).)*?/Type\s*/Catalog.*?endobj", content, re.S)
    assert re.search(rb"/Lang\s*\(da", catalog)
    assert b"/StructTreeRoot" in catalog
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", catalog)
    assert re.search(rb"/DisplayDocTitle true", catalog)
    assert b"/Outlines" in catalog
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert "Trivsel og fællesskab i Fjordby".encode() in content


@pytest.mark.needs("pdftotext")
def test_every_page_of_text_names_report_and_number(made: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    path.write_bytes(made["pdf"])
    read = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
    pages = read.rstrip("\f").split("\f")
    for number, page in list(enumerate(pages, start=1))[2:]:
        lines = page.strip().splitlines()
        assert "Trivsel og fællesskab i Fjordby" in lines[0], number
        assert re.search(rf"\b{number}$", lines[-1].strip()), number
