"""LimeSurvey: the csv alone, the R pair, the SPSS pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.export import SurveyExport
from evaluation.importing.limesurvey_syntax import find_syntax, is_syntax
from evaluation.importing.read import read_export
from tests.importing.toolfiles import ticks, write_text

CODES = (
    '"id","submitdate","lastpage","startlanguage","seed","Q1","Q2[SQ001]","Q2[SQ002]","Q2[other]","Q3[SQ001]","B[SQ1]","interviewtime"\n'
    '"1","1980-01-01 00:00:00","3","da","77","A2","Y","","","A1","Y","61.5"\n'
    '"2","2024-05-01 10:00:00","3","da","78","-oth-","","","En tredje","A2","","30"\n'
    '"3","","1","da","79","","","","","","",""\n'
    '"4","1980-01-01 00:00:00","3","da","80","A1","","","","A1","","12"\n'
)

R_DATA = (
    '"Svar-ID","Indsendt","Sidste side","Sprog","Hvor enig er du, \'alt i alt\'?",'
    '"Stilling [Leder]","Stilling","Andet","Samlet tid"\n'
    '"1","1980-01-01 00:00:00","3","da","1","1","A1","","10"\n'
    '"2","","1","da","","","","",""\n'
    '"3","1980-01-01 00:00:00","3","da","2","0","-oth-","Vikar","11"\n'
)
R_SYNTAX = r"""data <- read.csv("survey_1_R_data_file.csv", quote = "'\"", na.strings=c(""))


# LimeSurvey Field type: F
data[, 1] <- as.numeric(data[, 1])
attributes(data)$variable.labels[1] <- "id"
names(data)[1] <- "id"
data[, 2] <- as.character(data[, 2])
attributes(data)$variable.labels[2] <- "submitdate"
names(data)[2] <- "submitdate"
attributes(data)$variable.labels[3] <- "lastpage"
names(data)[3] <- "lastpage"
attributes(data)$variable.labels[4] <- "startlanguage"
names(data)[4] <- "startlanguage"
data[, 5] <- as.numeric(data[, 5])
attributes(data)$variable.labels[5] <- "Hvor \"enig\" er du? names(data)[5] <- \"falsk\""
data[, 5] <- factor(data[, 5], levels=c(1,2,3),labels=c("Enig, ja (helt)", "Hverken \"eller\"", ""))
names(data)[5] <- "enig"
attributes(data)$variable.labels[6] <- "[Leder] Stilling"
data[, 6] <- factor(data[, 6], levels=c(1,0),labels=c("Ja", "Ikke valgt"))
names(data)[6] <- "stilling_leder"
data[, 7] <- factor(data[, 7], levels=c("A1","A2"),labels=c("Lærer", "Pædagog"))
names(data)[7] <- "job"
attributes(data)$variable.labels[8] <- "[Andet] Hvad er din stilling?"
data[, 8] <- as.character(data[, 8])
names(data)[8] <- "job_other"
# LimeSurvey Field type:
attributes(data)$variable.labels[9] <- ""
#sql_name not set
system("touch /should/never/run")
"""

SPSS_SYNTAX = """*$Rev: 121017 $ all 2.
SET UNICODE=ON.
GET DATA
 /TYPE=TXT
 /FILE='survey_2_SPSS_data_file.dat'
 /DELCASE=LINE
 /DELIMITERS=","
 /QUALIFIER="'"
 /ARRANGEMENT=DELIMITED
 /FIRSTCASE=1
 /IMPORTCASE=ALL
 /VARIABLES=
 V1 F7
 V2 DATETIME23.2
 V3 F7
 V4 A19
 V5 A2
 V6 F1
 V7 A40.
CACHE.
EXECUTE.
*Define Variable Properties.
VARIABLE LABELS V1 "id".
VARIABLE LABELS V5 "Hvor ""enig"" er du i, "+
"at det går godt?".
VARIABLE LABELS V6 "[Skoven] Hvor er I?".
*Define Value labels.
VALUE LABELS  V5
 "A1" "Helt enig"
 "A2" "Uenig. Ja".
