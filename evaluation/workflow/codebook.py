"""``evaluation codebook``: a drafted instrument from an export file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.common.errors import fail
from evaluation.common.ids import slug

if TYPE_CHECKING:
    from evaluation.responses.drafting import Drafted


def draft(path: Path, sheet: str | None = None, out: Path | None = None, lang: str = "da") -> Drafted:
    """Draft a codebook from the export ``path``; written to ``out`` where that is given.

    Raises
    ------
    EvaluationError
        When the export cannot be read, holds no question with labelled answers
        (``codebook-draft-nothing``), or ``out`` is there already (``codebook-draft-exists``)
        or has a name that is no id (``codebook-draft-name``).
    """
    if not path.is_file():
        raise fail("file-not-found", where=path)
    if out is not None:
        if out.exists():
            raise fail("codebook-draft-exists", where=out)
        if out.suffix != ".toml" or slug(out.stem) != out.stem:
            raise fail("codebook-draft-name", where=out, found=out.name, name=f"{slug(out.stem)}.toml")
    from evaluation.importing.read import read_export
    from evaluation.responses.drafting import draft_codebook

    drafted = draft_codebook(read_export(path, sheet=sheet), name=out.stem if out else "", lang=lang)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=out.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(drafted.text)
            Path(beside).chmod(0o644)
            Path(beside).replace(out)
        finally:
            Path(beside).unlink(missing_ok=True)
    return drafted
