"""Enalyzer: made from the vendor's help pages; no file of the tool's own was at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.importing.read import read_export
from tests.importing.toolfiles import codes, ticks, write_book, write_text

HEADER = ["Link", "Startet", "Enhed", "Alt i alt", "Hvad? - Skoven", "Hvad? - Salen", "Bemærkning"]
ROWS = [
    ["https://surveys.enalyzer.com?pid=1", "03-25-2024", "0101", "1", "1", "0", "Godt æble"],
    ["https://surveys.enalyzer.com?pid=2", "04-01-2024", "0102", "2", "1", "1", ""],
    ["https://surveys.enalyzer.com?pid=3", "", "0102", "", "0", "0", ""],
]


@pytest.fixture(params=["csv", "xlsx"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write = write_text if request.param == "csv" else write_book
    return write(tmp_path / f"a.{request.param}", [HEADER, *ROWS])


def test_known_where_it_names_the_tool(made: Path) -> None:
    export = read_export(made)
    assert (export.format, export.data.shape) == ("enalyzer", (3, 7))
    assert export.columns == 7
    assert export.data["Enhed"].tolist() == ["0101", "0102", "0102"]


def test_american_dates_are_turned(made: Path) -> None:
    export = read_export(made)
    assert export.data["Startet"].tolist() == ["2024-03-25", "2024-04-01", None]
    assert "american-dates" in codes(export)


def test_label_numbers_are_told(made: Path) -> None:
    export = read_export(made)
    assert export.data["Alt i alt"].tolist()[:2] == [1, 2]
    assert next(n for n in export.warnings if n.code == "enalyzer-label-numbers").rows == 1


def test_no_tick_is_not_a_no(made: Path) -> None:
    export = read_export(made)
    assert ticks(export, "Hvad?") == {"Skoven": [1, 1, None], "Salen": [0, 1, None]}
    assert next(n for n in export.warnings if n.code == "choices-none-ticked").rows == 1


def test_dates_that_could_be_danish_stay(tmp_path: Path) -> None:
    rows = [[row[0], "03-04-2024", *row[2:]] for row in ROWS]
    assert read_export(write_text(tmp_path / "a.csv", [HEADER, *rows])).data["Startet"][0] == "03-04-2024"


def test_without_the_name_it_is_plain_csv(tmp_path: Path) -> None:
    export = read_export(write_text(tmp_path / "a.csv", [row[1:] for row in (HEADER, *ROWS)]))
    assert export.format == "csv"


def test_an_answer_about_the_tool_is_no_sign(tmp_path: Path) -> None:
    rows = [[*row[1:-1], "Vi bruger Enalyzer"] for row in ROWS]
    assert read_export(write_text(tmp_path / "a.csv", [HEADER[1:], *rows])).format == "csv"
