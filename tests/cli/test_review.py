"""``evaluation review`` as a person meets it."""

import csv
import io
import json

import pytest

from evaluation.reporting.render import render_product
from tests.reporting.projects import workspace
from tests.reporting.word import Word
from tests.support.commands import evaluation


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    """A workspace whose report came back: one change of prose, one of a number, a comment with hostile words."""
    root = tmp_path_factory.mktemp("review")
    workspace(root)
    made = render_product(root, "prove", engine="embedded", formats=("docx",)).files["docx"]
    word = Word(made.read_bytes())
    word.change("opdigtede, og ingen", "opfundne, og ingen").change("71,4", "99,9")
    word.comment("alle de ting", "=HYPERLINK(1) ~[31mrød", author="@Anna")
    return root, word.save(root / "rettet.docx")


def chapter(root):
    return (root / "reports/prove/kapitler/01-resultater.qmd").read_text(encoding="utf-8")


def test_the_list_in_both_languages(capsys, reviewed):
    root, file = reviewed
    before = chapter(root)
    danish = evaluation(capsys, "review", file, "-w", root, "--lang", "da")
    assert danish.code == 0
    assert "rettet.docx mod prove. Kommentarer: 1. Ændringer: 2." in danish.out
    assert "kapitler/01-resultater.qmd" in danish.out
    assert "linje 3 · rettet · Anna And · 2026-03-02" in danish.out
    assert "»opdigtede, og ingen« → »opfundne, og ingen«" in danish.out
    assert "kan ikke sættes ind: »71,4« er et tal" in danish.out
    assert "Kan sættes ind: 1. Står der allerede: 0. Kan ikke sættes ind: 1." in danish.out
    english = evaluation(capsys, "review", file, "-w", root, "--lang", "en")
    assert 'cannot be put in: "71,4" is a number' in english.out
    assert chapter(root) == before


def test_json_and_csv(capsys, reviewed, tmp_path):
    root, file = reviewed
    out = tmp_path / "liste.csv"
    done = evaluation(capsys, "review", file, "-w", root, "--json", "--out", out, "--lang", "da")
    found = json.loads(done.out)
    assert found["product"] == "prove"
    assert [(e["kind"], e["state"], e["reason"]) for e in found["entries"]] == [
        ("replacement", "ready", ""),
        ("comment", "note", ""),
        ("replacement", "refused", "number"),
    ]
    rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert rows[0][:5] == ["nr", "slags", "registreret", "forfatter", "dato"]
    assert len(rows) == 4
    # no spreadsheet takes a reviewer's words for a formula
    assert rows[2][3] == "'@Anna"
    assert rows[2][8].startswith("'=HYPERLINK")
    assert "\x1b" not in done.out
    refused = evaluation(capsys, "review", file, "-w", root, "--out", root / "data/raw/liste.csv")
    assert refused.code == 1
    assert "[review-out]" in refused.err


@pytest.mark.parametrize("name", ["rapport.pdf", "rapport.docx"])
def test_a_file_that_is_no_word_file(capsys, reviewed, tmp_path, name):
    root, _ = reviewed
    (tmp_path / name).write_bytes(b"%PDF-1.7")
    done = evaluation(capsys, "review", tmp_path / name, "-w", root, "--apply", "--lang", "da")
    assert done.code == 1
    assert "[review-not-docx] Filen er ikke en Word-fil" in done.err
    assert "Traceback" not in done.err


def test_apply(capsys, reviewed):
    root, file = reviewed
    before = chapter(root)
    wrong = evaluation(capsys, "review", file, "-w", root, "--only", "1")
    assert (wrong.code, "[review-only]" in wrong.err) == (1, True)
    none = evaluation(capsys, "review", file, "-w", root, "--apply", "--only", "3", "--lang", "da")
    assert (none.code, "[review-number]" in none.err) == (1, True)
    assert chapter(root) == before
    done = evaluation(capsys, "review", file, "-w", root, "--apply", "--only", "1", "--lang", "da")
    assert done.code == 0
    assert "Sat ind: 1, i kapitler/01-resultater.qmd" in done.out
    assert chapter(root) == before.replace("opdigtede, og ingen", "opfundne, og ingen")
    assert not (root / "data/processed/.lock").exists()
