"""REDCap's data dictionary: the csv beside the data that holds labels, choices and conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.common.errors import EvaluationError
from evaluation.importing.text import read_table

# Heading of the downloaded dictionary, and of what the API gives.
_COLUMNS = {
    "name": ("variable / field name", "field_name"),
    "form": ("form name", "form_name"),
    "type": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": ("choices, calculations, or slider labels", "select_choices_or_calculations"),
    "validation": ("text validation type or show slider number", "text_validation_type_or_show_slider_number"),
    "identifier": ("identifier?", "identifier"),
    "branching": ("branching logic (show field only if...)", "branching_logic"),
}
# A dictionary is small; the data of other exports in the folder need not be read.
_LARGEST = 16 * 1024**2
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a REDCap project; ``choices`` maps code to label in the order of the dictionary."""

    name: str
    form: str
    type: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    validation: str = ""
    identifier: bool = False
    branching: str = ""


def is_dictionary(header: Sequence[str]) -> bool:
    """Whether these are the column names of a data dictionary."""
    names = {name.strip().casefold() for name in header}
    return all(names & set(_COLUMNS[part]) for part in ("name", "form", "type", "choices"))


def find_dictionary(path: Path, header: Sequence[str]) -> tuple[Path, dict[str, Field]] | None:
    """The dictionary beside a data file that knows most of its columns; its first field is the file's first."""
    stems = {name.strip().split("___")[0] for name in header}
    best: tuple[int, Path, dict[str, Field]] | None = None
    for candidate in sorted(path.parent.iterdir()):
        if candidate == path or candidate.suffix.casefold() != ".csv" or not candidate.is_file():
            continue
        if candidate.stat().st_size > _LARGEST:
            continue
        try:
            rows = read_table(candidate).rows
        except EvaluationError:
            continue
        if not rows or not is_dictionary(rows[0]):
            continue
        fields = read_dictionary(rows)
        known = len(stems & fields.keys())
        if known and header[0].strip() in fields and (best is None or known > best[0]):
            best = (known, candidate, fields)
    return None if best is None else (best[1], best[2])


def read_dictionary(rows: Sequence[Sequence[str]]) -> dict[str, Field]:
    """The fields of a dictionary by name."""
    header = [name.strip().casefold() for name in rows[0]]
    places = {
        part: next((place for place, name in enumerate(header) if name in names), -1)
        for part, names in _COLUMNS.items()
    }
    fields = {}
    for row in rows[1:]:
        cell = {part: row[place].strip() if 0 <= place < len(row) else "" for part, place in places.items()}
        if not cell["name"]:
            continue
        kind = cell["type"].casefold()
        fields[cell["name"]] = Field(
            name=cell["name"],
            form=cell["form"],
            type=kind,
            label=plain(cell["label"]),
            choices=_choices(kind, cell["choices"]),
            validation=cell["validation"].casefold(),
            identifier=cell["identifier"].casefold() in ("y", "yes", "1"),
            branching=cell["branching"],
        )
    return fields


def _choices(kind: str, text: str) -> tuple[tuple[str, str], ...]:
    """Code and label of each choice: parts between bars, the first comma between code and label."""
    if kind == "yesno":
        return (("1", "Yes"), ("0", "No"))
    if kind == "truefalse":
        return (("1", "True"), ("0", "False"))
    if kind not in ("radio", "dropdown", "checkbox"):
        return ()
    parts = [part.partition(",") for part in text.replace("\n", "|").split("|") if part.strip()]
    return tuple((code.strip(), plain(label)) for code, _, label in parts)


def plain(text: str) -> str:
    """Text of a label without markup and with single spaces."""
    return " ".join(_TAG.sub(" ", text).split())
