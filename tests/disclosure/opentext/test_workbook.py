"""The reviewer's workbook, and what may come back from it."""

import io
import zipfile
from dataclasses import dataclass

import openpyxl
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.disclosure.opentext.review import read_rows, review
from evaluation.disclosure.opentext.screen import Screener
from evaluation.disclosure.opentext.select import offer
from evaluation.disclosure.opentext.sheet import COLUMNS, HEAD, Told, words, workbook
from evaluation.plan.model import Disclosure

KEY = bytes(range(32))
SCREENER = Screener.of(["Børnehaven Solstrålen"])
TRAPS = (
    "=1+1 er ikke en formel her hos os",
    "+45 er ikke et nummer men en karakter",
    "- mere tid\n- flere hænder til alle børn",
    "@alle skal vide, at det går godt her",
    "=HYPERLINK(\"http://x.eksempel.dk\";\"klik\") siger vi aldrig til nogen",
    "'apostrof først, og så resten af sætningen",
    "_x0041_ skal stå, som det blev skrevet her",
    "Dejligt 👩‍👧‍👦 at være her hver dag ❤️",
    "{{< include hemmelig.qmd >}} og **fed** og <b>mere</b> tekst",
    "\u202eomvendt tekst skal ikke kunne snyde nogen her",
    "Hanne fra Solstrålen hjælper altid alle andre her",
    "Vores leder lytter aldrig til noget af det",
    "Vi har læst Tikkeli med de største børn",
    "\ttabulator først, og så kommer resten bagefter",
    ("langt " * 1700).strip(),
    "Der er masser af plads til alle de små",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    survey: str
    wave: str
    question: str
    person: str
    role: str
    text: str


OFFER = offer(
    [Said("s", "2024", "q", f"p{i}", "paedagog", text) for i, text in enumerate(TRAPS)],
    SCREENER, Disclosure.model_validate({"threshold": 5}), KEY,
)  # fmt: skip
TOLD = Told({"s": "Trivsel", "s.q": "Hvad?", "s.paedagog": "=Pædagog"})


def of(part):
    return next(c for c in OFFER.candidates if part in c.original)


def made(lang="da", fictional=True):
    return workbook(OFFER, TOLD, source="abc", fictional=fictional, kommune="Lindholt Kommune", lang=lang)


def filled(decisions, lang="da", change=None):
    """The workbook with decisions by number: ``(decision, edited, initials, reason)``."""
    book = openpyxl.load_workbook(io.BytesIO(made(lang)))
    sheet = book[str(words(lang)["sheet_quotes"])]
    for row in range(HEAD + 1, sheet.max_row + 1):
        for place, value in enumerate(decisions.get(sheet.cell(row, 1).value, ())):
            sheet.cell(row, COLUMNS.index("decision") + 1 + place).value = value or None
    if change is not None:
        change(sheet, book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def back(content, source="abc", share=1.0):
    return review(OFFER, read_rows(content, source, "c.xlsx"), SCREENER, share, "c.xlsx")


def codes(content, source="abc"):
    with pytest.raises(EvaluationError) as caught:
        back(content, source)
    for lang in ("da", "en"):
        told = caught.value.render(lang)
        assert "{" not in told
        assert not any(word in told for word in ("Hanne", "Solstrålen", "Karina"))
    return [problem.code for problem in caught.value.problems]


def row_of(sheet, number):
    return next(r for r in range(HEAD + 1, sheet.max_row + 1) if sheet.cell(r, 1).value == number)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_no_cell_is_a_formula_and_every_word_survives(lang):
    book = openpyxl.load_workbook(io.BytesIO(made(lang)))
    for sheet in book:
        assert not [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    sheet = book[str(words(lang)["sheet_quotes"])]
    assert {row.cells["id"]: row.cells["text"] for row in read_rows(made(lang), "abc", "")} == {
        c.id: c.text for c in OFFER.candidates
    }
    shown = [sheet.cell(row, COLUMNS.index("text") + 1) for row in range(HEAD + 1, sheet.max_row + 1)]
    assert sum(cell.value[0] in "=+-@" for cell in shown) == 4
    assert all(cell.quotePrefix for cell in shown if cell.value[0] in "=+-@")
    xml = zipfile.ZipFile(io.BytesIO(made(lang))).read("xl/worksheets/sheet2.xml")
    assert b"<f>" not in xml


def test_nothing_masked_nor_any_person_is_anywhere_in_the_file():
    archive = zipfile.ZipFile(io.BytesIO(made()))
    content = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    assert not any(word in content for word in ("Hanne", "Solstrålen", "Tikkeli", "p10", "2024<"))


def test_fictional_in_every_place():
    book = openpyxl.load_workbook(io.BytesIO(made()))
    assert book.properties.title.startswith("Fiktive data")
    assert all(str(sheet["A1"].value).startswith("Fiktive data") for sheet in book)
    real = openpyxl.load_workbook(io.BytesIO(made(fictional=False)))
    assert not any("Fiktive" in str(sheet["A1"].value) for sheet in real)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_decisions_come_back(lang):
    choice = words(lang)["decisions"]
    content = filled({
        of("omvendt").id: (choice["accept"], "", "AB", ""),
        of("Hanne").id: (choice["edit"], "[navn] hjælper altid alle", "AB", ""),
        of("Tikkeli").id: (choice["edit"], "Vi har læst Tikkeli med børnene", "AB", "en bog"),
        of("leder").id: (choice["accept"], "", "AB", "mange har en leder"),
        of("plads").id: (choice["reject"], "", "AB", ""),
    }, lang)  # fmt: skip
    found = back(content)
    assert {a.text for a in found.accepted} == {
        "omvendt tekst skal ikke kunne snyde nogen her", "[navn] hjælper altid alle",
        "Vi har læst Tikkeli med børnene", "Vores leder lytter aldrig til noget af det",
    }  # fmt: skip
    assert found.counts == {
        "accept": 2, "edit": 2, "reject": 1, "undecided": len(OFFER.candidates) - 5, "deleted": 0, "same_person": 0,
    }  # fmt: skip


def test_a_deleted_row_is_rejected():
    gone = of("plads").id
    found = back(filled({}, change=lambda sheet, _: sheet.delete_rows(row_of(sheet, gone))))
    assert found.counts["deleted"] == 1
    assert found.accepted == ()


def test_nothing_decided_publishes_nothing():
    assert back(made()).accepted == ()


@pytest.mark.parametrize(
    ("number", "cells", "code"),
    [
        ("omvendt", ("godkend", "", "", ""), "quotes-initials"),
        ("omvendt", ("godkend", "", "x" * 13, ""), "quotes-initials"),
        ("omvendt", ("måske", "", "AB", ""), "quotes-decision"),
        ("omvendt", ("ret", "", "AB", ""), "quotes-edit-empty"),
        ("omvendt", ("ret", "\u200b", "AB", ""), "quotes-edit-empty"),
        ("omvendt", ("godkend", "noget andet", "AB", ""), "quotes-edit-unused"),
        ("leder", ("godkend", "", "AB", ""), "quotes-reason"),
        ("Hanne", ("ret", "Hanne hjælper alle", "AB", "pæn"), "quotes-edit-restores"),
        ("Hanne", ("ret", "hos solstrålen hjælper de", "AB", ""), "quotes-edit-restores"),
        ("Hanne", ("ret", "Ha\u200bnne hjælper alle", "AB", ""), "quotes-edit-restores"),
        ("Hanne", ("ret", "Solstraalen er god, og solstrålen også", "AB", ""), "quotes-edit-restores"),
        ("Hanne", ("ret", "Karina hjælper alle", "AB", "pæn"), "quotes-edit-identifies"),
        ("Hanne", ("ret", "Ring 23 45 67 89 til os", "AB", ""), "quotes-edit-identifies"),
        ("Tikkeli", ("ret", "Vi har læst Tikkeli med børnene", "AB", ""), "quotes-edit-restores"),
    ],
)
def test_refused(number, cells, code):
    assert codes(filled({of(number).id: cells})) == [code]


def test_changed_text_needs_an_edit():
    def change(sheet, _):
        sheet.cell(row_of(sheet, of("omvendt").id), COLUMNS.index("text") + 1).value = "helt andre ord"

    assert codes(filled({of("omvendt").id: ("godkend", "", "AB", "")}, change=change)) == ["quotes-text-changed"]
    assert codes(filled({}, change=change)) == ["quotes-text-changed"]


def test_unknown_and_double_numbers():
    def change(sheet, _):
        sheet.cell(HEAD + 1, 1).value = "Karina Hansen"
        sheet.cell(HEAD + 3, 1).value = sheet.cell(HEAD + 2, 1).value

    assert codes(filled({}, change=change)) == ["quotes-unknown-id", "quotes-duplicate-id"]


def test_formulas_typed_by_the_reviewer():
    content = filled({of("omvendt").id: ("ret", "=1+1", "AB", "")})
    assert "quotes-formula" in codes(content)


def test_other_source_heading_sheet_or_file():
    assert codes(made(), source="other") == ["quotes-source-changed"]
    assert codes(filled({}, change=lambda sheet, _: sheet.insert_cols(2))) == ["quotes-not-ours"]
    assert codes(filled({}, change=lambda sheet, book: book.remove(sheet))) == ["quotes-not-ours"]
    for broken in (b"", b"PK\x03\x04", b"id;text\n", made()[:-300]):
        assert codes(broken) == ["quotes-file-damaged"]


def test_every_problem_at_once():
    content = filled({of("omvendt").id: ("godkend", "", "", ""), of("leder").id: ("godkend", "", "AB", "")})
    assert sorted(codes(content)) == ["quotes-initials", "quotes-reason"]


def test_one_person_after_the_review():
    twice = offer(
        [Said("s", "2024", "q", f"p{i % 9}", "", f"det er nummer {'x' * i} og så videre") for i in range(10)],
        SCREENER, Disclosure.model_validate({"threshold": 5, "quotes": {"most_share": 0.3}}), KEY,
    )  # fmt: skip
    mine = [c for c in twice.candidates if c.person == "p0"]
    assert len(mine) == 2
    content = workbook(twice, TOLD, source="abc", fictional=True, kommune="x", lang="da")
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Citater"]
    for row in range(HEAD + 1, sheet.max_row + 1):
        if sheet.cell(row, 1).value in {c.id for c in mine}:
            for name, value in (("decision", "godkend"), ("initials", "AB"), ("reason", "ok")):
                sheet.cell(row, COLUMNS.index(name) + 1).value = value
    stream = io.BytesIO()
    book.save(stream)
    found = review(twice, read_rows(stream.getvalue(), "abc", "c"), SCREENER, 0.3, "c")
    assert (len(found.accepted), found.counts["same_person"]) == (1, 1)
