"""Excel: one table on one sheet, read so that nothing a person typed changes kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.common.errors import fail
from evaluation.common.files import hash_file
from evaluation.importing.export import SurveyExport, Variable
from evaluation.importing.fictional import says_fictional
from evaluation.importing.notices import Notice
from evaluation.importing.surveyxact import assemble
from evaluation.importing.surveyxact_parts import is_structure_header
from evaluation.importing.text import unique_names
from evaluation.importing.workbook import (
    Cell,
    RawSheet,
    Sheet,
    cell_text,
    document_texts,
    is_empty,
    is_number,
    open_sheets,
    raw_counts,
)

_NOTE = re.compile(
    r"(?:kilde|kilder|note|noter|anm|anmærkning|source|obs|bemærk|fiktive data|fictional data)\b|\*", re.I
)
_DATASET = re.compile(r"dataset(?:\s*\(\d+\))?\Z", re.IGNORECASE)
# A table has at least a header and one row, and an id beside an answer.
_LEAST = 2
_LONG_TEXT = 25
_FEW_VALUES = 30


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a sheet: names, rows below them, the rows cut away, remarks."""

    names: list[str]
    rows: list[list[Cell]]
    letters: list[str]
    first_row: int
    cut: list[str]
    notices: tuple[Notice, ...]


def read_excel(path: Path, sheet: str | None = None) -> SurveyExport:
    """The table of ``sheet``, or of the only visible sheet that holds one.

    Raises
    ------
    EvaluationError
        ``import-sheet-missing``, ``import-sheet-several``, ``import-sheet-none``,
        ``import-no-rows`` or what :func:`~evaluation.importing.workbook.open_sheets` raises.
    """
    sheets = open_sheets(path)
    surveyxact = _surveyxact(path, sheets) if sheet is None else None
    if surveyxact is not None:
        return surveyxact
    chosen, notices = choose_sheet(path, sheets, sheet)
    where = f"{path}, sheet {chosen.name}"
    table = find_table(chosen.rows, where)
    raw = raw_counts(path, chosen.name)
    counted = (
        ("hidden-rows", raw.hidden_rows),
        ("hidden-columns", raw.hidden_columns),
        ("error-cells", raw.errors),
        ("formulas-without-value", raw.formulas_without_value),
    )
    notices += [Notice(code, detail=chosen.name, rows=count) for code, count in counted if count]
    columns, variables = {}, []
    for number, name in enumerate(table.names):
        column = _column([row[number] for row in table.rows], table, number, raw)
        columns[name] = column
        text = column.dtype == object
        variables.append(Variable(name, type="open" if text and column.nunique() > _FEW_VALUES else "single"))
    data = pd.DataFrame(columns)
    others = [cell for other in sheets if other is not chosen for row in other.rows[:50] for cell in row]
    texts = [value for c in data if data[c].dtype == object for value in data[c].dropna().unique()[:200]]
    return SurveyExport(
        format="excel",
        files=(path,),
        sha256=hash_file(path),
        data=data,
        variables=tuple(variables),
        fictional=says_fictional([*document_texts(path), *table.cut, *table.names, *texts, *others, chosen.name]),
        warnings=(*notices, *table.notices),
    )


def choose_sheet(path: Path, sheets: Sequence[Sheet], name: str | None) -> tuple[Sheet, list[Notice]]:
    """The named sheet, or the only visible one with a table; never a hidden one unasked.

    Raises
    ------
    EvaluationError
        When the name is not there, or no or several sheets could be meant.
    """
    listed = ", ".join(s.name + ("" if s.visible else " (hidden)") for s in sheets)
    if name is not None:
        for sheet in sheets:
            if sheet.name.strip().casefold() == name.strip().casefold():
                return sheet, [] if sheet.visible else [Notice("hidden-sheet", detail=sheet.name)]
        raise fail("import-sheet-missing", where=path, found=listed, sheet=name)
    tables = [s for s in sheets if s.visible and _holds_table(s.rows)]
    hidden = [s.name for s in sheets if not s.visible and _holds_table(s.rows)]
    if not tables:
        raise fail("import-sheet-none", where=path, found=listed)
    if len(tables) > 1:
        raise fail("import-sheet-several", where=path, found=", ".join(s.name for s in tables))
    return tables[0], [Notice("hidden-sheets", detail=", ".join(hidden))] if hidden else []


def _holds_table(rows: Sequence[Sequence[Cell]]) -> bool:
    filled = [sum(not is_empty(cell) for cell in row) for row in rows]
    return sum(count >= _LEAST for count in filled) >= _LEAST


