"""LibreOffice opens the workbooks and gives every cell back as it was."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from evaluation.presentation.appendix.front import cover, properties
from evaluation.presentation.appendix.model import Field, Num, Sheet
from evaluation.presentation.appendix.write import workbook
from tests.presentation.appendix.books import appendix_of, context, figures_of, opened
from tests.presentation.appendix.test_workbook import ODD
from tests.presentation.figures.samples import BRAND


def through_office(content: bytes, folder: Path) -> bytes:
    """What LibreOffice saves after opening ``content``."""
    source = folder / "bog.xlsx"
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profil').as_uri()}"
    program = shutil.which("libreoffice")
    assert program is not None
    command = [
        program,
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(folder / "ud"),
    ]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=180)
    return (folder / "ud" / "bog.xlsx").read_bytes()


def cells(content: bytes) -> dict[tuple[str, str], tuple[Any, str]]:
    return {
        (page.title, cell.coordinate): (cell.value, cell.data_type)
        for page in opened(content).worksheets
        for row in page.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.mark.needs("libreoffice")
@pytest.mark.parametrize("make", [appendix_of, figures_of], ids=["appendix", "figures"])
def test_every_cell_comes_back_unchanged(make: Any, tmp_path: Path) -> None:
    before = make(tmp_path)
    after = through_office(before, tmp_path)
    assert cells(after) == cells(before)
    for old, new in zip(opened(before).worksheets, opened(after).worksheets, strict=True):
        # Frozen panes belong to a window, and headless LibreOffice has none: it saves no file with them.
        assert bool(new.auto_filter.ref or new.tables) == bool(old.tables)
        kept = [(row[0].coordinate, row[0].hyperlink.location) for row in old.iter_rows(max_col=1) if row[0].hyperlink]
        back = [(row[0].coordinate, row[0].hyperlink.location) for row in new.iter_rows(max_col=1) if row[0].hyperlink]
        assert [place for place, _ in back] == [place for place, _ in kept]


@pytest.mark.needs("libreoffice")
def test_odd_texts_come_back_letter_by_letter(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    sheet = Sheet(
        "Prøve", "Prøve", "", (Field("Tekst"), Field("Tal", number=True)), tuple((t, Num(1 / 3, 1)) for t in ODD)
    )
    before = workbook(cover(ctx), [sheet], properties(ctx), BRAND)
    page = opened(through_office(before, tmp_path)).worksheets[1]
    old = opened(before).worksheets[1]
    for row, text in enumerate(ODD, start=5):
        told = old.cell(row, 1).value.replace("_x005F_", "_")
        assert (page.cell(row, 1).value.replace("_x005F_", "_"), page.cell(row, 1).data_type) == (told, "s"), text
        assert page.cell(row, 2).value == pytest.approx(1 / 3, abs=1e-14)