VALUE LABELS  V6
 1 "Ja"
 0 "Ikke valgt".
VARIABLE LEVEL V5(SCALE).
RENAME VARIABLE ( V1 = id ).
RENAME VARIABLE ( V2 = submitdate ).
RENAME VARIABLE ( V3 = lastpage ).
RENAME VARIABLE ( V4 = startlanguage ).
RENAME VARIABLE ( V5 = q_SQ001 ).
RENAME VARIABLE ( V6 = sted_skov ).
RENAME VARIABLE ( V7 = bem ).
RESTORE LOCALE.
"""
SPSS_DATA = (
    "'1','01-05-2024 10:11:12','3','da','A1','1','Det er '' godt, \"ja\"'\n'2','','1','da','','0',''\n"
    "'3','01-01-1980 00:00:00','3','da','A2','','Nej'\n"
)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / next(iter(files))


@pytest.fixture
def codes(tmp_path: Path) -> SurveyExport:
    return read_export(write(tmp_path, {"results.csv": CODES}))


def test_csv_status_is_the_submit_date_and_1980_counts(codes: SurveyExport) -> None:
    assert codes.format == "limesurvey-csv"
    assert list(codes.status) == ["completed", "completed", "partial", "completed"]
    assert {n.code: n.rows for n in codes.warnings}["submitdate-anonymous"] == 2


def test_csv_ticks_are_a_no_only_beside_a_tick(codes: SurveyExport) -> None:
    first, second = codes.variable("Q2[SQ001]"), codes.variable("Q2[SQ002]")
    assert (first.type, first.set_name, first.choice) == ("multiple", "Q2", "SQ001")
    # Row 2 wrote an "other": it saw the question. Rows 3 and 4 ticked nothing: nobody knows.
    assert codes.data["Q2[SQ001]"].fillna(-1).tolist() == [1, 0, -1, -1]
    assert codes.data[second.name].fillna(-1).tolist() == [0, 0, -1, -1]
    assert [(n.variable, n.rows) for n in codes.warnings if n.code == "multiple-none-ticked"] == [("Q2", 2)]
    assert codes.variable("Q2[other]").type == "open"
    assert codes.variable("B[SQ1]").type != "multiple"
    assert codes.data["B[SQ1]"].tolist() == ["Y", None, None, None]


def test_csv_codes_stay_and_timing_is_not_a_question(codes: SurveyExport) -> None:
    assert codes.data["Q1"].tolist() == ["A2", "-oth-", None, "A1"]
    assert codes.variable("Q3[SQ001]").set_name == ""
    assert {v.name: v.type for v in codes.variables if v.type in ("system", "date")} == {
        "id": "system",
        "submitdate": "date",
        "lastpage": "system",
        "startlanguage": "system",
        "seed": "system",
        "interviewtime": "system",
    }


def test_csv_with_code_and_text_in_the_header(tmp_path: Path) -> None:
    text = (
        "﻿id. Response ID;submitdate. Date submitted;lastpage. Last page;"
        "Q1. Er du enig?;Q2[SQ001]. Hvor? [Skov];Q2[SQ002]. Hvor? [Hal]\n1;2024-01-01 10:00:00;2;A1;Y;\n"
    )
    export = read_export(write(tmp_path, {"a.csv": text}))
    assert [v.name for v in export.variables] == ["id", "submitdate", "lastpage", "Q1", "Q2[SQ001]", "Q2[SQ002]"]
    assert export.variable("Q2[SQ002]").label == "Hvor? [Hal]"
    assert export.data["Q2[SQ002]"].tolist() == [0.0]


def test_csv_with_full_texts(tmp_path: Path) -> None:
    text = (
        '"Response ID","Date submitted","Last page","Start language",'
        '"Er du enig?","Hvor? [Skov]","Hvor? [Hal]","Total time"\n'
        '"5","2024-01-01 10:00:00","2","da","Meget enig","Ja","","20"\n'
    )
    export = read_export(write(tmp_path, {"a.csv": text}))
    assert [v.name for v in export.variables][:5] == ["id", "submitdate", "lastpage", "startlanguage", "Er du enig?"]
    assert export.variable("Hvor? [Skov]").set_name == "Hvor?"
    assert export.variable("Total time").type == "system"


def test_r_pair_is_named_and_labelled_by_position(tmp_path: Path) -> None:
    path = write(tmp_path, {"survey_1_R_data_file.csv": R_DATA, "survey_1_R_syntax_file.R": R_SYNTAX})
    export = read_export(path)
    assert export.format == "limesurvey-r"
    assert [p.name for p in export.files] == ["survey_1_R_data_file.csv", "survey_1_R_syntax_file.R"]
    assert [v.name for v in export.variables] == [
        *("id", "submitdate", "lastpage", "startlanguage", "enig", "stilling_leder", "job", "job_other", "Samlet tid"),
    ]
    # A statement inside a string is a string; an empty label is none.
    assert export.variable("enig").label == 'Hvor "enig" er du? names(data)[5] <- "falsk"'
    assert export.variable("enig").value_labels == {"1": "Enig, ja (helt)", "2": 'Hverken "eller"'}
    assert export.variable("job").value_labels == {"A1": "Lærer", "A2": "Pædagog", "-oth-": "Andet"}
    assert export.variable("stilling_leder").type == "multiple"
    assert (export.variable("stilling_leder").set_name, export.variable("stilling_leder").choice) == (
        "stilling",
        "leder",
    )
    assert export.data["stilling_leder"].fillna(-1).tolist() == [1, -1, 0]
    assert export.variable("Samlet tid").type == "system"
    assert list(export.status) == ["completed", "partial", "completed"]


def test_spss_pair_has_no_header_and_days_first(tmp_path: Path) -> None:
    path = write(tmp_path, {"survey_2_SPSS_data_file.dat": SPSS_DATA, "survey_2_SPSS_syntax_file.sps": SPSS_SYNTAX})
    export = read_export(path)
    assert export.format == "limesurvey-spss"
    assert export.data.shape == (3, 7)
    assert export.data["submitdate"].tolist() == ["2024-05-01 10:11:12", None, "1980-01-01 00:00:00"]
    assert export.data["bem"].tolist() == ['Det er \' godt, "ja"', None, "Nej"]
    assert export.variable("q_SQ001").label == 'Hvor "enig" er du i, at det går godt?'
    assert export.variable("q_SQ001").value_labels == {"A1": "Helt enig", "A2": "Uenig. Ja"}
    assert export.variable("sted_skov").type == "multiple"
    assert export.data["sted_skov"].fillna(-1).tolist() == [1, 0, -1]
    assert list(export.status) == ["completed", "partial", "completed"]


def test_syntax_of_another_export_stops(tmp_path: Path) -> None:
    short = "\n".join(line for line in R_SYNTAX.splitlines() if "[9]" not in line and "[8]" not in line)
    path = write(tmp_path, {"survey_1_R_data_file.csv": R_DATA, "survey_1_R_syntax_file.R": short.replace("[, 8]", "")})
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == ["import-limesurvey-syntax"]


def test_syntax_given_instead_of_data(tmp_path: Path) -> None:
    for name, text in (("a.R", R_SYNTAX), ("a.sps", SPSS_SYNTAX)):
        with pytest.raises(EvaluationError) as error:
            read_export(write(tmp_path, {name: text}))
        assert [p.code for p in error.value.problems] == ["import-syntax-given"]


def test_an_analysts_own_script_is_no_syntax_of_limesurvey(tmp_path: Path) -> None:
    script = 'd <- read.csv("svar.csv")\nnames(d)[1] <- "x"\n'
    path = write(tmp_path, {"svar.csv": "a;b\n1;2\n", "analyse.R": script})
    assert find_syntax(path) is None
    assert read_export(path).format == "csv"
    assert not is_syntax(b"a;b\n1;2\n")


@pytest.fixture(scope="module")
def real(shared: Path) -> SurveyExport:
    path = shared / "data" / "exports" / "limesurvey_722821" / "survey_722821_R_data_file.csv"
    if not path.is_file():
        pytest.skip("../shared/data/exports/limesurvey_722821 is not there")
    return read_export(path)


def test_real_r_pair(real: SurveyExport) -> None:
    # Rows, columns and dates counted with the csv module, names and factors with grep on the syntax.
    assert real.data.shape == (214, 105)
    assert real.status.value_counts().to_dict() == {"completed": 177, "partial": 37}
    assert sum(":" not in v.name and v.type != "system" for v in real.variables) == 73
    assert (
        len([v for v in real.variables if v.type == "system" and v.name not in ("id", "lastpage", "startlanguage")])
        == 29
    )
    assert real.variable("sex").value_labels == {"femal": "Vrouw", "male": "Man"}
    assert real.data["sex"].value_counts().to_dict() == {"femal": 142, "male": 35}
    assert real.variable("education").value_labels["-oth-"] == "Andere"
    assert real.data["education"].value_counts()["-oth-"] == 6
    assert len(real.variable("education").value_labels) == 7


VV_ROWS = [
    ["Response ID", "Date submitted", "Last page", "Start language", "Hvor enig?", "Ro", "Skov", "Sal", "Skriv"],
    ["id", "submitdate", "lastpage", "startlanguage", "Q1", "Q2[SQ001]", "Q3[SQ001]", "Q3[SQ002]", "Q4"],
    ["1", "2024-05-01 10:00:00", "2", "da", "4", "A1", "Y", "", "Fint"],
    ["2", "2024-05-01 11:00:00", "2", "da", "", "A2", "", "", ""],
    ["3", "{question_not_shown}", "1", "da", *["{question_not_shown}"] * 5],
]


def test_vv_keeps_not_shown_apart_from_left_open(tmp_path: Path) -> None:
    path = write_text(tmp_path / "vv.csv", VV_ROWS, delimiter="\t")
    export = read_export(path)
    assert export.format == "limesurvey-vv"
    assert export.data.shape == (3, 9)
    assert list(export.status) == ["completed", "completed", "partial"]
    assert export.data["Q1"].tolist() == ["4", None, "{question_not_shown}"]
    assert export.variable("Q1").missing == {"{question_not_shown}"}
    assert export.variable("Q1").label == "Hvor enig?"
    # shown and not ticked is a no; not shown is no answer at all
    assert ticks(export, "Q3") == {"SQ001": [1, 0, None], "SQ002": [0, 0, None]}
    assert export.variable("Q3[SQ002]").not_shown


def test_vv_not_shown_arrives_as_not_asked(tmp_path: Path) -> None:
    from evaluation.codebook.model import ResponseScale
    from evaluation.responses.answers import STATES, read_answers

    path = write_text(tmp_path / "vv.csv", VV_ROWS, delimiter="\t")
    export = read_export(path)
    choices = [{"code": code, "score": 25 * code, "label": {"da": f"Svar {code}"}} for code in range(5)]
    scale = ResponseScale.model_validate({"id": "s", "positive": [4], "choice": choices})
    for name, wanted in {"Q1": ["besvaret", "ikke_besvaret", "ikke_stillet"], "Q3[SQ002]": [*["besvaret"] * 2]}.items():
        variable = export.variable(name)
        assert variable is not None
        found = [STATES[place].value for place in read_answers(export.data[name], variable, scale, "x").states]
        assert found == [*wanted, "ikke_stillet"][:3]
