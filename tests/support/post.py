"""Another process, as far as a test needs one: everything goes there and back as bytes."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any


class Post(ProcessPoolExecutor):
    """Answers at once, or, of every second task, never; ``asked`` counts."""

    def __init__(self, *, slow: bool = False) -> None:
        self.asked, self.slow = 0, slow

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Ask for ``fn`` of what comes out of the post."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        self.asked += 1
        sent, given, options = pickle.loads(pickle.dumps((fn, args, kwargs)))
        if self.slow and self.asked % 2:
            return future
        try:
            future.set_result(pickle.loads(pickle.dumps(sent(*given, **options))))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future
