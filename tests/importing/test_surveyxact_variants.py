"""SurveyXact's rarer forms: Excel 2003 XML, workbooks without Structure, the fourth table, 2024's long names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export
from tests.importing.files import HEADER, LABELS, ROWS, STRUCTURE, write_surveyxact, write_workbook
from tests.importing.xml2003 import HEAD, write_xml2003

TEXTS = {row[1]: row[4] for row in STRUCTURE[1:]}
VARIABLES = [("variableName", "description"), *((name, TEXTS[name]) for name in HEADER)]


def problems(path: Path) -> list[str]:
    with pytest.raises(EvaluationError) as error:
        read_export(path)
    return [p.code for p in error.value.problems]


def dataset() -> list[list[object]]:
    """The dataset as a workbook holds it: short codes as numbers, empty cells as empty strings, empty rows below."""
    rows = [[int(c) if c.isdigit() and len(c) < 4 else c for c in row] for row in ROWS]
    return [list(HEADER), *rows, *[[""] * len(HEADER)] * 4]


def sheets() -> dict[str, list]:
    return {"Dataset": dataset(), "Labels": list(LABELS), "Structure": list(STRUCTURE)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_excel_2003_xml_reads_like_the_csv_export(tmp_path: Path, encoding: str) -> None:
    plain = read_export(write_surveyxact(tmp_path))
    export = read_export(write_xml2003(tmp_path / "export.xml", sheets(), encoding=encoding))
    assert export.format == "surveyxact-xml"
    pd.testing.assert_frame_equal(export.data, plain.data)
    assert export.variables == plain.variables
    assert list(export.status) == list(plain.status)


def test_excel_2003_xml_under_another_name_and_with_gaps(tmp_path: Path) -> None:
    rows = [
        ["id", "a", "b"],
        ["x", 1, '<Cell ss:Index="3"><Data ss:Type="Number">2.5</Data></Cell>'],
        ["y", '<Cell ss:Index="3"><Data ss:Type="Number">3</Data></Cell>'],
        ["z", '<Cell><Data ss:Type="Error">#N/A</Data></Cell>', '<Cell ss:Formula="=RC[-1]+1"/>'],
    ]
    export = read_export(write_xml2003(tmp_path / "svar.xls", {"Svar": rows}))
    assert export.format == "excel-2003-xml"
    assert export.data["b"].tolist()[:2] == [2.5, 3.0]
    assert export.data["a"].isna().tolist() == [False, True, True]
    assert {n.code: n.rows for n in export.warnings} == {"error-cells": 1, "formulas-without-value": 1}


def test_excel_2003_xml_hidden_sheet_dates_and_fictional(tmp_path: Path) -> None:
    date = '<Cell><Data ss:Type="DateTime">2024-03-01T00:00:00.000</Data></Cell>'
    table = [["id", "dato"], ["0101", date], ["0102", "Fiktive data"]]
    path = write_xml2003(tmp_path / "a.xml", {"Gammel": table, "Svar": table}, hidden=["Gammel"])
    export = read_export(path)
    assert export.data["id"].tolist() == ["0101", "0102"]
    assert export.data["dato"].tolist()[0] == "2024-03-01"
    assert export.fictional
    assert [n.code for n in export.warnings] == ["hidden-sheets"]
    assert "hidden-sheet" in {n.code for n in read_export(path, sheet="Gammel").warnings}


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("kind", ["inside", "outside", "bomb"])
def test_excel_2003_xml_with_entities_is_refused(tmp_path: Path, kind: str) -> None:
    doctype = {
        "inside": '<!DOCTYPE x [<!ENTITY a "1">]>',
        "outside": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        "bomb": BOMB,
    }[kind]
    head = HEAD.replace("<Workbook", doctype + "<Workbook")
    path = write_xml2003(tmp_path / "a.xml", {"S": [["id", "a"], ["<Cell><Data>&a;</Data></Cell>", 1]]}, head=head)
    assert problems(path) == ["import-xml-entities"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('<Row ss:Index="1048576"><Cell ss:Index="16384"><Data ss:Type="Number">1</Data></Cell></Row>', "large"),
        ('<Row ss:Index="99999999"><Cell/></Row>', "damaged"),
        ('<Row><Cell ss:Index="0"/></Row>', "damaged"),
        ('<Row><Cell ss:Index="x"/></Row>', "damaged"),
        ('<Row><Cell ss:MergeAcross="99999"/></Row>', "damaged"),
        ('<Row><Cell><Data ss:Type="Number">mange</Data></Cell></Row>', "damaged"),
        ("<Row><Cell>", "damaged"),
    ],
)
def test_excel_2003_xml_that_lies(tmp_path: Path, row: str, code: str) -> None:
    path = write_xml2003(tmp_path / "a.xml", {"S": [["id", "a"], ["x", 1]]})
    path.write_text(path.read_text().replace("</Table>", row + "</Table>"))
    assert problems(path) == [{"large": "import-too-large", "damaged": "import-damaged"}[code]]


def test_workbook_of_variables_labels_and_dataset(tmp_path: Path) -> None:
    plain = read_export(write_surveyxact(tmp_path))
    for header in (True, False):
        variables = VARIABLES if header else VARIABLES[1:]
        book = {"Variables": variables, "Labels": list(LABELS), "Dataset": dataset()}
        export = read_export(write_workbook(tmp_path / f"{header}.xlsx", book))
        assert export.format == "surveyxact-xlsx"
        assert [n.code for n in export.warnings] == ["no-structure"]
        assert export.variable("s_1").label == "Alt i alt"
        assert export.variable("s_1").value_labels == plain.variable("s_1").value_labels
        # Known by their two labels; the code of the option is not, and is not made up.
        ticks = export.variable("v_1_3")
        assert (ticks.type, ticks.set_name, ticks.choice) == ("multiple", "v_1", "")
        assert export.data[["v_1_1", "v_1_2", "v_1_3"]].notna().sum().tolist() == [2, 2, 2]
        assert list(export.status) == list(plain.status)
        assert export.variable("responde").type == "system"
        assert export.variable("bemaerk").type == "open"


def test_sheets_of_a_split_dataset_in_any_order(tmp_path: Path) -> None:
    rows = dataset()
    book = {"Dataset(2)": [r[6:] for r in rows], "Structure": list(STRUCTURE), "Dataset(1)": [r[:6] for r in rows]}
    export = read_export(write_workbook(tmp_path / "a.xlsx", book))
    assert list(export.data.columns) == list(HEADER)
    uneven = {**book, "Dataset(1)": [r[:6] for r in rows[:4]]}
    assert problems(write_workbook(tmp_path / "b.xlsx", uneven)) == ["import-dataset-sheets"]


def test_fourth_table_beside_the_csv_files(tmp_path: Path) -> None:
    path = write_surveyxact(tmp_path, structure=None)
    (tmp_path / "variables.csv").write_text("\n".join(f"{n};{t}" for n, t in VARIABLES), encoding="cp1252")
    export = read_export(path)
    assert export.variable("s_2").label == "Min dag"
    assert [p.name for p in export.files] == ["dataset.csv", "labels.csv", "variables.csv"]
    before = export.sha256
    (tmp_path / "variables.csv").write_text("s_2;Min dag i huset\n", encoding="cp1252")
    assert read_export(path).sha256 != before


def test_fourth_table_gives_the_longer_text_and_never_another(tmp_path: Path) -> None:
    path = write_surveyxact(tmp_path)
    (tmp_path / "variables.csv").write_text("s_1;Alt i alt er jeg tilfreds\ns_2;Noget helt andet\n", encoding="cp1252")
    export = read_export(path)
    assert export.variable("s_1").label == "Alt i alt er jeg tilfreds"
    assert export.variable("s_2").label == "Min dag"


def long_names() -> tuple[list, list, list]:
    """The naming of 2024: nothing is cut."""
    names = {"responde": "respondentid", "difftime": "diffTime"}
    names |= {f"stato_{n}": f"statoverall_{n}" for n in range(1, 6)}
    header = [names.get(name, name) for name in HEADER]
    structure = [STRUCTURE[0], *((row[0], names.get(row[1], row[1]), *row[2:]) for row in STRUCTURE[1:])]
    labels = [(names.get(row[0], row[0]), *row[1:]) for row in LABELS]
    return header, structure, labels


@pytest.mark.parametrize("with_structure", [True, False])
def test_long_names_of_2024(tmp_path: Path, with_structure: bool) -> None:
    header, structure, labels = long_names()
    path = write_surveyxact(tmp_path, header=header, structure=structure if with_structure else None, labels=labels)
    export = read_export(path)
    assert list(export.status) == ["completed", "partial", "not_opened", "rejected"]
    assert export.variable("diffTime").type == "system"
    assert export.find("respondentid").name == "respondentid"
    assert export.data["v_1_1"].notna().tolist() == [True, True, False, False]


STATUS_WORDS = {
    "da": ("Ny", "Distribueret", "Nogen svar", "Gennemført", "Frafaldet", "Ikke valgt", "Valgt"),
    "no": ("Ny", "Distribuert", "Noen svar", "Gjennomført", "Frafalt", "Ikke valgt", "Valgt"),
    "de": ("Neu", "Verteilt", "Einige Antworten", "Abgeschlossen", "Abgelehnt", "Nicht ausgewählt", "Ausgewählt"),
    "en": ("New", "Distributed", "Partially answered", "Completed", "Rejected", "Not selected", "Selected"),
}


@pytest.mark.parametrize("lang", STATUS_WORDS)
@pytest.mark.parametrize("with_structure", [True, False])
def test_status_in_every_language(tmp_path: Path, lang: str, with_structure: bool) -> None:
    words = STATUS_WORDS[lang]
    structure = [[*row[:6], words[int(row[5]) - 1]] if row[0] == "statoverall" else list(row) for row in STRUCTURE]
    labels = [(n, c, words[5 + int(c)] if n.startswith(("stato", "v_1")) else t) for n, c, t in LABELS]
    export = read_export(write_surveyxact(tmp_path, structure=structure if with_structure else None, labels=labels))
    assert list(export.status) == ["completed", "partial", "not_opened", "rejected"]
    assert [v.name for v in export.variables if v.type == "multiple"] == ["v_1_1", "v_1_2", "v_1_3"]
    assert export.data["v_1_1"].notna().tolist() == [True, True, False, False]


def test_several_statuses_in_one_row_are_told_and_the_furthest_counts(tmp_path: Path) -> None:
    rows = [[*ROWS[0][:10], "1", "1", "1", "1", "0"], [*ROWS[1][:10], "0", "1", "1", "0", "1"], *ROWS[2:]]
    export = read_export(write_surveyxact(tmp_path, rows=rows))
    assert list(export.status) == ["completed", "partial", "not_opened", "rejected"]
    assert {n.code: n.rows for n in export.warnings}["status-several"] == 2


def test_open_other_at_the_end_is_tied_to_its_question_with_its_long_label(tmp_path: Path) -> None:
    stem = "Hvad brugte du i løbet af ugen, og hvorfor netop det? " * 6
    structure = [[*row[:4], stem.strip(), *row[5:]] if row[0] == "v_1" else list(row) for row in STRUCTURE]
    text = f"{stem.strip()} - Andet, skriv hvad"
    structure += [
        ["andet", "andet", "Open", "String", text, "", ""],
        ["s_2t", "s_2t", "Open", "String", "Min dag - Andet", "", ""],
        ["fri", "fri", "Open", "String", "Noget andet - helt frit", "", ""],
    ]
    rows = [[*row, "Skolen", "x", "y"] for row in ROWS]
    export = read_export(
        write_surveyxact(tmp_path, structure=structure, header=[*HEADER, "andet", "s_2t", "fri"], rows=rows)
    )
    other = export.variable("andet")
    assert (other.type, other.about, other.label) == ("open", "v_1", text)
    assert export.variable("s_2t").about == "s_2"
    assert export.variable("fri").about == export.variable("bemaerk").about == ""
    assert export.variable("v_1_3").set_name == "v_1"


def test_labels_of_variables_that_are_not_in_the_dataset_do_no_harm(tmp_path: Path) -> None:
    plain = read_export(write_surveyxact(tmp_path / "a"))
    more = read_export(write_surveyxact(tmp_path / "b", labels=[*LABELS, ("anden", "1", "Ja"), ("anden", "2", "Nej")]))
    assert more.variables == plain.variables


def test_labels_with_a_header_and_trailing_newlines(tmp_path: Path) -> None:
    labels = [("variableName", "value", "label"), *((n, c, t + "\n") for n, c, t in LABELS)]
    book = {**sheets(), "Labels": labels}
    export = read_export(write_workbook(tmp_path / "a.xlsx", book))
    assert export.variable("s_1").value_labels["1"] == "Helt uenig"
    assert export.variable("variableName") is None


def test_labels_given_instead_of_dataset(tmp_path: Path) -> None:
    write_surveyxact(tmp_path)
    assert problems(tmp_path / "labels.csv") == ["import-labels-given"]
