"""Delimited text as it really comes: the delimiter, the characters, the numbers, the dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.export import SurveyExport
from evaluation.importing.read import read_export


def read(folder: Path, text: str | bytes, encoding: str = "utf-8") -> SurveyExport:
    path = folder / "svar.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_export(path)


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(EvaluationError) as error:
        read(folder, text)
    return [p.code for p in error.value.problems]


def codes(export: SurveyExport) -> list[str]:
    return [n.code for n in export.warnings]


@pytest.mark.parametrize(
    "text",
    [
        "id;tekst;x\na;ja, ja, ja, ja;1,5\nb;nej, nej, nej, nej;2,5\n",
        'id,tekst,x\na,"ja; ja; ja","1,5"\nb,"nej; nej; nej","2,5"\n',
        'id\ttekst\tx\na\t"ja, nej; ja, nej"\t1,5\nb\tja;nej,ja\t2,5\n',
        'id|tekst|x\na|"a;b,c"|1,5\nb|"a;b,c"|2,5\n',
        'id,tekst,x\na,"to\nlinjer; og, mere\n;;;;",1.5\nb,nej,2.5\n',
        "sep=|\r\nid|tekst|x\r\na|a;b;c|1,5\r\nb|a;b;c|2,5\r\n",
        "sep=;\nid;tekst;x\na;x;1,5\nb;y;2,5\n",
    ],
)
def test_delimiter_is_counted_outside_quotes_over_the_first_rows(tmp_path: Path, text: str) -> None:
    export = read(tmp_path, text)
    assert list(export.data.columns) == ["id", "tekst", "x"]
    assert export.data["id"].tolist() == ["a", "b"]
    assert export.data["x"].tolist() == [1.5, 2.5]


LETTERS = "id;navn\na;Æblegård – “Ø” €\nb;Låsby\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_characters_in_the_order_mark_utf8_cp1252(tmp_path: Path, encoding: str) -> None:
    export = read(tmp_path, LETTERS, encoding)
    assert export.data["navn"].tolist() == ["Æblegård – “Ø” €", "Låsby"]
    assert list(export.data.columns) == ["id", "navn"]
    assert codes(export) == []


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("mark", [True, False])
def test_text_saved_once_or_twice_too_often_is_mended_and_told(tmp_path: Path, times: int, mark: bool) -> None:
    text = LETTERS.replace("”", "»")
    for _ in range(times):
        text = text.encode("utf-8").decode("cp1252")
    export = read(tmp_path, text, "utf-8-sig" if mark else "utf-8")
    assert export.data["navn"].tolist() == ["Æblegård – “Ø» €", "Låsby"]
    assert codes(export) == ["text-mended"]


def test_a_byte_order_mark_that_was_saved_once_too_often_is_no_part_of_a_name(tmp_path: Path) -> None:
    export = read(tmp_path, "\ufeffid;navn\na;Østergård\nb;x\n".encode().decode("cp1252"))
    assert list(export.data.columns) == ["id", "navn"]
    assert codes(export) == ["text-mended"]


def test_half_damaged_text_is_left_and_told(tmp_path: Path) -> None:
    export = read(tmp_path, "id;navn\na;Ã¦ble\nb;中 æble\n")
    assert export.data["navn"].tolist() == ["Ã¦ble", "中 æble"]
    assert codes(export) == ["text-damaged"]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("1.234,5", "2,5", "-0,25"), [1234.5, 2.5, -0.25]),
        (("1.234.567,5", "12", ""), [1234567.5, 12.0, None]),
        (("1234,5", "", "7"), [1234.5, None, 7.0]),
        (("1.5", "2", "3"), [1.5, 2.0, 3.0]),
        (("1,5", "2.5", "3"), ["1,5", "2.5", "3"]),
        (("1.23,5", "2", "3"), ["1.23,5", "2", "3"]),
    ],
)
def test_decimal_comma_with_thousands_dot(tmp_path: Path, cells: tuple, values: list) -> None:
    rows = "".join(f"n{n};{cell}\n" for n, cell in enumerate(cells))
    column = read(tmp_path, f"id;x\n{rows}").data["x"]
    assert [None if v != v else v for v in column] == values


def test_a_file_with_both_kinds_of_decimals_has_no_thousands(tmp_path: Path) -> None:
    export = read(tmp_path, 'id,a,b,c\nx,"1,54",22.1,1.234\ny,"2,5",3.25,2.345\n')
    assert export.data["a"].tolist() == [1.54, 2.5]
    assert export.data["b"].tolist() == [22.1, 3.25]
    assert export.data["c"].tolist() == [1.234, 2.345]
    # Without a decimal dot elsewhere, a file with decimal commas has dots between thousands.
    only = read(tmp_path, 'id,a,c\nx,"1,54",1.234\ny,"2,5",2.345\n')
    assert only.data["c"].tolist() == [1234.0, 2345.0]
    assert [n.variable for n in only.warnings if n.code == "thousands-dots"] == ["c"]
    assert "thousands-dots" not in codes(export)


def test_words_that_look_like_missing_stay_words(tmp_path: Path) -> None:
    words = ["NA", "NULL", "None", "nan", "N/A", "null"]
    export = read(tmp_path, "id;x;y\n" + "".join(f"{n};{w};1\n" for n, w in enumerate(words)) + "9;;\n")
    assert export.data["x"].tolist() == [*words, None]
    assert export.data["y"].isna().tolist() == [False] * 6 + [True]


def test_leading_zeros_and_long_numbers_stay_text(tmp_path: Path) -> None:
    export = read(tmp_path, "kode;skole;lang;tal\n0101;990001;12345678901234567;0\n0202;990002;1;0,5\n")
    assert export.data["kode"].tolist() == ["0101", "0202"]
    assert export.data["skole"].tolist() == [990001.0, 990002.0]
    assert export.data["lang"].tolist() == ["12345678901234567", "1"]
    assert export.data["tal"].tolist() == [0.0, 0.5]


@pytest.mark.parametrize(
    ("cells", "dates"),
    [
        (("03-04-2024", "31-12-2023"), ["2024-04-03", "2023-12-31"]),
        (("3.4.2024 9.30", ""), ["2024-04-03 09:30:00", None]),
        (("2024-04-03", "2023-12-31"), ["2024-04-03", "2023-12-31"]),
        (("03/04/2024", "04/03/2024"), ["03/04/2024", "04/03/2024"]),
        (("31-02-2024", "01-02-2024"), ["31-02-2024", "01-02-2024"]),
        (("01-13-2024", "01-02-2024"), ["01-13-2024", "01-02-2024"]),
    ],
)
def test_dates_have_the_day_first_or_stay_text(tmp_path: Path, cells: tuple, dates: list) -> None:
    export = read(tmp_path, "id;dato\n" + "".join(f"n{n};{cell}\n" for n, cell in enumerate(cells)))
    assert export.data["dato"].tolist() == dates
    changed = [cell for cell in cells if cell] != [date for date in dates if date]
    assert ("text-dates" in codes(export)) is changed


def test_blank_lines_and_notes_are_no_answers(tmp_path: Path) -> None:
    export = read(tmp_path, "id;x;y\na;1;2\n\n;;\nb;1;2\n;;\nKilde: egen undersøgelse\nNote: foreløbig;;\n")
    assert export.data["id"].tolist() == ["a", "b"]
    assert {n.code: n.rows for n in export.warnings} == {"note-rows-cut": 2, "empty-rows-inside": 2}
    assert read(tmp_path, "id;tekst\na;1\nKilde: x;\n").rows == 2


def test_a_cell_longer_than_any_answer_is_one_clear_error(tmp_path: Path) -> None:
    assert problems(tmp_path, "id;x\na;" + "y" * 1_000_000 + "\n") == ["import-field-too-long"]
    assert problems(tmp_path, 'id;x\na;1\nb;"aldrig lukket' + ";1\nc" * 60_000) == ["import-field-too-long"]


def test_ten_thousand_columns_and_formulas_as_headers(tmp_path: Path) -> None:
    head = ["=1+1", "@SUM(A1)", *(f"v{n}" for n in range(9998))]
    export = read(tmp_path, ";".join(head) + "\n" + ";".join(["1"] * 10_000) + "\n")
    assert export.data.shape == (1, 10_000)
    assert list(export.data.columns[:2]) == ["=1+1", "@SUM(A1)"]


@pytest.mark.parametrize("text", ["svar\n1\n2\n\n", '"svar"\n"ja"\n"nej"\n', "svar\nNA\n1.5\n"])
def test_one_variable_needs_no_delimiter(tmp_path: Path, text: str) -> None:
    export = read(tmp_path, text)
    assert export.data.shape == (2, 1)
    assert list(export.data.columns) == ["svar"]


def test_prose_is_no_table(tmp_path: Path) -> None:
    assert problems(tmp_path, "Et brev\nmed linjer\n") == ["import-not-a-table"]
    assert problems(tmp_path, "ord\n") == ["import-not-a-table"]
