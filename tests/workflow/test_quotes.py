"""``evaluation quotes``: from the raw exports to a workbook and back, on the demo."""

import csv
import io
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.demo.texts import _HOUSES, _NAMES, _PHONES
from evaluation.disclosure.opentext.sheet import COLUMNS, HEAD
from evaluation.disclosure.published_quotes import PublishedQuote, PublishedQuotes, load_quotes, save_quotes
from evaluation.workflow.quotes import FOLDER, export_quotes, read_quotes
from tests.support.commands import evaluation


@pytest.fixture(scope="module")
def exported(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory):
    """A copy of the demo with its workbook. Read only."""
    root = tmp_path_factory.mktemp("quotes") / "demo"
    shutil.copytree(demo_workspace, root)
    return root, export_quotes(root, root / "citater.xlsx")


@pytest.fixture
def workspace(exported, tmp_path):
    root = tmp_path / "demo"
    shutil.copytree(exported[0], root)
    return root


def decide(root, count, **cells):
    """Fill the first rows that nothing is flagged in; returns their numbers."""
    path = root / "citater.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Citater"]
    done = []
    for row in range(HEAD + 1, sheet.max_row + 1):
        flagged = sheet.cell(row, COLUMNS.index("flags") + 1).value
        if len(done) < count and not flagged:
            for name, value in {"decision": "godkend", "initials": "AB", **cells}.items():
                sheet.cell(row, COLUMNS.index(name) + 1).value = value
            done.append(sheet.cell(row, 1).value)
    book.save(path)
    return done


def published(root):
    return root / "data" / "processed" / "published"


def code(call, *arguments, **options):
    with pytest.raises(EvaluationError) as caught:
        call(*arguments, **options)
    return sorted({p.code for p in caught.value.problems})


def everything(root):
    """What a workspace keeps, as text, without the raw exports; workbooks by their cells."""
    parts = {}
    for path in root.rglob("*"):
        if path.is_file() and "raw" not in path.parts and "reports" not in path.parts:
            if path.suffix == ".xlsx":
                book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
                parts[path.name] = " ".join(str(c.value) for s in book for row in s.iter_rows() for c in row)
            else:
                parts[path.name] = path.read_bytes().decode("utf-8", "replace")
    return parts


def test_demo_comments_are_masked_everywhere(exported):
    root, made = exported
    assert made.quotes > 200
    assert made.fictional
    assert min(made.masked[kind] for kind in ("navn", "institution", "telefon", "dato")) >= 10
    files = root.glob("data/raw/*/medarbejdertrivsel/dataset.csv")
    raw = "".join(path.read_bytes().decode("cp1252") for path in files)
    kept = everything(root)
    for word in (*(n.split()[-1] for n in _NAMES if n != "Bo"), *_PHONES):
        assert word in raw, word
        assert word not in kept["citater.xlsx"], word
        assert word not in kept["record.csv"], word
    for house in _HOUSES:
        assert house not in kept["citater.xlsx"]
    assert "G900" not in kept["citater.xlsx"]


