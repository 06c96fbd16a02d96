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

PLAN = """\
[evaluation]
title = {da = "Prøve"}
kommune = "Lindholt Kommune"
kommunekode = "999"
year = 2025
products = []

[[release]]
id = "aftale"
title = {da = "Aftalen"}
from = 2021-06-01

[[wave]]
id = "2020"
from = 2020-10-01
to = 2020-11-15

[[wave]]
id = "2024"
from = 2024-10-01
to = 2024-11-15

[[survey]]
id = "ansatte"
instrument = "lille"
design = "panel"
respondent = {da = "ansatte"}
id_column = "mail"
unit = "enhed"
[[survey.wave]]
wave = "2020"
file = "data/raw/2020.csv"
[[survey.wave]]
wave = "2024"
file = "data/raw/2024.csv"

[[decision.delta]]
survey = "ansatte"
points = 5
reason = {da = "Fordi"}

[panel]
fingerprint = "FINGERPRINT"
"""
CODEBOOK = """\
id = "lille"
title = {da = "Lille"}
respondent = {da = "Ansatte"}
[[theme]]
id = "t"
title = {da = "T"}
[[response]]
id = "fire"
positive = [3, 4]
choice = [
  {code = 1, score = 0, label = {da = "Helt uenig"}},
  {code = 2, score = 33, label = {da = "Uenig"}},
  {code = 3, score = 67, label = {da = "Enig"}},
  {code = 4, score = 100, label = {da = "Helt enig"}},
]
[[item]]
id = "s_1"
text = {da = "Udsagn et"}
response = "fire"
theme = "t"
[[item]]
id = "s_2"
text = {da = "Udsagn to"}
response = "fire"
theme = "t"
"""
PEOPLE = 16


def rows(wave: int) -> list[list[str]]:
    """Unique values in every column that names somebody: a search for any of them can only find a leak."""
    made = [["mail", "fornavn", "efternavn", "telefon", "enhed", "s_1", "s_2", "bemaerk"]]
    for n in range(PEOPLE):
        answers = [str(1 + (n + wave // 4) % 4), str(1 + (3 * n + wave // 4) % 4)]
        names = [f"qzm{n}x@xkj{n}.dk", f"Qvorn{chr(97 + n)}", f"Wzelt{chr(97 + n)}", f"{23_456_789 + 3_456_781 * n}"]
        made.append([*names, f"A{n % 2}", *answers, f"Jeg hedder Qvorn{chr(97 + n)}"])
    return made


def secrets() -> list[str]:
    return [value for row in rows(2020)[1:] for value in row[:4]]


def write(root: Path, wave: int, extra: str = "") -> None:
    lines = [";".join(row) for row in rows(wave)]
    (root / f"data/raw/{wave}.csv").write_text("\n".join(lines) + "\n" + extra, encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "work"
    for folder in ("data/raw", "data/codebooks", "data/registers"):
        (root / folder).mkdir(parents=True)
    monkeypatch.setenv(KEY_ENV, str(tmp_path / "keys/panel.key"))
    key = create_key(root, tmp_path / "keys/panel.key")
    (root / "evaluation.toml").write_text(PLAN.replace("FINGERPRINT", key.fingerprint), encoding="utf-8")
    (root / "data/codebooks/lille.toml").write_text(CODEBOOK, encoding="utf-8")
    header = "id,name,type,area,kommune,centre,private,administrative,valid_from,valid_to,predecessors"
    (root / "data/registers/units.csv").write_text(
        f"{header}\nA0,Mosen{',' * 9}\nA1,Bakken{',' * 9}\n", encoding="utf-8"
    )
    write(root, 2020)
    write(root, 2024)
    return root


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted((root / "data/raw").rglob("*")) if p.is_file()}


def test_no_byte_of_what_is_stored_or_told_names_anybody(root: Path, capsys: pytest.CaptureFixture[str]):
    told = ""
    for command in ("check", "import", "analyse", "status"):
        outcome = evaluation(capsys, command, "--workspace", root, "--lang", "da")
        assert outcome.code == 0, outcome.err
        told += outcome.out + outcome.err
    searched = 0
    for path in root.rglob("*"):
        if not path.is_file() or path.is_relative_to(root / "data/raw"):
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            # compressed: what a reader sees counts as well
            content += pd.read_parquet(path).to_csv().encode()
        content = content.lower()
        searched += 1
        for secret in secrets():
            for encoding in ("utf-8", "utf-16-le"):
                assert secret.lower().encode(encoding) not in content, path
    assert searched > 15
    assert not [secret for secret in secrets() if secret in told]
    key = Path(root.parent / "keys/panel.key").read_bytes()
    assert not [
        p for p in root.rglob("*") if p.is_file() and (key in p.read_bytes() or key.hex().encode() in p.read_bytes())
    ]


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

    write(root, 2024, ";".join(["ny@xkj99.dk", "A", "B", "", "A1", "4", "4", ""]) + "\n")
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


@pytest.mark.parametrize("damage", ["value", "removed", "json"])
def test_a_manifest_that_was_tampered_with_is_never_written_over(root: Path, damage: str):
    run(root, ("import",))
    path = root / MANIFEST
    content = json.loads(path.read_text(encoding="utf-8"))
    if damage == "value":
        content["files"][0]["sha256"] = "0" * 64
    elif damage == "removed":
        del content["files"][0]
    text = "{" if damage == "json" else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    write(root, 2024, ";".join(["ny@xkj99.dk", "A", "B", "", "A1", "4", "4", ""]) + "\n")
    with pytest.raises(EvaluationError, match="manifest-damaged"):
        run(root, ("import",))
    assert path.read_text(encoding="utf-8") == text


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
