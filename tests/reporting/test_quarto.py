"""The Quarto wrapper against a stand-in that fails in each known way, and against the real one where present."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.reporting import quarto
from evaluation.reporting.embedded.engine import render as embedded
from evaluation.reporting.project import FORMATS
from evaluation.reporting.quarto import Quarto, find_quarto, render
from tests.reporting.projects import docx_part, html_words, project

STYLES = {
    "Title", "Subtitle", "Date", "Afsender", "Fiktiv", "Kolofon", "Heading1", "Heading2", "Heading3", "Caption", "Anm",
    "FirstParagraph", "Bibliography", "HovedpointerTitel", "Citat", "Udeladt", "Gruppe", "BemaerkTitel",
}  # fmt: skip
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a hash-bang line")

STAND_IN = """#!{python}
import json, os, sys, time
from pathlib import Path
here = Path(__file__).parent
way = (here / "way").read_text()
if sys.argv[1:] == ["--version"]:
    print((here / "version").read_text())
    sys.exit(0)
with (here / "calls.jsonl").open("a") as stream:
    fonts = os.environ.get("TYPST_FONT_PATHS")
    stream.write(json.dumps({{"arguments": sys.argv[1:], "folder": os.getcwd(), "fonts": fonts}}) + "\\n")
name, to = sys.argv[2], sys.argv[4]
log = Path(sys.argv[sys.argv.index("--log") + 1])
def say(text, level="INFO"):
    number = {{"INFO": 20, "WARN": 30, "ERROR": 40}}[level]
    with log.open("a") as stream:
        entry = {{"msg": text, "level": number, "levelName": level, "loggerName": "default"}}
        stream.write(json.dumps(entry) + "\\n\\n")
    end = "" if text in ("[WARNING] ",) or text.startswith("[typst]") else "\\n"
    print(("" if level == "INFO" else level + ": ") + text, end=end, file=sys.stderr, flush=True)
def warn(line, text):
    say("\\x1b[33mWARNING (/opt/quarto/share/filters/main.lua:" + line + ") " + text + "\\n\\x1b[39m")
target = Path(name).with_suffix({{"html": ".html", "typst": ".pdf", "docx": ".docx"}}[to])
say("pandoc "); say("to: " + to + "\\noutput-file: index.html\\n"); say("metadata")
if way == "exit":
    say("noget gik galt\\n\\nStack trace:\\n    at generateError (file:///opt/quarto/bin/quarto.js:1:2)", "ERROR")
    sys.exit(1)
if way == "include":
    say("Include directive failed.\\n  in file " + os.getcwd() + "/index.qmd, \\n  could not find file " + os.getcwd() +
        "/nej.qmd.\\n\\nStack trace:\\n    at retrieveInclude (file:///opt/quarto/bin/quarto.js:1:2)", "ERROR")
    sys.exit(1)
if way == "hang":
    (here / "child").write_text(str(os.getpid())); time.sleep(60)
if way == "nothing":
    sys.exit(0)
if way == "var":
    warn("302", "Unknown var score.glaede.2021_2024 specified in a var shortcode.")
if way == "list":
    warn("323", "Unsupported type 'List' for key score.glaede.n in a var shortcode.")
if way == "meta":
    warn("255", "Unknown meta key nej.a specified in a metadata Shortcode.")
if way == "environment":
    warn("224", "Unknown variable NEJ specified in an env Shortcode.")
if way == "shortcode":
    warn("425", "Shortcode 'nej' not found")
if way == "crossref":
    warn("128", "Unable to resolve crossref @fig-udvikling")
if way == "citation":
    say("[WARNING] Citeproc: citation bog2019 not found\\n")
if way == "picture":
    # One line of pandoc's, in two entries of the log: they follow its output as it comes.
    say("[WARNING] "); say("Could not fetch resource _resultater/fig-svar.svg\\n")
if way == "picture in Word":
    say("[WARNING] Could not fetch resource _resultater/fig-svar.png: replacing image with description\\n")
if way == "unsettled":
    say("[typst]: Compiling index.typ to index.pdf...")
    say("warning: document did not converge within five attempts\\n = hint: see 44 additional warnings\\n")
if way == "typst file":
    error = "error: file not found (searched at " + os.getcwd() + "/_resultater/fig-svar.svg)\\n  | index.typ:476:11\\n"
    say(error); say(error, "ERROR"); say("Typst compilation failed", "ERROR"); sys.exit(1)
if way == "typst error":
    say("error: unknown variable: nej\\n", "ERROR"); say("Typst compilation failed", "ERROR"); sys.exit(1)
if way == "harmless":
    say("typst-gather analyze failed; staging all packages as fallback", "WARN")
    say("PDF standard validation requested but verapdf is not installed.\\n", "WARN")
if way == "typst" and to == "typst":
    Path(name).with_suffix(".typ").write_text("#strong[?\\\\@fig-udvikling] #strong[?var:score.glaede.n].")
