"""The test project through the embedded engine: text, numbers and references in all three formats."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evaluation.reporting.embedded.engine import render
from tests.reporting.projects import docx_part, docx_words, html_words, project, small

FORMATS = ("html", "pdf", "docx")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return render(project(tmp_path_factory.mktemp("project")), FORMATS)


@pytest.fixture(scope="module")
def pdf_words(made: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pdf") / "r.pdf"
    path.write_bytes(made["pdf"])
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().replace("-\n", "").split())


SENTENCES = (
    "Scoren er 71,4 i 2024 mod 66,0 i 2021",
    "Der er svar fra 1.284 medarbejdere i alt",
    "Figur 1 og 2, er ændringen størst",
    "I figurerne 1, Figur 2 er skalaerne",
    "jf. Afsnit 1.1 og Afsnit 1",
    "Tabel 2 viser svarprocenten",
    "metoden står i Afsnit 1",
    "<script>alert(1)</script>",
    "#sym og @x og $x$ og {{\u2060< var a >\u2060}}",
    "7. klasse",
    "Skabelon: {{< var plan.titel >}}",
    "Et citat med er steget og fed",
    "Vær opmærksom på",
    "Bemærk",
    "Hovedpointer",
    "Rapporten er sat med prøve",
    "Litteratur",
    "Opdigt, Karla",
)


def _plain(text: str) -> str:
    """Text with one kind of blank and none before or inside punctuation."""
    text = re.sub(r"\s+", " ", text.replace("\u00a0", " "))
    return re.sub(r" (?=[.,;:)])", "", text)


def _letters(text: str) -> str:
    return re.sub(r"[\s\-\u00ad\u2010]", "", text)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_format_prints_the_same_sentences(made: dict[str, bytes], sentence: str) -> None:
    assert _plain(sentence) in _plain(html_words(made["html"]))
    assert _plain(sentence) in _plain(docx_words(made["docx"]))


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_pdf_prints_them_too(pdf_words: str, sentence: str) -> None:
    # A hyphen at the end of a line may be ours or a division: compare letters only.
    assert _letters(sentence) in _letters(pdf_words)


@pytest.mark.needs("pdftotext")
def test_captions_are_numbered_alike_in_every_format(made: dict[str, bytes], pdf_words: str) -> None:
    captions = (
        "Tabel 1 Udvikling i skalaerne",
        "Figur 1 Udvikling i to skalaer",
        "Figur 2 Svar på to udsagn",
        "Tabel 2 Svar fordelt på grupper",
        "Tabel 3 Alle udsagn",
    )
    for words in (html_words(made["html"]), docx_words(made["docx"]), pdf_words):
        places = [_letters(words).rfind(_letters(caption)) for caption in captions]
        assert -1 not in places
        assert places == sorted(places)


def test_only_html_shows_what_is_for_html(made: dict[str, bytes]) -> None:
    html, word = html_words(made["html"]), docx_words(made["docx"])
    assert "Denne linje står kun i html." in html
    assert "Denne linje står kun i html." not in word
    assert "Denne linje står ikke i html." in word
    assert "Denne linje står ikke i html." not in html


def test_nothing_unresolved_is_left(made: dict[str, bytes]) -> None:
    for words in (html_words(made["html"]), docx_words(made["docx"])):
        assert "?var" not in words
        assert "?@" not in words
        assert "{{< include" not in words
        assert "\ue000" not in words


def test_html_stands_alone_without_script(made: dict[str, bytes]) -> None:
    page = made["html"].decode()
    assert '<html lang="da">' in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page)
    assert not re.search(r"url\([\"']?(?!data:|#)", page)
    assert len(made["html"]) < 3_000_000
    assert 'class="spring"' in page
    assert 'aria-label="Arbejdsglæde stiger' in page
    targets = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= targets
    assert len(re.findall(r'\bid="([^"]+)"', page)) == len(targets)


def test_html_is_well_nested(made: dict[str, bytes]) -> None:
    body = made["html"].decode().split("<main", 1)[1].split("</main>")[0]
    for tag in ("figure", "div", "section", "aside", "table", "figcaption"):
        assert len(re.findall(rf"<{tag}[\s>]", body)) == body.count(f"</{tag}>"), tag


def test_fictional_data_are_marked_on_every_side(made: dict[str, bytes]) -> None:
    page = made["html"].decode()
    assert '<section class="fiktiv-banner" aria-label="Fiktive data"><p>Fiktive data</p></section>' in page
    assert "<title>Trivsel og fællesskab i Fjordby – Fiktive data</title>" in page
    for part in ("word/footer1.xml", "word/footer2.xml", "docProps/core.xml"):
        assert "Fiktive data" in docx_part(made["docx"], part), part


@pytest.mark.needs("pdftotext")
def test_every_page_of_the_text_says_fictional(made: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    path.write_bytes(made["pdf"])
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode()
    pages = text.rstrip("\f").split("\f")
    assert len(pages) > 5
    assert all("Fiktive data" in page for page in pages)


def test_the_pdf_is_tagged_and_says_what_it_is(made: dict[str, bytes]) -> None:
    content = made["pdf"]
    assert b"pdfuaid" in content
    assert b"/MarkInfo" in content
    assert b"da" in content
    assert b"Fjordby" in content or "Fjordby".encode("utf-16-be") in content


def test_word_has_real_captions_contents_and_pictures(made: dict[str, bytes]) -> None:
    body = docx_part(made["docx"], "word/document.xml")
    ElementTree.fromstring(body)
    assert "SEQ Figur" in body
    assert "SEQ Tabel" in body
    assert 'TOC \\o "1-2"' in body
    assert 'descr="Arbejdsglæde stiger' in body
    assert body.count("<w:tblHeader") == 3
    widths = [int(value) for value in re.findall(r'<w:gridCol w:w="(\d+)"', body)]
    assert max(widths) <= 9000
    styles = docx_part(made["docx"], "word/styles.xml")
    assert 'w:val="da' in styles
    assert 'w:w="11906"' in body
    footer = docx_part(made["docx"], "word/footer1.xml")
    assert " PAGE " in footer


def test_word_knows_nothing_of_the_machine(made: dict[str, bytes]) -> None:
    import getpass
    import zipfile
    from io import BytesIO

    with zipfile.ZipFile(BytesIO(made["docx"])) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2021, 6, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
        custom = package.read("docProps/custom.xml").decode()
    assert "2021-06-01T00:00:00Z" in core
    assert getpass.getuser() not in core
    assert "farve" not in custom


def test_two_renders_give_the_same_bytes(made: dict[str, bytes], tmp_path: Path) -> None:
    again = render(project(tmp_path, "andet-navn"), FORMATS)
    for output in FORMATS:
        assert again[output] == made[output], output


def test_a_number_and_its_unit_stay_together_in_the_alternative_text(tmp_path):
    shown = "![](_resultater/fig-svar.svg){fig-alt='I alt 68\u00a0pct.   er\u00a0med.'}"
    folder = small(tmp_path, f"# Et\n\n{shown}\n")
    page = render(folder, ("html",))["html"].decode()
    assert 'aria-label="I alt 68\u00a0pct. er\u00a0med."' in page
