"""Where the table of a sheet is: its header, its rows, and whether there are several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.common.errors import fail
from evaluation.importing.notices import Notice
from evaluation.importing.text import is_note_text, unique_names
from evaluation.importing.workbook import (
    Cell,
    Sheet,
    cell_text,
    column_number,
    filled_cells,
    is_empty,
    is_number,
    letters,
)

# A table has at least a header and one row, and an id beside an answer.
LEAST = 2
_LONG_TEXT = 25
# Header rows above one another that merged cells tie together; more is no header.
_MOST_HEADERS = 5
_RANGE = re.compile(
    r"(?P<sheet>.*)!\$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>\d{1,7})(?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>\d{1,7}))?"
)
#: First row, first column, last row, last column; from 0, the last ones included.
Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a sheet: names, texts of the header, rows below, rows cut away, remarks.

    ``places`` and ``header_rows`` are columns and rows of the sheet, from 0.
    """

    names: list[str]
    labels: list[str]
    rows: list[list[Cell]]
    places: list[int]
    header_rows: range
    cut: list[str]
    notices: tuple[Notice, ...]


def area_name(sheet: str, area: Area) -> str:
    """``Svar!A1:F12``."""
    return f"{sheet}!{letters(area[1])}{area[0] + 1}:{letters(area[3])}{area[2] + 1}"


def split_request(wanted: str) -> tuple[str, Area | None]:
    """Sheet name and area of ``Svar``, ``Svar!A10`` or ``Svar!A10:F20``; one cell means from there on."""
    match = _RANGE.fullmatch(wanted.strip())
    if match is None:
        return wanted, None
    first = (int(match["r1"]) - 1, column_number(match["c1"]))
    if not match["r2"]:
        return match["sheet"].strip("'"), (*first, -1, -1)
    return match["sheet"].strip("'"), (*first, int(match["r2"]) - 1, column_number(match["c2"]))


