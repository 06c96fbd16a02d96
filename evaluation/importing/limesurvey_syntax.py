"""The syntax file that LimeSurvey writes beside a data file: names and labels by position.

It is R or SPSS code. Nothing of it is ever run: the few statements that LimeSurvey writes
are found by their form, strings are skipped whole, everything else is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.common.errors import EvaluationError
from evaluation.importing.text import decode

# A string of R: double or single quotes, backslash before what is taken literally.
_R_STRING = r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^'\\]|\\.)*'"
_R_ITEM = rf"(?:{_R_STRING}|[^\"'(),\s]+)"
_R_VECTOR = rf"\s*(?:{_R_ITEM}(?:\s*,\s*{_R_ITEM})*)?\s*"
_IS = r"\s*(?:<-|=)\s*"
_R_STATEMENT = re.compile(
    rf"(?P<comment>\#[^\n]*)"
    rf"|variable\.labels\[(?P<label_at>\d+)\]{_IS}(?P<label>{_R_STRING})"
    rf"|names\(data\)\[(?P<name_at>\d+)\]{_IS}(?P<name>{_R_STRING})"
    rf"|factor\(\s*data\[\s*,\s*(?P<at>\d+)\]\s*,\s*levels\s*=\s*c\((?P<levels>{_R_VECTOR})\)"
    rf"\s*,\s*labels\s*=\s*c\((?P<labels>{_R_VECTOR})\)"
    rf"|data\[\s*,\s*(?P<type_at>\d+)\]{_IS}as\.(?P<type>\w+)"
    rf"|{_R_STRING}",
    re.DOTALL,
)
_R_ONE = re.compile(rf"{_R_STRING}|[^\"'(),\s]+", re.DOTALL)
_R_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_R_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}

# A string of SPSS: the quote doubled inside, pieces on several lines joined by +.
_S_PIECE = r'"(?:[^"]|"")*"' + r"|'(?:[^']|'')*'"
_S_STRING = rf"(?:{_S_PIECE})(?:\s*\+\s*(?:{_S_PIECE}))*"
_S_KIND = r"(?:A|F|N|E|DATETIME|DATE|SDATE|ADATE|EDATE|TIME|COMMA|DOT)"
_S_STATEMENT = re.compile(
    rf"^\s*\*[^\n]*"
    rf"|^\s*VARIABLE\s+LABELS\s+(?P<label_at>\w+)\s+(?P<label>{_S_STRING})"
    rf"|^\s*VALUE\s+LABELS\s+(?P<at>\w+)(?P<values>(?:\s+(?:{_S_PIECE}|-?[\d.]+)\s+{_S_STRING})+)"
    rf"|^\s*RENAME\s+VARIABLES?\s*\(\s*(?P<name_at>\w+)\s*=\s*(?P<name>[^\s)]+)\s*\)"
    rf"|/VARIABLES\s*=(?P<variables>(?:\s+\w+\s+{_S_KIND}\d[\d.]*)+)"
    rf"|/FIRSTCASE\s*=\s*(?P<first>\d+)"
    rf"|{_S_STRING}",
    re.IGNORECASE | re.MULTILINE,
)
_S_PAIR = re.compile(rf"({_S_PIECE}|-?[\d.]+)\s+({_S_STRING})")
_S_ONE = re.compile(_S_PIECE)
_S_VARIABLE = re.compile(rf"(\w+)\s+({_S_KIND})\d[\d.]*", re.IGNORECASE)

_LARGEST = 64 * 1024**2
_IS_SYNTAX = re.compile(
    rb"read\.csv2?\(|read\.table\(|read\.delim\(|names\(data\)|GET\s+DATA|DATA\s+LIST\s", re.IGNORECASE
)


@dataclass(slots=True)
class Syntax:
    """What a syntax file says, by position of the column (0 = first).

    ``kinds`` is ``date``, ``text`` or ``number``; ``header`` tells whether the data file
    has a header row.
    """

    path: Path
    header: bool = True
    names: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    values: dict[int, dict[str, str]] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Number of columns that the syntax speaks of."""
        return 1 + max((*self.names, *self.labels, *self.kinds), default=-1)


def is_syntax(head: bytes) -> bool:
    """Whether text is code of R or SPSS that reads a data file."""
    return _IS_SYNTAX.search(head) is not None


