"""Folders that are no workspace, may not be entered or hold damaged results: told in one message, or made again."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.breaking import PARENTS, PLAN, headers_only, snapshot, swap
from tests.support.commands import evaluation, told


def test_a_folder_that_is_no_workspace(capsys, tmp_path):
    done = evaluation(capsys, "run", "--workspace", tmp_path / "nowhere", "--lang", "da")
    assert (done.code, told(done.err, "da")[0].code) == (1, "plan-missing")
    assert not (tmp_path / "nowhere").exists()
    done = evaluation(capsys, "run", "--workspace", tmp_path, "--lang", "da")
    assert (done.code, told(done.err, "da")[0].code) == (1, "plan-missing")
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_never_run_stays_empty_when_its_input_is_bad(capsys, demo_workspace, tmp_path):
    root = tmp_path / "demo"
    shutil.copytree(demo_workspace, root)
    headers_only(root)
    before = snapshot(root)
    assert evaluation(capsys, "run", "--workspace", root).code == 1
    after = snapshot(root)
    assert {name for name, content in after.items() if content is not None} == {
        name for name, content in before.items() if content is not None
    }


@contextmanager
def somebody_else() -> Iterator[None]:
    """As a user who owns nothing here, where the tests run as root."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders are POSIX")
@pytest.mark.parametrize(
    "closed", ["data/processed", "reports/_output/midtvejsevaluering", "reports/midtvejsevaluering"]
)
def test_no_permission_to_write(capsys, ready, closed):
    # outside pytest's own folders, which only their owner may enter
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = Path(folder) / "demo"
        shutil.copytree(ready, root)
        swap(root / PLAN, ("year = 2024", "year = 2025"))
        for path in (root, *root.rglob("*")):
            if path.is_dir():
                inside = path == root / closed or path.is_relative_to(root / closed)
                path.chmod(0o555 if inside else 0o777)
        before = snapshot(root)
        with somebody_else():
            done = evaluation(capsys, "run", "--workspace", root, "--engine", "embedded", messages="en")
        for path in (root, *root.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
        assert done.code == 1, done.out
        assert "Traceback" not in done.err
        assert [(p.code, closed in p.parts["w"]) for p in told(done.err, "en")] == [("not-writable", True)]
        assert snapshot(root) == before


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are POSIX")
def test_an_export_nobody_may_read(capsys, ready):
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = Path(folder) / "demo"
        shutil.copytree(ready, root)
        for path in (root, *root.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        (root / PARENTS.format(2022)).chmod(0o000)
        with somebody_else():
            done = evaluation(capsys, "run", "--workspace", root, messages="en")
        assert done.code == 1
        assert [p.code for p in told(done.err, "en")] == ["not-writable"]
        assert PARENTS.format(2022) in done.err


# -- what a run mends by itself -----------------------------------------------------


def test_a_damaged_store_and_damaged_tables_are_made_again(capsys, workspace):
    published = workspace / "data/processed/published"
    store = workspace / "data/processed/foraeldre/2022"
    good = snapshot(workspace)
    (store / "responses.parquet").write_bytes(b"cut off")
    (store / "persons.parquet").unlink()
    (published / "estimates.parquet").write_bytes(b"cut off")
    (published / "levels.csv").unlink()
    assert evaluation(capsys, "import", "--workspace", workspace).code == 0
    assert evaluation(capsys, "analyse", "--workspace", workspace).code == 0
    after = snapshot(workspace)
    assert {n: c for n, c in after.items() if n.startswith("data/")} == {
        n: c for n, c in good.items() if n.startswith("data/")
    }


def test_damaged_tables_are_told_where_only_reports_are_asked_for(capsys, workspace):
    (workspace / "data/processed/published/estimates.parquet").write_bytes(b"cut off")
    done = evaluation(capsys, "render", "--workspace", workspace, "--engine", "embedded", messages="en")
    assert done.code == 1
    assert [p.code for p in told(done.err, "en")] == ["published-damaged"]


def test_names_of_stored_files_are_those_that_are_written():
    from evaluation.disclosure.published import TABLES
    from evaluation.responses.store import FILES
    from evaluation.workflow import analysis, imports

    assert tuple(TABLES) == analysis.TABLES
    assert FILES == imports.STORE_FILES
