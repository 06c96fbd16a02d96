"""What import and analysis leave behind is watched: a file that was deleted or edited is made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.codebook import decisions
from evaluation.workflow.analysis import DECISIONS, PRIVATE
from evaluation.workflow.run import run
from evaluation.workflow.status import status
from tests.support.panel import panel_workspace

IMPORT = ["ansatte/2024/validation.csv", "ansatte/2024/report.json", "ansatte/2020/weights.parquet"]
ANALYSE = ["ansatte/comparability.csv", "estimates.parquet", "indicators.parquet", "published/levels.csv"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        root = panel_workspace(tmp_path_factory.mktemp("made"), patch)
        run(root, ("import", "analyse"))
        yield root


@pytest.mark.parametrize("how", ["deleted", "edited"])
@pytest.mark.parametrize("name", [*IMPORT, *ANALYSE])
def test_a_product_that_is_gone_or_changed_is_made_again(root: Path, name: str, how: str):
    path = root / "data/processed" / name
    before = path.read_bytes()
    assert not [stage for stage in status(root).stages if stage.needed]
    path.unlink() if how == "deleted" else path.write_bytes(before + b"x")
    stale = [stage.stage for stage in status(root).stages if stage.needed]
    assert stale == (["analyse"] if name in ANALYSE else [f"import/{'/'.join(name.split('/')[:2])}"])
    done = run(root, ("import", "analyse"))
    assert (bool(done.imported), done.analysed) == (name in IMPORT, name in ANALYSE)
    assert path.read_bytes() == before
    assert run(root, ("import", "analyse")).imported == ()


def test_every_private_table_is_watched(root: Path):
    from evaluation.analysis.estimates import COLUMNS

    assert set(PRIVATE) == set(COLUMNS)
    assert {path.stem for path in (root / "data/processed").glob("*.parquet")} == set(PRIVATE)


def test_the_file_of_decisions_is_the_one_that_is_watched():
    assert decisions.FILE == DECISIONS
