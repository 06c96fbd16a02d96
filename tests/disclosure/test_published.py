"""Published tables on disk: the same from csv and parquet, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.run import analyse
from evaluation.common.errors import EvaluationError
from evaluation.disclosure.gate import publish
from evaluation.disclosure.published import COUNTS, FLAGS, TABLES, TEXT, Published, load, save
from evaluation.plan.model import Disclosure
from tests.support import small


@pytest.fixture(scope="module")
def published() -> Published:
    made = small.two_waves({f"U{i}": n for i, n in enumerate([3, 6, 12, 20, 40, 60, 31])}, shift=0.4)
    return publish(analyse(small.workspace(), {"lille": small.instrument()}, made), Disclosure())


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_is_read_is_what_was_saved(published: Published, tmp_path: Path, form: Literal["csv", "parquet"]) -> None:
    save(published, tmp_path)
    again = load(tmp_path, form)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(published, name), getattr(again, name), check_exact=True)
    assert again.meta == published.meta
    assert again.fictional is published.fictional


def test_empty_tables_survive(tmp_path: Path) -> None:
    nothing = publish(analyse(small.workspace(), {"lille": small.instrument()}, {}), Disclosure())
    save(nothing, tmp_path)
    for form in ("csv", "parquet"):
        again = load(tmp_path, form)  # type: ignore[arg-type]
        for name in TABLES:
            assert getattr(again, name).empty
            pd.testing.assert_frame_equal(getattr(nothing, name), getattr(again, name))


def test_saving_twice_changes_nothing(published: Published, tmp_path: Path) -> None:
    assert len(save(published, tmp_path)) == 2 * len(TABLES) + 1
    first = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    assert save(published, tmp_path) == ()
    assert first == {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}


def test_two_folders_hold_the_same_bytes(published: Published, tmp_path: Path) -> None:
    save(published, tmp_path / "a")
    save(load(tmp_path / "a", "csv"), tmp_path / "b")
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_csv_is_plain(published: Published, tmp_path: Path) -> None:
    save(published, tmp_path)
    raw = (tmp_path / "estimates.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    lines = raw.decode("utf-8").splitlines()
    assert lines[0] == ",".join(TABLES["estimates"])
    first = dict(zip(TABLES["estimates"], lines[1].split(","), strict=True))
    assert first["n_before"].isdigit()
    assert "." in first["change"]
    assert float(first["change"]) == published.estimates["change"].iloc[0]
    assert first["suppressed"] in ("true", "false")


def test_meta_is_sorted_and_holds_no_time(published: Published, tmp_path: Path) -> None:
    save(published, tmp_path)
    text = (tmp_path / "meta.json").read_text(encoding="utf-8")
    meta = json.loads(text)
    assert list(meta) == sorted(meta)
    assert set(meta) == {
        "fictional", "imports", "notes", "plan_sha256", "rule_version", "sources", "threshold", "versions",
    }  # fmt: skip
    assert text.endswith("\n")


def test_every_column_has_one_kind() -> None:
    known = {column for columns in TABLES.values() for column in columns}
    assert known >= TEXT
    assert known >= FLAGS
    assert known >= COUNTS
    assert len(TEXT | FLAGS | COUNTS) == len(TEXT) + len(FLAGS) + len(COUNTS)


def test_commas_and_quotes_in_text_survive(published: Published, tmp_path: Path) -> None:
    odd = published.levels.copy()
    odd.loc[0, "weighting"] = 'vægt, "ny"'
    odd.loc[0, "value"] = np.nextafter(1 / 3, 1)
    changed = Published(**{n: odd if n == "levels" else getattr(published, n) for n in TABLES}, meta={})
    save(changed, tmp_path)
    for form in ("csv", "parquet"):
        pd.testing.assert_frame_equal(load(tmp_path, form).levels, odd, check_exact=True)  # type: ignore[arg-type]


def test_all_that_is_wrong_is_told_at_once(published: Published, tmp_path: Path) -> None:
    save(published, tmp_path)
    (tmp_path / "levels.parquet").unlink()
    published.scales.drop(columns="alpha").to_parquet(tmp_path / "scales.parquet")
    with pytest.raises(EvaluationError) as caught:
        load(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["published-file-missing", "published-columns"]
    for lang in ("da", "en"):
        assert "levels.parquet" in caught.value.render(lang)


def test_broken_meta_is_told(published: Published, tmp_path: Path) -> None:
    save(published, tmp_path)
    (tmp_path / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(EvaluationError) as caught:
        load(tmp_path)
    assert caught.value.problems[0].code == "published-meta"
