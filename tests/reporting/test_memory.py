"""What a render remembers makes the next one quicker and never different."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evaluation.reporting.embedded import engine, pandoc, typst_pdf
from evaluation.reporting.embedded.memory import Memory
from tests.reporting.projects import project

FORMATS = ("html", "pdf", "docx")


def remembered(folder: Path, place: Path) -> dict[str, bytes]:
    memory = Memory(place)
    memory.start_layout(folder)
    made = engine.render(folder, FORMATS, memory)
    memory.finish_layout()
    return made


@pytest.fixture
def citeproc_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    run = pandoc.run

    def counted(arguments, data, folder):
        calls.extend(name for name in arguments if name == "--citeproc")
        return run(arguments, data, folder)

    monkeypatch.setattr(pandoc, "run", counted)
    return calls


def test_a_changed_sentence_and_changed_literature_reach_every_format(tmp_path, citeproc_calls):
    folder, place = project(tmp_path / "project"), tmp_path / "memory"
    first = remembered(folder, place)
    assert first == engine.render(folder, FORMATS)
    before = len(citeproc_calls)
    chapter = folder / "index.qmd"
    chapter.write_text(chapter.read_text(encoding="utf-8") + "\n\nEn helt ny sætning.\n\nEn til.\n", encoding="utf-8")
    second = remembered(folder, place)
    assert all(second[name] != first[name] for name in FORMATS)
    assert second == engine.render(folder, FORMATS)
    third = remembered(folder, place)
    assert third == second
    calls = len(citeproc_calls)
    # Once without a memory, once for the changed last block; nothing for the third.
    assert calls - before == 2

    literature = next(folder.glob("*.bib"))
    text = literature.read_text(encoding="utf-8")
    literature.write_text(text.replace("Opdigt, Karla", "Opdigt, Kurt"), encoding="utf-8")
    fourth = remembered(folder, place)
    assert len(citeproc_calls) == calls + 1
    assert b"Kurt" in fourth["html"]
    assert b"Karla" not in fourth["html"]


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"#panic()", b'#image("none.png")'])
def test_a_damaged_memory_changes_nothing(tmp_path, damage):
    folder, place = project(tmp_path / "project"), tmp_path / "memory"
    good = remembered(folder, place)
    for name in ("main.typ", "cited"):
        (place / name).write_bytes(damage)
    assert remembered(folder, place) == good
    assert not (folder / ".typst").exists()


def source_of(folder: Path) -> str:
    """What the engine hands to Typst."""
    memory = Memory(folder.parent / "kept")
    engine.render(folder, ("pdf",), memory)
    kept = (folder.parent / "kept" / "main.typ").read_text(encoding="utf-8")
    shutil.rmtree(folder.parent / "kept")
    return kept


def test_chapters_in_files_of_their_own_give_the_same_pdf(tmp_path):
    folder = project(tmp_path / "project")
    source = source_of(folder)
    files = typst_pdf._files(source)
    assert {"main.typ", "frame.typ", "chapter0.typ"} <= set(files)
    whole = source.replace(typst_pdf._DEFINED, "\n").replace(typst_pdf._CHAPTER, "\n")
    assert list(typst_pdf._files(whole)) == ["main.typ"]
    assert typst_pdf.compile_typst(source, folder) == typst_pdf.compile_typst(whole, folder)


def test_a_changed_chapter_leaves_the_files_of_the_others_alone(tmp_path):
    folder = project(tmp_path / "project")
    before = typst_pdf._files(source_of(folder))
    chapter = folder / "index.qmd"
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(text + "\n\nEt nyt afsnit.\n", encoding="utf-8")
    after = typst_pdf._files(source_of(folder))
    assert set(after) == set(before)
    assert len([name for name in before if before[name] != after[name]]) == 1


@pytest.mark.parametrize(
    "code", ["#set text(size: 30pt)", "#show heading: it => []", "#let navn = [Et navn]", '#import "x.typ"']
)
def test_what_holds_beyond_its_chapter_keeps_everything_in_one_file(code):
    source = f"#let a = 1\n{typst_pdf._DEFINED}Forrest\n{typst_pdf._CHAPTER}= En\n{code}\n{typst_pdf._CHAPTER}= To\n"
    assert typst_pdf._files(source) == {"main.typ": source}
    assert len(typst_pdf._files(source.replace(code, "Tekst"))) == 4
