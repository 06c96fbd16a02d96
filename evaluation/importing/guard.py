"""Reads files with ReadStat in another process: a damaged file can crash that library, but not the program.

One worker is started when the first such file comes and is used for all of them. What it
has read of a small file is handed over; of a large one it reads what describes the data and the
first rows, and the rest is read by a library that cannot crash, or apart from this process
(:mod:`evaluation.importing.apart`). A worker that dies or takes too long becomes one clear error.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from evaluation.common.errors import EvaluationError, fail
from evaluation.importing.export import SurveyExport

#: Seconds a worker may take over one file, beside one for every ten MiB.
LIMIT = 60.0
#: Files up to this many bytes are read whole by the worker.
WHOLE = 4 * 1024 * 1024
_MEMORY = 4 * 1024**3
# How the names of files that the worker reads usually end.
_SUFFIXES = frozenset({".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt"})
_FIRST_ROWS = 1000
_FORKED_LIMIT = 15.0
# Whether this process is the worker, and whether a copy of this process once hung.
_state = {"inside": False, "hung": False}
_READERS = {"sav": "read_sav", "por": "read_por", "dta": "read_dta", "sas7bdat": "read_sas7bdat", "xpt": "read_xport"}


class Worker:
    """One process that reads files one after the other."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> subprocess.Popen[bytes]:
        """The process; a new one where there is none or it has ended."""
        if self._process is None or self._process.poll() is not None:
            # -P: a folder of data in which somebody stands is no place to import from
            command = [sys.executable, "-P", "-c", "from evaluation.importing.guard import serve; serve()"]
            paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            )
        return self._process

    def begin(self) -> None:
        """Start the process before the first question; one that cannot start says so then."""
        with self._lock, suppress(OSError):
            self.start()

    def ask(self, path: Path, family: str, limit: float | None = None) -> SurveyExport | None:
        """The export, or None where this process may read the file itself.

        Raises
        ------
        EvaluationError
            What the reader finds wrong, or ``import-reader-crashed``.
        """
        kind, found = self.exchange(path, (str(path.absolute()), family, None), limit)
        if kind == "problems":
            raise EvaluationError(found)
        if kind == "failed":
            raise fail("import-reader-crashed", where=path, found=found)
        if not isinstance(found, SurveyExport):
            return None
        # named as it was asked for
        return replace(found, files=tuple(path if file == path.absolute() else file for file in found.files))

    def exchange(self, path: Path, question: tuple[str, str, Any], limit: float | None = None) -> tuple[str, Any]:
        """What the process answers; it is ended when it takes too long.

        Raises
        ------
        EvaluationError
            ``import-reader-crashed``.
        """
        with self._lock:
            process = self.start()
            timer = threading.Timer(seconds_for(path) if limit is None else limit, process.kill)
            timer.start()
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                pickle.dump(question, process.stdin)
                process.stdin.flush()
                answer: tuple[str, Any] = pickle.load(process.stdout)
            except BaseException as error:
                # whatever came between, Ctrl-C too: the answer to this question must never meet the next one
                process.kill()
                process.wait()
                if isinstance(error, (OSError, EOFError, pickle.UnpicklingError)):
                    raise fail("import-reader-crashed", where=path, found=str(process.returncode)) from None
                raise
            finally:
                timer.cancel()
        return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()


_WORKER = Worker()
atexit.register(_WORKER.close)


def inside() -> bool:
    """Whether this process is the worker, which may crash."""
    return _state["inside"]


def copies() -> bool:
    """Whether a copy of this process can be trusted to run: none has hung."""
    return not _state["hung"]


def call(path: Path, name: str, options: dict[str, Any]) -> tuple[str, Any]:
    """``pyreadstat.<name>(path, **options)`` in the worker: ``read`` and what it gave, or ``raised`` and what.

    Raises
    ------
    EvaluationError
        ``import-reader-crashed``.
    """
    return _WORKER.exchange(path, (str(path.absolute()), name, options))


def seconds_for(path: Path) -> float:
    """Seconds that the reading of a file may take."""
    return LIMIT + path.stat().st_size / (10 * 1024 * 1024)


def memory_for(path: Path) -> int:
    """Bytes that the reading of a file may take: a few changed bytes can ask for any amount."""
    return _MEMORY + 16 * path.stat().st_size


