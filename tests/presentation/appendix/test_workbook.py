"""The appendix as a workbook: how it is built, what is in it, and what never is."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.disclosure.published import Published
from evaluation.plan.model import Text
from evaluation.presentation.appendix.front import cover, properties
from evaluation.presentation.appendix.model import Field, Num, Sheet, sheet_names
from evaluation.presentation.appendix.styles import number_format
from evaluation.presentation.appendix.text import CELL_LENGTH, clean
from evaluation.presentation.appendix.write import workbook
from evaluation.presentation.brand import contrast
from tests.presentation.appendix.books import appendix_of, context, figures_of, opened, parts, table_of
from tests.presentation.figures.samples import BRAND
from tests.support.published import sample_published
from tests.support.sample import PARENTS, SCHOOL, STAFF, sample_instruments

ODD = [
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+45 12 34 56 78",
    "-2",
    "@SUM(A1)",
    "#N/A",
    "<script>alert(1)</script>",
    "{{< include /etc/passwd >}} #let $x$",
    "a & b \"c\" 'd'",
    "_x0041_ er ikke et A",
    "tabu\u202elator\tog\nlinje\x00\x0b",
    "½ 👩‍👧 æøå",
    "1.234,5",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bilag")


@pytest.fixture(scope="module", params=["appendix-da", "appendix-en", "figures-da"])
def made(request: pytest.FixtureRequest, folder: Path) -> bytes:
    kind, lang = request.param.split("-")
    return (appendix_of if kind == "appendix" else figures_of)(folder, lang)


def test_every_sheet_is_one_table_with_frozen_heads_and_filters(made: bytes) -> None:
    book = opened(made)
    assert len(book.worksheets) > 5
    for page in book.worksheets[1:]:
        (table,) = page.tables.values()
        heads, rows = table_of(page)
        assert table.autoFilter.ref == table.ref
        assert table.ref == f"A4:{page.cell(page.max_row, page.max_column).coordinate}"
        assert page.dimensions == f"A1:{table.ref.split(':')[1]}"
        assert [column.name for column in table.tableColumns] == heads
        assert len({head.lower() for head in heads}) == len(heads)
        assert all(isinstance(head, str) and head.strip() for head in heads)
        assert rows
        # no cell of a table is empty, so no row or column is
        assert [row for row in rows if any(value in (None, "") for value in row.values())] == []
        assert page.freeze_panes is not None
        assert page.freeze_panes.endswith("5")
        assert page.print_title_rows == "$4:$4"
        assert page["A1"].value
        assert page["A3"].hyperlink.location == f"'{book.sheetnames[0]}'!A1"
    names = [table.displayName for page in book.worksheets for table in page.tables.values()]
    assert len(set(names)) == len(names)


def test_nothing_is_merged_hidden_or_commented(made: bytes) -> None:
    book = opened(made)
    for page in book.worksheets:
        assert page.sheet_state == "visible"
        assert not page.merged_cells.ranges
        assert not any(size.hidden for size in (*page.row_dimensions.values(), *page.column_dimensions.values()))
        assert not any(cell.comment for row in page.iter_rows() for cell in row)
    assert not [name for name in parts(made) if re.search("comment|drawing|external|vba|connection|custom", name, re.I)]


def test_no_cell_is_a_formula(made: bytes) -> None:
    sheets = {name: text for name, text in parts(made).items() if name.startswith("xl/worksheets/")}
    assert sheets
    assert not [name for name, text in sheets.items() if re.search(r"<f[ >/]", text)]
    assert {cell.data_type for page in opened(made).worksheets for row in page.iter_rows() for cell in row} <= set(
        "snd"
    )


def test_the_list_of_sheets_leads_to_every_sheet(made: bytes) -> None:
    book = opened(made)
    targets = [
        cell.hyperlink.location for (cell,) in book.worksheets[0].iter_rows(max_col=1) if cell.hyperlink is not None
    ]
    # a mark inside a quoted name is written twice
    quoted = [name.replace("'", "''") for name in book.sheetnames[1:]]
    assert targets == [f"'{name}'!A1" for name in quoted]


def test_pages_print_across_with_mark_and_numbers(made: bytes) -> None:
    for page in opened(made).worksheets:
        assert page.page_setup.orientation == "landscape"
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToHeight == 0
        assert "&P" in page.oddFooter.right.text
        assert re.search("Fiktive data|Fictional data", page.oddHeader.right.text)


@pytest.mark.parametrize(("lang", "mark", "code"), [("da", "Fiktive data", "da-DK"), ("en", "Fictional data", "en-GB")])
def test_invented_data_say_so_everywhere(folder: Path, lang: str, mark: str, code: str) -> None:
    book = opened(appendix_of(folder, lang))
    assert book.properties.language == code
    assert book.properties.keywords == book.properties.description == mark
    assert book.properties.creator == properties(context(folder, lang)).sender
    assert book.properties.title == cover(context(folder, lang)).title
    assert book.worksheets[0]["A2"].value == mark
    assert all(page["A2"].value.startswith(f"{mark}.") for page in book.worksheets[1:])


def test_real_data_never_say_so(folder: Path) -> None:
    content = appendix_of(folder, published=sample_published(fictional=False))
    assert not [name for name, text in parts(content).items() if "fiktiv" in text.lower()]


def test_the_same_bytes_every_time_and_no_clock(folder: Path) -> None:
    import io
    import zipfile

    first, second = appendix_of(folder), appendix_of(folder)
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.namelist()[0] == "[Content_Types].xml"
    found = opened(first).properties
    assert found.created == found.modified
    assert (found.modified.month, found.modified.day, found.modified.hour) == (1, 1, 0)


def test_every_number_is_the_published_one(folder: Path) -> None:
    published = sample_published()
    book = opened(appendix_of(folder))
    title = context(folder).surveys[0].title
    _, rows = table_of(book[title])
    view = context(folder).surveys[0]
    levels = published.levels[published.levels["survey"] == STAFF]
    shown = levels[(levels["group"] == "kommune") & ~levels["suppressed"]]
    assert len(shown) > 5
    stats = {"score": "Score (0–100)", "andel": "Positive svar (pct.)", "snit": "Gennemsnit (0–100)"}
    for row in shown.itertuples():
        mine = [
            entry
            for entry in rows
            if entry["Skala eller spørgsmål"] == view.raw_label(row.measure)
            and entry["Tal"] == stats[row.stat]
            and entry["Opdeling"] == "Hele kommunen"
        ]
        assert len(mine) == 1
        factor = 100 if row.stat == "andel" else 1
        assert mine[0][f"Resultat {row.wave}"] == pytest.approx(row.value * factor, abs=1e-9)
        assert mine[0][f"Antal svar {row.wave}"] == row.n
    estimates = published.estimates[(published.estimates["survey"] == STAFF) & ~published.estimates["suppressed"]]
    found = sorted(round(value, 6) for entry in rows if isinstance(value := entry["Ændring 2020–2024"], (int, float)))
    by = estimates["stat"].map({"andel": 100.0}).fillna(1.0)
    assert found == sorted(round(value, 6) for value in (estimates["change"] * by).dropna())


def test_numbers_are_numbers_with_formats_of_their_own(folder: Path) -> None:
    book = opened(appendix_of(folder))
    heads, _ = table_of(page := book[context(folder).surveys[0].title])
    formats = {
        head: {page.cell(row, place).number_format for row in range(5, page.max_row + 1)}
        for place, head in enumerate(heads, start=1)
    }
    assert formats["Resultat 2024"] <= {"#,##0.0", "#,##0", "General"}
    assert "#,##0.0" in formats["Resultat 2024"]
    assert "+#,##0.0;-#,##0.0;0.0" in formats["Ændring 2020–2024"]
    assert formats["Antal svar 2024"] <= {"#,##0", "General"}
    assert number_format(Num(0.5, 3)) == "#,##0.000"
    # dates are dates, in words of the language
    _, rows = table_of(book["Svarprocenter"])
    assert {type(row["Indsamlet fra"]).__name__ for row in rows} == {"datetime"}


def _told(published: Published, number: float) -> Published:
    """The sample with ``number`` left in every hidden cell, as no gate would leave it."""
    tables = {}
    for name in ("estimates", "levels", "distributions", "perceived", "scales"):
        frame = getattr(published, name).copy()
        kept = {
            "n",
            "n_before",
            "n_after",
            "n_base",
            "asked",
            "invited_before",
            "invited_after",
            "alpha",
            "delta",
            "items",
        }
        columns = [
            c for c in frame.select_dtypes("float64").columns if c not in kept or (name, c) == ("scales", "alpha")
        ]
        frame.loc[frame["suppressed"], columns] = number
        tables[name] = frame
    return replace(published, **tables)


def test_a_hidden_number_is_nowhere_in_the_file(folder: Path) -> None:
    sample = sample_published()
    assert sum(getattr(sample, name)["suppressed"].sum() for name in ("estimates", "levels", "distributions")) > 10
    content = appendix_of(folder, published=_told(sample, 0.777123))
    told = [name for name, text in parts(content).items() if re.search(r"0?\.777123|77\.7123", text)]
    assert told == []
    _, rows = table_of(opened(content)["Svar, " + context(folder).surveys[2].title])
    assert {row["Andel (pct.)"] for row in rows} == {".."}
    assert any("Antal i grundlaget" in row and row["Antal i grundlaget"] == 4 for row in rows)


def test_hidden_is_told_from_absent(folder: Path) -> None:
    book = opened(appendix_of(folder))
    estimates = sample_published().estimates
    estimates = estimates[~estimates["group"].str.startswith("enhed-")]
    told = 0
    for view in context(folder).surveys:
        if view.title not in book.sheetnames or view.pair is None:
            continue
        _, rows = table_of(book[view.title])
        small = estimates[(estimates["survey"] == view.id) & (estimates["reason"] == "under_30")]
        hidden = estimates[(estimates["survey"] == view.id) & estimates["suppressed"]]
        marked = [row for row in rows if row["Ændring 2020–2024"] == ".."] if len(hidden) else []
        assert len(marked) == len(hidden)
        uncertain = [row for row in rows if row.get("95 pct.-KI, nedre") == ".."]
        assert len(uncertain) == len(small) + len(hidden)
        told += len(uncertain)
    assert told


def test_single_units_are_left_out(folder: Path) -> None:
    published = sample_published()
    extra = published.levels[published.levels["group"] == "kommune"].head(3).assign(group="enhed-g90001", value=12.3456)
    content = appendix_of(folder, published=replace(published, levels=pd.concat([published.levels, extra])))
    assert not [name for name, text in parts(content).items() if re.search("12.3456|g90001", text, re.I)]


@pytest.mark.parametrize("text", ODD)
def test_what_people_wrote_is_text_and_nothing_else(folder: Path, text: str) -> None:
    sheet = Sheet(
        text, text, text, (Field(text), Field("Tal", number=True)), ((text, Num(1.5, 1)), ("almindelig", text))
    )
    ctx = context(folder)
    content = workbook(cover(ctx), [sheet, sheet], properties(ctx), BRAND)
    book = opened(content)
    page = book.worksheets[1]
    told = clean(text)
    for cell in (page["A1"], page["A4"], page["A5"], page["B6"]):
        assert (cell.value, cell.data_type) == (told, "s")
        assert cell.quotePrefix == told.startswith(("=", "+", "-", "@"))
    assert not re.search(r"<f[ >/]|<script", parts(content)["xl/worksheets/sheet2.xml"])
    assert not set(page.title) & set("[]:*?/\\")
    assert len(set(book.sheetnames)) == 3


def test_a_label_that_is_a_formula_goes_through_the_whole_appendix(folder: Path) -> None:
    instruments = sample_instruments()
    staff = instruments[STAFF]
    odd = Text(da='=HYPERLINK("http://x") {{< var x >}} <b>*fed*</b> ../../etc', en="=1")
    items = (staff.items[0].model_copy(update={"text": odd}), *staff.items[1:])
    scales = (staff.scales[0].model_copy(update={"title": odd}), *staff.scales[1:])
    changed = {**instruments, STAFF: staff.model_copy(update={"items": items, "scales": scales, "title": odd})}
    book = opened(appendix_of(folder, instruments=changed))
    cells = [c for page in book.worksheets for row in page.iter_rows() for c in row if c.value == odd.da]
    assert len(cells) > 3
    assert {cell.data_type for cell in cells} == {"s"}


def test_a_very_long_text_is_cut_where_a_cell_ends() -> None:
    assert clean("a" * CELL_LENGTH) == "a" * CELL_LENGTH
    for sign in ("a", "👩"):
        cut = clean(sign * 40_000)
        assert len(cut.encode("utf-16-le")) // 2 <= CELL_LENGTH
        assert cut.endswith(f"{sign}…")


@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=8))
def test_every_list_of_names_becomes_names_a_workbook_takes(names: list[str]) -> None:
    made = sheet_names(names)
    assert len(made) == len(names)
    assert len({name.lower() for name in made}) == len(made)
    for name in made:
        assert 0 < len(name.encode("utf-16-le", "surrogatepass")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\\x00\n\r\t")
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.lower() != "history"


def test_plain_names_stay_as_they_are() -> None:
    assert sheet_names(["Svar, Medarbejdertrivsel", "Noter"]) == ("Svar, Medarbejdertrivsel", "Noter")
    assert sheet_names(["Hvad bortfaldet kan betyde for vurderingerne"]) == ("Hvad bortfaldet kan betyde for",)


def test_heads_can_be_read_and_colours_are_the_brands(folder: Path) -> None:
    page = opened(appendix_of(folder)).worksheets[1]
    fill, ink = ("#" + page["A4"].fill.fgColor.rgb[2:], "#" + page["A4"].font.color.rgb[2:])
    assert fill == BRAND.colour("primary")
    assert contrast(fill, ink) >= 7
    assert {cell.font.name for row in page["A1:C9"] for cell in row if cell.value} == {BRAND.family}


def test_both_languages_have_the_same_words() -> None:
    import tomllib

    folder = Path(__file__).parents[3] / "evaluation/common/catalogue"
    found = {lang: tomllib.loads((folder / lang / "words_appendix.toml").read_text("utf-8")) for lang in ("da", "en")}
    assert {key: list(part) for key, part in found["da"].items()} == {k: list(p) for k, p in found["en"].items()}
    for section, part in found["da"].items():
        for key, text in part.items():
            places = [
                {name for _, name, _, _ in string.Formatter().parse(t) if name}
                for t in (text, found["en"][section][key])
            ]
            assert places[0] == places[1], (section, key)


def test_english_has_no_danish_heads(folder: Path) -> None:
    book = opened(appendix_of(folder, "en"))
    assert book.sheetnames[0] == "Contents"
    heads = {head for page in book.worksheets[1:] for head in table_of(page)[0]}
    assert {"Scale or question", "Group", "Remark"} <= heads
    assert not [head for head in heads if re.search("[æøåÆØÅ]|svar", head)]


def test_a_survey_without_answers_has_no_sheet_but_a_note(folder: Path) -> None:
    book = opened(appendix_of(folder, published=sample_published(before=False)))
    _, notes = table_of(book["Noter"])
    assert any(row["Emne"] == "Ingen udvikling" for row in notes)
    heads, _ = table_of(book[context(folder).surveys[0].title])
    assert not [head for head in heads if head.startswith("Ændring")]
    assert {view.id for view in context(folder).surveys} >= {STAFF, PARENTS, SCHOOL}
