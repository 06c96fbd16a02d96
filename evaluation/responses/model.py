"""Cleaned answers of one survey in one wave: :class:`Responses`, and how it came about: :class:`ImportReport`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from evaluation.importing.notices import notice_text


class State(StrEnum):
    """Why a cell does or does not hold an answer (the store's ``answer_state``)."""

    ANSWERED = "besvaret"
    DONT_KNOW = "ved_ikke"
    NOT_RELEVANT = "ikke_relevant"
    REFUSED = "vil_ikke_svare"
    NOT_ANSWERED = "ikke_besvaret"
    NOT_ASKED = "ikke_stillet"
    TECHNICAL = "teknisk"


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows that did not become responses.

    ``reason`` is ``where``, ``status``, ``administrative``, ``no_answers`` or ``duplicate``.
    """

    reason: str
    rows: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the file that a person should look at, not an error.

    ``code`` names a text of the catalogue ``import`` (``unknown-code``, ``label-differs``,
    ``item-missing``, ``unit-followed`` …); ``variable``, ``detail`` and ``rows`` fill it.
    """

    code: str
    variable: str = ""
    detail: str = ""
    rows: int = 0

    def text(self, lang: str = "da") -> str:
        """The finding as a sentence in ``lang``."""
        return notice_text(self.code, self.variable, self.detail, self.rows, lang)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Rows in, rows kept, who was dropped and why, what looked odd."""

    survey: str
    wave: str
    files: tuple[str, ...]
    format: str
    sha256: str
    rows_in: int
    rows_kept: int
    completed: int
    partial: int
    not_opened: int
    dropped: tuple[Dropped, ...] = ()
    findings: tuple[Finding, ...] = ()
    fictional: bool = False


@dataclass(frozen=True, slots=True)
class Responses:
    """Answers of one survey in one wave.

    Attributes
    ----------
    codes : pandas.DataFrame, shape (persons, items), Int16
        Answer code per item of the instrument; NA unless the state is *besvaret*.
    states : pandas.DataFrame, same shape, category of :class:`State`
        One state per cell.
    persons : pandas.DataFrame, shape (persons, k), text
        Columns ``respondent`` (id that joins a panel over waves and marks a distinct
        person; unique per wave unless the instrument rates several children), ``unit``
        (unit id or NA), ``rater`` (teacher or household behind the row: whom the
        gate's threshold counts), ``completed`` (bool), and one column per group variable of the
        instrument holding its code as text or NA.
    weights : pandas.DataFrame, shape (persons, w), float
        Named weights; empty when there are none.
    """

    survey: str
    wave: str
    codes: pd.DataFrame
    states: pd.DataFrame
    persons: pd.DataFrame
    weights: pd.DataFrame
    fictional: bool = False
    report: ImportReport | None = field(default=None, compare=False)
