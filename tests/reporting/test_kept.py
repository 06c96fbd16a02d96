"""Tables, drawings and pictures that pandoc is spared: the documents are the same bytes with and without."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.reporting.embedded import docx, engine, kept, pandoc
from evaluation.reporting.embedded.kept import Tables
from evaluation.reporting.embedded.memory import Memory
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.reference import unpack
from tests.reporting.projects import project, small

FORMATS = ("html", "pdf", "docx")
_ROWS = "\n".join(f"| Række {number} | {number},5 | {'ja ' * number} |" for number in range(1, 20))
HEAD = "---\ntitle: Tabeller\n---\n\n"
TEXT = f"""{HEAD}# Kapitel

::: {{#tbl-lang}}

| Navn | Tal | Tekst |
|:--|--:|:--|
| **Gruppe** | | |
{_ROWS}

En lang tabel
:::

::: {{.anm}}
*Anm.:* Under den lange.
:::

En sætning, se @tbl-lang.

| Kort | Tal |
|:--|--:|
| *Kursiv* og `kode` | −6,1 |

Samme tabel en gang til:

| Kort | Tal |
|:--|--:|
| To lige efter hinanden | 1 |

<!-- adskiller -->

| Kort | Tal |
|:--|--:|
| Den anden af de to | 2 |

- I en liste:

  | Kort | Tal |
  |:--|--:|
  | I listen | 3 |

> | Kort | Tal |
> |:--|--:|
> | I et citat | 4 |

::: {{.hovedpointer}}
| Kort | Tal |
|:--|--:|
| I en boks | 5 |
:::

::: {{.callout-note title="Boks"}}
| Kort | Tal |
|:--|--:|
| To lige efter hinanden | 1 |
:::

| Kort | Tal |
|:--|--:|
| Med note[^en] og [adresse](https://example.org) | 6 |

| Kort | Tal |
|:--|--:|
| \\<!--tabel a-0123456789abcdef0123456789abcdef--\\> og // tabel a-0123456789abcdef0123456789abcdef | 7 |
| \\<!--tegning {"0" * 64}--\\> \\<w:tbl\\> \\#table( | 8 |

[^en]: Noten.

Til sidst.
"""


def given_to_pandoc(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What pandoc gets from now on, by format."""
    given: dict[str, str] = {}
    run = pandoc.run

    def noted(arguments, data, folder):
        if "-t" in arguments:
            given[arguments[arguments.index("-t") + 1]] = data.decode("utf-8")
        return run(arguments, data, folder)

    monkeypatch.setattr(pandoc, "run", noted)
    return given


def test_known_tables_stand_in_the_documents_as_if_pandoc_had_written_them_again(tmp_path, monkeypatch):
    folder, memory = small(tmp_path, TEXT), Memory(tmp_path / "memory")
    plain = engine.render(folder, FORMATS)
    assert engine.render(folder, FORMATS, memory) == plain
    noted = given_to_pandoc(monkeypatch)
    assert engine.render(folder, FORMATS, memory) == plain
    for output in ("html5", "typst-citations", "docx"):
        given = noted[output]
        assert "Række" not in given
        assert '"Med"' in given  # a note has a number in its document
        assert "listen" in given
    assert b"R\xc3\xa6kke" in plain["html"]


def test_a_changed_cell_and_a_changed_filter_reach_every_format(tmp_path):
    folder, memory = small(tmp_path, TEXT), Memory(tmp_path / "memory")
    first = engine.render(folder, FORMATS, memory)
    (folder / "index.qmd").write_text(TEXT.replace("| 7,5 |", "| 70,5 |"), encoding="utf-8")
    second = engine.render(folder, FORMATS, memory)
    assert second == engine.render(folder, FORMATS)
    assert all(second[name] != first[name] for name in FORMATS)
    lua = folder / "_stil" / "rapport.lua"
    code = lua.read_text(encoding="utf-8")
    lua.write_text(code.replace("local line_length = 100", "local line_length = 40"), encoding="utf-8")
    third = engine.render(folder, FORMATS, memory)
    assert third == engine.render(folder, FORMATS)
    assert third["pdf"] != second["pdf"]


def test_the_same_table_elsewhere_is_another_one(tmp_path):
    table = "| Kort | Tal |\n|:--|--:|\n| Ens | 1 |\n"
    memory = Memory(tmp_path / "memory")
    folder = small(tmp_path, f"{HEAD}# Et\n\n{table}\n\n::: {{.citat}}\n{table}\n:::\n\nSlut.\n")
    for text in (
        None,
        f"{HEAD}# Et\n\n::: {{.citat}}\n{table}\n:::\n\n- a\n\n  {table.replace(chr(10), chr(10) + '  ')}\n",
    ):
        if text:
            (folder / "index.qmd").write_text(text, encoding="utf-8")
        assert engine.render(folder, FORMATS, memory) == engine.render(folder, FORMATS)


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"{}", b'0\n{"a": 1}'])
def test_a_damaged_memory_changes_nothing(tmp_path, damage):
    folder, memory = small(tmp_path, TEXT), Memory(tmp_path / "memory")
    good = engine.render(folder, FORMATS, memory)
    names = sorted(path.name for path in (tmp_path / "memory").glob("tables-*"))
    assert names == ["tables-docx", "tables-html5", "tables-typst-citations"]
    for name in names:
        (tmp_path / "memory" / name).write_bytes(damage)
    assert engine.render(folder, FORMATS, memory) == good


def test_only_the_tables_of_the_last_render_are_kept(tmp_path):
    folder, place = small(tmp_path, TEXT), tmp_path / "memory"
    engine.render(folder, FORMATS, Memory(place))
    before = len(Memory(place).tables("docx"))
    assert before >= 3
    (folder / "index.qmd").write_text(
        f"{HEAD}# Kapitel\n\n| a | b |\n|:--|:--|\n| c | d |\n\nSlut.\n", encoding="utf-8"
    )
    engine.render(folder, FORMATS, Memory(place))
    assert len(Memory(place).tables("docx")) == 1


def _table(word: str, ident: str = "") -> Node:
    table = json.loads(json.dumps(kept._STAND_IN, ensure_ascii=False).replace("–", word))
    table["c"][0][0] = ident
    return table


def test_a_table_that_is_not_found_again_stops_the_render():
    tables = Tables("html5", Memory())
    marked = tables.marked([_table("ord")])
    assert [node["t"] for node in marked] == ["RawBlock", "Table", "RawBlock"]
    with pytest.raises(EvaluationError) as caught:
        tables.restored("<p>ingen tabel</p>")
    assert caught.value.problems[0].code == "reporting-pandoc-failed"


def test_tables_with_something_of_their_own_document_are_left_alone():
    note = _table("ord")
    note["c"][4][0][3][0][1][0][4][0]["c"].append({"t": "Note", "c": []})
    for table in (note, _table("ord", "tbl-x")):
        assert Tables("docx", Memory()).marked([table]) == [table]
    beside = [_table("a"), _table("b")]
    assert Tables("docx", Memory()).marked(beside) == beside


def test_word_gets_the_pictures_themselves_in_their_sizes(tmp_path, monkeypatch):
    folder = project(tmp_path)
    pictures = sorted(path.read_bytes() for path in (folder / "_resultater").glob("*.png"))
    spared = unpack(engine.render(folder, ("docx",))["docx"])
    media = [content for name, content in spared.items() if name.startswith("word/media/")]
    assert media
    assert set(media) <= set(pictures)
    monkeypatch.setattr(docx, "_blanks", lambda *_: {})
    assert unpack(engine.render(folder, ("docx",))["docx"]) == spared


def test_two_pictures_of_a_size_are_not_mistaken_for_each_other(tmp_path):
    folder = small(
        tmp_path, "# Et\n\n![](_resultater/fig-svar.svg){fig-alt='En'}\n\n![](_resultater/to.svg){fig-alt='To'}\n"
    )
    shutil.copyfile(folder / "_resultater" / "fig-svar.svg", folder / "_resultater" / "to.svg")
    first = (folder / "_resultater" / "fig-svar.png").read_bytes()
    other = first[:-12] + _chunk(b"tEXtnote\0to") + first[-12:]
    (folder / "_resultater" / "to.png").write_bytes(other)
    parts = unpack(engine.render(folder, ("docx",))["docx"])
    assert {content for name, content in parts.items() if name.startswith("word/media/")} == {first, other}


def _chunk(part: bytes) -> bytes:
    return struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_png_has_no_blank(data):
    assert docx.blank_png(data) is None


def test_a_blank_keeps_size_and_resolution():
    lines = zlib.compress(b"\0\1\2\3" * 5)
    begin = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR" + struct.pack(">II", 1, 5) + b"\x08\x02\0\0\0")
    resolution = _chunk(b"pHYs" + struct.pack(">IIB", 7874, 7874, 1))
    for chunks in (resolution, b""):
        made = docx.blank_png(begin + chunks + _chunk(b"IDAT" + lines) + _chunk(b"IEND"))
        assert made is not None
        assert made[16:24] == struct.pack(">II", 1, 5)
        assert (resolution in made) == bool(chunks)
        assert made.endswith(_chunk(b"IEND"))


def test_a_drawing_that_looks_like_a_mark_stays_text(tmp_path):
    folder = small(tmp_path, f"# Et\n\n`<!--tegning {'0' * 64}-->`\n\n![](_resultater/fig-svar.svg){{fig-alt='En'}}\n")
    page = engine.render(folder, ("html",))["html"].decode()
    assert page.count("<!--tegning") == 0
    assert f"&lt;!--tegning {'0' * 64}--&gt;" in page
    assert page.count('role="img" aria-label="En"') == 1


def test_the_memory_of_one_workspace_is_not_that_of_another(tmp_path):
    folder = small(tmp_path, TEXT)
    engine.render(folder, FORMATS, Memory(tmp_path / "one"))
    assert Memory(tmp_path / "two").tables("docx") == {}
    assert Memory(None).tables("docx") == {}
    assert Path(tmp_path / "one" / "tables-docx").is_file()
