"""``evaluation import --problems FILE.csv``: all that was found in all files, in one table, even if the import stops.

The store holds a ``validation.csv`` only beside answers, and answers are stored for all files
or for none. This table is the user's own file, written only when asked for, outside the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.common.errors import Problem, fail
from evaluation.common.files import write_atomic
from evaluation.common.language import LANGUAGES

if TYPE_CHECKING:
    from evaluation.responses.model import Check

Key = tuple[str, str]
#: Before the columns of ``validation.csv``: whose line it is; after them: what stands there, and what to do.
BEFORE, AFTER = ("survey", "wave"), ("found", *(f"do_{lang}" for lang in LANGUAGES))
_KEPT = ("data/raw", "data/processed", "reports/_published")


class ProblemTable:
    """The lines of the table while the files are read.

    Parameters
    ----------
    path : Path
        The csv to write.
    root : Path
        The workspace; its raw data and what is made of them are no place for the table.

    Raises
    ------
    EvaluationError
        ``problems-place`` for a name that is no csv or lies in the store, ``problems-taken`` where
        another file stands there.
    """

    def __init__(self, path: Path, root: Path) -> None:
        inside = any(path.resolve().is_relative_to((root / folder).resolve()) for folder in _KEPT)
        if inside or path.suffix.lower() != ".csv" or path.is_dir():
            raise fail("problems-place", where=path)
        if path.is_file() and not path.read_bytes().startswith((",".join(BEFORE) + ",").encode()):
            raise fail("problems-taken", where=path)
        self.path = path
        self._problems: list[tuple[Key, Problem]] = []
        self._checks: dict[Key, Sequence[Check]] = {}

    def add(self, key: Key, checks: Sequence[Check], problems: Iterable[Problem] = ()) -> None:
        """What was found in one file; empty names in ``key`` for what is about no single file."""
        self._checks[key] = (*self._checks.get(key, ()), *checks)
        self._problems += [(key, problem) for problem in problems]

    def write(self) -> None:
        """Write the table in one step: what stops the import first, then by survey and wave, worst first."""
        import pandas as pd

        from evaluation.responses.validation import COLUMNS, checks_of, validation_frame

        lines: list[Mapping[str, object]] = []
        for key, problem in self._problems:
            (line,) = validation_frame(checks_of((), (), (problem,))).to_dict("records")
            told = {f"do_{lang}": problem.text("do", lang) for lang in LANGUAGES}
            lines.append({**line, **dict(zip(BEFORE, key, strict=True)), "found": problem.found, **told})
        for key, checks in self._checks.items():
            for line in validation_frame(checks).to_dict("records"):
                lines.append({**line, **dict(zip(BEFORE, key, strict=True))})
        frame = pd.DataFrame(lines, columns=[*BEFORE, *COLUMNS, *AFTER])
        write_atomic(self.path, str(frame.to_csv(index=False, lineterminator="\n")))
