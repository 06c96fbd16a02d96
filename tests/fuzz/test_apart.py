"""A library that crashes or hangs costs one error, in small files and far inside large ones."""

from __future__ import annotations

import os
import pickle
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing import guard
from evaluation.importing.apart import read_apart
from evaluation.importing.read import read_export
from evaluation.importing.stata import read_stata
from tests.fuzz.sources import sources

fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
_ROWS = 70_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Stata file of more than 4 MiB, with texts and special missing values."""
    path = tmp_path_factory.mktemp("large") / "large.dta"
    frame = pd.DataFrame({f"v_{n}": np.arange(_ROWS) % (n + 3) + 0.5 for n in range(8)})
    pyreadstat.write_dta(frame.assign(tekst="æble"), str(path), variable_value_labels={"v_1": {1: "Enig"}})
    assert path.stat().st_size > guard.WHOLE
    return path


def test_a_worker_that_dies_is_one_error_and_the_next_file_is_read(tmp_path: Path) -> None:
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


def test_an_answer_that_nobody_waited_for_never_meets_the_next_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (source.path for source in sources("stata", tmp_path)[:2])
    worker = guard.Worker()
    try:
        load = pickle.load

        def interrupted(_stream: Any) -> Any:
            raise KeyboardInterrupt

        monkeypatch.setattr(guard.pickle, "load", interrupted)
        with pytest.raises(KeyboardInterrupt):
            worker.ask(first, "stata")
        monkeypatch.setattr(guard.pickle, "load", load)
        export = worker.ask(second, "stata")
        assert export is not None
        assert export.files == (second,)
    finally:
        worker.close()


@fork
def test_large_files_are_looked_at_in_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = sources("spss", tmp_path)[0]
    monkeypatch.setattr(guard, "WHOLE", 0)
    assert guard.guarded(source.path, "spss") is None
    assert read_export(source.path).rows == 3
    monkeypatch.setattr(guard, "_look", lambda _path: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(EvaluationError, match="import-reader-crashed"):
        read_export(source.path)


def _beyond_the_first_rows(then: Any) -> Any:
    """``pyreadstat.read_dta`` that does something else when more than the first rows are read."""
    whole = pyreadstat.read_dta

    def read_dta(path: str, row_limit: int = 0, **options: Any) -> Any:
        return whole(path, row_limit=row_limit, **options) if row_limit else then()

    return read_dta


@fork
def test_a_crash_far_inside_a_large_file_is_one_error(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyreadstat, "read_dta", _beyond_the_first_rows(lambda: os.kill(os.getpid(), signal.SIGSYS)))
    with pytest.raises(EvaluationError, match="import-reader-crashed") as caught:
        read_export(large)
    assert caught.value.problems[0].found == str(-signal.SIGSYS)
    monkeypatch.undo()
    assert read_export(large).rows == _ROWS


@fork
def test_a_crash_far_inside_a_large_sav_is_one_error(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the faster library, which cannot crash, leaves the file to ReadStat."""
    path = tmp_path / "large.sav"
    pyreadstat.write_sav(pyreadstat.read_dta(str(large))[0], str(path))
    assert path.stat().st_size > guard.WHOLE
    whole = pyreadstat.read_sav

    def read_sav(name: str, **options: Any) -> Any:
        if options.get("row_limit") or options.get("metadataonly"):
            return whole(name, **options)
        os.kill(os.getpid(), signal.SIGSYS)
        return None

    monkeypatch.setattr(pyreadstat, "read_sav", read_sav)
    assert read_export(path).rows == _ROWS
    monkeypatch.setattr("evaluation.importing.spss.read_fast", lambda *_given: None)
    with pytest.raises(EvaluationError, match="import-reader-crashed"):
        read_export(path)


@fork
def test_a_hang_far_inside_a_large_file_is_ended(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyreadstat, "read_dta", _beyond_the_first_rows(lambda: time.sleep(120)))
    monkeypatch.setattr(guard, "LIMIT", 0.5)
    began = time.monotonic()
    with pytest.raises(EvaluationError, match="import-reader-crashed"):
        read_export(large)
    assert time.monotonic() - began < 60


@fork
def test_no_process_is_left_behind(large: Path) -> None:
    waited: list[int] = []
    copy = os.fork
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fork", lambda: waited.append(pid := copy()) or pid)
        read_export(large)
    assert len(waited) >= 2
    for pid in waited:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


@pytest.mark.parametrize("how", ["copy", "worker"])
def test_what_is_handed_over_is_what_was_read(large: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "copy" and not hasattr(os, "fork"):
        pytest.skip("no fork")
    monkeypatch.setitem(guard._state, "hung", how == "worker")
    frame, meta = pyreadstat.read_dta(str(large), user_missing=True)
    handed, told = read_apart(large, pyreadstat.read_dta, user_missing=True)
    pd.testing.assert_frame_equal(handed, frame)
    assert vars(told) == vars(meta)
    apart = read_stata(large)
    monkeypatch.setitem(guard._state, "inside", True)
    pd.testing.assert_frame_equal(apart.data, read_stata(large).data)
    assert apart.variables == read_stata(large).variables


@pytest.mark.parametrize("how", ["copy", "worker"])
def test_what_the_reader_raises_is_raised_here(large: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "copy" and not hasattr(os, "fork"):
        pytest.skip("no fork")
    monkeypatch.setitem(guard._state, "hung", how == "worker")
    with pytest.raises(pyreadstat.ReadstatError):
        read_apart(large, pyreadstat.read_sav)


@fork
def test_more_memory_than_there_is_is_an_error(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyreadstat, "read_dta", _beyond_the_first_rows(lambda: np.ones(10**12)))
    with pytest.raises((EvaluationError, MemoryError)):
        read_export(large)
