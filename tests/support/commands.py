"""Runs the ``evaluation`` command inside the test process."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest


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
