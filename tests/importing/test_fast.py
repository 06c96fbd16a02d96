"""The fast reader gives what pyreadstat gives, the cache what was read; neither hides a change."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from evaluation.importing import cache, fast_sav, spss
from evaluation.importing.codes import code_column, code_text
from evaluation.importing.read import read_export

EXPORTS = Path(__file__).parents[2].parent / "shared" / "data" / "exports"
ROWS = 1500


@pytest.fixture(autouse=True)
def _every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_sav, "_SMALL", 0)


def made(path: Path, *, compress: bool = True) -> Path:
    """Everything at once: missing codes, ranges and text, dates, times, long texts, æøå, negative and huge numbers."""
    rng = np.random.default_rng(7)
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(int(n)) for n in rng.integers(0, 400, ROWS)]
    moments = [datetime.datetime(2024, 3, 4, int(h), 5, 6) for h in rng.integers(0, 24, ROWS)]
    codes = rng.choice([1.0, 2.0, 3.0, 8.0, 9.0, 99.0, np.nan], ROWS)
    frame = pd.DataFrame(
        {
            "enhed": [f"{n % 7:04d}" for n in range(ROWS)],
            "q1": codes,
            "q2": rng.choice([1.0, -5.0, -9.0, 99.0, np.nan], ROWS),
            "q3": rng.choice([1.0, 2.0, 7.5, 1e12, -0.25], ROWS),
            "svar": rng.choice(["A", "B", "Z", "", "  æ ø å  "], ROWS),
            "langt": [("å" * 300 + str(n)) if n % 3 else "" for n in range(ROWS)],
            "dag": [None if n % 11 == 0 else day for n, day in enumerate(days)],
            "tid": moments,
            "ur": [moment.time() for moment in moments],
            "tom": np.full(ROWS, np.nan),
        }
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        row_compress=compress,
        variable_value_labels={"q1": {1: "Enig", 8: "Ved ikke", 9: "Uoplyst"}},
        missing_ranges={"q1": [8, 9, 99], "q2": [{"lo": -10, "hi": -1}, 99], "svar": ["Z"]},
        file_label="prøve",
    )
    return path


def quickly(path: Path) -> tuple[pd.DataFrame, Any, Any] | None:
    content = fast_sav.prepared(path)
    return None if content is None else spss._read_quickly(path, content)


def by_reference(path: Path) -> pd.DataFrame | None:
    try:
        return spss._read(path, portable=False)[0]
    except Exception:  # noqa: BLE001 - a damaged file: nothing to compare
        return None


@pytest.fixture
def by_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made of the cells: polars-readstat reads the whole file."""
    monkeypatch.setattr(fast_sav, "_by_cells", lambda *_: {})


@pytest.mark.usefixtures("by_library")
def test_the_library_alone_is_equal(tmp_path: Path) -> None:
    path = made(tmp_path / "a.sav")
    quick = quickly(path)
    assert quick is not None
    pd.testing.assert_frame_equal(quick[0], by_reference(path), check_exact=True)


@pytest.mark.parametrize("compress", [True, False])
def test_made_file_is_read_fast_and_equal(tmp_path: Path, compress: bool) -> None:
    path = made(tmp_path / "a.sav", compress=compress)
    quick = quickly(path)
    assert quick is not None, "the fast reader gave up on a file it should read"
    pd.testing.assert_frame_equal(quick[0], by_reference(path), check_exact=True)
    assert set(quick[0]["q1"].dropna()) == {1.0, 2.0, 3.0, 8.0, 9.0, 99.0}
    assert set(quick[0]["q2"].dropna()) == {1.0, -5.0, -9.0, 99.0}
    assert "Z" in set(quick[0]["svar"])


def test_zsav_is_read_fast_and_equal(tmp_path: Path) -> None:
    path = tmp_path / "a.zsav"
    frame = pd.DataFrame({"q": np.tile([1.0, 2.0, 9.0, np.nan], 500), "t": np.tile(["a", "b", "", "z"], 500)})
    pyreadstat.write_sav(frame, str(path), compress=True, missing_ranges={"q": [9], "t": ["z"]})
    quick = quickly(path)
    assert quick is not None
    pd.testing.assert_frame_equal(quick[0], by_reference(path), check_exact=True)
    assert (quick[0]["q"] == 9).sum() == 500


def test_missing_codes_stay_declared(tmp_path: Path) -> None:
    export = read_export(made(tmp_path / "a.sav"))
    assert export.variable("q1").missing == {"8", "9", "99"}
    assert export.variable("q2").missing == {"-5", "-9", "99"}
    assert export.variable("svar").missing == {"Z"}
    assert export.variable("q1").value_labels == {"1": "Enig", "8": "Ved ikke", "9": "Uoplyst"}


