"""Everything that can be wrong with a plan is told at once, in plain words, with its line."""

from __future__ import annotations

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.common.files import hash_bytes
from evaluation.plan.load import awaited, load_workspace
from tests.plan.workspaces import PLAN, UNITS, at, changed, line_of, problems_of, told, workspace


def test_a_plan_that_is_right(tmp_path):
    loaded = load_workspace(workspace(tmp_path))
    assert [survey.id for survey in loaded.plan.surveys] == ["foraeldre"]
    assert loaded.plan_sha256 == hash_bytes(PLAN.encode())
    assert loaded.plan.delta("foraeldre").points == 2.5
    assert awaited(loaded) == ()
    assert loaded.path("data/raw/2020.csv").is_file()


def test_a_survey_without_a_file_is_awaited(tmp_path):
    plan = changed('file = "data/raw/2024.csv"\n', "")
    assert awaited(load_workspace(workspace(tmp_path, plan))) == (("foraeldre", "2024"),)


def test_no_wave_before_the_release_is_no_error(tmp_path):
    load_workspace(workspace(tmp_path, changed("from = 2021-06-01", "from = 2019-06-01")))


def test_no_plan(tmp_path):
    with pytest.raises(EvaluationError) as caught:
        load_workspace(tmp_path)
    assert [code for code, _ in told(caught.value.problems)] == ["plan-missing"]