def in_use() -> int:
    """Bytes of address space that this process holds; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


def expect(paths: Iterable[Path]) -> None:
    """Start the worker where one of ``paths`` will ask for it, while there is something else to read first."""
    if any(path.suffix.lower() in _SUFFIXES and path.stat().st_size <= WHOLE for path in paths):
        _WORKER.begin()


def guarded(path: Path, family: str) -> SurveyExport | None:
    """Read ``path`` with the reader ``family`` of the registry in the worker.

    Returns
    -------
    SurveyExport or None
        None for a large file that was looked at and holds nothing that crashes the library.

    Raises
    ------
    EvaluationError
        What the reader finds wrong, or ``import-reader-crashed``.
    """
    looked = started(path, family)
    if looked is None:
        return _WORKER.ask(path, family)
    looked()
    return None


def started(path: Path, family: str) -> Callable[[], None] | None:
    """Begin to look at a large file in a copy of this process, which is there at once.

    Returns
    -------
    callable or None
        Waits until the file has been looked at, and raises ``import-reader-crashed`` where that
        crashed; until then ReadStat must not read it here. None where :func:`guarded` is to be asked.
    """
    if path.stat().st_size <= WHOLE or not hasattr(os, "fork"):
        return None
    pid = _forked(path)

    def looked() -> None:
        ended = _ended(pid)
        if ended is None:
            # a copy of a process with threads may wait for ever for a lock that one of them held
            _WORKER.ask(path, family)
        elif ended != 0:
            raise fail("import-reader-crashed", where=path, found=ended)

    return looked


def _forked(path: Path) -> int:
    """A copy of this process that looks at a file."""
    import pyreadstat

    _ = pyreadstat  # imported here, not in every copy
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            limit_memory(0)
            _look(path)
        finally:
            os._exit(0)
    return pid


def _ended(pid: int) -> int | None:
    """How the copy ended: its exit code, None where it hung."""
    until = time.monotonic() + _FORKED_LIMIT
    pause = 0.001
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(2 * pause, 0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    _state["hung"] = True
    return None


def serve() -> None:
    """Answer questions on stdin until it closes."""
    limit_memory()
    _state["inside"] = True
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    # whatever a library prints must not come between the answers
    sys.stdout = sys.stderr
    _prepare()
    while True:
        try:
            path, name, options = pickle.load(asked)
        except EOFError:
            return
        _answer(told, _read(Path(path), name) if options is None else _call(Path(path), name, options))


def _prepare() -> None:
    """Import what every question needs, before the first one comes."""
    import pyreadstat

    import evaluation.importing.read

    _ = (pyreadstat, evaluation)


def _answer(told: IO[bytes], answer: tuple[str, object]) -> None:
    pickle.dump(answer, told, protocol=5)
    told.flush()


def _read(path: Path, family: str) -> tuple[str, object]:
    from evaluation.importing.read import READERS

    try:
        if path.stat().st_size > WHOLE:
            _look(path)
            return "looked", None
        reader = next(reader for reader in READERS if reader.name == family)
        return "export", reader.read(path, None)
    except EvaluationError as error:
        return "problems", error.problems
    except Exception as error:  # noqa: BLE001 - told to the process that asked, which makes an error of it
        return "failed", type(error).__name__


def _call(path: Path, name: str, options: dict[str, Any]) -> tuple[str, Any]:
    import pyreadstat

    from evaluation.importing.apart import answer

    return answer(path, getattr(pyreadstat, name), options)


def _look(path: Path) -> None:
    """The description of the data and the first rows, in every encoding that a reader may try."""
    import pyreadstat

    with path.open("rb") as stream:
        head = stream.read(200)
    name = "sav"
    if b"ASCII SPSS PORT FILE" in head:
        name = "por"
    elif head[12:15] == b"\xc2\xea\x81":
        name = "sas7bdat"
    elif head.startswith(b"HEADER RECORD"):
        name = "xpt"
    elif not head.startswith(b"$FL"):
        name = "dta"
    read: Any = getattr(pyreadstat, _READERS[name])
    for encoding in ({},) if name == "por" else ({}, {"encoding": "WINDOWS-1252"}):
        try:
            read(str(path), row_limit=_FIRST_ROWS, **encoding)
        except Exception:  # noqa: BLE001 - only a crash matters here; the reader tells the rest
            continue
        return


def limit_memory(most: int = _MEMORY) -> None:
    """No more than ``most`` bytes (0: any): a few changed bytes can ask for any amount."""
    try:
        import resource
    except ImportError:  # Windows
        return
    # what a crash leaves behind would hold the answers
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if most:
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
