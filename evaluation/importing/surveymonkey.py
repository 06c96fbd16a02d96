"""SurveyMonkey: one header row, or two where the first inherits the question from the left.

Several columns under one question are options (the option's text or its number, else
empty), rows of a grid, or own words beside the answer; what stands in them tells which.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.importing.export import SurveyExport
from evaluation.importing.notices import Notice
from evaluation.importing.text import TextTable, reads_as_mac
from evaluation.importing.toolfile import ToolFile, columns_of, even_rows, one_line, plain

# The tool's own columns, as letters and digits only.
_SYSTEM_NAMES = """
respondentid collectorid datecreated datemodified startdate enddate ipaddress emailaddress firstname lastname
customdata customdata1 customvalue
"""
_SYSTEM = frozenset(_SYSTEM_NAMES.split())
_SINGLE = frozenset({"response", "svar", "antwort", "reponse", "réponse", "respons"})
_OPEN = frozenset({"openendedresponse", "åbentsvar", "fritekstsvar", "offeneantwort", "otherpleasespecify"})
_NO_ANSWER = frozenset({"noanswer", "intetsvar", "ikkebesvaret", "keineantwort"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the places of its columns and the texts of the second header row."""

    text: str
    places: tuple[int, ...]
    parts: tuple[str, ...]


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """1 or 2 header rows; 0 when the rows are not SurveyMonkey's."""
    if not rows or not rows[0] or plain(rows[0][0]) != "respondentid":
        return 0
    first = [plain(cell) for cell in rows[0]]
    second = [plain(cell) for cell in rows[1]] if len(rows) > 1 else []
    # The id stands under its own name, so the second row begins empty; an answer never does.
    if second and not second[0] and any(second):
        return 2
    questions = sum(" " in cell.strip() or cell.strip().endswith("?") for cell in rows[0][1:])
    return int("collectorid" in first or questions * 2 > len(rows[0]) - 1 > 0)


def recognises(_path: Path, table: TextTable) -> bool:
    """Whether the rows are an export of SurveyMonkey's."""
    return header_rows(table.rows) > 0


def read_surveymonkey(path: Path, table: TextTable) -> SurveyExport:
    """An export of SurveyMonkey's.

    Raises
    ------
    EvaluationError
        ``import-row-width`` when a row has more or fewer fields than the headers.
    """
    table = as_mac(path, table)
    count = header_rows(table.rows)
    top, rows, notices = even_rows(table, path, count)
    file = ToolFile(len(rows), notices, top[0])
    cells = columns_of(rows, len(top[0]))
    for question in _questions(top):
        _add_question(file, question, cells)
    told = [
        (v.name, sum(plain(str(value)) in _NO_ANSWER for value in file.columns[v.name].dropna()))
        for v in file.variables
        if v.type == "single" and file.columns[v.name].dtype == object
    ]
    for name, found in told:
        if found:
            file.notices.append(Notice("no-answer-category", variable=name, rows=found))
    return file.export("surveymonkey", path, len(top[0]))


def as_mac(path: Path, table: TextTable) -> TextTable:
    """The table read anew as Mac Roman where that gives more of our letters than Windows-1252 does."""
    if table.encoding != "cp1252":
        return table
    data = path.read_bytes()
    if not reads_as_mac(data):
        return table
    text = data.decode("mac_roman")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter))
    return TextTable(rows, "mac_roman", table.delimiter, (Notice("encoding-guessed", detail="Mac Roman"),))


def _questions(top: Sequence[Sequence[str]]) -> list[Question]:
    """Columns by question: with two header rows a blank in the first belongs to the question on its left."""
    if len(top) == 1:
        return [Question(text, (n,), ("",)) for n, text in enumerate(top[0])]
    found: list[Question] = []
    for place, (text, part) in enumerate(zip(*top, strict=True)):
        last = found[-1] if found else None
        if not text and part and last is not None and plain(last.text) not in _SYSTEM:
            found[-1] = Question(last.text, (*last.places, place), (*last.parts, part))
        else:
            found.append(Question(text, (place,), (part,)))
    return found


def _add_question(file: ToolFile, question: Question, cells: Sequence[Sequence[str]]) -> None:
    """The columns of one question, as what they are."""
    if plain(question.text) in _SYSTEM:
        file.add(question.text, cells[question.places[0]], label=question.text, kind="system")
        return
    filled = [{one_line(cell) for cell in cells[place] if cell.strip()} for place in question.places]
    options = _options(question, filled, [cells[place] for place in question.places])
    asked = [any(cells[place][row].strip() for place in question.places) for row in range(file.rows)]
    for number, (place, part) in enumerate(zip(question.places, question.parts, strict=True)):
        if number in options:
            ticks = [bool(cell.strip()) if seen else None for cell, seen in zip(cells[place], asked, strict=True)]
            file.add_ticks(
                f"{question.text} [{part}]",
                ticks,
                question=question.text,
                choice=part,
                label=f"{question.text} - {part}",
            )
        elif not part or plain(part) in _SINGLE or (plain(part) in _OPEN and len(question.places) == 1):
            file.add(question.text, cells[place], label=question.text, kind="open" if plain(part) in _OPEN else None)
        else:
            own_words = plain(part) in _OPEN or (bool(options) and number not in options)
            name, label = f"{question.text} [{part}]", f"{question.text} - {part}"
            file.add(name, cells[place], label=label, kind="open" if own_words else None)


def _options(question: Question, filled: Sequence[set[str]], cells: Sequence[Sequence[str]]) -> frozenset[int]:
    """Which columns of a question are options that can be ticked: they hold their own text or number, or nothing.

    Numbers alone could be a grid's; a person who ticks boxes leaves some, one who answers a grid fills it.
    """
    parts = [one_line(part) for part in question.parts]
    places = [n for n, part in enumerate(parts) if part and plain(part) not in _SINGLE | _OPEN]
    if any(plain(part) in _SINGLE for part in parts):
        return frozenset()
    by_text = [n for n in places if filled[n] == {parts[n]}]
    if by_text:
        return frozenset(n for n in places if filled[n] <= {parts[n]})
    by_number = [n for n in places if filled[n] == {str(n + 1)}]
    left = any(0 < sum(bool(cell.strip()) for cell in row) < len(row) for row in zip(*cells, strict=True))
    if left and len(by_number) > 1 and all(filled[n] <= {str(n + 1)} for n in places[:-1]):
        return frozenset(n for n in places if filled[n] <= {str(n + 1)})
    return frozenset()