# what is written, what instead, where the problem lies (some text on the line), its code, a word of the advice
WRONG = [
    ('design = "repeated', 'desing = "repeated', "desing", "toml-unknown-key-near", "design"),
    ("year = 2025", 'year = 2025\nfarve = "blå"', "farve", "toml-unknown-key", "farve"),
    ("year = 2025\n", "", "[evaluation]", "toml-missing-key", "year"),
    ("year = 2025", 'year = "MMXXV"', "MMXXV", "toml-not-whole-number", "year"),
    ("year = 2025", "year = 25", "year = 25", "toml-out-of-range", "year"),
    ('survey = "foraeldre"', 'survey = "forældre"', 'forældre"\npoints', "toml-bad-id", "foraeldre"),
    ('kommune = "Lindholt Kommune"', "kommune = 999", "kommune = 999", "toml-not-text", "kommune"),
    ('kommunekode = "999"', 'kommunekode = "0999"', "0999", "toml-bad-kommunekode", "840"),
    ("points = 2.5", 'points = "mange"', "mange", "toml-not-number", "points"),
    ("points = 2.5", "points = 0", "points", "toml-out-of-range", "> 0"),
    ("publications = []", 'publications = "2023"', "publications", "toml-not-list", "publications"),
    ("publications = []", "threshold = 2", "threshold", "toml-out-of-range", "≥ 3"),
    ("publications = []", 'publications = ["2023"]', "publications", "plan-publication-missing", "_published/2023"),
    ('title = {da = "Aftalen"}', 'title = "Aftalen"', "Aftalen", "toml-not-table", "title"),
    ('title = {da = "Aftalen"}', 'title = {da = ""}', 'da = ""', "toml-empty", "da"),
    ('id = "aftale"', 'id = "Vores aftale"', "Vores aftale", "toml-bad-id", "vores-aftale"),
    ("from = 2021-06-01", 'from = "juni"', "juni", "toml-not-date", "from"),
    ("from = 2021-06-01", "from = 2021-06-01\nto = 2021-05-01", "to = 2021-05-01", "plan-dates-reversed", "2021-05-01"),
    ("to = 2020-11-15", "to = 2020-09-15", "to = 2020-09-15", "plan-dates-reversed", "2020-09-15"),
    ("from = 2024-10-01", "from = 2020-11-01", 'wave = "2024"', "plan-waves-overlap", "2020"),
    ('"dagpleje", "boernehave"', '"dagpleje", "boernhave"', "boernhave", "plan-scope-unknown-types-near", "boernehave"),
    ('types = ["dagpleje", "boernehave"]', 'units = ["G90009"]', "G90009", "plan-scope-unknown-units-near", "G9000"),
    ('types = ["dagpleje", "boernehave"]', 'units = ["G90003"]', "G90003", "plan-scope-unknown-units-near", "G9000"),
    ('types = ["dagpleje", "boernehave"]', 'areas = ["Vesterbro"]', "Vesterbro",
     "plan-scope-unknown-areas", "Nord, Syd"),
    ('types = ["dagpleje", "boernehave"]', 'areas = ["Øst"]', "Øst", "plan-scope-unknown-areas", "Nord, Syd"),
    ('types = ["dagpleje", "boernehave"]', 'centres = ["Center C"]', "Center C",
     "plan-scope-unknown-centres-near", "Center"),
    ('instrument = "foraeldre"', 'instrument = "foraldre"', "foraldre", "plan-unknown-instrument-near", "foraeldre"),
    ('instrument = "foraeldre"', 'instrument = "xyz"', "xyz", "plan-unknown-instrument", "skoleovergang"),
    ('"repeated-cross-section"', '"panle"', "panle", "toml-not-a-choice-near", "panel"),
    ('"repeated-cross-section"', '"x"', 'design = "x"', "toml-not-a-choice", "cohorts"),
    ('"repeated-cross-section"', '"panel"', 'design = "panel"', "plan-panel-without-id", "id_column"),
    ('unit = "enhed"\n', "", "groups", "plan-type-without-unit", "unit"),
    ('unit = "enhed"', 'unit = "enhed"\nrelease = "aftalen"', 'release = "aftalen"',
     "plan-unknown-release-near", "aftale"),
    ('unit = "enhed"', 'unit = "enhed"\ncrosswalk = "noegle.csv"', "noegle.csv", "plan-file-missing", "noegle.csv"),
    ('wave = "2024"', 'wave = "2023"', 'wave = "2023"', "plan-unknown-wave", "2020, 2024"),
    ('wave = "2024"', 'wave = "2020"', 'wave = "2020"\nfile = "data/raw/2024', "plan-duplicate", "2020"),
    ('"data/raw/2024.csv"', '"data/raw/20224.csv"', "20224", "plan-file-missing-near", "data/raw/2024.csv"),
    ('"data/raw/2024.csv"', '"../2024.csv"', "../2024", "plan-file-outside", "data/raw"),
    ('"data/raw/2024.csv"', '"/etc/hosts"', "/etc/hosts", "plan-file-outside", "data/raw"),
    ('"data/raw/2024.csv"', "'data\\raw\\2024.csv'", "raw\\2024", "plan-file-backslash", "data/raw/2024.csv"),
    ('unit = "enhed"', 'unit = "enhed"\ncompare = ["2024", "2020"]', "compare",
     "plan-compare-reversed", '["2020", "2024"]'),
    ('unit = "enhed"', 'unit = "enhed"\ncompare = ["2020", "2020"]', "compare", "plan-compare-same", "2020"),
    ('unit = "enhed"', 'unit = "enhed"\ncompare = ["2020", "2022"]', "compare", "plan-compare-not-asked", "2020, 2024"),
    ('unit = "enhed"', 'unit = "enhed"\ncompare = ["2020"]', "compare", "toml-wrong-length", "2"),
    ('unit = "enhed"', 'unit = "enhed"\ncompare = ["2020", "2022", "2024"]', "compare", "toml-wrong-length", "2"),
    ('unit = "enhed"', 'unit = "enhed"\nestimand = "effekt"', "effekt", "toml-not-a-choice", "udvikling"),
    ('survey = "foraeldre"', 'survey = "foreldre"', "foreldre", "plan-unknown-survey-near", "foraeldre"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "code", "word"), WRONG, ids=[f"{w[3]}-{w[2][:20]}" for w in WRONG])
def test_one_mistake_is_told_once_with_its_line(tmp_path, old, new, place, code, word):
    plan = changed(old, new)
    problems = problems_of(workspace(tmp_path, plan))
    assert told(problems) == [(code, at(place, plan))]
    assert word in problems[0].render("da")
    assert word in problems[0].render("en")


