import os
import sys
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.workflow.lock import workspace_lock
from evaluation.workflow.state import State, code_hash


def test_a_stage_is_stale_when_a_part_changes_or_an_output_is_gone(tmp_path: Path):
    output = tmp_path / "out"
    assert State(tmp_path).compare("s", {"a": "1"}).because == ("new",)
    State(tmp_path).record("s", {"a": "1", "b": "2"})
    output.touch()
    assert not State(tmp_path).compare("s", {"a": "1", "b": "2"}, [output]).needed
    assert State(tmp_path).compare("s", {"a": "1", "b": "3"}, [output]).because == ("b",)
    assert State(tmp_path).compare("s", {"a": "1"}, [output]).because == ("b",)
    output.unlink()
    assert State(tmp_path).compare("s", {"a": "1", "b": "2"}, [output]).because == ("out",)


def test_a_damaged_state_means_everything_is_made_again(tmp_path: Path):
    State(tmp_path).record("s", {"a": "1"})
    (tmp_path / "data/processed/.state.json").write_text("{", encoding="utf-8")
    assert State(tmp_path).compare("s", {"a": "1"}).needed


def test_code_hash_tells_layers_apart():
    assert code_hash("common") != code_hash("plan")
    assert len(code_hash("common")) == 64


def test_one_run_at_a_time(tmp_path: Path):
    with workspace_lock(tmp_path), pytest.raises(EvaluationError, match="workspace-locked"), workspace_lock(tmp_path):
        pass
    with workspace_lock(tmp_path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="a person deletes the lock on Windows")
def test_a_lock_left_by_a_dead_process_is_taken_over(tmp_path: Path):
    lock = tmp_path / "data/processed/.lock"
    lock.parent.mkdir(parents=True)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    lock.write_text(str(child), encoding="utf-8")
    with workspace_lock(tmp_path):
        assert lock.read_text(encoding="utf-8") == str(os.getpid())
