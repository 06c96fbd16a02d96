"""Runs the ``evaluation`` command inside the test process, and reads back the problems it printed."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

import pytest

LABELS = {"da": ("Hvor", "Forventet", "Fundet", "Gør dette"), "en": ("Where", "Expected", "Found", "Do this")}


@dataclass(frozen=True)
class Outcome:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


def evaluation(capsys: pytest.CaptureFixture[str], *arguments: object, messages: str = "") -> Outcome:
    """Run one command line and collect what a user would see.

    ``messages``: language of the system, where ``--lang`` would also choose that of the documents.
    """
    from evaluation.cli.main import run

    before = sys.argv
    sys.argv = ["evaluation", *map(str, arguments)]
    capsys.readouterr()
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        if messages:
            patch.setenv("LC_ALL", {"da": "da_DK.UTF-8", "en": "C.UTF-8"}[messages])
        try:
            run()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
        finally:
            sys.argv = before
    captured = capsys.readouterr()
    return Outcome(code, captured.out, captured.err)


@dataclass(frozen=True)
class Told:
    """One problem as printed."""

    code: str
    what: str
    parts: dict[str, str]


def told(err: str, lang: str) -> list[Told]:
    """The problems of one run, read back from what was printed."""
    found = []
    for block in re.split(r"\n\n(?=\[)", err.strip()):
        head = re.match(r"\[([a-z0-9-]+)\] (.+)", block)
        if head is None:
            continue
        lines = dict(re.findall(r"^  ([^:\n]+): (.*)$", block, re.MULTILINE))
        found.append(Told(head[1], head[2], {k: lines.get(v, "") for k, v in zip("wefd", LABELS[lang], strict=True)}))
    return found
