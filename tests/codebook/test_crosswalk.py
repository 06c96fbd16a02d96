"""The crosswalk: names of variables by item and wave, and what is not asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.codebook.agreement import agreement_problems
from evaluation.codebook.crosswalk import Crosswalk, load_crosswalk
from evaluation.codebook.load import load_instrument, load_instruments
from evaluation.common.errors import EvaluationError
from evaluation.plan.load import load_workspace
from tests.plan.workspaces import PLAN, at, changed, told, workspace

WITH = changed('unit = "enhed"', 'unit = "enhed"\ncrosswalk = "data/codebooks/foraeldre.csv"')


def load(root, csv=None, plan=WITH):
    workspace(root, plan)
    if csv is not None:
        (root / "data/codebooks").mkdir(exist_ok=True)
        (root / "data/codebooks/foraeldre.csv").write_text(csv, encoding="utf-8")
    ws = load_workspace(root)
    return load_crosswalk(ws, ws.plan.survey("foraeldre"))


def wrong(root, csv, plan=WITH):
    with pytest.raises(EvaluationError) as caught:
        load(root, csv, plan)
    return [(code, place.removeprefix("data/codebooks/")) for code, place in told(caught.value.problems)]


def test_without_a_file_the_id_is_the_name(tmp_path):
    crosswalk = load(tmp_path, plan=PLAN)
    assert crosswalk == Crosswalk("foraeldre", {})
    assert crosswalk.column("sa_1", "2020") == "sa_1"
    assert crosswalk.column("enhed", "2024") == "enhed"
    assert crosswalk.asked("sa_1", "2020")


def test_names_by_wave_and_items_not_asked(tmp_path):
    crosswalk = load(tmp_path, "item,2020,2024\nsa_1,s_1,V001\nsa_2,,s_2\nenhed,inst,\nbarnets_alder,alder,alder\n")
    assert crosswalk.column("sa_1", "2020") == "s_1"
    assert crosswalk.column("sa_1", "2024") == "V001"
    assert not crosswalk.asked("sa_2", "2020")
    assert crosswalk.column("sa_2", "2024") == "s_2"
    assert crosswalk.column("sa_3", "2020") == "sa_3"
    assert crosswalk.column("enhed", "2020") == "inst"
    assert crosswalk.column("barnets_alder", "2024") == "alder"


def test_a_wave_without_a_column_keeps_the_ids(tmp_path):
    crosswalk = load(tmp_path, "item,2024\nsa_1,v1\n")
    assert (crosswalk.column("sa_1", "2020"), crosswalk.column("sa_1", "2024")) == ("sa_1", "v1")


def test_the_plan_goes_before_the_file(tmp_path):
    plan = changed('file = "data/raw/2020.csv"', 'file = "data/raw/2020.csv"\ncolumns = {sa_1 = "x", sa_2 = ""}', WITH)
    crosswalk = load(tmp_path, "item,2020,2024\nsa_1,a,b\n", plan)
    assert (crosswalk.column("sa_1", "2020"), crosswalk.column("sa_1", "2024")) == ("x", "b")
    assert not crosswalk.asked("sa_2", "2020")


@pytest.mark.parametrize(
    ("csv", "codes"),
    [
        ("item,2020\nsa_9,a\n", [("crosswalk-unknown-item-near", "foraeldre.csv:2")]),
        ("item,2020\nxyzw,a\n\nqqqq,b\n", [("crosswalk-unknown-item", "foraeldre.csv:2"),
                                          ("crosswalk-unknown-item", "foraeldre.csv:4")]),
        ("item,2021\nsa_1,a\n", [("crosswalk-unknown-wave", "foraeldre.csv:1")]),
        ("item,2020,2020\nsa_1,a,b\n", [("register-duplicate", "foraeldre.csv:1")]),
        ("navn,2020\nsa_1,a\n", [("register-missing-column", "foraeldre.csv:1"),
                                ("crosswalk-unknown-wave", "foraeldre.csv:1")]),
        ("item;2020\nsa_1;a\n", [("register-separator", "foraeldre.csv:1")]),
        ("item,2020\nsa_1\n", [("register-cells", "foraeldre.csv:2")]),
        ("item,2020\nsa_1,a\nsa_1,b\n", [("register-duplicate", "foraeldre.csv:3")]),
        ("item,2020\nsa_1,v1\nsa_2,V1\n", [("crosswalk-shared", "foraeldre.csv")]),
        ("item,2020\nsa_1,sa_2\n", [("crosswalk-shared", "foraeldre.csv")]),
    ],
)  # fmt: skip
def test_what_can_be_wrong(tmp_path, csv, codes):
    assert wrong(tmp_path, csv) == codes


def test_items_may_change_places(tmp_path):
    crosswalk = load(tmp_path, "item,2020\nsa_1,sa_2\nsa_2,sa_1\n")
    assert crosswalk.column("sa_1", "2020") == "sa_2"


def test_unknown_items_in_the_plan_have_the_line_of_the_plan(tmp_path):
    plan = changed('file = "data/raw/2024.csv"', 'file = "data/raw/2024.csv"\ncolumns = {sa_11 = "x"}', PLAN)
    assert wrong(tmp_path, None, plan) == [("crosswalk-unknown-item-near", at("columns", plan))]


def test_one_column_in_two_roles_is_no_mistake(tmp_path):
    plan = changed('unit = "enhed"', 'unit = "enhed"\nid_column = "nr"\nrater = "nr"')
    assert load(tmp_path, plan=plan).column("nr", "2020") == "nr"


PARENTS = Path(__file__).parents[2] / "data/codebooks/foraeldre.toml"
ITEMS = [item.id for item in load_instrument(PARENTS).items]


@settings(max_examples=30, deadline=None)
@given(
    names=st.dictionaries(st.sampled_from(ITEMS), st.tuples(st.integers(0, 9999), st.booleans()), max_size=len(ITEMS))
)
def test_what_is_written_is_what_is_read(tmp_path_factory, names):
    """Whatever stands in the file comes back for its item and wave, and nothing else changes."""
    rows = {item: f"v{number}_{i}" if asked else "" for i, (item, (number, asked)) in enumerate(names.items())}
    csv = "item,2024\n" + "".join(f"{item},{name}\n" for item, name in rows.items())
    crosswalk = load(tmp_path_factory.mktemp("crosswalk"), csv)
    for item in ITEMS:
        assert crosswalk.column(item, "2024") == rows.get(item, item)
        assert crosswalk.column(item, "2020") == item


def agreement(root, plan, **registers):
    ws = load_workspace(workspace(root, plan, **registers))
    return told(tuple(agreement_problems(ws, load_instruments(root))))


def test_groups_are_those_of_the_instrument(tmp_path):
    assert agreement(tmp_path, PLAN) == []
    plan = changed('groups = ["type"]', 'groups = ["type", "barnets_alder", "barnets_aldr", "xyz"]')
    assert agreement(tmp_path, plan) == [
        ("plan-unknown-group-near", at("groups", plan)),
        ("plan-unknown-group", at("groups", plan)),
    ]


def test_verdict_groups_are_values_of_groups_that_are_asked(tmp_path):
    group = '\n[[decision.verdict_group]]\nsurvey = "foraeldre"\ngroup = "{}"\n'
    plan = changed('groups = ["type"]', 'groups = ["barnets_alder"]')
    assert agreement(tmp_path, plan + group.format("barnets_alder-0-2")) == []
    found = agreement(tmp_path, plan + group.format("barnets_alder-0-9"))
    assert [code for code, _ in found] == ["plan-unknown-group-value-near"]
    found = agreement(tmp_path, PLAN + group.format("barnets_alder-0-2"))
    assert [code for code, _ in found] == ["plan-group-not-asked"]


def test_themes_of_trials_are_those_of_the_instruments(tmp_path):
    trials = "id,title,theme\na,A,trivsel-og-tidlig-indsats\nb,B,\nc,C,trivsel\n"
    assert agreement(tmp_path, PLAN, trials=trials) == [("trial-unknown-theme", "data/registers/trials.csv:4")]
