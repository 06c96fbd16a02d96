"""Seconds of blocks and of whole processes, in rounds taken in turn."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took: wall clock, processor time of it and its children (seconds), and what it printed."""

    wall: float
    processor: float
    output: str


def process(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Spent:
    """Run Python with ``arguments`` from the repository's root, from start to exit.

    Raises
    ------
    RuntimeError
        With the end of what the process wrote, when it fails.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
        start, before = time.perf_counter(), os.times()
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, stdout=out, stderr=log, env={**os.environ, **(environment or {})}
        )
        wall, after = time.perf_counter() - start, os.times()
        processor = after.children_user + after.children_system - before.children_user - before.children_system
        if done.returncode:
            log.seek(0)
            raise RuntimeError(f"{' '.join(arguments)[:200]}: {log.read().decode('utf-8', 'replace')[-1500:]}")
        out.seek(0)
        return Spent(wall, processor, out.read().decode("utf-8"))


def in_turn(jobs: Mapping[str, Callable[[], Spent]], rounds: int) -> dict[str, list[Spent]]:
    """Do all jobs ``rounds`` times, one after the other in each round: what the machine does besides hits them all."""
    found: dict[str, list[Spent]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            found[name].append(job())
    return found


def fastest(values: Sequence[float]) -> float:
    """The least disturbed value: other work on the machine only ever adds."""
    return min(values)


class Clock:
    """Collects seconds of named blocks."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time a block and add it to what the name has."""
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
