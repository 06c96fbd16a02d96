"""150 damaged exports of every family: no traceback, no hang, no wrong number of rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export
from tests.fuzz.harness import count, run
from tests.fuzz.mutate import mutate
from tests.fuzz.sources import families, sources

MUTATIONS = 150


@pytest.mark.parametrize("family", families())
def test_damaged_exports(family: str, tmp_path: Path) -> None:
    found = sources(family, tmp_path)
    outcome = run(family, found, range(MUTATIONS))
    assert outcome.broken == []
    assert outcome.reads + sum(outcome.errors.values()) == MUTATIONS
    # a mutator that spares every file, or spoils all, tests nothing
    assert outcome.errors
    assert outcome.reads


@pytest.mark.parametrize("family", families())
def test_whole_exports_are_read_and_counted(family: str, tmp_path: Path) -> None:
    for source in sources(family, tmp_path):
        rows = read_export(source.path).rows
        expected = count(family, source.path, source.path.read_bytes())
        assert expected is None or expected[0] <= rows <= expected[1], source.name


def test_the_same_seed_damages_alike() -> None:
    data = bytes(range(256)) * 4
    assert [mutate(data, n) for n in range(20)] == [mutate(data, n) for n in range(20)]
    assert sum(mutate(data, n) != data for n in range(50)) > 40


def test_a_worker_that_dies_is_one_error_and_the_next_file_is_read(tmp_path: Path) -> None:
    from evaluation.importing import guard

    source = sources("spss", tmp_path)[0]
    worker = guard.Worker()
    try:
        assert worker.ask(source.path, "spss") is not None
        process = worker.start()
        process.kill()
        process.wait()
        assert worker.ask(source.path, "spss") is not None
        with pytest.raises(EvaluationError, match="import-reader-crashed"):
            worker.ask(source.path, "spss", limit=0.0)
        assert worker.ask(source.path, "spss") is not None
        source.path.write_bytes(source.path.read_bytes()[:300])
        with pytest.raises(EvaluationError, match="import-damaged"):
            worker.ask(source.path, "spss")
    finally:
        worker.close()


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork")
def test_large_files_are_looked_at_in_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import signal

    from evaluation.importing import guard

    source = sources("spss", tmp_path)[0]
    monkeypatch.setattr(guard, "WHOLE", 0)
    assert guard.guarded(source.path, "spss") is None
    assert read_export(source.path).rows == 3
    monkeypatch.setattr(guard, "_look", lambda _path: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(EvaluationError, match="import-reader-crashed"):
        read_export(source.path)
