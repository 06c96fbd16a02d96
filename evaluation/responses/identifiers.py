"""Direct identifiers: where they stand in an export, and what may be done with them.

Only the ids of people (``id_column``, ``rater``) are ever stored as they stand in a file.
Ids that are CPR numbers, e-mail addresses, telephone numbers or names stop the import, unless
the plan's ``[panel]`` makes pseudonyms of them; such a column is never an item or a group.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.common.errors import Problem
from evaluation.importing.codes import code_column, code_text
from evaluation.importing.export import SurveyExport, Variable
from evaluation.plan.model import Panel
from evaluation.responses.columns import Source
from evaluation.responses.model import Finding
from evaluation.responses.personal import cpr_columns, cpr_rows, names_cpr, replace_cpr, texts_hold_cpr
from evaluation.responses.pseudonyms import Pseudonyms

_EMAIL = re.compile(r"[^@\s;,<>]+@[^@\s;,<>]+\.[a-zæøå]{2,}", re.I)
_PHONE = re.compile(
    r"(?:\+|00)\d[\d ().-]{6,16}\d|\(?\+?45\)?[ -]?\d{2}(?:[ -]?\d{2}){3}|\d{2}(?:[ -]\d{2}){3}|\d{4} \d{4}"
)
_DIGITS = re.compile(r"[2-9]\d{7}")
_SHORT = re.compile(r"-?\d{1,6}")
_PERSON = re.compile(r"[A-ZÆØÅÉÖÄÜ][a-zæøåéöäü]+(?:[ -][A-ZÆØÅÉÖÄÜ][a-zæøåéöäü.]*){1,4}")
_EMAIL_NAME = re.compile(r"\be-?mail|\bmail(?:adresse|address)?\b|^email", re.I)
_PHONE_NAME = re.compile(r"\b(?:tlf|telefon|phone|mobil|mobile)", re.I)
_PERSON_NAME = re.compile(
    r"^(?:navn|name|fulde? ?navn|full ?name)\b|\b(?:for|efter|mellem|kalde)navn|^(?:forn|ettern|eftern)$"
    r"|\b(?:first|last|sur|given|family)[ _]?name|^(?:adresse|address)\b",
    re.I,
)
# The plain eight digits of a Danish telephone number are also an id of eight digits:
# ids that a system gave lie close together, telephone numbers do not.
_FEWEST_PHONES, _DIFFERENT_STARTS = 5, 4
_MOST = 0.5
_ROWS_SHOWN = 5
_SHORT_NUMBER, _FEW, _HEAD = 1e7, 10, 1000


def identifier_kind(variable: Variable, values: pd.Series, *, stored: bool = False) -> str:
    """``cpr``, ``email``, ``phone`` or ``name`` where a column holds such, by name and content; else nothing.

    Parameters
    ----------
    values : pandas.Series
        The column's cells as text, None where empty.
    stored : bool
        The values are kept as ids: one telephone number among short running numbers is then one too many.
    """
    return _kind_of_texts(variable, [str(value) for value in values.dropna().unique()], stored)


def _kind_of_texts(variable: Variable, texts: Sequence[str], stored: bool) -> str:
    """The kind of a column with these different texts."""
    called = [variable.name.replace("_", " "), variable.long_name, variable.label]
    if texts_hold_cpr(texts, said=_says_cpr(variable)):
        return "cpr"
    if any(_EMAIL.search(text) for text in texts) or (texts and _any(_EMAIL_NAME, called[:2])):
        return "email"
    if _are_phones(texts, _any(_PHONE_NAME, called), stored):
        return "phone"
    people = sum(bool(_PERSON.fullmatch(text)) for text in texts)
    words = sum(not any(c.isdigit() for c in text) for text in texts)
    if texts and (people > _MOST * len(texts) or (words > _MOST * len(texts) and _any(_PERSON_NAME, called))):
        return "name"
    return ""


def _any(pattern: re.Pattern[str], texts: Iterable[str]) -> bool:
    return any(pattern.search(text.strip()) for text in texts)


def _are_phones(texts: Sequence[str], named: bool, stored: bool) -> bool:
    if any(_PHONE.fullmatch(text.strip()) for text in texts):
        return True
    plain = [text for text in texts if _DIGITS.fullmatch(text.strip())]
    if stored and any(len(set(text.strip())) > 1 for text in plain):
        # 99999999 is how files write "missing"
        others = [text for text in texts if text not in plain]
        if others and sum(bool(_SHORT.fullmatch(text.strip())) for text in others) > _MOST * len(others):
            return True
    if not plain or len(plain) <= _MOST * len(texts):
        return False
    return named or (len(plain) >= _FEWEST_PHONES and len({text[:2] for text in plain}) >= _DIFFERENT_STARTS)


def _says_cpr(variable: Variable) -> bool:
    return any(names_cpr(text) for text in (variable.name, variable.long_name, variable.label))


@dataclass(frozen=True, slots=True)
class Privacy:
    """What the plan allows: a key for the ids, and columns whose CPR numbers become pseudonyms."""

    pseudonyms: Pseudonyms | None = None
    cpr: tuple[str, ...] = ()

    @classmethod
    def of(cls, panel: Panel | None, pseudonyms: Pseudonyms | None) -> Privacy:
        """As ``[panel]`` says; without it nothing is replaced."""
        return cls(pseudonyms, panel.cpr if panel is not None and pseudonyms is not None else ())


def without_cpr(source: Source, whole: SurveyExport, privacy: Privacy, findings: list[Finding]) -> Source:
    """The source without any CPR number: a problem for each column, or pseudonyms where the plan says so.

    ``whole`` is the export before rows were chosen: a number in any row stops the import.
    Ids of people are left as they are here; :func:`hidden_ids` takes care of them.
    """
    said = [v.name for v in whole.variables if _says_cpr(v)]
    keep = _id_columns(source) if privacy.pseudonyms is not None else set()
    named = {variable.name for name in privacy.cpr if (variable := whole.find(name)) is not None}
    replaced: dict[str, pd.Series] = {}
    for column in cpr_columns(whole.data, said):
        if column in keep:
            continue
        if column in named and privacy.pseudonyms is not None:
            rows = cpr_rows(whole.data[column])
            mended = replace_cpr(whole.data[column], privacy.pseudonyms.of)
            replaced[column] = mended.loc[source.export.data.index]
            findings.append(Finding("cpr-pseudonym", column, rows=len(rows)))
            continue
        source.problems.append(_cpr_problem(source, whole, column))
    for variable in whole.variables:
        if texts_hold_cpr((variable.name, variable.label, *variable.value_labels.values())):
            number = whole.data.columns.get_loc(variable.name) + 1
            params = {"number": str(number)}
            source.problems.append(Problem("response-cpr-label", source.place(""), params=params))
    if not replaced:
        return source
    export = replace(source.export, data=source.export.data.assign(**replaced))
    return replace(source, export=export)


def _cpr_problem(source: Source, whole: SurveyExport, column: str) -> Problem:
    rows = cpr_rows(whole.data[column])
    rest = f" (+{len(rows) - _ROWS_SHOWN})" if len(rows) > _ROWS_SHOWN else ""
    params = {
        "number": str(whole.data.columns.get_loc(column) + 1),
        "rows": ", ".join(str(row) for row in rows[:_ROWS_SHOWN]) + rest,
    }
    sheet = f" [{source.wave.sheet}]" if source.wave.sheet else ""
    # A column may be called by the very number it holds.
    shown = "" if texts_hold_cpr((column,)) else column
    return Problem("response-cpr", source.place(shown) + sheet, params=params)


def check_roles(source: Source, instrument: Instrument, privacy: Privacy) -> None:
    """A problem for each column of names, e-mail addresses or numbers that would be stored or told.

    Items and groups are never such columns; ids of people only where pseudonyms are made.
    """
    asked = [item.id for item in instrument.items] + [group.id for group in instrument.groups]
    told = dict.fromkeys(v.name for name in asked if (v := source.variable(name)) is not None)
    for name in told:
        kind = _kind(source, name)
        if kind and kind != "cpr":
            source.problems.append(_problem("response-identifier", source, name, kind))
    if privacy.pseudonyms is not None:
        return
    for name in sorted(_id_columns(source) - set(told)):
        kind = _kind(source, name, stored=True)
        if kind and kind != "cpr":
            source.problems.append(_problem("response-id-identifier", source, name, kind))


def hidden_ids(ids: pd.Series, privacy: Privacy) -> pd.Series:
    """Ids as they may be stored: pseudonyms under the plan's key, else as they are."""
    return ids if privacy.pseudonyms is None else privacy.pseudonyms.column(ids)


