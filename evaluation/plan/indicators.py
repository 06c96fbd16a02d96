"""Register indicators: ``data/registers/indicators.csv``, one number a row, read and checked.

Columns ``indicator, unit, period, value, denominator, source`` and, where wanted, ``title,
kind, note``. Comma-separated with decimal points, or as Danish Excel saves it: semicolons
and decimal commas. Statistics Denmark's marks (``..``, ``.``, ``x``, ``-``) say why a number is
not there and are kept as reasons.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem
from evaluation.common.ids import slug
from evaluation.plan.form import near
from evaluation.plan.registers import FOLDER, Registers

FILE = "indicators.csv"
COLUMNS = ("indicator", "unit", "period", "value", "denominator", "source")
#: ``title`` (words for a report), ``kind`` (see :data:`KINDS`), ``note`` (whom the number is about).
OPTIONAL = ("title", "kind", "note")
#: ``andel``: share 0–1 of the denominator; ``procent``: the same in per cent; ``antal``: a count, added up over
#: units; ``tal``: any other number (days a year, children per adult), averaged over units.
KINDS = ("andel", "procent", "antal", "tal")
#: Statistics Denmark's marks: ``..`` too uncertain to be given or confidential, ``...`` not available, ``.`` cannot
#: occur, ``x`` withheld. ``-`` is printed there for nil, but the files met use it among the marks for missing and
#: suppressed numbers: it stays missing, with a reason of its own, and who means 0 writes 0. A 0 too many would be
#: believed, and summed; a number too few is seen.
MARKS: Mapping[str, str] = {
    "": "oplysning_mangler",
    "..": "usikker_eller_diskret",
    "...": "oplysning_mangler",
    "…": "oplysning_mangler",
    ".": "forekommer_ikke",
    "x": "tilbageholdt",
    "-": "ingen",
    "–": "ingen",
}
#: What ``unit`` may say about the whole municipality.
WHOLE = frozenset({"", "kommune", "kommunen", "i alt"})
_PERIOD = re.compile(r"(\d{4})(?:(?:-|M|m)(\d{1,2}))?\Z")
_THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?\Z")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?\Z")
_LINES_TOLD = 5


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number of a register.

    Attributes
    ----------
    unit : str
        Id of the register; empty for the whole municipality.
    period : str
        ``2024`` or ``2024-03``.
    value, denominator : float or None
        None where there is none; ``missing`` then says why a value is missing.
    """

    indicator: str
    unit: str
    period: str
    value: float | None
    denominator: float | None
    source: str = ""
    title: str = ""
    kind: str = "tal"
    note: str = ""
    missing: str = ""

    @property
    def day(self) -> date:
        """A day in the middle of the period, where a figure puts it."""
        year, _, month = self.period.partition("-")
        return date(int(year), int(month), 15) if month else date(int(year), 7, 1)


def load_indicators(root: Path, registers: Registers) -> tuple[Indicator, ...]:
    """The indicators of the workspace at ``root``; none where there is no file.

    Raises
    ------
    EvaluationError
        With everything that is wrong in the file, by line.
    """
    rows, problems = read_indicators(root, registers)
    if problems:
        raise EvaluationError(problems)
    return rows


def read_indicators(root: Path, registers: Registers) -> tuple[tuple[Indicator, ...], list[Problem]]:
    """What could be read of the indicators, and what is wrong with them."""
    name, path = f"{FOLDER}/{FILE}", root / FOLDER / FILE
    if not path.is_file():
        return (), []
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return (), [Problem("register-not-utf8", name)]
    if "\0" in text:
        return (), [Problem("register-not-utf8", name)]
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    header = [cell.strip() for cell in next(reader, [])]
    problems = _header(name, header)
    if problems:
        return (), problems
    file = _File(name, registers)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            file.add(reader.line_num, header, [cell.strip() for cell in cells])
    return file.finished()


def _header(name: str, header: Sequence[str]) -> list[Problem]:
    if not header:
        return [Problem("register-no-header", name, params={"columns": ",".join(COLUMNS)})]
    known = (*COLUMNS, *OPTIONAL)
    problems = [
        Problem(
            "register-unknown-column",
            f"{name}:1",
            column,
            {"near": near(column, known) or "–", "known": ", ".join(known)},
        )
        for column in header
        if column not in known
    ]
    for column in ("indicator", "period", "value"):
        if column not in header:
            problems.append(Problem("register-missing-column", f"{name}:1", ", ".join(header), {"column": column}))
    return problems


def parse_number(text: str, *, comma: bool) -> float | None:
    """A number as it is written in the file; None for what is none.

    Parameters
    ----------
    comma : bool
        Whether the file writes decimal commas: ``1.234`` is then one thousand two hundred and thirty-four.
    """
    if comma and _THOUSANDS.match(text):
        text = text.replace(".", "")
    if not _NUMBER.match(text):
        return None
    return float(text.replace(",", "."))


def parse_period(text: str) -> str | None:
    """``2024`` or ``2024-03`` (also Statistics Denmark's ``2024M03``); None for anything else."""
    match = _PERIOD.match(text)
    if match is None or not 1990 <= int(match[1]) <= 2100:
        return None
    if match[2] is None:
        return match[1]
    return f"{match[1]}-{int(match[2]):02d}" if 1 <= int(match[2]) <= 12 else None


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        return self.cells.get(column, "")


