"""Qualtrics: three header rows (name, wording, ImportId) or the older two, csv, tsv or xlsx.

Row 3 is the same in every language; row 2 and the texts of row 1 are not. Joined answers
("1,4,7") and split ones (Q5_1, Q5_2) become one variable per option.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from evaluation.importing.choices import joined_codes, joined_texts
from evaluation.importing.export import SurveyExport, Variable
from evaluation.importing.notices import Notice
from evaluation.importing.text import TextTable
from evaluation.importing.toolfile import ToolFile, columns_of, even_rows, plain

_IMPORT_ID = re.compile(r"\{\s*['\"]ImportId['\"]\s*:")
# Names of Qualtrics' own columns, in either generation, as letters and digits only.
_SYSTEM_NAMES = """
startdate enddate status ipaddress progress durationinseconds duration finished recordeddate responseid recordid
recipientlastname recipientfirstname recipientemail externalreference externaldatareference locationlatitude
locationlongitude locationaccuracy distributionchannel userlanguage responseset name emailaddress
qrecaptchascore qrelevantidduplicate qrelevantidduplicatescore qrelevantidfraudscore
qrelevantidlaststartdate qballotboxstuffing qtotalduration
"""
_SYSTEM = frozenset(_SYSTEM_NAMES.split())
# Together they are no accident: an id of Qualtrics' and one of its times or flags.
_IDS = frozenset({"responseid", "recordid"})
_SIGNS = frozenset({"startdate", "enddate", "finished", "recordeddate", "distributionchannel", "responseset"})
_LEAST_SIGNS = 2
_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b")
_QUESTION = re.compile(r"QID\d+", re.IGNORECASE)
_SPLIT = re.compile(r"(.+)_(\d+)\Z")
#: Asked, seen and not answered; a code of the export, not of the questionnaire.
UNANSWERED = frozenset({"-99"})
_TRUE = frozenset({"1", "true", "ja", "yes", "wahr", "oui", "vrai", "sand"})
_FALSE = frozenset({"0", "false", "nej", "no", "falsch", "nein", "non", "faux", "falsk", "nei"})
_HOME_ZONES = frozenset(
    {"Europe/Copenhagen", "CET", "Europe/Berlin", "Europe/Paris", "Europe/Stockholm", "Europe/Oslo"}
)


@dataclass(frozen=True, slots=True)
class Head:
    """One column's three headers."""

    name: str
    wording: str
    source: str
    choice: str = ""
    zone: str = ""

    @property
    def own(self) -> str:
        """Which of Qualtrics' own columns this is (``finished``), or empty."""
        key = plain(self.source or self.name)
        return ("responseid" if key == "recordid" else key) if key in _SYSTEM else ""

    @property
    def is_text(self) -> bool:
        """Typed by the respondent."""
        return "_TEXT" in self.source or self.name.endswith("_TEXT")

    @property
    def is_question(self) -> bool:
        """From the questionnaire; embedded data has an ImportId without a question number."""
        return bool(_QUESTION.match(self.source)) if self.source else not self.own


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many header rows a file of Qualtrics' has (1 to 3); 0 when it is none of theirs."""
    if not rows:
        return 0
    if len(rows) > 2 and _names_sources(rows[2]):
        return 3
    for number, row in enumerate(rows[:2]):
        found = {plain(cell) for cell in row}
        if found & _IDS and len(found & _SIGNS) >= _LEAST_SIGNS:
            if number:
                return 2
            return 1 + (len(rows) > 1 and not _holds_answers(row, rows[1]))
    return 0


