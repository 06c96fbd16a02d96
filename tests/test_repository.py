"""What the repository must never hold, and what it promises of itself."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def tracked() -> list[str]:
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("not a git checkout")
    return [name for name in found.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_files() -> list[Path]:
    suffixes = {".py", ".toml", ".md", ".qmd", ".yml", ".csv", ".lock", ".bib", ".css", ".typ", ".R", ".ipynb", ""}
    return [ROOT / name for name in tracked() if Path(name).suffix in suffixes]


def test_answers_stay_out_of_git():
    kept = {"data/raw/README.md", "data/processed/README.md"}
    held = [n for n in tracked() if n.startswith(("data/raw/", "data/processed/", "demo/")) and n not in kept]
    held += [n for n in tracked() if Path(n).suffix in {".sav", ".zsav", ".por", ".dta", ".parquet", ".xlsx", ".xls"}]
    assert held == []


def test_gitignore_keeps_answers_out(tmp_path):
    names = ["data/raw/2024/x.csv", "data/processed/a/2024/responses.parquet", "demo/evaluation.toml", "x.sav"]
    found = subprocess.run(
        ["git", "check-ignore", "--no-index", *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout.split() == names


def test_no_machine_paths_or_index_addresses():
    bad = re.compile(r"(?<![\w.])/(?:work|farm|root|tmp)/[a-z]|--(?:extra-)?index-url|--find-links|--trusted-host")
    mine = Path(__file__)
    hits = [p.name for p in text_files() if p != mine and bad.search(p.read_text(encoding="utf-8", errors="replace"))]
    assert hits == []


def test_lock_has_hashes_and_no_addresses():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    requirements = re.findall(r"^[A-Za-z0-9_.\[\]-]+==", lock, re.M)
    assert len(requirements) > 50
    assert "://" not in lock
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_no_cpr_like_numbers():
    cpr = re.compile(r"(?<![\w.-])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d-\d{4}(?![\w.-])")
    hits = [p.name for p in text_files() if "tests" not in p.parts and cpr.search(p.read_text("utf-8", "replace"))]
    assert hits == []


def test_modules_stay_small():
    long = {
        p.relative_to(ROOT).as_posix(): n
        for folder in ("evaluation", "tests", "benchmarks")
        for p in (ROOT / folder).rglob("*.py")
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
