"""Every export held beside the project is read with the right size, or refused by its own code.

The counts were taken with other programs and are stored here: R's ``foreign`` for .sav
and .xpt, pandas for .dta and .sas7bdat, the csv module alone for text. What those cannot
open (.zsav, .por, .xpt version 8) is counted by its twin in another format. Two .sav files
hold strings longer than 255 bytes, which ``foreign`` gives back in pieces: these two are
counted by the long names in their dictionary (record 7, subtype 13).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation.cli.main import app
from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export

Expected = tuple[int, int] | str

#: Rows and columns, or the code of the one error.
FILES: dict[str, Expected] = {
    "eurobarometer_3waves/ZA5913.sav": (35, 36),
    "eurobarometer_3waves/ZA6863.sav": (50, 47),
    "eurobarometer_3waves/ZA7576.sav": (45, 54),
    "haven_tests/sas/datetime.sas7bdat": (4, 5),
    "haven_tests/sas/formats.sas7bcat": "import-sas-catalog-given",
    "haven_tests/sas/hadley.sas7bdat": (8, 7),
    "haven_tests/sas/hadley.zip": "import-format-unknown",
    "haven_tests/sas/tagged-na.sas7bcat": "import-sas-catalog-given",
    "haven_tests/sas/tagged-na.sas7bdat": (8, 1),
    "haven_tests/spss/datetime.sav": (2, 3),
    "haven_tests/spss/labelled-num-na.sav": (2, 1),
    "haven_tests/spss/labelled-num.sav": (1, 1),
    "haven_tests/spss/labelled-str.sav": (2, 1),
    "haven_tests/spss/umlauts.sav": (4, 1),
    "haven_tests/spss/variable-label.sav": (1, 1),
    "haven_tests/stata/datetime-d.dta": (1, 1),
    "haven_tests/stata/notes.dta": (5, 4),
    "haven_tests/stata/tagged-na-double.dta": (8, 1),
    "haven_tests/stata/tagged-na-int.dta": (8, 1),
    "haven_tests/stata/types.dta": (2, 8),
    "limesurvey_722821/survey_722821_R_data_file.csv": (214, 105),
    "limesurvey_722821/survey_722821_R_syntax_file.R": "import-syntax-given",
    "odd/csv_named.sav": (1, 2),
    "odd/empty.sav": "import-file-empty",
    "odd/haven_datetime_year_overflow.sav": (2, 3),
    "odd/labels_double_encoded_mojibake.csv": (1198, 3),
    "odd/labels_utf8_bom.csv": (1198, 3),
    "odd/pspp_mrset_typeE.sav": (2, 4),
    "odd/pspp_portable.por": (5, 6),
    "odd/pspp_weighted_mrset_utf8.sav": (5, 6),
    "odd/pspp_weighted_mrset_utf8.zsav": (5, 6),
    "odd/sav_truncated_dictionary.sav": "import-damaged",
    "odd/sav_truncated_half.sav": "import-damaged",
    "odd/xlsx_is_really_html.xls": "import-html",
    "odd/xlsx_truncated.xlsx": "import-damaged",
    "pyreadstat_tests/basic/date_test.sas7bdat": (20, 9),
    "pyreadstat_tests/basic/dates.csv": (50, 3),
    "pyreadstat_tests/basic/dates.sas7bdat": (50, 3),
    "pyreadstat_tests/basic/dates_xpt.sas7bdat": (19, 9),
    "pyreadstat_tests/basic/dates_xpt_v8.xpt": (19, 9),
    "pyreadstat_tests/basic/hebrews.sav": (99, 1),
    "pyreadstat_tests/basic/mixed_types.csv": (14, 3),
    "pyreadstat_tests/basic/ordered_category.sav": (4, 1),
    "pyreadstat_tests/basic/sample.csv": (5, 7),
    "pyreadstat_tests/basic/sample.dta": (5, 7),
    "pyreadstat_tests/basic/sample.por": (5, 7),
    "pyreadstat_tests/basic/sample.sas7bdat": (5, 7),
    "pyreadstat_tests/basic/sample.sav": (5, 7),
    "pyreadstat_tests/basic/sample.xpt": (5, 7),
    "pyreadstat_tests/basic/sample.zsav": (5, 7),
    "pyreadstat_tests/basic/sample_bincompressed.sas7bdat": (5, 7),
    "pyreadstat_tests/basic/sample_large.sav": (485, 7),
    "pyreadstat_tests/basic/sample_missing.csv": (7, 7),
    "pyreadstat_tests/basic/sample_missing.sav": (7, 7),
    "pyreadstat_tests/basic/sample_missing_user.csv": (7, 7),
    "pyreadstat_tests/basic/sample_nodate_sas_stata.csv": (5, 7),
    "pyreadstat_tests/basic/sample_nodate_spss.csv": (5, 7),
    "pyreadstat_tests/basic/sas.xpt5": (10, 1),
    "pyreadstat_tests/basic/sas.xpt8": (10, 1),
    "pyreadstat_tests/basic/tegulu.sav": (1, 2),
    "pyreadstat_tests/basic/test_file_label_linux.sas7bdat": (3, 3),
    "pyreadstat_tests/basic/test_file_label_win.sas7bdat": (3, 3),
    "pyreadstat_tests/basic/test_width.sav": (5, 4),
    "pyreadstat_tests/missing_data/missing_char.sav": (2, 1),
    "pyreadstat_tests/missing_data/missing_char_formatted.csv": (2, 1),
    "pyreadstat_tests/missing_data/missing_char_unformatted.csv": (2, 1),
    "pyreadstat_tests/missing_data/missing_dta_formatted.csv": (1, 9),
    "pyreadstat_tests/missing_data/missing_dta_labeled.csv": (1, 9),
    "pyreadstat_tests/missing_data/missing_formats.sas7bcat": "import-sas-catalog-given",
    "pyreadstat_tests/missing_data/missing_sas_formatted.csv": (1, 9),
    "pyreadstat_tests/missing_data/missing_sas_labeled.csv": (1, 9),
    "pyreadstat_tests/missing_data/missing_sav_formatted.csv": (2, 1),
    "pyreadstat_tests/missing_data/missing_sav_labeled.csv": (2, 1),
    "pyreadstat_tests/missing_data/missing_sav_unformatted.csv": (2, 1),
    "pyreadstat_tests/missing_data/missing_test.dta": (1, 9),
    "pyreadstat_tests/missing_data/missing_test.sas7bdat": (1, 9),
    "pyreadstat_tests/missing_data/missing_test.sav": (2, 1),
    "pyreadstat_tests/missing_data/missing_unformatted.csv": (1, 9),
    "pyreadstat_tests/multiple_response/simple_alltypes.sav": (6, 12),
    "pyreadstat_tests/sas_catalog/sas_formatted.csv": (3, 3),
    "pyreadstat_tests/sas_catalog/test_data_linux.sas7bdat": (3, 3),
    "pyreadstat_tests/sas_catalog/test_data_win.sas7bdat": (3, 3),
    "pyreadstat_tests/sas_catalog/test_formats_linux.sas7bcat": "import-sas-catalog-given",
    "pyreadstat_tests/sas_catalog/test_formats_win.sas7bcat": "import-sas-catalog-given",
    "qualtrics_legacy_2hdr_bom.csv": (1, 15),
    "qualtrics_sample_3hdr_de.csv": (1, 20),
    "redcap/checkboxes-1/data.csv": (4, 13),
    "redcap/checkboxes-1/dictionary.csv": "import-redcap-dictionary-given",
    "redcap/decimal-comma/data.csv": (4, 6),
    "redcap/decimal-comma/dictionay.csv": "import-redcap-dictionary-given",
    "redcap/decimal-comma-and-dot/data.csv": (4, 9),
    "redcap/decimal-comma-and-dot/dictionary.csv": "import-redcap-dictionary-given",
    "redcap/decimal-comma-and-dot/metadata.csv": "import-redcap-dictionary-given",
    "redcap/longitudinal/arm.csv": (2, 2),
    "redcap/longitudinal/data.csv": (18, 125),
    "redcap/longitudinal/dictionary.csv": "import-redcap-dictionary-given",
    "redcap/longitudinal/event.csv": (12, 5),
    "redcap/multilevel-model-1/data.csv": (220, 19),
    "redcap/multilevel-model-1/dictionary.csv": "import-redcap-dictionary-given",
    "redcap/repeating-instruments-sparse/data.csv": (9, 15),
    "redcap/repeating-instruments-sparse/dictionary.csv": "import-redcap-dictionary-given",
    "redcap/survey/data.csv": (2, 33),
    "redcap/survey/dictionary.csv": "import-redcap-dictionary-given",
    "surveymonkey_flying_etiquette.csv": (1040, 27),
    "sx_laravel/dataset.csv": (4, 110),
    "sx_laravel/labels_de.csv": "import-labels-given",
    "sx_laravel/labels_en.csv": "import-labels-given",
    "sx_laravel/structure_de.csv": "import-structure-given",
    "sx_laravel/structure_en.csv": "import-structure-given",
    "sx_readsx_utf16/dataset.csv": (999, 242),
    "sx_readsx_utf16/labels.csv": "import-labels-given",
    "sx_readsx_utf16/structure.csv": "import-structure-given",
}
READ = [name for name, expected in FILES.items() if not isinstance(expected, str)]


@pytest.fixture(scope="module")
def exports(shared: Path) -> Path:
    folder = shared / "data" / "exports"
    if not folder.is_dir():
        pytest.skip("../shared/data/exports is not there")
    return folder


def held(exports: Path, name: str) -> Path:
    path = exports / name
    if not path.is_file():
        pytest.skip(f"../shared/data/exports/{name} is not there")
    return path


@pytest.mark.parametrize("name", READ)
def test_file_is_read_with_its_size(exports: Path, name: str) -> None:
    export = read_export(held(exports, name))
    assert (export.rows, len(export.variables)) == FILES[name]
    assert [v.name for v in export.variables] == list(export.data.columns)


@pytest.mark.parametrize("name", [name for name in FILES if name not in READ])
def test_file_is_refused_by_its_own_code(exports: Path, name: str) -> None:
    path = held(exports, name)
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    (problem,) = error.value.problems
    assert problem.code == FILES[name]
    assert path.name in problem.where
    assert all(problem.text(part, lang) for part in ("what", "expected", "do") for lang in ("da", "en"))


@pytest.mark.parametrize("name", READ)
def test_inspect_prints_one_json_object(exports: Path, name: str) -> None:
    result = CliRunner().invoke(app, ["inspect", str(held(exports, name)), "--json"])
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    found = json.loads(result.stdout)
    assert (found["rows"], found["columns"]) == FILES[name]
    assert type(found["rows"]) is type(found["columns"]) is int
    assert len(found["variables"]) == found["columns"]
    assert all(v.keys() >= {"name", "label", "type", "value_labels", "missing"} for v in found["variables"])
    assert isinstance(found["warnings"], list)
    assert found["format"]


def test_the_table_names_every_file_that_is_held(exports: Path) -> None:
    paths = {path.relative_to(exports).as_posix() for path in exports.rglob("*") if path.is_file()}
    assert sorted(paths - FILES.keys()) == []


def test_refusals_say_what_each_file_is() -> None:
    codes = [expected for expected in FILES.values() if isinstance(expected, str)]
    assert len(codes) > 20
    # No file is turned away with the general message, but a zip that holds no workbook.
    assert codes.count("import-format-unknown") <= 1