def _names_sources(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return bool(filled) and sum(bool(_IMPORT_ID.match(cell.strip())) for cell in filled) * 2 > len(filled)


def _holds_answers(names: Sequence[str], row: Sequence[str]) -> bool:
    """Whether the row under the names is an answer: dates stand where the names say dates."""
    places = [n for n, name in enumerate(names) if plain(name) in ("startdate", "enddate", "recordeddate")]
    return any(n < len(row) and _DATE.match(row[n]) for n in places)


def recognises(_path: Path, table: TextTable) -> bool:
    """Whether the rows are an export of Qualtrics'."""
    return header_rows(table.rows) > 0


def read_qualtrics(path: Path, table: TextTable) -> SurveyExport:
    """An export of Qualtrics', with previews and tests marked as rejected.

    Raises
    ------
    EvaluationError
        ``import-row-width`` when a row has more or fewer fields than the headers.
    """
    count = header_rows(table.rows)
    sources = [_source(cell) for cell in table.rows[2]] if count == 3 else []
    top, rows, notices = even_rows(table, path, count)
    heads = _heads(top, sources)
    cells = columns_of(rows, len(heads))
    file = ToolFile(len(rows), notices, top[0])
    zones = sorted({head.zone for head in heads if head.zone and head.zone not in _HOME_ZONES})
    if zones:
        file.notices.append(Notice("qualtrics-zone", detail=", ".join(zones)))
    if count < 3:
        file.notices.append(Notice("qualtrics-headers", rows=count))
    split = _split_sets(heads, cells)
    asked: set[str] = set()
    for number, head in enumerate(heads):
        before = len(file.variables)
        if number in split:
            _add_split(file, head, cells, number, split[number])
        else:
            _add_column(file, head, cells[number])
        asked |= {v.name for v in file.variables[before:] if head.is_question and not head.own}
    file.variables = _with_not_shown(file.variables, asked)
    seen = [v.name for v in file.variables if v.missing & UNANSWERED]
    if seen:
        file.notices.append(Notice("qualtrics-unanswered", variable=", ".join(seen[:4]), rows=len(seen)))
    status = _status(file, heads, cells)
    return file.export("qualtrics", path, len(heads), status=status, said=[h.wording for h in heads])


def _with_not_shown(variables: Sequence[Variable], asked: Collection[str]) -> list[Variable]:
    """Questions whose empty cells were never shown, because -99 stands where one was seen and left.

    The export writes -99 for all questions or for none: with two that hold it, a third that has none
    was answered by all who saw it. A single one may have a category of that number; it speaks for itself.
    """
    holding = {v.set_name or v.name for v in variables if v.name in asked and v.missing & UNANSWERED}
    every = len(holding) > 1
    return [
        replace(v, not_shown=True) if v.name in asked and (every or (v.set_name or v.name) in holding) else v
        for v in variables
    ]


def _source(cell: str) -> tuple[str, str, str]:
    """ImportId, choice and time zone of a cell of row 3; a damaged one is empty."""
    try:
        found = json.loads(cell)
    except ValueError:
        return "", "", ""
    if not isinstance(found, dict):
        return "", "", ""
    return str(found.get("ImportId", "")), str(found.get("choiceId", "")), str(found.get("timeZone", ""))


def _heads(top: Sequence[Sequence[str]], sources: Sequence[tuple[str, str, str]]) -> list[Head]:
    names = top[0]
    wordings = top[1] if len(top) > 1 else [""] * len(names)
    found = [*sources, *[("", "", "")] * len(names)]
    heads = []
    for name, wording, (source, choice, zone) in zip(names, wordings, found, strict=False):
        # The oldest exports call their own columns V1, V2 …; the second row has the name.
        old = bool(re.fullmatch(r"V\d+", name)) and plain(wording) in _SYSTEM
        heads.append(Head(wording if old else name, wording, source, choice, zone))
    return heads


def _add_column(file: ToolFile, head: Head, cells: Sequence[str]) -> None:
    """One column that is not split: Qualtrics' own, free text, joined or single answers."""
    label = head.wording or head.name
    if head.own:
        number = head.own.startswith(("duration", "progress", "location", "qtotalduration"))
        file.add(head.name, cells, label=label, kind="number" if number else "system")
        return
    if head.is_text:
        file.add(head.name, cells, label=label, kind="open", missing=UNANSWERED)
        return
    found = None
    if head.is_question:
        answers = ["" if cell.strip() in UNANSWERED else cell for cell in cells]
        found = joined_codes(answers) or joined_texts(answers, ",")
    if found is None:
        file.add(head.name, cells, label=label, missing=UNANSWERED)
        return
    missing = [cell.strip() if cell.strip() in UNANSWERED else "" for cell in cells]
    codes = all(option.isdigit() for option in found.options)
    file.add_choices(head.name, found, label=label, codes=codes, missing_rows=missing)


def _split_sets(heads: Sequence[Head], cells: Sequence[Sequence[str]]) -> dict[int, tuple[str, list[int]]]:
    """Columns Q5_1, Q5_2 … that are options of one question, not rows of a grid: place → stem and places."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, head in enumerate(heads):
        match = _SPLIT.match(head.name)
        if match and not head.own and not head.is_text and head.is_question:
            parent = _QUESTION.match(head.source)
            groups.setdefault((match.group(1), parent.group(0) if parent else ""), []).append(number)
    found: dict[int, tuple[str, list[int]]] = {}
    used: Counter[str] = Counter()
    for (stem, _), places in groups.items():
        if _are_options([heads[p] for p in places], [cells[p] for p in places]):
            # Names may repeat in a file; two questions are never one set.
            used[stem] += 1
            name = stem if used[stem] == 1 else f"{stem}_{used[stem]}"
            found |= dict.fromkeys(places, (name, places))
    return found


def _are_options(heads: Sequence[Head], cells: Sequence[Sequence[str]]) -> bool:
    """Whether columns hold a tick or nothing.

    A grid whose every answer happens to be 1 is told apart by its rows: a person who
    answers a grid fills it, a person who ticks boxes leaves some.
    """
    values = [{c.strip() for c in column if c.strip()} - UNANSWERED - {"0"} for column in cells]
    if all(head.choice for head in heads):
        return all(len(found) <= 1 for found in values)
    if any(len(found) > 1 for found in values) or not any(values):
        return False
    own = [found <= {_option(head)} for found, head in zip(values, heads, strict=True)]
    if all(own):
        return True
    if any(found - {"1"} for found in values):
        return False
    rows = [[cell.strip() == "1" for cell in row] for row in zip(*cells, strict=True)]
    return len(heads) > 1 and any(any(row) and not all(row) for row in rows)


def _option(head: Head) -> str:
    """The option's text at the end of the wording ("Question - Option")."""
    return head.wording.rpartition(" - ")[2]


def _add_split(
    file: ToolFile, head: Head, cells: Sequence[Sequence[str]], number: int, group: tuple[str, list[int]]
) -> None:
    """One option of a split question: not ticked is 0 only where the row holds a sign that it was asked."""
    stem, places = group
    code = head.choice or head.name.rpartition("_")[2]
    ticks: list[bool | None] = []
    missing = []
    for row, cell in enumerate(cells[number]):
        answers = [cells[p][row].strip() for p in places]
        unanswered = any(a in UNANSWERED for a in answers)
        ticked = any(a and a != "0" and a not in UNANSWERED for a in answers)
        asked = any(answers)
        value = cell.strip()
        # All of them -99: asked, seen, nothing ticked. Some: the code only fills the boxes left open.
        missing.append("-99" if unanswered and not ticked else "")
        ticks.append(None if not asked else bool(value) and value != "0" and value not in UNANSWERED)
    file.add_ticks(
        head.name,
        ticks,
        question=stem,
        choice=code,
        label=head.wording or head.name,
        missing_rows=missing,
        long_name=head.name,
    )


def _status(file: ToolFile, heads: Sequence[Head], cells: Sequence[Sequence[str]]) -> pd.Series | None:
    """Completed or partial by ``Finished`` (else Progress); previews, tests are rejected and told."""
    own = {head.own: number for number, head in reversed(list(enumerate(heads))) if head.own}
    if "finished" not in own and "progress" not in own:
        return None
    status: list[str | None] = [None] * file.rows
    unknown: set[str] = set()
    for row in range(file.rows):
        finished = cells[own["finished"]][row].strip().casefold() if "finished" in own else ""
        progress = cells[own["progress"]][row].strip() if "progress" in own else ""
        if finished in _TRUE or finished in _FALSE:
            status[row] = "completed" if finished in _TRUE else "partial"
        elif progress:
            status[row] = "completed" if progress == "100" else "partial"
        elif finished:
            unknown.add(finished)
    tests, spam = 0, 0
    for row, cell in enumerate(cells[own["status"]] if "status" in own else ()):
        kind = _response_kind(cell)
        if kind == "test":
            status[row] = "rejected"
        tests += kind == "test"
        spam += kind == "spam"
        if kind == "unknown":
            unknown.add(cell.strip())
    for code, count in (("qualtrics-tests", tests), ("qualtrics-spam", spam)):
        if count:
            file.notices.append(Notice(code, rows=count))
    if unknown:
        file.notices.append(Notice("qualtrics-status", detail=", ".join(sorted(unknown)[:4])))
    if any(value is None for value in status):
        file.notices.append(Notice("status-none", rows=sum(value is None for value in status)))
    return pd.Series(status, dtype=object, index=pd.RangeIndex(file.rows))


def _response_kind(cell: str) -> str:
    """``real``, ``test``, ``spam`` or ``unknown``; the codes are bits: 1 preview, 2 test, 8 spam."""
    text = cell.strip().casefold()
    if text.isdecimal():
        code = int(text)
        if code & 3:
            return "test"
        return "spam" if code & 8 else "real"
    if "preview" in text or "test" in text:
        return "test"
    if "spam" in text:
        return "spam"
    return "real" if text in ("", "ip address", "ip-adresse", "imported", "offline", "adresse ip") else "unknown"
