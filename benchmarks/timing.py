"""Medians of whole processes and of blocks."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


def process(arguments: Sequence[str], repeats: int = 1, cwd: Path = ROOT) -> float:
    """Median seconds of a Python process with ``arguments``, from start to exit."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=cwd, check=True, capture_output=True, env=os.environ)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


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
