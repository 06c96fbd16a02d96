"""What the readers of online survey tools share: even rows, names, columns, and one export made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.common.errors import fail
from evaluation.common.files import hash_file
from evaluation.importing.choices import Choices
from evaluation.importing.export import SurveyExport, Variable, VariableType
from evaluation.importing.fictional import says_fictional
from evaluation.importing.notices import Notice
from evaluation.importing.text import TextTable, number_column, text_column, writes_decimal_commas

_FEW_VALUES = 30
_FEW_CODES = 15
_CLEARLY_FEW = 5
_REPEATED_SHARE = 0.6
_LISTED = 4


def plain(text: str) -> str:
    """A header to compare by: letters and digits only, lower case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def one_line(text: str) -> str:
    """Text without newlines, hard blanks and blanks at its ends."""
    return " ".join(text.split())


def even_rows(table: TextTable, where: Path, headers: int) -> tuple[list[list[str]], list[list[str]], list[Notice]]:
    """Header rows and answer rows of one width; empty fields behind the last header and empty rows are cut.

    The width is that of the widest header row: in files with several, the first may end in blanks.

    Raises
    ------
    EvaluationError
        ``import-row-width`` naming the first row with too many or too few fields.
    """
    top = table.rows[:headers]
    width = max((n for row in top for n, cell in enumerate(row, start=1) if cell.strip()), default=0)
    notices = list(table.notices)
    head = [[one_line(cell) for cell in [*row, *[""] * width][:width]] for row in top]
    phantom = any(len(row) > width for row in top)
    rows, wrong, empty = [], [], 0
    for number, row in enumerate(table.rows[headers:], start=headers + 1):
        if not any(cell.strip() for cell in row):
            empty += bool(row)
            continue
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            row, phantom = row[:width], True
        if len(row) != width:
            wrong.append((number, len(row)))
        rows.append(row)
    if wrong:
        number, fields = wrong[0]
        raise fail("import-row-width", where=f"{where}, row {number}", found=fields, width=width, rows=len(wrong))
    # A sheet is as wide as its widest row; only in text is a field behind the last header odd.
    if phantom and table.delimiter:
        notices.append(Notice("phantom-delimiter", detail=where.name))
    if empty:
        notices.append(Notice("empty-rows-inside", rows=empty))
    return head, rows, notices


class ToolFile:
    """Columns of an export as they are found, with names that no two of them share.

    Parameters
    ----------
    rows : int
        Answer rows; every column has as many cells.
    header : sequence of str
        The file's own names; no name made here takes one of them.
    """

    def __init__(self, rows: int, notices: Iterable[Notice] = (), header: Sequence[str] = ()) -> None:
        self.rows = rows
        self._header = frozenset(map(one_line, header))
        self.notices = list(notices)
        self.variables: list[Variable] = []
        self.columns: dict[str, pd.Series] = {}
        self._sets: set[str] = set()
        self._texts: list[str] = []

    def name(self, wanted: str, *, made: bool = False) -> str:
        """``wanted``, or with a number where it is taken; the repeat is told. ``made`` names are not the file's."""
        base = one_line(wanted) or f"column_{len(self.columns) + 1}"
        name, number = base, 1
        while name in self.columns or name in self._sets or ((made or number > 1) and name in self._header):
            number += 1
            name = f"{base}_{number}"
        if name != base:
            self.notices.append(Notice("duplicate-column", variable=base, detail=name))
        return name

    def add(
        self,
        name: str,
        cells: Sequence[str],
        *,
        label: str = "",
        kind: VariableType | None = None,
        missing: frozenset[str] = frozenset(),
    ) -> None:
        """One column; without ``kind`` it is told from the cells: codes, numbers, few texts or free text."""
        stripped = [cell.strip() for cell in cells]
        number = None
        if kind not in ("system", "date", "open"):
            number = number_column(stripped, writes_decimal_commas([stripped]))
        series = text_column(stripped) if number is None else number
        if kind is None:
            kind = _kind(series)
        name = self.name(name)
        used = frozenset(missing & set(stripped))
        self.columns[name] = series
        self.variables.append(Variable(name, label=one_line(label), type=kind, missing=used))
        if number is None:
            self._texts += [str(value) for value in series.dropna().unique()[:200]]
        self._texts += [name, label]

    def add_ticks(
        self,
        name: str,
        ticks: Sequence[bool | None],
        *,
        question: str,
        choice: str,
        label: str,
        missing_rows: Sequence[str] = (),
        long_name: str = "",
        made: bool = False,
    ) -> None:
        """One option of a multiple-choice question: 1 ticked, 0 not, empty where nobody can say it was asked.

        ``missing_rows`` holds, where it is not empty, the file's own missing code of a row.
        """
        values = np.array([np.nan if tick is None else float(tick) for tick in ticks], dtype="float64")
        codes = missing_rows or [""] * self.rows
        for place, code in enumerate(codes):
            if code:
                values[place] = float(code)
        name = self.name(name, made=made)
        self.columns[name] = pd.Series(values)
        self.variables.append(
            Variable(
                name,
                label=one_line(label),
                type="multiple",
                set_name=question,
                choice=choice,
                missing=frozenset(code for code in codes if code),
                long_name=long_name,
            )
        )
        self._texts.append(label)

    def add_choices(
        self,
        name: str,
        found: Choices,
        *,
        label: str,
        codes: bool = False,
        missing_rows: Sequence[str] = (),
    ) -> None:
        """One variable per option of a joined column; own words become an open variable beside them."""
        name = self.name(name)
        self._sets.add(name)
        for option in found.options:
            self.add_ticks(
                f"{name}_{option}" if codes else f"{name} [{option}]",
                [None if chosen is None else option in chosen for chosen in found.chosen],
                question=name,
                choice=option,
                label=f"{label} - {option}",
                missing_rows=missing_rows,
                long_name=name,
                made=True,
            )
        own = sum(map(bool, found.other))
        if own:
            self.add(f"{name} [+]", found.other, label=label, kind="open")
            self.notices.append(Notice("choices-own-words", variable=name, rows=own))
        self.notices.append(Notice("choices-split", variable=name, detail=str(len(found.options))))
        if found.doubtful:
            listed = "; ".join(f"»{text}«" for text in found.doubtful[:_LISTED])
            self.notices.append(Notice("choices-doubtful", variable=name, detail=listed))

    def export(
        self, format_name: str, path: Path, columns: int, *, status: pd.Series | None = None, said: Iterable[str] = ()
    ) -> SurveyExport:
        """Everything added, as one export; ``columns`` is how many the file has."""
        if status is None:
            self.notices.append(Notice("no-status"))
        return SurveyExport(
            format=format_name,
            files=(path,),
            sha256=hash_file(path),
            data=pd.DataFrame(self.columns, index=pd.RangeIndex(self.rows)),
            variables=tuple(self.variables),
            status=status,
            fictional=says_fictional([*self._texts, *said]),
            warnings=tuple(self.notices),
            file_columns=columns,
        )


def _kind(series: pd.Series) -> VariableType:
    """What a column without a declared type seems to be."""
    values = series.dropna()
    if series.dtype.kind == "f":
        whole = bool((values % 1 == 0).all())
        return "single" if whole and values.nunique() <= _FEW_CODES else "number"
    distinct = values.nunique()
    unique = distinct > _CLEARLY_FEW and distinct > _REPEATED_SHARE * len(values)
    return "open" if distinct > _FEW_VALUES or unique else "single"


def columns_of(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Rows turned into columns."""
    return [[row[number] for row in rows] for number in range(width)]
