"""What the readers of survey tools' delimited files have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from evaluation.common.files import hash_bytes, hash_file
from evaluation.importing.export import SurveyExport, Variable
from evaluation.importing.fictional import says_fictional
from evaluation.importing.notices import Notice
from evaluation.importing.text import number_column, text_column, writes_decimal_commas

Cells = Sequence[str]


def columns_of(rows: Sequence[Cells], width: int) -> list[list[str]]:
    """The cells of each column; empty lists where there are no rows."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def typed_column(cells: Cells) -> pd.Series:
    """Numbers where all cells are, else text; decimal commas are judged in this column alone."""
    number = number_column(cells, writes_decimal_commas([cells]))
    return text_column(cells) if number is None else number


def make_export(
    format_name: str,
    files: tuple[Path, ...],
    columns: Mapping[str, pd.Series],
    variables: Sequence[Variable],
    status: pd.Series | None,
    notices: Sequence[Notice],
) -> SurveyExport:
    """The export; its digest covers all files that were read."""
    data = pd.DataFrame(dict(columns))
    digests = [hash_file(path) for path in files]
    texts: list[object] = [text for v in variables for text in (v.name, v.label, *v.value_labels.values())]
    texts += [value for name in data if data[name].dtype == object for value in data[name].dropna().unique()[:200]]
    return SurveyExport(
        format=format_name,
        files=files,
        sha256=digests[0] if len(digests) == 1 else hash_bytes("\n".join(digests).encode()),
        data=data,
        variables=tuple(variables),
        status=status,
        fictional=says_fictional(texts),
        warnings=tuple(notices),
    )
