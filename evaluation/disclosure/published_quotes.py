"""Quotes that a person has accepted: the only form in which open answers reach a reader.

Imports nothing but ``common``, as :mod:`evaluation.disclosure.published` does.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from evaluation.common.errors import fail
from evaluation.common.files import hash_bytes, write_atomic

FILE, META = "quotes.csv", "quotes.json"


@dataclass(frozen=True, slots=True)
class PublishedQuote:
    """One accepted quote.

    Attributes
    ----------
    id : str
        Its number in the reviewer's workbook; the order of numbers is random.
    role : str
        Id of a value of the question's group; empty: the survey's respondents as a whole.
    wave : str
        Empty where it must not be told.
    text : str
        Data, never markup: whoever prints it escapes it.
    masked : str
        Kinds of what was masked, separated by blanks.
    edited : str
        ``ja`` where the reviewer changed the wording, else empty.
    """

    id: str
    survey: str
    theme: str
    question: str
    role: str
    wave: str
    text: str
    masked: str
    edited: str


@dataclass(frozen=True, slots=True)
class PublishedQuotes:
    """Accepted quotes; ``meta`` says ``fictional``, ``rule_version``, ``threshold`` and the counts of decisions."""

    quotes: tuple[PublishedQuote, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fictional(self) -> bool:
        """Whether the answers say of themselves that they are invented."""
        return bool(self.meta.get("fictional", False))


COLUMNS = tuple(part.name for part in fields(PublishedQuote))


def save_quotes(published: PublishedQuotes, folder: Path) -> tuple[Path, ...]:
    """Write ``quotes.csv`` and ``quotes.json``, which holds its hash; returns both paths."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_plain(getattr(quote, name)) for name in COLUMNS] for quote in published.quotes)
    content = stream.getvalue().encode("utf-8")
    meta = {**published.meta, "sha256": hash_bytes(content)}
    write_atomic(folder / FILE, content)
    write_atomic(folder / META, json.dumps(meta, ensure_ascii=False, sort_keys=True, indent=1) + "\n")
    return folder / FILE, folder / META


def _plain(value: str) -> str:
    """A cell that no spreadsheet takes for a formula: signs that begin one get an apostrophe, off again on loading."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "'") else value


def load_quotes(folder: Path) -> PublishedQuotes | None:
    """What :func:`save_quotes` wrote; None where nothing was ever accepted.

    Raises
    ------
    EvaluationError
        ``quotes-published-damaged`` where the table is not the one that was accepted.
    """
    if not (folder / FILE).is_file() and not (folder / META).is_file():
        return None
    try:
        content = (folder / FILE).read_bytes()
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
        whole = meta.pop("sha256") == hash_bytes(content)
        quotes = tuple(PublishedQuote(**{k: v.removeprefix("'") for k, v in row.items()}) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise fail("quotes-published-damaged", where=folder / FILE, found=type(error).__name__) from error
    if not whole:
        raise fail("quotes-published-damaged", where=folder / FILE, found="SHA-256")
    return PublishedQuotes(quotes, meta)
