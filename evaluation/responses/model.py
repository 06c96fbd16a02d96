"""Cleaned answers of one survey in one wave: :class:`Responses`, and how it came about: :class:`ImportReport`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from evaluation.codebook.compare import Asked
from evaluation.common.errors import EvaluationError, Problem
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
class Check:
    """One line of the validation table: what was looked for and how many rows have it. Counts only.

    Attributes
    ----------
    check : str
        Code of the catalogue ``import``: ``value-out-of-range``, ``duplicate-person``, ``straight-lining`` …
    level : str
        ``fejl`` (the import stops, or the value or row was left out), ``se_efter`` (a person should look),
        ``oplysning``.
    handling : str
        ``stopper``, ``udeladt`` (rows left out), ``manglende`` (cells set to missing), ``talt`` (kept, counted).
    variable, detail : str
        Column or battery; code, unit or limit that the line is about. Never what a person wrote.
    rows, of : int
        Rows (cells, for answers) that have it, of how many looked at; ``of`` is 0 where that has no meaning.
    value : float or None
        A further number that the check is about: mean share of identical answers, limit in seconds.
    """

    check: str
    level: str = "se_efter"
    handling: str = "talt"
    variable: str = ""
    detail: str = ""
    rows: int = 0
    of: int = 0
    value: float | None = None

    def text(self, lang: str = "da") -> str:
        """The line as a sentence in ``lang``."""
        told = notice_text(self.check, self.variable, self.detail, self.rows, lang)
        value = "" if self.value is None else f"{100 * self.value:.0f}"
        return told.replace("{of}", str(self.of)).replace("{value}", value).replace(" ;", ";")


class ImportStoppedError(EvaluationError):
    """An export that cannot become responses, with the lines of the validation table that could still be made."""

    def __init__(self, problems: Iterable[Problem], checks: Sequence[Check] = ()) -> None:
        super().__init__(problems)
        self.checks = tuple(checks)


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
    checks : tuple of Check
        The validation table, written as ``validation.csv``.
    asked : mapping of str to Asked
        How the file says that each item was asked, by item id.
    """

    survey: str
    wave: str
    codes: pd.DataFrame
    states: pd.DataFrame
    persons: pd.DataFrame
    weights: pd.DataFrame
    fictional: bool = False
    report: ImportReport | None = field(default=None, compare=False)
    checks: tuple[Check, ...] = field(default=(), compare=False)
    asked: Mapping[str, Asked] = field(default_factory=dict, compare=False)