def test_a_survey_needs_a_wave(tmp_path):
    plan = changed('[[survey.wave]]\nwave = "2020"\nfile = "data/raw/2020.csv"\n', "wave = []\n")
    plan = changed('[[survey.wave]]\nwave = "2024"\nfile = "data/raw/2024.csv"\n', "", plan)
    problems = problems_of(workspace(tmp_path, plan))
    assert told(problems) == [("toml-wrong-length", at("wave = []", plan))]
    assert "≥ 1" in problems[0].render("da")


def test_a_municipality_without_units(tmp_path):
    units = UNITS.replace("G90002,Månen,boernehave,Syd,,", "G90002,Månen,boernehave,Syd,Lindholt Kommune,")
    units = units.replace("990001,Skolen,skole,Syd,,", "990001,Skolen,skole,Syd,Lindholt Kommune,")
    plan = changed('kommune = "Lindholt Kommune"', 'kommune = "Lindhold Kommune"')
    problems = problems_of(workspace(tmp_path, plan, units=units))
    assert told(problems) == [("plan-kommune-without-units-near", at("Lindhold", plan))]


def test_a_misspelt_heading_is_not_passed_over(tmp_path):
    # pydantic would also take the names of the fields; the file knows only the keys
    plan = PLAN.replace("[[wave]]", "[[waves]]")
    assert told(problems_of(workspace(tmp_path, plan))) == [("toml-unknown-key-near", at("[[waves]]", plan))]


def test_a_misspelt_start_is_not_taken(tmp_path):
    plan = changed("from = 2021-06-01", "start = 2021-06-01")
    codes = [code for code, _ in told(problems_of(workspace(tmp_path, plan)))]
    assert "toml-missing-key" in codes
    assert "toml-unknown-key" in codes


@pytest.mark.parametrize("design", ["retrospective"])
def test_a_retrospective_survey_compares_nothing(tmp_path, design):
    plan = changed('design = "repeated-cross-section"', f'design = "{design}"\ncompare = ["2020", "2024"]')
    assert told(problems_of(workspace(tmp_path, plan))) == [("plan-retrospective-compare", at("compare", plan))]


def test_a_survey_of_two_waves_needs_a_delta(tmp_path):
    plan = PLAN[: PLAN.index("[[decision.delta]]")]
    assert told(problems_of(workspace(tmp_path, plan))) == [("plan-delta-missing", at('id = "foraeldre"', plan))]
    one_wave = plan.replace('[[survey.wave]]\nwave = "2024"\nfile = "data/raw/2024.csv"\n', "")
    load_workspace(workspace(tmp_path, one_wave))


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ('[[wave]]\nid = "2020"\nfrom = 2019-01-01\nto = 2019-02-01\n', "wave"),
        ('[[release]]\nid = "aftale"\ntitle = {da = "En til"}\nfrom = 2022-01-01\n', "release"),
        ('[[decision.delta]]\nsurvey = "foraeldre"\npoints = 9\nreason = {da = "x"}\n', "delta"),
        ('[[survey]]\nid = "foraeldre"\ninstrument = "foraeldre"\ndesign = "cohorts"\nrespondent = {da = "f"}\n'
         '[[survey.wave]]\nwave = "2024"\n', "survey"),
    ],
)  # fmt: skip
def test_the_same_id_twice(tmp_path, part, kind):
    plan = PLAN + "\n" + part
    problems = problems_of(workspace(tmp_path, plan))
    assert [p.code for p in problems] == ["plan-duplicate"]
    assert int(problems[0].where.rpartition(":")[2]) > PLAN.count("\n")
    assert problems[0].params["table"] == kind
    first = int(problems[0].params["line"])
    assert problems[0].found in PLAN.splitlines()[first - 1]


def test_verdict_groups_by_type(tmp_path):
    group = '\n[[decision.verdict_group]]\nsurvey = "foraeldre"\ngroup = "{}"\n'
    load_workspace(workspace(tmp_path, PLAN + group.format("type-dagpleje")))
    codes = told(problems_of(workspace(tmp_path, PLAN + group.format("type-dagplje"))))
    assert [code for code, _ in codes] == ["plan-unknown-type-near"]
    plan = changed('groups = ["type"]\n', "") + group.format("type-dagpleje")
    codes = told(problems_of(workspace(tmp_path, plan)))
    assert [code for code, _ in codes] == ["plan-group-not-asked"]


