"""The parents' and the schools' exports, read back with pyreadstat and openpyxl alone."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pyreadstat
import pytest

from evaluation.demo.design import default_instruments
from evaluation.demo.make import SEED
from evaluation.demo.population import draw
from evaluation.demo.truth import WAVES


@pytest.fixture(scope="module")
def frames() -> dict:
    return draw(SEED)


def sav(root: Path, wave: str):
    return pyreadstat.read_sav(str(root / "data/raw" / wave / "foraeldre/foraeldre.sav"), user_missing=True)


@pytest.mark.parametrize("wave", WAVES)
def test_parents_answers_are_those_that_were_drawn(demo_workspace: Path, frames: dict, wave: str) -> None:
    drawn = frames["foraeldre", wave]
    drawn = drawn[drawn["answered"]]
    data, _ = sav(demo_workspace, wave)
    assert Counter(zip(data["foraelder_id"], data["barn_id"], data["enhed"], strict=True)) == Counter(
        zip(drawn["respondent"], drawn["child"], drawn["unit"], strict=True)
    )
    strays = 0
    for item in default_instruments()["foraeldre"].items:
        codes = data[item.id]
        blank = codes.isna() | (codes == 99)
        strays += int((codes == 6).sum())
        found = Counter(codes[~blank & (codes != 6)].astype(int))
        assert found == Counter(drawn[item.id].dropna().astype(int)), item.id
        assert (codes == 99).any() == (wave == "2019")
    assert strays == (2 if wave == "2022" else 0)


def test_sav_says_what_it_is_and_declares_its_missing_codes(demo_workspace: Path) -> None:
    data, meta = sav(demo_workspace, "2024")
    assert "Fiktive data" in meta.file_label
    assert meta.missing_ranges["sa_1"] == [{"lo": 97.0, "hi": 99.0}, {"lo": 8.0, "hi": 8.0}]
    assert meta.variable_value_labels["sa_1"][8.0] == "Ved ikke"
    assert meta.variable_value_labels["sa_1"][98.0] == "Vil ikke svare"
    assert not (data["sa_1"] == 98).any()
    assert meta.missing_ranges["kontaktform"] == [{"lo": "X", "hi": "X"}]
    assert set(meta.variable_value_labels["anbefal"]) == {0.0, 10.0, 98.0, 99.0}
    # Both were written longer than the format holds and come back cut.
    assert 250 <= len(meta.column_names_to_labels["anbefal"].encode()) <= 256
    assert not meta.variable_value_labels["anbefal"][10.0].endswith("dagtilbuddet")
    assert meta.column_names_to_labels["filter_$"].endswith("(FILTER)")
    assert set(data["kommunenr"]) == {"0999", "0998"}
    default, _ = pyreadstat.read_sav(str(demo_workspace / "data/raw/2024/foraeldre/foraeldre.sav"))
    assert default["fr_1"].isna().sum() > data["fr_1"].isna().sum() + 200  # "Ved ikke" is lost on a default read


def test_two_parents_answer_for_one_child_and_siblings_share_a_parent(frames: dict) -> None:
    drawn = frames["foraeldre", "2024"]
    drawn = drawn[drawn["answered"]]
    assert drawn.groupby("child")["respondent"].nunique().max() == 2
    assert drawn.groupby("respondent")["child"].nunique().max() == 2
    assert (drawn.groupby("child")["household"].nunique() == 1).all()


def rows_of(root: Path, wave: str) -> tuple[list[str], list[dict[str, object]], openpyxl.Workbook]:
    book = openpyxl.load_workbook(root / "data/raw" / wave / "skoleovergang/skoleovergang.xlsx")
    lines = list(book["Besvarelser"].iter_rows())
    start = next(n for n, line in enumerate(lines) if line[0].value == "barn_id")
    names = [str(c.value) for c in lines[start] if c.value]
    body = []
    for line in lines[start + 1 :]:
        if line[1].value is None:
            break
        body.append({name: cell.value for name, cell in zip(names, line, strict=False)})
    return names, body, book


@pytest.mark.parametrize("wave", WAVES)
def test_pupils_answers_are_those_that_were_drawn(demo_workspace: Path, frames: dict, wave: str) -> None:
    drawn = frames["skoleovergang", wave]
    drawn = drawn[drawn["answered"]]
    _, rows, _ = rows_of(demo_workspace, wave)
    assert {int(str(r["barn_id"])) for r in rows} == {int(i) for i in drawn["respondent"]}
    assert Counter(r["laerer_id"] for r in rows) == Counter(drawn["rater"])
    assert Counter(r["skole_nr"] for r in rows) == Counter(drawn["unit"])
    for item in default_instruments()["skoleovergang"].items:
        found = Counter(int(str(r[item.id])) for r in rows if str(r[item.id] or "").strip())
        assert found == Counter(drawn[item.id].dropna().astype(int)), item.id


def test_each_workbook_is_untidy_in_its_own_way(demo_workspace: Path) -> None:
    _, rows, book = rows_of(demo_workspace, "2019")
    assert book["Kodebog"].sheet_state == "hidden"
    assert book["Besvarelser"].merged_cells.ranges
    last = [c.value for c in book["Besvarelser"]["A"] if c.value][-2:]
    assert str(last[0]).startswith("Kilde: Fiktive data")
    assert str(rows[0]["barn_id"]).startswith("00")
    assert rows[0]["kommunekode"] == "0999"

    _, rows, book = rows_of(demo_workspace, "2020")
    kinds = {type(r["so_1"]) for r in rows}
    assert {int, str} <= kinds
    assert isinstance(rows[0]["barn_id"], int)
    assert book["Besvarelser"]["A2"].number_format == "000000000"

    _, rows, book = rows_of(demo_workspace, "2022")
    sheet = book["Besvarelser"]
    assert sum(d.hidden for d in sheet.row_dimensions.values()) == 1
    assert sum(d.hidden for d in sheet.column_dimensions.values()) == 1
    assert any(r["norm"] == "#N/A" for r in rows)
    assert str(rows[0]["antal_besvaret"]).startswith("=COUNT(")
    assert str(rows[0]["vurderet"])[2] == "-"
    assert [s.title for s in book.worksheets if s.sheet_state == "visible"] == ["Besvarelser", "Opgørelse"]

    _, rows, book = rows_of(demo_workspace, "2024")
    assert book.epoch.year == 1904
    assert rows[0]["vurderet"].year == 2024


def test_empty_cells_of_the_first_wave_are_typed_as_text(demo_workspace: Path) -> None:
    path = demo_workspace / "data/raw/2019/skoleovergang/skoleovergang.xlsx"
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        properties = archive.read("docProps/core.xml").decode()
    assert "Fiktive data" in properties
    assert len(re.findall(r'<c r="[A-Z]+\d+" t="(?:s|inlineStr)" ?/>', sheet)) > 30


def test_few_teachers_rate_all_children(frames: dict) -> None:
    for wave in WAVES:
        drawn = frames["skoleovergang", wave]
        assert 12 <= drawn["rater"].nunique() <= 20
