"""Real exports through codebook, crosswalk and plan, with counts taken another way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from evaluation.codebook.crosswalk import load_crosswalk
from evaluation.codebook.load import load_instruments
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError
from evaluation.importing.read import read_export
from evaluation.plan.load import Workspace, load_workspace
from evaluation.plan.registers import Registers
from evaluation.responses.build import build_responses, check_waves
from evaluation.responses.model import Responses
from tests.responses.made import Names, dropped, survey

FILES = {"2014": "ZA5913.sav", "2017": "ZA6863.sav", "2019": "ZA7576.sav"}


@pytest.fixture(scope="module")
def workspace(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    source = shared / "data" / "exports" / "eurobarometer_3waves"
    if not source.is_dir():
        pytest.skip("../shared/data/exports/eurobarometer_3waves is not there")
    root = tmp_path_factory.mktemp("eurobarometer")
    shutil.copytree(Path(__file__).parents[1] / "fixtures" / "eurobarometer", root, dirs_exist_ok=True)
    for wave, name in FILES.items():
        (root / "data" / "raw" / wave).mkdir(parents=True)
        shutil.copy(source / name, root / "data" / "raw" / wave / name)
    return load_workspace(root)


def build(workspace: Workspace, wave: str, **changes: object) -> Responses:
    plan = workspace.plan.surveys[0]
    entry = next(w for w in plan.waves if w.wave == wave).model_copy(update=changes)
    instrument = load_instruments(workspace.root)["eurobarometer"]
    export = read_export(workspace.path(str(entry.file)))
    return build_responses(
        export, instrument, plan, entry, load_crosswalk(workspace, plan, instrument), workspace.registers
    )


# Counted with pyreadstat and pandas alone: rows of NL, DE-W, DE-E and CY, codes 1, 2 and 3 of each variable.
COUNTS = {
    "2014": {
        "tillid-regering": (12, 21, 2),
        "tillid-parlament": (11, 23, 1),
        "tillid-partier": (7, 27, 1),
        "tillid-myndigheder": (16, 17, 2),
        "tillid-eu": (8, 27, 0),
        "tillid-europaparlament": (10, 23, 2),
        "tillid-centralbank": (7, 23, 5),
    },
    "2017": {
        "tillid-regering": (12, 20, 3),
        "tillid-parlament": (13, 18, 4),
        "tillid-partier": (8, 25, 2),
        "tillid-politi": (24, 11, 0),
        "tillid-eu": (15, 16, 4),
        "tillid-europaparlament": (16, 11, 8),
        "tillid-centralbank": (10, 18, 7),
    },
    "2019": {
        "tillid-regering": (10, 23, 2),
        "tillid-parlament": (14, 18, 3),
        "tillid-partier": (12, 22, 1),
        "tillid-politi": (25, 10, 0),
        "tillid-eu": (12, 20, 3),
        "tillid-europaparlament": (20, 13, 2),
        "tillid-centralbank": (18, 15, 2),
    },
}
ROWS = {"2014": 35, "2017": 50, "2019": 45}
WEIGHT_SUMS = {"2014": 36.3244, "2017": 42.7411, "2019": 32.2946}


@pytest.mark.parametrize("wave", FILES)
def test_eurobarometer_counts(workspace: Workspace, wave: str) -> None:
    made = build(workspace, wave)
    assert (made.report.rows_in, made.report.rows_kept) == (ROWS[wave], 35)
    assert dropped(made) == ({} if wave == "2014" else {"where": ROWS[wave] - 35})
    for item, (trust, distrust, unknown) in COUNTS[wave].items():
        codes, states = made.codes[item], made.states[item]
        assert ((codes == 1).sum(), (codes == 2).sum(), (states == "ved_ikke").sum()) == (trust, distrust, unknown)
    assert made.weights.columns.tolist() == ["w1"]
    assert made.weights["w1"].sum() == pytest.approx(WEIGHT_SUMS[wave], abs=1e-3)
    assert made.persons["respondent"].is_unique
    assert not made.fictional


@pytest.mark.parametrize("wave", FILES)
def test_eurobarometer_against_pyreadstat(workspace: Workspace, wave: str) -> None:
    import pyreadstat

    made = build(workspace, wave)
    plan = workspace.plan.surveys[0]
    names = load_crosswalk(workspace, plan)
    path = workspace.root / "data" / "raw" / wave / FILES[wave]
    frame, _ = pyreadstat.read_sav(str(path), user_missing=True)
    frame = frame[frame["isocntry"].isin(["NL", "DE-W", "DE-E", "CY"])].reset_index(drop=True)
    for item in made.codes.columns:
        column = names.column(item, wave)
        if not column:
            assert set(made.states[item]) == {"ikke_stillet"}
            continue
        valid = [0, 1] if item.startswith("vaerdi") else [1, 2]
        expected = frame[column].where(frame[column].isin(valid))
        assert made.codes[item].astype("float64").fillna(-1).tolist() == expected.fillna(-1).tolist()
    assert made.persons["bosted"].fillna("").tolist() == [
        "" if v not in (1, 2, 3) else str(int(v)) for v in frame["d25"]
    ]
    assert made.persons["land"].tolist() == frame["isocntry"].tolist()


def test_eurobarometer_whole_files_without_where(workspace: Workspace) -> None:
    made = build(workspace, "2017", where={})
    assert len(made.persons) == 50
    # Code 9 "Inap.": not asked of 15 in candidate countries (bank), of 5 in the north of Cyprus (police).
    assert (made.states["tillid-centralbank"] == "ikke_stillet").sum() == 15
    assert (made.states["tillid-politi"] == "ikke_stillet").sum() == 5
    later = build(workspace, "2019", where={})
    assert (later.states["vaerdi-fred"] == "ikke_stillet").sum() == 9
    # 999999999 stands for "no id" in uniqid: the crosswalk names serialid, where everybody is once.
    assert later.persons["respondent"].is_unique


def test_eurobarometer_waves_are_three(workspace: Workspace) -> None:
    assert check_waves(workspace.plan.surveys[0], [build(workspace, wave) for wave in FILES]) == ()


def norwegian() -> Instrument:
    """A few questions of the held SurveyXact export, wordings ours, labels as in the file."""
    labels = ["Helt uenig", "Uenig", "Enig", "Helt enig"]
    items = [f"up_{n:02}" for n in range(1, 15)]
    return Instrument.model_validate(
        {
            "id": "fag",
            "title": {"da": "Fag"},
            "respondent": {"da": "Elever"},
            "theme": [{"id": "t", "title": {"da": "T"}}],
            "response": [
                {
                    "id": "enig",
                    "choice": [{"code": n, "score": (n - 1) * 33, "label": {"da": t}} for n, t in enumerate(labels, 1)],
                },
                {
                    "id": "valgt",
                    "choice": [
                        {"code": 0, "score": 0, "label": {"da": "Ikke valgt"}},
                        {"code": 1, "score": 100, "label": {"da": "Valgt"}},
                    ],
                },
            ],
            "item": [
                *({"id": i, "text": {"da": "Fag"}, "response": "enig", "theme": "t"} for i in items),
                {"id": "programmering", "text": {"da": "Programmering"}, "response": "valgt", "theme": "t"},
            ],
        }
    )


def test_surveyxact_through_a_codebook(shared: Path) -> None:
    path = shared / "data" / "exports" / "sx_readsx_utf16" / "dataset.csv"
    if not path.is_file():
        pytest.skip("../shared/data/exports/sx_readsx_utf16 is not there")
    plan = survey(unit=None, id_column=None, instrument="fag")
    export = read_export(path)
    made = build_responses(export, norwegian(), plan, plan.waves[0], Names({"programmering": "v_1_14"}), Registers())
    report = made.report
    assert (report.rows_in, report.completed, report.partial, report.not_opened) == (999, 340, 85, 574)
    assert dropped(made) == {"status": 574}
    assert len(made.persons) == 425
    assert (made.states["programmering"] == "besvaret").sum() == 425
    assert made.persons["completed"].sum() == 340
    # The same answers by pandas alone.
    raw = pd.read_csv(path, sep="\t", encoding="utf-16", dtype=str, keep_default_na=False)
    seen = raw[(raw["stato_3"] == "1") | (raw["stato_4"] == "1")]
    for item in ("up_01", "up_07", "up_14"):
        expected = seen[item].value_counts().drop("", errors="ignore").to_dict()
        assert made.codes[item].dropna().astype(int).astype(str).value_counts().to_dict() == expected


def test_a_file_of_another_survey_is_refused(workspace: Workspace) -> None:
    with pytest.raises(EvaluationError) as error:
        build(workspace, "2014", file="data/raw/2019/ZA7576.sav")
    assert [p.code for p in error.value.problems] == ["response-no-items"]