def holds_table(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether at least two rows have at least two filled cells."""
    return sum(filled_cells(row) >= LEAST for row in rows) >= LEAST


def cut_area(sheet: Sheet, area: Area, merged: Sequence[Area]) -> tuple[list[list[Cell]], list[Area]]:
    """The cells of an area; from one cell on, the block of tables that begins there."""
    top, left, bottom, right = area
    if bottom < 0:
        blocks = [b for b in tables_in(sheet.rows) if b[0] >= top and b[1] >= left]
        bottom, right = min(blocks, default=(0, 0, len(sheet.rows) - 1, len(sheet.rows[0]) - 1 if sheet.rows else 0))[
            2:
        ]
    rows = [row[left : right + 1] for row in sheet.rows[top : bottom + 1]]
    moved = [(a - top, b - left, c - top, d - left) for a, b, c, d in merged if a >= top and b >= left]
    return rows, [m for m in moved if m[2] <= bottom - top and m[3] <= right - left]


def fill_merged(rows: Sequence[Sequence[Cell]], merged: Sequence[Area]) -> tuple[list[list[Cell]], int, set[int]]:
    """Rows with merged cells filled along, how many cells that were, and the rows merged along.

    A title or a note merged over the whole table stays one cell.
    """
    filled = [list(row) for row in rows]
    count, along = 0, set()
    for top, left, bottom, right in merged:
        if top >= len(rows) or left >= len(rows[top]) or is_empty(rows[top][left]):
            continue
        if right > left and not any(not is_empty(c) for n, c in enumerate(rows[top]) if not left <= n <= right):
            continue
        if right > left:
            along.add(top)
        for row in range(top, min(bottom + 1, len(rows))):
            for column in range(left, min(right + 1, len(rows[row]))):
                if (row, column) != (top, left) and is_empty(filled[row][column]):
                    filled[row][column] = rows[top][left]
                    count += 1
    return filled, count, along


def tables_in(rows: Sequence[Sequence[Cell]]) -> list[Area]:
    """Areas of the tables of a sheet: one, unless a second header is plain to see.

    Below an empty row, a row of texts begins another table when it repeats the first
    header or stands on top of numbers. Beside an empty column, another table begins
    where the rows of the two sides end at different places.
    """
    blocks = _row_blocks(rows)
    if not blocks:
        return []
    groups: list[list[tuple[int, int]]] = [[blocks[0]]]
    header = _texts(rows[_header_row(rows, *blocks[0])])
    for block in blocks[1:]:
        if _begins_table(rows, block, header):
            groups.append([block])
        else:
            groups[-1].append(block)
    if len(groups) > 1 and not holds_table(rows[groups[0][0][0] : groups[0][-1][1] + 1]):
        groups[1:2] = [groups[0] + groups[1]]
        del groups[0]
    areas = []
    for group in groups:
        areas += _side_by_side(rows, group[0][0], group[-1][1])
    return areas


def _row_blocks(rows: Sequence[Sequence[Cell]]) -> list[tuple[int, int]]:
    blocks: list[tuple[int, int]] = []
    start = -1
    for number, row in enumerate(rows):
        empty = all(is_empty(cell) for cell in row)
        if not empty and start < 0:
            start = number
        if empty and start >= 0:
            blocks.append((start, number - 1))
            start = -1
    return [*blocks, (start, len(rows) - 1)] if start >= 0 else blocks


def _texts(row: Sequence[Cell]) -> list[str]:
    return [cell_text(cell) if not is_empty(cell) else "" for cell in row]


def _header_row(rows: Sequence[Sequence[Cell]], start: int, end: int) -> int:
    filled = [filled_cells(row) for row in rows[start : end + 1]]
    most = max(filled)
    return start + next(n for n, count in enumerate(filled) if count * 2 >= most)


def _begins_table(rows: Sequence[Sequence[Cell]], block: tuple[int, int], header: Sequence[str]) -> bool:
    first = _header_row(rows, *block)
    top = rows[first]
    filled = [n for n, cell in enumerate(top) if not is_empty(cell)]
    below = rows[first + 1 : block[1] + 1]
    if len(filled) < LEAST or not below or any(not isinstance(top[n], str) for n in filled):
        return False
    if _texts(top) == list(header):
        return True
    columns = [[row[n] for row in below if not is_empty(row[n])] for n in filled]
    return any(column and all(is_number(cell) for cell in column) for column in columns)


def _side_by_side(rows: Sequence[Sequence[Cell]], top: int, bottom: int) -> list[Area]:
    part = rows[top : bottom + 1]
    used = [n for n in range(max(map(len, part))) if any(n < len(row) and not is_empty(row[n]) for row in part)]
    groups: list[list[int]] = []
    for number in used:
        if groups and groups[-1][-1] == number - 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    whole = [(top, used[0], bottom, used[-1])]
    if len(groups) < LEAST or any(len(group) < LEAST for group in groups):
        return whole
    areas = []
    for group in groups:
        # Two filled cells: a note below, or a title above, is no row of its side.
        full = [n for n, row in enumerate(part) if sum(not is_empty(row[c]) for c in group) >= LEAST]
        if len(full) < LEAST:
            return whole
        areas.append((top + full[0], group[0], top + full[-1], group[-1]))
    ends = {(area[0], area[2]) for area in areas}
    return areas if len(ends) > 1 else whole


def find_table(
    rows: Sequence[Sequence[Cell]], where: str, merged: Sequence[Area] = (), first_row: int = 0, first_column: int = 0
) -> Table:
    """Header and rows of the table: lines above it and notes and empty rows below it are cut.

    Raises
    ------
    EvaluationError
        ``import-no-rows`` when nothing stands below the header.
    """
    rows, count, along = fill_merged(rows, merged)
    filled = [filled_cells(row) for row in rows]
    most = max(filled, default=0)
    start = next((n for n, count_ in enumerate(filled) if count_ * 2 >= most and count_ >= 1), 0)
    last = start
    while last in along and last + 1 < len(rows) and last - start < _MOST_HEADERS and _all_text(rows[last + 1]):
        last += 1
    end, notes = len(rows), 0
    while end > last + 1 and (filled[end - 1] == 0 or _is_note(rows[end - 1], filled[end - 1], most)):
        notes += filled[end - 1] > 0
        end -= 1
    body = [list(row) for n, row in enumerate(rows[last + 1 : end], start=last + 1) if filled[n]]
    if not body:
        raise fail("import-no-rows", where=where, found=last + 1)
    headers = [_texts(row) for row in rows[start : last + 1]]
    kept = [c for c in range(len(rows[start])) if any(h[c] for h in headers) or any(not is_empty(r[c]) for r in body)]
    names, labels, notices = _names(headers, kept, first_column)
    told = list(notices)
    for code, number in (
        ("rows-above-header", sum(n > 0 for n in filled[:start])),
        ("header-rows-joined", last - start + 1 if last > start else 0),
        ("merged-cells-filled", count),
        ("note-rows-cut", notes),
        ("empty-rows-inside", end - last - 1 - len(body)),
        ("columns-without-name", sum(not any(h[c] for h in headers) for c in kept)),
    ):
        if number:
            told.append(Notice(code, rows=number))
    return Table(
        names=names,
        labels=labels,
        rows=[[row[c] for c in kept] for row in body],
        places=[c + first_column for c in kept],
        header_rows=range(start + first_row, last + first_row + 1),
        cut=[cell_text(cell) for row in [*rows[:start], *rows[end:]] for cell in row if not is_empty(cell)],
        notices=tuple(told),
    )


def _names(
    headers: Sequence[Sequence[str]], kept: Sequence[int], first_column: int
) -> tuple[list[str], list[str], tuple[Notice, ...]]:
    """Names from the lowest header row where they differ there, else with what stands above; labels hold all of it."""
    joined = [" - ".join(dict.fromkeys(h[c] for h in headers if h[c])) for c in kept]
    lowest = [headers[-1][c] for c in kept]
    plain = all(lowest) and len(set(lowest)) == len(lowest)
    raw = lowest if plain or len(headers) == 1 else joined
    names, notices = unique_names(
        [name or f"column_{letters(c + first_column)}" for name, c in zip(raw, kept, strict=True)]
    )
    labels = [text if len(headers) > 1 and text != name else "" for text, name in zip(joined, names, strict=True)]
    return names, labels, notices


def _all_text(row: Sequence[Cell]) -> bool:
    cells = [cell for cell in row if not is_empty(cell)]
    return len(cells) >= LEAST and all(isinstance(cell, str) for cell in cells)


def _is_note(row: Sequence[Cell], filled: int, most: int) -> bool:
    """A line below the table: one cell that reads as a note or a sentence, in a table of several columns."""
    if filled > 1 or most < LEAST + 1:
        return False
    text = next(cell_text(cell) for cell in row if not is_empty(cell))
    return is_note_text(text) or (len(text) > _LONG_TEXT and " " in text)
