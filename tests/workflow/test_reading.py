"""What is kept of a file serves its next import, gives the same answers, and never holds what the store may not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pyreadstat
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.importing import read
from evaluation.importing.cache import FOLDER
from evaluation.responses.store import load_responses
from evaluation.workflow.run import run
from tests.support.panel import leaks, panel_workspace
from tests.support.workspaces import LITTLE, plan_head, units, write_workspace

ROWS = 60
SURVEY = """\
[[survey]]
id = "ansatte"
instrument = "lille"
design = "repeated-cross-section"
respondent = {da = "ansatte"}
unit = "enhed"
[[survey.wave]]
wave = "2024"
file = "data/raw/svar.sav"

[[decision.delta]]
survey = "ansatte"
points = 5
reason = {da = "Fordi"}
"""
SECRETS = ("Qvornhild", "Wzeltmose", "qzmhild@xkj.dk")


def frame(**more: object) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "enhed": [f"A{n % 2}" for n in range(ROWS)],
            "s_1": rng.choice([1.0, 2.0, 3.0, 4.0, np.nan], ROWS),
            "s_2": rng.choice([1.0, 2.0, 3.0, 4.0], ROWS),
            "fornavn": ["Qvornhild"] * ROWS,
            "bemaerk": ["Skriv til Wzeltmose, qzmhild@xkj.dk"] * ROWS,
            **more,
        }
    )


def save(root: Path, table: pd.DataFrame) -> None:
    pyreadstat.write_sav(table, str(root / "data/raw/svar.sav"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    plan = plan_head("2024", products="[]") + SURVEY
    folder = write_workspace(
        tmp_path / "work", plan, codebooks={"lille": LITTLE}, registers={"units": units("A0 Mosen", "A1 Bakken")}
    )
    save(folder, frame())
    return folder


def kept(root: Path) -> list[Path]:
    return sorted((root / FOLDER).glob("*"))


def new_label(root: Path) -> None:
    path = root / "data/codebooks/lille.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("score = 33", "score = 34"), encoding="utf-8")


def no_file(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read themselves from here on."""
    asked: list[Path] = []
    whole = read.read_export

    def told(path: Path, **options: object) -> object:
        asked.append(path)
        return whole(path, **options)

    monkeypatch.setattr(read, "read_export", told)
    return asked


def test_a_changed_codebook_reads_what_was_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = no_file(monkeypatch)
    run(root, ("import",))
    assert [path.name for path in asked] == ["svar.sav"]
    first = load_responses(root / "data/processed/ansatte/2024")
    new_label(root)
    run(root, ("import",))
    assert len(asked) == 1, "the file was read again though it had not changed"
    again = load_responses(root / "data/processed/ansatte/2024")
    for part in ("codes", "states", "persons", "weights"):
        pd.testing.assert_frame_equal(getattr(again, part), getattr(first, part))
    assert again.report == first.report
    assert again.checks == first.checks
    assert again.asked == first.asked


def test_a_changed_file_is_read_and_the_old_one_forgotten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(root, ("import",))
    (old,) = kept(root)
    save(root, frame(s_1=[4.0] * ROWS))
    asked = no_file(monkeypatch)
    run(root, ("import",))
    assert len(asked) == 1
    assert (load_responses(root / "data/processed/ansatte/2024").codes["s_1"] == 4).all()
    assert len(kept(root)) == 1
    assert kept(root) != [old]


def test_only_named_columns_are_kept(root: Path) -> None:
    run(root, ("import",))
    (stored,) = kept(root)
    assert set(pyarrow.parquet.read_schema(stored).names) == {"enhed", "s_1", "s_2"}
    for path in (p for p in (root / "data/processed").rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += pd.read_parquet(path).to_csv().encode()
        assert not [secret for secret in SECRETS if secret.encode() in content], path


def test_a_stray_text_among_answers_is_not_kept(root: Path) -> None:
    texts = ["Enig"] * ROWS
    texts[7] = "Qvornhild"
    save(root, frame(s_1=texts))
    run(root, ("import",))
    assert kept(root) == []
    save(root, frame(s_1=["Enig"] * ROWS))
    run(root, ("import",))
    assert len(kept(root)) == 1


@pytest.mark.parametrize("line", ['id_column = "nr"', 'rater = "nr"'])
def test_ids_of_people_are_not_kept(root: Path, line: str) -> None:
    save(root, frame(nr=[f"p{n}" for n in range(ROWS)]))
    plan = root / "evaluation.toml"
    plan.write_text(
        plan.read_text(encoding="utf-8").replace('unit = "enhed"', f'unit = "enhed"\n{line}'), encoding="utf-8"
    )
    run(root, ("import",))
    assert (root / "data/processed/ansatte/2024/persons.parquet").is_file()
    assert kept(root) == []


def test_files_with_times_are_read_themselves(root: Path) -> None:
    """Their validation looks at columns that are not kept."""
    save(root, frame(startdate=["2024-10-05 10:00:00"] * ROWS))
    run(root, ("import",))
    assert kept(root) == []


def test_an_import_that_stops_keeps_nothing(root: Path) -> None:
    save(root, frame(kode=["010190-" + "4444"] * ROWS))
    with pytest.raises(EvaluationError, match="response-cpr"):
        run(root, ("import",))
    assert kept(root) == []


def test_what_no_longer_fits_is_told_from_the_file_itself(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(root, ("import",))
    assert kept(root)
    units_file = root / "data/registers/units.csv"
    units_file.write_text(units("A0 Mosen"), encoding="utf-8")
    asked = no_file(monkeypatch)
    with pytest.raises(EvaluationError) as error:
        run(root, ("import",))
    assert "response-unit-unknown" in {problem.code for problem in error.value.problems}
    assert len(asked) == 1


@pytest.mark.parametrize("form", ["csv", "xlsx", "sav"])
def test_no_byte_of_what_is_stored_names_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    root = panel_workspace(tmp_path, monkeypatch, form=form)
    run(root, ("import",))
    found, searched = leaks(root)
    assert not found
    assert searched > 10
    assert kept(root) == []


def test_the_search_finds_what_is_kept_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search above can fail: a copy of everything is found."""
    from evaluation.importing.cache import save_cached

    root = panel_workspace(tmp_path, monkeypatch, form="sav")
    export = read.read_export(root / "data/raw/2020.sav")
    assert save_cached(dataclasses.replace(export), root / FOLDER)
    found, _ = leaks(root)
    assert found
