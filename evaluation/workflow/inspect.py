"""``evaluation inspect``: what an export holds, as plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evaluation.common.errors import fail


def inspect(path: Path, sheet: str | None = None) -> dict[str, Any]:
    """Format, size, variables and warnings of an export file.

    Returns
    -------
    dict
        ``format``, ``rows`` (answer rows in the file, before any filter on status),
        ``columns``, ``fictional``, ``sha256``, ``status`` (rows by answer status, where
        the format carries one), ``weight``, ``variables`` (``name, label, type,
        value_labels, missing``), ``warnings`` (``code, da, en``).

    Raises
    ------
    EvaluationError
        When the file is not there or is not an export this program reads.
    """
    if not path.is_file():
        raise fail("file-not-found", where=path)
    from evaluation.importing.read import read_export

    export = read_export(path, sheet=sheet)
    status: dict[str, int] = {}
    if export.status is not None:
        status = {str(name): int(count) for name, count in export.status.value_counts().items()}
    return {
        "format": export.format,
        "rows": export.rows,
        "columns": export.columns,
        "fictional": export.fictional,
        "sha256": export.sha256,
        "status": status,
        "weight": export.weight,
        "variables": [
            {
                "name": variable.name,
                "label": variable.label,
                "type": variable.type,
                "value_labels": dict(variable.value_labels),
                "missing": sorted(variable.missing),
            }
            for variable in export.variables
        ],
        "warnings": [{"code": n.code, "da": n.text("da"), "en": n.text("en")} for n in export.warnings],
    }
