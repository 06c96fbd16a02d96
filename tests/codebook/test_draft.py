"""A codebook drafted from an export: what it proposes, what it leaves to a person, and that it runs unedited."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.codebook.draft import Question, propose, split_stem
from evaluation.codebook.draft_text import draft_text
from evaluation.codebook.load import load_instrument
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError
from evaluation.common.language import LANGUAGES, catalogue
from evaluation.importing.export import SurveyExport, Variable
from evaluation.responses.drafting import draft_codebook, item_rest
from tests.support.commands import evaluation
from tests.support.workspaces import plan_head, write_workspace

AGREE = {"1": "Helt uenig", "2": "Uenig", "3": "Enig", "4": "Helt enig", "8": "Ved ikke", "9": "Ubesvaret"}
STEM = "Hvor enig er du? - "
TEXTS = ["Jeg er glad for mit arbejde", "Jeg får ingen hjælp", "Vi taler godt sammen", "Arbejdet bekymrer mig"]


def made(variables: list[Variable], data: dict[str, list[object]], weight: str = "") -> SurveyExport:
    return SurveyExport(
        "spss-sav", (Path("Måling 2024.sav"),), "0" * 64, pd.DataFrame(data), tuple(variables), weight=weight
    )


def latent(rows: int = 200) -> list[list[object]]:
    """Four items of one trait; the last one runs the other way, the negated second one does not."""
    rng = np.random.default_rng(3)
    trait = rng.normal(size=rows)
    columns: list[list[object]] = []
    for way in (1, 1, 1, -1):
        codes = np.clip(np.round(2.5 + way * trait + rng.normal(0, 0.6, rows)), 1, 4)
        columns.append([float(code) for code in codes])
    return columns


def survey(rows: int = 200, **more: object) -> SurveyExport:
    variables = [Variable(f"sp_{n}", STEM + text, value_labels=AGREE) for n, text in enumerate(TEXTS, 1)]
    variables += [
        Variable("koen", "Dit køn", value_labels={"1": "Kvinde", "2": "Mand", "3": "Ønsker ikke at svare"}),
        Variable("forbi", "Er det blevet bedre?", value_labels={"1": "Værre", "2": "Uændret", "3": "Bedre"}),
        Variable("v_1_1", "Hvad brugte du? - Skov", "multiple", {"0": "Nej", "1": "Ja"}, set_name="v_1", choice="1"),
        Variable("v_1_2", "Hvad brugte du? - Sal", "multiple", {"0": "Nej", "1": "Ja"}, set_name="v_1", choice="9"),
        Variable("andet", 'Skriv "frit"\nher', "open"),
        Variable("enhed", "Enhed"),
        Variable("w", "Vægt", "number"),
    ]
    data: dict[str, list[object]] = {f"sp_{n}": column for n, column in enumerate(latent(rows), 1)}
    data |= {"koen": [1.0, 2.0] * (rows // 2), "forbi": [1.0] * rows, "v_1_1": [1.0] * rows, "v_1_2": [0.0] * rows}
    data |= {"andet": [None] * rows, "enhed": ["G90001"] * rows, "w": [1.0] * rows}
    return made(variables, data, weight="w")


def read(text: str, folder: Path, name: str) -> Instrument:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return load_instrument(path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whole_draft(tmp_path: Path, lang: str) -> None:
    drafted = draft_codebook(survey(), lang=lang)
    assert drafted.name == "maaling-2024"
    instrument = read(drafted.text, tmp_path, drafted.name)
    assert [item.id for item in instrument.items] == ["sp_1", "sp_2", "sp_3", "sp_4", "forbi"]
    assert [item.text.da for item in instrument.items[:4]] == TEXTS
    scale = instrument.scales[0]
    assert (scale.id, scale.title.da, scale.min_answered) == ("sp-skala", "Hvor enig er du?", 2)
    response = instrument.response_of(instrument.items[0])
    assert [(c.code, c.score, c.state) for c in response.choices] == [
        *((1, 0, ""), (2, 33.3, ""), (3, 66.7, ""), (4, 100, "")),
        (8, None, "ved_ikke"),
    ]
    assert response.positive == (3, 4)
    # the one that runs against the rest is turned; a negation alone is only pointed out
    assert [item.id for item in instrument.items if item.reversed] == ["sp_4"]
    perceived = instrument.items[4]
    assert (perceived.kind, perceived.scale) == ("perceived", None)
    assert [(group.id, [v.code for v in group.values]) for group in instrument.groups] == [("koen", ["1", "2"])]
    words = catalogue("drafting", lang)
    before = drafted.text[: drafted.text.index('id = "sp_2"')].splitlines()[-2]
    assert before.startswith("# " + words["negated_but_positive"].split("(")[0])
    assert str(words["left_out"]).format(code="9", label="Ubesvaret") in drafted.text
    for name in ("v_1 (2): Hvad brugte du?", 'andet: Skriv "frit" her', "enhed: Enhed", "w: Vægt"):
        assert f"#   {name}" in drafted.text
    assert drafted.confirmations == drafted.text.count(str(words["mark"])) > 8


def test_a_negation_without_answers_is_marked_and_not_turned(tmp_path: Path) -> None:
    few = draft_codebook(survey(rows=10))
    assert not any(item.reversed for item in read(few.text, tmp_path, "x").items) if few.name == "x" else True
    place = few.text[: few.text.index('id = "sp_2"')].splitlines()[-2]
    assert place == "# " + catalogue("drafting", "da")["reversed_by_words"]
    assert "reversed = true\n" not in few.text


def test_item_rest() -> None:
    found = item_rest(np.column_stack([np.array(column, dtype=float) for column in latent()]))
    assert (found[:3] > 0.5).all()
    assert found[3] < -0.5
    assert np.isnan(item_rest(np.ones((100, 3)))).all()
    assert np.isnan(item_rest(np.arange(60.0).reshape(20, 3))).all()


def test_batteries_by_stem_and_by_name() -> None:
    grids = [Question(f"g{n}", f"Stem {s} - {n}", labels=AGREE) for s in "AB" for n in range(3)]
    plain = [Question(f"{p}{n}", f"Udsagn {p} {n}", labels=AGREE) for p in "kl" for n in range(3)]
    two = [Question(f"to_{n}", f"Andet {n}", labels=AGREE) for n in range(2)]
    draft = propose([*grids, *plain, *two])
    assert [len(scale.items) for scale in draft.scales] == [3, 3, 3, 3]
    assert [scale.title for scale in draft.scales] == ["Stem A", "Stem B", "k0, k2", "l0, l2"]
    assert len({scale.id for scale in draft.scales}) == 4
    assert [item.id for item in draft.items if not item.scale] == ["to_0", "to_1"]
    # one response scale serves them all
    assert [response.id for response in draft.responses] == ["enighed"]


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("Hvor enig? - Jeg er glad", ("Hvor enig?", "Jeg er glad")),
        ("Hvor enig? [Jeg er glad]", ("Hvor enig?", "Jeg er glad")),
        ("Jeg er glad", ("", "Jeg er glad")),
        ("Jeg er glad - ", ("", "Jeg er glad -")),
    ],
)
def test_stem(label: str, parts: tuple[str, str]) -> None:
    assert split_stem(label) == parts


def test_names_that_are_no_ids_get_short_ones_and_a_line_for_the_plan(tmp_path: Path) -> None:
    names = ["Q1.1", "Q1.2", "Åben dør", "Q1.1 ", "VERY_LONG_NAME", "1a"]
    draft = propose([Question(name, name, labels=AGREE) for name in names])
    ids = [item.id for item in draft.items]
    assert len(set(ids)) == 6
    assert all(len(i) <= 8 or i == "very_long_name" for i in ids)
    assert set(draft.columns.values()) == set(names) - {"VERY_LONG_NAME"}
    text = draft_text(draft, "navne", "x.csv")
    read(text, tmp_path, "navne")
    assert text.splitlines()[-1].startswith("# columns = {")


def test_words_in_cells_without_codes(tmp_path: Path) -> None:
    words = ["Enig", "Helt enig", "Uenig", "Helt uenig", "Ved ikke"] * 8
    names = ["Anna Holm", "Bo Lund", "Eva Dal", "Ib Krog"] * 10
    variables = [Variable("a", "Vi trives"), Variable("b", "Navn")]
    drafted = draft_codebook(made(variables, {"a": list(words), "b": list(names)}))
    instrument = read(drafted.text, tmp_path, drafted.name)
    labels = [choice.label.da for choice in instrument.responses[0].choices]
    assert labels == ["Helt uenig", "Uenig", "Enig", "Helt enig", "Ved ikke"]
    # what people wrote is never copied into the codebook
    assert "Anna" not in drafted.text


def test_hostile_labels_stay_data(tmp_path: Path) -> None:
    nasty = 'x"\n[[item]]\nid = "ond"\x07\x7f\ud800 \\ \u2028 # ' + "ord " * 1000
    variables = [Variable("a", nasty, value_labels=AGREE), Variable("b", nasty, "open"), Variable("c\n[[x]]", nasty)]
    text = draft_codebook(made(variables, {"a": [1.0], "b": [None], "c\n[[x]]": [None]})).text
    instrument = read(text, tmp_path, "maaling-2024")
    assert [item.id for item in instrument.items] == ["a"]
    assert len(instrument.items[0].text.da) <= 400


def test_numbers_with_one_word_beside_them() -> None:
    marks = {str(n): str(n) for n in range(1, 7)} | {"7": "Har ikke fået karakter"}
    draft = propose([Question(f"k{n}", f"Fag {n}", labels=marks) for n in range(4)])
    choices = draft.responses[0].choices
    assert [score for *_, score, _ in choices] == [0, 20, 40, 60, 80, 100, None]
    assert choices[-1][3] == "ikke_relevant"


def test_nothing_to_draft(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="codebook-draft-nothing"):
        draft_codebook(made([Variable("a", "Alder", "number")], {"a": [3.0]}))


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "svar.csv"
    rows = ["Helt enig", "Enig", "Uenig", "Helt uenig"] * 10
    source.write_text("Trives du?;nr\n" + "\n".join(f"{word};{n}" for n, word in enumerate(rows)), encoding="utf-8")
    shown = evaluation(capsys, "codebook", source, "--lang", "en")
    assert (shown.code, shown.out.splitlines()[0]) == (
        0,
        "# Draft of a codebook, made from svar.csv. It runs as it is.",
    )
    out = tmp_path / "bog" / "trivsel.toml"
    written = evaluation(capsys, "codebook", source, "--out", out, "--lang", "da")
    assert written.code == 0
    assert "BEKRÆFT" in written.out
    assert load_instrument(out).id == "trivsel"
    before = out.read_bytes()
    again = evaluation(capsys, "codebook", source, "--out", out, "--lang", "da")
    assert (again.code, "codebook-draft-exists" in again.err, out.read_bytes()) == (1, True, before)
    wrong = evaluation(capsys, "codebook", source, "--out", tmp_path / "Bog Æ.toml", "--lang", "da")
    assert (wrong.code, "bog-ae.toml" in wrong.err) == (1, True)
    assert evaluation(capsys, "codebook", tmp_path / "mangler.csv").code == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bog", "svar.csv"]


def test_words_stand_in_both_languages() -> None:
    assert set(catalogue("drafting", "da")) == set(catalogue("drafting", "en"))


PLAN = (
    plan_head("2024")
    + """\
