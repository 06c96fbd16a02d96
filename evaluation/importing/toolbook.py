"""A workbook whose sheet an online survey tool wrote: the same readers as for the tool's text files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.importing import enalyzer, google_forms, microsoft_forms, qualtrics, surveymonkey
from evaluation.importing.excel_tables import cut_notes, refuse_several
from evaluation.importing.export import SurveyExport
from evaluation.importing.fictional import says_fictional
from evaluation.importing.grid import Grid, Sheet, is_empty
from evaluation.importing.notices import Notice
from evaluation.importing.text import TextTable
from evaluation.importing.workbook import cell_text, document_texts, facts

_READERS: tuple[tuple[Callable[[Path, TextTable], bool], Callable[[Path, TextTable], SurveyExport]], ...] = (
    (qualtrics.recognises, qualtrics.read_qualtrics),
    (surveymonkey.recognises, surveymonkey.read_surveymonkey),
    (google_forms.recognises, google_forms.read_google_forms),
    (microsoft_forms.recognises, microsoft_forms.read_microsoft_forms),
    (enalyzer.recognises, enalyzer.read_enalyzer),
)
_HEAD = 200


def read_tool_book(path: Path, sheets: Sequence[Sheet], wanted: str | None) -> SurveyExport | None:
    """The export of a survey tool on the named or the only such visible sheet; None when there is none.

    Raises
    ------
    EvaluationError
        ``import-tables-several``, or what the tool's reader finds wrong.
    """
    name = wanted.strip().casefold() if wanted is not None else None
    chosen = [s for s in sheets if (s.visible if name is None else s.name.strip().casefold() == name)]
    hits = []
    for sheet in chosen:
        rows, notes = _answers(sheet)
        head = _table(rows[:_HEAD])
        hits += [(sheet, rows, notes, read) for recognises, read in _READERS if head.rows and recognises(path, head)][
            :1
        ]
    if len(hits) != 1:
        return None
    sheet, rows, cut, read = hits[0]
    refuse_several(path, sheet)
    export = read(path, _table(rows))
    raw = facts(path, sheet)
    counted = (
        ("hidden-rows", raw.hidden_rows),
        ("hidden-columns", raw.hidden_columns),
        ("error-cells", raw.errors),
        ("formulas-without-value", raw.formulas_without_value),
        ("note-rows-cut", cut),
    )
    notices = [Notice(code, detail=sheet.name, rows=count) for code, count in counted if count]
    hidden = [s.name for s in sheets if not s.visible and s is not sheet and len(s.rows) > 1]
    notices += [Notice("hidden-sheets", detail=", ".join(hidden))] if hidden and wanted is None else []
    said = [cell for other in sheets for row in other.rows[:50] for cell in row]
    return replace(
        export,
        fictional=export.fictional or says_fictional([*document_texts(path), *said, *(s.name for s in sheets)]),
        warnings=(*notices, *export.warnings),
    )


def _answers(sheet: Sheet) -> tuple[Grid, int]:
    """The rows from the first that holds anything to the last that is no note, and how many notes follow."""
    filled = sheet.rows.filled_by_row()
    start = next((n for n, count in enumerate(filled) if count), len(filled))
    end, notes = cut_notes(sheet.rows, start + 1, filled, filled)
    return sheet.rows[start:end], notes


def _table(rows: Grid) -> TextTable:
    """Cells as text."""
    return TextTable([["" if is_empty(cell) else _text(cell) for cell in row] for row in rows], "", "")


def _text(cell: object) -> str:
    # A text keeps its blanks here, so that the reader can tell of them.
    return cell if isinstance(cell, str) else cell_text(cell)
