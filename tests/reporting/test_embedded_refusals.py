"""What the embedded engine cannot do or find, it says by name, with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.common.language import LANGUAGES
from evaluation.reporting.embedded.engine import render
from evaluation.reporting.embedded.typst_pdf import compile_typst
from evaluation.reporting.project import load_project
from tests.reporting.projects import project, small

HEAD = '---\ntitle: "T"\n---\n\n'
FIGURE = '::: {#fig-a}\n![](_resultater/fig-svar){fig-alt="x"}\n\nTitel\n:::\n'


def _problems(work: Path, formats: tuple[str, ...] = ("html",)) -> list[tuple[str, str]]:
    with pytest.raises(EvaluationError) as caught:
        render(work, formats)
    for lang in LANGUAGES:
        assert not re.search(r"\{(feature|file|key|near)\}", caught.value.render(lang))
    return [(problem.code, problem.where) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{{< include findes-ikke.qmd >}}", "reporting-include-missing"),
        ("tekst {{< include kapitel.qmd >}} tekst", "reporting-include-inline"),
        ("{{< include index.qmd >}}", "reporting-include-cycle"),
        ("{{< include hoved.qmd >}}", "reporting-include-front-matter"),
        ("Tal: {{< var plan.titl >}}", "reporting-var-missing"),
        ("Tal: {{< var plan >}}", "reporting-var-type"),
        ("Tal: {{< var plan.tal >}}", "reporting-var-type"),
        ("Tal: {{< var plan.2024 >}}", "reporting-var-digits"),
        ("`{{< var plan.titel >}}`", "reporting-shortcode-in-code"),
        ("{{< video film.mp4 >}}", "reporting-shortcode-unsupported"),
        ("{{< var >}}", "reporting-shortcode-unsupported"),
        ("```{python}", "reporting-code-cell"),
        ("```{r, echo=FALSE}", "reporting-code-cell"),
        ("Se @fig-nej.", "reporting-crossref-unresolved"),
        ("Se @sec-uden.", "reporting-crossref-unresolved"),
        ("Se @eq-a.", "reporting-feature-unsupported"),
        ("Se [@fig-a; @kilde].", "reporting-crossref-mixed"),
        ("Se @kilde.", "reporting-citation-missing"),
        ("::: {.panel-tabset}\n:::", "reporting-feature-unsupported"),
        ("::: {layout-ncol=2}\n:::", "reporting-feature-unsupported"),
        ('::: {.content-visible when-format="revealjs"}\n:::', "reporting-feature-unsupported"),
        ("<iframe src='x'></iframe>", "reporting-feature-unsupported"),
        ("\\newpage", "reporting-feature-unsupported"),
        ("![](https://example.org/a.svg){fig-alt='x'}", "reporting-image-missing"),
        ("![](_resultater/nej){fig-alt='x'}", "reporting-image-missing"),
        ("![](_resultater/fig-svar.svg)", "reporting-alt-missing"),
        ('::: {#fig-b}\n![](_resultater/fig-svar){fig-alt="x"}\n:::', "reporting-float-without-caption"),
        ("::: {#tbl-b}\nIngen tabel\n\nTitel\n:::", "reporting-float-empty"),
        (FIGURE, "reporting-crossref-duplicate"),
    ],
)
def test_each_is_refused_by_name_with_its_place(tmp_path: Path, line: str, code: str) -> None:
    chapter = f"# Uden {{#sec-uden .unnumbered}}\n\n{FIGURE}\n"
    work = small(
        tmp_path,
        HEAD + "{{< include kapitel.qmd >}}\n",
        '"plan": {"titel": "Titel", "tal": 12.0, "2024": "x"}\n',
        kapitel=chapter + line + "\n",
        hoved="---\ntitle: x\n---\n",
    )
    problems = _problems(work)
    assert problems[0][0] == code
    line_number = (
        3 if line == FIGURE else chapter.count("\n") + line.count("\n", 0, line.find("![")) * ("alt='x'" in line) + 1
    )
    expected = "hoved.qmd:1" if "hoved" in line else f"kapitel.qmd:{line_number}"
    assert problems[0][1] == expected


def test_a_missing_variable_names_its_neighbour(tmp_path: Path) -> None:
    work = small(tmp_path, HEAD + "{{< var a.b.w2023 >}}", '"a": {"b": {"w2024": "x"}, "zzz": "y"}\n')
    with pytest.raises(EvaluationError) as caught:
        render(work, ("html",))
    assert "a.b.w2024" in caught.value.render("da")


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    work = small(tmp_path, HEAD + "{{< var a >}}\n\n{{< include b.qmd >}}\n\n```{python}\n1\n```\n\n{{< kbd x >}}\n")
    assert [code for code, _ in _problems(work)] == [
        "reporting-var-missing",
        "reporting-include-missing",
        "reporting-code-cell",
        "reporting-shortcode-unsupported",
    ]


def test_an_unclosed_block_is_an_error(tmp_path: Path) -> None:
    work = small(tmp_path, HEAD + "::: {.hovedpointer}\n- a\n")
    assert _problems(work)[0] == ("reporting-div-unclosed", "index.qmd:5")


def test_word_needs_the_picture_as_png(tmp_path: Path) -> None:
    work = small(tmp_path, HEAD + FIGURE)
    (work / "_resultater" / "fig-svar.png").unlink()
    assert _problems(work, ("docx",))[0][0] == "reporting-image-missing"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("_quarto.yml", None, "reporting-no-project"),
        ("_quarto.yml", "project:\n  type: book\n", "reporting-feature-unsupported"),
        ("_quarto.yml", "project: [", "reporting-yaml-broken"),
        ("_quarto.yml", "metadata-files: [nej.yml]\n", "reporting-metadata-file-missing"),
        ("index.qmd", None, "reporting-no-document"),
        ("index.qmd", "---\ntitle: 'a\n---\n", "reporting-yaml-broken"),
        ("_variables.yml", "- a\n- b\n", "reporting-yaml-broken"),
        ("_stil/typst-show.typ", None, "reporting-style-missing"),
        ("_stil/typst-template.typ", "#let x = (", "reporting-typst-failed"),
    ],
)
def test_broken_projects_are_refused(tmp_path: Path, name: str, content: str | None, code: str) -> None:
    work = small(tmp_path, HEAD + "Tekst.\n")
    if content is None:
        (work / name).unlink()
    else:
        (work / name).write_text(content, encoding="utf-8")
    assert _problems(work, ("pdf",))[0][0] == code


def test_a_value_is_markdown_of_its_own(tmp_path: Path) -> None:
    variables = '"a": "7. klasse"\n"b": "*kursiv* | rør"\n"c": "\\\\*stjerne\\\\*"\n'
    work = small(
        tmp_path,
        HEAD + "{{< var a >}}\n\n| A | B |\n|---|---|\n| {{< var a >}} | {{< var b >}} |\n\n{{< var c >}}\n",
        variables,
    )
    page = render(work, ("html",))["html"].decode()
    assert "<p>7. klasse</p>" in page
    assert "<em>kursiv</em> | rør</td>" in page
    assert "<p>*stjerne*</p>" in page


def test_comments_of_colleagues_do_not_leave_the_house(tmp_path: Path) -> None:
    work = small(tmp_path, HEAD + "Tekst <!-- hemmelig --> her.\n\n<!--\nogså hemmelig\n-->\n")
    made = render(work, ("html", "docx"))
    assert b"hemmelig" not in made["html"]


def test_a_drawing_with_script_cannot_run(tmp_path: Path) -> None:
    work = small(tmp_path, HEAD + FIGURE)
    drawing = work / "_resultater" / "fig-svar.svg"
    drawing.write_text(drawing.read_text().replace("</svg>", "<script>alert(1)</script></svg>"))
    assert b"<script" not in render(work, ("html",))["html"]


def test_no_mark_where_the_data_are_real(tmp_path: Path) -> None:
    page = render(small(tmp_path, HEAD + "Tekst.\n"), ("html",))["html"].decode()
    assert "Fiktiv" not in page.split("</style>")[1]


def test_a_layout_that_does_not_settle_is_an_error(tmp_path: Path) -> None:
    # Typst warns and still writes a PDF, with wrong numbers in it.
    source = '#set document(title: "T")\n#context {\n for n in range(query(heading).len() + 1) [= Kapitel]\n}\n'
    with pytest.raises(EvaluationError) as caught:
        compile_typst(source, tmp_path)
    assert "converge" in caught.value.problems[0].found


def test_real_quarto_gets_the_mark_too(tmp_path: Path) -> None:
    from evaluation.reporting.project import read_yaml

    metadata = read_yaml(project(tmp_path) / "_resultater" / "_metadata.yml")
    assert metadata["fiktiv"] == "Fiktive data"
    assert "Fiktive data" in metadata["format"]["html"]["include-before-body"][0]["text"]
    assert "fiktiv" not in read_yaml(small(tmp_path, HEAD + "Tekst.\n") / "_resultater" / "_metadata.yml")


def test_options_of_a_format_win(tmp_path: Path) -> None:
    work = small(tmp_path, HEAD + "Tekst.\n")
    loaded = load_project(work)
    assert loaded.options("html")["theme"] == "none"
    assert "theme" not in loaded.options("pdf")
    assert loaded.options("pdf")["lang"] == "da"
