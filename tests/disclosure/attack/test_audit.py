"""`evaluation audit` on a workspace: exit codes, words, the report as JSON."""

from __future__ import annotations

import json
import lzma
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from evaluation.disclosure.attack import office
from evaluation.disclosure.attack.run import audit, read
from tests.disclosure.attack.products import xlsx
from tests.disclosure.attack.support import attacked, distribution, facts, level, mean, together, write
from tests.support.commands import evaluation

PLAN = """
[evaluation]
title = {da = "Prøve"}
kommune = "Vesterby Kommune"
kommunekode = "999"
year = 2025
[[wave]]
id = "2024"
from = 2024-09-01
to = 2024-10-01
[[survey]]
id = "s"
instrument = "lille"
design = "repeated-cross-section"
respondent = {da = "medarbejdere"}
unit = "enhed"
id_column = "id"
wave = [{wave = "2024", file = "data/raw/2024/s.csv"}]
"""
CODEBOOK = """
id = "lille"
title = {da = "Lille"}
respondent = {da = "medarbejdere"}
theme = [{id = "t", title = {da = "Tema"}}]
[[response]]
id = "fem"
choice = [
  {code = 1, label = {da = "1"}, score = 0}, {code = 2, label = {da = "2"}, score = 25},
  {code = 3, label = {da = "3"}, score = 50}, {code = 4, label = {da = "4"}, score = 75},
  {code = 5, label = {da = "5"}, score = 100},
]
[[item]]
id = "q"
text = {da = "Et udsagn"}
response = "fem"
theme = "t"
"""
A, B = (3, 6, 9, 8, 4), (1, 2, 2, 2, 1)
WHOLE = tuple(a + b + b for a, b in zip(A, B, strict=True))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a safe publication and no exports: an audit needs none."""
    root = tmp_path / "arbejde"
    for name, text in (("evaluation.toml", PLAN), ("data/codebooks/lille.toml", CODEBOOK)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    publish(root / "data/processed/published", {"enhed-b", "enhed-c"})
    return root


def publish(folder: Path, hidden: set[str]) -> None:
    groups = {"enhed-a": A, "enhed-b": B, "enhed-c": B}
    rows = [level("kommune", WHOLE, value=mean(WHOLE))]
    rows += [level(g, c) if g in hidden else level(g, c, value=mean(c)) for g, c in groups.items()]
    shown = [row for g, c in groups.items() if g not in hidden for row in distribution(g, c)]
    write(folder, rows, [*distribution("kommune", WHOLE), *shown])


def test_a_safe_publication_is_zero(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = evaluation(capsys, "audit", "--workspace", workspace, "--lang", "da")
    assert (done.code, "Traceback" in done.err) == (0, False)
    assert "Intet af det skjulte kan regnes ud" in done.out
    assert "Angreb" in done.err


@pytest.mark.parametrize(("lang", "words"), [("da", "kan regnes ud"), ("en", "can be worked out")])
def test_a_leak_is_one(workspace: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str) -> None:
    publish(workspace / "data/processed/published", {"enhed-b"})
    done = evaluation(capsys, "audit", "--workspace", workspace, "--lang", lang)
    assert done.code == 1
    assert words in done.out
    assert "enhed-b" in done.out
    assert "s.q-1.antal.kommune.2024" in done.out


def test_an_earlier_publication_is_known(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace / "reports/_published/2023/tables"
    publish(folder, {"enhed-a", "enhed-c"})
    for path in folder.glob("*.csv"):
        path.with_suffix(".csv.xz").write_bytes(lzma.compress(path.read_bytes()))
        path.unlink()
    done = evaluation(capsys, "audit", "--workspace", workspace, "--json")
    report = json.loads(done.out)
    assert done.code == 1
    assert {leak["group"] for leak in report["leaks"]} >= {"enhed-c"}
    assert any("2023" in name for name in report["files"])
    shutil.rmtree(workspace / "reports/_published")
    assert json.loads(evaluation(capsys, "audit", "--workspace", workspace, "--json").out)["safe"]


def test_no_time_is_no_proof(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = evaluation(capsys, "audit", "--workspace", workspace, "--lang", "en", "--time-limit", 0)
    assert done.code == 1
    assert "out of time" in done.out


@pytest.mark.parametrize("damage", ["nothing", "cells", "bytes", "publication"])
def test_what_cannot_be_read_is_told(workspace: Path, capsys: pytest.CaptureFixture[str], damage: str) -> None:
    folder = workspace / "data/processed/published"
    if damage == "nothing":
        shutil.rmtree(folder)
    elif damage == "cells":
        (folder / "levels.csv").write_text("key,survey\nonly one\n", encoding="utf-8")
    elif damage == "bytes":
        (folder / "levels.csv").write_bytes(b"key\n\xff\xfe\n")
    else:
        plan = workspace / "evaluation.toml"
        plan.write_text(plan.read_text(encoding="utf-8") + '[disclosure]\npublications = ["2019"]\n', encoding="utf-8")
    done = evaluation(capsys, "audit", "--workspace", workspace, "--lang", "da")
    assert done.code == 1
    assert ("2019" if damage == "publication" else "[attack-") in done.err
    assert "Traceback" not in done.err


def test_too_little_time_is_no_proof_either(tmp_path: Path) -> None:
    # enough groups for the attack to take longer than a millisecond
    rng = np.random.default_rng(1)
    groups = {f"enhed-{u}": tuple(int(x) for x in rng.multinomial(9, (0.1, 0.2, 0.3, 0.3, 0.1))) for u in range(150)}
    total = together(*groups.values())
    rows = [level("kommune", total, value=mean(total)), *(level(name, counts) for name, counts in groups.items())]
    folder = write(tmp_path / "p", rows, distribution("kommune", total))
    assert attacked(folder, facts()).safe
    report = audit(read(folder), facts(), seconds=0.001)
    assert {one.reason for one in report.unproven} == {"time"}
    assert not report.safe


BOMB = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


def _packed(path: Path, parts: dict[str, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("kind", ["half", "no zip", "entities", "entities in utf-16", "large", "svg", "html", "csv"])
def test_a_product_that_cannot_be_read_is_told(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    folder = workspace / "reports/_output/bog"
    folder.mkdir(parents=True)
    path = folder / {"svg": "a.svg", "html": "a.html", "csv": "a.csv"}.get(kind, "a.xlsx")
    if kind == "half":
        _packed(path, {"xl/workbook.xml": "<a/>" * 1})
        path.write_bytes(path.read_bytes()[:-30])
    elif kind == "large":
        monkeypatch.setattr(office, "MOST_FILE", 10_000)
        _packed(path, {"xl/workbook.xml": "<a>" + " " * 20_000 + "</a>"})
    elif kind.startswith("entities"):
        _packed(path, {"xl/workbook.xml": BOMB.encode("utf-16" if "16" in kind else "utf-8")})
    else:
        path.write_bytes({"svg": BOMB.encode(), "csv": b"a\xff\n"}.get(kind, b"\xff\xfe"))
    done = evaluation(capsys, "audit", "--workspace", workspace, "--lang", "da")
    assert done.code == 1
    assert "[attack-unreadable]" in done.err
    assert path.name in done.err
    assert "Traceback" not in done.err


def test_a_workbook_beside_the_report_is_attacked(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace / "reports/_output/bog"
    folder.mkdir(parents=True)
    row = ["s", "q", "snit", "enhed-b", "2024", mean(B)]
    xlsx(folder / "bog.xlsx", [["Tal"]], hidden=[["survey", "measure", "stat", "group", "wave", "value"], row])
    done = evaluation(capsys, "audit", "--workspace", workspace, "--json")
    report = json.loads(done.out)
    assert done.code == 1
    assert {leak["group"] for leak in report["leaks"] if leak["kind"] == "page"} == {"enhed-b"}
    # and what follows from it: one of two that hid together is known
    assert "enhed-c" in {leak["group"] for leak in report["leaks"]}
    assert any(name.endswith("bog.xlsx") for name in report["files"])
