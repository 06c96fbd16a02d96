"""A large file is read by ReadStat in another process, and handed over: a crash far inside it costs one error.

Small files are read whole by the worker (:mod:`evaluation.importing.guard`). Of a large one only
the long readings come here: a copy of this process reads, and what it has read comes through a
pipe, so that no answer is written to any disk. Where a process cannot be copied the worker reads.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaluation.common.errors import fail
from evaluation.importing import guard

#: Bytes on their way between the processes at a time.
_PIPE = 1024**2
_LINUX_SET_PIPE_SIZE = 1031


def read_apart(path: Path, reader: Callable[..., Any], *, always: bool = False, **options: Any) -> Any:
    """``reader(path, **options)`` of pyreadstat, away from this process where the file is large or ``always``.

    Raises
    ------
    EvaluationError
        ``import-reader-crashed`` when the library crashed or did not end.
    Exception
        What the reader raised.
    """
    if guard.inside() or not (always or path.stat().st_size > guard.WHOLE):
        return reader(str(path), **options)
    if hasattr(os, "fork") and guard.copies():
        kind, found = _copied(path, reader, options)
    else:
        kind, found = guard.call(path, reader.__name__, options)
    if kind == "raised":
        raise found
    return found


def answer(path: Path, reader: Callable[..., Any], options: dict[str, Any]) -> tuple[str, Any]:
    """What is told to the process that asked: what was read, or what was raised."""
    try:
        return "read", reader(str(path), **options)
    except Exception as error:  # noqa: BLE001 - raised again in the process that asked
        return "raised", error


def _copied(path: Path, reader: Callable[..., Any], options: dict[str, Any]) -> tuple[str, Any]:
    source, target = os.pipe()
    _enlarge(target)
    with warnings.catch_warnings():
        # Python warns of threads: the copy calls only the library and the pickler
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            os.close(source)
            # what a crash prints helps nobody who reads the error
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            guard.limit_memory(guard.in_use() + guard.memory_for(path))
            with os.fdopen(target, "wb", buffering=_PIPE) as told:
                pickle.dump(answer(path, reader, options), told, protocol=5)
        finally:
            os._exit(0)
    os.close(target)
    # not waited for before the end, so that the number can be of no other process
    timer = threading.Timer(guard.seconds_for(path), os.kill, (pid, signal.SIGKILL))
    timer.start()
    try:
        with os.fdopen(source, "rb", buffering=_PIPE) as heard:
            found: tuple[str, Any] = pickle.load(heard)
    except (EOFError, OSError, pickle.UnpicklingError):
        found = ("crashed", None)
    finally:
        timer.cancel()
        timer.join()
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    if found[0] == "crashed":
        raise fail("import-reader-crashed", where=path, found=os.waitstatus_to_exitcode(status)) from None
    return found


def _enlarge(pipe: int) -> None:
    """A pipe that holds more at a time, where the system lets us."""
    try:
        import fcntl

        fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", _LINUX_SET_PIPE_SIZE), _PIPE)
    except (ImportError, OSError):
        return
