"""The file that comes back from review: of other numbers, prose or engine, without a name, or no harmless Word file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.reporting.review.review import review_file
from tests.reporting.reviewed import FIRST, chapter, look, word
from tests.reporting.word import packed


def test_a_file_made_from_other_numbers_or_older_prose_says_so(root):
    changed = word(root)
    changed.silently("hvordan en rapport ser ud", "hvordan den ser ud").change("assistenter og", "samt")
    variables = root / "reports" / "prove" / "_variables.yml"
    old = variables.read_text(encoding="utf-8")
    variables.write_text(old.replace("71,4", "70,1"), encoding="utf-8")
    found = look(root, changed)
    assert (found.results_changed, found.prose_changed) == (True, False)
    # the number that differs is not the reviewer's doing; the rest can still be put in
    assert [(entry.old, entry.state) for entry in found.entries] == [
        ("en rapport", "ready"),
        ("assistenter og", "ready"),
    ]
    variables.write_text(old, encoding="utf-8")
    path = root / "reports" / "prove" / FIRST
    path.write_text(chapter(root).replace("Kapitlet samler det vigtigste.", "Her er det vigtigste."), encoding="utf-8")
    found = look(root, changed)
    assert (found.results_changed, found.prose_changed) == (False, True)
    states = {entry.old: (entry.state, entry.reason) for entry in found.entries}
    assert states["en rapport"] == ("refused", "older")
    assert states["assistenter og"] == ("ready", "")


def test_a_file_set_by_another_engine_is_trusted_less(root):
    changed = word(root).silently("hvordan en rapport ser ud", "hvordan den ser ud").silently("71,4", "75,0")
    changed.change("assistenter og", "samt")
    custom = changed.parts["docProps/custom.xml"]
    changed.parts["docProps/custom.xml"] = re.sub(rb"<vt:lpwstr>pandoc[^<]*", b"<vt:lpwstr>Quarto 1.11", custom)
    found = look(root, changed)
    assert not found.same_engine
    assert [(entry.state, entry.reason) for entry in found.entries] == [("refused", "engine"), ("ready", "")]


def refusal(root: Path, data: bytes, name: str = "ind.docx") -> str:
    path = root / name
    path.write_bytes(data)
    with pytest.raises(EvaluationError) as caught:
        review_file(root, path, put_in=True)
    assert len(caught.value.problems) == 1
    for lang in ("da", "en"):
        assert caught.value.render(lang)
    return caught.value.problems[0].code


def test_files_that_are_no_harmless_word_file(made, tmp_path):
    good = word(made)
    parts = good.parts
    body = parts["word/document.xml"]
    bomb = {**parts, "word/media/x.png": bytes(2**20) * 700}
    entity = body.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><w:document', 1)
    deep = body.replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 5000 + b"</w:sdt>" * 5000, 1)
    macro = parts["[Content_Types].xml"].replace(b"document.main+xml", b"document.macroEnabled.main+xml")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refusal(tmp_path, b"") == "review-not-docx"
    assert refusal(tmp_path, b"%PDF-1.7", "rapport.pdf") == "review-not-docx"
    assert refusal(tmp_path, ole, "gammel.doc") == "review-not-docx"
    assert refusal(tmp_path, ole + "EncryptedPackage".encode("utf-16-le")) == "review-encrypted"
    assert refusal(tmp_path, packed({"mimetype": b"x"})) == "review-not-docx"
    assert refusal(tmp_path, good.data[:5000]) == "review-damaged"
    assert refusal(tmp_path, packed({**parts, "word/document.xml": body[:3000]})) == "review-damaged"
    assert refusal(tmp_path, packed({**parts, "word/document.xml": entity})) == "review-external-entity"
    assert refusal(tmp_path, packed({**parts, "word/document.xml": deep})) == "review-damaged"
    assert refusal(tmp_path, packed({**parts, "word/vbaProject.bin": b"x"})) == "review-macros"
    assert refusal(tmp_path, packed({**parts, "[Content_Types].xml": macro})) == "review-macros"
    assert refusal(tmp_path, good.data, "ind.docm") == "review-macros"
    assert refusal(tmp_path, packed(bomb)) == "review-too-large"
    with pytest.raises(EvaluationError, match="review-missing"):
        review_file(tmp_path, tmp_path / "findes-ikke.docx")


def test_a_file_that_does_not_say_what_it_is(root):
    changed = word(root).silently("opdigtede, og ingen", "opfundne, og ingen").change("assistenter og", "samt")
    changed.parts.pop("docProps/custom.xml")
    found = look(root, changed)
    # one report in the workspace: it is that one; but what nobody recorded could be older prose
    assert (found.product, found.stamped) == ("prove", False)
    assert [(entry.state, entry.reason) for entry in found.entries] == [("refused", "older"), ("ready", "")]
    with pytest.raises(EvaluationError, match="review-product"):
        look(root, changed, product="findes-ikke")
