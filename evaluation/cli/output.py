"""Words, progress and errors on the terminal: results on stdout, everything else on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from evaluation.common.errors import EvaluationError
from evaluation.common.language import catalogue


def language(given: str | None) -> str:
    """The language of messages: ``--lang``, else ``LC_ALL``/``LANG``, else English."""
    if given:
        return given
    system = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "da" if system.lower().startswith("da") else "en"


def word(name: str, lang: str, **values: object) -> str:
    """A line of the command-line catalogue with its placeholders filled."""
    text = str(catalogue("cli", lang)[name])
    for key, value in values.items():
        text = text.replace("{" + key + "}", str(value))
    return text


def say(text: str) -> None:
    """A line of result on stdout."""
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """A line about the run on stderr."""
    sys.stderr.write(text + "\n")


def show_error(error: EvaluationError, lang: str) -> None:
    """All problems on stderr, under one heading."""
    count = len(error.problems)
    tell(f"{word('error_title', lang)} ({count})\n\n{error.render(lang)}")


@contextmanager
def progress(lang: str) -> Iterator[Callable[[str, str, int, int], None]]:
    """A callback that shows where a run is.

    On a terminal a single line that is rewritten; elsewhere a line for each new step, at
    most one a second, so that logs stay short.
    """
    terminal = sys.stderr.isatty()
    last = ("", 0.0)

    def report(stage: str, what: str, done: int, total: int) -> None:
        nonlocal last
        names = catalogue("cli", lang)
        title = str(names.get(f"stage_{stage}", stage))
        shown = str(names.get(f"what_{what.replace(' ', '_')}", what))
        text = f"{title}: {shown}" + (f" ({done + 1}/{total})" if total > 1 else "")
        now = time.monotonic()
        if terminal:
            sys.stderr.write("\r\x1b[2K" + text[:100])
            sys.stderr.flush()
        elif stage != last[0] or now - last[1] >= 1.0:
            tell(text)
        else:
            return
        last = (stage, now)

    try:
        yield report
    finally:
        if terminal:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
