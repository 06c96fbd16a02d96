"""The Quarto wrapper against a stand-in that fails in each known way, and against the real one where present."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.reporting import quarto
from evaluation.reporting.embedded.engine import render as embedded
from evaluation.reporting.quarto import Quarto, find_quarto, render
from tests.reporting.projects import html_words, project

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
    with log.open("a") as stream:
        stream.write(json.dumps({{"msg": text, "levelName": level}}) + "\\n")
target = Path(name).with_suffix({{"html": ".html", "typst": ".pdf", "docx": ".docx"}}[to])
say("pandoc to: " + to)
if way == "exit":
    say("ERROR: noget gik galt", "ERROR"); print("\\x1b[31mERROR\\x1b[0m: noget gik galt", file=sys.stderr); sys.exit(1)
if way == "include":
    say("ERROR: Include directive failed.\\n  could not find file /x/y/nej.qmd", "ERROR"); sys.exit(1)
if way == "hang":
    (here / "child").write_text(str(os.getpid())); time.sleep(60)
if way == "nothing":
    sys.exit(0)
if way == "var":
    say("(W) Unknown var score.glaede.2021_2024 specified in a var shortcode.")
if way == "crossref":
    say("[WARNING] Unable to resolve crossref @fig-udvikling", "WARNING")
if way == "citation":
    print("[WARNING] Citeproc: citation bog2019 not found", file=sys.stderr)
if way == "typst" and to == "typst":
    Path(name).with_suffix(".typ").write_text("#strong[?\\\\@fig-udvikling] ?var:score.glaede.n")
body = "?var:score.glaede.n" if way == "printed" else "<b>?@tbl-svar</b>" if way == "unresolved" else "fint"
target.write_text("<html><script>?var:x</script><p>" + body + "</p></html>")
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
        ("include", "reporting-include-missing  /x/y/nej.qmd"),
        ("nothing", "reporting-quarto-no-output index.qmd –"),
    ],
)
def test_each_known_failure_becomes_an_error(stand_in: Path, tmp_path: Path, way: str, expected: str) -> None:
    assert _render(stand_in, project(tmp_path), way) == [expected]


def test_the_typst_source_is_searched_too(stand_in: Path, tmp_path: Path) -> None:
    found = _render(stand_in, project(tmp_path), "typst", ("html", "pdf"))
    assert [line.split()[0] for line in found] == ["reporting-var-missing", "reporting-crossref-unresolved"]


def test_an_exit_code_keeps_the_last_words(stand_in: Path, tmp_path: Path) -> None:
    (line,) = _render(stand_in, project(tmp_path), "exit")
    assert line.startswith("reporting-quarto-failed index.qmd")
    assert "noget gik galt" in line
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


@pytest.mark.skipif((find_quarto() or Quarto(Path(), "")).version == "", reason="Quarto is not installed")
def test_both_engines_print_the_same(tmp_path: Path) -> None:
    real, _ = render(project(tmp_path, "a"), ("html", "docx"))
    ours = embedded(project(tmp_path, "b"), ("html", "docx"))

    def words(page: bytes) -> list[str]:
        return [word for word in html_words(page).replace("\u00a0", " ").split() if word.isalnum()]

    assert set(words(ours["html"])) <= set(words(real["html"]))
