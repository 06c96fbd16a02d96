"""SPSS syntax with its data inside or beside it; all files are made, no real one could be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.export import SurveyExport
from evaluation.importing.read import read_export

LABELS = """\
VARIABLE LABELS id "Løbenummer"
  /s_1 'Jeg er glad for "arbejdet"' + ' hver dag'
  /bem "Bemærk: don''t. Slut" .
VALUE LABELS s_1 TO s_3 1 "Helt uenig" 4 'Helt enig' 9 "Ved ikke. Måske"
  /sted "a" "Skov" "b" "Sal".
MISSING VALUES s_1 TO s_3 (9) / id (LOWEST THRU -1).
"""
LIST = f"""* Eksport fra et værktøj: don't run.
SET UNICODE=ON.
DATA LIST LIST (",") {{file}}
 /id (F8.0) submitdate (DATETIME20) s_1 TO s_3 (F1) sted (A1) bem (A200) .
{{data}}
{LABELS}
RENAME VARIABLES (s_3 = s_tre).
EXECUTE.
"""
DATA = """\
1,2024-05-01 10:11:12,4,1,9,a,"Godt, ja. ""Ja\"""
2,,1,.,4,b,'Det er ''fint'''
3,2024-05-02 09:00:00,4,4,4,,
"""


def made(folder: Path, text: str, name: str = "eksport.sps", **beside: str) -> Path:
    for other, content in beside.items():
        (folder / other.replace("__", ".")).write_text(content, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.fixture(params=["inline", "beside"])
def export(request: pytest.FixtureRequest, tmp_path: Path) -> SurveyExport:
    if request.param == "inline":
        text = LIST.format(file="", data=f"BEGIN DATA\n{DATA}END DATA.")
        return read_export(made(tmp_path, text))
    made(tmp_path, LIST.format(file="FILE='C:\\tmp\\svar.dat'", data=""))
    return read_export(made(tmp_path, DATA, "svar.dat"))


def test_data_names_and_labels(export: SurveyExport) -> None:
    assert export.format == "spss-syntax"
    assert list(export.data) == ["id", "submitdate", "s_1", "s_2", "s_tre", "sted", "bem"]
    assert export.data["s_2"].fillna(-1).tolist() == [1, -1, 4]
    assert export.data["bem"].tolist() == ['Godt, ja. "Ja"', "Det er 'fint'", None]
    assert export.data["submitdate"].tolist() == ["2024-05-01 10:11:12", None, "2024-05-02 09:00:00"]
    found = {v.name: v for v in export.variables}
    assert found["s_1"].label == 'Jeg er glad for "arbejdet" hver dag'
    assert found["bem"].label == "Bemærk: don''t. Slut"
    assert found["s_tre"].value_labels == {"1": "Helt uenig", "4": "Helt enig", "9": "Ved ikke. Måske"}
    assert found["sted"].value_labels == {"a": "Skov", "b": "Sal"}
    assert found["s_tre"].missing == {"9"}
    assert (found["sted"].type, found["bem"].type, found["submitdate"].type) == ("single", "open", "date")
    assert list(export.status) == ["completed", "partial", "completed"]


def test_fixed_columns_and_free_fields(tmp_path: Path) -> None:
    fixed = "DATA LIST FIXED /id 1-3 s_1 4 kode 5-8 (A).\nBEGIN DATA\n0014 101\n0021a b\nEND DATA.\n"
    export = read_export(made(tmp_path, fixed))
    assert export.data["id"].tolist() == ["001", "002"]
    assert export.data["s_1"].tolist() == [4, 1]
    assert export.data["kode"].tolist() == ["101", "a b"]
    free = "DATA LIST FREE /id s_1 (F2).\nBEGIN DATA\n1 4 2\n1 3 9\nEND DATA.\n"
    assert read_export(made(tmp_path, free)).data.to_numpy().tolist() == [[1, 4], [2, 1], [3, 9]]


def test_a_line_with_another_number_of_values_stops(tmp_path: Path) -> None:
    text = "DATA LIST LIST (',') /a (F1) b (F1).\nBEGIN DATA\n1,2\n1,2,3\nEND DATA.\n"
    with pytest.raises(EvaluationError, match="import-row-width"):
        read_export(made(tmp_path, text))


def test_syntax_without_data_is_still_refused(tmp_path: Path) -> None:
    path = made(tmp_path, LIST.format(file="FILE='svar.dat'", data=""))
    with pytest.raises(EvaluationError, match="import-syntax-given"):
        read_export(path)


def test_a_syntax_that_reads_another_file_is_left_alone(tmp_path: Path) -> None:
    made(tmp_path, LIST.format(file="FILE='svar.dat'", data=""))
    assert read_export(made(tmp_path, "a;b\n1;2\n", "andet.csv")).format == "csv"
