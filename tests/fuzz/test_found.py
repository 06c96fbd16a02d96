"""What the fuzzer found once: files that ReadStat reads otherwise than they are, without a word."""

from __future__ import annotations

import struct
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.fast_sav import blinded
from evaluation.importing.read import read_export
from tests.importing.files import HEADER, write_surveyxact

_COMPRESSION, _CASES, _FIRST_WIDTH = 72, 80, 180


def _made(folder: Path, **options: bool) -> Path:
    frame = pd.DataFrame({"id": ["a", "b", "c"], "s_1": [1.0, 4.0, 99.0], "tekst": ["x" * 20, "y", "z"]})
    pyreadstat.write_sav(frame, str(folder / "a.sav"), **options)
    assert read_export(folder / "a.sav").rows == 3
    return folder / "a.sav"


def _with(path: Path, place: int, number: int) -> Path:
    data = bytearray(path.read_bytes())
    struct.pack_into("<i", data, place, number)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("place", "number", "found"),
    [
        (_FIRST_WIDTH, 31489, "ID: 31489"),
        (_FIRST_WIDTH, 20, "S_1: 0"),
        (_COMPRESSION, -1, "compression -1"),
        (_COMPRESSION, 2, "compression 2"),
        (_CASES, 4, "expected number of rows"),
    ],
    ids=["too wide", "swallows the next", "no compression", "compression of zsav", "a row missing"],
)
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_a_damaged_dictionary_is_refused(tmp_path: Path, place: int, number: int, found: str, packed: bool) -> None:
    path = _with(_made(tmp_path, row_compress=packed), place, number)
    with pytest.raises(EvaluationError, match="import-damaged") as caught:
        read_export(path)
    assert found in str(caught.value.problems[0].found)


def test_a_file_that_does_not_know_its_rows_is_read(tmp_path: Path) -> None:
    assert read_export(_with(_made(tmp_path), _CASES, -1)).rows == 3


def test_a_transport_file_cut_inside_a_row_is_refused(tmp_path: Path) -> None:
    """Transport files are whole records of 80 bytes; cut between two of them a file still is."""
    frame = pd.DataFrame({"id": ["a" * 60] * 20, "s_1": [float(n) for n in range(20)]})
    for version in (5, 8):
        path = tmp_path / f"v{version}.xpt"
        pyreadstat.write_xport(frame, str(path), file_format_version=version)
        assert read_export(path).rows == 20
        path.write_bytes(path.read_bytes()[:-400])
        with pytest.raises(EvaluationError, match="import-damaged"):
            read_export(path)


def test_a_transport_file_that_lost_whole_rows_is_refused_where_it_states_them(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["a" * 72] * 20, "s_1": [float(n) for n in range(20)]})
    path = tmp_path / "v8.xpt"
    pyreadstat.write_xport(frame, str(path), file_format_version=8)
    path.write_bytes(path.read_bytes()[:-80])
    with pytest.raises(EvaluationError, match="import-damaged") as caught:
        read_export(path)
    assert caught.value.problems[0].found == "19 / 20"


def test_a_number_of_missing_values_that_cannot_be_costs_no_memory(tmp_path: Path) -> None:
    path = _with(_made(tmp_path), _FIRST_WIDTH + 8, 2**31 - 1)
    with pytest.raises(struct.error, match="missing values"):
        blinded(path.read_bytes())
    with pytest.raises(EvaluationError, match="import-damaged"):
        read_export(path)


def test_a_digit_that_is_no_number_is_a_name(tmp_path: Path) -> None:
    """Python calls "³" a digit, and cannot read it."""
    path = write_surveyxact(tmp_path, "intl", header=[*HEADER[:4], "v_1_³", *HEADER[5:]])
    assert "v_1_³" in read_export(path).data
