"""Processes that get ready to draw while the answers are still being read, and take some of the analysis then."""

from __future__ import annotations

import os
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


class Helpers:
    """Processes for drawing, started once there is something to do.

    Importing a plotting library and cutting the fonts take seconds that need not be waited
    for: with a second core they pass while the answers are read. This process draws too, so
    that one core is its own. A context manager; leaving it ends the processes.

    Parameters
    ----------
    most : int
        Never more processes than this; 0: everything is done in this process. Only a program
        with a main guard may ask for more: a new process imports the program again.
    """

    def __init__(self, most: int = 0) -> None:
        self._workers = min(most, (os.cpu_count() or 1) - 1)
        self._pool: ProcessPoolExecutor | None = None

    @property
    def pool(self) -> ProcessPoolExecutor | None:
        """The processes, where they were started."""
        return self._pool

    def start(self) -> None:
        """Start the processes, unless they run already."""
        if self._pool is not None or self._workers < 1:
            return
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        self._pool = ProcessPoolExecutor(self._workers, get_context("spawn"), initializer=_leave_interrupts)
        # Two that import matplotlib at once would both list the machine's fonts: another one cuts ours meanwhile.
        for ready in (_drawing, _fonts, *[_drawing] * (self._workers - 2)):
            self._pool.submit(ready)

    def close(self) -> None:
        """End the processes at once, also in the middle of something."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((getattr(pool, "_processes", None) or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Self:
        """Nothing starts before :meth:`start`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the processes."""
        self.close()


def _leave_interrupts() -> None:
    """Let the first process alone answer Ctrl-C: it ends this one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _drawing() -> None:
    """Import what drawing needs."""
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg
    import plotnine

    import evaluation.presentation.build
    import evaluation.presentation.figures.save

    # touched, so that nobody takes the imports for forgotten ones
    _ = (matplotlib, plotnine, evaluation)


def _fonts() -> None:
    """Cut the fonts of the documents into the user's cache folder, then get ready to draw."""
    from evaluation.reporting.fonts import packaged, subset_font

    fonts = packaged()
    for path in fonts.word().values():
        subset_font(path, "ttf")
    fonts.css()
    _drawing()