def find_syntax(path: Path) -> Syntax | None:
    """The syntax that lies beside a data file: the one that names the file, else its counterpart by name."""
    counterpart = path.stem.casefold().replace("data_file", "syntax_file")
    by_name: Syntax | None = None
    for candidate in sorted(path.parent.iterdir()):
        suffix = candidate.suffix.casefold()
        if suffix not in (".r", ".sps") or not candidate.is_file() or candidate.stat().st_size > _LARGEST:
            continue
        data = candidate.read_bytes()
        if not is_syntax(data):
            continue
        try:
            text, _, _ = decode(data, candidate)
        except EvaluationError:
            continue
        # Marks of LimeSurvey's own syntax: an analyst's script that reads the same file is not meant.
        if ("variable.labels[" if suffix == ".r" else "rename variable") not in text.casefold():
            continue
        if re.search(rf"[\"'/\\]{re.escape(path.name)}[\"']", text):
            return read_syntax(candidate, text)
        if candidate.stem.casefold() == counterpart and counterpart != path.stem.casefold():
            by_name = read_syntax(candidate, text)
    return by_name


def read_syntax(path: Path, text: str) -> Syntax:
    """Names and labels from the text of a syntax file."""
    return _read_r(path, text) if path.suffix.casefold() == ".r" else _read_spss(path, text)


def _read_r(path: Path, text: str) -> Syntax:
    syntax = Syntax(path)
    for found in _R_STATEMENT.finditer(text):
        part = found.groupdict()
        if part["label_at"]:
            syntax.labels[int(part["label_at"]) - 1] = _plain(r_string(part["label"]))
        elif part["name_at"]:
            syntax.names[int(part["name_at"]) - 1] = r_string(part["name"]).strip()
        elif part["at"]:
            labels = r_vector(part["labels"])
            pairs = zip(r_vector(part["levels"]), labels, strict=False)
            syntax.values[int(part["at"]) - 1] = {code: _plain(label) for code, label in pairs}
        elif part["type_at"]:
            place = int(part["type_at"]) - 1
            syntax.kinds[place] = "text" if part["type"] == "character" else "number"
    return syntax


def _read_spss(path: Path, text: str) -> Syntax:
    syntax = Syntax(path, header=False)
    places: dict[str, int] = {}
    for found in _S_STATEMENT.finditer(text):
        part = found.groupdict()
        if part["variables"]:
            for name, kind in _S_VARIABLE.findall(part["variables"]):
                places[name.casefold()] = len(places)
                kinds = {"A": "text", **dict.fromkeys(("DATETIME", "DATE", "SDATE", "ADATE", "EDATE"), "date")}
                syntax.kinds[places[name.casefold()]] = kinds.get(kind.upper(), "number")
                syntax.names[places[name.casefold()]] = name
        elif part["first"]:
            syntax.header = int(part["first"]) > 1
        elif part["label_at"] and part["label_at"].casefold() in places:
            syntax.labels[places[part["label_at"].casefold()]] = _plain(_spss_string(part["label"]))
        elif part["at"] and part["at"].casefold() in places:
            syntax.values[places[part["at"].casefold()]] = dict(_spss_pairs(part["values"]))
        elif part["name_at"] and part["name_at"].casefold() in places:
            syntax.names[places[part["name_at"].casefold()]] = part["name"]
    return syntax


def _spss_pairs(text: str) -> Iterator[tuple[str, str]]:
    for code, label in _S_PAIR.findall(text):
        yield (_spss_string(code) if code[0] in "\"'" else code), _plain(_spss_string(label))


def _spss_string(text: str) -> str:
    """The value of a string of SPSS, its pieces joined."""
    return "".join(piece[1:-1].replace(piece[0] * 2, piece[0]) for piece in _S_ONE.findall(text))


def r_string(text: str) -> str:
    """The value of a string of R; anything else as it stands."""
    if text[:1] not in "\"'" or not text:
        return text
    return _R_ESCAPED.sub(lambda m: _R_LETTERS.get(m.group(1), m.group(1)), text[1:-1])


def r_vector(text: str) -> list[str]:
    """The elements of ``c(…)``, without the brackets."""
    return [r_string(item) for item in _R_ONE.findall(text)]


def _plain(text: str) -> str:
    return " ".join(text.split())
