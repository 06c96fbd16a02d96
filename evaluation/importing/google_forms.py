"""Google Forms: one header row of question texts behind a column of times; answers are texts.

Ticked boxes are joined with ", " in the sheet and with ";" in the file that the form
itself gives, and an option may hold a comma: what cannot be known is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from evaluation.importing.choices import joined_texts
from evaluation.importing.export import SurveyExport
from evaluation.importing.notices import Notice
from evaluation.importing.text import TextTable
from evaluation.importing.toolfile import ToolFile, columns_of, even_rows, plain

_TIMES = """
timestamp tidsstempel tidsmerke tidstämpel horodateur zeitstempel tijdstempel aikaleima tímastimpill
marcatemporal informazionicronologiche carimbodedatahora sygnaturaczasowa időbélyeg časovéznačka отметкавремени
"""
_TIME_WORDS = frozenset(_TIMES.split())
_MOMENT = re.compile(r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}\.?,?[ T]+\d{1,2}[.:]\d{2}")
_ADDRESS = frozenset(
    {"emailaddress", "username", "mailadresse", "emailadresse", "brugernavn", "epostadress", "epostadresse", "email"}
)
_GRID = re.compile(r"(.+?)\s*\[(.+)\]\Z", re.DOTALL)
_FEW = 30


def recognises(_path: Path, table: TextTable) -> bool:
    """Whether the first column is Google's: its name in one of many languages, and moments below it."""
    if not table.rows or not table.rows[0] or plain(table.rows[0][0]) not in _TIME_WORDS:
        return False
    filled = [row[0].strip() for row in table.rows[1:200] if row and row[0].strip()]
    return all(_MOMENT.match(cell) for cell in filled)


def read_google_forms(path: Path, table: TextTable) -> SurveyExport:
    """The answers to a form, a sheet of them or the form's own csv.

    Raises
    ------
    EvaluationError
        ``import-row-width`` when a row has more or fewer fields than the header.
    """
    top, rows, notices = even_rows(table, path, 1)
    file = ToolFile(len(rows), notices, top[0])
    header = top[0]
    for number, (name, cells) in enumerate(zip(header, columns_of(rows, len(header)), strict=True)):
        label = _label(name)
        if number == 0:
            file.add(name, cells, label=name, kind="date")
        elif number == 1 and plain(name) in _ADDRESS:
            file.add(name, cells, label=name, kind="system")
        else:
            _add_answers(file, name, cells, label)
    trimmed = sum(cell != cell.strip() for row in rows for cell in row)
    if trimmed:
        file.notices.append(Notice("blanks-trimmed", rows=trimmed))
    return file.export("google-forms", path, len(header))


def _label(name: str) -> str:
    """A grid's "Stem [item]" told as other tools tell it: "Stem - item"."""
    match = _GRID.match(name)
    return f"{match.group(1)} - {match.group(2)}" if match else name


def _add_answers(file: ToolFile, name: str, cells: Sequence[str], label: str) -> None:
    """One question: boxes joined in a cell, or one answer."""
    filled = {cell.strip() for cell in cells if cell.strip()}
    separator = ";" if any(";" in cell for cell in filled) and not any("; " in cell for cell in filled) else ", "
    found = joined_texts(cells, separator)
    if found is not None:
        file.add_choices(name, found, label=label)
        return
    file.add(name, cells, label=label)
    joined = [cell for cell in filled if separator in cell]
    if joined and file.variables[-1].type == "single" and len(filled) <= _FEW:
        file.notices.append(Notice("choices-unsure", variable=name, rows=len(joined)))
