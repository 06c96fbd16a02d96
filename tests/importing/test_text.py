"""Encodings, delimiters and column types of delimited text; kinds of files told by content."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.common.errors import EvaluationError
from evaluation.importing.codes import code_text
from evaluation.importing.read import read_export
from evaluation.importing.text import decode, find_delimiter, number_column

TEXT = "navn;svar\nÆblegården – “A”;1\nØstergård;2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be-bom"])
def test_encodings(encoding: str) -> None:
    data = b"\xfe\xff" + TEXT.encode("utf-16-be") if encoding == "utf-16-be-bom" else TEXT.encode(encoding)
    assert decode(data, Path("x"))[0] == TEXT


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b\n1,5;2,5\n1,5;2,5\n1,5;2,5\n", ";"),
        ("a,b,c\n1,2,3\n", ","),
        ('a\tb\n"x, y; z"\t2\n', "\t"),
        ("intet at dele her\nheller ikke\n", ""),
    ],
)
def test_delimiter_is_found_over_many_rows(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


@pytest.mark.parametrize(
    ("cells", "comma", "values"),
    [
        (["1", "", "2.5"], False, [1.0, None, 2.5]),
        (["1,5", "2"], True, [1.5, 2.0]),
        (["1.234,5", "2"], True, [1234.5, 2.0]),
        (["1.234", "2.345"], True, [1234.0, 2345.0]),
        (["1.234", "2.345"], False, [1.234, 2.345]),
        (["0,5", "-0.5".replace(".", ",")], True, [0.5, -0.5]),
        (["0101", "0202"], False, None),
        (["12345678901234567"], False, None),
        (["03-04-2024"], False, None),
        (["NA"], False, None),
    ],
)
def test_numbers_and_codes(cells: list[str], comma: bool, values: list[float] | None) -> None:
    column = number_column(cells, comma)
    if values is None:
        assert column is None
    else:
        assert [None if v != v else v for v in column] == values


@given(st.integers(-(10**14), 10**14))
def test_a_code_is_the_same_as_number_and_as_text(code: int) -> None:
    assert code_text(float(code)) == code_text(code) == code_text(f" {code} ")


def test_open_answers_with_odd_line_ends_keep_their_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id;tekst\n1;to\u2028linjer\x85her\n2;"og\n""her"""\n', encoding="utf-8")
    export = read_export(path)
    assert export.rows == 2
    assert export.data["tekst"].tolist()[1] == 'og\n"her"'


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "import-file-empty"),
        ("a.sav", b"   \n", "import-file-empty"),
        ("a.sav", b"%PDF-1.7 ...", "import-format-unknown"),
        ("a.xls", b"\n<!DOCTYPE html><html>", "import-html"),
        (
            "a.xml",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "import-damaged",
        ),
        ("a.dta", b"<stata_dta><header>", "import-damaged"),
        ("a.csv", b"bare en linje uden felter\nen til\n", "import-not-a-table"),
        ("a.csv", b"a;b\n1;2\n3\n", "import-row-width"),
        ("a.csv", b"a;b\n\x81;2\n", "import-text-encoding"),
        ("a.bin", bytes(range(256)) * 20, "import-format-unknown"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == [code]
    assert name in error.value.problems[0].where


def test_folder_and_missing_file(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "import-folder"), (tmp_path / "no.sav", "file-not-found")):
        with pytest.raises(EvaluationError) as error:
            read_export(path)
        assert [p.code for p in error.value.problems] == [code]
