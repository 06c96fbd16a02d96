"""A build with values that belong to hidden groups only: no output of any product holds one of them.

One unit is left with three answers, its people write words found nowhere else, and every number
the gate hides is looked for in every file that leaves the program, in Danish and in English form.
One small workspace is built once for all tests, with both products and every format that a product has: html, pdf
and docx. The program makes no pptx and no xlsx that leaves it; the search reads them all the same.
"""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from evaluation.analysis.estimates import COLUMNS
from evaluation.disclosure.published import COUNTS, TEXT
from evaluation.workflow.publishing import publish
from evaluation.workflow.run import run
from tests.support.made import ITEMS, SURVEY, answers, made_workspace, with_reports
from tests.support.search import cut, forms, numbers, places, texts

pytestmark = pytest.mark.needs("pdftotext")

#: Everything that leaves the program, memories included. Answers and private estimates stay beside it.
OUT = ("data/processed/published", "reports")
WORDS = ("Kanariekvidder", "Zirkonfjer", "Quetzalrede")
PERSONS = ("KANARIE71", "KANARIE72", "KANARIE73")
PRODUCTS = ("midtvejsevaluering", "resultatrapport")
UNIT, FEWER = "G90004", "G90006"


@dataclass(frozen=True)
class Build:
    """The finished workspace and the unit whose three answers nobody may find."""

    root: Path
    unit: str

    @property
    def group(self) -> str:
        return f"enhed-{self.unit.lower()}"


