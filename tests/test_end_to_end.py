"""The main job: from exports to documents, and what a second run does."""

import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from evaluation.workflow.run import run
from tests.support.commands import evaluation

PRODUCT = "midtvejsevaluering"
SPELLING = Path(__file__).parent / "spelling"
HYPHEN = "\N{SOFT HYPHEN}"


@pytest.fixture(scope="module")
def rendered(imported_demo, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("rendered") / "demo"
    shutil.copytree(imported_demo, root)
    run(root, engine="embedded")
    return root


def output(root: Path, suffix: str) -> Path:
    return root / "reports" / "_output" / PRODUCT / f"{PRODUCT}.{suffix}"


def words_of_html(root: Path) -> str:
    import html

    text = output(root, "html").read_text(encoding="utf-8")
    text = re.sub(r"(?s)<(style|script|svg|head)\b.*?</\1>", " ", text)
    return html.unescape(re.sub(r"(?s)<[^>]+>", " ", text)).replace(HYPHEN, "")


def words_of_docx(root: Path) -> str:
    import pypandoc

    return pypandoc.convert_file(str(output(root, "docx")), "plain", extra_args=["--wrap=none"])


def words_of_pdf(root: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(output(root, "pdf")), "-"], capture_output=True, check=True)
    return unicodedata.normalize("NFC", done.stdout.decode("utf-8"))


BAD = [
    "?var",
    "{{<",
    "?@",
    "??",
    "nan",
    "NaN",
    "None",
    "inf ",
    "[object",
    "Traceback",
    "::: ",
    "@fig-",
    "@tbl-",
    "@sec-",
]


@pytest.mark.parametrize("words", [words_of_html, words_of_docx], ids=["html", "docx"])
def test_nothing_unresolved_in_the_text(rendered, words):
    text = words(rendered)
    assert len(text.split()) > 4000
    assert [bad for bad in BAD if re.search(rf"(?<![\w]){re.escape(bad)}", text)] == []
    assert "Fiktive data" in text


@pytest.mark.needs("pdftotext")
def test_nothing_unresolved_in_the_pdf_and_every_page_says_fictional(rendered):
    text = words_of_pdf(rendered)
    pages = [page for page in text.split("\f") if page.strip()]
    assert len(pages) > 15
    assert [bad for bad in BAD if re.search(rf"(?<![\w]){re.escape(bad)}", text)] == []
    assert [number for number, page in enumerate(pages, 1) if "fiktiv" not in page.lower()] == []


def test_a_second_run_does_nothing_twice(rendered):
    published = rendered / "data" / "processed" / "published"
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in published.iterdir()}
    outputs = {s: output(rendered, s).stat().st_mtime_ns for s in ("html", "pdf", "docx")}
    done = run(rendered, engine="embedded")
    assert done.imported == ()
    assert not done.analysed
    assert done.rendered == {PRODUCT: None}
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in published.iterdir()} == before
    assert {s: output(rendered, s).stat().st_mtime_ns for s in ("html", "pdf", "docx")} == outputs


def test_made_again_from_nothing_the_published_bytes_are_the_same(rendered, tmp_path):
    root = tmp_path / "again"
    shutil.copytree(rendered, root, ignore=shutil.ignore_patterns("processed", "_output", "_resultater"))
    run(root, ("import", "analyse"))
    first, second = (r / "data" / "processed" / "published" for r in (rendered, root))
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}


def test_changed_prose_renders_without_analysis_or_new_figures(rendered, tmp_path):
    root = tmp_path / "prose"
    shutil.copytree(rendered, root)
    chapter = root / "reports" / PRODUCT / "09-konklusion.qmd"
    chapter.write_text(chapter.read_text(encoding="utf-8") + "\nEn ny sætning om kvalitet.\n", encoding="utf-8")
    figures = {p: p.stat().st_mtime_ns for p in (root / "reports" / PRODUCT / "_resultater").glob("*.svg")}
    done = run(root, engine="embedded")
    assert done.imported == ()
    assert not done.analysed
    assert done.rendered[PRODUCT] is not None
    assert "En ny sætning om kvalitet" in words_of_html(root)
    assert {p: p.stat().st_mtime_ns for p in figures} == figures


def test_the_golden_run_gives_every_intended_verdict(rendered):
    truth = json.loads((rendered / "truth.json").read_text(encoding="utf-8"))["scales"]
    table = pd.read_parquet(rendered / "data/processed/published/estimates.parquet")
    rows = table[(table["stat"] == "score") & (table["group"] == "kommune")]
    found = {(row.survey, row.measure): row.verdict for row in rows.itertuples()}
    intended = {
        (survey, scale): entry["intended_verdict"]
        for survey, scales in truth.items()
        for scale, entry in scales.items()
        if entry["intended_verdict"]
    }
    assert len(intended) >= 20
    assert {key: found[key] for key in intended} == intended
    assert set(intended.values()) == set(found.values()) | set(intended.values())
    assert set(found.values()) == {
        "fremgang",
        "lille_fremgang",
        "uaendret",
        "uafklaret",
        "lille_tilbagegang",
        "tilbagegang",
    }


def test_an_outsider_works_nothing_out_from_tables_documents_and_workbooks(rendered, capsys):
    done = evaluation(capsys, "audit", "-w", rendered, "--json")
    assert done.code == 0, done.out
    report = json.loads(done.out)
    names = {Path(file).name for file in report["files"]}
    assert {"published", "tabelbilag.xlsx", "figurdata.xlsx", f"{PRODUCT}.html", f"{PRODUCT}.docx"} <= names
    assert (report["safe"], report["leaks"], report["unproven"]) == (True, [], [])
    assert report["cells"] > 30_000


