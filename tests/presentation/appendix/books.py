"""Workbooks of the sample, and what is read back of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from evaluation.disclosure.published import Published
from evaluation.presentation.appendix.figures import figure_sheets
from evaluation.presentation.appendix.make import appendix, figure_numbers
from evaluation.presentation.build import make_pieces
from evaluation.presentation.context import Context
from tests.presentation.figures.samples import BRAND
from tests.support.published import sample_published
from tests.support.sample import sample_instruments, sample_workspace


def context(root: Path, lang: str = "da", published: Published | None = None, **more: Any) -> Context:
    """The sample as a report sees it."""
    found = sample_published() if published is None else published
    return Context(found, sample_workspace(root), more.pop("instruments", sample_instruments()), lang, **more)


def appendix_of(root: Path, lang: str = "da", published: Published | None = None, **more: Any) -> bytes:
    return appendix(context(root, lang, published, **more), BRAND)


def figures_of(root: Path, lang: str = "da", published: Published | None = None) -> bytes:
    ctx = context(root, lang, published)
    return figure_numbers(ctx, figure_sheets(ctx, make_pieces(ctx)), BRAND)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def parts(content: bytes) -> dict[str, str]:
    """Every part of the package as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name).decode("utf-8") for name in package.namelist()}


def table_of(page: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Heads and rows of a sheet's one table."""
    (table,) = page.tables.values()
    rows = [[cell.value for cell in row] for row in page[table.ref]]
    return rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
