"""Everything a person can get wrong, through the real command: one clear message each, nothing written."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.commands import evaluation

PLAN = "evaluation.toml"
PARENTS, STAFF, SCHOOL = (
    "data/raw/{}/foraeldre/foraeldre.sav",
    "data/raw/{}/medarbejdertrivsel/dataset.csv",
    "data/raw/{}/skoleovergang/skoleovergang.xlsx",
)
UNITS, POPULATION, TRIALS = (f"data/registers/{name}.csv" for name in ("units", "population", "trials"))
CROSSWALK = "data/registers/crosswalk-medarbejdertrivsel.csv"
LABELS = {"da": ("Hvor", "Forventet", "Fundet", "Gør dette"), "en": ("Where", "Expected", "Found", "Do this")}


@pytest.fixture(scope="module")
def ready(imported_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo imported and analysed, with documents of an earlier run. Read only."""
    root = tmp_path_factory.mktemp("bad") / "demo"
    shutil.copytree(imported_demo, root)
    for name in ("midtvejsevaluering.html", "midtvejsevaluering.pdf", "midtvejsevaluering.docx"):
        file = root / "reports" / "_output" / "midtvejsevaluering" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("from an earlier run", encoding="utf-8")
    return root


@pytest.fixture
def workspace(ready: Path, tmp_path: Path) -> Path:
    root = tmp_path / "demo"
    shutil.copytree(ready, root)
    return root


def snapshot(root: Path) -> dict[str, bytes | None]:
    """Every file and folder that a run may write, byte by byte."""
    found = (path for name in ("data/processed", "reports") for path in (root / name).rglob("*"))
    return {path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None for path in found}


@dataclass(frozen=True)
class Told:
    """One problem as printed."""

    code: str
    what: str
    parts: dict[str, str]


def told(err: str, lang: str) -> list[Told]:
    """The problems of one run, read back from what was printed."""
    found = []
    for block in re.split(r"\n\n(?=\[)", err.strip()):
        head = re.match(r"\[([a-z0-9-]+)\] (.+)", block)
        if head is None:
            continue
        lines = dict(re.findall(r"^  ([^:\n]+): (.*)$", block, re.MULTILINE))
        found.append(Told(head[1], head[2], {k: lines.get(v, "") for k, v in zip("wefd", LABELS[lang], strict=True)}))
    return found


def swap(path: Path, *pairs: tuple[str, str]) -> None:
    """Replace each text once; the text must be there."""
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def plan(*pairs: tuple[str, str]) -> Callable[[Path], None]:
    return lambda root: swap(root / PLAN, *pairs)


def sheet(root: Path, wave: str, change: Callable[..., None]) -> None:
    import openpyxl

    path = root / SCHOOL.format(wave)
    book = openpyxl.load_workbook(path)
    change(book["Besvarelser"])
    book.save(path)


def without_lines(path: Path, bad: Callable[[str], bool]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not bad(line)), encoding="utf-8")


# -- how each thing goes wrong ------------------------------------------------------


def files_missing(root: Path) -> None:
    (root / PARENTS.format(2024)).unlink()
    shutil.rmtree((root / SCHOOL.format(2019)).parent)


def missing_and_empty(root: Path) -> None:
    (root / PARENTS.format(2024)).unlink()
    (root / SCHOOL.format(2022)).write_bytes(b"")


def wrong_sheet(root: Path) -> None:
    text = (root / PLAN).read_text(encoding="utf-8")
    (root / PLAN).write_text(text.replace('sheet = "Besvarelser"', 'sheet = "Svar"'), encoding="utf-8")


def unknown_codes(root: Path) -> None:
    """Ten items of one wave in a scale the codebook does not know."""

    def change(cells):
        for row in range(2, cells.max_row + 1):
            for column in range(6, 16):
                cells.cell(row, column).value = 70 + row % 5

    sheet(root, "2024", change)


def empty_files(root: Path) -> None:
    (root / PARENTS.format(2024)).write_bytes(b"")
    (root / STAFF.format(2022)).write_bytes(b"")
    (root / SCHOOL.format(2020)).write_bytes(b" \r\n \n")


