"""SurveyXact's workbook, as xlsx or as Excel 2003 XML: Dataset, Structure, Labels and Variables as sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.common.errors import fail
from evaluation.common.files import hash_file
from evaluation.importing.export import SurveyExport
from evaluation.importing.fictional import says_fictional
from evaluation.importing.grid import Sheet
from evaluation.importing.notices import Notice
from evaluation.importing.surveyxact import assemble
from evaluation.importing.surveyxact_parts import is_structure_header
from evaluation.importing.workbook import cell_text, document_texts

# Wide surveys are split: Dataset(1), Dataset (2) …
_DATASET = re.compile(r"dataset(?:\s*\((\d+)\))?\Z", re.IGNORECASE)
_LABELS_WIDTH = 3


def read_book(path: Path, sheets: Sequence[Sheet], format_name: str) -> SurveyExport | None:
    """The export that the sheets hold together; None when they are no SurveyXact export.

    Raises
    ------
    EvaluationError
        ``import-dataset-sheets`` when the parts of the dataset differ in length.
    """
    by_name = {s.name.strip().casefold(): s for s in sheets if s.rows}
    numbered = [(match, s) for s in sheets if (match := _DATASET.match(s.name.strip())) and s.rows]
    text: dict[str, list[list[str]]] = {
        name: _text(by_name[name]) for name in ("structure", "labels", "variables") if name in by_name
    }
    if not numbered or not _belongs(text):
        return None
    # By their number: a workbook may list the sheets in another order.
    datasets = [s for _, s in sorted(numbered, key=lambda pair: int(pair[0].group(1) or 0))]
    parts = [_trim(_text(s)) for s in datasets]
    heights = {len(part) for part in parts}
    if len(heights) > 1:
        raise fail("import-dataset-sheets", where=path, found=", ".join(map(str, sorted(heights))))
    if not parts[0]:
        raise fail("import-no-rows", where=path, found=0)
    export = assemble(
        [[cell for part in row for cell in part] for row in zip(*parts, strict=True)],
        text.get("structure", ()),
        text.get("labels", ()),
        variables=text.get("variables", ()),
        format_name=format_name,
        files=(path,),
        sha256=hash_file(path),
        notices=[Notice(f"no-{name}", detail=path.name) for name in ("structure", "labels") if name not in text],
    )
    return replace(export, fictional=export.fictional or says_fictional(document_texts(path)))


def _belongs(text: dict[str, list[list[str]]]) -> bool:
    if "structure" in text:
        return is_structure_header(text["structure"][0])
    return "variables" in text and "labels" in text and len(text["labels"][0]) >= _LABELS_WIDTH


def _text(sheet: Sheet) -> list[list[str]]:
    return [[cell_text(cell) for cell in row] for row in sheet.rows]


def _trim(rows: list[list[str]]) -> list[list[str]]:
    """Without the empty rows and columns that the export leaves at the ends."""
    while rows and not any(rows[-1]):
        rows = rows[:-1]
    width = max((n for n, name in enumerate(rows[0], start=1) if name), default=0) if rows else 0
    return [row[:width] for row in rows]
