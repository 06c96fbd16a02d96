"""Claims and hand-written blocks through the real command: a final render stops, a draft is marked, in every format."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from evaluation.common.resources import resource_folder
from evaluation.disclosure.published import load, save
from evaluation.reporting.quarto import Quarto, find_quarto
from evaluation.workflow.run import run
from tests.reporting.projects import docx_part, docx_words, html_words
from tests.support.commands import Outcome, evaluation
from tests.support.panel import panel_workspace

OUTPUT = "reports/_output/prove/prove"
KEY = "ansatte.s_1.snit.kommune.2020_2024"
ENGINES = ["embedded", pytest.param("quarto", marks=pytest.mark.skipif(
    not (find_quarto() or Quarto(Path(), "")).tested, reason="Quarto is not installed"))]  # fmt: skip
INDEX = """---
title: "Prøve"
---

# Svarene

{{< include kapitel.qmd >}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    """A workspace with published numbers and a report of one chapter. Read only."""
    with pytest.MonkeyPatch.context() as patch:
        root = panel_workspace(tmp_path_factory.mktemp("claims"), patch, products='["prove"]')
        project = root / "reports/prove"
        project.mkdir(parents=True)
        shipped = resource_folder("reports") / "midtvejsevaluering"
        shutil.copytree(shipped / "_stil", project / "_stil")
        for name in ("_brand.yml", "references.bib"):
            shutil.copyfile(shipped / name, project / name)
        shutil.copyfile(shipped / "_quarto.yml", project / "_quarto.yml")
        (project / "index.qmd").write_text(INDEX, encoding="utf-8")
        (project / "kapitel.qmd").write_text("Ord.\n", encoding="utf-8")
        run(root, ("import", "analyse"))
        folder = root / "data/processed/published"
        published = load(folder)
        published.estimates.loc[published.estimates["key"] == KEY, ["change", "direction"]] = [-2.13, "ned"]
        save(published, folder)
        run(root, ("render",), engine="embedded")
        yield root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "work"))


def write(root: Path, text: str) -> None:
    (root / "reports/prove/kapitel.qmd").write_text(text, encoding="utf-8")


def render(capsys: pytest.CaptureFixture[str], root: Path, *more: str, lang: str = "da") -> Outcome:
    return evaluation(capsys, "render", "--workspace", root, *(more or ("--engine", "embedded")), messages=lang)


def files(root: Path) -> dict[str, bytes]:
    return {suffix: (root / f"{OUTPUT}.{suffix}").read_bytes() for suffix in ("html", "pdf", "docx")}


def value(root: Path, column: str) -> float:
    table = load(root / "data/processed/published").estimates
    return float(table.loc[table["key"] == KEY, column].iloc[0])


