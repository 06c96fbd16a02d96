"""One run at a time in a workspace."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluation.common.errors import fail


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        # os.kill would end the process there; a person deletes the lock instead
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OSError):
        return True
    return True


@contextmanager
def workspace_lock(root: Path) -> Iterator[None]:
    """Hold the workspace's lock; a lock left by a process that is gone is taken over.

    Raises
    ------
    EvaluationError
        ``workspace-locked`` when another run is under way.
    """
    path = root / "data" / "processed" / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    for attempt in (1, 2):
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            break
        except FileExistsError:
            text = path.read_text(encoding="utf-8").strip()
            if attempt == 2 or (text.isdigit() and _alive(int(text))):
                raise fail("workspace-locked", where=path, found=f"process {text or '?'}") from None
            path.unlink(missing_ok=True)
    try:
        os.write(handle, str(os.getpid()).encode())
        os.close(handle)
        yield
    finally:
        path.unlink(missing_ok=True)
