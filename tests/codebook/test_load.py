"""Everything that can be wrong with a codebook is told at once, with its line."""

from __future__ import annotations

import pytest

from evaluation.codebook.load import codebook_files, load_instrument, load_instruments, load_mechanisms
from evaluation.common.errors import EvaluationError
from tests.plan.workspaces import changed, line_of, told

BOOK = """\
id = "lille"
title = {da = "Lille"}
respondent = {da = "alle"}

[[theme]]
id = "ro"
title = {da = "Ro"}

[[response]]
id = "enig"
positive = [2]
choice = [
  {code = 1, score = 0, label = {da = "Nej"}},
  {code = 2, score = 100, label = {da = "Ja"}},
  {code = 8, state = "ved_ikke", label = {da = "Ved ikke"}},
]

[[response]]
id = "navne"
choice = [{code = 1, label = {da = "A"}}, {code = 2, label = {da = "B"}}]

[[scale]]
id = "stilhed"
title = {da = "Stilhed"}
theme = "ro"
response = "enig"
min_answered = 1
mechanisms = ["tryghed-og-mod"]

[[item]]
id = "st_1"
scale = "stilhed"
text = {da = "Her er stille."}

[[item]]
id = "st_2"
scale = "stilhed"
reversed = true
text = {da = "Her er larm."}

[[item]]
id = "alene"
theme = "ro"
response = "navne"
text = {da = "Hvem?"}

[[group]]
id = "alder"
title = {da = "Alder"}
value = [{code = "1", id = "ung", label = {da = "Ung"}}]
"""


def load(tmp_path, book=BOOK):
    path = tmp_path / "lille.toml"
    path.write_text(book, encoding="utf-8")
    return load_instrument(path)


def wrong(tmp_path, book):
    with pytest.raises(EvaluationError) as caught:
        load(tmp_path, book)
    return [(code, place.removeprefix("lille.toml:")) for code, place in told(caught.value.problems)]


def test_a_codebook_that_is_right(tmp_path):
    book = load(tmp_path)
    first = book.items[0]
    assert (first.theme, first.response) == ("ro", "enig")  # from its scale
    assert [item.id for item in book.items_of("stilhed")] == ["st_1", "st_2"]
    assert [choice.code for choice in book.response_of(first).scored] == [1, 2]
    assert book.groups[0].levels == ("kommune",)


WRONG = [
    ('text = {da = "Hvem?"}', 'txet = {da = "Hvem?"}', "txet", "toml-unknown-key-near"),
    ("min_answered = 1\n", "", "[[scale]]", "toml-missing-key"),
    ("min_answered = 1", "min_answered = 0", "min_answered", "toml-out-of-range"),
    ("min_answered = 1", "min_answered = 3", "min_answered", "codebook-min-answered"),
    ('id = "alene"', 'id = "Alene 2"', "Alene 2", "toml-bad-id"),
    ('id = "alene"', 'id = "st_1"', None, "codebook-duplicate"),
    ('id = "alder"', 'id = "alene"', None, "codebook-duplicate"),
    ('id = "alene"', 'id = "stilhed"', None, "codebook-duplicate"),
    ('theme = "ro"\nresponse = "enig"', 'theme = "roo"\nresponse = "enig"', 'theme = "roo"',
     "codebook-unknown-theme-near"),
    ('theme = "ro"\nresponse = "navne"', 'theme = "xyz"\nresponse = "navne"', 'theme = "xyz"',
     "codebook-unknown-theme"),
    ('response = "enig"', 'response = "engi"', 'response = "engi"', "codebook-unknown-response-near"),
    ('response = "navne"', 'response = "slet"', 'response = "slet"', "codebook-unknown-response"),
    ('scale = "stilhed"\ntext', 'scale = "stilhed"\ntheme = "x"\ntext', 'theme = "x"', "codebook-theme-differs"),
    ('scale = "stilhed"\ntext', 'scale = "stilhed"\nresponse = "navne"\ntext', 'response = "navne"',
     "codebook-no-scores"),
    ('scale = "stilhed"\ntext', 'scale = "stilhed"\nkind = "perceived"\ntext', "perceived",
     "codebook-perceived-in-scale"),
    ('theme = "ro"\nresponse = "navne"', 'kind = "perceived"\ntheme = "ro"\nresponse = "navne"', 'response = "navne"',
     "codebook-no-scores"),
    ("positive = [2]", "positive = [2, 3]", "positive", "codebook-positive-unknown"),
    ("positive = [2]", "positive = [8]", "positive", "codebook-positive-unknown"),
    ("{code = 2, score = 100", "{code = 1, score = 100", None, "codebook-duplicate"),
    ("{code = 2, score = 100", "{code = 2, score = 0", "{code = 2, score = 0", "codebook-scores-order"),
    ("{code = 2, score = 100", "{code = 2, score = 101", "{code = 2, score = 101", "toml-out-of-range"),
    ("{code = 2, score = 100", "{code = 2", '  {code = 2, label = {da = "Ja"}}', "codebook-choice-without-score"),
    ('state = "ved_ikke"', 'state = "ved_ikke", score = 50', "ved_ikke", "codebook-state-with-score"),
    ('state = "ved_ikke"', 'state = "vedikke"', "vedikke", "toml-not-a-choice-near"),
    ('"tryghed-og-mod"', '"tryghed-og-mood"', "tryghed-og-mood", "codebook-unknown-mechanism-near"),
    ('"tryghed-og-mod"', '"xyz"', "xyz", "codebook-unknown-mechanism"),
    ('value = [{code = "1"', 'value = [{code = "1", id = "gl", label = {da = "Gl."}}, {code = "1"', "value = [{",
     "codebook-duplicate"),
    ("[[group]]", "[[goup]]", "[[goup]]", "toml-unknown-key-near"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "code"), WRONG, ids=[f"{w[3]}-{i}" for i, w in enumerate(WRONG)])
