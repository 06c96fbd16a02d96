"""What a user sees of each command."""

import json
import subprocess
import sys

import pytest

from tests.support.commands import evaluation


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv=['evaluation','--help']\n"
        "from evaluation.cli.main import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "heavy={'pandas','numpy','pingouin','plotnine','scipy','pydantic','pyarrow','typst','pypandoc'}&set(sys.modules)\n"
        "sys.stderr.write(','.join(sorted(heavy)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "inspect" in done.stdout
    assert done.stderr == ""


def test_wrong_usage_is_two(capsys):
    assert evaluation(capsys, "nonsense").code == 2
    assert evaluation(capsys, "render", "--engine", "latex").code == 2


def test_demo_refuses_a_folder_with_other_exports(capsys, tmp_path):
    raw = tmp_path / "data" / "raw" / "2024"
    raw.mkdir(parents=True)
    (raw / "mine.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    done = evaluation(capsys, "demo", tmp_path)
    assert done.code == 1
    assert "mine.csv" in done.err
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_inspect_json_is_one_object(capsys, demo_workspace):
    file = demo_workspace / "data/raw/2024/medarbejdertrivsel/dataset.csv"
    done = evaluation(capsys, "inspect", file, "--json")
    found = json.loads(done.out)
    assert done.code == 0
    assert found["format"].startswith("surveyxact")
    assert found["fictional"] is True
    assert found["rows"] == sum(found["status"].values())
    assert {"name", "label", "type", "value_labels", "missing"} == set(found["variables"][0])


@pytest.mark.parametrize(("lang", "words"), [("da", "Filen findes ikke"), ("en", "The file is not there")])
def test_inspect_a_file_that_is_not_there(capsys, tmp_path, lang, words):
    done = evaluation(capsys, "inspect", tmp_path / "no.sav", "--lang", lang)
    assert done.code == 1
    assert words in done.err
    assert "Traceback" not in done.err


def test_check_tells_rows_of_every_file(capsys, demo_workspace):
    done = evaluation(capsys, "check", "--workspace", demo_workspace, "--lang", "en")
    assert done.code == 0, done.err
    assert "medarbejdertrivsel 2024" in done.out
    assert not (demo_workspace / "data/processed/medarbejdertrivsel").exists()


def test_rebilds_own_plan_passes_and_names_what_is_awaited(capsys):
    from pathlib import Path

    root = Path(__file__).parents[2]
    done = evaluation(capsys, "check", "--workspace", root, "--lang", "en")
    assert done.code == 0, done.err
    assert "Awaited" in done.out


def test_status_names_what_is_stale_and_why(capsys, demo_copy):
    fresh = evaluation(capsys, "status", "--workspace", demo_copy, "--lang", "en")
    assert fresh.code == 0
    assert "import/medarbejdertrivsel/2024" in fresh.out
    line = next(x for x in fresh.out.splitlines() if x.startswith("analyse"))
    assert "up to date" in line
    plan = demo_copy / "evaluation.toml"
    plan.write_text(plan.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    stale = evaluation(capsys, "status", "--workspace", demo_copy, "--lang", "en")
    line = next(x for x in stale.out.splitlines() if x.startswith("analyse"))
    assert "stale" in line
    assert "evaluation.toml" in line


def test_unknown_product_names_the_known(capsys, demo_copy):
    done = evaluation(capsys, "render", "regneark", "--workspace", demo_copy, "--lang", "en")
    assert done.code == 1
    assert "midtvejsevaluering" in done.err
