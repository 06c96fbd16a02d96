"""SAS: data sets with their catalog, special missing values, transport files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export


def write_xpt(path: Path, version: int = 5) -> Path:
    import pyreadstat

    frame = pd.DataFrame({"SPOERG01": [1.0, 2.0, None], "TEKST": ["Blå", "Rød", "x"]})
    pyreadstat.write_xport(frame, str(path), file_format_version=version, table_name="SVAR")
    return path


@pytest.mark.parametrize(("version", "name"), [(5, "sas-xpt5"), (8, "sas-xpt8")])
def test_transport_files(tmp_path: Path, version: int, name: str) -> None:
    export = read_export(write_xpt(tmp_path / "a.xpt", version))
    assert export.format == name
    assert export.data["SPOERG01"].fillna(-1).tolist() == [1, 2, -1]
    assert export.data["TEKST"].tolist() == ["Blå", "Rød", "x"]
    codes = {n.code for n in export.warnings}
    assert "xpt-no-missing" in codes
    assert ("xpt-names-cut" in codes) == (version == 5)


def test_transport_file_in_windows_1252(tmp_path: Path) -> None:
    path = write_xpt(tmp_path / "a.xpt")
    data = path.read_bytes()
    for text in ("Blå", "Rød"):
        data = data.replace(text.encode(), text.encode("cp1252") + b" ")
    path.write_bytes(data)
    export = read_export(path)
    assert export.data["TEKST"].tolist() == ["Blå", "Rød", "x"]
    assert [n.detail for n in export.warnings if n.code == "encoding-guessed"] == ["WINDOWS-1252"]


def test_transport_file_cut_off(tmp_path: Path) -> None:
    path = write_xpt(tmp_path / "a.xpt")
    path.write_bytes(path.read_bytes()[:-33])
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == ["import-damaged"]


def test_a_header_alone_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.sas7bdat"
    path.write_bytes(bytes(12) + b"\xc2\xea\x81\x60" + bytes(400))
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == ["import-damaged"]


# Rows, columns, special missing cells, columns with value labels. Rows and columns counted with pandas.read_sas,
# without ReadStat (but for the two version 8 files, which it cannot read); the last two are pyreadstat 1.3.7's.
REAL = {
    "haven_tests/sas/datetime.sas7bdat": (4, 5, 0, 0),
    "haven_tests/sas/hadley.sas7bdat": (8, 7, 0, 2),
    "haven_tests/sas/tagged-na.sas7bdat": (8, 1, 3, 1),
    "pyreadstat_tests/basic/date_test.sas7bdat": (20, 9, 0, 0),
    "pyreadstat_tests/basic/dates.sas7bdat": (50, 3, 0, 0),
    "pyreadstat_tests/basic/dates_xpt.sas7bdat": (19, 9, 0, 0),
    "pyreadstat_tests/basic/dates_xpt_v8.xpt": (19, 9, 0, 0),
    "pyreadstat_tests/basic/sample.sas7bdat": (5, 7, 0, 0),
    "pyreadstat_tests/basic/sample.xpt": (5, 7, 0, 0),
    "pyreadstat_tests/basic/sample_bincompressed.sas7bdat": (5, 7, 0, 0),
    "pyreadstat_tests/basic/sas.xpt5": (10, 1, 0, 0),
    "pyreadstat_tests/basic/sas.xpt8": (10, 1, 0, 0),
    "pyreadstat_tests/basic/test_file_label_linux.sas7bdat": (3, 3, 0, 0),
    "pyreadstat_tests/basic/test_file_label_win.sas7bdat": (3, 3, 0, 0),
    "pyreadstat_tests/missing_data/missing_test.sas7bdat": (1, 9, 7, 1),
    "pyreadstat_tests/sas_catalog/test_data_linux.sas7bdat": (3, 3, 0, 2),
    "pyreadstat_tests/sas_catalog/test_data_win.sas7bdat": (3, 3, 0, 2),
}


def held(shared: Path, name: str) -> Path:
    path = shared / "data" / "exports" / name
    if not path.exists():
        pytest.skip(f"../shared/data/exports/{name} is not there")
    return path


@pytest.mark.parametrize("name", REAL)
def test_real_files(shared: Path, name: str) -> None:
    export = read_export(held(shared, name))
    rows, columns, special, labelled = REAL[name]
    assert export.data.shape == (rows, columns)
    assert sum(int(export.data[v.name].isin(v.missing).sum()) for v in export.variables) == special
    assert sum(bool(v.value_labels) for v in export.variables) == labelled


def test_real_catalog_with_codes_of_numbers_text_and_missing(shared: Path) -> None:
    export = read_export(held(shared, "haven_tests/sas/hadley.sas7bdat"))
    # Two catalogs lie in the folder; the one that knows these formats is read.
    assert [p.name for p in export.files] == ["hadley.sas7bdat", "formats.sas7bcat"]
    assert export.variable("workshop").value_labels == {"1": "R", "2": "SAS"}
    assert export.variable("gender").value_labels == {"f": "Female", "m": "Male"}
    tagged = read_export(held(shared, "haven_tests/sas/tagged-na.sas7bdat")).variable("x")
    assert tagged.missing == {"A", "H", "Z"}
    assert tagged.value_labels == {"A": "Apple", "Z": "Zebra"}


def test_real_formats_without_their_catalog_are_told(shared: Path) -> None:
    export = read_export(held(shared, "pyreadstat_tests/basic/test_file_label_win.sas7bdat"))
    assert [(n.detail, n.rows) for n in export.warnings if n.code == "sas-no-catalog"] == [("$A, $B", 2)]
    # Dates and numbers have formats of SAS itself, which no catalog holds.
    plain = read_export(held(shared, "pyreadstat_tests/basic/date_test.sas7bdat"))
    assert "sas-no-catalog" not in {n.code for n in plain.warnings}


def test_real_catalog_given_instead_of_data(shared: Path) -> None:
    with pytest.raises(EvaluationError) as error:
        read_export(held(shared, "haven_tests/sas/formats.sas7bcat"))
    assert [p.code for p in error.value.problems] == ["import-sas-catalog-given"]


def test_real_data_agree_with_pandas(shared: Path) -> None:
    path = held(shared, "pyreadstat_tests/basic/sample.sas7bdat")
    # pandas has a reader of its own.
    other = pd.read_sas(path, encoding="utf-8")
    data = read_export(path).data
    assert data["mynum"].tolist() == other["mynum"].tolist()
    assert data["mychar"].tolist() == other["mychar"].tolist()
    assert data["mydate"].tolist() == [str(v)[:10] if pd.notna(v) else None for v in other["mydate"]]