def test_one_mistake_is_told_with_its_line(tmp_path, old, new, place, code):
    book = BOOK.replace(old, new, 1)
    assert book != BOOK
    found = wrong(tmp_path, book)
    if code == "codebook-duplicate":
        found = [entry for entry in found if entry[0] == code]
    if code == "codebook-duplicate" and "positive" not in new and "code = 1, score" in new:
        found = found[:1]
    assert [entry[0] for entry in found] == [code]
    if place is not None:
        assert found[0][1] == str(line_of(place, book))


def test_a_scale_without_items(tmp_path):
    extra = '[[scale]]\nid = "tom"\ntitle = {da = "Tom"}\ntheme = "ro"\nmin_answered = 1\n'
    assert wrong(tmp_path, BOOK + extra) == [("codebook-scale-empty", str(line_of('id = "tom"', BOOK + extra)))]


def test_an_item_without_scale_needs_theme_and_response(tmp_path):
    book = changed('theme = "ro"\nresponse = "navne"\n', "", BOOK)
    line = str(line_of('[[item]]\nid = "alene"', book))
    assert wrong(tmp_path, book) == [("toml-missing-key", line), ("toml-missing-key", line)]


def test_an_unknown_scale_is_told_once(tmp_path):
    book = BOOK.replace('scale = "stilhed"\ntext', 'scale = "stilheden"\ntext', 1)
    codes = [code for code, _ in wrong(tmp_path, book)]
    assert codes.count("codebook-unknown-scale-near") == 1


def test_all_at_once_in_the_order_of_the_file(tmp_path):
    book = changed("min_answered = 1", "min_answered = 7", BOOK)
    book = changed("positive = [2]", "positive = [5]", book)
    book = changed('id = "ung"', 'id = "Ung!"', book)
    assert [code for code, _ in wrong(tmp_path, book)] == [
        "codebook-positive-unknown",
        "codebook-min-answered",
        "toml-bad-id",
    ]


def test_the_workspaces_own_codebooks_stand_beside_those_of_the_package(tmp_path):
    folder = tmp_path / "data/codebooks"
    folder.mkdir(parents=True)
    (folder / "lille.toml").write_text(BOOK, encoding="utf-8")
    found = load_instruments(tmp_path)
    assert {"lille", "foraeldre", "medarbejdertrivsel"} <= set(found)
    assert codebook_files(tmp_path)["lille"] == folder / "lille.toml"
    own = folder / "foraeldre.toml"
    own.write_text(changed('id = "lille"', 'id = "foraeldre"', BOOK), encoding="utf-8")
    assert load_instruments(tmp_path)["foraeldre"].title.da == "Lille"


def test_the_file_is_named_after_the_instrument(tmp_path):
    folder = tmp_path / "data/codebooks"
    folder.mkdir(parents=True)
    (folder / "stor.toml").write_text(BOOK, encoding="utf-8")
    (folder / "brudt.toml").write_text("id = ", encoding="utf-8")
    with pytest.raises(EvaluationError) as caught:
        load_instruments(tmp_path)
    assert told(caught.value.problems) == [
        ("toml-syntax", "data/codebooks/brudt.toml:1"),
        ("codebook-id-not-file-name", "data/codebooks/stor.toml:1"),
    ]


def test_a_workspace_may_have_mechanisms_of_its_own(tmp_path):
    assert "nytaenkning" in load_mechanisms(tmp_path)
    folder = tmp_path / "data/codebooks"
    folder.mkdir(parents=True)
    text = '[egen]\nkind = "mekanisme"\ntitle = {da = "Egen"}\ndescription = {da = "Vores"}\n'
    (folder / "mechanisms.toml").write_text(text, encoding="utf-8")
    assert [(m.id, m.kind, m.title.da) for m in load_mechanisms(tmp_path).values()] == [("egen", "mekanisme", "Egen")]
    (folder / "mechanisms.toml").write_text(text.replace("mekanisme", "mekanism"), encoding="utf-8")
    with pytest.raises(EvaluationError) as caught:
        load_mechanisms(tmp_path)
    assert told(caught.value.problems) == [("toml-not-a-choice-near", "data/codebooks/mechanisms.toml:2")]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(EvaluationError) as caught:
        load_instrument(tmp_path / "x.toml")
    assert [code for code, _ in told(caught.value.problems)] == ["toml-missing"]
