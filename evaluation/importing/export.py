"""What every reader of an export file hands on: :class:`SurveyExport`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from evaluation.importing.notices import Notice

VariableType = Literal["single", "multiple", "open", "number", "date", "system"]
Status = Literal["completed", "partial", "not_opened", "rejected"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of an export, with what the file itself says about it.

    ``value_labels`` maps code (as text, ``"1"``, ``"99"``) to label in file order;
    ``missing`` holds the codes the file declares as user-missing. ``set_name`` joins the
    columns of one multiple-choice question; ``choice`` is the code of the option
    that this column stands for (never its ordinal). ``long_name`` is the name before the
    survey system cut it to eight characters; ``about`` the question whose option "Other"
    this open text explains. ``not_shown``: the file has a code for *seen and left open*, so
    that an empty cell says that the person was never shown the question.
    """

    name: str
    label: str = ""
    type: VariableType = "single"
    value_labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    set_name: str = ""
    choice: str = ""
    long_name: str = ""
    about: str = ""
    not_shown: bool = False


@dataclass(frozen=True, slots=True)
class SurveyExport:
    """An export exactly as received, with its metadata.

    Attributes
    ----------
    format : str
        ``surveyxact-eu``, ``surveyxact-intl``, ``surveyxact-comma``, ``spss-sav``, ``excel`` …
    files : tuple of Path
        All files that were read (a SurveyXact csv export is three or four).
    data : pandas.DataFrame, shape (rows, columns)
        Numeric columns float64 with NaN where empty; everything else text (object)
        with None where empty. User-missing codes are kept as codes.
    status : pandas.Series of Status or None
        Answer status per row where the format carries one; same index as ``data``.
    weight : str
        Name of the weight variable the file declares, else empty.
    fictional : bool
        The file says of itself that its data are invented ("Fiktive data").
    warnings : tuple of Notice
        What a person should know about how the file was read; ``notice.text(lang)``.
    file_columns : int
        Columns of the file where several variables were made of one column; else 0.
    """

    format: str
    files: tuple[Path, ...]
    sha256: str
    data: pd.DataFrame
    variables: tuple[Variable, ...]
    status: pd.Series | None = None
    weight: str = ""
    fictional: bool = False
    warnings: tuple[Notice, ...] = ()
    file_columns: int = 0

    @property
    def columns(self) -> int:
        """Columns in the file, without a phantom or empty last one."""
        return self.file_columns or len(self.variables)

    @property
    def rows(self) -> int:
        """Answer rows in the file, before any filter on status."""
        return len(self.data)

    def variable(self, name: str) -> Variable | None:
        """The variable of that name, or None."""
        return next((v for v in self.variables if v.name == name), None)

    def find(self, name: str) -> Variable | None:
        """The variable a person means by ``name``.

        The exact name first; then, where it is the only match, the name in other
        letter case or the long name that the survey system cut.
        """
        exact = self.variable(name)
        if exact is not None:
            return exact
        wanted = name.strip().casefold()
        for attribute in ("name", "long_name"):
            hits = [v for v in self.variables if getattr(v, attribute).strip().casefold() == wanted]
            if len(hits) == 1:
                return hits[0]
        return None
