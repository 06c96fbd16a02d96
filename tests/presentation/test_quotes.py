"""Accepted quotes in a report: by role only, letter by letter, nothing where there are none."""

from __future__ import annotations

import html
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluation.codebook.model import Instrument
from evaluation.disclosure.published_quotes import PublishedQuote
from evaluation.presentation.build import make_pieces
from evaluation.presentation.context import Context
from evaluation.presentation.piece import Piece
from evaluation.reporting.embedded.engine import render
from tests.reporting.projects import docx_part, docx_words, html_words, small
from tests.support.published import sample_published
from tests.support.sample import PARENTS, STAFF, sample_instruments, sample_workspace

HOSTILE = (
    "<script>alert(1)</script> & <b>fed</b>",
    "{{< var plan.titel >}} {{< include ../hemmelig.qmd >}}",
    '#eval("1+1") $x^2$ @fig-svar @kilde2020',
    "::: {.hovedpointer}",
    "# Overskrift\n\n- punkt\n\n![](http://a.b/c.png) [link](javascript:x)",
    "`kode`{=html} ~~~ | a | b |",
    "1. marts er [navn] *mega* glad_ved_det",
)


def quote(number: int = 0, **changes: str) -> PublishedQuote:
    given = {
        "id": f"a{number}", "survey": STAFF, "theme": "trivsel", "question": "kommentar", "role": "paedagog",
        "wave": "", "text": "Vi har fået tid til børnene igen", "masked": "", "edited": "",
    }  # fmt: skip
    return PublishedQuote(**{**given, **changes})


def instruments() -> dict[str, Instrument]:
    """The sample's, with two open questions for the employees: by role, and by nobody's."""
    found = sample_instruments()
    raw = found[STAFF].model_dump(by_alias=True)
    text = {"da": "Hvad er bedst?", "en": "What is best?"}
    raw["open"] = [
        {"id": "kommentar", "text": text, "theme": "trivsel", "role": "stilling"},
        {"id": "andet", "text": text, "theme": "involvering"},
    ]
    return {**found, STAFF: Instrument.model_validate(raw)}


def pieces(root: Path, *quotes: PublishedQuote, lang: str = "da", **context: Any) -> dict[str, Piece]:
    ctx = Context(sample_published(), sample_workspace(root), instruments(), lang, quotes=quotes, **context)
    return {piece.name: piece for piece in make_pieces(ctx)}


def test_no_quotes_no_words(tmp_path: Path) -> None:
    made = pieces(tmp_path)
    names = [name for name in made if "citater" in name]
    assert {f"txt-{STAFF}-citater", f"txt-{STAFF}-citater-trivsel", f"txt-{PARENTS}-citater"} <= set(names)
    assert [name for name in names if made[name].text] == []
    assert "citater" not in made["alle-undersoegelser"].text


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("da", ("»Vi har fået", "igen«", "Pædagoger", "Med egne ord", "Fiktive data", "Fra svarene fra medarbejdere")),
        ("en", ("“Vi har fået", "igen”", "Pedagogues", "In their own words", "Fictional data", "From the answers of")),
    ],
)
def test_a_quote_is_told_by_role_only(tmp_path: Path, lang: str, expected: tuple[str, ...]) -> None:
    other = quote(1, theme="involvering", question="andet", role="", text="Alle bliver hørt nu")
    made = pieces(tmp_path, quote(), other, lang=lang)
    whole = made[f"txt-{STAFF}-citater"].text
    for word in expected:
        assert word in whole + made["alle-undersoegelser"].text, word
    assert whole.count("::: {.citat}") == 2
    for secret in ("a0", "a1", "2024,", "kommentar", "G90", "enhed"):
        assert secret not in whole, secret
    by_theme = made[f"txt-{STAFF}-citater-trivsel"].text
    assert "Vi har" in by_theme
    assert "Alle bliver" not in by_theme
    assert made[f"txt-{PARENTS}-citater"].text == ""


def test_the_wave_stands_only_where_the_quote_has_one(tmp_path: Path) -> None:
    waves = [wave.wave for wave in sample_workspace(tmp_path).plan.survey(STAFF).waves]
    told = pieces(tmp_path, quote(wave=waves[-1]))[f"txt-{STAFF}-citater"].text
    assert f"Pædagoger, {waves[-1]}" in told


def test_masks_and_edits_are_explained(tmp_path: Path) -> None:
    plain = pieces(tmp_path, quote())[f"txt-{STAFF}-citater"].text
    assert "kantede parenteser" not in plain
    assert "rettet" not in plain
    told = pieces(tmp_path, quote(masked="navn", edited="ja", text="Tak, [navn]"))[f"txt-{STAFF}-citater"].text
    assert "kantede parenteser" in told
    assert "rettet" in told


def test_a_role_that_the_codebook_no_longer_has_is_nobodys(tmp_path: Path) -> None:
    told = pieces(tmp_path, quote(role="leder-hemmelig"))[f"txt-{STAFF}-citater"].text
    assert "hemmelig" not in told
    assert "Fra svarene fra medarbejdere" in told


@pytest.mark.parametrize("lang", ["da", "en"])
def test_quotes_that_no_longer_fit_the_answers_are_not_shown_and_the_report_says_why(tmp_path: Path, lang: str) -> None:
    made = pieces(tmp_path, lang=lang, quotes_stale=True)
    assert made[f"txt-{STAFF}-citater"].reason
    assert made[f"txt-{PARENTS}-citater"].text == ""


def _words(content: bytes, kind: str, folder: Path) -> str:
    if kind == "html":
        return html_words(content)
    if kind == "docx":
        return docx_words(content)
    (folder / "r.pdf").write_bytes(content)
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(folder / "r.pdf"), "-"], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_whatever_somebody_wrote_is_printed_letter_by_letter_in_every_format(tmp_path: Path) -> None:
    quotes = [replace(quote(number), text=text) for number, text in enumerate(HOSTILE)]
    piece = pieces(tmp_path, *quotes)[f"txt-{STAFF}-citater"]
    project = small(tmp_path, f"---\ntitle: Prøve\n---\n\n# Svar\n\nFør.\n{piece.content}\nEfter.\n")
    made = render(project, ("html", "pdf", "docx"))

    def bare(text: str) -> str:
        return "".join(html.unescape(text).replace("\u2060", "").replace("\u00ad", "").split())

    for kind, content in made.items():
        words = bare(_words(content, kind, tmp_path))
        for text in HOSTILE:
            # a pdf may set a hyphen where a line ends
            assert bare(text).replace("-", "") in words.replace("-", ""), (kind, text)
    page = made["html"].decode()
    body = page[page.index("Før.") : page.index("Efter.")]
    for sign in (
        "<script",
        "<b>",
        "<img",
        "<h1",
        "<h2",
        "<li",
        'href="javascript',
        "quarto-xref",
        "<table",
        'class="hovedpointer"',
    ):
        assert sign not in body, sign
    assert body.count('class="citat"') == len(HOSTILE)
    assert docx_part(made["docx"], "word/document.xml").count('w:val="Citat"') >= len(HOSTILE)
