"""Which column of a file holds an item or a role, by plan and crosswalk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

from evaluation.common.errors import Problem
from evaluation.importing.codes import code_column
from evaluation.importing.export import SurveyExport, Variable
from evaluation.plan.model import Survey, SurveyWave


class NamesColumns(Protocol):
    """What the codebook layer's crosswalk offers."""

    def column(self, item_or_role: str, wave: str) -> str:
        """Name of the variable in that wave's file; empty where it was not asked."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """One export read for one wave of a survey; collects what is wrong with it."""

    export: SurveyExport
    survey: Survey
    wave: SurveyWave
    crosswalk: NamesColumns
    problems: list[Problem] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Name of the file, for messages."""
        return self.export.files[0].name

    def place(self, column: str) -> str:
        """Where a problem with ``column`` is."""
        return f"{self.survey.id} {self.wave.wave}: {self.file}" + (f", {column}" if column else "")

    def name_of(self, item_or_role: str) -> str:
        """The column's name as plan and crosswalk give it; empty where not asked."""
        return self.crosswalk.column(item_or_role, self.wave.wave)

    def variable(self, item_or_role: str) -> Variable | None:
        """The variable of an item or role, or None when the file lacks it."""
        name = self.name_of(item_or_role)
        return self.export.find(name) if name else None

    def role(self, role: str | None) -> Variable | None:
        """The variable of a role that the plan names; a missing one is a problem."""
        if role is None or not self.name_of(role):
            return None
        variable = self.variable(role)
        if variable is None:
            self.problems.append(missing_column(self, role))
        return variable

    def codes(self, variable: Variable) -> pd.Series:
        """A column as codes, empty where the file declares the code missing."""
        codes = code_column(self.export.data[variable.name])
        return codes.mask(codes.isin(variable.missing), None) if variable.missing else codes


def missing_column(source: Source, wanted: str) -> Problem:
    """A column that plan or crosswalk name and the file lacks, with near names."""
    import difflib

    name = source.name_of(wanted) or wanted
    names = [variable.name for variable in source.export.variables]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6) or names[:6]
    return Problem("response-column-missing", source.place(name), ", ".join(near), {"column": name})
