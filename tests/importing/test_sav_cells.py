"""Cells of a compressed .sav taken apart by numpy: every value as pyreadstat reads it, or no value at all."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from evaluation.importing import fast_sav, sav_cells, sav_columns, spss

ROWS = 3000


@pytest.fixture(autouse=True)
def _every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_sav, "_SMALL", 0)


def by_cells(path: Path) -> dict[str, Any] | None:
    _, meta = pyreadstat.read_sav(str(path), metadataonly=True, user_missing=True)
    formats = [meta.original_variable_types[name] for name in meta.column_names]
    found = sav_columns.columns(
        path.read_bytes(), meta.column_names, formats, meta.number_rows, meta.file_encoding.upper()
    )
    return None if found is None else dict(found)


def equal(path: Path, least: int) -> dict[str, Any]:
    """The columns, each the same as the reference's; at least so many."""
    found = by_cells(path)
    assert found is not None
    assert len(found) >= least
    reference = spss._read(path, portable=False)[0]
    pd.testing.assert_frame_equal(pd.DataFrame(found), reference[list(found)], check_exact=True)
    return found


def random_file(path: Path, seed: int, rows: int = ROWS) -> Path:
    """Columns of every kind in random order, with every kind of cell in them."""
    rng = np.random.default_rng(seed)
    day = datetime.date(1970, 1, 1)
    largest = np.finfo(float).max
    kinds: list[Callable[[], Any]] = [
        lambda: rng.choice([1.0, 2.0, 5.0, 99.0, np.nan], rows),
        lambda: rng.integers(-120, 170, rows).astype(float),
        lambda: rng.choice([0.5, -99.0, 151.0, 152.0, 1e300, largest, -largest, np.inf, np.nan], rows),
        lambda: np.full(rows, np.nan),
        # every byte of these is that of the command "a unit of its own"
        lambda: np.where(rng.random(rows) < 0.5, np.frombuffer(b"\xfd" * 8, dtype="<f8")[0], 3.0),
        lambda: rng.choice(["", "a", "  æ ", "ø" * 40, "\u00fd" * 20, "Z" * 200], rows),
        lambda: ["12345678" if n % 2 else "" for n in range(rows)],
        lambda: [None if d % 7 == 0 else day + datetime.timedelta(int(d)) for d in rng.integers(0, 9999, rows)],
    ]  # fmt: skip
    frame = pd.DataFrame({f"v{n}": kinds[kind]() for n, kind in enumerate(rng.integers(0, len(kinds), 23))})
    pyreadstat.write_sav(frame, str(path), row_compress=True, missing_ranges={})
    return path


def unpadded(path: Path) -> Path:
    """The same file as SPSS writes it: rows follow each other without padding, and the end is marked."""
    data = path.read_bytes()
    found = sav_cells.layout(data)
    assert found is not None
    rows = pyreadstat.read_sav(str(path), metadataonly=True)[1].number_rows
    whole = sav_cells.cells(data, found, rows)
    assert whole is not None
    commands = [*whole.commands.T.ravel().tolist(), 252]
    commands += [0] * (-len(commands) % 8)
    own = iter(whole.own.tolist())
    made = bytearray(data[: found.start])
    for start in range(0, len(commands), 8):
        block = commands[start : start + 8]
        made += bytes(block) + b"".join(struct.pack("<Q", next(own)) for one in block if one == 253)
    target = path.with_name("tæt.sav")
    target.write_bytes(made)
    return target


@pytest.mark.parametrize("seed", range(8))
def test_random_files_are_equal(tmp_path: Path, seed: int) -> None:
    path = random_file(tmp_path / "a.sav", seed)
    padded = equal(path, 23)
    tight = equal(unpadded(path), 23)
    assert path.read_bytes() != unpadded(path).read_bytes()
    pd.testing.assert_frame_equal(pd.DataFrame(padded), pd.DataFrame(tight), check_exact=True)


def test_a_file_of_many_places_is_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sav_cells, "_APART", 16)
    monkeypatch.setattr(sav_cells, "_ROWS", 64)
    monkeypatch.setattr(sav_cells, "_UNITS", 128)
    equal(random_file(tmp_path / "a.sav", 99), 23)


def test_chains_that_do_not_meet_give_nothing() -> None:
    # after one unit of commands eight that look like commands: a chain begun among them never meets the true one
    counts = np.tile(np.array([8, 8, 8, 8, 8, 8, 8, 8, 8], dtype=np.uint8), 5000)
    assert sav_cells._chain(counts) is None
    lone = counts[:90]
    marked = sav_cells._chain(lone)
    assert marked is not None
    assert np.flatnonzero(marked).tolist() == list(range(0, 90, 9))


