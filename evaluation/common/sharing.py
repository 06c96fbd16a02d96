"""Work that is shared with processes that are there anyway; whatever they do, the results are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Given = TypeVar("Given")
Made = TypeVar("Made")
#: Seconds that tasks are waited for; then they are done here as well: the process may be busy with something else.
PATIENCE: Final = 1.0


def shared(
    pool: ProcessPoolExecutor | None, work: Callable[[Given], Made], tasks: Sequence[Given], patience: float = PATIENCE
) -> list[Made]:
    """Return ``work`` of each task, in order: the processes begin with the first, this one with the last.

    Parameters
    ----------
    pool : ProcessPoolExecutor, optional
        None: everything is done in this process.
    work : callable
        A function of a module, which always makes the same of the same task.
    tasks : sequence
        Small enough to be sent.
    patience : float
        Seconds that tasks that were begun elsewhere are waited for.

    Raises
    ------
    Exception
        What ``work`` raises here: a task that failed elsewhere is done again.
    """
    asked = [begun(pool, work, task) for task in tasks]
    found: dict[int, Made] = {}
    for place in reversed(range(len(tasks))):
        waiting = asked[place]
        if waiting is None or waiting.cancel():
            found[place] = work(tasks[place])
    # Who has not finished anything by now is busy with something else.
    helped = any(one is not None and one.done() and not one.cancelled() for one in asked)
    until = monotonic() + (patience if helped else 0.0)
    return [
        found[place] if place in found else ended(asked[place], work, task, until) for place, task in enumerate(tasks)
    ]


def every(work: Callable[[Given], Made], tasks: Sequence[Given]) -> list[Made]:
    """Return ``work`` of each of some small tasks that are better sent together."""
    return [work(task) for task in tasks]


def begun(pool: ProcessPoolExecutor | None, work: Callable[[Given], Made], task: Given) -> Future[Made] | None:
    """Ask one of the processes for ``work``; None where there is none."""
    if pool is None:
        return None
    try:
        return pool.submit(work, task)
    except RuntimeError:
        # a pool that has broken or was closed takes nothing; :func:`ended` does it here
        return None


def ended(asked: Future[Made] | None, work: Callable[[Given], Made], task: Given, until: float) -> Made:
    """Return what :func:`begun` asked for; done here where nobody has done it.

    ``until``: how long it is waited for, as :func:`time.monotonic` counts; of several tasks together the same.
    """
    from concurrent.futures import wait

    if asked is not None and not asked.cancel():
        wait([asked], max(0.0, until - monotonic()))
        if asked.done() and asked.exception() is None:
            return asked.result()
    return work(task)
