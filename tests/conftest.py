"""Fixtures shared by all tests: the fictional municipality, made once a worker, and copies of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples every time: a test that fails here failed before the change was handed in. New ones are sought
# with EVALUATION_SEEK=5000, and what they find is put into the test as an example.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("seek", max_examples=int(os.environ.get("EVALUATION_SEEK", "100")), deadline=None)
settings.load_profile("seek" if "EVALUATION_SEEK" in os.environ else "repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what needs a program this machine does not have."""
    for item in items:
        for mark in item.iter_markers("needs"):
            for program in mark.args:
                if shutil.which(program) is None:
                    item.add_marker(pytest.mark.skip(reason=f"{program} is not installed"))


def copied(workspace: Path, folder: Path) -> Path:
    """A copy of a workspace in ``folder``."""
    root = folder / "demo"
    shutil.copytree(workspace, root)
    return root


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder beside the project; tests that need it skip, by name, without it."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is not beside the project")
    return folder


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with its exports, nothing imported. Read only: copy it before changing it."""
    from evaluation.demo.make import make_demo

    root = tmp_path_factory.mktemp("demo") / "demo"
    make_demo(root)
    return root


@pytest.fixture(scope="session")
def imported_demo(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo imported and analysed. Read only."""
    from evaluation.workflow.run import run

    root = copied(demo_workspace, tmp_path_factory.mktemp("imported"))
    run(root, ("import", "analyse"))
    return root


@pytest.fixture
def demo_copy(imported_demo: Path, tmp_path: Path) -> Path:
    """A copy of the imported demo that a test may change."""
    return copied(imported_demo, tmp_path)


@pytest.fixture(scope="module")
def ready(imported_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo imported and analysed, with documents of an earlier run. Read only."""
    root = copied(imported_demo, tmp_path_factory.mktemp("bad"))
    for name in ("midtvejsevaluering.html", "midtvejsevaluering.pdf", "midtvejsevaluering.docx"):
        file = root / "reports" / "_output" / "midtvejsevaluering" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("from an earlier run", encoding="utf-8")
    return root


@pytest.fixture
def workspace(ready: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may break."""
    return copied(ready, tmp_path)
