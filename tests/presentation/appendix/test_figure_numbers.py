"""The numbers behind figures: heads and units people know, in the html and nowhere else."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evaluation.common.language import catalogue
from evaluation.common.resources import resource_folder
from evaluation.presentation.appendix import APPENDIX, FIGURES, WORKBOOKS
from evaluation.presentation.appendix.figures import details, figure_sheet
from evaluation.presentation.appendix.model import NONE, Num
from evaluation.presentation.build import build_results, make_pieces
from evaluation.presentation.numbers import HIDDEN
from evaluation.presentation.piece import caption_of, figure
from evaluation.reporting.render import render_product
from tests.presentation.appendix.books import context, opened, table_of
from tests.presentation.figures.samples import CATEGORIES, SAMPLES
from tests.reporting.projects import docx_words, html_words
from tests.support.published import sample_published
from tests.support.sample import STAFF, sample_instruments, sample_workspace


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_figure_gives_its_numbers_under_words(name: str, lang: str, tmp_path: Path) -> None:
    chart = SAMPLES[name]()
    table = chart.data_table()
    sheet = figure_sheet(context(tmp_path, lang), f"fig-{name}", chart, "Emne: hvad")
    assert len(sheet.rows) == len(table)
    heads = [field.head for field in sheet.fields]
    table = table.drop(columns="unit_label", errors="ignore")
    assert len(heads) == len(table.columns)
    # no name of a column of ours: each has a word, or is a label already
    known = catalogue("words", lang)["figure_heads"]
    ours = [str(column) for column in table.columns if re.fullmatch(r"[a-z]+(_[a-z]+)*", str(column))]
    assert [column for column in ours if column not in known] == []
    assert sheet.name == "Emne"
    assert not [cell for row in sheet.rows for cell in row if cell == ""]


def test_shares_are_per_cent_and_hidden_bars_have_no_number(tmp_path: Path) -> None:
    chart = SAMPLES["likert"]()
    sheet = figure_sheet(context(tmp_path), "fig-x", chart, "Emne")
    table = chart.data_table()
    place = [field.head for field in sheet.fields].index(f"{CATEGORIES[0]} (pct.)")
    for row, share in zip(sheet.rows, table[CATEGORIES[0]], strict=True):
        assert row[place] == (HIDDEN if share != share else Num(round(share * 100, 10)))
    assert any(row[place] == HIDDEN for row in sheet.rows)


def test_single_units_have_no_name_and_no_order_that_tells_it(tmp_path: Path) -> None:
    chart = SAMPLES["units"]()
    table = chart.data_table()
    sheet = figure_sheet(context(tmp_path), "fig-x", chart, "Enheder")
    told = {str(cell) for row in sheet.rows for cell in row}
    assert not set(table["unit_label"]) & told
    values = [
        [cell.value for label, cell in sheet.rows if label == wave and isinstance(cell, Num)]
        for wave in table["wave_label"].unique()
    ]
    assert values == [
        sorted(round(v, 10) for v in part.dropna()) for _, part in table.groupby("wave_label", sort=False)["value"]
    ]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_table_has_caption_and_heads_and_runs_nothing(name: str, tmp_path: Path) -> None:
    ctx = context(tmp_path)
    sheet = figure_sheet(ctx, "fig-x", SAMPLES[name](), "Overskrift <script>x</script> & {{< var x >}}")
    read = _Tables()
    read.feed(text := details(ctx, sheet))
    tags = [tag for tag, _ in read.tags]
    assert "script" not in tags
    assert "b" not in tags
    assert tags[:2] == ["details", "summary"]
    assert tags.count("caption") == tags.count("table") == 1
    heads = [attributes for tag, attributes in read.tags if tag == "th" and attributes["scope"] == "col"]
    rows = [attributes for tag, attributes in read.tags if tag == "th" and attributes["scope"] == "row"]
    assert (len(heads), len(rows)) == (len(sheet.fields), len(sheet.rows))
    assert "Overskrift <script>x</script> & {{< var x >}}" in "".join(read.texts)
    assert "nan" not in text.lower().replace("finan", "")


def test_a_piece_names_the_place_and_its_caption_is_found(tmp_path: Path) -> None:
    text = figure("fig-a", "Alt", "*Emne:* hvad", "::: {.anm}\nNote\n:::") + "\n\n" + figure("fig-ab", "Alt", "To", "")
    assert caption_of(text, "fig-a") == "*Emne:* hvad"
    assert caption_of(text, "fig-ab") == "To"
    assert caption_of(text, "fig-c") == ""
    for piece in make_pieces(context(tmp_path)):
        for name, _ in piece.figures:
            assert piece.text.count(f'::: {{.figurtal figur="{name}"}}\n:::') == 1
            assert caption_of(piece.text, name)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one product that shows two figures of the sample."""
    root = tmp_path_factory.mktemp("rapport")
    project = root / "reports" / "produkt"
    shutil.copytree(resource_folder("reports") / "midtvejsevaluering" / "_stil", project / "_stil")
    for name in ("_brand.yml", "_quarto.yml"):
        shutil.copy(resource_folder("reports") / "midtvejsevaluering" / name, project)
    config = (project / "_quarto.yml").read_text(encoding="utf-8")
    (project / "_quarto.yml").write_text(re.sub(r"(?m)^(bibliography|csl):.*\n", "", config), encoding="utf-8")
    includes = "\n\n".join(
        f"{{{{< include _resultater/{name}.qmd >}}}}" for name in ("fig-svarprocent", f"fig-{STAFF}-udvikling")
    )
    (project / "index.qmd").write_text(f"---\ntitle: Prøve\n---\n\n# Et\n\n{includes}\n", encoding="utf-8")
    build_results(sample_published(), sample_workspace(root), sample_instruments(), project=project)
    render_product(root, "produkt", engine="embedded", formats=("html", "docx"))
    return root


