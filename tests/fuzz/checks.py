"""What the fuzz tests of files and of text have in common."""

from __future__ import annotations

from pathlib import Path

from evaluation.importing.read import read_export
from tests.fuzz.harness import counts, differences, run
from tests.fuzz.sources import sources

MUTATIONS = 150
#: Of what is read, the share that the other count must follow.
_COUNTED = 0.85


def check_damaged(family: str, folder: Path) -> None:
    """150 damaged exports of a family: no traceback, no hang, no count that differs."""
    outcome = run(sources(family, folder), range(MUTATIONS))
    assert outcome.broken == []
    assert outcome.reads + sum(outcome.errors.values()) == MUTATIONS
    # a mutator that spares every file, or spoils all, tests nothing
    assert outcome.errors
    assert outcome.reads
    assert outcome.counted >= _COUNTED * outcome.reads


def check_whole(family: str, folder: Path) -> None:
    """Every undamaged export of a family is read, and counted to the same."""
    uncounted = []
    for source in sources(family, folder):
        export = read_export(source.path)
        expected = counts(source.path.read_bytes(), export.format)
        if expected is None:
            uncounted.append(export.format)
            continue
        assert expected, source.name
        assert differences(export, expected) == "", source.name
    # nothing but a portable file goes uncounted
    assert set(uncounted) <= {"spss-por"}
