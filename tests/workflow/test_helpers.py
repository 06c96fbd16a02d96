"""Helper processes: none unless asked for, and none left behind; a run with nothing to do imports nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from evaluation.workflow.helpers import Helpers

LOOK = """
import sys, evaluation.cli.main, evaluation.workflow.run, evaluation.workflow.status, evaluation.reporting.render
print([name for name in ("pandas", "numpy") if name in sys.modules])
"""


def test_no_process_is_started_in_a_program_that_asked_for_none():
    with Helpers() as helpers:
        helpers.start()
        assert helpers.pool is None


def test_processes_are_gone_when_it_is_left_even_while_they_get_ready(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with Helpers(3) as helpers:
        helpers.start()
        pool = helpers.pool
        helpers.start()
        assert helpers.pool is pool
        running = list(pool._processes.values())
        assert len(running) == 1
    assert helpers.pool is None
    deadline = time.monotonic() + 10
    while any(process.is_alive() for process in running) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(process.is_alive() for process in running)


def test_the_stages_are_known_without_the_libraries_they_use():
    found = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