def test_the_html_folds_the_numbers_away_and_word_has_none(rendered: Path) -> None:
    output = rendered / "reports" / "_output" / "produkt"
    page = (output / "produkt.html").read_bytes()
    assert page.count(b'<details class="figurtal">') == 2
    assert html_words(page).count("Tal bag figuren") == 2
    words = docx_words((output / "produkt.docx").read_bytes())
    assert "Svarprocent i hver" in words
    assert "Tal bag figuren" not in words
    assert (
        ".figurtal"
        in page.decode().partition("@media print")[2].partition("}")[0] + page.decode().partition("@media print")[2]
    )


def test_the_workbooks_lie_beside_the_documents_with_the_figures_shown(rendered: Path) -> None:
    output = rendered / "reports" / "_output" / "produkt"
    pieces = rendered / "reports" / "produkt" / "_resultater"
    for name in WORKBOOKS:
        assert (output / name).read_bytes() == (pieces / name).read_bytes()
    book = opened((output / FIGURES).read_bytes())
    assert [page["A2"].value.rpartition(" ")[2] for page in book.worksheets[1:]] == [
        "fig-svarprocent.",
        f"fig-{STAFF}-udvikling.",
    ]
    heads, rows = table_of(book.worksheets[1])
    assert heads == ["Betegnelse", "Måling", "Inviterede", "Har svaret", "Svarprocent"]
    assert {type(row["Inviterede"]) for row in rows} == {int}


def test_numbers_of_figures_that_are_gone_do_not_stay(rendered: Path, tmp_path: Path) -> None:
    root = tmp_path / "uden"
    shutil.copytree(rendered, root)
    project = root / "reports" / "produkt"
    (project / "index.qmd").write_text("---\ntitle: Prøve\n---\n\n# Et\n\nTekst.\n", encoding="utf-8")
    build_results(sample_published(), sample_workspace(root), sample_instruments(), project=project)
    assert (project / "_resultater" / APPENDIX).is_file()
    assert not (project / "_resultater" / FIGURES).exists()
    render_product(root, "produkt", engine="embedded", formats=("html",))
    assert {path.name for path in (root / "reports" / "_output" / "produkt").glob("*.xlsx")} == {APPENDIX}


def test_nothing_changed_nothing_written(rendered: Path) -> None:
    project = rendered / "reports" / "produkt"
    again = build_results(sample_published(), sample_workspace(rendered), sample_instruments(), project=project)
    assert again.changed == ()
    assert again.removed == ()


def test_what_has_no_end_is_told_from_what_is_hidden(tmp_path: Path) -> None:
    sheet = figure_sheet(context(tmp_path), "fig-x", SAMPLES["timeline"](), "Tidslinje")
    assert sheet.rows[0][0] == "Frisættelse"
    assert NONE in {row[-1] for row in sheet.rows}
    assert HIDDEN not in {cell for row in sheet.rows for cell in row}
