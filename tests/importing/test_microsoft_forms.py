"""Microsoft Forms: made from the vendor's description; no file of the tool's own was at hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from evaluation.importing.read import read_export
from tests.importing.toolfiles import codes, ticks, write_book, write_text

STARTS = {
    "da": ["ID", "Starttidspunkt", "Fuldførelsestidspunkt", "Mail", "Navn"],
    "en": ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time"],
}
QUESTIONS = ["Hvad\xa0brugte I?", "Ro på", "Enig", "Enig2", "Points - Ro på", "Mail", "Rang"]
NOW = datetime(2024, 3, 1, 9, 30)
ANSWERS = [
    ["Skoven;Salen;", "Helt\xa0enig", "Ja", "Nej", 1, "x", "A;B;C;"],
    ["Salen;", "Uenig", "Nej", "Nej", 0, "y", "B;A;C;"],
    [None, None, None, None, None, None, None],
]


@pytest.fixture(params=["da", "en"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    start = STARTS[request.param]
    rows = [[n, NOW, NOW, "anonymous", "", ""][: len(start)] + answers for n, answers in enumerate(ANSWERS, start=1)]
    return write_book(tmp_path / "a.xlsx", [[*start, *QUESTIONS], *rows], "Sheet1")


def test_known_by_its_first_columns(made: Path) -> None:
    export = read_export(made)
    assert (export.format, export.rows) == ("microsoft-forms", 3)
    assert export.columns < len(export.variables)
    assert export.variables[0].type == "system"
    assert export.variables[1].type == "date"
    assert export.data["ID"].tolist() == ["1", "2", "3"]


def test_options_end_in_a_semicolon(made: Path) -> None:
    assert ticks(read_export(made), "Hvad brugte I?") == {"Skoven": [1, 0, None], "Salen": [1, 1, None]}


def test_hard_blanks_and_repeated_headers(made: Path) -> None:
    export = read_export(made)
    assert export.data["Ro på"].tolist() == ["Helt enig", "Uenig", None]
    assert export.variable("Enig2").label == "Enig"
    assert "forms-repeated-header" in codes(export)


def test_quiz_ranking_and_a_question_called_mail(made: Path) -> None:
    export = read_export(made)
    assert export.variable("Points - Ro på").type == "number"
    assert export.data["Rang"].tolist() == ["A;B;C;", "B;A;C;", None]
    assert "forms-ranking" in codes(export)
    questions = [v for v in export.variables if v.label == "Mail" and v.type == "single"]
    assert len(questions) == 1


def test_one_option_each_is_still_multiple_choice(tmp_path: Path) -> None:
    rows = [[n, "x", "y", "Skoven;" if n % 2 else "Salen;"] for n in range(4)]
    export = read_export(write_book(tmp_path / "a.xlsx", [[*STARTS["da"][:3], "Hvad?"], *rows]))
    assert ticks(export, "Hvad?") == {"Salen": [1, 0, 1, 0], "Skoven": [0, 1, 0, 1]}


def test_saved_as_csv(tmp_path: Path) -> None:
    rows = [["1", "3/1/24 9:30", "3/1/24 9:35", "Skoven;Salen;"]]
    export = read_export(write_text(tmp_path / "a.csv", [[*STARTS["en"][:3], "Hvad?"], *rows]))
    assert export.format == "microsoft-forms"
    assert ticks(export, "Hvad?") == {"Skoven": [1], "Salen": [1]}


def test_other_tables_with_an_id_are_not_forms(tmp_path: Path) -> None:
    export = read_export(write_book(tmp_path / "a.xlsx", [["ID", "Start", "Slut"], [1, "a", "b"], [2, "c", "d"]]))
    assert export.format == "excel"
