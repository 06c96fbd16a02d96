"""A Word file comes back from review: what is found, what is put in, what is refused and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.common.language import catalogue
from evaluation.reporting.render import render_product
from evaluation.reporting.review.model import KINDS, STATES, Entry, Review
from evaluation.reporting.review.review import review_file
from evaluation.reporting.review.source import escaped
from tests.reporting import libreoffice
from tests.reporting.projects import docx_words
from tests.reporting.reviewed import FIRST, SECOND, chapter, look, word
from tests.reporting.word import WHEN


def by_text(found: Review) -> dict[str, Entry]:
    return {(entry.new or entry.old).strip(): entry for entry in found.entries}


def test_a_file_nobody_touched_has_nothing_to_tell(made):
    found = review_file(made, made / "reports" / "_output" / "prove" / "prove.docx")
    assert found.entries == ()
    assert (found.stamped, found.prose_changed, found.results_changed, found.same_engine) == (True, False, False, True)


PROSE = [
    ("hvordan en rapport ser ud", "hvordan rapporten tager sig ud", FIRST, 3),
    ("opdigtede, og ingen", "opfundne, og ingen", FIRST, 3),
    ("Intervallet ligger", "Det ligger", FIRST, 15),
    ("medarbejdere i alt, og", "ansatte i alt, og", FIRST, 16),
    ("En note med", "Noten har", FIRST, 46),
    ("assistenter og medhjælpere", "assistenter", FIRST, 53),
    ("Et underafsnit", "Et lille afsnit", FIRST, 96),
    ("Når en gruppe har færre", "Har en gruppe færre", FIRST, 57),
    ("Alle tal er opdigtede", "Alle tal er opfundne", FIRST, 8),
    ("Resultater for ledere", "Ledernes resultater", FIRST, 105),
]


def test_prose_is_put_in_word_for_word_and_nothing_else_changes(root):
    changed = word(root)
    for old, new, _, _ in PROSE:
        changed.change(old, new)
    before = chapter(root)
    found = look(root, changed, put_in=True)
    entries = by_text(found)
    assert [entry.state for entry in found.entries] == ["applied"] * len(PROSE), found.entries
    for old, new, file, line in PROSE:
        entry = entries[new]
        assert (entry.file, entry.line, entry.old, entry.author, entry.date) == (file, line, old, "Anna And", WHEN)
    wanted = before
    for old, new, _, _ in PROSE:
        assert before.count(old) == 1
        wanted = wanted.replace(old, new)
    assert chapter(root) == wanted
    # and what Word shows with all changes accepted is what the report says now
    again = render_product(root, "prove", engine="embedded", formats=("docx",)).files["docx"].read_bytes()
    for _, new, _, line in PROSE:
        assert new in docx_words(again) or line == 46  # the note is a part of its own
    # the same file a second time: everything stands there already
    assert {entry.state for entry in look(root, changed).entries} == {"done"}


def test_what_is_generated_is_refused_with_the_reason(root):
    changed = word(root)
    changed.change("71,4", "72,4").insert("1.284", ",5").change("med er steget", "med er faldet")
    changed.change("Arbejdsglæde", "Glæde").change("Gennemsnit på 0–100", "Middel på 0–100")
    changed.change("Sat med", "Lavet med").insert("Metode og data", " og mere")
    changed.change("Alle udsagn, andel", "Udsagn, andel").change("dokumentation og administration", "papir")
    found = look(root, changed)
    reasons = {(entry.new or entry.old).strip(): (entry.reason, entry.what) for entry in found.entries}
    assert reasons["72,4"] == ("number", "71,4")
    assert reasons[",5"] == ("number", "1.284")
    assert reasons["med er faldet"] == ("claim", "er steget")
    assert reasons["Glæde"] == ("table", "")
    assert reasons["Middel på 0–100"] == ("table", "")
    assert reasons["Lavet med"] == ("made", "")
    assert reasons["Udsagn, andel"] == ("table", "")
    # the first "Metode og data" of the file stands in the contents
    assert reasons["og mere"] == ("contents", "")
    before = chapter(root), chapter(root, SECOND)
    assert look(root, changed, put_in=True).texts == {}
    assert (chapter(root), chapter(root, SECOND)) == before


def test_an_ending_may_stand_at_a_name_but_nothing_at_a_number(root):
    changed = word(root)
    changed.insert("1.284", " af kommunens")
    found = look(root, changed)
    assert [entry.state for entry in found.entries] == ["ready"]


def test_a_change_across_markup_is_refused_and_one_inside_it_is_not(root):
    changed = word(root)
    changed.silently("Fællesskabet er stort set uændret.", "Sammenholdet er stort set uændret.")
    changed.change("fed", "tyk").change("kursiv", "skrå skrift")
    found = look(root, changed, put_in=True)
    assert {entry.state for entry in found.entries} == {"applied"}
    assert "**Sammenholdet er stort set uændret.** Intervallet" in chapter(root)
    assert "*skrå skrift* og et tal" in chapter(root)
    # now a change that begins in bold and ends outside it
    render_product(root, "prove", engine="embedded", formats=("docx",))
    changed = word(root).silently("er stort set uændret.", "er stort set")
    found = look(root, changed.silently("Intervallet ligger", "ligger"))
    assert [(entry.state, entry.reason) for entry in found.entries] == [("refused", "markup")]


HOSTILE = [
    "{{< include /etc/passwd >}}", "{{< var score.glaede.n >}}", "$x^2$ og $y$", "*fed* _kursiv_ ~~væk~~",
    "@eksempel2020", "# Overskrift", "`kode` og ```{python}", "<script>alert(1)</script>", "[a](http://b.dk)",
    "[^note]", "::: {.fiktiv}", "1. punkt", "- punkt", "| a | b |", "\\newpage #set page(fill: red)",
    "\"anførsel\" og 'enkelt'", "--- ... &amp; &lt;", "![](x.png)", "---", "=SUM(A1)", "[x]{.tjek hvis='1 == 1'}",
    "+ plus", "a) bogstav", "~ tilde", ": kolon", "% procent", "MCM. roman", "(1) tal", "\\", "^[note]", "http://b.dk",
]  # fmt: skip


def test_what_a_reviewer_writes_stays_text(root):
    changed = word(root)
    for number, text in enumerate(HOSTILE):
        changed.paragraph_after(
            "Teksten er skrevet, så alle" if not number else f"[{number - 1}] ", f"[{number}] {text}"
        )
    changed.insert("Der er svar fra", " " + " ".join(HOSTILE))
    found = look(root, changed, put_in=True)
    assert {entry.state for entry in found.entries} <= {"applied", "refused"}
    assert {entry.reason for entry in found.entries} <= {"", "overlap"}
    applied = [entry for entry in found.entries if entry.state == "applied"]
    assert len(applied) >= 2
    made = render_product(root, "prove", engine="embedded", formats=("docx", "html")).files
    words = docx_words(made["docx"].read_bytes())
    for entry in applied:
        for text in entry.new.split("¶"):
            assert " ".join(text.split()) in words
    assert b"<script>alert(1)" not in made["html"].read_bytes()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("head", [True, False])
def test_escaped_text_is_printed_letter_by_letter(text, head):
    from evaluation.reporting.embedded import pandoc, tree

    written = escaped(text, head=head)
    assert "{{<" not in written
    data = (written if head else "Ord " + written).encode()
    output, _ = pandoc.run(["-f", "markdown", "-t", "json"], data, Path.cwd())
    import json

    blocks = json.loads(output)["blocks"]
    assert [block["t"] for block in blocks] == ["Para"]
    assert {node["t"] for node in tree.nodes(blocks)} <= {"Para", "Str", "Space"}
    assert tree.text(blocks) == (text if head else "Ord " + text)


def test_paragraphs_come_and_go(root):
    changed = word(root)
    changed.paragraph_after("Denne lille rapport findes", "Et nyt afsnit om 5 * 3.")
    changed.remove_paragraph("Fordelingen af svarene er vist")
    changed.split("Hvis noget ser forkert ud")
    changed.paragraph_after("Metode og data", "En ny overskrift", style="Heading2")
    before = chapter(root)
    found = look(root, changed, put_in=True)
    entries = by_text(found)
    assert entries["Et nyt afsnit om 5 * 3."].state == "applied"
    removed = next(entry for entry in found.entries if entry.kind == "deletion" and entry.old.startswith("Fordelingen"))
    assert (removed.state, removed.file, removed.line) == ("applied", FIRST, 78)
    assert next(entry for entry in found.entries if entry.reason == "split").state == "refused"
    assert entries["En ny overskrift"].state == "refused"
    after = chapter(root)
    assert "i dem.\n\nEt nyt afsnit om 5 \\* 3.\n\nTeksten er" in after
    gone = next(line for line in before.splitlines() if line.startswith("Fordelingen af svarene"))
    assert after.replace("\n\nEt nyt afsnit om 5 \\* 3.", "") == before.replace(gone + "\n\n", "")
    again = look(root, changed)
    assert {entry.state for entry in again.entries} == {"done", "refused"}


def test_a_paragraph_that_was_moved_or_holds_a_number_stays(root):
    changed = word(root)
    text = "Resultater for ledere er ikke vist, fordi gruppen er for lille."
    changed.remove_paragraph(text).paragraph_after("Fordelingen af svarene er vist", text)
    changed.remove_paragraph("I alt har")
    found = look(root, changed)
    reasons = sorted((entry.kind, entry.reason) for entry in found.entries)
    assert reasons == [("deletion", "moved"), ("deletion", "number"), ("insertion", "moved")]


def test_what_was_not_recorded_is_found_too(root):
    changed = word(root)
    changed.silently("hvordan en rapport ser ud", "hvordan den ser ud").silently("71,4", "75,0")
    found = look(root, changed)
    plain, number = found.entries
    assert (plain.tracked, plain.author, plain.old, plain.new, plain.state) == (False, "", "en rapport", "den", "ready")
    assert (number.tracked, number.old, number.state, number.reason) == (False, "71,4", "refused", "number")


def test_page_numbers_that_word_fills_in_are_no_change(root):
    changed = word(root)
    field = 'w:fldCharType="separate"/></w:r><w:r><w:t></w:t></w:r>'
    assert field in changed.body
    changed.body = changed.body.replace(field, field.replace("<w:t></w:t>", "<w:t>17</w:t>"))
    assert look(root, changed).entries == ()


def test_comments_with_answers(root):
    changed = word(root)
    changed.comment("alle de ting", "Alle?").comment("en rapport bruger", "Ja, alle.", author="Cecilie", answers=0)
    changed.comment("71,4", "Hvor er n?", done=True)
    entries = look(root, changed).entries
    assert [(e.kind, e.author, e.old, e.new, e.reply_to, e.resolved) for e in entries] == [
        ("comment", "Bo Bemærker", "alle de ting", "Alle?", 0, False),
        ("comment", "Cecilie", "en rapport bruger", "Ja, alle.", 1, False),
        ("comment", "Bo Bemærker", "71,4", "Hvor er n?", 0, True),
    ]
    assert [(e.file, e.line, e.state) for e in entries] == [(FIRST, 5, "note"), (FIRST, 5, "note"), (FIRST, 14, "note")]


def test_only_some_are_put_in(root):
    changed = word(root).change("opdigtede, og ingen", "opfundne, og ingen").change("assistenter og", "samt")
    with pytest.raises(EvaluationError, match="review-number"):
        look(root, changed, put_in=True, only={2, 7})
    before = chapter(root)
    found = look(root, changed, put_in=True, only={2})
    assert [entry.state for entry in found.entries] == ["ready", "applied"]
    assert chapter(root) == before.replace("assistenter og", "samt")


def test_line_ends_and_byte_order_mark_are_kept(root):
    path = root / "reports" / "prove" / FIRST
    data = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(data)
    changed = word(root).change("opdigtede, og ingen", "opfundne, og ingen")
    changed.paragraph_after("Fordelingen af svarene er vist", "Nyt.")
    found = look(root, changed, put_in=True)
    assert {entry.state for entry in found.entries} == {"applied"}
    wanted = data.replace(b"opdigtede, og", b"opfundne, og")
    line = next(line for line in wanted.splitlines(keepends=True) if line.startswith(b"Fordelingen"))
    assert path.read_bytes() == wanted.replace(line, line + b"\r\nNyt.\r\n")


def test_nothing_is_written_where_somebody_writes_meanwhile(root, monkeypatch):
    from evaluation.reporting.review import review as module

    changed = word(root).change("opdigtede, og ingen", "opfundne, og ingen").change("fed", "tyk")
    proven = module.proven

    def slow(*arguments):
        done = proven(*arguments)
        path = root / "reports" / "prove" / SECOND
        path.write_text(chapter(root, SECOND) + "\nNyt fra redaktøren.\n", encoding="utf-8")
        return done

    monkeypatch.setattr(module, "proven", slow)
    before = chapter(root)
    with pytest.raises(EvaluationError, match="review-source-changed"):
        look(root, changed, put_in=True)
    assert chapter(root) == before
    assert chapter(root, SECOND).endswith("Nyt fra redaktøren.\n")


def test_every_word_is_in_both_languages():
    danish, english = catalogue("review", "da"), catalogue("review", "en")
    assert {name: set(part) for name, part in danish.items()} == {name: set(part) for name, part in english.items()}
    assert set(danish["kinds"]) == set(KINDS)
    assert set(danish["states"]) == set(STATES)


def test_blanks_that_pandoc_moves_are_counted_once(root):
    changed = word(root)
    changed.insert("Hvis noget", " helt").insert("ser forkert ud her", ",").change(" i den rigtige", "")
    changed.insert("Kapitlet samler", " kort")
    before = chapter(root)
    look(root, changed, put_in=True)
    wanted = before.replace("Hvis noget ser forkert ud her", "Hvis noget helt ser forkert ud her,")
    wanted = wanted.replace(" i den rigtige", "").replace("Kapitlet samler", "Kapitlet samler kort")
    assert chapter(root) == wanted


def test_words_written_together_and_apart(root):
    changed = word(root).change(" og medhjælpere", "ogmedhjælpere")
    found = look(root, changed, put_in=True)
    assert [entry.state for entry in found.entries] == ["applied"]
    assert "2. assistenterogmedhjælpere" in chapter(root)


@pytest.mark.needs("soffice")
def test_round_trip_through_libreoffice(root, tmp_path):
    source, target = root / "reports" / "_output" / "prove" / "prove.docx", tmp_path / "rettet i libreoffice.docx"
    steps = [
        ("record", "off"),
        ("Change", "hvordan en rapport ser ud", "hvordan den ser ud"),
        ("record", "on"),
        ("Change", "opdigtede, og ingen", "opfundne, og ingen"),
        ("Change", "medarbejdere i alt, og", "ansatte i alt, og"),
        ("Change", "71,4", "75,0"),
        ("Change", "med er steget", "med er faldet"),
        ("Below", "Teksten er skrevet, så alle", "Et nyt afsnit: 5 * 3 {{< var x >}} [@x]."),
        ("Away", "Resultater for ledere er ikke vist"),
        ("Away", "Fordelingen af svarene er vist"),
        ("Remark", "Kapitlet samler det vigtigste", "Er det nu også sandt?"),
    ]
    libreoffice.change(source, target, steps, tmp_path / "profil")
    before = chapter(root)
    found = review_file(root, target, put_in=True)
    assert found.stamped
    told = [(e.kind, e.tracked, e.old, e.new, e.line, e.state, e.reason) for e in found.entries]
    assert told == [
        ("replacement", False, "en rapport", "den", 3, "applied", ""),
        ("replacement", True, "opdigtede, og ingen", "opfundne, og ingen", 3, "applied", ""),
        ("insertion", True, "", "Et nyt afsnit: 5 * 3 {{< var x >}} [@x].", 5, "applied", ""),
        ("replacement", True, "71,4", "75,0", 14, "refused", "number"),
        ("replacement", True, "medarbejdere i alt, og", "ansatte i alt, og", 16, "applied", ""),
        ("comment", True, "Kapitlet samler det vigtigste", "Er det nu også sandt?", 19, "note", ""),
        ("deletion", True, FORDELING, "", 78, "applied", ""),
        ("deletion", True, LEDERE, "", 105, "refused", "box"),
        ("replacement", True, "med er steget", "med er faldet", 9, "refused", "claim"),
    ]
    after = chapter(root)
    wanted = before.replace("en rapport ser ud", "den ser ud").replace("opdigtede, og", "opfundne, og")
    wanted = wanted.replace("medarbejdere i alt", "ansatte i alt").replace(FORDELING + "\n\n", "")
    new = "\n\nEt nyt afsnit: 5 \\* 3 \\{\\{\\< var x \\>\\}\\} \\[\\@x\\]."
    assert after.replace(new, "") == wanted
    assert after.index(new) > after.index("Teksten er skrevet")
    assert {e.state for e in review_file(root, target).entries} == {"done", "refused", "note"}


FORDELING = (
    "Fordelingen af svarene er vist nedenfor. Flere end før er meget enige i, at de glæder sig til at gå på arbejde, "
    "og færre er uenige."
)
LEDERE = "Resultater for ledere er ikke vist, fordi gruppen er for lille."
