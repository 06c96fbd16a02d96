"""Fixtures of the tests of review: the test project, rendered once a module."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evaluation.reporting.render import render_product
from tests.reporting.projects import workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The test project, rendered to Word. Read only."""
    root = tmp_path_factory.mktemp("review")
    workspace(root)
    render_product(root, "prove", engine="embedded", formats=("docx",))
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(made / "reports", tmp_path / "reports")
    return tmp_path
