"""The campaign goes on where it stopped, begins anew with other code, and notes what ends its process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.attack import campaign


class Processes:
    """Stands for the processes of batches; ends as told at some cases."""

    def __init__(self, ends: dict[int, int | None]) -> None:
        self.ends = ends
        self.asked: list[tuple[int, int]] = []

    def run(self, command: list[str], **_options: Any) -> SimpleNamespace:
        first, last, answer = int(command[-3]), int(command[-2]), Path(command[-1])
        self.asked.append((first, last))
        seed = next((n for n in range(first, last) if n in self.ends), last)
        counted = dict.fromkeys(campaign._COUNTED, 0) | {"cases": seed - first}
        told = {"seed": seed, **counted, "processor": 1.0, "found": [], "mutated": {"alone|found": 1}}
        answer.write_text(json.dumps(told))
        code = self.ends.get(seed, 0)
        if code is None:
            raise subprocess.TimeoutExpired(command, 1)
        return SimpleNamespace(returncode=code)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    page = tmp_path / "page.md"
    page.write_text(f"Before\n{campaign._BEGIN}\nold\n{campaign._END}\nAfter\n", encoding="utf-8")
    monkeypatch.setattr(campaign, "PAGE", page)
    monkeypatch.setattr(campaign, "STATE", tmp_path / "state/attack.json")
    monkeypatch.setattr(campaign, "BATCH", 10)
    monkeypatch.setattr(campaign, "commit", lambda: "abc")
    monkeypatch.setattr(campaign, "code", lambda: "def")
    return page


def _run(monkeypatch: pytest.MonkeyPatch, ends: dict[int, int | None], most: int = 20) -> tuple[int, list]:
    processes = Processes(ends)
    with monkeypatch.context() as patch:
        patch.setattr(campaign.subprocess, "run", processes.run)
        return campaign.campaign(most, 2), sorted(processes.asked)


def test_what_is_done_is_not_done_again(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, {}, most=10) == (0, [(0, 10)])
    assert _run(monkeypatch, {}) == (0, [(10, 20)])
    told = page.read_text(encoding="utf-8")
    assert "| cases | 20 |" in told
    assert "found | 2 of 2 |" in told
    assert (told.startswith("Before\n"), told.endswith("After\n"), "old" in told) == (True, True, False)
    monkeypatch.setattr(campaign, "commit", lambda: "other")
    assert _run(monkeypatch, {}) == (0, [])
    monkeypatch.setattr(campaign, "code", lambda: "other")
    assert _run(monkeypatch, {}) == (0, [(0, 10), (10, 20)])


@pytest.mark.parametrize("end", [-11, None])
def test_a_case_that_ends_its_process_is_noted(page: Path, monkeypatch: pytest.MonkeyPatch, end: int | None) -> None:
    assert _run(monkeypatch, {3: end}) == (1, [(0, 10), (4, 10), (10, 20)])
    told = page.read_text(encoding="utf-8")
    assert "| cases | 20 |" in told
    assert "- case 3: " in told