def find_table(rows: Sequence[Sequence[Cell]], where: str) -> Table:
    """Header and rows of the table: lines above it and notes and empty rows below it are cut.

    Raises
    ------
    EvaluationError
        ``import-no-rows`` when nothing stands below the header.
    """
    filled = [sum(not is_empty(cell) for cell in row) for row in rows]
    most = max(filled, default=0)
    start = next((n for n, count in enumerate(filled) if count * 2 >= most and count >= 1), 0)
    end = len(rows)
    notes = 0
    while end > start + 1 and (filled[end - 1] == 0 or _is_note(rows[end - 1], filled[end - 1], most)):
        notes += filled[end - 1] > 0
        end -= 1
    body = [(n, list(row)) for n, row in enumerate(rows[start + 1 : end], start=start + 1) if filled[n]]
    if not body:
        raise fail("import-no-rows", where=where, found=start + 1)
    header = [cell_text(cell) if not is_empty(cell) else "" for cell in rows[start]]
    kept = [c for c in range(len(header)) if header[c] or any(not is_empty(row[c]) for _, row in body)]
    named = [header[c] or f"column_{_letter(c)}" for c in kept]
    names, notices = unique_names(named)
    told = list(notices)
    above = sum(count > 0 for count in filled[:start])
    for code, count in (
        ("rows-above-header", above),
        ("note-rows-cut", notes),
        ("empty-rows-inside", end - start - 1 - len(body)),
        ("columns-without-name", sum(not header[c] for c in kept)),
    ):
        if count:
            told.append(Notice(code, rows=count))
    cut = [cell_text(cell) for row in [*rows[:start], *rows[end:]] for cell in row if not is_empty(cell)]
    return Table(
        names=names,
        rows=[[row[c] for c in kept] for _, row in body],
        letters=[_letter(c) for c in kept],
        first_row=body[0][0] + 1,
        cut=cut,
        notices=tuple(told),
    )


def _is_note(row: Sequence[Cell], filled: int, most: int) -> bool:
    """A line below the table: one cell that reads as a note or a sentence, in a table of several columns."""
    if filled > 1 or most < _LEAST + 1:
        return False
    text = next(cell_text(cell) for cell in row if not is_empty(cell))
    return bool(_NOTE.match(text)) or (len(text) > _LONG_TEXT and " " in text)


def _letter(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _column(cells: Sequence[Cell], table: Table, number: int, raw: RawSheet) -> pd.Series:
    """Numbers as float64 where every filled cell is a number shown as one; else text with None for empty.

    A number formatted "0000" is the text a person sees: 101 shown as 0101 is a code.
    """
    letter = table.letters[number]
    padded = raw.zero_padded or {}
    width = next((w for place, w in padded.items() if place.rstrip("0123456789") == letter), 0)
    if not width and all(is_empty(cell) or is_number(cell) for cell in cells):
        return pd.Series([cell if is_number(cell) else np.nan for cell in cells], dtype="float64")
    texts = [None if is_empty(c) else cell_text(c) for c in cells]
    if width:
        texts = [t.zfill(width) if t is not None and t.isdigit() else t for t in texts]
    return pd.Series(texts, dtype=object)


def _surveyxact(path: Path, sheets: Sequence[Sheet]) -> SurveyExport | None:
    """SurveyXact's workbook: sheets Dataset (or Dataset(1), Dataset(2) … side by side), Structure and Labels."""
    by_name = {s.name.strip().casefold(): s for s in sheets}
    datasets = [s for s in sheets if _DATASET.match(s.name.strip())]
    structure = by_name.get("structure")
    if not datasets or structure is None or not structure.rows:
        return None
    text = {s.name: [[cell_text(c) for c in row] for row in s.rows] for s in [*datasets, structure]}
    if not is_structure_header(text[structure.name][0]):
        return None
    labels = by_name.get("labels")
    parts = [_trim(text[s.name]) for s in datasets]
    heights = {len(part) for part in parts}
    if len(heights) > 1:
        raise fail("import-dataset-sheets", where=path, found=", ".join(map(str, sorted(heights))))
    export = assemble(
        [[cell for part in row for cell in part] for row in zip(*parts, strict=True)],
        text[structure.name],
        [[cell_text(c) for c in row] for row in labels.rows] if labels is not None else (),
        format_name="surveyxact-xlsx",
        files=(path,),
        sha256=hash_file(path),
        notices=() if labels is not None else (Notice("no-labels", detail=path.name),),
    )
    return replace(export, fictional=export.fictional or says_fictional(document_texts(path)))


def _trim(rows: list[list[str]]) -> list[list[str]]:
    """Without the empty rows and columns that the export leaves at the ends."""
    while rows and not any(rows[-1]):
        rows = rows[:-1]
    width = max((n for n, name in enumerate(rows[0], start=1) if name), default=0) if rows else 0
    return [row[:width] for row in rows]
