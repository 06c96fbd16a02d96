"""Real files, three waves with the same questions under other names: from `check` to a before/after report."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.resources import resource_folder
from tests.support.commands import Outcome, evaluation

PRODUCT = "resultatrapport"
FILES = {"2014": "ZA5913.sav", "2017": "ZA6863.sav", "2019": "ZA7576.sav"}
# Counted with pyreadstat alone: rows of the file, and rows whose isocntry is NL, DE-W, DE-E or CY.
ROWS = {"2014": (35, 35), "2017": (50, 35), "2019": (45, 35)}
# With pyreadstat and pandas alone, user-missing read as values: rows of the four countries that have code 1 or 2
# (values: 0 or 1), and the share of code 1 among them, each person counting w1:
#   k = data[data.isocntry.isin(four)]; a = k[k[column].isin((1, 2))]; a.w1[a[column] == 1].sum() / a.w1.sum()
# Columns: government qa7_2, qa8a_7, qa6a_8; European Parliament qa10_1, qa14_1, qa14_1; peace qd3_6, qd7.6, qd6.6.
SHARES = {
    "tillid-regering": {"2014": (33, 0.360037), "2017": (32, 0.329384), "2019": (33, 0.274158)},
    "tillid-europaparlament": {"2014": (33, 0.318618), "2017": (27, 0.534178), "2019": (33, 0.589415)},
    "vaerdi-fred": {"2014": (35, 0.548546), "2017": (35, 0.432029), "2019": (35, 0.276978)},
}


@pytest.fixture(scope="module")
def eurobarometer(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of tests/fixtures with the files of ../shared and our report projects."""
    source = shared / "data" / "exports" / "eurobarometer_3waves"
    if not source.is_dir():
        pytest.skip("../shared/data/exports/eurobarometer_3waves is not there")
    root = tmp_path_factory.mktemp("eurobarometer") / "workspace"
    shutil.copytree(Path(__file__).parent / "fixtures" / "eurobarometer", root)
    for wave, name in FILES.items():
        (root / "data" / "raw" / wave).mkdir(parents=True)
        shutil.copyfile(source / name, root / "data" / "raw" / wave / name)
    made = shutil.ignore_patterns("_output", "_resultater", "_variables.yml")
    shutil.copytree(resource_folder("reports"), root / "reports", ignore=made)
    plan = root / "evaluation.toml"
    text = plan.read_text(encoding="utf-8")
    assert text.count("year = 2019") == 1
    plan.write_text(text.replace("year = 2019", f'year = 2019\nproducts = ["{PRODUCT}"]'), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def done(eurobarometer: Path) -> Outcome:
    """`evaluation run` in the workspace, once, in a process of its own."""
    command = (sys.executable, "-c", "from evaluation.cli.main import run; run()", "run", "--engine", "embedded")
    made = subprocess.run(
        (*command, "--workspace", eurobarometer),
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    return Outcome(made.returncode, made.stdout, made.stderr)


def output(root: Path, suffix: str) -> Path:
    return root / "reports/_output" / PRODUCT / f"{PRODUCT}.{suffix}"


def words(root: Path) -> str:
    text = output(root, "html").read_text(encoding="utf-8")
    text = re.sub(r"(?s)<(style|script|svg|head)\b.*?</\1>", " ", text)
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", text)).replace("\N{SOFT HYPHEN}", "").split())


def test_check_reads_all_three_waves_and_writes_nothing(capsys, eurobarometer):
    before = {path for path in eurobarometer.rglob("*") if "processed" not in path.parts}
    found = evaluation(capsys, "check", "--workspace", eurobarometer, "--lang", "en")
    assert found.code == 0, found.err
    for wave, (rows, kept) in ROWS.items():
        assert f"eurobarometer {wave}: {rows} rows in the file, {kept} kept" in found.out
    assert {path for path in eurobarometer.rglob("*") if "processed" not in path.parts} == before


def test_run_makes_three_documents(eurobarometer, done):
    assert done.code == 0, done.err
    assert output(eurobarometer, "pdf").read_bytes()[:5] == b"%PDF-"
    assert output(eurobarometer, "docx").read_bytes()[:2] == b"PK"
    assert f"{PRODUCT}.html" in done.out


@pytest.mark.parametrize("wave", list(ROWS))
def test_rows_and_weighted_shares_are_those_counted_by_hand(eurobarometer, done, wave):
    published = eurobarometer / "data/processed/published"
    meta = json.loads((published / "meta.json").read_text(encoding="utf-8"))
    report = next(r for r in meta["imports"] if r["wave"] == wave)
    assert (report["rows_in"], report["rows_kept"]) == ROWS[wave]
    levels = pd.read_parquet(published / "levels.parquet")
    levels = levels[(levels["stat"] == "andel") & (levels["group"] == "kommune") & (levels["wave"] == wave)]
    for item, waves in SHARES.items():
        row = levels[levels["measure"] == item].iloc[0]
        n, share = waves[wave]
        assert row["n"] == n
        assert row["value"] == pytest.approx(share, abs=5e-7)
        assert row["weighting"] == "w1"


def test_before_is_2014_and_after_is_2019(eurobarometer, done):
    estimates = pd.read_parquet(eurobarometer / "data/processed/published/estimates.parquet")
    assert set(estimates["waves"]) == {"2014_2019"}
    rows = estimates[(estimates["stat"] == "andel") & (estimates["group"] == "kommune")].set_index("measure")
    for item, waves in SHARES.items():
        row = rows.loc[item]
        assert (row["n_before"], row["n_after"]) == (waves["2014"][0], waves["2019"][0])
        assert row["change"] == pytest.approx(waves["2019"][1] - waves["2014"][1], abs=1e-6)


def test_the_report_tells_the_numbers_before_and_after(eurobarometer, done):
    text = words(eurobarometer)
    assert "Udviklingen fra 2014 til 2019 fremgår af" in text
    peace = SHARES["vaerdi-fred"]
    before, after = (round(100 * peace[wave][1]) for wave in ("2014", "2019"))
    change = f"{100 * (peace['2019'][1] - peace['2014'][1]):.1f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")
    assert f"»Fred«, hvor andelen af positive svar er gået fra {before} til {after} pct." in text
    assert f"Fred {before} {after} {change}" in text
    for item, name in (("tillid-regering", "Landets regering"), ("tillid-europaparlament", "Europa-Parlamentet")):
        shares = [str(round(100 * SHARES[item][wave][1])) for wave in ("2014", "2019")]
        assert f"{name} {' '.join(shares)}" in text


def test_an_item_asked_only_after_shows_what_was_found_then(eurobarometer, done):
    """Trust in the police was not asked in 2014: no change, and not "0 answers" in 2019 either."""
    assert re.search(r"Politiet – 61 – – – / 35\b", words(eurobarometer))


def test_real_data_are_not_called_fictional(eurobarometer, done):
    import pypandoc

    assert json.loads((eurobarometer / "data/processed/published/meta.json").read_text("utf-8"))["fictional"] is False
    texts = {"html": words(eurobarometer), "docx": pypandoc.convert_file(str(output(eurobarometer, "docx")), "plain")}
    for name, text in texts.items():
        assert "fiktiv" not in unicodedata.normalize("NFC", text).lower(), name
        assert len(text.split()) > 900, name
        assert not re.search(r"\?var|\{\{<|\bnan\b|@fig-|@tbl-|:::|\?\?", text, re.IGNORECASE), name


def test_rows_left_out_by_the_plan_are_told_in_danish(eurobarometer, done):
    text = words(eurobarometer)
    assert "uden for undersøgelsen: 15" in text
    assert "where" not in text


def test_a_second_run_changes_nothing(capsys, eurobarometer, done):
    published = {p.name: p.read_bytes() for p in (eurobarometer / "data/processed/published").iterdir()}
    again = evaluation(capsys, "run", "--workspace", eurobarometer, "--engine", "embedded", messages="en")
    assert again.code == 0
    assert f"{PRODUCT}: nothing has changed" in again.out
    assert {p.name: p.read_bytes() for p in (eurobarometer / "data/processed/published").iterdir()} == published


def test_a_real_surveyxact_export_through_inspect(capsys, shared):
    file = shared / "data" / "exports" / "sx_readsx_utf16" / "dataset.csv"
    if not file.is_file():
        pytest.skip("../shared/data/exports/sx_readsx_utf16 is not there")
    found = evaluation(capsys, "inspect", file, "--json")
    assert found.code == 0, found.err
    told = json.loads(found.out)
    assert (told["rows"], told["columns"], len(told["variables"])) == (999, 242, 242)
    assert told["status"] == {"completed": 340, "partial": 85, "not_opened": 574}
    assert told["fictional"] is False