[[survey]]
id = "elever"
instrument = "elever"
title = {da = "Elever", en = "Pupils"}
design = "repeated-cross-section"
respondent = {da = "elever", en = "pupils"}
groups = ["b_1"]
[[survey.wave]]
wave = "2024"
file = "data/raw/2024/dataset.csv"
"""
)


def test_a_real_surveyxact_export_drafts_a_codebook_that_runs_unedited(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shared / "data" / "exports" / "sx_readsx_utf16"
    if not source.is_dir():
        pytest.skip("../shared/data/exports/sx_readsx_utf16 is not there")
    shutil.copytree(source, tmp_path / "data" / "raw" / "2024")
    book = tmp_path / "data" / "codebooks" / "elever.toml"
    write_workspace(tmp_path, PLAN)
    drafted = evaluation(capsys, "codebook", tmp_path / "data/raw/2024/dataset.csv", "--out", book)
    assert drafted.code == 0, drafted.err
    untouched = book.read_bytes()
    instrument = load_instrument(book)
    # 58 + 18 + 19 + 28 + 2 + 4 + 62 columns of seven sets of answers, counted in labels.csv
    assert (len(instrument.items), len(instrument.responses)) == (191, 7)
    for command in ("check", "import", "analyse"):
        done = evaluation(capsys, command, "--workspace", tmp_path)
        assert done.code == 0, done.err
    assert book.read_bytes() == untouched
    report = json.loads((tmp_path / "data/processed/elever/2024/report.json").read_text(encoding="utf-8"))["report"]
    assert (report["rows_in"], report["completed"], report["partial"]) == (999, 340, 85)
    told = {finding["code"] for finding in report["findings"]}
    assert not told & {"unknown-code", "label-differs", "codes-by-label", "item-missing", "question-text-differs"}
    levels = pd.read_parquet(tmp_path / "data/processed/published/levels.parquet")
    scales = levels[(levels["stat"] == "score") & (levels["group"] == "kommune")]
    assert set(scales["measure"]) == {scale.id for scale in instrument.scales}
    shown = scales["value"].dropna()
    assert len(shown) >= len(instrument.scales) - 1  # one battery has too few answers to be shown
    assert shown.between(0, 100).all()
