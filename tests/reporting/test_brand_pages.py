"""Fonts and logo of ``_brand.yml`` and the folder ``_brand`` beside it reach every document."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pytest

from evaluation.reporting.embedded.engine import render
from evaluation.reporting.prepare import write_support
from tests.reporting.projects import PROJECT, STYLE, small

FAMILY = "DejaVu Serif"
FILES = ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif-Italic.ttf")
OWN = f"""logo:
  images:
    os: {{path: _brand/logo.png, alt: 'Byvåben & "krone" <b>'}}
  medium: os
typography:
  fonts:
    - family: {FAMILY}
      source: file
      files: [{", ".join(f"_brand/{name}" for name in FILES)}]
  base:
    family: {FAMILY}"""
TEXT = "---\ntitle: Titel\n---\n\n# Et kapitel\n\nEt ord med *kursiv* og **fed**.\n"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    work = small(tmp_path, TEXT)
    brand = (STYLE / "_brand.yml").read_text(encoding="utf-8")
    usual = "typography:\n  base:\n    family: Source Sans Pro"
    assert usual in brand
    brand = brand.replace(usual, OWN).replace("    family: Source Sans Pro", f"    family: {FAMILY}")
    (work / "_brand.yml").write_text(brand, encoding="utf-8")
    (work / "_brand").mkdir()
    for name in FILES:
        shutil.copyfile(Path(mpl.get_data_path()) / "fonts/ttf" / name, work / "_brand" / name)
    shutil.copyfile(PROJECT / "_resultater/fig-svar.png", work / "_brand/logo.png")
    write_support(work)
    return work


def test_html(work: Path) -> None:
    page = render(work, ["html"])["html"].decode()
    assert set(re.findall(r'@font-face\{font-family:"([^"]+)"', page)) == {FAMILY}
    assert f'--skrift:"{FAMILY}"' in page
    found = re.search(r'<p class="logo"><img src="data:image/png;base64,[^"]+" alt="([^"]*)"', page)
    assert found
    assert found[1] == "Byvåben &amp; ”krone” &lt;b&gt;"


def test_word(work: Path) -> None:
    with zipfile.ZipFile(BytesIO(render(work, ["docx"])["docx"])) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert FAMILY in parts["word/styles.xml"].decode()
    assert "Source Sans" not in parts["word/styles.xml"].decode()
    assert f'w:name="{FAMILY}"' in parts["word/fontTable.xml"].decode()
    assert sum(name.endswith(".odttf") for name in parts) == len(FILES)
    body = parts["word/document.xml"].decode()
    assert 'descr="Byvåben &amp; ”krone” &lt;b&gt;"' in body
    assert any(name.startswith("word/media/") for name in parts)
    assert not any(b"logo-data" in part for part in parts.values())


@pytest.mark.needs("pdffonts", "pdfimages")
def test_pdf(work: Path) -> None:
    made = work / "made.pdf"
    made.write_bytes(render(work, ["pdf"])["pdf"])
    fonts = subprocess.run(["pdffonts", str(made)], capture_output=True, text=True, check=True).stdout
    assert "DejaVuSerif" in fonts
    assert "SourceSans" not in fonts
    images = subprocess.run(["pdfimages", "-list", str(made)], capture_output=True, text=True, check=True).stdout
    pages = {line.split()[0] for line in images.splitlines()[2:]}
    assert pages == {"1"}


def test_without_a_brand_of_its_own_nothing_changes(tmp_path: Path) -> None:
    page = render(small(tmp_path, TEXT), ["html"])["html"].decode()
    assert set(re.findall(r'@font-face\{font-family:"([^"]+)"', page)) == {"Source Sans Pro"}
    assert 'class="logo"' not in page
