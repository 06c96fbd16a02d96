"""SoSci Survey: tests among the interviews, negative codes, ticks of 1 and 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.importing.export import SurveyExport
from evaluation.importing.read import read_export

HEADER = (
    *("CASE", "SERIAL", "REF", "QUESTNNR", "MODE", "STARTED"),
    *("A101", "A102", "A102_01", "A102_02", "A102_03", "A103_01"),
    *("TIME001", "TIME_SUM", "LASTDATA", "FINISHED", "Q_VIEWER", "LASTPAGE", "MAXPAGE", "MISSING"),
)


def row(case: str, mode: str, answers: str, finished: str) -> tuple[str, ...]:
    """One interview; its six answers are parted by bars."""
    end = ("12", "60", "2024-03-01 10:05:00", finished, "0", "5", "5", "0")
    return (case, "", "", "base", mode, "2024-03-01 10:00:00", *answers.split("|"), *end)


ROWS = (
    row("11", "interview", "4|2|2|1|2|Fint", "1"),
    row("12", "interview", "-9|0|1|1|1|", "0"),
    row("13", "interview", "-1|-1|1|1|1|-9", "1"),
    row("14", "debug", "1|1|2|1|1|test", "1"),
    row("15", "pretest", "2|1|1|2|1|", "0"),
    row("16", "admin", "-2|||||", ""),
)
SCRIPT = r"""ds_file = file.choose()
ds = read.table(file=ds_file, encoding="UTF-8", header = FALSE, sep = "\t", quote = "\"")
ds$A101 = factor(ds$A101, levels=c("1","2","4","-9","-1"),
  labels=c("Uenig","Lidt, måske","Enig","[NA] Not answered","Kan ikke tage stilling"), ordered=FALSE)
attr(ds$A102_01,"F") = "Not checked"
attr(ds$A102_01,"T") = "Checked"
comment(ds$A101) = "Trivsel: Jeg er \"glad\""
comment(ds$A102_01) <- "Hvor: Skoven"
comment(ds$A103_01) = "Bemærkning"
"""


def write(folder: Path, encoding: str = "utf-8", newline: str = "\r\n", label_row: bool = False) -> Path:
    rows = [HEADER, *ROWS]
    if label_row:
        rows.insert(1, ("Case number", *("Label " + name for name in HEADER[1:])))
    text = newline.join("\t".join(f'"{cell}"' for cell in row) for row in rows) + newline
    path = folder / "data_kommune_2024.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(("encoding", "newline"), [("utf-8", "\r\n"), ("utf-16", "\n"), ("utf-8-sig", "\n")])
def test_tests_are_rejected_and_told(tmp_path: Path, encoding: str, newline: str) -> None:
    export = read_export(write(tmp_path, encoding, newline))
    assert export.format == "sosci"
    assert export.data.shape == (6, 20)
    assert list(export.status) == ["completed", "partial", "completed", "rejected", "rejected", "rejected"]
    told = {n.code: n for n in export.warnings}
    assert told["sosci-tests"].rows == 3
    assert told["sosci-tests"].detail == "debug: 1, pretest: 1, admin: 1"


def test_negative_codes_stay_as_kinds(tmp_path: Path) -> None:
    export = read_export(write(tmp_path))
    answer = export.variable("A101")
    assert export.data["A101"].tolist() == [4, -9, -1, 1, 2, -2]
    assert answer.missing == {"-9", "-1", "-2"}
    assert answer.value_labels == {"-9": "Not answered", "-1": "Don't know"}
    assert {n.code: n.rows for n in export.warnings}["sosci-missing"] == 4


def test_ticks_are_known_by_the_count_of_their_question(tmp_path: Path) -> None:
    export = read_export(write(tmp_path))
    options = [v for v in export.variables if v.type == "multiple"]
    assert [(v.name, v.set_name, v.choice) for v in options] == [
        *(("A102_01", "A102", "1"), ("A102_02", "A102", "2"), ("A102_03", "A102", "3")),
    ]
    assert options[0].value_labels == {"1": "Not checked", "2": "Checked"}
    # One 2 that the question's own column does not count: these are no ticks.
    spoiled = (tmp_path / "data_kommune_2024.csv").read_text(encoding="utf-8").replace('"4"\t"2"', '"4"\t"1"')
    (tmp_path / "data_kommune_2024.csv").write_text(spoiled, encoding="utf-8")
    again = read_export(tmp_path / "data_kommune_2024.csv")
    assert [v.name for v in again.variables if v.type == "multiple"] == []


def test_own_columns_are_not_questions(tmp_path: Path) -> None:
    export = read_export(write(tmp_path))
    assert [v.name for v in export.variables if v.type not in ("system", "date")] == [
        *("A101", "A102", "A102_01", "A102_02", "A102_03", "A103_01"),
    ]


def labelled(folder: Path) -> SurveyExport:
    path = write(folder)
    (folder / "import_kommune_2024.r").write_text(SCRIPT, encoding="utf-8")
    return read_export(path)


def test_labels_from_the_script_beside(tmp_path: Path) -> None:
    export = labelled(tmp_path)
    assert [p.name for p in export.files] == ["data_kommune_2024.csv", "import_kommune_2024.r"]
    answer = export.variable("A101")
    assert answer.label == 'Trivsel: Jeg er "glad"'
    assert answer.value_labels == {
        "1": "Uenig",
        "2": "Lidt, måske",
        "4": "Enig",
        "-9": "Not answered",
        "-1": "Kan ikke tage stilling",
    }
    assert export.variable("A102_01").label == "Hvor: Skoven"
    assert export.variable("A102_01").value_labels == {"1": "Not checked", "2": "Checked"}
    assert "sosci-no-script" not in {n.code for n in export.warnings}


def test_a_second_row_of_labels(tmp_path: Path) -> None:
    export = read_export(write(tmp_path, label_row=True))
    assert export.rows == 6
    assert export.variable("A101").label == "Label A101"


def test_a_script_of_another_survey_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path)
    other = SCRIPT.replace("A10", "B20")
    (tmp_path / "import_anden.r").write_text(other, encoding="utf-8")
    (tmp_path / "import_defekt.r").write_bytes(b"x\x00\x81")
    assert read_export(path).variable("A101").label == ""


SPSS_SCRIPT = """\
GET DATA /TYPE=TXT /FILE='data_kommune_2024.csv' /ARRANGEMENT=DELIMITED.
VARIABLE LABELS A101 "Trivsel: Jeg er ""glad\"""
  /A102_01 "Hvor: Skoven"
  /A103_01 "Bemærkning".
VALUE LABELS A101 1 "Uenig" 2 "Lidt, måske" 4 "Enig" -9 "[NA] Not answered" -1 "Kan ikke tage stilling"
  /A102_01 1 "Not checked" 2 "Checked".
"""


def test_labels_from_the_spss_script_beside(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "import_kommune_2024.sps").write_text(SPSS_SCRIPT, encoding="utf-8")
    export = read_export(path)
    assert {p.name for p in export.files} == {path.name, "import_kommune_2024.sps"}
    variable = export.variable("A101")
    assert variable is not None
    assert variable.label == 'Trivsel: Jeg er "glad"'
    assert variable.value_labels["2"] == "Lidt, måske"
    assert variable.value_labels["-1"] == "Kan ikke tage stilling"
    assert variable.missing == {"-9", "-1", "-2"}
    assert "sosci-no-script" not in [notice.code for notice in export.warnings]
