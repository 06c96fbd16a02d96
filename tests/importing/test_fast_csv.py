"""The fast csv reader gives what the careful one gives, or gives way: on made, real and mutated files."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing import fast_csv
from evaluation.importing.csvfile import read_csv
from evaluation.importing.export import SurveyExport
from evaluation.importing.read import read_export
from evaluation.importing.text import read_table

EXPORTS = Path(__file__).parents[2].parent / "shared" / "data" / "exports"
# More distinct texts than are judged one by one.
ROWS = 2500


@pytest.fixture(autouse=True)
def _every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_csv, "_SMALL", 0)


def quickly(path: Path) -> SurveyExport | None:
    start = fast_csv.begin(path)
    return None if start is None else fast_csv.read_fast(path, start)


def carefully(path: Path) -> SurveyExport | None:
    try:
        return read_csv(path, read_table(path))
    except EvaluationError:
        return None


def assert_same(quick: SurveyExport, careful: SurveyExport | None) -> None:
    assert careful is not None, "read fast what the careful reader refuses"
    pd.testing.assert_frame_equal(quick.data, careful.data, check_exact=True)
    assert dataclasses.replace(quick, data=None) == dataclasses.replace(careful, data=None)


def write(
    path: Path, columns: dict[str, list[str]], *, end: str = "\n", delimiter: str = ";", last: bool = True
) -> Path:
    lines = [delimiter.join(columns), *(delimiter.join(row) for row in zip(*columns.values(), strict=True))]
    path.write_bytes((end.join(lines) + (end if last else "")).encode())
    return path


def made(seed: int = 1) -> dict[str, list[str]]:
    """Codes, ids, leading zeros, "NA", decimal commas with thousands, dates, texts with quotes and line ends."""
    rng = random.Random(seed)
    return {
        "enhed": [f"{rng.randrange(30):04d}" for _ in range(ROWS)],
        "id": [str(n) for n in range(1, ROWS + 1)],
        "q1": [rng.choice(["1", "2", "3", "99", ""]) for _ in range(ROWS)],
        "q2": [rng.choice(["1", "-9", "NA", "2"]) for _ in range(ROWS)],
        "tid": [f"{rng.randrange(1, 9)}.{rng.randrange(1000):03d},{n % 97}" for n in range(ROWS)],
        "vægt": [f"0,{n + 1:05d}" for n in range(ROWS)],
        "nr": [str(n * 1000 - 5) for n in range(ROWS)],
        "dag": [f"{rng.randrange(1, 29):02d}-{rng.randrange(1, 13):02d}-2024" for _ in range(ROWS)],
        "andet": [rng.choice(["", " æ ø ", '"a ; b"', '"to\nlinjer"', '"et ""ord"""', "NULL"]) for _ in range(ROWS)],
        "tom": ["" for _ in range(ROWS)],
        "sidst": [str(rng.randrange(5)) for _ in range(ROWS)],
    }


