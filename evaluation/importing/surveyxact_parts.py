"""What SurveyXact's structure and labels say about the columns of a dataset.

Two things in these exports mislead: the suffix of a multiple-choice column is the
ordinal of the option, not its code (only the structure knows the code), and such a
column is 0, never empty, also for people who never saw the question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evaluation.importing.export import Status, Variable, VariableType
from evaluation.importing.notices import Notice

Rows = Sequence[Sequence[str]]

#: Question names that SurveyXact itself fills.
_SYSTEM_NAMES = """
survey respondentid organization created modified closetime starttime difftime responsecollectsessions
numberofreturnedmail importgroup distributionschedule email digitaldistributionstatus
digitaldistributionerrormessage lang statinternal statcompletion statcreation statdistribution statsource
statcollect statoverall
"""
SYSTEM = frozenset(_SYSTEM_NAMES.split())
#: ``choiceValue`` of ``statoverall``; its wording differs between languages, the code does not.
STATUS: Mapping[str, Status] = {
    "1": "not_opened",
    "2": "not_opened",
    "3": "partial",
    "4": "completed",
    "5": "rejected",
}
# Where two are ticked the answers decide: completed, partial, rejected, sent, new.
_STATUS_ORDER = ("1", "2", "5", "3", "4")
_STATUS_NAME = re.compile(r"stato(?:verall)?_([1-5])\Z", re.IGNORECASE)
_SYSTEM_SET = re.compile(
    r"(?:stat|statc|statd|stats|stato|statinternal|statcompletion|statcreation|statdistribution|statsource"
    r"|statcollect|statoverall)_\d+\Z"
)
_CUT = frozenset(name[:8] for name in SYSTEM if len(name) > 8)
# What the two labels of a multiple-choice column are, in the languages seen.
_TICKED = (
    {"ikke valgt", "valgt"},
    {"not selected", "selected"},
    {"nicht ausgewählt", "ausgewählt"},
)
_COLUMNS = ("questionname", "variablename", "questiontype", "subtype", "questiontext", "choicevalue", "choicetext")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the structure: one column of the dataset."""

    question: str
    name: str
    kind: str
    subtype: str
    text: str
    choice: str
    choice_text: str

    @property
    def is_system(self) -> bool:
        """Filled by SurveyXact, not by a respondent."""
        return self.question.casefold() in SYSTEM


def is_structure_header(header: Sequence[str]) -> bool:
    """Whether these are the column names of a structure."""
    names = [name.strip().casefold() for name in header]
    return "questionname" in names and "variablename" in names


def read_structure(rows: Rows) -> tuple[Entry, ...]:
    """The structure's rows; columns are found by name, so a phantom last field does no harm."""
    header = [name.strip().casefold() for name in rows[0]]
    places = [header.index(name) if name in header else -1 for name in _COLUMNS]
    entries = []
    for row in rows[1:]:
        cells = [" ".join(row[place].split()) if 0 <= place < len(row) else "" for place in places]
        if cells[1]:
            entries.append(Entry(*cells))
    return tuple(entries)


def read_labels(rows: Rows) -> dict[str, dict[str, str]]:
    """Labels by variable and code; the file has no header of its own."""
    labels: dict[str, dict[str, str]] = {}
    for row in rows:
        if len(row) < 3 or not row[0].strip() or row[0].strip().casefold() == "variablename":
            continue
        labels.setdefault(row[0].strip(), {})[row[1].strip()] = " ".join(row[2].split())
    return labels


def match_entries(names: Sequence[str], entries: Sequence[Entry]) -> dict[str, Entry]:
    """The structure's entry for each dataset column.

    By variable name; then, for names that one of the two files cut to eight
    characters, by question name, with the ordinal for multiple choice.
    """
    by_name = {entry.name.casefold(): entry for entry in entries}
    by_question: dict[str, list[Entry]] = {}
    for entry in entries:
        by_question.setdefault(entry.question.casefold(), []).append(entry)
    found: dict[str, Entry] = {}
    for name in names:
        key = name.casefold()
        stem, _, ordinal = key.rpartition("_")
        options = by_question.get(stem, [])
        if key in by_name:
            found[name] = by_name[key]
        elif len(by_question.get(key, [])) == 1:
            found[name] = by_question[key][0]
        elif ordinal.isdecimal() and 0 < int(ordinal) <= len(options):
            found[name] = options[int(ordinal) - 1]
    return found