def _id_columns(source: Source) -> set[str]:
    """Columns of the file whose values are stored as ids; SurveyXact's own id where the plan names none."""
    names = [name for name in (source.survey.id_column, source.survey.rater) if name]
    found = {v.name for name in names if (v := source.variable(name)) is not None}
    if source.survey.id_column is None:
        found |= {v.name for v in source.export.variables if v.long_name.casefold() == "respondentid"}
    return found


def _kind(source: Source, name: str, *, stored: bool = False) -> str:
    variable = source.export.variable(name)
    if variable is None:
        return ""
    values = source.export.data[name]
    numbers = values.to_numpy()
    if numbers.dtype.kind == "f":
        # Every number is looked at. Those of seven digits or fewer are nobody's identifier (CPR numbers written
        # with a point were found before): a few of them show that the column is filled.
        long = (numbers >= _SHORT_NUMBER) | (numbers <= -_SHORT_NUMBER)
        # the first rows nearly always hold these few
        for rows in (numbers[:_HEAD], numbers):
            short = rows[~np.isnan(rows) & (np.abs(rows) < _SHORT_NUMBER)]
            if len(short) >= _FEW:
                break
        looked_at = [*short[:_FEW].tolist(), *np.unique(numbers[long]).tolist()]
        return _kind_of_texts(variable, [code_text(number) for number in dict.fromkeys(looked_at)], stored)
    return identifier_kind(variable, code_column(pd.Series(pd.unique(values))), stored=stored)


def _problem(code: str, source: Source, name: str, kind: str) -> Problem:
    number = source.export.data.columns.get_loc(name) + 1
    return Problem(f"{code}-{kind}", source.place(name), params={"number": str(number)})


def scrubbed(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without details that hold a CPR number, e-mail address or telephone number.

    What a finding tells is stored and shown; a stray value in a column of answers must not be.
    """
    return [replace(f, detail="…") if tells_of_people(f.detail) else f for f in findings]


def tells_of_people(text: str) -> bool:
    """Whether a text holds a CPR number, an e-mail address or a telephone number."""
    if _EMAIL.search(text) or texts_hold_cpr((text,)):
        return True
    return any(_PHONE.fullmatch(part.strip()) or _DIGITS.fullmatch(part.strip()) for part in re.split(r"[;,:]", text))
