"""Rows, columns and filled cells of delimited text, counted anew: no line is shared with the readers.

The count knows the format that was told and nothing else. A damaged file may be cut into
fields by several delimiters; those that leave every row as wide as the header are readings
that a person would accept, and the import must be one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Formats whose notes below the table and blank last headers are cut.
_NOTED = ("csv", "surveyxact", "sosci", "redcap", "limesurvey")
_NOTE = re.compile(r"(kilder?|noter?|anm|anmærkning|source|obs|bemærk|fiktive data|fictional data)\b|\*", re.IGNORECASE)
_QUALTRICS_DATES = ("startdate", "enddate", "recordeddate")
_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b")


#: Columns that the data alone do not tell.
ANY = -1


@dataclass(frozen=True, slots=True)
class Count:
    """``filled`` holds how many answers each column of the file has, and ``names`` its headers."""

    rows: int
    columns: int
    filled: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


def text_counts(data: bytes, form: str) -> list[Count]:
    """Every reading of a file that was told to be of the format ``form``."""
    found = []
    for text in _texts(data):
        named = re.match(r"\ufeff?sep=(.)\r?\n", text, re.IGNORECASE)
        signs = named.group(1) if named else ";\t,|"
        body = text[named.end() :] if named else text
        if form == "limesurvey-spss":
            found += _headless(body)
            continue
        if form == "spss-syntax":
            found.append(Count(_lines(text), ANY))
            continue
        for sign in signs:
            possible = bool(named) or sign in body or sign == ";"
            count = _read(list(records(body, sign)), form) if possible else None
            found += [count] if count is not None else []
    return found


def _texts(data: bytes) -> list[str]:
    """The text, and what it was before it was saved as UTF-8 once too often."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return [data.decode("utf-16", "replace")]
    for encoding in ("utf-8-sig", "cp1252", "mac_roman"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    found = [text]
    for _ in range(3):
        if not set("ÃÂâ") & set(found[-1]):
            break
        try:
            # five bytes that Windows-1252 leaves undefined came through as they were
            raw = b"".join(c.encode("latin-1" if 0x80 <= ord(c) < 0xA0 else "cp1252") for c in found[-1])
            found.append(raw.decode("utf-8").removeprefix("\ufeff"))
        except UnicodeError:
            break
    return list(dict.fromkeys(found))


def records(text: str, sign: str, quote: str = '"') -> Iterator[list[str]]:
    """Records of fields: a quote counts only where a field begins, and doubled stands for itself."""
    edge = re.escape(sign)
    field = re.compile(
        rf"({quote}(?:[^{quote}]|{quote}{quote})*+(?:{quote}|\Z))?([^{edge}\r\n]*)(\r\n|\r|\n|{edge}|\Z)"
    )
    at, record = 0, []
    while at < len(text) or record:
        match = field.match(text, at)
        assert match is not None
        quoted, rest, end = match.groups()
        if quoted:
            rest = (
                quoted[1 : -1 if quoted.endswith(quote) and len(quoted) > 1 else None].replace(quote * 2, quote) + rest
            )
        record.append(rest)
        at = match.end()
        if end == sign:
            if at >= len(text):
                record.append("")
            else:
                continue
        yield [] if record == [""] and not quoted else record
        record = []


def _read(rows: list[list[str]], form: str) -> Count | None:
    """The table as counted, or None where its rows are not of one width."""
    headers = _headers(rows, form)
    if len(rows) <= headers or not headers:
        return None
    head = rows[:headers]
    width = max((n for row in head for n, cell in enumerate(row, 1) if cell.strip()), default=0)
    body = [row for row in rows[headers:] if any(cell.strip() for cell in row)]
    if form.split("-")[0] in _NOTED:
        while body and width > 2 and _is_note(body[-1]):
            body.pop()
    if not width or any(len(row) < width or any(cell.strip() for cell in row[width:]) for row in body):
        return None
    if form == "limesurvey-vv":
        # a mark stands for an empty cell in some columns and is an answer in others
        return Count(len(body), width)
    filled = tuple(sum(bool(row[n].strip()) for row in body) for n in range(width))
    first = [" ".join(cell.split()) for cell in [*head[0], *[""] * (width + 1)]]
    # a question of several columns stands over the first of them: nothing is known by its name
    spans = [headers > 1 and form == "surveymonkey" and not after for after in first[1:]]
    names = tuple("" if span else name for name, span in zip(first[:width], spans, strict=False))
    return Count(len(body), width, filled, names)


def _is_note(row: list[str]) -> bool:
    return bool(_NOTE.match(row[0].strip())) and not any(cell.strip() for cell in row[1:])


def _letters(cell: str) -> str:
    return "".join(sign for sign in cell.lower() if sign.isalnum())


def _headers(rows: list[list[str]], form: str) -> int:
    """How many rows stand above the answers."""
    if form == "qualtrics":
        third = [cell for cell in (rows[2] if len(rows) > 2 else []) if cell.strip()]
        if third and sum(bool(re.match(r"\s*\{\s*['\"]ImportId['\"]\s*:", cell)) for cell in third) * 2 > len(third):
            return 3
        return _qualtrics_two(rows)
    if form == "surveymonkey" and len(rows) > 1 and any(map(_letters, rows[1])):
        return 1 if rows[1] and _letters(rows[1][0]) else 2
    if form == "sosci":
        body = [row for row in rows[1:] if any(cell.strip() for cell in row)][:1] or [[]]
        second = {name.strip(): cell.strip() for name, cell in zip(rows[0], body[0], strict=False)}
        case = second.get("CASE", "")
        labels = case and not case.isdigit() and " " in case + second.get("MODE", "")
        return 2 if labels else 1
    # texts above codes
    return 2 if form == "limesurvey-vv" else 1


def _qualtrics_two(rows: list[list[str]]) -> int:
    """Names above wordings, or names alone where dates stand right under a date's name."""

    def own(row: list[str]) -> bool:
        return bool({"responseid", "recordid"} & set(map(_letters, row)))

    if len(rows) < 2 or not own(rows[0]):
        return 2
    dates = [n for n, cell in enumerate(rows[0]) if _letters(cell) in _QUALTRICS_DATES]
    return 1 if any(n < len(rows[1]) and _DATE.match(rows[1][n]) for n in dates) else 2


def _headless(text: str) -> list[Count]:
    """LimeSurvey's data for SPSS: single quotes, blanks before a field skipped, no header."""
    rows = [row for row in records(re.sub(r"(^|,) +", r"\1", text, flags=re.MULTILINE), ",", "'") if row]
    widths = {len(row) for row in rows}
    return [Count(len(rows), widths.pop())] if len(widths) == 1 else []


def _lines(text: str) -> int:
    """Lines that are not blank, of the file or between ``BEGIN DATA`` and ``END DATA``; each is one row."""
    inside = re.search(r"^[ \t]*BEGIN[ \t]+DATA[^\n]*\n(.*?)^[ \t]*END[ \t]+DATA\b", text, re.I | re.M | re.S)
    return sum(bool(line.strip()) for line in (inside.group(1) if inside else text).split("\n"))
