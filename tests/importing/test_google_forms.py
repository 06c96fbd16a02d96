"""Google Forms: times in many languages and ways, grids, boxes that commas make doubtful."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from evaluation.importing.read import read_export
from tests.importing.toolfiles import codes, ticks, write_book, write_text

BOXES = ["Skoven, Salen", "Skoven", "", "Salen, Andet (fx tur, leg)", "Andet (fx tur, leg), Ja, hver dag"]
HEADER = ["Tidsstempel", "Mailadresse", "Hvor enig er du? [Ro på]", "Hvad brugte I?", "Vokseværk 1-5"]
TIMES = ["2024/03/01 9:30:15 AM MEZ", "2024/03/01 9.30.15 AM MEZ", "01/03/2024 09:30:15", "01-03-2024 09.30.15"]
TIMES += ["1.3.2024 9:30:15"]
ROWS = [
    [time, "", "Enig" if n % 2 else " Enig ", boxes, str(n + 1)]
    for n, (time, boxes) in enumerate(zip(TIMES, BOXES, strict=True))
]


@pytest.mark.parametrize("word", ["Timestamp", "Tidsstempel", "Horodateur", "Zeitstempel", "Tidstämpel", "Aikaleima"])
def test_known_by_the_column_of_times(tmp_path: Path, word: str) -> None:
    export = read_export(write_text(tmp_path / "svar.csv", [[word, *HEADER[1:]], *ROWS]))
    assert (export.format, export.rows, export.columns) == ("google-forms", 5, 5)
    assert export.variable(word).type == "date"
    assert export.data[word].tolist() == TIMES


def test_the_word_alone_is_not_enough(tmp_path: Path) -> None:
    export = read_export(write_text(tmp_path / "maaling.csv", [["timestamp", "x"], ["1700000000", "1"], ["5", "2"]]))
    assert export.format == "csv"


def test_a_sheet_with_real_times(tmp_path: Path) -> None:
    rows = [[datetime(2024, 3, 1, 9, 30, 15), *row[1:]] for row in ROWS]
    export = read_export(write_book(tmp_path / "svar.xlsx", [HEADER, *rows], "Formularsvar 1"))
    assert (export.format, export.rows) == ("google-forms", 5)
    assert export.data["Tidsstempel"][0] == "2024-03-01 09:30:15"


def test_grid_and_blanks(tmp_path: Path) -> None:
    export = read_export(write_text(tmp_path / "svar.csv", [HEADER, *ROWS]))
    assert export.variable("Hvor enig er du? [Ro på]").label == "Hvor enig er du? - Ro på"
    assert set(export.data["Hvor enig er du? [Ro på]"]) == {"Enig"}
    assert next(n for n in export.warnings if n.code == "blanks-trimmed").rows == 3
    assert export.data["Vokseværk 1-5"].tolist() == [1, 2, 3, 4, 5]


def test_boxes_with_commas_in_options(tmp_path: Path) -> None:
    export = read_export(write_text(tmp_path / "svar.csv", [HEADER, *ROWS]))
    assert ticks(export, "Hvad brugte I?") == {
        "Skoven": [1, 1, None, 0, 0],
        "Salen": [1, 0, None, 1, 0],
        "Andet (fx tur, leg)": [0, 0, None, 1, 1],
        "Ja, hver dag": [0, 0, None, 0, 1],
    }
    assert "Ja, hver dag" in next(n for n in export.warnings if n.code == "choices-doubtful").detail


def test_options_that_never_part_are_told(tmp_path: Path) -> None:
    boxes = ["Bus, Tog", "Bus, Tog, Cykel", "Cykel", "Cykel, Gang"]
    rows = [[TIMES[0], text] for text in boxes]
    export = read_export(write_text(tmp_path / "svar.csv", [["Timestamp", "Hvordan?"], *rows]))
    assert ticks(export, "Hvordan?")["Bus"] == [1, 1, 0, 0]
    assert "»Bus, Tog«" in next(n for n in export.warnings if n.code == "choices-doubtful").detail


def test_single_answers_with_commas_stay_whole_and_are_told(tmp_path: Path) -> None:
    rows = [[TIMES[0], text] for text in ["Ja, Aarhus", "Ja, Odense", "Nej"] * 4]
    export = read_export(write_text(tmp_path / "svar.csv", [["Timestamp", "Flyttet?"], *rows]))
    assert set(export.data["Flyttet?"]) == {"Ja, Aarhus", "Ja, Odense", "Nej"}
    assert "choices-unsure" in codes(export)


def test_free_text_with_commas_is_free_text(tmp_path: Path) -> None:
    texts = [f"Jeg synes, at dag {n} var god, Men lang, Og {n + 100} kom" for n in range(40)]
    export = read_export(write_text(tmp_path / "a.csv", [["Timestamp", "Hvad?"], *([TIMES[0], t] for t in texts)]))
    assert export.variable("Hvad?").type == "open"
    assert not [v for v in export.variables if v.set_name]


def test_semicolons_of_the_forms_own_csv_and_own_words(tmp_path: Path) -> None:
    boxes = ["Bus;Tog", "Tog", "Bus", "Bus;Cykel, el", "Cykel, el"] * 5 + ["Bus;Løbehjul"]
    rows = [[TIMES[0], text] for text in boxes]
    export = read_export(write_text(tmp_path / "a.csv", [["Timestamp", "Hvordan?"], *rows]))
    found = ticks(export, "Hvordan?")
    assert {key: sum(values) for key, values in found.items()} == {"Bus": 16, "Tog": 10, "Cykel, el": 10}
    assert export.data["Hvordan? [+]"].dropna().tolist() == ["Løbehjul"]


def test_an_edited_question_keeps_its_old_column(tmp_path: Path) -> None:
    rows = [[TIMES[0], "Ja", ""], [TIMES[0], "", "Nej"]]
    export = read_export(write_text(tmp_path / "a.csv", [["Timestamp", "Flyttet?", "Flyttet?"], *rows]))
    assert export.data["Flyttet?"].tolist() == ["Ja", None]
    assert export.data["Flyttet?_2"].tolist() == [None, "Nej"]
    assert "duplicate-column" in codes(export)


def test_fictional_data_says_so(tmp_path: Path) -> None:
    rows = [[TIMES[0], "Ja"]]
    path = write_book(tmp_path / "a.xlsx", [["Timestamp", "Flyttet?"], *rows], title="Fiktive data")
    assert read_export(path).fictional