def test_numbers_that_stand_for_empty_cells(tmp_path: Path) -> None:
    largest = np.finfo(float).max
    values = [1.5, largest, -largest, np.nextafter(-largest, 0), np.inf, -1e300, np.nan, -0.0]
    pyreadstat.write_sav(pd.DataFrame({"a": values * 300}), str(tmp_path / "a.sav"), row_compress=True)
    found = equal(tmp_path / "a.sav", 1)["a"]
    assert np.isnan(found[:8]).tolist() == [False, True, True, True, False, False, True, False]


def test_texts_longer_than_a_variable_are_left_out(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"a": [1.0, 2.0] * 200, "langt": ["x" * 600, "y"] * 200, "b": [3.0, np.nan] * 200, "c": ["k", ""] * 200}
    )
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), row_compress=True)
    assert list(equal(tmp_path / "a.sav", 3)) == ["a", "b", "c"]
    quick = spss._read_quickly(tmp_path / "a.sav", (tmp_path / "a.sav").read_bytes())
    assert quick is not None
    pd.testing.assert_frame_equal(quick[0], spss._read(tmp_path / "a.sav", portable=False)[0], check_exact=True)


def test_times_are_left_to_the_reference(tmp_path: Path) -> None:
    moments = [datetime.datetime(2024, 3, 4, 5, 6, 7)] * 300
    pyreadstat.write_sav(pd.DataFrame({"t": moments, "a": [1.0] * 300}), str(tmp_path / "a.sav"), row_compress=True)
    assert list(equal(tmp_path / "a.sav", 1)) == ["a"]


def _changed(path: Path, change: Callable[[bytearray, sav_cells.Layout], None]) -> Path:
    data = bytearray(path.read_bytes())
    found = sav_cells.layout(bytes(data))
    assert found is not None
    change(data, found)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda data, found: data.__delitem__(slice(-8, None)),
        lambda data, found: data.__delitem__(slice(-3, None)),
        lambda data, found: data.extend(b"\x65" * 8),
        # one cell becomes padding or the end
        lambda data, found: data.__setitem__(found.start, 0),
        lambda data, found: data.__setitem__(found.start, 252),
        lambda data, found: data.__setitem__(slice(80, 84), struct.pack("<i", 7)),
        lambda data, found: data.__setitem__(slice(72, 76), struct.pack("<i", 0)),
    ],
)
def test_what_is_not_exactly_there_gives_nothing(tmp_path: Path, change: Any) -> None:
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0] * 200, "b": [3.0, 7.5] * 200}), str(path), row_compress=True)
    equal(path, 2)
    assert by_cells(_changed(path, change)) is None


def test_a_cell_that_takes_the_next_commands_is_read_as_the_reference_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0] * 200, "b": [3.0, 7.5] * 200}), str(path), row_compress=True)
    equal(_changed(path, lambda data, found: data.__setitem__(found.start, 253)), 2)


def test_a_number_in_a_text_leaves_the_column_out(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"t": ["abc", ""] * 200, "b": [3.0, 7.5] * 200}), str(path), row_compress=True)
    # the second row's text is eight blanks (254); as a number it is no text
    at = path.read_bytes().index(bytes([254, 253, 0, 0]))
    found = by_cells(_changed(path, lambda data, _: data.__setitem__(at, 101)))
    assert found is not None
    assert list(found) == ["b"]


def test_a_byte_that_is_no_text_leaves_the_column_out(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"t": ["abcdefgh", ""] * 200, "b": [3.0, 7.5] * 200}), str(path), row_compress=True
    )
    data = path.read_bytes()
    for wrong in (b"\xff", b"\0"):
        path.write_bytes(data.replace(b"abcdefgh", b"abc" + wrong + b"efgh"))
        found = by_cells(path)
        assert found is not None
        assert list(found) == ["b"]


def test_unknown_number_of_rows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0] * 200}), str(path), row_compress=True)
    _changed(path, lambda data, _: data.__setitem__(slice(80, 84), struct.pack("<i", -1)))
    export = spss.read_spss(path)
    assert export.data["a"].tolist() == [1.0, 2.0] * 200


def test_a_format_that_is_none_of_spss_is_left_to_the_reference(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0] * 200, "b": [3.0, 7.5] * 200}), str(path), row_compress=True)
    # both formats of the first variable; their kind is the third byte
    _changed(path, lambda data, _: data.__setitem__(slice(192, 200), struct.pack("<ii", 99 << 16, 99 << 16)))
    assert pyreadstat.read_sav(str(path), metadataonly=True)[1].original_variable_types["a"] is None
    assert list(equal(path, 1)) == ["b"]
    assert spss.read_spss(path).data["a"].tolist() == [1.0, 2.0] * 200