def test_published_tables_hold_no_time_and_no_respondent(rendered):
    meta = (rendered / "data/processed/published/meta.json").read_text(encoding="utf-8")
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d", meta)
    assert str(rendered) not in meta
    for path in (rendered / "data/processed/published").glob("*.csv"):
        head = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert not {"respondent", "rater", "person"} & set(head.split(","))
        assert "_persons" not in head


@pytest.mark.needs("pdftotext")
def test_main_results_take_two_pages_that_say_what_the_report_says(rendered):
    pages = words_of_pdf(rendered).split("\f")
    (start,) = [at for at, page in enumerate(pages) if "Kapitlet kan læses alene" in page]
    (end,) = [at for at, page in enumerate(pages) if re.search(r"^1 +Indledning$", page, re.M)]
    assert end - start <= 2
    told = " ".join(" ".join(pages[start:end]).replace(HYPHEN, "").split())
    for words in (
        "er ophævet",
        "i alt",
        "Medarbejdertrivsel",
        "Overgang til skole",
        "Mekanismer",
        "covid-19",
        "årsagen",
    ):
        assert words in told, words


@pytest.mark.needs("pdftotext")
def test_nothing_is_wider_than_the_page(rendered):
    command = ["pdftotext", "-bbox", str(output(rendered, "pdf")), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    pages = re.split(r"<page ", text)[1:]
    assert len(pages) > 15
    outside = []
    for number, page in enumerate(pages, 1):
        width = float(re.match(r'width="([\d.]+)"', page)[1])
        for left, right, word in re.findall(r'<word xMin="([\d.-]+)"[^>]*xMax="([\d.-]+)"[^>]*>([^<]*)<', page):
            # 10 mm: a table that is too wide runs through the margin
            if float(left) < 28 or float(right) > width - 28:
                outside.append((number, word))
    assert outside == []


def alternative_texts(root: Path, product: str) -> str:
    page = output_of(root, product, "html").read_text(encoding="utf-8")
    return "\n".join(re.findall(r'(?:aria-label|alt)="([^"]+)"', page))


def output_of(root: Path, product: str, suffix: str) -> Path:
    return root / "reports" / "_output" / product / f"{product}.{suffix}"


def words_of_book(path: Path) -> str:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return "\n".join([*book.sheetnames, *(cell for cell in cells if isinstance(cell, str))])


@pytest.fixture(scope="module")
def every_text(rendered, tmp_path_factory) -> dict[str, str]:
    """What people read in every product of the demo, by product and kind."""
    import html

    root = tmp_path_factory.mktemp("texts") / "demo"
    shutil.copytree(rendered, root)
    run(root, ("render",), products=("resultatrapport",), engine="embedded")
    texts = {}
    for product in (PRODUCT, "resultatrapport"):
        folder = root / "reports" / "_output" / product
        page = output_of(root, product, "html").read_text(encoding="utf-8")
        page = re.sub(r"(?s)<(style|script|svg|head)\b.*?</\1>", " ", page)
        texts[f"{product} html"] = html.unescape(re.sub(r"(?s)<[^>]+>", " ", page))
        texts[f"{product} alt"] = html.unescape(alternative_texts(root, product))
        texts[f"{product} docx"] = words_of_docx_file(output_of(root, product, "docx"))
        for book in ("tabelbilag", "figurdata"):
            texts[f"{product} {book}"] = words_of_book(folder / f"{book}.xlsx")
    return {name: text.replace(HYPHEN, "") for name, text in texts.items()}


def words_of_docx_file(path: Path) -> str:
    import pypandoc

    return pypandoc.convert_file(str(path), "plain", extra_args=["--wrap=none"])


def danish_or_skip() -> None:
    dictionaries = subprocess.run(["hunspell", "-D"], capture_output=True, text=True, input="", check=False)
    if "da_DK" not in dictionaries.stderr + dictionaries.stdout:
        pytest.skip("hunspell has no Danish dictionary (hunspell-da)")


#: What stands in the products and is no word: rules of tables, checksums, names of files and figures.
NO_WORDS = re.compile(r"-{3,}|\b[0-9a-f]{12,16}\b|\b[\w-]+\.(?:csv|sav|xlsx)\b|\bfig-[\w-]+")


def unknown_words(text: str) -> set[str]:
    text = NO_WORDS.sub(" ", text)
    done = subprocess.run(
        ["hunspell", "-d", "da_DK", "-i", "utf-8", "-l"], input=text.encode(), capture_output=True, check=True
    )
    return {word for word in done.stdout.decode("utf-8").split() if not any(sign.isdigit() for sign in word)}


def reasons() -> dict[str, str]:
    lines = (SPELLING / "reasons.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


@pytest.mark.needs("hunspell")
def test_danish_spelling_in_every_product(every_text):
    danish_or_skip()
    assert len(every_text) == 10
    assert all(len(text.split()) > 100 for text in every_text.values())
    allowed = set(reasons())
    found = {name: sorted(unknown_words(text) - allowed) for name, text in every_text.items()}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.needs("hunspell")
def test_a_misspelt_word_is_found():
    danish_or_skip()
    assert "frisættelssen" in unknown_words("Det er en frisættelssen i kommunen.")


def test_every_word_let_through_has_a_reason():
    assert all(reason.strip() for reason in reasons().values())
