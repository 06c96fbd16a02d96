"""Everything a person can get wrong, through the real command: one clear message each, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.breaking import (
    CROSSWALK,
    PARENTS,
    PLAN,
    POPULATION,
    SCHOOL,
    STAFF,
    TRIALS,
    UNITS,
    another_survey,
    brand_damaged,
    codebooks_broken,
    column_left_empty,
    cpr,
    cpr_in_a_column,
    crosswalk_of_another_wave,
    empty_files,
    files_missing,
    headers_only,
    missing_and_empty,
    no_reports,
    no_units,
    output_is_a_file,
    plan,
    plan_and_codebook,
    prose_in_another_encoding,
    registers_damaged,
    same_answers,
    same_content,
    same_wave_twice,
    several,
    sheet,
    snapshot,
    staff_cut_off,
    syntax,
    unit_not_registered,
    units_with_semicolons,
    unknown_codes,
    utf16_register,
    wrong_formats,
    wrong_sheet,
)
from tests.support.commands import evaluation, told


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