def read_descriptions(rows: Rows) -> dict[str, str]:
    """The fourth table, ``variables``: the text of each variable, with or without a header of its own."""
    found = {row[0].strip().casefold(): " ".join(row[1].split()) for row in rows if len(row) > 1 and row[0].strip()}
    found.pop("variablename", None)
    return found


def others(entries: Sequence[Entry]) -> dict[str, str]:
    """Question that each open "Other" text belongs to, by variable name.

    Such a text is a variable of its own at the end of the file; only its text,
    "<question> - <option>", says whose it is. The longest question wins.
    """
    questions = {e.text: e.question for e in entries if e.kind.casefold() == "closed" and e.text and not e.is_system}
    longest = sorted(questions, key=len, reverse=True)
    found = {}
    for entry in entries:
        if entry.subtype.casefold() == "string" and " - " in entry.text:
            text = next((t for t in longest if entry.text.startswith(f"{t} - ")), None)
            if text is not None:
                found[entry.name.casefold()] = questions[text]
    return found


def _guess(name: str, labels: Mapping[str, str]) -> Variable:
    """A column that no structure tells of: its kind from its name and its two labels."""
    stem, _, ordinal = name.rpartition("_")
    if is_system_name(name):
        return Variable(name, type="system", value_labels=dict(labels))
    if stem and ordinal.isdigit() and {t.casefold() for t in labels.values()} in _TICKED:
        # The code of the option is not known: the ordinal is not it.
        return Variable(name, type="multiple", value_labels=dict(labels), set_name=stem)
    return Variable(name, value_labels=dict(labels))


def is_system_name(name: str) -> bool:
    """Whether SurveyXact fills this column itself, also where its name was cut to eight characters."""
    key = name.strip().casefold()
    return key in SYSTEM or key in _CUT or bool(_SYSTEM_SET.match(key))


def make_variable(name: str, entry: Entry | None, labels: Mapping[str, str], about: str = "") -> Variable:
    """One column's metadata from structure and labels."""
    if entry is None:
        return _guess(name, labels)
    multiple = entry.subtype.casefold() == "multiple"
    label = f"{entry.text} - {entry.choice_text}" if multiple and entry.choice_text else entry.text
    return Variable(
        name=name,
        label=label,
        type=_type(entry),
        value_labels=dict(labels),
        set_name=entry.question if multiple else "",
        choice=entry.choice if multiple else "",
        long_name="" if multiple else entry.question,
        about=about,
    )


def _type(entry: Entry) -> VariableType:
    if entry.is_system:
        return "system"
    kinds: dict[str, VariableType] = {"multiple": "multiple", "string": "open", "double": "number", "date": "date"}
    return kinds.get(entry.subtype.casefold(), "single")


def status_columns(names: Sequence[str], found: Mapping[str, Entry]) -> dict[str, str]:
    """Dataset column of each code of ``statoverall``."""
    columns = {
        entry.choice: name
        for name, entry in found.items()
        if entry.question.casefold() == "statoverall" and entry.choice in STATUS
    }
    if columns:
        return columns
    return {match.group(1): name for name in names if (match := _STATUS_NAME.match(name))}


def row_status(data: pd.DataFrame, columns: Mapping[str, str]) -> tuple[pd.Series, tuple[Notice, ...]]:
    """Status of each row; None where no status column is ticked."""
    status = pd.Series([None] * len(data), index=data.index, dtype=object)
    ticked = pd.Series(0, index=data.index)
    for code in _STATUS_ORDER:
        if code in columns:
            hit = pd.to_numeric(data[columns[code]], errors="coerce") == 1
            status[hit] = STATUS[code]
            ticked += hit
    notices = []
    if (ticked > 1).any():
        notices.append(Notice("status-several", rows=int((ticked > 1).sum())))
    if (ticked == 0).any():
        notices.append(Notice("status-none", rows=int((ticked == 0).sum())))
    return status, tuple(notices)
