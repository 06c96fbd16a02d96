"""A workspace from export to published tables: what is stored, what is remembered, what is never repeated."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.responses.pseudonyms import KEY_ENV, Pseudonyms, create_key
from evaluation.workflow.check import check
from evaluation.workflow.manifest import MANIFEST, changed, read_manifest
from evaluation.workflow.run import run
from evaluation.workflow.status import status
from tests.support.commands import evaluation
from tests.support.panel import PEOPLE, leaks, panel_workspace, secrets, write_wave


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return panel_workspace(tmp_path, monkeypatch)


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted((root / "data/raw").rglob("*")) if p.is_file()}


def test_no_byte_of_what_is_stored_or_told_names_anybody(root: Path, capsys: pytest.CaptureFixture[str]):
    told = ""
    for command in ("check", "import", "analyse", "status"):
        outcome = evaluation(capsys, command, "--workspace", root, "--lang", "da")
        assert outcome.code == 0, outcome.err
        told += outcome.out + outcome.err
    found, searched = leaks(root)
    assert not found
    assert searched > 15
    assert not [secret for secret in secrets() if secret in told]


def test_waves_are_joined_by_the_key(root: Path):
    run(root, ("import",))
    key = Pseudonyms((root.parent / "keys/panel.key").read_bytes())
    stored = [
        set(pd.read_parquet(root / f"data/processed/ansatte/{w}/persons.parquet")["respondent"]) for w in (2020, 2024)
    ]
    assert stored[0] == stored[1] == {key.of(f"qzm{n}x@xkj{n}.dk") for n in range(PEOPLE)}


@pytest.mark.parametrize("how", ["lost", "another"])
def test_a_wrong_key_stops_before_anything_is_written(root: Path, monkeypatch: pytest.MonkeyPatch, how: str):
    other = root.parent / "other.key"
    if how == "another":
        create_key(root, other)
    monkeypatch.setenv(KEY_ENV, str(other))
    code = "panel-key-wrong" if how == "another" else "panel-key-missing"
    for attempt in (lambda: run(root, ("import",)), lambda: check(root)):
        with pytest.raises(EvaluationError, match=code):
            attempt()
    left = [p for p in (root / "data").rglob("*") if p.is_file() and "processed" in p.parts]
    assert [p for p in left if p.suffix in {".parquet", ".json"}] == []


def test_without_panel_addresses_stop_the_import(root: Path):
    plan = (root / "evaluation.toml").read_text(encoding="utf-8")
    (root / "evaluation.toml").write_text(plan.partition("[panel]")[0], encoding="utf-8")
    with pytest.raises(EvaluationError) as error:
        run(root, ("import",))
    assert {p.code for p in error.value.problems} == {"response-id-identifier-email"}
    assert not [s for s in secrets() if s in str(error.value)]


def test_the_manifest_remembers_and_only_grows(root: Path, capsys: pytest.CaptureFixture[str]):
    before = snapshot(root)
    run(root, ("import",))
    first = read_manifest(root)
    assert [e.path for e in first] == ["data/raw/2020.csv", "data/raw/2024.csv"]
    assert [e.size for e in first] == [len(before[e.path]) for e in first]
    assert all(re.fullmatch(r"[0-9a-f]{64}", e.sha256) and e.version.startswith("evaluation ") for e in first)
    assert first[0].reader == "csv"
    run(root, ("import",))
    assert read_manifest(root) == first
    assert snapshot(root) == before

    write_wave(root, 2024, ";".join(["ny@xkj99.dk", "A", "B", "", "A1", "4", "4", ""]) + "\n")
    after = snapshot(root)
    assert [(c.path, c.gone) for c in changed(root)] == [("data/raw/2024.csv", False)]
    assert check(root).changed == status(root).changed == changed(root)
    for command in ("check", "status"):
        told = evaluation(capsys, command, "--workspace", root, "--lang", "en")
        assert "Raw file changed since" in told.out
    told = evaluation(capsys, "import", "--workspace", root, "--lang", "en")
    assert "The raw file data/raw/2024.csv has changed" in told.out
    second = read_manifest(root)
    assert second[:2] == first
    assert second[2].replaces == first[1].sha256
    assert snapshot(root) == after
    assert changed(root) == ()

    (root / "data/raw/2020.csv").unlink()
    assert [(c.path, c.gone) for c in changed(root)] == [("data/raw/2020.csv", True)]


@pytest.mark.parametrize("damage", ["value", "removed", "cut", "cut and counted", "emptied", "unsealed", "json"])
def test_a_manifest_that_was_tampered_with_is_never_written_over(root: Path, damage: str):
    run(root, ("import",))
    path = root / MANIFEST
    content = json.loads(path.read_text(encoding="utf-8"))
    if damage == "value":
        content["files"][0]["sha256"] = "0" * 64
    elif damage == "removed":
        del content["files"][0]
    elif damage.startswith("cut"):
        del content["files"][-1]
        content["entries"] -= damage != "cut"
    elif damage == "emptied":
        content |= {"files": [], "entries": 0}
    elif damage == "unsealed":
        del content["seal"]
    text = "{" if damage == "json" else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    write_wave(root, 2024, ";".join(["ny@xkj99.dk", "A", "B", "", "A1", "4", "4", ""]) + "\n")
    with pytest.raises(EvaluationError, match="manifest-damaged"):
        run(root, ("import",))
    assert path.read_text(encoding="utf-8") == text


def test_a_manifest_from_before_the_seal_is_read_and_sealed(root: Path):
    run(root, ("import",))
    path = root / MANIFEST
    sealed = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"version": 1, "files": sealed["files"]}), encoding="utf-8")
    assert len(read_manifest(root)) == 2
    write_wave(root, 2024, ";".join(["ny@xkj99.dk", "A", "B", "", "A1", "4", "4", ""]) + "\n")
    run(root, ("import",))
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["files"][:2] == sealed["files"]
    assert content["entries"] == len(read_manifest(root)) == 3
    assert content["seal"] != sealed["seal"]


def test_the_command_makes_a_key_and_shows_its_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(KEY_ENV, str(tmp_path / "out/k.key"))
    made = evaluation(capsys, "panel-key", "--workspace", tmp_path / "w", "--lang", "en")
    again = evaluation(capsys, "panel-key", "--workspace", tmp_path / "w", "--lang", "en")
    found = [re.search(r'fingerprint = "([0-9a-f]{16})"', o.out) for o in (made, again)]
    assert made.code == again.code == 0
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].group(1) == found[1].group(1)
