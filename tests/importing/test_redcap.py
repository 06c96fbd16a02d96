"""REDCap: boxes that were never shown, marks of completion, repeats, decimal commas, the dictionary."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.export import SurveyExport
from evaluation.importing.read import read_export
from evaluation.importing.redcap_dictionary import read_dictionary

DICTIONARY = (
    '"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels",'
    '"Text Validation Type OR Show Slider Number",Identifier?,"Branching Logic (Show field only if...)"\n'
    'record_id,baggrund,text,"Id",,,,\n'
    'navn,baggrund,text,"Navn",,,y,\n'
    'enig,baggrund,radio,"<b>Jeg er</b> glad","1, Ja, meget | 2, Nej|-99, Ved ikke",,,\n'
    'hvor,baggrund,checkbox,"Hvor?","1, Skoven | -2, Ved ikke | A, Hal",,,"[enig] = \'1\'"\n'
    'laengde,maaling,text,"Længde",,number_comma_decimal,,\n'
    'hjaelp,maaling,checkbox,"Hjælp?","1, Kollega | 2, Leder",,,\n'
    'dato,maaling,text,"Dato",,date_ymd,,\n'
)
DATA = (
    "record_id,redcap_event_name,redcap_survey_identifier,baggrund_timestamp,navn,enig,hvor___1,hvor____2,hvor___a,"
    "baggrund_complete,laengde,hjaelp___1,hjaelp___2,dato,maaling_complete\n"
    '1,start_arm_1,,2024-05-01 10:00:00,A,1,1,0,0,2,"1,54",0,1,2024-05-01,2\n'
    '2,start_arm_1,,2024-05-02 10:00:00,B,2,0,0,0,2,"1.012,5",0,0,2024-05-02,2\n'
    "3,start_arm_1,,[not completed],,1,0,0,0,0,,0,0,,0\n"
    "4,start_arm_1,,,,,0,0,0,0,,0,0,,0\n"
    "4,slut_arm_1,,,,,,,,,2,0,0,2024-06-01,2\n"
    "5,start_arm_1,,2024-05-03 10:00:00,C,7,0,0,0,1,,0,0,,0\n"
)


def write(folder: Path, data: str = DATA, dictionary: str | None = DICTIONARY) -> Path:
    path = folder / "Svar_DATA_2024.csv"
    path.write_text(data, encoding="utf-8")
    if dictionary is not None:
        (folder / "Svar_DataDictionary_2024.csv").write_text(dictionary, encoding="utf-8")
    return path


@pytest.fixture
def export(tmp_path: Path) -> SurveyExport:
    return read_export(write(tmp_path))


def test_status_follows_the_marks_of_every_form_of_the_row(export: SurveyExport) -> None:
    assert export.format == "redcap"
    assert list(export.status) == ["completed", "completed", "partial", "not_opened", "completed", "partial"]


def test_boxes_are_no_only_where_they_can_have_been_seen(export: SurveyExport) -> None:
    # hvor is shown where enig is 1: not to row 2; seen and left empty by row 3.
    assert export.data["hvor___1"].fillna(-1).tolist() == [1, -1, 0, -1, -1, -1]
    # hjaelp has no condition: 0 where its form was touched, empty where it was not.
    assert export.data["hjaelp___2"].fillna(-1).tolist() == [1, 0, -1, -1, 0, -1]
    told = {n.code: n for n in export.warnings}
    assert told["redcap-boxes-unseen"].rows == 6
    assert told["redcap-none-ticked"].variable == "hvor, hjaelp"


def test_a_condition_nobody_can_follow_empties_what_has_no_tick(tmp_path: Path) -> None:
    harder = DICTIONARY.replace("[enig] = '1'", "datediff([dato], 'today') > 3")
    export = read_export(write(tmp_path, dictionary=harder))
    assert export.data["hvor___1"].fillna(-1).tolist() == [1, -1, -1, -1, -1, -1]


def test_labels_choices_and_codes_of_boxes(export: SurveyExport) -> None:
    answer = export.variable("enig")
    assert (answer.label, answer.type) == ("Jeg er glad", "single")
    assert answer.value_labels == {"1": "Ja, meget", "2": "Nej", "-99": "Ved ikke"}
    # A minus becomes a fourth line, a capital letter a small one.
    assert [(v.name, v.set_name, v.choice) for v in export.variables if v.set_name == "hvor"] == [
        *(("hvor___1", "hvor", "1"), ("hvor____2", "hvor", "-2"), ("hvor___a", "hvor", "A")),
    ]
    assert export.variable("hvor____2").label == "Hvor? - Ved ikke"
    assert export.variable("dato").type == "date"
    assert export.variable("baggrund_complete").value_labels["2"] == "Complete"


def test_decimal_commas_by_column_and_blank_cells_stay_blank(export: SurveyExport) -> None:
    assert export.data["laengde"].fillna(-1).tolist() == [1.54, 1012.5, -1, -1, 2, -1]
    assert pd.isna(export.data["enig"][4])


def test_what_a_person_should_know(export: SurveyExport) -> None:
    told = {n.code: n for n in export.warnings}
    assert told["redcap-several-rows"].rows == 1
    assert (told["redcap-unlisted"].variable, told["redcap-unlisted"].detail) == ("enig", "7")
    assert told["redcap-identifiers"].variable == "navn"


def test_export_with_labels_in_its_cells(tmp_path: Path) -> None:
    data = (
        "record_id,navn,enig,hvor___1,hvor____2,hvor___a,baggrund_complete\n"
        '1,A,"Ja, meget",Checked,Unchecked,Unchecked,Complete\n2,B,Nej,Unchecked,Unchecked,Unchecked,Incomplete\n'
        '3,C,"Ja, meget",Unchecked,Unchecked,Unchecked,Complete\n'
    )
    export = read_export(write(tmp_path, data))
    assert list(export.status) == ["completed", "partial", "completed"]
    assert export.data["hvor___1"].fillna(-1).tolist() == [1, -1, 0]
    assert export.data["enig"].tolist() == ["Ja, meget", "Nej", "Ja, meget"]
    assert "redcap-unlisted" not in {n.code for n in export.warnings}


def test_without_dictionary_and_without_marks(tmp_path: Path) -> None:
    data = "record_id,redcap_repeat_instrument,redcap_repeat_instance,q1,skema_complete\n1,,,3,0\n1,skema,1,4,0\n"
    export = read_export(write(tmp_path, data, None))
    assert export.status is None
    assert {n.code for n in export.warnings} == {"redcap-no-dictionary", "redcap-marks-unused", "redcap-several-rows"}


def test_the_dictionary_is_not_the_data(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(EvaluationError) as error:
        read_export(tmp_path / "Svar_DataDictionary_2024.csv")
    assert [p.code for p in error.value.problems] == ["import-redcap-dictionary-given"]


def test_choices_split_at_the_first_comma_alone() -> None:
    fields = read_dictionary(
        [
            ["field_name", "form_name", "field_type", "field_label", "select_choices_or_calculations"],
            ["a", "f", "radio", "A", "1, Ja, nok | 2, Nej"],
            ["b", "f", "yesno", "B", ""],
            ["c", "f", "calc", "C", "[a]*2, 1 | 2"],
        ]
    )
    assert fields["a"].choices == (("1", "Ja, nok"), ("2", "Nej"))
    assert fields["b"].choices == (("1", "Yes"), ("0", "No"))
    assert fields["c"].choices == ()


# Rows, columns and completed rows (every mark shown is 2) counted with csv.reader;
# partial and not opened as the reader has it.
REAL = {
    "checkboxes-1": (4, 13, {"partial": 3, "not_opened": 1}),
    "decimal-comma": (4, 6, {"completed": 4}),
    "decimal-comma-and-dot": (4, 9, {"completed": 4}),
    "longitudinal": (18, 125, {"completed": 11, "partial": 7}),
    "multilevel-model-1": (220, 19, None),
    "repeating-instruments-sparse": (9, 15, {"completed": 6, "partial": 3}),
    "survey": (2, 33, {"partial": 2}),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files(shared: Path, name: str) -> None:
    folder = shared / "data" / "exports" / "redcap" / name
    if not folder.is_dir():
        pytest.skip("../shared/data/exports/redcap is not there")
    export = read_export(folder / "data.csv")
    rows, columns, status = REAL[name]
    assert export.data.shape == (rows, columns)
    assert (None if export.status is None else export.status.value_counts().to_dict()) == status
    assert len(export.files) == 2


def test_real_decimals_dot_and_comma_in_one_file(shared: Path) -> None:
    path = shared / "data" / "exports" / "redcap" / "decimal-comma-and-dot" / "data.csv"
    if not path.is_file():
        pytest.skip("../shared/data/exports/redcap is not there")
    data = read_export(path).data
    assert data["height_comma"].tolist() == data["height_dot"].tolist() == [1.54, 1.84, 1.95, 1.61]
    assert data["bmi"].tolist() == [22.1, 27.3, 32.5, 17.7]
