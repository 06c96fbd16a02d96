"""Qualtrics: made files with every trap, real ones with counts taken with the csv module."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export
from tests.importing.toolfiles import codes, ticks, write_book, write_text

NAMES = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "ResponseId", "Q1", "Q2_TEXT", "Q3"]
NAMES += ["Q5_1", "Q5_4", "Q6_1", "Q6_2", "Q1", "enhed"]
WORDINGS = ["Startdato", "Slutdato", "Svartype", "IP-adresse", "Status", "Færdig", "Svar-ID", "Alt i alt?"]
WORDINGS += ["Andet,\nskriv:", "Hvilke?", "Hvad? - Skov", "Hvad? - Sal", "Enig? - Ro", "Enig? - Tid", "Igen?", "enhed"]
SOURCES = ["startDate", "endDate", "status", "ipAddress", "progress", "finished", "_recordId", "QID1", "QID2_TEXT"]
SOURCES += ["QID3", "QID5_1", "QID5_4", "QID6_1", "QID6_2", "QID9", "enhed"]
IDS = [f'{{"ImportId":"{s}"' + (',"timeZone":"America/Denver"}' if s.endswith("Date") else "}") for s in SOURCES]
DAY = "2024-03-01 10:00:00"


def answer(status: str, finished: str, number: int, *cells: str) -> list[str]:
    return [DAY, DAY, status, "192.0.2.1", "100" if finished == "1" else "40", finished, f"R_{number}", *cells]


ROWS = [
    answer("0", "1", 1, "2", "Godt,\nmeget", "1,4,7", "1", "", "1", "1", "3", "0101"),
    answer("0", "0", 2, "-99", "", "4", "1", "1", "1", "1", "", "0101"),
    answer("1", "1", 3, "1", "", "", "", "", "1", "1", "2", "0102"),
    answer("8", "1", 4, "5", "", "-99", "-99", "-99", "", "", "2", "0102"),
]
FILE = [NAMES, WORDINGS, IDS, *ROWS]


@pytest.fixture(params=["csv", "tsv", "xlsx"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "csv":
        return write_text(tmp_path / "eksport.csv", FILE)
    if request.param == "tsv":
        return write_text(tmp_path / "eksport.tsv", FILE, delimiter="\t", encoding="utf-16-le", bom=codecs.BOM_UTF16_LE)
    return write_book(tmp_path / "eksport.xlsx", FILE)


def test_three_headers_are_no_answers(made: Path) -> None:
    export = read_export(made)
    assert export.format == "qualtrics"
    assert (export.rows, export.columns) == (4, len(NAMES))
    assert export.variable("Q1").label == "Alt i alt?"
    assert export.data["Q1"].tolist() == [2, -99, 1, 5]
    assert export.variable("Q1").missing == {"-99"}
    assert export.variable("enhed").type == "single"
    assert export.data["enhed"].tolist() == ["0101", "0101", "0102", "0102"]


def test_quoted_newlines_and_free_text(made: Path) -> None:
    export = read_export(made)
    assert export.variable("Q2_TEXT").label == "Andet, skriv:"
    assert export.variable("Q2_TEXT").type == "open"
    assert export.data["Q2_TEXT"].tolist()[0].split() == ["Godt,", "meget"]


def test_repeated_names_are_two_columns(made: Path) -> None:
    export = read_export(made)
    assert export.variable("Q1_2").label == "Igen?"
    assert "duplicate-column" in codes(export)


def test_status_and_what_is_told(made: Path) -> None:
    export = read_export(made)
    assert export.status.tolist() == ["completed", "partial", "rejected", "completed"]
    found = codes(export)
    assert {"qualtrics-tests", "qualtrics-spam", "qualtrics-zone", "qualtrics-unanswered"} <= set(found)
    assert next(n for n in export.warnings if n.code == "qualtrics-zone").detail == "America/Denver"


def test_joined_codes_are_one_variable_per_option(made: Path) -> None:
    found = ticks(read_export(made), "Q3")
    # The third was not asked (empty), the fourth saw it and left it (-99): never a 0.
    assert found == {"1": [1, 0, None, -99], "4": [1, 1, None, -99], "7": [1, 0, None, -99]}


def test_split_columns_have_codes_and_bases(made: Path) -> None:
    export = read_export(made)
    assert ticks(export, "Q5") == {"1": [1, 1, None, -99], "4": [0, 1, None, -99]}
    assert export.variable("Q5_4").missing == {"-99"}


def test_a_grid_where_all_say_1_is_no_multiple_choice(made: Path) -> None:
    export = read_export(made)
    assert [export.variable(name).type for name in ("Q6_1", "Q6_2")] == ["single", "single"]


def test_choice_id_of_the_header_decides(tmp_path: Path) -> None:
    ids = [*IDS[:10], '{"ImportId":"QID5","choiceId":"11"}', '{"ImportId":"QID5","choiceId":"12"}', *IDS[12:]]
    rows = [[*row[:10], "1", "1", *row[12:]] for row in ROWS[:2]]
    export = read_export(write_text(tmp_path / "a.csv", [NAMES, WORDINGS, ids, *rows]))
    assert ticks(export, "Q5") == {"11": [1, 1], "12": [1, 1]}


def test_choice_texts_joined_and_preview_in_words(tmp_path: Path) -> None:
    texts = ["Skoven,Salen", "Skoven", "Salen,Andet, fx tur", "Andet, fx tur"]
    kinds = ["IP Address", "Survey Preview", "IP Address", "IP Address"]
    rows = [
        [*row[:2], kind, *row[3:5], "True", *row[6:9], text, *row[10:]]
        for row, kind, text in zip(ROWS, kinds, texts, strict=True)
    ]
    export = read_export(write_text(tmp_path / "a.csv", [NAMES, WORDINGS, IDS, *rows]))
    assert ticks(export, "Q3") == {
        "Skoven": [1, 1, 0, 0],
        "Salen": [1, 0, 1, 0],
        "Andet, fx tur": [0, 0, 1, 1],
    }
    assert export.status.tolist() == ["completed", "rejected", "completed", "completed"]


def test_no_made_name_takes_one_of_the_files(tmp_path: Path) -> None:
    names = [*NAMES[:8], "Q3_1", "Q3", "Q1_2", *NAMES[11:]]
    export = read_export(write_text(tmp_path / "a.csv", [names, WORDINGS, IDS, *ROWS]))
    assert export.variable("Q3_1").label == "Andet, skriv:"
    assert export.variable("Q1_2").label == "Hvad? - Skov"
    assert export.variable("Q1_3").label == "Igen?"
    assert ticks(export, "Q3")["1"] == [1, 0, None, -99]
    assert len(export.variables) == export.data.shape[1] == len(names) + 2


@pytest.mark.parametrize("headers", [1, 2])
def test_headers_that_a_person_took_away(tmp_path: Path, headers: int) -> None:
    export = read_export(write_text(tmp_path / "a.csv", [*FILE[:headers], *ROWS]))
    assert (export.format, export.rows) == ("qualtrics", 4)
    assert "qualtrics-headers" in codes(export)


def test_a_row_cut_off_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="import-row-width"):
        read_export(write_text(tmp_path / "a.csv", [*FILE, ROWS[0][:5]]))


# Rows, columns, and the cells of one row, as the csv module gives them.
REAL = {
    "qualtrics_sample_3hdr_de.csv": (1, 20, 3, {"Q1": 2.0, "Q2": "Hello World!", "Progress": 100.0}),
    "qualtrics_legacy_2hdr_bom.csv": (1, 15, 2, {"Q1": 2.0, "Q2": "Hello World!", "ResponseID": "R_2YPOQ602ER1jkf1"}),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files(shared: Path, name: str) -> None:
    path = shared / "data" / "exports" / name
    if not path.is_file():
        pytest.skip(f"../shared/data/exports/{name} is not there")
    rows, columns, headers, cells = REAL[name]
    export = read_export(path)
    assert export.data.shape == (rows, columns)
    assert export.status.tolist() == ["completed"]
    assert {key: export.data[key][0] for key in cells} == cells
    with path.open(encoding="utf-8-sig", newline="") as stream:
        raw = list(csv.reader(stream))
    assert len(raw) - headers == rows
    assert len([cell for cell in raw[0] if cell]) == columns
    filled = sum(bool(cell.strip()) for row in raw[headers:] for cell in row)
    assert int(export.data.notna().sum().sum()) == filled


def test_an_empty_cell_beside_seen_and_left_open_was_never_shown(made: Path) -> None:
    export = read_export(made)
    marked = {v.name for v in export.variables if v.not_shown}
    assert {"Q1", "Q3_1", "Q5_4", "Q6_1"} <= marked
    # Qualtrics' own columns and embedded data are no questions
    assert not marked & {"Status", "IPAddress", "Finished", "enhed"}


def test_without_the_code_an_empty_cell_says_nothing(tmp_path: Path) -> None:
    rows = [[cell.replace("-99", "") for cell in row] for row in ROWS]
    export = read_export(write_text(tmp_path / "a.csv", [NAMES, WORDINGS, IDS, *rows]))
    assert not [v for v in export.variables if v.not_shown]
    # one question alone may have a category of that number: it speaks for itself only
    rows = [*rows[:3], [*rows[3][:7], "-99", *rows[3][8:]]]
    export = read_export(write_text(tmp_path / "b.csv", [NAMES, WORDINGS, IDS, *rows]))
    assert [v.name for v in export.variables if v.not_shown] == ["Q1"]


def test_never_shown_arrives_as_not_asked_and_never_as_a_no(made: Path) -> None:
    from evaluation.codebook.model import ResponseScale
    from evaluation.responses.answers import STATES, read_answers

    choices = [{"code": 0, "score": 0, "label": {"da": "Nej"}}, {"code": 1, "score": 100, "label": {"da": "Ja"}}]
    scale = ResponseScale.model_validate({"id": "s", "positive": [1], "choice": choices})
    export = read_export(made)
    variable = export.variable("Q3_1")
    answers = read_answers(export.data["Q3_1"], variable, scale, "x")
    found = [STATES[place].value for place in answers.states]
    assert found == ["besvaret", "besvaret", "ikke_stillet", "ikke_besvaret"]
    assert answers.codes.tolist() == [1, 0, 0, 0]
