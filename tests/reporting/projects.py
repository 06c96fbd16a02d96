"""Small report projects for the tests."""

from __future__ import annotations

import re
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

from evaluation.reporting.prepare import write_support

PROJECT = Path(__file__).parent / "project"
STYLE = Path(__file__).parents[2] / "reports" / "midtvejsevaluering"


def project(folder: Path, name: str = "prove") -> Path:
    """A copy of the test project, with styles and support files, ready for an engine."""
    work = folder / name
    shutil.copytree(PROJECT, work)
    shutil.copytree(STYLE / "_stil", work / "_stil")
    write_support(work, engine="prøve")
    return work


def workspace(folder: Path) -> Path:
    """A workspace whose one product is the test project."""
    shutil.copytree(PROJECT, folder / "reports" / "prove")
    shutil.copytree(STYLE / "_stil", folder / "reports" / "prove" / "_stil")
    return folder


def small(folder: Path, text: str, variables: str = "", **files: str) -> Path:
    """A project of one document; ``files`` are further qmd files, named without ending."""
    work = folder / "small"
    (work / "_resultater").mkdir(parents=True)
    shutil.copytree(STYLE / "_stil", work / "_stil")
    config = (PROJECT / "_quarto.yml").read_text(encoding="utf-8").replace("bibliography: references.bib\n", "")
    (work / "_quarto.yml").write_text(config, encoding="utf-8")
    (work / "_variables.yml").write_text(variables or '"plan": {"titel": "Titel"}\n', encoding="utf-8")
    (work / "index.qmd").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (work / f"{name}.qmd").write_text(content, encoding="utf-8")
    for name in ("fig-svar.svg", "fig-svar.png"):
        shutil.copyfile(PROJECT / "_resultater" / name, work / "_resultater" / name)
    write_support(work)
    return work


def html_words(content: bytes) -> str:
    """The words of an html page, without its contents list, style and scripts."""
    import html

    text = re.sub(r"<(style|script|nav|svg)\b.*?</\1>", " ", content.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def docx_words(content: bytes) -> str:
    """The words of a Word file, tables and captions in their place."""
    import html

    body = docx_part(content, "word/document.xml")
    body = re.sub(r"<w:instrText[^>]*>.*?</w:instrText>", "", body)
    body = re.sub(r"</w:p>|<w:tab/>", " ", body)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", body)).split())


def docx_part(content: bytes, name: str) -> str:
    """One part of a Word file."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        return package.read(name).decode()