bodies = {{"printed": "<strong>?var:score.glaede.n</strong>.", "unresolved": "<b>?@tbl-svar</b>"}}
target.write_text("<html><script>?var:x</script><p>" + bodies.get(way, "fint") + "</p></html>")
say("Output created: index.html\\n")
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    folder = tmp_path / "stand-in"
    folder.mkdir()
    path = folder / "quarto"
    path.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
    path.chmod(0o755)
    (folder / "way").write_text("well")
    (folder / "version").write_text("1.9.3")
    return path


def _render(
    stand_in: Path, work: Path, way: str, formats: tuple[str, ...] = ("html",), timeout: float = 30
) -> list[str]:
    (stand_in.parent / "way").write_text(way)
    with pytest.raises(EvaluationError) as caught:
        render(work, formats, quarto=Quarto(stand_in, "1.9.3"), timeout=timeout)
    assert caught.value.render("da")
    return [f"{problem.code} {problem.where} {problem.found}" for problem in caught.value.problems]


def test_a_good_run(stand_in: Path, tmp_path: Path) -> None:
    work = project(tmp_path)
    done, _ = render(work, ("html", "pdf", "docx"), quarto=Quarto(stand_in, "1.9.3"))
    assert set(done) == {"html", "pdf", "docx"}
    calls = [json.loads(line) for line in (stand_in.parent / "calls.jsonl").read_text().splitlines()]
    assert [call["arguments"][:4] for call in calls] == [
        ["render", "index.qmd", "--to", target] for target in ("html", "typst", "docx")
    ]
    for call in calls:
        assert Path(call["folder"]) == work.resolve()
        assert "json-stream" in call["arguments"]
        assert Path(call["fonts"]).is_dir()


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("var", "reporting-var-missing kapitler/01-resultater.qmd:14 score.glaede.2021_2024"),
        ("crossref", "reporting-crossref-unresolved kapitler/01-resultater.qmd:14 fig-udvikling"),
        ("citation", "reporting-citation-missing kapitler/01-resultater.qmd:44 bog2019"),
        ("printed", "reporting-var-missing kapitler/01-resultater.qmd:16 score.glaede.n"),
        ("unresolved", "reporting-crossref-unresolved  tbl-svar"),
        ("list", "reporting-var-type kapitler/01-resultater.qmd:16 score.glaede.n"),
        ("meta", "reporting-var-missing  nej.a"),
        ("environment", "reporting-var-missing  NEJ"),
        ("shortcode", "reporting-quarto-failed  Shortcode 'nej' not found"),
        ("picture", "reporting-image-missing kapitler/01-resultater.qmd:80 _resultater/fig-svar.svg"),
        ("picture in Word", "reporting-image-missing kapitler/01-resultater.qmd:80 _resultater/fig-svar.png"),
        ("unsettled", "reporting-typst-failed  document did not converge within five attempts"),
        ("typst file", "reporting-image-missing kapitler/01-resultater.qmd:80 _resultater/fig-svar.svg"),
        ("typst error", "reporting-typst-failed  unknown variable: nej"),
        ("include", "reporting-include-missing  nej.qmd"),
        ("nothing", "reporting-quarto-no-output index.qmd –"),
    ],
)
def test_each_known_failure_becomes_an_error(stand_in: Path, tmp_path: Path, way: str, expected: str) -> None:
    assert _render(stand_in, project(tmp_path), way) == [expected]


def test_the_typst_source_is_searched_too(stand_in: Path, tmp_path: Path) -> None:
    found = _render(stand_in, project(tmp_path), "typst", ("html", "pdf"))
    assert [line.split()[0] for line in found] == ["reporting-var-missing", "reporting-crossref-unresolved"]


def test_what_is_harmless_is_kept_as_a_warning(stand_in: Path, tmp_path: Path) -> None:
    (stand_in.parent / "way").write_text("harmless")
    _, log = render(project(tmp_path), ("html",), quarto=Quarto(stand_in, "1.9.3"))
    assert log == ("WARN: typst-gather analyze failed; staging all packages as fallback",)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{{< var plan >}}", "reporting-var-type"),
        ("{{< var tal >}}", "reporting-var-type"),
        (
            "@fig-svar @fig-svar\n\n::: {#fig-svar}\n![](_resultater/fig-svar){fig-alt='x'}\n\nIgen\n:::",
            "reporting-crossref-duplicate",
        ),
    ],
)
def test_what_quarto_says_nothing_of_is_refused_before_it_runs(
    stand_in: Path, tmp_path: Path, line: str, code: str
) -> None:
    work = project(tmp_path)
    with (work / "index.qmd").open("a", encoding="utf-8") as stream:
        stream.write("\n" + line + "\n")
    with (work / "_variables.yml").open("a", encoding="utf-8") as stream:
        stream.write('"tal": 12.0\n')
    found = _render(stand_in, work, "well")
    assert found[0].startswith(code)
    assert not (stand_in.parent / "calls.jsonl").exists()


def test_what_only_quarto_can_is_left_to_it(stand_in: Path, tmp_path: Path) -> None:
    work = project(tmp_path)
    with (work / "index.qmd").open("a", encoding="utf-8") as stream:
        stream.write("\n{{< video film.mp4 >}}\n")
    done, _ = render(work, ("html",), quarto=Quarto(stand_in, "1.9.3"))
    assert done["html"]