def test_everything_at_once_is_read_fast_and_equal(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", made())
    quick = quickly(path)
    assert quick is not None, "the fast reader gave up on a file it should read"
    assert_same(quick, carefully(path))
    data = quick.data
    assert data["enhed"].str.fullmatch(r"\d{4}").all()
    assert data["q1"].dtype == data["nr"].dtype == data["tid"].dtype == "float64"
    assert set(data["q2"]) == {"1", "-9", "NA", "2"}
    assert data["tid"].between(1000, 10_000).all()
    assert data["dag"].str.fullmatch(r"2024-\d\d-\d\d").all()
    assert set(data["andet"].dropna()) == {"æ ø", "a ; b", "to\nlinjer", 'et "ord"', "NULL"}
    assert [notice.code for notice in quick.warnings] == ["text-dates"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(("end", "last"), [("\n", True), ("\r\n", True), ("\n", False), ("\r\n", False)])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str, last: bool) -> None:
    columns = {name: cells for name, cells in made().items() if name not in ("andet", "tid", "vægt")}
    path = write(tmp_path / "a.csv", columns, delimiter=delimiter, end=end, last=last)
    quick = quickly(path)
    assert quick is not None
    assert_same(quick, carefully(path))


def test_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", made())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    quick = quickly(path)
    assert quick is not None
    assert next(iter(quick.data)) == "enhed"
    assert_same(quick, carefully(path))


# far below the rows from which types are guessed
@pytest.mark.parametrize(
    "cell",
    ["07", " 7", "7 ", "+7", "-0", "7.0", "1e3", "0x7", "NA", "nan", "true", "70000", '"7"', "٣", "9" * 15, "9" * 16],
)
def test_one_odd_cell_far_down_a_column_of_codes(tmp_path: Path, cell: str) -> None:
    columns = made()
    columns["q1"][ROWS - 3] = cell
    path = write(tmp_path / "a.csv", columns)
    quick = quickly(path)
    careful = carefully(path)
    assert quick is not None
    assert_same(quick, careful)
    assert careful is not None
    # what pyarrow alone takes for the number 7 is a text with its zero here
    assert (careful.data["q1"].dtype == object) == (
        cell not in (" 7", "7 ", "-0", "7.0", "70000", '"7"', "9" * 15, "٣")
    )


@pytest.mark.parametrize(
    "cell", ["1.234", "1,5", "1234.5", "0,5", "01,5", "1.23", " 1,5", "12345678901234,567", "tal", ""]
)
@pytest.mark.parametrize("column", ["tid", "vægt"])
def test_one_odd_cell_among_many_distinct_numbers(tmp_path: Path, column: str, cell: str) -> None:
    columns = made()
    columns[column][ROWS - 3] = cell
    path = write(tmp_path / "a.csv", columns)
    quick = quickly(path)
    assert quick is not None
    assert_same(quick, carefully(path))


@pytest.mark.parametrize("kind", ["plain", "thousands", "decimals", "long"])
@pytest.mark.parametrize("commas", [True, False])
def test_many_distinct_numbers_of_one_kind(tmp_path: Path, kind: str, commas: bool) -> None:
    shapes = {"plain": "{}", "thousands": "{}.123", "decimals": "{}.5", "long": "{}.123456789012345"}
    columns = {"nr": [shapes[kind].format(n + 1) for n in range(ROWS)], "q": ["1,5" if commas else "1"] * ROWS}
    if kind == "thousands":
        columns["nr"] = [f"{n % 900 + 1}.{n:03d}" if n < 1000 else f"1.{n % 1000:03d}.{n % 7}00" for n in range(ROWS)]
    path = write(tmp_path / "a.csv", columns)
    quick = quickly(path)
    assert quick is not None
    assert_same(quick, carefully(path))


def lines_of(text: str) -> list[str]:
    return text.split("\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\n\n", 5),
        lambda text: text + ";;;;;;;;;;\n",
        lambda text: text + "Kilde: Kommunen;;;;;;;;;;\n",
        lambda text: text + "Kilde: Kommunen\n",
        lambda text: text.replace(";", ";;", 40),
        lambda text: "\n".join([lines_of(text)[0], *(line + ";" for line in lines_of(text)[1:] if line)]) + "\n",
        lambda text: "sep=;\n" + text,
        lambda text: text + '0001;1;1;1;1.000,5;0,5;1;01-01-2024;"aldrig lukket;;1\n',
        lambda text: text + '0001;1;1;1;1.000,5;0,5;1;01-01-2024;et "ord" i midten;;1\n',
        lambda text: text + '0001;1;1;1;1.000,5;0,5;1;01-01-2024;"et" ord;;1\n',
        lambda text: text + "0001;1;1;1;1.000,5;0,5;1;01-01-2024;a\rb;;1\n",
        lambda text: text + "0001;1;1;1;1.000,5;0,5;1;01-01-2024;a\x00b;;1\n",
        lambda text: text + "0001;1;1;1;1.000,5;0,5;1;01-01-2024;bÃ¸rn;;1\n",
        lambda text: text + f"0001;1;1;1;1.000,5;0,5;1;01-01-2024;{'x' * 140_000};;1\n",
        lambda text: text.replace("\n", "\r\n", 9),
        lambda text: text.replace("enhed;id", "enhed;enhed"),
        lambda text: text.replace("enhed;id", "enhed;"),
        lambda text: text.replace("enhed;id", '"en;hed";"i""d"'),
        lambda text: text.replace("enhed;id", '"en\nhed";id'),
        lambda text: text + ";;;;;;;; \xa0;;\n",
    ],
)
def test_what_can_be_read_in_two_ways_gives_way_or_is_equal(tmp_path: Path, change) -> None:
    path = write(tmp_path / "a.csv", made())
    path.write_bytes(change(path.read_text(encoding="utf-8")).encode())
    quick = quickly(path)
    if quick is not None:
        assert_same(quick, carefully(path))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_other_encodings_give_way(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.csv", made())
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert quickly(path) is None
    assert read_export(path).rows == ROWS


def test_mutated_files_are_read_alike(tmp_path: Path) -> None:
    rng = random.Random(20261122)
    path = tmp_path / "a.csv"
    columns = {name: cells[:300] for name, cells in made().items()}
    whole = write(path, columns).read_bytes()
    signs = [
        b'"',
        b";",
        b"\n",
        b"\r",
        b" ",
        b"0",
        b".",
        b",",
        b"-",
        b"\t",
        b"\xc3",
        b"\xe6",
        b"\x00",
        b'""',
        b"\n\n",
        b"1",
    ]
    fast = 0
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.choice([1, 1, 2, 5])):
            at = rng.randrange(len(data))
            kind = rng.randrange(3)
            data[at : at + (kind != 0) * rng.choice([1, 1, 7])] = b"" if kind == 2 else rng.choice(signs)
        path.write_bytes(data)
        quick = quickly(path)
        if quick is not None:
            fast += 1
            assert_same(quick, carefully(path))
    assert fast > 20


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="needs the exports beside the repository")
def test_every_real_file_is_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = 0
    for path in sorted(p for p in EXPORTS.rglob("*") if p.suffix.lower() in (".csv", ".txt", ".tsv")):
        if path.stat().st_size < 100 or path.stat().st_size > 20_000_000:
            continue
        quick = quickly(path)
        if quick is not None:
            fast += 1
            assert_same(quick, carefully(path))
    assert fast >= 5


def test_tools_know_their_files_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a tool's reader takes is never read as plain csv."""
    header = "Respondent ID,Collector ID,q1"
    body = "\n".join(f"{n},7,{n % 5}" for n in range(400))
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n{body}\n", encoding="utf-8")
    assert read_export(path).format == "surveymonkey"
    path.write_text(path.read_text(encoding="utf-8").replace("Collector ID", "kanal"), encoding="utf-8")
    assert read_export(path).format == "csv"
