"""A reviewed workbook read back: every row checked, and only what was accepted let out."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.language import LANGUAGES
from evaluation.disclosure.opentext.clean import clean
from evaluation.disclosure.opentext.model import Span
from evaluation.disclosure.opentext.screen import Screener
from evaluation.disclosure.opentext.select import Candidate, Offer, within_share
from evaluation.disclosure.opentext.sheet import COLUMNS, DECISIONS, HEAD, SOURCE_CELL, words

_MOST_INITIALS, _WHOLE_NUMBER = 12, 4


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the workbook: texts by column; ``formulas`` are columns that hold one."""

    place: int
    cells: Mapping[str, str]
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A quote that may be published, in the wording that was accepted."""

    candidate: Candidate
    text: str
    edited: bool


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of a review: quotes to publish, and how many were accepted, edited, rejected, deleted, undecided."""

    accepted: tuple[Accepted, ...]
    counts: Mapping[str, int]


def read_rows(content: bytes, source: str, where: str) -> tuple[Row, ...]:
    """The filled rows of a workbook.

    Raises
    ------
    EvaluationError
        ``quotes-file-damaged``, ``quotes-not-ours`` or ``quotes-source-changed``.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:  # openpyxl and zipfile raise many kinds for damaged files
        raise fail("quotes-file-damaged", where=where, found=type(error).__name__) from error
    found = next((lang for lang in LANGUAGES if str(words(lang)["sheet_quotes"]) in book.sheetnames), None)
    text = words(found or "da")
    headings = [str(text["columns"][name]) for name in COLUMNS]
    params = {"sheet": str(text["sheet_quotes"]), "columns": ", ".join(headings)}
    if found is None or str(text["sheet_about"]) not in book.sheetnames:
        raise EvaluationError(Problem("quotes-not-ours", where, ", ".join(book.sheetnames)[:200], params))
    sheet = book[str(text["sheet_quotes"])]
    there = [_text(sheet.cell(HEAD, place).value) for place in range(1, len(COLUMNS) + 1)]
    if there != headings:
        raise EvaluationError(Problem("quotes-not-ours", f"{where} [{sheet.title}]", ", ".join(there)[:200], params))
    if _text(book[str(text["sheet_about"])][SOURCE_CELL].value) != source:
        raise fail("quotes-source-changed", where=where)
    rows = []
    for place, cells in enumerate(sheet.iter_rows(min_row=HEAD + 1, max_col=len(COLUMNS)), start=HEAD + 1):
        values = {name: _text(cell.value) for name, cell in zip(COLUMNS, cells, strict=True)}
        if any(values.values()):
            formulas = tuple(name for name, cell in zip(COLUMNS, cells, strict=True) if cell.data_type == "f")
            rows.append(Row(place, values, formulas))
    return tuple(rows)


def _text(value: Any) -> str:
    """A cell as text, with the line breaks of one program made those of another."""
    if value is None:
        return ""
    whole = isinstance(value, float) and value.is_integer()
    text = re.sub(r"_x000[dD]_|\r", "", str(int(value) if whole else value))
    # the escape of an underscore, which some programs leave standing
    return re.sub(r"_x005[fF]_(?=x[0-9A-Fa-f]{4}_)", "_", text).strip()


def review(offered: Offer, rows: Sequence[Row], screener: Screener, most_share: float, where: str) -> Reviewed:
    """What may be published of a reviewed workbook.

    A row that is gone rejects its quote; a row without a decision leaves it unpublished.

    Raises
    ------
    EvaluationError
        Every problem of every row at once; nothing of what people wrote stands in it.
    """
    known = {candidate.id: candidate for candidate in offered.candidates}
    seen: dict[str, int] = {}
    problems: list[Problem] = []
    accepted: list[Accepted] = []
    counts: Counter[str] = Counter()
    for row in rows:
        place = f"{where}, {row.place}"
        candidate, wrong = _candidate(row, known, seen, place)
        problems += wrong
        if candidate is None:
            continue
        decision = _decision(row.cells["decision"])
        wrong = list(_row_problems(row, candidate, decision, screener, place))
        problems += wrong
        counts[decision or "undecided"] += 1
        if decision in ("accept", "edit") and not wrong:
            text = clean(row.cells["edited"]) if decision == "edit" else candidate.text
            accepted.append(Accepted(candidate, text, decision == "edit"))
    if problems:
        raise EvaluationError(problems)
    counts["deleted"] = len(known) - len(seen)
    kept = _shared(accepted, most_share)
    counts["same_person"] = len(accepted) - len(kept)
    return Reviewed(kept, dict(counts))


def _shared(accepted: Sequence[Accepted], most_share: float) -> tuple[Accepted, ...]:
    """Accepted quotes of which no person has more than the share within a question."""
    questions = dict.fromkeys((a.candidate.survey, a.candidate.question) for a in accepted)
    kept = {
        candidate.id
        for survey, question in questions
        for candidate in within_share(
            [a.candidate for a in accepted if (a.candidate.survey, a.candidate.question) == (survey, question)],
            most_share,
        )
    }
    by_number = sorted(accepted, key=lambda a: (a.candidate.survey, a.candidate.question, a.candidate.id))
    return tuple(a for a in by_number if a.candidate.id in kept)


def _candidate(
    row: Row, known: Mapping[str, Candidate], seen: dict[str, int], place: str
) -> tuple[Candidate | None, list[Problem]]:
    number = row.cells["id"]
    if number not in known:
        # what stands there may be anything; only what looks like a number is shown
        shown = number if re.fullmatch(r"[a-z0-9]{1,12}", number) else "…"
        return None, [Problem("quotes-unknown-id", place, shown)]
    if number in seen:
        return None, [Problem("quotes-duplicate-id", place, number, {"row": str(seen[number])})]
    seen[number] = row.place
    return known[number], []


def _decision(cell: str) -> str:
    """``accept``, ``edit``, ``reject``, nothing for an empty cell, ``?`` for anything else; in either language."""
    if not cell:
        return ""
    for lang in LANGUAGES:
        for name in DECISIONS:
            if cell.casefold() in (str(words(lang)["decisions"][name]).casefold(), name):
                return name
    return "?"


def _row_problems(row: Row, candidate: Candidate, decision: str, screener: Screener, place: str) -> Iterator[Problem]:
    for name in row.formulas:
        yield Problem("quotes-formula", f"{place}, {name}")
    if decision == "?":
        choices = ", ".join(str(words(lang)["decisions"][name]) for lang in LANGUAGES for name in DECISIONS)
        yield Problem("quotes-decision", place, params={"choices": choices})
        return
    cells = row.cells
    if decision != "edit" and _plain(cells["text"]) != _plain(candidate.text):
        yield Problem("quotes-text-changed", place, candidate.id)
    if decision and not 0 < len(cells["initials"]) <= _MOST_INITIALS:
        yield Problem("quotes-initials", place, params={"most": str(_MOST_INITIALS)})
    if decision == "accept" and candidate.flags and not cells["reason"]:
        yield Problem("quotes-reason", place, candidate.id, {"flags": ", ".join(candidate.flags)})
    if decision == "edit":
        yield from edit_problems(cells["edited"], bool(cells["reason"]), candidate, screener, place)
    elif cells["edited"]:
        yield Problem("quotes-edit-unused", place, candidate.id)


def edit_problems(
    edited: str, reasoned: bool, candidate: Candidate, screener: Screener, place: str
) -> Iterator[Problem]:
    """What an edited quote must not do: be empty, put back what was masked, point at anybody anew.

    A word that was only masked for its capital (``egennavn``) may be put back where the reviewer gives a reason.
    """
    plain = clean(edited)
    if not plain:
        yield Problem("quotes-edit-empty", place, candidate.id)
        return
    back = _put_back(plain, clean(candidate.original), candidate.screened.spans, reasoned)
    if back:
        yield Problem("quotes-edit-restores", place, candidate.id, {"kinds": ", ".join(back)})
        return
    left = [span.kind for span in screener.leftovers(plain) if not (span.kind == "egennavn" and reasoned)]
    if left:
        yield Problem("quotes-edit-identifies", place, candidate.id, {"kinds": ", ".join(dict.fromkeys(left))})


def _put_back(edited: str, original: str, spans: Iterable[Span], reasoned: bool) -> list[str]:
    """Kinds of masked parts of which a word, or the whole number, stands in the edited text again."""
    words_there = set(re.findall(r"\w+", edited.casefold()))
    digits_there = re.sub(r"\D", "", edited)
    kinds = []
    for span in spans:
        if span.kind == "egennavn" and reasoned:
            continue
        hidden = original[span.start : span.end].casefold()
        digits = re.sub(r"\D", "", hidden)
        # pairs of digits are everywhere, whole numbers are not
        letters = {w for w in re.findall(r"\w+", hidden) if len(w) > 1 and not w.isdigit()} - _SMALL
        if letters & words_there or (len(digits) >= _WHOLE_NUMBER and digits in digits_there):
            kinds.append(span.kind)
    return list(dict.fromkeys(kinds))


# Words that stand in names of places and dates and mean nothing alone.
_SMALL = frozenset(
    [
        "og",
        "den",
        "det",
        "de",
        "på",
        "af",
        "til",
        "fra",
        "stue",
        "stuen",
        "skole",
        "skolen",
        "klasse",
        "uge",
        "vej",
        "børnehaven",
        "vuggestuen",
        "i",
    ]
)


def _plain(text: str) -> str:
    """A text as it comes back from a program that saved it: blanks at line ends and kinds of line breaks differ."""
    return re.sub(r"\s+", " ", clean(text)).strip()