def headers_only(root: Path) -> None:
    import pyreadstat

    staff = root / STAFF.format(2022)
    staff.write_bytes(staff.read_bytes().split(b"\n")[0] + b"\n")
    parents = root / PARENTS.format(2022)
    data, _ = pyreadstat.read_sav(parents)
    pyreadstat.write_sav(data.head(0), parents)
    sheet(root, "2024", lambda cells: cells.delete_rows(2, cells.max_row))


def same_content(root: Path) -> None:
    shutil.copyfile(root / PARENTS.format(2020), root / PARENTS.format(2019))


def same_answers(root: Path) -> None:
    """The same answers in another file: only what is in it gives it away."""
    shutil.copyfile(root / SCHOOL.format(2024), root / SCHOOL.format(2022))
    sheet(root, "2022", lambda cells: cells.parent.create_sheet("Noter"))


def same_wave_twice(root: Path) -> None:
    swap(root / PLAN, ('{wave = "2020", file = "data/raw/2020/f', '{wave = "2019", file = "data/raw/2020/f'))
    without_lines(root / POPULATION, lambda line: line.startswith("foraeldre,2020"))


def syntax(root: Path) -> None:
    swap(root / PLAN, ("[[wave]]", "[[wave]"))


def unit_not_registered(root: Path) -> None:
    """Two units are gone from all registers; the exports still hold them."""
    for name in (UNITS, POPULATION, TRIALS):
        path = root / name
        path.write_text(re.sub(r"(G90007|G90008);|;(G90007|G90008)", "", path.read_text(encoding="utf-8")), "utf-8")
    gone = ("G90007", "G90008")
    without_lines(root / UNITS, lambda line: line.startswith(gone))
    without_lines(root / POPULATION, lambda line: any(f",{unit}," in line for unit in gone))
    without_lines(root / "data/registers/indicators.csv", lambda line: any(f",{unit}," in line for unit in gone))
    text = (root / TRIALS).read_text(encoding="utf-8")
    (root / TRIALS).write_text(text.replace("G90007", "").replace("G90008", ""), encoding="utf-8")


def units_with_semicolons(root: Path) -> None:
    path = root / UNITS
    path.write_bytes(path.read_bytes().replace(b",", b";"))


def registers_damaged(root: Path) -> None:
    (root / UNITS).write_bytes(b"")
    swap(root / POPULATION, ("invited", "inviteret"))
    (root / TRIALS).write_bytes("id,title\nx,Prøve\n".encode("cp1252"))


def no_units(root: Path) -> None:
    (root / UNITS).unlink()


def column_left_empty(root: Path) -> None:
    path = root / POPULATION
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(line.rsplit(",", 1)[0] + "," for line in lines[1:])]) + "\n", "utf-8")


def utf16_register(root: Path) -> None:
    path = root / UNITS
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16-le"))


def codebooks_broken(root: Path) -> None:
    from evaluation.common.resources import resource_folder

    folder = root / "data" / "codebooks"
    folder.mkdir(parents=True, exist_ok=True)
    book = (resource_folder("codebooks") / "foraeldre.toml").read_text(encoding="utf-8")
    theme = re.search(r'theme = "([a-z-]+)"', book)
    assert theme is not None
    (folder / "foraeldre.toml").write_text(book.replace(theme[0], f'theme = "x{theme[1]}"', 1), encoding="utf-8")
    (folder / "skoleovergang.toml").write_text('id = "skoleovergang\n', encoding="utf-8")


def plan_and_codebook(root: Path) -> None:
    swap(root / PLAN, ("kommunekode", "komunekode"))
    codebooks_broken(root)


def crosswalk_of_another_wave(root: Path) -> None:
    swap(root / CROSSWALK, ("2020", "2021"))


def wrong_formats(root: Path) -> None:
    """Right names, wrong contents."""
    (root / PARENTS.format(2019)).write_bytes(b"%PDF-1.7\n" * 200)
    (root / PARENTS.format(2020)).write_bytes(b"<!DOCTYPE html><html><body>Log ind</body></html>")
    cut = root / PARENTS.format(2022)
    cut.write_bytes(cut.read_bytes()[:3000])
    (root / SCHOOL.format(2022)).write_bytes(bytes(range(256)) * 20)


