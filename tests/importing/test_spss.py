"""SPSS through the one adapter: user-missing kept apart, weights, sets, encodings, damage."""

from __future__ import annotations

import struct
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export
from evaluation.importing.spss_header import weight_variable

FRAME = pd.DataFrame(
    {
        "id": ["0007", "0008", "0009", "0010"],
        "lang_tekst": ["kort", "x" * 40, "", "æøå"],
        "q1": [1.0, 8.0, 9.0, None],
        "q2": [1.0, -5.0, 99.0, 3.0],
        "vaegt_efter_land": [0.5, 1.0, 1.5, 1.0],
    }
)


def write_sav(path: Path, **options: object) -> Path:
    pyreadstat.write_sav(
        FRAME,
        str(path),
        column_labels={"q1": "Alt i alt"},
        variable_value_labels={"q1": {1: "Enig", 5: "Uenig", 8: "Ved ikke", 9: "Uoplyst"}},
        missing_ranges={"q1": [8, 9], "q2": [{"lo": -10, "hi": -1}, 99]},
        **options,
    )
    return path


def declare_weight(path: Path, place: int) -> None:
    """Put a weight variable into the header as SPSS does (int32 at byte 76)."""
    data = bytearray(path.read_bytes())
    data[76:80] = struct.pack("<i", place)
    path.write_bytes(bytes(data))


def test_user_missing_stays_apart_from_empty(tmp_path: Path) -> None:
    export = read_export(write_sav(tmp_path / "a.sav"))
    assert export.format == "spss-sav"
    assert export.data["q1"].tolist()[:3] == [1.0, 8.0, 9.0]
    assert export.data["q1"].isna().tolist() == [False, False, False, True]
    assert export.variable("q1").missing == {"8", "9"}
    assert export.variable("q1").value_labels == {"1": "Enig", "5": "Uenig", "8": "Ved ikke", "9": "Uoplyst"}
    assert export.variable("q2").missing == {"-5", "99"}


def test_text_keeps_zeros_and_blank_is_missing(tmp_path: Path) -> None:
    export = read_export(write_sav(tmp_path / "a.sav"))
    assert export.data["id"].tolist() == ["0007", "0008", "0009", "0010"]
    assert export.data["lang_tekst"].tolist() == ["kort", "x" * 40, None, "æøå"]
    assert export.variable("id").type == "open"


def test_weight_from_the_header_counts_segments_of_long_strings(tmp_path: Path) -> None:
    path = write_sav(tmp_path / "a.sav")
    assert read_export(path).weight == ""
    # id takes one record, lang_tekst (40 bytes) five, q1 and q2 one each: the weight is the ninth.
    found = []
    for place in range(1, 12):
        declare_weight(path, place)
        found.append(weight_variable(path, list(FRAME.columns)))
    assert [n for n, name in enumerate(found, start=1) if name == "vaegt_efter_land"] == [9]
    declare_weight(path, 9)
    assert read_export(path).weight == "vaegt_efter_land"


@pytest.mark.parametrize("label", ["Fiktive data", ""])
def test_fictional_by_file_label(tmp_path: Path, label: str) -> None:
    assert read_export(write_sav(tmp_path / "a.sav", file_label=label)).fictional is bool(label)


def test_zsav_and_a_name_that_lies(tmp_path: Path) -> None:
    path = write_sav(tmp_path / "a.zsav", compress=True)
    assert read_export(path).format == "spss-zsav"
    lying = tmp_path / "a.csv"
    lying.write_bytes(path.read_bytes())
    assert read_export(lying).format == "spss-zsav"


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_truncated(tmp_path: Path, keep: float) -> None:
    path = write_sav(tmp_path / "a.sav")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == ["import-damaged"]


def test_old_file_without_encoding_is_read_as_cp1252(tmp_path: Path) -> None:
    path = write_sav(tmp_path / "a.sav")
    data = path.read_bytes()
    # What a non-Unicode SPSS wrote: cp1252 bytes where the file says nothing true about them.
    old = data.replace("æøå".encode(), "æøå".encode("cp1252") + b"   ")
    assert old != data
    path.write_bytes(old)
    export = read_export(path)
    assert export.data["lang_tekst"].tolist()[3] == "æøå"
    assert [n.code for n in export.warnings] == ["encoding-guessed"]
