"""The fictional workspace as a whole."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.common.language import catalogue
from evaluation.common.table import VERDICTS
from evaluation.demo.make import SEED, answered, make_demo
from evaluation.demo.municipality import ELSEWHERE, HOME, all_units, day_care, schools
from evaluation.demo.population import draw
from evaluation.plan.load import load_workspace
from evaluation.plan.timing import pairing


def content(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path, demo_workspace: Path) -> None:
    make_demo(tmp_path / "a")
    assert content(tmp_path / "a") == content(demo_workspace)
    make_demo(tmp_path / "b", seed=SEED + 1)
    other = content(tmp_path / "b")
    raw = [name for name in other if name.startswith("data/raw/") and "labels" not in name and "structure" not in name]
    assert len(raw) == 12
    assert all(other[name] != content(demo_workspace)[name] for name in raw)


def test_every_export_and_register_says_fictional(demo_workspace: Path) -> None:
    import zipfile

    for path in sorted((demo_workspace / "data/raw").rglob("*.*")):
        data = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                data = b"".join(archive.read(name) for name in archive.namelist())
        assert b"fiktive data" in data.lower(), path


def test_plan_and_registers_load(demo_workspace: Path) -> None:
    workspace = load_workspace(demo_workspace)
    assert [s.id for s in workspace.plan.surveys] == [
        "medarbejdertrivsel",
        "foraeldre",
        "skoleovergang",
        "oplevet-aendring",
    ]
    for survey in ("medarbejdertrivsel", "foraeldre", "skoleovergang"):
        pair = pairing(workspace, survey)
        assert (pair.before, pair.after) == ("2020", "2024"), (survey, pair.reason)
    for survey in workspace.plan.surveys:
        for wave in survey.waves:
            assert wave.file is not None
            assert (demo_workspace / wave.file).is_file()
    deltas = {d.survey: (d.points, d.shares) for d in workspace.plan.decision.deltas}
    assert deltas == {"medarbejdertrivsel": (5, 5), "foraeldre": (2.5, 5), "skoleovergang": (5, 5)}
    units = {u.id for u in workspace.registers.units}
    for trial in workspace.registers.trials:
        assert set(trial.units) <= units
        assert trial.theme


def test_population_register_counts_everybody_who_was_invited(demo_workspace: Path) -> None:
    with (demo_workspace / "data/registers/population.csv").open(encoding="utf-8", newline="") as stream:
        found = Counter()
        for row in csv.DictReader(stream):
            found[row["survey"], row["wave"]] += int(row["invited"])
    for key, frame in draw(SEED).items():
        assert found[key] == len(frame)
    assert found["oplevet-aendring", "2024"] == found["medarbejdertrivsel", "2024"]


def test_municipality_has_the_shape_that_was_asked_for() -> None:
    units = day_care(HOME)
    assert [u.id for u in units] == [f"G90{n:03d}" for n in range(1, 34)]
    assert [u.id for u in schools()] == [f"99000{n}" for n in range(1, 9)]
    assert len({u.type for u in units}) == 4
    assert len(day_care(ELSEWHERE)) >= 6
    closed = [u.id for u in units if u.open_in("2022") and not u.open_in("2024")]
    assert closed == ["G90029"]
    merged = [u for u in units if u.predecessors]
    assert [u.predecessors for u in merged] == [("G90031", "G90032")]
    assert sum(u.administrative for u in all_units()) == 1


def test_about_as_many_answer_as_was_asked_for() -> None:
    for (survey, wave), frame in draw(SEED).items():
        n = int((answered(frame) & (frame["kommune"] == HOME)).sum())
        wanted = {"medarbejdertrivsel": 400, "foraeldre": 700, "skoleovergang": 250}[survey]
        assert abs(n - wanted) <= 0.1 * wanted, (survey, wave, n)


def test_truth_names_every_scale_and_every_verdict_is_intended_somewhere(demo_workspace: Path) -> None:
    truth = json.loads((demo_workspace / "truth.json").read_text(encoding="utf-8"))
    assert truth["fiktive_data"] is True
    scales = [scale for survey in truth["scales"].values() for scale in survey.values()]
    assert len(scales) == 27
    assert {s["intended_verdict"] for s in scales} - {None} == set(VERDICTS)
    for scale in scales:
        assert scale["after"] - scale["before"] == pytest.approx(scale["change"], abs=1e-3)
    unchanged = {k for k, s in truth["scales"]["medarbejdertrivsel"].items() if s["intended_verdict"] == "uaendret"}
    assert unchanged


def test_language_assessment_changes_its_population(demo_workspace: Path) -> None:
    with (demo_workspace / "data/registers/indicators.csv").open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if r["indicator"] == "sprogvurdering-saerlig-indsats"]
    children = {year: sum(int(r["denominator"]) for r in rows if r["period"] == year) for year in ("2020", "2021")}
    assert children["2021"] < 0.5 * children["2020"]
    notes = {r["period"]: r["note"] for r in rows}
    assert notes["2020"] != notes["2021"]
    assert "Fiktive data" in {r["source"] for r in rows}


def test_size_follows_respondents(tmp_path: Path) -> None:
    small = make_demo(tmp_path / "small", respondents=400)
    large = make_demo(tmp_path / "large", respondents=2700)
    ratio = large.sizes["foraeldre", "2024"][0] / small.sizes["foraeldre", "2024"][0]
    assert ratio == pytest.approx(2700 / 400, rel=0.1)


@pytest.mark.parametrize(
    "name",
    ["data/raw/2024/medarbejdertrivsel/rigtige_svar.csv", "data/raw/2024/foraeldre/foraeldre.sav", "evaluation.toml"],
)
def test_a_folder_with_other_exports_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    other = tmp_path / name
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(b"not ours")
    with pytest.raises(EvaluationError) as caught:
        make_demo(tmp_path)
    assert caught.value.problems[0].code == "demo-folder-taken"
    assert name in caught.value.problems[0].found
    assert content(tmp_path) == {name: b"not ours"}


def test_an_export_dropped_into_an_earlier_demo_is_never_overwritten(tmp_path: Path) -> None:
    make_demo(tmp_path)
    (tmp_path / "data/raw/2026").mkdir()
    (tmp_path / "data/raw/2026/rigtig.sav").write_bytes(b"not ours")
    with pytest.raises(EvaluationError, match="demo-folder-taken"):
        make_demo(tmp_path)


def test_prose_that_was_changed_survives_a_second_run(tmp_path: Path) -> None:
    first = make_demo(tmp_path)
    prose = next(tmp_path / n for n in first.files if n.endswith(".qmd"))
    prose.write_text("Mine egne ord.", encoding="utf-8")
    again = make_demo(tmp_path)
    assert prose.read_text(encoding="utf-8") == "Mine egne ord."
    assert again.kept == (prose.relative_to(tmp_path).as_posix(),)
    third = make_demo(tmp_path)
    assert third.kept == again.kept


@pytest.mark.parametrize(("options", "code"), [({"respondents": 10}, "demo-respondents"), ({"seed": -1}, "demo-seed")])
def test_impossible_options_are_told(tmp_path: Path, options: dict[str, int], code: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        make_demo(tmp_path / "x", **options)  # type: ignore[arg-type]
    assert caught.value.problems[0].code == code
    for lang in ("da", "en"):
        assert code in catalogue("errors", lang)
        assert caught.value.render(lang)


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, str, int, int]] = []
    make_demo(tmp_path / "x", progress=lambda *step: told.append(step))
    done = [step[2] for step in told]
    assert done == sorted(done)
    assert told[-1][2] == told[-1][3]
