"""The employees' export, read back with nothing but the csv module."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from evaluation.demo.design import default_instruments
from evaluation.demo.employee_export import ADMINISTRATIVE
from evaluation.demo.make import SEED
from evaluation.demo.population import draw
from evaluation.demo.surveyxact import short_name
from evaluation.demo.truth import WAVES

OLD = ("2019", "2020", "2022")


def table(root: Path, wave: str, name: str) -> list[list[str]]:
    data = (root / "data/raw" / wave / "medarbejdertrivsel" / f"{name}.csv").read_bytes()
    assert b"\r" not in data
    return list(csv.reader(data.decode("cp1252").splitlines(keepends=True), delimiter=";"))


def dataset(root: Path, wave: str) -> list[dict[str, str]]:
    head, *rows = table(root, wave, "dataset")
    assert len(set(head)) == len(head)
    assert all(len(row) == len(head) for row in rows)
    return [dict(zip(head, row, strict=True)) for row in rows]


def crosswalk(root: Path) -> dict[str, dict[str, str]]:
    with (root / "data/registers/crosswalk-medarbejdertrivsel.csv").open(encoding="utf-8", newline="") as stream:
        return {row["item"]: row for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def frames() -> dict:
    return draw(SEED)


@pytest.mark.parametrize("wave", WAVES)
def test_answers_are_those_that_were_drawn(demo_workspace: Path, frames: dict, wave: str) -> None:
    drawn = frames["medarbejdertrivsel", wave].set_index("respondent")
    names = crosswalk(demo_workspace)
    person = names["medarbejder_id"][wave]
    status = "stato_4" if wave in OLD else "statoverall_4"
    rows = [r for r in dataset(demo_workspace, wave) if r["enhedsnr"] != ADMINISTRATIVE]
    # Of two rows of one person, the one that was finished counts.
    rows = list({r[person]: r for r in sorted(rows, key=lambda r: r[status])}.values())
    assert {r[person] for r in rows} == set(drawn.index)
    items = [i.id for i in default_instruments()["medarbejdertrivsel"].items]
    for item in items:
        column = names[item][wave]
        found = {r[person]: r[column] for r in rows}
        wanted = {p: "" if v != v else str(int(v)) for p, v in drawn[item].items()}
        assert found == wanted, item
    assert Counter(r["enhedsnr"] for r in rows) == Counter(drawn["unit"])


@pytest.mark.parametrize("wave", WAVES)
def test_status_is_exactly_one_and_non_openers_have_zeros_in_multiple_choice(demo_workspace: Path, wave: str) -> None:
    rows = dataset(demo_workspace, wave)
    head = {c[0]: c for c in table(demo_workspace, wave, "structure")}
    structure = [r for r in table(demo_workspace, wave, "structure") if r[0] == "statoverall"]
    columns = {r[5]: r[1] for r in structure}
    assert sorted(columns) == ["1", "2", "3", "4", "5"]
    assert all(sum(int(r[c]) for c in columns.values()) == 1 for r in rows)
    silent = [r for r in rows if r[columns["2"]] == "1"]
    assert len(silent) > 50
    options = [r[1] for r in table(demo_workspace, wave, "structure") if r[0] == "inspiration"]
    assert len(options) == 6
    assert all(r[c] == "0" for r in silent for c in options)
    assert any(r[c] == "1" for r in rows for c in options)
    assert head["respondentid"][3] == "Double"


def test_multiple_choice_suffix_is_not_the_code(demo_workspace: Path) -> None:
    structure = [r for r in table(demo_workspace, "2024", "structure") if r[0] == "inspiration"]
    codes = {r[1].rsplit("_", 1)[1]: r[5] for r in structure}
    assert sum(suffix != code for suffix, code in codes.items()) >= 3


def test_phantom_delimiter_stands_where_each_wave_has_it(demo_workspace: Path) -> None:
    widths = {}
    for wave in WAVES:
        head, *rows = table(demo_workspace, wave, "structure")
        assert {len(r) for r in rows} == {len(rows[0])}
        widths[wave] = (len(head), len(rows[0]))
    assert widths == {"2019": (7, 8), "2020": (8, 8), "2022": (7, 7), "2024": (7, 8)}


def test_every_closed_column_of_the_dataset_is_in_structure_and_labels_have_no_header(demo_workspace: Path) -> None:
    for wave in WAVES:
        columns = set(dataset(demo_workspace, wave)[0])
        assert {r[1] for r in table(demo_workspace, wave, "structure")[1:]} == columns
        labels = table(demo_workspace, wave, "labels")
        assert all(len(r) == 3 for r in labels)
        assert labels[0][0] != "variableName"
        assert {r[0] for r in labels} - columns == {"gl_spm_7"}
        assert any(r[2].endswith(" ") for r in labels)


def test_traps_of_csv_files_occur(demo_workspace: Path) -> None:
    rows = dataset(demo_workspace, "2020")
    comments = {r["kommenta"] for r in rows}
    assert {r["kommunek"] for r in rows} == {"0999"}
    assert any("." in r["budget"] and "," in r["budget"] for r in rows)
    assert any(";" in c for c in comments)
    assert any(r["difftime"].count(",") == 1 for r in rows)
    every = [r.get("kommenta", r.get("kommentar", "")) for w in WAVES for r in dataset(demo_workspace, w)]
    assert {"NA"} <= set(every)
    assert any("\n" in c for c in every)
    assert any("–" in c or "…" in c for c in every)
    assert any("." in r["difftime"] for r in dataset(demo_workspace, "2022"))


def test_a_person_answers_twice_and_rows_are_never_in_the_same_order(demo_workspace: Path) -> None:
    ids = {w: [r[crosswalk(demo_workspace)["medarbejder_id"][w]] for r in dataset(demo_workspace, w)] for w in WAVES}
    assert [w for w in WAVES if len(set(ids[w])) < len(ids[w])] == ["2022"]
    common = set(ids["2020"]) & set(ids["2024"])
    assert len(common) > 250
    assert [i for i in ids["2020"] if i in common] != [i for i in ids["2024"] if i in common]


def test_perceived_change_stands_in_the_file_of_the_last_wave_only(demo_workspace: Path, frames: dict) -> None:
    items = [i.id for i in default_instruments()["oplevet-aendring"].items]
    assert not set(items) & set(dataset(demo_workspace, "2022")[0])
    rows = [r for r in dataset(demo_workspace, "2024") if r["enhedsnr"] != ADMINISTRATIVE]
    drawn = frames["medarbejdertrivsel", "2024"]
    for item in items:
        wanted = Counter("" if v != v else str(int(v)) for v in drawn[item])
        assert Counter(r[item] for r in rows) == wanted
    assert any(r["oa_1"] == "7" for r in rows)


@pytest.mark.parametrize(
    ("name", "taken", "short"),
    [
        ("respondentid", (), "responde"),
        ("closeTime", (), "closetim"),
        ("digitalDistributionErrorMessage", ("digitald",), "digit_1"),
        ("trainer_1", (), "train_1"),
        ("trainer_2", ("train_1",), "train_2"),
        ("ag_1", (), "ag_1"),
    ],
)
def test_names_are_cut_to_eight_characters(name: str, taken: tuple[str, ...], short: str) -> None:
    assert short_name(name, set(taken)) == short
