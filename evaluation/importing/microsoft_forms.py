"""Microsoft Forms: the table of a workbook that begins with id and two times; ticked options end in ";".

No file of the tool's own making was at hand: built from its documentation and from
public descriptions of the columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from evaluation.importing.choices import joined_texts, same_in_every_order
from evaluation.importing.export import SurveyExport
from evaluation.importing.notices import Notice
from evaluation.importing.text import TextTable
from evaluation.importing.toolfile import ToolFile, columns_of, even_rows, one_line, plain

_ID = frozenset({"id"})
_START = frozenset(
    {"starttime", "starttidspunkt", "startzeit", "heuredebut", "heuredébut", "heurededébut", "begintijd"}
)
_END = frozenset(
    {"completiontime", "fuldførelsestidspunkt", "fullføringstidspunkt", "fullføringstid", "slutförandetid"}
    | {"fertigstellungszeit", "heuredefin", "sluttidspunkt", "sluttid", "tijdvanvoltooien"}
)
_PERSON = frozenset({"email", "mail", "epost", "name", "navn", "namn", "nom"})
_OTHERS = frozenset(
    {"lastmodifiedtime", "tidspunktforsenesteændring", "senestændret", "tidspunktforsidsteændring"}
    | {"language", "sprog", "totalpoints", "samletantalpoint", "pointialt", "quizfeedback"}
)
_QUIZ = re.compile(r"(?:points?|feedback)\s+-\s+", re.IGNORECASE)
_REPEATED = re.compile(r"(.*\D)(\d{1,2})\Z", re.DOTALL)
_LEAST = 3


def recognises(_path: Path, table: TextTable) -> bool:
    """Whether the header begins as Microsoft's does, in Danish, English or a neighbour's language."""
    if not table.rows or len(table.rows[0]) < _LEAST:
        return False
    first, second, third = (plain(cell) for cell in table.rows[0][:3])
    return first in _ID and second in _START and third in _END


def read_microsoft_forms(path: Path, table: TextTable) -> SurveyExport:
    """The answers to a form.

    Raises
    ------
    EvaluationError
        ``import-row-width`` when a row of a csv has more or fewer fields than the header.
    """
    top, rows, notices = even_rows(table, path, 1)
    file = ToolFile(len(rows), notices, top[0])
    header = top[0]
    questions = False
    for number, (name, raw) in enumerate(zip(header, columns_of(rows, len(header)), strict=True)):
        # Hard blanks come with texts pasted into the form.
        cells = [cell.replace("\xa0", " ") for cell in raw]
        own = number < _LEAST or (not questions and plain(name) in _PERSON | _OTHERS)
        questions = not own
        if own:
            file.add(name, cells, label=name, kind="date" if number in (1, 2) else "system")
        elif _QUIZ.match(name):
            file.add(name, cells, label=name, kind="number" if name.casefold().startswith("point") else "open")
        else:
            _add_answers(file, name, cells, _label(file, name, header[:number]))
    return file.export("microsoft-forms", path, len(header))


def _label(file: ToolFile, name: str, before: Sequence[str]) -> str:
    """The wording without the number that Excel's tables add to a repeated header; told."""
    match = _REPEATED.match(name)
    if match is None or int(match.group(2)) < 2 or match.group(1).strip() not in before:
        return name
    file.notices.append(Notice("forms-repeated-header", variable=match.group(1).strip(), detail=name))
    return match.group(1).strip()


def _add_answers(file: ToolFile, name: str, cells: Sequence[str], label: str) -> None:
    """One question: ticked options with their semicolons, a ranking, or one answer."""
    filled = [one_line(cell) for cell in cells if cell.strip()]
    ends = bool(filled) and all(cell.endswith(";") for cell in filled)
    if ends and same_in_every_order(filled, ";"):
        file.add(name, cells, label=label, kind="open")
        file.notices.append(Notice("forms-ranking", variable=name))
        return
    found = joined_texts(cells, ";", sure=ends)
    if found is not None:
        file.add_choices(name, found, label=label)
    else:
        file.add(name, cells, label=label)
