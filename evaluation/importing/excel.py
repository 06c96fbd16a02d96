"""Excel: one table on one sheet, read so that nothing a person typed changes kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.common.errors import fail
from evaluation.common.files import hash_file
from evaluation.importing.excel_tables import (
    Area,
    Table,
    area_name,
    cut_area,
    find_table,
    holds_table,
    refuse_several,
    split_request,
)
from evaluation.importing.export import SurveyExport, Variable, VariableType
from evaluation.importing.fictional import says_fictional
from evaluation.importing.grid import NUMBER, TEXT, Grid, RawSheet, Sheet, is_empty, letters
from evaluation.importing.notices import Notice
from evaluation.importing.spreadsheetml import read_spreadsheetml
from evaluation.importing.surveyxact_book import read_book
from evaluation.importing.text import iso_dates
from evaluation.importing.toolbook import read_tool_book
from evaluation.importing.workbook import cell_text, document_texts, facts, open_sheets

_FEW_VALUES = 30


def read_excel(path: Path, sheet: str | None = None) -> SurveyExport:
    """The table of ``sheet``, or of the only visible sheet that holds one.

    Parameters
    ----------
    path : Path
        The workbook.
    sheet : str, optional
        A sheet's name, or with a place on it where it holds several tables: ``Svar!A12``
        (the table that begins there) or ``Svar!A12:F30``.

    Raises
    ------
    EvaluationError
        ``import-sheet-missing``, ``import-sheet-several``, ``import-sheet-none``,
        ``import-tables-several``, ``import-header-formula``, ``import-no-rows`` or what
        :func:`~evaluation.importing.workbook.open_sheets` raises.
    """
    sheets = open_sheets(path)
    surveyxact = read_book(path, sheets, "surveyxact-xlsx") if sheet is None else None
    return surveyxact or read_tool_book(path, sheets, sheet) or _read(path, sheets, sheet, "excel")


def read_excel_2003(path: Path, sheet: str | None = None) -> SurveyExport:
    """The same for a workbook in Excel 2003 XML.

    Raises
    ------
    EvaluationError
        As :func:`read_excel`, and what
        :func:`~evaluation.importing.spreadsheetml.read_spreadsheetml` raises.
    """
    sheets = read_spreadsheetml(path)
    surveyxact = read_book(path, sheets, "surveyxact-xml") if sheet is None else None
    return surveyxact or _read(path, sheets, sheet, "excel-2003-xml")


def _read(path: Path, sheets: Sequence[Sheet], wanted: str | None, format_name: str) -> SurveyExport:
    chosen, area, notices = choose_sheet(path, sheets, wanted)
    raw = facts(path, chosen)
    counted = (
        ("hidden-rows", raw.hidden_rows),
        ("hidden-columns", raw.hidden_columns),
        ("error-cells", raw.errors),
        ("formulas-without-value", raw.formulas_without_value),
    )
    notices += [Notice(code, detail=chosen.name, rows=count) for code, count in counted if count]
    table = _table(path, chosen, area, raw)
    columns: dict[str, npt.NDArray[np.float64] | pd.Series] = {}
    variables = []
    for number, name in enumerate(table.names):
        column, kind = _column(table.rows, number, raw.zero_padded.get(table.places[number], 0))
        if kind == "date" and (table.rows.kinds[:, number] == TEXT).any():
            notices.append(Notice("text-dates", variable=name))
        columns[name] = column
        variables.append(Variable(name, label=table.labels[number], type=kind))
    others = [cell for other in sheets if other is not chosen for row in other.rows[:50] for cell in row]
    texts = [value for c in columns.values() if isinstance(c, pd.Series) for value in c.dropna().unique()[:200]]
    said = [*document_texts(path), *table.cut, *table.names, *texts, *others, chosen.name]
    return SurveyExport(
        format=format_name,
        files=(path,),
        sha256=hash_file(path),
        data=pd.DataFrame(columns, copy=False),
        variables=tuple(variables),
        fictional=says_fictional(said),
        warnings=(*notices, *table.notices),
    )


def choose_sheet(path: Path, sheets: Sequence[Sheet], wanted: str | None) -> tuple[Sheet, Area | None, list[Notice]]:
    """The named sheet, or the only visible one with a table; never a hidden one unasked.

    Raises
    ------
    EvaluationError
        When the name is not there, or no or several sheets could be meant.
    """
    listed = ", ".join(s.name + ("" if s.visible else " (hidden)") for s in sheets)
    if wanted is not None:
        # The whole text first: a sheet may be called "A!B2".
        for name, area in ((wanted, None), split_request(wanted)):
            for sheet in sheets:
                if sheet.name.strip().casefold() == name.strip().casefold():
                    return sheet, area, [] if sheet.visible else [Notice("hidden-sheet", detail=sheet.name)]
        raise fail("import-sheet-missing", where=path, found=listed, sheet=wanted)
    tables = [s for s in sheets if s.visible and holds_table(s.rows)]
    hidden = [s.name for s in sheets if not s.visible and holds_table(s.rows)]
    if not tables:
        raise fail("import-sheet-none", where=path, found=listed)
    if len(tables) > 1:
        raise fail("import-sheet-several", where=path, found=", ".join(s.name for s in tables))
    return tables[0], None, [Notice("hidden-sheets", detail=", ".join(hidden))] if hidden else []


def _table(path: Path, sheet: Sheet, area: Area | None, raw: RawSheet) -> Table:
    where = f"{path}, sheet {sheet.name}"
    if area is None:
        refuse_several(path, sheet)
        rows = sheet.rows
        merged: Sequence[Area] = raw.merged
        top, left = 0, 0
    else:
        rows, merged = cut_area(sheet, area, raw.merged)
        top, left = area[:2]
        if not holds_table(rows):
            raise fail(
                "import-no-rows", where=where, found=area_name(sheet.name, area) if area[2] >= 0 else letters(left)
            )
    table = find_table(rows, where, merged, top, left)
    blank = [place for place in raw.uncalculated if place in _header_places(table)]
    if blank:
        raise fail("import-header-formula", where=where, found=", ".join(blank[:10]))
    return table


def _header_places(table: Table) -> set[str]:
    return {f"{letters(place)}{row + 1}" for place in table.places for row in table.header_rows}


def _column(rows: Grid, number: int, width: int) -> tuple[npt.NDArray[np.float64] | pd.Series, VariableType]:
    """Numbers as float64 where every filled cell is a number shown as one; else text with None for empty.

    A number formatted "0000" (``width`` 4) is the text a person sees: 101 shown as 0101
    is a code. Dates typed as text, day first, become ISO dates like real ones.
    """
    kinds = rows.kinds[:, number]
    if not width and not (kinds > NUMBER).any():
        return np.where(kinds == NUMBER, rows.numbers[:, number], np.nan), "single"
    texts = [None if is_empty(c) else cell_text(c) for c in rows.column(number)]
    if width:
        texts = [t.zfill(width) if t is not None and t.isdigit() else t for t in texts]
    dates = iso_dates([text or "" for text in texts])
    if dates is not None:
        return pd.Series(dates, dtype=object), "date"
    column = pd.Series(texts, dtype=object)
    return column, "open" if column.nunique() > _FEW_VALUES else "single"