class _File:
    """The lines of the file while they are checked together."""

    def __init__(self, name: str, registers: Registers) -> None:
        self.name, self.registers = name, registers
        self.lines: list[_Line] = []
        self.problems: list[Problem] = []

    def add(self, number: int, header: Sequence[str], cells: Sequence[str]) -> None:
        if len(cells) != len(header):
            found, wanted = str(len(cells)), {"wanted": str(len(header))}
            self.problems.append(Problem("register-cells", f"{self.name}:{number}", found, wanted))
            return
        self.lines.append(_Line(number, dict(zip(header, cells, strict=True))))

    def finished(self) -> tuple[tuple[Indicator, ...], list[Problem]]:
        # One comma in any number settles how all of them are written; two ways in one file are told below.
        numbers = [line.text(column) for line in self.lines for column in ("value", "denominator")]
        comma = any("," in text for text in numbers)
        if comma:
            points = [t for t in numbers if _NUMBER.match(t) and "." in t and not _THOUSANDS.match(t)]
            if points:
                self.problems.append(Problem("indicator-mixed-decimals", self.name, points[0]))
        kinds = self._kinds(comma)
        made: list[Indicator] = []
        seen: dict[tuple[str, str, str], int] = {}
        for line in self.lines:
            row = self._row(line, comma, kinds)
            if row is None:
                continue
            key = (row.indicator, row.unit.casefold(), row.period)
            if key in seen:
                self._told(line, "register-duplicate", ", ".join(part for part in key if part), line=str(seen[key]))
            seen.setdefault(key, line.number)
            made.append(row)
        return tuple(made), _folded(self.problems)

    def _told(self, at: _Line, code: str, found: str, **params: str) -> None:
        self.problems.append(Problem(code, f"{self.name}:{at.number}", found, params))

    def _kinds(self, comma: bool) -> dict[str, str]:
        """The kind of each indicator: as written, else a share where all values lie in 0–1 and have denominators."""
        kinds: dict[str, str] = {}
        for name in dict.fromkeys(line.text("indicator") for line in self.lines):
            mine = [line for line in self.lines if line.text("indicator") == name]
            written = {line.text("kind") for line in mine if line.text("kind")}
            if len(written) > 1 or written - set(KINDS):
                self._told(mine[0], "indicator-bad-kind", ", ".join(sorted(written)), known=", ".join(KINDS))
            if len(written) == 1:
                kinds[name] = written.pop()
                continue
            values = [parse_number(line.text("value"), comma=comma) for line in mine]
            known = [v for v in values if v is not None]
            over = all(line.text("denominator") for line, v in zip(mine, values, strict=True) if v is not None)
            kinds[name] = "andel" if known and over and all(0 <= v <= 1 for v in known) else "tal"
        return kinds

    def _row(self, line: _Line, comma: bool, kinds: Mapping[str, str]) -> Indicator | None:
        name, written = line.text("indicator"), line.text("period")
        if not name:
            self._told(line, "register-empty", "", column="indicator")
            return None
        if slug(name) != name:
            self._told(line, "indicator-bad-name", name, near=slug(name))
        period = parse_period(written)
        if period is None:
            self._told(line, "indicator-bad-period", written)
        unit = self._unit(line)
        value, missing = self._value(line, comma)
        under = self._denominator(line, comma)
        kind = kinds[name]
        top = {"andel": 1.0, "procent": 100.0}.get(kind)
        if value is not None and (value < 0 or (top is not None and value > top)):
            self._told(line, "indicator-out-of-range", line.text("value"), kind=kind)
        if period is None or unit is None:
            return None
        texts = {column: line.text(column) for column in ("source", "title", "note")}
        return Indicator(name, unit, period, value, under, kind=kind, missing=missing, **texts)

    def _unit(self, line: _Line) -> str | None:
        written = line.text("unit")
        if written.casefold() in WHOLE:
            return ""
        unit = self.registers.unit(written)
        if unit is not None:
            return unit.id
        if not self.registers.units:
            return written
        ids = [u.id for u in self.registers.units]
        by_name = {u.name: u.id for u in self.registers.units}
        close = [
            *get_close_matches(written, ids, 2),
            *(by_name[n] for n in get_close_matches(written, list(by_name), 2)),
        ]
        self._told(line, "indicator-unknown-unit", written, near=", ".join(dict.fromkeys(close)) or "–")
        return None

    def _value(self, line: _Line, comma: bool) -> tuple[float | None, str]:
        written = line.text("value")
        if written.casefold() in MARKS:
            return None, MARKS[written.casefold()]
        value = parse_number(written, comma=comma)
        if value is None:
            self._told(line, "indicator-bad-number", written, column="value")
        return value, ""

    def _denominator(self, line: _Line, comma: bool) -> float | None:
        written = line.text("denominator")
        if written.casefold() in MARKS:
            return None
        value = parse_number(written, comma=comma)
        if value is None or value < 0:
            self._told(line, "indicator-bad-number", written, column="denominator")
            return None
        return value


def _folded(problems: Iterable[Problem]) -> list[Problem]:
    """The first lines with the same mistake and how many more there are."""
    same: dict[str, list[Problem]] = {}
    for problem in problems:
        same.setdefault(problem.code, []).append(problem)
    told = []
    for found in same.values():
        told += found[:_LINES_TOLD]
        if len(found) > _LINES_TOLD:
            last = told.pop()
            more = f"{last.where} (+{len(found) - _LINES_TOLD})"
            told.append(Problem(last.code, more, last.found, last.params))
    return told