def test_the_record_has_kind_place_and_rule_only(exported):
    lines = (exported[0] / FOLDER / "record.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,survey,question,what,kind,place,rule"
    assert len(lines) > sum(exported[1].masked.values())
    assert all(len(line.split(",")) == 7 for line in lines)


def test_import_stores_no_open_answer(exported, workspace):
    from evaluation.workflow.run import run

    run(workspace, ("import",))
    import pandas as pd

    columns = {c for p in (workspace / "data/processed").rglob("*.parquet") for c in pd.read_parquet(p).columns}
    assert "unit" in columns
    assert not {c for c in columns if c.startswith("kommenta")}


def test_accepted_quotes_are_published(workspace):
    numbers = decide(workspace, 12)
    done = read_quotes(workspace, workspace / "citater.xlsx")
    assert (done.published, done.counts["accept"]) == (12, 12)
    found = load_quotes(published(workspace))
    assert sorted(q.id for q in found.quotes) == sorted(numbers)
    assert found.fictional
    assert {q.wave for q in found.quotes} == {""}
    assert found.meta["threshold"] == 5
    header = (published(workspace) / "quotes.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "id,survey,theme,question,role,wave,text,masked,edited"


def test_one_wrong_row_and_nothing_is_written(workspace):
    decide(workspace, 12, decision="ret", edited="Ring til Gerda på 53 45 67 89")
    assert code(read_quotes, workspace, workspace / "citater.xlsx") == ["quotes-edit-identifies"]
    assert not (published(workspace) / "quotes.csv").exists()
    decide(workspace, 3, decision="ret", edited="vi hjælper hinanden hver dag")
    assert not (published(workspace) / "quotes.csv").exists()


def test_same_key_same_workbook_rows(workspace):
    again = export_quotes(workspace, workspace / "igen.xlsx")
    first, second = (openpyxl.load_workbook(workspace / name)["Citater"] for name in ("citater.xlsx", "igen.xlsx"))
    assert again.quotes > 200
    assert list(first.iter_rows(values_only=True)) == list(second.iter_rows(values_only=True))


def test_changed_answers_policy_or_key(workspace):
    file = workspace / "citater.xlsx"
    plan = workspace / "evaluation.toml"
    before = plan.read_text(encoding="utf-8")
    plan.write_text(before.replace("threshold = 5", "threshold = 6"), encoding="utf-8")
    assert code(read_quotes, workspace, file) == ["quotes-source-changed"]
    plan.write_text(before, encoding="utf-8")
    assert read_quotes(workspace, file).published == 0
    data = workspace / "data/raw/2024/medarbejdertrivsel/dataset.csv"
    whole = data.read_bytes()
    data.write_bytes(whole.replace("børnene".encode("cp1252"), "ungerne".encode("cp1252"), 1))
    assert code(read_quotes, workspace, file) == ["quotes-source-changed"]
    data.write_bytes(whole)
    (workspace / FOLDER / "key").write_bytes(b"x" * 31)
    assert code(read_quotes, workspace, file) == ["quotes-key-damaged"]
    (workspace / FOLDER / "key").unlink()
    assert code(read_quotes, workspace, file) == ["quotes-source-changed"]


def test_where_a_workbook_may_lie(workspace):
    assert code(export_quotes, workspace, workspace / "citater.xlsx") == ["quotes-file-exists"]
    assert code(export_quotes, workspace, workspace / "x.csv") == ["quotes-not-xlsx"]
    assert code(export_quotes, workspace, workspace / "data/raw/2024/x.xlsx") == ["quotes-in-raw"]
    assert code(export_quotes, workspace, workspace / "reports/x.xlsx") == ["quotes-in-raw"]
    assert code(read_quotes, workspace, workspace / "nej.xlsx") == ["quotes-file-missing"]
    (workspace / "tom.xlsx").write_bytes(b"")
    assert code(read_quotes, workspace, workspace / "tom.xlsx") == ["quotes-file-damaged"]


def test_codebook_without_open_questions_and_with_a_wrong_role(workspace):
    book = workspace / "data/codebooks/medarbejdertrivsel.toml"
    text = book.read_text(encoding="utf-8")
    book.write_text(text.replace('role = "stilling"', 'role = "stiling"'), encoding="utf-8")
    assert code(export_quotes, workspace, workspace / "x.xlsx") == ["codebook-unknown-role-near"]
    book.write_text(text[: text.index("[[open]]")], encoding="utf-8")
    assert code(export_quotes, workspace, workspace / "x.xlsx") == ["quotes-no-questions"]
    assert not (workspace / "x.xlsx").exists()


def test_nothing_half_written_when_the_disk_fails(workspace, monkeypatch):
    from evaluation.workflow import quotes

    def full(path, content):
        if path.suffix == ".xlsx":
            raise OSError(28, "No space left on device")
        return True

    monkeypatch.setattr(quotes, "write_atomic", full)
    with pytest.raises(OSError, match="No space"):
        export_quotes(workspace, workspace / "x.xlsx")
    assert not (workspace / "x.xlsx").exists()
    assert not list(workspace.glob("data/processed/.lock"))


@pytest.mark.parametrize("lang", ["da", "en"])
def test_commands(workspace, capsys, lang):
    told = evaluation(capsys, "quotes", "export", workspace / "ny.xlsx", "-w", workspace, "--lang", lang)
    assert told.code == 0, told.err
    assert str(workspace / "ny.xlsx") in told.out
    assert "{" not in told.out
    numbers = decide(workspace, 2)
    told = evaluation(capsys, "quotes", "read", workspace / "citater.xlsx", "-w", workspace, "--lang", lang)
    assert (told.code, len(numbers)) == (0, 2)
    assert "{" not in told.out
    told = evaluation(capsys, "quotes", "read", workspace / "nej.xlsx", "-w", workspace, "--lang", lang)
    assert told.code == 1
    assert "[quotes-file-missing]" in told.err


def test_published_quotes_are_data(tmp_path):
    nasty = ('a,"b"\n=1+1 {{< x >}} \u00e6 <b>', "=1+1", "-1", "'x", "@a", "")
    quotes = tuple(PublishedQuote(f"a{n}", "s", "t", "q", "", "", text, "navn", "") for n, text in enumerate(nasty))
    save_quotes(PublishedQuotes(quotes, {"fictional": True}), tmp_path)
    assert load_quotes(tmp_path) == PublishedQuotes(quotes, {"fictional": True})
    cells = (cell for row in csv.reader((tmp_path / "quotes.csv").open(encoding="utf-8", newline="")) for cell in row)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    (tmp_path / "quotes.csv").write_text((tmp_path / "quotes.csv").read_text().replace("navn", "sted"))
    assert code(load_quotes, tmp_path) == ["quotes-published-damaged"]
    (tmp_path / "quotes.json").write_text(json.dumps({"fictional": True}))
    assert code(load_quotes, tmp_path) == ["quotes-published-damaged"]
    assert load_quotes(tmp_path / "nothing") is None