def _planted() -> list[list[str]]:
    """Answers that leave one unit with three people, in steps that no other group has, with words of their own.

    Two people of another unit answered only before, and two answers are no code of the codebook.
    """
    head, *rows = answers("2024")
    at = {name: place for place, name in enumerate(head)}
    gone = [row for row in rows if row[at["enhed"]] == UNIT][3:] + [row for row in rows if row[at["enhed"]] == FEWER][
        :2
    ]
    rows = [row for row in rows if row not in gone]
    for number, row in enumerate(row for row in rows if row[at["enhed"]] == UNIT):
        row[len(head) - len(ITEMS) :] = [str(1 + (number * 3 + place // 3) % 5) for place in range(len(ITEMS))]
        row[at["nr"]] = PERSONS[number]
        row[at["kommentar"]] = f"{WORDS[number]} er det bedste ved mit arbejde hver eneste dag."
    for row in rows[:2]:
        row[at["fa_3"]] = "6"
    return [head, *rows]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    root = made_workspace(tmp_path_factory.mktemp("canary") / "demo", w2024=_planted())
    with_reports(root)
    run(root, products=PRODUCTS, engine="embedded")
    publish(root, "2024")
    return Build(root, UNIT)


@pytest.fixture(scope="module")
def everything(build: Build) -> dict[str, str]:
    """Every place of every output with its text."""
    found: dict[str, str] = {}
    for path in places(build.root, OUT):
        for place, text in texts(path.relative_to(build.root).as_posix(), path.read_bytes()):
            found[place] = text
    return found


def _values(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Numbers of a table that are results, not counts of people."""
    return table[[c for c in COLUMNS[name] if c not in TEXT | COUNTS | {"suppressed"} or c == "count"]]


def _hidden(root: Path, group: str | None = None) -> Iterator[tuple[float, bool]]:
    """Every number the gate had and did not let out, and whether it is a share."""
    for name in ("levels", "estimates", "distributions", "perceived"):
        private = pd.read_parquet(root / f"data/processed/{name}.parquet")
        public = pd.read_parquet(root / f"data/processed/published/{name}.parquet")
        if group is not None:
            private = private[private["group"] == group]
        by = ["key", "base"]
        rows = private[[*by]].merge(public.drop_duplicates(by), on=by, how="left")
        had = _values(private, name).to_numpy(dtype=float)
        shown = _values(rows, name).to_numpy(dtype=float)
        share = (private["stat"] == "andel").to_numpy() if "stat" in private else np.ones(len(private), dtype=bool)
        gone = ~np.isnan(had) & np.isnan(shown)
        for row, column in zip(*np.nonzero(gone), strict=True):
            yield float(had[row, column]), bool(share[row])


def _public(root: Path) -> set[str]:
    """Every form of every number that was let out."""
    found: set[str] = set()
    for path in (root / "data/processed/published").glob("*.parquet"):
        table = pd.read_parquet(path).select_dtypes("number")
        values = np.unique(np.abs(table.to_numpy(dtype=float)))
        for decimals in (2, 3, 4):
            for scale in (1.0, 100.0, 0.01):
                found.update(np.char.mod(f"%.{decimals}f", values[~np.isnan(values)] * scale).tolist())
    return found


def _telling(root: Path, group: str | None, decimals: int) -> set[str]:
    """Forms of hidden numbers that no number shown has: of at least ``decimals`` decimals."""
    wanted = {form for value, share in set(_hidden(root, group)) for form in forms(value, share)}
    # 41.6700 is 41.67: a form must not end in zeros that another rounding would have too
    return {f for f in wanted - _public(root) if len(f.partition(".")[2]) >= decimals and not f.endswith("00")}


def _found(everything: dict[str, str], wanted: set[str], kinds: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """Where numbers of ``wanted`` stand; raw objects of a pdf are places for words, not numbers."""
    looked = {
        place: text
        for place, text in everything.items()
        if "(objects)" not in place and (not kinds or any(kind in place for kind in kinds))
    }
    hits = {place: numbers(text, place) & wanted for place, text in looked.items()}
    return {place: hit for place, hit in hits.items() if hit}


def test_the_canary_is_hidden_and_was_there_to_be_found(build: Build) -> None:
    private = pd.read_parquet(build.root / "data/processed/levels.parquet")
    rows = private[(private["group"] == build.group) & (private["wave"] == "2024")]
    assert set(rows["stat"]) == {"score", "snit", "andel"}
    assert len(rows) > 10
    assert (rows["_persons"] == 3).all()
    public = pd.read_parquet(build.root / "data/processed/published/levels.parquet")
    shown = public[public["key"].isin(rows["key"])]
    assert len(shown) == len(rows)
    assert shown["value"].isna().all()
    stored = pd.read_parquet(build.root / f"data/processed/{SURVEY}/2024/persons.parquet")
    assert set(PERSONS) <= set(stored["respondent"])


def test_every_format_that_a_product_has_is_searched(build: Build, everything: dict[str, str]) -> None:
    made = [path for path in (build.root / "reports/_output").rglob("*") if path.is_file()]
    # a product in a further format (pptx) belongs into this list and into the control below
    assert {path.suffix for path in made} == {".html", ".pdf", ".docx", ".xlsx"}
    # three documents and two workbooks
    assert len(made) == 5 * len(PRODUCTS)
    for path in made:
        name = path.relative_to(build.root).as_posix()
        assert any(text.strip() for place, text in everything.items() if place.startswith(name)), name


def test_no_output_holds_a_word_or_an_id_of_the_hidden_unit(everything: dict[str, str]) -> None:
    assert len(everything) > 300
    wanted = [word.lower() for word in (*WORDS, *PERSONS)]
    assert [place for place, text in everything.items() if any(word in text.lower() for word in wanted)] == []


def test_no_output_holds_a_number_of_the_hidden_unit(build: Build, everything: dict[str, str]) -> None:
    wanted = _telling(build.root, build.group, 3)
    assert len(wanted) > 50
    assert _found(everything, wanted) == {}


def test_no_document_holds_a_short_form_of_a_number_of_the_hidden_unit(
    build: Build, everything: dict[str, str]
) -> None:
    wanted = _telling(build.root, build.group, 2)
    found = _found(everything, wanted, ("_output/", "_resultater/", "_variables.yml"))
    assert found == {}


def test_no_published_table_or_document_holds_any_hidden_number(build: Build, everything: dict[str, str]) -> None:
    wanted = _telling(build.root, None, 4)
    assert len(wanted) > 1000
    assert _found(everything, wanted) == {}


@pytest.mark.parametrize("kind", ["html", "pdf", "docx", "csv", "parquet", "svg", "yml"])
def test_control_the_search_finds_a_number_that_is_shown(build: Build, everything: dict[str, str], kind: str) -> None:
    shown = {number for place, text in everything.items() if f".{kind}" in place for number in numbers(text, place)}
    # figures of so small a survey print the two changes of its scales
    assert len(shown) > (2 if kind == "svg" else 20), "the search reads no numbers out of this kind of file"


def test_control_a_planted_canary_is_found_everywhere(build: Build, tmp_path: Path) -> None:
    value = sorted(_telling(build.root, build.group, 4))[0]
    danish = value.replace(".", ",")
    output = build.root / "reports/_output/midtvejsevaluering/midtvejsevaluering.docx"
    planted = tmp_path / "planted.docx"
    with zipfile.ZipFile(output) as old, zipfile.ZipFile(planted, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part == "word/document.xml":
                # Word cuts a number into runs wherever somebody edited it
                runs = f"<w:p><w:r><w:t>{danish[:3]}</w:t></w:r><w:r><w:t>{danish[3:]} point</w:t></w:r></w:p></w:body>"
                data = data.replace(b"</w:body>", runs.encode())
            new.writestr(part, data)
    read = dict(texts("planted.docx", planted.read_bytes()))
    assert any("document.xml" in place for place in _found(read, {cut(value)}))
    for name in ("a.csv", "b.html", "c.svg", "d.yml"):
        text = f'<title a="{danish}">x</title>' if name[0] in "bc" else f"x,{value}\n"
        assert _found(dict(texts(name, text.encode())), {cut(value)}), name


# -- red team: outputs one does not think of ------------------------------------------


def _alt_texts(root: Path) -> list[str]:
    pieces = (root / "reports").glob("*/_resultater/*.qmd")
    return [found for path in pieces for found in re.findall(r'fig-alt="([^"]*)"', path.read_text(encoding="utf-8"))]


def test_a_figures_alt_text(build: Build, everything: dict[str, str]) -> None:
    told = _alt_texts(build.root)
    assert len(told) > 8
    wanted = _telling(build.root, None, 2)
    assert {number for text in told for number in numbers(text)} & wanted == set()
    assert not any(word.lower() in text.lower() for text in told for word in WORDS)
    # the alt texts are part of what the search reads in the documents
    page = everything["reports/_output/midtvejsevaluering/midtvejsevaluering.html"]
    assert sum(html.unescape(text)[:40] in page for text in told) > 5


def test_a_docxs_metadata(build: Build, everything: dict[str, str]) -> None:
    parts = {place: text for place, text in everything.items() if ".docx!docProps/" in place}
    assert {Path(place.partition(" ")[0]).name for place in parts} >= {"core.xml", "app.xml"}
    assert _found(parts, _telling(build.root, None, 2)) == {}
    # the control: a number that hides in the keywords is found
    value = sorted(_telling(build.root, build.group, 3))[0]
    output = build.root / "reports/_output/midtvejsevaluering/midtvejsevaluering.docx"
    with zipfile.ZipFile(output) as old:
        core = old.read("docProps/core.xml").replace(b"</cp:coreProperties>", f"<k>{value}</k></cp:c>".encode())
    assert _found(dict(texts("core.xml", core)), {cut(value)})


def test_an_xlsxs_hidden_sheet(build: Build, tmp_path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    value = sorted(_telling(build.root, build.group, 4))[0]
    book = Workbook()
    book.active["A1"] = "Fiktive data"
    hidden = book.create_sheet("bag")
    hidden.sheet_state = "veryHidden"
    hidden["C7"] = float(value)
    hidden["D8"] = WORDS[0]
    hidden["E9"].comment = Comment(WORDS[1], "nogen")
    book.properties.keywords = WORDS[2]
    book.save(tmp_path / "bog.xlsx")
    read = dict(texts("bog.xlsx", (tmp_path / "bog.xlsx").read_bytes()))
    assert _found(read, {cut(value)})
    for word in WORDS:
        assert any(word in text for text in read.values()), word


def test_a_row_count_in_an_explanation(build: Build, everything: dict[str, str]) -> None:
    # "6 is no code of fa_3 (2 answers)" is told to the analyst, and tells of two people's answers
    report = json.loads((build.root / f"data/processed/{SURVEY}/2024/report.json").read_text(encoding="utf-8"))
    assert any(part["code"] == "unknown-code" and part["rows"] == 2 for part in report["report"]["findings"])
    metas = [text for place, text in everything.items() if place.endswith("meta.json")]
    assert len(metas) == 2
    for text in metas:
        assert all("findings" not in part for part in json.loads(text)["imports"])
    assert [place for place, text in everything.items() if "unknown-code" in text] == []
    # numbers who answered both times, where few did otherwise, are in no table
    private = pd.read_parquet(build.root / "data/processed/estimates.parquet")
    public = pd.read_parquet(build.root / "data/processed/published/estimates.parquet").set_index("key")
    few = private[(private["n_before"] - private["n_paired"]).between(1, 4) & (private["n_paired"] > 0)]
    assert len(few) > 50
    assert public.loc[few["key"], "n_paired"].isna().all()


def test_two_products_with_different_groupings(build: Build) -> None:
    levels = pd.read_parquet(build.root / "data/processed/published/levels.parquet")
    gone = levels[levels["suppressed"] & (levels["group"] != "kommune")]
    seen: dict[str, dict[str, str]] = {}
    for product in PRODUCTS:
        tree = yaml.safe_load((build.root / "reports" / product / "_variables.yml").read_text(encoding="utf-8"))
        leaves: dict[str, str] = {}
        for row in levels.itertuples():
            node = tree.get(row.survey, {}).get(row.measure, {}).get(row.stat, {}).get(row.group, {})
            value = node.get(f"m{row.wave}", {}).get("value")
            if value is not None:
                leaves[str(row.key)] = value
        assert leaves
        # what one product shows of a group, no other product takes back: both read one and the same table
        assert {leaves[key] for key in gone["key"] if key in leaves} <= {".."}
        seen[product] = leaves
    first, second = (seen[name] for name in PRODUCTS)
    assert {key for key in first.keys() & second.keys() if first[key] != second[key]} == set()
    assert set(first) | set(second) <= set(levels["key"])


def test_a_figures_data(build: Build, everything: dict[str, str]) -> None:
    drawn = {
        place: text
        for place, text in everything.items()
        if place.partition(" ")[0].endswith((".svg", ".png")) or ".figurer/" in place
    }
    assert sum(".svg" in place for place in drawn) > 15
    assert sum(".figurer/" in place for place in drawn) > 5
    assert _found(drawn, _telling(build.root, None, 2)) == {}
