"""Private estimates on disk: never committed, never read by presentation or reporting."""

from __future__ import annotations

import io
from pathlib import Path

from evaluation.analysis.estimates import COLUMNS, Estimates
from evaluation.common.files import write_atomic


def save_estimates(estimates: Estimates, folder: Path) -> None:
    """Write ``estimates.parquet`` and its sister tables into ``folder``, each whole or not at all.

    The table of changes is ``estimates.parquet``; the others carry their name with
    ``estimates-`` before it.
    """
    for name in COLUMNS:
        buffer = io.BytesIO()
        getattr(estimates, name).to_parquet(buffer, index=False)
        target = "estimates.parquet" if name == "estimates" else f"estimates-{name}.parquet"
        write_atomic(folder / target, buffer.getvalue())
