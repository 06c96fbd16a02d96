"""SPSS syntax as an export: ``DATA LIST`` with its data in the file or beside it, and the labels of any syntax.

Nothing is run. The commands that describe data (``DATA LIST``, ``VARIABLE LABELS``, ``VALUE
LABELS``, ``MISSING VALUES``, ``RENAME VARIABLES``) are read by SPSS's own grammar, every other
command is passed over. No real file could be found; the tests' files are made.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pandas as pd

from evaluation.common.errors import EvaluationError, fail
from evaluation.importing.export import SurveyExport, Variable, VariableType
from evaluation.importing.limesurvey import fixed_type, status_by_submitdate
from evaluation.importing.notices import Notice
from evaluation.importing.tabular import columns_of, make_export, typed_column
from evaluation.importing.text import TextTable, decode, iso_dates, text_column, unique_names

_T = TypeVar("_T")
_LARGEST = 64 * 1024**2
_INLINE = re.compile(r"^[ \t]*BEGIN[ \t]+DATA[^\n]*\n(?P<data>.*?)^[ \t]*END[ \t]+DATA\b", re.I | re.M | re.S)
_DATA_LIST = re.compile(rb"^[ \t]*DATA[ \t]+LIST\b", re.I | re.M)
_TOKEN = re.compile(
    r"(?P<comment>^[ \t]*(?:\*|comment\b)[^\n]*|/\*[^\n]*?(?:\*/|$))|(?P<sign>[()/=,+])"
    r"|(?P<string>\"(?:[^\"\n]|\"\")*\"|'(?:[^'\n]|'')*')"
    r"|(?P<word>[^\s()/=,+\"']+)",
    re.M | re.I,
)
_WHOLE = re.compile(r"-?\d+(?:\.\d+)?\Z")
_PLACES = re.compile(r"(\d+)(?:-(\d+))?\Z")
_DATES = ("DATE", "ADATE", "EDATE", "SDATE", "DATETIME", "YMDHMS")
# More variables than this are meant by no "V1 TO V9".
_MOST = 10_000
_NAMED_DELIMITERS = {"TAB": "\t"}


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    quoted: bool = False

    def says(self, *words: str) -> bool:
        """Whether this is one of these words of the language."""
        return not self.quoted and self.text.upper() in words


@dataclass(slots=True)
class Syntax:
    """What a syntax file says of data: variables in order with their formats, and labels by variable.

    ``places`` are first and last column (from 1) of variables in fixed columns; ``file`` the name after
    ``FILE=``; ``data`` what stands between ``BEGIN DATA`` and ``END DATA``.
    """

    path: Path
    form: str = ""
    delimiters: str = ""
    file: str = ""
    data: str | None = None
    formats: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, frozenset[str]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)


def holds_data(path: Path) -> bool:
    """Whether a syntax file has its data inside."""
    data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    return _DATA_LIST.search(data) is not None and b"begin data" in b" ".join(data.lower().split())


def recognises(path: Path, _table: TextTable) -> bool:
    """Whether a syntax file beside the data reads exactly this file with ``DATA LIST``."""
    return _beside(path) is not None


def _beside(path: Path) -> Syntax | None:
    for candidate in sorted(path.parent.iterdir()):
        if candidate.suffix.casefold() != ".sps" or not candidate.is_file() or candidate.stat().st_size > _LARGEST:
            continue
        if _DATA_LIST.search(candidate.read_bytes()) is None:
            continue
        try:
            syntax = read_syntax(candidate)
        except EvaluationError:
            continue
        if syntax.formats and re.split(r"[/\\]", syntax.file)[-1].casefold() == path.name.casefold():
            return syntax
    return None


def read_inline(path: Path) -> SurveyExport:
    """A syntax file with its data inside.

    Raises
    ------
    EvaluationError
        ``import-syntax-given`` where no variables or no data could be read of it; ``import-row-width``.
    """
    syntax = read_syntax(path)
    if not syntax.formats or syntax.data is None:
        raise fail("import-syntax-given", where=path)
    return _export(path, (path,), syntax, syntax.data, ())


def read_with_syntax(path: Path, _table: TextTable) -> SurveyExport:
    """A data file that the syntax beside it describes.

    Raises
    ------
    EvaluationError
        ``import-row-width``.
    """
    syntax = _beside(path)
    if syntax is None:
        raise fail("import-syntax-given", where=path)
    text, _, notices = decode(path.read_bytes(), path)
    return _export(path, (path, syntax.path), syntax, text, notices)


def read_syntax(path: Path) -> Syntax:
    """What the syntax in a file says of data."""
    text, _, _ = decode(path.read_bytes(), path)
    text = text.replace("\r\n", "\n")
    syntax = Syntax(path)
    inline = _INLINE.search(text)
    if inline is not None:
        syntax.data = inline["data"]
        text = text[: inline.start()] + "\n" + text[inline.end() :]
    for command in _commands(text):
        first = [token.text.upper() for token in command[:3] if not token.quoted]
        if first[:2] == ["DATA", "LIST"]:
            _data_list(syntax, command[2:])
        elif len(first) > 1 and first[0] in ("VARIABLE", "VAR") and first[1] in ("LABELS", "LABEL"):
            _variable_labels(syntax, command[2:])
        elif first[:2] == ["VALUE", "LABELS"] or first == ["ADD", "VALUE", "LABELS"]:
            _value_labels(syntax, command[2 + (first[0] == "ADD") :])
        elif first[:2] == ["MISSING", "VALUES"]:
            _missing_values(syntax, command[2:])
        elif len(first) > 1 and first[0] == "RENAME" and first[1].startswith("VARIABLE"):
            words = [token.text for token in command[2:] if token.text not in "()=/,"]
            syntax.renamed |= dict(zip(words[::2], words[1::2], strict=False))
    return syntax


def _commands(text: str) -> Iterator[list[_Token]]:
    """Commands as tokens; strings joined by ``+`` are one. A point at the end of a line ends a command."""
    command: list[_Token] = []
    joined = False
    text += "\n"
    for found in _TOKEN.finditer(text):
        kind, part = str(found.lastgroup), found.group()
        at_end = not text[found.end() : text.find("\n", found.end())].strip()
        if kind == "string":
            plain = part[1:-1].replace(part[0] * 2, part[0])
            if joined:
                command[-1] = _Token(command[-1].text + plain, quoted=True)
            else:
                command.append(_Token(plain, quoted=True))
            joined = False
        elif part == "+" and command and command[-1].quoted:
            joined = True
        elif kind in ("word", "sign"):
            ends = kind == "word" and part.endswith(".") and at_end
            part = part.removesuffix(".") if ends else part
            if part:
                command.append(_Token(part))
            if ends:
                yield command
                command = []
    if command:
        yield command


def _expanded(syntax: Syntax, names: Sequence[str]) -> list[str]:
    """``a TO c`` as the variables from a to c, in the order of the data."""
    known = list(syntax.formats)
    places = {name.casefold(): place for place, name in enumerate(known)}
    found: list[str] = []
    for number, name in enumerate(names):
        if name.upper() == "TO" or (number and names[number - 1].upper() == "TO"):
            continue
        if number + 2 < len(names) and names[number + 1].upper() == "TO":
            start, stop = places.get(name.casefold()), places.get(names[number + 2].casefold())
            if start is not None and stop is not None:
                found += known[start : stop + 1]
                continue
        found.append(known[places[name.casefold()]] if name.casefold() in places else name)
    return found


def _data_list(syntax: Syntax, tokens: Sequence[_Token]) -> None:
    place = 0
    while place < len(tokens) and tokens[place].text != "/":
        token = tokens[place]
        if token.says("FREE", "LIST", "FIXED"):
            syntax.form = token.text.upper()
        elif token.quoted and place > 1 and tokens[place - 2].says("FILE"):
            syntax.file = token.text
        elif token.text == "(":
            close = next((n for n in range(place, len(tokens)) if tokens[n].text == ")"), len(tokens))
            named = [t.text if t.quoted else _NAMED_DELIMITERS.get(t.text.upper(), "") for t in tokens[place:close]]
            syntax.delimiters += "".join(named)
            place = close
        place += 1
    syntax.form = syntax.form or "FIXED"
    waiting: list[str] = []
    inside = through = False
    for token in tokens[place:]:
        if token.text in "()":
            inside = token.text == "("
            waiting = waiting if inside else []
        elif inside:
            syntax.formats |= dict.fromkeys(waiting, token.text.upper()) if token.text != "," else {}
        elif waiting and _PLACES.match(token.text) and syntax.form == "FIXED":
            first, _, last = token.text.partition("-")
            syntax.places[waiting[-1]] = (int(first), int(last or first))
        elif token.says("TO"):
            through = True
        elif token.text not in "/,=*" and (waiting or not _WHOLE.match(token.text)):
            names = _between(waiting[-1], token.text) if through and waiting else [token.text]
            through = False
            waiting = [*waiting, *names] if syntax.form != "FIXED" else names
            syntax.formats |= {name: "F" for name in names if name not in syntax.formats}


def _between(first: str, last: str) -> list[str]:
    """The variables after ``first`` to ``last``: ``V1 TO V4`` names four."""
    stem = first.rstrip("0123456789")
    start, stop = first[len(stem) :], last[len(stem) :]
    if not last.startswith(stem) or not (start.isdecimal() and stop.isdecimal()):
        return [last]
    width = len(start) if start.startswith("0") else 1
    return [f"{stem}{number:0{width}}" for number in range(int(start) + 1, min(int(stop), int(start) + _MOST) + 1)]


def _variable_labels(syntax: Syntax, tokens: Sequence[_Token]) -> None:
    for before, token in itertools.pairwise(tokens):
        if token.quoted and not before.quoted:
            for name in _expanded(syntax, [before.text]):
                syntax.labels[name] = " ".join(token.text.split())


def _value_labels(syntax: Syntax, tokens: Sequence[_Token]) -> None:
    names: list[str] = []
    code: str | None = None
    for place, token in enumerate(tokens):
        after = tokens[place + 1] if place + 1 < len(tokens) else _Token("")
        if token.text == "/" and not token.quoted:
            names, code = [], None
        elif code is not None and token.quoted:
            for name in _expanded(syntax, names):
                syntax.values.setdefault(name, {})[code] = " ".join(token.text.split())
            code = None
        elif after.quoted and (token.quoted or _WHOLE.match(token.text)):
            code = token.text
        elif not token.quoted and token.text != ",":
            names.append(token.text)


def _missing_values(syntax: Syntax, tokens: Sequence[_Token]) -> None:
    """Single codes; a range (``LOWEST THRU -1``) names no codes and is passed over."""
    names: list[str] = []
    codes: list[str] | None = None
    for token in tokens:
        if token.text == "(" and not token.quoted:
            codes = []
        elif token.text == ")" and not token.quoted and codes is not None:
            found = frozenset() if any(c.upper() == "THRU" for c in codes) else frozenset(codes)
            syntax.missing |= dict.fromkeys(_expanded(syntax, names), found)
            names, codes = [], None
        elif codes is not None:
            codes += [] if token.text == "," else [token.text]
        elif token.text not in "/,":
            names.append(token.text)


def _rows(text: str, syntax: Syntax) -> list[list[str]]:
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    if syntax.form == "FIXED":
        return [[line[first - 1 : last].strip() for first, last in syntax.places.values()] for line in lines]
    rows = [_fields(line, syntax.delimiters) for line in lines]
    if syntax.form == "FREE":
        every, width = [cell for row in rows for cell in row], len(syntax.formats)
        return [every[start : start + width] for start in range(0, len(every), width)]
    return rows


def _fields(line: str, delimiters: str) -> list[str]:
    """Values of one line: parted by the delimiters named, else by blanks or one comma; quotes hold them together."""
    end = rf"\s*[{re.escape(delimiters)}]\s*" if delimiters.strip() else r"\s*,\s*|\s+"
    if delimiters == "\t":
        end = r" *\t *"
    one = re.compile(rf"(?:\"((?:[^\"]|\"\")*)\"|'((?:[^']|'')*)'|((?:(?!{end}).)*))({end}|\Z)")
    line, at, fields = line.strip(" \n"), 0, []
    while at <= len(line):
        found = one.match(line, at)
        if found is None:
            fields.append(line[at:])
            break
        double, single, bare, parted = found.groups()
        fields.append(
            double.replace('""', '"') if double is not None else single.replace("''", "'") if single else bare or ""
        )
        at = found.end()
        if not parted:
            break
    return fields


def _export(path: Path, files: tuple[Path, ...], syntax: Syntax, text: str, notices: Sequence[Notice]) -> SurveyExport:
    rows, width = _rows(text, syntax), len(syntax.formats)
    wrong = [(number, len(row)) for number, row in enumerate(rows, start=1) if len(row) != width]
    if wrong:
        number, fields = wrong[0]
        raise fail("import-row-width", where=f"{path}, row {number}", found=fields, width=width, rows=len(wrong))
    again = {old.casefold(): new for old, new in syntax.renamed.items()}
    names, more = unique_names([again.get(name.casefold(), name) for name in syntax.formats])
    columns: dict[str, pd.Series] = {}
    variables = []
    for name, old, cells in zip(names, syntax.formats, columns_of(rows, width), strict=True):
        kind, values = _column(name, syntax.formats[old], cells, bool(_of(syntax.values, old, name)))
        labels = _of(syntax.values, old, name) or {}
        missing = _of(syntax.missing, old, name) or frozenset[str]()
        columns[name] = values
        variables.append(Variable(name, _of(syntax.labels, old, name) or "", kind, labels, missing))
    found = [*notices, *more]
    return make_export("spss-syntax", files, columns, variables, status_by_submitdate(columns, found), found)


def _of(found: Mapping[str, _T], *names: str) -> _T | None:
    """What is said of a variable under its old or new name, whatever its letter case."""
    wanted = {name.casefold() for name in names}
    return next((value for name, value in found.items() if name.casefold() in wanted), None)


def _column(name: str, form: str, cells: Sequence[str], labelled: bool) -> tuple[VariableType, pd.Series]:
    kind = fixed_type(name)
    text = form.startswith("A") and not form.startswith("ADATE")
    if form.rstrip("0123456789.") in _DATES or kind == "date":
        iso = iso_dates(cells)
        return "date", text_column([cell or "" for cell in iso] if iso is not None else list(cells))
    if text:
        return kind or ("single" if labelled else "open"), text_column(cells)
    return kind or "single", typed_column(["" if cell.strip() == "." else cell for cell in cells])
