"""Where the table of a sheet is: its header, its rows, and whether there are several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evaluation.common.errors import fail
from evaluation.importing.grid import NUMBER, TEXT, Cell, Grid, Sheet, column_number, is_empty, letters
from evaluation.importing.notices import Notice
from evaluation.importing.text import is_note_text, unique_names
from evaluation.importing.workbook import cell_text

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
    rows: Grid
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


def holds_table(rows: Grid) -> bool:
    """Whether at least two rows have at least two filled cells."""
    return sum(count >= LEAST for count in rows.filled_by_row()) >= LEAST


def cut_area(sheet: Sheet, area: Area, merged: Sequence[Area]) -> tuple[Grid, list[Area]]:
    """The cells of an area; from one cell on, the block of tables that begins there."""
    top, left, bottom, right = area
    if bottom < 0:
        blocks = [b for b in tables_in(sheet.rows) if b[0] >= top and b[1] >= left]
        bottom, right = min(blocks, default=(0, 0, len(sheet.rows) - 1, sheet.rows.width - 1))[2:]
    rows = sheet.rows.part(slice(top, bottom + 1), slice(left, right + 1))
    moved = [(a - top, b - left, c - top, d - left) for a, b, c, d in merged if a >= top and b >= left]
    return rows, [m for m in moved if m[2] <= bottom - top and m[3] <= right - left]


def fill_merged(rows: Grid, merged: Sequence[Area]) -> tuple[Grid, int, set[int]]:
    """Rows with merged cells filled along, how many cells that were, and the rows merged along.

    A title or a note merged over the whole table stays one cell.
    """
    count, along = 0, set[int]()
    filled = rows.copy() if merged else rows
    for top, left, bottom, right in merged:
        if top >= len(rows) or left >= rows.width or rows.kinds[top, left] < NUMBER:
            continue
        beside = (rows.kinds[top, :left] >= NUMBER).any() or (rows.kinds[top, right + 1 :] >= NUMBER).any()
        if right > left and not beside:
            continue
        if right > left:
            along.add(top)
        area = (slice(top, bottom + 1), slice(left, right + 1))
        empty = filled.kinds[area] < NUMBER
        count += int(empty.sum())
        filled.kinds[area][empty], filled.numbers[area][empty] = rows.kinds[top, left], rows.numbers[top, left]
    return filled, count, along


def tables_in(rows: Grid) -> list[Area]:
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


def refuse_several(path: Path, sheet: Sheet) -> None:
    """Stop where a sheet holds several tables, and tell where they are.

    Raises
    ------
    EvaluationError
        ``import-tables-several``.
    """
    found = tables_in(sheet.rows)
    if len(found) > 1:
        raise fail(
            "import-tables-several",
            where=f"{path}, sheet {sheet.name}",
            found=", ".join(area_name(sheet.name, one) for one in found),
            example=area_name(sheet.name, found[0]),
        )


def _row_blocks(rows: Grid) -> list[tuple[int, int]]:
    blocks: list[tuple[int, int]] = []
    start = -1
    for number, filled in enumerate(rows.filled_by_row()):
        if filled and start < 0:
            start = number
        if not filled and start >= 0:
            blocks.append((start, number - 1))
            start = -1
    return [*blocks, (start, len(rows) - 1)] if start >= 0 else blocks


def _texts(row: Sequence[Cell]) -> list[str]:
    return [cell_text(cell) if not is_empty(cell) else "" for cell in row]


def _header_row(rows: Grid, start: int, end: int) -> int:
    filled = rows[start : end + 1].filled_by_row()
    most = max(filled)
    return start + next(n for n, count in enumerate(filled) if count * 2 >= most)


def _begins_table(rows: Grid, block: tuple[int, int], header: Sequence[str]) -> bool:
    first = _header_row(rows, *block)
    top = rows.kinds[first]
    columns = top >= NUMBER
    below = rows.kinds[first + 1 : block[1] + 1]
    if columns.sum() < LEAST or not len(below) or (top[columns] != TEXT).any():
        return False
    if _texts(rows[first]) == list(header):
        return True
    below = below[:, columns]
    return bool(((below == NUMBER).any(axis=0) & (below <= NUMBER).all(axis=0)).any())


def _side_by_side(rows: Grid, top: int, bottom: int) -> list[Area]:
    filled = rows.filled[top : bottom + 1]
    used = [int(n) for n in np.flatnonzero(filled.any(axis=0))]
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
        full = np.flatnonzero(filled[:, group].sum(axis=1) >= LEAST)
        if len(full) < LEAST:
            return whole
        areas.append((top + int(full[0]), group[0], top + int(full[-1]), group[-1]))
    ends = {(area[0], area[2]) for area in areas}
    return areas if len(ends) > 1 else whole


def find_table(rows: Grid, where: str, merged: Sequence[Area] = (), first_row: int = 0, first_column: int = 0) -> Table:
    """Header and rows of the table: lines above it and notes and empty rows below it are cut.

    Raises
    ------
    EvaluationError
        ``import-no-rows`` when nothing stands below the header.
    """
    # A row that holds nothing of its own is no row, also where a merged cell reaches over it.
    own = rows.filled_by_row()
    rows, count, along = fill_merged(rows, merged)
    filled = rows.filled_by_row()
    most = max(filled, default=0)
    start = next((n for n, count_ in enumerate(filled) if count_ * 2 >= most and count_ >= 1), 0)
    last = start
    while last in along and last + 1 < len(rows) and last - start < _MOST_HEADERS and _all_text(rows.kinds[last + 1]):
        last += 1
    end, notes = cut_notes(rows, last + 1, own, filled)
    inside = [n for n in range(last + 1, end) if own[n]]
    if not inside:
        raise fail("import-no-rows", where=where, found=last + 1)
    headers = [_texts(row) for row in rows[start : last + 1]]
    used = np.count_nonzero(rows.filled[last + 1 : end], axis=0)
    kept = [c for c in range(rows.width) if used[c] or any(h[c] for h in headers)]
    names, labels, notices = _names(headers, kept, first_column)
    told = list(notices)
    for code, number in (
        ("rows-above-header", sum(n > 0 for n in filled[:start])),
        ("header-rows-joined", last - start + 1 if last > start else 0),
        ("merged-cells-filled", count),
        ("note-rows-cut", notes),
        ("empty-rows-inside", end - last - 1 - len(inside)),
        ("columns-without-name", sum(not any(h[c] for h in headers) for c in kept)),
    ):
        if number:
            told.append(Notice(code, rows=number))
    return Table(
        names=names,
        labels=labels,
        rows=_part(rows, inside, kept),
        places=[c + first_column for c in kept],
        header_rows=range(start + first_row, last + first_row + 1),
        cut=[
            cell_text(cell) for part in (rows[:start], rows[end:]) for row in part for cell in row if not is_empty(cell)
        ],
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


def _all_text(kinds: npt.NDArray[np.uint8]) -> bool:
    filled = kinds[kinds >= NUMBER]
    return len(filled) >= LEAST and bool((filled == TEXT).all())


def _part(rows: Grid, inside: list[int], kept: list[int]) -> Grid:
    """The rows and columns of the table, without a copy where they lie together."""
    whole = inside[-1] - inside[0] + 1 == len(inside)
    beside = bool(kept) and kept[-1] - kept[0] + 1 == len(kept)
    return rows.part(
        slice(inside[0], inside[-1] + 1) if whole else inside, slice(kept[0], kept[-1] + 1) if beside else kept
    )


def cut_notes(rows: Grid, first: int, own: Sequence[int], filled: Sequence[int]) -> tuple[int, int]:
    """Where the rows from ``first`` on end, without the notes and empty rows below, and how many notes those are.

    ``own`` and ``filled`` are the cells that each row holds itself, and with those of merged cells.
    """
    most, end, notes = max(filled, default=0), len(rows), 0
    while end > first and (own[end - 1] == 0 or _is_note(rows[end - 1], filled[end - 1], most)):
        notes += own[end - 1] > 0
        end -= 1
    return end, notes


def _is_note(row: Sequence[Cell], filled: int, most: int) -> bool:
    """A line below the table: one cell that reads as a note or a sentence, in a table of several columns."""
    if filled > 1 or most < LEAST + 1:
        return False
    text = next(cell_text(cell) for cell in row if not is_empty(cell))
    return is_note_text(text) or (len(text) > _LONG_TEXT and " " in text)
