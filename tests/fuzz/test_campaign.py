"""The campaign goes on where it stopped, and a crash or a hang costs it one seed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fuzz import campaign


class Processes:
    """Stands for the processes of batches: reads every seed, and ends as told at some."""

    def __init__(self, ends: dict[int, int | None]) -> None:
        self.ends, self.asked = ends, []  # type: ignore[var-annotated]

    def run(self, command: list[str], **_options: Any) -> SimpleNamespace:
        first, last, answer = int(command[-3]), int(command[-2]), Path(command[-1])
        self.asked.append((first, last))
        seed = next((n for n in range(first, last) if n in self.ends), last)
        told = {"seed": seed, "reads": seed - first, "counted": seed - first, "broken": [], "errors": {"import-x": 0}}
        answer.write_text(json.dumps(told))
        code = self.ends.get(seed, 0)
        if code is None:
            raise subprocess.TimeoutExpired(command, 1)
        return SimpleNamespace(returncode=code)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    page = tmp_path / "fuzz.md"
    page.write_text("Before\n<!-- figures -->\nold\n<!-- end of figures -->\nAfter\n", encoding="utf-8")
    monkeypatch.setattr(campaign, "PAGE", page)
    monkeypatch.setattr(campaign, "STATE", tmp_path / "state/fuzz.json")
    monkeypatch.setattr(campaign, "BATCH", 10)
    monkeypatch.setattr(campaign, "commit", lambda: "abc")
    return page


def _run(monkeypatch: pytest.MonkeyPatch, ends: dict[int, int | None], **options: Any) -> tuple[int, list]:
    processes = Processes(ends)
    with monkeypatch.context() as patch:
        patch.setattr(campaign.subprocess, "run", processes.run)
        broken = campaign.campaign(options.pop("most", 20), ["csv"], 2, **options)
    return broken, sorted(processes.asked)


def test_what_is_done_is_not_done_again(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, {}, most=10) == (0, [(0, 10)])
    assert _run(monkeypatch, {}) == (0, [(10, 20)])
    assert _run(monkeypatch, {}) == (0, [])
    told = page.read_text(encoding="utf-8")
    assert "| csv | 20 | 20 | 20 | 0 | 0 | 0 |" in told
    assert "`abc`" in told
    assert "| spss | not run |" in told
    assert told.startswith("Before\n")
    assert told.endswith("\nAfter\n")
    monkeypatch.setattr(campaign, "commit", lambda: "def")
    assert _run(monkeypatch, {}) == (0, [(0, 10), (10, 20)])
    assert "| csv | 20 |" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("code", "what"), [(-11, "ended with -11"), (None, "longer than")], ids=["crash", "hang"])
def test_a_crash_or_a_hang_costs_one_seed(
    page: Path, monkeypatch: pytest.MonkeyPatch, code: int | None, what: str
) -> None:
    broken, asked = _run(monkeypatch, {4: code, 19: code})
    assert broken == 2
    assert asked == [(0, 10), (5, 10), (10, 20)]
    told = page.read_text(encoding="utf-8")
    assert "| csv | 20 | 18 | 18 | 0 | 0 | 2 |" in told
    assert told.count(what) == 2
    assert "csv seed 4:" in told


def test_a_harness_that_fails_is_no_result(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="harness"):
        _run(monkeypatch, {3: 1}, most=10)
    assert "old" in page.read_text(encoding="utf-8")
