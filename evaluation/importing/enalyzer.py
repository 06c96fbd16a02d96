"""Enalyzer: csv or workbook with one header row; answers as texts, values or label numbers.

No file of the tool's own making was at hand. The vendor's help pages say which number a
cell holds, not how the header looks, so a file is taken for Enalyzer's only where it names
the tool; any other is read as plain csv or Excel, with the same values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from evaluation.importing.export import SurveyExport
from evaluation.importing.notices import Notice
from evaluation.importing.text import TextTable
from evaluation.importing.toolfile import ToolFile, columns_of, even_rows

_NAME = re.compile(r"\benalyzer\b", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://(?:[\w-]+\.)*enalyzer\.", re.IGNORECASE)
_AMERICAN = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])-(\d{4})\Z")
_STEM = re.compile(r"(.+?)\s+[-–:]\s+(.+)\Z", re.DOTALL)
_LOOKED_AT = 20
_LAST_MONTH = 12


def recognises(_path: Path, table: TextTable) -> bool:
    """Whether the header or the first rows name Enalyzer (a collector's address, a system column)."""
    if not table.rows:
        return False
    named = any(_NAME.search(cell) for cell in table.rows[0])
    # In an answer the name alone proves nothing: somebody may write about the tool.
    return named or any(_ADDRESS.match(cell.strip()) for row in table.rows[1:_LOOKED_AT] for cell in row)


def read_enalyzer(path: Path, table: TextTable) -> SurveyExport:
    """The answers; label numbers are kept as the codes they are, and told.

    Raises
    ------
    EvaluationError
        ``import-row-width`` when a row has more or fewer fields than the header.
    """
    top, rows, notices = even_rows(table, path, 1)
    file = ToolFile(len(rows), notices, top[0])
    header = top[0]
    cells = columns_of(rows, len(header))
    sets = _sets(header, cells)
    numbered = 0
    for number, (name, column) in enumerate(zip(header, cells, strict=True)):
        if number in sets:
            _add_option(file, name, cells, number, sets[number])
            continue
        dates = _iso_dates(column)
        if dates is not None:
            file.add(name, dates, label=name, kind="date")
            file.notices.append(Notice("american-dates", variable=name))
            continue
        file.add(name, column, label=name)
        numbered += file.variables[-1].type == "single" and file.columns[file.variables[-1].name].dtype.kind == "f"
    if numbered:
        file.notices.append(Notice("enalyzer-label-numbers", rows=numbered))
    return file.export("enalyzer", path, len(header))


def _iso_dates(cells: Sequence[str]) -> list[str] | None:
    """MM-DD-YYYY as YYYY-MM-DD; None unless every filled cell is one and one can be nothing else."""
    found = [_AMERICAN.match(cell.strip()) for cell in cells]
    filled = [match for cell, match in zip(cells, found, strict=True) if cell.strip()]
    if not filled or None in filled or not any(m is not None and int(m.group(2)) > _LAST_MONTH for m in filled):
        return None
    return [f"{m.group(3)}-{m.group(1)}-{m.group(2)}" if m is not None else "" for m in found]


def _sets(header: Sequence[str], cells: Sequence[Sequence[str]]) -> dict[int, tuple[str, list[int]]]:
    """Neighbours "Question - Option" that hold only 0, 1 or nothing: place → question and places."""
    groups: list[tuple[str, list[int]]] = []
    for number, name in enumerate(header):
        match = _STEM.match(name)
        ticks = {cell.strip() for cell in cells[number]} <= {"", "0", "1"}
        if match is None or not ticks:
            continue
        if groups and groups[-1][0] == match.group(1) and groups[-1][1][-1] == number - 1:
            groups[-1][1].append(number)
        else:
            groups.append((match.group(1), [number]))
    return {place: (stem, places) for stem, places in groups if len(places) > 1 for place in places}


def _add_option(
    file: ToolFile, name: str, cells: Sequence[Sequence[str]], number: int, group: tuple[str, list[int]]
) -> None:
    """One option; a row without any tick is empty, because nobody can say that it was asked."""
    stem, places = group
    match = _STEM.match(name)
    option = match.group(2) if match else name
    ticks: list[bool | None] = []
    untold = 0
    for row, cell in enumerate(cells[number]):
        answers = [cells[place][row].strip() for place in places]
        untold += any(answers) and "1" not in answers
        ticks.append(cell.strip() == "1" if "1" in answers else None)
    file.add_ticks(name, ticks, question=stem, choice=option, label=f"{stem} - {option}", long_name=name)
    if untold and number == places[-1]:
        file.notices.append(Notice("choices-none-ticked", variable=stem, rows=untold))