def test_rows_keep_their_order(tmp_path: Path) -> None:
    rows = 120_000
    frame = pd.DataFrame({"nr": np.arange(rows, dtype=float), "q": np.tile([1.0, 9.0], rows // 2)})
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), row_compress=True, missing_ranges={"q": [9]})
    quick = quickly(tmp_path / "a.sav")
    assert quick is not None
    assert (quick[0]["nr"].to_numpy() == np.arange(rows)).all()
    assert (quick[0]["q"].to_numpy() == frame["q"].to_numpy()).all()


def _sav_files() -> Iterator[Path]:
    yield from sorted(p for p in EXPORTS.rglob("*") if p.suffix.lower() in (".sav", ".zsav"))


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="needs the exports beside the repository")
def test_every_real_file_is_equal() -> None:
    fast, differing = 0, []
    for path in _sav_files():
        if path.stat().st_size < 200:
            continue
        quick = quickly(path)
        if quick is None:
            continue
        fast += 1
        reference = by_reference(path)
        if reference is None or not quick[0].equals(reference):
            differing.append(path.name)
    assert not differing
    assert fast >= 15


@pytest.mark.usefixtures("by_library")
def test_a_difference_in_the_first_rows_gives_way_to_the_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "a.sav")
    right = quickly(path)
    assert right is not None
    import polars as pl

    names = list(right[0])
    table = pl.concat(fast_sav._batches(path.read_bytes(), names, names))
    wrong = table.with_columns(pl.col("q1").shift(1))
    monkeypatch.setattr(fast_sav, "_batches", lambda *_: [wrong])
    assert quickly(path) is None
    assert read_export(path).data.equals(right[0])


@pytest.mark.usefixtures("by_library")
def test_missing_rows_give_way_to_the_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "a.sav")
    right = quickly(path)
    assert right is not None
    import polars as pl

    names = list(right[0])
    table = pl.concat(fast_sav._batches(path.read_bytes(), names, names))
    monkeypatch.setattr(fast_sav, "_batches", lambda *_: [table.head(ROWS - 1)])
    assert quickly(path) is None
    assert read_export(path).rows == ROWS


def test_blinding_moves_nothing(tmp_path: Path) -> None:
    data = made(tmp_path / "a.sav").read_bytes()
    blind = fast_sav.blinded(data)
    assert len(blind) == len(data)
    assert blind != data
    assert fast_sav.blinded(blind) == blind


def test_codes_as_text_are_the_same_for_a_column_and_a_cell() -> None:
    for values in ([1.0, 2.0, np.nan, -9.0, 0.0], [1.5, 1e16, np.nan], [123456789012.0, -0.0]):
        column = code_column(pd.Series(values))
        assert list(column) == [None if v != v else code_text(v) for v in values]
    texts = pd.Series([" 0101 ", None, "", "NA", np.nan, "0101"], dtype=object)
    assert list(code_column(texts)) == ["0101", None, None, "NA", None, "0101"]


# --- cache ---


def test_cache_gives_what_was_read(tmp_path: Path) -> None:
    path, folder = made(tmp_path / "a.sav"), tmp_path / "cache"
    export = read_export(path)
    assert cache.read_cached(path, folder) is None
    assert cache.save_cached(export, folder)
    again = cache.read_cached(path, folder)
    assert again is not None
    pd.testing.assert_frame_equal(again.data, export.data, check_exact=True)
    assert replace(again, data=None) == replace(export, data=None)


def test_changed_file_is_never_taken_from_the_cache(tmp_path: Path) -> None:
    path, folder = made(tmp_path / "a.sav"), tmp_path / "cache"
    cache.save_cached(read_export(path), folder)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert cache.read_cached(path, folder) is None


def test_sheet_columns_and_program_are_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, folder = made(tmp_path / "a.sav"), tmp_path / "cache"
    cache.save_cached(read_export(path), folder, columns=["q1"])
    assert cache.read_cached(path, folder) is None
    assert cache.read_cached(path, folder, columns=["q1"], sheet="Svar") is None
    assert cache.read_cached(path, folder, columns=["q1"]) is not None
    monkeypatch.setattr(cache, "_program", lambda: "0" * 64)
    assert cache.read_cached(path, folder, columns=["q1"]) is None


def test_what_nobody_asked_for_is_not_kept(tmp_path: Path) -> None:
    path, folder = made(tmp_path / "a.sav"), tmp_path / "cache"
    cache.save_cached(read_export(path), folder, columns=["Q1", "enhed", "findes ikke"])
    again = cache.read_cached(path, folder, columns=["Q1", "enhed", "findes ikke"])
    assert again is not None
    assert list(again.data) == [v.name for v in again.variables] == ["enhed", "q1"]
    assert "å".encode() * 300 not in b"".join(p.read_bytes() for p in folder.iterdir())


def test_damaged_copy_is_read_again(tmp_path: Path) -> None:
    path, folder = made(tmp_path / "a.sav"), tmp_path / "cache"
    cache.save_cached(read_export(path), folder)
    (stored,) = folder.iterdir()
    stored.write_bytes(stored.read_bytes()[:100])
    assert cache.read_cached(path, folder) is None


def test_forgotten_files_leave_the_cache(tmp_path: Path) -> None:
    path, folder = made(tmp_path / "a.sav"), tmp_path / "cache"
    export = read_export(path)
    cache.save_cached(export, folder)
    cache.forget(folder, [export.sha256])
    assert len(list(folder.iterdir())) == 1
    cache.forget(folder, ["0" * 64])
    assert not list(folder.iterdir())