def pdf_words(root: Path) -> str:
    done = subprocess.run(["pdftotext", str(root / f"{OUTPUT}.pdf"), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.needs("pdftotext")
def test_claims_that_hold_leave_no_trace(capsys, root: Path, engine: str) -> None:
    write(
        root, f'Der er [*mange* svar]{{.tjek hvis="{KEY}.n_before > 5"}}, ikke [12]{{.tal}} & [få]{{.tal .x}} endnu.\n'
    )
    done = render(capsys, root, "--engine", engine)
    assert done.code == 0, done.err
    assert "prove: 1 udsagn holder, 0 gør ikke længere\n" in done.out
    made = files(root)
    body = re.sub(r"<style.*?</style>", "", made["html"].decode(), flags=re.S)
    assert 'Der er <em>mange</em> svar, ikke 12 &amp; <span class="x">få</span> endnu.' in body
    assert not re.search(r"tjek|hvis=", body)
    for words in (html_words(made["html"]), docx_words(made["docx"]), pdf_words(root)):
        assert "Der er mange svar, ikke 12 & få endnu." in words
    assert "Tjek" not in docx_part(made["docx"], "word/document.xml")
    assert "tjek" not in docx_part(made["docx"], "docProps/custom.xml")


BROKEN = f"""Scoren [er steget
voldsomt]{{.tjek hvis="{KEY}.change\u00a0> 90"}}, og det [holder]{{.tjek hvis="{KEY}.change < 90"}}.

- Et [punkt]{{.tjek hvis="ansatte.s_1.snit.komune.2020_2024.change > 0"}}.
"""


def test_a_final_render_stops_and_writes_nothing(capsys, root: Path) -> None:
    write(root, BROKEN)
    before = files(root)
    done = render(capsys, root)
    assert done.code == 1
    assert files(root) == before
    assert "prove: 1 udsagn holder, 2 gør ikke længere" in done.err
    first, second = re.split(r"\n\n(?=\[)", done.err.strip())[1:]
    assert first.startswith("[claims-fails] Et udsagn i teksten holder ikke længere.")
    assert "Hvor: reports/prove/kapitel.qmd:1:8\n" in first
    today = "−2,13"
    assert f'Fundet: [er steget voldsomt] hvis="{KEY}.change > 90"  ›  {KEY}.change = {today}' in first
    assert second.startswith("[claims-unknown]")
    assert "Hvor: reports/prove/kapitel.qmd:4:6\n" in second
    assert f"Den nærmeste er »{KEY}.change«" in second
    english = render(capsys, root, lang="en")
    assert "prove: 1 claim holds, 2 no longer do" in english.err
    assert "A claim in the text no longer holds." in english.err


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.needs("pdftotext")
def test_a_draft_is_marked_in_every_format(capsys, root: Path, engine: str) -> None:
    write(root, BROKEN)
    done = render(capsys, root, "--draft", "--engine", engine)
    assert done.code == 0, done.err
    assert "prove: 1 udsagn holder, 2 gør ikke længere\n" in done.out
    made = files(root)
    today = "−2,13"
    note = f"[holder ikke længere: change = {today}]"
    page = made["html"].decode()
    assert re.search(
        rf'<span class="tjek-brudt">er steget\s+voldsomt</span>\s<span class="tjek-note">{re.escape(note)}', page
    )
    assert page.count('class="tjek-brudt"') == 2
    for words in (html_words(made["html"]).replace(" ,", ","), docx_words(made["docx"]), pdf_words(root)):
        assert f"er steget voldsomt {note}, og det holder." in words
        assert "[nøglen findes ikke: ansatte.s_1.snit.komune.2020_2024.change; den nærmeste er" in words
    body = docx_part(made["docx"], "word/document.xml")
    assert '<w:rStyle w:val="TjekBrudt"' in body
    assert '<w:rStyle w:val="TjekNote"' in body
    assert 'w:styleId="TjekBrudt"' in docx_part(made["docx"], "word/styles.xml")
    assert "tjek" not in docx_part(made["docx"], "docProps/custom.xml")


def test_a_claim_breaks_when_the_published_numbers_change(capsys, root: Path) -> None:
    write(root, f'[x]{{.tjek hvis="{KEY}.change == {value(root, "change"):.2f}"}}\n')
    assert render(capsys, root).code == 0
    folder = root / "data/processed/published"
    published = load(folder)
    published.estimates.loc[published.estimates["key"] == KEY, "change"] += 1
    save(published, folder)
    done = render(capsys, root)
    assert done.code == 1
    assert "[claims-fails]" in done.err


def test_one_product_that_does_not_hold_stops_all(capsys, root: Path) -> None:
    shutil.copytree(root / "reports/prove", root / "reports/anden")
    (root / "reports/anden/kapitel.qmd").write_text(BROKEN, encoding="utf-8")
    write(root, "Nye ord.\n")
    before = files(root)
    done = render(capsys, root, "prove", "anden", "--engine", "embedded")
    assert done.code == 1
    assert files(root) == before
    assert "reports/anden/kapitel.qmd:1:8" in done.err


BAD = {
    "missing file": ("Ord.\n\n{{< include nej.qmd >}}\n", "reporting-include-missing", 3, "nej.qmd"),
    "unknown key": ("Ord {{< var ansatte.s_1.snit.komune.2020_2024.change >}}\n", "reporting-var-missing", 1, KEY),
    "claim": (f'Ord.\n\n[x]{{.tjek hvis="{KEY}.change >> 4"}}\n', "claims-syntax", 3, "›  > 4"),
    "code in a claim": ("[x]{.tjek hvis=\"__import__('os')\"}\n", "claims-sign", 1, "__import__"),
    "types": (f"[x]{{.tjek hvis=\"{KEY}.change > 'op'\"}}\n", "claims-types", 1, KEY),
    "quotes": ("[x]{.tjek hvis=“a.b > 1”}\n", "claims-span", 1, "“a.b"),
    "table": ("Ord.\n\n| a | b |\n|---|---|\n| 1 | 2 | 3 |\n", "prose-table-cells", 5, "| 1 | 2 | 3 |"),
    "table without rule": ("| a | b |\n| 1 | 2 |\n", "prose-table-no-rule", 1, "| a | b |"),
    "open div": ("Ord.\n\n::: {.hovedpointer}\n- Et\n", "prose-div-unclosed", 3, "::: {.hovedpointer}"),
    "div too many": ("Ord.\n\n:::\n", "prose-div-unopened", 3, ":::"),
    "piece": ("{{< include _resultater/tbl-regeler.qmd >}}\n", "prose-piece-unknown", 1, "tbl-regler"),
    "reference": ("Se @tbl-vaek.\n", "reporting-crossref-unresolved", 1, "@tbl-vaek"),
}


@pytest.mark.parametrize("draft", [False, True], ids=["final", "draft"])
@pytest.mark.parametrize("how", BAD)
def test_bad_input_is_an_error_with_file_and_line(capsys, root: Path, how: str, draft: bool) -> None:
    text, code, line, shown = BAD[how]
    write(root, text)
    before = files(root)
    done = render(capsys, root, "--engine", "embedded", *(["--draft"] if draft else []))
    assert done.code == 1, done.out
    assert f"[{code}]" in done.err
    assert re.search(rf"kapitel\.qmd:{line}\b", done.err), done.err
    assert shown in done.err
    assert "Traceback" not in done.err
    assert files(root) == before


@pytest.mark.parametrize("how", ["missing file", "unknown key", "claim", "table", "open div"])
@pytest.mark.skipif(not (find_quarto() or Quarto(Path(), "")).tested, reason="Quarto is not installed")
def test_bad_input_is_the_same_error_with_quarto(capsys, root: Path, how: str) -> None:
    text, code, line, _ = BAD[how]
    write(root, text)
    done = render(capsys, root, "--engine", "quarto")
    assert done.code == 1
    assert f"[{code}]" in done.err
    assert re.search(rf"kapitel\.qmd:{line}\b", done.err), done.err


def test_the_list_of_claims(capsys, root: Path) -> None:
    typed = f"{value(root, 'before'):.1f}".replace(".", ",")
    write(
        root, f"{BROKEN}\nFør var det {typed} point, og {{{{< var ansatte.s_1.snit.kommune.2020_2024.n_befor >}}}}.\n"
    )
    done = evaluation(capsys, "claims", "--workspace", root, "--lang", "da")
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0] == "prove: 1 udsagn holder, 2 gør ikke længere"
    assert "1 tal er skrevet i hånden" in lines[1]
    assert "reports/prove/kapitel.qmd:1:8  holder ikke længere: [er steget voldsomt]" in lines
    assert "reports/prove/kapitel.qmd:2:80  holder: [holder]" in lines
    assert f"reports/prove/kapitel.qmd:6:13  skrevet i hånden: {typed} point" in lines
    assert f"    samme tal: {{{{< var {KEY}.before >}}}}" in lines
    assert any(
        line.startswith("reports/prove/kapitel.qmd:6:") and f"nærmest er {KEY}.n_before" in line for line in lines
    )
    assert any(line.endswith("lavet, men sat ind ingen steder") and line.startswith("tbl-") for line in lines)


def test_the_list_as_json_and_its_exit_code(capsys, root: Path) -> None:
    write(root, BROKEN)
    done = evaluation(capsys, "claims", "--workspace", root, "--json")
    found = json.loads(done.out)["prove"]
    assert done.code == 1
    assert [(one["file"], one["line"], one["column"], one["holds"], one["state"]) for one in found["claims"]] == [
        ("reports/prove/kapitel.qmd", 1, 8, False, "fails"),
        ("reports/prove/kapitel.qmd", 2, 80, True, "holds"),
        ("reports/prove/kapitel.qmd", 4, 6, False, "unknown"),
    ]
    assert found["claims"][2]["near"] == f"{KEY}.change"
    write(root, "Ord.\n")
    assert evaluation(capsys, "claims", "--workspace", root, "--json").code == 0


def test_the_tables_are_read_only_where_a_new_condition_asks(capsys, root: Path, monkeypatch) -> None:
    write(root, BROKEN)
    first = evaluation(capsys, "claims", "--workspace", root)

    def never(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("evaluation.disclosure.published.load", never)
    assert evaluation(capsys, "claims", "--workspace", root) == first
    (root / "data/processed/.render/claims.json").write_text("[]", encoding="utf-8")
    with pytest.raises(AssertionError, match="read again"):
        evaluation(capsys, "claims", "--workspace", root)


def test_before_the_first_analysis_that_is_said(capsys, tmp_path: Path, made: Path) -> None:
    root = Path(shutil.copytree(made, tmp_path / "work"))
    shutil.rmtree(root / "data/processed")
    done = evaluation(capsys, "claims", "--workspace", root)
    assert done.code == 1
    assert "[published-missing]" in done.err


def test_the_shipped_reports_hold_no_number_without_a_reason_and_no_broken_block() -> None:
    from evaluation.presentation.claims.prose import documents
    from evaluation.presentation.claims.spans import spans
    from evaluation.presentation.claims.structure import structure
    from evaluation.presentation.claims.typed import typed_numbers

    reports = resource_folder("reports")
    for project in sorted(path.parent for path in reports.glob("*/_quarto.yml")):
        for document in documents(project, reports):
            marked, problems = spans(document)
            assert [*problems, *structure(document)] == []
            assert typed_numbers(document, marked) == [], document.name
