"""Stata: kinds of missing, labels, old encodings, files that are cut off."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export

LABELS = {"q1": {1: "Enig", 2: "Uenig", "a": "Ved ikke", "b": "Ønsker ikke at svare"}, "q2": {1: "Ja", -9: "Uoplyst"}}


def write(path: Path, version: int = 15) -> Path:
    import pyreadstat

    frame = pd.DataFrame(
        {
            "q1": pd.Series([1.0, 2.0, "a", "b", None], dtype=object),
            "q2": [1.0, -9.0, -9.0, 1.0, None],
            "tekst": ["æøå", "", "b", "c", "d"],
        }
    )
    pyreadstat.write_dta(
        frame,
        str(path),
        version=version,
        variable_value_labels=LABELS,
        missing_user_values={"q1": ["a", "b"]},
        column_labels=["Er du enig på åen?", "Svar", "Tekst"],
    )
    return path


def test_extended_missing_values_stay_apart_from_empty_cells(tmp_path: Path) -> None:
    export = read_export(write(tmp_path / "a.dta"))
    assert export.format == "stata"
    answer = export.variable("q1")
    assert export.data["q1"].tolist() == ["1", "2", "a", "b", None]
    assert answer.missing == {"a", "b"}
    assert answer.value_labels == {"1": "Enig", "2": "Uenig", "a": "Ved ikke", "b": "Ønsker ikke at svare"}
    assert answer.type == "single"
    told = {n.code: n for n in export.warnings}
    assert (told["special-missing"].rows, told["special-missing"].detail) == (2, "q1")


def test_labelled_negative_codes_are_told_and_kept(tmp_path: Path) -> None:
    export = read_export(write(tmp_path / "a.dta"))
    assert export.data["q2"].fillna(0).tolist() == [1, -9, -9, 1, 0]
    told = {n.code: n for n in export.warnings}
    assert (told["negative-codes"].rows, told["negative-codes"].detail) == (2, "q2")


def test_the_kinds_become_states(tmp_path: Path) -> None:
    from evaluation.responses.words import state_of_label

    answer = read_export(write(tmp_path / "a.dta")).variable("q1")
    states = [state_of_label(answer.value_labels[code]) for code in sorted(answer.missing)]
    assert [str(state) for state in states] == ["ved_ikke", "vil_ikke_svare"]


@pytest.mark.parametrize("version", [8, 10, 12, 13, 14, 15])
def test_danish_letters_in_every_version(tmp_path: Path, version: int) -> None:
    # pyreadstat writes UTF-8 into the old versions too, as other programs do.
    export = read_export(write(tmp_path / "a.dta", version))
    assert export.data["tekst"].tolist() == ["æøå", None, "b", "c", "d"]
    assert export.variable("q1").label == "Er du enig på åen?"
    guessed = [n.detail for n in export.warnings if n.code == "encoding-guessed"]
    assert guessed == (["UTF-8"] if version < 14 else [])


def test_old_version_in_windows_1252(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dta", 8)
    data = path.read_bytes()
    for text in ("på åen?", "æøå"):
        narrow = text.encode("cp1252")
        data = data.replace(text.encode(), narrow.ljust(len(text.encode()), b"\0"), 1)
    data = data.replace("Ønsker ikke at svare".encode(), "Ønsker ikke at svare".encode("cp1252") + b"\0")
    path.write_bytes(data)
    export = read_export(path)
    assert export.data["tekst"].tolist()[0] == "æøå"
    assert export.variable("q1").value_labels["b"] == "Ønsker ikke at svare"
    assert "encoding-not-stated" in {n.code for n in export.warnings}


@pytest.mark.parametrize(("version", "keep"), [(12, 0.2), (12, 0.6), (15, 0.2), (15, 0.6), (15, 0.98)])
def test_cut_off(tmp_path: Path, keep: float, version: int) -> None:
    path = write(tmp_path / "a.dta", version)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == ["import-damaged"]


def test_an_old_file_that_lost_its_last_labels_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dta", 12)
    path.write_bytes(path.read_bytes()[:-40])
    assert "stata-labels-missing" in {n.code for n in read_export(path).warnings}
    assert "stata-labels-missing" not in {n.code for n in read_export(write(path, 12)).warnings}


def test_text_that_begins_like_an_old_file_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sex;alder\n1;20\n", encoding="utf-8")
    assert read_export(path).format == "csv"


# Rows, columns, cells with a special missing value: counted with pandas.read_stata(convert_missing=True), without
# ReadStat; only sample.dta, whose dates stop pandas, is pyreadstat's own count.
REAL = {
    "haven_tests/stata/datetime-d.dta": (1, 1, 0),
    "haven_tests/stata/notes.dta": (5, 4, 0),
    "haven_tests/stata/tagged-na-double.dta": (8, 1, 3),
    "haven_tests/stata/tagged-na-int.dta": (8, 1, 3),
    "haven_tests/stata/types.dta": (2, 8, 0),
    "pyreadstat_tests/basic/sample.dta": (5, 7, 0),
    "pyreadstat_tests/missing_data/missing_test.dta": (1, 9, 6),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files(shared: Path, name: str) -> None:
    path = shared / "data" / "exports" / name
    if not path.is_file():
        pytest.skip(f"../shared/data/exports/{name} is not there")
    export = read_export(path)
    rows, columns, special = REAL[name]
    assert export.data.shape == (rows, columns)
    assert sum(int(export.data[v.name].isin(v.missing).sum()) for v in export.variables) == special


def test_real_missing_agrees_with_pandas(shared: Path) -> None:
    path = shared / "data" / "exports" / "haven_tests" / "stata" / "tagged-na-double.dta"
    if not path.is_file():
        pytest.skip("../shared/data/exports/haven_tests is not there")
    # pandas reads the format by itself, without ReadStat.
    other = pd.read_stata(path, convert_missing=True, convert_categoricals=False)["x"]
    expected = [str(v).lstrip(".") or None if not isinstance(v, float) else str(int(v)) for v in other]
    assert read_export(path).data["x"].tolist() == expected
