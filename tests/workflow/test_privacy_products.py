"""Nobody of a panel is named in what is set: html, the text of the PDF, the parts of the Word file."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.resources import resource_folder
from tests.support.commands import evaluation
from tests.support.panel import leaks, panel_workspace, pdf_words, secrets

PRODUCT = "resultatrapport"


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_byte_of_a_report_names_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
):
    root = panel_workspace(tmp_path, monkeypatch, form, f'["{PRODUCT}"]')
    shutil.copytree(resource_folder("reports"), root / "reports")
    # set once: the documents are made of the published tables, whatever the format was
    stages = (("run", "--engine", "embedded"),) if form == "csv" else (("import",), ("analyse",))
    told = ""
    for stage in stages:
        done = evaluation(capsys, *stage, "--workspace", root, "--lang", "da")
        assert done.code == 0, done.err
        told += done.out + done.err
    found, searched = leaks(root)
    assert not found
    assert not [secret for secret in secrets() if secret.lower() in told.lower()]
    assert searched > (100 if form == "csv" else 15)
    if form == "csv":
        made = root / "reports/_output" / PRODUCT
        assert {path.suffix for path in made.iterdir()} >= {".html", ".pdf", ".docx"}
        # what the search reads is the report: its words are there
        assert "Udsagn et" in pdf_words(made / f"{PRODUCT}.pdf").decode()


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("suffix", [".html", ".docx", ".pdf", ".parquet"])
def test_the_search_finds_a_name_in_every_kind_of_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str):
    root = panel_workspace(tmp_path, monkeypatch)
    secret, path = secrets()[1], root / f"leak{suffix}"
    if suffix == ".parquet":
        pd.DataFrame({"x": [secret] * 1000}).to_parquet(path)
    elif suffix == ".pdf":
        import typst

        typst.compile(f"Svar fra {secret}".encode(), output=str(path))
    elif suffix == ".docx":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", f"<w:t>{secret}</w:t>")
    else:
        path.write_text(f"<p>{secret}</p>", encoding="utf-8")
    found, _ = leaks(root)
    assert {name for names in found.values() for name in names} == {secret}
