"""Register indicators: read, checked, told by line; Danish numbers and Statistics Denmark's marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.common.language import LANGUAGES
from evaluation.plan.indicators import Indicator, load_indicators, parse_number, parse_period, read_indicators
from evaluation.plan.registers import Registers, Unit

REGISTERS = Registers(units=(Unit("G90001", "Mosen"), Unit("G90002", "Bakken")))
HEAD = "indicator,unit,period,value,denominator,source\n"


def read(tmp_path: Path, text: str) -> tuple[tuple[Indicator, ...], dict[str, list[str]]]:
    folder = tmp_path / "data" / "registers"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "indicators.csv").write_text(text, encoding="utf-8")
    rows, problems = read_indicators(tmp_path, REGISTERS)
    told: dict[str, list[str]] = {}
    for problem in problems:
        for lang in LANGUAGES:
            assert "{" not in problem.render(lang)
        told.setdefault(problem.code, []).append(problem.where.rpartition(":")[2])
    return rows, told


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert load_indicators(tmp_path, REGISTERS) == ()


def test_shares_and_other_numbers(tmp_path: Path) -> None:
    text = HEAD + "tale,g90001,2020,0.25,20,DST\ntale,,2020,0.5,40,DST\nfravaer,G90002,2024-03,15.5,,Løn\n"
    rows, told = read(tmp_path, text)
    assert told == {}
    assert [(r.unit, r.period, r.value, r.denominator, r.kind) for r in rows] == [
        ("G90001", "2020", 0.25, 20.0, "andel"),
        ("", "2020", 0.5, 40.0, "andel"),
        ("G90002", "2024-03", 15.5, None, "tal"),
    ]
    assert rows[2].day.isoformat() == "2024-03-15"


def test_danish_excel_with_marks(tmp_path: Path) -> None:
    text = "indicator;unit;period;value;denominator;source\n" + "".join(
        f"boern;G90001;{year};{value};;DST\n"
        for year, value in zip(range(2015, 2023), ("1.234,5", "1.234", "12,5", "..", ".", "X", "-", "0"), strict=True)
    )
    rows, told = read(tmp_path, text)
    assert told == {}
    assert [r.value for r in rows] == [1234.5, 1234.0, 12.5, None, None, None, None, 0.0]
    assert [r.missing for r in rows][3:] == ["usikker_eller_diskret", "forekommer_ikke", "tilbageholdt", "ingen", ""]


@pytest.mark.parametrize("mark", ["...", "…", ""])
def test_a_number_that_is_not_there_is_another_kind_than_a_confidential_one(tmp_path: Path, mark: str) -> None:
    text = f"indicator;unit;period;value;denominator;source\nboern;G90001;2015;{mark};;DST\n"
    assert [(r.value, r.missing) for r in read(tmp_path, text)[0]] == [(None, "oplysning_mangler")]


def test_a_point_is_a_decimal_point_where_no_number_has_a_comma() -> None:
    assert parse_number("1.234", comma=False) == 1.234
    assert parse_number("1.234", comma=True) == 1234
    assert [parse_number(t, comma=True) for t in ("1,2,3", "1 000", "nan", "inf", "1e5", "")] == [None] * 6


def test_periods() -> None:
    assert [parse_period(t) for t in ("2024", "2024-3", "2024M03", "2024-13", "2023/24", "1789", "24")] == [
        *("2024", "2024-03", "2024-03"),
        *(None, None, None, None),
    ]


def test_every_mistake_is_told_by_line(tmp_path: Path) -> None:
    lines = (
        *("Tale,G90001,2020,0.1,9,x", "tale,Mosn,2020,0.1,9,x", "tale,G90001,2023/24,0.1,9,x"),
        *(
            "tale,G90001,2020,omkring 3,9,x",
            "tale,G90002,2020,0.1,-9,x",
            "tale,G90002,2020,0.2,9,x",
            ",G90001,2020,1,,x",
        ),
        *("tale,G90002,2021,-0.1,9,x", "tale,G90002"),
    )
    _, told = read(tmp_path, HEAD + "\n".join(lines) + "\n")
    assert told == {
        "register-cells": ["10"],
        "indicator-bad-name": ["2"],
        "indicator-unknown-unit": ["3"],
        "indicator-bad-period": ["4"],
        "indicator-bad-number": ["5", "6"],
        "register-duplicate": ["7"],
        "register-empty": ["8"],
        "indicator-out-of-range": ["9"],
    }
    with pytest.raises(EvaluationError) as error:
        load_indicators(tmp_path, REGISTERS)
    unknown = next(p for p in error.value.problems if p.code == "indicator-unknown-unit")
    assert unknown.params["near"] == "G90001"


def test_shares_over_one_and_mixed_decimals_and_kinds(tmp_path: Path) -> None:
    head = HEAD.replace("source", "source,kind")
    _, told = read(tmp_path, head + "tale,G90001,2020,11.5,9,x,andel\n")
    assert told == {"indicator-out-of-range": ["2"]}
    _, told = read(tmp_path, head + "tale,G90001,2020,1,9,x,procent\ntale,G90001,2021,1,9,x,antal\n")
    assert told == {"indicator-bad-kind": ["2"]}
    _, told = read(tmp_path, HEAD + 'tale,G90001,2020,"0,5",9,x\ntale,G90001,2021,0.25,9,x\n')
    assert list(told) == ["indicator-mixed-decimals"]


def test_many_lines_with_one_mistake_are_folded(tmp_path: Path) -> None:
    _, told = read(tmp_path, HEAD + "".join(f"tale,Q{n},2020,0.1,9,x\n" for n in range(40)))
    assert len(told["indicator-unknown-unit"]) == 5


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "register-no-header"),
        ("indicator,unit,period,value\nå,,2020,1\n".encode("cp1252"), "register-not-utf8"),
        ((HEAD + "a,,2020,1,,x\n").encode("utf-16"), "register-not-utf8"),
        (b"indikator,unit,period,value\n", "register-unknown-column"),
        (b"indicator,period\n", "register-missing-column"),
    ],
)
def test_bad_files(tmp_path: Path, data: bytes, code: str) -> None:
    folder = tmp_path / "data" / "registers"
    folder.mkdir(parents=True)
    (folder / "indicators.csv").write_bytes(data)
    _, problems = read_indicators(tmp_path, REGISTERS)
    assert code in {problem.code for problem in problems}
    assert all("{" not in problem.render(lang) for problem in problems for lang in LANGUAGES)