def test_groups_and_verdict_groups_by_area(tmp_path):
    group = '\n[[decision.verdict_group]]\nsurvey = "foraeldre"\ngroup = "{}"\n'
    both = changed('groups = ["type"]', 'groups = ["type", "omraade"]')
    load_workspace(workspace(tmp_path, both + group.format("omraade-nord")))
    codes = told(problems_of(workspace(tmp_path, both + group.format("omraade-nrd"))))
    assert [code for code, _ in codes] == ["plan-unknown-omraade-near"]
    codes = told(problems_of(workspace(tmp_path, PLAN + group.format("omraade-syd"))))
    assert [code for code, _ in codes] == ["plan-group-not-asked"]
    codes = told(problems_of(workspace(tmp_path, changed('unit = "enhed"\n', "", both))))
    assert [code for code, _ in codes] == ["plan-type-without-unit"] * 2


def test_the_municipality_of_comparison_has_units(tmp_path):
    part = '\n[comparison]\nkommune = "{}"\ntitle = {{da = "Nabo"}}\n'
    load_workspace(workspace(tmp_path, PLAN + part.format("Vestermose Kommune")))
    codes = told(problems_of(workspace(tmp_path, PLAN + part.format("Vestermos Kommune"))))
    assert [code for code, _ in codes] == ["plan-unknown-comparison-near"]


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ('kommune = "Lindholt Kommune"', 'kommune = "Lindholt Kommune', "Lindholt Kommune\n", "toml-syntax"),
        ("[[release]]", "[[release]", "[[release]", "toml-syntax"),
        ("year = 2025", "year = ", "year = ", "toml-syntax"),
        ("year = 2025", "year = 2025\nyear = 2026", "year = 2026", "toml-twice"),
    ],
)
def test_a_syntax_error_gives_the_line(tmp_path, old, new, place, code):
    plan = changed(old, new)
    problems = problems_of(workspace(tmp_path, plan))
    assert [p.code for p in problems] == [code]
    line = int(problems[0].where.rpartition(":")[2])
    assert abs(line - line_of(place, plan)) <= 1


def test_a_plan_in_another_encoding(tmp_path):
    root = workspace(tmp_path)
    (root / "evaluation.toml").write_bytes(PLAN.encode("cp1252"))
    assert told(problems_of(root)) == [("toml-not-utf8", at("Prøve", PLAN))]


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    root = workspace(tmp_path)
    (root / "evaluation.toml").write_bytes(b"\xef\xbb\xbf" + PLAN.encode())
    load_workspace(root)


def test_all_problems_at_once_and_each_once(tmp_path):
    """Form, agreement and registers are told together, in the order of the files."""
    plan = changed("year = 2025", 'year = "snart"')
    plan = changed('wave = "2024"', 'wave = "2030"', plan)
    plan = changed('survey = "foraeldre"', 'survey = "foreldre"', plan)
    units = UNITS + "G90001,Igen,dagpleje,Nord,,,,,,,\n"
    codes = told(problems_of(workspace(tmp_path, plan, units=units)))
    assert codes == [
        ("register-duplicate", "data/registers/units.csv:7"),
        ("toml-not-whole-number", at("snart", plan)),
        ("plan-unknown-wave", at("2030", plan)),
        ("plan-unknown-survey-near", at('foreldre"\npoints', plan)),
    ]


def test_no_name_is_called_unknown_where_an_id_cannot_be_read(tmp_path):
    plan = changed('id = "2024"\n', "")
    assert told(problems_of(workspace(tmp_path, plan))) == [("toml-missing-key", at("[[wave]]\nfrom", plan))]


@pytest.mark.parametrize("text", ["", "survey = 3\n", '[survey]\nid = "x"\n', "decision = []\n", "release = [1, 2]\n"])
def test_any_plan_gives_problems_never_a_crash(tmp_path, text):
    assert problems_of(workspace(tmp_path, text))
