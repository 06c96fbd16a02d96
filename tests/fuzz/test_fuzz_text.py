"""150 damaged text exports of every survey tool: no traceback, no hang, no wrong count."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.importing.read import read_export
from tests.fuzz.checks import check_damaged, check_whole
from tests.fuzz.counts import records
from tests.fuzz.harness import counts, differences
from tests.fuzz.sources import families, file_families, sources

TEXT = tuple(family for family in families() if family not in file_families())


@pytest.mark.parametrize("family", TEXT)
def test_damaged_exports(family: str, tmp_path: Path) -> None:
    check_damaged(family, tmp_path)


@pytest.mark.parametrize("family", TEXT)
def test_whole_exports_are_counted(family: str, tmp_path: Path) -> None:
    check_whole(family, tmp_path)


def test_a_row_or_an_answer_lost_is_found(tmp_path: Path) -> None:
    source = sources("csv", tmp_path)[1]
    export = read_export(source.path)
    expected = counts(source.path.read_bytes(), export.format)
    assert expected is not None
    assert differences(export, expected) == ""
    assert "7 × 6" in differences(replace(export, data=export.data.iloc[1:]), expected)
    assert "8 × 5" in differences(replace(export, variables=export.variables[1:]), expected)
    data = export.data.copy()
    data.loc[0, "tekst"] = None
    assert "'tekst'" in differences(replace(export, data=data), expected)


@pytest.mark.parametrize(
    "text",
    [
        'a;b\r\n1;"x;""y""\n"\r\n',
        'a;"b"c;"d\n',
        "a;;\r\r\n\n;\n",
        'a"b;"";" "',
        '"a""";b;"unfinished ""',
        "",
        ";",
        "a;",
    ],
)
def test_records_are_those_of_pythons_own_reader(text: str) -> None:
    assert list(records(text, ";")) == list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
