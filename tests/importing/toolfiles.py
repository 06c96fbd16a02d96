"""Writing the files of online survey tools for the tests, byte by byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from evaluation.importing.export import SurveyExport


def write_text(
    path: Path, rows: Sequence[Sequence[str]], *, delimiter: str = ",", encoding: str = "utf-8", bom: bytes = b""
) -> Path:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(bom + stream.getvalue().encode(encoding))
    return path


def write_book(path: Path, rows: Sequence[Sequence[object]], sheet: str = "Sheet1", title: str = "") -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    if title:
        book.properties.title = title
    book.save(path)
    return path


def codes(export: SurveyExport) -> list[str]:
    return [notice.code for notice in export.warnings]


def ticks(export: SurveyExport, set_name: str) -> dict[str, list[float | None]]:
    """The options of a set: choice → 1, 0 or None by row."""
    return {
        v.choice: [None if value != value else float(value) for value in export.data[v.name]]
        for v in export.variables
        if v.set_name == set_name
    }
