"""SurveyXact in three csv variants and as a workbook: same traps, same answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export
from tests.importing.files import HEADER, LABELS, ROWS, STRUCTURE, VARIANTS, write_surveyxact, write_workbook

FORMATS = {"eu": "surveyxact-eu", "intl": "surveyxact-intl", "comma": "surveyxact-comma"}


def codes(export, code):
    return [n for n in export.warnings if n.code == code]


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_read_alike(tmp_path: Path, variant: str) -> None:
    export = read_export(write_surveyxact(tmp_path, variant))
    assert export.format == FORMATS[variant]
    assert export.data.shape == (4, 15)
    assert list(export.status) == ["completed", "partial", "not_opened", "rejected"]
    assert list(export.data["s_1"][:2]) == [4.0, 3.0]
    assert export.data["s_1"].isna().tolist() == [False, False, True, False]
    assert export.data["enhed"].tolist() == ["0101", "0101", "0102", "0102"]
    assert export.data["bemaerk"].tolist()[3] == "NA"
    assert export.data["bemaerk"].tolist()[1] is None
    assert [path.name for path in export.files] == ["dataset.csv", "structure.csv", "labels.csv"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_decimals_are_found_not_assumed(tmp_path: Path, variant: str) -> None:
    dots = [[c.replace(".", "").replace(",", ".") if n in (7, 8) else c for n, c in enumerate(row)] for row in ROWS]
    for name, rows in (("comma", ROWS), ("dot", dots)):
        export = read_export(write_surveyxact(tmp_path / name, variant, rows=rows))
        assert export.data["tid"].tolist()[:2] == [37.5, 1012.5]
        assert export.data["difftime"].tolist()[0] == pytest.approx(135.407)


def test_thousands_dot_in_a_file_with_decimal_commas(tmp_path: Path) -> None:
    rows = [[*row[:7], value, *row[8:]] for row, value in zip(ROWS, ("1.234", "2.000", "", "1.500"), strict=True)]
    export = read_export(write_surveyxact(tmp_path, rows=rows))
    assert export.data["tid"].tolist()[:2] == [1234.0, 2000.0]


def test_multiple_choice_maps_by_structure_and_is_empty_for_those_who_never_saw_it(tmp_path: Path) -> None:
    export = read_export(write_surveyxact(tmp_path))
    third = export.variable("v_1_3")
    assert (third.type, third.set_name, third.choice) == ("multiple", "v_1", "9")
    assert third.label == "Hvad brugte du? - Andet"
    seen = export.data[["v_1_1", "v_1_2", "v_1_3"]]
    assert seen.notna().sum().tolist() == [2, 2, 2]
    assert np.array_equal(seen.iloc[0], [1.0, 0.0, 1.0])
    assert export.data["stato_2"].tolist() == [0.0, 0.0, 1.0, 0.0]


def test_phantom_delimiter_at_rows_only_and_everywhere(tmp_path: Path) -> None:
    plain = read_export(write_surveyxact(tmp_path / "plain"))
    for name, ends in (("rows", (False, True)), ("all", (True, True))):
        path = write_surveyxact(tmp_path / name)
        lines = path.read_bytes().split(b"\n")
        # The second data row holds a newline inside quotes: put the delimiter at real row ends only.
        text = path.read_bytes().decode("cp1252").replace('Godt; og\nmere"', 'Godt; og\x00mere"')
        rows = text.rstrip("\n").split("\n")
        rows = [row + ";" if ends[min(n, 1)] else row for n, row in enumerate(rows)]
        path.write_bytes("\n".join(rows).replace("\x00", "\n").encode("cp1252"))
        assert len(lines) > 4
        export = read_export(path)
        pd.testing.assert_frame_equal(export.data, plain.data)
        assert codes(export, "phantom-delimiter")


def test_names_cut_to_eight_characters_are_found_by_their_long_name(tmp_path: Path) -> None:
    export = read_export(write_surveyxact(tmp_path))
    assert export.find("respondentid").name == "responde"
    assert export.find("DIFFTIME").name == "difftime"
    long = [{"responde": "respondentid", "stato_4": "statoverall_4"}.get(name, name) for name in HEADER]
    export = read_export(write_surveyxact(tmp_path / "long", header=long))
    assert export.variable("respondentid").type == "system"
    assert list(export.status)[:2] == ["completed", "partial"]


def test_status_by_code_not_by_text(tmp_path: Path) -> None:
    german = [[*row[:6], f"Text {n}"] if row[0] == "statoverall" else list(row) for n, row in enumerate(STRUCTURE)]
    shuffled = [*german[:11], german[14], german[13], german[12], german[11], german[15]]
    export = read_export(write_surveyxact(tmp_path, structure=shuffled))
    assert list(export.status) == ["completed", "partial", "not_opened", "rejected"]


def test_without_structure_or_labels_it_says_so(tmp_path: Path) -> None:
    export = read_export(write_surveyxact(tmp_path, structure=None, labels=None))
    assert export.format == "surveyxact-eu"
    assert {n.code for n in export.warnings} >= {"no-structure", "no-labels"}
    assert next(iter(export.status)) == "completed"


@pytest.mark.parametrize("text", ["Fiktive data til afprøvning", "FICTIONAL DATA"])
def test_fictional_by_label_or_answer(tmp_path: Path, text: str) -> None:
    assert not read_export(write_surveyxact(tmp_path / "no")).fictional
    assert read_export(write_surveyxact(tmp_path / "l", labels=[*LABELS, ("survey", "7", text)])).fictional
    said = [[*row[:9], text, *row[10:]] for row in ROWS]
    assert read_export(write_surveyxact(tmp_path / "d", rows=said)).fictional


def test_hash_covers_all_three_files(tmp_path: Path) -> None:
    first = read_export(write_surveyxact(tmp_path / "a"))
    again = read_export(write_surveyxact(tmp_path / "b"))
    other = read_export(write_surveyxact(tmp_path / "c", labels=[*LABELS, ("x", "1", "Nyt")]))
    assert first.sha256 == again.sha256 != other.sha256


def test_mojibake_is_mended_and_told(tmp_path: Path) -> None:
    path = write_surveyxact(tmp_path)
    structure = tmp_path / "structure.csv"
    structure.write_bytes(structure.read_bytes().decode("cp1252").encode("utf-8").decode("cp1252").encode("utf-8"))
    export = read_export(path)
    assert export.variable("bemaerk").label == "Bemærkninger"
    assert codes(export, "text-mended")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda p: p.write_bytes(b""), "import-file-empty"),
        (lambda p: p.write_bytes(p.read_bytes().split(b"\n")[0] + b"\n"), "import-no-rows"),
        (lambda p: p.write_bytes(p.read_bytes()[:-12]), "import-row-width"),
        (lambda p: p.write_bytes(b"\x00\x01\x02" * 900), "import-format-unknown"),
    ],
)
def test_broken_files_give_one_clear_error(tmp_path: Path, change, code: str) -> None:
    path = write_surveyxact(tmp_path)
    change(path)
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == [code]
    assert "dataset.csv" in error.value.problems[0].where


def test_structure_given_instead_of_dataset(tmp_path: Path) -> None:
    write_surveyxact(tmp_path)
    with pytest.raises(EvaluationError) as error:
        read_export(tmp_path / "structure.csv")
    assert [p.code for p in error.value.problems] == ["import-structure-given"]


def workbook(path: Path, datasets: dict[str, list]) -> Path:
    rest = {"Structure": STRUCTURE, "Labels": [(n, c, label + "\n") for n, c, label in LABELS]}
    return write_workbook(path, {**datasets, **rest})


def test_workbook_with_empty_strings_empty_rows_and_split_dataset(tmp_path: Path) -> None:
    rows = [list(HEADER), *([int(c) if c.isdigit() and len(c) < 4 else c for c in row] for row in ROWS)]
    rows += [[""] * len(HEADER)] * 4
    whole = read_export(workbook(tmp_path / "one.xlsx", {"Dataset": rows}))
    split = read_export(
        workbook(tmp_path / "two.xlsx", {"Dataset(1)": [r[:6] for r in rows], "Dataset(2)": [r[6:] for r in rows]})
    )
    plain = read_export(write_surveyxact(tmp_path))
    assert whole.format == "surveyxact-xlsx"
    pd.testing.assert_frame_equal(whole.data, plain.data)
    pd.testing.assert_frame_equal(split.data, plain.data)
    assert whole.variable("s_1").value_labels == plain.variable("s_1").value_labels


def test_structure_and_labels_of_the_same_name_are_taken_where_a_folder_holds_several(tmp_path: Path) -> None:
    first = write_surveyxact(tmp_path, rows=ROWS[:2])
    for year, rows in (("2022", ROWS[:3]), ("2024", ROWS)):
        other = write_surveyxact(tmp_path / year, rows=rows, labels=[*LABELS, ("x", "1", year)])
        for part in ("dataset", "structure", "labels"):
            (tmp_path / f"Trivsel_{part}_{year}.csv").write_bytes((other.parent / f"{part}.csv").read_bytes())
    export = read_export(tmp_path / "Trivsel_dataset_2022.csv")
    assert [p.name for p in export.files] == [f"Trivsel_{part}_2022.csv" for part in ("dataset", "structure", "labels")]
    assert export.rows == 3
    assert [p.name for p in read_export(first).files] == ["dataset.csv", "structure.csv", "labels.csv"]


def test_structure_of_another_survey_is_refused(tmp_path: Path) -> None:
    other = [STRUCTURE[0], *((f"q_{n}", f"q_{n}", "Closed", "Single", "Andet", "", "") for n in range(20))]
    path = write_surveyxact(tmp_path, structure=other)
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    assert [p.code for p in error.value.problems] == ["import-structure"]


def test_status_that_is_no_number_does_not_crash(tmp_path: Path) -> None:
    rows = [[*row[:13], "ja" if row[13] == "1" else "0", row[14]] for row in ROWS]
    export = read_export(write_surveyxact(tmp_path, rows=rows))
    assert list(export.status) == [None, "partial", "not_opened", "rejected"]
    assert {n.code: n.rows for n in export.warnings}["status-none"] == 1
