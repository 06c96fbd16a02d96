"""Files of other people's making, with counts taken another way (see each test)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.export import SurveyExport
from evaluation.importing.read import read_export


@pytest.fixture(scope="module")
def exports(shared: Path) -> Path:
    folder = shared / "data" / "exports"
    if not folder.is_dir():
        pytest.skip("../shared/data/exports is not there")
    return folder


@pytest.fixture(scope="module")
def surveyxact(exports: Path) -> SurveyExport:
    return read_export(exports / "sx_readsx_utf16" / "dataset.csv")


def test_surveyxact_size_and_status(surveyxact: SurveyExport) -> None:
    assert surveyxact.format == "surveyxact-intl"
    assert surveyxact.data.shape == (999, 242)
    assert surveyxact.status.value_counts().to_dict() == {"not_opened": 574, "completed": 340, "partial": 85}


def test_surveyxact_multiple_choice_leaves_out_who_never_opened(surveyxact: SurveyExport, exports: Path) -> None:
    options = [v for v in surveyxact.variables if v.set_name == "v_1"]
    assert len(options) == 16
    assert {int(surveyxact.data[v.name].notna().sum()) for v in options} == {425}
    # Ticks counted with the csv module alone.
    with (exports / "sx_readsx_utf16" / "dataset.csv").open(encoding="utf-16", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    for option in options:
        assert surveyxact.data[option.name].sum() == sum(row[option.name] == "1" for row in rows)


def test_surveyxact_ordinal_is_not_the_code(surveyxact: SurveyExport) -> None:
    assert surveyxact.variable("v_1_14").choice == "16"
    assert surveyxact.variable("v_1_14").label.endswith("Programmering")
    sets = [v for v in surveyxact.variables if v.type == "multiple"]
    assert sum(v.name.rpartition("_")[2] != v.choice for v in sets) == 10


def test_surveyxact_second_export_with_short_names(exports: Path) -> None:
    export = read_export(exports / "sx_laravel" / "dataset.csv")
    assert export.data.shape == (4, 110)
    assert list(export.status) == ["completed", "not_opened", "completed", "not_opened"]
    assert export.find("respondentid").name == "responde"
    assert export.find("generated_id").name == "generated_id"
    assert export.data["difftime"].tolist()[0] == pytest.approx(135.407)


# Rows, columns and user-missing variables, as pyreadstat 1.3.7 gives them with user_missing=True.
SAV = {
    "eurobarometer_3waves/ZA5913.sav": (35, 36, 13),
    "eurobarometer_3waves/ZA6863.sav": (50, 47, 15),
    "eurobarometer_3waves/ZA7576.sav": (45, 54, 37),
    "haven_tests/spss/labelled-num-na.sav": (2, 1, 1),
    "haven_tests/spss/labelled-str.sav": (2, 1, 0),
    "haven_tests/spss/umlauts.sav": (4, 1, 0),
    "haven_tests/spss/datetime.sav": (2, 3, 0),
    "pyreadstat_tests/basic/sample.sav": (5, 7, 0),
    "pyreadstat_tests/basic/sample.zsav": (5, 7, 0),
    "pyreadstat_tests/basic/sample.por": (5, 7, 0),
    "pyreadstat_tests/basic/sample_missing.sav": (7, 7, 3),
    "pyreadstat_tests/basic/hebrews.sav": (99, 1, 0),
    "pyreadstat_tests/basic/tegulu.sav": (1, 2, 0),
    "pyreadstat_tests/missing_data/missing_char.sav": (2, 1, 1),
    "pyreadstat_tests/multiple_response/simple_alltypes.sav": (6, 12, 2),
    "odd/pspp_mrset_typeE.sav": (2, 4, 0),
    "odd/pspp_portable.por": (5, 6, 0),
    "odd/pspp_weighted_mrset_utf8.sav": (5, 6, 1),
    "odd/pspp_weighted_mrset_utf8.zsav": (5, 6, 1),
    "odd/haven_datetime_year_overflow.sav": (2, 3, 0),
}


@pytest.mark.parametrize("name", SAV)
def test_spss(exports: Path, name: str) -> None:
    export = read_export(exports / name)
    rows, columns, missing = SAV[name]
    assert export.data.shape == (rows, columns)
    assert sum(bool(v.missing) for v in export.variables) == missing


def test_spss_weight_sets_and_string_missing(exports: Path) -> None:
    export = read_export(exports / "odd" / "pspp_weighted_mrset_utf8.sav")
    assert export.weight == "vaegt"
    assert {v.name: v.set_name for v in export.variables if v.set_name} == dict.fromkeys(
        ("q2a", "q2b", "q2c"), "tilbud"
    )
    assert export.variable("q1").missing == {"8", "9"}
    kinds = read_export(exports / "odd" / "pspp_mrset_typeE.sav")
    assert [v.name for v in kinds.variables if v.type == "multiple"] == ["q2a", "q2b", "q2c"]
    assert read_export(exports / "pyreadstat_tests/missing_data/missing_char.sav").variable("mychar").missing == {"Z"}
    ranges = read_export(exports / "pyreadstat_tests/basic/sample_missing.sav")
    assert "-1" in ranges.variable("mynum").missing


ODD = {
    "empty.sav": "import-file-empty",
    "sav_truncated_dictionary.sav": "import-damaged",
    "sav_truncated_half.sav": "import-damaged",
    "xlsx_is_really_html.xls": "import-html",
    "xlsx_truncated.xlsx": "import-damaged",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files_give_one_clear_error(exports: Path, name: str) -> None:
    with pytest.raises(EvaluationError) as error:
        read_export(exports / "odd" / name)
    assert [p.code for p in error.value.problems] == [ODD[name]]
    assert name in error.value.problems[0].where


def test_odd_files_that_can_be_read(exports: Path) -> None:
    assert read_export(exports / "odd" / "csv_named.sav").format == "csv"
    mended = read_export(exports / "odd" / "labels_double_encoded_mojibake.csv")
    assert [n.code for n in mended.warnings] == ["text-mended"]
    plain = read_export(exports / "odd" / "labels_utf8_bom.csv")
    assert plain.data.iloc[:, 2].tolist() == mended.data.iloc[:, 2].tolist()


def test_every_held_file_is_read_or_refused_in_words(exports: Path) -> None:
    paths = [path for path in sorted(exports.rglob("*")) if path.is_file()]
    assert paths
    several = {}
    for path in paths:
        try:
            read_export(path)
        except EvaluationError as error:
            several[path.name] = len(error.problems)
    assert set(several.values()) == {1}