def test_an_exit_code_keeps_the_last_words(stand_in: Path, tmp_path: Path) -> None:
    (line,) = _render(stand_in, project(tmp_path), "exit")
    assert line.startswith("reporting-quarto-failed index.qmd")
    assert line.endswith("ERROR: noget gik galt")
    assert "\x1b" not in line


def test_a_hanging_run_is_ended_with_its_children(stand_in: Path, tmp_path: Path) -> None:
    start = time.monotonic()
    (line,) = _render(stand_in, project(tmp_path), "hang", timeout=1.5)
    assert line.startswith("reporting-quarto-timeout")
    assert time.monotonic() - start < 20
    child = int((stand_in.parent / "child").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_quarto_path_comes_before_path(stand_in: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "quarto").write_text("#!/bin/sh\necho 1.7.1\n")
    (other / "quarto").chmod(0o755)
    both = {"QUARTO_PATH": str(stand_in), "PATH": f"{other}{os.pathsep}{os.environ['PATH']}"}
    assert find_quarto(both) == Quarto(stand_in, "1.9.3")
    assert find_quarto({**both, "QUARTO_PATH": str(stand_in.parent)}) == Quarto(stand_in, "1.9.3")
    assert find_quarto({"PATH": both["PATH"]}) == Quarto(other / "quarto", "1.7.1")
    assert find_quarto({"QUARTO_PATH": str(tmp_path / "nej"), "PATH": both["PATH"]}) == Quarto(
        other / "quarto", "1.7.1"
    )


@pytest.mark.parametrize(
    ("version", "tested"),
    [("1.6.0", True), ("1.11.2", True), ("1.5.57", False), ("1.12.0", False), ("2.0.1", False), ("99.9.9", False)],
)
def test_versions_outside_the_tested_range_are_not_taken(stand_in: Path, version: str, tested: bool) -> None:
    (stand_in.parent / "version").write_text(version)
    found = find_quarto({"QUARTO_PATH": str(stand_in), "PATH": ""})
    assert found is not None
    assert found.tested is tested


@pytest.mark.parametrize("answer", ["", "Quarto 1.9", "vrøvl", "1", "1.9.3\nog mere"])
def test_a_version_that_makes_no_sense_is_not_taken(stand_in: Path, answer: str) -> None:
    (stand_in.parent / "version").write_text(answer)
    found = find_quarto({"QUARTO_PATH": str(stand_in), "PATH": ""})
    assert found is not None
    assert found.version == ""
    assert not found.tested
    assert "1.6" in quarto.unusable(found).render("da")


def test_no_quarto_is_said_plainly() -> None:
    assert "--engine embedded" in quarto.unusable(None).render("da")


@pytest.fixture(scope="module")
def real_and_ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("engines")
    real, _ = render(project(folder, "a"), FORMATS)
    return real, embedded(project(folder, "b"), FORMATS)


Both = tuple[dict[str, bytes], dict[str, bytes]]
needs_quarto = pytest.mark.skipif(not (find_quarto() or Quarto(Path(), "")).tested, reason="Quarto is not installed")


@needs_quarto
def test_both_engines_print_the_same(real_and_ours: Both) -> None:
    def words(page: bytes) -> str:
        text = html_words(page).split("Forord", 1)[1].split("En note med kursiv")[0]
        return re.sub(r"\W+", " ", text)

    real, ours = (words(made["html"]) for made in real_and_ours)
    assert real == ours
    for made in real_and_ours:
        assert "Fiktive data</title>" in made["html"].decode()
        assert 'class="fiktiv-banner"' in made["html"].decode()


@needs_quarto
def test_both_engines_make_the_same_word_file(real_and_ours: Both) -> None:
    def paragraphs(content: bytes) -> list[tuple[str, str]]:
        body = docx_part(content, "word/document.xml")
        found = []
        for paragraph in re.findall(r"<w:p[ >].*?</w:p>", body, re.S):
            style = re.search(r'<w:pStyle w:val="([^"]*)"', paragraph)
            text = " ".join("".join(re.findall(r"<w:t[ >][^<]*|<w:t>[^<]*", paragraph)).split())
            found.append((style[1] if style else "", re.sub(r"<[^>]*>", "", text)))
        # Quarto leaves the contents to Word.
        return [entry for entry in found if entry[1] and entry[0] in STYLES]

    real, ours = (paragraphs(made["docx"]) for made in real_and_ours)
    assert real == ours
    pictures = [
        re.findall(r'<wp:docPr[^>]*descr="([^"]*)"', docx_part(made["docx"], "word/document.xml"))
        for made in real_and_ours
    ]
    assert pictures[0] == pictures[1]
    assert len(pictures[1]) == 2
    for made in real_and_ours:
        assert "<cp:keywords>Fiktive data</cp:keywords>" in docx_part(made["docx"], "docProps/core.xml")


@needs_quarto
def test_both_engines_make_an_accessible_pdf(real_and_ours: Both) -> None:
    for made in real_and_ours:
        assert b"<pdfuaid:part>1</pdfuaid:part>" in made["pdf"]
