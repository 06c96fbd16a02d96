"""Who is behind each row: respondent, rater, background; and which rows are dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluation.codebook.model import GroupVariable, Instrument
from evaluation.common.errors import Problem
from evaluation.importing.codes import code_column
from evaluation.importing.export import Variable
from evaluation.plan.model import SurveyWave
from evaluation.responses.columns import Source, missing_column
from evaluation.responses.model import Dropped, Finding
from evaluation.responses.words import first_names, plain, state_of_label, wordings


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that stay (boolean, by row of the export) and those dropped so far."""

    rows: pd.Series
    dropped: tuple[Dropped, ...] = ()

    def without(self, out: pd.Series, reason: str, detail: str = "") -> Kept:
        """These rows without those in ``out``; only rows that were still there are counted."""
        gone = self.rows & out
        if not gone.any():
            return self
        return Kept(self.rows & ~out, (*self.dropped, Dropped(reason, int(gone.sum()), detail)))


def selected(source: Source) -> tuple[Source, Kept]:
    """The source cut to the rows that the plan's ``where`` keeps, by code or by the code's label.

    One file may hold several surveys: what is outside this one must not be remarked upon.
    """
    export = source.export
    kept = Kept(pd.Series(True, index=export.data.index))
    for column, wanted in source.wave.where.items():
        variable = export.find(column)
        if variable is None:
            source.problems.append(missing_column(source, column))
            continue
        values = (wanted,) if isinstance(wanted, str) else wanted
        forms = {plain(value) for value in values}
        codes = code_column(export.data[variable.name])
        good = {c for c in codes.dropna().unique() if {plain(c), plain(variable.value_labels.get(c, ""))} & forms}
        kept = kept.without(~codes.isin(good), "where", f"{variable.name}: {', '.join(values)}")
    rows = kept.rows
    status = None if export.status is None else export.status[rows]
    inside = replace(source, export=replace(export, data=export.data[rows], status=status))
    return inside, Kept(rows[rows], kept.dropped)


def without_status(kept: Kept, status: pd.Series | None) -> Kept:
    """Without the rows that never opened the questionnaire or were rejected."""
    if status is None:
        return kept
    for name in ("not_opened", "rejected"):
        kept = kept.without(status == name, "status", name)
    return kept


def respondents(source: Source, findings: list[Finding]) -> pd.Series:
    """An id for each row's person.

    Without a column in the plan: SurveyXact's own respondent id, else the row's place
    with the wave before it, so that two waves can never seem to share people.
    """
    export = source.export
    variable = source.role(source.survey.id_column)
    if source.survey.id_column is None:
        variable = next((v for v in export.variables if v.long_name.casefold() == "respondentid"), None)
    index = export.data.index
    if variable is None:
        return pd.Series([f"{source.wave.wave}-{row + 1}" for row in index], index=index)
    codes = source.codes(variable)
    empty = codes.index[codes.isna()]
    if len(empty):
        findings.append(Finding("id-empty", variable.name, rows=len(empty)))
        codes = codes.copy()
        codes[empty] = [f"{source.wave.wave}-{row + 1}" for row in empty]
    return codes


def raters(source: Source, people: pd.Series) -> pd.Series:
    """Whom the gate counts: the plan's rater column, the respondent where it is empty."""
    variable = source.role(source.survey.rater)
    if variable is None:
        return people
    codes = source.codes(variable)
    return codes.where(codes.notna(), people)


def group_codes(source: Source, group: GroupVariable, findings: list[Finding]) -> pd.Series:
    """Codes of a background variable, matched by code or label; None where unknown or missing."""
    data = source.export.data
    name = source.name_of(group.id)
    variable = source.export.find(name) if name else None
    if variable is None:
        if name:
            findings.append(Finding("group-missing", name))
        return pd.Series(None, index=data.index, dtype=object)
    codes = source.codes(variable)
    known: dict[str, str | None] = {}
    for value in codes.dropna().unique():
        known[str(value)] = _group_code(str(value), variable, group)
        if known[str(value)] is None:
            label = variable.value_labels.get(str(value), "")
            if state_of_label(label or str(value)) is None:
                count = int((codes == value).sum())
                findings.append(Finding("unknown-group-code", variable.name, f"{value} {label}".strip(), count))
    return pd.Series([known.get(c) if c is not None else None for c in codes], index=data.index, dtype=object)


def _group_code(value: str, variable: Variable, group: GroupVariable) -> str | None:
    """The codebook's code: the file's label decides where it is one of the codebook's."""
    for text in (variable.value_labels.get(value, ""), value):
        found = plain(text)
        for one in group.values:
            if found and found in wordings(one.label):
                return one.code
    return next((one.code for one in group.values if one.code == value), None)


def duplicates(people: pd.Series, completed: pd.Series, kept: pd.Series, instrument: Instrument) -> pd.Series:
    """Rows of people who are already there: the first completed row of each stays, else the first."""
    out = pd.Series(False, index=people.index)
    if instrument.row_is != "person":
        return out
    rows = people.index[kept]
    if not people[kept].duplicated().any():
        return out
    order = np.lexsort((np.arange(len(rows)), ~completed[rows].to_numpy(dtype=bool)))
    ranked = people[rows].iloc[order]
    out[ranked.index[ranked.duplicated(keep="first")]] = True
    return out


def duplicate_detail(people: pd.Series, out: pd.Series) -> str:
    """How many people the duplicates belong to."""
    return str(people[out].nunique())


def weight_column(source: Source, findings: list[Finding]) -> pd.Series | None:
    """The weight that the plan names, else the one the file declares.

    Empty weights become 0 and are told; text, negative numbers or no positive weight at all are problems.
    """
    wave: SurveyWave = source.wave
    name = source.name_of(wave.weight) if wave.weight else source.export.weight
    if not name:
        return None
    variable = source.export.find(name)
    if variable is None:
        source.problems.append(missing_column(source, name))
        return None
    if wave.weight is None:
        findings.append(Finding("weight-from-file", variable.name))
    values = source.export.data[variable.name]
    if values.dtype.kind != "f" or (values < 0).any() or not (values > 0).any():
        source.problems.append(Problem("response-weight", source.place(variable.name), first_names(_odd(values))))
        return None
    if values.isna().any():
        findings.append(Finding("weight-empty", variable.name, rows=int(values.isna().sum())))
    return values.fillna(0.0).rename(variable.name)


def _odd(values: pd.Series) -> list[str]:
    if values.dtype.kind == "f":
        return [str(v) for v in values[values < 0].unique()] or ["0"]
    return [str(v) for v in values.dropna().unique()]
