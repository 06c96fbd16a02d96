"""Where quotes stand: not begun, awaiting a person, read, stale; and what of them a publication keeps."""

from __future__ import annotations

import lzma
from pathlib import Path

import openpyxl
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.disclosure.opentext.sheet import COLUMNS, HEAD
from evaluation.disclosure.published_quotes import load_quotes
from evaluation.workflow.analysis import published_folder
from evaluation.workflow.opening import open_workspace
from evaluation.workflow.publications import read_manifests
from evaluation.workflow.publishing import publish
from evaluation.workflow.quotes_state import accepted, part_of_results, quotes_stage
from evaluation.workflow.run import run
from evaluation.workflow.state import State
from tests.support.commands import evaluation
from tests.support.made import made_workspace, plan, with_reports

STAFF = "data/raw/2024/svar.csv"
BOOK = "citater.xlsx"


def accept(root: Path, count: int) -> list[str]:
    """Accept the first quotes in which nothing is flagged; their words."""
    book = openpyxl.load_workbook(root / BOOK)
    sheet, words = book["Citater"], []
    for row in range(HEAD + 1, sheet.max_row + 1):
        cell = {name: sheet.cell(row, COLUMNS.index(name) + 1) for name in ("decision", "initials", "flags", "text")}
        if len(words) < count and not cell["flags"].value:
            cell["decision"].value, cell["initials"].value = "godkend", "AB"
            words.append(str(cell["text"].value))
    book.save(root / BOOK)
    return words


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def line(told: str) -> str:
    (found,) = (line for line in told.splitlines() if line.startswith("quotes"))
    return found


@pytest.mark.parametrize("lang", ["da", "en"])
def test_status_tells_where_quotes_stand(tmp_path: Path, capsys, lang: str) -> None:
    root = with_reports(made_workspace(tmp_path / "sted"))
    told = {
        "da": ("ikke begyndt", "afventer", "ajour", "forældet"),
        "en": ("not begun", "awaiting", "up to date", "stale"),
    }

    def status() -> str:
        done = evaluation(capsys, "status", "-w", root, "--lang", lang)
        assert done.code == 0, done.err
        return line(done.out)

    assert told[lang][0] in status()
    assert evaluation(capsys, "quotes", "export", root / BOOK, "-w", root, "--lang", "da").code == 0
    assert told[lang][1] in status()
    accept(root, 3)
    assert evaluation(capsys, "quotes", "read", root / BOOK, "-w", root).code == 0
    assert told[lang][2] in status()
    text = (root / "evaluation.toml").read_bytes()
    replace(root / "evaluation.toml", "threshold = 5", "threshold = 6")
    assert told[lang][3] in status()
    assert "[disclosure]" in status()
    (root / "evaluation.toml").write_bytes(text)
    assert told[lang][2] in status()
    data = (root / STAFF).read_bytes()
    replace(root / STAFF, "børnene", "ungerne")
    assert "answers medarbejdertrivsel 2024" in status()
    (root / STAFF).write_bytes(data)
    (published_folder(root) / "quotes.csv").write_text("id\n", encoding="utf-8")
    assert told[lang][3] in status()


def test_no_open_question_no_line(tmp_path: Path, capsys) -> None:
    root = with_reports(made_workspace(tmp_path / "sted"))
    book = root / "data/codebooks/medarbejdertrivsel.toml"
    text = book.read_text(encoding="utf-8")
    book.write_text(text[: text.index("[[open]]")], encoding="utf-8")
    assert "quotes" not in evaluation(capsys, "status", "-w", root).out


def test_quotes_through_report_and_publication(tmp_path: Path, capsys) -> None:
    root = made_workspace(tmp_path / "sted", plan(products='["kort"]'))
    text = "---\ntitle: Kort\n---\n\n{{< include _resultater/txt-medarbejdertrivsel-citater.qmd >}}\n"
    with_reports(root, kort=text)
    assert evaluation(capsys, "quotes", "export", root / BOOK, "-w", root, "--lang", "da").code == 0
    words = accept(root, 3)
    assert evaluation(capsys, "quotes", "read", root / BOOK, "-w", root).code == 0
    run(root, engine="embedded")
    page = (root / "reports/_output/kort/kort.html").read_text(encoding="utf-8")
    assert page.count('class="citat"') == 3
    assert any(" ".join(one.split())[:25].split("[")[0] in page for one in words)

    # answers change: the report says why no quote is shown, and nothing may be published
    workspace, instruments = open_workspace(root)
    assert part_of_results(workspace, instruments) == {"quotes": "read"}
    before = (published_folder(root) / "quotes.csv").read_bytes()
    text = (root / "evaluation.toml").read_bytes()
    replace(root / "evaluation.toml", "threshold = 5", "threshold = 6")
    workspace, instruments = open_workspace(root)
    assert accepted(workspace, instruments, State(root)) == (None, True)
    assert part_of_results(workspace, instruments) == {"quotes": "stale"}
    (root / "evaluation.toml").write_bytes(text)
    data = (root / STAFF).read_bytes()
    replace(root / STAFF, "børnene", "ungerne")
    run(root, engine="embedded")
    stale = (root / "reports/_output/kort/kort.html").read_text(encoding="utf-8")
    assert 'class="citat"' not in stale
    assert "ikke læst igen" in stale
    done = evaluation(capsys, "publish", "2024", "-w", root, "--lang", "en")
    assert done.code == 1
    assert done.err.count("Do this:") == 1
    assert "[publish-quotes-stale]" in done.err
    assert not (root / "reports/_published/2024").exists()

    # as they were read: frozen, and known again
    (root / STAFF).write_bytes(data)
    run(root, engine="embedded")
    assert publish(root, "2024").new
    folder = root / "reports/_published/2024"
    assert lzma.decompress((folder / "quotes.csv.xz").read_bytes()) == before
    (manifest,) = read_manifests(root)
    assert {"quotes.csv.xz", "quotes.json"} <= set(manifest.files)
    assert evaluation(capsys, "verify", folder / "quotes.csv.xz", "-w", root).code == 0
    assert evaluation(capsys, "verify", "2024", "-w", root).code == 0
    (folder / "quotes.csv.xz").write_bytes(lzma.compress(before.replace(b"godt", b"skidt") + b"\n"))
    done = evaluation(capsys, "verify", "2024", "-w", root)
    assert done.code == 1
    assert "[publication-edited]" in done.err


def test_damaged_quotes_stop_report_and_publication(tmp_path: Path) -> None:
    root = with_reports(made_workspace(tmp_path / "sted"))
    published_folder(root).mkdir(parents=True)
    (published_folder(root) / "quotes.csv").write_text("id\nx\n", encoding="utf-8")
    with pytest.raises(EvaluationError) as caught:
        load_quotes(published_folder(root))
    assert caught.value.problems[0].code == "quotes-published-damaged"
    workspace, instruments = open_workspace(root)
    stage = quotes_stage(workspace, instruments, State(root))
    assert stage is not None
    assert stage.needed
    with pytest.raises(EvaluationError):
        accepted(workspace, instruments, State(root))