def another_survey(root: Path) -> None:
    """A sound export, of another survey."""
    shutil.copyfile(root / PARENTS.format(2019), root / SCHOOL.format(2019))


def staff_cut_off(root: Path) -> None:
    path = root / STAFF.format(2022)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cpr() -> list[str]:
    """Numbers of the form of replacement CPR numbers (day + 60) that pass modulus 11: they are no person's own."""
    made = []
    for serial in range(7000, 7400):
        digits = f"6102{13}{serial}"
        if sum(int(d) * w for d, w in zip(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0:
            made.append(f"{digits[:6]}-{digits[6:]}")
    return made


def cpr_in_a_column(root: Path) -> None:
    def change(cells):
        column = cells.max_column + 1
        cells.cell(1, column).value = "bemaerkning"
        for row, value in enumerate(cpr(), start=2):
            cells.cell(row, column).value = value

    sheet(root, "2024", change)


def prose_in_another_encoding(root: Path) -> None:
    path = root / "reports/midtvejsevaluering/09-konklusion.qmd"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252", errors="replace"))
    # something must have to be rendered
    swap(root / PLAN, ("year = 2024", "year = 2025"))


def output_is_a_file(root: Path) -> None:
    shutil.rmtree(root / "reports/_output")
    (root / "reports/_output").write_text("in the way", encoding="utf-8")
    swap(root / PLAN, ("year = 2024", "year = 2025"))


def no_reports(root: Path) -> None:
    shutil.rmtree(root / "reports")
    swap(root / PLAN, ("year = 2024", "year = 2025"))


def brand_damaged(root: Path) -> None:
    (root / "reports/midtvejsevaluering/_brand.yml").write_text("color: [b\n", encoding="utf-8")


def several(root: Path) -> None:
    swap(
        root / PLAN,
        ("kommunekode", "komunekode"),
        ("threshold = 5", "treshold = 5"),
        ('instrument = "foraeldre"', 'instrument = "foreldre"'),
        ("from = 2022-09-12\nto = 2022-10-16", "from = 2022-10-16\nto = 2022-09-12"),
    )
    (root / SCHOOL.format(2024)).unlink()


@dataclass(frozen=True)
class Case:
    """What is broken, and the problems a person must be told: code, and a piece of where it is."""

    name: str
    breaks: Callable[[Path], None]
    problems: tuple[tuple[str, str], ...]


CASES = (
    Case("files-missing", files_missing, (("plan-file-missing", PLAN), ("plan-file-missing", PLAN))),
    Case("missing-and-empty", missing_and_empty, (("plan-file-missing", PLAN), ("import-file-empty", "2022"))),
    Case(
        "wrong-sheet",
        wrong_sheet,
        tuple(("import-sheet-missing", SCHOOL.format(wave)) for wave in (2019, 2020, 2022, 2024)),
    ),
    Case("unknown-codes", unknown_codes, (("response-codes-unknown", "skoleovergang 2024"),)),
    Case(
        "empty-files",
        empty_files,
        (
            ("import-file-empty", STAFF.format(2022)),
            ("import-file-empty", PARENTS.format(2024)),
            ("import-file-empty", SCHOOL.format(2020)),
        ),
    ),
    Case(
        "headers-only",
        headers_only,
        (
            ("import-no-rows", STAFF.format(2022)),
            ("import-no-rows", PARENTS.format(2022)),
            ("import-no-rows", SCHOOL.format(2024)),
        ),
    ),
    Case("same-content", same_content, (("import-same-file-twice", "foraeldre"),)),
    Case("same-answers", same_answers, (("response-waves-same", "skoleovergang: 2022, 2024"),)),
    Case(
        "same-path",
        plan(('"data/raw/2020/foraeldre/', '"data/raw/2019/foraeldre/')),
        (("import-same-file-twice", "foraeldre"),),
    ),
    Case("same-wave-twice", same_wave_twice, (("plan-duplicate", PLAN),)),
    Case(
        "wave-id-twice",
        plan(('id = "2020"', 'id = "2019"')),
        (("plan-duplicate", PLAN), *((("plan-unknown-wave", PLAN),) * 3)),
    ),
    Case("typo-in-a-key", plan(("kommunekode", "komunekode")), (("toml-unknown-key-near", f"{PLAN}:8"),)),
    Case(
        "typo-in-a-choice",
        plan(('estimand = "udvikling"', 'estimand = "udviklng"')),
        (("toml-not-a-choice-near", PLAN),),
    ),
    Case(
        "typo-in-a-wave",
        plan(('{wave = "2024", file = "data/raw/2024/s', '{wave = "2042", file = "data/raw/2024/s')),
        (("plan-unknown-wave", PLAN), ("population-unknown-wave", POPULATION)),
    ),
    Case(
        "typo-in-an-instrument",
        plan(('instrument = "foraeldre"', 'instrument = "foreldre"')),
        (("plan-unknown-instrument-near", PLAN),),
    ),
    Case("typo-in-a-group", plan(('"barnets_alder"', '"barnets_aler"')), (("plan-unknown-group-near", PLAN),)),
    Case(
        "typo-in-a-product",
        plan(("year = 2024", 'year = 2024\nproducts = ["midtvejsevaluring"]')),
        (("plan-unknown-product-near", PLAN),),
    ),
    Case(
        "typo-in-a-column",
        plan(('unit = "enhed"', 'unit = "enhet"')),
        tuple(("response-column-missing", f"foraeldre {wave}: ") for wave in (2019, 2020, 2022, 2024)),
    ),
    Case("toml-syntax", syntax, (("toml-syntax", f"{PLAN}:72"),)),
    Case("no-such-day", plan(("from = 2022-09-12", "from = 2022-09-31")), (("toml-not-date", f"{PLAN}:84"),)),
    Case("danish-date", plan(("from = 2022-09-12", "from = 12-09-2022")), (("toml-not-date", f"{PLAN}:84"),)),
    Case(
        "dates-reversed",
        plan(("from = 2022-09-12\nto = 2022-10-16", "from = 2022-10-16\nto = 2022-09-12")),
        (("plan-dates-reversed", PLAN),),
    ),
    Case("empty-plan", lambda root: (root / PLAN).write_bytes(b"") and None, (("toml-missing-key", PLAN),)),
    Case(
        "plan-in-another-encoding",
        lambda root: (root / PLAN).write_bytes((root / PLAN).read_text(encoding="utf-8").encode("cp1252")) and None,
        (("toml-not-utf8", PLAN),),
    ),
    Case("no-plan", lambda root: (root / PLAN).unlink(), (("plan-missing", "demo"),)),
    Case(
        "unit-not-registered",
        unit_not_registered,
        tuple(("response-unit-unknown", f"medarbejdertrivsel {wave}") for wave in (2019, 2020, 2022, 2024))
        + tuple(("response-unit-unknown", f"foraeldre {wave}") for wave in (2019, 2020, 2022, 2024))
        + (("response-unit-unknown", "oplevet-aendring 2024"),),
    ),
    Case("units-with-semicolons", units_with_semicolons, (("register-separator", UNITS),)),
    Case(
        "registers-damaged",
        registers_damaged,
        (("register-no-header", UNITS), ("register-unknown-column", POPULATION), ("register-not-utf8", TRIALS)),
    ),
    Case("no-units", no_units, (("register-units-missing", UNITS),)),
    Case("column-left-empty", column_left_empty, (("register-empty", f"{POPULATION}:2 (+"),)),
    Case("utf16-register", utf16_register, (("register-not-utf8", UNITS),)),
    Case(
        "codebooks-broken",
        codebooks_broken,
        (
            ("codebook-unknown-theme-near", "data/codebooks/foraeldre.toml"),
            ("toml-syntax", "data/codebooks/skoleovergang.toml:1"),
        ),
    ),
    Case(
        "plan-and-codebook",
        plan_and_codebook,
        (
            ("toml-unknown-key-near", PLAN),
            ("codebook-unknown-theme-near", "data/codebooks/foraeldre.toml"),
            ("toml-syntax", "data/codebooks/skoleovergang.toml:1"),
        ),
    ),
    Case("crosswalk-of-another-wave", crosswalk_of_another_wave, (("crosswalk-unknown-wave", CROSSWALK),)),
    Case("crosswalk-missing", lambda root: (root / CROSSWALK).unlink(), (("plan-file-missing", PLAN),)),
    Case(
        "wrong-formats",
        wrong_formats,
        (
            ("import-format-unknown", PARENTS.format(2019)),
            ("import-html", PARENTS.format(2020)),
            ("import-damaged", PARENTS.format(2022)),
            ("import-format-unknown", SCHOOL.format(2022)),
        ),
    ),
    Case(
        "another-survey",
        another_survey,
        (
            ("response-no-items", "skoleovergang 2019"),
            ("response-column-missing", "skoleovergang 2019: skoleovergang.xlsx, skole_nr"),
            ("response-column-missing", "skoleovergang 2019: skoleovergang.xlsx, laerer_id"),
        ),
    ),
    Case("cut-off", staff_cut_off, (("import-row-width", STAFF.format(2022)),)),
    Case("cpr", cpr_in_a_column, (("response-cpr", "skoleovergang 2024: skoleovergang.xlsx, bemaerkning"),)),
    Case("prose-in-another-encoding", prose_in_another_encoding, (("prose-not-utf8", "09-konklusion.qmd:"),)),
    Case("output-is-a-file", output_is_a_file, (("not-writable", "reports/_output"),)),
    Case("no-reports", no_reports, (("product-unknown", "reports"),)),
    Case("brand-damaged", brand_damaged, (("brand-unreadable", "_brand.yml"),)),
    Case(
        "several-at-once",
        several,
        (
            ("toml-unknown-key-near", PLAN),
            ("toml-unknown-key-near", PLAN),
            ("plan-unknown-instrument-near", PLAN),
            ("plan-dates-reversed", PLAN),
            ("plan-file-missing", PLAN),
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_told_in_full_and_leaves_everything_as_it_was(capsys, workspace, case):
    case.breaks(workspace)
    before = snapshot(workspace)
    for lang in ("da", "en"):
        done = evaluation(capsys, "run", "--workspace", workspace, "--engine", "embedded", messages=lang)
        assert done.code == 1, done.out + done.err
        assert "Traceback" not in done.err + done.out
        problems = told(done.err, lang)
        assert sorted(p.code for p in problems) == sorted(code for code, _ in case.problems), done.err
        for code, where in case.problems:
            assert any(p.code == code and where in p.parts["w"] for p in problems), done.err
        for problem in problems:
            assert problem.what, done.err
            # what is missing has nothing that was found in its place
            assert all(problem.parts[part] for part in "wed"), done.err
            assert "{" not in problem.what + problem.parts["d"], done.err
        after = snapshot(workspace)
        assert after.keys() == before.keys()
        assert [name for name, content in after.items() if content != before[name]] == []


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.name in ("headers-only", "several-at-once", "cpr", "no-plan")], ids=lambda c: c.name
)
def test_check_tells_the_same_as_run(capsys, workspace, case):
    case.breaks(workspace)
    done = evaluation(capsys, "check", "--workspace", workspace, "--lang", "en")
    assert done.code == 1
    assert sorted(p.code for p in told(done.err, "en")) == sorted(code for code, _ in case.problems), done.err


def test_the_value_of_a_cpr_number_is_shown_nowhere(capsys, workspace):
    values = cpr()
    assert len(values) > 20
    cpr_in_a_column(workspace)
    done = evaluation(capsys, "run", "--workspace", workspace, "--lang", "da")
    assert done.code == 1
    for value in values:
        assert value not in done.out + done.err
        assert value.replace("-", "") not in done.out + done.err


def test_a_few_unknown_codes_are_counted_and_told(capsys, workspace):
    """docs/import.md: a value nobody knows is technically missing, counted and told; it stops nothing."""

    def change(cells):
        for row in range(2, 6):
            cells.cell(row, 6).value = 77
        cells.cell(6, 6).value = "Ved det ikke, spørg Karl Opfundet"

    sheet(workspace, "2024", change)
    done = evaluation(capsys, "import", "--workspace", workspace, "--lang", "en")
    assert done.code == 0, done.err
    assert "so_1: the value 77 is not in the codebook (4 answers)" in done.out
    assert evaluation(capsys, "analyse", "--workspace", workspace).code == 0
    published = workspace / "data/processed/published"
    # how few gave which answer, and what somebody wrote, goes no further than to the people who see the answers
    assert b'"77"' not in (published / "meta.json").read_bytes()
    assert not any(b"Karl Opfundet" in path.read_bytes() for path in published.iterdir())


def test_a_folder_that_is_no_workspace(capsys, tmp_path):
    done = evaluation(capsys, "run", "--workspace", tmp_path / "nowhere", "--lang", "da")
    assert (done.code, told(done.err, "da")[0].code) == (1, "plan-missing")
    assert not (tmp_path / "nowhere").exists()
    done = evaluation(capsys, "run", "--workspace", tmp_path, "--lang", "da")
    assert (done.code, told(done.err, "da")[0].code) == (1, "plan-missing")
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_never_run_stays_empty_when_its_input_is_bad(capsys, demo_workspace, tmp_path):
    root = tmp_path / "demo"
    shutil.copytree(demo_workspace, root)
    headers_only(root)
    before = snapshot(root)
    assert evaluation(capsys, "run", "--workspace", root).code == 1
    after = snapshot(root)
    assert {name for name, content in after.items() if content is not None} == {
        name for name, content in before.items() if content is not None
    }


@contextmanager
def somebody_else() -> Iterator[None]:
    """As a user who owns nothing here, where the tests run as root."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders are POSIX")
@pytest.mark.parametrize(
    "closed", ["data/processed", "reports/_output/midtvejsevaluering", "reports/midtvejsevaluering"]
)
def test_no_permission_to_write(capsys, ready, closed):
    # outside pytest's own folders, which only their owner may enter
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = Path(folder) / "demo"
        shutil.copytree(ready, root)
        swap(root / PLAN, ("year = 2024", "year = 2025"))
        for path in (root, *root.rglob("*")):
            if path.is_dir():
                inside = path == root / closed or path.is_relative_to(root / closed)
                path.chmod(0o555 if inside else 0o777)
        before = snapshot(root)
        with somebody_else():
            done = evaluation(capsys, "run", "--workspace", root, "--engine", "embedded", messages="en")
        for path in (root, *root.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
        assert done.code == 1, done.out
        assert "Traceback" not in done.err
        assert [(p.code, closed in p.parts["w"]) for p in told(done.err, "en")] == [("not-writable", True)]
        assert snapshot(root) == before


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are POSIX")
def test_an_export_nobody_may_read(capsys, ready):
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = Path(folder) / "demo"
        shutil.copytree(ready, root)
        for path in (root, *root.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        (root / PARENTS.format(2022)).chmod(0o000)
        with somebody_else():
            done = evaluation(capsys, "run", "--workspace", root, messages="en")
        assert done.code == 1
        assert [p.code for p in told(done.err, "en")] == ["not-writable"]
        assert PARENTS.format(2022) in done.err


# -- what a run mends by itself -----------------------------------------------------


def test_a_damaged_store_and_damaged_tables_are_made_again(capsys, workspace):
    published = workspace / "data/processed/published"
    store = workspace / "data/processed/foraeldre/2022"
    good = snapshot(workspace)
    (store / "responses.parquet").write_bytes(b"cut off")
    (store / "persons.parquet").unlink()
    (published / "estimates.parquet").write_bytes(b"cut off")
    (published / "levels.csv").unlink()
    assert evaluation(capsys, "import", "--workspace", workspace).code == 0
    assert evaluation(capsys, "analyse", "--workspace", workspace).code == 0
    after = snapshot(workspace)
    assert {n: c for n, c in after.items() if n.startswith("data/")} == {
        n: c for n, c in good.items() if n.startswith("data/")
    }


def test_damaged_tables_are_told_where_only_reports_are_asked_for(capsys, workspace):
    (workspace / "data/processed/published/estimates.parquet").write_bytes(b"cut off")
    done = evaluation(capsys, "render", "--workspace", workspace, "--engine", "embedded", messages="en")
    assert done.code == 1
    assert [p.code for p in told(done.err, "en")] == ["published-damaged"]


def test_names_of_stored_files_are_those_that_are_written():
    from evaluation.disclosure.published import TABLES
    from evaluation.responses.store import FILES
    from evaluation.workflow import analysis, imports

    assert tuple(TABLES) == analysis.TABLES
    assert FILES == imports.STORE_FILES
