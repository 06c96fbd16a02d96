"""The private estimates on disk: one parquet file a table in ``data/processed``, never committed, never shown."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from evaluation.analysis.estimates import COLUMNS, Estimates, conform
from evaluation.common.errors import EvaluationError, Problem
from evaluation.common.files import write_atomic


def save_estimates(estimates: Estimates, folder: Path) -> tuple[Path, ...]:
    """Write every table as ``<table>.parquet`` in ``folder``; identical files are left untouched.

    Returns
    -------
    tuple of Path
        Files that changed.
    """
    changed = []
    for name in COLUMNS:
        stream = io.BytesIO()
        getattr(estimates, name).to_parquet(stream, index=False)
        if write_atomic(folder / f"{name}.parquet", stream.getvalue()):
            changed.append(folder / f"{name}.parquet")
    return tuple(changed)


def load_estimates(folder: Path) -> Estimates:
    """Read what :func:`save_estimates` wrote; ``meta`` stays with the published tables.

    Raises
    ------
    EvaluationError
        ``estimates-missing`` for every file that is not there.
    """
    missing = [name for name in COLUMNS if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise EvaluationError([Problem("estimates-missing", str(folder / f"{name}.parquet")) for name in missing])
    return Estimates(**{name: conform(name, pd.read_parquet(folder / f"{name}.parquet")) for name in COLUMNS})
